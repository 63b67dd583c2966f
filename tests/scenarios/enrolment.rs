//! Before any agent has a device, and when the first one gets it.

use segel_ui::Language;

use crate::harness::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn nobody_enrolled_is_said_in_the_composer_and_the_draft_is_kept_until_somebody_is() {
    Stage::play(async |stage| {
        let visitor = stage.visitor().await;
        let nobody = Language::indonesian().text().nobody_enrolled();
        visitor.is_told(".hindrance", nobody).await;
        visitor.types("Ada orang di sana?").await;
        visitor.presses_enter().await;
        assert_eq!(visitor.rows().await, []);

        let agent = stage.agent().await;
        // Waits until the composer can send, and sends the draft that stands in it.
        visitor.sends().await;
        visitor.has_sent("Ada orang di sana?").await;
        assert_eq!(visitor.draft().await, "");
        assert_eq!(visitor.seen(".hindrance").await.unwrap_or_default(), "");
        agent.chooses_newest().await;
        agent.reads("Ada orang di sana?").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_was_used_and_no_code_at_all_are_told_in_words() {
    Stage::play(async |stage| {
        let invitation = stage.demo().invite().await.unwrap();
        let agent = stage.enrolling(&invitation).await;
        stage.demo().next_round().await.unwrap();
        agent.is_at_the_desk().await;

        let late = stage.enrolling(&invitation).await;
        stage.expect_in_console("409 (Conflict)");
        late.is_told(
            ".enrol .now",
            Language::indonesian().refusal(segel_core::show::Refusal::EnrolmentRefused),
        )
        .await;
        let console = stage.demo().console().to_owned();
        let lost = stage.enrolling(&console).await;
        lost.is_told(".enrol .now", Language::indonesian().desk().enrol_no_code()).await;
    })
    .await;
}
