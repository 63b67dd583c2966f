//! Who is typing is shown at the other end, and said to screen readers once; who looks is shown as there.

use crate::harness::{Device, Person, Stage};

const SAID: &str = "return document.querySelector('.typing [role=status]').textContent";

#[tokio::test(flavor = "multi_thread")]
async fn each_side_sees_the_other_typing_until_the_message_comes_or_the_typing_stops() {
    Stage::play(async |stage| {
        let (visitor, agent) = talking(stage).await;

        visitor.types("apakah masih").await;
        assert_eq!(agent.sees(".typing .who").await, "Pengunjung sedang mengetik…");
        assert_eq!(said(&agent).await, "Pengunjung sedang mengetik…");
        visitor.says(" ada?").await;
        agent.reads("apakah masih ada?").await;
        sees_nobody(&agent).await;

        agent.types("ada").await;
        assert_eq!(visitor.sees(".typing .who").await, "Agen Demo sedang mengetik…");
        assert!(fits(&visitor).await, "320 pixels");
        sees_nobody(&visitor).await;

        visitor.types("lagi").await;
        agent.sees(".typing .who").await;
        assert_eq!(said(&agent).await, "", "it was said a moment ago");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_side_sees_that_the_other_looks_until_it_closes_the_chat() {
    Stage::play(async |stage| {
        let (visitor, agent) = talking(stage).await;
        visitor.says("terima kasih").await;

        assert_eq!(agent.sees(".person .here").await, "di sini");
        assert_eq!(visitor.sees(".title .here").await, "Agen Demo di sini");
        assert!(fits(&visitor).await, "320 pixels");
        visitor.browser().shoot("here-visitor").await;
        agent.browser().shoot("here-agent").await;
        visitor.clicks(".close").await;
        let gone = async || agent.seen(".person .here").await.is_none().then_some(());
        agent.until("the visitor to be elsewhere", gone).await;
    })
    .await;
}

/// A visitor on the smallest phone and an agent who answered.
async fn talking(stage: &mut Stage) -> (Person, Person) {
    let agent = stage.agent().await;
    let visitor = stage.visitor_on(Device::Phone(320, 568)).await;
    visitor.says("halo").await;
    visitor.has_sent("halo").await;
    agent.chooses("halo").await;
    agent.says("ya, Kak?").await;
    visitor.reads("ya, Kak?").await;
    agent.has_sent("ya, Kak?").await;
    (visitor, agent)
}

/// Whether the page is no wider than the screen.
async fn fits(person: &Person) -> bool {
    let fits = "return document.documentElement.scrollWidth <= innerWidth";
    person.browser().script(fits, vec![]).await
}

async fn said(person: &Person) -> String {
    person.browser().script(SAID, vec![]).await
}

async fn sees_nobody(person: &Person) {
    let gone = async || person.seen(".typing .who").await.is_none().then_some(());
    person.until("nobody to be typing", gone).await;
}
