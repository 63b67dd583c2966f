//! The program itself: killed, asked to stop, in the way of another, and what it says meanwhile.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream::FuturesUnordered;
use reqwest::Method;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::attachments::{Sealed, add, answer, begin, path};
use crate::support::{Client, Following, Owner, TestDevice, database, envelope, event_id, refusal_of};
use segel_wire::api::PrekeysAnswer;
use segel_wire::{Code, ConversationId};

const CHAT: ConversationId = ConversationId([5; 16]);

pub(crate) struct Program {
    pub(crate) child: Child,
    pub(crate) relay: String,
}

impl Program {
    pub(crate) async fn start(owner: &Owner, database: &Path) -> Self {
        Self::run(&mut command(owner, database, "127.0.0.1:0")).await
    }

    /// Starts the program that [`command`] says, on whatever port.
    pub(crate) async fn run(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).await.unwrap();
        let relay = line.trim_end().strip_prefix("segel-relay listening on ").unwrap().to_owned();
        Self { child, relay }
    }
}

pub(crate) fn command(owner: &Owner, database: &Path, listen: &str) -> Command {
    let key = owner.site_key();
    let mut command = Command::new(env!("CARGO_BIN_EXE_segel-relay"));
    command
        .env("SEGEL_LOG", "trace")
        .args(["--listen", listen, "--site"])
        .arg(format!("{}=ed25519:{}", key.site, key.root))
        .arg("--database")
        .arg(database)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

fn terminate(child: &Child) {
    let id = child.id().unwrap().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
}

#[tokio::test]
async fn events_that_were_answered_outlive_a_kill_and_a_cursor_still_resumes() {
    let folder = tempfile::tempdir().unwrap();
    let (owner, database) = (Owner::new(1), database(folder.path()));
    let (visitor_device, agent_device) = (TestDevice::new(&owner, 7), TestDevice::new(&owner, 8));
    let sent = envelope("halo", &[agent_device.id]);
    let (mut answered, mut cursor) = (0, None);

    for round in 0..3 {
        let mut program = Program::start(&owner, &database).await;
        let nobody = Client::new(&program.relay);
        let roster = format!("/v1/sites/{}/roster", owner.site);
        assert_eq!(nobody.put_octets(&roster, &owner.first_roster(&[&agent_device])).await.status(), 200);
        let (visitor, agent) = (nobody.log_in(&visitor_device).await, nobody.log_in(&agent_device).await);
        assert_eq!(visitor.open(CHAT).await.status(), 200);

        let (missed, _) = agent.follow(cursor.as_deref()).await.missed().await;
        let positions: Vec<u64> = missed.iter().map(|event| event.position).collect();
        assert_eq!(positions, (answered - u64::from(round > 0) * 20 + 1..=answered).collect::<Vec<_>>());
        cursor = missed.last().map(|event| event.cursor.clone());

        let sends = (0..20).map(|number| visitor.store(CHAT, event_id(answered + number), &sent));
        answered += u64::try_from(join_all(sends).await.len()).unwrap();
        program.child.kill().await.unwrap();
    }

    let program = Program::start(&owner, &database).await;
    let agent = Client::new(&program.relay).log_in(&agent_device).await;
    let kept: Vec<u64> = agent.page(CHAT, "").await.events.iter().map(|event| event.position).collect();
    assert_eq!(kept, (1..=answered).collect::<Vec<_>>());
}

/// An operator puts an older copy of the file back and tells the relay nothing: whose cursor stands in what is lost is
/// refused, also once there is as much again; whose stands before goes on.
#[tokio::test]
async fn a_copy_of_the_file_that_was_put_back_refuses_the_cursors_of_what_it_has_lost() {
    let folder = tempfile::tempdir().unwrap();
    let (owner, database) = (Owner::new(1), database(folder.path()));
    let (visitor_device, agent_device) = (TestDevice::new(&owner, 7), TestDevice::new(&owner, 8));
    let sent = envelope("halo", &[agent_device.id]);
    let mut program = Program::start(&owner, &database).await;
    let nobody = Client::new(&program.relay);
    let roster = format!("/v1/sites/{}/roster", owner.site);
    assert_eq!(nobody.put_octets(&roster, &owner.first_roster(&[&agent_device])).await.status(), 200);
    let (visitor, agent) = (nobody.log_in(&visitor_device).await, nobody.log_in(&agent_device).await);
    assert_eq!(visitor.open(CHAT).await.status(), 200);
    let store = async |relay: &str, numbers: std::ops::RangeInclusive<u64>| {
        let visitor = Client { relay: relay.to_owned(), ..visitor.clone() };
        for number in numbers {
            visitor.store(CHAT, event_id(number), &sent).await;
        }
    };
    store(&program.relay, 1..=5).await;
    terminate(&program.child);
    assert!(program.child.wait().await.unwrap().success());
    let copy = std::fs::read(&database).unwrap();

    let mut program = Program::start(&owner, &database).await;
    store(&program.relay, 6..=10).await;
    let agent = Client { relay: program.relay.clone(), ..agent };
    let (events, head) = agent.follow(None).await.missed().await;
    assert_eq!(events.len(), 10);
    program.child.kill().await.unwrap();
    for ending in ["sqlite-wal", "sqlite-shm"] {
        let _ = std::fs::remove_file(database.with_extension(ending));
    }
    std::fs::write(&database, copy).unwrap();

    let program = Program::start(&owner, &database).await;
    let agent = Client { relay: program.relay.clone(), ..agent };
    for others in [11..=12, 13..=20, 21..=21] {
        for cursor in [&events[5].cursor, &events[9].cursor, &head] {
            assert_eq!(refusal_of(&agent, Some(cursor)).await, [Code::CursorRefused; 2], "{cursor}");
        }
        store(&program.relay, others).await;
    }
    let (rest, _) = agent.follow(Some(&events[4].cursor)).await.missed().await;
    assert_eq!(rest.iter().map(|event| event.position).collect::<Vec<_>>(), (6..=16).collect::<Vec<_>>());
    assert_eq!(rest[0].event, event_id(11));
}

/// Killed after each chunk that was answered, and before one that was not.
#[tokio::test]
async fn an_upload_goes_on_after_a_kill_where_the_last_answer_left_it() {
    let folder = tempfile::tempdir().unwrap();
    let (owner, database) = (Owner::new(1), database(folder.path()));
    let (visitor_device, agent_device) = (TestDevice::new(&owner, 7), TestDevice::new(&owner, 8));
    let (file, mut stored) = (Sealed::new(), 0);
    for round in 0..4 {
        let mut program = Program::start(&owner, &database).await;
        let nobody = Client::new(&program.relay);
        let roster = format!("/v1/sites/{}/roster", owner.site);
        assert_eq!(nobody.put_octets(&roster, &owner.first_roster(&[&agent_device])).await.status(), 200);
        let visitor = nobody.log_in(&visitor_device).await;
        assert_eq!(visitor.open(CHAT).await.status(), 200);
        let begun = answer(begin(&visitor, CHAT, file.size()).await).await;
        assert!(begun.stored >= stored, "round {round}: what was answered is there");
        stored = begun.stored;
        if stored < file.size() {
            stored = answer(add(&visitor, CHAT, stored, file.chunk(stored)).await).await.stored;
        }
        if stored < file.size() {
            // Nobody hears what becomes of this one.
            let octets = format!("{}/octets?offset={stored}", path(CHAT));
            let lost = visitor.request(Method::PUT, &octets).body(file.chunk(stored).to_vec()).send();
            let (killed, _) = tokio::join!(program.child.kill(), lost);
            killed.unwrap();
        }
    }
    assert_eq!(stored, file.size());
}

/// A kill in the midst of it: of what nobody heard, some is lost, but nothing that was heard comes again.
#[tokio::test]
async fn a_one_time_prekey_that_was_handed_out_does_not_come_back_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let (owner, database) = (Owner::new(1), database(folder.path()));
    let (visitor_device, agent_device) = (TestDevice::new(&owner, 7), TestDevice::new(&owner, 8));
    let mut program = Program::start(&owner, &database).await;
    let nobody = Client::new(&program.relay);
    let roster = format!("/v1/sites/{}/roster", owner.site);
    assert_eq!(nobody.put_octets(&roster, &owner.first_roster(&[&agent_device])).await.status(), 200);
    let (visitor, agent) = (nobody.log_in(&visitor_device).await, nobody.log_in(&agent_device).await);
    let (prekeys, upload) = (format!("/v1/sites/{}/prekeys", owner.site), agent_device.prekeys(1, 2..22));
    assert_eq!(agent.put_octets(&prekeys, &upload).await.status(), 200);

    let mut asking: FuturesUnordered<_> = (0..15).map(|_| visitor.bundle(&agent_device)).collect();
    let mut heard = Vec::new();
    for _ in 0..5 {
        heard.push(asking.next().await.unwrap().unwrap().one_time.unwrap().id);
    }
    program.child.kill().await.unwrap();
    heard.extend(
        asking
            .filter_map(async |asked| asked.ok()?.one_time.map(|prekey| prekey.id))
            .collect::<Vec<_>>()
            .await,
    );

    let program = Program::start(&owner, &database).await;
    let [visitor, agent] = [visitor, agent].map(|client| Client { relay: program.relay.clone(), ..client });
    let again = agent.put_octets(&prekeys, &upload).await;
    let kept: PrekeysAnswer = again.json().await.unwrap();
    assert!(kept.one_time <= 20 - u32::try_from(heard.len()).unwrap() && kept.highest == 21, "{kept:?}");
    assert!(kept.one_time >= 5, "no more than were asked for are gone: {kept:?}");
    let later = join_all((0..20).map(|_| visitor.bundle(&agent_device))).await;
    let later: Vec<_> = later.into_iter().filter_map(|bundle| bundle.unwrap().one_time).collect();
    assert_eq!(later.len(), usize::try_from(kept.one_time).unwrap());
    assert!(later.iter().all(|prekey| !heard.contains(&prekey.id)), "{heard:?}, then {later:?}");
}

#[tokio::test]
async fn asked_to_stop_it_says_goodbye_and_succeeds_and_its_whole_log_names_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let owner = Owner::new(1);
    let (visitor_device, agent_device) = (TestDevice::new(&owner, 7), TestDevice::new(&owner, 8));
    let mut program = Program::start(&owner, &database(folder.path())).await;
    let nobody = Client::new(&program.relay);
    let roster = format!("/v1/sites/{}/roster", owner.site);
    assert_eq!(nobody.put_octets(&roster, &owner.first_roster(&[&agent_device])).await.status(), 200);
    let visitor = nobody.log_in(&visitor_device).await;
    assert_eq!(visitor.open(CHAT).await.status(), 200);
    let mut socket = visitor.follow(None).await;
    socket.missed().await;
    visitor.store(CHAT, event_id(1), &envelope("rahasia-sekali", &[agent_device.id])).await;
    socket.next_event().await;

    terminate(&program.child);
    assert_eq!(socket.sent_away().await, Code::Draining);
    let mut log = String::new();
    program.child.stderr.take().unwrap().read_to_string(&mut log).await.unwrap();
    let ended = timeout(Duration::from_secs(20), program.child.wait()).await.unwrap().unwrap();
    assert!(ended.success());

    assert!(log.contains("event stored"), "the log is at trace: {log}");
    let content = serde_json::to_string(&segel_wire::Octets(b"rahasia-sekali".to_vec())).unwrap();
    let wrap = serde_json::to_string(&envelope("", &[agent_device.id]).wraps[0].wrap).unwrap();
    let secrets = ["rahasia-sekali", "127.0.0.1:", visitor.token.as_deref().unwrap()];
    for secret in secrets.into_iter().chain([content.trim_matches('"'), wrap.trim_matches('"')]) {
        let own_address = program.relay.trim_start_matches("http://");
        assert!(!log.replace(own_address, "").contains(secret), "{secret} in the log");
    }
}

#[tokio::test]
async fn a_taken_port_and_an_unreadable_database_are_one_sentence_each() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let broken = folder.path().join("broken.sqlite");
    std::fs::write(&broken, "this is no database, and long enough to be read as the header of one").unwrap();

    for (database, listen, says) in [
        (database(folder.path()), address.as_str(), "cannot listen on"),
        (broken, "127.0.0.1:0", "cannot open the database"),
    ] {
        let output = command(&Owner::new(1), &database, listen).output().await.unwrap();
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            said.starts_with("segel-relay: ") && said.contains(says) && said.lines().count() == 1,
            "{said}"
        );
    }
}
