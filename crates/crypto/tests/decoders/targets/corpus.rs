//! Genuine inputs: what fuzzing starts from, and what the property tests damage.

use segel_crypto::act::{Act, ActHash, ActKind};
use segel_crypto::content::{Agreed, Answer, Body, ContentHash, Details, Rating, Stars};
use segel_crypto::grant::Grant;
use segel_crypto::session::Wrap;
use segel_wire::events::Wrapped;
use segel_wire::ids::{AgentId, ContentDigest, Octets, PrekeyKey, RosterHash};
use segel_wire::signed::{ConsentHash, Invitation, Order, Roster, SignedToken, Token};
use segel_wire::{ClientFrame, Code, Delivered, Envelope, Problem, ServerFrame, Withdraws, cbor};

use super::fixture::{CONVERSATION, EVENT, Fixture, NOW, SITE, fixture, message, sign};
use super::rooms::{make_signal, make_signal_key, make_signal_plaintext};
use super::view::View;

/// Genuine inputs for the target of this name. Every target has some.
pub(crate) fn make_corpus(target: &str) -> Vec<Vec<u8>> {
    let fixture = fixture();
    let [visitor, agent, _] = &fixture.parties;
    let certificate = cbor::encode(&fixture.certificate());
    let signed = |label: &str, body: &[u8]| {
        cbor::encode(&fixture.sign_as_admin(label, certificate.clone(), body.to_vec()))
    };
    match target {
        "certificate" => vec![certificate.clone(), signed(Roster::LABEL, &cbor::encode(&fixture.roster()))],
        "roster" => {
            rosters(fixture).into_iter().flat_map(|body| [signed(Roster::LABEL, &body), body]).collect()
        }
        "prekeys_upload" => vec![cbor::encode(&agent.upload)],
        "bundle" => vec![cbor::encode(&agent.bundle(None)), cbor::encode(&agent.bundle(Some(1)))],
        "invitation" => {
            let id = fixture.code.derive_invitation();
            let invitation = cbor::encode(&Invitation { site: SITE, id, not_after: NOW + 9 });
            vec![signed(Invitation::LABEL, &invitation), invitation]
        }
        "enrolment" => vec![fixture.code.enrol(&fixture.parties[2].secrets)],
        "enrolment_code" => vec![fixture.code.to_text().into_bytes(), cbor::encode(&fixture.code)],
        "token" => {
            let token = token(fixture);
            vec![token.token.0.clone(), cbor::encode(&token)]
        }
        "init" => vec![cbor::encode(&Wrap::parse(&fixture.pair.first).unwrap().init.unwrap())],
        "wrap" => vec![fixture.pair.first.clone(), fixture.pair.next.clone()],
        "header" => [(0, 41), (1, 1_225), (2, 1_129), (3, 2_313)].map(header).to_vec(),
        "hostile_peer" => vec![(0..16).flat_map(|choice| [choice | 0x80, 3, 0, 0, 1, choice]).collect()],
        "content" => vec![fixture.content.0.clone(), padded(&cbor::encode(&halo()))],
        "message" => messages(fixture).iter().map(cbor::encode).collect(),
        "grant" => vec![cbor::encode(&grant(fixture)), cbor::encode(&vec![grant(fixture)])],
        "act" => acts(fixture),
        "attachment" => attachments(fixture),
        "signal" => {
            let two = [1, 2].map(make_signal_plaintext).concat();
            vec![make_signal(), make_signal_key(), two]
        }
        "session_state" => sessions(fixture),
        "prekeys_state" => vec![cbor::encode(&visitor.prekeys)],
        "record" => vec![b"record".to_vec()],
        "client_frame" => client_frames(fixture),
        "server_frame" => server_frames(fixture),
        "session_machine" => programs(),
        _ => vec![],
    }
}

fn rosters(fixture: &Fixture) -> Vec<Vec<u8>> {
    let full = fixture.roster();
    let mut bare = full.clone();
    bare.previous = RosterHash([1; 32]);
    bare.order = Order { generation: 1, version: 300 };
    bare.profile.vouchers = None;
    bare.desks[0].supervisors = None;
    bare.agents[0].devices.clear();
    bare.desks[0].inbox.retain(|device| *device == fixture.parties[2].id);
    vec![cbor::encode(&full), cbor::encode(&bare)]
}

fn token(fixture: &Fixture) -> SignedToken {
    let visitor = Token::derive_visitor(&fixture.parties[0].keys.identity);
    let (subject, conversation) = ("customer 7".to_owned(), CONVERSATION);
    let token = cbor::encode(&Token { site: SITE, subject, conversation, visitor, not_after: NOW + 300 });
    let roster = fixture.roster();
    SignedToken {
        signature: sign(&fixture.voucher, &Token::statement(&token)),
        token: Octets(token),
        voucher: roster.profile.vouchers.iter().flatten().next().copied().unwrap(),
    }
}

/// The choice of a key, and a header of this form.
fn header((flags, size): (u8, usize)) -> Vec<u8> {
    let mut header = vec![7; 1 + size];
    header[0] = flags & 1;
    header[33..41].copy_from_slice(&[0, 0, 0, 1, 0, 0, 0, 2]);
    header[41] = flags;
    header
}

/// The flags of a content, and a padded plaintext.
fn padded(message: &[u8]) -> Vec<u8> {
    let mut padded = vec![0; 257];
    padded[1..5].copy_from_slice(&u32::try_from(message.len()).unwrap().to_be_bytes());
    padded[5..5 + message.len()].copy_from_slice(message);
    padded
}

/// Both ends of a session; one whose chain is at its end; one whose peer's ratchet key has small order.
fn sessions(fixture: &Fixture) -> Vec<Vec<u8>> {
    let mut at_its_end = View::of(&fixture.pair.agent);
    at_its_end.kem.wraps = 60;
    let mut weak = View::of(&fixture.pair.agent);
    weak.kem.wraps = 60;
    if let Some(sending) = &mut at_its_end.sending {
        sending.chain.next = u32::MAX;
    }
    weak.sending = None;
    weak.peer = Some(PrekeyKey([0; 32]));
    let genuine = [&fixture.pair.visitor, &fixture.pair.agent].map(cbor::encode);
    genuine.into_iter().chain([at_its_end, weak].iter().map(cbor::encode)).collect()
}

fn halo() -> segel_crypto::content::Message {
    message(Body::Text("halo".to_owned()))
}

fn grant(fixture: &Fixture) -> Grant {
    let (content, key) = &fixture.content;
    let (content, key) = (ContentHash::derive(content), key.clone());
    Grant { event: EVENT, position: 1, sender: fixture.parties[0].id, content, key }
}

fn messages(fixture: &Fixture) -> Vec<segel_crypto::content::Message> {
    let bodies = [
        Body::Text("halo".to_owned()),
        Body::Grants(vec![grant(fixture)]),
        Body::Request(vec![EVENT]),
        Body::Token(token(fixture)),
        Body::Attachment(fixture.attachment.0.clone()),
        Body::Act(claim(fixture).sign(&fixture.parties[1].secrets)),
        Body::SignalKey(cbor::read(&make_signal_key()).unwrap()),
        Body::Read(7),
        Body::Withdrawal(EVENT),
        Body::End,
        Body::Rating(Rating { stars: Stars::Four, comment: Some("halo".to_owned()) }),
        Body::Details(Details {
            answers: Some(vec![Answer { label: "Perihal".to_owned(), text: "Retur".to_owned() }]),
            agreed: Some(Agreed { consent: ConsentHash([6; 32]), time: NOW * 1_000 }),
            page: "https://toko.example/".to_owned(),
            language: "id".to_owned(),
        }),
        Body::Note("halo".to_owned()),
        Body::Labels(vec!["VIP".to_owned(), "retur".to_owned()]),
        Body::Erasure,
    ];
    bodies.map(message).into()
}

fn claim(fixture: &Fixture) -> Act {
    Act {
        conversation: CONVERSATION,
        epoch: 1,
        previous: ActHash::NONE,
        device: fixture.parties[1].id,
        kind: ActKind::Claim,
        agent: None,
        roster: fixture.verified_roster().hash(),
    }
}

/// One act, and a list in which each follows the one before.
fn acts(fixture: &Fixture) -> Vec<Vec<u8>> {
    let [_, first, second] = &fixture.parties;
    let mut acts = vec![claim(fixture)];
    let steps = [
        (second, ActKind::Join, None),
        (first, ActKind::Transfer, Some(AgentId([2; 16]))),
        (second, ActKind::Release, None),
        (second, ActKind::Takeover, None),
        (second, ActKind::Leave, None),
    ];
    for (epoch, (signer, kind, agent)) in (2..).zip(steps) {
        let previous = acts.last().map_or(ActHash::NONE, |act| ActHash::derive(&cbor::encode(act)));
        acts.push(Act { epoch, previous, device: signer.id, kind, agent, ..acts[0] });
    }
    let signed = acts[0].sign(&first.secrets);
    vec![cbor::encode(&acts[0]), cbor::encode(&signed), cbor::encode(&acts)]
}

/// What a message says of a file, and one program for each kind of damage.
fn attachments(fixture: &Fixture) -> Vec<Vec<u8>> {
    let described = cbor::encode(&fixture.attachment.0);
    (0..6).map(|choice| vec![choice, 1, choice * 40, 7]).chain([described]).collect()
}

fn client_frames(fixture: &Fixture) -> Vec<Vec<u8>> {
    let [visitor, agent, _] = &fixture.parties;
    let content = Octets(fixture.content.0.clone());
    let wrap = Octets(fixture.pair.next.clone());
    let mut wraps: Vec<_> =
        [visitor, agent].map(|party| Wrapped { device: party.id, wrap: wrap.clone() }).into();
    wraps.sort_by_key(|wrapped| wrapped.device);
    let envelope = Envelope { content, wraps };
    let send = |withdraws| ClientFrame::Send {
        conversation: CONVERSATION,
        event: EVENT,
        envelope: envelope.clone(),
        withdraws,
    };
    let frames = [
        ClientFrame::Hello { token: "token".to_owned(), cursor: Some("cursor".to_owned()) },
        send(None),
        send(Some(Withdraws { event: EVENT, attachment: None })),
        ClientFrame::Signal { conversation: CONVERSATION, signal: Octets(vec![1; 82]) },
        ClientFrame::Ping,
    ];
    let envelope = serde_json::to_vec(&envelope).unwrap();
    frames.iter().map(|frame| serde_json::to_vec(frame).unwrap()).chain([envelope]).collect()
}

fn server_frames(fixture: &Fixture) -> Vec<Vec<u8>> {
    let [visitor, agent, _] = &fixture.parties;
    let delivered = Delivered {
        conversation: CONVERSATION,
        position: 1,
        event: EVENT,
        sender: visitor.id,
        time: NOW,
        content: Octets(fixture.content.0.clone()),
        recipients: vec![agent.id],
        wrap: Some(Octets(fixture.pair.next.clone())),
        hash: None,
        cursor: "cursor".to_owned(),
    };
    let tombstone = Delivered {
        content: Octets(vec![]),
        recipients: vec![],
        wrap: None,
        hash: Some(ContentDigest([1; 32])),
        ..delivered.clone()
    };
    let frames = [
        ServerFrame::Welcome { epoch: "epoch".to_owned(), time: NOW },
        ServerFrame::Stored { conversation: CONVERSATION, event: EVENT, position: 1, time: NOW },
        ServerFrame::Event(delivered.clone()),
        ServerFrame::Event(tombstone),
        ServerFrame::Head { cursor: "cursor".to_owned() },
        ServerFrame::Roster { generation: 1, version: 2 },
        ServerFrame::Signal { conversation: CONVERSATION, sender: visitor.id, signal: Octets(vec![1; 82]) },
        ServerFrame::Error { event: Some(EVENT), problem: Problem::from(Code::Conflict) },
        ServerFrame::Pong,
        ServerFrame::Bye { problem: Problem::from(Code::Draining) },
    ];
    let delivered = serde_json::to_vec(&delivered).unwrap();
    frames.iter().map(|frame| serde_json::to_vec(frame).unwrap()).chain([delivered]).collect()
}

fn programs() -> Vec<Vec<u8>> {
    // Say, deliver, say back, deliver; what wears a session out; what the relay may do to each wrap.
    let exchange = [[0, 0, 1, 0], [2, 0, 0, 0], [0, 1, 0, 0], [2, 0, 0, 0]].concat();
    let burst = [[15, 0, 1, 120], [16, 0, 1, 1], [0, 1, 0, 0], [2, 0, 0, 0]].concat();
    let attacks: Vec<u8> = (8..20).flat_map(|operation| [operation, 0, 0, 200 + operation]).collect();
    let both = [[0, 0, 1, 0], [0, 1, 0, 9], [16, 0, 1, 0], [16, 1, 0, 0]].concat();
    let agents = [[0, 1, 2, 1], [2, 0, 0, 0], [13, 0, 0, 4], [0, 2, 1, 0], [2, 0, 0, 0]].concat();
    let all = [&exchange[..], &burst, &attacks, &both, &agents].concat();
    vec![
        exchange.repeat(8),
        [&exchange[..], &burst].concat().repeat(3),
        [&exchange[..], &attacks].concat().repeat(2),
        [both, agents.repeat(4)].concat(),
        all,
    ]
}
