//! A console whose store is filled: what a native device keeps, put where a browser keeps it.

use std::collections::BTreeMap;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use segel_testkit::client::MemoryStore;
use segel_wire::ids::ConversationId;
use serde_json::json;

use super::{Device, Person, Stage};

/// Later than any that a native device has come to.
const GENERATION: u64 = 1 << 40;
/// So many records are put into a browser at a time.
const AT_ONCE: usize = 3_000;

/// Makes the database as the console does, with the native device's key wrapped as the browser wraps its own.
const PREPARE: &str = "
    const [name, key, generation, done] = arguments;
    const settled = (request) => new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
    const prepare = async () => {
        const wrapping = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
        const nonce = crypto.getRandomValues(new Uint8Array(12));
        const wrapped = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, wrapping, new Uint8Array(key));
        const opening = indexedDB.open(name, 1);
        opening.onupgradeneeded = () => ['records', 'meta'].forEach((store) => opening.result.createObjectStore(store));
        const database = window.filled = await settled(opening);
        const meta = database.transaction('meta', 'readwrite').objectStore('meta');
        meta.put([wrapping, nonce, wrapped], 'state-key');
        await settled(meta.put(BigInt(generation), 'generation'));
    };
    prepare().then(() => done(true), (error) => done(String(error)));";

const FILL: &str = "
    const [records, done] = arguments;
    const transaction = window.filled.transaction('records', 'readwrite');
    const store = transaction.objectStore('records');
    for (const [name, sealed] of records) {
        store.put(Uint8Array.from(atob(sealed), (letter) => letter.charCodeAt(0)), name);
    }
    transaction.oncomplete = () => done(true);
    transaction.onabort = () => done(String(transaction.error));";

impl Stage {
    /// A console that keeps these records and has not been opened.
    pub(crate) async fn console_with(&mut self, records: &BTreeMap<String, Vec<u8>>) -> Person {
        let agent = Person::agent(self.browser(Device::Desktop, &[]).await);
        let console = self.demo().console().to_owned();
        // A page of the same origin on which no program runs.
        agent.goes_to(&format!("{console}/console.css")).await;
        let browser = agent.browser();
        let prepared = vec![json!("segel/console"), json!(vec![42; 32]), json!(GENERATION.to_string())];
        assert!(browser.answer::<bool>(PREPARE, prepared).await);
        let records: Vec<_> = records.iter().collect();
        for some in records.chunks(AT_ONCE) {
            let some: Vec<_> =
                some.iter().map(|(name, sealed)| (name, data_encoding::BASE64.encode(sealed))).collect();
            assert!(browser.answer::<bool>(FILL, vec![json!(some)]).await);
        }
        browser.run("window.filled.close()").await;
        agent
    }
}

/// These records with so many conversations that say what the only one in them says.
pub(crate) fn copied(
    records: &BTreeMap<String, Vec<u8>>,
    id: ConversationId,
    times: u16,
) -> BTreeMap<String, Vec<u8>> {
    let (key, mut random) = (MemoryStore::key(), ChaCha20Rng::seed_from_u64(7));
    let mut all = records.clone();
    for (name, sealed) in records.iter().filter(|(name, _)| name.contains(&id.to_string())) {
        let record = key.open(name, sealed, GENERATION).unwrap();
        for number in 1..times {
            let copy = ConversationId(u128::from(number).to_be_bytes());
            let name = name.replace(&id.to_string(), &copy.to_string());
            let sealed = key.seal(&name, 1, &record.bytes, &mut random);
            all.insert(name, sealed);
        }
    }
    all
}
