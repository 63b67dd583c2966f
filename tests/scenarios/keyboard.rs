//! The chat by keyboard alone.

use thirtyfour::Key;

use crate::harness::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn the_focus_goes_into_the_composer_and_back_to_the_launcher() {
    Stage::play(async |stage| {
        let agent = stage.native_agent().await;
        let visitor = stage.visitor_outside().await;
        visitor.focuses_launcher().await;
        visitor.presses(Key::Enter).await;
        visitor.turns_to_chat().await;
        visitor.sees("textarea:focus").await;
        visitor.presses("tanpa tetikus").await;
        visitor.presses(Key::Enter).await;
        agent.reads("tanpa tetikus").await;

        visitor.presses(Key::Escape).await;
        visitor.turns_to_page().await;
        visitor.sees_launcher("Buka chat").await;
        visitor.presses(Key::Enter).await;
        visitor.sees_launcher("Tutup chat").await;
        visitor.turns_to_chat().await;
        visitor.sees("textarea:focus").await;
    })
    .await;
}
