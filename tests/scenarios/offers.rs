//! Answers that an agent offers: put together on a sheet, given by a tap or a key, and shown as what they are afterwards.

use segel_ui::Language;
use thirtyfour::Key;

use crate::harness::Stage;
use crate::looks::assert_fits;

const QUESTION: &str = "Teko yang mana?";
const LINK: &str = "https://toko.example/teko?warna=2";

/// What a visitor can press: the words of each button, and how high it is.
const BUTTONS: &str = "
    const buttons = [...document.querySelectorAll('.answers button')].filter((button) => button.checkVisibility());
    return buttons.map((button) => [button.textContent, button.getBoundingClientRect().height]);";

/// Quoted words above the last message, and the message.
const LAST: &str = "
    const row = [...document.querySelectorAll('.log .row')].at(-1);
    return [row.querySelector('.what')?.textContent ?? '', row.querySelector('.bubble').textContent];";

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_is_put_together_answered_by_a_key_and_gone_once_something_was_said() {
    Stage::play(async |stage| {
        let desk = Language::indonesian().desk();
        let agent = stage.agent().await;
        let visitor = stage.visitor().await;
        visitor.says("Halo").await;
        agent.chooses("Halo").await;

        agent.clicks_button(desk.replies()).await;
        agent.clicks_button(desk.offer()).await;
        agent.sees(".offering textarea:focus").await;
        agent.clicks_button(desk.offer_put()).await;
        agent.is_told(".offering .says", desk.offer_no_text()).await;
        agent.presses(Key::Escape + "").await;
        agent.types(QUESTION).await;
        agent.clicks_button(desk.replies()).await;
        agent.clicks_button(desk.offer()).await;
        agent.sees(".offering textarea:focus").await;
        let rest = ["Putih\nHijau tua\nkartu 4111 1111 1111 1111", "Teko keramik", "http://toko.example"];
        for field in rest {
            agent.presses(Key::Tab + "").await;
            agent.presses(field).await;
        }
        agent.clicks_button(desk.offer_put()).await;
        agent.is_told(".offering .says", desk.offer_link_refused()).await;
        assert_fits(&agent).await;
        agent.browser().run("document.querySelector('.offering [inputmode=url]').value = ''").await;
        agent.clicks(".offering [inputmode=url]").await;
        agent.presses(LINK).await;
        agent.clicks_button(desk.offer_put()).await;
        let written = format!(
            "*Teko keramik*\n{QUESTION}\n{LINK}\n\n[ Putih ]\n[ Hijau tua ]\n[ kartu 4111 1111 1111 1111 ]"
        );
        agent.until("the offer", async || (agent.draft().await == written).then_some(())).await;
        agent.is_told(".masking", "1111").await;
        agent.sends().await;
        assert_eq!(agent.seen(".answers").await, None, "an agent has nothing to press");

        let shown = format!("Teko keramik{QUESTION}toko.examplePutihHijau tuakartu •••• •••• •••• 1111");
        visitor.reads(&shown).await;
        let buttons = async || {
            let buttons: Vec<(String, f64)> = visitor.browser().script(BUTTONS, vec![]).await;
            buttons
        };
        visitor.sees(".answers button").await;
        let offered = buttons().await;
        let words: Vec<_> = offered.iter().map(|(words, _)| words.as_str()).collect();
        assert_eq!(words, ["Putih", "Hijau tua", "kartu •••• •••• •••• 1111"]);
        assert!(offered.iter().all(|(_, height)| *height >= 44.0), "{offered:?}");
        assert_eq!(visitor.seen(".offered").await, None, "they stand in one place at a time");
        let link: (String, String, String) = visitor
            .browser()
            .script("const link = document.querySelector('.bubble .leads'); return [link.href, link.rel, link.textContent]", vec![])
            .await;
        assert_eq!(link, (LINK.to_owned(), "noopener noreferrer nofollow".to_owned(), "toko.example".to_owned()));
        assert_fits(&visitor).await;

        visitor.types("sudah kutulis").await;
        visitor.browser().run("document.querySelector('.log').focus()").await;
        visitor.tabs_to("Hijau tua").await;
        visitor.presses(Key::Enter + "").await;
        visitor.has_sent("Hijau tua").await;
        visitor.sees(".log:focus").await;
        assert_eq!(buttons().await, []);
        visitor.is_told(".offered", "Hijau tua").await;
        assert_eq!(visitor.draft().await, "sudah kutulis", "what was typed stays");
        agent.reads("Hijau tua").await;
        for person in [&visitor, &agent] {
            let last: [String; 2] = person.browser().script(LAST, vec![]).await;
            assert_eq!(last, [QUESTION, "Hijau tua"]);
        }

        agent.pastes("Dibungkus?\n\n[ Ya ]").await;
        agent.sends().await;
        visitor.sees(".answers button").await;
        agent.says("Sebentar").await;
        visitor.reads("Sebentar").await;
        assert_eq!(buttons().await, [], "something newer was said");
        visitor.reloads().await;
        visitor.reads("Sebentar").await;
        visitor.is_told(".offered", "Putih").await;
    })
    .await;
}
