//! What was said, as it stands on the page.

use segel_web::dom::{self, el};
use web_sys::Element;

/// Stands for a masked digit.
const BULLET: char = '•';

/// Shows what was said. A number that was masked goes from left to right, also among words that go from right to left:
/// bullets have no direction of their own, and the digits that are left would change sides.
pub fn show(place: &Element, said: &str) {
    if split(said).is_none() {
        return dom::set_text(place, said);
    }
    if place.text_content().as_deref() == Some(said) {
        return;
    }
    dom::set_text(place, "");
    let mut rest = said;
    while let Some((before, number, after)) = split(rest) {
        put(place, "", before);
        put(place, "masked-number", number);
        rest = after;
    }
    put(place, "", rest);
}

fn put(place: &Element, class: &str, piece: &str) {
    dom::insert(place, &el("span").class(class).text(piece), None);
}

/// What stands before the first masked number, the number, and what stands after it. Only a number's last digits are
/// left, so it begins with a bullet.
fn split(said: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = said.split_at_checked(said.find(BULLET)?)?;
    let mut end = 0;
    for (at, letter) in rest.char_indices() {
        match letter {
            BULLET | '0'..='9' => end = at + letter.len_utf8(),
            ' ' | '-' | '.' => {}
            _ => break,
        }
    }
    let (number, after) = rest.split_at_checked(end)?;
    Some((before, number, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_number_is_told_apart_from_the_words_and_spaces_around_it() {
        assert_eq!(split("بطاقتي •••• •••• •••• 1111 هل"), Some(("بطاقتي ", "•••• •••• •••• 1111", " هل")));
        assert_eq!(split("kode ••••••, ya"), Some(("kode ", "••••••", ", ya")));
        assert_eq!(split("••••-••••-1111."), Some(("", "••••-••••-1111", ".")));
        assert_eq!(split(" هل"), None);
    }
}
