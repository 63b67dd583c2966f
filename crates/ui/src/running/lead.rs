//! Which tab runs the engine: this one in its turn, or at once when the one that leads gives no sign of life.

use std::cell::{Cell, RefCell};

use js_sys::futures::spawn_local;
use segel_core::Input;
use segel_core::show::Refusal;
use segel_web::driver::Driver;
use segel_web::kept;
use segel_web::page;
use segel_web::random::{self, Random};
use segel_web::rest;
use segel_web::tab_lock::{Lead, TabLock};
use segel_web::tabs::Said;
use segel_wire::ids::EventId;

use super::Work;
use crate::situation::Situation;
use crate::trouble::Trouble;

/// Where this tab stands among those of its name.
#[derive(Default)]
pub(super) struct Place {
    lock: RefCell<Option<TabLock>>,
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
        let me = self.me.clone();
        let lock = TabLock::request(&self.screen.store_name(), move |lead| {
            me.with(|work| work.lead_changed(lead));
        });
        drop(self.place.lock.replace(Some(lock)));
    }

    /// Takes the lead from a tab that gives no sign of life.
    pub(super) fn take_away(&self) {
        let me = self.me.clone();
        // The place in line is left first: what follows is asked for in the same name.
        drop(self.place.lock.take());
        let lock = TabLock::take_away(&self.screen.store_name(), move |lead| {
            me.with(|work| work.lead_changed(lead));
        });
        drop(self.place.lock.replace(Some(lock)));
    }

    /// Lets go of the lead while the page rests, so that a tab that is awake has it; gets in line when it wakes.
    pub(super) fn rest(&self, rests: bool) {
        if !page::is_secure_context() {
            return;
        }
        if rests {
            // What nothing keeps would end here.
            if self.place.engine.get() != Start::RunsUnkept {
                self.leave();
            }
        } else if self.place.lock.borrow().is_none() {
            self.line_up();
        }
    }

    /// Lets go of the lead and of the place in line.
    pub(super) fn leave(&self) {
        self.step_down();
        drop(self.place.lock.take());
    }

    fn lead_changed(&self, lead: Lead) {
        match lead {
            Lead::Leading => self.start(),
            Lead::Waiting => self.follow(),
            Lead::Lost => {
                self.follower.quarrel();
                self.step_down();
                // What it told the others since it was frozen may be out of date: they ask anew.
                self.say(&Said::Here);
                self.line_up();
            }
        }
    }

    fn start(&self) {
        drop(self.driver.take());
        self.lose_sight();
        self.place.engine.set(Start::Starts);
        let term = self.new_term();
        let me = self.me.0.upgrade();
        spawn_local(async move {
            let Some(work) = me else { return };
            if let Err(trouble) = work.start_engine(term).await {
                // Another tab may fare better.
                work.say(&Said::Alone(0));
                work.leave();
                work.stop(trouble);
            }
        });
    }

    async fn start_engine(&self, term: u32) -> Result<(), Trouble> {
        let mut random = Random::new().map_err(|_| Trouble::Insecure)?;
        let state = kept::open(&self.screen.store_name(), self.screen.reads_later(), &mut random).await;
        if state.as_ref().is_ok_and(|state| state.kept.generation > 0) {
            rest::fetch().await;
        }
        if self.place.term.get() != term {
            return Ok(());
        }
        let state = state.map_err(|_| Trouble::Refused(Refusal::StoreBroken))?;
        let is_kept = state.store.is_some();
        let engine = self.screen.make_engine(&state, &mut random)?;
        self.screen.change(&move |situation: &mut Situation| situation.served(is_kept));
        let Some(engine) = engine else {
            self.stand_alone();
            self.me.render_soon();
            return Ok(());
        };
        self.screen.forget();
        let (shows, hands) = (self.me.clone(), self.me.clone());
        let on_show = move |show| shows.with(|work| work.serve(show));
        let on_file = move |event, fetched| hands.with(|work| work.serve_file(event, fetched));
        *self.driver.borrow_mut() = Some(Driver::start(engine, random, state.store, on_show, on_file));
        self.place.engine.set(if is_kept { Start::Runs } else { Start::RunsUnkept });
        self.say(&Said::Here);
        self.fulfil_held();
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

    /// Ends this tab's engine; what was handed in and not kept is still with whoever handed it in.
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
