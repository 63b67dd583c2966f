//! The panel: header, banner, timeline and composer, or one sentence in their place.

mod ended;
mod greeting;
mod header;
mod menu;
mod report;
mod settings;
mod talks;

use std::rc::Rc;

use segel_core::show::{Life, Reporting};
use segel_mask::Writer;
use segel_ui::answers::Answers;
use segel_ui::banner::Banner;
use segel_ui::composer::Composer;
use segel_ui::intake::Form;
use segel_ui::opening;
use segel_ui::running::PutAway;
use segel_ui::sentence::{self, Sentence};
use segel_ui::served;
use segel_ui::text::fill;
use segel_ui::timeline::Timeline;
use segel_ui::typing::Typing;
use segel_ui::verify::Verify;
use segel_ui::{Act, Action, Items, Language};
use segel_web::dom::{self, El, el};
use segel_web::files::{Address, Fetched};
use segel_web::{page, rest};
use segel_wire::ids::{ConversationId, EventId};
use segel_wire::signed::{Intake, Opening};
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use crate::model::{Model, Place, Screen};
use ended::Ended;
use greeting::Greeting;
use header::Header;
use menu::Menu;
use report::Report;
pub(crate) use settings::Preferences;
use settings::Settings;
use talks::Talks;

/// All that a visitor sees in the frame.
pub(crate) struct Panel {
    language: Language,
    act: Act,
    root: El,
    header: Header,
    settings: Settings,
    banner: Banner,
    greeting: Greeting,
    timeline: Timeline,
    typing: Typing,
    composer: Composer,
    sentence: Sentence,
    preparing: El,
    chat: El,
    /// Once somebody wants it.
    verify: Option<Verify>,
    /// What is asked before anything can be written.
    form: Option<(Intake, Form)>,
    more: Option<More>,
    shown: Screen,
    place: Place,
}

/// What nobody needs before a first message has gone.
struct More {
    language: Language,
    menu: Menu,
    talks: Talks,
    report: Report,
    ended: Ended,
    answers: Answers,
    /// Says that everything is erased.
    erased: El,
}

impl Panel {
    /// The panel before anything is known.
    pub(crate) fn new(language: Language, act: &Act) -> Self {
        let changed = Rc::clone(act);
        // Whatever is turned on or off is told when it is rendered.
        let settings = Settings::new(language, move || changed(Action::Scrolled));
        let header = Header::new(language, act, settings.button());
        let banner = Banner::new(language, act);
        let greeting = Greeting::new(language);
        let timeline = Timeline::new(language, Rc::clone(act));
        let typing = Typing::new(language);
        let composer = Composer::new(language, Rc::clone(act));
        let sentence = Sentence::new(language, act);
        let preparing = sentence::preparing(language);
        let chat = el("div")
            .class("chat")
            .place(banner.root())
            .place(greeting.root())
            .place(timeline.root())
            .place(typing.root())
            .place(composer.root())
            .hidden();
        let close = Rc::clone(act);
        let root = el("div")
            .class("panel")
            .place(header.root())
            .place(settings.root())
            .place(&preparing)
            .place(sentence.root())
            .place(&chat)
            .on("keydown", move |event| {
                if event
                    .dyn_ref::<KeyboardEvent>()
                    .is_some_and(|key| key.key() == "Escape" && !key.is_composing())
                {
                    close(Action::Close);
                }
            });
        Self {
            language,
            act: Rc::clone(act),
            root,
            header,
            settings,
            banner,
            greeting,
            timeline,
            typing,
            composer,
            sentence,
            preparing,
            chat,
            verify: None,
            form: None,
            more: None,
            shown: Screen::Preparing,
            place: Place::Talk,
        }
    }

    /// The element to put on the page.
    pub(crate) fn root(&self) -> &Element {
        &self.root
    }

    /// Where it reports to.
    pub(crate) fn act(&self) -> Act {
        Rc::clone(&self.act)
    }

    /// Shows the model.
    pub(crate) fn render(&mut self, model: &Model) {
        let (asks, screen) = (model.asks(), model.screen());
        let business = model.situation.business.as_deref();
        let place = if screen == Screen::Chat { self.place_of(model) } else { Place::Talk };
        self.header.render(
            business,
            screen == Screen::Chat && place == Place::Talk,
            model.here().filter(|_| screen == Screen::Chat),
        );
        dom::set_hidden(&self.preparing, screen != Screen::Preparing);
        dom::set_hidden(&self.chat, screen != Screen::Chat || place != Place::Talk);
        self.sentence.render(match screen {
            Screen::Stopped(trouble) => Some(trouble),
            Screen::Preparing | Screen::Chat => None,
        });
        let looked_at = model.current().and_then(|talk| talk.summary.as_ref());
        self.banner.render(model.situation.banner(looked_at));
        let hours = model.situation.hours.as_ref().filter(|_| screen == Screen::Chat);
        let opening = hours.and_then(|hours| Some((hours, opening::now(hours)?)));
        let line = opening.filter(|_| model.here().is_none());
        let line = line.and_then(|(hours, opening)| opening::line(self.language, hours, opening));
        self.header.render_hours(line.as_deref());
        let is_away = matches!(opening, Some((_, Opening::Closed(_))));
        self.greeting.render(business, is_away, model.items().is_empty() && asks.is_none());
        dom::set_hidden(self.timeline.root(), model.items().is_empty());
        self.timeline.render(model.items().as_slice());
        self.timeline.render_transfers(model.items());
        self.typing.render(model.typing());
        self.composer.guard(model.situation.masking.as_ref(), Writer::Visitor, model.items().as_slice());
        self.composer.hinder(self.language.gate(model.situation.gate));
        if place == Place::Safety || self.verify.is_some() {
            self.render_verify(model, place);
        }
        self.render_more(model, screen, place);
        // Before there is more, no conversation has ended.
        let is_over = self.more.is_some() && model.life() != Life::Open;
        dom::set_hidden(self.composer.root(), is_over || asks.is_some());
        if (asks.is_some() && screen == Screen::Chat) || self.form.is_some() {
            self.render_form(asks, model);
        }
        if (std::mem::replace(&mut self.place, place), place) == (Place::Safety, Place::Talk) {
            self.header.focus_check();
        }
        let appears = std::mem::replace(&mut self.shown, screen) != screen && screen == Screen::Chat;
        // Who opened the panel before there was anywhere to write finds the focus there once there is.
        if appears && page::has_focus() {
            self.focus();
        }
    }

    /// Where the visitor looks: at the safety number once the program has what shows it.
    fn place_of(&self, model: &Model) -> Place {
        let place = model.place();
        if place != Place::Safety || rest::is_here() {
            return place;
        }
        let act = Rc::clone(&self.act);
        rest::then(move || act(Action::Scrolled));
        Place::Talk
    }

    /// Shows the safety number in the conversation's place.
    // Within its one caller it would be in the first part of the program.
    #[inline(never)]
    fn render_verify(&mut self, model: &Model, place: Place) {
        let verify = self.verify.get_or_insert_with(|| {
            let verify = Verify::new(self.language, &self.act);
            dom::insert(&self.root, verify.root(), None);
            verify
        });
        let safety = model.safety();
        let act = Rc::clone(&self.act);
        let why = served::later_or(move || act(Action::Scrolled));
        let why = why.map_or("", |text| safety.map_or(text.verify_later(), |_| text.verify_visitor()));
        verify.render(safety, &fill(why, model.situation.business.as_deref().unwrap_or_default()));
        dom::set_hidden(verify.root(), place != Place::Safety);
        if place == Place::Safety && self.place != place {
            verify.focus();
        }
    }

    /// Shows what comes with a first message, once the program has it.
    fn render_more(&mut self, model: &Model, screen: Screen, place: Place) {
        let nothing_more = model.talks().is_empty() && !model.is_erased();
        if self.more.is_none() && (nothing_more || !rest::is_here()) {
            return;
        }
        let more = self.more.get_or_insert_with(|| {
            More::new(
                self.language,
                &self.act,
                (&self.root, &self.header, &self.chat, &self.timeline, &self.composer),
            )
        });
        if more.render(model, screen, (self.place, place)) {
            self.composer.focus();
        }
    }

    /// Asks what is to be asked, or nothing any more: whoever has answered goes on to write.
    #[inline(never)]
    fn render_form(&mut self, asks: Option<Intake>, model: &Model) {
        if self.form.as_ref().map(|(asked, _)| asked) != asks.as_ref() {
            let before = self.form.take();
            let had_focus = before.as_ref().is_some_and(|(_, form)| dom::has_focus(form.root()));
            if let Some((_, form)) = before {
                form.root().remove();
            }
            self.form = asks.map(|asks| {
                let business = model.situation.business.as_deref().unwrap_or_default();
                let form = Form::new(self.language, &self.act, business, &asks);
                dom::insert(&self.chat, form.root(), self.greeting.root().next_sibling().as_ref());
                (asks, form)
            });
            if had_focus {
                self.focus();
                if dom::is_focus_lost() {
                    dom::focus(self.greeting.root());
                }
            }
        }
        if let Some((_, form)) = &self.form {
            form.guard(model.situation.masking.as_ref());
        }
    }

    /// A message's file came whole.
    pub(crate) fn hand(&mut self, event: EventId, fetched: Fetched) {
        self.timeline.hand(event, fetched);
    }

    /// What came of a report; if it was wanted here, the browser was told to save it and may still be reading it.
    pub(crate) fn reported(&self, conversation: ConversationId, reporting: &Reporting) -> Option<Address> {
        self.more.as_ref()?.report.take(conversation, reporting)
    }

    /// Whoever was to make a report that is wanted here is gone.
    pub(crate) fn lose_report(&self) {
        if let Some(more) = &self.more {
            more.report.lose();
        }
    }

    /// What is turned on, in a conversation.
    pub(crate) fn preferences(&self) -> Preferences {
        // Nothing comes in before the program is whole, and who changed something made it so.
        if rest::is_here() || self.settings.is_news() { self.settings.keep() } else { Preferences::default() }
    }

    /// The next text answers one of these messages.
    pub(crate) fn quote(&self, event: EventId, items: &Items) {
        self.composer.quote(event, items.as_slice());
    }

    /// What is being written, to be put back.
    pub(crate) fn put_away(&self) -> PutAway {
        self.composer.put_away()
    }

    /// Goes on with what was being written, unless something else was typed since.
    pub(crate) fn put_back(&self, put_away: PutAway) {
        self.composer.put_back(put_away);
    }

    /// Puts the focus where a visitor who opened the panel wants it.
    pub(crate) fn focus(&self) {
        match &self.form {
            Some((_, form)) => form.focus(),
            None => self.composer.focus(),
        }
    }
}

impl More {
    // Within its one caller it would be in the first part of the program.
    #[inline(never)]
    fn new(
        language: Language,
        act: &Act,
        (root, header, chat, timeline, composer): (&Element, &Header, &Element, &Timeline, &Composer),
    ) -> Self {
        let (talks, report, ended) =
            (Talks::new(language, act), Report::new(language, act), Ended::new(language, act));
        let menu = Menu::new(language, act, report.texts());
        let below = menu.place(header.root(), header.check());
        dom::insert(root, below, header.root().next_sibling().as_ref());
        dom::insert(root, talks.root(), None);
        dom::insert(root, report.root(), None);
        dom::insert(chat, ended.root(), None);
        let answers = Answers::new(language, act, timeline.log());
        dom::insert(chat, answers.root(), Some(composer.root()));
        let erased = el("p").class("erased").attr("role", "status");
        dom::insert(chat, &erased, chat.first_child().as_ref());
        Self { language, menu, talks, report, ended, answers, erased }
    }

    /// Answers whether the focus is to go where messages are written.
    #[inline(never)]
    fn render(&mut self, model: &Model, screen: Screen, (before, place): (Place, Place)) -> bool {
        self.menu.render(model);
        self.report.render(model, before, place);
        dom::set_hidden(self.talks.root(), place != Place::List);
        if place == Place::List {
            self.talks.render(model);
        }
        let life = if screen == Screen::Chat { model.life() } else { Life::Open };
        let (masking, items) = (model.situation.masking.as_ref(), model.items().as_slice());
        self.ended.render(life, masking, items);
        // A live region announces what is put into it, and nothing that is only unhidden.
        dom::set_text(&self.erased, if model.is_erased() { self.language.text().erased() } else { "" });
        self.answers.render(items, masking, life == Life::Open);
        match (before, place) {
            (Place::Talk, Place::List) => self.talks.focus(),
            (Place::Talk, Place::Report) => self.report.focus(),
            (Place::Report, Place::Talk) => self.menu.focus(),
            // Where there is nothing to be written, the way back is the button that led here.
            (Place::List, Place::Talk) if model.life() != Life::Open => self.menu.focus_list(),
            (Place::List, Place::Talk) => return true,
            _ => {}
        }
        false
    }
}
