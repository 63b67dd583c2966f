//! Structures as tests/interop writes them in JSON: bytes as lowercase hex, fields by the names of its structures.js.

use data_encoding::HEXLOWER;
use segel_crypto::act::{Act, ActHash, SignedAct};
use segel_crypto::attachment::Attachment;
use segel_crypto::content::{Agreed, Answer, Body, ContentHash, Details, Message, Rating};
use segel_crypto::device::DeviceSecrets;
use segel_crypto::grant::Grant;
use segel_crypto::log::{LogHash, Seen};
use segel_wire::cbor::{self, Cbor};
use segel_wire::ids::{
    AgentId, AttachmentId, ConversationId, DeskId, DeviceId, EventId, IdentityKey, LoginKey, Octets,
    RosterHash, Signature, SigningKey, SiteId, VoucherKey,
};
use segel_wire::signed::{
    Agent, Asks, Consent, ConsentHash, Desk, Device, DeviceKeys, Hours, Intake, Masking, MaskingAction,
    MaskingRule, Need, Order, Profile, Question, Roster, SignedToken, Span,
};
use serde_json::Value;

use crate::draws::Given;

pub(crate) fn hex(bytes: impl AsRef<[u8]>) -> Value {
    HEXLOWER.encode(bytes.as_ref()).into()
}

pub(crate) fn octets(value: &Value) -> Vec<u8> {
    HEXLOWER.decode(text(value).as_bytes()).unwrap()
}

pub(crate) fn bytes<const N: usize>(value: &Value) -> [u8; N] {
    octets(value).try_into().unwrap()
}

pub(crate) fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// A value that has no constructor, from its bytes.
pub(crate) fn opaque<T: Cbor>(bytes: &[u8]) -> T {
    cbor::decode(&cbor::encode(&Octets(bytes.to_vec()))).unwrap()
}

/// The bytes of such a value.
pub(crate) fn expose<T: Cbor>(value: &T) -> Vec<u8> {
    let Octets(bytes) = cbor::decode(&cbor::encode(value)).unwrap();
    bytes
}

pub(crate) fn list<T>(value: &Value, read: impl Fn(&Value) -> T) -> Vec<T> {
    value.as_array().unwrap().iter().map(read).collect()
}

fn optional<T>(value: &Value, read: impl Fn(&Value) -> T) -> Option<T> {
    (!value.is_null()).then(|| read(value))
}

pub(crate) fn secrets(value: &Value) -> DeviceSecrets {
    let draws = ["identity", "signing", "login"].map(|name| octets(&value[name]));
    DeviceSecrets::make(&mut Given::new(draws))
}

pub(crate) fn site(value: &Value) -> SiteId {
    SiteId(bytes(value))
}

pub(crate) fn conversation(value: &Value) -> ConversationId {
    ConversationId(bytes(value))
}

pub(crate) fn event(value: &Value) -> EventId {
    EventId(bytes(value))
}

pub(crate) fn device(value: &Value) -> DeviceId {
    DeviceId(bytes(value))
}

pub(crate) fn order(value: &Value) -> Order {
    Order { generation: number(&value["generation"]), version: number(&value["version"]) }
}

pub(crate) fn view(value: &Value) -> (Order, RosterHash) {
    (order(&value["order"]), RosterHash(bytes(&value["rosterHash"])))
}

fn keys(value: &Value) -> DeviceKeys {
    DeviceKeys {
        identity: IdentityKey(bytes(&value["identity"])),
        signing: SigningKey(bytes(&value["signing"])),
        login: LoginKey(bytes(&value["login"])),
    }
}

pub(crate) fn message(value: &Value) -> Message {
    let seen = &value["seen"];
    Message {
        sequence: number(&value["sequence"]),
        time: number(&value["timeMs"]),
        desk: DeskId(bytes(&value["desk"])),
        previous: ContentHash(bytes(&value["previous"])),
        seen: Seen { position: number(&seen["position"]), hash: LogHash(bytes(&seen["logHash"])) },
        act: optional(&value["act"], |act| ActHash(bytes(act))),
        body: body(&value["body"]["value"], number(&value["body"]["kind"])),
        quotes: optional(&value["quotes"], event),
    }
}

fn body(value: &Value, kind: u64) -> Body {
    match kind {
        0 => Body::Text(text(value).to_owned()),
        1 => Body::Attachment(attachment(value)),
        2 => Body::Act(SignedAct {
            act: Octets(octets(&value["act"])),
            signature: Signature(bytes(&value["signature"])),
        }),
        3 => Body::Grants(list(value, grant)),
        4 => Body::Request(list(value, event)),
        5 => {
            let key = [&[0xa2, 0x00, 0x58, 32][..], &octets(&value["key"]), &[0x01]].concat();
            Body::SignalKey(cbor::decode(&[key, cbor::encode(&number(&value["notAfter"]))].concat()).unwrap())
        }
        6 => Body::Token(SignedToken {
            token: Octets(octets(&value["token"])),
            voucher: VoucherKey(bytes(&value["voucher"])),
            signature: Signature(bytes(&value["signature"])),
        }),
        7 => Body::Read(number(value)),
        8 => Body::Withdrawal(event(value)),
        9 => Body::End,
        10 => Body::Rating(Rating {
            stars: cbor::decode(&cbor::encode(&number(&value["stars"]))).unwrap(),
            comment: optional(&value["comment"], |comment| text(comment).to_owned()),
        }),
        11 => Body::Details(Details {
            answers: optional(&value["answers"], |answers| list(answers, answer)),
            agreed: optional(&value["agreed"], |agreed| Agreed {
                consent: ConsentHash(bytes(&agreed["consent"])),
                time: number(&agreed["timeMs"]),
            }),
            page: text(&value["page"]).to_owned(),
            language: text(&value["language"]).to_owned(),
        }),
        12 => Body::Note(text(value).to_owned()),
        13 => Body::Labels(list(value, |label| text(label).to_owned())),
        14 => Body::Erasure,
        _ => unreachable!("a body of kind {kind}"),
    }
}

fn answer(value: &Value) -> Answer {
    Answer { label: text(&value["label"]).to_owned(), text: text(&value["text"]).to_owned() }
}

fn attachment(value: &Value) -> Attachment {
    Attachment {
        id: AttachmentId(bytes(&value["id"])),
        name: text(&value["name"]).to_owned(),
        media_type: text(&value["type"]).to_owned(),
        size: number(&value["size"]),
        key: opaque(&octets(&value["key"])),
        plain_hash: bytes(&value["plainHash"]),
        sealed_hash: bytes(&value["sealedHash"]),
        caption: optional(&value["caption"], |caption| text(caption).to_owned()),
    }
}

fn grant(value: &Value) -> Grant {
    Grant {
        event: event(&value["event"]),
        position: number(&value["position"]),
        sender: device(&value["sender"]),
        content: ContentHash(bytes(&value["contentHash"])),
        key: opaque(&octets(&value["contentKey"])),
    }
}

pub(crate) fn roster(value: &Value) -> Roster {
    let (profile, texts) = (&value["profile"], |value: &Value| list(value, |one| text(one).to_owned()));
    Roster {
        site: site(&value["site"]),
        order: order(&value["order"]),
        previous: RosterHash(bytes(&value["previous"])),
        issued_at: number(&value["issuedAt"]),
        not_after: number(&value["notAfter"]),
        profile: Profile {
            name: text(&profile["name"]).to_owned(),
            pages: texts(&profile["pages"]),
            apps: texts(&profile["apps"]),
            vouchers: optional(&profile["vouchers"], |all| list(all, |key| VoucherKey(bytes(key)))),
            masking: optional(&profile["masking"], masking),
            hours: optional(&profile["hours"], hours),
            intake: optional(&profile["intake"], intake),
        },
        desks: list(&value["desks"], desk),
        agents: list(&value["agents"], agent),
    }
}

fn masking(value: &Value) -> Masking {
    let action = |value: &Value| match number(value) {
        5 => MaskingAction::Warn,
        6 => MaskingAction::Block,
        7 => MaskingAction::Leave,
        kept => MaskingAction::Mask(kept.try_into().unwrap()),
    };
    let rule = |value: &Value| MaskingRule {
        kind: text(&value["kind"]).to_owned(),
        visitor: action(&value["visitor"]),
        agent: action(&value["agent"]),
    };
    Masking {
        rules: optional(&value["rules"], |all| list(all, rule)),
        allowed: optional(&value["allowed"], |all| list(all, |one| text(one).to_owned())),
        patterns: optional(&value["patterns"], |all| list(all, rule)),
    }
}

fn hours(value: &Value) -> Hours {
    let span = |span: &Value| Span { from: number(&span["from"]), to: number(&span["to"]) };
    Hours {
        zone: text(&value["zone"]).to_owned(),
        open: list(&value["open"], span),
        reply: optional(&value["reply"], number),
    }
}

fn intake(value: &Value) -> Intake {
    let options = |value: &Value| list(value, |one| text(one).to_owned());
    let question = |question: &Value| Question {
        label: text(&question["label"]).to_owned(),
        asks: match number(&question["asks"]["kind"]) {
            0 => Asks::Line,
            1 => Asks::Email,
            2 => Asks::Phone,
            _ => Asks::Choice(options(&question["asks"]["value"])),
        },
        need: if number(&question["need"]) == 1 { Need::Required } else { Need::Optional },
    };
    Intake {
        questions: optional(&value["questions"], |all| list(all, question)),
        consent: optional(&value["consent"], |consent| Consent {
            text: text(&consent["text"]).to_owned(),
            notice: optional(&consent["notice"], |notice| text(notice).to_owned()),
        }),
    }
}

fn desk(value: &Value) -> Desk {
    Desk {
        id: DeskId(bytes(&value["id"])),
        name: text(&value["name"]).to_owned(),
        inbox: list(&value["inbox"], device),
        supervisors: optional(&value["supervisors"], |all| list(all, |agent| AgentId(bytes(agent)))),
    }
}

fn agent(value: &Value) -> Agent {
    Agent {
        id: AgentId(bytes(&value["id"])),
        name: text(&value["name"]).to_owned(),
        devices: list(&value["devices"], |device| Device {
            keys: keys(&device["keys"]),
            not_after: number(&device["notAfter"]),
        }),
    }
}

/// An act without its place among others.
pub(crate) fn act(value: &Value) -> Act {
    Act {
        conversation: conversation(&value["conversation"]),
        epoch: 0,
        previous: ActHash::NONE,
        device: device(&value["device"]),
        kind: cbor::decode(&cbor::encode(&number(&value["kind"]))).unwrap(),
        agent: optional(&value["agent"], |agent| AgentId(bytes(agent))),
        roster: RosterHash(bytes(&value["rosterHash"])),
    }
}
