//! A message is answered by itself: who reads the answer sees to what, from what is here and not from who wrote it.

use thirtyfour::Key;

use crate::harness::{Person, Stage};

/// The quoted lines above each message that has any, and the message.
const QUOTED: &str = "
    return [...document.querySelectorAll('.log .row')].filter((row) => row.querySelector('.quoted')).map((row) =>
        [row.querySelector('.who').textContent, row.querySelector('.what').textContent,
            row.querySelector('.bubble').textContent]);";

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_shows_what_it_answers_until_that_is_taken_back() {
    Stage::play(async |stage| {
        let agent = stage.agent().await;
        let visitor = stage.visitor().await;
        visitor.says("*putih* atau hijau?").await;
        agent.chooses_newest().await;
        agent.reads("putih atau hijau?").await;
        visitor.says("dan ongkirnya?").await;
        agent.reads("dan ongkirnya?").await;

        agent.browser().run("document.querySelector('.row .reply').focus()").await;
        agent.presses(Key::Enter + "").await;
        assert_eq!(agent.sees(".quoting .who").await, "Membalas Pengunjung");
        agent.says("yang hijau, Kak").await;
        agent
            .until("nothing to be quoted", async || agent.seen(".quoting").await.is_none().then_some(()))
            .await;
        visitor.reads("yang hijau, Kak").await;
        let answered = |who: &str| vec![[who, "putih atau hijau?", "yang hijau, Kak"].map(str::to_owned)];
        assert_eq!(quoted(&visitor).await, answered("Membalas Anda"));
        assert_eq!(quoted(&agent).await, answered("Membalas Pengunjung"));

        visitor.clicks(".quoted").await;
        visitor.sees(".row.own:first-child:focus").await;
        visitor.browser().run("document.querySelector('.undo').focus()").await;
        visitor.presses(Key::Enter + "").await;
        visitor.presses(Key::Enter + "").await;
        for person in [&visitor, &agent] {
            let taken_back = async || {
                let [[_, what, _]] = quoted(person).await.try_into().ok()?;
                (what == "Pesan ini ditarik kembali.").then_some(())
            };
            person.until("the question to be taken back", taken_back).await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_thinks_better_of_it_answers_nothing() {
    Stage::play(async |stage| {
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.says("halo").await;
        agent.reads("halo").await;
        agent.say("ada yang bisa dibantu?");
        visitor.reads("ada yang bisa dibantu?").await;
        for give_up in [".quoting button", ""] {
            visitor.browser().run("document.querySelector('.reply').focus()").await;
            visitor.presses(Key::Enter + "").await;
            visitor.sees(".quoting").await;
            match give_up {
                "" => visitor.presses(Key::Escape + "").await,
                button => visitor.clicks(button).await,
            }
            visitor.sees("textarea:focus").await;
            assert_eq!(visitor.seen(".quoting").await, None);
        }
        visitor.says("tidak, terima kasih").await;
        agent.reads("tidak, terima kasih").await;
        assert_eq!(quoted(&visitor).await, Vec::<[String; 3]>::new());
        assert_eq!(agent.screen().item("tidak, terima kasih").unwrap().quotes, None);
    })
    .await;
}

async fn quoted(person: &Person) -> Vec<[String; 3]> {
    person.browser().script(QUOTED, vec![]).await
}
