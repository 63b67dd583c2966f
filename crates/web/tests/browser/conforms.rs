//! The store in IndexedDB does what every store of an engine's steps does.

use js_sys::Function;
use segel_keep::{Keeps, Place, Record, Refused, cases, for_each_case};
use segel_web::store::{Change, LATER, Store, StoreError};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::store::fresh;

/// From now on a transaction can put one record, and no second one, nor begin a term; or as it likes again.
const FILL: &str = "
    const objects = IDBObjectStore.prototype;
    objects.plenty ??= objects.put;
    objects.put = !isFull ? objects.plenty : function (...record) {
        if (this.transaction.hasPut || record[1] === 'term') throw new DOMException('there is no room', 'QuotaExceededError');
        this.transaction.hasPut = true;
        return objects.plenty.apply(this, record);
    };";

/// A database of this name.
struct Database(&'static str);

/// The same database twice: as an agent's engine has it, and as whoever only reads.
struct Opened {
    own: Store,
    whole: Store,
}

impl Place for Database {
    type Store = Opened;

    async fn open(&self) -> Result<Opened, Refused> {
        let own = Store::open(self.0).await.unwrap().in_parts(Some(&LATER));
        own.take_over().await.map_err(refused)?;
        Ok(Opened { own, whole: Store::open(self.0).await.unwrap() })
    }

    fn fill(&self, is_full: bool) {
        Function::new_with_args("isFull", FILL).call1(&JsValue::NULL, &is_full.into()).unwrap();
    }
}

impl Keeps for Opened {
    async fn load(&self) -> (u64, Vec<Record>) {
        let loaded = self.whole.load().await.unwrap();
        (loaded.generation, loaded.records)
    }

    async fn load_outline(&self) -> (u64, Vec<Record>) {
        let loaded = self.own.load().await.unwrap();
        (loaded.generation, loaded.records)
    }

    async fn load_named(&self, beginning: &str) -> Result<Vec<Record>, Refused> {
        self.own.load_named(beginning).await.map_err(refused)
    }

    async fn commit(&self, generation: u64, changes: Vec<segel_core::Change>) -> Result<(), Refused> {
        let changes = changes.into_iter().map(|change| match change.sealed {
            Some(sealed) => Change::Put(change.name, sealed),
            None => Change::Delete(change.name),
        });
        self.own.commit(generation, changes.collect()).await.map_err(refused)
    }
}

fn refused(error: StoreError) -> Refused {
    let refused = match error {
        StoreError::Stale => Some(Refused::Stale),
        StoreError::Full => Some(Refused::NoRoom),
        _ => None,
    };
    refused.unwrap()
}

macro_rules! conforms {
    ($($case:ident)*) => {$(
        #[wasm_bindgen_test]
        async fn $case() {
            let database = Database(concat!("conforms-", stringify!($case)));
            drop(fresh(database.0).await);
            cases::$case(&database).await;
        }
    )*};
}

for_each_case!(conforms);
