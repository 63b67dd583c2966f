//! What each kind of vector does with its input and the draws of its case; tests/interop/segel/vector-kinds.js does
//! the same.

use ed25519_dalek::{Signer, SigningKey};
use segel_crypto::act::{ActContext, ActKind, Assignment};
use segel_crypto::attachment::{Measure, Opener, Sealer};
use segel_crypto::authority::{Admin, AdminSecret, RootSecret};
use segel_crypto::content::{self, ContentContext, ContentHash};
use segel_crypto::enrol::EnrolmentCode;
use segel_crypto::grant::Grant;
use segel_crypto::log::LogHash;
use segel_crypto::safety::SafetyNumber;
use segel_crypto::signal::{SignalReceiver, SignalSender};
use segel_crypto::storage::StateKey;
use segel_wire::cbor;
use segel_wire::ids::{AttachmentId, Challenge, DeskId, IdentityKey, Octets, RootKey, Signature, VoucherKey};
use segel_wire::signed::{
    self, Certificate, Enrolment, LoginStatement, Roster, SignedToken, Token, TokenContext, VerifiedRoster,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::draws::{CountingRng, Given};
use crate::exchange;
use crate::json::{
    act, bytes, conversation, device, event, expose, hex, list, message, number, octets, roster, secrets,
    site, text, view,
};

/// Runs a case. What it makes is opened again by this implementation too.
pub(crate) fn run(kind: &str, input: &Value, random: &mut CountingRng) -> Value {
    match kind {
        "device" => device_keys(input),
        "prekey" => prekey(input),
        "exchange" => exchange::run(input, random),
        "content" => content_and_grant(input, random).0,
        "grant" => content_and_grant(input, random).1,
        "log" => log(input),
        "roster" => signed_roster(input),
        "acts" => acts(input),
        "attachment" => attachment(input, random),
        "signal" => signal(input, random),
        "safety" => safety(input),
        "record" => record(input, random),
        "token" => token(input),
        "enrolment" => enrolment(input),
        "login" => login(input),
        other => unreachable!("a kind {other}"),
    }
}

fn device_keys(input: &Value) -> Value {
    let keys = secrets(&input["secrets"]).derive_keys();
    json!({
        "identity": hex(keys.identity.0),
        "signing": hex(keys.signing.0),
        "login": hex(keys.login.0),
        "id": hex(keys.derive_id(&site(&input["site"])).0),
    })
}

/// A one-time prekey has the id 2, after a signed one that does not matter.
fn prekey(input: &Value) -> Value {
    let mut one = input["prekey"].clone();
    let is_signed = text(&one["role"]) == "signed";
    let first = json!({ "id": 1, "role": "signed", "notAfter": one["notAfter"], "curve": "00".repeat(32),
        "kem": "00".repeat(64) });
    let all = if is_signed { json!([one.take()]) } else { json!([first, one.take()]) };
    let upload = exchange::prekeys(&all).derive_upload(&secrets(&input["secrets"]), &site(&input["site"]));
    let upload: signed::Prekeys = cbor::decode(&upload.unwrap()).unwrap();
    let made = if is_signed { upload.signed } else { upload.one_time.unwrap().remove(0) };
    json!({ "prekey": hex(cbor::encode(&made)) })
}

fn content_and_grant(input: &Value, random: &mut CountingRng) -> (Value, Value) {
    let (conversation, event) = (conversation(&input["conversation"]), event(&input["event"]));
    let (sender, recipients) = (device(&input["sender"]), list(&input["recipients"], device));
    let bound_to = ContentContext {
        conversation: &conversation,
        event: &event,
        sender: &sender,
        recipients: &recipients,
    };
    let message = message(&input["message"]);
    let (sealed, key) = content::seal(&message, view(input), &bound_to, random);
    assert_eq!(content::open(&sealed, &key, &bound_to).unwrap(), message);
    let (hash, contents) = (ContentHash::derive(&sealed), hex(&sealed));
    let output = json!({
        "content": contents,
        "contentKey": hex(expose(&key)),
        "contentHash": hex(hash.0),
        "message": hex(cbor::encode(&message)),
    });
    let grant = Grant { event, position: number(&input["position"]), sender, content: hash, key };
    assert_eq!(grant.open(&sealed, &bound_to).unwrap(), message);
    let vouched_for = input["giver"].is_string() && device(&input["giver"]) != sender;
    let given = hex(cbor::encode(&grant));
    (output, json!({ "content": contents, "grant": given, "vouchedFor": vouched_for }))
}

fn log(input: &Value) -> Value {
    let mut hashes = vec![LogHash::start(&conversation(&input["conversation"]))];
    for entry in input["entries"].as_array().unwrap() {
        let (sender, hash) = (device(&entry["sender"]), ContentHash(bytes(&entry["contentHash"])));
        let next =
            hashes.last().unwrap().follow(hashes.len() as u64, &event(&entry["event"]), &sender, &hash);
        hashes.push(next);
    }
    json!({ "hashes": hashes.iter().map(|hash| hex(hash.0)).collect::<Vec<_>>() })
}

fn sign(root: [u8; 32], admin: [u8; 32], times: (u64, u64, u64), roster: &Roster) -> VerifiedRoster {
    let (root, admin) = (RootSecret::restore(root), AdminSecret::restore(admin));
    let (generation, not_before, not_after) = times;
    let admin_key = admin.derive_public();
    let certificate = Certificate { site: roster.site, generation, admin: admin_key, not_before, not_after };
    let (bytes, signature) = root.certify(&certificate);
    let signed = Admin::new(admin, bytes, signature).sign_roster(roster);
    VerifiedRoster::open(&signed, &roster.site, &root.derive_public()).unwrap()
}

fn signed_roster(input: &Value) -> Value {
    let certificate = &input["certificate"];
    assert_eq!(certificate["site"], input["roster"]["site"]);
    let times = ["generation", "notBefore", "notAfter"].map(|name| number(&certificate[name]));
    let (root, admin) = (bytes(&input["rootSeed"]), bytes(&input["adminSeed"]));
    let verified = sign(root, admin, times.into(), &roster(&input["roster"]));
    json!({ "roster": hex(verified.bytes()), "hash": hex(verified.hash().0) })
}

fn acts(input: &Value) -> Value {
    let roster = roster(&input["roster"]);
    let times = (roster.order.generation, roster.issued_at, roster.not_after);
    let verified = sign([1; 32], [2; 32], times, &roster);
    let desk = verified.desk(&DeskId(bytes(&input["desk"]))).unwrap();
    let mut state = Assignment::default();
    let after = input["acts"].as_array().unwrap().iter().map(|given| {
        let mut act = act(&given["act"]);
        (act.epoch, act.previous) = (state.epoch + 1, state.hash);
        let seed = octets(&given["signing"]);
        let secrets = json!({ "identity": hex(&seed), "signing": hex(&seed), "login": hex(&seed) });
        let signed = act.sign(&crate::json::secrets(&secrets));
        let now = number(&input["now"]);
        let context =
            ActContext { roster: &verified, desk, conversation: &act.conversation, sender: &act.device, now };
        state = state.follow(&signed, &context).unwrap();
        json!({
            "act": hex(&signed.act.0),
            "signature": hex(signed.signature.0),
            "state": {
                "epoch": state.epoch,
                "hash": hex(state.hash.0),
                "holder": state.holder.map(|agent| hex(agent.0)),
                "taken": state.held_by == Some(ActKind::Takeover),
                "joined": state.joined.iter().map(|agent| hex(agent.0)).collect::<Vec<_>>(),
                "ended": state.ended.map(|agent| hex(agent.0)),
            },
        })
    });
    after.collect()
}

/// The plaintext is `i mod 251` at byte i.
fn attachment(input: &Value, random: &mut CountingRng) -> Value {
    let size = usize::try_from(number(&input["length"])).unwrap();
    let source: Vec<u8> = (0..size).map(|at| u8::try_from(at % 251).unwrap()).collect();
    let mut measure = Measure::new(size as u64).unwrap();
    measure.take(&source).unwrap();
    let sealer = Sealer::new(measure.finish().unwrap(), AttachmentId(bytes(&input["id"])), random);
    let chunks: Vec<_> = (0..sealer.chunks())
        .map(|index| {
            let (from, to) = sealer.source_of(index);
            let range = usize::try_from(from).unwrap()..usize::try_from(to).unwrap();
            sealer.seal(index, &source[range]).unwrap()
        })
        .collect();
    let hash = Sha256::digest(chunks.concat()).into();
    let described = sealer.describe(hash, "name".to_owned(), "type".to_owned(), None);
    let mut opener = Opener::new(&described).unwrap();
    let pieces: Vec<_> = chunks.iter().map(|chunk| opener.open(chunk).unwrap()).collect();
    assert!(pieces.concat() == source && opener.finish().is_ok());
    let chunks =
        chunks.iter().map(|chunk| json!({ "length": chunk.len(), "hash": hex(Sha256::digest(chunk)) }));
    json!({
        "size": described.size,
        "key": hex(expose(&described.key)),
        "plainHash": hex(described.plain_hash),
        "sealedHash": hex(described.sealed_hash),
        "chunks": chunks.collect::<Vec<_>>(),
    })
}

/// A sender's counter counts its signals: those before this one are sealed and dropped.
fn signal(input: &Value, random: &mut CountingRng) -> Value {
    let (conversation, sender) = (conversation(&input["conversation"]), device(&input["sender"]));
    let said = &input["signal"];
    let now = number(&said["time"]);
    let mut own = SignalSender::make(&conversation, &sender, now, &mut Given::new([octets(&input["key"])]));
    let kind = cbor::decode(&cbor::encode(&number(&said["kind"]))).unwrap();
    for _ in 1..number(&said["counter"]) {
        own.seal(kind, now, &mut CountingRng::default());
    }
    let sealed = own.seal(kind, now, random);
    let mut receiver = SignalReceiver::new(&conversation, &sender, own.shared(), now);
    assert_eq!(receiver.open(&sealed, now), Ok(kind));
    json!({ "signal": hex(sealed) })
}

fn safety(input: &Value) -> Value {
    let (root, identity) = (RootKey(bytes(&input["root"])), IdentityKey(bytes(&input["identity"])));
    let safety = SafetyNumber::derive(&root, &site(&input["site"]), &identity);
    let shown = safety.to_string();
    json!({ "groups": shown.split(' ').collect::<Vec<_>>(), "code": safety.qr_text() })
}

fn record(input: &Value, random: &mut CountingRng) -> Value {
    let (name, generation) = (text(&input["name"]), number(&input["generation"]));
    let (key, record) = (StateKey::new(bytes(&input["stateKey"])), octets(&input["record"]));
    let sealed = key.seal(name, generation, &record, random);
    assert_eq!(*key.open(name, &sealed, generation).unwrap().bytes, record);
    json!({ "record": hex(sealed) })
}

fn token(input: &Value) -> Value {
    let (given, identity) = (&input["token"], IdentityKey(bytes(&input["identity"])));
    let token = Token {
        site: site(&given["site"]),
        subject: text(&given["subject"]).to_owned(),
        conversation: conversation(&given["conversation"]),
        visitor: Token::derive_visitor(&identity),
        not_after: number(&given["notAfter"]),
    };
    let (bytes, voucher) = (cbor::encode(&token), SigningKey::from_bytes(&bytes(&input["voucherSeed"])));
    let signature = Signature(voucher.sign(&Token::statement(&bytes)).to_bytes());
    let voucher = VoucherKey(voucher.verifying_key().to_bytes());
    let signed = SignedToken { token: Octets(bytes), voucher, signature };
    let mut listing = roster(&crate::inputs::roster());
    (listing.site, listing.profile.vouchers) = (token.site, Some(vec![voucher]));
    let written = number(&input["timeMs"]) / 1_000;
    let context = TokenContext {
        roster: &listing,
        conversation: &token.conversation,
        sender: &identity,
        written,
        stored: written,
    };
    assert_eq!(signed.verify(&context).unwrap(), token);
    json!({ "token": hex(cbor::encode(&signed)) })
}

fn enrolment(input: &Value) -> Value {
    let (site, own) = (site(&input["site"]), secrets(&input["secrets"]));
    let mut random = Given::new([octets(&input["secret"])]);
    let code = EnrolmentCode::make(site, RootKey([0; 32]), "https://relay.example", &mut random);
    let made = code.enrol(&own);
    let read = Enrolment::verify(&made, &site, &code.derive_invitation()).unwrap();
    assert!(code.vouches_for(&read) && read.keys == own.derive_keys());
    json!({ "enrolment": hex(made) })
}

fn login(input: &Value) -> Value {
    let (site, challenge) = (site(&input["site"]), Challenge(bytes(&input["challenge"])));
    let statement = LoginStatement {
        relay: text(&input["origin"]),
        site: &site,
        challenge: &challenge,
        expires: number(&input["expires"]),
    };
    let own = secrets(&input["secrets"]);
    let signature = own.sign_login(&statement);
    assert!(statement.is_signed_by(&own.derive_keys().login, &signature));
    json!({ "statement": hex(statement.to_bytes()), "signature": hex(signature.0) })
}
