//! One message on the screen.

use std::rc::Rc;

use segel_core::show::{Author, Body, Delivery, Item};
use segel_mask::Asks;
use segel_web::dom::{self, El, el};
use segel_wire::ids::EventId;
use web_sys::Element;

use super::shape::Shape;
use crate::action::{Act, Action};
use crate::text::Language;
use crate::time::Moment;

/// A message's elements, filled anew when the message or its neighbours change.
pub(super) struct Row {
    event: EventId,
    moment: Moment,
    root: El,
    day: El,
    author: El,
    bubble: El,
    caution: El,
    meta: El,
    clock: El,
    status: El,
    retry: Option<El>,
}

impl Row {
    /// An empty row for a message.
    pub(super) fn new(item: &Item) -> Self {
        let moment = Moment::local(item.time);
        let day = el("p").class("day");
        let author = el("p").attr("dir", "auto");
        let bubble = el("p").class("bubble").attr("dir", "auto");
        let caution = el("p").class("caution").attr("role", "note").hidden();
        let clock = el("time").text(&moment.clock());
        let status = el("span").class("status");
        let meta = el("p").class("meta").place(&clock).place(&status);
        let root = el("div").place(&day).place(&author).place(&bubble).place(&caution).place(&meta);
        Self {
            event: item.event,
            moment,
            root,
            day,
            author,
            bubble,
            caution,
            meta,
            clock,
            status,
            retry: None,
        }
    }

    /// The message's id.
    pub(super) fn event(&self) -> EventId {
        self.event
    }

    /// When the message was written.
    pub(super) fn moment(&self) -> Moment {
        self.moment
    }

    /// The element to put on the page.
    pub(super) fn root(&self) -> &Element {
        &self.root
    }

    /// Shows the message as it stands now among its neighbours.
    pub(super) fn update(&mut self, item: &Item, shape: Shape, today: Moment, language: Language, act: &Act) {
        dom::set_attr(&self.root, "class", side(&item.author));
        dom::set_class(&self.root, "opens", shape.opens_group);
        dom::set_class(&self.root, "closes", shape.closes_group);
        dom::set_hidden(&self.day, !shape.opens_day);
        if shape.opens_day {
            dom::set_text(&self.day, &self.moment.day_in_words(language, today));
        }
        dom::set_text(&self.author, name(&item.author, language));
        dom::set_attr(
            &self.author,
            "class",
            if names_itself(&item.author, shape) { "author" } else { "heard" },
        );
        self.say(&item.body, language);
        self.warn(item, language);
        self.tell(item, shape, language, act);
    }

    fn say(&self, body: &Body, language: Language) {
        let text = language.text();
        dom::set_class(&self.root, "shut", !matches!(body, Body::Text(_)));
        match body {
            Body::Text(said) => dom::set_text(&self.bubble, said),
            Body::Closed(refusal) => {
                dom::set_text(&self.bubble, &[text.closed, language.refusal(*refusal)].join(" "));
            }
            Body::BeforeEnrolment => dom::set_text(&self.bubble, text.before_enrolment),
        }
    }

    /// No agent needs a code or a password: who asks for one is no agent, or ought not to.
    fn warn(&self, item: &Item, language: Language) {
        let from_desk = matches!(item.author, Author::Agent(_) | Author::Unknown);
        let asks = match &item.body {
            Body::Text(said) if from_desk => !Asks::of(said).is_empty(),
            _ => false,
        };
        dom::set_hidden(&self.caution, !asks);
        dom::set_text(&self.caution, if asks { language.text().caution } else { "" });
    }

    fn tell(&mut self, item: &Item, shape: Shape, language: Language, act: &Act) {
        let text = language.text();
        let failure = match item.delivery {
            Delivery::Failed(refusal) => Some(refusal),
            _ => None,
        };
        dom::set_class(&self.root, "failed", failure.is_some());
        match item.delivery {
            Delivery::Sending => dom::set_text(&self.status, text.sending),
            Delivery::Sent => dom::set_text(&self.status, text.sent),
            Delivery::Failed(refusal) => {
                dom::set_text(&self.status, &[text.failed, language.refusal(refusal)].join(" "));
            }
            Delivery::Received => dom::set_text(&self.status, ""),
        }
        dom::set_hidden(&self.clock, failure.is_some());
        dom::set_hidden(
            &self.meta,
            failure.is_none() && !shape.closes_group && item.delivery != Delivery::Sending,
        );
        match (failure, &self.retry) {
            (Some(_), None) => {
                let (act, event) = (Rc::clone(act), item.event);
                let retry = el("button")
                    .class("retry")
                    .attr("type", "button")
                    .text(text.retry)
                    .on("click", move |_| act(Action::Retry(event)));
                dom::insert(&self.meta, &retry, None);
                self.retry = Some(retry);
            }
            (None, Some(retry)) => {
                retry.remove();
                self.retry = None;
            }
            _ => {}
        }
    }
}

/// The class of a row: whose message it is.
fn side(author: &Author) -> &'static str {
    match author {
        Author::Own => "row own",
        Author::Visitor => "row visitor",
        Author::Agent(_) => "row agent",
        Author::Unknown => "row unknown",
    }
}

fn name(author: &Author, language: Language) -> &str {
    let text = language.text();
    match author {
        Author::Own => text.own,
        Author::Visitor => text.visitor,
        Author::Agent(name) => name,
        Author::Unknown => text.unknown,
    }
}

/// Whether the author's name is to be seen; it is heard in every case.
fn names_itself(author: &Author, shape: Shape) -> bool {
    shape.opens_group && *author != Author::Own
}
