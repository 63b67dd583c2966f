//! A wrap: one content key, sealed to one device. PROTOCOL.md, section 5.4.

use segel_wire::cbor;
use segel_wire::ids::{ConversationId, DeviceId, EventId};
use segel_wire::limits;
use segel_wire::signed::statement;
use zeroize::Zeroizing;

use super::chain::MessageKey;
use crate::content::{ContentHash, ContentKey};
use crate::handshake::{Init, SUITE, Transcript};
use crate::secret::Secret;
use segel_hazmat::{aead, kdf};

/// What a wrap is bound to.
#[derive(Debug, Clone, Copy)]
pub struct WrapContext<'a> {
    /// The conversation.
    pub conversation: &'a ConversationId,
    /// The event.
    pub event: &'a EventId,
    /// The device that sealed it.
    pub sender: &'a DeviceId,
    /// The device that can open it.
    pub recipient: &'a DeviceId,
    /// The content whose key is inside.
    pub content: &'a ContentHash,
}

/// A wrap taken apart; nothing in it is believed yet.
#[derive(Debug, Clone)]
pub struct Wrap<'a> {
    /// Picks the session.
    pub alias: [u8; 8],
    /// Present until the initiator heard the responder.
    pub init: Option<Init>,
    pub(super) salt: &'a [u8; SALT],
    /// Everything before the header's length.
    pub(super) prefix: &'a [u8],
    pub(super) header: &'a [u8],
    /// Everything before the sealed key.
    pub(super) head: &'a [u8],
    pub(super) sealed: &'a [u8],
}

/// Why a wrap did not open. Nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrapError {
    /// Not the documented shape.
    #[error("malformed wrap")]
    Malformed,
    /// Another version or suite.
    #[error("the wrap is of a version or suite that is not spoken here")]
    UnknownSuite,
    /// Its header is genuine, but its message key was used before or deleted: one side's state is older.
    #[error("this wrap's key was used before or is gone")]
    Stale,
    /// It would skip more keys than allowed.
    #[error("the wrap is too far ahead")]
    TooFarAhead,
    /// An offered KEM key is none, an answer answers nothing, or an offer was ignored for two chains.
    #[error("the other side does not keep to the KEM step")]
    KemRefused,
    /// The other side's ratchet key has small order.
    #[error("the other side's ratchet key would give the secret away")]
    WeakKey,
    /// Altered, spliced, sealed for something else, or of a state that is not held.
    #[error("the wrap was altered or belongs elsewhere")]
    NotAuthentic,
}

/// Random bytes of a wrap: the header's nonce, and the salt of its key.
pub(super) const SALT: usize = 24;
const SEALED: usize = 32 + aead::TAG;

impl<'a> Wrap<'a> {
    /// Takes a wrap apart.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WrapError> {
        let mut rest = Rest(bytes);
        let [version, suite, flags] = rest.take()?;
        if [*version, *suite] != [1, SUITE] {
            return Err(WrapError::UnknownSuite);
        }
        if bytes.len() > limits::WRAP_BYTES {
            return Err(WrapError::Malformed);
        }
        let (alias, salt) = (*rest.take()?, rest.take()?);
        let init = match flags {
            0 => None,
            1 => Some(cbor::decode(rest.take_counted()?).map_err(|_| WrapError::Malformed)?),
            _ => return Err(WrapError::Malformed),
        };
        let prefix = &bytes[..bytes.len() - rest.0.len()];
        let header = rest.take_counted()?;
        let (head, sealed) = (&bytes[..bytes.len() - rest.0.len()], rest.0);
        if sealed.len() != SEALED {
            return Err(WrapError::Malformed);
        }
        Ok(Self { alias, init, salt, prefix, header, head, sealed })
    }

    /// The content key, if this message key and place are the ones.
    pub(super) fn open_key(&self, key: &MessageKey, place: &Place<'_>) -> Result<ContentKey, WrapError> {
        let (key, nonce) = derive_wrap_key(key, self.salt);
        let opened = aead::open(&key, &nonce, &place.state("segel/1 wrap", self.head), self.sealed);
        let opened = opened.map(Zeroizing::new).map_err(|_| WrapError::NotAuthentic)?;
        let key = opened.as_slice().try_into().map_err(|_| WrapError::Malformed)?;
        Ok(ContentKey::from_bytes(key))
    }
}

/// Everything before the header's length.
pub(super) fn write_prefix(alias: [u8; 8], salt: &[u8; SALT], init: Option<&Init>) -> Vec<u8> {
    let mut prefix = vec![1, SUITE, u8::from(init.is_some())];
    prefix.extend_from_slice(&alias);
    prefix.extend_from_slice(salt);
    if let Some(init) = init {
        append_counted(&mut prefix, &cbor::encode(init));
    }
    prefix
}

/// Appends the sealed header and the sealed content key to a prefix.
pub(super) fn finish(
    mut wrap: Vec<u8>,
    header: &[u8],
    (message_key, salt): (&MessageKey, &[u8; SALT]),
    place: &Place<'_>,
    key: &ContentKey,
) -> Vec<u8> {
    append_counted(&mut wrap, header);
    let (aead_key, nonce) = derive_wrap_key(message_key, salt);
    let sealed = aead::seal(&aead_key, &nonce, &place.state("segel/1 wrap", &wrap), key.expose());
    wrap.extend_from_slice(&sealed);
    wrap
}

/// The place that header and key are bound to.
pub(super) struct Place<'a> {
    pub(super) transcript: &'a Transcript,
    pub(super) context: &'a WrapContext<'a>,
}

impl Place<'_> {
    pub(super) fn state(&self, label: &str, bound: &[u8]) -> Vec<u8> {
        let WrapContext { conversation, event, sender, recipient, content } = self.context;
        statement(
            label,
            &[&self.transcript.0, &conversation.0, &event.0, &sender.0, &recipient.0, &content.0, bound],
        )
    }
}

/// What is left to take apart.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take<const N: usize>(&mut self) -> Result<&'a [u8; N], WrapError> {
        let (part, rest) = self.0.split_first_chunk().ok_or(WrapError::Malformed)?;
        self.0 = rest;
        Ok(part)
    }

    /// As many bytes as the two before them say.
    fn take_counted(&mut self) -> Result<&'a [u8], WrapError> {
        let length = u16::from_be_bytes(*self.take()?);
        let (part, rest) = self.0.split_at_checked(length.into()).ok_or(WrapError::Malformed)?;
        self.0 = rest;
        Ok(part)
    }
}

fn append_counted(to: &mut Vec<u8>, part: &[u8]) {
    to.extend_from_slice(&u16::try_from(part.len()).unwrap_or(u16::MAX).to_be_bytes());
    to.extend_from_slice(part);
}

fn derive_wrap_key(message_key: &MessageKey, salt: &[u8]) -> (Zeroizing<[u8; 32]>, [u8; 12]) {
    let keys = kdf::derive::<44>(salt, message_key.expose(), "segel/1 wrap key");
    let mut nonce = [0; 12];
    nonce.copy_from_slice(&keys[32..]);
    (Zeroizing::new(kdf::part(keys.as_slice(), 0)), nonce)
}
