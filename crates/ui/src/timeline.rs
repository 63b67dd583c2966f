//! The messages of a conversation on the screen, newest at the bottom.

pub(crate) mod file;
mod row;
mod shape;
mod window;
mod withdraw;
pub(crate) mod words;

use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;

use segel_core::show::{Author, Item};
use segel_web::dom::{self, El, SizeWatch, el};
use segel_web::files::Fetched;
use segel_wire::ids::{ConversationId, EventId};
use web_sys::Element;

use crate::action::{Act, Action};
use crate::items::Items;
use crate::text::Language;
use crate::time::Moment;
use row::{Jump, Row};
use shape::Shape;
use window::{Turn, Window};
use withdraw::Question;

/// A scrolling log that keeps to its end unless the person scrolled up. A stretch of the messages is on the page.
pub struct Timeline {
    language: Language,
    act: Act,
    root: El,
    log: Element,
    newer: Element,
    view: Rc<View>,
    jump: Jump,
    window: Window,
    question: Question,
    rows: Vec<Row>,
    /// Whose messages were shown last, and the newest of them.
    conversation: Option<ConversationId>,
    newest: Option<EventId>,
    _size: SizeWatch,
}

/// How the log stands, for its listeners.
#[derive(Default)]
struct View {
    keeps_to_end: Cell<bool>,
    /// Where the person turned to since it was rendered.
    turn: Cell<Turn>,
    /// Whether there are messages before those on the page,
    has_earlier: Cell<bool>,
    /// and after them.
    has_later: Cell<bool>,
}

impl Timeline {
    /// An empty timeline.
    pub fn new(language: Language, act: Act) -> Self {
        let text = language.text();
        let log = el("div")
            .class("log")
            .attr("role", "log")
            .attr("aria-live", "polite")
            .attr("aria-relevant", "additions")
            .attr("aria-label", text.timeline())
            .attr("tabindex", "0");
        let newer = el("button").class("newer").attr("type", "button").text(text.newer()).hidden();
        let (log_node, newer_node) = (log.clone(), newer.clone());
        let view = Rc::new(View { keeps_to_end: Cell::new(true), ..View::default() });

        let size = SizeWatch::new(&log, {
            let (log, view) = (log_node.clone(), Rc::clone(&view));
            move || {
                if view.keeps_to_end.get() {
                    dom::scroll_to_end(&log);
                }
            }
        });
        let log = log.on("scroll", {
            let (log, newer) = (log_node.clone(), newer_node.clone());
            let (view, act) = (Rc::clone(&view), Rc::clone(&act));
            move |_| {
                view.keeps_to_end.set(dom::is_at_end(&log) && !view.has_later.get());
                if view.keeps_to_end.get() {
                    dom::set_hidden(&newer, true);
                }
                let turn = match dom::is_near(&log) {
                    (true, _) if view.has_earlier.get() => Turn::Earlier,
                    (_, true) if view.has_later.get() => Turn::Later,
                    _ => return,
                };
                view.turn.set(turn);
                act(Action::Scrolled);
            }
        });
        let newer = newer.on("click", {
            let (log, view, act) = (log_node.clone(), Rc::clone(&view), Rc::clone(&act));
            move |_| {
                view.keeps_to_end.set(true);
                act(Action::Scrolled);
                dom::scroll_to_end(&log);
                dom::focus(&log);
            }
        });
        let jump: Jump = Rc::new({
            let (view, act) = (Rc::clone(&view), Rc::clone(&act));
            move |event| {
                view.keeps_to_end.set(false);
                view.turn.set(Turn::To(event));
                act(Action::Scrolled);
            }
        });
        let root = el("div").class("timeline").child(log).child(newer);
        let question = Question::new(language, &act, &log_node);
        let (log, newer, window) = (log_node, newer_node, Window::default());
        Self {
            language,
            act,
            root,
            log,
            newer,
            view,
            jump,
            window,
            question,
            rows: Vec::new(),
            conversation: None,
            newest: None,
            _size: size,
        }
    }

    /// The element to put on the page.
    pub fn root(&self) -> &Element {
        &self.root
    }

    /// What scrolls, and takes the focus.
    pub fn log(&self) -> &Element {
        &self.log
    }

    /// Puts the focus on the messages.
    pub fn focus(&self) {
        dom::focus(&self.log);
    }

    /// Shows how far the files of these messages have come.
    pub fn render_transfers(&self, items: &Items) {
        for row in &self.rows {
            row.transfer(items.progress(row.event()), self.language);
        }
    }

    /// A message's file came whole; if its message is no longer shown, it is fetched again when it is wanted.
    pub fn hand(&mut self, event: EventId, fetched: Fetched) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.event() == event) {
            row.hand(fetched, self.language);
        }
    }

    /// Shows these messages, oldest first, as far as the person scrolled; what stays keeps its element and its place.
    pub fn render(&mut self, all: &[Item]) {
        let turned = self.view.turn.take();
        let conversation = all.first().map(|item| item.conversation);
        let is_another = std::mem::replace(&mut self.conversation, conversation) != conversation;
        let is_shown = |item: &&Item| self.rows.iter().any(|row| row.event() == item.event);
        let before = std::mem::replace(&mut self.newest, all.last().map(|item| item.event));
        let newest = all.last().filter(|item| Some(item.event) != before && !is_shown(item));
        let is_own_news = newest.is_some_and(|item| item.author == Author::Own);
        let follows = self.view.keeps_to_end.get() || is_another || is_own_news;
        let turn = if follows { Turn::End } else { turned };
        let stretch = self.window.turn(all, turn);
        self.view.has_earlier.set(stretch.start > 0);
        self.view.has_later.set(stretch.end < all.len());
        // What was said before is no news to whoever listens.
        dom::set_attr(&self.log, "aria-live", if follows { "polite" } else { "off" });
        let anchor = self.anchor().filter(|_| !follows);
        self.put(all, stretch);
        if follows {
            self.view.keeps_to_end.set(true);
            dom::scroll_to_end(&self.log);
            dom::set_hidden(&self.newer, true);
        } else {
            if let Some((row, top)) = anchor {
                dom::scroll_by(&self.log, dom::top(&row) - top);
            }
            if newest.is_some() {
                dom::set_hidden(&self.newer, false);
            }
            if let Turn::To(event) = turn {
                self.show_row(event);
            }
        }
    }

    /// A row that is in sight, and where it stands: not the very first, whose day and author are said only there.
    fn anchor(&self) -> Option<(Element, i32)> {
        let scrolled = self.log.scroll_top();
        let is_in_sight = |row: &&Row| dom::top(row.root()) + row.root().client_height() > scrolled;
        let row = self.rows.iter().skip(1).find(is_in_sight)?.root();
        Some((row.clone(), dom::top(row)))
    }

    /// Brings a message into sight, with the focus on it.
    fn show_row(&self, event: EventId) {
        if let Some(row) = self.rows.iter().find(|row| row.event() == event) {
            dom::set_attr(row.root(), "tabindex", "-1");
            dom::scroll_to(&self.log, row.root());
            dom::focus(row.root());
        }
    }

    fn put(&mut self, all: &[Item], stretch: Range<usize>) {
        let items = all.get(stretch).unwrap_or_default();
        let mut gone = std::mem::take(&mut self.rows);
        // What comes first is looked for from the end, and mostly found there at once.
        gone.reverse();
        for item in items {
            let kept = gone.iter().rposition(|row| row.event() == item.event);
            self.rows.push(kept.map_or_else(|| Row::new(item), |at| gone.remove(at)));
        }
        for row in &gone {
            row.root().remove();
        }

        let moments: Vec<Moment> = self.rows.iter().map(Row::moment).collect();
        let today = Moment::now();
        let mut next = self.log.first_child();
        for (at, (row, item)) in self.rows.iter_mut().zip(items).enumerate() {
            let shape = Shape::of(items, &moments, at);
            row.update(item, shape, today, self.language, (all, &self.act, &self.question, &self.jump));
            next = dom::keep_in_order(&self.log, row.root(), next);
        }
    }
}
