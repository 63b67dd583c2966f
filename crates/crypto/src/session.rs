//! A session between two devices: forward-secure chains, and the wraps sealed by them.
//! PROTOCOL.md, sections 5.1 and 5.4.

use rand_core::CryptoRng;
use segel_wire::cbor;
use segel_wire::cbor_array;
use segel_wire::ids::{ConversationId, DeviceId, EventId};
use segel_wire::limits;
use segel_wire::signed::statement;
use zeroize::Zeroizing;

use crate::content::{ContentHash, ContentKey};
use crate::handshake::{Init, SUITE, Transcript};
use crate::hazmat::{aead, kdf};
use crate::secret::{Secret, secrets};

secrets! {
    /// The key that a chain stands at.
    ChainKey;
    /// The key of one wrap.
    MessageKey;
}

/// One direction: a key that steps forward and cannot step back.
#[derive(Debug, Clone)]
pub struct Chain {
    key: ChainKey,
    next: u32,
}

cbor_array!(Chain { key, next });

/// A message key that was skipped over.
#[derive(Debug, Clone)]
struct Skipped {
    n: u32,
    key: MessageKey,
}

cbor_array!(Skipped { n, key });

/// Whom a session is between. The peer chooses what it writes into a wrap's associated data, so the
/// session itself must hold that it speaks for this peer only.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parties {
    pub(crate) own: DeviceId,
    pub(crate) peer: DeviceId,
    pub(crate) scope: Option<ConversationId>,
}

cbor_array!(Parties { own, peer, scope });

/// A session with one device.
#[derive(Debug, Clone)]
pub struct Session {
    transcript: Transcript,
    parties: Parties,
    alias: [u8; 8],
    sending: Chain,
    receiving: Chain,
    skipped: Vec<Skipped>,
    /// Repeated in each wrap until the responder was heard.
    init: Option<Init>,
}

cbor_array!(Session { transcript, parties, alias, sending, receiving, skipped, init });

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
    n: u32,
    salt: &'a [u8],
    header: &'a [u8],
    sealed: &'a [u8],
}

/// Why a wrap did not open. Nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrapError {
    /// Not the documented shape.
    #[error("malformed wrap")]
    Malformed,
    /// Its message key was used before, or deleted.
    #[error("this wrap's key was used before")]
    Used,
    /// It would skip more keys than allowed.
    #[error("the wrap is too far ahead")]
    TooFarAhead,
    /// Altered, spliced, or sealed for something else.
    #[error("the wrap was altered or belongs elsewhere")]
    NotAuthentic,
}

impl Chain {
    pub(crate) fn new(key: [u8; 32]) -> Self {
        Self { key: ChainKey::from_bytes(key), next: 0 }
    }

    fn step(&mut self) -> Option<(u32, MessageKey)> {
        let n = self.next;
        let key = MessageKey::from_bytes(kdf::mac(self.key.expose(), &[1]));
        self.next = n.checked_add(1)?;
        self.key = ChainKey::from_bytes(kdf::mac(self.key.expose(), &[2]));
        Some((n, key))
    }
}

impl Parties {
    /// Whether what `from` seals to `to` in `conversation` may go through this session.
    fn allow(&self, from: DeviceId, to: DeviceId, context: &WrapContext<'_>) -> bool {
        *context.sender == from
            && *context.recipient == to
            && self.scope.is_none_or(|scope| scope == *context.conversation)
    }
}

impl Session {
    pub(crate) fn new(
        transcript: Transcript,
        parties: Parties,
        (alias, sending, receiving): ([u8; 8], Chain, Chain),
        init: Option<Init>,
    ) -> Self {
        Self { transcript, parties, alias, sending, receiving, skipped: Vec::new(), init }
    }

    /// The handshake's transcript hash.
    pub fn transcript(&self) -> Transcript {
        self.transcript
    }

    /// What a wrap's header names the session by.
    pub fn alias(&self) -> [u8; 8] {
        self.alias
    }

    /// Seals a content key to the other side and steps the sending chain. The context must name the
    /// session's own two devices and, if it has one, its conversation.
    pub fn seal(
        &mut self,
        key: &ContentKey,
        context: &WrapContext<'_>,
        random: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, WrapError> {
        if !self.parties.allow(self.parties.own, self.parties.peer, context) {
            return Err(WrapError::NotAuthentic);
        }
        let (n, message_key) = self.sending.step().ok_or(WrapError::TooFarAhead)?;
        let mut salt = [0; 16];
        random.fill_bytes(&mut salt);
        let mut wrap = vec![1, SUITE, u8::from(self.init.is_some())];
        wrap.extend_from_slice(&self.alias);
        wrap.extend_from_slice(&n.to_be_bytes());
        wrap.extend_from_slice(&salt);
        if let Some(init) = &self.init {
            let init = cbor::encode(init);
            wrap.extend_from_slice(&u16::try_from(init.len()).unwrap_or(u16::MAX).to_be_bytes());
            wrap.extend_from_slice(&init);
        }
        let (aead_key, nonce) = derive_wrap_key(&message_key, &salt);
        let sealed = aead::seal(&aead_key, &nonce, &self.associated_data(context, &wrap), key.expose());
        wrap.extend_from_slice(&sealed);
        Ok(wrap)
    }

    /// Opens a wrap. The session steps only if it is authentic.
    pub fn open(&mut self, wrap: &Wrap<'_>, context: &WrapContext<'_>) -> Result<ContentKey, WrapError> {
        if !self.parties.allow(self.parties.peer, self.parties.own, context) {
            return Err(WrapError::NotAuthentic);
        }
        let mut next = self.clone();
        let message_key = next.message_key(wrap.n)?;
        let (aead_key, nonce) = derive_wrap_key(&message_key, wrap.salt);
        let associated_data = self.associated_data(context, wrap.header);
        let opened = aead::open(&aead_key, &nonce, &associated_data, wrap.sealed).map(Zeroizing::new);
        let opened = opened.map_err(|_| WrapError::NotAuthentic)?;
        let key = opened.as_slice().try_into().map_err(|_| WrapError::Malformed)?;
        next.init = None;
        *self = next;
        Ok(ContentKey::from_bytes(key))
    }

    fn message_key(&mut self, n: u32) -> Result<MessageKey, WrapError> {
        if n < self.receiving.next {
            let place = self.skipped.iter().position(|skipped| skipped.n == n).ok_or(WrapError::Used)?;
            return Ok(self.skipped.remove(place).key);
        }
        if n - self.receiving.next > limits::SKIP {
            return Err(WrapError::TooFarAhead);
        }
        loop {
            let (at, key) = self.receiving.step().ok_or(WrapError::TooFarAhead)?;
            if at == n {
                let surplus = self.skipped.len().saturating_sub(limits::SKIPPED_KEYS);
                self.skipped.drain(..surplus);
                return Ok(key);
            }
            self.skipped.push(Skipped { n: at, key });
        }
    }

    fn associated_data(&self, context: &WrapContext<'_>, header: &[u8]) -> Vec<u8> {
        let WrapContext { conversation, event, sender, recipient, content } = context;
        statement(
            "segel/1 wrap",
            &[&self.transcript.0, &conversation.0, &event.0, &sender.0, &recipient.0, &content.0, header],
        )
    }
}

impl<'a> Wrap<'a> {
    /// Takes a wrap apart.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WrapError> {
        if bytes.len() > limits::WRAP_BYTES {
            return Err(WrapError::Malformed);
        }
        let mut rest = bytes;
        let mut take = |count: usize| {
            let (part, after) = rest.split_at_checked(count).ok_or(WrapError::Malformed)?;
            rest = after;
            Ok(part)
        };
        let fixed = take(3)?;
        let alias = take(8)?.try_into().map_err(|_| WrapError::Malformed)?;
        let n = u32::from_be_bytes(take(4)?.try_into().map_err(|_| WrapError::Malformed)?);
        let salt = take(16)?;
        let init = match fixed {
            [1, SUITE, 0] => None,
            [1, SUITE, 1] => {
                let length = u16::from_be_bytes(take(2)?.try_into().map_err(|_| WrapError::Malformed)?);
                Some(cbor::decode(take(usize::from(length))?).map_err(|_| WrapError::Malformed)?)
            }
            _ => return Err(WrapError::Malformed),
        };
        let sealed = rest;
        if sealed.len() != 32 + aead::TAG {
            return Err(WrapError::Malformed);
        }
        let header = &bytes[..bytes.len() - sealed.len()];
        Ok(Self { alias, init, n, salt, header, sealed })
    }
}

fn derive_wrap_key(message_key: &MessageKey, salt: &[u8]) -> (Zeroizing<[u8; 32]>, [u8; 12]) {
    let keys = kdf::derive::<44>(salt, message_key.expose(), "segel/1 wrap key");
    let (mut key, mut nonce) = (Zeroizing::new([0; 32]), [0; 12]);
    key.copy_from_slice(&keys[..32]);
    nonce.copy_from_slice(&keys[32..]);
    (key, nonce)
}
