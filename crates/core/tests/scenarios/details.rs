//! What a visitor says beside the first message: masked, once, before it unless that has gone, kept with it, and by the visitor alone.

use segel_core::show::{Agreed, Answer, Author, Body, Delivery, Details, Refusal};
use segel_core::{Input, Outgoing, OutgoingDetails};
use segel_crypto::content;
use segel_mask::MaskedText;
use segel_testkit::client::{Client, Screen};
use segel_testkit::site::TestSite;
use segel_wire::ids::{ConversationId, EventId};
use segel_wire::signed::{
    Asks, Consent, Intake, Masking, MaskingAction, MaskingRule, Need, Profile, Question, Roster,
};

use crate::bench::BenchSite;
use crate::member::Letter;
use crate::table::{COLLEAGUE, HOSTILE, NAMES, Table, VISITOR};

const FIRST: EventId = EventId([0x31; 16]);
const SECOND: EventId = EventId([0x32; 16]);
const CARD: &str = "4111 1111 1111 1111";

fn masked(text: &str) -> MaskedText {
    segel_mask::mask(text).unwrap().text
}

fn consent() -> Consent {
    Consent { text: "Saya setuju".to_owned(), notice: None }
}

fn intake(labels: &[&str]) -> Intake {
    let question =
        |label: &&str| Question { label: (*label).to_owned(), asks: Asks::Line, need: Need::Optional };
    Intake { questions: Some(labels.iter().map(question).collect()), consent: Some(consent()) }
}

fn said(answers: &[(&str, &str)]) -> Details {
    let answer = |(label, text): &(&str, &str)| Answer { label: (*label).into(), text: (*text).into() };
    let answers: Vec<_> = answers.iter().map(answer).collect();
    Details {
        answers: Some(answers).filter(|answers| !answers.is_empty()),
        agreed: Some(Agreed { consent: consent().derive_hash(), time: 7 }),
        page: "https://toko.example/produk".to_owned(),
        language: "id".to_owned(),
    }
}

/// What a widget hands in before a message.
fn details(message: EventId, answers: &[(&str, &str)]) -> Input {
    let answers = answers.iter().map(|(label, text)| ((*label).to_owned(), masked(text))).collect();
    let Details { agreed, page, language, .. } = said(&[]);
    let details = OutgoingDetails::new(answers, agreed, masked(&page), masked(&language));
    Input::Details { message, details }
}

fn submit(event: EventId, text: &str) -> Input {
    let (event, text) = (Some(event), Outgoing::new(masked(text)));
    Input::Submit { conversation: None, event, text, quotes: None }
}

fn shown(screen: &Screen, id: ConversationId) -> Vec<(Option<u64>, Details)> {
    let items = screen.timeline(id).into_iter().filter_map(|item| match &item.body {
        Body::Details(details) => Some((item.position, details.clone())),
        _ => None,
    });
    items.collect()
}

async fn asking(labels: &[&str]) -> (TestSite, Client, Client) {
    let mut site = TestSite::start().await;
    let questions = labels.iter().map(|label| format!(r#"{{ "label": "{label}", "asks": "line" }}"#));
    let questions = questions.collect::<Vec<_>>().join(",");
    let file = format!(r#"{{ "questions": [{questions}], "consent": {{ "text": "Saya setuju" }} }}"#);
    site.ask(&file);
    let agent = site.agent().await;
    let visitor = site.visitor();
    visitor.meets(segel_core::show::Gate::Open).await;
    (site, agent, visitor)
}

#[tokio::test]
async fn what_is_said_before_the_first_message_comes_before_it_masked_and_once() {
    let (_site, agent, mut visitor) = asking(&["Nama", "Perihal"]).await;
    assert_eq!(visitor.store().sessions().len(), 0);
    visitor.input(details(FIRST, &[("Nama", "Pengunjung Demo"), ("Perihal", CARD)]));
    visitor.input(submit(FIRST, "halo"));
    visitor.input(details(SECOND, &[("Nama", "Nama Lain")]));
    visitor.input(submit(SECOND, "masih halo"));
    let screen = agent.reads("masih halo").await;
    let id = screen.item("halo").unwrap().conversation;
    let expected = said(&[("Nama", "Pengunjung Demo"), ("Perihal", "•••• •••• •••• 1111")]);
    assert_eq!(shown(&screen, id), [(Some(1), expected.clone())]);
    assert_eq!(screen.item("halo").unwrap().position, Some(2));
    assert_eq!((screen.conversations[&id].unread, &screen.conversations[&id].preview[..]), (2, "masih halo"));

    visitor.restart().await;
    visitor.until("the kept details", |screen| shown(screen, id).len() == 1).await;
    assert_eq!(shown(&visitor.screen(), id)[0].1, expected);
    assert_eq!(agent.screen().refusals, []);
}

#[tokio::test]
async fn where_a_message_has_gone_without_them_they_follow_it_once() {
    let (_site, agent, visitor) = asking(&["Nama"]).await;
    visitor.input(submit(FIRST, "halo"));
    agent.reads("halo").await;
    visitor.input(details(FIRST, &[("Nama", "Pengunjung Demo")]));
    visitor.input(details(FIRST, &[("Nama", "Nama Lain")]));
    visitor.input(submit(SECOND, "masih halo"));
    let screen = agent.reads("masih halo").await;
    let item = screen.item("masih halo").unwrap();
    assert_eq!(shown(&screen, item.conversation), [(Some(2), said(&[("Nama", "Pengunjung Demo")]))]);
    assert_eq!((item.position, agent.screen().refusals), (Some(3), vec![]));
}

#[tokio::test]
async fn of_two_tabs_that_begin_at_once_whichever_is_first_brings_its_own() {
    let (_site, agent, visitor) = asking(&["Nama"]).await;
    visitor.input(details(FIRST, &[("Nama", "Pengunjung Demo")]));
    visitor.input(details(SECOND, &[("Nama", "Nama Lain")]));
    visitor.input(submit(FIRST, "halo"));
    visitor.input(submit(SECOND, "masih halo"));
    let screen = agent.reads("masih halo").await;
    let item = screen.item("masih halo").unwrap();
    assert_eq!(shown(&screen, item.conversation), [(Some(1), said(&[("Nama", "Pengunjung Demo")]))]);
    assert_eq!((item.position, agent.screen().refusals), (Some(3), vec![]));
}

#[tokio::test]
async fn what_no_message_follows_is_kept_nowhere_and_leaves_nowhere() {
    let (_site, agent, visitor) = asking(&["Nama"]).await;
    visitor.input(details(FIRST, &[("Nama", "Pengunjung Demo")]));
    visitor.until("an answer of the relay", |screen| screen.site.is_some()).await;
    assert_eq!(visitor.store().sessions().len(), 0);
    assert!(visitor.screen().conversations.is_empty());
    visitor.input(submit(SECOND, "halo"));
    let screen = agent.reads("halo").await;
    let id = screen.item("halo").unwrap().conversation;
    assert_eq!(shown(&screen, id), [], "they were for another message");
}

#[tokio::test]
async fn a_file_that_begins_a_conversation_is_preceded_like_a_text() {
    let (_site, agent, visitor) = asking(&["Nama"]).await;
    visitor.input(details(FIRST, &[("Nama", "Pengunjung Demo")]));
    let name = masked("catatan.txt");
    let file = segel_core::OutgoingFile::text(name, "text/plain".to_owned(), masked("isi"));
    visitor.input(Input::Attach { conversation: None, event: Some(FIRST), file });
    agent.until("the file", |screen| screen.file("catatan.txt").is_some()).await;
    let screen = agent.screen();
    let id = screen.file("catatan.txt").unwrap().conversation;
    assert_eq!(shown(&screen, id), [(Some(1), said(&[("Nama", "Pengunjung Demo")]))]);
}

#[tokio::test]
async fn whoever_comes_later_is_handed_the_details_with_the_history() {
    let (mut site, agent, visitor) = asking(&["Nama"]).await;
    visitor.input(details(FIRST, &[("Nama", "Pengunjung Demo")]));
    visitor.input(submit(FIRST, "halo"));
    agent.reads("halo").await;
    agent.say("halo juga");
    visitor.reads("halo juga").await;
    let colleague = site.agent_named("Rekan Demo").await;
    let id = visitor.conversation();
    agent.does(id, segel_core::show::Deed::Transfer(site.agent_id("Rekan Demo")));
    colleague.until("the details", |screen| shown(screen, id).len() == 1).await;
    assert_eq!(shown(&colleague.screen(), id)[0].1, said(&[("Nama", "Pengunjung Demo")]));
}

/// What leaves of a visitor's answers where the site's roster says so.
fn leaves(site: &BenchSite, change: impl Fn(&mut Profile)) -> Vec<content::Body> {
    let mut table = Table::of_silent_visitor(site, |roster| {
        roster.profile.intake = Some(intake(&["Nama", "Perihal"]));
        change(&mut roster.profile);
    });
    let answers = [("Nama", "Pengunjung Demo"), ("Perihal", "MB-12345678"), ("Lain", "tak ditanya")];
    table.input(details(FIRST, &answers));
    table.input(submit(FIRST, "halo"));
    table.sent_to(0).into_iter().map(|message| message.body).collect()
}

#[test]
fn the_newest_policy_has_its_say_and_only_what_is_asked_leaves() {
    let site = BenchSite::new();
    let sent = leaves(&site, |_| {});
    let expected = said(&[("Nama", "Pengunjung Demo"), ("Perihal", "MB-12345678")]);
    assert!(sent.contains(&content::Body::Details(expected)), "the label is not the site's");

    let pattern = |action| MaskingRule { kind: "MB-#{8}".to_owned(), visitor: action, agent: action };
    let policy = |action| Masking { rules: None, allowed: None, patterns: Some(vec![pattern(action)]) };
    let sent = leaves(&site, |profile| profile.masking = Some(policy(MaskingAction::Mask(0))));
    let expected = said(&[("Nama", "Pengunjung Demo"), ("Perihal", "••-••••••••")]);
    assert!(sent.contains(&content::Body::Details(expected)));
    let sent = leaves(&site, |profile| profile.masking = Some(policy(MaskingAction::Block)));
    let expected = said(&[("Nama", "Pengunjung Demo")]);
    assert!(sent.contains(&content::Body::Details(expected)), "the answer alone is left out");
    let sent = leaves(&site, |profile| profile.intake = None);
    assert!(sent.contains(&content::Body::Details(said(&[]))), "nothing is asked any more");
}

#[test]
fn details_over_their_limits_do_not_leave_and_the_message_does() {
    let site = BenchSite::new();
    let ask = |roster: &mut Roster| roster.profile.intake = Some(intake(&["Nama"]));
    let mut table = Table::of_silent_visitor(&site, ask);
    table.input(details(FIRST, &[("Nama", &"a ".repeat(251))]));
    table.input(submit(FIRST, "halo"));
    let sent = table.sent_to(0);
    assert!(sent.iter().any(|message| message.body == content::Body::Text("halo".to_owned())));
    assert!(!sent.iter().any(|message| matches!(message.body, content::Body::Details(_))));
}

#[test]
fn details_by_another_than_the_visitor_are_refused() {
    let site = BenchSite::new();
    let body = || content::Body::Details(said(&[("Nama", "Palsu")]));
    let mut table = Table::of_visitor(&site);
    let event = table.post(HOSTILE, table.letter(body())).event;
    assert_eq!(table.item(event).unwrap().body, Body::Closed(Refusal::DetailsRefused));
    let mut table = Table::of_agent(&site, |_, _| {});
    table.post(VISITOR, table.letter(content::Body::Text("halo".to_owned())));
    let event = table.post(COLLEAGUE, table.letter(body())).event;
    assert_eq!(table.item(event).unwrap().body, Body::Closed(Refusal::DetailsRefused));
}

#[test]
fn what_must_not_be_kept_is_masked_on_arrival_too_and_nothing_is_unread() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    let hostile = content::Body::Details(said(&[(CARD, CARD)]));
    let event = table.post(VISITOR, table.letter(hostile)).event;
    let item = table.item(event).unwrap();
    assert_eq!(item.author, Author::Visitor);
    assert_eq!(item.body, Body::Details(said(&[("•••• •••• •••• 1111", "•••• •••• •••• 1111")])));
    let summary = table.summary();
    assert_eq!((summary.unread, summary.waits_since, &summary.preview[..]), (0, 0, ""));
}

#[test]
fn details_by_a_colleagues_word_alone_are_said_to_be_so_before_the_visitor_confirms_them() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    let colleague = table.members[COLLEAGUE].id();
    let text = |text: &str| content::Body::Text(text.to_owned());
    table.post(VISITOR, Letter { others: vec![colleague], ..table.letter(text("halo")) });
    let said = said(&[("Nama", "Pengunjung Demo")]);
    let body = content::Body::Details(said.clone());
    let hidden = Letter { others: vec![colleague], to_engine: false, ..table.letter(body) };
    let event = table.post(VISITOR, hidden);
    table.post(COLLEAGUE, table.letter(content::Body::Grants(vec![event.clone()])));
    let shown = |table: &Table<'_>| {
        let item = table.item(event.event).unwrap();
        (item.body.clone(), item.vouched.clone())
    };
    assert_eq!(shown(&table), (Body::Details(said.clone()), Some(NAMES[COLLEAGUE].to_owned())));
    let seen = Some(table.seen());
    table.post(VISITOR, Letter { seen, ..table.letter(text("sudah")) });
    assert_eq!(shown(&table), (Body::Details(said), None));
}

#[test]
fn details_cannot_be_taken_back() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    let said = said(&[("Nama", "Pengunjung Demo")]);
    let event = table.post(VISITOR, table.letter(content::Body::Details(said.clone()))).event;
    let withdrawal = table.post(VISITOR, table.letter(content::Body::Withdrawal(event))).event;
    assert_eq!(table.item(withdrawal).unwrap().body, Body::Closed(Refusal::WithdrawalRefused));
    assert_eq!(table.item(event).unwrap().body, Body::Details(said));
}

#[test]
fn what_could_not_be_kept_with_its_message_goes_before_that_when_it_is_tried_again() {
    let site = BenchSite::new();
    let mut table = Table::of_silent_visitor(&site, |roster| roster.profile.intake = Some(intake(&["Nama"])));
    table.bench.keeps = table.bench.generation;
    table.input(details(FIRST, &[("Nama", "Pengunjung Demo")]));
    table.input(submit(FIRST, "halo"));
    table.input(Input::StoreFailed(table.bench.generation + 1));
    let item = table.own("halo").unwrap();
    assert_eq!(item.delivery, Delivery::Failed(Refusal::StoreFailed));
    let conversation = item.conversation;
    table.bench.keeps = u64::MAX;
    table.input(Input::Retry { conversation, event: FIRST });
    table.wait(1);
    let bodies: Vec<_> = table.sent_to(COLLEAGUE).into_iter().map(|message| message.body).collect();
    assert!(matches!(bodies[..], [content::Body::Details(_), content::Body::Text(_)]), "{bodies:?}");
}
