//! Sessions with other devices, and the keys of those they were made with.

use segel_crypto::session::Session;
use segel_wire::cbor_transparent;
use segel_wire::ids::{ConversationId, DeviceId};
use segel_wire::limits;

use crate::records::{BrokenStore, Ledger, Name, Opened};
use crate::sorted::Sorted;

/// Who a session is with, and in which conversation if one side is a visitor.
pub(crate) type Peer = (DeviceId, Option<ConversationId>);

/// Every session of this device.
#[derive(Default)]
pub(crate) struct Peers(Sorted<Peer, Sessions>);

/// Sessions with one peer, the active one last.
#[derive(Clone, Default)]
struct Sessions(Vec<Session>);

cbor_transparent!(Sessions);

impl Peers {
    pub(crate) fn restore(opened: &Opened) -> Result<Self, BrokenStore> {
        let mut peers = Sorted::new();
        for (name, record) in opened.iter() {
            if let Name::Sessions(device, scope) = name {
                peers.insert((device, scope), record.read()?);
            }
        }
        Ok(Self(peers))
    }

    /// Whether messages can be sealed to this peer, at `now` (Unix seconds).
    pub(crate) fn reaches(&self, peer: Peer, now: u64) -> bool {
        self.active(peer).is_some_and(|session| !session.is_spent(now))
    }

    /// Whether it is time for a handshake with this peer.
    pub(crate) fn wants_handshake(&self, peer: Peer, now: u64) -> bool {
        self.active(peer).is_none_or(|session| session.is_worn(now))
    }

    /// Whether this peer was heard by the session that messages are sealed through, at `now` (Unix seconds).
    pub(crate) fn is_heard(&self, peer: Peer, now: u64) -> bool {
        self.active(peer).is_some_and(|session| session.is_heard() && !session.is_spent(now))
    }

    /// The session to seal with: the one that was begun or moved on last.
    pub(crate) fn active(&self, peer: Peer) -> Option<&Session> {
        self.0.get(&peer).and_then(|sessions| sessions.0.last())
    }

    /// The session that a wrap names.
    pub(crate) fn named(&self, peer: Peer, alias: [u8; 8]) -> Option<&Session> {
        self.0.get(&peer)?.0.iter().find(|session| session.alias() == alias)
    }

    /// Keeps a session that is new or has moved, at `now` (Unix seconds). It becomes the active one if it is new
    /// or a wrap of the peer moved it on.
    pub(crate) fn keep(&mut self, peer: Peer, session: Session, now: u64, ledger: &mut Ledger) {
        let kept = self.0.or_default(peer);
        let place = kept.0.iter().position(|other| other.transcript() == session.transcript());
        match place {
            Some(place) if kept.0[place].received() == session.received() => {
                kept.0[place] = session;
            }
            Some(place) => {
                kept.0.remove(place);
                kept.0.push(session);
            }
            None => kept.0.push(session),
        }
        if kept.0.len() > limits::SESSIONS {
            kept.0.remove(0);
        }
        ledger.put(Name::Sessions(peer.0, peer.1), &kept.clone());
        self.bound_skipped(now, ledger);
    }

    /// Lets go of every session of a conversation.
    pub(crate) fn forget(&mut self, conversation: ConversationId, ledger: &mut Ledger) {
        let of_it = self.0.keys().filter(|(_, scope)| *scope == Some(conversation));
        for peer in of_it.copied().collect::<Vec<_>>() {
            self.0.remove(&peer);
            ledger.remove(Name::Sessions(peer.0, peer.1));
        }
    }

    /// Over all sessions at most so many skipped keys are kept: the oldest go first.
    fn bound_skipped(&mut self, now: u64, ledger: &mut Ledger) {
        while self.skipped() > limits::SKIPPED_KEYS_OF_CLIENT {
            let sessions =
                self.0.iter_mut().flat_map(|(peer, kept)| kept.0.iter_mut().map(|session| (*peer, session)));
            let oldest = sessions.min_by_key(|(_, session)| session.skipped().1.unwrap_or(u64::MAX));
            let Some((peer, session)) = oldest else { return };
            let (count, _) = session.skipped();
            session.prune(now, count / 2);
            let kept = self.0.get(&peer).cloned().unwrap_or_default();
            ledger.put(Name::Sessions(peer.0, peer.1), &kept);
        }
    }

    fn skipped(&self) -> usize {
        let sessions = self.0.values().flat_map(|kept| &kept.0);
        sessions.map(|session| session.skipped().0).sum()
    }
}
