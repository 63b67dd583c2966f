//! What a visitor can turn off: the sound, and the number in the page's title.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use segel_ui::{Language, icons};
use segel_web::dom::{self, El, el, icon};
use segel_web::page;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlInputElement, KeyboardEvent};

/// What is on; both are until they are turned off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Preferences {
    pub(crate) sound: bool,
    pub(crate) title: bool,
}

/// A preference's name where it is kept, and its place.
type Preference = (&'static str, fn(&mut Preferences) -> &mut bool);

const PREFERENCES: [Preference; 2] =
    [("segel:sound", |all| &mut all.sound), ("segel:title", |all| &mut all.title)];

/// The button, and the list while it is open.
pub(crate) struct Settings {
    button: El,
    home: El,
    state: Rc<State>,
}

struct State {
    language: Language,
    button: Element,
    home: Element,
    /// Made when it is first wanted.
    list: RefCell<Option<El>>,
    /// As they were kept, and changed since.
    on: Cell<Option<Preferences>>,
    /// Whether something was turned on or off and is not kept yet.
    is_news: Cell<bool>,
    changed: Box<dyn Fn()>,
}

impl Default for Preferences {
    fn default() -> Self {
        Self { sound: true, title: true }
    }
}

impl Settings {
    /// A closed list; `changed` is called when something is turned on or off.
    pub(crate) fn new(language: Language, changed: impl Fn() + 'static) -> Self {
        let words = language.text().settings();
        let button = el("button")
            .class("plain cog")
            .attr("type", "button")
            .attr("aria-label", words)
            .attr("title", words)
            .attr("aria-expanded", "false")
            .child(icon(icons::COG));
        let home = el("div").class("settings").attr("role", "group").attr("aria-label", words).hidden();
        let state = Rc::new(State {
            language,
            button: button.clone(),
            home: home.clone(),
            list: RefCell::default(),
            on: Cell::default(),
            is_news: Cell::default(),
            changed: Box::new(changed),
        });
        let (clicked, pressed) = (Rc::clone(&state), Rc::clone(&state));
        let button = button.on("click", move |_| clicked.turn());
        let home = home.on("keydown", move |event| pressed.press(event));
        Self { button, home, state }
    }

    /// The button to put on the page,
    pub(crate) fn button(&self) -> &Element {
        &self.button
    }

    /// and the list that it opens.
    pub(crate) fn root(&self) -> &Element {
        &self.home
    }

    /// Whether something was turned on or off and is not kept yet.
    pub(crate) fn is_news(&self) -> bool {
        self.state.is_news.get()
    }

    /// What is on, in a conversation: from now on it is kept. Nothing is kept of a visitor who has said nothing.
    pub(crate) fn keep(&self) -> Preferences {
        self.state.keep()
    }
}

impl State {
    fn on(&self) -> Preferences {
        let mut on = self.on.get().unwrap_or_default();
        if self.on.get().is_none() {
            for (name, of) in PREFERENCES {
                *of(&mut on) = page::remembered(name).is_none_or(|kept| kept != "0");
            }
            self.on.set(Some(on));
        }
        on
    }

    fn keep(&self) -> Preferences {
        let mut on = self.on();
        if self.is_news.take() {
            for (name, of) in PREFERENCES {
                page::remember(name, if *of(&mut on) { "1" } else { "0" });
            }
        }
        on
    }

    fn turn(self: &Rc<Self>) {
        if self.list.borrow().is_none() {
            self.make();
        }
        self.show(self.home.has_attribute("hidden"));
    }

    fn make(self: &Rc<Self>) {
        let (text, mut on) = (self.language.text(), self.on());
        let mut list = el("div");
        for ((_, of), words) in PREFERENCES.into_iter().zip([text.sound(), text.title_hint()]) {
            let mark = el("input").attr("type", "checkbox");
            let node: HtmlInputElement = Element::clone(&mark).unchecked_into();
            node.set_checked(*of(&mut on));
            let me = Rc::downgrade(self);
            let mark = mark.on("change", move |_| {
                if let Some(state) = me.upgrade() {
                    let mut on = state.on();
                    *of(&mut on) = node.checked();
                    state.on.set(Some(on));
                    state.is_news.set(true);
                    (state.changed)();
                }
            });
            list = list.child(el("label").child(mark).child(el("span").text(words)));
        }
        dom::insert(&self.home, &list, None);
        *self.list.borrow_mut() = Some(list);
    }

    fn press(&self, event: &Event) {
        if event.dyn_ref::<KeyboardEvent>().is_some_and(|key| key.key() == "Escape") {
            // Only the list is closed, not the chat.
            event.stop_propagation();
            self.show(false);
            dom::focus(&self.button);
        }
    }

    fn show(&self, on: bool) {
        dom::set_hidden(&self.home, !on);
        dom::set_attr(&self.button, "aria-expanded", if on { "true" } else { "false" });
    }
}
