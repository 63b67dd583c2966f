//! What people write can be formatted and lead somewhere, and never becomes anything else on the other side's page.

use serde::Deserialize;

use crate::harness::{Person, Stage};

/// What has made other chats run, load or show what they should not.
const HOSTILE: [&str; 19] = [
    "<script>window.hacked = 1</script>",
    "<img src=x onerror=window.hacked=1>",
    "<svg/onload=window.hacked=1>",
    "<iframe srcdoc='<script>parent.hacked=1</script>'></iframe>",
    "\"><style>*{display:none}</style>",
    "<a href=\"javascript:window.hacked=1\">klik</a>",
    "[klik](javascript:window.hacked=1)",
    "![gambar](https://jahat.example/x.png)",
    "javascript:window.hacked=1",
    "javascript://toko.example/%0awindow.hacked=1",
    "data:text/html,<script>window.hacked=1</script>",
    "vbscript:msgbox",
    "file:///etc/passwd",
    "https://toko.example\" onmouseover=\"window.hacked=1",
    "https://toko.example'onclick='window.hacked=1",
    "https://tоko.example/",
    "https://toko.example/\u{202e}gnp.exe",
    "\u{202e}elpmaxe.okot//:sptth",
    "*<b onclick=window.hacked=1>tebal</b>* `<script>window.hacked=1</script>` _<img src=x>_",
];

/// What the bubbles hold, and what the page holds that nobody wrote into it.
const HELD: &str = "
    const inside = [...document.querySelectorAll('.log .bubble *')];
    return {
        tags: [...new Set(inside.map((element) => element.localName))].sort(),
        attributes: [...new Set(inside.flatMap((element) => element.getAttributeNames()))].sort(),
        links: inside.filter((element) => element.localName === 'a')
            .map((link) => [link.textContent, link.href, link.rel, link.target, link.referrerPolicy]),
        loads: document.querySelectorAll('script, style, img, iframe, object, embed, video, audio, base, meta, link').length,
        ran: 'hacked' in window,
    };";

#[derive(Debug, Deserialize)]
struct Held {
    tags: Vec<String>,
    attributes: Vec<String>,
    links: Vec<[String; 5]>,
    loads: u32,
    ran: bool,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_text_is_a_text_on_both_sides() {
    Stage::play(async |stage| {
        let agent = stage.agent().await;
        let visitor = stage.visitor().await;
        visitor.says("halo").await;
        agent.chooses("halo").await;
        let loads = [held(&visitor).await.loads, held(&agent).await.loads];
        for (number, text) in HOSTILE.iter().enumerate() {
            let (from, to) = if number % 2 == 0 { (&visitor, &agent) } else { (&agent, &visitor) };
            from.pastes(text).await;
            from.sends().await;
            let is_formatted = text.starts_with("*<b");
            let seen = if is_formatted { text.replace(['*', '`', '_'], "") } else { (*text).to_owned() };
            to.reads(&seen).await;
        }
        for (person, loads) in [(&visitor, loads[0]), (&agent, loads[1])] {
            let held = held(person).await;
            assert!(!held.ran, "something ran");
            assert_eq!(held.loads, loads, "nothing else is loaded");
            assert_eq!(held.tags, ["a", "code", "em", "span", "strong"]);
            assert_eq!(held.attributes, ["dir", "href", "referrerpolicy", "rel", "target"]);
            for [said, leads_to, rel, target, referrer] in &held.links {
                assert_eq!(
                    leads_to.trim_end_matches('/'),
                    said.trim_end_matches('/'),
                    "it leads where it says"
                );
                assert!(
                    leads_to.starts_with("https://toko.example")
                        || leads_to.starts_with("https://jahat.example/x.png")
                );
                assert_eq!((rel.as_str(), target.as_str()), ("noopener noreferrer nofollow", "_blank"));
                assert_eq!(referrer, "no-referrer");
            }
            assert_eq!(held.links.len(), 2, "{held:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_opens_a_page_that_does_not_learn_where_it_was() {
    Stage::play(async |stage| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("frame.html"),
            "<!doctype html><title>Tujuan</title><link rel=icon href=data:,>",
        )
        .unwrap();
        let elsewhere = stage.another_widget(folder.path()).await;
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.says("halo").await;
        agent.reads("halo").await;
        let link = format!("{elsewhere}/frame.html");
        agent.say(&format!("lihat *{link}*, ya"));
        visitor.reads(&format!("lihat {link}, ya")).await;
        visitor.clicks(".bubble a").await;
        let driver = visitor.browser().driver();
        let opened = async || driver.windows().await.ok().filter(|windows| windows.len() == 2);
        let windows = visitor.until("a second tab", opened).await;
        driver.switch_to_window(windows[1].clone()).await.unwrap();
        let learnt = "return document.title && [document.title, document.referrer, String(window.opener)]";
        let learnt = async || visitor.browser().script::<Option<[String; 3]>>(learnt, vec![]).await;
        let learnt = visitor.until("the page behind the link", learnt).await;
        assert_eq!(learnt, ["Tujuan", "", "null"]);
    })
    .await;
}

async fn held(person: &Person) -> Held {
    person.browser().script(HELD, vec![]).await
}
