//! What was said, as it stands on the page.

use segel_web::dom::{self, el};
use web_sys::Element;

/// Stands for a masked digit.
const BULLET: char = '•';

/// Shows what was said. A number that was masked goes from left to right, also among words that go from right to left:
/// bullets have no direction of their own, and the digits that are left would change sides.
pub fn show(place: &Element, said: &str) {
    if !said.contains(BULLET) {
        return dom::set_text(place, said);
    }
    if place.text_content().is_some_and(|shown| shown == said) {
        return;
    }
    dom::set_text(place, "");
    for (piece, is_masked) in pieces(said) {
        let mut span = el("span").text(&piece);
        if is_masked {
            span = span.attr("dir", "ltr");
        }
        dom::insert(place, &span, None);
    }
}

/// The text in pieces, each with whether it is a masked number.
fn pieces(said: &str) -> Vec<(String, bool)> {
    let letters: Vec<_> = said.chars().collect();
    let mut pieces = Vec::new();
    for run in letters.chunk_by(|one, next| is_of_number(*one) == is_of_number(*next)) {
        let run: String = run.iter().collect();
        let number = run.trim();
        match run.split_once(number) {
            Some((before, after)) if number.contains(BULLET) => {
                pieces.extend([
                    (before.to_owned(), false),
                    (number.to_owned(), true),
                    (after.to_owned(), false),
                ]);
            }
            _ => pieces.push((run, false)),
        }
    }
    pieces.retain(|(piece, _)| !piece.is_empty());
    pieces
}

fn is_of_number(letter: char) -> bool {
    letter.is_ascii_digit() || [BULLET, ' ', '-', '.'].contains(&letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_number_is_a_piece_without_the_spaces_around_it() {
        for (said, expected) in [
            (
                "بطاقتي •••• •••• •••• 1111 هل",
                vec![
                    ("بطاقتي", false),
                    (" ", false),
                    ("•••• •••• •••• 1111", true),
                    (" ", false),
                    ("هل", false),
                ],
            ),
            ("••••-1111", vec![("••••-1111", true)]),
            (
                "kode ••••••, ya",
                vec![
                    ("kode", false),
                    (" ", false),
                    ("••••••", true),
                    (",", false),
                    (" ", false),
                    ("ya", false),
                ],
            ),
        ] {
            let expected: Vec<_> =
                expected.into_iter().map(|(piece, masked)| (piece.to_owned(), masked)).collect();
            assert_eq!(pieces(said), expected);
        }
    }
}
