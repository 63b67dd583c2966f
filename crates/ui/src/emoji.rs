//! A grid of emoji beside the place where messages are written. It is fetched when somebody first wants it.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use js_sys::futures::spawn_local;
use segel_web::dom::{self, El, el, icon};
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use crate::text::Language;
use crate::{icons, served};

/// So many stand in a line, which the arrows upwards and downwards pass over.
const LINE: usize = 6;

/// The button, and the grid while it is open.
pub(crate) struct Emoji {
    button: El,
    parts: Rc<Parts>,
}

struct Parts {
    button: Element,
    home: El,
    /// The grid, once it was fetched.
    grid: RefCell<Option<El>>,
    cells: RefCell<Vec<Element>>,
    /// Where the focus is in the grid.
    at: Cell<usize>,
    choose: Box<dyn Fn(&str)>,
}

impl Emoji {
    /// A closed grid; what is chosen from it goes to `choose`.
    pub(crate) fn new(language: Language, choose: impl Fn(&str) + 'static) -> Self {
        let words = language.text().emoji();
        let button = el("button")
            .class("plain emoji-button")
            .attr("type", "button")
            .attr("aria-label", words)
            .attr("title", words)
            .attr("aria-expanded", "false")
            .child(icon(icons::SMILE));
        let home = el("div").class("emoji").attr("role", "group").attr("aria-label", words).hidden();
        let node: Element = button.clone();
        let parts = Rc::new(Parts {
            button: node,
            home,
            grid: RefCell::default(),
            cells: RefCell::default(),
            at: Cell::new(0),
            choose: Box::new(choose),
        });
        let me = Rc::downgrade(&parts);
        let button = button.on("click", move |_| turn(&me));
        Self { button, parts }
    }

    /// The button to put on the page.
    pub(crate) fn button(&self) -> &Element {
        &self.button
    }

    /// The element that the grid is in.
    pub(crate) fn root(&self) -> &Element {
        &self.parts.home
    }

    /// What a pressed key does before anything else hears of it.
    pub(crate) fn press(&self, key: &KeyboardEvent) {
        if !self.parts.home.has_attribute("hidden") {
            self.parts.press(key);
        }
    }
}

/// Opens or closes the grid, and fetches it before.
fn turn(parts: &Weak<Parts>) {
    let Some(here) = parts.upgrade() else { return };
    if here.grid.borrow().is_some() {
        return here.show(here.home.has_attribute("hidden"));
    }
    let parts = Weak::clone(parts);
    spawn_local(async move {
        // What does not arrive is asked for again with the next press.
        let Some(served) = served::fetch("emoji").await else { return };
        if let Some(here) = parts.upgrade() {
            here.fill(&parts, &served);
            here.show(true);
        }
    });
}

impl Parts {
    /// Makes the grid of what is served: a group's name after `# `, then an emoji and its name a line.
    fn fill(&self, me: &Weak<Self>, served: &str) {
        let mut grid = el("div");
        let mut group: Option<El> = None;
        let mut cells = self.cells.borrow_mut();
        for line in served.lines() {
            let Some((emoji, name)) = line.split_once(' ') else { continue };
            if emoji == "#" {
                if let Some(whole) = group.take() {
                    grid = grid.child(whole);
                }
                group = Some(el("div").class("of").attr("role", "group").attr("aria-label", name));
                continue;
            }
            let (me, chosen) = (Weak::clone(me), emoji.to_owned());
            let cell = el("button")
                .attr("type", "button")
                .attr("tabindex", if cells.is_empty() { "0" } else { "-1" })
                .attr("aria-label", name)
                .attr("title", name)
                .text(emoji)
                .on("click", move |_| {
                    if let Some(parts) = me.upgrade() {
                        parts.show(false);
                        (parts.choose)(&chosen);
                    }
                });
            cells.push(cell.clone());
            group = group.map(|group| group.child(cell));
        }
        if let Some(whole) = group {
            grid = grid.child(whole);
        }
        dom::insert(&self.home, &grid, None);
        *self.grid.borrow_mut() = Some(grid);
    }

    fn show(&self, on: bool) {
        dom::set_hidden(&self.home, !on);
        dom::set_attr(&self.button, "aria-expanded", if on { "true" } else { "false" });
        if on {
            self.go_to(self.at.get());
        }
    }

    fn press(&self, key: &KeyboardEvent) {
        let pressed = key.key();
        if pressed == "Escape" {
            // Only the grid is closed, not the chat.
            key.stop_propagation();
            self.show(false);
            return dom::focus(&self.button);
        }
        let is_within = key.target().and_then(|target| target.dyn_into::<Element>().ok());
        let is_cell = is_within.is_some_and(|target| self.cells.borrow().contains(&target));
        let at = self.at.get();
        let is_rtl = dom::is_rtl(&self.home);
        let to = match pressed.as_str() {
            "ArrowRight" | "ArrowLeft" if (pressed == "ArrowRight") != is_rtl => at + 1,
            "ArrowRight" | "ArrowLeft" => at.saturating_sub(1),
            "ArrowDown" => at + LINE,
            "ArrowUp" => at.saturating_sub(LINE),
            "Home" => 0,
            "End" => usize::MAX,
            _ => return,
        };
        if is_cell {
            key.prevent_default();
            self.go_to(to);
        }
    }

    /// Puts the focus on a cell; only that one is reached by Tab.
    fn go_to(&self, to: usize) {
        let cells = self.cells.borrow();
        let to = to.min(cells.len().saturating_sub(1));
        if let (Some(from), Some(cell)) = (cells.get(self.at.replace(to)), cells.get(to)) {
            dom::set_attr(from, "tabindex", "-1");
            dom::set_attr(cell, "tabindex", "0");
            dom::focus(cell);
        }
    }
}
