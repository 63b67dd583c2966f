//! The chat for who hears it, who has no pointer and whom movement hurts: what is announced, what controls are called, in
//! which order Tab goes, and that nothing moves. Contrast, sizes and names in every state are the gallery's.

use segel_core::show::Body;
use segel_testkit::client::{Client, Screen};
use segel_ui::Language;
use serde_json::{Value, json};
use thirtyfour::Key;

use crate::harness::{Person, Stage};
use crate::relay_killed::expect_relay_to_be_away;

/// Notes what a screen reader is told to say: whatever comes into a log, and each status whole whenever it changes.
const LISTEN: &str = "
    window.said = [];
    const words = (element) => element.textContent.replace(/\\s+/g, ' ').trim();
    new MutationObserver((changes) => {
        const statuses = new Set();
        for (const { target, addedNodes } of changes) {
            const element = target.nodeType === Node.ELEMENT_NODE ? target : target.parentElement;
            const status = element?.closest('[role=status], [role=alert]');
            if (status) statuses.add(status);
            else if (element?.closest('[role=log][aria-live=polite]'))
                for (const node of addedNodes)
                    if (node.nodeType === Node.ELEMENT_NODE && words(node)) said.push(['log', words(node)]);
        }
        for (const status of statuses)
            if (status.checkVisibility() && words(status)) said.push([status.classList[0] ?? status.id, words(status)]);
    }).observe(document.body, { subtree: true, childList: true, characterData: true });";

/// What moves or would, and for how long.
const MOVING: &str = "
    const seconds = (times) => Math.max(...times.split(',').map(parseFloat));
    return [...document.querySelectorAll('*')].flatMap((element) => ['', '::before', '::after'].flatMap((part) => {
        const { animationName, animationDuration, transitionDuration, scrollBehavior } = getComputedStyle(element, part || null);
        const moves = animationName !== 'none' && seconds(animationDuration) > 0.01;
        return moves || seconds(transitionDuration) > 0.01 || scrollBehavior === 'smooth' ? [element.outerHTML.slice(0, 80) + part] : [];
    }));";

#[tokio::test(flavor = "multi_thread")]
async fn whoever_listens_hears_each_message_once_and_no_state_twice() {
    Stage::play(async |stage| {
        let text = Language::indonesian().text();
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.sees("textarea").await;
        visitor.browser().run(LISTEN).await;
        for (question, answer) in [("Ada teko?", "Ada, putih."), ("Satu, ya.", "Siap.")] {
            visitor.says(question).await;
            agent.reads(question).await;
            agent.say(answer);
            visitor.reads(answer).await;
            visitor.has_sent(question).await;
        }
        visitor.says("Kartu saya 4111 1111 1111 1111").await;
        let masked = "Kartu saya •••• •••• •••• 1111";
        visitor.has_sent(masked).await;
        expect_relay_to_be_away(stage);
        stage.demo().kill_relay().await.unwrap();
        visitor.is_told(".banner", text.offline()).await;
        stage.demo().start_relay().await.unwrap();
        let is_back = "return !!document.querySelector('.banner.empty') || null";
        visitor
            .until("the relay", async || visitor.browser().script::<Option<bool>>(is_back, vec![]).await)
            .await;

        let said: Vec<(String, String)> = visitor.browser().script("return said", vec![]).await;
        let times = |words: &str| said.iter().filter(|(_, said)| said.contains(words)).count();
        for message in ["Ada teko?", "Ada, putih.", "Satu, ya.", "Siap.", masked] {
            assert_eq!(times(message), 1, "{message:?} in {said:?}");
        }
        assert_eq!(times(text.offline()), 1, "{said:?}");
        for (at, (place, words)) in said.iter().enumerate() {
            let before = said[..at].iter().rev().find(|(other, _)| other == place);
            assert!(
                before.is_none_or(|(_, before)| before != words || place == "log"),
                "{words:?} in {said:?}"
            );
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tab_reaches_every_control_in_the_order_in_which_it_is_read_and_each_has_a_name() {
    Stage::play(async |stage| {
        let (agent, visitor) = talk(stage).await;
        // They follow a first message by themselves, and change what a console shows.
        let is_told =
            |screen: &Screen| screen.items.values().any(|item| matches!(item.body, Body::Details(_)));
        agent.until("the visitor's details", is_told).await;
        agent.say("Ada: https://toko.example/teko");
        visitor.reads("Ada: https://toko.example/teko").await;
        let console = stage.agent().await;
        console.chooses_newest().await;
        // That the agent holds it the console hears after the message.
        let release = Language::indonesian().desk().release();
        let is_held = "return [...document.querySelectorAll('button')].some(
            (button) => button.checkVisibility() && button.textContent === arguments[0]) || null";
        let look = async || console.browser().script::<Option<bool>>(is_held, vec![json!(release)]).await;
        console.until(release, look).await;
        for person in [&visitor, &console] {
            let read = controls(person).await;
            assert!(read.len() > 5, "{read:?}");
            assert!(read.iter().all(|(_, name)| !name.is_empty()), "{read:?}");
            person
                .browser()
                .run("document.activeElement.blur(); document.body.tabIndex = -1; document.body.focus()")
                .await;
            let mut tabbed = Vec::new();
            for _ in &read {
                person.presses(Key::Tab + "").await;
                tabbed.push(focused(person).await);
            }
            let read: Vec<_> = read.into_iter().map(|(_, name)| name).collect();
            assert_eq!(tabbed, read);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_moves_for_who_asks_for_less_motion() {
    Stage::play(async |stage| {
        let (agent, visitor) = talk(stage).await;
        agent.types();
        visitor.sees(".typing .who").await;
        for (wish, still) in [("no-preference", false), ("reduce", true)] {
            let features = json!([{ "name": "prefers-reduced-motion", "value": wish }]);
            let devtools = visitor.browser().driver().cdp();
            devtools.send_raw("Emulation.setEmulatedMedia", json!({ "features": features })).await.unwrap();
            let moving: Vec<String> = visitor.browser().script(MOVING, vec![]).await;
            assert_eq!(moving.is_empty(), still, "{wish}: {moving:?}");
        }
    })
    .await;
}

/// A visitor has asked an agent something.
async fn talk(stage: &mut Stage) -> (Client, Person) {
    stage.every_browser_is_one_process("id");
    let agent = stage.native_agent().await;
    let visitor = stage.visitor().await;
    visitor.says("Ada teko?").await;
    agent.reads("Ada teko?").await;
    (agent, visitor)
}

/// Role and name of what can have the focus, in the order of the accessibility tree.
async fn controls(person: &Person) -> Vec<(String, String)> {
    let devtools = person.browser().driver().cdp();
    let frames = devtools.send_raw("Page.getFrameTree", json!({})).await.unwrap();
    let inner = &frames["frameTree"]["childFrames"][0]["frame"]["id"];
    let of = if inner.is_null() { json!({}) } else { json!({ "frameId": inner }) };
    let tree = devtools.send_raw("Accessibility.getFullAXTree", of).await.unwrap();
    let nodes = tree["nodes"].as_array().unwrap();
    let mut controls = Vec::new();
    let mut ahead = vec![&nodes[0]["nodeId"]];
    while let Some(id) = ahead.pop() {
        let Some(node) = nodes.iter().find(|node| node["nodeId"] == *id) else { continue };
        ahead.extend(node["childIds"].as_array().into_iter().flatten().rev());
        let role = node["role"]["value"].as_str().unwrap_or_default();
        if !["RootWebArea", "generic"].contains(&role) && has(node, "focusable") {
            let name = node["name"]["value"].as_str().unwrap_or_default();
            controls.push((role.to_owned(), name.to_owned()));
        }
    }
    controls
}

fn has(node: &Value, property: &str) -> bool {
    let mut properties = node["properties"].as_array().into_iter().flatten();
    properties.any(|each| each["name"] == property && each["value"]["value"] == true)
}

/// What has the focus is called this.
async fn focused(person: &Person) -> String {
    let name = "const { activeElement: at } = document;
        const label = at.labels?.[0]?.textContent ?? document.getElementById(at.getAttribute('aria-labelledby'))?.textContent;
        return (at.getAttribute('aria-label') ?? label ?? at.innerText).replace(/\\s+/g, ' ').trim()";
    person.browser().script(name, vec![]).await
}
