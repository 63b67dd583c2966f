//! The world of the session machine: devices with their sessions, and a relay that keeps every wrap.

use std::collections::BTreeSet;

use rand_chacha::ChaCha20Rng;
use segel_crypto::content::{ContentHash, ContentKey};
use segel_crypto::handshake::{Context, Transcript, initiate};
use segel_crypto::session::{SealError, WrapError};
use segel_wire::ids::{ConversationId, EventId};
use segel_wire::{cbor, limits};

use super::device::{Device, Held, encode, party, scope};
use super::fixture::{CONVERSATION, NOW, Place, ROSTER, SITE, content_key, fixture, seeded};
use super::view::View;

/// A wrap as the relay keeps it.
struct Sent {
    from: usize,
    to: usize,
    place: Place,
    wrap: Vec<u8>,
    key: ContentKey,
    at: u64,
    session: Transcript,
    /// Which of the sender's chains in the session it stands in, from 1.
    chain: u32,
}

pub(super) struct World {
    devices: [Device; 3],
    aside: [Option<Device>; 3],
    /// Whether every state followed from the one before: nothing was set back, and nothing pruned early.
    is_orderly: bool,
    sent: Vec<Sent>,
    now: u64,
    random: ChaCha20Rng,
}

/// Wraps that a program may seal: enough to wear a session out and to skip too far.
const MOST_SENT: usize = 1_200;

impl World {
    pub(super) fn new() -> Self {
        let devices = fixture().parties.each_ref().map(|party| Device {
            prekeys: party.prekeys.clone(),
            sessions: Default::default(),
            opened: BTreeSet::new(),
        });
        let (aside, sent) = (Default::default(), Vec::new());
        Self { devices, aside, is_orderly: true, sent, now: NOW, random: seeded(11) }
    }

    /// Seals with the active session, or with a new one where there is none, or where it is worn.
    pub(super) fn say(&mut self, from: usize, to: usize, choice: u8) {
        if from == to || self.sent.len() >= MOST_SENT {
            return;
        }
        let active = self.devices[from].sessions[to].first();
        if active.is_none_or(|held| held.session.is_worn(self.now) && choice & 8 > 0) {
            self.shake_hands(from, to, choice);
        }
        let place = self.place(from, to);
        let Some(held) = self.devices[from].sessions[to].first_mut() else { return };
        let key = content_key(&mut self.random);
        let before = held.session.is_spent(self.now).then(|| cbor::encode(&held.session));
        match held.session.seal(&key, &place.context(), self.now, &mut self.random) {
            Ok(wrap) => {
                assert!(before.is_none() && wrap.len() <= limits::WRAP_BYTES);
                if held.is_moved || self.sent.len().is_multiple_of(16) {
                    held.look();
                }
                let (session, chain, at) = (held.session.transcript(), held.began, self.now);
                self.sent.push(Sent { from, to, place, wrap, key, at, session, chain });
            }
            Err(SealError::Spent) => {
                let before = before.expect("a session that is not spent seals");
                assert!(cbor::encode(&held.session) == before, "a failure changed the session");
            }
            Err(SealError::Elsewhere) => panic!("the session is between these two"),
        }
    }

    /// Starts a session. The relay hands out which one-time prekey it likes, the same one again, or none.
    pub(super) fn shake_hands(&mut self, from: usize, to: usize, choice: u8) {
        if from == to {
            return;
        }
        let (own, peer) = (party(from), party(to));
        let bundle = peer.bundle(Some(usize::from(choice & 7)));
        let root = fixture().root();
        let context = Context { root: &root, site: &SITE, scope: scope(from, to) };
        let session = initiate(&own.secrets, &bundle, ROSTER, &context, self.now, &mut self.random).unwrap();
        self.devices[from].keep(to, Held::new(session, 0));
    }

    /// Seals many wraps, of which nothing is delivered yet.
    pub(super) fn burst(&mut self, from: usize, to: usize, count: u8) {
        (0..count).for_each(|_| self.say(from, to, count));
    }

    /// Delivers the newest wrap but some.
    pub(super) fn deliver_latest(&mut self, back: usize) {
        let back = back % 4;
        if let Some(number) = self.sent.len().checked_sub(back + 1) {
            self.deliver(number);
        }
    }

    /// Delivers everything from one to the other, in order or backwards.
    pub(super) fn deliver_all(&mut self, from: usize, to: usize, backwards: bool) {
        let numbers = (0..self.sent.len()).filter(|number| {
            let sent = &self.sent[*number];
            (sent.from, sent.to) == (from, to) && !self.devices[to].opened.contains(number)
        });
        let mut numbers: Vec<_> = numbers.collect();
        if backwards {
            numbers.reverse();
        }
        for number in numbers {
            self.deliver(number);
        }
        self.check(to);
    }

    /// Delivers a wrap as it was sent, for the first time or again.
    pub(super) fn deliver(&mut self, number: usize) {
        if self.sent.is_empty() {
            return;
        }
        let number = number % self.sent.len();
        let sent = &self.sent[number];
        let (wrap, place, from, to) = (sent.wrap.clone(), sent.place, sent.from, sent.to);
        let must_open = self.must_open(number);
        let opened = self.arrive(from, to, &place, &wrap);
        assert!(opened || !must_open, "a genuine wrap does not open");
    }

    /// One bit of a wrap flips on its way.
    pub(super) fn flip(&mut self, number: usize, bit: u8) {
        self.alter(number, |wrap| {
            let place = (usize::from(bit) * wrap.len()) >> 8;
            wrap[place] ^= 1 << (bit % 8);
        });
    }

    /// A wrap loses or gains bytes at its end.
    pub(super) fn resize(&mut self, number: usize, by: u8) {
        self.alter(number, |wrap| {
            let by = usize::from(by);
            let length = if by < 128 { wrap.len().saturating_sub(by + 1) } else { wrap.len() + by - 127 };
            wrap.resize(length, 0);
        });
    }

    /// The head of one wrap with the tail of another.
    pub(super) fn splice(&mut self, number: usize, other: usize) {
        if self.sent.is_empty() {
            return;
        }
        let tail = self.sent[other % self.sent.len()].wrap.clone();
        self.alter(number, |wrap| {
            let cut = wrap.len().min(tail.len()).saturating_sub(48);
            wrap.truncate(cut);
            wrap.extend_from_slice(&tail[cut..]);
        });
    }

    /// A genuine wrap as that of another event, conversation, content, sender or recipient.
    pub(super) fn misplace(&mut self, number: usize, choice: u8) {
        if self.sent.is_empty() {
            return;
        }
        let sent = &self.sent[number % self.sent.len()];
        let (wrap, mut place, mut from, mut to) = (sent.wrap.clone(), sent.place, sent.from, sent.to);
        match choice % 5 {
            0 => place.event.0[0] ^= 1,
            1 => place.conversation = ConversationId([0xcc; 16]),
            2 => place.content.0[31] ^= 0x80,
            3 => from = (from + 1) % 3,
            _ => to = (to + 1) % 3,
        }
        if from != to {
            (place.sender, place.recipient) = (party(from).id, party(to).id);
            self.arrive(from, to, &place, &wrap);
        }
    }

    /// A device starts anew from what it stored.
    pub(super) fn restart(&mut self, number: usize) {
        let device = &mut self.devices[number];
        let stored = cbor::encode(&device.prekeys);
        device.prekeys = cbor::decode(&stored).unwrap();
        for held in device.sessions.iter_mut().flatten() {
            let stored = cbor::encode(&held.session);
            held.session = cbor::decode(&stored).unwrap();
            assert_eq!(cbor::encode(&held.session), stored);
        }
    }

    pub(super) fn pass_time(&mut self, choice: u8) {
        const HOUR: u64 = 60 * 60;
        self.now += [1, 60, HOUR, 12 * HOUR, 25 * HOUR, 4 * 24 * HOUR][usize::from(choice % 6)];
        // Bundles here are those of the first day.
        self.now = self.now.min(NOW + limits::PREKEY_EXPIRE_SECONDS - 1);
    }

    /// Prekeys are rotated, skipped keys pruned.
    pub(super) fn keep_house(&mut self, number: usize, choice: u8) {
        let device = &mut self.devices[number];
        let most = if choice < 128 { limits::SKIPPED_KEYS } else { usize::from(choice) };
        self.is_orderly &= choice < 128;
        device.prekeys.rotate(self.now, &mut self.random);
        device.prekeys.restock(choice.into(), 0, 4, self.now, &mut self.random);
        for held in device.sessions.iter_mut().flatten() {
            held.session.prune(self.now, most);
            let (count, oldest) = held.session.skipped();
            assert!(count <= most);
            assert!(oldest.is_none_or(|at| self.now < at + limits::SKIPPED_SECONDS));
        }
        self.check(number);
    }

    /// A copy of a device's state is made.
    pub(super) fn set_aside(&mut self, number: usize) {
        self.aside[number] = Some(self.devices[number].clone());
    }

    /// A device is set back to the copy.
    pub(super) fn set_back(&mut self, number: usize) {
        if let Some(device) = self.aside[number].clone() {
            self.is_orderly = false;
            self.devices[number] = device;
        }
    }

    pub(super) fn check_all(&self) {
        (0..3).for_each(|number| self.check(number));
    }

    pub(super) fn check(&self, number: usize) {
        let device = &self.devices[number];
        assert!(cbor::encode(&device.prekeys).len() <= 256 * 1_024);
        device.sessions.iter().flatten().for_each(|held| View::check(&held.session, self.now));
        assert!(device.sessions.iter().all(|sessions| sessions.len() <= limits::SESSIONS));
    }

    fn alter(&mut self, number: usize, change: impl FnOnce(&mut Vec<u8>)) {
        if self.sent.is_empty() {
            return;
        }
        let sent = &self.sent[number % self.sent.len()];
        let (mut wrap, place, from, to) = (sent.wrap.clone(), sent.place, sent.from, sent.to);
        change(&mut wrap);
        self.arrive(from, to, &place, &wrap);
    }

    /// Whether nothing excuses that a wrap stays closed.
    fn must_open(&self, number: usize) -> bool {
        let sent = &self.sent[number];
        let device = &self.devices[sent.to];
        let held = device.sessions[sent.from].iter().find(|held| held.session.transcript() == sent.session);
        let Some(held) = held else { return false };
        let chains_of_sender = held.heard.saturating_sub(sent.chain);
        let of_session = self.sent.iter().filter(|other| other.session == sent.session).count();
        self.is_orderly
            && !device.opened.contains(&number)
            && self.now < sent.at + limits::SKIPPED_SECONDS
            && u32::try_from(of_session).is_ok_and(|count| count <= limits::SKIP)
            && chains_of_sender as usize <= limits::SKIPPED_CHAINS
    }

    /// Something arrives at a device, which opens it or not. Only what was sent opens, as it was sent and once.
    fn arrive(&mut self, from: usize, to: usize, place: &Place, bytes: &[u8]) -> bool {
        let before = (self.devices[to].prekeys.clone(), self.devices[to].sessions.clone());
        let opened = self.devices[to].open((from, to), place, bytes, self.now);
        let Ok(key) = opened else {
            let before = encode(&before.0, &before.1);
            let after = encode(&self.devices[to].prekeys, &self.devices[to].sessions);
            assert!(before == after, "a failure changed the state");
            if self.is_orderly {
                let excused = [WrapError::KemRefused, WrapError::WeakKey];
                assert!(!opened.is_err_and(|error| error.is_some_and(|error| excused.contains(&error))));
            }
            return false;
        };
        let is_it =
            |sent: &Sent| (sent.from, sent.to, sent.place) == (from, to, *place) && sent.wrap == bytes;
        let number = self.sent.iter().position(is_it).expect("nobody sent what opened");
        assert_eq!(cbor::encode(&key), cbor::encode(&self.sent[number].key), "another key came out");
        assert!(self.devices[to].opened.insert(number), "a wrap opened twice");
        true
    }

    fn place(&self, from: usize, to: usize) -> Place {
        let mut event = [0; 16];
        event[..8].copy_from_slice(&(self.sent.len() as u64).to_be_bytes());
        Place {
            conversation: CONVERSATION,
            event: EventId(event),
            sender: party(from).id,
            recipient: party(to).id,
            content: ContentHash([event[7]; 32]),
        }
    }
}
