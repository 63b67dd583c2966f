//! A page's own colour, corner and distance; a visitor's sound, title and emoji.

use serde_json::json;
use thirtyfour::Key;

use crate::harness::{Person, Stage};

/// Gives the tag of each page more attributes, as its author would.
const TAG: &str = "
    new MutationObserver(() => {
        const tag = document.querySelector('script[data-site]');
        if (tag) Object.assign(tag.dataset, MORE);
    }).observe(document, { childList: true, subtree: true });";

/// How the launcher looks: its ground, its icon, and its distance to the left and the bottom.
const LAUNCHER: &str = "
    const launcher = window.notedRoot.querySelector('button');
    const { backgroundColor, color } = getComputedStyle(launcher);
    const { left, bottom } = launcher.getBoundingClientRect();
    return [backgroundColor, color, String(left), String(innerHeight - bottom)];";

/// Palettes of many colours, the same in each run.
const PALETTES: &str = "
    const done = arguments[arguments.length - 1];
    import('./brand.js').then(({ palette }) => {
        let seed = 1;
        const next = () => (seed = (seed * 48271) % 2147483647) % 16777216;
        const colours = Array.from({ length: 3000 }, next).concat([0, 0xffffff, 0xffff00, 0x767676, 0x777777]);
        done(colours.map((colour) => palette('#' + colour.toString(16).padStart(6, '0'))));
    });";

/// Counts the tones that this frame makes.
const COUNT_TONES: &str = "
    window.tones = 0;
    window.OscillatorNode = class extends OscillatorNode {
        constructor(...settings) { super(...settings); window.tones += 1; }
    };";

pub(crate) async fn adds_to_the_tag(person: &Person, more: &serde_json::Value) {
    person.browser().run_before_pages(&TAG.replace("MORE", &more.to_string())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_has_its_own_colour_corner_and_distance() {
    Stage::play(async |stage| {
        let visitor = stage.visitor_outside().await;
        let more = json!({ "brand": "#FFD400", "corner": "left", "offset": "40" });
        adds_to_the_tag(&visitor, &more).await;
        let shop = stage.demo().shop().to_owned();
        visitor.goes_to(&shop).await;
        visitor.sees_launcher("Buka chat").await;
        assert_eq!(launcher(&visitor).await, ["rgb(255, 212, 0)", "rgb(0, 0, 0)", "40", "40"]);
        visitor.opens_chat().await;
        visitor.sees("textarea").await;
        let send = "const { backgroundColor, color } = getComputedStyle(document.querySelector('.initial'));
            return [backgroundColor, color];";
        let colours: [String; 2] = visitor.browser().script(send, vec![]).await;
        assert_eq!(colours, ["rgb(255, 212, 0)", "rgb(0, 0, 0)"]);

        let palettes: Vec<serde_json::Map<String, serde_json::Value>> =
            visitor.browser().answer(PALETTES, vec![]).await;
        assert_eq!(palettes.len(), 3005);
        for palette in palettes {
            let colour = |name: &str| palette[name].as_str().unwrap().to_owned();
            let enough = |one: &str, other: &str| {
                let contrast = contrast(one, other);
                assert!(contrast >= 4.5, "{one} on {other} has {contrast}: {palette:?}");
            };
            enough(&colour("--own-on-brand"), &colour("--own-brand"));
            enough(&colour("--own-on-brand"), &colour("--own-brand-deep"));
            for ground in ["#ffffff", "#f3f6f4", "#eef2f0", &colour("--own-tint")] {
                enough(&colour("--own-accent"), ground);
            }
            for ground in ["#161a19", "#0e1211", "#242b29", &colour("--own-tint-dark")] {
                enough(&colour("--own-accent-dark"), ground);
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn looks_that_are_none_are_ignored_and_said_once() {
    Stage::play(async |stage| {
        stage.expect_in_console("Segel ignores data-brand, data-corner, data-offset");
        let visitor = stage.visitor_outside().await;
        let more = json!({ "brand": "red;}", "corner": "top", "offset": "1e9" });
        adds_to_the_tag(&visitor, &more).await;
        let shop = stage.demo().shop().to_owned();
        visitor.goes_to(&shop).await;
        visitor.sees_launcher("Buka chat").await;
        let [ground, icon, _, bottom] = launcher(&visitor).await;
        assert_eq!([ground.as_str(), &icon, &bottom], ["rgb(11, 93, 78)", "rgb(255, 255, 255)", "20"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_message_is_heard_and_stands_in_the_title_unless_the_visitor_turned_that_off() {
    Stage::play(async |stage| {
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.browser().run(COUNT_TONES).await;
        visitor.turns_to_page().await;
        let title = title(&visitor).await;
        visitor.turns_to_chat().await;
        visitor.says("halo").await;
        agent.reads("halo").await;
        agent.say("ya, Kak?");
        visitor.reads("ya, Kak?").await;
        assert_eq!(tones(&visitor).await, 0, "it was before the visitor's eyes");

        visitor.clicks(".close").await;
        agent.say("masih di sana?");
        visitor.until("two tones", async || (tones(&visitor).await == 2).then_some(())).await;
        visitor.turns_to_page().await;
        has_title(&visitor, &format!("(1) {title}")).await;
        visitor.opens_chat().await;
        visitor.turns_to_page().await;
        has_title(&visitor, &title).await;

        visitor.turns_to_chat().await;
        visitor.clicks(".cog").await;
        visitor.clicks(".settings label:nth-child(1)").await;
        visitor.clicks(".settings label:nth-child(2)").await;
        visitor.clicks(".close").await;
        agent.say("saya tunggu");
        visitor.turns_to_page().await;
        visitor.sees_launcher("Buka chat, 1 pesan belum dibaca").await;
        assert_eq!(self::title(&visitor).await, title);
        visitor.opens_chat().await;
        assert_eq!(tones(&visitor).await, 2);

        visitor.reloads().await;
        visitor.clicks(".cog").await;
        let on = "return [...document.querySelectorAll('.settings input')].map((input) => input.checked)";
        assert_eq!(visitor.browser().script::<Vec<bool>>(on, vec![]).await, [false, false]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_kept_of_who_only_looked_at_the_settings() {
    Stage::play(async |stage| {
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.clicks(".cog").await;
        visitor.clicks(".settings label:nth-child(1)").await;
        let kept = "return localStorage.getItem('segel:sound')";
        assert_eq!(visitor.browser().script::<Option<String>>(kept, vec![]).await, None);
        visitor.presses(Key::Escape + "").await;
        visitor.sees(".cog:focus").await;
        visitor.says("halo").await;
        agent.reads("halo").await;
        let is_kept = async || visitor.browser().script::<Option<String>>(kept, vec![]).await;
        assert_eq!(visitor.until("the choice to be kept", is_kept).await, "0");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emoji_is_chosen_by_keyboard_and_put_in_at_the_caret() {
    Stage::play(async |stage| {
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.types("halo kak").await;
        for _ in 0..4 {
            visitor.presses(Key::Left + "").await;
        }
        visitor.browser().run("document.querySelector('.emoji-button').focus()").await;
        visitor.presses(Key::Enter + "").await;
        visitor.sees(".emoji button[aria-label='wajah gembira']:focus").await;
        visitor.presses(Key::Right + "").await;
        visitor.presses(Key::Down + "").await;
        visitor.sees(".emoji button[aria-label='mengirim ciuman']:focus").await;
        visitor.presses(Key::Escape + "").await;
        visitor.sees(".emoji-button:focus").await;
        visitor.presses(Key::Enter + "").await;
        visitor.sees(".emoji button[aria-label='mengirim ciuman']:focus").await;
        visitor.presses(Key::Enter + "").await;
        visitor.sees("textarea:focus").await;
        assert_eq!(visitor.seen(".emoji").await, None);
        assert_eq!(visitor.draft().await, "halo😘 kak");
        visitor.presses("!").await;
        assert_eq!(visitor.draft().await, "halo😘! kak");
        visitor.sends().await;
        agent.reads("halo😘! kak").await;
    })
    .await;
}

async fn launcher(person: &Person) -> [String; 4] {
    person.browser().script(LAUNCHER, vec![]).await
}

async fn title(person: &Person) -> String {
    person.browser().script("return document.title", vec![]).await
}

async fn has_title(person: &Person, wanted: &str) {
    person.until(wanted, async || (title(person).await == wanted).then_some(())).await;
}

async fn tones(person: &Person) -> u32 {
    person.browser().script("return window.tones", vec![]).await
}

/// Contrast of two colours `#rrggbb` by WCAG 2.
fn contrast(one: &str, other: &str) -> f64 {
    let luminance = |colour: &str| {
        let channel = |at: usize| {
            let part = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.0722f64.mul_add(channel(5), 0.2126f64.mul_add(channel(1), 0.7152 * channel(3)))
    };
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}
