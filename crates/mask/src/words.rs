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
    /// "Code": with a word for a message, one that came by it.
    pub(crate) const CODE: Self = Self(1 << 29);
    /// A number, masked or not; not in the table.
    pub(crate) const NUMBER: Self = Self(1 << 30);
    /// "Card" in another script; not in the table.
    pub(crate) const CARD_ABROAD: Self = Self(1 << 31);

    /// Whether both say something of these.
    pub(crate) const fn has(self, any: Self) -> bool {
        self.0 & any.0 != 0
    }

    /// This but for those.
    pub(crate) const fn without(self, those: Self) -> Self {
        Self(self.0 & !those.0)
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

/// The letters after a word of one letter: none, or the first of "-ku", "-mu" and "-nya".
const POSSESSIVES: u32 = 1 | 1 << (b'k' & 31) | 1 << (b'm' & 31) | 1 << (b'n' & 31);

/// The longest word in the table: its letters, five bits each, fill a number.
pub(crate) const MAX_LETTERS: usize = 12;

/// What `word`, ASCII letters in whatever case, says.
pub(crate) fn meaning(word: &[u8]) -> Meaning {
    // Most words of most texts start like none of the table, with or without their possessive.
    let [first, rest @ ..] = word else { return Meaning::NOTHING };
    if SECONDS[usize::from(first & 31)] & (1 << rest.first().map_or(0, |second| second & 31)) == 0 {
        return Meaning::NOTHING;
    }
    let whole = look_up(word);
    if whole != Meaning::NOTHING {
        return whole;
    }
    match word {
        [bare @ .., b'n' | b'N', b'y' | b'Y', b'a' | b'A']
        | [bare @ .., b'k' | b'K' | b'm' | b'M', b'u' | b'U'] => look_up(bare),
        _ => Meaning::NOTHING,
    }
}

/// Where the word ends that starts at byte `at`, and what it says.
pub(crate) fn word_at(bytes: &[u8], at: usize) -> (usize, Meaning) {
    let end = word_end(bytes, at);
    (end, if end - at <= LONGEST { meaning(&bytes[at..end]) } else { Meaning::NOTHING })
}

/// Where the ASCII letters end that start at byte `at`.
pub(crate) fn word_end(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(u8::is_ascii_alphabetic) {
        at += 1;
    }
    at
}

/// The start of the first word from byte `from` on that spells a digit, or the first byte that may belong to a digit.
///
/// Most text has neither, so this is what most time is spent on. All spelled digits are looked for at once, as far as their third
/// letters: a state has a bit for each set of them and each letter that was read, and [`OPENINGS`] what may follow.
pub(crate) fn first_telling(bytes: &[u8], from: usize) -> Option<usize> {
    let mut state = SETS;
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        // The letters before come one further, and any word may start here.
        state = ((state << 8) | SETS | FIGURE) & OPENINGS[usize::from(*byte)];
        if state & ((SETS << 24) | FIGURE) != 0 {
            if state & (SETS << 24) != 0 && spells_a_digit(bytes, at - 2) {
                return Some(at - 2);
            }
            if state & FIGURE != 0 {
                return Some(at);
            }
        }
        at += 1;
    }
    // A word of two letters is not followed by a third.
    let last = bytes.len().checked_sub(2)?;
    (state & (SETS << 16) != 0 && spells_a_digit(bytes, last)).then_some(last)
}

fn spells_a_digit(bytes: &[u8], start: usize) -> bool {
    look_up(&bytes[start..word_end(bytes, start)]).digit().is_some()
}

fn look_up(word: &[u8]) -> Meaning {
    if word.is_empty() || word.len() > MAX_LETTERS {
        return Meaning::NOTHING;
    }
    let first = usize::from(word[0] & 31);
    let range = usize::from(STARTS[first])..usize::from(STARTS[first + 1]);
    let keys = KEYS.get(range.clone()).unwrap_or_default();
    let found = keys.binary_search(&key(word, 0, word.len()));
    found.map_or(Meaning::NOTHING, |at| MEANINGS[usize::from(SAYS[range.start + at])])
}

/// The letters of a word as one number, first ones first; the same for both cases.
pub(crate) const fn key(text: &[u8], start: usize, end: usize) -> u64 {
    let mut key = 0;
    let mut at = start;
    while at < end {
        key = key << 5 | (text[at] & 31) as u64;
        at += 1;
    }
    key << (5 * (MAX_LETTERS - (end - start)))
}

/// The names of the meanings in the data; the first ten are the digits, and [`Meaning`] has the others in this order.
const NAMES: [&str; 36] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "card", "other", "else",
    "veto", "cvv", "safe", "expiry", "pin", "otp", "nik", "kk", "npwp", "bpjs", "passport", "record", "rek",
    "account", "bank", "phone", "ssn", "unit", "link", "ask", "not", "password", "code",
];
const DIGITS: u8 = 10;
/// The bit of the first meaning that is no digit.
const FIRST_BIT: u8 = 4;

const DATA: &[u8] = include_bytes!("../data/words.txt");
const PARSED: Parsed = Parsed::new();
static KEYS: [u64; PARSED.words] = PARSED.keys();
/// For each word, which of [`MEANINGS`] it has: most have one that many have.
static SAYS: [u8; PARSED.words] = *PARSED.says.first_chunk().unwrap();
static MEANINGS: [Meaning; PARSED.different] = *PARSED.meanings.first_chunk().unwrap();
/// For each first letter, where its words start.
static STARTS: [u16; 33] = PARSED.starts();
/// For each first letter, one bit for each second, that of a possessive's too; the lowest for words of one letter.
static SECONDS: [u32; 32] = PARSED.seconds();
/// The sets that spelled digits are divided into: one bit each, in each byte of a state.
const SETS: u32 = 0x7f;
/// A digit, or part of a character that may be one.
const FIGURE: u32 = 0x80;
/// For each byte: in which sets it may stand before a word, and as its first, second and third letter or after its last; or
/// [`FIGURE`].
static OPENINGS: [u32; 256] = PARSED.openings();

/// The data as it is read: sorted words, and room for more.
struct Parsed {
    entries: [(u64, Meaning); 640],
    words: usize,
    /// For each word, which of the meanings it has.
    says: [u8; 640],
    meanings: [Meaning; 64],
    different: usize,
}

impl Parsed {
    const fn new() -> Self {
        let mut parsed = Self {
            entries: [(0, Meaning::NOTHING); 640],
            words: 0,
            says: [0; 640],
            meanings: [Meaning::NOTHING; 64],
            different: 0,
        };
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
        parsed.tell_apart();
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

    /// Finds for each word which of the different meanings it has.
    const fn tell_apart(&mut self) {
        let mut word = 0;
        while word < self.words {
            let meaning = self.entries[word].1;
            let mut at = 0;
            while at < self.different && self.meanings[at].0 != meaning.0 {
                at += 1;
            }
            self.meanings[at] = meaning;
            if at == self.different {
                self.different += 1;
            }
            self.says[word] = at.to_le_bytes()[0];
            word += 1;
        }
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

    const fn seconds(&self) -> [u32; 32] {
        let mut seconds = [0; 32];
        let mut at = 0;
        while at < self.words {
            let word = self.entries[at].0;
            let second = nth_letter(word, 1);
            seconds[nth_letter(word, 0)] |= if second == 0 { POSSESSIVES } else { 1 << second };
            at += 1;
        }
        seconds
    }

    const fn openings(&self) -> [u32; 256] {
        let mut openings = [0; 256];
        let mut byte: u8 = 0;
        loop {
            openings[byte as usize] = if byte.is_ascii_alphabetic() {
                self.sets_of((byte & 31) as usize)
            } else {
                let is_figure = byte.is_ascii_digit() || !byte.is_ascii();
                (if is_figure { FIGURE } else { SETS }) | (self.sets_of(0) & (SETS << 24))
            };
            match byte.checked_add(1) {
                Some(next) => byte = next,
                None => return openings,
            }
        }
    }

    /// In which sets this letter is the first, second and third; 0 where there is none.
    const fn sets_of(&self, letter: usize) -> u32 {
        let (mut sets, mut at, mut spelled) = (0, 0, 0);
        while at < self.words {
            let (word, meaning) = self.entries[at];
            if meaning.digit().is_some() {
                let mut nth = 0;
                while nth < 3 {
                    if nth_letter(word, nth) == letter {
                        sets |= 1 << (8 * (nth + 1) + spelled / 4);
                    }
                    nth += 1;
                }
                spelled += 1;
            }
            at += 1;
        }
        assert!(spelled <= 4 * SETS.count_ones() as usize, "more words spell digits than there are sets for");
        sets
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

    /// As [`meaning`] finds it, word by word in the data.
    fn meaning_by_reading(word: &str) -> Meaning {
        let listed = |word: &str| {
            let lines = include_str!("../data/words.txt").lines().filter(|line| !line.starts_with('#'));
            let lines = lines.filter_map(|line| line.split_once(':'));
            let named = lines.filter(|(_, words)| words.split_whitespace().any(|listed| listed == word));
            named.fold(Meaning::NOTHING, |all, (name, _)| {
                let nth = NAMES.iter().position(|known| *known == name).unwrap();
                all | Meaning(if nth < 10 { u32::try_from(nth).unwrap() + 1 } else { 1 << (nth - 10 + 4) })
            })
        };
        let whole = listed(word);
        let bare = ["nya", "ku", "mu"].into_iter().find_map(|end| word.strip_suffix(end));
        if whole == Meaning::NOTHING { bare.map_or(whole, listed) } else { whole }
    }

    #[test]
    fn every_word_of_the_bench_and_of_the_data_says_what_the_data_says() {
        let texts = [
            include_str!("../data/words.txt"),
            include_str!("../tests/data/bench/mix.txt"),
            include_str!("../tests/data/own.txt"),
        ];
        let words = texts.iter().flat_map(|text| text.split(|c: char| !c.is_ascii_alphabetic()));
        let words: std::collections::BTreeSet<_> = words.map(str::to_ascii_lowercase).collect();
        for word in words.iter().filter(|word| word.len() <= MAX_LETTERS) {
            for end in ["", "nya", "ku", "mu", "a"] {
                let word = [word, end].concat();
                assert_eq!(meaning(word.as_bytes()), meaning_by_reading(&word), "{word}");
            }
        }
    }

    #[test]
    fn spelled_digits_have_their_value() {
        for (words, value) in [(["nol", "zero"], 0), (["satu", "one"], 1), (["sembilan", "nine"], 9)] {
            assert!(words.iter().all(|word| meaning(word.as_bytes()).digit() == Some(value)));
        }
        assert_eq!(Meaning::CARD.digit(), None);
    }

    /// As [`first_telling`] finds it, word by word.
    fn first_by_words(text: &str, from: usize) -> Option<usize> {
        let mut at = from;
        while let Some(byte) = text.as_bytes().get(at) {
            let end = word_end(text.as_bytes(), at);
            if byte.is_ascii_digit()
                || !byte.is_ascii()
                || look_up(&text.as_bytes()[at..end]).digit().is_some()
            {
                return Some(at);
            }
            at = end.max(at + 1);
        }
        None
    }

    #[test]
    fn the_first_digit_is_found_spelled_or_not_wherever_it_stands() {
        let pieces =
            ["oh", "one", "Satu", "six", "sixt", "nol", "SEVEN", "delapan", "x", "o", " ", "-", "7", "é", ""];
        for text in pieces.iter().flat_map(|first| pieces.iter().map(move |second| [*first, *second])) {
            for more in pieces.iter().flat_map(|third| pieces.iter().map(move |fourth| [*third, *fourth])) {
                let text = [text, more].concat().concat();
                for from in 0..=text.len().min(2) {
                    assert_eq!(
                        first_telling(text.as_bytes(), from),
                        first_by_words(&text, from),
                        "{text} {from}"
                    );
                }
            }
        }
    }

    #[test]
    fn every_spelled_digit_is_found_alone_and_amid_a_text() {
        for word in
            ["nol", "kosong", "zero", "oh", "satu", "one", "dua", "two", "tiga", "three", "empat", "four"]
                .into_iter()
                .chain([
                    "lima", "five", "enam", "six", "tujuh", "seven", "delapan", "eight", "sembilan", "nine",
                ])
        {
            assert_eq!(first_telling(word.as_bytes(), 0), Some(0), "{word}");
            let text = ["halo kak ", word, ", ya"].concat();
            assert_eq!(first_telling(text.to_uppercase().as_bytes(), 0), Some(9), "{word}");
        }
    }
}
