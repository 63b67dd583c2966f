//! What leads to the lock: buttons whose words come when they are first wanted.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::futures::spawn_local;
use segel_web::dom::{self, El, el, icon};
use web_sys::Element;

use crate::action::{Act, Action};
use crate::situation::Situation;
use crate::text::LaterText;
use crate::{icons, served};

/// A button that opens the sheet, and in a menu one that locks; hidden until they have words and something to do.
pub struct Entries {
    sheet: El,
    now: El,
    state: Rc<State>,
}

/// How the buttons look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// As words, in a menu.
    Words,
    /// As a padlock, which leads to the sheet alone.
    Icon,
}

struct State {
    shape: Shape,
    sheet: Element,
    now: Element,
    has_words: Cell<bool>,
    /// Whether anything is kept that could be locked, and whether a lock is set.
    stands: Cell<(bool, bool)>,
}

impl Entries {
    /// Buttons that report to `act`.
    pub fn new(act: &Act, shape: Shape) -> Self {
        let button = |action: fn() -> Action| {
            let act = Rc::clone(act);
            el("button").attr("type", "button").on("click", move |_| act(action())).hidden()
        };
        let (mut sheet, now) = (button(|| Action::LockSheet), button(|| Action::LockNow));
        if shape == Shape::Icon {
            sheet = sheet.class("plain padlock").child(icon(icons::LOCK));
        }
        let state = Rc::new(State {
            shape,
            sheet: Element::clone(&sheet),
            now: Element::clone(&now),
            has_words: Cell::new(false),
            stands: Cell::default(),
        });
        Self { sheet, now, state }
    }

    /// Somebody may press them soon: asks for their words.
    pub fn want(&self) {
        let state = Rc::downgrade(&self.state);
        spawn_local(async move {
            let text = served::later().await;
            if let Some(state) = state.upgrade() {
                state.say(text);
            }
        });
    }

    /// The elements to put on the page: first the one that leads to the sheet.
    pub fn buttons(&self) -> [&Element; 2] {
        [&self.sheet, &self.now]
    }

    /// Shows what there is to do now.
    pub fn render(&self, situation: &Situation) {
        self.state.stands.set((situation.is_kept(), situation.locks));
        self.state.show();
    }
}

impl State {
    fn say(&self, text: LaterText) {
        match self.shape {
            Shape::Words => dom::set_text(&self.sheet, text.menu()),
            Shape::Icon => {
                dom::set_attr(&self.sheet, "aria-label", text.menu());
                dom::set_attr(&self.sheet, "title", text.menu());
            }
        }
        dom::set_text(&self.now, text.now());
        self.has_words.set(true);
        self.show();
    }

    fn show(&self) {
        let (is_kept, locks) = self.stands.get();
        let shows = self.has_words.get() && is_kept;
        dom::set_hidden(&self.sheet, !shows);
        dom::set_hidden(&self.now, !(shows && locks && self.shape == Shape::Words));
    }
}
