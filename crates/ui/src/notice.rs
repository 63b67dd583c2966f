//! What masking changes in a message, shown while it is typed.

use segel_mask::{MaskError, Masked};
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
}

impl Notice {
    /// Says nothing yet.
    pub fn new(language: Language) -> Self {
        let lead = el("p").class("lead");
        let masked = el("p").class("masked").attr("dir", "auto");
        let why = el("p").class("why");
        let root =
            el("div").class("masking empty").attr("role", "status").place(&lead).place(&masked).place(&why);
        Self { language, root, lead, masked, why }
    }

    /// The element to put on the page.
    pub fn root(&self) -> &Element {
        &self.root
    }

    /// Shows what masking made of the draft.
    pub fn render(&self, masking: &Result<Masked, MaskError>) {
        let text = self.language.text();
        let (lead, masked, why) = match masking {
            Ok(masked) if masked.spans.is_empty() => ("", "", ""),
            Ok(masked) => (text.will_send, masked.text.as_str(), text.why_masked),
            Err(_) => ("", "", text.mask_failed),
        };
        dom::set_text(&self.lead, lead);
        dom::set_text(&self.masked, masked);
        dom::set_text(&self.why, why);
        dom::set_class(&self.root, "empty", why.is_empty());
        dom::set_class(&self.root, "failed", masking.is_err());
    }
}
