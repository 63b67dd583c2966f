//! The work that is timed: the same source for this machine and for browsers.

mod file;
mod flight;
mod pair;

use rand_chacha::ChaCha20Rng;
use segel_crypto::content::{Body, ContentHash, Message};
use segel_crypto::device::DeviceSecrets;
use segel_crypto::handshake::Context;
use segel_crypto::log::Seen;
use segel_crypto::prekeys::Prekeys;
use segel_wire::cbor;
use segel_wire::ids::{ConversationId, DeskId, DeviceId, RootKey, RosterHash, SiteId};
use segel_wire::signed::{self, Bundle, Order};

pub(crate) use file::seal_and_open_file;
pub(crate) use flight::Flight;
pub(crate) use pair::Pair;

const SITE: SiteId = SiteId([0x51; 16]);
const ROOT: RootKey = RootKey([0x40; 32]);
const CONVERSATION: ConversationId = ConversationId([0xc0; 16]);
const ROSTER: (Order, RosterHash) = (Order { generation: 1, version: 7 }, RosterHash([0x70; 32]));
const CONTEXT: Context<'_> = Context { root: &ROOT, site: &SITE, scope: Some(CONVERSATION) };
/// Unix seconds.
const NOW: u64 = 1_800_000_000;

/// A device with one signed and one one-time prekey.
struct Party {
    secrets: DeviceSecrets,
    prekeys: Prekeys,
    id: DeviceId,
    /// As the relay hands it out.
    bundle: Vec<u8>,
}

impl Party {
    fn make(random: &mut ChaCha20Rng) -> Option<Self> {
        let secrets = DeviceSecrets::make(random);
        let mut prekeys = Prekeys::default();
        prekeys.rotate(NOW, random);
        prekeys.restock(0, 0, 1, NOW, random);
        let upload = prekeys.derive_upload(&secrets, &SITE)?;
        let signed::Prekeys { keys, signed, one_time, .. } = cbor::decode(&upload).ok()?;
        let one_time = one_time.and_then(|prekeys| prekeys.into_iter().next());
        let id = keys.derive_id(&SITE);
        Some(Self { secrets, prekeys, id, bundle: cbor::encode(&Bundle { keys, signed, one_time }) })
    }
}

fn message(text: &str) -> Message {
    Message {
        sequence: 1,
        time: NOW * 1_000,
        desk: DeskId([0xde; 16]),
        previous: ContentHash::NONE,
        seen: Seen::start(&CONVERSATION),
        act: None,
        body: Body::Text(text.to_owned()),
        quotes: None,
    }
}
