//! The handshake and one message each way, with every value between.

use segel_crypto::content::{Body, ContentHash};
use segel_crypto::handshake::{Context, initiate, respond};
use segel_crypto::session::{Session, Wrap};
use segel_wire::ids::{DeviceId, EventId, RosterHash};
use segel_wire::signed::{Order, statement};

use super::handshake::Meeting;
use super::sealing::{Ratchet, Said, Spoken};
use super::{CONVERSATION, Cast, Draws, NOW, Page, SITE};
use crate::mirror::Mirror;
use crate::text::{self, Key};

/// How far the conversation has come.
pub(super) struct Talk {
    /// The visitor's and the agent's.
    pub(super) ends: [DeviceId; 2],
    /// The agent's session, and what both sides hold of it.
    pub(super) session: Session,
    pub(super) ratchet: Ratchet,
    /// The visitor's.
    pub(super) theirs: Session,
    /// What was said, in the log's order.
    pub(super) spoken: Vec<Spoken>,
    pub(super) log: Key,
}

impl Talk {
    /// Puts what was said at the log's end.
    pub(super) fn put(&mut self, page: &mut Page, whose: &str, spoken: Spoken) {
        let position = self.spoken.len() as u64 + 1;
        self.log = spoken.log(&self.log, position);
        page.value(&format!("log hash {position}, after {whose} event"), &self.log);
        self.spoken.push(spoken);
    }
}

pub(super) fn write(page: &mut Page, cast: &Cast, newest: (Order, RosterHash), draws: &mut Draws) -> Talk {
    let pinned = cast.root.derive_public();
    let (visitor, agent) = (cast.visitor.derive_keys(), cast.agent.derive_keys());
    let ends = [visitor.derive_id(&SITE), agent.derive_id(&SITE)];
    let context = Context { root: &pinned, site: &SITE, scope: Some(CONVERSATION) };
    let mut ours = initiate(&cast.visitor, &cast.bundle, newest, &context, NOW, draws).unwrap();
    page.section(
        "Handshake",
        "Section 4. The visitor's device initiates; draw 33 is its ephemeral key, draw 34 (32 bytes) the randomness of\n\
         the encapsulation to the one-time prekey.",
    );
    let meeting = Meeting {
        initiator: "visitor",
        responder: "agent",
        scope_is: "conversation, which is the scope",
        scope: CONVERSATION.0,
        root: pinned,
        newest,
        keys: visitor,
        bundle: &cast.bundle,
        draws: [30, 33, 34],
    };
    let mut ratchet = meeting.write(page, &Mirror::of(&ours));

    page.section(
        "From the visitor",
        "Sections 5.2, 5.4 and 5.6. Draws: 35 content key, 36 ratchet key, 37 salt. The first seal begins a chain; the\n\
         wrap carries the init.",
    );
    let log = text::sha256(&statement("segel/1 log", &[&CONVERSATION.0]));
    page.value("log hash 0", &log);
    let say = |text: &'static str, event, from: usize, seen| Said {
        name: text,
        event: EventId([event; 16]),
        sender: ends[from],
        recipients: vec![ends[1 - from]],
        newest,
        sequence: 1,
        previous: ContentHash::NONE,
        seen,
        act: None,
        body: Body::Text(text.to_owned()),
    };
    let first = say("Selamat siang", 0xe1, 0, (0, log)).write(page, draws);
    let place = first.place(ends[1]);
    let bytes = ours.seal(&first.key, &place.context(), NOW, draws).unwrap();
    ratchet.begin(page, 0, [36; 32], &text::public(&[6; 32]));
    ratchet.write_wrap(page, 0, &first, &place, &bytes);
    let wrap = Wrap::parse(&bytes).unwrap();
    let response =
        respond(&cast.agent, &cast.prekeys, wrap.init.as_ref().unwrap(), &ends[0], &context, NOW).unwrap();
    let (mut theirs, key, used) = response.open(&wrap, &place.context(), NOW).unwrap();
    assert!(first.open(&key) == Body::Text("Selamat siang".to_owned()));
    let mut prekeys = cast.prekeys.clone();
    prekeys.use_up(used);

    page.section(
        "From the agent",
        "Draws: 38 content key, 39 ratchet key, 40 salt. No init: the agent did not start. Its first seal begins the\n\
         second chain.",
    );
    let log = first.log(&log, 1);
    page.value("log hash 1, after the visitor's event", &log);
    let second = say("Ada yang bisa dibantu?", 0xe2, 1, (1, log)).write(page, draws);
    let place = second.place(ends[0]);
    let bytes = theirs.seal(&second.key, &place.context(), NOW, draws).unwrap();
    ratchet.begin(page, 1, [39; 32], &text::public(&[36; 32]));
    ratchet.write_wrap(page, 1, &second, &place, &bytes);
    let key = ours.open(&Wrap::parse(&bytes).unwrap(), &place.context(), NOW).unwrap();
    assert!(second.open(&key) == Body::Text("Ada yang bisa dibantu?".to_owned()));
    for session in [&ours, &theirs] {
        assert_eq!(Mirror::of(session).root, ratchet.root);
    }
    let mut talk = Talk { ends, session: theirs, ratchet, theirs: ours, spoken: vec![first], log };
    talk.put(page, "the agent's", second);
    talk
}
