//! When somebody answers, and how soon, is what the roster says by the clocks of the business's time zone.

use segel_ui::Language;
use segel_ui::text::fill;

use crate::harness::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_sees_how_soon_somebody_answers_and_while_it_is_closed_that_nobody_does() {
    Stage::play(async |stage| {
        let language = Language::indonesian();
        let text = language.text();
        let visitor = stage.visitor().await;
        visitor.is_told(".header .hours", &fill(text.replies_in_minutes(), "5")).await;
        assert_eq!(visitor.seen(".greeting .away").await, None);

        stage.demo().set_hours(&[], None).await.unwrap();
        // Whoever is enrolled is listed in a roster that says so.
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.is_told(".header .hours", text.away()).await;
        visitor.is_told(".greeting .away", text.greeting_away()).await;
        visitor.says("Ada orang?").await;
        agent.reads("Ada orang?").await;
        visitor.is_told(".header .hours", text.away()).await;
    })
    .await;
}
