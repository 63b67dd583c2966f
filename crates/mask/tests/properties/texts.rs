//! Random texts, each from a number: any Unicode, pieces that try to be something, and the project's cases, altered.

use crate::invariants::PIECES;

const OPEN: &str = include_str!("../data/cards-open.jsonl");
const OWN: &str = include_str!("../data/own.txt");

/// What alters a case, beside digits and pieces: other scripts' digits, marks that nobody sees, letters.
const MARKS: [&str; 16] = [
    "٤",
    "۵",
    "४",
    "𝟗",
    "①",
    "²",
    "4\u{fe0f}\u{20e3}",
    "\u{200d}",
    "\u{ad}",
    "\u{202e}",
    "\u{301}",
    "\u{a0}",
    "–",
    "卡",
    "بطاقة",
    "\r\n",
];

/// The most pieces of a text.
const LONGEST: u64 = 24;

/// A source of random numbers that a seed decides: `SplitMix64`, of Steele, Lea and Flood, 2014.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    /// A place in something that is so long.
    pub(crate) fn place(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length.max(1) as u64)).unwrap_or_default()
    }

    fn pick<T: Copy>(&mut self, options: &[T]) -> T {
        options[self.place(options.len())]
    }
}

/// The texts of the open corpus and of the project's own cases.
pub(crate) struct Cases(Vec<Vec<char>>);

impl Cases {
    pub(crate) fn read() -> Self {
        let open = OPEN.lines().filter_map(|line| {
            let case: serde_json::Value = serde_json::from_str(line).ok()?;
            Some(case["text"].as_str()?.chars().collect())
        });
        let own = OWN.lines().filter(|line| !line.starts_with(['#', '=']) && !line.is_empty());
        Self(open.chain(own.map(|line| line.replace('⏎', "\n").chars().collect())).collect())
    }

    /// A random text.
    pub(crate) fn text(&self, random: &mut Random) -> String {
        match random.below(4) {
            0 => any(random),
            1 => pieces(random),
            _ => self.altered(random),
        }
    }

    /// A case with a few places changed, and sometimes with a part of another.
    fn altered(&self, random: &mut Random) -> String {
        let mut text = self.0[random.place(self.0.len())].clone();
        if random.below(4) == 0 {
            let other = &self.0[random.place(self.0.len())];
            let (at, from) = (random.place(text.len()), random.place(other.len()));
            text.splice(at.., other[from..].iter().copied());
        }
        for _ in 0..random.below(5) {
            let at = random.place(text.len() + 1);
            let end = (at + random.place(5)).min(text.len());
            match random.below(5) {
                0 => drop(text.drain(at..end)),
                1 => {
                    let again = text[at..end].to_vec();
                    text.splice(at..at, again);
                }
                2 => text[at..end].iter_mut().filter(|c| c.is_ascii_digit()).for_each(|c| *c = digit(random)),
                _ => drop(text.splice(at..at, piece(random).chars().collect::<Vec<_>>())),
            }
        }
        text.into_iter().collect()
    }
}

/// Characters of all Unicode, most of them from where digits and marks are.
fn any(random: &mut Random) -> String {
    let length = random.below(3 * LONGEST);
    (0..length)
        .filter_map(|_| {
            let end = random.pick(&[0x80, 0x80, 0x100, 0x900, 0x3000, 0x1_0000, 0x2_0000, 0x11_0000]);
            char::from_u32(u32::try_from(random.below(end)).ok()?)
        })
        .collect()
}

/// Digits, pieces and cards in any order.
fn pieces(random: &mut Random) -> String {
    (0..=random.below(LONGEST)).map(|_| piece(random)).collect()
}

fn piece(random: &mut Random) -> String {
    match random.below(8) {
        0 => card(random),
        1 | 2 => (0..=random.below(6)).map(|_| digit(random)).collect(),
        3 => random.pick(&MARKS).to_owned(),
        _ => random.pick(&PIECES).to_owned(),
    }
}

/// A card's number, in groups or not.
fn card(random: &mut Random) -> String {
    let (start, length) = random.pick(&[
        ("4", 16),
        ("4", 13),
        ("51", 16),
        ("2300", 16),
        ("37", 15),
        ("36", 14),
        ("3550", 16),
        ("6011", 16),
        ("62", 19),
    ]);
    let mut number = start.to_owned();
    while number.len() < length - 1 {
        number.push(digit(random));
    }
    number.push(check_digit(&number));
    let (size, gap) = (random.pick(&[4, 4, 16, 6, 2]), random.pick(&[" ", "-", ".", "\n", " - "]));
    let groups: Vec<&str> =
        (0..length).step_by(size).map(|at| &number[at..(at + size).min(length)]).collect();
    groups.join(gap)
}

fn digit(random: &mut Random) -> char {
    random.pick(&['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
}

/// The digit that makes Luhn hold after these.
pub(crate) fn check_digit(digits: &str) -> char {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let value = u32::from(digit - b'0') << u32::from(at % 2 == 0);
            value / 10 + value % 10
        })
        .sum();
    char::from(b'0' + u8::try_from((10 - sum % 10) % 10).unwrap_or_default())
}
