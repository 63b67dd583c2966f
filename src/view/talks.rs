//! The visitor's conversations, in the place of the one that is open.

use std::rc::Rc;

use segel_ui::text::fill;
use segel_ui::time::Moment;
use segel_ui::{Act, Action, Language, said};
use segel_web::dom::{self, El, el};
use segel_wire::ids::ConversationId;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use crate::model::{Model, Talk};

/// A list of buttons, the newest conversation first, and the ways back and on.
pub(crate) struct Talks {
    language: Language,
    act: Act,
    root: El,
    heading: El,
    list: El,
    begin: El,
    lines: Vec<Line>,
}

/// One conversation.
struct Line {
    conversation: ConversationId,
    root: El,
    button: El,
    name: El,
    over: El,
    time: El,
    preview: El,
    unread: El,
    heard: El,
}

impl Talks {
    /// Without conversations.
    pub(crate) fn new(language: Language, act: &Act) -> Self {
        let text = language.text();
        let heading = el("h2").attr("tabindex", "-1").text(text.conversations());
        let list = el("ul");
        let (begins, backs, escapes) = (Rc::clone(act), Rc::clone(act), Rc::clone(act));
        let begin = el("button")
            .class("primary")
            .attr("type", "button")
            .text(text.begin())
            .on("click", move |_| begins(Action::Begin));
        let back = el("button")
            .class("return")
            .attr("type", "button")
            .text(text.verify_back())
            .on("click", move |_| backs(Action::List(false)));
        let root = el("section")
            .class("talks")
            .attr("aria-label", text.conversations())
            .place(&heading)
            .place(&list)
            .child(el("div").class("choices").child(back).place(&begin))
            .on("keydown", move |event| {
                if event.dyn_ref::<KeyboardEvent>().is_some_and(|key| key.key() == "Escape") {
                    // It leads back to the conversation, and not out of the chat.
                    event.stop_propagation();
                    escapes(Action::List(false));
                }
            })
            .hidden();
        Self { language, act: Rc::clone(act), root, heading, list, begin, lines: Vec::new() }
    }

    /// The element to put on the page.
    pub(crate) fn root(&self) -> &Element {
        &self.root
    }

    /// Puts the focus on the heading, where reading begins.
    pub(crate) fn focus(&self) {
        dom::focus(&self.heading);
    }

    /// Shows every conversation; one that stays keeps its button, and with it the focus.
    pub(crate) fn render(&mut self, model: &Model) {
        // They are few, and a sort of its own would be more code than the list.
        let mut talks: Vec<&Talk> = Vec::new();
        for talk in model.talks() {
            let at = talks.iter().position(|other| other.time() < talk.time());
            talks.insert(at.unwrap_or(talks.len()), talk);
        }
        let current = model.current().map(|talk| talk.conversation);
        let business = model.situation.business.as_deref().unwrap_or_default();
        let mut next = self.list.first_child();
        let mut before = std::mem::take(&mut self.lines);
        for talk in talks {
            let known = before.iter().position(|line| line.conversation == talk.conversation);
            let line = match known {
                Some(at) => before.swap_remove(at),
                None => Line::new(talk.conversation, self.language, &self.act),
            };
            line.render(talk, business, current, self.language);
            next = dom::keep_in_order(&self.list, &line.root, next);
            self.lines.push(line);
        }
        for line in before {
            line.root.remove();
        }
        dom::set_hidden(&self.begin, model.open_talk().is_some());
    }
}

impl Line {
    fn new(conversation: ConversationId, language: Language, act: &Act) -> Self {
        let name = el("strong").attr("dir", "auto");
        let over = el("span").class("over").text(language.text().over_short());
        let time = el("time");
        let preview = el("span").class("preview").attr("dir", "auto");
        let unread = el("span").class("unread").attr("aria-hidden", "true");
        let heard = el("span").class("heard");
        let act = Rc::clone(act);
        let button = el("button")
            .attr("type", "button")
            .child(el("span").class("pair").place(&name).place(&over).place(&time))
            .child(el("span").class("pair").place(&preview).place(&unread).place(&heard))
            .on("click", move |_| act(Action::Open(conversation)));
        let root = el("li").place(&button);
        Self { conversation, root, button, name, over, time, preview, unread, heard }
    }

    fn render(&self, talk: &Talk, business: &str, current: Option<ConversationId>, language: Language) {
        let text = language.text();
        dom::set_attr(
            &self.button,
            "aria-current",
            if current == Some(self.conversation) { "true" } else { "false" },
        );
        dom::set_text(&self.name, talk.agent().unwrap_or(business));
        dom::set_hidden(&self.over, talk.life() == segel_core::show::Life::Open);
        let Some(summary) = &talk.summary else { return };
        let moment = Moment::local(summary.time);
        let time = if summary.time == 0 { String::new() } else { moment.short(language, Moment::now()) };
        dom::set_text(&self.time, &time);
        said::show(&self.preview, &summary.preview);
        let unread = summary.unread.to_string();
        dom::set_hidden(&self.unread, summary.unread == 0);
        dom::set_text(&self.unread, &unread);
        let heard = fill(text.unread(), &unread);
        dom::set_text(&self.heard, if summary.unread == 0 { "" } else { &heard });
    }
}
