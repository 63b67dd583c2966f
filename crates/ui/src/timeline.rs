//! The messages of a conversation on the screen, newest at the bottom.

mod row;
mod shape;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use segel_core::show::{Author, Item};
use segel_web::dom::{self, El, SizeWatch, el};
use segel_wire::ids::EventId;
use web_sys::Element;

use crate::action::Act;
use crate::text::Language;
use crate::time::Moment;
use row::Row;
use shape::Shape;

/// A scrolling log that keeps to its end unless the person scrolled up.
pub struct Timeline {
    language: Language,
    act: Act,
    root: El,
    log: Element,
    newer: Element,
    keeps_to_end: Rc<Cell<bool>>,
    rows: BTreeMap<EventId, Row>,
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
        let rows = BTreeMap::new();
        Self { language, act, root, log: log_node, newer: newer_node, keeps_to_end, rows, _size: size }
    }

    /// The element to put on the page.
    pub fn root(&self) -> &Element {
        &self.root
    }

    /// Shows exactly these messages, oldest first; what stays keeps its element.
    pub fn render(&mut self, items: &[Item]) {
        let mut gone = std::mem::take(&mut self.rows);
        let is_another = !items.iter().any(|item| gone.contains_key(&item.event));
        let moments: Vec<Moment> = items
            .iter()
            .map(|item| gone.get(&item.event).map_or_else(|| Moment::local(item.time), Row::moment))
            .collect();

        let today = Moment::now();
        let mut next = self.log.first_child();
        let mut newest = None;
        for (at, (item, moment)) in items.iter().zip(&moments).enumerate() {
            let mut row = gone.remove(&item.event).unwrap_or_else(|| {
                newest = Some(&item.author);
                Row::new(*moment)
            });
            row.update(item, Shape::of(items, &moments, at), today, self.language, &self.act);
            next = dom::keep_in_order(&self.log, row.root(), next);
            self.rows.insert(item.event, row);
        }
        for row in gone.values() {
            row.root().remove();
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
