//! One message on the screen.

use std::rc::Rc;

use segel_core::show::{Author, Body, Delivery, Item, Progress, Rating};
use segel_mask::Asks;
use segel_web::dom::{self, El, el, icon};
use segel_web::files::Fetched;
use segel_wire::ids::EventId;
use web_sys::Element;

use super::file::FileView;
use super::shape::Shape;
use super::withdraw::{self, Question};
use super::words::{self, is_notice, name};
use crate::action::{Act, Action};
use crate::quote::{self, Quote};
use crate::text::{Language, fill};
use crate::time::Moment;
use crate::{icons, said};

/// Leads to another message.
pub(super) type Jump = Rc<dyn Fn(EventId)>;

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
    undo: Option<El>,
    reply: Option<El>,
    /// What it answers, and the button that leads there.
    quote: Option<(Quote, El)>,
    file: Option<FileView>,
    /// Says of a note whom it is for.
    aside: Option<El>,
    delivery: Delivery,
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
        let (event, delivery) = (item.event, item.delivery);
        let (retry, undo, reply, quote, file, aside) = (None, None, None, None, None, None);
        Self {
            event,
            moment,
            root,
            day,
            author,
            bubble,
            caution,
            meta,
            clock,
            status,
            retry,
            undo,
            reply,
            quote,
            file,
            aside,
            delivery,
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
    pub(super) fn update(
        &mut self,
        item: &Item,
        shape: Shape,
        today: Moment,
        language: Language,
        (all, act, question, jump): (&[Item], &Act, &Question, &Jump),
    ) {
        let is_notice = is_notice(&item.body);
        dom::set_attr(&self.root, "class", if is_notice { "act" } else { side(&item.author) });
        dom::set_class(&self.root, "opens", shape.opens_group);
        dom::set_class(&self.root, "closes", shape.closes_group);
        dom::set_hidden(&self.day, !shape.opens_day);
        if shape.opens_day {
            dom::set_text(&self.day, &self.moment.day_in_words(language, today));
        }
        dom::set_text(&self.author, name(&item.author, language));
        // A sentence about an act names who did it.
        dom::set_hidden(&self.author, is_notice);
        dom::set_attr(
            &self.author,
            "class",
            if names_itself(&item.author, shape) { "author" } else { "heard" },
        );
        self.say(item, language, act);
        if item.quotes.is_some() || self.quote.is_some() {
            self.cite(item, all, language, jump);
        }
        self.warn(item, language);
        self.delivery = item.delivery;
        self.tell(item, shape, language, act);
        self.offer(item, language, act, question);
        if is_notice {
            dom::set_hidden(&self.meta, true);
        }
    }

    /// Shows how far the message's file has come.
    pub(super) fn transfer(&self, progress: Progress, language: Language) {
        if let Some(file) = &self.file {
            file.update(self.delivery, progress, language);
        }
    }

    /// The message's file came whole.
    pub(super) fn hand(&mut self, fetched: Fetched, language: Language) {
        if let Some(file) = &mut self.file {
            file.hand(fetched, language);
        }
    }

    fn say(&mut self, item: &Item, language: Language, act: &Act) {
        let is_shut = matches!(item.body, Body::Closed(_) | Body::BeforeEnrolment | Body::Withdrawn)
            && !is_notice(&item.body);
        dom::set_class(&self.root, "shut", is_shut);
        dom::set_hidden(&self.bubble, matches!(item.body, Body::File(_)));
        match &item.body {
            Body::Text(said) => said::show_formatted(&self.bubble, said),
            Body::Note(said) => {
                said::show_formatted(&self.bubble, said);
                self.mark_note(language);
            }
            Body::Rated(rating) => rated(&self.bubble, rating, language),
            Body::File(file) => {
                if self.file.is_none() {
                    let view = FileView::new(self.event, file, language, act);
                    dom::insert(&self.root, view.root(), Some(&self.meta));
                    self.file = Some(view);
                }
            }
            Body::Withdrawn => {
                dom::set_text(&self.bubble, language.text().withdrawn());
                if let Some(file) = self.file.take() {
                    file.root().remove();
                }
            }
            _ => dom::set_text(&self.bubble, &words::sentence(item, language).unwrap_or_default()),
        }
    }

    /// Says above what is said that it is a note; no visitor's program gets here.
    #[inline(never)]
    fn mark_note(&mut self, language: Language) {
        dom::set_class(&self.root, "note", true);
        if self.aside.is_none() {
            let aside = el("p").class("aside").text(language.desk().note_only());
            dom::insert(&self.root, &aside, Some(&self.bubble));
            self.aside = Some(aside);
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
        dom::set_text(&self.caution, if asks { language.text().caution() } else { "" });
    }

    /// Shows what it answers, which may have changed since. Within its caller it would be downloaded before a first message.
    #[inline(never)]
    fn cite(&mut self, item: &Item, all: &[Item], language: Language, jump: &Jump) {
        let quotes = item.quotes.filter(|_| matches!(item.body, Body::Text(_)));
        if let (Some(event), None) = (quotes, &self.quote) {
            let (quote, jump) = (Quote::new(), Rc::clone(jump));
            let button = quote.put_into(el("button").class("quoted").attr("type", "button"));
            let button = button.on("click", move |_| jump(event));
            dom::insert(&self.root, &button, Some(&self.bubble));
            self.quote = Some((quote, button));
        }
        match (quotes, &self.quote) {
            (Some(event), Some((quote, _))) => quote.render(all, event, language),
            (None, Some((_, button))) => {
                button.remove();
                self.quote = None;
            }
            _ => {}
        }
    }

    /// Puts the button beside it by which it is taken back or answered, as long as it can be.
    fn offer(&mut self, item: &Item, language: Language, act: &Act, question: &Question) {
        match (quote::may_be_answered(item), &self.reply) {
            (true, None) => {
                let reply = reply_to(self.event, language, act);
                dom::insert(&self.root, &reply, Some(&self.caution));
                self.reply = Some(reply);
            }
            (false, Some(reply)) => {
                reply.remove();
                self.reply = None;
            }
            _ => {}
        }
        match (withdraw::may_be_withdrawn(item), &self.undo) {
            (true, None) => {
                let undo = question.button(self.event, &self.root, language);
                dom::insert(&self.root, &undo, Some(&self.caution));
                self.undo = Some(undo);
            }
            (false, Some(undo)) => {
                undo.remove();
                self.undo = None;
                question.drop(self.event);
            }
            _ => {}
        }
    }

    fn tell(&mut self, item: &Item, shape: Shape, language: Language, act: &Act) {
        let text = language.text();
        let failure = match item.delivery {
            Delivery::Failed(refusal) => Some(refusal),
            _ => None,
        };
        dom::set_class(&self.root, "failed", failure.is_some());
        match item.delivery {
            Delivery::Sending => dom::set_text(&self.status, text.sending()),
            Delivery::Sent => dom::set_text(&self.status, text.sent()),
            Delivery::Delivered => dom::set_text(&self.status, text.delivered()),
            Delivery::Read => dom::set_text(&self.status, text.read()),
            Delivery::Failed(refusal) => {
                dom::set_text(&self.status, &[text.failed(), language.refusal(refusal)].join(" "));
            }
            Delivery::Received => {
                let vouched = item.vouched.as_deref().map(|giver| fill(text.vouched(), giver));
                dom::set_text(&self.status, &vouched.unwrap_or_default());
            }
        }
        dom::set_hidden(&self.clock, failure.is_some());
        dom::set_hidden(
            &self.meta,
            failure.is_none() && !shape.closes_group && item.delivery != Delivery::Sending,
        );
        match (failure.filter(|refusal| !refusal.is_of_the_file()), &self.retry) {
            (Some(_), None) => {
                let (act, event) = (Rc::clone(act), item.event);
                let retry = el("button")
                    .class("retry")
                    .attr("type", "button")
                    .text(text.retry())
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

/// The button by which a message is answered; not within its caller, as [`Row::cite`].
#[inline(never)]
fn reply_to(event: EventId, language: Language, act: &Act) -> El {
    let (text, act) = (language.text(), Rc::clone(act));
    el("button")
        .class("reply")
        .attr("type", "button")
        .attr("aria-label", text.reply())
        .attr("title", text.reply())
        .child(icon(icons::REPLY))
        .on("click", move |_| act(Action::Quote(event)))
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

/// Shows stars and what was said of them.
fn rated(place: &Element, rating: &Rating, language: Language) {
    dom::set_text(place, "");
    let stars = el("span")
        .class("rated")
        .attr("role", "img")
        .attr("aria-label", &words::stars(rating.stars, language))
        .text(&words::drawn(rating.stars));
    dom::insert(place, &stars, None);
    let comment = el("span");
    said::show(&comment, rating.comment.as_deref().unwrap_or_default());
    dom::insert(place, &comment, None);
}

/// Whether the author's name is to be seen; it is heard in every case.
fn names_itself(author: &Author, shape: Shape) -> bool {
    shape.opens_group && *author != Author::Own
}
