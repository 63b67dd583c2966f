//! Taking back a message: the button beside it, and the question in its place before it is done.

use std::cell::RefCell;
use std::rc::Rc;

use segel_core::show::{Author, Body, Delivery, Item};
use segel_web::dom::{self, El, button, el, icon};
use segel_wire::ids::EventId;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use crate::action::{Act, Action};
use crate::icons;
use crate::text::Language;

/// The question whether a message is to be taken back; one at a time stands in a timeline.
#[derive(Clone)]
pub(super) struct Question(Rc<Parts>);

struct Parts {
    root: RefCell<Option<El>>,
    /// The message, and the button that asked.
    asked: RefCell<Option<(EventId, Element)>>,
    yes: Element,
    no: Element,
}

impl Question {
    /// Nothing is asked. What is done leaves the focus on `log`.
    pub(super) fn new(language: Language, act: &Act, log: &Element) -> Self {
        let text = language.text();
        let yes = button(text.withdraw()).attr("aria-describedby", "segel-withdraw");
        let no = button(text.cancel());
        let question = Self(Rc::new(Parts {
            root: RefCell::default(),
            asked: RefCell::default(),
            yes: yes.clone(),
            no: no.clone(),
        }));
        let (clicked, escaped) = (Rc::downgrade(&question.0), Rc::downgrade(&question.0));
        let (act, log) = (Rc::clone(act), log.clone());
        let root = el("div")
            .class("question")
            .attr("role", "group")
            .child(el("p").attr("id", "segel-withdraw").text(text.withdraw_why()))
            .child(el("div").child(yes).child(no))
            .on("click", move |event| {
                let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
                let (Some(parts), Some(target)) = (clicked.upgrade(), target) else { return };
                if target == parts.no {
                    parts.keep();
                } else if target == parts.yes
                    && let Some((event, _)) = parts.close()
                {
                    dom::focus(&log);
                    act(Action::Withdraw(event));
                }
            })
            .on("keydown", move |event| {
                let is_escape = event.dyn_ref::<KeyboardEvent>().is_some_and(|key| key.key() == "Escape");
                if let Some(parts) = escaped.upgrade().filter(|_| is_escape) {
                    // Only the question is closed, not the chat.
                    event.stop_propagation();
                    parts.keep();
                }
            });
        *question.0.root.borrow_mut() = Some(root);
        question
    }

    /// The button that asks about a message; the question goes into its row.
    pub(super) fn button(&self, event: EventId, row: &Element, language: Language) -> El {
        let text = language.text();
        let (me, row) = (Rc::downgrade(&self.0), row.clone());
        let button = el("button")
            .class("undo")
            .attr("type", "button")
            .attr("aria-label", text.withdraw())
            .attr("title", text.withdraw())
            .child(icon(icons::UNDO));
        let node: Element = button.clone();
        button.on("click", move |_| {
            if let Some(parts) = me.upgrade() {
                parts.ask(event, &row, node.clone());
            }
        })
    }

    /// The message can be taken back no more.
    pub(super) fn drop(&self, event: EventId) {
        let is_it = self.0.asked.borrow().as_ref().is_some_and(|(asked, _)| *asked == event);
        if is_it {
            self.0.close();
        }
    }
}

impl Parts {
    fn ask(&self, event: EventId, row: &Element, button: Element) {
        if let Some(root) = &*self.root.borrow() {
            dom::insert(row, root, None);
        }
        *self.asked.borrow_mut() = Some((event, button));
        dom::focus(&self.yes);
    }

    /// The message stays.
    fn keep(&self) {
        if let Some((_, button)) = self.close() {
            dom::focus(&button);
        }
    }

    fn close(&self) -> Option<(EventId, Element)> {
        if let Some(root) = &*self.root.borrow() {
            root.remove();
        }
        self.asked.take()
    }
}

/// Whether the person may take it back here. A file that was not sent has a button of its own.
pub(super) fn may_be_withdrawn(item: &Item) -> bool {
    let is_said = match item.body {
        Body::Text(_) => true,
        Body::File(_) => !matches!(item.delivery, Delivery::Sending | Delivery::Failed(_)),
        _ => false,
    };
    is_said && item.author == Author::Own
}
