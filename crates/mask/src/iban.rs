//! International bank account numbers: ISO 13616.

use core::ops::Range;

use crate::digits::{Class, class};

/// How many characters one has.
const LENGTHS: core::ops::RangeInclusive<usize> = 15..=34;

/// And how many of them are digits at least: one word in 97 would pass the check otherwise.
const DIGITS: usize = 10;

/// The bytes of the IBAN whose check digits start at byte `digits`.
///
/// Single spaces or dashes may stand between its characters.
pub(crate) fn find(text: &str, digits: usize) -> Option<Range<usize>> {
    let start = digits.checked_sub(2)?;
    let bytes = text.as_bytes();
    let country = bytes.get(start..digits)?;
    let cut = start > 0 && bytes[start - 1].is_ascii_alphanumeric();
    if cut || !country.iter().all(u8::is_ascii_alphabetic) {
        return None;
    }
    let (mut rest, mut check) = (0, [0; 2]);
    let (mut count, mut best) = (0, None);
    let (mut gap, mut figures) = (false, 0);
    for (at, &byte) in bytes.iter().enumerate().skip(digits) {
        if !byte.is_ascii_alphanumeric() {
            if gap || !matches!(byte, b' ' | b'-') {
                break;
            }
            gap = true;
            continue;
        }
        gap = false;
        match check.get_mut(count) {
            Some(digit) if byte.is_ascii_digit() => *digit = byte,
            Some(_) => return None,
            None => rest = push(rest, byte),
        }
        count += 1;
        figures += usize::from(byte.is_ascii_digit());
        let next = text.get(at + 1..).and_then(|rest| rest.chars().next());
        let ends = !next.is_some_and(|c| {
            c.is_ascii_alphanumeric()
                || matches!(class(c), Class::Digit(_) | Class::Masked | Class::Transparent)
        });
        if ends && figures >= DIGITS && LENGTHS.contains(&(count + 2)) {
            let head = country.iter().chain(&check);
            if head.fold(rest, |rest, &byte| push(rest, byte)) == 1 {
                best = Some(start..at + 1);
            }
        }
        if count + 2 > *LENGTHS.end() {
            break;
        }
    }
    best
}

/// How many digits end it: letters before them hide what is masked before these.
pub(crate) fn together(number: &str) -> usize {
    let end = number.bytes().rev().take_while(|byte| !byte.is_ascii_alphabetic());
    end.filter(u8::is_ascii_digit).count()
}

/// The remainder by 97 with one more character: its digit, or its letter's two.
fn push(rest: u32, byte: u8) -> u32 {
    match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        _ => (rest * 100 + u32::from(byte.to_ascii_uppercase() - b'A') + 10) % 97,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digits_decide() {
        for text in ["GB55NWBK91555821734924", "DE89 3704 0044 0532 0130 00", "nl91abna0417164300"] {
            assert_eq!(find(text, 2), Some(0..text.len()), "{text}");
        }
        assert_eq!(find("GB56NWBK91555821734924", 2), None);
        assert_eq!(find("XGB55NWBK91555821734924", 3), None);
    }

    #[test]
    fn words_around_are_no_part_of_it() {
        assert_eq!(find("DE89 3704 0044 0532 0130 00 ya kak", 2), Some(0..27));
    }
}
