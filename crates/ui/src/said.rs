//! What was said, as it stands on the page.

mod address;
pub mod offer;
pub mod spans;

use segel_web::dom::{self, El, el};
use segel_web::rest;
use web_sys::Element;

use offer::{Link, Offer};
use spans::{Kind, Span, spans};

/// Stands for a masked digit.
const BULLET: char = '•';

/// Shows what was said in a line that is itself a button, say: with nothing in it that could be pressed. A number that was
/// masked goes from left to right, also among words that go from right to left: bullets have no direction of their own,
/// and the digits that are left would change sides.
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
        insert(place, &el("span").text(before));
        insert(place, &masked(number));
        rest = after;
    }
    insert(place, &el("span").text(rest));
}

/// Shows a message: as [`show`] does, with links, simple formatting and what it offers as soon as the program is whole. Each piece is an
/// element made here with a text in it; nothing of what was said is read as markup.
pub fn show_formatted(place: &Element, said: &str) {
    // Most messages have nothing to be formatted, and a first one is shown before the program is whole.
    if !said.contains(['*', '_', '`', ':', '[']) {
        return show(place, said);
    }
    if rest::is_here() {
        return format(place, said);
    }
    show(place, said);
    let (place, said) = (place.clone(), said.to_owned());
    rest::then(move || {
        // It may have been withdrawn meanwhile.
        if place.text_content().as_deref() == Some(&said) {
            format(&place, &said);
        }
    });
}

/// An element whose text is formatted already.
const FORMATTED: &str = "data-formatted";

fn format(place: &Element, said: &str) {
    let offer = Offer::read(said);
    let (title, text, link, answers) = offer.map_or((None, said, None, Vec::new()), Offer::into_parts);
    let spans = spans(text);
    let told = spans.iter().map(|span| span.text);
    let seen: String = title
        .into_iter()
        .chain(told)
        .chain(link.map(|link| link.host))
        .chain(answers.iter().copied())
        .collect();
    if place.has_attribute(FORMATTED) && place.text_content().as_deref() == Some(&seen) {
        return;
    }
    dom::set_attr(place, FORMATTED, "");
    dom::set_text(place, "");
    if let Some(title) = title {
        let title = words(el("strong").class("title"), title);
        insert(place, &title);
    }
    for span in &spans {
        insert(place, &element(span));
    }
    if let Some(Link { address, host }) = link {
        insert(place, &leading_to(address, host).class("leads"));
    }
    if !answers.is_empty() {
        let mut list = el("span").class("offered").attr("role", "list");
        for answer in answers {
            list = list.child(words(el("span").attr("role", "listitem"), answer));
        }
        insert(place, &list);
    }
}

/// Shows words in an element, from their own side.
fn words(place: El, said: &str) -> El {
    show(&place, said);
    place.attr("dir", "auto")
}

fn element(span: &Span<'_>) -> El {
    let mut element = match span.kind {
        Kind::Words => el("span").text(span.text),
        Kind::Masked => masked(span.text),
        Kind::Code => el("code").attr("dir", "auto").text(span.text),
        Kind::Link => leading_to(span.text, span.text),
    };
    if span.stressed {
        element = el("em").child(element);
    }
    if span.strong {
        element = el("strong").child(element);
    }
    element
}

/// A link that says nothing of where it was pressed.
fn leading_to(address: &str, seen: &str) -> El {
    el("a")
        .attr("href", address)
        .attr("target", "_blank")
        .attr("rel", "noopener noreferrer nofollow")
        .attr("referrerpolicy", "no-referrer")
        .attr("dir", "ltr")
        .text(seen)
}

fn masked(number: &str) -> El {
    el("span").class("masked-number").text(number)
}

fn insert(place: &Element, piece: &Element) {
    dom::insert(place, piece, None);
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
