//! What a number is glued to or cut out of.

use core::ops::Range;

use crate::digits::{Class, char_at, class};

/// How far back an address may start, in characters.
const ADDRESS: usize = 200;

/// A sign, year, month and service code.
const STRIPE: usize = 8;

/// How far a code of letters and digits is looked at, in letters.
const CODE: usize = 40;

/// Whether byte `at` stands in a web address.
pub(crate) fn in_address(text: &str, at: usize) -> bool {
    let before = text[..at].chars().rev().take(ADDRESS).take_while(|c| !c.is_whitespace());
    let token = &text.as_bytes()[at - before.map(char::len_utf8).sum::<usize>()..at];
    let host = token.iter().take_while(|byte| !matches!(byte, b'/' | b'?')).count();
    let top = token[..host].iter().rev().take_while(|byte| byte.is_ascii_alphabetic()).count();
    host < token.len() && top != 1 && token[..host - top].ends_with(if top > 0 { b"." } else { b":" })
}

/// Whether the rest of a magnetic stripe follows the card that ends at byte `end`: `=` or D, year, month and service code.
pub(crate) fn is_stripe(text: &str, end: usize) -> bool {
    let mut rest = [0; STRIPE];
    let bytes = text.as_bytes()[end..].iter().filter(|byte| **byte != b' ');
    rest.iter_mut().zip(bytes).for_each(|(to, byte)| *to = *byte);
    matches!(rest, [b'=' | b'D' | b'd', b'2'..=b'4', _, b'0' | b'1', ..])
        && rest[2..].iter().all(u8::is_ascii_digit)
}

/// Whether a letter stands right before byte `start`.
pub(crate) fn is_glued(text: &str, start: usize) -> bool {
    start.checked_sub(1).is_some_and(|before| text.as_bytes()[before].is_ascii_alphabetic())
}

/// Whether the bytes `number` are cut out of a code of letters and digits, such as a hexadecimal id.
pub(crate) fn in_code(text: &str, number: Range<usize>) -> bool {
    let bytes = text.as_bytes();
    let is_letter = |byte: &&u8| byte.is_ascii_alphabetic();
    let left = bytes[..number.start].iter().rev().take(CODE).take_while(is_letter).count();
    let right = bytes[number.end..].iter().take(CODE).take_while(is_letter).count();
    let (left, right) = (number.start - left..number.start, number.end..number.end + right);
    let is_hex = |letters: &Range<usize>| {
        !letters.is_empty() && bytes[letters.clone()].iter().all(u8::is_ascii_hexdigit)
    };
    (is_hex(&left) && text[..left.start].chars().next_back().is_some_and(is_digit))
        || (is_hex(&right) && char_at(text, right.end).is_some_and(is_digit))
        || (is_hex(&left) && is_hex(&right))
}

/// A digit, masked or not: what a text says of a number must not change when its neighbour is masked.
fn is_digit(c: char) -> bool {
    matches!(class(c), Class::Digit(_) | Class::Masked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_end_at_white_space() {
        let in_address = |text: &str| in_address(text, text.find('#').unwrap());
        for (text, is_address) in [
            ("see https://shop.example/t/#", true),
            ("https://shop.example/ #", false),
            ("(www.shop.example/item-#", true),
            ("m.shop.co.id?p=#", true),
            ("exp.09/#", false),
            ("a/b.c/#", false),
            ("#", false),
        ] {
            assert_eq!(in_address(text), is_address, "{text}");
        }
    }

    #[test]
    fn hexadecimal_ids_are_codes_and_glued_words_are_not() {
        for (text, code) in
            [("a7b#c1", true), ("ab#cd", true), ("7f#", true), ("visa#cvv5", false), ("B#", false)]
        {
            let at = text.find('#').unwrap();
            assert_eq!(in_code(text, at..at + 1), code, "{text}");
        }
    }
}
