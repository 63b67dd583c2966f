//! A device is set back to an older copy of its state: what does not open is asked for anew.

use std::time::Duration;

use segel_core::Input;
use segel_core::show::{Author, Body, Deed, Delivery, Refusal};
use segel_crypto::content;
use segel_crypto::session::Wrap;
use segel_testkit::client::Client;
use segel_testkit::proxy::{Record, Towards};
use segel_testkit::site::TestSite;
use segel_wire::ServerFrame;
use segel_wire::api::BundlesAnswer;
use segel_wire::ids::EventId;

use crate::bench::BenchSite;
use crate::member::Letter;
use crate::table::{COLLEAGUE, HOSTILE, Table, VISITOR};

/// A session offers a KEM key once it has sealed and opened 50 wraps.
const TURNS_BEFORE_AN_OFFER: usize = 23;
const AN_HOUR: Duration = Duration::from_hours(1);

/// A visitor and an agent who have talked, with sessions both ways.
async fn talk(site: &mut TestSite) -> (Client, Client) {
    let (agent, visitor) = (site.agent().await, site.visitor());
    exchange(&visitor, &agent, "awal").await;
    (agent, visitor)
}

async fn exchange(visitor: &Client, agent: &Client, name: &str) {
    let (question, answer) = (format!("tanya {name}"), format!("jawab {name}"));
    visitor.say(&question);
    agent.reads(&question).await;
    agent.say_in(visitor.conversation(), &answer);
    visitor.reads(&answer).await;
    agent.has_sent(&answer).await;
    visitor.has_sent(&question).await;
}

#[tokio::test]
async fn what_a_visitor_writes_from_an_older_state_is_read_after_all() {
    let mut site = TestSite::start().await;
    let (agent, mut visitor) = talk(&mut site).await;
    let copy = visitor.store().copy();
    visitor.say("sebelum disetel mundur");
    agent.reads("sebelum disetel mundur").await;

    visitor.set_back(&copy).await;
    visitor.is_online().await;
    visitor.say("dari keadaan lama");
    let screen = agent.reads("dari keadaan lama").await;
    assert_eq!(screen.item("dari keadaan lama").unwrap().author, Author::Visitor);
    exchange(&visitor, &agent, "sesudahnya").await;
    assert_eq!(agent.screen().closed().count(), 0, "nothing stays closed");
}

#[tokio::test]
async fn what_an_agent_missed_by_an_older_state_is_read_after_all() {
    let mut site = TestSite::start().await;
    let (mut agent, visitor) = talk(&mut site).await;
    let copy = agent.store().copy();
    for turn in 0..3 {
        exchange(&visitor, &agent, &format!("giliran {turn}")).await;
    }
    agent.set_back(&copy).await;
    agent.is_online().await;
    visitor.say("masih terbaca?");
    // The first turn began before the copy's keys were spent; two turns and the question are closed to them.
    agent.until("three to be closed", |screen| screen.closed().count() == 3).await;
    agent.advance(Duration::from_secs(61));
    agent.reads("masih terbaca?").await;
    agent.until("all to be open", |screen| screen.closed().count() == 0).await;
    exchange(&visitor, &agent, "sesudahnya").await;
}

#[tokio::test]
async fn an_answer_to_a_kem_offer_that_a_restored_state_never_made_is_asked_for_anew() {
    let mut site = TestSite::start().await;
    let (mut agent, visitor) = talk(&mut site).await;
    for turn in 0..TURNS_BEFORE_AN_OFFER {
        exchange(&visitor, &agent, &format!("giliran {turn}")).await;
    }
    let copy = agent.store().copy();
    for turn in 0..8 {
        exchange(&visitor, &agent, &format!("sesudah salinan {turn}")).await;
    }
    agent.set_back(&copy).await;
    agent.is_online().await;
    visitor.say("masih terbaca?");
    agent.until("the last to be closed", |screen| screen.closed().count() == 8).await;
    agent.advance(Duration::from_secs(61));
    agent.until("all to be open", |screen| screen.closed().count() == 0).await;
    agent.reads("masih terbaca?").await;
}

#[tokio::test]
async fn a_wrap_that_is_rubbish_leads_to_one_request_in_an_hour_and_no_more() {
    let mut site = TestSite::start().await;
    let (agent, visitor) = talk(&mut site).await;
    let device = site.roster().agents[0].devices[0].keys.derive_id(&site.tag().site);
    let spoil = move |event: &mut segel_wire::Delivered| {
        if event.sender != device
            && let Some(wrap) = &mut event.wrap
        {
            *wrap.0.last_mut().unwrap() ^= 1;
        }
    };
    site.proxy().alter_events(move |mut event| {
        spoil(&mut event);
        vec![event]
    });
    let requests = |site: &TestSite| {
        let records = site.proxy().records();
        let asked = records.iter().filter(|record| record.subject.ends_with("/bundles"));
        asked.count()
    };
    visitor.say("rusak satu");
    agent.refuses(Refusal::MessageAltered).await;
    let before = requests(&site);
    agent.advance(Duration::from_secs(61));
    // The visitor answers with what the agent asked for, and that is spoilt as well.
    visitor.say("rusak dua");
    agent.until("the second to be closed", |screen| screen.closed().count() == 2).await;
    agent.advance(Duration::from_secs(61));
    site.proxy().be_honest();
    visitor.say("yang utuh");
    agent.reads("yang utuh").await;
    assert!(requests(&site) > before, "the agent asked for the visitor's bundle");
    assert_eq!(agent.screen().closed().count(), 2, "no second request within the hour");

    agent.advance(AN_HOUR);
    agent.advance(AN_HOUR);
    agent.until("both to open after all", |screen| screen.closed().count() == 0).await;
    agent.reads("rusak satu").await;
    agent.reads("rusak dua").await;
}

#[test]
fn what_stays_closed_is_asked_for_again_after_an_hour_through_a_session_that_the_sender_was_heard_by() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    let say = |table: &mut Table<'_>, text: &str| {
        table.seal(VISITOR, table.letter(content::Body::Text(text.to_owned()))).0
    };
    let greeting = say(&mut table, "halo");
    table.deliver(&greeting);
    let mut spoilt = say(&mut table, "rusak");
    *spoilt.wrap.as_mut().unwrap().0.last_mut().unwrap() ^= 1;
    table.deliver(&spoilt);
    // Whether each request begins a session.
    let requests = |table: &Table<'_>| {
        let own = table.bench.log.iter().filter(|event| event.sender == table.engine());
        let wraps = own.flat_map(|event| table.stored[&event.event].wraps.clone());
        wraps.map(|wrapped| Wrap::parse(&wrapped.wrap.0).unwrap().init.is_some()).collect::<Vec<_>>()
    };
    table.wait(2);
    assert_eq!(requests(&table), [true], "the visitor may not be able to open it");
    let heard = say(&mut table, "masih di sini");
    table.deliver(&heard);
    table.wait(55);
    assert_eq!(requests(&table), [true]);
    table.wait(10);
    assert_eq!(requests(&table), [true, false]);
    table.wait(180);
    assert_eq!(requests(&table), [true, false], "twice is enough");
}

#[test]
fn what_stayed_closed_of_a_visitor_is_asked_for_once_it_is_known_who_that_is() {
    let site = BenchSite::new();
    for is_told in [false, true] {
        let mut table = Table::of_agent(&site, |_, _| {});
        let text = |text: &str| content::Body::Text(text.to_owned());
        let copy = table.bench.records();
        let uploaded = table.bench.prekeys.clone().unwrap();
        table.post(VISITOR, table.letter(text("halo")));
        table.input(Input::Seen(table.conversation));
        table.wait(1);
        assert_eq!(table.sent_to(VISITOR).len(), 1, "its sessions begin no more");

        table.restart_from(&copy);
        let closed = table.post(VISITOR, table.letter(text("tertutup")));
        table.wait(3);
        assert_eq!(table.stored.len(), 1, "there is nobody to ask");
        if is_told {
            let others = vec![table.members[VISITOR].id()];
            table.post(COLLEAGUE, Letter { others, ..table.letter(text("halo juga")) });
        } else {
            let (name, id) = (table.name(), table.conversation);
            table.members[VISITOR].begin(&uploaded, Some(id), name);
            table.post(VISITOR, table.letter(text("masih di sini")));
        }
        table.wait(2);
        let asks = |message: &content::Message| match &message.body {
            content::Body::Request(events) => *events == [closed.event],
            _ => false,
        };
        assert_eq!(table.sent_to(VISITOR).iter().filter(|message| asks(message)).count(), 1, "{is_told}");
    }
}

#[test]
fn who_begins_a_session_anew_is_given_once_more_what_it_was_given_within_the_hour() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    let uploaded = table.bench.prekeys.clone().unwrap();
    let others = vec![table.members[COLLEAGUE].id()];
    table.post(VISITOR, Letter { others, ..table.letter(content::Body::Text("halo".to_owned())) });
    // So its own session is the one that is sealed through.
    table.post(COLLEAGUE, table.letter(content::Body::Request(vec![EventId([7; 16])])));
    table.input(Input::Act { conversation: table.conversation, deed: Deed::Claim });
    let claim = table.bench.log.last().unwrap().event;
    let given = |table: &mut Table<'_>| {
        table.post(COLLEAGUE, table.letter(content::Body::Request(vec![claim])));
        table.wait(1);
        let gives = |message: &content::Message| match &message.body {
            content::Body::Grants(grants) => grants.iter().any(|grant| grant.event == claim),
            _ => false,
        };
        table.sent_to(COLLEAGUE).iter().filter(|message| gives(message)).count()
    };
    assert_eq!((given(&mut table), given(&mut table)), (1, 1), "once within the hour");

    // It was set back to before it had anything of this device.
    let name = table.name();
    table.members[COLLEAGUE].begin(&uploaded, None, name);
    assert_eq!(given(&mut table), 2, "and once more");
}

#[tokio::test]
async fn a_peer_without_prekeys_is_asked_about_once_and_the_chat_goes_on() {
    let mut site = TestSite::start().await;
    let (agent, visitor) = talk(&mut site).await;
    let device = site.roster().agents[0].devices[0].keys.derive_id(&site.tag().site);
    let mut spoilt = false;
    site.proxy().alter_events(move |mut event| {
        // The visitor's own copy carries no wrap, and may come by first.
        if event.sender != device
            && !spoilt
            && let Some(wrap) = &mut event.wrap
        {
            spoilt = true;
            *wrap.0.last_mut().unwrap() ^= 1;
        }
        vec![event]
    });
    let nobody = serde_json::to_vec(&BundlesAnswer { bundles: Vec::new() }).unwrap();
    site.proxy().alter_answers("/bundles", move |_| nobody.clone());
    let answered = |records: &[Record]| {
        let is_answer = |record: &&Record| record.towards == Towards::Client;
        let answers = records.iter().filter(is_answer);
        answers.filter(|record| record.subject.ends_with("/bundles")).count()
    };
    let before = answered(&site.proxy().records());
    visitor.say("rusak");
    agent.refuses(Refusal::MessageAltered).await;
    agent.advance(Duration::from_secs(61));
    site.proxy().until("the answer that there are none", |records| answered(records) > before).await;

    exchange(&visitor, &agent, "sesudahnya").await;
    assert_eq!(answered(&site.proxy().records()), before + 1, "no second question");
    assert_eq!(agent.screen().closed().count(), 1, "it stays closed, and is shown");
}

#[tokio::test]
async fn what_a_colleague_wrote_stays_the_colleagues_when_its_key_comes_later() {
    let mut site = TestSite::start().await;
    let mut first = site.agent().await;
    let second = site.agent().await;
    let visitor = site.visitor();
    exchange(&visitor, &first, "awal").await;
    second.reads("jawab awal").await;
    let copy = first.store().copy();
    first.say_in(visitor.conversation(), "yang hilang");
    second.reads("yang hilang").await;

    first.set_back(&copy).await;
    first.is_online().await;
    first.say_in(visitor.conversation(), "dari keadaan lama");
    let screen = second.reads("dari keadaan lama").await;
    let author = Author::Agent(segel_testkit::site::AGENT.to_owned());
    assert_eq!(screen.item("dari keadaan lama").unwrap().author, author);
    visitor.say("masih saya");
    let screen = second.reads("masih saya").await;
    assert_eq!(screen.item("masih saya").unwrap().author, Author::Visitor);
}

#[test]
fn an_own_message_that_a_state_sent_which_is_lost_is_taken_back_like_any_other() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    table.input(Input::SocketClosed);
    table.say("tarik aku kembali");
    let copy = table.bench.records();
    table.wait(1);
    let event = table.own("tarik aku kembali").unwrap().event;
    let sent = table.bench.log.last().unwrap().clone();
    table.bench.head = None;
    table.restart_from(&copy);
    table.hand(sent);
    table.input(Input::Frame(ServerFrame::Head { cursor: "e.8".into() }));

    table.input(Input::Withdraw { conversation: table.conversation, event });
    let word = table.bench.log.last().unwrap().event;
    let text = content::Body::Text("halo".to_owned());
    table.post(HOSTILE, Letter { seen: Some(table.seen()), ..table.letter(text) });
    assert_eq!(table.item(word).unwrap().body, Body::Withheld, "it is not refused");
    let item = table.item(event).unwrap();
    assert_eq!((&item.body, item.delivery), (&Body::Withdrawn, Delivery::Read), "as its withdrawal is");
}
