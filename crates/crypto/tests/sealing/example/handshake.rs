//! A handshake with every value in it.

use segel_crypto::handshake::Init;
use segel_wire::cbor;
use segel_wire::ids::{PrekeyKey, RootKey, RosterHash};
use segel_wire::signed::{Bundle, DeviceKeys, Order, statement};

use super::sealing::Ratchet;
use super::{Page, SITE};
use crate::mirror::Mirror;
use crate::text::{self, Key};

/// Who starts a session with whom, and what the page calls them and the scope.
pub(super) struct Meeting<'a> {
    pub(super) initiator: &'static str,
    pub(super) responder: &'static str,
    pub(super) scope_is: &'static str,
    pub(super) scope: [u8; 16],
    pub(super) root: RootKey,
    pub(super) newest: (Order, RosterHash),
    /// The initiator's.
    pub(super) keys: DeviceKeys,
    pub(super) bundle: &'a Bundle,
    /// Draws: the initiator's identity, the ephemeral key, the encapsulation's randomness.
    pub(super) draws: [u8; 3],
}

impl Meeting<'_> {
    /// Computes the session anew from the draws, compares it with what the code made, and writes its values.
    pub(super) fn write(&self, page: &mut Page, mirror: &Mirror) -> Ratchet {
        let [identity, ephemeral, random] = self.draws.map(|draw| [draw; 32]);
        let (signed, one_time) = (&self.bundle.signed, self.bundle.one_time.as_ref());
        let (ciphertext, secret) = text::encapsulate(&one_time.unwrap_or(signed).kem, &random);
        let init = Init {
            keys: self.keys,
            order: self.newest.0,
            roster: self.newest.1,
            signed: signed.id,
            one_time: one_time.map(|prekey| prekey.id),
            ephemeral: PrekeyKey(text::public(&ephemeral)),
            kem: ciphertext,
        };
        assert_eq!(mirror.init.as_ref(), Some(&init));
        page.value(self.scope_is, &self.scope);
        page.value("ephemeral, public", &init.ephemeral.0);
        page.value("KEM ciphertext", init.kem.as_bytes());
        page.value("init", &cbor::encode(&init));
        let transcript = self.transcript(&init);
        page.value("T", &transcript);

        let Self { initiator, responder, .. } = self;
        let last = match one_time {
            Some(prekey) => {
                ("DH(ephemeral, one-time prekey)".to_owned(), text::dh(&ephemeral, &prekey.curve.0))
            }
            None => ("instead of DH(ephemeral, one-time prekey)".to_owned(), [0; 32]),
        };
        let agreements = [
            (format!("DH({initiator} identity, signed prekey)"), text::dh(&identity, &signed.curve.0)),
            (
                format!("DH(ephemeral, {responder} identity)"),
                text::dh(&ephemeral, &self.bundle.keys.identity.0),
            ),
            ("DH(ephemeral, signed prekey)".to_owned(), text::dh(&ephemeral, &signed.curve.0)),
            last,
            ("KEM secret".to_owned(), secret),
        ];
        for (name, value) in &agreements {
            page.value(name, value);
        }
        let prk = text::extract(&transcript, &agreements.map(|(_, value)| value).concat());
        let keys: [u8; 104] = text::expand(&prk, "segel/1 session");
        let [root, initiator, responder] = [0, 32, 64].map(|at| text::part(&keys, at));
        let alias = *keys[96..].first_chunk().unwrap();
        page.value("PRK", &prk);
        page.value("root key", &root);
        page.value("initiator header key", &initiator);
        page.value("responder header key", &responder);
        page.value("alias", &alias);
        let ours =
            (mirror.transcript.0, mirror.root, mirror.next_sending, mirror.next_receiving, mirror.alias);
        assert_eq!(ours, (transcript, root, initiator, responder, alias));
        Ratchet { transcript, root, next: [initiator, responder], alias, chains: [None, None] }
    }

    fn transcript(&self, init: &Init) -> Key {
        let (signed, one_time) = (&self.bundle.signed, self.bundle.one_time.as_ref());
        let order = [init.order.generation.to_be_bytes(), init.order.version.to_be_bytes()].concat();
        let fields: [&[u8]; 16] = [
            &[2],
            &[u8::from(one_time.is_some())],
            &self.root.0,
            &SITE.0,
            &order,
            &init.roster.0,
            &self.scope,
            &self.keys.derive_id(&SITE).0,
            &self.keys.identity.0,
            &self.bundle.keys.derive_id(&SITE).0,
            &self.bundle.keys.identity.0,
            &signed.curve.0,
            one_time.unwrap_or(signed).kem.as_bytes(),
            one_time.map_or(&[], |prekey| &prekey.curve.0),
            &init.ephemeral.0,
            init.kem.as_bytes(),
        ];
        text::sha256(&statement("segel/1 handshake", &fields))
    }
}
