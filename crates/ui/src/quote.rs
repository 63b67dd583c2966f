//! The message that another one answers, in short: looked up among those that are here, never told by who answers it.

use std::cell::Cell;
use std::rc::Rc;

use segel_core::show::{Author, Body, Item};
use segel_web::dom::{self, El, el, icon};
use segel_wire::ids::EventId;
use web_sys::{Element, KeyboardEvent};

use crate::icons;
use crate::said::{self, offer::Offer, spans::spans};
use crate::text::{Language, fill};
use crate::timeline::words::name;

/// So many characters of a message are shown at most where it is answered.
const EXCERPT_CHARS: usize = 160;

/// What is known of a message that is answered.
#[derive(Debug, PartialEq, Eq)]
enum Quoted<'a> {
    /// Who said what.
    Said(&'a Author, String),
    /// Its author has taken it back.
    Withdrawn,
    /// It is not here, or nothing that can be quoted.
    Unknown,
}

/// Who is answered, and what.
pub(crate) struct Quote {
    who: El,
    what: El,
}

impl Quote {
    /// The two lines in this order, nothing in them.
    pub(crate) fn new() -> Self {
        let line = |class| el("span").class(class).attr("dir", "auto");
        Self { who: line("who"), what: line("what") }
    }

    /// Puts the lines into an element.
    pub(crate) fn put_into(&self, place: El) -> El {
        place.place(&self.who).place(&self.what)
    }

    /// Shows the message as it stands now.
    pub(crate) fn render(&self, items: &[Item], event: EventId, language: Language) {
        let text = language.text();
        let quoted = look_up(items, event);
        let who = match &quoted {
            Quoted::Said(author, _) => fill(text.replying(), name(author, language)),
            Quoted::Withdrawn | Quoted::Unknown => String::new(),
        };
        dom::set_text(&self.who, &who);
        match &quoted {
            Quoted::Said(_, words) => said::show(&self.what, words),
            Quoted::Withdrawn => dom::set_text(&self.what, text.withdrawn()),
            Quoted::Unknown => dom::set_text(&self.what, text.reply_to_nothing()),
        }
    }
}

/// What the next text answers, above the place where it is written.
pub(crate) struct Quoting {
    language: Language,
    root: El,
    quote: Quote,
    state: Rc<State>,
}

/// What the listeners share.
struct State {
    event: Cell<Option<EventId>>,
    shown: Element,
    area: Element,
}

impl Quoting {
    /// Nothing is answered. Whoever gives up answering goes on writing in `area`.
    pub(crate) fn new(language: Language, area: &Element) -> Self {
        let text = language.text();
        let quote = Quote::new();
        let lines = quote.put_into(el("p"));
        let root = el("div").class("quoting").attr("role", "status").hidden();
        let state = Rc::new(State { event: Cell::new(None), shown: root.clone(), area: area.clone() });
        let clicked = Rc::clone(&state);
        let drop = el("button")
            .class("plain")
            .attr("type", "button")
            .attr("aria-label", text.reply_drop())
            .attr("title", text.reply_drop())
            .child(icon(icons::CROSS))
            .on("click", move |_| clicked.give_up());
        Self { language, root: root.child(lines).child(drop), quote, state }
    }

    /// The element to put on the page.
    pub(crate) fn root(&self) -> &Element {
        &self.root
    }

    /// From now on this message is answered.
    pub(crate) fn begin(&self, event: EventId, items: &[Item]) {
        self.state.event.set(Some(event));
        self.render(items);
        dom::set_hidden(&self.root, false);
        dom::focus(&self.state.area);
    }

    /// The message that is answered.
    pub(crate) fn event(&self) -> Option<EventId> {
        self.state.event.get()
    }

    /// This message is answered again; it shows as soon as it is here.
    pub(crate) fn resume(&self, event: EventId) {
        self.state.event.set(Some(event));
        dom::set_hidden(&self.root, false);
    }

    /// The answered message may have changed.
    pub(crate) fn render(&self, items: &[Item]) {
        if let Some(event) = self.state.event.get() {
            self.quote.render(items, event, self.language);
        }
    }

    /// Nothing is answered any more; what was is handed out.
    pub(crate) fn take(&self) -> Option<EventId> {
        self.state.take()
    }

    /// What a pressed key does before anything else hears of it: Escape only gives up answering.
    pub(crate) fn press(&self, key: &KeyboardEvent) {
        if self.state.event.get().is_some() && key.key() == "Escape" {
            key.stop_propagation();
            self.state.give_up();
        }
    }
}

impl State {
    fn take(&self) -> Option<EventId> {
        dom::set_hidden(&self.shown, true);
        self.event.take()
    }

    fn give_up(&self) {
        self.take();
        dom::focus(&self.area);
    }
}

/// Whether a person may answer it here.
pub(crate) fn may_be_answered(item: &Item) -> bool {
    item.author != Author::Own && matches!(item.body, Body::Text(_) | Body::File(_))
}

fn look_up(items: &[Item], event: EventId) -> Quoted<'_> {
    let Some(item) = items.iter().rfind(|item| item.event == event) else { return Quoted::Unknown };
    match &item.body {
        Body::Text(text) => Quoted::Said(&item.author, excerpt(told(text))),
        Body::File(file) => Quoted::Said(&item.author, file.name.clone()),
        Body::Withdrawn => Quoted::Withdrawn,
        _ => Quoted::Unknown,
    }
}

/// What a text says without what it offers.
fn told(text: &str) -> &str {
    Offer::read(text).map_or(text, |offer| {
        if offer.text.is_empty() { offer.title.unwrap_or_default() } else { offer.text }
    })
}

/// The beginning of a text, in one line and without its formatting.
fn excerpt(text: &str) -> String {
    let end = text.char_indices().nth(EXCERPT_CHARS).map_or(text.len(), |(end, _)| end);
    let beginning = text.get(..end).unwrap_or_default();
    let mut excerpt: String = spans(beginning).iter().map(|span| span.text).collect();
    if end < text.len() {
        excerpt.push('…');
    }
    excerpt.replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use segel_core::show::Refusal;

    use super::*;
    use crate::items::tests::message;

    fn item(id: u8, body: Body) -> Item {
        message(id, Author::Visitor, body)
    }

    #[test]
    fn what_is_answered_is_looked_up_among_what_is_here() {
        let items = [
            item(1, Body::Text("*Halo*,\nmasih ada?".to_owned())),
            item(2, Body::Withdrawn),
            item(3, Body::Closed(Refusal::MessageAltered)),
            item(5, Body::Text("*Teko*\nYang mana?\n\n[ Putih ]\n[ Hijau ]".to_owned())),
        ];
        let said = |words: &str| Quoted::Said(&Author::Visitor, words.to_owned());
        assert_eq!(look_up(&items, EventId([1; 16])), said("Halo, masih ada?"));
        assert_eq!(look_up(&items, EventId([2; 16])), Quoted::Withdrawn);
        assert_eq!(look_up(&items, EventId([3; 16])), Quoted::Unknown);
        assert_eq!(look_up(&items, EventId([4; 16])), Quoted::Unknown);
        assert_eq!(look_up(&items, EventId([5; 16])), said("Yang mana?"), "what was offered is left out");
    }

    #[test]
    fn a_long_message_is_cut_between_characters() {
        assert_eq!(excerpt(&"é".repeat(EXCERPT_CHARS)), "é".repeat(EXCERPT_CHARS));
        assert_eq!(excerpt(&"é".repeat(EXCERPT_CHARS + 1)), "é".repeat(EXCERPT_CHARS) + "…");
    }
}
