//! Typing and presence, which nobody keeps, under a key that the members share. PROTOCOL.md, section 5.12.

use rand_core::CryptoRng;
use segel_wire::ids::{ConversationId, DeviceId};
use segel_wire::signed::statement;
use segel_wire::{cbor, cbor_array, cbor_index, cbor_map, limits};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::handshake::SUITE;
use crate::secret::{Secret, secrets};
use segel_hazmat::{aead, kdf};

secrets! {
    /// Seals one sender's signals in one conversation.
    pub SignalKey;
}

/// A key for signals as its sender hands it to the members.
#[derive(Debug, Clone)]
pub struct SharedKey {
    key: SignalKey,
    not_after: u64,
}

cbor_map!(SharedKey { 0: key, 1: not_after });

/// What a member is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignalKind {
    /// There, and not typing.
    Idle,
    /// Writing a message.
    Typing,
    /// Looking at the conversation.
    Present,
    /// Looking elsewhere.
    Away,
}

cbor_index!(SignalKind { 0: Idle, 1: Typing, 2: Present, 3: Away });

/// A sender's key and how often it was used. Never stored: a program that starts anew makes a new one.
#[derive(Debug)]
pub struct SignalSender {
    place: Place,
    shared: SharedKey,
    counter: u64,
}

/// What a member keeps of a sender's key. Dropped when the members change.
#[derive(Debug)]
pub struct SignalReceiver {
    place: Place,
    shared: SharedKey,
    last: u64,
}

/// Why a signal does not count; it is dropped in silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignalError {
    /// Not the documented shape.
    #[error("malformed signal")]
    Malformed,
    /// Another version or suite.
    #[error("the signal is of a version or suite that is not spoken here")]
    UnknownSuite,
    /// Of a key that this sender did not give for this conversation.
    #[error("the signal's key is not known")]
    UnknownKey,
    /// Its key has lapsed.
    #[error("the signal's key has lapsed")]
    Lapsed,
    /// Altered.
    #[error("the signal was altered")]
    NotAuthentic,
    /// Its counter is not beyond the last.
    #[error("the signal is not newer than the last one")]
    Replayed,
    /// Its time is too far from the receiver's.
    #[error("the signal is not of now")]
    Untimely,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    conversation: ConversationId,
    sender: DeviceId,
}

/// What is inside.
struct Signal {
    counter: u64,
    time: u64,
    kind: SignalKind,
}

cbor_array!(Signal { counter, time, kind });

const KEY_ID: usize = 8;
const NONCE: usize = 24;
/// Version, suite, key id and nonce; all of it is authenticated.
const HEADER: usize = 2 + KEY_ID + NONCE;
/// The longest structure has 20 bytes.
const PADDED: usize = 32;
const SIZE: usize = HEADER + PADDED + aead::TAG;

impl SignalSender {
    /// A new key, from now on for 24 hours.
    pub fn make(
        conversation: &ConversationId,
        sender: &DeviceId,
        now: u64,
        random: &mut impl CryptoRng,
    ) -> Self {
        let key = SignalKey::make(random);
        let shared = SharedKey { key, not_after: now.saturating_add(limits::SIGNAL_KEY_SECONDS) };
        Self { place: Place { conversation: *conversation, sender: *sender }, shared, counter: 0 }
    }

    /// What the members are given.
    pub fn shared(&self) -> &SharedKey {
        &self.shared
    }

    /// Whether a new key is to be made: after 24 hours, or when the clock was set back. A change of members
    /// is the caller's to notice.
    pub fn is_due(&self, now: u64) -> bool {
        let left = self.shared.not_after.saturating_sub(now);
        left == 0 || left > limits::SIGNAL_KEY_SECONDS
    }

    /// Seals the next signal.
    pub fn seal(&mut self, kind: SignalKind, now: u64, random: &mut impl CryptoRng) -> Vec<u8> {
        self.counter = self.counter.saturating_add(1);
        let mut nonce = [0; NONCE];
        random.fill_bytes(&mut nonce);
        let mut sealed = vec![1, SUITE];
        sealed.extend_from_slice(&self.place.derive_key_id(&self.shared.key));
        sealed.extend_from_slice(&nonce);
        let associated_data = self.place.derive_associated_data(&sealed);
        let padded = Zeroizing::new(pad(&Signal { counter: self.counter, time: now, kind }));
        sealed.extend(aead::seal_x(self.shared.key.expose(), &nonce, &associated_data, &padded));
        sealed
    }
}

impl SignalReceiver {
    /// For a key that `sender` gave in this conversation. It counts for 24 hours at most, whatever it says.
    pub fn new(conversation: &ConversationId, sender: &DeviceId, shared: &SharedKey, now: u64) -> Self {
        let latest = now.saturating_add(limits::SIGNAL_KEY_SECONDS);
        let shared = SharedKey { key: shared.key.clone(), not_after: shared.not_after.min(latest) };
        Self { place: Place { conversation: *conversation, sender: *sender }, shared, last: 0 }
    }

    /// Opens the sender's next signal; one that is refused changes nothing.
    pub fn open(&mut self, signal: &[u8], now: u64) -> Result<SignalKind, SignalError> {
        if signal.len() != SIZE {
            return Err(SignalError::Malformed);
        }
        if signal[..2] != [1, SUITE] {
            return Err(SignalError::UnknownSuite);
        }
        let (header, ciphertext) = signal.split_at(HEADER);
        let (key_id, nonce) = header[2..].split_at(KEY_ID);
        if key_id != self.place.derive_key_id(&self.shared.key) {
            return Err(SignalError::UnknownKey);
        }
        if now >= self.shared.not_after {
            return Err(SignalError::Lapsed);
        }
        let nonce = nonce.first_chunk().ok_or(SignalError::Malformed)?;
        let associated_data = self.place.derive_associated_data(header);
        let padded = aead::open_x(self.shared.key.expose(), nonce, &associated_data, ciphertext)
            .map(Zeroizing::new)
            .map_err(|_| SignalError::NotAuthentic)?;
        let inside = unpad(&padded).ok_or(SignalError::Malformed)?;
        if inside.counter <= self.last {
            return Err(SignalError::Replayed);
        }
        if inside.time.abs_diff(now) > limits::SIGNAL_SECONDS {
            return Err(SignalError::Untimely);
        }
        self.last = inside.counter;
        Ok(inside.kind)
    }
}

impl PartialEq for SharedKey {
    fn eq(&self, other: &Self) -> bool {
        let same_key: bool = self.key.expose().ct_eq(other.key.expose()).into();
        same_key && self.not_after == other.not_after
    }
}

impl Eq for SharedKey {}

impl Place {
    fn derive_key_id(&self, key: &SignalKey) -> [u8; KEY_ID] {
        let fields: [&[u8]; 3] = [&self.conversation.0, &self.sender.0, key.expose()];
        let hash = kdf::hash(&Zeroizing::new(statement("segel/1 signal key", &fields)));
        let mut id = [0; KEY_ID];
        id.copy_from_slice(&hash[..KEY_ID]);
        id
    }

    fn derive_associated_data(&self, header: &[u8]) -> Vec<u8> {
        statement("segel/1 signal", &[&self.conversation.0, &self.sender.0, header])
    }
}

fn pad(signal: &Signal) -> Vec<u8> {
    let mut padded = cbor::encode(signal);
    padded.resize(PADDED, 0);
    padded
}

/// What was padded, if this is its one form.
fn unpad(padded: &[u8]) -> Option<Signal> {
    let signal: Signal = cbor::read(padded).ok()?;
    (*pad(&signal) == *padded).then_some(signal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_structure_fits_and_no_other_form_is_read() {
        let signal = Signal { counter: u64::MAX, time: u64::MAX, kind: SignalKind::Away };
        assert_eq!(cbor::encode(&signal).len(), 20);
        let padded = pad(&signal);
        assert_eq!(unpad(&padded).map(|signal| (signal.counter, signal.kind)), Some((u64::MAX, signal.kind)));
        for at in 20..PADDED {
            let mut other = padded.clone();
            other[at] = 1;
            assert!(unpad(&other).is_none(), "{at}");
        }
        let mut four = padded.clone();
        four[0] = 0x84;
        assert!(unpad(&four).is_none(), "another item");
        assert!(unpad(&padded[..20]).is_none(), "no padding");
        let mut kind = padded;
        kind[19] = 4;
        assert!(unpad(&kind).is_none(), "an unknown kind");
    }
}
