//! The page of the console: enrolment, or the list of conversations beside the one that is open.

mod audience;
mod blocked;
mod conversation;
mod enrol;
mod entry;
mod facts;
mod header;
mod help;
mod hold;
mod identity;
mod inbox;
mod labels;
mod offer;
mod picker;
mod replies;

use segel_ui::banner::Banner;
use segel_ui::sentence::{self, Sentence};
use segel_ui::{Act, Items, Language, Trouble};
use segel_web::dom::{self, El, el};
use segel_web::files::Fetched;
use segel_web::page;
use segel_wire::ids::EventId;
use web_sys::Element;

use crate::desk::{Does, Sheet};
use crate::model::{Model, Screen};
use blocked::Blocked;
use conversation::Conversation;
use enrol::Enrol;
use header::Header;
use help::Help;
use inbox::Inbox;
use offer::Offers;
use replies::Replies;

/// All that an agent sees.
pub(crate) struct Console {
    root: El,
    header: Header,
    banner: Banner,
    preparing: El,
    sentence: Sentence,
    enrol: Enrol,
    desk: El,
    inbox: Inbox,
    conversation: Conversation,
    help: Help,
    replies: Replies,
    offers: Offers,
    blocked: Blocked,
    language: Language,
}

impl Console {
    /// The page before anything is known.
    pub(crate) fn new(language: Language, act: &Act, does: &Does) -> Self {
        let header = Header::new(language);
        let banner = Banner::new(language, act);
        let preparing = sentence::preparing(language);
        let sentence = Sentence::new(language, act);
        let enrol = Enrol::new(language);
        let inbox = Inbox::new(language, act, does);
        let conversation = Conversation::new(language, act, does);
        let help = Help::new(language, does);
        let replies = Replies::new(language, does);
        let offers = Offers::new(language, does);
        let blocked = Blocked::new(language, does);
        let desk = el("div").class("desk").place(inbox.root()).place(conversation.root()).hidden();
        let root = el("div")
            .class("console")
            .place(header.root())
            .place(banner.root())
            .place(&preparing)
            .place(sentence.root())
            .place(enrol.root())
            .place(&desk)
            .place(help.root())
            .place(replies.root())
            .place(offers.root())
            .place(blocked.root());
        Self {
            root,
            header,
            banner,
            preparing,
            sentence,
            enrol,
            desk,
            inbox,
            conversation,
            help,
            replies,
            offers,
            blocked,
            language,
        }
    }

    /// The element to put on the page.
    pub(crate) fn root(&self) -> &Element {
        &self.root
    }

    /// A message's file came whole.
    pub(crate) fn hand(&mut self, event: EventId, fetched: Fetched) {
        self.conversation.hand(event, fetched);
    }

    /// Puts the focus where messages are written,
    pub(crate) fn write(&self) {
        self.conversation.write();
    }

    /// Puts a text into the composer, and selects a place in it.
    pub(crate) fn insert(&self, text: &str, mark: Option<&str>) {
        self.conversation.insert(text, mark);
    }

    /// Puts a text in the place of what is written.
    pub(crate) fn replace(&self, text: &str) {
        self.conversation.replace(text);
    }

    /// on the messages,
    pub(crate) fn read(&self) {
        self.conversation.read();
    }

    /// The next text answers one of these messages.
    pub(crate) fn quote(&self, event: EventId, items: &Items, draft: &str) {
        self.conversation.quote(event, items, draft);
    }

    /// or where words are searched for.
    pub(crate) fn find(&self) {
        self.inbox.find();
    }

    /// Shows the model.
    pub(crate) fn render(&mut self, model: &Model) {
        let name = ["Segel · ", self.language.desk().console()].concat();
        page::set_title(&match model.inbox.waiting() {
            0 => name,
            waiting => ["(", &waiting.to_string(), ") ", &name].concat(),
        });
        let screen = model.screen();
        self.header.render(model);
        // The header says "connecting" already.
        let looked_at = model.opened().and_then(|opened| opened.summary);
        let trouble = model.situation.banner(looked_at);
        self.banner.render(trouble.filter(|trouble| *trouble != Trouble::Connecting));
        dom::set_hidden(&self.preparing, screen != Screen::Preparing);
        dom::set_hidden(&self.desk, screen != Screen::Desk);
        dom::set_class(&self.desk, "opened", model.opened().is_some());
        self.sentence.render(match screen {
            Screen::Stopped(trouble) => Some(trouble),
            _ => None,
        });
        self.enrol.render(match screen {
            Screen::Enrolling(step) => Some(step),
            _ => None,
        });
        self.inbox.render(model);
        self.conversation.render(model);
        self.help.render(model.keys);
        self.replies.render(&model.replies.all, model.replies.managed);
        self.offers
            .render(model.sheet == Some(Sheet::Offers), model.opened().map_or("", |opened| opened.draft));
        self.blocked.render(model.inbox.blocked(), model.sheet == Some(Sheet::Blocked));
    }
}
