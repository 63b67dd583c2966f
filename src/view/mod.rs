//! The panel: header, banner, timeline and composer, or one sentence in their place.

mod greeting;
mod header;
mod settings;

use std::rc::Rc;

use segel_mask::Writer;
use segel_ui::banner::Banner;
use segel_ui::composer::Composer;
use segel_ui::sentence::{self, Sentence};
use segel_ui::text::fill;
use segel_ui::timeline::Timeline;
use segel_ui::typing::Typing;
use segel_ui::verify::Verify;
use segel_ui::{Act, Action, Items, Language};
use segel_web::dom::{self, El, el};
use segel_web::files::Fetched;
use segel_web::page;
use segel_web::rest;
use segel_wire::ids::EventId;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use crate::model::{Model, Screen};
use greeting::Greeting;
use header::Header;
pub(crate) use settings::Preferences;
use settings::Settings;

/// All that a visitor sees in the frame.
pub(crate) struct Panel {
    language: Language,
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
    verify: Verify,
    shown: Screen,
    verifying: bool,
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
        let sentence = Sentence::new(language);
        let preparing = sentence::preparing(language);
        let chat = el("div")
            .class("chat")
            .place(banner.root())
            .place(greeting.root())
            .place(timeline.root())
            .place(typing.root())
            .place(composer.root())
            .hidden();
        let verify = Verify::new(language, act);
        let close = Rc::clone(act);
        let root = el("div")
            .class("panel")
            .place(header.root())
            .place(settings.root())
            .place(&preparing)
            .place(sentence.root())
            .place(&chat)
            .place(verify.root())
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
            verify,
            shown: Screen::Preparing,
            verifying: false,
        }
    }

    /// The element to put on the page.
    pub(crate) fn root(&self) -> &Element {
        &self.root
    }

    /// Shows the model.
    pub(crate) fn render(&mut self, model: &Model) {
        let screen = model.screen();
        let business = model.situation.business.as_deref();
        let verifying = screen == Screen::Chat && model.is_verifying();
        self.header.render(
            business,
            screen == Screen::Chat && !verifying,
            model.here().filter(|_| screen == Screen::Chat),
        );
        dom::set_hidden(&self.preparing, screen != Screen::Preparing);
        dom::set_hidden(&self.chat, screen != Screen::Chat || verifying);
        dom::set_hidden(self.verify.root(), !verifying);
        self.sentence.render(match screen {
            Screen::Stopped(trouble) => Some(trouble),
            Screen::Preparing | Screen::Chat => None,
        });
        self.banner.render(model.situation.banner());
        self.greeting.render(business, model.items().is_empty());
        dom::set_hidden(self.timeline.root(), model.items().is_empty());
        self.timeline.render(model.items().as_slice());
        self.timeline.render_transfers(model.items());
        self.typing.render(model.typing());
        self.composer.guard(model.situation.masking.as_ref(), Writer::Visitor, model.items().as_slice());
        self.composer.hinder(self.language.gate(model.situation.gate));
        let (safety, text) = (model.safety(), self.language.text());
        let why = safety.map_or(text.verify_later(), |_| text.verify_visitor());
        self.verify.render(safety, &fill(why, business.unwrap_or_default()));
        let turns = std::mem::replace(&mut self.verifying, verifying) != verifying;
        if turns && verifying {
            self.verify.focus();
        } else if turns {
            self.header.focus_check();
        }
        let appears = std::mem::replace(&mut self.shown, screen) != screen && screen == Screen::Chat;
        // Who opened the panel before there was anywhere to write finds the focus there once there is.
        if appears && page::has_focus() {
            self.focus();
        }
    }

    /// A message's file came whole.
    pub(crate) fn hand(&mut self, event: EventId, fetched: Fetched) {
        self.timeline.hand(event, fetched);
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

    /// Puts the focus where a visitor who opened the panel wants it.
    pub(crate) fn focus(&self) {
        self.composer.focus();
    }
}
