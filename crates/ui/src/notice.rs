//! What masking changes in a message, shown while it is typed and once it was sent.

use std::cell::RefCell;
use std::rc::Rc;

use segel_mask::{Kind, MaskError, Masked, Outcome, Span};
use segel_web::dom::{self, El, el};
use segel_wire::ids::EventId;
use web_sys::Element;

use crate::action::{Act, Action};
use crate::pieces::Pieces;
use crate::text::{Language, fill};

/// The masked form of the draft as it will be sent, and why; nothing where nothing is masked.
pub struct Notice {
    language: Language,
    root: El,
    lead: El,
    masked: Pieces,
    why: El,
    heard: El,
    withdraw: El,
    /// Messages in which parts of a number left, and which can be taken back.
    earlier: Rc<RefCell<Vec<EventId>>>,
}

impl Notice {
    /// Says nothing yet.
    pub fn new(language: Language, act: &Act) -> Self {
        let lead = el("p").class("lead");
        let masked = el("p").class("masked").attr("dir", "auto");
        let masked = Pieces::new(masked, piece);
        let why = el("p").class("why");
        // Only what was masked is announced: the whole message would be read again at every key.
        let heard = el("p").class("heard").attr("role", "status");
        let earlier = Rc::<RefCell<Vec<EventId>>>::default();
        let (act, events) = (Rc::clone(act), Rc::clone(&earlier));
        let withdraw = el("button").attr("type", "button").text(language.text().withdraw()).hidden();
        let (node, offer, news) = (Element::clone(&withdraw), Element::clone(&why), Element::clone(&heard));
        let withdraw = withdraw.on("click", move |_| {
            dom::set_hidden(&node, true);
            dom::set_text(&offer, "");
            dom::set_text(&news, language.text().withdrawn());
            for event in events.take() {
                act(Action::Withdraw(event));
            }
        });
        let root = el("div")
            .class("masking empty")
            .place(&lead)
            .place(masked.root())
            .place(&why)
            .place(&withdraw)
            .place(&heard);
        Self { language, root, lead, masked, why, heard, withdraw, earlier }
    }

    /// The element to put on the page.
    pub fn root(&self) -> &Element {
        &self.root
    }

    /// Shows what masking made of the draft, and offers to take back earlier messages that hold parts of a number.
    pub fn render(&self, masking: &Result<Masked, MaskError>, earlier: Vec<EventId>) {
        let text = self.language.text();
        let (lead, why, pieces) = match masking {
            Ok(masked) if masked.spans.is_empty() && masked.earlier.is_empty() => ("", String::new(), vec![]),
            Ok(masked) => (text.will_send(), self.why(masked), pieces(masked)),
            Err(MaskError::Blocked(spans)) => {
                let blocked = kinds(spans, |outcome| *outcome == Outcome::Blocked);
                ("", self.each(text.blocked(), &blocked), vec![])
            }
            Err(_) => ("", text.mask_failed().to_owned(), vec![]),
        };
        dom::set_text(&self.lead, lead);
        dom::set_text(&self.why, &why);
        self.masked.show(&pieces);
        let mut heard = vec![lead];
        heard.extend(pieces.iter().skip(1).step_by(2));
        heard.push(&why);
        dom::set_text(&self.heard, heard.join(" ").trim());
        // A long message scrolls, also by keyboard.
        dom::set_attr(&self.root, "tabindex", if why.is_empty() { "-1" } else { "0" });
        dom::set_class(&self.root, "empty", why.is_empty());
        dom::set_class(&self.root, "failed", masking.is_err());
        self.offer(earlier);
    }

    /// Says once what was masked in a message that was sent, a sentence a kind.
    pub fn tell_sent(&self, sent: &Masked, earlier: Vec<EventId>) {
        let text = self.language.text();
        let masked = kinds(&sent.spans, |outcome| matches!(outcome, Outcome::Masked(_)));
        let why = [self.each(text.was_masked(), &masked), self.each(text.sent_before(), &parts(sent))];
        let why = why.join(" ").trim().to_owned();
        dom::set_text(&self.why, &why);
        dom::set_text(&self.heard, &why);
        dom::set_class(&self.root, "empty", why.is_empty());
        self.offer(earlier);
    }

    fn offer(&self, earlier: Vec<EventId>) {
        dom::set_hidden(&self.withdraw, earlier.is_empty());
        *self.earlier.borrow_mut() = earlier;
    }

    fn why(&self, masked: &Masked) -> String {
        let text = self.language.text();
        let is_masked = |outcome: &Outcome| matches!(outcome, Outcome::Masked(_));
        let masks = masked.spans.iter().any(|span| is_masked(&span.outcome));
        let sentences = [
            if masks { text.why_masked().to_owned() } else { String::new() },
            self.each(text.warned(), &kinds(&masked.spans, |outcome| *outcome == Outcome::Warned)),
            self.each(text.sent_before(), &parts(masked)),
        ];
        sentences
            .iter()
            .map(String::as_str)
            .filter(|sentence| !sentence.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// The sentence for every kind.
    fn each(&self, sentence: &str, kinds: &[Kind]) -> String {
        let sentences = kinds.iter().map(|kind| fill(sentence, self.language.kind(*kind)));
        sentences.collect::<Vec<_>>().join(" ")
    }
}

fn piece(is_masked: bool) -> El {
    el(if is_masked { "mark" } else { "span" })
}

/// Every kind of which parts left before, once.
fn parts(masked: &Masked) -> Vec<Kind> {
    let mut parts: Vec<_> = masked.earlier.iter().map(|part| part.kind).collect();
    parts.dedup();
    parts
}

/// Every kind with this outcome, once.
fn kinds(spans: &[Span], of: impl Fn(&Outcome) -> bool) -> Vec<Kind> {
    let mut kinds = Vec::new();
    for span in spans.iter().filter(|span| of(&span.outcome)) {
        if !kinds.contains(&span.kind) {
            kinds.push(span.kind);
        }
    }
    kinds
}

/// The text as it will be sent, whole and in order: every second piece is what masking put into it.
fn pieces(masked: &Masked) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = masked.text.as_str();
    let mut read = 0;
    for span in &masked.spans {
        let before = rest.split_at_checked(span.start.saturating_sub(read));
        let Some((kept, after)) = before else { break };
        let length = match &span.outcome {
            Outcome::Masked(replacement) => replacement.len(),
            Outcome::Warned | Outcome::Blocked => span.end - span.start,
        };
        let Some((replaced, after)) = after.split_at_checked(length) else { break };
        pieces.extend([kept, replaced]);
        (rest, read) = (after, span.end);
    }
    pieces.push(rest);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_notice_shows_the_whole_text_that_will_be_sent_and_tells_the_masked_apart() {
        let masked = segel_mask::mask("satu 4111 1111 1111 1111 é dua 5500005555555559.").unwrap();
        let pieces = pieces(&masked);
        assert_eq!(pieces.concat(), masked.text.as_str());
        let told_apart: Vec<_> = pieces.iter().skip(1).step_by(2).copied().collect();
        assert_eq!(told_apart, ["•••• •••• •••• 1111", "••••••••••••5559"]);
    }

    #[test]
    fn a_kind_is_told_of_once() {
        let masked = segel_mask::mask("nik 3578291404697774, 3578291404697775, pin 123456").unwrap();
        let told = kinds(&masked.spans, |outcome| matches!(outcome, Outcome::Masked(_)));
        assert_eq!(told, [Kind::Nik, Kind::Pin]);
    }
}
