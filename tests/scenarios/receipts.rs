//! What became of a message at the other end, and that nothing is said of what was not looked at.

use segel_ui::Language;

use crate::harness::{Person, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_shown_as_read_when_the_other_side_has_it_on_the_screen_and_not_before() {
    Stage::play(async |stage| {
        let agent = stage.agent().await;
        let visitor = stage.visitor().await;
        visitor.says("apakah sudah dibaca?").await;
        visitor.has_sent("apakah sudah dibaca?").await;
        agent.sees(".inbox .preview").await;
        assert_eq!(status(&visitor, "apakah sudah dibaca?").await, Language::indonesian().text().sent());
        agent.chooses("apakah sudah dibaca?").await;
        is_read(&visitor, "apakah sudah dibaca?").await;

        visitor.clicks(".header .close").await;
        visitor.turns_to_page().await;
        visitor.sees_launcher("Buka chat").await;
        agent.says("sudah, Kak").await;
        visitor.sees_launcher("Buka chat, 1 pesan belum dibaca").await;
        agent.has_sent("sudah, Kak").await;
        assert_ne!(
            status(&agent, "sudah, Kak").await,
            Language::indonesian().text().read(),
            "the chat is closed"
        );
        visitor.opens_chat().await;
        is_read(&agent, "sudah, Kak").await;
    })
    .await;
}

async fn status(person: &Person, text: &str) -> String {
    person.sees_row(text, |row| row.text == text).await.status
}

async fn is_read(person: &Person, text: &str) {
    let read = Language::indonesian().text().read();
    person.sees_row(&format!("{text} as read"), |row| row.text == text && row.status == read).await;
}
