//! What agents tell each other beside the visitor: notes, labels, a note with a transfer; and texts that they keep to send
//! again.

use std::fs;

use segel_demo::seed::{AGENT, SHOP, SUPERVISOR};
use segel_ui::Language;
use segel_ui::text::fill;
use tempfile::TempDir;
use thirtyfour::{By, Key};

use crate::harness::{Device, Person, Stage, look_until};
use crate::looks::assert_fits;

const QUESTION: &str = "Halo, pesanan saya belum sampai.";
const ANSWER: &str = "Sebentar, kami periksa dulu.";
const TYPED: &str = "Kartunya 4111 1111 1111 1111, sudah diganti.";
const NOTE: &str = "Kartunya •••• •••• •••• 1111, sudah diganti.";
const WITH_IT: &str = "Tinggal kabari kurir, ya.";
const AFTER: &str = "Baik, saya tunggu.";
const LABEL: &str = "Perlu kurir";

#[tokio::test(flavor = "multi_thread")]
async fn notes_and_labels_are_the_agents_and_go_along_with_a_transfer() {
    Stage::play(async |stage| {
        let (text, desk) = (Language::indonesian().text(), Language::indonesian().desk());
        let agent = stage.agent().await;
        let supervisor = stage.supervisor_on(Device::Dark).await;
        let visitor = stage.visitor().await;
        visitor.says(QUESTION).await;
        agent.chooses(QUESTION).await;
        agent.says(ANSWER).await;
        visitor.reads(ANSWER).await;

        agent.types("untuk pengunjung").await;
        agent.presses(Key::Escape + "").await;
        agent.presses("n").await;
        agent.sees(".noting").await;
        assert_eq!(agent.draft().await, "", "a note is another draft");
        assert_eq!(placeholder(&agent).await, desk.note_label());
        assert_eq!(agent.seen(".attach").await, None, "a file would go to the visitor");
        agent.types(TYPED).await;
        agent.is_told(".masking", "1111").await;
        agent.clicks_button(desk.write_reply()).await;
        agent
            .until("the other draft", async || (agent.draft().await == "untuk pengunjung").then_some(()))
            .await;
        assert_eq!((placeholder(&agent).await, agent.seen(".noting").await), (text.write().to_owned(), None));
        agent.clicks_button(desk.write_note()).await;
        agent.until("the note", async || (agent.draft().await == TYPED).then_some(())).await;
        agent.sends().await;
        let row = agent.sees_row("the note", |row| row.text == NOTE).await;
        assert_eq!(row.by, "own");
        agent.is_told(".row.note .aside", desk.note_only()).await;
        agent.has_sent(NOTE).await;
        assert_fits(&agent).await;

        label(&agent, LABEL).await;
        agent.is_told(".labels li", LABEL).await;
        agent.is_told(".inbox .tags", LABEL).await;
        label(&agent, &"x".repeat(33)).await;
        agent.is_told(".labels .refusal", desk.label_refused()).await;
        assert_fits(&agent).await;

        agent.clicks_button(desk.transfer()).await;
        agent.clicks(".heirs input").await;
        agent.presses(WITH_IT).await;
        assert_fits(&agent).await;
        agent.clicks_button(SUPERVISOR).await;
        supervisor.chooses(QUESTION).await;
        supervisor.is_told(".holder", desk.mine()).await;
        for (said, by) in [(NOTE, AGENT), (WITH_IT, AGENT)] {
            let row = supervisor.sees_row(said, |row| row.text == said).await;
            assert_eq!((row.by.as_str(), row.status.as_str()), ("agent", ""), "{said} by {by}'s own word");
        }
        supervisor.reads(ANSWER).await;
        supervisor.is_told(".labels li", LABEL).await;
        assert_fits(&supervisor).await;
        supervisor.clicks("select.labelled").await;
        supervisor.presses(LABEL).await;
        supervisor.presses(Key::Enter + "").await;
        supervisor.is_told(".inbox .tags", LABEL).await;

        visitor.says(AFTER).await;
        supervisor.reads(AFTER).await;
        assert_eq!(visitor.texts().await, [QUESTION, ANSWER, AFTER]);
        let page: String =
            visitor.browser().script("return document.documentElement.outerHTML", vec![]).await;
        for hidden in ["1111", WITH_IT, LABEL, "Catatan"] {
            assert!(!page.contains(hidden), "{hidden}");
        }
        visitor.reloads().await;
        visitor.has_sent(AFTER).await;
        assert_eq!(visitor.texts().await, [QUESTION, ANSWER, AFTER]);
        supervisor.reloads().await;
        supervisor.chooses_newest().await;
        supervisor.sees_row(WITH_IT, |row| row.text == WITH_IT).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_text_is_put_in_by_keyboard_with_what_is_known_and_goes_to_a_file_and_back() {
    Stage::play(async |stage| {
        let desk = Language::indonesian().desk();
        let folder = TempDir::new().unwrap();
        let agent = stage.agent().await;
        agent.browser().save_into(folder.path()).await;
        let visitor = stage.visitor().await;
        visitor.says(QUESTION).await;
        agent.chooses(QUESTION).await;
        agent.types("/").await;
        agent.is_told(".picker .none", desk.reply_none()).await;
        agent.clicks_button(desk.replies_manage()).await;
        agent.clicks_button(desk.reply_save()).await;
        agent.is_told(".manage .says", desk.reply_no_name()).await;
        for (name, text) in
            [("salam", "Halo {visitor}, saya {agent} dari {business}."), ("tutup", "Sampai jumpa.")]
        {
            agent.clicks(".manage input[type=text]").await;
            agent.presses(name).await;
            agent.presses(Key::Tab + "").await;
            agent.presses(text).await;
            agent.clicks_button(desk.reply_save()).await;
            agent.is_told(".manage .kept", name).await;
        }
        agent.is_told(".manage .says", desk.replies_kept()).await;
        assert_fits(&agent).await;
        agent.clicks_button(desk.replies_export()).await;
        let file = folder.path().join([desk.replies_file(), ".json"].concat());
        let exported =
            look_until(async || fs::read_to_string(&file).ok().filter(|text| text.ends_with('}'))).await;
        assert!(exported.expect("a file is saved").contains("Halo {visitor}"));

        for (bad, why) in [
            ("bukan json", desk.import_no_json().to_owned()),
            ("{\"a\": 1}", desk.import_no_replies().to_owned()),
            (
                r#"{"replies": [{"name": "a", "text": "b"}, {"name": "", "text": "c"}]}"#,
                [&fill(desk.import_at(), "2"), " ", desk.reply_no_name()].concat(),
            ),
        ] {
            let path = folder.path().join("buruk.json");
            fs::write(&path, bad).unwrap();
            imports(&agent, &path.to_string_lossy()).await;
            agent.is_told(".manage .says", &why).await;
        }
        agent.clicks_button("tutup").await;
        agent.clicks_button(desk.reply_delete()).await;
        let gone = async || (!agent.sees(".manage .kept").await.contains("tutup")).then_some(());
        agent.until("it to be deleted", gone).await;
        imports(&agent, &file.to_string_lossy()).await;
        agent.is_told(".manage .kept", "tutup").await;
        agent.presses(Key::Escape + "").await;

        agent.reloads().await;
        agent.chooses_newest().await;
        agent.types("/").await;
        agent.sees(".picker [role=option]:nth-child(2)").await;
        assert_fits(&agent).await;
        agent.presses(Key::Down + "").await;
        agent.is_told(".picker [aria-selected=true]", "tutup").await;
        agent.presses("sal").await;
        agent.is_told(".picker [aria-selected=true]", "salam").await;
        agent.presses(Key::Enter + "").await;
        let filled = format!("Halo {{visitor}}, saya {AGENT} dari {SHOP}.");
        agent.until("the text", async || (agent.draft().await == filled).then_some(())).await;
        agent.is_told(".unfilled", "{visitor}").await;
        agent.presses("Kak").await;
        agent
            .until("no more to fill in", async || agent.seen(".unfilled").await.is_none().then_some(()))
            .await;
        agent.presses(Key::Enter + "").await;
        visitor.reads(&format!("Halo Kak, saya {AGENT} dari {SHOP}.")).await;
        agent.types("/").await;
        agent.sees(".picker").await;
        agent.presses(Key::Escape + "").await;
        agent
            .until("the list to be gone", async || agent.seen(".picker").await.is_none().then_some(()))
            .await;
    })
    .await;
}

async fn placeholder(agent: &Person) -> String {
    agent.browser().script("return document.querySelector('textarea').placeholder", vec![]).await
}

async fn label(agent: &Person, label: &str) {
    agent.clicks(".labels input").await;
    agent.presses(label).await;
    agent.presses(Key::Enter + "").await;
}

async fn imports(agent: &Person, path: &str) {
    let field = agent.browser().driver().find(By::Css(".manage input[type=file]")).await.unwrap();
    field.send_keys(path).await.unwrap();
}
