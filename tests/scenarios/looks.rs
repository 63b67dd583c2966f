//! A small conversation as it looks on each kind of screen: pictures in `target/shots`, and nothing that is
//! cut off.

use serde_json::json;
use thirtyfour::Key;

use crate::harness::{Device, Person, Stage, make_picture, put};

const QUESTION: &str = "Halo! Apakah teko keramiknya masih ada?";
const ANSWER: &str = "Halo, masih ada: putih dan hijau tua. Mau kami sisihkan satu?";
const CARD: &str = "Mau. Kartu saya 4111 1111 1111 1111, bisa?";
const MASKED: &str = "Mau. Kartu saya •••• •••• •••• 1111, bisa?";
const ADVICE: &str =
    "Sudah kami sisihkan. Nomor kartunya tersamar sebelum terkirim, jadi silakan bayar di kasir.";
const LONG_NAME: &str =
    "daftar-pesanan-teko-keramik-putih-dan-hijau-tua-untuk-bulan-ini-yang-belum-dibayar-lunas.csv";
const DRAFT: &str = "Baik. Kalau yang ini, 5500 0055 5555 5559?";

#[tokio::test(flavor = "multi_thread")]
async fn the_chat_fits_every_screen_of_a_visitor() {
    Stage::play(async |stage| {
        let agent = stage.agent().await;
        for (name, device) in [
            ("shop-desktop", Device::Desktop),
            ("shop-dark", Device::Dark),
            ("shop-phone", Device::Phone(390, 844)),
            ("shop-small-phone", Device::Phone(320, 568)),
        ] {
            let visitor = stage.visitor_on(device).await;
            talk(&visitor, &agent).await;
            visitor.types(DRAFT).await;
            visitor.sees(".masking .masked").await;
            assert_fits(&visitor).await;
            visitor.browser().shoot(name).await;
        }
        assert_fits(&agent).await;
        agent.browser().shoot("console-desktop").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_fits_a_phone() {
    Stage::play(async |stage| {
        let agent = stage.agent_on(Device::Phone(390, 844)).await;
        assert_fits(&agent).await;
        agent.browser().shoot("console-phone-empty").await;
        let visitor = stage.visitor().await;
        visitor.sees(".greeting").await;
        assert_fits(&visitor).await;
        visitor.browser().shoot("shop-greeting").await;
        talk(&visitor, &agent).await;
        assert_fits(&agent).await;
        agent.browser().shoot("console-phone").await;
        agent.clicks(".back").await;
        agent.sees(".inbox .preview").await;
        assert_fits(&agent).await;
        agent.browser().shoot("console-phone-list").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_fit_the_smallest_phone_and_the_dark() {
    Stage::play(async |stage| {
        let folder = tempfile::tempdir().unwrap();
        let table = put(&folder, LONG_NAME, b"nama,kartu\nPemesan,4111 1111 1111 1111\n");
        let (picture, liar) =
            (put(&folder, "struk.png", &make_picture(96)), put(&folder, "program.png", b"MZ\x90\0"));
        let agent = stage.agent_on(Device::Phone(320, 568)).await;
        for (name, device) in
            [("shop-files-small-phone", Device::Phone(320, 568)), ("shop-files-dark", Device::Dark)]
        {
            let visitor = stage.visitor_on(device).await;
            visitor.chooses_files(&[&picture, &table]).await;
            visitor.sees(".tray li:nth-child(2) .says").await;
            assert_fits(&visitor).await;
            visitor.browser().shoot(&format!("{name}-tray")).await;
            visitor.sends().await;
            visitor.sees(".row:nth-child(2) .take").await;
            visitor.clicks(".row:has(.name) .take").await;
            visitor.chooses_files(&[&liar]).await;
            visitor.sees(".tray .refused .says").await;
            assert_fits(&visitor).await;
            visitor.browser().shoot(name).await;
        }
        agent.chooses_newest().await;
        agent.sees(".row:nth-child(2) .take").await;
        assert_fits(&agent).await;
        agent.browser().shoot("console-files-phone").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_safety_number_and_who_is_typing_fit_small_and_dark_screens() {
    Stage::play(async |stage| {
        let agent = stage.agent_on(Device::Phone(390, 844)).await;
        for (name, device) in [("small-phone", Device::Phone(320, 568)), ("dark", Device::Dark)] {
            let visitor = stage.visitor_on(device).await;
            visitor.says(QUESTION).await;
            agent.chooses(QUESTION).await;
            agent.says(ANSWER).await;
            visitor.reads(ANSWER).await;
            agent.types("Kami").await;
            visitor.sees(".typing .who").await;
            assert_fits(&visitor).await;
            visitor.browser().shoot(&format!("shop-typing-{name}")).await;

            for (person, button, place) in
                [(&visitor, ".header .check", "shop"), (&agent, ".over .check", "console")]
            {
                person.clicks(button).await;
                person.sees(".verify .number").await;
                assert_fits(person).await;
                person.browser().shoot(&format!("{place}-verify-{name}")).await;
            }
            agent.clicks(".verify .return").await;
            agent.clicks(".back").await;
            agent.sees(".inbox .preview").await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn taking_back_fits_the_smallest_phone_the_dark_and_the_desktop() {
    Stage::play(async |stage| {
        let agent = stage.agent_on(Device::Phone(320, 568)).await;
        for (name, device) in
            [("small-phone", Device::Phone(320, 568)), ("dark", Device::Dark), ("desktop", Device::Desktop)]
        {
            let visitor = stage.visitor_on(device).await;
            visitor.says(QUESTION).await;
            agent.chooses(QUESTION).await;
            agent.says(ANSWER).await;
            visitor.reads(ANSWER).await;
            visitor.says("kartu saya 4111 1111").await;
            visitor.has_sent("kartu saya 4111 1111").await;
            visitor.browser().run("document.querySelectorAll('.undo')[1].focus()").await;
            assert_fits(&visitor).await;
            visitor.browser().shoot(&format!("shop-withdraw-{name}")).await;
            visitor.presses(Key::Enter).await;
            visitor.sees(".question").await;
            visitor.browser().run("document.querySelector('.question').scrollIntoView()").await;
            assert_fits(&visitor).await;
            visitor.browser().shoot(&format!("shop-withdraw-question-{name}")).await;
            visitor.presses(Key::Escape).await;
            visitor.types("1111 1111").await;
            visitor.sees(".masking button").await;
            assert_fits(&visitor).await;
            visitor.browser().shoot(&format!("shop-withdraw-parts-{name}")).await;
            visitor.clicks(".masking button").await;
            visitor.sees(".shut .bubble").await;
            agent.sees(".shut .bubble").await;
            assert_fits(&visitor).await;
            visitor.browser().shoot(&format!("shop-withdrawn-{name}")).await;
            agent.browser().run("document.querySelector('.undo').click()").await;
            agent.sees(".question").await;
            assert_fits(&agent).await;
            agent.browser().shoot(&format!("console-withdraw-{name}")).await;
            agent.clicks(".back").await;
            agent.sees(".inbox .preview").await;
        }
    })
    .await;
}

async fn talk(visitor: &Person, agent: &Person) {
    visitor.says(QUESTION).await;
    agent.chooses(QUESTION).await;
    agent.says(ANSWER).await;
    visitor.reads(ANSWER).await;
    visitor.says(CARD).await;
    agent.reads(MASKED).await;
    agent.says(ADVICE).await;
    visitor.reads(ADVICE).await;
    visitor.has_sent(MASKED).await;
    agent.has_sent(ADVICE).await;
}

/// Nothing sticks out sideways, and header and composer are on the screen.
pub(crate) async fn assert_fits(person: &Person) {
    assert_eq!(cut_off(person).await, Vec::<String>::new());
}

/// The beginnings of elements that are not wholly on the screen and should be.
pub(crate) async fn cut_off(person: &Person) -> Vec<String> {
    cut_off_but_in(person, "").await
}

/// The same where what `scrolls`, a list of selectors after a comma, may be longer than the screen.
pub(crate) async fn cut_off_but_in(person: &Person, scrolls: &str) -> Vec<String> {
    person
        .browser()
        .script(
            "const inside = (box) => box.left >= 0 && box.right <= innerWidth && box.bottom <= innerHeight;
             return [...document.querySelectorAll('.header, .composer, .row, .act, .inbox li, button')]
                .filter((element) => element.checkVisibility())
                .filter((element) => {
                    const box = element.getBoundingClientRect();
                    const [reached] = arguments;
                    const scrolls = element.closest(`.log, .inbox, .help, .verify, .emoji, .ended, .talks, .intake, .masking, .chosen, .curtain${reached}`);
                    return scrolls ? box.left < 0 || box.right > innerWidth : !inside(box);
                })
                .map((element) => `cut off: ${element.outerHTML.slice(0, 80)}`);",
            vec![json!(scrolls)],
        )
        .await
}
