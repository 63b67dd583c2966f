//! Which tab runs the engine: this one in its turn, or at once when the one that leads gives no sign of life.

use std::cell::{Cell, RefCell};

use js_sys::futures::spawn_local;
use segel_core::Input;
use segel_core::show::Refusal;
use segel_web::driver::{Driver, Fate};
use segel_web::kept::{self, KeptError};
use segel_web::page;
use segel_web::random::{self, Random};
use segel_web::rest;
use segel_web::store::Store;
use segel_web::tab_lock::{Lead, TabLock};
use segel_web::tabs::Said;
use segel_web::timer::Timer;
use segel_wire::ids::EventId;

use super::Work;
use crate::situation::Situation;
use crate::trouble::Trouble;

/// How long the store may take to be opened and read: so many stretches of milliseconds. However long a page was frozen, only
/// one of them has passed when it wakes.
const OPENING: u32 = 3_000;
const STRETCHES: u32 = 4;
const STRETCHES_OF_ERRANDS: u32 = 40;

/// Where this tab stands among those of its name.
#[derive(Default)]
pub(super) struct Place {
    lock: RefCell<Option<TabLock>>,
    /// Runs while the store is awaited, or until this tab gets in line again.
    timer: RefCell<Option<Timer>>,
    /// How many stretches the store has left.
    stretches: Cell<u32>,
    /// Goes up whenever the lead comes or goes: what was begun under another term is not finished.
    term: Cell<u32>,
    pub(super) engine: Cell<Start>,
}

/// How far this tab's engine has come.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Start {
    /// This tab does not lead.
    #[default]
    Follows,
    /// It leads, and reads what is kept.
    Starts,
    /// Its engine runs, and what it keeps outlives the tab.
    Runs,
    /// Its engine runs and nothing outlives the tab.
    RunsUnkept,
    /// It leads and has no engine.
    Alone,
}

impl Work {
    /// Gets in line for the lead.
    pub(super) fn line_up(&self) {
        self.leave_line();
        let me = self.me.clone();
        let lock = TabLock::request(&self.screen.store_name(), move |lead| {
            me.with(|work| work.lead_changed(lead));
        });
        drop(self.place.lock.replace(Some(lock)));
    }

    /// Takes the lead from a tab that gives no sign of life.
    pub(super) fn take_away(&self) {
        // What follows is asked for in the same name.
        self.leave_line();
        let me = self.me.clone();
        let lock = TabLock::take_away(&self.screen.store_name(), move |lead| {
            me.with(|work| work.lead_changed(lead));
        });
        drop(self.place.lock.replace(Some(lock)));
    }

    /// Lets go of the lead and of the other tabs while the page rests, so that a tab that is awake has it; gets in line when it
    /// wakes.
    pub(super) fn rest(&self, rests: bool) {
        if !page::is_secure_context() {
            return;
        }
        if rests {
            self.part();
            if self.locking.get().is_some() {
                self.veil_at_rest();
            }
            // What nothing keeps would end here.
            if self.place.engine.get() != Start::RunsUnkept {
                self.leave();
                // A browser drops a page that it keeps for the way back once a channel brings it something.
                drop(self.tabs.take());
            }
        } else if self.place.lock.borrow().is_none() {
            self.follower.passes.set(false);
            self.join();
            self.line_up();
        }
    }

    /// Lets go of the lead and of the place in line.
    pub(super) fn leave(&self) {
        self.step_down();
        self.leave_line();
    }

    fn leave_line(&self) {
        drop(self.place.timer.take());
        drop(self.place.lock.take());
    }

    fn lead_changed(&self, lead: Lead) {
        match lead {
            Lead::Leading => self.start(),
            Lead::Waiting => self.follow(),
            Lead::Lost => self.lose_lead(),
        }
    }

    // The rest of a visitor's program: within its caller it would not be.
    #[inline(never)]
    fn lose_lead(&self) {
        self.follower.quarrel();
        self.stand_back();
        self.line_up();
    }

    /// Another tab began a term in the store. Whoever of the two has the lead is for the browser to say: this one gets in line
    /// anew, and reads anew what is kept when it is its turn. Where a browser has no lead to give, tabs that overtake each other
    /// wait longer each time.
    fn overtaken(&self) {
        let wait = self.follower.pause();
        self.follower.quarrel();
        self.stand_back();
        self.leave_line();
        let again = self.later(wait, Self::line_up);
        drop(self.place.timer.replace(Some(again)));
    }

    /// What its engine does passes with this tab from now on: those that it serves say so, too.
    fn keep_no_more(&self) {
        self.place.engine.set(Start::RunsUnkept);
        self.say(&Said::Unkept);
        self.is_unkept();
    }

    /// Leads no more; what it told the others since it was frozen may be out of date: they ask anew.
    fn stand_back(&self) {
        self.step_down();
        self.say(&Said::Here);
    }

    pub(super) fn start(&self) {
        drop(self.driver.take());
        self.lose_sight();
        self.place.engine.set(Start::Starts);
        let term = self.new_term();
        let me = self.me.0.upgrade();
        spawn_local(async move {
            let Some(work) = me else { return };
            if let Err(trouble) = work.start_engine(term).await {
                work.give_up(trouble);
            }
        });
        // To seal everything anew takes longer the more there is.
        self.place.stretches.set(if self.errand.borrow().is_some() {
            STRETCHES_OF_ERRANDS
        } else {
            STRETCHES
        });
        self.await_store();
    }

    /// Gives the store what it has left of its stretches.
    fn await_store(&self) {
        let timer = self.later(OPENING, |work| {
            let left = work.place.stretches.get().saturating_sub(1);
            work.place.stretches.set(left);
            match work.place.engine.get() {
                Start::Starts if left == 0 => work.give_up(Trouble::StoreBusy),
                Start::Starts => work.await_store(),
                _ => {}
            }
        });
        drop(self.place.timer.replace(Some(timer)));
    }

    /// Leaves the lead to other tabs, which may fare better.
    fn give_up(&self, trouble: Trouble) {
        self.say(&Said::Alone(0));
        self.leave();
        self.stop(trouble);
    }

    /// Deletes what is kept, which cannot be read or is erased, and gets in line for the lead with nothing.
    pub(super) fn begin_anew(&self) {
        self.leave();
        // What was wanted of it goes with it.
        self.follower.let_kept_go();
        // Where it cannot be deleted it is as unreadable as before, and said to be so again.
        let _ = Store::destroy(&self.screen.store_name());
        self.line_up();
    }

    async fn start_engine(&self, term: u32) -> Result<(), Trouble> {
        let mut random = Random::new().map_err(|_| Trouble::Insecure)?;
        let leads = || self.place.term.get() == term;
        let (name, later) = (self.screen.store_name(), self.screen.reads_later());
        let whole = async {
            // The store has answered; what is waited for here is the network's doing.
            drop(self.place.timer.take());
            rest::fetch().await;
            if leads() {
                self.await_store();
            }
        };
        let mut errand = self.errand.take();
        let state = kept::open(&name, later, &mut random, whole, &leads, &mut errand).await;
        if !leads() {
            return Ok(());
        }
        let state = match state {
            Ok(state) => state,
            Err(KeptError::Unreadable) => return Err(Trouble::Refused(Refusal::StoreBroken)),
            Err(KeptError::Full) => return Err(Trouble::StoreFull),
            Err(KeptError::Busy) => return Err(Trouble::StoreBusy),
            Err(KeptError::Locked) => {
                self.lock_up();
                return Ok(());
            }
        };
        let is_kept = state.store.is_some();
        let engine = self.screen.make_engine(&state, &mut random)?;
        if self.follower.knows_any()
            && let Some(engine) = &engine
        {
            self.meet_engine(engine);
        }
        self.screen.change(&move |situation: &mut Situation| situation.served(is_kept));
        let Some(engine) = engine else {
            self.stand_alone();
            self.me.render_soon();
            return Ok(());
        };
        self.screen.forget();
        let (shows, hands, fates) = (self.me.clone(), self.me.clone(), self.me.clone());
        let on_show = move |show| shows.with(|work| work.serve(show));
        let on_file = move |event, fetched| hands.with(|work| work.serve_file(event, fetched));
        let on_fate = move |fate| {
            fates.with(|work| match fate {
                Fate::Overtaken => work.overtaken(),
                Fate::Unkept => work.keep_no_more(),
                Fate::Unread => work.give_up(Trouble::StoreBusy),
            });
        };
        let driver = Driver::start(engine, random, state.store, on_show, on_file, on_fate);
        *self.driver.borrow_mut() = Some(driver);
        self.place.engine.set(if is_kept { Start::Runs } else { Start::RunsUnkept });
        self.say(&Said::Here);
        if errand.is_some() || self.locking.get().is_some() {
            self.opened(errand, &state.key);
        }
        if self.follower.holds_any() {
            self.fulfil_held();
        }
        if self.introduces.get() {
            // Whoever led before may not have come to ask.
            self.me.input(Input::Introduce(None));
        }
        self.me.render_soon();
        Ok(())
    }

    fn stand_alone(&self) {
        self.place.engine.set(Start::Alone);
        self.say(&Said::Alone(0));
    }

    /// Ends this tab's engine; what was handed in and not kept is still held by the tab in which it was.
    fn step_down(&self) {
        self.new_term();
        self.place.engine.set(Start::Follows);
        drop(self.driver.take());
        self.lose_sight();
    }

    fn new_term(&self) -> u32 {
        let term = self.place.term.get().wrapping_add(1);
        self.place.term.set(term);
        term
    }
}

/// An id for a message; a browser without randomness has no engine that could take it.
pub(super) fn make_event() -> EventId {
    EventId(random::make_id().unwrap_or_default())
}
