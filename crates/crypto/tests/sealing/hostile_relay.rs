//! Three devices, and a relay that drops, delays, turns round, repeats, splices and alters what they say, hands out
//! one-time prekeys twice, and stops them at any moment. Whatever it does: what opens is genuine, and opens once.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use rand_chacha::ChaCha20Rng;
use rand_core::Rng;
use segel_crypto::content::{self, ContentContext, ContentHash, ContentKey};
use segel_crypto::handshake::{Context, HandshakeError, initiate, respond};
use segel_crypto::session::{Session, Wrap, WrapError};
use segel_wire::cbor;
use segel_wire::ids::EventId;
use segel_wire::limits::{SESSIONS, SKIPPED_CHAINS, SKIPPED_KEYS};

use crate::mirror::Mirror;
use crate::support::{CONTEXT, CONVERSATION, NOW, Party, Place, ROSTER, Sealed, message, seeded, state};

const SEEDS: u64 = 300;
const STEPS: usize = 60;
/// The visitor is the first device.
const DEVICES: usize = 3;

/// The same three at the start of every run.
static PARTIES: LazyLock<[Party; DEVICES]> = LazyLock::new(|| {
    let mut random = seeded(77);
    core::array::from_fn(|_| Party::stocked(&mut random))
});

/// A device as section 5.1 has it: at most four sessions with another, the active one first.
struct Device {
    party: Party,
    sessions: [Vec<Session>; DEVICES],
}

/// A genuine wrap under way.
struct Letter {
    from: usize,
    to: usize,
    sealed: Sealed,
    session: [u8; 8],
    is_delivered: bool,
    is_opened: bool,
}

/// Why something did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    Wrap(WrapError),
    Handshake(HandshakeError),
    NoSession,
}

#[derive(Default)]
struct Tally {
    opened: usize,
    refused: usize,
    forged: usize,
    kem_steps: usize,
    crossed: usize,
}

struct Run {
    random: ChaCha20Rng,
    devices: Vec<Device>,
    letters: Vec<Letter>,
    /// Sessions that a device gave up because it held four younger ones.
    evicted: BTreeSet<(usize, [u8; 8])>,
    now: u64,
    events: u128,
    trace: Vec<String>,
    tally: Tally,
}

fn context(one: usize, other: usize) -> Context<'static> {
    Context { scope: CONTEXT.scope.filter(|_| one == 0 || other == 0), ..CONTEXT }
}

impl Device {
    /// Everything that is stored.
    fn state(&self) -> Vec<u8> {
        let sessions = self.sessions.iter().flatten().flat_map(state);
        cbor::encode(&self.party.prekeys).into_iter().chain(sessions).collect()
    }

    fn restart(&mut self) {
        self.party.prekeys = cbor::decode(&cbor::encode(&self.party.prekeys)).unwrap();
        for session in self.sessions.iter_mut().flatten() {
            *session = cbor::decode(&state(session)).unwrap();
        }
    }
}

impl Run {
    fn new(seed: u64) -> Self {
        let device = |party: &Party| Device { party: party.clone(), sessions: Default::default() };
        Self {
            random: seeded(seed),
            devices: PARTIES.iter().map(device).collect(),
            letters: Vec::new(),
            evicted: BTreeSet::new(),
            now: NOW,
            events: 0,
            trace: Vec::new(),
            tally: Tally::default(),
        }
    }

    fn below(&mut self, end: usize) -> usize {
        self.random.next_u32() as usize % end
    }

    fn step(&mut self) {
        match self.below(20) {
            0..6 => self.send(),
            6..13 => self.deliver_any(),
            13 => self.repeat(),
            14 => self.splice(),
            15 => self.alter(),
            16 => self.lose(),
            17 => {
                let at = self.below(DEVICES);
                self.trace.push(format!("restart {at}"));
                self.devices[at].restart();
            }
            18 => {
                self.now += u64::from(self.random.next_u32() % (24 * 60 * 60));
                self.trace.push(format!("now {}", self.now - NOW));
            }
            _ => self.handshake_anew(),
        }
        self.assert_bounds();
    }

    /// A device seals an event to both others.
    fn send(&mut self) {
        let from = self.below(DEVICES);
        self.events += 1;
        let event = EventId(self.events.to_be_bytes());
        let others: Vec<_> = (0..DEVICES).filter(|at| *at != from).collect();
        let mut recipients: Vec<_> = others.iter().map(|at| self.devices[*at].party.id).collect();
        recipients.sort();
        let sender = self.devices[from].party.id;
        let bound_to = ContentContext {
            conversation: &CONVERSATION,
            event: &event,
            sender: &sender,
            recipients: &recipients,
        };
        let (content, key) = content::seal(&message("halo"), ROSTER, &bound_to, &mut self.random);
        for to in others {
            let place = Place {
                conversation: CONVERSATION,
                event,
                sender,
                recipient: self.devices[to].party.id,
                content: ContentHash::derive(&content),
            };
            self.seal(from, to, place, key.clone());
        }
    }

    fn seal(&mut self, from: usize, to: usize, place: Place, key: ContentKey) {
        let is_worn = |session: &Session| session.is_worn(self.now);
        if self.devices[from].sessions[to].first().is_none_or(is_worn) {
            self.initiate(from, to);
        }
        let session = &mut self.devices[from].sessions[to][0];
        let wrap = session.seal(&key, &place.context(), self.now, &mut self.random).unwrap();
        let session = session.alias();
        self.trace.push(format!("{from} seals {} to {to}", self.letters.len()));
        self.letters.push(Letter {
            from,
            to,
            sealed: Sealed { place, wrap, key },
            session,
            is_delivered: false,
            is_opened: false,
        });
    }

    /// The relay hands out whichever one-time prekey it likes, or none.
    fn initiate(&mut self, from: usize, to: usize) {
        let peer = &PARTIES[to];
        let bundle = match self.below(3) {
            0 => peer.bundle.clone(),
            _ => peer.bundle_with(self.below(4)),
        };
        let own = &self.devices[from].party.secrets;
        let context = context(from, to);
        let session = initiate(own, &bundle, ROSTER, &context, self.now, &mut self.random).unwrap();
        self.trace
            .push(format!("{from} initiates to {to} with {:?}", bundle.one_time.map(|prekey| prekey.id)));
        self.tally.crossed += usize::from(self.letters.iter().any(|letter| {
            (letter.from, letter.to, letter.is_delivered) == (to, from, false)
                && letter.sealed.init().is_some()
        }));
        self.keep(from, to, session);
    }

    fn keep(&mut self, at: usize, peer: usize, session: Session) {
        let sessions = &mut self.devices[at].sessions[peer];
        sessions.insert(0, session);
        let gone = sessions.split_off(sessions.len().min(SESSIONS));
        self.evicted.extend(gone.iter().map(|session| (at, session.alias())));
    }

    fn handshake_anew(&mut self) {
        let from = self.below(DEVICES);
        let to = (from + 1 + self.below(DEVICES - 1)) % DEVICES;
        self.initiate(from, to);
    }

    /// Delivers bytes in a place to a device, as section 4 and 5.1 say.
    fn receive(&mut self, from: usize, to: usize, place: &Place, wrap: &[u8]) -> Result<ContentKey, Refusal> {
        let wrap = Wrap::parse(wrap).map_err(Refusal::Wrap)?;
        let device = &mut self.devices[to];
        let sessions = &mut device.sessions[from];
        if let Some(at) = sessions.iter().position(|session| session.alias() == wrap.alias) {
            let stands = |session: &Session| Mirror::of(session).receiving.map(|held| held.chain.key);
            let before = (at > 0).then(|| stands(&sessions[at]));
            let key = sessions[at].open(&wrap, &place.context(), self.now).map_err(Refusal::Wrap)?;
            if before.is_some_and(|before| before != stands(&sessions[at])) {
                sessions[..=at].rotate_right(1);
            }
            return Ok(key);
        }
        let init = wrap.init.as_ref().ok_or(Refusal::NoSession)?;
        let Party { secrets, prekeys, .. } = &device.party;
        let response = respond(secrets, prekeys, init, &place.sender, &context(from, to), self.now)
            .map_err(Refusal::Handshake)?;
        let opened = response.open(&wrap, &place.context(), self.now);
        let (session, key, used) = opened.map_err(Refusal::Wrap)?;
        device.party.prekeys.use_up(used);
        self.keep(to, from, session);
        Ok(key)
    }

    fn deliver_any(&mut self) {
        let waiting: Vec<_> = (0..self.letters.len()).filter(|at| !self.letters[*at].is_delivered).collect();
        if !waiting.is_empty() {
            let at = waiting[self.below(waiting.len())];
            self.deliver(at);
        }
    }

    /// A genuine wrap comes in its place: it opens with its key, unless a limit of the text stands against it.
    fn deliver(&mut self, at: usize) {
        self.letters[at].is_delivered = true;
        let Letter { from, to, session, .. } = self.letters[at];
        let (place, wrap) = (self.letters[at].sealed.place, self.letters[at].sealed.wrap.clone());
        let before = self.devices[to].state();
        let answer = self.receive(from, to, &place, &wrap);
        self.trace.push(format!("{at} is delivered: {:?}", answer.as_ref().map(drop)));
        match answer {
            Ok(key) => {
                assert_eq!(cbor::encode(&key), cbor::encode(&self.letters[at].sealed.key));
                self.letters[at].is_opened = true;
                self.tally.opened += 1;
            }
            Err(refusal) => {
                assert!(self.devices[to].state() == before, "what did not open left a trace");
                let is_allowed = match refusal {
                    // Two initiators were handed the same one-time prekey.
                    Refusal::Handshake(HandshakeError::UnknownPrekey) => {
                        let used = self.letters[at].sealed.init().unwrap().one_time;
                        used.is_some()
                    }
                    // It gave the session up for four younger ones.
                    Refusal::NoSession | Refusal::Handshake(HandshakeError::Seen) => {
                        self.evicted.contains(&(to, session))
                    }
                    Refusal::Wrap(WrapError::NotAuthentic) => self.is_full_of_past(from, to, session),
                    _ => false,
                };
                assert!(is_allowed, "{refusal:?}");
                self.tally.refused += 1;
            }
        }
    }

    /// Whether the receiver keeps keys of as many past chains as it may, so that others had to go.
    fn is_full_of_past(&self, from: usize, to: usize, session: [u8; 8]) -> bool {
        let held = self.devices[to].sessions[from].iter().find(|held| held.alias() == session);
        held.is_some_and(|held| {
            let skipped = Mirror::of(held).skipped;
            skipped.iter().filter(|chain| !chain.is_current).count() == SKIPPED_CHAINS
        })
    }

    /// Something that nobody sealed for this place, or that was opened: it opens nothing and leaves no trace.
    fn assert_refused(&mut self, what: &str, (from, to): (usize, usize), place: &Place, wrap: &[u8]) {
        let before = self.devices[to].state();
        let answer = self.receive(from, to, place, wrap);
        self.trace.push(format!("{what} from {from} to {to}: {:?}", answer.as_ref().map(drop)));
        assert!(answer.is_err(), "{what}");
        assert!(self.devices[to].state() == before, "{what}");
        self.tally.forged += 1;
    }

    fn repeat(&mut self) {
        let opened: Vec<_> = (0..self.letters.len()).filter(|at| self.letters[*at].is_opened).collect();
        if opened.is_empty() {
            return;
        }
        let at = opened[self.below(opened.len())];
        let Letter { from, to, .. } = self.letters[at];
        let (place, wrap) = (self.letters[at].sealed.place, self.letters[at].sealed.wrap.clone());
        self.assert_refused(&format!("{at} again"), (from, to), &place, &wrap);
    }

    /// One letter's wrap in another's place; or to another device, or from another one.
    fn splice(&mut self) {
        if self.letters.len() < 2 {
            return;
        }
        let (one, other) = (self.below(self.letters.len()), self.below(self.letters.len()));
        if one == other {
            return;
        }
        let wrap = self.letters[one].sealed.wrap.clone();
        let (place, ends) = if self.below(2) == 0 {
            (self.letters[other].sealed.place, (self.letters[other].from, self.letters[other].to))
        } else {
            let Letter { from, to, .. } = self.letters[one];
            let (from, to) = if self.below(2) == 0 { (to, from) } else { (from, 3 - from - to) };
            let (sender, recipient) = (self.devices[from].party.id, self.devices[to].party.id);
            (Place { sender, recipient, ..self.letters[one].sealed.place }, (from, to))
        };
        self.assert_refused(&format!("{one} in place of {other}"), ends, &place, &wrap);
    }

    fn alter(&mut self) {
        if self.letters.is_empty() {
            return;
        }
        let at = self.below(self.letters.len());
        let mut wrap = self.letters[at].sealed.wrap.clone();
        let byte = self.below(wrap.len());
        wrap[byte] ^= 1 << self.below(8);
        let Letter { from, to, .. } = self.letters[at];
        let place = self.letters[at].sealed.place;
        self.assert_refused(&format!("{at} with byte {byte} altered"), (from, to), &place, &wrap);
    }

    fn lose(&mut self) {
        let waiting = self.letters.iter_mut().filter(|letter| !letter.is_delivered);
        if let Some(letter) = waiting.last() {
            letter.is_delivered = true;
            self.trace.push("one is lost".to_owned());
        }
    }

    fn assert_bounds(&self) {
        for device in &self.devices {
            for sessions in &device.sessions {
                assert!(sessions.len() <= SESSIONS);
                assert!(sessions.iter().all(|session| session.skipped().0 <= SKIPPED_KEYS));
            }
        }
    }

    /// The relay turns honest: new handshakes over the last-resort prekey, and all hear each other again.
    fn recover(&mut self) {
        for (from, to) in [(0, 1), (2, 0), (1, 2)] {
            let bundle = PARTIES[to].bundle.clone();
            let own = self.devices[from].party.secrets.clone();
            let session =
                initiate(&own, &bundle, ROSTER, &context(from, to), self.now, &mut self.random).unwrap();
            self.keep(from, to, session);
            for (from, to) in [(from, to), (to, from), (from, to)] {
                self.events += 1;
                let place = Place {
                    conversation: CONVERSATION,
                    event: EventId(self.events.to_be_bytes()),
                    sender: self.devices[from].party.id,
                    recipient: self.devices[to].party.id,
                    content: ContentHash([1; 32]),
                };
                let key = self.letters.first().map(|letter| letter.sealed.key.clone());
                let Some(key) = key else { return };
                self.seal(from, to, place, key);
                let (at, opened) = (self.letters.len() - 1, self.tally.opened);
                self.deliver(at);
                assert_eq!(
                    self.tally.opened,
                    opened + 1,
                    "after a handshake with an honest relay everything opens"
                );
            }
        }
    }
}

/// Prints what led to a failure.
impl Drop for Run {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("{}", self.trace.join("\n"));
        }
    }
}

#[test]
fn whatever_the_relay_does_nothing_forged_opens_and_nothing_genuine_opens_twice() {
    let mut total = Tally::default();
    for seed in 0..SEEDS {
        let mut run = Run::new(seed);
        run.trace.push(format!("seed {seed}"));
        for _ in 0..STEPS {
            run.step();
        }
        while run.letters.iter().any(|letter| !letter.is_delivered) {
            run.deliver_any();
        }
        run.recover();
        let sessions = run.devices.iter().flat_map(|device| device.sessions.iter().flatten());
        run.tally.kem_steps = sessions.filter(|session| Mirror::of(session).kem.answered.is_some()).count();
        let Tally { opened, refused, forged, kem_steps, crossed } = run.tally;
        total.opened += opened;
        total.refused += refused;
        total.forged += forged;
        total.kem_steps += kem_steps;
        total.crossed += crossed;
    }
    let Tally { opened, refused, forged, kem_steps, crossed } = total;
    assert!(opened > 50 * refused / 10, "{opened} opened, {refused} did not");
    assert!(forged > 1_000 && kem_steps > 100 && crossed > 100, "{forged} {kem_steps} {crossed}");
}
