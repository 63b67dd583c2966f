//! Commits generations to the store in order, one transaction at a time.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use js_sys::futures::spawn_local;
use segel_core::{Change, Input};
use segel_wire::ids::ConversationId;

use crate::driver::take_first;
use crate::store::{self, Eventually, Home, NewStore, Record, Store, StoreError};
use crate::timer;

/// The generation of the first step that is kept.
const FIRST: u64 = 1;
/// No record's name begins so.
const NO_RECORD: &str = "-";
/// How long to wait before records are read again that were not read, in milliseconds, time after time.
const AGAIN: [u32; 4] = [200, 1_000, 3_000, 6_000];

/// Keeps what the engine hands out, in order.
pub(crate) struct Keeper(Rc<Queue>);

struct Queue {
    store: OnceCell<Store>,
    /// Whether nothing is kept any more.
    passes: Cell<bool>,
    /// Until something is kept in it.
    new: RefCell<Option<NewStore>>,
    waiting: RefCell<Vec<(u64, Vec<Change>)>>,
    busy: Cell<bool>,
    /// The step that could not be kept, until it is handed out again.
    failing: Cell<Option<u64>>,
    /// How many reads are under way.
    reading: Cell<u32>,
    /// What goes on once everything is kept and read.
    go_on: RefCell<Vec<Box<dyn FnOnce()>>>,
    tell: Box<dyn Fn(Told)>,
}

/// What came of keeping and reading.
pub(super) enum Told {
    /// What the engine is to hear.
    Input(Input),
    /// What became of the store.
    Fate(Fate),
}

/// What becomes of a store beneath its engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Another tab began a term in it: this one keeps nothing more, what is kept may be newer than its engine, and that is to
    /// be dropped.
    Overtaken,
    /// The browser took it away, or has no room for the first that is to be kept: from now on nothing outlives the tab.
    Unkept,
    /// The browser does not read what was left in it, also when asked again: its engine cannot go on, and is to be dropped. What
    /// is kept may be as it should.
    Unread,
}

impl Keeper {
    /// `tell` hears what was kept and what was not. Without a store everything counts as kept at once.
    pub(super) fn new(home: Option<Home>, tell: impl Fn(Told) + 'static) -> Self {
        let (store, new) = match home {
            Some(Home::Kept(store)) => (OnceCell::from(store), None),
            Some(Home::New(new)) => (OnceCell::new(), Some(new)),
            None => (OnceCell::new(), None),
        };
        Self(Rc::new(Queue {
            store,
            passes: Cell::new(false),
            new: RefCell::new(new),
            waiting: RefCell::default(),
            busy: Cell::new(false),
            failing: Cell::default(),
            reading: Cell::default(),
            go_on: RefCell::default(),
            tell: Box::new(tell),
        }))
    }

    /// Queues a generation; after one that could not be kept, only that one.
    pub(super) fn keep(&self, generation: u64, changes: Vec<Change>) {
        // Until the engine hears of it, it goes on: it may wait for messages or for code.
        if self.0.failing.get().is_some_and(|failing| failing != generation) {
            return;
        }
        self.0.failing.take();
        self.0.waiting.borrow_mut().push((generation, changes));
        if !self.0.busy.replace(true) {
            spawn_local(Rc::clone(&self.0).commit_all());
        }
    }

    /// Asks the store whether somebody has begun a term in it. What is on its way there finds out by itself.
    pub(super) fn make_sure(&self) {
        let queue = Rc::clone(&self.0);
        spawn_local(async move {
            if queue.is_overtaken().await && !queue.busy.get() {
                (queue.tell)(Told::Fate(Fate::Overtaken));
            }
        });
    }

    /// Whether all that the engine handed out is kept, and all that it asked for read.
    pub(super) fn is_done(&self) -> bool {
        self.0.is_done()
    }

    /// Goes on once that is so.
    pub(super) fn wait(&self, go_on: Box<dyn FnOnce()>) {
        self.0.go_on.borrow_mut().push(go_on);
    }

    /// Reads what was left in the store at the start, if anything was.
    pub(super) fn load(&self, conversation: ConversationId, names: String) {
        let later = self.0.store.get().and_then(Store::later);
        if let Some(later) = later {
            (later.go_on)(self, conversation, names);
        }
    }

    /// Reads records of a conversation, by the beginning of their names.
    pub(crate) fn read(&self, conversation: ConversationId, names: String) {
        let queue = Rc::clone(&self.0);
        queue.reading.set(queue.reading.get() + 1);
        spawn_local(async move {
            let mut waits = AGAIN.into_iter();
            let told = loop {
                match queue.read(&names).await {
                    Err(StoreError::Stale) => break Told::Fate(Fate::Overtaken),
                    records @ (Ok(_) | Err(StoreError::Broken)) => {
                        break Told::Input(Input::Loaded { conversation, records: records.ok() });
                    }
                    Err(_) => match waits.next() {
                        Some(wait) => timer::pause(wait).await,
                        None => break Told::Fate(Fate::Unread),
                    },
                }
            };
            queue.reading.set(queue.reading.get() - 1);
            (queue.tell)(told);
            queue.go_on_if_done();
        });
    }
}

/// What waits builds on what may be kept by somebody else by now.
impl Drop for Keeper {
    fn drop(&mut self) {
        self.0.waiting.borrow_mut().clear();
        self.0.go_on.borrow_mut().clear();
    }
}

impl Queue {
    async fn commit_all(self: Rc<Self>) {
        loop {
            let next = take_first(&mut self.waiting.borrow_mut());
            let Some((generation, changes)) = next else { break };
            let kept = match self.commit(generation, changes).await {
                Err(error) => self.make_do(generation, error).await,
                kept => kept,
            };
            if kept.is_err() {
                // What follows builds on it; the engine hands it all out again.
                self.waiting.borrow_mut().clear();
            }
            self.failing.set(kept.is_err().then_some(generation));
            (self.tell)(match kept {
                Ok(()) => Told::Input(Input::Stored(generation)),
                Err(StoreError::Stale) => Told::Fate(Fate::Overtaken),
                Err(_) => Told::Input(Input::StoreFailed(generation)),
            });
        }
        self.busy.set(false);
        if !self.go_on.borrow().is_empty() {
            self.go_on_if_done();
        }
    }

    fn is_done(&self) -> bool {
        !self.busy.get() && self.failing.get().is_none() && self.reading.get() == 0
    }

    /// Whether somebody has begun a term in the store since this engine did, or made one where there was none.
    async fn is_overtaken(&self) -> bool {
        if self.passes.get() {
            return false;
        }
        if let Some(store) = self.store.get() {
            return matches!(store.load_named(NO_RECORD).await, Err(StoreError::Stale));
        }
        let name = self.new.borrow().as_ref().map(|new| new.name.clone());
        let Some(name) = name else { return false };
        let is_there = matches!(Store::open_kept(&name).await, Ok(Some(_)));
        is_there && self.store.get().is_none()
    }

    // The rest of a visitor's program: within its caller it would not be.
    #[inline(never)]
    fn go_on_if_done(&self) {
        if self.is_done() {
            for go_on in self.go_on.take() {
                go_on();
            }
        }
    }

    /// Reads records; what the browser has taken away is not to be read any more.
    async fn read(&self, names: &str) -> Result<Vec<Record>, StoreError> {
        let Some(store) = self.store.get() else { return Err(StoreError::Broken) };
        match store.load_named(names).await {
            Err(StoreError::Gone) => self.make_do(0, StoreError::Gone).await.and(Err(StoreError::Broken)),
            records => records,
        }
    }

    async fn commit(&self, generation: u64, changes: Vec<Change>) -> Result<(), StoreError> {
        if self.passes.get() {
            return Ok(());
        }
        let new = self.new.take();
        if let Some(new) = new {
            match new.make().await {
                // There was none, or nothing would have been to be made.
                Ok(store) => drop(self.store.set(store)),
                Err(error) => {
                    self.new.replace(Some(new));
                    return Err(error);
                }
            }
        }
        let Some(store) = self.store.get() else { return Ok(()) };
        let changes = changes.into_iter().map(|Change { name, sealed }| match sealed {
            Some(sealed) => store::Change::Put(name, sealed),
            None => store::Change::Delete(name),
        });
        store.commit(generation, changes.collect()).await
    }

    /// Goes on without a store where a step of this generation failed because the browser took the store away, or had no room
    /// before anything was kept: that loses no more than a browser that blocks storage. Answers why not, if not.
    ///
    /// An agent's first step has to be kept: their device would be enrolled, and gone with the tab.
    // Boxed: it would be in the first part of the program within its callers.
    #[inline(never)]
    fn make_do(&self, generation: u64, error: StoreError) -> Eventually<'_, ()> {
        Box::pin(async move {
            let goes_on = match (error, self.store.get()) {
                (StoreError::Gone, Some(store)) => match Store::open_kept(&store.name()).await {
                    // It is there: who has it now is to be read.
                    Ok(Some(_)) => return Err(StoreError::Stale),
                    kept => kept.is_ok(),
                },
                (StoreError::Full | StoreError::Blocked, _) => generation == FIRST && !self.is_agents(),
                _ => false,
            };
            if !goes_on {
                return Err(error);
            }
            self.passes.set(true);
            (self.tell)(Told::Fate(Fate::Unkept));
            Ok(())
        })
    }

    /// Only agents' stores are read in parts.
    fn is_agents(&self) -> bool {
        let new = self.new.borrow().as_ref().and_then(|new| new.later);
        self.store.get().and_then(Store::later).or(new).is_some()
    }
}
