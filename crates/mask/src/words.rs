//! The table of telling words, read from `data/words.txt` when this crate is compiled.

use core::ops::BitOr;

/// What a word says of a number near it: any of the sets below, and the digit that it spells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Meaning(u32);

impl Meaning {
    pub(crate) const NOTHING: Self = Self(0);
    /// A payment card, or one's network.
    pub(crate) const CARD: Self = Self(1 << 4);
    /// A number that is no card's; speaks of the number that follows only.
    pub(crate) const OTHER: Self = Self(1 << 5);
    /// Makes another card of "card".
    pub(crate) const ELSE: Self = Self(1 << 6);
    /// A number that is to be left, an amount or a time.
    pub(crate) const VETO: Self = Self(1 << 7);
    pub(crate) const CVV: Self = Self(1 << 8);
    /// "Security code": a card's, or one that came by message.
    pub(crate) const SAFE: Self = Self(1 << 9);
    pub(crate) const EXPIRY: Self = Self(1 << 10);
    pub(crate) const PIN: Self = Self(1 << 11);
    pub(crate) const OTP: Self = Self(1 << 12);
    pub(crate) const NIK: Self = Self(1 << 13);
    pub(crate) const KK: Self = Self(1 << 14);
    pub(crate) const NPWP: Self = Self(1 << 15);
    pub(crate) const BPJS: Self = Self(1 << 16);
    pub(crate) const PASSPORT: Self = Self(1 << 17);
    pub(crate) const RECORD: Self = Self(1 << 18);
    /// A bank account by itself.
    pub(crate) const REK: Self = Self(1 << 19);
    /// An account of any kind, or a transfer to one: with a bank's name, a bank account.
    pub(crate) const ACCOUNT: Self = Self(1 << 20);
    pub(crate) const BANK: Self = Self(1 << 21);
    pub(crate) const PHONE: Self = Self(1 << 22);
    pub(crate) const SSN: Self = Self(1 << 23);
    /// Follows an amount or a count.
    pub(crate) const UNIT: Self = Self(1 << 24);
    /// Stands between the parts of one number.
    pub(crate) const LINK: Self = Self(1 << 25);
    pub(crate) const ASK: Self = Self(1 << 26);
    pub(crate) const NOT: Self = Self(1 << 27);
    pub(crate) const PASSWORD: Self = Self(1 << 28);
    /// A number, masked or not; not in the table.
    pub(crate) const NUMBER: Self = Self(1 << 29);
    /// "Card" in another script; not in the table.
    pub(crate) const CARD_ABROAD: Self = Self(1 << 30);

    /// Whether both say something of these.
    pub(crate) const fn has(self, any: Self) -> bool {
        self.0 & any.0 != 0
    }

    /// Both together.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The digit that the word spells.
    pub(crate) const fn digit(self) -> Option<u8> {
        (self.0 & 15).to_le_bytes()[0].checked_sub(1)
    }
}

impl BitOr for Meaning {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.and(other)
    }
}

/// The longest word of the table, and how much longer its possessive is.
pub(crate) const LONGEST: usize = 16 + 3;

/// What `word`, ASCII letters in whatever case, says.
pub(crate) fn meaning(word: &[u8]) -> Meaning {
    let mut lower = [0; LONGEST];
    let Some(lower) = lower.get_mut(..word.len()) else { return Meaning::NOTHING };
    lower.copy_from_slice(word);
    lower.make_ascii_lowercase();
    let whole = look_up(lower);
    if whole != Meaning::NOTHING {
        return whole;
    }
    let bare = [b"nya".as_slice(), b"ku", b"mu"].iter().find_map(|ending| lower.strip_suffix(*ending));
    bare.map_or(Meaning::NOTHING, look_up)
}

/// Whether a word's first two letters are those of a spelled digit.
pub(crate) fn may_spell_a_digit(word: &[u8]) -> bool {
    let letter = |at: usize| word.get(at).map_or(31, |letter| usize::from(letter & 31));
    word.len() <= LONGEST && SPELLED[letter(0)] & (1 << letter(1)) != 0
}

fn look_up(word: &[u8]) -> Meaning {
    let found = TABLE.binary_search_by(|entry| entry.word().cmp(word));
    found.map_or(Meaning::NOTHING, |at| TABLE[at].meaning)
}

/// The names of the meanings in the data; the first ten are the digits, and [`Meaning`] has the others in this order.
const NAMES: [&str; 35] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "card", "other", "else",
    "veto", "cvv", "safe", "expiry", "pin", "otp", "nik", "kk", "npwp", "bpjs", "passport", "record", "rek",
    "account", "bank", "phone", "ssn", "unit", "link", "ask", "not", "password",
];
const DIGITS: u8 = 10;
/// The bit of the first meaning that is no digit.
const FIRST_BIT: u8 = 4;

/// For each first letter of a spelled digit, its second letters.
static SPELLED: [u32; 32] = PARSED.spelled();

const DATA: &[u8] = include_bytes!("../data/words.txt");
const PARSED: Parsed = Parsed::new();
static TABLE: [Entry; PARSED.words] = PARSED.table();
static LETTERS: [u8; PARSED.letters] = PARSED.text();

/// A word of the table: where its letters stand in [`LETTERS`].
#[derive(Clone, Copy)]
struct Entry {
    at: u16,
    length: u8,
    meaning: Meaning,
}

impl Entry {
    fn word(&self) -> &'static [u8] {
        let at = usize::from(self.at);
        &LETTERS[at..at + usize::from(self.length)]
    }
}

/// The data as it is read: sorted words, and room for more.
struct Parsed {
    entries: [Entry; 640],
    words: usize,
    letters: usize,
}

impl Parsed {
    const fn new() -> Self {
        let empty = Entry { at: 0, length: 0, meaning: Meaning::NOTHING };
        let mut parsed = Self { entries: [empty; 640], words: 0, letters: 0 };
        let mut meaning = Meaning::NOTHING;
        let mut at = 0;
        while at < DATA.len() {
            if DATA[at] == b'#' {
                while DATA[at] != b'\n' {
                    at += 1;
                }
            } else if DATA[at].is_ascii_whitespace() {
                at += 1;
            } else {
                let start = at;
                while DATA[at].is_ascii_lowercase() {
                    at += 1;
                }
                if DATA[at] == b':' {
                    meaning = named(start, at);
                    at += 1;
                } else {
                    assert!(DATA[at].is_ascii_whitespace(), "a word has other than lower-case letters");
                    parsed.add(start, at, meaning);
                }
            }
        }
        parsed
    }

    /// Puts a word where it belongs; here its place is counted in [`DATA`].
    const fn add(&mut self, start: usize, end: usize, meaning: Meaning) {
        let (mut low, mut high) = (0, self.words);
        while low < high {
            let middle = usize::midpoint(low, high);
            match compare(&self.entries[middle], start, end) {
                0 => {
                    self.entries[middle].meaning = self.entries[middle].meaning.and(meaning);
                    return;
                }
                1 => high = middle,
                _ => low = middle + 1,
            }
        }
        let mut at = self.words;
        while at > low {
            self.entries[at] = self.entries[at - 1];
            at -= 1;
        }
        assert!(end - start <= LONGEST, "a word is longer than any is read");
        let ([first, second, ..], [length, ..]) = (start.to_le_bytes(), (end - start).to_le_bytes());
        self.entries[low] = Entry { at: u16::from_le_bytes([first, second]), length, meaning };
        self.words += 1;
        self.letters += end - start;
    }

    /// The words, their places counted in [`LETTERS`].
    const fn table<const N: usize>(&self) -> [Entry; N] {
        let mut table = [self.entries[0]; N];
        let (mut at, mut length) = (0, 0);
        while at < N {
            table[at] = self.entries[at];
            table[at].at = length;
            length += self.entries[at].length as u16;
            at += 1;
        }
        table
    }

    const fn spelled(&self) -> [u32; 32] {
        let mut seconds = [0; 32];
        let mut entry = 0;
        while entry < self.words {
            let Entry { at, meaning, .. } = self.entries[entry];
            if meaning.digit().is_some() {
                let at = at as usize;
                seconds[(DATA[at] & 31) as usize] |= 1 << (DATA[at + 1] & 31);
            }
            entry += 1;
        }
        seconds
    }

    const fn text<const N: usize>(&self) -> [u8; N] {
        let mut text = [0; N];
        let (mut entry, mut to) = (0, 0);
        while entry < self.words {
            let Entry { at, length, .. } = self.entries[entry];
            let mut from = 0;
            while from < length as usize {
                text[to] = DATA[at as usize + from];
                from += 1;
                to += 1;
            }
            entry += 1;
        }
        text
    }
}

/// 0 where the entry is this word of the data, 1 where it comes after it, 2 where before.
const fn compare(entry: &Entry, start: usize, end: usize) -> u8 {
    let (length, other) = (entry.length as usize, end - start);
    let mut at = 0;
    while at < length && at < other {
        let (this, that) = (DATA[entry.at as usize + at], DATA[start + at]);
        if this != that {
            return if this > that { 1 } else { 2 };
        }
        at += 1;
    }
    if length == other {
        0
    } else if length > other {
        1
    } else {
        2
    }
}

/// The meaning whose name stands here in the data.
const fn named(start: usize, end: usize) -> Meaning {
    let mut nth = 0;
    while nth < NAMES.len() {
        let name = NAMES[nth].as_bytes();
        let mut same = name.len() == end - start;
        let mut at = 0;
        while same && at < name.len() {
            same = name[at] == DATA[start + at];
            at += 1;
        }
        if same {
            let nth = nth.to_le_bytes()[0];
            return Meaning(if nth < DIGITS { nth as u32 + 1 } else { 1 << (nth - DIGITS + FIRST_BIT) });
        }
        nth += 1;
    }
    panic!("a meaning has an unknown name")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_says_what_the_data_says() {
        assert!(TABLE.windows(2).all(|pair| pair[0].word() < pair[1].word()));
        for (word, said) in [
            ("kartu", Meaning::CARD),
            ("bpjs", Meaning::BPJS | Meaning::ELSE),
            ("password", Meaning::PASSWORD),
            ("x", Meaning::UNIT),
            ("Otp", Meaning::OTP),
            ("KARTUNYA", Meaning::CARD),
            ("pinku", Meaning::PIN),
            ("halo", Meaning::NOTHING),
            ("nya", Meaning::NOTHING),
            ("averylongwordthatisnone", Meaning::NOTHING),
        ] {
            assert_eq!(meaning(word.as_bytes()), said, "{word}");
        }
    }

    #[test]
    fn spelled_digits_have_their_value() {
        for (words, value) in [(["nol", "zero"], 0), (["satu", "one"], 1), (["sembilan", "nine"], 9)] {
            assert!(words.iter().all(|word| meaning(word.as_bytes()).digit() == Some(value)));
        }
        assert_eq!(Meaning::CARD.digit(), None);
    }
}
