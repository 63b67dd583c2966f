//! Someone at a browser, on the shop's page or at the agent's console: what they do and what they see.

use std::path::Path;
use std::sync::Arc;

use segel_core::show::Refusal;
use segel_ui::Language;
use serde::Deserialize;
use serde_json::json;
use thirtyfour::{By, Key, TypingData, WebElement, WindowHandle};

use super::browser::Browser;
use super::look_until;

/// The messages on the screen, oldest first.
const ROWS: &str = "
    return [...document.querySelectorAll('.log .row')].map((row) => ({
        by: ['own', 'visitor', 'agent', 'unknown'].find((side) => row.classList.contains(side)),
        text: row.querySelector('.bubble').textContent,
        status: row.querySelector('.status').textContent,
    }));";

/// The text of an element that can be seen.
const SEEN: &str = "
    const seen = [...document.querySelectorAll(arguments[0])].find((element) => element.checkVisibility());
    return seen?.innerText ?? null;";

/// Where a person sits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seat {
    Shop,
    Console,
}

/// A message on the screen.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Row {
    /// Whose it is: own, visitor, agent or unknown.
    pub(crate) by: String,
    /// What stands in the bubble.
    pub(crate) text: String,
    /// What became of an own message.
    pub(crate) status: String,
}

/// A visitor or an agent.
pub(crate) struct Person {
    seat: Seat,
    browser: Arc<Browser>,
}

impl Person {
    /// Someone who visits shops.
    pub(crate) fn visitor(browser: Arc<Browser>) -> Self {
        Self { seat: Seat::Shop, browser }
    }

    /// Someone who sits at the console.
    pub(crate) fn agent(browser: Arc<Browser>) -> Self {
        Self { seat: Seat::Console, browser }
    }

    /// The same person at another browser.
    pub(super) fn sits_at(&self, browser: Arc<Browser>) -> Self {
        Self { seat: self.seat, browser }
    }

    /// The browser that they sit at.
    pub(crate) fn browser(&self) -> &Browser {
        &self.browser
    }

    /// Opens an address.
    pub(crate) async fn goes_to(&self, url: &str) {
        self.browser.go(url).await;
    }

    /// Opens another page of the shop; an open chat opens there by itself.
    pub(crate) async fn goes_on_to(&self, url: &str) {
        self.turns_to_page().await;
        self.goes_to(url).await;
        self.turns_to_chat().await;
    }

    /// Clicks on the launcher.
    pub(crate) async fn clicks_launcher(&self) {
        let launcher = self.until("the launcher", async || self.in_loader("button").await).await;
        launcher.click().await.unwrap();
    }

    /// Puts the focus on the launcher, where Tab would get in the end.
    pub(crate) async fn focuses_launcher(&self) {
        let launcher = self.until("the launcher", async || self.in_loader("button").await).await;
        launcher.focus().await.unwrap();
    }

    /// Presses keys wherever the focus is.
    pub(crate) async fn presses(&self, keys: impl Into<TypingData>) {
        self.browser.driver().action_chain().send_keys(keys).perform().await.unwrap();
    }

    /// Clicks on the launcher, and turns to the chat that opens.
    pub(crate) async fn opens_chat(&self) {
        self.clicks_launcher().await;
        self.turns_to_chat().await;
    }

    /// Waits until the loader itself says this sentence.
    pub(crate) async fn hears_from_loader(&self, sentence: &str) {
        let said = async || self.in_loader("p[role=status]").await?.text().await.ok();
        self.until(sentence, async || said().await.filter(|said| said == sentence)).await;
    }

    /// Waits until the launcher has this name.
    pub(crate) async fn sees_launcher(&self, name: &str) {
        let named = async || self.in_loader("button").await?.attr("aria-label").await.ok()?;
        self.until(name, async || named().await.filter(|named| named == name)).await;
    }

    /// Turns to the chat in its frame.
    pub(crate) async fn turns_to_chat(&self) {
        self.until("the chat in its frame", async || {
            self.turns_to_page().await;
            self.in_loader("iframe").await?.enter_frame().await.ok()?;
            self.browser.driver().find(By::Css(".panel")).await.ok()
        })
        .await;
    }

    /// Turns to the chat's frame, whatever it shows.
    pub(crate) async fn turns_to_frame(&self) {
        self.until("the chat's frame", async || {
            self.turns_to_page().await;
            self.in_loader("iframe").await?.enter_frame().await.ok()
        })
        .await;
    }

    /// Turns back to the page around the chat.
    pub(crate) async fn turns_to_page(&self) {
        self.browser.driver().enter_default_frame().await.unwrap();
    }

    /// Loads the page again; an open chat opens by itself.
    pub(crate) async fn reloads(&self) {
        self.turns_to_page().await;
        self.browser.driver().refresh().await.unwrap();
        if self.seat == Seat::Shop {
            self.turns_to_chat().await;
        }
    }

    /// Waits until the console shows the desk.
    pub(crate) async fn is_at_the_desk(&self) {
        self.sees(".desk").await;
    }

    /// Opens the first conversation in the list.
    pub(crate) async fn chooses_newest(&self) {
        self.clicks(".inbox li button").await;
        self.sees(".conversation .chat").await;
    }

    /// Opens the conversation whose last message this is.
    pub(crate) async fn chooses(&self, preview: &str) {
        let entry = "return [...document.querySelectorAll('.inbox li button')]
            .find((entry) => entry.querySelector('.preview').textContent === arguments[0])";
        let entry = async || self.browser.element_with(entry, vec![json!(preview)]).await;
        self.until(preview, entry).await.click().await.unwrap();
        self.sees_row(preview, |row| row.text == preview).await;
    }

    /// Types into the composer, key by key.
    pub(crate) async fn types(&self, text: impl Into<TypingData>) {
        self.sees("textarea").await;
        let area = self.browser.driver().find(By::Css("textarea")).await.unwrap();
        area.send_keys(text).await.unwrap();
    }

    /// Puts a text into the composer at once, as pasting does.
    pub(crate) async fn pastes(&self, text: &str) {
        self.types("").await;
        self.browser.driver().cdp().send_raw("Input.insertText", json!({ "text": text })).await.unwrap();
    }

    /// Chooses files on this machine's disk, as the paperclip's dialogue does.
    pub(crate) async fn chooses_files(&self, files: &[&Path]) {
        self.sees(".attach").await;
        let field = self.browser.driver().find(By::Css("input[type=file]")).await.unwrap();
        let paths: Vec<_> = files.iter().map(|file| file.to_str().unwrap()).collect();
        field.send_keys(paths.join("\n")).await.unwrap();
    }

    /// Waits until the composer can send, and presses Enter.
    pub(crate) async fn sends(&self) {
        let ready = "return document.querySelector('.send[aria-disabled=false]')";
        self.until("the composer to send", async || self.browser.element(ready).await).await;
        self.presses_enter().await;
    }

    /// Presses Enter in the composer.
    pub(crate) async fn presses_enter(&self) {
        self.types(Key::Enter + "").await;
    }

    /// Types a text and sends it.
    pub(crate) async fn says(&self, text: &str) {
        self.types(text).await;
        self.sends().await;
    }

    /// What stands in the composer.
    pub(crate) async fn draft(&self) -> String {
        self.browser.script("return document.querySelector('textarea').value", vec![]).await
    }

    /// The messages on the screen, oldest first.
    pub(crate) async fn rows(&self) -> Vec<Row> {
        self.browser.script(ROWS, vec![]).await
    }

    /// The texts on the screen, oldest first.
    pub(crate) async fn texts(&self) -> Vec<String> {
        self.rows().await.into_iter().map(|row| row.text).collect()
    }

    /// Waits until exactly these messages are on the screen.
    pub(crate) async fn shows(&self, texts: &[&str]) {
        self.until(&format!("{texts:?} alone"), async || (self.texts().await == texts).then_some(())).await;
    }

    /// Reads back until this is the first message on the screen, and answers the texts from there on.
    pub(crate) async fn reads_back_to(&self, first: &str) -> Vec<String> {
        let look = async || {
            self.browser.run("document.querySelector('.log').scrollTop = 0").await;
            let texts = self.texts().await;
            texts.first().is_some_and(|text| text == first).then_some(texts)
        };
        self.until(&format!("to have read back to {first}"), look).await
    }

    /// Waits until a message is on the screen that someone else wrote.
    pub(crate) async fn reads(&self, text: &str) {
        self.sees_row(&format!("to read {text}"), |row| row.by != "own" && row.text == text).await;
    }

    /// Waits until an own message is shown as stored by the relay.
    pub(crate) async fn has_sent(&self, text: &str) {
        let words = Language::indonesian().text();
        let sent = [words.sent(), words.delivered(), words.read()];
        let is = |row: &Row| row.by == "own" && row.text == text && sent.contains(&row.status.as_str());
        self.sees_row(&format!("to have sent {text}"), is).await;
    }

    /// Waits until such a message is on the screen.
    pub(crate) async fn sees_row(&self, wish: &str, is: impl Fn(&Row) -> bool) -> Row {
        self.until(wish, async || self.rows().await.into_iter().find(&is)).await
    }

    /// Waits until something can be seen that the selector names; answers its text.
    pub(crate) async fn sees(&self, selector: &str) -> String {
        self.until(selector, async || self.seen(selector).await).await
    }

    /// The text of what the selector names, if it can be seen now.
    pub(crate) async fn seen(&self, selector: &str) -> Option<String> {
        self.browser.script(SEEN, vec![json!(selector)]).await
    }

    /// Waits until this sentence can be seen where the selector says.
    pub(crate) async fn is_told(&self, selector: &str, sentence: &str) {
        let told = async || self.seen(selector).await.filter(|seen| seen.contains(sentence));
        self.until(sentence, told).await;
    }

    /// Waits until a refusal stands in the place of the chat.
    pub(crate) async fn is_refused(&self, refusal: Refusal) {
        self.is_told(".sentence.refused", Language::indonesian().refusal(refusal)).await;
        assert_eq!(self.seen("textarea").await, None, "there is nowhere to write");
    }

    /// Waits until a refusal stands above the chat.
    pub(crate) async fn is_warned(&self, refusal: Refusal) {
        self.is_told(".banner.refused", Language::indonesian().refusal(refusal)).await;
    }

    /// Clicks on what the selector names, once it can be seen.
    pub(crate) async fn clicks(&self, selector: &str) {
        self.sees(selector).await;
        self.browser.driver().find(By::Css(selector)).await.unwrap().click().await.unwrap();
    }

    /// Clicks on the button of these words, once it can be seen.
    pub(crate) async fn clicks_button(&self, words: &str) {
        let button = "return [...document.querySelectorAll('button')]
            .find((button) => button.checkVisibility() && button.textContent === arguments[0])";
        let button = async || self.browser.element_with(button, vec![json!(words)]).await;
        self.until(words, button).await.click().await.unwrap();
    }

    /// Presses Tab until the button of these words has the focus.
    pub(crate) async fn tabs_to(&self, words: &str) {
        let focused = "return document.activeElement.textContent === arguments[0] || null";
        self.until(words, async || {
            self.presses(Key::Tab + "").await;
            self.browser.script::<Option<bool>>(focused, vec![json!(words)]).await
        })
        .await;
    }

    /// Waits until this sentence stands between the messages.
    pub(crate) async fn is_noticed(&self, sentence: &str) {
        let acts = "return [...document.querySelectorAll('.act')].map((act) => act.innerText.trim())";
        let noticed = async || {
            let acts: Vec<String> = self.browser.script(acts, vec![]).await;
            acts.iter().any(|act| act == sentence).then_some(())
        };
        self.until(sentence, noticed).await;
    }

    /// Waits until a look gives an answer.
    pub(crate) async fn until<T>(&self, wish: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
        if let Some(seen) = look_until(look).await {
            return seen;
        }
        let screen: String = self.browser.script("return document.body.innerText", vec![]).await;
        panic!("waited in vain for {wish}; the screen says:\n{screen}")
    }

    /// The tab in front of them.
    pub(crate) async fn tab(&self) -> WindowHandle {
        self.browser.driver().window().await.unwrap()
    }

    /// Opens an empty tab and turns to it.
    pub(crate) async fn opens_tab(&self) {
        let tab = self.browser.driver().new_tab().await.unwrap();
        self.turns_to_tab(tab).await;
        self.browser.note_shadow_roots().await;
    }

    /// Turns to another tab.
    pub(crate) async fn turns_to_tab(&self, tab: WindowHandle) {
        self.browser.driver().switch_to_window(tab).await.unwrap();
        // A driver can turn to a tab behind another one, and keys that it presses there may reach nobody.
        self.browser.driver().cdp().send_raw("Page.bringToFront", json!({})).await.unwrap();
    }

    /// Opens an empty tab in front of this one, of which questions are still asked.
    pub(crate) async fn looks_elsewhere(&self) {
        let here = self.tab().await;
        let other = self.browser.driver().new_tab().await.unwrap();
        // A driver brings the tab that it turns to to the front.
        self.browser.driver().switch_to_window(here).await.unwrap();
        let other = json!({ "targetId": other.to_string() });
        self.browser.driver().cdp().send_raw("Target.activateTarget", other).await.unwrap();
        let hidden =
            async || self.browser.script::<bool>("return document.hidden", vec![]).await.then_some(());
        self.until("the tab to be behind another one", hidden).await;
    }

    /// Closes the tab in front of them.
    pub(crate) async fn closes_tab(&self) {
        self.browser.driver().close_window().await.unwrap();
    }

    async fn in_loader(&self, selector: &str) -> Option<WebElement> {
        self.browser.element(&format!("return window.notedRoot?.querySelector('{selector}')")).await
    }
}
