//! The conversation that is open, or a word while none is.

use std::rc::Rc;

use segel_core::show::{Hold, Identity, Life, Standing};
use segel_mask::Writer;
use segel_ui::composer::Composer;
use segel_ui::timeline::Timeline;
use segel_ui::typing::Typing;
use segel_ui::verify::{self, Verify};
use segel_ui::{Act, Action, Items, Language, icons};
use segel_web::dom::{self, El, el, icon};
use segel_web::files::Fetched;
use segel_wire::ids::{ConversationId, EventId};
use web_sys::Element;

use super::facts::Facts;
use super::hold::Holding;
use super::identity::Person;
use crate::model::{Model, Opened};

/// Timeline and composer of one conversation.
pub(crate) struct Conversation {
    language: Language,
    root: El,
    choose: El,
    opened: El,
    person: Person,
    facts: Facts,
    holding: Holding,
    timeline: Timeline,
    typing: Typing,
    composer: Composer,
    check: El,
    verify: Verify,
    shown: Option<ConversationId>,
    verifying: bool,
}

impl Conversation {
    /// Nothing is open.
    pub(crate) fn new(language: Language, act: &Act) -> Self {
        let text = language.desk();
        let choose = el("p").class("nothing").text(text.choose());
        let person = Person::new(language);
        let act_back = Rc::clone(act);
        let back = el("button")
            .class("plain back")
            .attr("type", "button")
            .attr("aria-label", text.back())
            .child(icon(icons::BACK))
            .on("click", move |_| act_back(Action::Back));
        let holding = Holding::new(language, act);
        let facts = Facts::new(language);
        let who = el("div").class("who").place(person.title()).place(person.word()).place(holding.holder());
        let timeline = Timeline::new(language, Rc::clone(act));
        let typing = Typing::new(language);
        let composer = Composer::new(language, Rc::clone(act));
        let check = verify::button(language, act);
        let act_save = Rc::clone(act);
        let save = el("button")
            .class("plain")
            .attr("type", "button")
            .attr("aria-label", language.text().transcript())
            .attr("title", language.text().transcript())
            .child(icon(icons::SAVE))
            .on("click", move |_| act_save(Action::Transcript));
        let verify = Verify::new(language, act);
        let opened = el("div")
            .class("chat")
            .child(
                el("div")
                    .class("over")
                    .child(back)
                    .child(who)
                    .place(holding.deeds())
                    .child(save)
                    .place(&check),
            )
            .place(holding.heirs())
            .place(facts.root())
            .place(timeline.root())
            .place(typing.root())
            .place(composer.root())
            .place(verify.root())
            .hidden();
        let root = el("section").class("conversation").place(&choose).place(&opened);
        let (shown, verifying) = (None, false);
        Self {
            language,
            root,
            choose,
            opened,
            person,
            facts,
            holding,
            timeline,
            typing,
            composer,
            check,
            verify,
            shown,
            verifying,
        }
    }

    /// The element to put on the page.
    pub(crate) fn root(&self) -> &Element {
        &self.root
    }

    /// Shows the open conversation; its draft is put in when it is opened, and typed from then on.
    pub(crate) fn render(&mut self, model: &Model) {
        let opened = model.opened();
        dom::set_hidden(&self.choose, opened.is_some() || model.inbox.is_empty());
        dom::set_hidden(&self.opened, opened.is_none());
        let conversation = opened.map(|opened| opened.conversation);
        let changed = conversation != self.shown;
        self.shown = conversation;
        let Some(opened) = opened else { return };

        let identity = opened.summary.map_or(&Identity::Unknown, |summary| &summary.identity);
        self.person.render(opened.conversation, identity, opened.here);
        let hold = opened.summary.map_or_else(Hold::default, |summary| summary.hold.clone());
        let life = opened.summary.map(|summary| summary.life).unwrap_or_default();
        let has_acted = self.holding.render(&hold, life, changed);
        let none = Items::default();
        let items = opened.items.unwrap_or(&none);
        self.facts.render(items, identity, model.situation.intake.as_ref());
        self.timeline.render(items.as_slice());
        self.timeline.render_transfers(items);
        self.typing.render(opened.typing);
        self.composer.guard(model.situation.masking.as_ref(), Writer::Agent, items.as_slice());
        self.composer.hinder(self.hindrance(model, &opened));
        if changed {
            self.composer.set_draft(opened.draft);
            self.composer.let_go();
        }
        if (changed && !model.steps()) || has_acted {
            self.composer.focus();
        }
        self.render_verify(&opened, changed);
    }

    fn render_verify(&mut self, opened: &Opened<'_>, changed: bool) {
        let (verifying, text) = (opened.verifying, self.language.desk());
        let safety = opened.summary.and_then(|summary| summary.safety.as_ref());
        self.verify.render(safety, safety.map_or(text.verify_unknown(), |_| text.verify_agent()));
        dom::set_hidden(self.verify.root(), !verifying);
        for part in [self.timeline.root(), self.typing.root(), self.composer.root(), &self.check] {
            dom::set_hidden(part, verifying);
        }
        dom::set_class(&self.opened, "verifying", verifying);
        let turns = std::mem::replace(&mut self.verifying, verifying) != verifying;
        if turns && verifying {
            self.verify.focus();
        } else if turns && !changed {
            dom::focus(&self.check);
        }
    }

    /// Puts the focus where messages are written,
    pub(crate) fn write(&self) {
        self.composer.focus();
    }

    /// or on the messages.
    pub(crate) fn read(&self) {
        self.timeline.focus();
    }

    /// The next text answers one of these messages.
    pub(crate) fn quote(&self, event: EventId, items: &Items) {
        self.composer.quote(event, items.as_slice());
    }

    /// A message's file came whole.
    pub(crate) fn hand(&mut self, event: EventId, fetched: Fetched) {
        self.timeline.hand(event, fetched);
    }

    fn hindrance(&self, model: &Model, opened: &Opened<'_>) -> Option<&'static str> {
        let text = self.language.desk();
        let why = opened.summary.and_then(|summary| match summary.hold.standing {
            _ if summary.life != Life::Open => Some(self.language.text().over()),
            _ if !summary.answerable => Some(text.not_answerable()),
            Standing::Others => Some(text.others()),
            Standing::Free | Standing::Mine | Standing::Joined => None,
        });
        self.language.gate(model.situation.gate).or(why)
    }
}
