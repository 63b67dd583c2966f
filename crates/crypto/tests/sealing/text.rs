//! The formulas of sections 4 and 5, computed from the protocol's text and not by the code under test.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, XChaCha20Poly1305};
use ed25519_dalek::Signer;
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use ml_kem::kem::{Decapsulate, KeyExport, TryKeyInit};
use ml_kem::ml_kem_768::{DecapsulationKey, EncapsulationKey};
use segel_wire::ids::{KemCiphertext, KemKey, PrekeyKey};
use segel_wire::signed::statement;
use sha2::{Digest, Sha256, Sha512};
use x25519_dalek::{PublicKey, StaticSecret};

use crate::support::Place;

pub(crate) type Key = [u8; 32];

pub(crate) fn sha256(bytes: &[u8]) -> Key {
    Sha256::digest(bytes).into()
}

pub(crate) fn sha512(bytes: &[u8]) -> [u8; 64] {
    Sha512::digest(bytes).into()
}

/// The Ed25519 public key of a seed, and its signature.
pub(crate) fn sign(seed: &Key, message: &[u8]) -> (Key, [u8; 64]) {
    let key = ed25519_dalek::SigningKey::from_bytes(seed);
    (key.verifying_key().to_bytes(), key.sign(message).to_bytes())
}

/// HKDF-Extract.
pub(crate) fn extract(salt: &[u8], ikm: &[u8]) -> Key {
    Hkdf::<Sha256>::extract(Some(salt), ikm).0.into()
}

/// HKDF-Expand.
pub(crate) fn expand<const N: usize>(prk: &Key, info: &str) -> [u8; N] {
    let mut out = [0; N];
    Hkdf::<Sha256>::from_prk(prk).unwrap().expand(info.as_bytes(), &mut out).unwrap();
    out
}

/// The 32 bytes from `at`.
pub(crate) fn part(bytes: &[u8], at: usize) -> Key {
    *bytes[at..].first_chunk().unwrap()
}

pub(crate) fn hmac(key: &Key, message: &[u8]) -> Key {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).unwrap();
    mac.update(message);
    mac.finalize().into_bytes().into()
}

pub(crate) fn public(secret: &Key) -> Key {
    PublicKey::from(&StaticSecret::from(*secret)).to_bytes()
}

pub(crate) fn dh(secret: &Key, public: &Key) -> Key {
    StaticSecret::from(*secret).diffie_hellman(&PublicKey::from(*public)).to_bytes()
}

pub(crate) fn seal(key: &Key, nonce: [u8; 12], aad: &[u8], msg: &[u8]) -> Vec<u8> {
    ChaCha20Poly1305::new(key.into()).encrypt(&nonce.into(), Payload { msg, aad }).unwrap()
}

pub(crate) fn open(key: &Key, nonce: [u8; 12], aad: &[u8], msg: &[u8]) -> Option<Vec<u8>> {
    ChaCha20Poly1305::new(key.into()).decrypt(&nonce.into(), Payload { msg, aad }).ok()
}

pub(crate) fn seal_x(key: &Key, nonce: [u8; 24], aad: &[u8], msg: &[u8]) -> Vec<u8> {
    XChaCha20Poly1305::new(key.into()).encrypt(&nonce.into(), Payload { msg, aad }).unwrap()
}

fn open_x(key: &Key, nonce: [u8; 24], aad: &[u8], msg: &[u8]) -> Option<Vec<u8>> {
    XChaCha20Poly1305::new(key.into()).decrypt(&nonce.into(), Payload { msg, aad }).ok()
}

/// The encapsulation key of a seed.
pub(crate) fn kem_public(seed: &[u8; 64]) -> KemKey {
    let bytes = DecapsulationKey::from_seed((*seed).into()).encapsulation_key().to_bytes();
    KemKey::new(&bytes).unwrap()
}

/// A ciphertext and the secret inside, from 32 random bytes.
pub(crate) fn encapsulate(key: &KemKey, random: &Key) -> (KemCiphertext, Key) {
    let key = EncapsulationKey::new_from_slice(key.as_bytes()).unwrap();
    let (ciphertext, secret) = key.encapsulate_deterministic(&(*random).into());
    (KemCiphertext::new(&ciphertext).unwrap(), secret.into())
}

pub(crate) fn decapsulate(seed: &[u8; 64], ciphertext: &KemCiphertext) -> Key {
    DecapsulationKey::from_seed((*seed).into()).decapsulate_slice(ciphertext.as_bytes()).unwrap().into()
}

/// The mix of a KEM step: SHA-256(offer | answer).
pub(crate) fn mix(offer: &KemKey, answer: &KemCiphertext) -> Key {
    sha256(&[&offer.as_bytes()[..], answer.as_bytes()].concat())
}

/// `step(RK, dh, kem, mix)`: new root key, chain key, next header key.
pub(crate) fn step(root: &Key, dh: &Key, kem: Option<(Key, Key)>) -> [Key; 3] {
    let (kem, mix) = kem.unwrap_or(([0; 32], [0; 32]));
    let keys: [u8; 96] = expand(&extract(root, &[dh, &kem[..], &mix].concat()), "segel/1 ratchet");
    [0, 32, 64].map(|at| part(&keys, at))
}

/// A chain's message key, and its next chain key.
pub(crate) fn take(chain: &Key) -> (Key, Key) {
    (hmac(chain, &[1]), hmac(chain, &[2]))
}

/// A header before it is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) key: PrekeyKey,
    pub(crate) previous: u32,
    pub(crate) n: u32,
    pub(crate) offer: Option<KemKey>,
    pub(crate) answer: Option<KemCiphertext>,
}

impl Header {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let flags = u8::from(self.offer.is_some()) + 2 * u8::from(self.answer.is_some());
        let mut bytes = [&self.key.0[..], &self.previous.to_be_bytes(), &self.n.to_be_bytes()].concat();
        bytes.push(flags);
        bytes.extend(self.offer.iter().flat_map(KemKey::as_bytes));
        bytes.extend(self.answer.iter().flat_map(KemCiphertext::as_bytes));
        bytes
    }

    fn parse(bytes: &[u8]) -> Self {
        let number = |at: usize| u32::from_be_bytes(*bytes[at..].first_chunk().unwrap());
        let (offer, rest) = bytes[41..].split_at(if bytes[40] & 1 > 0 { KemKey::SIZE } else { 0 });
        let key = PrekeyKey(part(bytes, 0));
        let (offer, answer) = (KemKey::new(offer), KemCiphertext::new(rest));
        Self { key, previous: number(32), n: number(36), offer, answer }
    }
}

/// A wrap by its parts: everything before the header's length, the sealed header, the sealed key.
pub(crate) struct Parts<'a> {
    pub(crate) prefix: &'a [u8],
    pub(crate) header: &'a [u8],
    pub(crate) head: &'a [u8],
    pub(crate) sealed: &'a [u8],
}

impl<'a> Parts<'a> {
    pub(crate) fn of(wrap: &'a [u8]) -> Self {
        let counted = |at: usize| usize::from(u16::from_be_bytes(*wrap[at..].first_chunk().unwrap()));
        let prefix = if wrap[2] == 0 { 35 } else { 37 + counted(35) };
        let head = prefix + 2 + counted(prefix);
        Self {
            prefix: &wrap[..prefix],
            header: &wrap[prefix + 2..head],
            head: &wrap[..head],
            sealed: &wrap[head..],
        }
    }

    pub(crate) fn salt(&self) -> [u8; 24] {
        *self.prefix[11..].first_chunk().unwrap()
    }

    pub(crate) fn open_header(&self, key: &Key, transcript: &Key, place: &Place) -> Option<Header> {
        let aad = state_place("segel/1 header", transcript, place, self.prefix);
        open_x(key, self.salt(), &aad, self.header).map(|bytes| Header::parse(&bytes))
    }

    /// The content key.
    pub(crate) fn open_key(&self, message_key: &Key, transcript: &Key, place: &Place) -> Option<Vec<u8>> {
        let (key, nonce) = wrap_key(message_key, &self.salt());
        open(&key, nonce, &state_place("segel/1 wrap", transcript, place, self.head), self.sealed)
    }
}

/// The statement over a wrap's place and what it covers.
pub(crate) fn state_place(label: &str, transcript: &Key, place: &Place, bound: &[u8]) -> Vec<u8> {
    let (sender, recipient) = (&place.sender.0, &place.recipient.0);
    let fields: [&[u8]; 7] =
        [transcript, &place.conversation.0, &place.event.0, sender, recipient, &place.content.0, bound];
    statement(label, &fields)
}

/// The key and nonce of one wrap.
pub(crate) fn wrap_key(message_key: &Key, salt: &[u8; 24]) -> (Key, [u8; 12]) {
    let keys: [u8; 44] = expand(&extract(salt, message_key), "segel/1 wrap key");
    (part(&keys, 0), *keys[32..].first_chunk().unwrap())
}

/// A wrap without an init.
pub(crate) fn write_wrap(
    alias: [u8; 8],
    salt: [u8; 24],
    (header_key, header): (&Key, &[u8]),
    message_key: &Key,
    (transcript, place): (&Key, &Place),
    content_key: &[u8],
) -> Vec<u8> {
    let mut wrap = [&[1, 2, 0][..], &alias, &salt].concat();
    let aad = state_place("segel/1 header", transcript, place, &wrap);
    let sealed = seal_x(header_key, salt, &aad, header);
    wrap.extend_from_slice(&u16::try_from(sealed.len()).unwrap().to_be_bytes());
    wrap.extend_from_slice(&sealed);
    let (key, nonce) = wrap_key(message_key, &salt);
    let sealed = seal(&key, nonce, &state_place("segel/1 wrap", transcript, place, &wrap), content_key);
    [wrap, sealed].concat()
}
