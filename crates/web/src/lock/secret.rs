//! What opens a lock: a passphrase that a worker stretches, or what a passkey answers. `www/lock.js` asks the browser.

use js_sys::{Array, Uint8Array};
use segel_crypto::lock::{Lock, LockKey, SALT_LEN, SECRET_LEN, Way};
use segel_wire::ids::Octets;
use wasm_bindgen::{JsCast, JsValue};
use zeroize::Zeroizing;

use super::{LockError, standing};
use crate::helper::Helper;

/// Argon2id's memory in KiB and its passes: more memory than the least that is recommended (19 MiB, two passes), since that is
/// what costs whoever tries in great numbers, and no more passes, since a phone takes several times as long as a desk.
const MEMORY: u32 = 65_536;
const PASSES: u32 = 2;

const FILE: &str = "lock";

type Secret = Zeroizing<[u8; SECRET_LEN]>;

/// What a person opens a lock with.
pub enum Opener {
    /// These words.
    Passphrase(Zeroizing<String>),
    /// A passkey, which the browser asks them for; where one is made it is listed under this name.
    Passkey(&'static str),
}

/// Whether this browser makes passkeys that can lock.
pub async fn offers_passkeys(helper: &Helper) -> bool {
    ask(helper, "offersPasskeys", &[]).await.is_some_and(|offers| offers.is_truthy())
}

/// Makes a lock, and its key.
pub async fn make(helper: &Helper, opener: Opener, idle_minutes: u32) -> Result<(Lock, LockKey), LockError> {
    let mut salt = vec![0; SALT_LEN];
    getrandom::fill(&mut salt).map_err(|_| LockError::NotStored)?;
    let salt = Octets(salt);
    let (way, secret) = match opener {
        Opener::Passphrase(passphrase) => {
            let secret = stretch(helper, &passphrase, &salt, (MEMORY, PASSES)).await?;
            (Way::Passphrase { memory: MEMORY, passes: PASSES }, secret)
        }
        Opener::Passkey(name) => {
            let made = ask(helper, "makePasskey", &[bytes(&salt), name.into()]).await;
            let made: Array = made.and_then(|made| made.dyn_into().ok()).ok_or(LockError::NoPasskey)?;
            let credential: Uint8Array = made.get(0).dyn_into().map_err(|_| LockError::NoPasskey)?;
            let secret = read(&made.get(1)).ok_or(LockError::NoPasskey)?;
            (Way::Passkey(Octets(credential.to_vec())), secret)
        }
    };
    let lock = Lock { way, salt, idle_minutes };
    let key = LockKey::derive(&lock, &secret);
    Ok((lock, key))
}

/// The key of the lock that stands before what is kept under this name; `None` where none stands any more.
pub async fn open(name: &str, helper: &Helper, opener: Opener) -> Result<Option<LockKey>, LockError> {
    let Some(locked) = standing(name).await? else { return Ok(None) };
    let lock = &locked.lock;
    let secret = match (&lock.way, opener) {
        (Way::Passphrase { memory, passes }, Opener::Passphrase(passphrase)) => {
            stretch(helper, &passphrase, &lock.salt, (*memory, *passes)).await?
        }
        (Way::Passkey(credential), Opener::Passkey(_)) => {
            let answered = ask(helper, "askPasskey", &[bytes(credential), bytes(&lock.salt)]).await;
            answered.as_ref().and_then(read).ok_or(LockError::NoPasskey)?
        }
        _ => return Err(LockError::Wrong),
    };
    let key = LockKey::derive(lock, &secret);
    if locked.open(&key).is_some() { Ok(Some(key)) } else { Err(LockError::Wrong) }
}

async fn stretch(
    helper: &Helper,
    passphrase: &str,
    salt: &Octets,
    (memory, passes): (u32, u32),
) -> Result<Secret, LockError> {
    let with = [passphrase.into(), bytes(salt), memory.into(), passes.into()];
    let stretched = ask(helper, "stretch", &with).await;
    stretched.as_ref().and_then(read).ok_or(LockError::NoWorker)
}

async fn ask(helper: &Helper, what: &str, with: &[JsValue]) -> Option<JsValue> {
    let order: Vec<_> = [what.into()].into_iter().chain(with.iter().cloned()).collect();
    helper.run(FILE, &order).ok()?.await.ok()
}

fn bytes(octets: &Octets) -> JsValue {
    Uint8Array::from(octets.0.as_slice()).into()
}

/// Takes a secret out of the script's hands.
fn read(answered: &JsValue) -> Option<Secret> {
    let answered = answered.dyn_ref::<Uint8Array>()?;
    let mut secret = Zeroizing::new([0; SECRET_LEN]);
    let is_whole = answered.length() as usize == SECRET_LEN;
    if is_whole {
        answered.copy_to(&mut *secret);
    }
    answered.fill(0, 0, answered.length());
    is_whole.then_some(secret)
}
