//! What agents tell each other about a conversation: notes and labels, which the visitor never gets.

use segel_core::show::{Author, Body, Deed, Delivery, Refusal, Standing};
use segel_core::tabs::settled;
use segel_core::{Input, Outgoing};
use segel_crypto::content;
use segel_mask::{Masker, Writer};
use segel_testkit::client::{Client, Screen};
use segel_testkit::site::AGENT;
use segel_wire::ids::{ConversationId, EventId};
use segel_wire::signed::{Masking, MaskingAction, MaskingRule};

use crate::acts::{Desk, wraps};
use crate::acts_crossed::lose_next;
use crate::bench::BenchSite;
use crate::member::Letter;
use crate::table::{COLLEAGUE, HOSTILE, NAMES, Table, VISITOR};

const NOTE: &str = "alamatnya sudah saya periksa";

async fn reads_note(device: &Client, text: &str) -> Screen {
    device.until(&format!("the note {text}"), |screen| screen.note(text).is_some()).await
}

async fn has_noted(device: &Client, text: &str) -> EventId {
    let is_sent = |screen: &Screen| screen.note(text).is_some_and(|note| note.delivery == Delivery::Sent);
    device.until(&format!("the note {text} to be stored"), is_sent).await.note(text).unwrap().event
}

async fn is_labelled(device: &Client, id: ConversationId, labels: &[&str]) -> Screen {
    device.until(&format!("the labels {labels:?}"), |screen| screen.labels(id) == labels).await
}

/// The visitor says something that the agent reads, and has seen nothing of notes and labels by then.
async fn sees_nothing(desk: &Desk, reader: &Client, text: &str) {
    let id = desk.visitor.conversation();
    desk.visitor.say(text);
    reader.reads(text).await;
    let screen = desk.visitor.has_sent(text).await;
    let is_note = |body: &Body| matches!(body, Body::Note(_) | Body::Labels(_));
    assert!(screen.items.values().all(|item| !is_note(&item.body)));
    assert_eq!((screen.closed().count(), screen.labels(id)), (0, &[][..]));
    assert_eq!(screen.refusals, []);
}

#[tokio::test]
async fn a_note_goes_to_who_reads_along_and_the_visitor_sees_nothing() {
    let mut desk = Desk::held().await;
    desk.promote().await;
    let id = desk.visitor.conversation();
    desk.colleague.does(id, Deed::Join);
    desk.colleague.stands(id, Standing::Joined).await;
    for device in [&desk.agent, &desk.visitor] {
        device.until("the colleague", |screen| screen.acts(id).len() == 2).await;
    }
    let before = desk.visitor.screen().items.len();
    desk.agent.note(id, NOTE);
    let note = reads_note(&desk.colleague, NOTE).await.note(NOTE).unwrap().clone();
    assert_eq!((note.author, note.vouched), (Author::Agent(AGENT.to_owned()), None));
    let event = has_noted(&desk.agent, NOTE).await;
    assert_eq!(wraps(&desk.site, event), 1, "the colleague's device alone");
    desk.colleague.note(id, "terima kasih");
    reads_note(&desk.agent, "terima kasih").await;
    sees_nothing(&desk, &desk.agent, "masih ada?").await;
    assert_eq!(desk.visitor.screen().items.len(), before + 1, "what they said themselves");
    for device in [&desk.visitor, &desk.agent, &desk.colleague] {
        assert_eq!(device.screen().refusals, []);
    }
}

#[tokio::test]
async fn a_note_of_one_who_is_alone_is_sealed_to_nobody_and_handed_on_with_the_conversation() {
    let mut desk = Desk::held().await;
    let id = desk.visitor.conversation();
    desk.agent.note(id, NOTE);
    desk.agent.label(id, &["retur", "VIP"]);
    desk.agent.does(id, Deed::Transfer(desk.site.agent_id(NAMES[COLLEAGUE])));
    desk.colleague.stands(id, Standing::Mine).await;
    let note = reads_note(&desk.colleague, NOTE).await.note(NOTE).unwrap().clone();
    assert_eq!(
        (note.author, note.vouched),
        (Author::Agent(AGENT.to_owned()), None),
        "by its sender's own word"
    );
    is_labelled(&desk.colleague, id, &["VIP", "retur"]).await;
    let event = has_noted(&desk.agent, NOTE).await;
    assert_eq!(wraps(&desk.site, event), 0);
    sees_nothing(&desk, &desk.colleague, "halo lagi").await;
    for device in [&mut desk.visitor, &mut desk.agent, &mut desk.colleague] {
        device.restart().await;
    }
    reads_note(&desk.colleague, NOTE).await;
    is_labelled(&desk.colleague, id, &["VIP", "retur"]).await;
    for device in [&desk.visitor, &desk.agent, &desk.colleague] {
        assert_eq!(device.screen().refusals, []);
    }
}

#[tokio::test]
async fn a_note_that_crosses_a_takeover_reaches_who_reads_along_since() {
    let mut desk = Desk::held().await;
    desk.promote().await;
    let id = desk.visitor.conversation();
    let mut lost = lose_next(&desk.site);
    desk.agent.note(id, NOTE);
    lost.recv().await.unwrap();
    desk.colleague.does(id, Deed::Takeover);
    desk.colleague.stands(id, Standing::Mine).await;
    desk.site.proxy().cut();
    reads_note(&desk.colleague, NOTE).await;
    sees_nothing(&desk, &desk.colleague, "siapa sekarang?").await;
}

#[tokio::test]
async fn who_does_not_read_along_notes_and_labels_nothing() {
    let desk = Desk::held().await;
    let id = desk.visitor.conversation();
    desk.colleague.note(id, NOTE);
    let refused = Delivery::Failed(Refusal::HeldByAnother);
    let fails = |screen: &Screen| screen.note(NOTE).is_some_and(|note| note.delivery == refused);
    desk.colleague.until("the refusal", fails).await;
    desk.colleague.label(id, &["VIP"]);
    let screen = desk.colleague.refuses(Refusal::HeldByAnother).await;
    assert_eq!(screen.labels(id), [""; 0], "they are not there as long as nobody else has them");
}

#[tokio::test]
async fn a_note_claims_nothing_answers_nobody_and_says_nothing_of_what_was_read() {
    let desk = Desk::open().await;
    let id = desk.visitor.conversation();
    let waits_since = desk.agent.screen().conversations[&id].waits_since;
    assert!(waits_since > 0);
    desk.agent.note(id, NOTE);
    let screen = reads_note(&desk.colleague, NOTE).await;
    let summary = screen.conversations[&id].clone();
    assert_eq!((summary.waits_since, summary.unread, &*summary.preview), (waits_since, 1, "halo semua"));
    assert_eq!(summary.hold.standing, Standing::Free);
    has_noted(&desk.agent, NOTE).await;
    assert_eq!(desk.agent.screen().conversations[&id].waits_since, waits_since);
    sees_nothing(&desk, &desk.agent, "halo?").await;
    assert_eq!(desk.visitor.screen().delivery("halo semua"), Some(Delivery::Sent));
    let note = desk.agent.screen().note(NOTE).unwrap().delivery;
    assert_eq!(note, Delivery::Sent, "the visitor's device knows its event and cannot open it");
}

#[tokio::test]
async fn the_last_labels_in_the_log_count_and_can_be_changed_after_the_end() {
    let mut desk = Desk::open().await;
    let id = desk.visitor.conversation();
    desk.agent.label(id, &["VIP"]);
    is_labelled(&desk.colleague, id, &["VIP"]).await;
    desk.colleague.label(id, &["retur", "ongkir"]);
    for device in [&desk.agent, &desk.colleague] {
        is_labelled(device, id, &["ongkir", "retur"]).await;
    }
    desk.agent.say("halo juga");
    desk.visitor.reads("halo juga").await;
    desk.agent.does(id, Deed::End);
    desk.agent.until("the end", |screen| screen.acts(id).len() == 2).await;
    desk.agent.note(id, NOTE);
    has_noted(&desk.agent, NOTE).await;
    desk.agent.label(id, &[]);
    is_labelled(&desk.agent, id, &[]).await;
    desk.agent.restart().await;
    desk.agent.until("the conversation", |screen| screen.acts(id).len() == 2).await;
    is_labelled(&desk.agent, id, &[]).await;
    assert_eq!(desk.agent.screen().refusals, []);
}

fn note() -> content::Body {
    content::Body::Note(NOTE.to_owned())
}

fn labels() -> content::Body {
    content::Body::Labels(vec!["VIP".to_owned()])
}

fn text(text: &str) -> content::Body {
    content::Body::Text(text.to_owned())
}

#[test]
fn a_note_that_the_visitor_got_too_is_refused_and_so_is_a_visitors() {
    let site = BenchSite::new();
    for body in [note(), labels()] {
        for is_known in [true, false] {
            let mut table = Table::of_agent(&site, |_, _| {});
            let visitor = table.members[VISITOR].id();
            if is_known {
                table.post(VISITOR, table.letter(text("halo")));
            }
            let stranger = table.seat(21);
            // A second device that nobody lists does not hide the visitor's.
            for others in [vec![visitor], vec![visitor, table.members[stranger].id()]] {
                let to_both = Letter { others, ..table.letter(body.clone()) };
                let event = table.post(COLLEAGUE, to_both).event;
                assert_eq!(table.item(event).unwrap().body, Body::Closed(Refusal::MessageAltered));
            }
            let event = table.post(VISITOR, table.letter(body.clone())).event;
            assert_eq!(table.item(event).unwrap().body, Body::Closed(Refusal::MessageAltered));
            let honest = table.post(COLLEAGUE, table.letter(note())).event;
            assert_eq!(table.item(honest).unwrap().body, Body::Note(NOTE.to_owned()));
            let is_labelled = |show: &segel_core::show::Show| matches!(show, segel_core::show::Show::Conversation(summary) if !summary.labels.is_empty());
            assert!(!table.bench.shown.iter().any(is_labelled));
        }
    }
}

#[test]
fn who_may_not_claim_what_nobody_holds_notes_nothing_in_it() {
    let site = BenchSite::new();
    for is_member in [true, false] {
        let mut table = Table::of_agent(&site, |_, _| {});
        table.post(VISITOR, table.letter(text("halo")));
        let engine = table.engine();
        table.publish(|roster| roster.desks[0].inbox.retain(|device| is_member || *device != engine));
        let event = EventId([9; 16]);
        table.input(Input::Submit {
            conversation: Some(table.conversation),
            event: Some(event),
            text: Outgoing::note(segel_mask::mask(NOTE).unwrap().text),
            quotes: None,
        });
        let expected = if is_member { Delivery::Sent } else { Delivery::Failed(Refusal::ActRefused) };
        assert_eq!(table.item(event).unwrap().delivery, expected);
    }
}

#[test]
fn a_hostile_agent_makes_a_visitors_client_show_nothing_that_is_a_note() {
    let site = BenchSite::new();
    for body in [note(), labels()] {
        // By a wrap,
        let mut table = Table::of_visitor(&site);
        let event = table.post(HOSTILE, table.letter(body.clone())).event;
        assert_eq!(table.item(event).unwrap().body, Body::Closed(Refusal::MessageAltered));
        // or by a key that is handed on for what was rightly sealed to agents alone.
        let mut table = Table::of_visitor(&site);
        let colleague = table.members[COLLEAGUE].id();
        let among_agents = Letter { others: vec![colleague], to_engine: false, ..table.letter(body) };
        let shown = table.bench.shown.len();
        let grant = table.post(HOSTILE, among_agents);
        assert!(table.item(grant.event).is_none(), "nothing is shown of it");
        assert!(
            table.bench.shown[shown..].iter().all(|show| !matches!(show, segel_core::show::Show::Refused(_)))
        );
        for member in [HOSTILE, COLLEAGUE] {
            table.post(member, table.letter(content::Body::Grants(vec![grant.clone()])));
            table.wait(1);
            let shown = table.item(grant.event).map(|item| item.body.clone());
            assert_eq!(shown, Some(Body::Withheld), "what cannot be shown stands nowhere");
        }
        assert!(table.refusals().contains(&Refusal::MessageAltered));
        table.say("masih di sana?");
        assert_eq!(table.own("masih di sana?").unwrap().delivery, Delivery::Sent);
    }
}

#[test]
fn a_visitors_engine_sends_no_note() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    let (id, sent) = (table.conversation, table.stored.len());
    let masked = || segel_mask::mask(NOTE).unwrap().text;
    for text in [Outgoing::note(masked()), Outgoing::labels([masked()]).unwrap()] {
        table.input(Input::Submit { conversation: Some(id), event: None, text, quotes: None });
    }
    assert_eq!(table.stored.len(), sent);
    assert!(table.bench.shown.iter().all(|show| {
        !matches!(show, segel_core::show::Show::Item(item) if matches!(item.body, Body::Note(_)))
    }));
}

#[test]
fn a_note_that_a_colleague_hands_on_is_vouched_for_until_the_visitor_saw_the_same_log() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    let third = table.seat(31);
    let member = table.members[third].keys();
    table.publish(|roster| {
        let mut agent = roster.agents[1].clone();
        (agent.id, agent.name) = (segel_wire::ids::AgentId([0xee; 16]), "Agen Ketiga".to_owned());
        agent.devices[0].keys = member;
        roster.agents.push(agent);
    });
    table.post(VISITOR, table.letter(text("halo")));
    let colleague = table.members[COLLEAGUE].id();
    let hidden = Letter { others: vec![colleague], to_engine: false, ..table.letter(note()) };
    let note = table.post(third, hidden);
    assert!(table.item(note.event).is_none());
    table.post(COLLEAGUE, table.letter(content::Body::Grants(vec![note.clone()])));
    let vouched = |table: &Table<'_>| {
        let item = table.item(note.event).unwrap();
        (item.body.clone(), item.vouched.clone())
    };
    let said = Body::Note(NOTE.to_owned());
    assert_eq!(vouched(&table), (said.clone(), Some(NAMES[COLLEAGUE].to_owned())));
    let seen = Some(table.seen());
    table.post(VISITOR, Letter { seen, ..table.letter(text("sudah")) });
    assert_eq!(vouched(&table), (said, None));
}

#[test]
fn a_withdrawal_of_a_note_is_refused() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    table.post(VISITOR, table.letter(text("halo")));
    let event = table.post(COLLEAGUE, table.letter(note())).event;
    let withdrawal = table.post(COLLEAGUE, table.letter(content::Body::Withdrawal(event))).event;
    assert_eq!(table.item(withdrawal).unwrap().body, Body::Closed(Refusal::WithdrawalRefused));
    assert_eq!(table.item(event).unwrap().body, Body::Note(NOTE.to_owned()));
}

#[test]
fn a_tab_holds_labels_until_the_relay_has_them_or_they_come_to_nothing() {
    let site = BenchSite::new();
    for (is_kept, is_member, is_settled) in [(false, true, false), (true, true, true), (true, false, true)] {
        let mut table = Table::of_agent(&site, |_, _| {});
        table.post(VISITOR, table.letter(text("halo")));
        let engine = table.engine();
        table.publish(|roster| roster.desks[0].inbox.retain(|device| is_member || *device != engine));
        if !is_kept {
            table.bench.keeps = table.bench.generation;
        }
        let (conversation, event) = (Some(table.conversation), Some(EventId([9; 16])));
        let text = Outgoing::labels([segel_mask::mask("VIP").unwrap().text]).unwrap();
        table.input(Input::Submit { conversation, event, text, quotes: None });
        let lets_go = table.bench.shown.iter().any(|show| settled(show) == event);
        assert_eq!(lets_go, is_settled, "kept: {is_kept}, a member: {is_member}");
    }
}

#[test]
fn labels_are_known_without_the_messages_and_the_last_in_the_log_counts() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    table.post(VISITOR, table.letter(text("halo")));
    table.post(COLLEAGUE, table.letter(labels()));
    table.post(COLLEAGUE, table.letter(note()));
    assert_eq!(table.summary().labels, ["VIP"]);
    let changed = content::Body::Labels(vec!["retur".to_owned()]);
    table.post(COLLEAGUE, table.letter(changed));
    table.restart_in_outline();
    assert_eq!(table.summary().labels, ["retur"]);
    assert_eq!(table.summary().preview, "halo");
}

fn policy(action: MaskingAction) -> Masking {
    let rule = MaskingRule { kind: "phone".to_owned(), visitor: MaskingAction::Leave, agent: action };
    Masking { rules: Some(vec![rule]), allowed: None, patterns: None }
}

/// What an agent wrote and the colleague got, the policy having become stricter meanwhile.
fn sealed_after(
    action: MaskingAction,
    write: impl Fn(&Masker) -> Outgoing,
) -> (Table<'static>, Vec<content::Body>) {
    let site = Box::leak(Box::new(BenchSite::new()));
    let lenient = policy(MaskingAction::Leave);
    let mut table = Table::of_agent(site, |roster, _| roster.profile.masking = Some(lenient.clone()));
    table.post(VISITOR, table.letter(text("halo")));
    table.input(Input::Network(false));
    table.input(Input::SocketClosed);
    let text = write(&segel_core::masker(Some(&lenient)).unwrap());
    let conversation = Some(table.conversation);
    table.input(Input::Submit { conversation, event: None, text, quotes: None });
    table.publish(|roster| roster.profile.masking = Some(policy(action)));
    table.input(Input::Network(true));
    table.wait(1);
    let got = table.sent_to(COLLEAGUE).into_iter().map(|message| message.body);
    let got = got.filter(content::Body::is_for_agents).collect();
    (table, got)
}

#[test]
fn notes_and_labels_are_sealed_as_the_newest_policy_masks_them() {
    let masked = |masker: &Masker, text: &str| masker.mask(text, Writer::Agent).unwrap().text;
    let note = |masker: &Masker| Outgoing::note(masked(masker, "hp 081234567890"));
    let labels =
        |masker: &Masker| Outgoing::labels([masked(masker, "081234567890"), masked(masker, "VIP")]).unwrap();
    let (_, got) = sealed_after(MaskingAction::Leave, note);
    assert!(got == [content::Body::Note("hp 081234567890".to_owned())]);
    let (_, got) = sealed_after(MaskingAction::Mask(4), note);
    assert!(got == [content::Body::Note("hp ••••••••7890".to_owned())]);
    let (table, got) = sealed_after(MaskingAction::Mask(4), labels);
    let expected = ["VIP".to_owned(), "••••••••7890".to_owned()];
    assert!(got == [content::Body::Labels(expected.to_vec())]);
    assert_eq!(table.summary().labels, expected);
    let (table, got) = sealed_after(MaskingAction::Block, labels);
    assert!(got.is_empty() && table.refusals().contains(&Refusal::PolicyRefused));
    let (_, got) = sealed_after(MaskingAction::Block, note);
    assert!(got.is_empty());
}

#[test]
fn what_never_may_be_kept_is_masked_on_arrival_in_notes_and_labels_too() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    table.post(VISITOR, table.letter(text("halo")));
    let card = "4111 1111 1111 1111";
    let event = table.post(COLLEAGUE, table.letter(content::Body::Note(card.to_owned()))).event;
    assert_eq!(table.item(event).unwrap().body, Body::Note("•••• •••• •••• 1111".to_owned()));
    table.post(COLLEAGUE, table.letter(content::Body::Labels(vec![card.to_owned()])));
    assert_eq!(table.summary().labels, ["•••• •••• •••• 1111"]);
}
