//! How a conversation ends, who may end it, what crosses that, and what the visitor says of it.

use segel_core::show::{Author, Body, Deed, Delivery, Item, Life, Rating, Refusal, Show, Standing, Stars};
use segel_core::{Input, OutgoingRating};
use segel_crypto::content;
use segel_testkit::client::{Client, Screen};
use segel_testkit::site::AGENT;
use segel_wire::ids::ConversationId;

use crate::acts::Desk;
use crate::acts_crossed::lose_next;
use crate::bench::BenchSite;
use crate::member::Letter;
use crate::table::{COLLEAGUE, HOSTILE, Table, VISITOR};

fn life(screen: &Screen, id: ConversationId) -> Life {
    screen.conversations.get(&id).map(|summary| summary.life).unwrap_or_default()
}

async fn sees_it_over(device: &Client, id: ConversationId) {
    device.until("the end", |screen| life(screen, id) != Life::Open).await;
}

fn last(screen: &Screen, id: ConversationId) -> Item {
    (*screen.timeline(id).last().unwrap()).clone()
}

fn rates(conversation: ConversationId, stars: Stars, comment: &str) -> Input {
    let rating = OutgoingRating::new(stars, segel_mask::mask(comment).unwrap().text);
    Input::Rate { conversation, rating: Some(rating) }
}

#[tokio::test]
async fn who_holds_it_ends_it_and_what_the_visitor_says_next_begins_another() {
    let desk = Desk::held().await;
    let id = desk.visitor.conversation();
    desk.agent.does(id, Deed::End);
    for device in [&desk.visitor, &desk.agent, &desk.colleague] {
        sees_it_over(device, id).await;
        assert_eq!(device.screen().acts(id).last().unwrap().1, &Deed::End);
        assert_eq!(device.screen().refusals, []);
    }
    assert_eq!(last(&desk.visitor.screen(), id).author, Author::Agent(AGENT.to_owned()));
    let hold = desk.agent.screen().conversations[&id].hold.clone();
    assert_eq!((hold.standing, &hold.may[..], &hold.colleagues[..]), (Standing::Mine, &[][..], &[][..]));

    desk.agent.say_in(id, "masih di sana?");
    let refused = Some(Delivery::Failed(Refusal::ConversationEnded));
    desk.agent.until("the refusal", |screen| screen.delivery("masih di sana?") == refused).await;
    desk.agent.does(id, Deed::Release);
    desk.agent.refuses(Refusal::ConversationEnded).await;

    desk.visitor.say_in(id, "satu hal lagi");
    let screen = desk.agent.reads("satu hal lagi").await;
    let next = screen.item("satu hal lagi").unwrap().conversation;
    assert_ne!(next, id);
    desk.visitor.say_in(id, "dan satu lagi");
    let screen = desk.colleague.reads("dan satu lagi").await;
    assert_eq!(screen.texts(next), ["satu hal lagi", "dan satu lagi"], "it is the whole desk's again");
    assert_eq!(desk.visitor.screen().texts(id), ["halo semua", "halo juga", "untuk pemegang saja"]);
}

#[tokio::test]
async fn the_visitor_ends_it_and_the_whole_desk_hears_so() {
    let desk = Desk::held().await;
    let id = desk.visitor.conversation();
    desk.visitor.input(Input::End(id));
    for device in [&desk.visitor, &desk.agent, &desk.colleague] {
        sees_it_over(device, id).await;
        assert_eq!(last(&device.screen(), id).body, Body::Ended);
    }
    let ended = last(&desk.colleague.screen(), id);
    assert_eq!(ended.author, Author::Visitor, "also who does not read along hears of it");
    assert_eq!(desk.agent.screen().conversations[&id].waits_since, 0, "nobody waits");
    desk.agent.does(id, Deed::Release);
    desk.agent.refuses(Refusal::ConversationEnded).await;
    desk.visitor.input(Input::End(id));
    desk.visitor.say("yang baru");
    desk.colleague.reads("yang baru").await;
    let ends = desk.visitor.screen();
    let ends = ends.timeline(id).into_iter().filter(|item| item.body == Body::Ended).count();
    assert_eq!(ends, 1, "it ends once");
}

#[tokio::test]
async fn a_text_that_crosses_the_end_is_shown_and_the_conversation_stays_ended() {
    let desk = Desk::held().await;
    let id = desk.visitor.conversation();
    let mut lost = lose_next(&desk.site);
    desk.agent.say_in(id, "sebentar ya");
    lost.recv().await.unwrap();
    desk.visitor.input(Input::End(id));
    desk.visitor
        .until("the end to be stored", |screen| {
            life(screen, id) == Life::Ended && last(screen, id).position.is_some()
        })
        .await;
    desk.site.proxy().cut();
    desk.visitor.reads("sebentar ya").await;
    sees_it_over(&desk.agent, id).await;
    desk.agent.has_sent("sebentar ya").await;
    assert_eq!(life(&desk.visitor.screen(), id), Life::Ended);
    for device in [&desk.visitor, &desk.agent, &desk.colleague] {
        assert_eq!(device.screen().refusals, []);
    }
}

#[tokio::test]
async fn what_was_written_before_an_own_end_leaves_before_it() {
    let desk = Desk::held().await;
    let id = desk.visitor.conversation();
    desk.visitor.input(Input::Network(false));
    desk.visitor.say("terakhir dari saya");
    desk.visitor.input(Input::End(id));
    desk.visitor.say("ini yang berikutnya");
    desk.visitor.input(Input::Network(true));
    desk.agent.reads("terakhir dari saya").await;
    sees_it_over(&desk.agent, id).await;
    let screen = desk.agent.reads("ini yang berikutnya").await;
    assert_eq!(screen.texts(id).last(), Some(&"terakhir dari saya"));
    assert_eq!(last(&screen, id).body, Body::Ended);
}

#[tokio::test]
async fn an_end_that_comes_too_late_goes_without_a_word() {
    let desk = Desk::held().await;
    let id = desk.visitor.conversation();
    desk.visitor.input(Input::Network(false));
    desk.visitor.input(Input::SocketClosed);
    desk.agent.does(id, Deed::End);
    sees_it_over(&desk.agent, id).await;
    desk.visitor.input(Input::End(id));
    sees_it_over(&desk.visitor, id).await;
    desk.visitor.input(Input::Network(true));
    desk.visitor.until("the agent's end", |screen| last(screen, id).body == Body::Act(Deed::End)).await;
    desk.visitor.say("yang berikutnya");
    desk.agent.reads("yang berikutnya").await;
    assert_eq!(desk.visitor.screen().refusals, []);
    assert!(desk.visitor.screen().items.values().all(|item| item.body != Body::Ended));
}

#[tokio::test]
async fn an_end_of_one_who_no_longer_holds_it_is_refused() {
    let mut desk = Desk::held().await;
    desk.promote().await;
    let id = desk.visitor.conversation();
    let mut lost = lose_next(&desk.site);
    desk.agent.does(id, Deed::End);
    lost.recv().await.unwrap();
    desk.colleague.does(id, Deed::Takeover);
    desk.colleague.stands(id, Standing::Mine).await;
    desk.site.proxy().cut();
    desk.agent.refuses(Refusal::ActRefused).await;
    desk.assert_for(&desk.colleague, &desk.agent, "masih terbuka").await;
    for device in [&desk.visitor, &desk.agent, &desk.colleague] {
        assert_eq!(life(&device.screen(), id), Life::Open);
    }
    desk.agent.does(id, Deed::End);
    desk.agent.refuses(Refusal::ActRefused).await;
}

#[tokio::test]
async fn what_the_visitor_thinks_of_it_is_masked_and_asked_once() {
    let desk = Desk::held().await;
    let id = desk.visitor.conversation();
    desk.visitor.input(rates(id, Stars::One, "belum"));
    desk.agent.does(id, Deed::End);
    sees_it_over(&desk.visitor, id).await;
    let comment = "ramah, kartu 4111 1111 1111 1111";
    desk.visitor.input(rates(id, Stars::Four, comment));
    desk.visitor.input(rates(id, Stars::Two, "lagi"));
    let comment = Some("ramah, kartu •••• •••• •••• 1111".to_owned());
    let said = Body::Rated(Rating { stars: Stars::Four, comment });
    let is_rated = |screen: &Screen| last(screen, id).body == said;
    desk.agent.until("the rating", is_rated).await;
    assert_eq!(life(&desk.visitor.screen(), id), Life::Settled);
    let screen = desk.visitor.screen();
    let ratings = screen.timeline(id).into_iter().filter(|item| matches!(item.body, Body::Rated(_)));
    assert_eq!(ratings.count(), 1);
    assert_eq!(desk.agent.screen().conversations[&id].preview, "untuk pemegang saja");
}

#[tokio::test]
async fn who_does_not_want_to_say_so_is_not_asked_again() {
    let mut desk = Desk::held().await;
    let id = desk.visitor.conversation();
    desk.agent.does(id, Deed::End);
    sees_it_over(&desk.visitor, id).await;
    desk.visitor.input(Input::Rate { conversation: id, rating: None });
    desk.visitor.until("not to be asked", |screen| life(screen, id) == Life::Settled).await;
    desk.visitor.restart().await;
    desk.visitor.until("the conversation", |screen| life(screen, id) == Life::Settled).await;
}

#[tokio::test]
async fn the_page_is_asked_anew_who_the_visitor_is() {
    let desk = Desk::held().await;
    let id = desk.visitor.conversation();
    assert_eq!(desk.visitor.is_asked_who().await.0, id);
    desk.agent.does(id, Deed::End);
    sees_it_over(&desk.visitor, id).await;
    let asked = desk.visitor.screen().introductions.len();
    desk.visitor.say("lagi");
    assert_ne!(desk.visitor.is_asked_again(asked).await.0, id);
}

#[test]
fn an_end_or_a_rating_by_another_than_the_visitor_is_refused() {
    let site = BenchSite::new();
    let rated = || content::Body::Rating(Rating { stars: Stars::Five, comment: None });
    for body in [content::Body::End, rated()] {
        let mut table = Table::of_visitor(&site);
        let event = table.post(HOSTILE, table.letter(body.clone())).event;
        assert_eq!(table.item(event).unwrap().body, Body::Closed(Refusal::EndRefused));
        assert_eq!(table.summary().life, Life::Open);
        let mut table = Table::of_agent(&site, |_, _| {});
        table.post(VISITOR, table.letter(content::Body::Text("halo".to_owned())));
        let event = table.post(COLLEAGUE, table.letter(body)).event;
        assert_eq!(table.item(event).unwrap().body, Body::Closed(Refusal::EndRefused));
        assert_eq!(table.summary().life, Life::Open);
    }
}

#[test]
fn an_end_that_is_replayed_elsewhere_ends_nothing_there() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    table.post(VISITOR, table.letter(content::Body::Text("halo".to_owned())));
    let (end, _) = table.seal(VISITOR, table.letter(content::Body::End));
    let (here, elsewhere) = (table.conversation, ConversationId([6; 16]));
    let mut moved = end.clone();
    (moved.conversation, moved.position) = (elsewhere, 1);
    table.hand(moved);
    table.conversation = elsewhere;
    assert_eq!(table.summary().life, Life::Open);
    assert_eq!(table.item(end.event).unwrap().body, Body::Closed(Refusal::MessageAltered));
    table.conversation = here;
    table.deliver(&end);
    assert_eq!(table.summary().life, Life::Ended);
}

#[test]
fn an_end_by_a_colleagues_word_alone_is_none_before_the_visitor_confirms_it() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    let colleague = table.members[COLLEAGUE].id();
    let text = |text: &str| content::Body::Text(text.to_owned());
    table.post(VISITOR, Letter { others: vec![colleague], ..table.letter(text("halo")) });
    let hidden = Letter { others: vec![colleague], to_engine: false, ..table.letter(content::Body::End) };
    let end = table.post(VISITOR, hidden);
    table.post(COLLEAGUE, table.letter(content::Body::Grants(vec![end.clone()])));
    assert_eq!(
        (table.item(end.event).unwrap().body.clone(), table.summary().life),
        (Body::Withheld, Life::Open)
    );
    let seen = Some(table.seen());
    table.post(VISITOR, Letter { seen, ..table.letter(text("sudah")) });
    assert_eq!(
        (table.item(end.event).unwrap().body.clone(), table.summary().life),
        (Body::Ended, Life::Ended)
    );
}

#[test]
fn an_end_that_could_not_be_kept_is_none_and_can_be_said_again() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    table.say("halo");
    let id = table.conversation;
    table.bench.keeps = table.bench.generation;
    table.input(Input::End(id));
    assert_eq!(table.summary().life, Life::Ended);
    let next = table.bench.generation + 1;
    table.input(Input::StoreFailed(next));
    assert_eq!(table.summary().life, Life::Open);
    table.bench.keeps = u64::MAX;
    table.input(Input::End(id));
    assert_eq!(table.summary().life, Life::Ended);
    table.restart();
    let ends = table
        .bench
        .everything()
        .into_iter()
        .filter(|show| matches!(show, Show::Item(Item { body: Body::Ended, .. })));
    assert_eq!(ends.count(), 1);
}

#[test]
fn that_it_has_ended_is_known_without_its_messages() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    table.post(VISITOR, table.letter(content::Body::Text("halo".to_owned())));
    assert!(table.summary().waits_since > 0);
    table.post(VISITOR, table.letter(content::Body::End));
    table.restart_in_outline();
    assert_eq!((table.summary().life, table.summary().waits_since), (Life::Ended, 0));
}
