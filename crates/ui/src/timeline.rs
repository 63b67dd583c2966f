//! The messages of a conversation on the screen, newest at the bottom.

pub(crate) mod file;
mod row;
mod shape;
mod withdraw;

use std::cell::Cell;
use std::rc::Rc;

use segel_core::show::{Author, Item};
use segel_web::dom::{self, El, SizeWatch, el};
use segel_web::files::Fetched;
use segel_wire::ids::EventId;
use web_sys::Element;

use crate::action::Act;
use crate::items::Items;
use crate::text::Language;
use crate::time::Moment;
use row::Row;
pub(crate) use row::name;
use shape::Shape;
use withdraw::Question;

/// A scrolling log that keeps to its end unless the person scrolled up.
pub struct Timeline {
    language: Language,
    act: Act,
    root: El,
    log: Element,
    newer: Element,
    keeps_to_end: Rc<Cell<bool>>,
    question: Question,
    rows: Vec<Row>,
    _size: SizeWatch,
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
            .attr("aria-label", text.timeline)
            .attr("tabindex", "0");
        let newer = el("button").class("newer").attr("type", "button").text(text.newer).hidden();
        let (log_node, newer_node) = (log.clone(), newer.clone());
        let keeps_to_end = Rc::new(Cell::new(true));

        let size = SizeWatch::new(&log, {
            let (log, keeps_to_end) = (log_node.clone(), Rc::clone(&keeps_to_end));
            move || {
                if keeps_to_end.get() {
                    dom::scroll_to_end(&log);
                }
            }
        });
        let log = log.on("scroll", {
            let (log, newer, keeps_to_end) = (log_node.clone(), newer_node.clone(), Rc::clone(&keeps_to_end));
            move |_| {
                keeps_to_end.set(dom::is_at_end(&log));
                if keeps_to_end.get() {
                    dom::set_hidden(&newer, true);
                }
            }
        });
        let newer = newer.on("click", {
            let log = log_node.clone();
            move |_| {
                dom::scroll_to_end(&log);
                dom::focus(&log);
            }
        });
        let root = el("div").class("timeline").child(log).child(newer);
        let question = Question::new(language, &act, &log_node);
        let (log, newer, rows) = (log_node, newer_node, Vec::new());
        Self { language, act, root, log, newer, keeps_to_end, question, rows, _size: size }
    }

    /// The element to put on the page.
    pub fn root(&self) -> &Element {
        &self.root
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

    /// Shows exactly these messages, oldest first; what stays keeps its element.
    pub fn render(&mut self, items: &[Item]) {
        let mut gone = std::mem::take(&mut self.rows);
        // What comes first is looked for from the end, and mostly found there at once.
        gone.reverse();
        let shown_before = gone.len();
        let mut newest = None;
        for item in items {
            let kept = gone.iter().rposition(|row| row.event() == item.event);
            self.rows.push(kept.map_or_else(
                || {
                    newest = Some(&item.author);
                    Row::new(item)
                },
                |at| gone.remove(at),
            ));
        }
        let is_another = gone.len() == shown_before;
        for row in &gone {
            row.root().remove();
        }

        let moments: Vec<Moment> = self.rows.iter().map(Row::moment).collect();
        let today = Moment::now();
        let mut next = self.log.first_child();
        for (at, (row, item)) in self.rows.iter_mut().zip(items).enumerate() {
            let shape = Shape::of(items, &moments, at);
            row.update(item, shape, today, self.language, (&self.act, &self.question));
            next = dom::keep_in_order(&self.log, row.root(), next);
        }

        if self.keeps_to_end.get() || is_another || newest == Some(&Author::Own) {
            self.keeps_to_end.set(true);
            dom::scroll_to_end(&self.log);
            dom::set_hidden(&self.newer, true);
        } else if newest.is_some() {
            dom::set_hidden(&self.newer, false);
        }
    }
}
