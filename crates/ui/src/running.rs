//! A screen and its engine in this tab: which tab leads, the start from what is kept, and when to render.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use js_sys::futures::spawn_local;
use segel_core::show::{Refusal, Show};
use segel_core::{Engine, Input};
use segel_web::driver::Driver;
use segel_web::files::Fetched;
use segel_web::kept::{self, KeptState};
use segel_web::page::{self, Listener};
use segel_web::random::Random;
use segel_web::tab_lock::{Lead, TabLock};
use segel_wire::ids::{ConversationId, EventId};

use crate::chosen::Chosen;
use crate::situation::Situation;
use crate::trouble::Trouble;

/// What widget and console each bring: a model, views, and how their engine starts.
pub trait Screen: 'static {
    /// Names the store and the lead; tabs with the same name take turns.
    fn store_name(&self) -> String;
    /// Changes where things stand.
    fn change(&self, change: &dyn Fn(&mut Situation));
    /// An engine from what is kept; none if there is nothing to run yet and the screen says so.
    fn make_engine(&self, state: &KeptState, random: &mut Random) -> Result<Option<Engine>, Trouble>;
    /// The engine shows a change.
    fn show(&self, show: Show);
    /// A file that was asked for came whole.
    fn hand(&self, event: EventId, fetched: Fetched);
    /// Puts the model on the page.
    fn render(&self);
    /// The person may have come to see what was unread.
    fn look(&self);
}

/// A running screen. Dropping it ends the engine and every listener.
pub struct Running {
    _work: Rc<Work>,
    _lock: Option<TabLock>,
    _visibility: Listener,
}

/// How a screen reaches what runs it.
#[derive(Clone)]
pub struct Handle(Weak<Work>);

struct Work {
    me: Handle,
    screen: Box<dyn Screen>,
    driver: RefCell<Option<Driver>>,
    render_due: Cell<bool>,
}

impl Running {
    /// Starts a screen: renders it, and starts its engine once this tab leads.
    pub fn start<S: Screen>(make: impl FnOnce(Handle) -> S) -> Self {
        let work = Rc::new_cyclic(|me| {
            let me = Handle(me.clone());
            let screen = Box::new(make(me.clone()));
            Work { me, screen, driver: RefCell::default(), render_due: Cell::new(false) }
        });
        work.screen.render();
        let (on_lead, on_visible) = (work.me.clone(), work.me.clone());
        let lock = page::is_secure_context().then(|| {
            TabLock::request(&work.screen.store_name(), move |lead| {
                on_lead.with(|work| work.lead_changed(lead));
            })
        });
        if lock.is_none() {
            work.stop(Trouble::Insecure);
        }
        let visibility = page::on_visibility_change(move |_| on_visible.with(|work| work.screen.look()));
        Self { _work: work, _lock: lock, _visibility: visibility }
    }
}

impl Handle {
    /// Hands in what happened; without an engine nothing can have.
    pub fn input(&self, input: Input) {
        self.with(|work| {
            let driver = work.driver.borrow().clone();
            if let Some(driver) = driver {
                driver.input(input);
            }
        });
    }

    /// Sends a file.
    pub fn attach(&self, conversation: Option<ConversationId>, chosen: Chosen) {
        self.with(|work| {
            let driver = work.driver.borrow().clone();
            if let Some(driver) = driver {
                let file = chosen.into_outgoing(|file| driver.put_source(file));
                driver.input(Input::Attach { conversation, file });
            }
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
    fn lead_changed(&self, lead: Lead) {
        self.screen.change(&|situation| situation.set_lead(lead));
        self.me.render_soon();
        if let (Lead::Leading, Some(work)) = (lead, self.me.0.upgrade()) {
            spawn_local(async move {
                if let Err(trouble) = work.start_engine().await {
                    work.stop(trouble);
                }
            });
        }
    }

    async fn start_engine(&self) -> Result<(), Trouble> {
        let mut random = Random::new().map_err(|_| Trouble::Insecure)?;
        let state = kept::open(&self.screen.store_name(), &mut random).await;
        let state = state.map_err(|_| Trouble::Refused(Refusal::StoreBroken))?;
        if state.store.is_none() {
            self.screen.change(&Situation::keeps_nothing);
        }
        let engine = self.screen.make_engine(&state, &mut random)?;
        let me = self.me.clone();
        *self.driver.borrow_mut() = engine.map(|engine| {
            let hand = me.clone();
            let on_show = move |show| {
                me.with(|work| work.screen.show(show));
                me.render_soon();
            };
            let on_file = move |event, fetched| hand.with(|work| work.screen.hand(event, fetched));
            Driver::start(engine, random, state.store, on_show, on_file)
        });
        self.me.render_soon();
        Ok(())
    }

    fn stop(&self, trouble: Trouble) {
        self.screen.change(&|situation| situation.stop(trouble));
        self.me.render_soon();
    }
}
