//! The conversation that is open, or a word while none is.

use std::cell::Cell;
use std::rc::Rc;

use segel_core::show::{Body, Hold, Identity, Life, Standing};
use segel_mask::Writer;
use segel_ui::composer::Composer;
use segel_ui::text::fill;
use segel_ui::timeline::Timeline;
use segel_ui::typing::Typing;
use segel_ui::verify::{self, Verify};
use segel_ui::{Act, Action, Items, Language, icons};
use segel_web::dom::{self, El, el, icon};
use segel_web::files::Fetched;
use segel_wire::ids::{ConversationId, EventId};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlTextAreaElement, KeyboardEvent};

use super::audience::Switch;
use super::facts::Facts;
use super::hold::Holding;
use super::identity::Person;
use super::labels::Labels;
use super::picker::Picker;
use crate::desk::{Deed, Does};
use crate::drafts::Audience;
use crate::model::{Model, Opened, Refused};

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
    place: El,
    switch: Switch,
    picker: Picker,
    unfilled: El,
    labels: Labels,
    /// For whom the composer says that it is.
    audience: Rc<Cell<Audience>>,
    check: El,
    _block: El,
    verify: Verify,
    shown: Option<ConversationId>,
    verifying: bool,
}

impl Conversation {
    /// Nothing is open.
    pub(crate) fn new(language: Language, act: &Act, does: &Does) -> Self {
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
        let holding = Holding::new(language, act, does);
        let facts = Facts::new(language);
        let who = el("div").class("who").place(person.title()).place(person.word()).place(holding.holder());
        let timeline = Timeline::new(language, Rc::clone(act));
        let typing = Typing::new(language);
        let audience = Rc::<Cell<Audience>>::default();
        let composer = Composer::new(language, for_audience(&audience, act, does));
        let (switch, picker) = (Switch::new(language, does), Picker::new(language, does));
        let unfilled = el("p").class("unfilled").attr("role", "status").hidden();
        let labels = Labels::new(language, does);
        let place = el("div")
            .class("writing")
            .place(picker.root())
            .place(switch.root())
            .place(&unfilled)
            .place(composer.root());
        let picks = Rc::clone(does);
        let place = place.on("keydown", move |event| {
            let key = event.dyn_ref::<KeyboardEvent>().filter(|key| key.key() == "/" && !key.is_composing());
            let area =
                key.and(event.target()).and_then(|target| target.dyn_into::<HtmlTextAreaElement>().ok());
            if area.is_some_and(|area| area.value().is_empty()) {
                event.prevent_default();
                picks(Deed::Pick(true));
            }
        });
        let check = verify::button(language, act);
        let button = |words: &str, path: &str| {
            let button = el("button").class("plain").attr("type", "button");
            button.attr("aria-label", words).attr("title", words).child(icon(path))
        };
        let act_save = Rc::clone(act);
        let save = button(language.text().transcript(), icons::SAVE)
            .on("click", move |_| act_save(Action::Transcript));
        let blocks = Rc::clone(does);
        let block = button(text.block(), icons::BAR).on("click", move |_| blocks(Deed::Block));
        dom::insert(holding.deeds(), &block, holding.deeds().first_child().as_ref());
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
            .place(labels.root())
            .place(facts.root())
            .place(timeline.root())
            .place(typing.root())
            .place(&place)
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
            place,
            switch,
            picker,
            unfilled,
            labels,
            audience,
            check,
            _block: block,
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
        let has_acted = self.holding.render(&hold, life, changed, model.refused);
        let may_label =
            hold.standing != Standing::Others && opened.summary.is_some_and(|summary| summary.answerable);
        self.render_labels(model, &opened, may_label, changed);
        let none = Items::default();
        let items = opened.items.unwrap_or(&none);
        self.facts.render(items, identity, model.situation.intake.as_ref());
        self.timeline.render(items.as_slice());
        self.timeline.render_transfers(items);
        self.typing.render(opened.typing);
        self.composer.guard(model.situation.masking.as_ref(), Writer::Agent, items.as_slice());
        self.composer.hinder(self.hindrance(model, &opened));
        if changed || opened.audience != self.audience.get() {
            self.turn_to(opened.audience, opened.draft);
        }
        let unfilled = fill(self.language.desk().reply_unfilled(), &opened.unfilled.join(", "));
        dom::set_text(&self.unfilled, if opened.unfilled.is_empty() { "" } else { &unfilled });
        dom::set_hidden(&self.unfilled, opened.unfilled.is_empty());
        let found = model.replies.found();
        self.picker.render(found.as_ref().map(|(found, at)| (&found[..], *at)));
        if (changed && !model.steps()) || has_acted {
            self.composer.focus();
        }
        let is_erased = items.as_slice().iter().any(|item| matches!(item.body, Body::Erased));
        self.render_verify(&opened, changed, is_erased);
    }

    fn render_labels(&mut self, model: &Model, opened: &Opened<'_>, may_change: bool, is_another: bool) {
        let labels = opened.summary.map_or(&[][..], |summary| &summary.labels);
        let mut others = model.inbox.labels();
        others.retain(|label| !labels.contains(label));
        let was_refused = model.refused == Some(Refused::Labels);
        self.labels.render(labels, others, (may_change, was_refused, is_another));
    }

    /// Whatever is written from now on is for these, beginning with what they have as a draft; it looks and sounds so.
    fn turn_to(&self, audience: Audience, draft: &str) {
        let (text, desk) = (self.language.text(), self.language.desk());
        let is_note = audience == Audience::Agents;
        self.audience.set(audience);
        match audience {
            Audience::Everyone => self.composer.address(text.write(), text.send(), true),
            Audience::Agents => self.composer.address(desk.note_label(), desk.note_send(), false),
        }
        dom::set_class(&self.place, "noting", is_note);
        self.switch.render(audience);
        self.composer.set_draft(draft);
        self.composer.let_go();
    }

    /// Shows the safety number in the place of messages. Where everything was erased there is nothing to be written about.
    fn render_verify(&mut self, opened: &Opened<'_>, changed: bool, is_erased: bool) {
        let (verifying, text) = (opened.verifying, self.language.desk());
        let safety = opened.summary.and_then(|summary| summary.safety.as_ref());
        self.verify.render(safety, safety.map_or(text.verify_unknown(), |_| text.verify_agent()));
        dom::set_hidden(self.verify.root(), !verifying);
        for part in [self.timeline.root(), self.typing.root(), &self.check] {
            dom::set_hidden(part, verifying);
        }
        for part in [self.labels.root(), &self.place] {
            dom::set_hidden(part, verifying || is_erased);
        }
        dom::set_class(&self.opened, "verifying", verifying);
        let turns = std::mem::replace(&mut self.verifying, verifying) != verifying;
        if turns && verifying {
            self.verify.focus();
        } else if turns && !changed {
            dom::focus(&self.check);
        }
    }

    /// Puts a text into the composer, and selects a place in it.
    pub(crate) fn insert(&self, text: &str, mark: Option<&str>) {
        self.composer.insert(text, mark);
    }

    /// Puts a text in the place of what is written.
    pub(crate) fn replace(&self, text: &str) {
        self.composer.replace(text);
    }

    /// Puts the focus where messages are written,
    pub(crate) fn write(&self) {
        self.composer.focus();
    }

    /// or on the messages.
    pub(crate) fn read(&self) {
        self.timeline.focus();
    }

    /// The next text answers one of these messages, and so is for everyone; `draft` is what they have as such.
    pub(crate) fn quote(&self, event: EventId, items: &Items, draft: &str) {
        if self.audience.get() != Audience::Everyone {
            self.turn_to(Audience::Everyone, draft);
        }
        self.composer.quote(event, items.as_slice());
    }

    /// A message's file came whole.
    pub(crate) fn hand(&mut self, event: EventId, fetched: Fetched) {
        self.timeline.hand(event, fetched);
    }

    fn hindrance(&self, model: &Model, opened: &Opened<'_>) -> Option<&'static str> {
        let text = self.language.desk();
        let why = opened.summary.and_then(|summary| match summary.hold.standing {
            _ if summary.life != Life::Open && opened.audience == Audience::Everyone => {
                Some(self.language.text().over())
            }
            _ if !summary.answerable => Some(text.not_answerable()),
            Standing::Others => Some(text.others()),
            Standing::Free | Standing::Mine | Standing::Joined => None,
        });
        self.language.gate(model.situation.gate).or(why)
    }
}

/// What the composer reports, told apart by for whom it says that it is: that is what its person saw.
fn for_audience(audience: &Rc<Cell<Audience>>, act: &Act, does: &Does) -> Act {
    let (audience, act, does) = (Rc::clone(audience), Rc::clone(act), Rc::clone(does));
    Rc::new(move |action| match (audience.get(), action) {
        (Audience::Agents, Action::Send(text, _)) => does(Deed::SendNote(text)),
        (Audience::Agents, Action::Draft(draft)) => does(Deed::DraftNote(draft)),
        // Its button is gone and its tray closed: a file would go to everyone.
        (Audience::Agents, Action::Attach(_)) => {}
        (_, action) => act(action),
    })
}
