//! Durable storage: sealed records in IndexedDB, changed together or not at all.

mod later;
mod new;
mod rekey;
mod request;

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use gloo::events::EventListener;
use js_sys::{Array, Uint8Array};
use thiserror::Error;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    IdbDatabase, IdbFactory, IdbObjectStore, IdbRequest, IdbTransaction, IdbTransactionMode,
    IdbVersionChangeEvent,
};

use crate::bindings::{DurabilityOptions, DurableDatabase, error_name};
pub use later::{LATER, Later};
pub use new::{Home, NewStore};
use request::{finished, outcome};

/// What makes a form of the database of the one before, in the transaction that goes from one to the other. Where it answers an
/// error the database stays as it was.
pub type Step = fn(&IdbDatabase, &IdbTransaction) -> Result<(), JsValue>;

/// From nothing to the form that this code reads and writes, whose number is theirs. One that was released is changed no more:
/// another comes after it.
pub const STEPS: &[Step] = &[make_object_stores];

const RECORDS: &str = "records";
const META: &str = "meta";
const GENERATION: &str = "generation";
/// Who may commit.
const TERM: &str = "term";

/// An open database of sealed records, each under a text key, with the generation that counts its commits.
///
/// Dropping it closes the database. When the database is deleted or opened in a newer form, this one is closed at once, so
/// that it is not in the way, and every later call answers [`StoreError::Stale`].
pub struct Store {
    database: DurableDatabase,
    term: Cell<u64>,
    later: Option<&'static Later>,
    /// Whether it was closed to be out of the way.
    gave_way: Rc<Cell<bool>>,
    _version_change: EventListener,
}

/// Everything a store holds.
pub struct Loaded {
    /// How many commits made this state; 0 for a new store.
    pub generation: u64,
    /// Keys and sealed bytes, in order of key.
    pub records: Vec<Record>,
}

/// What a store answers, some time.
pub type Eventually<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + 'a>>;

/// A key and sealed bytes.
pub type Record = (String, Vec<u8>);

/// One change of a commit.
pub enum Change {
    /// Keeps these sealed bytes under this key, in place of what was there.
    Put(String, Vec<u8>),
    /// Forgets the record under this key, if there is one.
    Delete(String),
}

/// Why the store could not do as asked. Nothing has been changed then.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum StoreError {
    /// The browser gives this page no storage.
    #[error("the browser gives this page no storage")]
    Blocked,
    /// The device or the page's quota is full.
    #[error("there is no room left to store")]
    Full,
    /// Another tab has committed or begun a term since this one loaded, or the database was closed to be deleted or
    /// opened in a newer form: whoever goes on opens it anew.
    #[error("the store has moved on since it was loaded")]
    Stale,
    /// The browser closed the database by itself: it took away what was kept, or lost its hold of it.
    #[error("the browser closed the store")]
    Gone,
    /// The database is of a newer form than this code writes.
    #[error("the store was written by newer code")]
    Newer,
    /// The database holds what this code did not write.
    #[error("the store holds what nobody can read")]
    Broken,
    /// The browser did not do it, for a reason of its own, which may pass.
    #[error("the browser could not read or write the store")]
    Failed,
}

impl StoreError {
    fn from_thrown(thrown: &JsValue) -> Self {
        match error_name(thrown).as_str() {
            "QuotaExceededError" => Self::Full,
            "SecurityError" | "NotAllowedError" => Self::Blocked,
            "VersionError" => Self::Newer,
            // What a transaction is refused with once its database is closed.
            "InvalidStateError" => Self::Gone,
            // The database lacks an object store.
            "NotFoundError" => Self::Broken,
            _ => Self::Failed,
        }
    }
}

impl Store {
    /// Opens the database `name` of this origin, making it where there is none.
    ///
    /// Answers [`StoreError::Full`] where there is no room for it, and [`StoreError::Newer`] for one of a newer form; any
    /// other failure to open is [`StoreError::Blocked`], since browsers hide a refusal behind several names. It waits for
    /// as long as a page of other code keeps the database to itself.
    pub async fn open(name: &str) -> Result<Self, StoreError> {
        Self::open_or(name, true, STEPS).await?.ok_or(StoreError::Blocked)
    }

    /// As [`Store::open`], in the form that these steps come to; an older one is taken there by the steps that it lacks, whole
    /// or not at all.
    pub async fn open_by(name: &str, steps: &'static [Step]) -> Result<Self, StoreError> {
        Self::open_or(name, true, steps).await?.ok_or(StoreError::Blocked)
    }

    /// As [`Store::open`], but makes no database where there is none, and answers `None`.
    pub async fn open_kept(name: &str) -> Result<Option<Self>, StoreError> {
        Self::open_or(name, false, STEPS).await
    }

    // Boxed, as is what else a start and a first commit have in common: each would have a copy of its own else.
    fn open_or<'a>(name: &'a str, makes: bool, steps: &'static [Step]) -> Eventually<'a, Option<Self>> {
        Box::pin(Self::opened(name, makes, steps))
    }

    async fn opened(name: &str, makes: bool, steps: &'static [Step]) -> Result<Option<Self>, StoreError> {
        let form = u32::try_from(steps.len()).unwrap_or(u32::MAX);
        let request = factory()?.open_with_u32(name, form).map_err(|_| StoreError::Blocked)?;
        let opening = request.clone();
        let is_missing = Rc::new(Cell::new(false));
        let missing = Rc::clone(&is_missing);
        let _upgrade = EventListener::once(&request, "upgradeneeded", move |event| {
            let (Ok(database), Some(changing)) = (opening.result(), opening.transaction()) else { return };
            let before = event.unchecked_ref::<IdbVersionChangeEvent>().old_version();
            // Without this the browser would keep an empty database.
            let is_unwanted = before < 1.0 && !makes;
            missing.set(is_unwanted);
            if is_unwanted || take(before, steps, database.unchecked_ref(), &changing).is_err() {
                // It ends with an error of its own otherwise, and the database stays as it was all the same.
                let _ = changing.abort();
            }
        });
        let database = match outcome(&request).await {
            Ok(database) => database,
            Err(_) if is_missing.get() => return Ok(None),
            Err(error @ (StoreError::Full | StoreError::Newer)) => return Err(error),
            Err(_) => return Err(StoreError::Blocked),
        };
        let database: DurableDatabase = database.unchecked_into();
        let gave_way = Rc::<Cell<bool>>::default();
        let (closing, gives_way) = (database.clone(), Rc::clone(&gave_way));
        let version_change = EventListener::once(&database, "versionchange", move |_| {
            gives_way.set(true);
            closing.close();
        });
        Ok(Some(Self {
            database,
            term: Cell::new(0),
            later: None,
            gave_way,
            _version_change: version_change,
        }))
    }

    /// Has the browser delete the database `name` with everything in it before anybody opens it again; whoever has it open
    /// hears so and lets it go.
    pub fn destroy(name: &str) -> Result<(), StoreError> {
        factory()?.delete_database(name).map(drop).map_err(|_| StoreError::Blocked)
    }

    /// Begins a term: whoever has the store open besides can commit nothing from now on, so that what is loaded next stays
    /// what is kept.
    pub async fn take_over(&self) -> Result<(), StoreError> {
        let transaction = self.transaction(IdbTransactionMode::Readwrite)?;
        let meta = object_store(&transaction, META)?;
        let term = number(&meta, TERM).await?.checked_add(1).ok_or(StoreError::Broken)?;
        put(&meta, TERM, &JsValue::from(term))?;
        finished(&transaction).await?;
        self.term.set(term);
        Ok(())
    }

    /// What [`Store::open`] was told.
    pub(crate) fn name(&self) -> String {
        self.database.name()
    }

    /// From now on reads a part first, and the rest when it is wanted.
    #[must_use]
    pub fn in_parts(mut self, later: Option<&'static Later>) -> Self {
        self.later = later;
        self
    }

    /// How it is read in parts, if [`Store::load`] leaves something for later.
    pub(crate) fn later(&self) -> Option<&'static Later> {
        self.later
    }

    /// Reads everything, as of one moment, but what is left for later.
    pub async fn load(&self) -> Result<Loaded, StoreError> {
        let transaction = self.transaction(IdbTransactionMode::Readonly)?;
        let generation = number(&object_store(&transaction, META)?, GENERATION).await?;
        let store = object_store(&transaction, RECORDS)?;
        let records = match self.later {
            None => read(&store, &JsValue::UNDEFINED).await?,
            Some(later) => (later.begin)(&store).await?,
        };
        Ok(Loaded { generation, records })
    }

    /// Reads the records whose keys begin with `prefix`, in order of key.
    ///
    /// Answers [`StoreError::Stale`] if somebody has begun a term since this one did: what is kept may be newer than what
    /// was loaded.
    pub async fn load_named(&self, prefix: &str) -> Result<Vec<Record>, StoreError> {
        let transaction = self.transaction(IdbTransactionMode::Readonly)?;
        if number(&object_store(&transaction, META)?, TERM).await? != self.term.get() {
            return Err(StoreError::Stale);
        }
        later::beginning_with(&object_store(&transaction, RECORDS)?, prefix).await
    }

    /// Makes all `changes` and sets the generation in one strict transaction: when this answers `Ok`, they
    /// have reached the disk, and otherwise none of them has been made.
    ///
    /// Answers [`StoreError::Stale`] unless `generation` is one more than the stored one, and nobody has begun a term since
    /// this one did.
    pub async fn commit(&self, generation: u64, changes: Vec<Change>) -> Result<(), StoreError> {
        let transaction = self.transaction(IdbTransactionMode::Readwrite)?;
        let meta = object_store(&transaction, META)?;
        let term = number(&meta, TERM).await?;
        if number(&meta, GENERATION).await?.checked_add(1) != Some(generation) || term != self.term.get() {
            return Err(StoreError::Stale);
        }
        let records = object_store(&transaction, RECORDS)?;
        let written = changes
            .into_iter()
            .try_for_each(|change| apply(&records, change))
            .and_then(|()| put(&meta, GENERATION, &JsValue::from(generation)));
        if let Err(error) = written {
            // Already ended when this fails, and then by its own error: nothing is kept either way.
            let _ = transaction.abort();
            return Err(error);
        }
        finished(&transaction).await.map(drop)
    }

    /// The value kept beside the records under `key`, `undefined` where there is none.
    pub(crate) async fn meta(&self, key: &str) -> Result<JsValue, StoreError> {
        let transaction = self.transaction(IdbTransactionMode::Readonly)?;
        find(&object_store(&transaction, META)?, key).await
    }

    /// Keeps `value` beside the records under `key` unless another tab was first; answers what stands there.
    pub(crate) async fn keep_first_meta(&self, key: &str, value: JsValue) -> Result<JsValue, StoreError> {
        let transaction = self.transaction(IdbTransactionMode::Readwrite)?;
        let meta = object_store(&transaction, META)?;
        let standing = find(&meta, key).await?;
        if !standing.is_undefined() {
            return Ok(standing);
        }
        put(&meta, key, &value)?;
        finished(&transaction).await?;
        Ok(value)
    }

    fn transaction(&self, mode: IdbTransactionMode) -> Result<IdbTransaction, StoreError> {
        let stores = Array::of2(&RECORDS.into(), &META.into());
        self.database.transaction_with_options(&stores, mode, &DurabilityOptions::strict()).map_err(
            |thrown| match StoreError::from_thrown(&thrown) {
                StoreError::Gone if self.gave_way.get() => StoreError::Stale,
                error => error,
            },
        )
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.database.close();
    }
}

/// Takes a database from the form of this number, a small whole one, to the last.
fn take(
    before: f64,
    steps: &[Step],
    database: &IdbDatabase,
    changing: &IdbTransaction,
) -> Result<(), JsValue> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "browsers count from 0")]
    let done = before as usize;
    steps.iter().skip(done).try_for_each(|step| step(database, changing))
}

fn make_object_stores(database: &IdbDatabase, _: &IdbTransaction) -> Result<(), JsValue> {
    database.create_object_store(RECORDS)?;
    database.create_object_store(META).map(drop)
}

fn factory() -> Result<IdbFactory, StoreError> {
    let window = web_sys::window().ok_or(StoreError::Blocked)?;
    window.indexed_db().ok().flatten().ok_or(StoreError::Blocked)
}

fn object_store(transaction: &IdbTransaction, name: &str) -> Result<IdbObjectStore, StoreError> {
    transaction.object_store(name).map_err(|thrown| StoreError::from_thrown(&thrown))
}

fn made(request: Result<IdbRequest, JsValue>) -> Result<IdbRequest, StoreError> {
    request.map_err(|thrown| StoreError::from_thrown(&thrown))
}

async fn find(store: &IdbObjectStore, key: &str) -> Result<JsValue, StoreError> {
    outcome(&made(store.get(&key.into()))?).await
}

async fn array(request: &IdbRequest) -> Result<Array, StoreError> {
    outcome(request).await?.dyn_into().map_err(|_| StoreError::Broken)
}

/// Reads the records of a range of keys; all where it is undefined.
async fn read(store: &IdbObjectStore, keys: &JsValue) -> Result<Vec<Record>, StoreError> {
    let names = array(&made(store.get_all_keys_with_key(keys))?).await?;
    let values = array(&made(store.get_all_with_key(keys))?).await?;
    let records = names.iter().zip(values.iter()).map(record).collect::<Option<_>>();
    records.ok_or(StoreError::Broken)
}

/// A number beside the records; 0 where none was written.
async fn number(meta: &IdbObjectStore, key: &str) -> Result<u64, StoreError> {
    as_number(find(meta, key).await?)
}

#[inline(never)]
fn as_number(stored: JsValue) -> Result<u64, StoreError> {
    if stored.is_undefined() {
        return Ok(0);
    }
    u64::try_from(stored).map_err(|_| StoreError::Broken)
}

fn put(store: &IdbObjectStore, key: &str, value: &JsValue) -> Result<(), StoreError> {
    made(store.put_with_key(value, &key.into())).map(drop)
}

fn apply(records: &IdbObjectStore, change: Change) -> Result<(), StoreError> {
    match change {
        Change::Put(key, sealed) => put(records, &key, &Uint8Array::from(sealed.as_slice())),
        Change::Delete(key) => made(records.delete(&key.into())).map(drop),
    }
}

fn record((key, value): (JsValue, JsValue)) -> Option<Record> {
    let sealed = value.dyn_ref::<Uint8Array>()?;
    Some((key.as_string()?, sealed.to_vec()))
}
