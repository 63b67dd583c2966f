//! What a site's owner and its devices sign.

use ed25519_dalek::{Signer, SigningKey};
use segel_relay::SiteKey;
use segel_wire::ids::{AdminKey, IdentityKey, KemKey, LoginKey, PrekeyKey, RootKey, RosterHash, Signature};
use segel_wire::signed::{
    AdminSigned, Agent, Certificate, Desk, Device, DeviceKeys, Enrolment, Invitation, Order, Prekey,
    PrekeyRole, Prekeys, Profile, Roster, statement,
};
use segel_wire::{AgentId, DeviceId, InvitationId, Octets, SiteId, cbor};

use super::{DESK, SHOP, WIDGET};

/// Far enough away.
pub(crate) const LATER: u64 = 4_000_000_000;

/// A site with its root and admin key.
pub(crate) struct Owner {
    pub(crate) site: SiteId,
    root: SigningKey,
    admin: SigningKey,
}

/// A device with its private halves.
pub(crate) struct TestDevice {
    pub(crate) site: SiteId,
    pub(crate) keys: DeviceKeys,
    pub(crate) id: DeviceId,
    pub(crate) login: SigningKey,
    signing: SigningKey,
}

impl Owner {
    pub(crate) fn new(seed: u8) -> Self {
        let root = SigningKey::from_bytes(&[seed; 32]);
        Self { site: SiteId([seed; 16]), root, admin: SigningKey::from_bytes(&[seed ^ 0xFF; 32]) }
    }

    pub(crate) fn site_key(&self) -> SiteKey {
        SiteKey { site: self.site, root: RootKey(self.root.verifying_key().to_bytes()) }
    }

    pub(crate) fn first_roster(&self, agents: &[&TestDevice]) -> Vec<u8> {
        self.sign_roster(&self.roster(1, None, agents))
    }

    /// The roster that follows `previous`, the signed bytes of the one before.
    pub(crate) fn next_roster(&self, version: u64, previous: &[u8], agents: &[&TestDevice]) -> Vec<u8> {
        self.sign_roster(&self.roster(version, Some(previous), agents))
    }

    pub(crate) fn roster(&self, version: u64, previous: Option<&[u8]>, agents: &[&TestDevice]) -> Roster {
        let mut inbox: Vec<DeviceId> = agents.iter().map(|device| device.id).collect();
        inbox.sort_unstable();
        let listed = agents.iter().map(|device| Device { keys: device.keys, not_after: LATER });
        Roster {
            site: self.site,
            order: Order { generation: 1, version },
            previous: previous.map_or(RosterHash([0; 32]), |signed| {
                Roster::derive_hash(&cbor::decode::<AdminSigned>(signed).unwrap().body.0)
            }),
            issued_at: 1_000 + version,
            not_after: LATER,
            profile: Profile {
                name: "Toko Contoh".into(),
                pages: vec![SHOP.into()],
                apps: vec![WIDGET.into()],
                vouchers: None,
                masking: None,
                hours: None,
                intake: None,
            },
            desks: vec![Desk { id: DESK, name: "Meja Demo".into(), inbox, supervisors: None }],
            agents: vec![Agent {
                id: AgentId([0xA6; 16]),
                name: "Agen Demo".into(),
                devices: listed.collect(),
            }],
        }
    }

    pub(crate) fn sign_roster(&self, roster: &Roster) -> Vec<u8> {
        self.sign(Roster::LABEL, roster.order.generation, cbor::encode(roster))
    }

    pub(crate) fn invitation(&self, id: InvitationId, not_after: u64) -> Vec<u8> {
        let invitation = Invitation { site: self.site, id, not_after };
        self.sign(Invitation::LABEL, 1, cbor::encode(&invitation))
    }

    fn sign(&self, label: &str, generation: u64, body: Vec<u8>) -> Vec<u8> {
        let certificate = cbor::encode(&Certificate {
            site: self.site,
            generation,
            admin: AdminKey(self.admin.verifying_key().to_bytes()),
            not_before: 0,
            not_after: LATER,
        });
        cbor::encode(&AdminSigned {
            certificate_signature: sign(&self.root, &Certificate::statement(&certificate)),
            certificate: Octets(certificate),
            signature: sign(&self.admin, &statement(label, &[&body])),
            body: Octets(body),
        })
    }
}

impl TestDevice {
    pub(crate) fn new(owner: &Owner, seed: u8) -> Self {
        let signing = SigningKey::from_bytes(&[seed; 32]);
        let login = SigningKey::from_bytes(&[seed ^ 0x55; 32]);
        let keys = DeviceKeys {
            identity: IdentityKey([seed; 32]),
            signing: segel_wire::ids::SigningKey(signing.verifying_key().to_bytes()),
            login: LoginKey(login.verifying_key().to_bytes()),
        };
        Self { site: owner.site, keys, id: keys.derive_id(&owner.site), login, signing }
    }

    pub(crate) fn enrolment(&self, invitation: InvitationId, code_proof: [u8; 32]) -> Vec<u8> {
        let signature = sign(&self.signing, &Enrolment::statement(&self.site, &invitation, &self.keys));
        cbor::encode(&Enrolment { invitation, keys: self.keys, signature, code_proof })
    }

    /// An upload: the signed prekey of one id, one-time prekeys of others. Every one-time prekey of a lower id is held, too.
    pub(crate) fn prekeys(&self, signed: u32, one_time: impl IntoIterator<Item = u32>) -> Vec<u8> {
        let one_time: Vec<_> = one_time.into_iter().map(|id| self.prekey(PrekeyRole::OneTime, id)).collect();
        let highest = one_time.last().map_or(signed, |prekey| prekey.id);
        cbor::encode(&Prekeys {
            keys: self.keys,
            signed: self.prekey(PrekeyRole::Signed, signed),
            one_time: Some(one_time).filter(|list| !list.is_empty()),
            held: (1..=highest).collect(),
        })
    }

    /// The relay looks at signatures alone: any bytes serve as halves.
    fn prekey(&self, role: PrekeyRole, id: u32) -> Prekey {
        let (curve, kem) = (PrekeyKey([9; 32]), KemKey::new(&[9; KemKey::SIZE]).unwrap());
        let statement = Prekey::statement(role, &self.site, &self.keys, (id, LATER), (&curve, &kem));
        Prekey { id, not_after: LATER, signature: sign(&self.signing, &statement), curve, kem }
    }
}

pub(crate) fn sign(key: &SigningKey, statement: &[u8]) -> Signature {
    Signature(key.sign(statement).to_bytes())
}
