//! Clients that do not take what they are sent: the relay waits for them with bounded memory and bounded patience.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use futures_util::future::join_all;
use segel_relay::{Config, EventRate, Relay};
use segel_wire::{ClientFrame, Code, ConversationId, Delivered, ServerFrame, limits};

use crate::process::{Program, command};
use crate::support::{
    Client, Following, Listener, Owner, Scene, TestDevice, config, database, envelope, event_id,
};

/// So long a relay of these tests waits for a client that takes nothing.
const PATIENCE: Duration = Duration::from_secs(2);
const CHAT: ConversationId = ConversationId([5; 16]);
/// A window of sixteen such events has fewer bytes than a window may have, and one of 256 more.
const LARGE: usize = 32_000;

/// A scene whose relay is impatient.
async fn impatient() -> Scene {
    let scene = Scene::new().await;
    let Scene { owner, agent, folder, running } = scene;
    running.stop().await;
    let event_rate = EventRate { per_second: 100_000, burst: 100_000 };
    let config = Config { event_rate, patience: PATIENCE, ..config(&[&owner], &database(folder.path())) };
    Scene { owner, agent, running: Relay::start(config).await.unwrap(), folder }
}

fn positions(events: &[Delivered]) -> Vec<u64> {
    events.iter().map(|event| event.position).collect()
}

#[tokio::test]
async fn a_client_that_says_nothing_of_what_it_took_is_sent_one_window_and_sent_away() {
    let scene = impatient().await;
    let (visitor, chat) = scene.chat(7).await;
    for number in 1..=300 {
        visitor.store(chat, event_id(number), &envelope("halo", &[scene.agent.id])).await;
    }
    let agent = scene.agent().await;
    let mut socket = agent.follow(None).await;
    socket.returns_credit = false;
    let (taken, code) = socket.rest().await;
    assert_eq!((taken.len(), code), (limits::WINDOW_EVENTS, Code::SlowConsumer));
    assert_eq!(socket.close_code, Some(4008));
    let (others, _) = agent.follow(Some(&taken.last().unwrap().cursor)).await.missed().await;
    assert_eq!(positions(&[taken, others].concat()), (1..=300).collect::<Vec<_>>());
}

#[tokio::test]
async fn large_events_fill_a_window_sooner_and_each_that_was_taken_makes_room_for_another() {
    let scene = impatient().await;
    let (visitor, chat) = scene.chat(7).await;
    let large = envelope(&"x".repeat(LARGE), &[scene.agent.id]);
    for number in 1..=40 {
        visitor.store(chat, event_id(number), &large).await;
    }
    let agent = scene.agent().await;
    let mut socket = agent.follow(None).await;
    socket.returns_credit = false;
    let mut taken = Vec::new();
    for _ in 0..20 {
        taken.push(socket.next_event().await);
    }
    let bytes = serde_json::to_string(&ServerFrame::Event(taken[0].clone())).unwrap().len();
    let window = limits::WINDOW_BYTES.div_ceil(bytes);
    assert!((17..30).contains(&window), "{window}");
    socket.say(&ClientFrame::Flow { events: 3 }).await;
    let (more, code) = socket.rest().await;
    assert_eq!((taken.len() + more.len(), code), (window + 3, Code::SlowConsumer));
}

/// Readers of both kinds of stream stop reading while 5,000 events arrive. The relay needs no memory for them,
/// sends them away, and brings each event once and in order when they come again.
#[tokio::test]
async fn readers_that_stop_cost_the_relay_no_memory_and_resume_where_they_were() {
    const EVENTS: u64 = 5_500;
    // Of each kind: with those below, no more than one device may have open.
    const STREAMS: usize = 3;
    let folder = tempfile::tempdir().unwrap();
    let (owner, database) = (Owner::new(1), database(folder.path()));
    let (visitor_device, agent_device) = (TestDevice::new(&owner, 7), TestDevice::new(&owner, 8));
    let program = start_impatient(&owner, &database).await;
    let nobody = Client::new(&program.relay);
    let roster = format!("/v1/sites/{}/roster", owner.site);
    assert_eq!(nobody.put_octets(&roster, &owner.first_roster(&[&agent_device])).await.status(), 200);
    let (visitor, agent) = (nobody.log_in(&visitor_device).await, nobody.log_in(&agent_device).await);
    assert_eq!(visitor.open(CHAT).await.status(), 200);
    let sent = envelope(&"x".repeat(2_000), &[agent_device.id]);

    // What the program needs anyway, it has after this.
    store(&visitor, 1..=500, &sent).await;
    let (first, head) = agent.follow(None).await.missed().await;
    assert_eq!(first.len(), 500);
    let before = resident_bytes(&program);
    let (mut sockets, mut listeners) = (Vec::new(), Vec::new());
    for _ in 0..STREAMS {
        let mut socket = agent.follow(Some(&head)).await;
        socket.returns_credit = false;
        sockets.push(socket);
        listeners.push(agent.listen(Some(&head)).await);
    }
    store(&visitor, 501..=EVENTS, &sent).await;
    let more = resident_bytes(&program).saturating_sub(before);
    let unsent = 2 * STREAMS * sent.content.0.len() * usize::try_from(EVENTS).unwrap();
    assert!(more < unsent / 4, "{more} bytes more for {unsent} that nobody took");

    // What is read again before the relay has lost patience is not sent away. It has with the others once it has with
    // one that stopped after them.
    let mut last = agent.follow(Some(&head)).await;
    last.returns_credit = false;
    let (taken, code) = last.rest().await;
    assert_eq!((taken.len(), code), (limits::WINDOW_EVENTS, Code::SlowConsumer));

    let (mut socket, mut listener) = (sockets.remove(0), listeners.remove(0));
    let (taken, code) = socket.rest().await;
    assert_eq!((taken.len(), code), (limits::WINDOW_EVENTS, Code::SlowConsumer));
    assert_eq!(socket.close_code, Some(4008));
    let (others, _) = agent.follow(Some(&taken.last().unwrap().cursor)).await.missed().await;
    assert_eq!(positions(&[taken, others].concat()), (501..=EVENTS).collect::<Vec<_>>());

    let (taken, code) = listener.rest().await;
    assert_eq!(code, Code::SlowConsumer);
    let (others, _) = agent.listen(Some(&taken.last().unwrap().cursor)).await.missed().await;
    assert_eq!(positions(&[taken, others].concat()), (501..=EVENTS).collect::<Vec<_>>());
}

/// Readers stop in the midst of what they missed, and the relay with them, when a roster leaves their device out.
#[tokio::test]
async fn a_device_that_is_left_out_while_the_relay_waits_for_it_gets_everything_once_it_is_listed_again() {
    // More than what lies between a relay and a reader holds.
    const EVENTS: u64 = 240;
    let scene = Scene::new().await;
    let (visitor, _) = scene.chat(CHAT.0[0]).await;
    store(&visitor, 1..=EVENTS, &envelope(&"x".repeat(LARGE), &[scene.agent.id])).await;
    let agent = scene.agent().await;
    let mut early = agent.listen(None).await;
    let mut begun = Vec::new();
    for _ in 0..8 {
        begun.push(early.next_event().await);
    }
    // The relay reads sixteen at once: at most one of the two has stopped where a batch ends.
    let mut late = agent.listen(Some(&begun[7].cursor)).await;
    let mut begun_late = begun.clone();
    begun_late.push(late.next_event().await);
    let second = scene.owner.next_roster(2, &scene.owner.first_roster(&[&scene.agent]), &[]);
    publish(&scene, &second).await;
    let (early, late) = tokio::join!(until_left_out(early, begun), until_left_out(late, begun_late));
    publish(&scene, &scene.owner.next_roster(3, &second, &[&scene.agent])).await;
    let all: Vec<_> = (1..=EVENTS).collect();
    for (mut listener, mut events, head) in [early, late] {
        assert_ne!(events.len(), all.len(), "it was left out too late");
        let (rest, _) = agent.listen(Some(&head)).await.missed().await;
        assert_eq!([positions(&events), positions(&rest)].concat(), all, "after the cursor");
        assert_eq!(listener.next().await, ServerFrame::Roster { generation: 1, version: 3 });
        while events.last().is_none_or(|event| event.position < EVENTS) {
            events.push(listener.next_event().await);
        }
        assert_eq!(positions(&events), all, "over the stream that went on");
    }
}

/// A stream that brought `events`, with what it brings until the relay has told of the second roster and, with the cursor
/// that is answered, that there is no more.
async fn until_left_out(
    mut listener: Listener,
    mut events: Vec<Delivered>,
) -> (Listener, Vec<Delivered>, String) {
    let (mut head, mut is_told) = (None, false);
    loop {
        match listener.next().await {
            ServerFrame::Event(event) => events.push(event),
            ServerFrame::Head { cursor } => head = Some(cursor),
            ServerFrame::Roster { version, .. } => is_told = version == 2,
            other => panic!("expected what was missed: {other:?}"),
        }
        if let Some(cursor) = head.take_if(|_| is_told) {
            return (listener, events, cursor);
        }
    }
}

async fn publish(scene: &Scene, roster: &[u8]) {
    assert_eq!(scene.nobody().put_octets(&scene.roster_path(), roster).await.status(), 200);
}

async fn start_impatient(owner: &Owner, database: &Path) -> Program {
    let mut command = command(owner, database, "127.0.0.1:0");
    command.args(["--events-per-second", "100000", "--events-burst", "100000"]);
    command.args(["--patience", &PATIENCE.as_secs().to_string(), "--log", "warn"]);
    Program::run(command.stderr(Stdio::null())).await
}

async fn store(visitor: &Client, numbers: impl IntoIterator<Item = u64>, sent: &segel_wire::Envelope) {
    let numbers: Vec<_> = numbers.into_iter().collect();
    for some in numbers.chunks(256) {
        join_all(some.iter().map(|number| visitor.store(CHAT, event_id(*number), sent))).await;
    }
}

/// What the program has in memory, as the system counts it.
fn resident_bytes(program: &Program) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", program.child.id().unwrap())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}
