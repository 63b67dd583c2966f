//! Real values of the document's rules: those of both implementations' vectors and of the worked example, and what a
//! device uploads.

use data_encoding::HEXLOWER;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use segel_crypto::act::{Act, SignedAct};
use segel_crypto::content::{Body, Details, Message, Rating};
use segel_crypto::device::DeviceSecrets;
use segel_crypto::enrol::EnrolmentCode;
use segel_crypto::grant::Grant;
use segel_crypto::handshake::Init;
use segel_crypto::prekeys;
use segel_crypto::signal::{SharedKey, SignalKind};
use segel_wire::cbor::{self, Cbor};
use segel_wire::cbor_array;
use segel_wire::ids::SiteId;
use segel_wire::limits::ONE_TIME_KEPT;
use segel_wire::signed::{
    AdminSigned, Asks, Bundle, Certificate, Consent, DeviceKeys, Enrolment, Hours, Intake, Invitation, Need,
    Order, Prekey, Prekeys, Question, Roster, SignedToken, Span, Token,
};
use serde_json::Value;

const EXAMPLE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/protocol-example.md"));
const VECTORS: [&str; 2] = [
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/interop/vectors/from-rust.json")),
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/interop/vectors/from-javascript.json")),
];

/// A value and the rule that it is of.
pub(crate) struct Sample {
    pub(crate) rule: &'static str,
    pub(crate) bytes: Vec<u8>,
    /// Whether the code takes such bytes for a value of the rule.
    pub(crate) decodes: fn(&[u8]) -> bool,
}

/// What a signal holds; the code's own is nobody else's.
struct Signal {
    counter: u64,
    time: u64,
    kind: SignalKind,
}

cbor_array!(Signal { counter, time, kind });

fn decodes<T: Cbor>(bytes: &[u8]) -> bool {
    cbor::decode::<T>(bytes).is_ok()
}

fn sample<T: Cbor>(rule: &'static str, bytes: Vec<u8>) -> Sample {
    Sample { rule, bytes, decodes: decodes::<T> }
}

pub(crate) fn samples() -> Vec<Sample> {
    let mut samples = of_example();
    for file in VECTORS {
        let file: Value = serde_json::from_str(file).unwrap();
        samples.extend(file["cases"].as_array().unwrap().iter().flat_map(of_case));
    }
    let mut random = ChaCha20Rng::seed_from_u64(1);
    let (device, mut stock) = (DeviceSecrets::make(&mut random), prekeys::Prekeys::default());
    assert!(stock.rotate(1_800_000_000, &mut random));
    assert!(stock.restock(0, 0, ONE_TIME_KEPT, 1_800_000_000, &mut random));
    let upload = stock.derive_upload(&device, &SiteId([0x51; 16])).unwrap();
    samples.push(sample::<Prekeys>("prekeys", upload));
    let mut roster: Roster = cbor::decode(&example("next roster")).unwrap();
    let open = vec![Span { from: 480, to: 1_020 }, Span { from: 1_920, to: 10_080 }];
    roster.profile.hours = Some(Hours { zone: "Asia/Jakarta".to_owned(), open, reply: Some(5) });
    roster.profile.intake = Some(intake());
    samples.push(sample::<Roster>("roster", cbor::encode(&roster)));
    samples
}

fn intake() -> Intake {
    let question = |label: &str, asks, need| Question { label: label.to_owned(), asks, need };
    let options = vec!["Pesanan".to_owned(), "Retur".to_owned()];
    let notice = Some("https://toko.example/privasi".to_owned());
    Intake {
        questions: Some(vec![
            question("Nama", Asks::Line, Need::Required),
            question("Surel", Asks::Email, Need::Optional),
            question("Telepon", Asks::Phone, Need::Optional),
            question("Perihal", Asks::Choice(options), Need::Required),
        ]),
        consent: Some(Consent { text: "Saya setuju".to_owned(), notice }),
    }
}

fn of_example() -> Vec<Sample> {
    let admin_signed = example("the roster as it is published");
    let AdminSigned { certificate, body, .. } = cbor::decode(&admin_signed).unwrap();
    let invitation = example("the invitation as it is published");
    let AdminSigned { body: invited, .. } = cbor::decode(&invitation).unwrap();
    let enrolment = example("enrolment");
    let Enrolment { keys, .. } = cbor::decode(&enrolment).unwrap();
    vec![
        sample::<Certificate>("certificate", certificate.0),
        sample::<Roster>("roster", body.0),
        sample::<Roster>("roster", example("next roster")),
        sample::<AdminSigned>("admin-signed", admin_signed),
        sample::<AdminSigned>("admin-signed", invitation),
        sample::<Invitation>("invitation", invited.0),
        sample::<Enrolment>("enrolment", enrolment),
        sample::<DeviceKeys>("device-keys", cbor::encode(&keys)),
        sample::<EnrolmentCode>("enrolment-code", example("enrolment code")),
        sample::<Message>("message", example("message, encoded: Selamat siang")),
        sample::<Signal>("signal", example("signal, encoded")),
        sample::<SharedKey>("signal-key", example("key for signals, encoded")),
    ]
}

/// A value of the worked example, by its name.
fn example(name: &str) -> Vec<u8> {
    let (_, after) = EXAMPLE.split_once(&format!("\n    {name}\n")).unwrap_or_else(|| panic!("{name}"));
    let lines = after.lines().take_while(|line| line.starts_with("      "));
    HEXLOWER.decode(lines.map(str::trim).collect::<String>().as_bytes()).unwrap()
}

/// What a case of the vectors has in the open.
fn of_case(case: &Value) -> Vec<Sample> {
    let output = &case["output"];
    let list = |value: &Value| value.as_array().unwrap().clone();
    match case["kind"].as_str().unwrap() {
        "prekey" => vec![sample::<Prekey>("prekey", hex(&output["prekey"]))],
        "roster" => {
            let signed = hex(&output["roster"]);
            let AdminSigned { certificate, body, .. } = cbor::decode(&signed).unwrap();
            let roster: Roster = cbor::decode(&body.0).unwrap();
            vec![
                sample::<Certificate>("certificate", certificate.0),
                sample::<Order>("order", cbor::encode(&roster.order)),
                sample::<Roster>("roster", body.0),
                sample::<AdminSigned>("admin-signed", signed),
            ]
        }
        "token" => {
            let signed = hex(&output["token"]);
            let SignedToken { token, .. } = cbor::decode(&signed).unwrap();
            vec![sample::<Token>("token", token.0), sample::<SignedToken>("signed-token", signed)]
        }
        "enrolment" => vec![sample::<Enrolment>("enrolment", hex(&output["enrolment"]))],
        "content" => of_content(hex(&output["message"])),
        "grant" => vec![sample::<Grant>("grant", hex(&output["grant"]))],
        "acts" => list(output).iter().flat_map(of_act).collect(),
        "exchange" => {
            let bundle = sample::<Bundle>("bundle", hex(&output["bundle"]));
            list(&output["steps"]).iter().filter_map(init_of).chain([bundle]).collect()
        }
        _ => vec![],
    }
}

fn of_content(message: Vec<u8>) -> Vec<Sample> {
    let within = match cbor::decode(&message).map(|message: Message| message.body) {
        Ok(Body::Rating(rating)) => Some(sample::<Rating>("rating", cbor::encode(&rating))),
        Ok(Body::Details(details)) => Some(sample::<Details>("details", cbor::encode(&details))),
        _ => None,
    };
    within.into_iter().chain([sample::<Message>("message", message)]).collect()
}

fn of_act(signed: &Value) -> [Sample; 2] {
    let (act, signature) = (hex(&signed["act"]), hex(&signed["signature"]));
    let whole = SignedAct {
        act: act.clone().into(),
        signature: segel_wire::ids::Signature(signature.try_into().unwrap()),
    };
    [sample::<Act>("act", act), sample::<SignedAct>("signed-act", cbor::encode(&whole))]
}

/// The init in a step's wrap, if it has one: behind 35 bytes and its length.
fn init_of(step: &Value) -> Option<Sample> {
    let wrap = hex(step.get("wrap")?);
    let length = usize::from(u16::from_be_bytes(*wrap[35..].first_chunk()?));
    (wrap[2] == 1).then(|| sample::<Init>("init", wrap[37..37 + length].to_vec()))
}

fn hex(value: &Value) -> Vec<u8> {
    HEXLOWER.decode(value.as_str().unwrap().as_bytes()).unwrap()
}
