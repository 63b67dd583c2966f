//! A session between two devices: a double ratchet with encrypted headers and a KEM step.
//! PROTOCOL.md, sections 5.1 to 5.4; after the Double Ratchet (Signal, revision 4).

mod chain;
mod header;
mod kem;
mod skipped;
mod wrap;

use rand_core::CryptoRng;
use segel_wire::cbor_array;
use segel_wire::ids::{ConversationId, DeviceId, KemCiphertext, PrekeyKey};
use segel_wire::limits;

pub(crate) use chain::{HeaderKey, RootChainKey};
pub use wrap::{Wrap, WrapContext, WrapError};

use self::chain::{Chain, MessageKey, Step};
use self::header::Header;
use self::kem::KemState;
use self::skipped::{Skipped, SkippedKey};
use self::wrap::{Place, SALT};
use crate::content::ContentKey;
use crate::handshake::{Init, Transcript};
use crate::prekeys::PrekeySecret;
use crate::secret::Secret;
use segel_hazmat::curve;

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
    /// Repeated in each wrap until the responder was heard.
    init: Option<Init>,
    root: RootChainKey,
    own: Option<PrekeySecret>,
    peer: Option<PrekeyKey>,
    sending: Option<Sending>,
    receiving: Option<Receiving>,
    next_sending: HeaderKey,
    next_receiving: HeaderKey,
    /// Wraps of the sending chain before this one.
    previous: u32,
    skipped: Skipped,
    kem: KemState,
}

cbor_array!(Session {
    transcript,
    parties,
    alias,
    init,
    root,
    own,
    peer,
    sending,
    receiving,
    next_sending,
    next_receiving,
    previous,
    skipped,
    kem
});

/// The chain that seals.
#[derive(Debug, Clone)]
struct Sending {
    chain: Chain,
    header: HeaderKey,
    /// Public half of the own ratchet key: computing it for each wrap would cost more than all the rest.
    public: PrekeyKey,
    /// Repeated in every header of the chain that began with it.
    answer: Option<KemCiphertext>,
}

cbor_array!(Sending { chain, header, public, answer });

/// The chain that opens.
#[derive(Debug, Clone)]
struct Receiving {
    chain: Chain,
    header: HeaderKey,
}

cbor_array!(Receiving { chain, header });

/// What a handshake hands over.
pub(crate) struct Beginning {
    pub(crate) transcript: Transcript,
    pub(crate) parties: Parties,
    pub(crate) alias: [u8; 8],
    pub(crate) root: RootChainKey,
    /// The responder's first ratchet key: its signed prekey.
    pub(crate) own: Option<PrekeySecret>,
    /// What the initiator ratchets against first: the same prekey's public half.
    pub(crate) peer: Option<PrekeyKey>,
    pub(crate) sending: HeaderKey,
    pub(crate) receiving: HeaderKey,
    pub(crate) init: Option<Init>,
    pub(crate) now: u64,
}

/// Why a session does not seal. Nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The context names other devices or another conversation than the session's.
    #[error("the session is not between these devices")]
    Elsewhere,
    /// No KEM secret has entered for too long: a new handshake is needed.
    #[error("the session is worn out and needs a new handshake")]
    Spent,
}

/// Which of the held header keys opened a header.
enum Chosen {
    Current,
    Next,
    /// By its place among the past chains.
    Past(usize),
}

/// What an opened wrap changes.
struct Moved {
    receiving: Receiving,
    /// Skipped in the chain before, if a new one begins, and in the one that the wrap stands in.
    skipped: [Vec<SkippedKey>; 2],
    turn: Option<Turn>,
}

/// What a new chain of the peer changes.
struct Turn {
    root: RootChainKey,
    next_receiving: HeaderKey,
    peer: PrekeyKey,
}

impl Session {
    pub(crate) fn new(beginning: Beginning) -> Self {
        Self {
            transcript: beginning.transcript,
            parties: beginning.parties,
            alias: beginning.alias,
            init: beginning.init,
            root: beginning.root,
            own: beginning.own,
            peer: beginning.peer,
            sending: None,
            receiving: None,
            next_sending: beginning.sending,
            next_receiving: beginning.receiving,
            previous: 0,
            skipped: Skipped::default(),
            kem: KemState::new(beginning.now),
        }
    }

    /// The handshake's transcript hash.
    pub fn transcript(&self) -> Transcript {
        self.transcript
    }

    /// What a wrap's header names the session by.
    pub fn alias(&self) -> [u8; 8] {
        self.alias
    }

    /// Whether the other side is known to have it: it began it, or something that it sealed through it opened.
    pub fn is_heard(&self) -> bool {
        self.init.is_none()
    }

    /// Whether it is time for a new handshake, at `now` (Unix seconds).
    pub fn is_worn(&self, now: u64) -> bool {
        self.kem.is_worn(now)
    }

    /// Whether it seals no more, at `now` (Unix seconds).
    pub fn is_spent(&self, now: u64) -> bool {
        self.kem.is_spent(now)
    }

    /// How far the peer was heard: its ratchet key, and how many of that chain's message keys were passed.
    /// It differs after a wrap that moved a chain forward, and only then.
    pub fn received(&self) -> (Option<PrekeyKey>, u32) {
        (self.peer, self.receiving.as_ref().map_or(0, |receiving| receiving.chain.next))
    }

    /// Skipped keys that are kept, and when the oldest was skipped (Unix seconds).
    pub fn skipped(&self) -> (usize, Option<u64>) {
        (self.skipped.count(), self.skipped.oldest())
    }

    /// Keeps at most `most` skipped keys, none older than seven days at `now` (Unix seconds).
    pub fn prune(&mut self, now: u64, most: usize) {
        self.skipped.prune(now, most);
    }

    /// Seals a content key to the other side and steps the sending chain. The context must name the
    /// session's own two devices and, if it has one, its conversation; `now` in Unix seconds.
    pub fn seal(
        &mut self,
        key: &ContentKey,
        context: &WrapContext<'_>,
        now: u64,
        random: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, SealError> {
        if !self.parties.allow(self.parties.own, self.parties.peer, context) {
            return Err(SealError::Elsewhere);
        }
        if self.kem.is_spent(now) {
            return Err(SealError::Spent);
        }
        let mut sending = match self.sending.take() {
            Some(sending) => sending,
            None => self.begin_chain(now, random).ok_or(SealError::Spent)?,
        };
        let n = sending.chain.next;
        let Some(message_key) = sending.chain.step() else {
            self.sending = Some(sending);
            return Err(SealError::Spent);
        };
        self.kem.offer_if_due(self.init.is_none(), now, random);
        let mut salt = [0; SALT];
        random.fill_bytes(&mut salt);
        let place = Place { transcript: &self.transcript, context };
        let header = Header {
            key: sending.public,
            previous: self.previous,
            n,
            offer: self.kem.offered(),
            answer: sending.answer.clone(),
        };
        let prefix = wrap::write_prefix(self.alias, &salt, self.init.as_ref());
        let header = header.seal(&sending.header, &salt, &place, &prefix);
        let wrap = wrap::finish(prefix, &header, (&message_key, &salt), &place, key);
        self.sending = Some(sending);
        self.kem.count();
        Ok(wrap)
    }

    /// Opens a wrap at `now` (Unix seconds). The session moves only if it is authentic.
    pub fn open(
        &mut self,
        wrap: &Wrap<'_>,
        context: &WrapContext<'_>,
        now: u64,
    ) -> Result<ContentKey, WrapError> {
        let is_ours = wrap.alias == self.alias;
        if !is_ours || !self.parties.allow(self.parties.peer, self.parties.own, context) {
            return Err(WrapError::NotAuthentic);
        }
        let place = Place { transcript: &self.transcript, context };
        let (chosen, header) = self.open_header(wrap, &place)?;
        let mut kem = self.kem.clone();
        let (key, late, moved) = if let Some(message_key) = self.late_key(&chosen, &header, now)? {
            if !matches!(chosen, Chosen::Past(_)) {
                kem.hear_offer(&header)?;
            }
            (wrap.open_key(message_key, &place)?, true, None)
        } else {
            let (message_key, moved) = self.advance(&chosen, &header, &mut kem, now)?;
            (wrap.open_key(&message_key, &place)?, false, Some(moved))
        };
        kem.count();
        self.kem = kem;
        self.init = None;
        if late {
            self.skipped.use_up(if let Chosen::Past(place) = chosen { Some(place) } else { None }, header.n);
        }
        if let Some(moved) = moved {
            self.adopt(moved);
        }
        self.skipped.prune(now, limits::SKIPPED_KEYS);
        Ok(key)
    }

    /// Begins a sending chain with a fresh ratchet key.
    fn begin_chain(&mut self, now: u64, random: &mut impl CryptoRng) -> Option<Sending> {
        let own = PrekeySecret::make(random);
        // A key of small order was refused when it came.
        let shared = curve::agree(own.expose(), &self.peer.as_ref()?.0).ok()?;
        let (answer, secret) = self.kem.answer(now, random).unzip();
        let Step { root, chain, next_header } = self.root.step(&shared, secret.as_ref());
        let header = core::mem::replace(&mut self.next_sending, next_header);
        let public = own.derive_public();
        self.root = root;
        self.own = Some(own);
        Some(Sending { chain, header, public, answer })
    }

    /// Tries the held header keys: the current chain's, the next one's, those of past chains.
    fn open_header(&self, wrap: &Wrap<'_>, place: &Place<'_>) -> Result<(Chosen, Header), WrapError> {
        let current = self.receiving.iter().map(|receiving| (Chosen::Current, &receiving.header));
        let past = self.skipped.past().enumerate();
        let past = past.map(|(place, chain)| (Chosen::Past(place), &chain.header));
        let trials = current.chain([(Chosen::Next, &self.next_receiving)]).chain(past);
        let bound = place.state("segel/1 header", wrap.prefix);
        for (chosen, key) in trials {
            if let Ok(header) = Header::open(wrap, key, &bound) {
                return header.map(|header| (chosen, header)).ok_or(WrapError::Malformed);
            }
        }
        Err(WrapError::NotAuthentic)
    }

    /// If the wrap stands where its chain has been already: its skipped key, or *stale* if that is gone.
    fn late_key(&self, chosen: &Chosen, header: &Header, now: u64) -> Result<Option<&MessageKey>, WrapError> {
        let n = header.n;
        let key = match (chosen, &self.receiving) {
            // Two copies of the peer's state may begin a chain each under one header key: this is the other one.
            (Chosen::Current, _) if self.peer != Some(header.key) => None,
            (Chosen::Current, Some(receiving)) if n < receiving.chain.next => self.skipped.current(n, now),
            (Chosen::Current | Chosen::Next, _) => return Ok(None),
            (Chosen::Past(place), _) => self.skipped.past().nth(*place).and_then(|chain| chain.key(n, now)),
        };
        key.map(Some).ok_or(WrapError::Stale)
    }

    /// The key of a wrap that moves the receiving side on, and how.
    fn advance(
        &self,
        chosen: &Chosen,
        header: &Header,
        kem: &mut KemState,
        now: u64,
    ) -> Result<(MessageKey, Moved), WrapError> {
        let current = self.receiving.clone();
        if let (Chosen::Current, Some(mut receiving)) = (chosen, current.clone()) {
            let skipped = skip(&mut receiving.chain, header.n, now)?;
            kem.hear_offer(header)?;
            let key = receiving.chain.step().ok_or(WrapError::TooFarAhead)?;
            return Ok((key, Moved { receiving, skipped: [Vec::new(), skipped], turn: None }));
        }
        let before = match current {
            Some(mut receiving) => skip(&mut receiving.chain, header.previous, now)?,
            None => Vec::new(),
        };
        if header.n > limits::SKIP {
            return Err(WrapError::TooFarAhead);
        }
        let secret = kem.hear_answer(header, now)?;
        kem.hear_offer(header)?;
        let own = self.own.as_ref().ok_or(WrapError::NotAuthentic)?;
        let shared = curve::agree(own.expose(), &header.key.0).map_err(|_| WrapError::WeakKey)?;
        let Step { root, mut chain, next_header } = self.root.step(&shared, secret.as_ref());
        let skipped = skip(&mut chain, header.n, now)?;
        let key = chain.step().ok_or(WrapError::TooFarAhead)?;
        let turn = Some(Turn { root, next_receiving: next_header, peer: header.key });
        let receiving = Receiving { chain, header: self.next_receiving.clone() };
        Ok((key, Moved { receiving, skipped: [before, skipped], turn }))
    }

    fn adopt(&mut self, moved: Moved) {
        let [before, skipped] = moved.skipped;
        if let Some(turn) = moved.turn {
            if let Some(receiving) = &self.receiving {
                self.skipped.add(&receiving.header, before);
            }
            self.skipped.turn();
            self.root = turn.root;
            self.next_receiving = turn.next_receiving;
            self.peer = Some(turn.peer);
            if let Some(sending) = self.sending.take() {
                self.previous = sending.chain.next;
            }
        }
        self.skipped.add(&moved.receiving.header, skipped);
        self.receiving = Some(moved.receiving);
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

/// Steps a chain up to `n` and keeps what is passed over.
fn skip(chain: &mut Chain, n: u32, now: u64) -> Result<Vec<SkippedKey>, WrapError> {
    if n.saturating_sub(chain.next) > limits::SKIP {
        return Err(WrapError::TooFarAhead);
    }
    let mut skipped = Vec::new();
    while chain.next < n {
        let at = chain.next;
        let key = chain.step().ok_or(WrapError::TooFarAhead)?;
        skipped.push(SkippedKey { n: at, key, at: now });
    }
    Ok(skipped)
}
