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

/// The longest word that may be in the table, its possessive included.
pub(crate) const LONGEST: usize = MAX_LETTERS + 3;

/// The longest word in the table: its letters, five bits each, fill a number.
const MAX_LETTERS: usize = 12;

/// What `word`, ASCII letters in whatever case, says.
pub(crate) fn meaning(word: &[u8]) -> Meaning {
    let whole = look_up(word);
    if whole != Meaning::NOTHING {
        return whole;
    }
    let (bare, ending) = word.split_at(word.len().saturating_sub(3));
    let is = |ending: &[u8], own: &[u8]| ending.eq_ignore_ascii_case(own);
    if is(ending, b"nya") {
        return look_up(bare);
    }
    let (bare, ending) = word.split_at(word.len().saturating_sub(2));
    if is(ending, b"ku") || is(ending, b"mu") { look_up(bare) } else { Meaning::NOTHING }
}

/// Whether a word's first two letters and its length are those of a spelled digit.
pub(crate) fn may_spell_a_digit(word: &[u8]) -> bool {
    let [first, second, ..] = word else { return false };
    let (seconds, lengths) = SPELLED[usize::from(first & 31)];
    seconds & (1 << (second & 31)) != 0 && word.len() < 32 && lengths & (1 << word.len()) != 0
}

fn look_up(word: &[u8]) -> Meaning {
    if word.is_empty() || word.len() > MAX_LETTERS {
        return Meaning::NOTHING;
    }
    let first = usize::from(word[0] & 31);
    let range = usize::from(STARTS[first])..usize::from(STARTS[first + 1]);
    let keys = KEYS.get(range.clone()).unwrap_or_default();
    let found = keys.binary_search(&key(word, 0, word.len()));
    found.map_or(Meaning::NOTHING, |at| MEANINGS[range.start + at])
}

/// The letters of a word as one number, first ones first; the same for both cases.
const fn key(text: &[u8], start: usize, end: usize) -> u64 {
    let mut key = 0;
    let mut at = 0;
    while at < MAX_LETTERS {
        let letter = if start + at < end { text[start + at] & 31 } else { 0 };
        key = key << 5 | letter as u64;
        at += 1;
    }
    key
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

const DATA: &[u8] = include_bytes!("../data/words.txt");
const PARSED: Parsed = Parsed::new();
static KEYS: [u64; PARSED.words] = PARSED.keys();
static MEANINGS: [Meaning; PARSED.words] = PARSED.meanings();
/// For each first letter, where its words start.
static STARTS: [u16; 33] = PARSED.starts();
/// For each first letter of a spelled digit, its second letters and its lengths.
static SPELLED: [(u32, u32); 32] = PARSED.spelled();

/// The data as it is read: sorted words, and room for more.
struct Parsed {
    entries: [(u64, Meaning); 640],
    words: usize,
}

impl Parsed {
    const fn new() -> Self {
        let mut parsed = Self { entries: [(0, Meaning::NOTHING); 640], words: 0 };
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
                    assert!(at - start <= MAX_LETTERS, "a word is longer than any is read");
                    parsed.add(key(DATA, start, at), meaning);
                }
            }
        }
        parsed
    }

    /// Puts a word where it belongs.
    const fn add(&mut self, word: u64, meaning: Meaning) {
        let mut at = self.words;
        while at > 0 && self.entries[at - 1].0 > word {
            at -= 1;
        }
        if at > 0 && self.entries[at - 1].0 == word {
            self.entries[at - 1].1 = self.entries[at - 1].1.and(meaning);
            return;
        }
        let mut to = self.words;
        while to > at {
            self.entries[to] = self.entries[to - 1];
            to -= 1;
        }
        self.entries[at] = (word, meaning);
        self.words += 1;
    }

    const fn keys<const N: usize>(&self) -> [u64; N] {
        let mut keys = [0; N];
        let mut at = 0;
        while at < N {
            keys[at] = self.entries[at].0;
            at += 1;
        }
        keys
    }

    const fn meanings<const N: usize>(&self) -> [Meaning; N] {
        let mut meanings = [Meaning::NOTHING; N];
        let mut at = 0;
        while at < N {
            meanings[at] = self.entries[at].1;
            at += 1;
        }
        meanings
    }

    const fn starts(&self) -> [u16; 33] {
        let mut starts = [0; 33];
        let mut at = 0;
        while at < self.words {
            let mut letter = nth_letter(self.entries[at].0, 0) + 1;
            at += 1;
            while letter < starts.len() {
                let [low, high, ..] = at.to_le_bytes();
                starts[letter] = u16::from_le_bytes([low, high]);
                letter += 1;
            }
        }
        starts
    }

    const fn spelled(&self) -> [(u32, u32); 32] {
        let mut spelled = [(0, 0); 32];
        let mut at = 0;
        while at < self.words {
            let (word, meaning) = self.entries[at];
            if meaning.digit().is_some() {
                let mut length = 0;
                while length < MAX_LETTERS && nth_letter(word, length) != 0 {
                    length += 1;
                }
                let first = nth_letter(word, 0);
                spelled[first].0 |= 1 << nth_letter(word, 1);
                spelled[first].1 |= 1 << length;
            }
            at += 1;
        }
        spelled
    }
}

/// One letter of a key, 1 for A; 0 after the last.
const fn nth_letter(key: u64, nth: usize) -> usize {
    (key >> (5 * (MAX_LETTERS - 1 - nth)) & 31) as usize
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
        assert!(nth < NAMES.len(), "a meaning has an unknown name");
    }
    Meaning::NOTHING
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_says_what_the_data_says() {
        assert!(KEYS.is_sorted_by(|a, b| a < b));
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
