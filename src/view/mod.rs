//! The panel: header, banner, timeline and composer, or one sentence in their place.

mod greeting;
mod header;

use std::rc::Rc;

use segel_mask::Writer;
use segel_ui::banner::Banner;
use segel_ui::composer::Composer;
use segel_ui::sentence::{self, Sentence};
use segel_ui::timeline::Timeline;
use segel_ui::{Act, Action, Language};
use segel_web::dom::{self, El, el};
use segel_web::page;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use crate::model::{Model, Screen};
use greeting::Greeting;
use header::Header;

/// All that a visitor sees in the frame.
pub(crate) struct Panel {
    language: Language,
    root: El,
    header: Header,
    banner: Banner,
    greeting: Greeting,
    timeline: Timeline,
    composer: Composer,
    sentence: Sentence,
    preparing: El,
    chat: El,
    shown: Screen,
}

impl Panel {
    /// The panel before anything is known.
    pub(crate) fn new(language: Language, act: &Act) -> Self {
        let header = Header::new(language, act);
        let banner = Banner::new(language, act);
        let greeting = Greeting::new(language);
        let timeline = Timeline::new(language, Rc::clone(act));
        let composer = Composer::new(language, Rc::clone(act));
        let sentence = Sentence::new(language);
        let preparing = sentence::preparing(language);
        let chat = el("div")
            .class("chat")
            .place(banner.root())
            .place(greeting.root())
            .place(timeline.root())
            .place(composer.root())
            .hidden();
        let close = Rc::clone(act);
        let root = el("div")
            .class("panel")
            .place(header.root())
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
            root,
            header,
            banner,
            greeting,
            timeline,
            composer,
            sentence,
            preparing,
            chat,
            shown: Screen::Preparing,
        }
    }

    /// The element to put on the page.
    pub(crate) fn root(&self) -> &Element {
        &self.root
    }

    /// Shows the model.
    pub(crate) fn render(&mut self, model: &Model) {
        let screen = model.screen();
        self.header.render(model.situation.business.as_deref());
        dom::set_hidden(&self.preparing, screen != Screen::Preparing);
        dom::set_hidden(&self.chat, screen != Screen::Chat);
        self.sentence.render(match screen {
            Screen::Stopped(trouble) => Some(trouble),
            Screen::Preparing | Screen::Chat => None,
        });
        self.banner.render(model.situation.banner());
        self.greeting.render(model.situation.business.as_deref(), model.items().is_empty());
        dom::set_hidden(self.timeline.root(), model.items().is_empty());
        self.timeline.render(model.items().as_slice());
        self.composer.guard(model.situation.masking.as_ref(), Writer::Visitor, model.items().as_slice());
        self.composer.hinder(self.language.gate(model.situation.gate));
        let appears = std::mem::replace(&mut self.shown, screen) != screen && screen == Screen::Chat;
        // Who opened the panel before there was anywhere to write finds the focus there once there is.
        if appears && page::has_focus() {
            self.focus();
        }
    }

    /// Puts the focus where a visitor who opened the panel wants it.
    pub(crate) fn focus(&self) {
        self.composer.focus();
    }
}
