//! Each person in their own language, also in one that is written from right to left.

use std::fs;

use segel_ui::Language;
use thirtyfour::Key;

use crate::harness::{Device, Person, Stage};
use crate::looks::assert_fits;

const QUESTION: &str = "رقم بطاقتي 4111 1111 1111 1111، هل الإبريق متوفر؟";
const MASKED: &str = "رقم بطاقتي •••• •••• •••• 1111، هل الإبريق متوفر؟";
const ANSWER: &str = "Yes, it is. Please pay in the shop.";
const THANKS: &str = "شكرًا جزيلًا!";

/// Direction and language of the page.
const PAGE: &str = "return [document.documentElement.dir, document.documentElement.lang];";
/// Where the first and the last character of a masked number begin.
const NUMBER: &str = "
    const text = document.querySelector('.bubble .masked-number').firstChild;
    return [0, text.length - 1].map((at) => {
        const range = document.createRange();
        range.setStart(text, at);
        range.setEnd(text, at + 1);
        return range.getBoundingClientRect().left;
    });";
/// How far the first message of this class is from the left and from the right.
const BESIDE: &str = "
    const box = document.querySelector(arguments[0] + ' .bubble').getBoundingClientRect();
    return [box.left, innerWidth - box.right];";
/// What an origin served that is for one language.
const TEXTS: &str = "
    return performance.getEntriesByType('resource').map((entry) => entry.name.split('/texts/')[1])
        .filter((name) => name);";

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_writes_arabic_from_right_to_left_and_an_agent_reads_it_in_english() {
    Stage::play(async |stage| {
        let agent = stage.agent_with(Device::Desktop, &["--accept-lang=en"]).await;
        assert_eq!(page(&agent).await, ["ltr", "en"]);
        let visitor = visitor_in_arabic(stage).await;
        assert_eq!(page(&visitor).await, ["rtl", "ar"]);
        assert_eq!(visitor.sees(".greeting h2").await, Language::arabic().text().greeting());
        shoot(&visitor, "arabic-greeting").await;

        visitor.types(QUESTION).await;
        visitor.sees(".masking .masked").await;
        shoot(&visitor, "arabic-masking").await;
        visitor.sends().await;
        let words = Language::arabic().text();
        let stored = [words.sent(), words.delivered(), words.read()];
        let sent = visitor.sees_row("to have sent", |row| stored.contains(&row.status.as_str())).await;
        assert_eq!((sent.by.as_str(), sent.text.as_str()), ("own", MASKED));

        agent.chooses_newest().await;
        agent.reads(MASKED).await;
        agent.says(ANSWER).await;
        visitor.reads(ANSWER).await;
        for person in [&visitor, &agent] {
            let number: Vec<f64> = person.browser().script(NUMBER, vec![]).await;
            assert!(number[0] < number[1], "bullets are left of the digits: {number:?}");
        }
        let [left, right] = beside(&visitor, ".own").await;
        assert!(left < right, "an own message is at the left, where lines end: {left} {right}");
        let [left, right] = beside(&visitor, ".agent").await;
        assert!(right < left, "an answer is at the right, where lines begin: {left} {right}");

        agent.types("And").await;
        visitor.sees(".typing .who").await;
        shoot(&visitor, "arabic-chat").await;
        shoot(&agent, "arabic-read-in-english").await;
        let folder = tempfile::tempdir().unwrap();
        let table = folder.path().join("daftar-harga.csv");
        fs::write(&table, "barang,harga\nteko,240000\n").unwrap();
        visitor.chooses_files(&[&table]).await;
        visitor.sees(".tray .says").await;
        shoot(&visitor, "arabic-tray").await;
        visitor.sends().await;
        visitor.sees(".row .take").await;
        shoot(&visitor, "arabic-file").await;
        visitor.clicks(".header .check").await;
        visitor.sees(".verify .number").await;
        shoot(&visitor, "arabic-verify").await;

        let loaded: Vec<String> = visitor.browser().script(TEXTS, vec![]).await;
        assert_eq!(loaded, ["ar.txt"], "no other language is downloaded");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_works_in_arabic_on_a_desktop_and_on_a_phone() {
    Stage::play(async |stage| {
        let desktop = stage.agent_with(Device::Desktop, &["--accept-lang=ar"]).await;
        let phone = stage.agent_with(Device::Phone(320, 568), &["--accept-lang=ar"]).await;
        let other = stage.visitor().await;
        other.says("Halo, kartu saya 5500 0055 5555 5559").await;
        let visitor = visitor_in_arabic(stage).await;
        visitor.says(THANKS).await;
        for (agent, name) in [(&desktop, "desktop"), (&phone, "phone")] {
            assert_eq!(page(agent).await, ["rtl", "ar"]);
            agent.sees(".inbox li:nth-child(2)").await;
            shoot(agent, &format!("console-arabic-{name}-list")).await;
            agent.chooses(THANKS).await;
            agent.reads(THANKS).await;
            shoot(agent, &format!("console-arabic-{name}-free")).await;
        }
        desktop.says("على الرحب والسعة.").await;
        visitor.reads("على الرحب والسعة.").await;
        desktop.reads(THANKS).await;
        shoot(&desktop, "console-arabic-desktop").await;
        shoot(&phone, "console-arabic-phone").await;
        desktop.presses(Key::Escape + "?").await;
        desktop.sees(".help").await;
        shoot(&desktop, "console-arabic-help").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_that_is_opened_alone_says_so_in_the_browsers_language() {
    Stage::play(async |stage| {
        stage.expect_in_console("favicon.ico");
        let frame = format!("{}/frame.html", stage.demo().tag().widget);
        for (tag, direction) in [("en-GB", "ltr"), ("ar-EG", "rtl"), ("fr,id", "ltr")] {
            let arguments = [&*format!("--accept-lang={tag}")];
            let person = Person::agent(stage.browser(Device::Desktop, &arguments).await);
            person.goes_to(&frame).await;
            person.sees(".notice").await;
            let expected = if tag.starts_with("fr") { "id" } else { &tag[..2] };
            assert_eq!(page(&person).await, [direction, expected]);
        }
    })
    .await;
}

/// A visitor with the smallest phone, on the shop's Arabic page.
async fn visitor_in_arabic(stage: &mut Stage) -> Person {
    let visitor = Person::visitor(stage.browser(Device::Phone(320, 568), &[]).await);
    visitor.goes_to(&format!("{}/arab.html", stage.demo().shop())).await;
    visitor.sees_launcher("فتح المحادثة").await;
    visitor.opens_chat().await;
    visitor
}

async fn page(person: &Person) -> [String; 2] {
    person.browser().script(PAGE, vec![]).await
}

async fn beside(visitor: &Person, class: &str) -> [f64; 2] {
    visitor.browser().script(BESIDE, vec![class.into()]).await
}

/// Nothing sticks out sideways, and the picture can be looked at.
async fn shoot(person: &Person, name: &str) {
    assert_fits(person).await;
    let widths = "return document.documentElement.scrollWidth <= innerWidth";
    assert!(person.browser().script::<bool>(widths, vec![]).await, "{name} cannot be scrolled sideways");
    person.browser().shoot(name).await;
}
