//! The two ratchets: a root key that steps with each turn, and chains that step with each wrap.
//! PROTOCOL.md, section 5.2.

use segel_wire::cbor_array;
use zeroize::Zeroizing;

use crate::secret::{Secret, secrets};
use segel_hazmat::kdf;

secrets! {
    /// The key that the chain of root keys stands at.
    pub(crate) RootChainKey;
    /// Seals the headers of one chain.
    pub(crate) HeaderKey;
    /// The key that a chain stands at.
    pub(crate) ChainKey;
    /// The key of one wrap.
    pub(crate) MessageKey;
}

/// One direction: a key that steps forward and cannot step back.
#[derive(Debug, Clone)]
pub(crate) struct Chain {
    key: ChainKey,
    /// How many message keys were taken.
    pub(crate) next: u32,
}

cbor_array!(Chain { key, next });

/// A KEM secret with what binds it to its offer and answer.
pub(super) struct KemSecret {
    pub(super) secret: Zeroizing<[u8; 32]>,
    pub(super) mix: [u8; 32],
}

/// What a step of the root key gives.
pub(super) struct Step {
    pub(super) root: RootChainKey,
    pub(super) chain: Chain,
    pub(super) next_header: HeaderKey,
}

impl RootChainKey {
    /// The next root key, a chain, and the header key of the chain after it.
    pub(super) fn step(&self, shared: &[u8; 32], kem: Option<&KemSecret>) -> Step {
        let mut secret = Zeroizing::new([0; 96]);
        secret[..32].copy_from_slice(shared);
        if let Some(kem) = kem {
            secret[32..64].copy_from_slice(kem.secret.as_slice());
            secret[64..].copy_from_slice(&kem.mix);
        }
        let keys = kdf::derive::<96>(self.expose(), secret.as_slice(), "segel/1 ratchet");
        Step {
            root: Self::from_bytes(kdf::part(keys.as_slice(), 0)),
            chain: Chain { key: ChainKey::from_bytes(kdf::part(keys.as_slice(), 32)), next: 0 },
            next_header: HeaderKey::from_bytes(kdf::part(keys.as_slice(), 64)),
        }
    }
}

impl Chain {
    /// The message key at `next`, which then counts up. `None` after 2^32 - 1 wraps.
    pub(super) fn step(&mut self) -> Option<MessageKey> {
        let next = self.next.checked_add(1)?;
        let key = MessageKey::from_bytes(kdf::mac(self.key.expose(), &[1]));
        self.key = ChainKey::from_bytes(kdf::mac(self.key.expose(), &[2]));
        self.next = next;
        Some(key)
    }
}
