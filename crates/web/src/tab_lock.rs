//! Which of a site's tabs leads: one at a time, by Web Locks.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::futures::spawn_local;
use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::AbortController;

use crate::bindings::{LockOptions, LockingNavigator};

/// Whether this tab leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lead {
    /// This tab holds the lock and keeps it until its [`TabLock`] is dropped.
    Leading,
    /// Another tab holds the lock; this one is in line.
    Waiting,
    /// Another tab took the lock away from this one, which is in line no more.
    Lost,
}

/// A place in the line for a lock. Dropping it releases the lock or leaves the line; the browser does the
/// same when the tab closes or crashes.
pub struct TabLock {
    place: Rc<Place>,
    _request: Option<Request>,
}

impl TabLock {
    /// Gets in line for the lock `name`, shared by all pages of this origin.
    ///
    /// `on_change` hears [`Lead::Leading`] when this tab holds the lock, and [`Lead::Waiting`] before that
    /// where another holds it now; never before this function has returned. Where the browser has no Web
    /// Locks or refuses them, this tab leads: one tab that works beats none, and the store still refuses the
    /// stale commit of a second.
    pub fn request(name: &str, on_change: impl Fn(Lead) + 'static) -> Self {
        Self::make(name, Manner::InLine, on_change)
    }

    /// Takes the lock away from whoever holds it, who hears [`Lead::Lost`] and may be frozen until then.
    pub fn take_away(name: &str, on_change: impl Fn(Lead) + 'static) -> Self {
        Self::make(name, Manner::TakeAway, on_change)
    }

    fn make(name: &str, manner: Manner, on_change: impl Fn(Lead) + 'static) -> Self {
        let standing = Cell::new(Standing::InLine);
        let place = Rc::new(Place { standing, on_change: Box::new(on_change) });
        let request = Request::make(name, manner, &place);
        if request.is_none() {
            let place = Rc::clone(&place);
            spawn_local(async move { place.lead() });
        }
        Self { place, _request: request }
    }
}

impl Drop for TabLock {
    fn drop(&mut self) {
        self.place.standing.set(Standing::Left);
    }
}

/// How a lock is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    InLine,
    TakeAway,
}

/// Where this tab stands, shared with what the browser calls back.
struct Place {
    standing: Cell<Standing>,
    on_change: Box<dyn Fn(Lead)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    InLine,
    Leading,
    Left,
}

impl Place {
    fn lead(&self) {
        if self.standing.get() == Standing::InLine {
            self.standing.set(Standing::Leading);
            (self.on_change)(Lead::Leading);
        }
    }

    /// The browser ended the request by itself: it grants no locks, or another tab took this one away.
    fn ended(&self) {
        if self.standing.get() == Standing::Leading {
            self.standing.set(Standing::Left);
            (self.on_change)(Lead::Lost);
        }
        self.lead();
    }

    fn wait(&self) {
        if self.standing.get() == Standing::InLine {
            (self.on_change)(Lead::Waiting);
        }
    }
}

/// A request made of the browser: taken back, or its lock released, when dropped.
struct Request {
    abort: AbortController,
    release: Function,
    _granted: Closure<dyn FnMut(JsValue) -> Promise>,
}

impl Request {
    /// `None` where the browser has no Web Locks or refuses to be asked.
    fn make(name: &str, manner: Manner, place: &Rc<Place>) -> Option<Self> {
        let navigator: LockingNavigator = web_sys::window()?.navigator().unchecked_into();
        let locks = navigator.locks()?;
        let abort = AbortController::new().ok()?;

        // The lock is held until the promise that its callback returned is settled.
        let mut release = None;
        let held = Promise::new(&mut |resolve, _| release = Some(resolve));
        let granted: Closure<dyn FnMut(JsValue) -> Promise> = Closure::new({
            let place = Rc::clone(place);
            move |_lock| {
                place.lead();
                held.clone()
            }
        });
        let options = match manner {
            Manner::InLine => LockOptions::with_signal(&abort.signal()),
            Manner::TakeAway => LockOptions::stealing(),
        };
        let ended = locks.request(name, &options, granted.as_ref().unchecked_ref()).ok()?;
        let asking = Rc::clone(place);
        spawn_local(async move {
            if ended.await.is_err() {
                asking.ended();
            }
        });
        let request = Self { abort, release: release?, _granted: granted };

        // Asked after the request, so the answer comes after the grant where the lock was free.
        let asked = locks.query().ok()?;
        let waiting = Rc::clone(place);
        spawn_local(async move {
            if asked.await.is_ok() {
                waiting.wait();
            }
        });
        Some(request)
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.abort.abort();
        // A promise's own resolver throws nothing.
        let _ = self.release.call0(&JsValue::UNDEFINED);
    }
}
