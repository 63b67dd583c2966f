//! The relay's file is lost and an older copy put back: what came after the copy is sent again by those who sent it.

use std::fs;
use std::path::{Path, PathBuf};

use segel_core::Input;
use segel_core::show::{Delivery, Refusal, Show};
use segel_core::{Answer, Kept, Outgoing, Request};
use segel_demo::relay_process::RelayProcess;
use segel_testkit::client::Client;
use segel_testkit::site::TestSite;
use segel_wire::{ClientFrame, Code, ServerFrame};

use crate::bench::{Bench, BenchSite};
use crate::process::relay_process;
use crate::table::Table;

/// The relay's file as it was at some time.
struct Copy {
    of: PathBuf,
    bytes: Vec<u8>,
}

impl Copy {
    /// Of a relay that has stopped: then the file alone is all of it.
    fn make(database: &Path) -> Self {
        assert!(!beside(database, "-wal").exists(), "the relay has closed its file");
        Self { of: database.to_owned(), bytes: fs::read(database).unwrap() }
    }

    /// Puts it where the file was, whatever became of that.
    fn put_back(&self) {
        for file in ["-wal", "-shm"] {
            let _ = fs::remove_file(beside(&self.of, file));
        }
        fs::write(&self.of, &self.bytes).unwrap();
    }
}

fn beside(database: &Path, ending: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

async fn exchange(visitor: &Client, agent: &Client, name: &str) {
    let (question, answer) = (format!("tanya {name}"), format!("jawab {name}"));
    visitor.say(&question);
    agent.reads(&question).await;
    agent.input(Input::Seen(visitor.conversation()));
    agent.say_in(visitor.conversation(), &answer);
    visitor.reads(&answer).await;
    agent.has_sent(&answer).await;
    visitor.has_sent(&question).await;
}

#[tokio::test]
async fn what_a_restored_relay_has_lost_is_sent_again_and_read_by_everybody_once() {
    let mut site = TestSite::start().await;
    let (agent, absent, visitor) = (site.agent().await, site.agent().await, site.visitor());
    exchange(&visitor, &agent, "awal").await;
    let options = relay_process(&mut site).await;
    let relay = RelayProcess::start(&options).await.unwrap();
    exchange(&visitor, &agent, "sebelum salinan").await;
    absent.reads("jawab sebelum salinan").await;
    absent.input(Input::Network(false));
    relay.stop().await.unwrap();
    let copy = Copy::make(&options.database);

    let relay = RelayProcess::start(&options).await.unwrap();
    let turns: Vec<_> = (0..4).map(|turn| format!("giliran {turn}")).collect();
    for turn in &turns {
        exchange(&visitor, &agent, turn).await;
    }
    relay.kill().await.unwrap();
    copy.put_back();
    let relay = RelayProcess::start(&options).await.unwrap();
    absent.input(Input::Network(true));
    for turn in &turns {
        absent.reads(&format!("tanya {turn}")).await;
        absent.reads(&format!("jawab {turn}")).await;
    }
    exchange(&visitor, &agent, "sesudahnya").await;
    absent.reads("jawab sesudahnya").await;

    let conversation = visitor.conversation();
    let screens = [visitor.screen(), agent.screen(), absent.screen()];
    let names = ["awal", "sebelum salinan"].into_iter().chain(turns.iter().map(String::as_str));
    let names: Vec<_> = names.chain(["sesudahnya"]).collect();
    for screen in &screens {
        let texts = screen.texts(conversation);
        assert_eq!(texts, screens[0].texts(conversation));
        for sort in ["tanya", "jawab"] {
            let of_sort: Vec<_> = texts.iter().filter(|text| text.starts_with(sort)).copied().collect();
            assert_eq!(of_sort, names.iter().map(|name| format!("{sort} {name}")).collect::<Vec<_>>());
        }
        assert_eq!(screen.closed().count(), 0);
    }
    // Both have seen that the relay's log is not what it was, and say so once.
    for screen in &screens[..2] {
        assert_eq!(screen.refusals, [Refusal::LogForked]);
    }
    relay.stop().await.unwrap();
}

#[tokio::test]
async fn a_copy_that_lacks_nothing_is_not_noticed() {
    let mut site = TestSite::start().await;
    let (agent, visitor) = (site.agent().await, site.visitor());
    exchange(&visitor, &agent, "awal").await;
    let options = relay_process(&mut site).await;
    Copy::make(&options.database).put_back();
    let relay = RelayProcess::start(&options).await.unwrap();
    exchange(&visitor, &agent, "sesudahnya").await;
    assert_eq!((visitor.screen().refusals, agent.screen().refusals), (vec![], vec![]));
    let mut greetings =
        site.proxy().records().into_iter().filter_map(|record| match serde_json::from_slice(&record.body) {
            Ok(ClientFrame::Hello { cursor, .. }) => Some(cursor.is_some()),
            _ => None,
        });
    assert!(greetings.next_back().unwrap(), "the cursor still holds");
    relay.stop().await.unwrap();
}

/// The relay answered and lost it before it was delivered: the cursor says nothing of it.
#[test]
fn a_message_that_was_answered_for_and_never_came_back_is_sent_again_to_the_byte() {
    let site = BenchSite::new();
    let mut bench = Bench::new(&site, site.visitor(&Kept::default()), u64::MAX);
    let text = Outgoing::new(segel_mask::mask("halo").unwrap().text);
    bench.input(Input::Submit { conversation: None, event: None, text, quotes: None });
    let sends = |bench: &Bench<'_>| {
        let is_send = |frame: &&ClientFrame| matches!(frame, ClientFrame::Send { .. });
        bench.sent.iter().filter(is_send).cloned().collect::<Vec<_>>()
    };
    let first = sends(&bench);
    let [ClientFrame::Send { conversation, event, .. }] = first[..] else { panic!("one message is sent") };
    let stored = |position| ServerFrame::Stored { conversation, event, position, time: 0 };
    bench.input(Input::Frame(stored(5)));

    // Whoever starts again has not forgotten it.
    let mut bench = Bench::new(&site, site.visitor(&bench.records()), u64::MAX);
    bench.input(Input::Woke);
    assert_eq!(sends(&bench), first);
    bench.input(Input::Frame(stored(2)));
    bench.input(Input::SocketClosed);
    bench.wait();
    assert_eq!(sends(&bench).len(), 2, "it has not come back yet");
    let delivery = bench.shown.iter().rev().find_map(|show| match show {
        Show::Item(item) => Some(item.delivery),
        _ => None,
    });
    assert_eq!(delivery, Some(Delivery::Sent), "and the person need not know");
}

/// Others' events came before it the second time: it has a later position than what was to follow it.
#[test]
fn what_is_sent_again_and_lost_once_more_keeps_its_order() {
    let site = BenchSite::new();
    let mut bench = Bench::new(&site, site.visitor(&Kept::default()), u64::MAX);
    let sent = |bench: &Bench<'_>| {
        let sent = bench.sent.iter().filter_map(|frame| match frame {
            ClientFrame::Send { conversation, event, .. } => Some((*conversation, *event)),
            _ => None,
        });
        sent.collect::<Vec<_>>()
    };
    let answer = |bench: &mut Bench<'_>, position| {
        let (conversation, event) = *sent(bench).last().unwrap();
        bench.input(Input::Frame(ServerFrame::Stored { conversation, event, position, time: 0 }));
    };
    for (said, position) in [("satu", 1), ("dua", 2)] {
        let text = Outgoing::new(segel_mask::mask(said).unwrap().text);
        let conversation = sent(&bench).first().map(|(conversation, _)| *conversation);
        bench.input(Input::Submit { conversation, event: None, text, quotes: None });
        answer(&mut bench, position);
    }
    let both = sent(&bench);
    assert_eq!(both.len(), 2);
    for _ in 0..2 {
        bench.sent.clear();
        bench.input(Input::SocketClosed);
        bench.wait();
        assert_eq!(sent(&bench), both[..1]);
        answer(&mut bench, 9);
        assert_eq!(sent(&bench), both);
    }
}

#[test]
fn a_conversation_that_the_relay_lost_and_does_not_open_again_is_asked_for_ever_less_often() {
    let site = BenchSite::new();
    let mut table = Table::of_silent_visitor(&site, |_| {});
    table.holds_echoes = true;
    table.say("halo");
    // The answer came and the event did not: it is sent again.
    table.input(Input::SocketClosed);
    table.bench.withholds = |request| matches!(request, Request::OpenConversation(..));
    table.refuses = vec![Code::NotFound];
    table.bench.pass(1);
    table.input(Input::Woke);
    let mut asked = 0;
    for _ in 0..600 {
        while let Some((id, request)) = table.bench.unanswered.pop() {
            assert!(matches!(request, Request::OpenConversation(..)), "{request:?}");
            asked += 1;
            assert!(asked < 100, "it is asked for without end");
            let answer = Answer::Problem(Code::OriginRefused.into());
            table.bench.input(Input::Answered { id, answer });
        }
        table.bench.pass(1);
    }
    assert!((10..60).contains(&asked), "{asked} times within ten minutes");
}
