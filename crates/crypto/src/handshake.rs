//! The handshake: two devices come to the same session keys, by X25519 and ML-KEM-768 together.
//! PROTOCOL.md, section 4; after PQXDH (Signal, revision 3).

use rand_core::CryptoRng;
use segel_wire::cbor_array;
use segel_wire::cbor_map;
use segel_wire::ids::{
    ConversationId, DeviceId, KemCiphertext, KemKey, PrekeyKey, RootKey, RosterHash, SiteId,
};
use segel_wire::signed::{Bundle, DeviceKeys, Order, statement};
use zeroize::Zeroizing;

use crate::content::ContentKey;
use crate::device::DeviceSecrets;
use crate::prekeys::{Prekeys, Used};
use crate::secret::{Secret, secrets};
use crate::session::{Beginning, HeaderKey, Parties, RootChainKey, Session, Wrap, WrapContext, WrapError};
use segel_hazmat::curve::{self, WeakKey};
use segel_hazmat::kdf;
use segel_hazmat::kem::{self, BadKemKey};

secrets! {
    /// The initiator's ephemeral X25519 key; fresh for each responder and dropped after the handshake.
    pub EphemeralSecret;
}

/// The suite of this version: X25519 with ML-KEM-768. Suite 1, of development, had no KEM.
pub(crate) const SUITE: u8 = 2;

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

/// What the responder lacks; travels in each wrap until the responder was heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Init {
    /// The initiator's public keys; their id must be the sender's.
    pub keys: DeviceKeys,
    /// The initiator's newest roster.
    pub order: Order,
    /// Its hash.
    pub roster: RosterHash,
    /// Which of the responder's signed prekeys was used.
    pub signed: u32,
    /// Which of its one-time prekeys, if one was at hand.
    pub one_time: Option<u32>,
    /// The ephemeral key.
    pub ephemeral: PrekeyKey,
    /// To the KEM half of the one-time prekey, or of the signed one if there is none.
    pub kem: KemCiphertext,
}

cbor_map!(Init { 0: keys, 1: order, 2: roster, 3: signed, 4: one_time, 5: ephemeral, 6: kem });

/// SHA-256 of the handshake's transcript; names a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Transcript(pub [u8; 32]);

cbor_array!(Transcript { 0 });

/// A session that an init leads to. Nothing counts until a wrap opened through it.
#[derive(Debug)]
#[must_use = "a response that opens nothing is dropped, and nothing was used up"]
pub struct Response {
    session: Session,
    used: Used,
}

/// Why a handshake came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HandshakeError {
    /// The other side's curve key has small order.
    #[error(transparent)]
    WeakKey(#[from] WeakKey),
    /// The other side's KEM key or ciphertext is none.
    #[error(transparent)]
    BadKemKey(#[from] BadKemKey),
    /// The init's keys are not the sender's.
    #[error("the handshake's keys do not belong to its sender")]
    WrongSender,
    /// A prekey is unknown here, in another role, or was deleted.
    #[error("the handshake uses a prekey that is not held")]
    UnknownPrekey,
    /// It was accepted before, or its signed prekey accepts no more.
    #[error("the handshake was seen before")]
    Seen,
}

/// The public values that both sides put into the transcript besides the init's.
struct Responder<'a> {
    keys: &'a DeviceKeys,
    signed: &'a PrekeyKey,
    kem: &'a KemKey,
    one_time: Option<&'a PrekeyKey>,
}

/// The secrets that both sides come to.
struct Shared {
    agreements: [Zeroizing<[u8; 32]>; 3],
    one_time: Option<Zeroizing<[u8; 32]>>,
    kem: Zeroizing<[u8; 32]>,
}

/// What the secrets are expanded to.
struct Keys {
    root: RootChainKey,
    initiator: HeaderKey,
    responder: HeaderKey,
    alias: [u8; 8],
}

/// Starts a session with a device whose bundle was verified; `now` in Unix seconds.
pub fn initiate(
    own: &DeviceSecrets,
    bundle: &Bundle,
    roster: (Order, RosterHash),
    context: &Context<'_>,
    now: u64,
    random: &mut impl CryptoRng,
) -> Result<Session, HandshakeError> {
    let ephemeral = EphemeralSecret::make(random);
    let one_time = bundle.one_time.as_ref();
    let kem_key = one_time.map_or(&bundle.signed.kem, |prekey| &prekey.kem);
    let (ciphertext, kem) = encapsulate(kem_key, random)?;
    let init = Init {
        keys: own.derive_keys(),
        order: roster.0,
        roster: roster.1,
        signed: bundle.signed.id,
        one_time: one_time.map(|prekey| prekey.id),
        ephemeral: PrekeyKey(curve::derive_x25519_public(ephemeral.expose())),
        kem: ciphertext,
    };
    let signed = &bundle.signed.curve;
    let responder = Responder {
        keys: &bundle.keys,
        signed,
        kem: kem_key,
        one_time: one_time.map(|prekey| &prekey.curve),
    };
    let transcript = derive_transcript(&init, &responder, context);
    let agreements = [
        curve::agree(own.identity().expose(), &signed.0)?,
        curve::agree(ephemeral.expose(), &bundle.keys.identity.0)?,
        curve::agree(ephemeral.expose(), &signed.0)?,
    ];
    let one_time = one_time.map(|prekey| curve::agree(ephemeral.expose(), &prekey.curve.0)).transpose()?;
    let keys = derive_keys(&transcript, &Shared { agreements, one_time, kem });
    let parties = Parties {
        own: init.keys.derive_id(context.site),
        peer: bundle.keys.derive_id(context.site),
        scope: context.scope,
    };
    Ok(Session::new(Beginning {
        transcript,
        parties,
        alias: keys.alias,
        root: keys.root,
        own: None,
        peer: Some(*signed),
        sending: keys.initiator,
        receiving: keys.responder,
        init: Some(init),
        now,
    }))
}

/// Answers an init that came from `sender`; `now` in Unix seconds.
pub fn respond(
    own: &DeviceSecrets,
    prekeys: &Prekeys,
    init: &Init,
    sender: &DeviceId,
    context: &Context<'_>,
    now: u64,
) -> Result<Response, HandshakeError> {
    if init.keys.derive_id(context.site) != *sender {
        return Err(HandshakeError::WrongSender);
    }
    let chosen = prekeys.choose(init.signed, init.one_time).ok_or(HandshakeError::UnknownPrekey)?;
    let kem_seed = &chosen.one_time.unwrap_or(chosen.signed).kem;
    let kem_key = kem_seed.derive_public().ok_or(BadKemKey)?;
    let (signed, one_time) =
        (chosen.signed.curve.derive_public(), chosen.one_time.map(|prekey| prekey.curve.derive_public()));
    let keys = own.derive_keys();
    let responder = Responder { keys: &keys, signed: &signed, kem: &kem_key, one_time: one_time.as_ref() };
    let transcript = derive_transcript(init, &responder, context);
    let used = prekeys.admit(init.signed, init.one_time, transcript).ok_or(HandshakeError::Seen)?;
    let agreements = [
        curve::agree(chosen.signed.curve.expose(), &init.keys.identity.0)?,
        curve::agree(own.identity().expose(), &init.ephemeral.0)?,
        curve::agree(chosen.signed.curve.expose(), &init.ephemeral.0)?,
    ];
    let one_time =
        chosen.one_time.map(|prekey| curve::agree(prekey.curve.expose(), &init.ephemeral.0)).transpose()?;
    let kem = kem::decapsulate(kem_seed.expose(), init.kem.as_bytes())?;
    let derived = derive_keys(&transcript, &Shared { agreements, one_time, kem });
    let parties = Parties { own: keys.derive_id(context.site), peer: *sender, scope: context.scope };
    let session = Session::new(Beginning {
        transcript,
        parties,
        alias: derived.alias,
        root: derived.root,
        own: Some(chosen.signed.curve.clone()),
        peer: None,
        sending: derived.responder,
        receiving: derived.initiator,
        init: None,
        now,
    });
    Ok(Response { session, used })
}

impl Response {
    /// The handshake's transcript hash.
    pub fn transcript(&self) -> Transcript {
        self.session.transcript()
    }

    /// What the session's wraps name it by.
    pub fn alias(&self) -> [u8; 8] {
        self.session.alias()
    }

    /// Opens the first wrap. The session counts, and what it used is to be used up, only if this holds.
    pub fn open(
        self,
        wrap: &Wrap<'_>,
        context: &WrapContext<'_>,
        now: u64,
    ) -> Result<(Session, ContentKey, Used), WrapError> {
        let Self { mut session, used } = self;
        let key = session.open(wrap, context, now)?;
        Ok((session, key, used))
    }
}

/// A fresh secret for a KEM key, which is checked as FIPS 203, section 7.2 asks.
pub(crate) fn encapsulate(
    key: &KemKey,
    random: &mut impl CryptoRng,
) -> Result<(KemCiphertext, Zeroizing<[u8; 32]>), BadKemKey> {
    let mut entropy = Zeroizing::new([0; 32]);
    random.fill_bytes(entropy.as_mut_slice());
    let (ciphertext, secret) = kem::encapsulate(key.as_bytes(), &entropy)?;
    Ok((KemCiphertext::new(&ciphertext).ok_or(BadKemKey)?, secret))
}

fn derive_transcript(init: &Init, responder: &Responder<'_>, context: &Context<'_>) -> Transcript {
    let mut order = [0; 16];
    order[..8].copy_from_slice(&init.order.generation.to_be_bytes());
    order[8..].copy_from_slice(&init.order.version.to_be_bytes());
    let scope = context.scope.map_or([0; 16], |conversation| conversation.0);
    let bytes = statement(
        "segel/1 handshake",
        &[
            &[SUITE],
            &[u8::from(responder.one_time.is_some())],
            &context.root.0,
            &context.site.0,
            &order,
            &init.roster.0,
            &scope,
            &init.keys.derive_id(context.site).0,
            &init.keys.identity.0,
            &responder.keys.derive_id(context.site).0,
            &responder.keys.identity.0,
            &responder.signed.0,
            responder.kem.as_bytes(),
            responder.one_time.map_or(&[][..], |key| &key.0),
            &init.ephemeral.0,
            init.kem.as_bytes(),
        ],
    );
    Transcript(kdf::hash(&bytes))
}

fn derive_keys(transcript: &Transcript, shared: &Shared) -> Keys {
    let mut secret = Zeroizing::new([0; 5 * 32]);
    let one_time = shared.one_time.as_ref();
    // The place of the one-time agreement stays zero without one.
    let parts = shared.agreements.iter().map(Some).chain([one_time, Some(&shared.kem)]);
    for (place, part) in secret.chunks_exact_mut(32).zip(parts) {
        if let Some(part) = part {
            place.copy_from_slice(part.as_slice());
        }
    }
    let keys = kdf::derive::<104>(&transcript.0, secret.as_slice(), "segel/1 session");
    let mut alias = [0; 8];
    alias.copy_from_slice(&keys[96..]);
    Keys {
        root: RootChainKey::from_bytes(kdf::part(keys.as_slice(), 0)),
        initiator: HeaderKey::from_bytes(kdf::part(keys.as_slice(), 32)),
        responder: HeaderKey::from_bytes(kdf::part(keys.as_slice(), 64)),
        alias,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_depend_on_each_agreement_on_the_kem_and_on_the_transcript() {
        let derive = |transcript: u8, [a, b, c, one_time, kem]: [u8; 5]| {
            let secret = |byte| Zeroizing::new([byte; 32]);
            let shared = Shared {
                agreements: [a, b, c].map(secret),
                one_time: Some(secret(one_time)).filter(|_| one_time > 0),
                kem: secret(kem),
            };
            let keys = derive_keys(&Transcript([transcript; 32]), &shared);
            [*keys.root.expose(), *keys.initiator.expose(), *keys.responder.expose()]
        };
        let genuine = derive(0, [1, 2, 3, 4, 5]);
        let mut others = vec![derive(9, [1, 2, 3, 4, 5]), derive(0, [2, 1, 3, 4, 5])];
        for at in 0..5 {
            let mut bytes = [1, 2, 3, 4, 5];
            bytes[at] = 9;
            others.push(derive(0, bytes));
        }
        others.push(derive(0, [1, 2, 3, 0, 5]));
        assert!(genuine[0] != genuine[1] && genuine[1] != genuine[2]);
        for other in others {
            assert!(genuine.iter().zip(&other).all(|(ours, theirs)| ours != theirs));
        }
    }
}
