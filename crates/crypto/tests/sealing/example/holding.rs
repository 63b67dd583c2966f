//! The agent claims the conversation and transfers it to another agent's device, with what was said before.

use segel_crypto::act::{ActContext, ActHash, ActKind, Assignment, SignedAct};
use segel_crypto::content::{Body, ContentContext, ContentKey};
use segel_crypto::grant::Grant;
use segel_crypto::handshake::{Context, initiate, respond};
use segel_crypto::session::{Session, Wrap};
use segel_wire::cbor;
use segel_wire::ids::{AgentId, DeviceId, EventId};
use segel_wire::signed::statement;

use super::conversation::Talk;
use super::handshake::Meeting;
use super::sealing::{Ratchet, Said, Spoken};
use super::site::Second;
use super::{CONVERSATION, Cast, Draws, NOW, Page, SITE};
use crate::mirror::Mirror;
use crate::support::Place;
use crate::text;

/// What the first agent's device has with the second's.
struct Between {
    session: Session,
    ratchet: Ratchet,
    second: DeviceId,
    /// The second's session, once it heard.
    theirs: Option<Session>,
}

pub(super) fn write(page: &mut Page, cast: &Cast, second: &Second, talk: &mut Talk, draws: &mut Draws) {
    let mut between = meet(page, cast, second, draws);
    page.section(
        "A claim",
        "Sections 5.5 and 5.9. The first agent takes the conversation. The act goes to the visitor and to the rest of the\n\
         inbox. Draw 50 is the content key.",
    );
    let start = Assignment::default();
    let (held, signed) = act(page, cast, second, &start, (ActKind::Claim, None));
    let claim = tell(page, talk, second, (0xe3, "a claim", 2, None, Body::Act(signed)), draws);
    send(page, cast, second, (talk, &mut between), ("claim", &claim), draws);
    talk.put(page, "the claim's", claim);

    page.section(
        "A transfer",
        "Section 5.9. The first agent hands the conversation to the second. Draw 54 is the content key.",
    );
    let to = Some(AgentId([0xa1; 16]));
    let (after, signed) = act(page, cast, second, &held, (ActKind::Transfer, to));
    assert_eq!((held.holder, after.holder), (Some(AgentId([0xa0; 16])), to));
    let transfer =
        tell(page, talk, second, (0xe4, "a transfer", 3, Some(held.hash), Body::Act(signed)), draws);
    send(page, cast, second, (talk, &mut between), ("transfer", &transfer), draws);
    talk.put(page, "the transfer's", transfer);

    page.section(
        "Its history",
        "Section 5.10. The transfer counts, so the device that signed it hands on the content keys of all that it opened,\n\
         to the device that the transfer lets in and to no other. The content is quiet. Draw 57 is the content key.",
    );
    let grants: Vec<_> =
        talk.spoken.iter().zip(1..).map(|(spoken, position)| grant(spoken, position)).collect();
    for grant in &grants {
        page.whole(&format!("grant of event {}, encoded", grant.position), &cbor::encode(grant));
    }
    let said = (0xe5, "four grants", 4, Some(after.hash), Body::Grants(grants));
    let history = tell(page, talk, second, said, draws);
    let key = send(page, cast, second, (talk, &mut between), ("grants", &history), draws);
    open_history(&history, &key, talk);
    talk.put(page, "the grants'", history);
}

/// The handshake between the two agents' devices.
fn meet(page: &mut Page, cast: &Cast, second: &Second, draws: &mut Draws) -> Between {
    let pinned = cast.root.derive_public();
    let context = Context { root: &pinned, site: &SITE, scope: None };
    let newest = second.published.newest();
    let session = initiate(&cast.agent, &second.bundle, newest, &context, NOW, draws).unwrap();
    page.section(
        "Handshake between two agents",
        "Section 4, without a one-time prekey. The first agent's device initiates; draw 48 is its ephemeral key, draw 49\n\
         the randomness of the encapsulation to the signed prekey.",
    );
    let meeting = Meeting {
        initiator: "first agent",
        responder: "second agent",
        scope_is: "scope",
        scope: [0; 16],
        root: pinned,
        newest,
        keys: cast.agent.derive_keys(),
        bundle: &second.bundle,
        draws: [3, 48, 49],
    };
    let ratchet = meeting.write(page, &Mirror::of(&session));
    Between { session, ratchet, second: second.bundle.keys.derive_id(&SITE), theirs: None }
}

/// Signs the act that follows, and writes its values.
fn act(
    page: &mut Page,
    cast: &Cast,
    second: &Second,
    before: &Assignment,
    (kind, agent): (ActKind, Option<AgentId>),
) -> (Assignment, SignedAct) {
    let roster = &second.published.verified;
    let context = ActContext {
        roster,
        desk: &roster.roster().desks[0],
        conversation: &CONVERSATION,
        sender: &cast.agent.derive_keys().derive_id(&SITE),
        now: NOW,
    };
    let signed = before.draft(kind, agent, &context).sign(&cast.agent);
    let statement = statement("segel/1 act", &[&signed.act.0]);
    assert_eq!((cast.agent.derive_keys().signing.0, signed.signature.0), text::sign(&[4; 32], &statement));
    let after = before.follow(&signed, &context).unwrap();
    assert_eq!(after.hash.0, text::sha256(&signed.act.0));
    page.whole("act", &signed.act.0);
    page.whole("statement", &statement);
    page.value("signature", &signed.signature.0);
    page.value("the act's hash", &after.hash.0);
    (after, signed)
}

/// Seals what the first agent says to the others: to the second alone if it is quiet.
fn tell(
    page: &mut Page,
    talk: &Talk,
    second: &Second,
    (event, name, sequence, act, body): (u8, &'static str, u64, Option<ActHash>, Body),
    draws: &mut Draws,
) -> Spoken {
    let [visitor, agent] = talk.ends;
    let mut recipients = vec![second.bundle.keys.derive_id(&SITE)];
    if !body.is_quiet() {
        recipients.push(visitor);
    }
    recipients.sort();
    let position = talk.spoken.len() as u64;
    let previous = talk.spoken.iter().rfind(|spoken| spoken.sender == agent).unwrap().hash;
    let said = Said {
        name,
        event: EventId([event; 16]),
        sender: agent,
        recipients,
        newest: second.published.newest(),
        sequence,
        previous,
        seen: (position, talk.log),
        act,
        body,
    };
    said.write(page, draws)
}

/// Wraps the content key for each recipient in turn; the second agent's device opens its own.
fn send(
    page: &mut Page,
    cast: &Cast,
    second: &Second,
    (talk, between): (&mut Talk, &mut Between),
    (what, spoken): (&str, &Spoken),
    draws: &mut Draws,
) -> ContentKey {
    let [visitor, _] = talk.ends;
    let mut heard = None;
    for recipient in &spoken.recipients {
        let place = spoken.place(*recipient);
        let begins = between.theirs.is_none() && *recipient == between.second;
        let own = begins.then_some(draws.0 + 1);
        let salt = own.unwrap_or(draws.0) + 1;
        let told = match own {
            Some(own) => format!(
                "Draws: {own} ratchet key, {salt} salt. The first seal begins a chain; wraps carry the\n\
                 init until an answer is heard"
            ),
            None => format!("The chain goes on; draw {salt} is the salt"),
        };
        if *recipient == visitor {
            page.section(
                &format!("The wrap of the {what} for the visitor"),
                &format!("Sections 5.2 and 5.4. {told}."),
            );
            let wrap = talk.session.seal(&spoken.key, &place.context(), NOW, draws).unwrap();
            talk.ratchet.write_wrap(page, 1, spoken, &place, &wrap);
            let key = talk.theirs.open(&Wrap::parse(&wrap).unwrap(), &place.context(), NOW).unwrap();
            assert!(matches!(spoken.open(&key), Body::Act(_)));
            continue;
        }
        page.section(
            &format!("The wrap of the {what} for the second agent"),
            &format!("Sections 5.2 and 5.4. {told}."),
        );
        let wrap = between.session.seal(&spoken.key, &place.context(), NOW, draws).unwrap();
        if let Some(own) = own {
            between.ratchet.begin(page, 0, [own; 32], &second.bundle.signed.curve.0);
        }
        between.ratchet.write_wrap(page, 0, spoken, &place, &wrap);
        heard = Some(between.hear(cast, second, &place, &wrap));
    }
    heard.unwrap()
}

impl Between {
    /// Opens a wrap at the second agent's device.
    fn hear(&mut self, cast: &Cast, second: &Second, place: &Place, wrap: &[u8]) -> ContentKey {
        let wrap = Wrap::parse(wrap).unwrap();
        if let Some(session) = &mut self.theirs {
            return session.open(&wrap, &place.context(), NOW).unwrap();
        }
        let pinned = cast.root.derive_public();
        let context = Context { root: &pinned, site: &SITE, scope: None };
        let init = wrap.init.as_ref().unwrap();
        let response = respond(&second.secrets, &second.prekeys, init, &place.sender, &context, NOW).unwrap();
        let (session, key, _) = response.open(&wrap, &place.context(), NOW).unwrap();
        self.theirs = Some(session);
        key
    }
}

fn grant(spoken: &Spoken, position: u64) -> Grant {
    let Spoken { event, sender, hash, ref key, .. } = *spoken;
    Grant { event, position, sender, content: hash, key: key.clone() }
}

/// With the grants inside, the second agent's device opens all that was said.
fn open_history(history: &Spoken, key: &ContentKey, talk: &Talk) {
    let Body::Grants(grants) = history.open(key) else { panic!("grants") };
    assert_eq!(grants.len(), talk.spoken.len());
    for (grant, spoken) in grants.iter().zip(&talk.spoken) {
        let Spoken { event, sender, recipients, content, key, .. } = spoken;
        let bound_to = ContentContext { conversation: &CONVERSATION, event, sender, recipients };
        assert!(grant.open(content, &bound_to).unwrap().body == spoken.open(key));
    }
}
