//! What was said is nowhere but on the two devices.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use segel_demo::relay_process::RelayProcess;
use segel_testkit::canary::Canary;
use segel_testkit::site::TestSite;

use crate::process::relay_process;

const SENTENCE: &str = "burung kenari 🐤 berkicau di pagi hari";
const CARD: &str = "4111 1111 1111 1111";

#[tokio::test]
async fn neither_a_sentence_nor_a_card_reaches_the_relays_files_its_log_or_the_wire() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let mut options = relay_process(&mut site).await;
    let log = site.database().with_file_name("relay.log");
    options.trace = Some(log.clone());
    let relay = RelayProcess::start(&options).await.unwrap();
    let visitor = site.visitor();
    visitor.say(SENTENCE);
    agent.reads(SENTENCE).await;
    visitor.say(&format!("kartu saya {CARD} ya"));
    agent.reads("kartu saya •••• •••• •••• 1111 ya").await;
    agent.say(SENTENCE);
    agent.has_sent(SENTENCE).await;
    visitor.reads(SENTENCE).await;
    // A file says no more than a text: neither by its name nor by what is in it.
    let (name, text) = (format!("{SENTENCE}.txt"), format!("{SENTENCE}\nkartu {CARD}\n").repeat(2_000));
    visitor.attach_text(&name, "text/plain", &text);
    assert!(String::from_utf8(agent.gets(&name).await).unwrap().starts_with(SENTENCE));
    let picture = [b"\x89PNG\r\n\x1a\n", SENTENCE.repeat(2_000).as_bytes()].concat();
    agent.attach(&format!("{SENTENCE}.png"), "image/png", &picture);
    assert_eq!(visitor.gets(&format!("{SENTENCE}.png")).await, picture);

    let canaries = [Canary::text(SENTENCE), Canary::number(CARD)];
    for file in [site.database(), with_suffix(&site.database(), "-wal"), log] {
        let bytes = fs::read(&file).unwrap();
        assert!(bytes.len() > 1_000, "{} has something to search", file.display());
        assert_silent(&canaries, &bytes, &file.display().to_string());
    }
    let records = site.proxy().records();
    assert!(records.len() > 40, "{} records", records.len());
    for record in records {
        let bytes = [record.subject.as_bytes(), record.head.as_bytes(), &record.body].concat();
        assert_silent(&canaries, &bytes, &record.subject);
    }
    for device in [&visitor, &agent] {
        for (name, sealed) in device.store().sealed() {
            assert_silent(&canaries, &[name.as_bytes(), &sealed].concat(), &name);
        }
    }
    relay.stop().await.unwrap();
}

fn assert_silent(canaries: &[Canary], bytes: &[u8], place: &str) {
    for canary in canaries {
        assert_eq!(canary.find(bytes), BTreeSet::new(), "{place}");
    }
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
