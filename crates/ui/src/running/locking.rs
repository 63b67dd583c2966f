//! The lock before what is kept, in a running screen: it locks and is unlocked in every tab together, and the key is with the tab
//! that leads and nowhere else.

use std::cell::{Cell, RefCell};

use js_sys::futures::spawn_local;
use segel_mask::Writer;
use segel_web::clock::now_ms;
use segel_web::dom;
use segel_web::lock::{self, Answer, Change, DraftKey, Errand, LockError, Opener, StateKey, Way};
use segel_web::page::{self, Listener};
use segel_web::tabs::Said;
use segel_web::timer::Timer;

use super::drafts::Away;
use super::{Handle, Work};
use crate::lock::idle::{Idle, Use};
use crate::lock::{Curtain, Sheet, Side, Standing};
use crate::served;
use crate::situation::Situation;

/// What a tab has of the lock.
#[derive(Default)]
pub(super) struct Locking {
    /// What stands in the screen's place.
    over: RefCell<Over>,
    /// How long the device has not been used, where a lock is set and open.
    idle: Cell<Option<(Idle, u32)>>,
    uses: RefCell<Option<Listener>>,
    timer: RefCell<Option<Timer>>,
    /// Seals what is being written when the lock closes; only while everything is open.
    pub(super) key: RefCell<Option<DraftKey>>,
    /// What was being written then.
    pub(super) away: RefCell<Option<Away>>,
}

/// What stands in the screen's place.
#[derive(Default)]
enum Over {
    #[default]
    Nothing,
    /// Everything is locked. The words may be on their way.
    Curtain(Option<Curtain>),
    Sheet(Sheet),
}

impl Handle {
    /// Locks what is kept, in every tab.
    pub fn lock_now(&self) {
        self.with(Work::lock_all);
    }

    /// Shows the sheet on which a lock is set or taken off, as it stands now.
    pub fn open_lock_sheet(&self) {
        self.with(Work::show_sheet);
    }

    /// Shows the screen again.
    pub(crate) fn close_lock_sheet(&self) {
        self.with(|work| {
            work.unveil_from(|over| matches!(over, Over::Sheet(_)));
            work.screen.look();
        });
    }

    /// Opens the lock, and changes it if that is wished; `answer` hears what came of it.
    pub(crate) fn open_lock(&self, opener: Opener, change: Option<Change>, answer: Answer) {
        self.with(|work| {
            let (me, name, helper) = (self.clone(), work.screen.store_name(), work.screen.helper());
            spawn_local(async move {
                match lock::open(&name, &helper, opener).await {
                    Ok(key) => me.with(|work| work.begin(Errand::new(key, change, answer))),
                    // Another tab has erased everything meanwhile.
                    Err(LockError::NothingKept) => me.with(Work::line_up),
                    Err(error) => answer(Err(error)),
                }
            });
        });
    }

    /// Sets a lock that closes after so many minutes without use; `answer` hears what came of it.
    pub(crate) fn set_lock(&self, opener: Opener, minutes: u32, answer: Answer) {
        self.with(|work| {
            let (me, helper) = (self.clone(), work.screen.helper());
            spawn_local(async move {
                match lock::make(&helper, opener, minutes).await {
                    Ok((lock, key)) => {
                        let change = Some(Change::Set(lock, key));
                        me.with(|work| work.begin(Errand::new(None, change, answer)));
                    }
                    Err(error) => answer(Err(error)),
                }
            });
        });
    }

    /// Deletes what nobody can open, and begins with nothing.
    pub(crate) fn erase_locked(&self) {
        self.with(|work| {
            work.unveil();
            work.begin_anew();
        });
    }
}

impl Work {
    /// A start found a lock that it could not open: nobody leads before somebody does.
    #[inline(never)]
    pub(super) fn lock_up(&self) {
        self.say(&Said::Lock);
        self.leave();
        // Somebody may be typing where it is locked already.
        if !self.is_veiled() {
            self.veil();
        }
    }

    /// Another tab locks everything.
    #[inline(never)]
    pub(super) fn lock_up_with_others(&self) {
        if !self.is_veiled() {
            self.leave();
            self.veil();
        }
    }

    /// The page rests: what it shows is not to be seen when it wakes, before somebody leads again.
    #[inline(never)]
    pub(super) fn veil_at_rest(&self) {
        if self.locks_after().is_some() {
            self.veil();
        } else {
            self.give_up_away();
        }
    }

    /// Everything is open: what stood in the screen's place goes, and how the lock stands is said.
    #[inline(never)]
    pub(super) fn opened(&self, errand: Option<Box<Errand>>, state_key: &StateKey) {
        let standing = errand.as_ref().and_then(|errand| errand.standing.as_ref());
        self.watch(standing.map_or(0, |lock| lock.idle_minutes));
        self.bring_back(standing.map(|_| DraftKey::derive(state_key)));
        self.say(&self.locks());
        self.unveil();
        // Whoever waits for what came of the errand hears it as that ends.
        drop(errand);
    }

    /// The tab that leads shows everything: what stood in the screen's place goes. How the lock stands is heard of next.
    #[inline(never)]
    pub(super) fn let_in(&self) {
        drop(self.errand.take());
        self.watch(0);
        self.unveil();
    }

    /// Whether everything is locked here.
    #[inline(never)]
    pub(super) fn is_veiled(&self) -> bool {
        self.locking.get().is_some_and(|locking| matches!(*locking.over.borrow(), Over::Curtain(_)))
    }

    /// After so many minutes without use a lock closes; none where none is set and open.
    #[inline(never)]
    pub(super) fn locks_after(&self) -> Option<u32> {
        self.locking.get()?.idle.get().map(|(_, minutes)| minutes)
    }

    /// From now on locks after so many minutes without use; never for 0.
    #[inline(never)]
    pub(super) fn watch(&self, minutes: u32) {
        if minutes == 0 && self.locking.get().is_none() {
            return;
        }
        let locking = self.locking();
        let locks = minutes > 0;
        self.screen.change(&|situation: &mut Situation| situation.locks = locks);
        locking.idle.set(locks.then(|| (Idle::new(minutes, now_ms()), minutes)));
        let me = self.me.clone();
        let uses = locks.then(|| page::on_use(move || me.with(Self::is_used)));
        drop(locking.uses.replace(uses));
        self.looks_at_clock();
        self.me.render_soon();
    }

    /// Locks if nobody has used the device for too long, and else looks again when that may be so.
    #[inline(never)]
    pub(super) fn looks_at_clock(&self) {
        let Some(locking) = self.locking.get() else { return };
        let left = locking.idle.get().map(|(idle, _)| idle.left(now_ms()));
        let timer = match left {
            None => None,
            Some(0) => return self.lock_all(),
            Some(left) => Some(self.later(u32::try_from(left).unwrap_or(u32::MAX), Self::looks_at_clock)),
        };
        drop(locking.timer.replace(timer));
    }

    /// Somebody uses another tab.
    #[inline(never)]
    pub(super) fn heard_of_use(&self) {
        self.with_idle(|idle| idle.hears(now_ms()));
    }

    /// Begins with this errand: where everything is locked, as soon as nobody else does; else in the place of whoever leads.
    fn begin(&self, errand: Errand) {
        self.errand.replace(Some(Box::new(errand)));
        if self.is_veiled() {
            self.line_up();
        } else if self.follows() {
            self.take_away();
        } else {
            self.start();
        }
    }

    fn is_used(&self) {
        match self.with_idle(|idle| idle.uses(now_ms())) {
            Some(Use::Late) => self.lock_all(),
            Some(Use::News) => self.say(&Said::Used),
            Some(Use::Known) | None => {}
        }
    }

    fn with_idle<T>(&self, act: impl FnOnce(&mut Idle) -> T) -> Option<T> {
        let locking = self.locking.get()?;
        let (mut idle, minutes) = locking.idle.get()?;
        let outcome = act(&mut idle);
        locking.idle.set(Some((idle, minutes)));
        Some(outcome)
    }

    fn lock_all(&self) {
        if self.locks_after().is_some() {
            self.lock_up();
        }
    }

    pub(super) fn locking(&self) -> &Locking {
        self.locking.get_or_init(Box::default)
    }

    /// Nothing that was shown is left, and what stands in its place asks for what opens the lock.
    fn veil(&self) {
        let locking = self.locking();
        self.unveil();
        self.watch(0);
        self.wanted.borrow_mut().clear();
        drop(self.looks.take());
        self.put_away();
        dom::set_hidden(&self.screen.root(), true);
        locking.over.replace(Over::Curtain(None));
        let (me, name) = (self.me.clone(), self.screen.store_name());
        spawn_local(async move {
            let text = served::later().await;
            let standing = lock::standing(&name).await;
            me.with(|work| {
                let way = match standing {
                    Ok(Some(locked)) => locked.lock.way,
                    // Another tab was faster.
                    Ok(None) | Err(LockError::NothingKept) => return work.line_up(),
                    Err(_) => Way::Passphrase { memory: 0, passes: 0 },
                };
                let is_agents = work.screen.writer() == Writer::Agent;
                let side = Side { way_out: work.screen.way_out(), is_agents };
                if work.is_veiled() {
                    let curtain = Curtain::new(text, &way, &side, &work.me);
                    dom::mount_beside("segel", curtain.root());
                    curtain.focus();
                    work.locking().over.replace(Over::Curtain(Some(curtain)));
                }
            });
        });
    }

    /// Shows the screen again.
    #[inline(never)]
    pub(super) fn unveil(&self) {
        if self.is_veiled() {
            self.unveil_from(|over| matches!(over, Over::Curtain(_)));
        }
    }

    fn unveil_from(&self, is: impl Fn(&Over) -> bool) {
        let Some(locking) = self.locking.get() else { return };
        if is(&locking.over.borrow()) {
            match locking.over.take() {
                Over::Curtain(Some(curtain)) => curtain.root().remove(),
                Over::Sheet(sheet) => sheet.root().remove(),
                Over::Curtain(None) | Over::Nothing => {}
            }
            let root = self.screen.root();
            dom::set_hidden(&root, false);
            // What had the focus is gone. The screen hands it on once there is something to do.
            dom::set_attr(&root, "tabindex", "-1");
            dom::focus(&root);
        }
    }

    fn show_sheet(&self) {
        let (me, name, helper) = (self.me.clone(), self.screen.store_name(), self.screen.helper());
        spawn_local(async move {
            let text = served::later().await;
            let standing = match lock::standing(&name).await {
                Ok(Some(locked)) => Standing::Set(locked.lock.way, locked.lock.idle_minutes),
                Ok(None) => Standing::Open(lock::offers_passkeys(&helper).await),
                Err(error) => Standing::Fault(error),
            };
            me.with(|work| {
                if work.is_veiled() {
                    return;
                }
                let sheet = Sheet::new(text, &standing, &work.me);
                work.unveil_from(|over| matches!(over, Over::Sheet(_)));
                dom::set_hidden(&work.screen.root(), true);
                dom::mount_beside("segel", sheet.root());
                sheet.focus();
                work.locking().over.replace(Over::Sheet(sheet));
            });
        });
    }
}
