//! A site, its admin, three devices, and what they would genuinely send.

use std::sync::OnceLock;

use ed25519_dalek::{Signer, SigningKey};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use segel_crypto::attachment::Attachment;
use segel_crypto::content::{self, Body, ContentContext, ContentHash, ContentKey, Message};
use segel_crypto::device::DeviceSecrets;
use segel_crypto::enrol::EnrolmentCode;
use segel_crypto::handshake::{Context, initiate, respond};
use segel_crypto::log::Seen;
use segel_crypto::prekeys::Prekeys;
use segel_crypto::session::{Session, Wrap, WrapContext};
use segel_wire::ids::{
    AdminKey, AgentId, ConversationId, DeskId, DeviceId, EventId, Octets, RootKey, RosterHash, Signature,
    SiteId, VoucherKey,
};
use segel_wire::signed::{
    self, AdminSigned, Agent, Asks, Bundle, Certificate, Consent, Desk, Device, DeviceKeys, Hours, Intake,
    Masking, MaskingAction, MaskingRule, Need, Order, Profile, Question, Roster, Span, VerifiedRoster,
    statement,
};
use segel_wire::{cbor, cbor_array};

use super::rooms::make_attachment;

pub(super) const SITE: SiteId = SiteId([0x51; 16]);
pub(super) const CONVERSATION: ConversationId = ConversationId([0xc0; 16]);
pub(super) const EVENT: EventId = EventId([0xe0; 16]);
pub(super) const DESK: DeskId = DeskId([0xde; 16]);
pub(super) const ORDER: Order = Order { generation: 1, version: 7 };
pub(super) const ROSTER: (Order, RosterHash) = (ORDER, RosterHash([0x70; 32]));
/// When everything here happens, Unix seconds.
pub(super) const NOW: u64 = 1_800_000_000;

/// A device with all that it keeps.
#[derive(Clone)]
pub(super) struct Party {
    pub(super) secrets: DeviceSecrets,
    pub(super) signing: SigningKey,
    pub(super) prekeys: Prekeys,
    pub(super) keys: DeviceKeys,
    pub(super) id: DeviceId,
    /// What it uploaded.
    pub(super) upload: signed::Prekeys,
}

/// A device's secrets as they are stored: how their signing key gets into the hands of a test.
struct StoredSecrets {
    identity: [u8; 32],
    signing: [u8; 32],
    login: [u8; 32],
}

cbor_array!(StoredSecrets { identity, signing, login });

/// What a wrap is bound to, owned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) conversation: ConversationId,
    pub(super) event: EventId,
    pub(super) sender: DeviceId,
    pub(super) recipient: DeviceId,
    pub(super) content: ContentHash,
}

/// Two ends of a session in which each side heard the other, and a wrap of each kind.
pub(super) struct Pair {
    pub(super) visitor: Session,
    pub(super) agent: Session,
    /// The agent before it heard of the session.
    pub(super) first: Vec<u8>,
    /// The visitor's next wrap; the agent did not open it.
    pub(super) next: Vec<u8>,
    pub(super) place: Place,
}

pub(super) struct Fixture {
    pub(super) root: SigningKey,
    pub(super) admin: SigningKey,
    pub(super) voucher: SigningKey,
    /// A visitor and the devices of two agents.
    pub(super) parties: [Party; 3],
    pub(super) pair: Pair,
    pub(super) code: EnrolmentCode,
    pub(super) content: (Vec<u8>, ContentKey),
    pub(super) attachment: (Attachment, Vec<Vec<u8>>),
    roster: OnceLock<VerifiedRoster>,
}

pub(super) fn fixture() -> &'static Fixture {
    static FIXTURE: OnceLock<Fixture> = OnceLock::new();
    FIXTURE.get_or_init(Fixture::make)
}

pub(super) fn seeded(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

pub(super) fn sign(key: &SigningKey, bytes: &[u8]) -> Signature {
    Signature(key.sign(bytes).to_bytes())
}

pub(super) fn message(body: Body) -> Message {
    Message {
        sequence: 1,
        time: NOW * 1_000,
        desk: DESK,
        previous: ContentHash::NONE,
        seen: Seen::start(&CONVERSATION),
        act: None,
        body,
        quotes: None,
    }
}

/// A content key that nothing but its wrap is needed of.
pub(super) fn content_key(random: &mut ChaCha20Rng) -> ContentKey {
    let mut bytes = [0; 32];
    rand_chacha::rand_core::Rng::fill_bytes(random, &mut bytes);
    cbor::read(&cbor::encode(&bytes)).unwrap()
}

impl Party {
    fn make(seed: u8) -> Self {
        let mut random = seeded(seed.into());
        let stored = StoredSecrets { identity: [seed; 32], signing: [!seed; 32], login: [seed ^ 0x55; 32] };
        let secrets: DeviceSecrets = cbor::read(&cbor::encode(&stored)).unwrap();
        let mut prekeys = Prekeys::default();
        prekeys.rotate(NOW, &mut random);
        prekeys.restock(0, 0, 3, NOW, &mut random);
        let keys = secrets.derive_keys();
        let id = keys.derive_id(&SITE);
        let upload = prekeys.derive_upload(&secrets, &SITE).unwrap();
        let upload = signed::Prekeys::verify(&upload, &SITE, &id).unwrap();
        Self { signing: SigningKey::from_bytes(&stored.signing), secrets, prekeys, keys, id, upload }
    }

    /// What a relay hands out of an upload.
    pub(super) fn bundle(&self, one_time: Option<usize>) -> Bundle {
        let offered = self.upload.one_time.as_deref().unwrap_or_default();
        let one_time = one_time.and_then(|place| offered.get(place).cloned());
        Bundle { keys: self.keys, signed: self.upload.signed.clone(), one_time }
    }
}

impl Place {
    pub(super) fn context(&self) -> WrapContext<'_> {
        WrapContext {
            conversation: &self.conversation,
            event: &self.event,
            sender: &self.sender,
            recipient: &self.recipient,
            content: &self.content,
        }
    }

    pub(super) fn back(self) -> Self {
        Self { sender: self.recipient, recipient: self.sender, ..self }
    }
}

impl Fixture {
    fn make() -> Self {
        let [root, admin, voucher] = [1, 2, 3].map(|seed| SigningKey::from_bytes(&[seed; 32]));
        let parties = [0xa1, 0xb2, 0xc3].map(Party::make);
        let context = Context {
            root: &RootKey(root.verifying_key().to_bytes()),
            site: &SITE,
            scope: Some(CONVERSATION),
        };
        let pair = Pair::make(&parties[0], &parties[1], &context);
        let mut random = seeded(9);
        let code = EnrolmentCode::make(SITE, *context.root, "https://relay.example", &mut random);
        let recipients = [parties[1].id];
        let bound_to = ContentContext {
            conversation: &CONVERSATION,
            event: &EVENT,
            sender: &parties[0].id,
            recipients: &recipients,
        };
        let halo = message(Body::Text("halo".to_owned()));
        let sealed = content::seal(&halo, ROSTER, &bound_to, &mut random);
        Self {
            root,
            admin,
            voucher,
            parties,
            pair,
            code,
            content: sealed,
            attachment: make_attachment(),
            roster: OnceLock::new(),
        }
    }

    pub(super) fn root(&self) -> RootKey {
        RootKey(self.root.verifying_key().to_bytes())
    }

    pub(super) fn certificate(&self) -> Certificate {
        Certificate {
            site: SITE,
            generation: ORDER.generation,
            admin: AdminKey(self.admin.verifying_key().to_bytes()),
            not_before: NOW,
            not_after: NOW + 1_000_000,
        }
    }

    /// What an admin publishes, whatever it says.
    pub(super) fn sign_as_admin(&self, label: &str, certificate: Vec<u8>, body: Vec<u8>) -> AdminSigned {
        AdminSigned {
            certificate_signature: sign(&self.root, &Certificate::statement(&certificate)),
            certificate: Octets(certificate),
            signature: sign(&self.admin, &statement(label, &[&body])),
            body: Octets(body),
        }
    }

    pub(super) fn verified_roster(&self) -> &VerifiedRoster {
        self.roster.get_or_init(|| {
            let (certificate, roster) = (cbor::encode(&self.certificate()), cbor::encode(&self.roster()));
            let signed = self.sign_as_admin(Roster::LABEL, certificate, roster);
            VerifiedRoster::open(&cbor::encode(&signed), &SITE, &self.root()).unwrap()
        })
    }

    pub(super) fn roster(&self) -> Roster {
        let [_, first, second] = &self.parties;
        let agents = [(1, first), (2, second)].map(|(id, party)| Agent {
            id: AgentId([id; 16]),
            name: format!("Agent {id}"),
            devices: vec![Device { keys: party.keys, not_after: NOW + 9_000 }],
        });
        let mut inbox = vec![first.id, second.id];
        inbox.sort_unstable();
        Roster {
            site: SITE,
            order: ORDER,
            previous: RosterHash([0; 32]),
            issued_at: NOW,
            not_after: NOW + 10_000,
            profile: Profile {
                name: "Toko Contoh".to_owned(),
                pages: vec!["https://shop.example".to_owned()],
                apps: vec!["https://chat.example".to_owned()],
                vouchers: Some(vec![VoucherKey(self.voucher.verifying_key().to_bytes())]),
                masking: Some(Masking {
                    rules: Some(vec![MaskingRule {
                        kind: "phone".to_owned(),
                        visitor: MaskingAction::Leave,
                        agent: MaskingAction::Mask(4),
                    }]),
                    allowed: Some(vec!["0215550100".to_owned()]),
                    patterns: None,
                }),
                hours: Some(Hours {
                    zone: "Asia/Jakarta".to_owned(),
                    open: vec![Span { from: 480, to: 1_020 }],
                    reply: Some(5),
                }),
                intake: Some(Intake {
                    questions: Some(vec![Question {
                        label: "Perihal".to_owned(),
                        asks: Asks::Choice(vec!["Pesanan".to_owned(), "Retur".to_owned()]),
                        need: Need::Required,
                    }]),
                    consent: Some(Consent { text: "Setuju".to_owned(), notice: None }),
                }),
            },
            desks: vec![Desk {
                id: DESK,
                name: "Sales".to_owned(),
                inbox,
                supervisors: Some(vec![AgentId([2; 16])]),
            }],
            agents: agents.into(),
        }
    }
}

impl Pair {
    fn make(visitor: &Party, agent: &Party, context: &Context<'_>) -> Self {
        let mut random = seeded(4);
        let place = Place {
            conversation: CONVERSATION,
            event: EVENT,
            sender: visitor.id,
            recipient: agent.id,
            content: ContentHash([7; 32]),
        };
        let bundle = agent.bundle(Some(0));
        let mut ours = initiate(&visitor.secrets, &bundle, ROSTER, context, NOW, &mut random).unwrap();
        let key = content_key(&mut random);
        let first = ours.seal(&key, &place.context(), NOW, &mut random).unwrap();
        let wrap = Wrap::parse(&first).unwrap();
        let init = wrap.init.as_ref().unwrap();
        let response = respond(&agent.secrets, &agent.prekeys, init, &visitor.id, context, NOW).unwrap();
        let (mut theirs, _, _) = response.open(&wrap, &place.context(), NOW).unwrap();
        let back = place.back();
        let answer = theirs.seal(&key, &back.context(), NOW, &mut random).unwrap();
        ours.open(&Wrap::parse(&answer).unwrap(), &back.context(), NOW).unwrap();
        let before = ours.clone();
        let next = ours.seal(&key, &place.context(), NOW, &mut random).unwrap();
        Self { visitor: before, agent: theirs, first, next, place }
    }
}
