//! A device of the session machine: its prekeys, and its sessions with each peer.

use std::collections::BTreeSet;

use segel_crypto::content::ContentKey;
use segel_crypto::handshake::{Context, respond};
use segel_crypto::prekeys::Prekeys;
use segel_crypto::session::{Session, Wrap, WrapError};
use segel_wire::ids::{ConversationId, PrekeyKey};
use segel_wire::{cbor, limits};

use super::fixture::{CONVERSATION, Party, Place, SITE, fixture};
use super::view::View;

/// A session, and how many chains each side began as this side knows.
#[derive(Clone)]
pub(super) struct Held {
    pub(super) session: Session,
    pub(super) began: u32,
    pub(super) heard: u32,
    /// The own ratchet key that was looked at last.
    pub(super) public: Option<PrekeyKey>,
    /// Whether something was opened since.
    pub(super) is_moved: bool,
}

/// What a device keeps.
#[derive(Clone)]
pub(super) struct Device {
    pub(super) prekeys: Prekeys,
    /// By peer, the active one first.
    pub(super) sessions: [Vec<Held>; 3],
    /// What it opened, by the relay's numbers.
    pub(super) opened: BTreeSet<usize>,
}

impl Held {
    pub(super) fn new(session: Session, heard: u32) -> Self {
        Self { session, began: 0, heard, public: None, is_moved: true }
    }

    /// Looks inside after something was sealed.
    pub(super) fn look(&mut self) {
        let view = View::of(&self.session);
        assert!(view.kem.wraps <= 2 * limits::WORN_WRAPS, "a spent session sealed");
        let is_heard = view.init.is_none() && view.kem.theirs.is_none();
        let is_due = view.kem.wraps > limits::KEM_OFFER_WRAPS && is_heard;
        assert!(!is_due || view.kem.own.is_some(), "an offer was due");
        let public = view.sending.map(|sending| sending.public);
        self.began += u32::from(self.public != public);
        self.public = public;
        self.is_moved = false;
    }
}

impl Device {
    /// A new session is the active one; of more than four the least recently active goes.
    pub(super) fn keep(&mut self, peer: usize, held: Held) {
        self.sessions[peer].insert(0, held);
        self.sessions[peer].truncate(limits::SESSIONS);
    }

    /// Sections 4 and 5.1: the session is looked up by sender, scope and alias.
    pub(super) fn open(
        &mut self,
        (from, to): (usize, usize),
        place: &Place,
        bytes: &[u8],
        now: u64,
    ) -> Result<ContentKey, Option<WrapError>> {
        let wrap = Wrap::parse(bytes)?;
        let known = self.sessions[from].iter().position(|held| held.session.alias() == wrap.alias);
        if let Some(number) = known {
            let held = &mut self.sessions[from][number];
            let before: (Option<PrekeyKey>, u32) = held.session.received();
            let key = held.session.open(&wrap, &place.context(), now)?;
            let after = held.session.received();
            held.heard += u32::from(before.0 != after.0);
            held.is_moved = true;
            if before != after {
                self.sessions[from][..=number].rotate_right(1);
            }
            return Ok(key);
        }
        let init = wrap.init.as_ref().ok_or(None)?;
        let root = fixture().root();
        let context = Context { root: &root, site: &SITE, scope: scope(from, to) };
        let secrets = &party(to).secrets;
        let response = respond(secrets, &self.prekeys, init, &place.sender, &context, now);
        let opened = response.map_err(|_| None)?.open(&wrap, &place.context(), now);
        let (session, key, used) = opened?;
        self.prekeys.use_up(used);
        self.keep(from, Held::new(session, 1));
        Ok(key)
    }
}

/// Everything that is stored.
pub(super) fn encode(prekeys: &Prekeys, sessions: &[Vec<Held>; 3]) -> Vec<u8> {
    let mut state = cbor::encode(prekeys);
    sessions.iter().flatten().for_each(|held| state.extend(cbor::encode(&held.session)));
    state
}

pub(super) fn party(number: usize) -> &'static Party {
    &fixture().parties[number]
}

/// The first device is a visitor's, the others are agents'.
pub(super) fn scope(from: usize, to: usize) -> Option<ConversationId> {
    (from == 0 || to == 0).then_some(CONVERSATION)
}
