//! A visitor reports what an agent wrote, and the site's owner asks with the owner's own tool who said it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use segel_demo::seed::{AGENT, SHOP};
use segel_ui::text::{ReportText, fill};
use tempfile::TempDir;
use thirtyfour::Key;

use crate::harness::{Device, Person, Stage, look_until, program};
use crate::looks::assert_fits;
use crate::tabs::{opens_chat_in_new_tab, turns_to_chat_in};

const QUESTION: &str = "Halo, pesanan saya di mana?";
const HARMLESS: &str = "Sedang kami periksa, Kak.";
const BAD: &str = "Transfer dulu ke rekening pribadi saya.";

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_reports_a_message_and_the_owner_sees_who_said_it() {
    Stage::play(async |stage| {
        let words = ReportText::indonesian();
        let folder = TempDir::new().unwrap();
        let agent = stage.agent().await;
        let visitor = stage.visitor_on(Device::Phone(320, 568)).await;
        visitor.browser().save_into(folder.path()).await;
        visitor.says(QUESTION).await;
        agent.chooses(QUESTION).await;
        agent.says(HARMLESS).await;
        agent.says(BAD).await;
        visitor.reads(BAD).await;

        opens(&visitor).await;
        visitor.tabs_to(words.offer()).await;
        visitor.presses(Key::Enter + "").await;
        visitor.is_told(".report h2", words.title()).await;
        visitor.until("the heading to have the focus", async || has_focus(&visitor, "h2").await).await;
        visitor.is_told(".report", words.holds()).await;
        visitor.is_told(".report", &fill(words.shows(), SHOP)).await;
        assert_eq!(listed(&visitor).await, [(BAD.to_owned(), false), (HARMLESS.to_owned(), false)]);
        assert_fits(&visitor).await;
        visitor.tabs_to(words.save()).await;
        visitor.presses(Key::Enter + "").await;
        visitor.is_told(".told.wrong", words.unchosen()).await;
        visitor.clicks(".report h2").await;
        visitor.presses(Key::Tab + "").await;
        visitor.presses(" ").await;
        assert_eq!(listed(&visitor).await, [(BAD.to_owned(), true), (HARMLESS.to_owned(), false)]);
        visitor.tabs_to(words.save()).await;
        visitor.presses(Key::Enter + "").await;
        visitor.is_told(".told:not(.wrong)", &fill(words.saved(), SHOP)).await;
        assert_fits(&visitor).await;

        let saved = saved(folder.path()).await;
        let report = fs::read_to_string(&saved).unwrap();
        assert!(report.contains(BAD) && !report.contains(HARMLESS) && !report.contains(QUESTION), "{report}");
        let keys = stage.owner_keys();
        let shown = verify(&keys, &saved);
        let device = stage.first_device().await;
        let out = String::from_utf8(shown.stdout.clone()).unwrap();
        assert!(shown.status.success(), "{shown:?}");
        for told in [
            &format!("by        {AGENT:?}, device {device}\n"),
            &format!("text      {BAD:?}\n"),
            "stored    2",
            " UTC by the relay's clock\n",
        ] {
            assert!(out.contains(told), "{told} in {out}");
        }

        // A letter of the text, and one of the device.
        for (from, to, why) in [
            ("pribadi saya", "pribadi sara", "the text in the report is not what the device stored"),
            (r#""sender":""#, r#""sender":"A"#, "this is no report, or it was altered"),
        ] {
            let altered = folder.path().join("altered.json");
            fs::write(&altered, report.replacen(from, to, 1)).unwrap();
            let refused = verify(&keys, &altered);
            let said = String::from_utf8([refused.stdout, refused.stderr].concat()).unwrap();
            assert!(!refused.status.success() && said.contains(why), "{said}");
        }

        visitor.presses(Key::Escape + "").await;
        visitor.reads(BAD).await;
        visitor.until("the way back", async || has_focus(&visitor, "[aria-controls=segel-menu]").await).await;
        // Nothing stays chosen.
        opens(&visitor).await;
        visitor.clicks_button(words.offer()).await;
        visitor.is_told(".report h2", words.title()).await;
        assert!(listed(&visitor).await.iter().all(|(_, is_chosen)| !is_chosen));
        visitor.clicks_button(words.back()).await;
        visitor.reads(BAD).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_relay_does_not_answer_nothing_is_saved_and_that_is_said() {
    Stage::play(async |stage| {
        let words = ReportText::indonesian();
        let folder = TempDir::new().unwrap();
        let agent = stage.agent().await;
        let visitor = stage.visitor().await;
        visitor.browser().save_into(folder.path()).await;
        visitor.says(QUESTION).await;
        agent.chooses(QUESTION).await;
        opens(&visitor).await;
        visitor.clicks_button(words.offer()).await;
        visitor.is_told(".report", words.none()).await;
        assert_eq!(visitor.seen(".report .primary").await, None, "there is nothing to save");
        agent.says(BAD).await;
        visitor.clicks(".report label").await;
        for (answer, state) in [
            ("new Promise(() => {})", words.waiting()),
            ("Promise.reject(new TypeError())", words.unreached()),
            (r#"Promise.resolve(new Response('{"events":[],"more":false}'))"#, words.missing()),
        ] {
            visitor.browser().run(&format!("window.real ??= fetch; window.fetch = () => {answer}")).await;
            visitor.clicks_button(words.save()).await;
            visitor.is_told(".told", state).await;
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        visitor.browser().run("window.fetch = window.real").await;
        visitor.clicks_button(words.save()).await;
        visitor.is_told(".told", &fill(words.saved(), SHOP)).await;
        saved(folder.path()).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_went_with_the_tab_that_led_is_said_to_have_failed_and_made_when_it_is_tried_again() {
    Stage::play(async |stage| {
        let words = ReportText::indonesian();
        let folder = TempDir::new().unwrap();
        let agent = stage.agent().await;
        let visitor = stage.visitor().await;
        visitor.browser().save_into(folder.path()).await;
        visitor.says(QUESTION).await;
        agent.chooses(QUESTION).await;
        agent.says(BAD).await;
        visitor.reads(BAD).await;
        let first = visitor.tab().await;
        let second = opens_chat_in_new_tab(&visitor, stage).await;
        visitor.reads(BAD).await;
        opens(&visitor).await;
        visitor.clicks_button(words.offer()).await;
        visitor.clicks(".report label").await;
        turns_to_chat_in(&visitor, &first).await;
        visitor.browser().run("BroadcastChannel.prototype.postMessage = () => {}").await;
        turns_to_chat_in(&visitor, &second).await;
        visitor.clicks_button(words.save()).await;
        visitor.is_told(".told.wrong", words.unreached()).await;
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        visitor.clicks_button(words.save()).await;
        visitor.is_told(".told", &fill(words.saved(), SHOP)).await;
        saved(folder.path()).await;
    })
    .await;
}

/// Opens the menu once what is said of reports has come.
async fn opens(visitor: &Person) {
    let is_here = "return document.querySelector('.menu .offers button:nth-child(2):empty') ? null : true";
    visitor.until("what is said of reports", async || has(visitor, is_here).await).await;
    visitor.clicks(".header [aria-controls=segel-menu]").await;
    visitor.sees(".menu").await;
}

/// What can be chosen, and whether it is.
async fn listed(visitor: &Person) -> Vec<(String, bool)> {
    let listed = "return [...document.querySelectorAll('.report li')]
        .map((line) => [line.querySelector('.said').textContent, line.querySelector('input').checked])";
    visitor.browser().script(listed, vec![]).await
}

async fn has_focus(visitor: &Person, selector: &str) -> Option<bool> {
    let has = "return document.activeElement.matches(arguments[0]) || null";
    visitor.browser().script(has, vec![selector.into()]).await
}

async fn has(visitor: &Person, script: &str) -> Option<bool> {
    visitor.browser().script(script, vec![]).await
}

fn verify(keys: &Path, file: &Path) -> Output {
    let owner = program("segel-owner");
    Command::new(owner).arg("--keys").arg(keys).arg("verify-report").arg(file).output().unwrap()
}

/// The one report that the browser has saved.
async fn saved(folder: &Path) -> PathBuf {
    let file = look_until(async || {
        let mut files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        files.find(|path| path.extension().is_some_and(|kind| kind == "json"))
    });
    file.await.expect("a file is saved")
}
