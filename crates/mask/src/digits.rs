//! What one character is to a number.
//!
//! Sources: the Unicode Character Database 16.0 (and Tolong Siki of 17.0): `DerivedGeneralCategory.txt` for every Nd,
//! `DerivedNumericType.txt` for every `Numeric_Type=Digit`. The transparent and separating ranges are a choice from
//! `DerivedCoreProperties.txt` (`Default_Ignorable_Code_Point`) and from the categories Mn, Me, Zs, Pd and Po.

/// Stands for a digit that was masked.
pub(crate) const BULLET: char = '•';
pub(crate) const BULLET_TEXT: &str = "•";

/// What a character is to a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// A digit of any script, with its value.
    Digit(u8),
    /// A digit that was masked.
    Masked,
    /// Not seen by a reader, or only a mark on the digit before it.
    Transparent,
    /// May stand between two digits of one number.
    Separator,
    /// Ends a number.
    Other,
}

/// The character at byte `at`.
pub(crate) fn char_at(text: &str, at: usize) -> Option<char> {
    match text.as_bytes().get(at)? {
        byte if byte.is_ascii() => Some(char::from(*byte)),
        _ => text.get(at..)?.chars().next(),
    }
}

pub(crate) fn class(c: char) -> Class {
    match c {
        '0'..='9' => Class::Digit(c as u8 - b'0'),
        BULLET => Class::Masked,
        '\t'..='\r'
        | ' '
        | '-'
        | '.'
        | '/'
        | '\\'
        | '_'
        | ','
        | ':'
        | ';'
        | '*'
        | '|'
        | '+'
        | '\''
        | '~'
        | '('
        | ')'
        | '['
        | ']' => Class::Separator,
        '\0'..='\x1f' | '\x7f' => Class::Transparent,
        '\x20'..='\x7e' => Class::Other,
        _ => class_beyond_ascii(c),
    }
}

fn class_beyond_ascii(c: char) -> Class {
    let code = u32::from(c);
    if code >> 12 == 0xE0 {
        // Tags, and more variation selectors.
        Class::Transparent
    } else if let Some(value) = decimal(code).or_else(|| other_digit(code)) {
        Class::Digit(value)
    } else {
        between_digits(code)
    }
}

/// The value of a decimal digit (Nd): every set of ten is contiguous.
fn decimal(code: u32) -> Option<u8> {
    let after = ZEROS.partition_point(|&zero| zero <= code);
    let value = code - *ZEROS.get(after.checked_sub(1)?)?;
    u8::try_from(value).ok().filter(|&value| value < 10)
}

/// The value of a circled, raised, lowered or otherwise dressed digit.
fn other_digit(code: u32) -> Option<u8> {
    let step = |digits: u32| code.checked_sub(digits >> 8).filter(|step| *step <= digits >> 4 & 15);
    DRESSED.iter().find_map(|digits| Some((step(*digits)? + (digits & 15)).to_le_bytes()[0]))
}

/// [`OTHER_DIGITS`], each a number: the first, how many follow it, and the value of the first; four bits for each of the two.
static DRESSED: [u32; OTHER_DIGITS.len()] = {
    let mut dressed = [0; OTHER_DIGITS.len()];
    let mut at = 0;
    while at < dressed.len() {
        let (first, last, value) = OTHER_DIGITS[at];
        dressed[at] = first << 8 | (last - first) << 4 | value;
        at += 1;
    }
    dressed
};

/// What is between two digits of a number, and no digit.
fn between_digits(code: u32) -> Class {
    let after = BETWEEN.partition_point(|range| range >> FIRST <= code);
    match after.checked_sub(1).map(|at| BETWEEN[at]) {
        Some(range) if code - (range >> FIRST) <= range >> 1 & LONGEST => {
            if range & 1 == 0 {
                Class::Transparent
            } else {
                Class::Separator
            }
        }
        _ => Class::Other,
    }
}

/// [`TRANSPARENT`] and [`SEPARATORS`] in order, each a number: the first, from this bit on; how many follow it; and whether they
/// are separators.
const FIRST: u32 = 13;
const LONGEST: u32 = (1 << (FIRST - 1)) - 1;
static BETWEEN: [u32; TRANSPARENT.len() + SEPARATORS.len()] = between();

const fn between() -> [u32; TRANSPARENT.len() + SEPARATORS.len()] {
    let mut all = [0; TRANSPARENT.len() + SEPARATORS.len()];
    let (mut transparent, mut separator) = (0, 0);
    while transparent + separator < all.len() {
        let is_separator = transparent == TRANSPARENT.len()
            || (separator < SEPARATORS.len() && SEPARATORS[separator].0 < TRANSPARENT[transparent].0);
        let (first, last) = if is_separator { SEPARATORS[separator] } else { TRANSPARENT[transparent] };
        assert!(last - first <= LONGEST && first < 1 << (u32::BITS - FIRST), "a range has no room");
        all[transparent + separator] = first << FIRST | (last - first) << 1 | is_separator as u32;
        (transparent, separator) =
            if is_separator { (transparent, separator + 1) } else { (transparent + 1, separator) };
    }
    all
}

/// The zero of every set of ten decimal digits beyond ASCII.
#[rustfmt::skip]
const ZEROS: [u32; 76] = [
    0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50, 0xED0, 0xF20,
    0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0,
    0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x10D40, 0x11066, 0x110F0, 0x11136, 0x111D0,
    0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x116D0, 0x116DA, 0x11730, 0x118E0, 0x11950, 0x11BF0, 0x11C50,
    0x11D50, 0x11DA0, 0x11DE0, 0x11F50, 0x16130, 0x16A60, 0x16AC0, 0x16B50, 0x16D70, 0x1CCF0, 0x1D7CE, 0x1D7D8,
    0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E5F1, 0x1E950, 0x1FBF0,
];

/// Digits outside Nd: first, last, value of the first.
#[rustfmt::skip]
const OTHER_DIGITS: [(u32, u32, u32); 21] = [
    (0xB2, 0xB3, 2), (0xB9, 0xB9, 1), (0x1369, 0x1371, 1), (0x19DA, 0x19DA, 1), (0x2070, 0x2070, 0), (0x2074, 0x2079, 4),
    (0x2080, 0x2089, 0), (0x2460, 0x2468, 1), (0x2474, 0x247C, 1), (0x2488, 0x2490, 1), (0x24EA, 0x24EA, 0),
    (0x24F5, 0x24FD, 1), (0x24FF, 0x24FF, 0), (0x2776, 0x277E, 1), (0x2780, 0x2788, 1), (0x278A, 0x2792, 1),
    (0x10A40, 0x10A43, 1), (0x10E60, 0x10E68, 1), (0x11052, 0x1105A, 1), (0x1F100, 0x1F100, 0), (0x1F101, 0x1F10A, 0),
];

/// C1 controls, soft hyphen, combining marks (the keycap among them), joiners, bidi controls, variation selectors.
#[rustfmt::skip]
const TRANSPARENT: [(u32, u32); 23] = [
    (0x80, 0x84), (0x86, 0x9F), (0xAD, 0xAD), (0x300, 0x36F), (0x483, 0x489), (0x591, 0x5BD), (0x610, 0x61A), (0x61C, 0x61C),
    (0x64B, 0x65F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF),
    (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x20D0, 0x20FF), (0x3164, 0x3164), (0xFE00, 0xFE0F),
    (0xFE20, 0xFE2F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0)
];

/// Spaces, line ends, dashes, dots, slashes, bars, and the pictures people put between groups.
#[rustfmt::skip]
const SEPARATORS: [(u32, u32); 31] = [
    (0x85, 0x85), (0xA0, 0xA0), (0xA6, 0xA6), (0xB7, 0xB7), (0x58A, 0x58A), (0x5BE, 0x5BE), (0x60C, 0x60C), (0x66B, 0x66C),
    (0x1680, 0x1680), (0x2000, 0x200A), (0x2010, 0x2015), (0x2024, 0x2029), (0x202F, 0x202F), (0x203E, 0x2040),
    (0x2043, 0x2044), (0x2053, 0x2054), (0x205F, 0x205F), (0x2212, 0x2212), (0x2215, 0x2219), (0x2223, 0x2223),
    (0x22C5, 0x22C5), (0x2500, 0x2503), (0x2E3A, 0x2E3B), (0x3000, 0x3002), (0x301C, 0x301C), (0x30FB, 0x30FC),
    (0xFE58, 0xFE58), (0xFE63, 0xFE63), (0xFF0B, 0xFF0F), (0xFF1A, 0xFF1B), (0x1F300, 0x1FAFF),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn tables_are_sorted() {
        assert!(ZEROS.windows(2).all(|w| w[0] + 10 <= w[1]));
        for ranges in [&TRANSPARENT[..], &SEPARATORS[..]] {
            assert!(ranges.iter().all(|(first, last)| first <= last));
            assert!(ranges.windows(2).all(|w| w[0].1 < w[1].0));
        }
    }

    #[test]
    fn every_decimal_digit_of_unicode_folds_to_its_value() {
        let decimal = regex::Regex::new(r"^\d$").unwrap();
        let mut buffer = [0; 4];
        let known: Vec<char> =
            ('\0'..=char::MAX).filter(|c| decimal.is_match(c.encode_utf8(&mut buffer))).collect();
        assert!(known.len() >= 760);
        for (nth, &c) in known.iter().enumerate() {
            assert_eq!(class(c), Class::Digit(u8::try_from(nth % 10).unwrap()), "{:x}", c as u32);
        }
    }

    #[test]
    fn dressed_digits_fold() {
        for (text, value) in [("⓪⁰₀🄀🄁", 0), ("①¹₁⑴⒈❶➊⓵", 1), ("⑨⁹₉⑼⒐❾➒⓽🄊", 9)]
        {
            for c in text.chars() {
                assert_eq!(class(c), Class::Digit(value), "{c}");
            }
        }
    }

    #[test]
    fn marks_and_joiners_are_transparent() {
        for c in "\u{200b}\u{ad}\u{202e}\u{feff}\u{301}\u{fe0f}\u{20e3}\u{2060}\u{e0001}\0".chars() {
            assert_eq!(class(c), Class::Transparent, "{:x}", c as u32);
        }
    }

    #[test]
    fn letters_and_signs_end_a_number() {
        for c in "aZéж中<>=^\"%#@$".chars() {
            assert_eq!(class(c), Class::Other, "{c}");
        }
    }
}
