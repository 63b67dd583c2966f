//! A first message: the longest work that a visitor waits for.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use segel_crypto::content::{self, ContentContext, ContentHash};
use segel_crypto::handshake::initiate;
use segel_crypto::session::WrapContext;
use segel_wire::ids::{DeviceId, EventId};
use segel_wire::signed::Bundle;

use super::{CONTEXT, CONVERSATION, NOW, Party, ROSTER, SITE, message};

/// A visitor who writes to a desk that it never wrote to.
pub(crate) struct Flight {
    visitor: Party,
    /// In ascending order, as the recipients of a content are.
    devices: Vec<(DeviceId, Vec<u8>)>,
    random: ChaCha20Rng,
}

impl Flight {
    /// To a desk of so many devices.
    pub(crate) fn make(devices: u32) -> Option<Self> {
        let mut random = ChaCha20Rng::seed_from_u64(3);
        let visitor = Party::make(&mut random)?;
        let made = (0..devices).map(|_| Party::make(&mut random).map(|party| (party.id, party.bundle)));
        let mut devices = made.collect::<Option<Vec<_>>>()?;
        devices.sort();
        Some(Self { visitor, devices, random })
    }

    /// Checks every bundle, shakes hands, seals the text once and wraps its key for each device. The answer
    /// is the number of bytes that leave.
    pub(crate) fn send(&mut self, text: &str) -> Option<usize> {
        let Self { visitor, devices, random } = self;
        let event = EventId([1; 16]);
        let mut sessions = Vec::new();
        for (id, bundle) in devices.iter() {
            let bundle = Bundle::verify(bundle, &SITE, id, NOW).ok()?;
            sessions.push(initiate(&visitor.secrets, &bundle, ROSTER, &CONTEXT, NOW, random).ok()?);
        }
        let recipients: Vec<_> = devices.iter().map(|(id, _)| *id).collect();
        let bound_to = ContentContext {
            conversation: &CONVERSATION,
            event: &event,
            sender: &visitor.id,
            recipients: &recipients,
        };
        let (content, key) = content::seal(&message(text), ROSTER, &bound_to, random);
        let hash = ContentHash::derive(&content);
        let mut bytes = content.len();
        for (session, recipient) in sessions.iter_mut().zip(&recipients) {
            let place = WrapContext {
                conversation: &CONVERSATION,
                event: &event,
                sender: &visitor.id,
                recipient,
                content: &hash,
            };
            bytes += session.seal(&key, &place, NOW, random).ok()?.len();
        }
        Some(bytes)
    }
}
