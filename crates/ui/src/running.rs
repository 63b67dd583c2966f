//! A screen and what runs it: the engine in this tab, or the one in the tab that leads.

mod drafts;
mod follow;
mod lead;
mod locking;
mod serve;

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::{Rc, Weak};

use js_sys::futures::spawn_local;
use segel_core::show::{Rating, Show, Stars};
use segel_core::tabs::{Stand, Wish};
use segel_core::{Engine, Input, Outgoing, OutgoingDetails, OutgoingRating};
use segel_mask::{MaskedText, Writer};
use segel_web::driver::Driver;
use segel_web::files::Fetched;
use segel_web::helper::Helper;
use segel_web::kept::KeptState;
use segel_web::lock::Errand;
use segel_web::page::{self, Listener};
use segel_web::random::Random;
use segel_web::rest;
use segel_web::store::Later;
use segel_web::tabs::Tabs;
use segel_web::timer::{Timer, after};
use segel_wire::ids::{ConversationId, EventId};
use segel_wire::signed::Masking;
use web_sys::{Element, File};
use zeroize::Zeroizing;

use crate::action::Act;
use crate::chosen::Chosen;
use crate::situation::Situation;
use crate::trouble::Trouble;
use follow::Follower;
use lead::Place;
use locking::Locking;

/// How often it is said again where the person looks, in milliseconds.
const LOOK_AGAIN: u32 = 10_000;

/// What widget and console each bring: a model, views, and how their engine starts.
pub trait Screen: 'static {
    /// Names the store, the lead and the channel; tabs with the same name share one engine.
    fn store_name(&self) -> String;
    /// How the store is read, where the engine starts without the messages that are kept and asks for them when they are
    /// wanted.
    fn reads_later(&self) -> Option<&'static Later>;
    /// Where this tab's widget stands.
    fn stand(&self) -> Stand;
    /// As whom the person writes here.
    fn writer(&self) -> Writer;
    /// What the site has masked, as far as it was shown.
    fn masking(&self) -> Option<Masking>;
    /// Changes where things stand.
    fn change(&self, change: &dyn Fn(&mut Situation));
    /// An engine from what is kept; none if there is nothing to run yet and the screen says so.
    fn make_engine(&self, state: &KeptState, random: &mut Random) -> Result<Option<Engine>, Trouble>;
    /// Everything is shown anew: conversations and messages shown before count no more.
    fn forget(&self);
    /// The engine shows a change.
    fn show(&self, show: Show);
    /// A file that was asked for came whole.
    fn hand(&self, event: EventId, fetched: Fetched);
    /// Puts the model on the page.
    fn render(&self);
    /// The person may have come to see what was unread.
    fn look(&self);
    /// Nothing that was shown or typed is left, on the page and in the model: a new root stands in the place of the one before.
    /// Answers what was being written, for [`Screen::put_back`].
    fn clear(&self) -> PutAway;
    /// Puts back what was being written, where nothing else was written since.
    fn put_back(&self, put_away: PutAway);
    /// What stands on the page.
    fn root(&self) -> Element;
    /// Runs what is fetched when it is wanted.
    fn helper(&self) -> Helper;
    /// Where the screen can be closed: what does that, and the words for it.
    fn way_out(&self) -> Option<(Act, &'static str)>;
}

/// What was being written on a screen that was cleared.
pub struct PutAway {
    /// In the screen's own form.
    pub written: Zeroizing<Vec<u8>>,
    /// Files that were chosen for it.
    pub files: Vec<File>,
}

/// A running screen. Dropping it ends the engine and every listener.
pub struct Running {
    work: Rc<Work>,
    _visibility: Listener,
    _rest: Listener,
}

/// How a screen reaches what runs it.
#[derive(Clone)]
pub struct Handle(Weak<Work>);

struct Work {
    me: Handle,
    screen: Box<dyn Screen>,
    place: Place,
    follower: Follower,
    tabs: RefCell<Option<Tabs>>,
    driver: RefCell<Option<Driver>>,
    /// What the next start is to do about the lock.
    errand: RefCell<Option<Box<Errand>>>,
    /// Where there is anything about a lock.
    locking: OnceCell<Box<Locking>>,
    /// Files that this tab's person asked for.
    wanted: RefCell<Vec<EventId>>,
    /// Whether this tab's page can say who the person is.
    introduces: Cell<bool>,
    render_due: Cell<bool>,
    /// Where the person was said to look, until it is to be said again.
    looks: RefCell<Option<(ConversationId, Timer)>>,
}

impl Running {
    /// Starts a screen: renders it, and starts its engine if this tab leads; another tab's engine serves it if not.
    pub fn start<S: Screen>(make: impl FnOnce(Handle) -> S) -> Self {
        let work = Rc::new_cyclic(|me| {
            let me = Handle(me.clone());
            Work {
                screen: Box::new(make(me.clone())),
                me,
                place: Place::default(),
                follower: Follower::default(),
                tabs: RefCell::default(),
                driver: RefCell::default(),
                errand: RefCell::default(),
                locking: OnceCell::new(),
                wanted: RefCell::default(),
                introduces: Cell::new(false),
                render_due: Cell::new(false),
                looks: RefCell::default(),
            }
        });
        work.screen.render();
        if page::is_secure_context() {
            work.join();
            work.line_up();
        } else {
            work.stop(Trouble::Insecure);
        }
        let (on_visible, on_rest) = (work.me.clone(), work.me.clone());
        let visibility = page::on_visibility_change(move |visible| {
            on_visible.with(|work| {
                work.screen.look();
                if visible {
                    work.ask_for_life();
                }
                if work.locking.get().is_some() {
                    work.looks_at_clock();
                }
            });
        });
        let rest = page::on_rest(move |awake| on_rest.with(|work| work.rest(!awake)));
        Self { work, _visibility: visibility, _rest: rest }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.work.leave();
    }
}

impl Handle {
    /// Sends a text, perhaps as an answer to one message. What is said of the visitor goes before it if a conversation begins.
    pub fn submit(
        &self,
        conversation: Option<ConversationId>,
        text: MaskedText,
        quotes: Option<EventId>,
        details: Option<OutgoingDetails>,
    ) {
        let said = text.as_str().to_owned();
        let wish = |event| Wish::Submit(conversation, event, said, quotes);
        self.send(conversation, wish, Outgoing::new(text), quotes, details);
    }

    /// Sends a note to the agents of a conversation.
    pub fn note(&self, conversation: ConversationId, text: MaskedText) {
        let said = text.as_str().to_owned();
        let wish = |event| Wish::Note(conversation, event, said);
        self.send(Some(conversation), wish, Outgoing::note(text), None, None);
    }

    /// Gives a conversation these labels; none if they are no set of labels.
    pub fn label(&self, conversation: ConversationId, labels: Vec<MaskedText>) {
        let texts = labels.iter().map(|label| label.as_str().to_owned()).collect();
        if let Some(text) = Outgoing::labels(labels) {
            self.send(Some(conversation), |event| Wish::Label(conversation, event, texts), text, None, None);
        }
    }

    fn send(
        &self,
        conversation: Option<ConversationId>,
        wish: impl FnOnce(EventId) -> Wish,
        text: Outgoing,
        quotes: Option<EventId>,
        details: Option<OutgoingDetails>,
    ) {
        self.with(|work| {
            let event = lead::make_event();
            work.precede(event, details);
            let wish = wish(event);
            if let Some(driver) = work.driver() {
                // Another tab may take the lead before anything is kept.
                work.follower.hold(wish, None);
                driver.input(Input::Submit { conversation, event: Some(event), text, quotes });
            } else {
                work.wish(wish, None);
            }
        });
    }

    /// Sends a file, in the same way.
    pub fn attach(
        &self,
        conversation: Option<ConversationId>,
        chosen: Chosen,
        details: Option<OutgoingDetails>,
    ) {
        self.with(|work| {
            let event = lead::make_event();
            work.precede(event, details);
            let (wished, source) = chosen.to_wished();
            let wish = Wish::Attach(conversation, event, wished);
            if let Some(driver) = work.driver() {
                work.follower.hold(wish, Some(source));
                let file = chosen.into_outgoing(|file| driver.put_source(file));
                driver.input(Input::Attach { conversation, event: Some(event), file });
            } else {
                work.wish(wish, Some(source));
            }
        });
    }

    /// Says what the person thinks of a conversation, or that they will not.
    pub fn rate(&self, conversation: ConversationId, rating: Option<(Stars, MaskedText)>) {
        self.with(|work| {
            let said = |(stars, comment): &(Stars, MaskedText)| {
                let comment = Some(comment.as_str().to_owned());
                Rating { stars: *stars, comment }
            };
            let wish = Wish::Rate(conversation, rating.as_ref().map(said));
            if let Some(driver) = work.driver() {
                let rating = rating.map(|(stars, comment)| OutgoingRating::new(stars, comment));
                work.hand_in(&driver, Some(wish), Input::Rate { conversation, rating });
            } else {
                work.wish(wish, None);
            }
        });
    }

    /// Hands in what else the person did.
    pub fn input(&self, input: Input) {
        self.with(|work| {
            if matches!(input, Input::Introduce(None)) {
                work.introduces.set(true);
            }
            match work.driver() {
                // Nobody wants what has to be held before the rest of the program is here.
                Some(driver) if !rest::is_here() => driver.input(input),
                _ => work.take(input),
            }
        });
    }

    /// Deletes what is kept here and begins with nothing.
    pub fn begin_anew(&self) {
        self.with(Work::begin_anew);
    }

    /// Tries once more to open what is kept here, in this tab's turn.
    pub fn try_again(&self) {
        self.with(Work::line_up);
    }

    /// Says which conversation the person has before their eyes, if that is news.
    pub fn looks(&self, conversation: Option<ConversationId>) {
        self.with(|work| {
            if work.looks.borrow().as_ref().map(|(said, _)| *said) == conversation {
                return;
            }
            let me = self.clone();
            let again = move || {
                me.with(|work| {
                    drop(work.looks.take());
                    work.screen.look();
                });
            };
            let said = conversation.map(|conversation| (conversation, after(LOOK_AGAIN, again)));
            drop(work.looks.replace(said));
            self.input(Input::Look(conversation));
        });
    }

    /// Renders once after everything that is happening now.
    pub fn render_soon(&self) {
        self.with(|work| {
            if !work.render_due.replace(true) {
                let me = self.clone();
                spawn_local(async move {
                    me.with(|work| {
                        work.render_due.set(false);
                        work.screen.render();
                        work.screen.look();
                    });
                });
            }
        });
    }

    fn with(&self, act: impl FnOnce(&Work)) {
        if let Some(work) = self.0.upgrade() {
            act(&work);
        }
    }
}

impl Work {
    /// Does something after so many milliseconds, unless the timer is dropped before.
    fn later(&self, ms: u32, act: fn(&Self)) -> Timer {
        let me = self.me.clone();
        after(ms, move || me.with(act))
    }

    fn driver(&self) -> Option<Driver> {
        self.driver.borrow().clone()
    }

    /// Hands in what is said of the visitor before a message; held as long as that.
    fn precede(&self, message: EventId, details: Option<OutgoingDetails>) {
        if let Some(details) = details {
            self.begin_with(message, details);
        }
    }

    // The rest of a visitor's program: within its caller it would not be.
    #[inline(never)]
    fn begin_with(&self, message: EventId, details: OutgoingDetails) {
        let wish = Wish::Details(message, details.clone().into_details());
        if let Some(driver) = self.driver() {
            self.follower.hold(wish, None);
            driver.input(Input::Details { message, details });
        } else {
            self.wish(wish, None);
        }
    }

    /// Puts a change on this tab's screen.
    fn show(&self, show: Show) {
        self.screen.show(show);
        self.me.render_soon();
    }

    /// Hands a file on if this tab's person asked for it.
    fn hand(&self, event: EventId, fetched: Fetched) {
        let at = self.wanted.borrow().iter().position(|wanted| *wanted == event);
        if let Some(at) = at {
            self.wanted.borrow_mut().swap_remove(at);
            self.screen.hand(event, fetched);
        }
    }

    fn stop(&self, trouble: Trouble) {
        self.screen.change(&|situation| situation.stop(trouble));
        self.me.render_soon();
    }
}
