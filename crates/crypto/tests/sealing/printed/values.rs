//! A value of every type, with every secret and every text of it known.

use core::fmt::Debug;

use segel_crypto::act::{ActError, ActHash, ActKind, Assignment, Seat};
use segel_crypto::attachment::{
    self, Attachment, AttachmentKey, Measure, OpenError, Opener, SealedHash, Sealer,
};
use segel_crypto::authority::{Admin, AdminSecret, RootSecret};
use segel_crypto::content::{
    Agreed, Body, ContentContext, ContentError, ContentHash, ContentKey, Details, Header, Stars,
};
use segel_crypto::device::{DeviceSecrets, IdentitySecret, LoginSecret, SigningSecret};
use segel_crypto::enrol::{EnrolmentCode, NotACode};
use segel_crypto::grant::{Grant, GrantError};
use segel_crypto::handshake::{EphemeralSecret, HandshakeError, Transcript};
use segel_crypto::lock::{DraftKey, Lock, LockKey, Way};
use segel_crypto::log::{LogHash, Seen};
use segel_crypto::prekeys::{KemSeed, PrekeySecret};
use segel_crypto::safety::SafetyNumber;
use segel_crypto::session::{self, Wrap, WrapError};
use segel_crypto::signal::{SharedKey, SignalError, SignalKey, SignalKind, SignalReceiver, SignalSender};
use segel_crypto::storage::{Record, StateKey, StorageError};
use segel_hazmat::aead;
use segel_hazmat::curve::WeakKey;
use segel_hazmat::kdf::Hasher;
use segel_hazmat::kem::BadKemKey;
use segel_wire::api::LoginAnswer;
use segel_wire::cbor::{self, Cbor};
use segel_wire::ids::{AttachmentId, DeviceId, EventId, IdentityKey, Signature, VoucherKey};
use segel_wire::signed::{ConsentHash, SignedToken, Token};
use segel_wire::{ClientFrame, Octets};

use super::Printed;
use crate::site::{Person, Site};
use crate::support::{CONTEXT, CONVERSATION, NOW, ORDER, Pair, Party, ROOT, ROSTER, SITE, message, seeded};

/// What every secret is made of, as far as a value takes a given one.
pub(super) const SECRET: [u8; 64] = [0x5e; 64];
/// What every text says.
pub(super) const TEXT: &str = "rahasia";
/// How those would stand in a print: numbers, hexadecimal, base64url, letters, the letters' numbers.
pub(super) const SECRET_SHAPES: [&str; 6] = ["94, 94", "5e5e", "5E5E", "Xl5e", "rahasia", "114, 97, 104"];

const EVENT: EventId = EventId([0xe0; 16]);
const DEVICE: DeviceId = DeviceId([0xd0; 16]);
const HASH: ContentHash = ContentHash([0xaa; 32]);

/// The entries so far.
#[derive(Default)]
struct Entries(Printed);

impl Entries {
    fn add(&mut self, name: &str, value: &dyn Debug) {
        assert!(self.0.insert(name.to_owned(), format!("{value:?}")).is_none(), "{name} stands there");
    }

    /// All variants, or all that print another shape.
    fn add_all(&mut self, name: &str, values: &[impl Debug]) {
        self.add(name, &values);
    }
}

/// A secret that was kept.
fn secret<T: Cbor>(size: usize) -> T {
    // CBOR of a byte string of more than 23 and at most 255 bytes.
    let head = [0x58, u8::try_from(size).unwrap()];
    cbor::decode(&[&head[..], &SECRET[..size]].concat()).unwrap()
}

/// What every type prints.
pub(super) fn print() -> Printed {
    let mut entries = Entries::default();
    keys(&mut entries);
    devices(&mut entries);
    sessions(&mut entries);
    contents(&mut entries);
    acts(&mut entries);
    attachments(&mut entries);
    signals(&mut entries);
    tokens(&mut entries);
    entries.0
}

fn keys(entries: &mut Entries) {
    entries.add("authority::RootSecret", &secret::<RootSecret>(32));
    entries.add("authority::AdminSecret", &secret::<AdminSecret>(32));
    entries.add("device::IdentitySecret", &secret::<IdentitySecret>(32));
    entries.add("device::SigningSecret", &secret::<SigningSecret>(32));
    entries.add("device::LoginSecret", &secret::<LoginSecret>(32));
    entries.add("prekeys::PrekeySecret", &secret::<PrekeySecret>(32));
    entries.add("prekeys::KemSeed", &secret::<KemSeed>(64));
    entries.add("handshake::EphemeralSecret", &secret::<EphemeralSecret>(32));
    entries.add("content::ContentKey", &secret::<ContentKey>(32));
    entries.add("attachment::AttachmentKey", &secret::<AttachmentKey>(32));
    entries.add("storage::StateKey", &secret::<StateKey>(32));
    entries.add("signal::SignalKey", &secret::<SignalKey>(32));
    entries.add("lock::LockKey", &secret::<LockKey>(32));
    entries.add("lock::DraftKey", &secret::<DraftKey>(32));
    entries.add("curve::WeakKey", &WeakKey);
    entries.add("kem::BadKemKey", &BadKemKey);
    entries.add("aead::NotAuthentic", &aead::NotAuthentic);
    let mut hasher = Hasher::default();
    hasher.update(&SECRET);
    entries.add("kdf::Hasher", &hasher);
}

fn devices(entries: &mut Entries) {
    let secrets: DeviceSecrets =
        cbor::decode(&[&[0x83][..], &[&[0x58, 32][..], &SECRET[..32]].concat().repeat(3)].concat()).unwrap();
    entries.add("device::DeviceSecrets", &secrets);
    entries.add("authority::Admin", &Admin::new(secret(32), vec![1; 90], Signature([2; 64])));
    entries.add("enrol::EnrolmentCode", &EnrolmentCode::make(SITE, ROOT, TEXT, &mut seeded(1)));
    entries.add("enrol::NotACode", &NotACode);
    let number = SafetyNumber::derive(&ROOT, &SITE, &IdentityKey([3; 32]));
    entries.add("safety::SafetyNumber", &number);
    entries.add("storage::Record", &Record { generation: 7, bytes: SECRET.to_vec().into() });
    let ways = [Way::Passphrase { memory: 65_536, passes: 3 }, Way::Passkey(Octets(vec![0xc1; 4]))];
    entries.add("lock::Lock", &Lock { way: ways[0].clone(), salt: Octets(vec![0xa1; 4]), idle_minutes: 15 });
    entries.add_all("lock::Way", &ways);
    entries.add_all("storage::StorageError", &[StorageError::Broken, StorageError::RolledBack]);
}

fn sessions(entries: &mut Entries) {
    // Both directions, an init, skipped keys and an offer: every part of a session is printed in one of the two.
    let mut pair = Pair::new();
    pair.agent = Party::stocked(&mut pair.random);
    pair.session = pair.visitor.initiate(&pair.agent.bundle, &mut pair.random);
    let first = pair.say();
    let mut theirs = pair.agent.hear(&first);
    pair.answer(&mut theirs).assert_opens(&mut pair.session);
    pair.now += 24 * 60 * 60;
    drop(pair.say());
    pair.say().assert_opens(&mut theirs);
    entries.add_all("session::Session", &[pair.session.clone(), theirs]);
    entries.add("prekeys::Prekeys", &pair.agent.prekeys);
    entries.add("session::Wrap", &Wrap::parse(&first.wrap).unwrap());
    entries.add("session::WrapContext", &first.place.context());
    let init = first.init().unwrap();
    entries.add("handshake::Init", &init);
    entries.add("handshake::Context", &CONTEXT);
    entries.add("handshake::Transcript", &Transcript([1; 32]));

    let mut fresh = Pair::new();
    let first = fresh.say();
    let response = fresh.agent.respond(&first.init().unwrap(), &fresh.visitor.id).unwrap();
    entries.add("handshake::Response", &response);
    let (_, _, used) =
        response.open(&Wrap::parse(&first.wrap).unwrap(), &first.place.context(), NOW).unwrap();
    entries.add("prekeys::Used", &used);
    entries.add_all(
        "handshake::HandshakeError",
        &[
            HandshakeError::WeakKey(WeakKey),
            HandshakeError::BadKemKey(BadKemKey),
            HandshakeError::WrongSender,
            HandshakeError::UnknownPrekey,
            HandshakeError::Seen,
        ],
    );
    entries.add_all(
        "session::WrapError",
        &[
            WrapError::Malformed,
            WrapError::UnknownSuite,
            WrapError::Stale,
            WrapError::TooFarAhead,
            WrapError::KemRefused,
            WrapError::WeakKey,
            WrapError::NotAuthentic,
        ],
    );
    entries.add_all("session::SealError", &[session::SealError::Spent, session::SealError::Elsewhere]);
}

fn contents(entries: &mut Entries) {
    entries.add("content::ContentHash", &HASH);
    entries.add("content::Message", &message(TEXT));
    entries.add("content::Body", &Body::Text(TEXT.to_owned()));
    entries.add("content::Stars", &Stars::Four);
    entries.add("content::Agreed", &Agreed { consent: ConsentHash([1; 32]), time: 2 });
    let (page, language) = ("https://toko.example".to_owned(), "id".to_owned());
    entries.add("content::Details", &Details { answers: None, agreed: None, page, language });
    let bound_to =
        ContentContext { conversation: &CONVERSATION, event: &EVENT, sender: &DEVICE, recipients: &[DEVICE] };
    entries.add("content::ContentContext", &bound_to);
    let header = Header { quiet: true, event: EVENT, order: ORDER, roster: ROSTER.1 };
    entries.add("content::Header", &header);
    let errors = [
        ContentError::Malformed,
        ContentError::UnknownSuite,
        ContentError::WrongEvent,
        ContentError::NotAuthentic,
    ];
    entries.add_all("content::ContentError", &errors);
    let grant = Grant { event: EVENT, position: 1, sender: DEVICE, content: HASH, key: secret(32) };
    entries.add("grant::Grant", &grant);
    entries
        .add_all("grant::GrantError", &[GrantError::Elsewhere, GrantError::Content(ContentError::Malformed)]);
    entries.add("log::LogHash", &LogHash([1; 32]));
    entries.add("log::Seen", &Seen::start(&CONVERSATION));
}

fn acts(entries: &mut Entries) {
    let site = Site::new();
    let context = site.context(Person::Member);
    let state = Assignment::default();
    let act = state.draft(ActKind::Claim, None, &context);
    entries.add("act::Act", &act);
    entries.add("act::SignedAct", &act.sign(site.secrets(Person::Member)));
    entries.add("act::Assignment", &state);
    entries.add("act::ActContext", &context);
    entries.add("act::Seat", &Seat::find(site.roster(), None));
    entries.add("act::ActHash", &ActHash([1; 32]));
    entries.add_all(
        "act::ActKind",
        &[
            ActKind::Claim,
            ActKind::Transfer,
            ActKind::Release,
            ActKind::Takeover,
            ActKind::Join,
            ActKind::Leave,
        ],
    );
    entries.add_all(
        "act::ActError",
        &[
            ActError::Malformed,
            ActError::BadSignature,
            ActError::Elsewhere,
            ActError::Late,
            ActError::Ahead,
            ActError::NotFollowing,
            ActError::NotAllowed,
        ],
    );
}

fn attachments(entries: &mut Entries) {
    let source = TEXT.repeat(9_000);
    let mut measure = Measure::new(source.len() as u64).unwrap();
    measure.take(&source.as_bytes()[..300]).unwrap();
    entries.add("attachment::Measure", &measure);
    measure.take(&source.as_bytes()[300..]).unwrap();
    let measured = measure.finish().unwrap();
    entries.add("attachment::Measured", &measured);
    let sealer = Sealer::new(measured, AttachmentId([0xa7; 16]), &mut seeded(1));
    entries.add("attachment::Sealer", &sealer);
    let attachment: Attachment =
        sealer.describe([1; 32], TEXT.to_owned(), TEXT.to_owned(), Some(TEXT.to_owned()));
    entries.add("attachment::Attachment", &attachment);
    let mut chunks = SealedHash::default();
    chunks.take(&SECRET);
    entries.add("attachment::SealedHash", &chunks);
    entries.add("attachment::Opener", &Opener::new(&attachment).unwrap());
    let errors = [attachment::SealError::TooLarge, attachment::SealError::SourceChanged];
    entries.add_all("attachment::SealError", &errors);
    let errors = [
        OpenError::TooLarge,
        OpenError::NotAuthentic,
        OpenError::AfterTheLast,
        OpenError::Truncated,
        OpenError::AnotherFile,
    ];
    entries.add_all("attachment::OpenError", &errors);
}

fn signals(entries: &mut Entries) {
    let shared: SharedKey =
        cbor::decode(&[&[0xa2, 0, 0x58, 32][..], &SECRET[..32], &[1], &cbor::encode(&NOW)].concat()).unwrap();
    entries.add("signal::SignalReceiver", &SignalReceiver::new(&CONVERSATION, &DEVICE, &shared, NOW));
    entries.add("signal::SharedKey", &shared);
    entries.add("signal::SignalSender", &SignalSender::make(&CONVERSATION, &DEVICE, NOW, &mut seeded(1)));
    let kinds = [SignalKind::Idle, SignalKind::Typing, SignalKind::Present, SignalKind::Away];
    entries.add_all("signal::SignalKind", &kinds);
    entries.add_all(
        "signal::SignalError",
        &[
            SignalError::Malformed,
            SignalError::UnknownSuite,
            SignalError::UnknownKey,
            SignalError::Lapsed,
            SignalError::NotAuthentic,
            SignalError::Replayed,
            SignalError::Untimely,
        ],
    );
}

/// What wire has that is as good as a key, or says who a person is.
fn tokens(entries: &mut Entries) {
    let hello = ClientFrame::Hello { token: TEXT.to_owned(), cursor: None };
    entries.add("wire::ClientFrame", &hello);
    entries.add("wire::LoginAnswer", &LoginAnswer { token: TEXT.to_owned(), expires: NOW });
    let token = Token {
        site: SITE,
        subject: TEXT.to_owned(),
        conversation: CONVERSATION,
        visitor: [1; 32],
        not_after: NOW,
    };
    let signed = SignedToken {
        token: Octets(cbor::encode(&token)),
        voucher: VoucherKey([2; 32]),
        signature: Signature([3; 64]),
    };
    entries.add("wire::Token", &token);
    entries.add("wire::SignedToken", &signed);
}
