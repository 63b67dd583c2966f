//! Visitor and agent compare the safety number.

use thirtyfour::Key;

use crate::harness::{Device, Person, Stage};

const GROUPS: &str =
    "return [...document.querySelectorAll('.verify .number li')].map((li) => li.textContent)";

#[tokio::test(flavor = "multi_thread")]
async fn visitor_and_agent_are_shown_the_same_safety_number_and_find_their_way_back() {
    Stage::play(async |stage| {
        let agent = stage.agent().await;
        let visitor = stage.visitor_on(Device::Phone(320, 568)).await;
        visitor.clicks(".header .check").await;
        visitor.is_told(".verify > p", "setelah pesan pertama").await;
        assert_eq!(visitor.seen(".verify .number").await, None);
        visitor.clicks(".verify .return").await;
        visitor.says("apakah ini benar toko?").await;
        visitor.has_sent("apakah ini benar toko?").await;
        agent.chooses("apakah ini benar toko?").await;

        visitor.clicks(".header .check").await;
        agent.clicks(".over .check").await;
        let number = groups(&visitor).await;
        assert_eq!(number.len(), 12);
        assert!(
            number.iter().all(|group| group.len() == 5 && group.bytes().all(|digit| digit.is_ascii_digit()))
        );
        assert_eq!(groups(&agent).await, number);
        assert_eq!(visitor.seen("textarea").await, None, "the number stands in the conversation's place");
        let is_wide =
            "const verify = document.querySelector('.verify'); return verify.scrollWidth > innerWidth";
        assert!(!visitor.browser().script::<bool>(is_wide, vec![]).await, "it fits 320 pixels");

        // Escape leads back to the conversation, and not out of the chat.
        visitor.sees(".verify h2:focus").await;
        visitor.presses(Key::Escape).await;
        visitor.sees(".header .check:focus").await;
        visitor.says("terima kasih").await;
        agent.clicks(".verify .return").await;
        agent.reads("terima kasih").await;
    })
    .await;
}

async fn groups(person: &Person) -> Vec<String> {
    person.sees(".verify .number").await;
    person.browser().script(GROUPS, vec![]).await
}
