//! Who the visitor is: by the business's word, or by a mark.

use segel_core::show::Identity;
use segel_ui::text::{DeskText, fill, fill_two};
use segel_ui::time::Moment;
use segel_ui::{Language, icons};
use segel_web::dom::{self, El, el, icon};
use segel_wire::ids::ConversationId;
use web_sys::Element;

use crate::mark::mark;

/// A name, and on whose word it stands.
pub(crate) struct Person {
    language: Language,
    title: El,
    seal: El,
    name: El,
    here: El,
    word: El,
}

impl Person {
    /// Nobody.
    pub(crate) fn new(language: Language) -> Self {
        let seal = el("span").class("vouched").child(icon(icons::SEAL)).hidden();
        let name = el("span").class("called").attr("dir", "auto");
        let here = el("span").class("here").text(language.desk().here()).hidden();
        let title = el("h2").class("person").place(&seal).place(&name).place(&here);
        let word = el("p").attr("role", "status").hidden();
        Self { language, title, seal, name, here, word }
    }

    /// The name.
    pub(crate) fn title(&self) -> &Element {
        &self.title
    }

    /// On whose word it stands.
    pub(crate) fn word(&self) -> &Element {
        &self.word
    }

    /// Shows who it is, and whether they are `here`. Only what the business vouched for takes the place of the mark.
    pub(crate) fn render(&self, conversation: ConversationId, identity: &Identity, here: bool) {
        let text = self.language.desk();
        let when = |at: &u64| Moment::local(*at).short(self.language, Moment::now());
        let (class, word) = match identity {
            Identity::Unknown => ("word", String::new()),
            Identity::Confirmed { at, .. } => {
                ("word", fill_two(text.confirmed(), &mark(conversation), &when(at)))
            }
            Identity::Lapsed { subject, at } => ("word lapsed", fill_two(text.lapsed(), subject, &when(at))),
            Identity::Refused => ("word refused", text.unconfirmed().to_owned()),
        };
        dom::set_hidden(&self.seal, !matches!(identity, Identity::Confirmed { .. }));
        dom::set_hidden(&self.here, !here);
        dom::set_text(&self.name, &name(conversation, identity, text));
        dom::set_attr(&self.word, "class", class);
        dom::set_hidden(&self.word, word.is_empty());
        dom::set_text(&self.word, &word);
    }
}

/// What agents call the visitor: the business's name for who is confirmed, a mark for everybody else.
pub(crate) fn name(conversation: ConversationId, identity: &Identity, text: DeskText) -> String {
    match identity {
        Identity::Confirmed { subject, .. } => subject.clone(),
        _ => fill(text.title(), &mark(conversation)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_confirmed_visitor_goes_by_a_name() {
        let (id, text) = (ConversationId([7; 16]), Language::english().desk());
        let subject = || "Pelanggan Demo".to_owned();
        assert_eq!(name(id, &Identity::Confirmed { subject: subject(), at: 1 }, text), "Pelanggan Demo");
        for identity in [Identity::Unknown, Identity::Lapsed { subject: subject(), at: 1 }, Identity::Refused]
        {
            assert_eq!(name(id, &identity, text), "Visitor 7777", "{identity:?}");
        }
    }
}
