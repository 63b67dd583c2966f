//! What a visitor says of themselves, beside their messages: words that nobody confirmed, and text whatever stands in them.

use segel_core::show::{Details, Identity};
use segel_ui::text::{fill, fill_two};
use segel_ui::time::Moment;
use segel_ui::{Items, Language, said};
use segel_web::dom::{self, El, el};
use segel_wire::signed::{Consent, Intake};
use web_sys::Element;

/// Where there is room for it beside the messages.
const WIDE: &str = "(min-width: 60rem) and (min-height: 40rem)";

/// Answers, page, language, what was agreed to, and who the visitor is by the business's word.
pub(crate) struct Facts {
    language: Language,
    root: El,
    list: El,
    vouched: El,
    agreed: El,
    shown: Option<Known>,
}

/// What is shown.
#[derive(Clone, PartialEq, Eq)]
struct Known {
    details: Details,
    vouched: Option<String>,
    identity: Identity,
    /// Whether what was agreed to is what the site asks now.
    is_current: bool,
}

impl Facts {
    /// Nothing is known of anybody. It stands open where there is room, until the agent closes it.
    pub(crate) fn new(language: Language) -> Self {
        let text = language.desk();
        let list = el("dl");
        let (vouched, agreed) = (el("p").hidden(), el("p"));
        let root = el("details")
            .class("facts")
            .child(el("summary").text(text.facts()))
            .child(el("p").text(text.facts_why()))
            .place(&vouched)
            .place(&list)
            .place(&agreed)
            .hidden();
        if dom::matches_media(WIDE) {
            dom::set_attr(&root, "open", "");
        }
        Self { language, root, list, vouched, agreed, shown: None }
    }

    /// The element to put on the page.
    pub(crate) fn root(&self) -> &Element {
        &self.root
    }

    /// Shows what is known of the visitor of a conversation, if anything is.
    pub(crate) fn render(&mut self, items: &Items, identity: &Identity, intake: Option<&Intake>) {
        let asked = intake.and_then(|intake| intake.consent.as_ref()).map(Consent::derive_hash);
        let known = items.details().map(|(details, vouched)| Known {
            details: details.clone(),
            vouched: vouched.map(str::to_owned),
            identity: identity.clone(),
            is_current: details.agreed.map(|agreed| agreed.consent) == asked,
        });
        if known == self.shown {
            return;
        }
        dom::set_hidden(&self.root, known.is_none());
        dom::set_text(&self.list, "");
        if let Some(known) = &known {
            self.list(known);
        }
        self.shown = known;
    }

    fn list(&self, known: &Known) {
        let Known { details, vouched, identity, is_current } = known;
        let (text, desk) = (self.language.text(), self.language.desk());
        dom::set_hidden(&self.vouched, vouched.is_none());
        dom::set_text(&self.vouched, &fill(text.vouched(), vouched.as_deref().unwrap_or_default()));
        for answer in details.answers.iter().flatten() {
            let is_open = answer.text.is_empty();
            let words = if is_open { desk.facts_unsaid() } else { &answer.text };
            let shown = self.add(&answer.label);
            dom::set_class(&shown, "unsaid", is_open);
            said::show(&shown, words);
        }
        // An address is a link if it is one that may be followed.
        said::show_formatted(&self.add(desk.facts_page()), &details.page);
        dom::set_text(&self.add(desk.facts_language()), &details.language);
        let when = |at: u64| Moment::local(at).short(self.language, Moment::now());
        let agreed = details.agreed.map(|agreed| {
            let sentence = if *is_current { desk.facts_agreed() } else { desk.facts_agreed_before() };
            fill(sentence, &when(agreed.time))
        });
        dom::set_hidden(&self.agreed, agreed.is_none());
        dom::set_text(&self.agreed, &agreed.unwrap_or_default());
        let word = match identity {
            Identity::Unknown => desk.facts_unknown().to_owned(),
            Identity::Confirmed { subject, .. } => subject.clone(),
            Identity::Lapsed { subject, at } => fill_two(desk.lapsed(), subject, &when(*at)),
            Identity::Refused => desk.unconfirmed().to_owned(),
        };
        dom::set_text(&self.add(desk.facts_identity()), &word);
    }

    /// Puts a label at the end of the list; answers the place of what is said to it.
    fn add(&self, label: &str) -> Element {
        let said = el("dd").attr("dir", "auto");
        let row = el("div").child(el("dt").attr("dir", "auto").text(label)).place(&said);
        dom::insert(&self.list, &row, None);
        Element::clone(&said)
    }
}
