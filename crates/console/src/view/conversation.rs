//! The conversation that is open, or a word while none is.

use std::rc::Rc;

use segel_mask::Writer;
use segel_ui::composer::Composer;
use segel_ui::text::fill;
use segel_ui::timeline::Timeline;
use segel_ui::{Act, Action, Language, icons};
use segel_web::dom::{self, El, el, icon};
use segel_wire::ids::ConversationId;
use web_sys::Element;

use crate::model::{Model, Opened, mark};

/// Timeline and composer of one conversation.
pub(crate) struct Conversation {
    language: Language,
    root: El,
    choose: El,
    opened: El,
    title: El,
    timeline: Timeline,
    composer: Composer,
    shown: Option<ConversationId>,
}

impl Conversation {
    /// Nothing is open.
    pub(crate) fn new(language: Language, act: &Act) -> Self {
        let text = language.desk();
        let choose = el("p").class("nothing").text(text.choose);
        let title = el("h2");
        let act_back = Rc::clone(act);
        let back = el("button")
            .class("plain back")
            .attr("type", "button")
            .attr("aria-label", text.back)
            .child(icon(icons::BACK))
            .on("click", move |_| act_back(Action::Back));
        let timeline = Timeline::new(language, Rc::clone(act));
        let composer = Composer::new(language, Rc::clone(act));
        let opened = el("div")
            .class("chat")
            .child(el("div").class("over").child(back).place(&title))
            .place(timeline.root())
            .place(composer.root())
            .hidden();
        let root = el("section").class("conversation").place(&choose).place(&opened);
        Self { language, root, choose, opened, title, timeline, composer, shown: None }
    }

    /// The element to put on the page.
    pub(crate) fn root(&self) -> &Element {
        &self.root
    }

    /// Shows the open conversation; its draft is put in when it is opened, and typed from then on.
    pub(crate) fn render(&mut self, model: &Model) {
        let opened = model.opened();
        dom::set_hidden(&self.choose, opened.is_some() || model.inbox().is_empty());
        dom::set_hidden(&self.opened, opened.is_none());
        let conversation = opened.map(|opened| opened.conversation);
        let changed = conversation != self.shown;
        self.shown = conversation;
        let Some(opened) = opened else { return };

        dom::set_text(&self.title, &fill(self.language.desk().title, &mark(opened.conversation)));
        let items = opened.items.map_or(&[][..], |items| items.as_slice());
        self.timeline.render(items);
        self.composer.guard(model.situation.masking.as_ref(), Writer::Agent, items);
        self.composer.hinder(self.hindrance(model, &opened));
        if changed {
            self.composer.set_draft(opened.draft);
            self.composer.focus();
        }
    }

    fn hindrance(&self, model: &Model, opened: &Opened<'_>) -> Option<&'static str> {
        let waits = opened.summary.is_some_and(|summary| !summary.answerable);
        self.language.gate(model.situation.gate).or(waits.then_some(self.language.desk().not_answerable))
    }
}
