//! A text of which every second piece is told apart.

use std::cell::RefCell;

use segel_web::dom::{self, El};
use web_sys::Element;

/// An element that shows a text in pieces. A draft has a hundred of them and changes in one at every key, so only pieces that
/// changed are put on the page.
pub(crate) struct Pieces {
    root: El,
    /// Makes a piece, plain or told apart.
    make: fn(bool) -> El,
    shown: RefCell<Vec<El>>,
}

impl Pieces {
    /// Shows nothing yet, in `root`, which is empty and has no other children.
    pub(crate) fn new(root: El, make: fn(bool) -> El) -> Self {
        Self { root, make, shown: RefCell::default() }
    }

    /// The element to put on the page.
    pub(crate) fn root(&self) -> &Element {
        &self.root
    }

    /// Shows these pieces, of which the second is told apart, the fourth, and so on.
    pub(crate) fn show(&self, pieces: &[&str]) {
        let mut shown = self.shown.borrow_mut();
        while shown.len() > pieces.len() {
            if let Some(last) = shown.pop() {
                last.remove();
            }
        }
        for (nth, piece) in pieces.iter().enumerate() {
            if shown.len() == nth {
                let element = (self.make)(nth % 2 == 1);
                dom::insert(&self.root, &element, None);
                shown.push(element);
            }
            if let Some(element) = shown.get(nth) {
                dom::set_text(element, piece);
            }
        }
    }
}
