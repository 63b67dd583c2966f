//! Sessions with other devices, and the keys of those they were made with.

use segel_crypto::session::Session;
use segel_wire::cbor_transparent;
use segel_wire::ids::{ConversationId, DeviceId};

use crate::records::{BrokenStore, Ledger, Name, Opened};
use crate::sorted::Sorted;

/// Sessions kept with one device in one scope: two sides may start at once, and lost state starts anew.
const SESSIONS: usize = 4;

/// Who a session is with, and in which conversation if one side is a visitor.
pub(crate) type Peer = (DeviceId, Option<ConversationId>);

/// Every session of this device.
#[derive(Default)]
pub(crate) struct Peers(Sorted<Peer, Sessions>);

/// Sessions with one peer, the newest last.
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

    /// Whether messages can be sealed to this peer.
    pub(crate) fn reaches(&self, peer: Peer) -> bool {
        self.0.get(&peer).is_some_and(|sessions| !sessions.0.is_empty())
    }

    /// The session to seal with: the newest.
    pub(crate) fn sending(&self, peer: Peer) -> Option<Session> {
        self.0.get(&peer).and_then(|sessions| sessions.0.last()).cloned()
    }

    /// The session that a wrap names.
    pub(crate) fn named(&self, peer: Peer, alias: [u8; 8]) -> Option<Session> {
        self.0.get(&peer)?.0.iter().find(|session| session.alias() == alias).cloned()
    }

    /// Keeps a session that moved on or is new.
    pub(crate) fn keep(&mut self, peer: Peer, session: Session, ledger: &mut Ledger) {
        let sessions = &mut self.0.or_default(peer).0;
        match sessions.iter_mut().find(|other| other.transcript() == session.transcript()) {
            Some(place) => *place = session,
            None => sessions.push(session),
        }
        if sessions.len() > SESSIONS {
            sessions.remove(0);
        }
        ledger.put(Name::Sessions(peer.0, peer.1), &Sessions(sessions.clone()));
    }
}
