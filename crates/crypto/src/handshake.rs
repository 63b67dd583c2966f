//! The handshake: two devices come to the same session keys. PROTOCOL.md, section 4.

use rand_core::CryptoRng;
use segel_wire::ids::{ConversationId, DeviceId, PrekeyKey, RootKey, RosterHash, SiteId};
use segel_wire::signed::{Bundle, DeviceKeys, Order, statement};
use segel_wire::{cbor_array, cbor_map};
use zeroize::Zeroizing;

use crate::device::{DeviceSecrets, Prekeys};
use crate::hazmat::curve::{self, WeakKey};
use crate::hazmat::kdf;
use crate::secret::{Secret, secrets};
use crate::session::{Chain, Parties, Session};

secrets! {
    /// The initiator's ephemeral X25519 key; fresh for each responder and dropped after the handshake.
    EphemeralSecret;
}

/// Suite 1; the place of the post-quantum suite is a number of its own.
pub(crate) const SUITE: u8 = 1;
const FLAGS: u8 = 0;

/// What both sides know before they shake hands.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The pinned root key.
    pub root: &'a RootKey,
    /// The site.
    pub site: &'a SiteId,
    /// The conversation where one side is a visitor; `None` between two agents' devices.
    pub scope: Option<ConversationId>,
}

/// What the responder lacks; travels in the header of a wrap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Init {
    /// The initiator's public keys; their id must be the sender's.
    pub keys: DeviceKeys,
    /// The initiator's newest roster.
    pub order: Order,
    /// Its hash.
    pub roster: RosterHash,
    /// Which of the responder's prekeys was used.
    pub prekey: u32,
    /// The ephemeral key.
    pub ephemeral: PrekeyKey,
}

cbor_map!(Init { 0: keys, 1: order, 2: roster, 3: prekey, 4: ephemeral });

/// SHA-256 of the handshake's transcript; names a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Transcript(pub [u8; 32]);

cbor_array!(Transcript { 0 });

/// Why a handshake came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HandshakeError {
    /// The other side's key has small order.
    #[error(transparent)]
    WeakKey(#[from] WeakKey),
    /// The init's keys are not the sender's.
    #[error("the handshake's keys do not belong to its sender")]
    WrongSender,
    /// The prekey is unknown here or was deleted.
    #[error("the handshake uses a prekey that is no longer held")]
    UnknownPrekey,
}

/// Starts a session with a device whose keys and bundle were verified.
pub fn initiate(
    own: &DeviceSecrets,
    peer: &DeviceKeys,
    bundle: &Bundle,
    roster: (Order, RosterHash),
    context: &Context<'_>,
    random: &mut impl CryptoRng,
) -> Result<Session, HandshakeError> {
    let ephemeral = EphemeralSecret::make(random);
    let init = Init {
        keys: own.derive_keys(),
        order: roster.0,
        roster: roster.1,
        prekey: bundle.signed.id,
        ephemeral: PrekeyKey(curve::derive_x25519_public(ephemeral.expose())),
    };
    let prekey = &bundle.signed.key;
    let transcript = derive_transcript(&init, peer, prekey, context);
    let shared = [
        curve::agree(own.identity().expose(), &prekey.0)?,
        curve::agree(ephemeral.expose(), &peer.identity.0)?,
        curve::agree(ephemeral.expose(), &prekey.0)?,
    ];
    let (first, second, alias) = derive_chains(&transcript, &shared);
    let parties = Parties {
        own: init.keys.derive_id(context.site),
        peer: peer.derive_id(context.site),
        scope: context.scope,
    };
    Ok(Session::new(transcript, parties, (alias, first, second), Some(init)))
}

/// Answers an init. The session counts only once a wrap opened with it.
pub fn respond(
    own: &DeviceSecrets,
    prekeys: &Prekeys,
    init: &Init,
    sender: &DeviceId,
    context: &Context<'_>,
) -> Result<Session, HandshakeError> {
    if init.keys.derive_id(context.site) != *sender {
        return Err(HandshakeError::WrongSender);
    }
    let prekey = prekeys.secret(init.prekey).ok_or(HandshakeError::UnknownPrekey)?;
    let transcript = derive_transcript(init, &own.derive_keys(), &prekey.derive_public(), context);
    let shared = [
        curve::agree(prekey.expose(), &init.keys.identity.0)?,
        curve::agree(own.identity().expose(), &init.ephemeral.0)?,
        curve::agree(prekey.expose(), &init.ephemeral.0)?,
    ];
    let (first, second, alias) = derive_chains(&transcript, &shared);
    let parties =
        Parties { own: own.derive_keys().derive_id(context.site), peer: *sender, scope: context.scope };
    Ok(Session::new(transcript, parties, (alias, second, first), None))
}

fn derive_transcript(
    init: &Init,
    responder: &DeviceKeys,
    prekey: &PrekeyKey,
    context: &Context<'_>,
) -> Transcript {
    let mut order = [0; 16];
    order[..8].copy_from_slice(&init.order.generation.to_be_bytes());
    order[8..].copy_from_slice(&init.order.version.to_be_bytes());
    let scope = context.scope.map_or([0; 16], |conversation| conversation.0);
    let none: &[u8] = b"";
    let bytes = statement(
        "segel/1 handshake",
        &[
            &[SUITE],
            &[FLAGS],
            &context.root.0,
            &context.site.0,
            &order,
            &init.roster.0,
            &scope,
            &init.keys.derive_id(context.site).0,
            &init.keys.identity.0,
            &responder.derive_id(context.site).0,
            &responder.identity.0,
            &prekey.0,
            none, // KEM key: a later suite's.
            none, // One-time key: a later suite's.
            &init.ephemeral.0,
            none, // KEM ciphertext: a later suite's.
        ],
    );
    Transcript(kdf::hash(&bytes))
}

/// Initiator's chain, responder's chain, alias.
fn derive_chains(transcript: &Transcript, shared: &[Zeroizing<[u8; 32]>; 3]) -> (Chain, Chain, [u8; 8]) {
    let mut secret = Zeroizing::new([0; 128]);
    for (place, part) in secret.chunks_exact_mut(32).zip(shared) {
        place.copy_from_slice(part.as_slice());
    }
    let keys = kdf::derive::<72>(&transcript.0, secret.as_slice(), "segel/1 session");
    let (mut first, mut second, mut alias) = ([0; 32], [0; 32], [0; 8]);
    first.copy_from_slice(&keys[..32]);
    second.copy_from_slice(&keys[32..64]);
    alias.copy_from_slice(&keys[64..]);
    (Chain::new(first), Chain::new(second), alias)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_depend_on_each_of_the_three_agreements_and_on_the_transcript() {
        let encode = |transcript: u8, shared: [u8; 3]| {
            let shared = shared.map(|byte| Zeroizing::new([byte; 32]));
            let (first, second, alias) = derive_chains(&Transcript([transcript; 32]), &shared);
            [segel_wire::cbor::encode(&first), segel_wire::cbor::encode(&second), alias.to_vec()]
        };
        let genuine = encode(0, [1, 2, 3]);
        assert_ne!(genuine[0], genuine[1]);
        for (transcript, shared) in
            [(9, [1, 2, 3]), (0, [9, 2, 3]), (0, [1, 9, 3]), (0, [1, 2, 9]), (0, [2, 1, 3]), (0, [1, 3, 2])]
        {
            let other = encode(transcript, shared);
            assert!(genuine.iter().zip(&other).all(|(ours, theirs)| ours != theirs), "{shared:?}");
        }
    }
}
