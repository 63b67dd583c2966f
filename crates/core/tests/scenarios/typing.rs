//! Who is typing shows at the other end, lapses, and is nobody else's to say.

use std::fs;
use std::time::Duration;

use segel_core::Input;
use segel_core::show::{Author, Gate};
use segel_demo::relay_process::RelayProcess;
use segel_testkit::client::{Client, Screen};
use segel_testkit::proxy::Towards;
use segel_testkit::site::{AGENT, TestSite};
use segel_wire::ids::{ConversationId, DeviceId};
use segel_wire::{ClientFrame, Octets, ServerFrame};

use crate::process::relay_process;

const PAUSE: Duration = Duration::from_secs(5);
const SHOWN: Duration = Duration::from_secs(8);
const GAP: Duration = Duration::from_secs(3);

/// Both have written, so both may be waiting for each other.
async fn talking(site: &mut TestSite) -> (Client, Client) {
    let agent = site.agent().await;
    let visitor = site.visitor();
    visitor.say("Halo.");
    agent.reads("Halo.").await;
    agent.say("Ya, Kak?");
    visitor.reads("Ya, Kak?").await;
    agent.has_sent("Ya, Kak?").await;
    (agent, visitor)
}

async fn sees(client: &Client, author: Author) -> Screen {
    let is = |screen: &Screen| screen.typing.values().eq([&author]);
    client.until(&format!("{author:?} to be typing"), is).await
}

async fn sees_nobody(client: &Client) -> Screen {
    client.until("nobody to be typing", |screen| screen.typing.is_empty()).await
}

fn agent() -> Author {
    Author::Agent(AGENT.to_owned())
}

/// Signals as they were on their way to the relay.
fn signals(site: &TestSite) -> Vec<(ConversationId, Octets)> {
    let frames = site.proxy().records().into_iter().filter(|record| record.towards == Towards::Relay);
    let signals = frames.filter_map(|record| match serde_json::from_slice(&record.body) {
        Ok(ClientFrame::Signal { conversation, signal }) => Some((conversation, signal)),
        _ => None,
    });
    signals.collect()
}

/// How many events were handed to the relay.
fn events(site: &TestSite) -> usize {
    let frames = site.proxy().records().into_iter().filter(|record| record.towards == Towards::Relay);
    frames
        .filter(|record| matches!(serde_json::from_slice(&record.body), Ok(ClientFrame::Send { .. })))
        .count()
}

/// Who sent what this client was last shown as typing.
fn senders(site: &TestSite) -> Vec<DeviceId> {
    let frames = site.proxy().records().into_iter().filter(|record| record.towards == Towards::Client);
    let senders = frames.filter_map(|record| match serde_json::from_slice(&record.body) {
        Ok(ServerFrame::Signal { sender, .. }) => Some(sender),
        _ => None,
    });
    senders.collect()
}

fn deliver(client: &Client, conversation: ConversationId, sender: DeviceId, signal: Octets) {
    client.input(Input::Frame(ServerFrame::Signal { conversation, sender, signal }));
}

#[tokio::test]
async fn typing_shows_at_the_other_end_until_it_stops_or_lapses() {
    let mut site = TestSite::start().await;
    let (desk, visitor) = talking(&mut site).await;
    let before = events(&site);
    visitor.types();
    sees(&desk, Author::Visitor).await;
    visitor.advance(PAUSE);
    sees_nobody(&desk).await;
    assert_eq!(signals(&site).len(), 2, "typing, and idle");

    desk.types();
    sees(&visitor, agent()).await;
    visitor.advance(SHOWN);
    sees_nobody(&visitor).await;
    assert_eq!(events(&site), before + 2, "a key of each");
    assert_eq!((desk.screen().refusals, visitor.screen().refusals), (vec![], vec![]));
}

async fn sees_here(client: &Client, who: Option<Author>) -> Screen {
    let is = |screen: &Screen| screen.here.values().eq(who.as_ref());
    client.until(&format!("{who:?} to be there"), is).await
}

/// So many seconds go by, and both hear from the relay, so that it is not given up.
async fn pass(desk: &Client, visitor: &Client, seconds: u64) {
    for client in [desk, visitor] {
        client.advance(Duration::from_secs(seconds));
    }
    for (client, other) in [(visitor, desk), (desk, visitor)] {
        let text = format!("masih di sini, {}", events_shown(client));
        client.say(&text);
        other.reads(&text).await;
        client.has_sent(&text).await;
    }
}

fn events_shown(client: &Client) -> usize {
    client.screen().items.len()
}

#[tokio::test]
async fn whoever_looks_is_there_for_the_other_side_until_they_look_elsewhere() {
    let mut site = TestSite::start().await;
    let (desk, visitor) = talking(&mut site).await;
    visitor.types();
    sees_here(&desk, Some(Author::Visitor)).await;
    visitor.looks(true);
    visitor.advance(PAUSE);
    sees_nobody(&desk).await;
    sees_here(&desk, Some(Author::Visitor)).await;
    desk.types();
    sees_here(&visitor, Some(agent())).await;
    visitor.advance(GAP);
    visitor.looks(false);
    sees_here(&desk, None).await;
    assert_eq!(signals(&site).len(), 4, "typing, present and away; and the agent's typing");
    assert_eq!((desk.screen().refusals, visitor.screen().refusals), (vec![], vec![]));
}

#[tokio::test]
async fn whoever_is_heard_no_more_is_there_no_longer() {
    let mut site = TestSite::start().await;
    let (desk, visitor) = talking(&mut site).await;
    visitor.types();
    sees_here(&desk, Some(Author::Visitor)).await;
    pass(&desk, &visitor, 25).await;
    pass(&desk, &visitor, 24).await;
    assert_eq!(desk.screen().here.len(), 1);
    pass(&desk, &visitor, 1).await;
    sees_here(&desk, None).await;
    visitor.looks(true);
    visitor.advance(PAUSE);
    sees_here(&desk, Some(Author::Visitor)).await;
}

#[tokio::test]
async fn a_look_costs_no_event_and_is_not_told_by_whoever_never_typed() {
    let mut site = TestSite::start().await;
    let (desk, visitor) = talking(&mut site).await;
    let before = events(&site);
    for client in [&desk, &visitor] {
        client.looks(true);
        client.advance(Duration::from_secs(5));
    }
    visitor.say("Halo?");
    desk.reads("Halo?").await;
    assert_eq!((events(&site), signals(&site).len()), (before + 1, 0));
    assert!(desk.screen().here.is_empty() && visitor.screen().here.is_empty());
}

#[tokio::test]
async fn a_look_renews_the_key_when_the_members_have_changed() {
    let mut site = TestSite::start().await;
    let desk = site.agent().await;
    site.agent().await;
    let visitor = site.visitor();
    visitor.say("Halo.");
    desk.reads("Halo.").await;
    desk.types();
    sees(&visitor, agent()).await;
    desk.say("Ya, Kak?");
    visitor.reads("Ya, Kak?").await;
    desk.has_sent("Ya, Kak?").await;
    pass(&desk, &visitor, 25).await;
    pass(&desk, &visitor, 25).await;
    sees_here(&visitor, None).await;
    desk.looks(true);
    sees_here(&visitor, Some(agent())).await;
}

#[tokio::test]
async fn nobody_is_there_any_more_when_the_own_connection_ends() {
    let mut site = TestSite::start().await;
    let (desk, visitor) = talking(&mut site).await;
    for client in [&desk, &visitor] {
        client.types();
    }
    sees_here(&visitor, Some(agent())).await;
    sees_here(&desk, Some(Author::Visitor)).await;
    visitor.input(Input::SocketClosed);
    sees_here(&visitor, None).await;
    sees_here(&desk, Some(Author::Visitor)).await;
}

#[tokio::test]
async fn an_agent_is_not_shown_that_a_colleague_looks_as_well() {
    let mut site = TestSite::start().await;
    let desk = site.agent().await;
    let laptop = site.agent().await;
    let visitor = site.visitor();
    visitor.say("Halo.");
    for device in [&desk, &laptop] {
        device.reads("Halo.").await;
    }
    desk.types();
    sees_here(&visitor, Some(agent())).await;
    sees(&laptop, agent()).await;
    assert!(laptop.screen().here.is_empty() && desk.screen().here.is_empty());
}

#[tokio::test]
async fn what_was_typed_ends_the_typing_when_it_comes() {
    let mut site = TestSite::start().await;
    let (desk, visitor) = talking(&mut site).await;
    visitor.types();
    sees(&desk, Author::Visitor).await;
    visitor.say("Apakah masih ada?");
    let read = desk.reads("Apakah masih ada?").await;
    assert!(read.typing.is_empty());
}

#[tokio::test]
async fn a_device_of_a_colleague_is_shown_both_and_each_by_name() {
    let mut site = TestSite::start().await;
    let desk = site.agent().await;
    let laptop = site.agent().await;
    let visitor = site.visitor();
    visitor.say("Halo.");
    for device in [&desk, &laptop] {
        device.reads("Halo.").await;
    }
    desk.types();
    sees(&visitor, agent()).await;
    sees(&laptop, agent()).await;
    assert!(desk.screen().typing.is_empty(), "nobody is shown what they do themselves");
}

#[tokio::test]
async fn typing_that_nobody_waits_for_costs_no_event_and_is_not_told() {
    let mut site = TestSite::start().await;
    let desk = site.agent().await;
    let visitor = site.visitor();
    visitor.say("Ada orang?");
    visitor.has_sent("Ada orang?").await;
    let before = events(&site);
    visitor.types();
    visitor.say("Halo?");
    desk.reads("Halo?").await;
    assert_eq!((events(&site), signals(&site).len()), (before + 1, 0), "nobody has answered yet");

    desk.say("Ada.");
    visitor.reads("Ada.").await;
    desk.has_sent("Ada.").await;
    for _ in 0..20 {
        visitor.types();
    }
    sees(&desk, Author::Visitor).await;
    assert_eq!(
        (events(&site), signals(&site).len()),
        (before + 4, 1),
        "one key and one signal for many keys; the answer claimed the conversation first"
    );

    // Much later nobody is waiting any more.
    let later = Duration::from_mins(16);
    visitor.advance(later);
    desk.advance(later);
    desk.types();
    desk.say("Masih di sana?");
    visitor.reads("Masih di sana?").await;
    assert_eq!(events(&site), before + 5);
}

#[tokio::test]
async fn a_given_key_outlives_a_restart_of_the_other_side_and_a_restarted_program_gives_a_new_one() {
    let mut site = TestSite::start().await;
    let (mut desk, mut visitor) = talking(&mut site).await;
    desk.types();
    sees(&visitor, agent()).await;
    let before = events(&site);
    visitor.restart().await;
    visitor.is_online().await;
    desk.advance(Duration::from_secs(3));
    desk.types();
    sees(&visitor, agent()).await;
    assert_eq!(events(&site), before);

    desk.restart().await;
    desk.is_online().await;
    visitor.advance(SHOWN);
    sees_nobody(&visitor).await;
    desk.types();
    sees(&visitor, agent()).await;
    assert_eq!(events(&site), before + 1);
}

#[tokio::test]
async fn repeated_altered_and_foreign_signals_are_dropped_in_silence() {
    let mut site = TestSite::start().await;
    let (desk, visitor) = talking(&mut site).await;
    let stranger = site.visitor();
    stranger.say("Saya lain.");
    desk.reads("Saya lain.").await;
    let (chat, other) = (visitor.conversation(), stranger.conversation());
    visitor.types();
    sees(&desk, Author::Visitor).await;
    let (_, typing) = signals(&site).pop().unwrap();
    let sender = senders(&site).pop().unwrap();
    visitor.advance(PAUSE);
    sees_nobody(&desk).await;
    let begun = desk.screen().typings;

    let mut altered = typing.clone();
    altered.0[60] ^= 1;
    deliver(&desk, chat, sender, typing.clone());
    deliver(&desk, chat, sender, altered);
    deliver(&desk, other, sender, typing.clone());
    deliver(&desk, chat, DeviceId([9; 16]), typing.clone());
    deliver(&desk, ConversationId([9; 16]), sender, typing);
    deliver(&desk, chat, sender, Octets(Vec::new()));
    visitor.say("Sudah.");
    let read = desk.reads("Sudah.").await;
    assert_eq!((read.typings, read.refusals), (begun, vec![]));
}

#[tokio::test]
async fn who_is_a_member_no_more_is_heard_no_more_and_the_others_make_new_keys() {
    let mut site = TestSite::start().await;
    let desk = site.agent().await;
    let lost = site.agent().await;
    let visitor = site.visitor();
    visitor.say("Halo.");
    for device in [&desk, &lost] {
        device.reads("Halo.").await;
    }
    lost.types();
    sees(&visitor, agent()).await;
    let (chat, gone) = (visitor.conversation(), senders(&site)[0]);
    desk.types();
    sees(&lost, agent()).await;

    // The relay keeps the next signal of the lost device back.
    site.proxy().alter_sends(|frame| match frame {
        ClientFrame::Signal { .. } => ClientFrame::Ping,
        other => other,
    });
    for device in [&lost, &desk, &visitor] {
        device.advance(SHOWN);
        sees_nobody(device).await;
    }
    let before = signals(&site).len();
    lost.types();
    site.proxy().until("another signal", |_| signals(&site).len() > before).await;
    let (_, withheld) = signals(&site).pop().unwrap();
    deliver(&desk, chat, gone, withheld.clone());
    sees(&desk, agent()).await;
    desk.advance(SHOWN);
    visitor.advance(SHOWN);
    site.proxy().be_honest();

    site.owner().remove_device(&gone).unwrap();
    site.publish_next().await;
    lost.meets(Gate::Removed).await;
    visitor.say("Siapa di sana?");
    let begun = desk.reads("Siapa di sana?").await.typings;
    let shown = visitor.screen().typings;
    deliver(&visitor, chat, gone, withheld.clone());
    deliver(&desk, chat, gone, withheld);

    for device in [&desk, &visitor] {
        device.advance(Duration::from_mins(1));
    }
    let before = events(&site);
    desk.types();
    let screen = sees(&visitor, agent()).await;
    assert_eq!(events(&site), before + 1, "a new key, which the lost device was not given");
    assert_eq!(
        (screen.typings, desk.screen().typings),
        (shown + 1, begun),
        "nothing was heard of the lost device"
    );
}

#[tokio::test]
async fn the_relay_keeps_nothing_of_a_signal_in_its_files_or_its_log() {
    let mut site = TestSite::start().await;
    let (desk, visitor) = talking(&mut site).await;
    let mut options = relay_process(&mut site).await;
    let log = site.database().with_file_name("relay.log");
    options.trace = Some(log.clone());
    let relay = RelayProcess::start(&options).await.unwrap();
    for device in [&desk, &visitor] {
        device.is_online().await;
    }
    visitor.types();
    sees(&desk, Author::Visitor).await;
    desk.types();
    sees(&visitor, agent()).await;
    let signals = signals(&site);
    assert_eq!(signals.len(), 2);
    relay.stop().await.unwrap();

    for file in [site.database(), log] {
        let bytes = fs::read(&file).unwrap();
        assert!(bytes.len() > 1_000, "{} has something to search", file.display());
        for (_, signal) in &signals {
            // In the middle of either form, whatever stands around it.
            let text = serde_json::to_string(&signal).unwrap();
            for part in [&signal.0[20..60], &text.as_bytes()[20..60]] {
                assert!(!bytes.windows(part.len()).any(|window| window == part), "{}", file.display());
            }
        }
    }
}
