//! A hostile relay alters messages, delivers them again, or puts them where they do not belong.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use segel_core::show::{Author, Body, Delivery, Refusal};
use segel_testkit::client::Client;
use segel_testkit::site::TestSite;
use segel_wire::ids::{ConversationId, DeviceId, EventId};
use segel_wire::{ClientFrame, Delivered};
use tokio::sync::mpsc;

/// A visitor and an agent who have talked, so that sessions stand both ways.
struct Talk {
    site: TestSite,
    agent: Client,
    visitor: Client,
}

impl Talk {
    async fn begin() -> Self {
        let mut site = TestSite::start().await;
        let agent = site.agent().await;
        let visitor = site.visitor();
        visitor.say("awal");
        agent.reads("awal").await;
        agent.say("jawaban awal");
        visitor.reads("jawaban awal").await;
        visitor.has_sent("awal").await;
        agent.has_sent("jawaban awal").await;
        Self { site, agent, visitor }
    }

    /// Makes something else of each event that the visitor sends from now on.
    fn meddle(&self, mut rule: impl FnMut(Delivered) -> Vec<Delivered> + Send + 'static) {
        let agent = self.site.roster().agents[0].devices[0].keys.derive_id(&self.site.tag().site);
        self.site.proxy().alter_events(move |event| {
            if event.sender == agent || event.wrap.is_none() { vec![event] } else { rule(event) }
        });
    }

    /// The visitor's next message is first delivered as `alter` makes it. It is refused exactly so, no
    /// session changes, and the genuine message opens when it is delivered after all.
    async fn assert_refused(&self, refusal: Refusal, alter: impl Fn(&mut Delivered) + Send + 'static) {
        let before = self.agent.store().sessions();
        let mut held = None::<Delivered>;
        self.meddle(move |event| {
            if let Some(genuine) = held.take() {
                return vec![genuine, event];
            }
            let mut altered = event.clone();
            alter(&mut altered);
            held = Some(event);
            vec![altered]
        });
        self.visitor.say("yang asli");
        let screen = self.agent.refuses(refusal).await;
        assert!(screen.closed().map(|(_, reason)| reason).eq([refusal]));
        assert_eq!(self.agent.store().sessions(), before);

        self.visitor.say("berikutnya");
        self.agent.reads("yang asli").await;
        self.agent.reads("berikutnya").await;
        assert_eq!(self.agent.screen().closed().count(), 0, "the genuine message took its place");
        self.assert_goes_on().await;
    }

    /// Both sides can still write, with an honest relay.
    async fn assert_goes_on(&self) {
        self.site.proxy().be_honest();
        self.agent.say_in(self.visitor.conversation(), "kita lanjut");
        self.visitor.reads("kita lanjut").await;
        self.visitor.say("lanjut");
        self.agent.reads("lanjut").await;
    }
}

#[tokio::test]
async fn an_altered_content_stays_closed_and_the_genuine_one_opens() {
    let talk = Talk::begin().await;
    talk.assert_refused(Refusal::MessageAltered, |event| *event.content.0.last_mut().unwrap() ^= 1).await;
}

#[tokio::test]
async fn an_altered_wrap_stays_closed_and_the_genuine_one_opens() {
    let talk = Talk::begin().await;
    talk.assert_refused(Refusal::MessageAltered, |event| {
        *event.wrap.as_mut().unwrap().0.last_mut().unwrap() ^= 1;
    })
    .await;
}

#[tokio::test]
async fn another_list_of_recipients_stays_closed_and_the_genuine_one_opens() {
    let talk = Talk::begin().await;
    talk.assert_refused(Refusal::MessageAltered, |event| event.recipients.push(DeviceId([255; 16]))).await;
}

#[tokio::test]
async fn a_roster_that_nobody_signed_in_a_header_stays_closed_and_the_genuine_one_opens() {
    let talk = Talk::begin().await;
    // The hash of the roster that the content names.
    talk.assert_refused(Refusal::RosterForked, |event| event.content.0[40] ^= 1).await;
}

#[tokio::test]
async fn a_roster_that_is_not_to_be_had_in_a_header_stays_closed_and_the_genuine_one_opens() {
    for version in [0, 2_u64.pow(40)] {
        let talk = Talk::begin().await;
        talk.assert_refused(Refusal::RosterForked, move |event| {
            event.content.0[27..35].copy_from_slice(&version.to_be_bytes());
        })
        .await;
    }
}

#[tokio::test]
async fn a_message_under_another_sender_stays_closed_and_the_genuine_one_opens() {
    let talk = Talk::begin().await;
    talk.assert_refused(Refusal::UnknownSender, |event| event.sender = DeviceId([9; 16])).await;
}

#[tokio::test]
async fn a_withheld_wrap_shows_a_message_as_sealed_before_and_the_genuine_one_opens() {
    let talk = Talk::begin().await;
    talk.meddle(|genuine| {
        let mut bare = genuine.clone();
        bare.wrap = None;
        vec![bare, genuine]
    });
    talk.visitor.say("yang asli");
    talk.agent.reads("yang asli").await;
    talk.assert_goes_on().await;
}

#[tokio::test]
async fn a_message_delivered_again_under_a_new_position_is_refused_as_replayed() {
    let talk = Talk::begin().await;
    talk.meddle(|genuine| {
        let mut again = genuine.clone();
        again.position += 1;
        vec![genuine, again]
    });
    talk.visitor.say("sekali saja");
    let screen = talk.agent.refuses(Refusal::MessageReplayed).await;
    assert_eq!(screen.refusals, [Refusal::MessageReplayed]);
    talk.assert_goes_on().await;
    assert_eq!(times_shown(&talk.agent, "sekali saja"), 1);
}

#[tokio::test]
async fn a_message_delivered_again_as_it_was_is_dropped_in_silence() {
    let talk = Talk::begin().await;
    talk.meddle(|genuine| vec![genuine.clone(), genuine.clone(), genuine]);
    talk.visitor.say("sekali saja");
    talk.agent.reads("sekali saja").await;
    talk.assert_goes_on().await;
    assert_eq!(times_shown(&talk.agent, "sekali saja"), 1);
    assert_eq!(talk.agent.screen().refusals, []);
    assert_eq!(talk.agent.screen().closed().count(), 0);
}

#[tokio::test]
async fn another_content_under_the_id_of_a_message_is_refused_as_replayed() {
    let talk = Talk::begin().await;
    let first = Arc::new(Mutex::new(None::<Delivered>));
    talk.meddle(move |genuine| {
        let mut first = first.lock().unwrap();
        let Some(first) = &*first else {
            *first = Some(genuine.clone());
            return vec![genuine];
        };
        let mut swapped = genuine.clone();
        swapped.event = first.event;
        vec![swapped, genuine]
    });
    talk.visitor.say("satu");
    talk.agent.reads("satu").await;
    talk.visitor.say("dua");
    let screen = talk.agent.refuses(Refusal::MessageReplayed).await;
    assert_eq!(screen.refusals, [Refusal::MessageReplayed]);
    talk.agent.reads("dua").await;
    talk.assert_goes_on().await;
    assert_eq!(times_shown(&talk.agent, "satu"), 1);
}

#[tokio::test]
async fn a_message_under_another_id_stays_closed_before_and_after_the_genuine_one() {
    let talk = Talk::begin().await;
    talk.meddle(|genuine| {
        let (mut early, mut late) = (genuine.clone(), genuine.clone());
        early.event = EventId([1; 16]);
        late.event = EventId([2; 16]);
        late.position += 1;
        vec![early, genuine, late]
    });
    talk.visitor.say("sekali saja");
    talk.agent.reads("sekali saja").await;
    let screen = talk.agent.until("both to be closed", |screen| screen.closed().count() == 2).await;
    let closed: BTreeMap<_, _> = screen.closed().map(|(item, reason)| (item.event, reason)).collect();
    let expected = [(EventId([1; 16]), Refusal::MessageAltered), (EventId([2; 16]), Refusal::MessageAltered)];
    assert_eq!(closed, expected.into());
    talk.assert_goes_on().await;
    assert_eq!(times_shown(&talk.agent, "sekali saja"), 1);
}

#[tokio::test]
async fn a_message_moved_to_a_new_conversation_stays_closed_there() {
    let talk = Talk::begin().await;
    let elsewhere = ConversationId([5; 16]);
    talk.meddle(move |genuine| {
        let mut moved = genuine.clone();
        moved.conversation = elsewhere;
        vec![moved, genuine]
    });
    talk.visitor.say("di sini saja");
    talk.agent.reads("di sini saja").await;
    let screen = talk.agent.refuses(Refusal::MessageAltered).await;
    assert_eq!(screen.texts(elsewhere), Vec::<&str>::new());
    assert!(!screen.conversations[&elsewhere].answerable);
    talk.assert_goes_on().await;
}

#[tokio::test]
async fn a_message_moved_to_another_visitors_conversation_has_an_unknown_sender_there() {
    let mut talk = Talk::begin().await;
    let other = talk.site.visitor();
    other.say("saya yang lain");
    talk.agent.reads("saya yang lain").await;
    let elsewhere = other.conversation();
    talk.meddle(move |genuine| {
        let mut moved = genuine.clone();
        moved.conversation = elsewhere;
        moved.position = 2;
        vec![moved, genuine]
    });
    talk.visitor.say("di sini saja");
    talk.agent.reads("di sini saja").await;
    let screen = talk.agent.refuses(Refusal::UnknownSender).await;
    assert_eq!(screen.texts(elsewhere), ["saya yang lain"]);
    assert!(screen.closed().all(|(item, _)| item.author == Author::Unknown));
    talk.assert_goes_on().await;
    other.say("masih di sini");
    talk.agent.reads("masih di sini").await;
}

#[tokio::test]
async fn an_answer_moved_to_another_visitor_stays_closed_there() {
    let mut talk = Talk::begin().await;
    let other = talk.site.visitor();
    other.say("saya yang lain");
    talk.agent.reads("saya yang lain").await;
    talk.agent.say_in(other.conversation(), "halo yang lain");
    other.reads("halo yang lain").await;

    let (from, to) = (talk.visitor.conversation(), other.conversation());
    let meant_for_one = Arc::new(Mutex::new(None::<Delivered>));
    talk.site.proxy().alter_events(move |event| {
        let mut kept = meant_for_one.lock().unwrap();
        if event.conversation == from && event.wrap.is_some() {
            *kept = Some(event.clone());
            return vec![event];
        }
        let moved = kept.as_ref().filter(|_| event.conversation == to && event.wrap.is_some());
        let moved =
            moved.map(|moved| Delivered { conversation: to, position: event.position, ..moved.clone() });
        moved.into_iter().chain([event]).collect()
    });
    talk.agent.say_in(from, "rahasia kita");
    talk.visitor.reads("rahasia kita").await;
    talk.agent.say_in(to, "untuk yang lain");
    other.reads("untuk yang lain").await;
    let screen = other.refuses(Refusal::MessageAltered).await;
    assert_eq!(screen.texts(to), ["saya yang lain", "halo yang lain", "untuk yang lain"]);
    talk.assert_goes_on().await;
}

#[tokio::test]
async fn an_answer_under_a_conversation_that_the_visitor_never_began_begins_none() {
    for elsewhere in [ConversationId([0; 16]), ConversationId([255; 16])] {
        let talk = Talk::begin().await;
        let real = talk.visitor.conversation();
        talk.site.proxy().alter_events(move |event| {
            let mut moved = event.clone();
            (moved.conversation, moved.position) = (elsewhere, 1);
            if event.wrap.is_some() && event.conversation == real { vec![moved, event] } else { vec![event] }
        });
        talk.agent.say_in(real, "jawaban dua");
        talk.visitor.reads("jawaban dua").await;
        let screen = talk.visitor.refuses(Refusal::MessageAltered).await;
        assert!(!screen.conversations.contains_key(&elsewhere));
        talk.site.proxy().be_honest();
        talk.visitor.say("lanjut");
        let screen = talk.agent.reads("lanjut").await;
        assert_eq!(screen.texts(real).last(), Some(&"lanjut"));
        talk.agent.say_in(real, "jawaban tiga");
        talk.visitor.reads("jawaban tiga").await;
    }
}

#[tokio::test]
async fn a_stranger_who_names_rosters_that_never_were_costs_an_agent_few_questions() {
    let mut talk = Talk::begin().await;
    let stranger = talk.site.visitor();
    stranger.say("halo");
    talk.agent.reads("halo").await;
    let near = std::sync::atomic::AtomicU64::new(1);
    talk.site.proxy().alter_sends(move |frame| match frame {
        ClientFrame::Send { conversation, event, mut envelope, withdraws } => {
            // One far ahead, one a step ahead of what is published, in turns.
            let count = near.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let version = if count.is_multiple_of(2) { 1 << 40 } else { 5 };
            envelope.content.0[26..34].copy_from_slice(&u64::to_be_bytes(version));
            ClientFrame::Send { conversation, event, envelope, withdraws }
        }
        other => other,
    });
    let before = talk.site.proxy().records().len();
    for n in 0..40 {
        stranger.say(&format!("x{n}"));
    }
    stranger.has_sent("x39").await;
    talk.site.proxy().be_honest();
    talk.assert_goes_on().await;
    let records = talk.site.proxy().records();
    let questions = records[before..].iter().filter(|record| record.subject.contains("roster")).count();
    assert!(questions < 20, "{questions} records of rosters");
}

#[tokio::test]
async fn a_dropped_message_does_not_stop_the_next() {
    let talk = Talk::begin().await;
    let (drops, mut dropped) = mpsc::unbounded_channel();
    talk.meddle(move |event| {
        drops.send(event.event).unwrap();
        vec![]
    });
    talk.visitor.say("ditahan");
    let event = dropped.recv().await.unwrap();
    assert_eq!(event, talk.visitor.event("ditahan"));
    talk.assert_goes_on().await;
    assert_eq!(times_shown(&talk.agent, "ditahan"), 0);
}

#[tokio::test]
async fn an_event_over_the_size_limit_is_refused_by_the_relay_and_the_message_can_be_sent_anew() {
    let talk = Talk::begin().await;
    talk.site.proxy().alter_sends(|frame| match frame {
        ClientFrame::Send { conversation, event, mut envelope, withdraws } => {
            envelope.content.0.resize(segel_wire::limits::CONTENT_BYTES + 1, 0);
            ClientFrame::Send { conversation, event, envelope, withdraws }
        }
        other => other,
    });
    talk.visitor.say("membengkak");
    let failed = Some(Delivery::Failed(Refusal::TooLarge));
    talk.visitor.until("the refusal", |screen| screen.delivery("membengkak") == failed).await;
    talk.site.proxy().be_honest();
    let (conversation, event) = (talk.visitor.conversation(), talk.visitor.event("membengkak"));
    talk.visitor.input(segel_core::Input::Retry { conversation, event });
    talk.visitor.has_sent("membengkak").await;
    talk.agent.reads("membengkak").await;
    talk.assert_goes_on().await;
}

fn times_shown(client: &Client, text: &str) -> usize {
    let is = |body: &Body| matches!(body, Body::Text(shown) if shown == text);
    client.screen().items.values().filter(|item| is(&item.body)).count()
}
