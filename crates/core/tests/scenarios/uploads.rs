//! Files on their way to the relay, on the bench: one that comes no further keeps no others waiting.

use segel_core::show::{Delivery, Refusal};
use segel_core::{Answer, Input, OutgoingFile, Request};
use segel_crypto::content::Body;
use segel_mask::mask;
use segel_wire::Code;
use segel_wire::ids::{ConversationId, EventId};

use crate::bench::BenchSite;
use crate::table::{Table, VISITOR};

const BYTES: [u8; 9] = [0xff; 9];
const OTHER: ConversationId = ConversationId([6; 16]);

/// An agent's console to which a visitor has said something, on a relay that does not begin an upload in that conversation yet.
fn console(site: &BenchSite) -> Table<'_> {
    let mut table = Table::of_agent(site, |_, _| {});
    table.post(VISITOR, table.letter(Body::Text("halo".to_owned())));
    table.bench.withholds = |request| matches!(request, Request::BeginUpload(id, ..) if *id != OTHER);
    table
}

/// Attaches the file of this source.
fn attach(table: &mut Table<'_>, id: ConversationId, source: u8) -> EventId {
    let (name, media_type) = (mask("struk.bin").unwrap().text, "application/octet-stream".to_owned());
    let file = OutgoingFile::opaque(name, media_type, BYTES.len() as u64, source.into());
    let event = EventId([source; 16]);
    table.input(Input::Attach { conversation: Some(id), event: Some(event), file });
    read(table);
    event
}

/// Reads whatever is to be read.
fn read(table: &mut Table<'_>) {
    while let Some(source) = table.bench.reads.pop() {
        table.input(Input::Read { source, from: 0, bytes: Some(BYTES.to_vec()) });
    }
}

/// The relay refuses the beginning that it withheld.
fn refuse(table: &mut Table<'_>, code: Code) {
    let (id, _) = table.bench.unanswered.pop().unwrap();
    table.input(Input::Answered { id, answer: Answer::Problem(code.into()) });
    read(table);
}

#[test]
fn a_file_for_a_conversation_that_the_relay_has_lost_waits_alone_and_goes_when_its_visitor_returns() {
    let site = BenchSite::new();
    let mut table = console(&site);
    let id = table.conversation;
    let event = attach(&mut table, id, 1);
    attach(&mut table, OTHER, 2);
    refuse(&mut table, Code::NotFound);
    assert_eq!(table.bench.released, [2]);
    assert_eq!(table.item(event).unwrap().delivery, Delivery::Sending);
    assert_eq!(table.summary().away, Some(Refusal::VisitorAway));
    table.bench.pass(10);
    assert_eq!(table.bench.unanswered, [], "it would be in vain");

    table.bench.withholds = |_| false;
    table.post(VISITOR, table.letter(Body::Text("ya".to_owned())));
    read(&mut table);
    assert_eq!(table.item(event).unwrap().delivery, Delivery::Sent);
    assert_eq!(table.summary().away, None);
}

#[test]
fn a_file_that_the_relay_refuses_for_now_lets_those_for_others_go_first_and_none_of_its_own_conversation() {
    let site = BenchSite::new();
    let mut table = console(&site);
    let id = table.conversation;
    for (conversation, source) in [(id, 1), (id, 2), (OTHER, 3)] {
        attach(&mut table, conversation, source);
    }
    refuse(&mut table, Code::Internal);
    table.bench.pass(1);
    read(&mut table);
    assert_eq!(table.bench.released, [3]);
    table.bench.answer_withheld();
    read(&mut table);
    assert_eq!(table.bench.released, [3, 1, 2]);
}
