//! The visitor takes the first message back.

use data_encoding::BASE64URL_NOPAD;
use segel_crypto::content::Body;
use segel_wire::ids::EventId;

use super::conversation::Talk;
use super::sealing::Said;
use super::site::Second;
use super::{CONVERSATION, Draws, Page, SITE};
use crate::text;

pub(super) fn write(page: &mut Page, second: &Second, talk: &Talk, draws: &mut Draws) {
    let [visitor, agent] = talk.ends;
    let taken_back = &talk.spoken[0];
    let Body::Act(last) = talk.spoken[3].open(&talk.spoken[3].key) else { panic!("the transfer") };
    let mut recipients = vec![agent, second.bundle.keys.derive_id(&SITE)];
    recipients.sort();
    page.section(
        "A withdrawal",
        "Sections 5.16 and 6.3. The visitor takes the first message back: from the device that holds the conversation, and\n\
         from the one that the message was sealed to. Draw 62 is the content key. Its wraps are left out.",
    );
    let said = Said {
        name: "a withdrawal",
        event: EventId([0xe6; 16]),
        sender: visitor,
        recipients,
        newest: second.published.newest(),
        sequence: 2,
        previous: taken_back.hash,
        seen: (5, talk.log),
        act: Some(segel_crypto::act::ActHash(text::sha256(&last.act.0))),
        body: Body::Withdrawal(taken_back.event),
    };
    let spoken = said.write(page, draws);
    assert!(spoken.open(&spoken.key) == Body::Withdrawal(taken_back.event));
    page.value("log hash 6, after the withdrawal", &spoken.log(&talk.log, 6));
    let id = |bytes: [u8; 16]| BASE64URL_NOPAD.encode(&bytes);
    let request = format!(
        "PUT /v1/conversations/{}/events/{}?withdraws={}",
        id(CONVERSATION.0),
        id(spoken.event.0),
        id(taken_back.event.0)
    );
    page.text("how the relay is told", &request);
}
