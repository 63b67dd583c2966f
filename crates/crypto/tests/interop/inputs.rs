//! The inputs of the vectors that this implementation writes; not those of tests/interop/segel/vector-inputs.js.

use segel_crypto::authority::RootSecret;
use segel_wire::cbor;
use segel_wire::ids::SiteId;
use segel_wire::signed::{DeviceKeys, Roster};
use serde_json::{Value, json};

use crate::json::{hex, secrets};
use crate::scripts::talk;

pub(crate) const NOW: u64 = 1_900_000_000;
const DAY: u64 = 24 * 60 * 60;
const SITE: [u8; 16] = [0x5a; 16];

fn id(byte: u8) -> Value {
    hex([byte; 16])
}

fn key(byte: u8) -> Value {
    hex([byte; 32])
}

/// A device's secrets.
fn own(byte: u8) -> Value {
    json!({ "identity": key(byte), "signing": key(byte + 1), "login": key(byte + 2) })
}

fn keys(byte: u8) -> DeviceKeys {
    secrets(&own(byte)).derive_keys()
}

fn id_of(byte: u8) -> Value {
    hex(keys(byte).derive_id(&SiteId(SITE)).0)
}

fn keys_json(byte: u8) -> Value {
    let DeviceKeys { identity, signing, login } = keys(byte);
    json!({ "identity": hex(identity.0), "signing": hex(signing.0), "login": hex(login.0) })
}

const VISITOR: u8 = 0x15;
const AGENTS: [u8; 3] = [0x25, 0x35, 0x45];

fn prekey(id: u8, role: &str) -> Value {
    let kem = hex([0x80 + id; 64]);
    json!({ "id": id, "role": role, "notAfter": NOW + 14 * DAY, "curve": key(0x70 + id), "kem": kem })
}

fn prekeys() -> Value {
    json!([prekey(1, "signed"), prekey(2, "one-time"), prekey(3, "one-time"), prekey(4, "one-time")])
}

pub(crate) fn message(sequence: u64, body: &Value) -> Value {
    json!({
        "sequence": sequence,
        "timeMs": NOW * 1_000 + sequence,
        "desk": id(0xd5),
        "previous": key(0x0a),
        "seen": { "position": sequence - 1, "logHash": key(0x0b) },
        "act": key(0x0c),
        "body": body,
    })
}

fn with(mut input: Value, more: Value) -> Value {
    let Value::Object(more) = more else { unreachable!("fields") };
    input.as_object_mut().unwrap().extend(more);
    input
}

fn view() -> Value {
    json!({ "order": { "generation": 2, "version": 9 }, "rosterHash": key(0xf5) })
}

fn exchange(name: &str, script: &Value, more: Value) -> (&'static str, String, Value) {
    let place = json!({
        "site": hex(SITE),
        "root": key(0xe5),
        "scope": id(0xc5),
        "conversation": id(0xc5),
        "now": NOW,
        "initiator": own(VISITOR),
        "responder": own(AGENTS[0]),
        "prekeys": prekeys(),
        "script": script,
    });
    ("exchange", name.to_owned(), with(with(place, view()), more))
}

fn content(kind: &'static str, name: &str, body: &Value) -> (&'static str, String, Value) {
    let mut recipients: Vec<_> = AGENTS.map(id_of).into();
    recipients.sort_by_key(ToString::to_string);
    let place = json!({
        "conversation": id(0xc5),
        "event": id(0x01),
        "sender": id_of(VISITOR),
        "position": 7,
        "recipients": recipients,
        "giver": if name.contains("own") { id_of(VISITOR) } else { id_of(AGENTS[1]) },
        "message": message(3, body),
    });
    (kind, name.to_owned(), with(place, view()))
}

fn bodies() -> Vec<(&'static str, String, Value)> {
    let attached = json!({
        "id": id(0x09), "name": "faktur.pdf", "type": "application/pdf", "size": 70_000, "key": key(1),
        "plainHash": key(2), "sealedHash": key(3),
    });
    let grant = |event: u8| {
        json!({ "event": id(event), "position": event, "sender": id_of(AGENTS[0]), "contentHash": key(4),
            "contentKey": key(5) })
    };
    let signature = hex([0x66; 64]);
    let mut all = vec![
        content("content", "an attachment without a caption", &json!({ "kind": 1, "value": attached })),
        content(
            "content",
            "an act",
            &json!({ "kind": 2, "value": { "act": hex([0x33; 40]), "signature": signature } }),
        ),
        content("content", "two grants", &json!({ "kind": 3, "value": [grant(1), grant(2)] })),
        content("content", "a request", &json!({ "kind": 4, "value": [id(4)] })),
        content(
            "content",
            "a key for signals",
            &json!({ "kind": 5, "value": { "key": key(8), "notAfter": NOW + DAY } }),
        ),
        content(
            "content",
            "an identity token",
            &json!({ "kind": 6, "value": { "token": hex([0x44; 90]), "voucher": key(9), "signature": signature } }),
        ),
        content("content", "an event that is taken back", &json!({ "kind": 8, "value": id(9) })),
        content("content", "an end", &json!({ "kind": 9 })),
        content("content", "an erasure", &json!({ "kind": 14 })),
        content("content", "stars without a word", &json!({ "kind": 10, "value": { "stars": 1 } })),
        content(
            "content",
            "details with an answer",
            &json!({ "kind": 11, "value": {
                "answers": [{ "label": "Perihal", "text": "Retur" }],
                "page": "https://toko.example/", "language": "id",
            } }),
        ),
        content("content", "other scripts", &json!({ "kind": 0, "value": "سلام 你好 𝄞 e\u{301}\u{feff}" })),
    ];
    let (kind, name, mut answer) =
        content("content", "a text that answers another", &json!({ "kind": 0, "value": "ya" }));
    answer["message"]["quotes"] = id(9);
    all.push((kind, name, answer));
    // Around the first sizes of padding, the longest text that a person may write, and one that opens all the same.
    for length in [74, 75, 76, 77, 78, 90, 91, 92, 93, 94, 347, 348, 349, 350, 3_999, 4_000, 4_001] {
        let said = "x".repeat(length);
        let name = format!("a text of {length} letters");
        all.push(content("content", &name, &json!({ "kind": 0, "value": said })));
    }
    all
}

/// Two desks; agent 2 supervises the first.
pub(crate) fn roster() -> Value {
    let agents = [0, 1, 2].map(|place: u8| {
        let devices = [json!({ "keys": keys_json(AGENTS[usize::from(place)]), "notAfter": NOW + 90 * DAY })];
        json!({ "id": id(0x60 + place), "name": format!("Agén {place}"), "devices": devices })
    });
    json!({
        "site": hex(SITE),
        "order": { "generation": 2, "version": 9 },
        "previous": key(0x1e),
        "issuedAt": NOW,
        "notAfter": NOW + 30 * DAY,
        "profile": { "name": "Toko", "pages": [], "apps": ["https://app.example", "https://other.example"] },
        "desks": [
            { "id": id(0xd5), "name": "", "inbox": [id_of(AGENTS[0])], "supervisors": [id(0x62)] },
            { "id": id(0xd6), "name": "Gudang", "inbox": [] },
        ],
        "agents": agents,
    })
}

fn acts() -> Value {
    let hash = Roster::derive_hash(&cbor::encode(&crate::json::roster(&roster())));
    let act = |agent: u8, kind: u8, other: Option<u8>| {
        let seed = AGENTS[usize::from(agent)];
        let mut act = json!({ "conversation": id(0xc5), "epoch": 0, "device": id_of(seed), "kind": kind, "rosterHash": hex(hash.0) });
        if let Some(other) = other {
            act["agent"] = id(0x60 + other);
        }
        json!({ "signing": key(seed + 1), "act": act })
    };
    // Claim, join, release, claim by who joined, transfer back, join, takeover, release, takeover of nobody's,
    // transfer back, join, release, leave, claim, end.
    let acts = [
        act(0, 0, None),
        act(2, 4, None),
        act(0, 2, None),
        act(2, 0, None),
        act(2, 1, Some(0)),
        act(2, 4, None),
        act(2, 3, None),
        act(2, 2, None),
        act(2, 3, None),
        act(2, 1, Some(0)),
        act(2, 4, None),
        act(0, 2, None),
        act(2, 5, None),
        act(0, 0, None),
        act(0, 6, None),
    ];
    json!({ "roster": roster(), "desk": id(0xd5), "now": NOW, "acts": acts })
}

/// Kind, name and input of each case.
pub(crate) fn all() -> Vec<(&'static str, String, Value)> {
    let mut all = Vec::new();
    let mut add = |kind: &'static str, name: &str, input: Value| all.push((kind, name.to_owned(), input));
    let place = json!({ "conversation": id(0xc5), "sender": id_of(VISITOR) });
    for byte in [VISITOR, AGENTS[0], AGENTS[1], AGENTS[2]] {
        add("device", &format!("a device of {byte}"), json!({ "site": hex(SITE), "secrets": own(byte) }));
    }
    for (id, role) in [(1, "signed"), (2, "one-time")] {
        let input = json!({ "site": hex(SITE), "secrets": own(AGENTS[0]), "prekey": prekey(id, role) });
        add("prekey", &format!("a prekey, {role}"), input);
    }
    let entries = |entries: u8| {
        (1..=entries)
            .map(|at| json!({ "event": id(at), "sender": id_of(VISITOR), "contentHash": key(at) }))
            .collect::<Vec<_>>()
    };
    add("log", "a log of nothing", json!({ "conversation": id(0xc5), "entries": [] }));
    add("log", "a log of nine entries", json!({ "conversation": id(0xc5), "entries": entries(9) }));
    let certificate =
        json!({ "site": hex(SITE), "generation": 2, "notBefore": NOW, "notAfter": NOW + 30 * DAY });
    add(
        "roster",
        "two desks, one without supervisors, no vouchers",
        json!({ "rootSeed": key(0xe6), "adminSeed": key(0xe7), "certificate": certificate, "roster": roster() }),
    );
    add("acts", "acts of two agents", acts());
    for length in [1, 256, 257, 65_536, 65_537, 131_072] {
        add("attachment", &format!("{length} bytes"), json!({ "id": id(0x0b), "length": length }));
    }
    for (counter, kind) in [(1, 0), (3, 3)] {
        let said = json!({ "counter": counter, "time": NOW, "kind": kind });
        let input = with(place.clone(), json!({ "key": key(0x77), "signal": said }));
        add("signal", &format!("a signal of kind {kind}"), input);
    }
    let root = RootSecret::restore([0xe6; 32]).derive_public();
    for byte in [VISITOR, AGENTS[0]] {
        let identity = hex(keys(byte).identity.0);
        add(
            "safety",
            &format!("of {byte}"),
            json!({ "root": hex(root.0), "site": hex(SITE), "identity": identity }),
        );
    }
    for (name, record) in [("", ""), ("percakapan é", "00"), ("account", "0102030405")] {
        let input =
            json!({ "stateKey": key(0x99), "name": name, "generation": 1_u64 << 40, "record": record });
        add("record", &format!("a record `{name}`"), input);
    }
    for subject in ["", "pelanggan é"] {
        let token =
            json!({ "site": hex(SITE), "subject": subject, "conversation": id(0xc5), "notAfter": NOW + 600 });
        let identity = hex(keys(VISITOR).identity.0);
        let input =
            json!({ "voucherSeed": key(0x91), "identity": identity, "token": token, "timeMs": NOW * 1_000 });
        add("token", &format!("a token for `{subject}`"), input);
    }
    add(
        "enrolment",
        "an enrolment",
        json!({ "site": hex(SITE), "secret": id(0xb5), "secrets": own(AGENTS[1]) }),
    );
    add(
        "login",
        "a login",
        json!({ "secrets": own(AGENTS[1]), "origin": "https://relay.example:8443", "site": hex(SITE),
            "challenge": key(0xb6), "expires": NOW + 60 }),
    );
    all.extend(bodies());
    let said = json!({ "kind": 0, "value": "granted" });
    all.push(content("grant", "by another than the sender", &said));
    all.push(content("grant", "by the sender, its own", &said));
    all.push(exchange(
        "fifty-six wraps, an offer at the fiftieth",
        &talk(1, 56, 10),
        json!({ "oneTime": 3 }),
    ));
    all.push(exchange("days pass, offers cross", &talk(2, 40, 20_000), json!({})));
    let agents = json!({ "scope": id(0), "initiator": own(AGENTS[1]), "oneTime": 4 });
    all.push(exchange("between two agents' devices", &talk(3, 12, 3_600), agents));
    all
}
