//! What masking changes in a message, shown while it is typed.

use segel_mask::{MaskError, Masked, Outcome};
use segel_web::dom::{self, El, el};
use web_sys::Element;

use crate::text::Language;

/// The masked form of the draft as it will be sent, and why; nothing where nothing is masked.
pub struct Notice {
    language: Language,
    root: El,
    lead: El,
    masked: El,
    why: El,
    heard: El,
}

impl Notice {
    /// Says nothing yet.
    pub fn new(language: Language) -> Self {
        let lead = el("p").class("lead");
        let masked = el("p").class("masked").attr("dir", "auto");
        let why = el("p");
        // Only what was masked is announced: the whole message would be read again at every key.
        let heard = el("p").class("heard").attr("role", "status");
        let root = el("div").class("masking empty").place(&lead).place(&masked).place(&why).place(&heard);
        Self { language, root, lead, masked, why, heard }
    }

    /// The element to put on the page.
    pub fn root(&self) -> &Element {
        &self.root
    }

    /// Shows what masking made of the draft.
    pub fn render(&self, masking: &Result<Masked, MaskError>) {
        let text = self.language.text();
        let (lead, why, pieces) = match masking {
            Ok(masked) if masked.spans.is_empty() => ("", "", Vec::new()),
            Ok(masked) => (text.will_send, text.why_masked, pieces(masked)),
            Err(_) => ("", text.mask_failed, Vec::new()),
        };
        dom::set_text(&self.lead, lead);
        dom::set_text(&self.why, why);
        dom::set_text(&self.masked, "");
        let mut heard = vec![lead];
        for (piece, is_masked) in pieces {
            let tag = if is_masked { "mark" } else { "span" };
            dom::insert(&self.masked, &el(tag).text(piece), None);
            heard.extend(is_masked.then_some(piece));
        }
        heard.push(why);
        dom::set_text(&self.heard, heard.join(" ").trim());
        // A long message scrolls, also by keyboard.
        dom::set_attr(&self.root, "tabindex", if why.is_empty() { "-1" } else { "0" });
        dom::set_class(&self.root, "empty", why.is_empty());
        dom::set_class(&self.root, "failed", masking.is_err());
    }
}

/// The text as it will be sent, whole and in order, with what masking put into it told apart.
fn pieces(masked: &Masked) -> Vec<(&str, bool)> {
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
        pieces.extend([(kept, false), (replaced, true)]);
        (rest, read) = (after, span.end);
    }
    pieces.push((rest, false));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_notice_shows_the_whole_text_that_will_be_sent_and_tells_the_masked_apart() {
        let masked = segel_mask::mask("satu 4111 1111 1111 1111 é dua 5500005555555559.").unwrap();
        let pieces = pieces(&masked);
        let whole: String = pieces.iter().map(|(piece, _)| *piece).collect();
        assert_eq!(whole, masked.text.as_str());
        let told_apart: Vec<_> =
            pieces.iter().filter(|(_, is_masked)| *is_masked).map(|(piece, _)| *piece).collect();
        assert_eq!(told_apart, ["•••• •••• •••• 1111", "••••••••••••5559"]);
    }
}
