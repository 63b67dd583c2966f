//! A message is taken back on both sides: by keyboard and by mouse, with the parts of a card number too, and nothing of it
//! stays at the relay or in a browser.

use std::fs;

use segel_core::show::Refusal;
use segel_ui::Language;
use segel_wire::{ClientFrame, ContentDigest, Delivered, Octets};
use thirtyfour::{By, Key};

use crate::harness::{Person, Row, Stage};

const ANSWER: &str = "Alamat kami masih sama.";

const LONGEST_RECORD: &str = "
    const settled = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
    const longest = async () => {
        const lengths = [0];
        for (const { name } of await indexedDB.databases()) {
            const database = await settled(indexedDB.open(name));
            for (const store of database.objectStoreNames) {
                const records = database.transaction(store).objectStore(store);
                const [keys, values] = await Promise.all([settled(records.getAllKeys()), settled(records.getAll())]);
                const is_message = (_, at) => String(keys[at]).startsWith('message/');
                lengths.push(...values.filter(is_message).map((value) => value.byteLength));
            }
            database.close();
        }
        return Math.max(...lengths);
    };
    return longest();";

/// Long enough that a store's records tell by their length whether they hold it.
fn secret() -> String {
    "Alamat rumah saya di belakang toko. ".repeat(60).trim().to_owned()
}

fn is_withdrawn(row: &Row, by: &str) -> bool {
    row.by == by && row.text == Language::indonesian().text().withdrawn()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_taken_back_by_keyboard_and_by_mouse_and_nothing_of_it_stays() {
    Stage::play(async |stage| {
        let secret = secret();
        let agent = stage.agent().await;
        let visitor = stage.visitor().await;
        visitor.pastes(&secret).await;
        visitor.sends().await;
        visitor.has_sent(&secret).await;
        agent.chooses_newest().await;
        agent.reads(&secret).await;
        agent.says(ANSWER).await;
        visitor.reads(ANSWER).await;
        agent.has_sent(ANSWER).await;
        let sealed = longest_content(stage);
        assert!(is_in_the_relays_files(stage, &sealed));
        assert!(longest_record(&visitor).await > secret.len() && longest_record(&agent).await > secret.len());

        // By keyboard: asked, thought better of, asked again.
        tabs_back_to_button(&visitor).await;
        visitor.presses(Key::Enter).await;
        visitor.is_told(".question", Language::indonesian().text().withdraw_why()).await;
        visitor.sees(".question button:first-child:focus").await;
        visitor.presses(Key::Escape).await;
        visitor.sees(".undo:focus").await;
        assert_eq!(visitor.seen(".question").await, None);
        visitor.presses(Key::Enter).await;
        visitor.sees(".question button:first-child:focus").await;
        visitor.presses(Key::Enter).await;
        visitor.sees_row("the own message withdrawn", |row| is_withdrawn(row, "own")).await;
        agent.sees_row("the visitor's message withdrawn", |row| is_withdrawn(row, "visitor")).await;
        visitor.sees(".log:focus").await;

        // By mouse, on the other side.
        hovers_over_own(&agent).await;
        agent.clicks(".own .undo").await;
        agent.clicks(".question button:first-child").await;
        agent.sees_row("the own answer withdrawn", |row| is_withdrawn(row, "own")).await;
        visitor.sees_row("the answer withdrawn", |row| is_withdrawn(row, "agent")).await;
        assert_eq!(agent.seen(".own .undo").await, None, "there is nothing more to take back");

        let gone = async || (!is_in_the_relays_files(stage, &sealed)).then_some(());
        visitor.until("the relay's files to hold nothing of it", gone).await;
        for person in [&visitor, &agent] {
            let short = async || (longest_record(person).await < secret.len()).then_some(());
            person.until("the store to hold nothing of it", short).await;
        }
        visitor.reloads().await;
        visitor.sees_row("the own message withdrawn", |row| is_withdrawn(row, "own")).await;
        let late = stage.agent().await;
        late.chooses_newest().await;
        late.sees_row("a message that was withdrawn before", |row| row.by == "visitor").await;
        let texts = late.texts().await;
        assert!(!texts.contains(&secret) && !texts.iter().any(|text| text == ANSWER), "{texts:?}");
        visitor.says("lanjut").await;
        late.reads("lanjut").await;
        assert_eq!(visitor.seen(".banner").await.unwrap_or_default(), "");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_parts_of_a_card_number_that_left_are_offered_to_be_taken_back() {
    Stage::play(async |stage| {
        let agent = stage.agent().await;
        let visitor = stage.visitor().await;
        for part in ["kartu saya 4111 11", "lanjut 11 1111"] {
            visitor.says(part).await;
            visitor.has_sent(part).await;
        }
        agent.chooses_newest().await;
        agent.reads("lanjut 11 1111").await;
        visitor.types("1111 ya").await;
        visitor.is_told(".masking .masked", "•••• ya").await;
        visitor.clicks(".masking button").await;
        for (person, by) in [(&visitor, "own"), (&agent, "visitor")] {
            let both = async || {
                let rows = person.rows().await;
                (rows.len() == 2 && rows.iter().all(|row| is_withdrawn(row, by))).then_some(())
            };
            person.until("both parts withdrawn", both).await;
        }
        // They may have been read: the rest stays masked.
        visitor.sees("textarea:focus").await;
        assert_eq!(visitor.seen(".masking .masked").await.as_deref(), Some("•••• ya"));
        assert_eq!(visitor.seen(".masking button").await, None);
        visitor.sends().await;
        agent.reads("•••• ya").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_drops_a_message_by_itself_hides_it_from_nobody() {
    Stage::play(async |stage| {
        let agent = stage.agent().await;
        let visitor = stage.visitor().await;
        visitor.says("jangan hilang").await;
        visitor.has_sent("jangan hilang").await;
        agent.chooses_newest().await;
        agent.reads("jangan hilang").await;
        stage.proxy().alter_events(|event| {
            let (content, recipients, wrap) = (Octets(Vec::new()), Vec::new(), None);
            vec![Delivered { content, recipients, wrap, hash: Some(ContentDigest([1; 32])), ..event }]
        });

        let late = stage.agent().await;
        late.chooses_newest().await;
        let missing = Language::indonesian().refusal(Refusal::MessageMissing);
        late.sees_row("that a message is missing", |row| row.text.contains(missing)).await;
        agent.reads("jangan hilang").await;
    })
    .await;
}

/// The largest content that passed to the relay.
fn longest_content(stage: &Stage) -> Vec<u8> {
    let records = stage.proxy().records();
    let contents = records.iter().filter_map(|record| match serde_json::from_slice(&record.body) {
        Ok(ClientFrame::Send { envelope, .. }) => Some(envelope.content.0),
        _ => None,
    });
    contents.max_by_key(Vec::len).expect("something was sent")
}

fn is_in_the_relays_files(stage: &mut Stage, sealed: &[u8]) -> bool {
    let folder = stage.demo().database().parent().unwrap().to_owned();
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let files = files.filter(|file| file.to_string_lossy().contains("relay.sqlite"));
    // Any part of it would do.
    let part = &sealed[sealed.len() / 2..][..64];
    files.into_iter().any(|file| fs::read(file).unwrap().windows(part.len()).any(|window| window == part))
}

/// The length of the largest record of a message that the person's browser keeps.
async fn longest_record(person: &Person) -> usize {
    person.browser().script(LONGEST_RECORD, vec![]).await
}

/// Goes back from the composer until the button beside a message has the focus.
async fn tabs_back_to_button(person: &Person) {
    person.types("").await;
    person
        .until("the button by keyboard", async || {
            person.presses(Key::Shift + Key::Tab).await;
            person.seen(".undo:focus").await
        })
        .await;
}

async fn hovers_over_own(person: &Person) {
    let bubble = person.browser().driver().find(By::Css(".row.own .bubble")).await.unwrap();
    person.browser().driver().action_chain().move_to_element_center(&bubble).perform().await.unwrap();
}
