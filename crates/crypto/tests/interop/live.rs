//! A thousand messages between the two implementations: lost, late, twice, altered; over restarts, days, KEM steps and
//! handshakes of both. Every one that is delivered opens once, to what was said.

use std::collections::{BTreeMap, BTreeSet};

use segel_wire::ids::EventId;

use crate::device::{Local, said};
use crate::exchange::Delivered;
use crate::mail::{Chance, Mail};
use crate::remote::Remote;

const START: u64 = 1_800_000_000;
const MESSAGES: u64 = 1_000;
/// Until then no day passes and nobody shakes hands: KEM steps are due by the count of wraps alone.
const CALM: u64 = 400;
const HOUR: u64 = 60 * 60;

/// Places of the two in what is kept for each.
const LOCAL: usize = 0;
const REMOTE: usize = 1;

struct Letter {
    event: Delivered,
    text: String,
}

/// What was seen, for who sealed or refused it.
#[derive(Default)]
struct Seen {
    sealed: u64,
    opened: u64,
    lost: u64,
    handshakes: [u32; 2],
    offers: u32,
    /// In the calm, and after it.
    answers: [u32; 2],
    /// Chains that the other opened or that answer one of the other's.
    chains: BTreeSet<([u8; 32], Option<[u8; 32]>)>,
    stale: u32,
    /// Codes of replays long after.
    old: BTreeMap<String, u32>,
}

struct World {
    chance: Chance,
    now: u64,
    local: Local,
    remote: Remote,
    /// On the way to each.
    mail: [Mail<Letter>; 2],
    archive: [Vec<Letter>; 2],
    seen: [Seen; 2],
}

impl World {
    fn new() -> Self {
        let local = Local::new(Chance::of(1));
        let remote = Remote::new("a thousand messages", START);
        let mut world = Self {
            chance: Chance::of(2),
            now: START,
            local,
            remote,
            mail: [Mail::new(), Mail::new()],
            archive: [Vec::new(), Vec::new()],
            seen: [Seen::default(), Seen::default()],
        };
        world.upload();
        world
    }

    fn upload(&mut self) {
        self.local.upload(self.now);
        self.remote.upload(self.now);
    }

    fn sealed(&self) -> u64 {
        self.seen.iter().map(|seen| seen.sealed).sum()
    }

    fn is_calm(&self) -> bool {
        self.sealed() < CALM
    }

    fn pass_time(&mut self) {
        let is_next_day = !self.is_calm() && self.chance.once_in(25);
        self.now += if is_next_day { 22 * HOUR + self.chance.below(14_400) as u64 } else { 3 };
        self.remote.set_clock(self.now);
        if is_next_day {
            self.upload();
        }
        if self.chance.once_in(30) {
            self.local.restart();
        }
        if self.chance.once_in(200) {
            self.remote.restart();
        }
    }

    fn shake_hands(&mut self, by: usize) {
        let with_one_time = self.chance.once_in(2);
        if by == LOCAL {
            let bundle = self.remote.bundle(with_one_time);
            self.local.initiate(&bundle, &self.remote.id, self.now);
        } else {
            let bundle = self.local.bundle(with_one_time);
            self.remote.initiate(&bundle, &self.local.id);
        }
        let counts = &mut self.seen[by].handshakes;
        counts[usize::from(with_one_time)] += 1;
        self.upload();
    }

    fn seal(&mut self, by: usize) {
        let wants = match by {
            LOCAL => self.local.wants_handshake(self.now),
            _ => self.remote.wants_handshake(&self.local.id),
        };
        if wants || !self.is_calm() && self.chance.once_in(25) {
            self.shake_hands(by);
        }
        let is_calm = self.is_calm();
        let number = self.sealed() + 1;
        let mut event = [by.try_into().unwrap(); 16];
        event[8..].copy_from_slice(&number.to_be_bytes());
        let text = "kata ".repeat(self.chance.below(40)) + &number.to_string();
        let message = said(self.seen[by].sealed + 1, &text);
        let event = if by == LOCAL {
            let sealed = self.local.seal(EventId(event), &message, self.remote.id, self.now);
            self.seen[LOCAL].chains.insert(self.local.sending_chain());
            sealed
        } else {
            self.remote.seal(EventId(event), &message, self.local.id)
        };
        let (offers, answers) = kem_of(&event.wrap);
        let seen = &mut self.seen[by];
        seen.sealed += 1;
        seen.offers += u32::from(offers);
        seen.answers[usize::from(!is_calm)] += u32::from(answers);
        if self.chance.once_in(15) {
            seen.lost += 1;
        } else {
            self.mail[1 - by].post(Letter { event, text });
        }
    }

    fn open(&mut self, by: usize, event: &Delivered) -> Result<String, String> {
        if by == REMOTE {
            return self.remote.open(event);
        }
        let (text, chain) = self.local.open(event, self.now)?;
        self.seen[REMOTE].chains.insert(chain);
        Ok(text)
    }

    fn deliver(&mut self, to: usize) {
        let Some((overtaken, letter)) = self.mail[to].take_with_age(&mut self.chance) else { return };
        if self.chance.once_in(8) {
            let mut altered = letter.event.clone();
            // Behind version, suite and flags, which have codes of their own.
            let place = 3 + self.chance.below(altered.wrap.len() - 3);
            altered.wrap[place] ^= 1 << self.chance.below(8);
            assert!(self.open(to, &altered).is_err(), "byte {place} of a wrap was altered");
        }
        assert_eq!(self.open(to, &letter.event), Ok(letter.text.clone()));
        self.seen[to].opened += 1;
        if self.chance.once_in(4) {
            let code = self.open(to, &letter.event).unwrap_err();
            // The last key that is kept of a past chain takes the chain's header key along.
            assert!(code == "stale" || overtaken > 0 && code == "not-authentic", "{code}");
            self.seen[to].stale += u32::from(code == "stale");
        }
        self.archive[to].push(letter);
    }

    fn replay_the_past(&mut self) {
        for to in [LOCAL, REMOTE] {
            for letter in core::mem::take(&mut self.archive[to]) {
                let code = self.open(to, &letter.event).unwrap_err();
                *self.seen[to].old.entry(code).or_default() += 1;
            }
        }
    }
}

/// Whether a wrap's header has an offer, and an answer: by its length, which is open.
fn kem_of(wrap: &[u8]) -> (bool, bool) {
    let length = |at: usize| usize::from(u16::from_be_bytes([wrap[at], wrap[at + 1]]));
    let prefix = 3 + 8 + 24;
    let header = if wrap[2] == 1 { prefix + 2 + length(prefix) } else { prefix };
    match length(header) - (41 + 16) {
        0 => (false, false),
        1_184 => (true, false),
        1_088 => (false, true),
        both => {
            assert_eq!(both, 1_184 + 1_088);
            (true, true)
        }
    }
}

#[test]
fn a_thousand_messages_between_the_two_implementations() {
    let mut world = World::new();
    let mut speaker = LOCAL;
    while world.sealed() < MESSAGES || world.mail.iter().any(|mail| !mail.is_empty()) {
        world.pass_time();
        if world.chance.once_in(4) {
            speaker = 1 - speaker;
        }
        if world.sealed() < MESSAGES && !world.chance.once_in(3) {
            world.seal(speaker);
        }
        let to = world.chance.below(2);
        world.deliver(to);
    }
    world.replay_the_past();
    for (by, seen) in world.seen.iter().enumerate() {
        let other = &world.seen[1 - by];
        println!(
            "{}: {} sealed, {} lost, {} opened, handshakes {:?} (without, with a one-time prekey), {} offers and \
             {:?} answers in headers, {} chains, {} replays stale, old replays {:?}",
            ["Rust", "JavaScript"][by],
            seen.sealed,
            seen.lost,
            seen.opened,
            seen.handshakes,
            seen.offers,
            seen.answers,
            seen.chains.len(),
            seen.stale,
            seen.old,
        );
        assert_eq!(seen.sealed - seen.lost, other.opened, "exactly once");
        assert!(seen.sealed > 400 && seen.lost > 10);
        assert!(seen.handshakes.iter().all(|count| *count > 0));
        assert!(seen.offers > 0 && seen.answers.iter().all(|count| *count > 0), "by count and by time");
        assert!(seen.chains.len() > 50);
        assert!(seen.stale > 50);
        let codes: Vec<_> = seen.old.keys().map(String::as_str).collect();
        assert_eq!(codes, ["not-authentic", "seen", "stale", "unknown-prekey"]);
    }
}
