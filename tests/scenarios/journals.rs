//! The harness itself: what is written to any console is noticed.

use crate::harness::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn errors_and_warnings_of_page_frame_and_console_are_noticed() {
    Stage::play(async |stage| {
        let agent = stage.agent().await;
        let visitor = stage.visitor().await;
        let (of_agent, of_visitor) = (agent.browser(), visitor.browser());
        of_agent.run("console.warn('ditanam di konsol')").await;
        of_visitor.run("console.error('ditanam di bingkai')").await;
        of_visitor.run("setTimeout(() => { throw new Error('dilempar di bingkai') })").await;
        of_visitor.run("new Image().src = 'tidak-ada.png'").await;
        visitor.turns_to_page().await;
        of_visitor.run("console.assert(false, 'ditanam di toko')").await;
        of_visitor.run("fetch('/tidak-ada.json')").await;

        let mut written = stage.written_meanwhile().await;
        for planted in [
            "ditanam di konsol",
            "ditanam di bingkai",
            "dilempar di bingkai",
            "tidak-ada.png",
            "ditanam di toko",
            "tidak-ada.json",
        ] {
            let before = written.len();
            written.retain(|entry| !entry.contains(planted));
            assert_eq!(written.len(), before - 1, "{planted}");
        }
        assert_eq!(written, [""; 0]);
    })
    .await;
}
