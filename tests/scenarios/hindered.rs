//! Browsers that keep nothing, and files that are lost on the way.

use std::fs;
use std::path::Path;

use segel_core::show::Refusal;
use segel_ui::{Language, Trouble};

use crate::harness::{Device, Person, Stage, widget_files};

/// Makes Chromium treat the chat's frame as browsers do that keep nothing for frames of other sites.
const KEEPS_NOTHING: &str = "--disable-features=ThirdPartyStoragePartitioning";

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_can_be_kept_the_chat_works_and_says_that_it_will_be_gone() {
    Stage::play(async |stage| {
        let agent = stage.agent().await;
        let visitor = Person::visitor(stage.browser(Device::Desktop, &[KEEPS_NOTHING]).await);
        visitor.goes_to(stage.demo().shop()).await;
        visitor.opens_chat().await;
        visitor.is_told(".banner", Language::Id.trouble(Trouble::NotKept)).await;
        visitor.says("tanpa jejak").await;
        visitor.has_sent("tanpa jejak").await;
        agent.chooses_newest().await;
        agent.reads("tanpa jejak").await;
        agent.says("terbaca").await;
        visitor.reads("terbaca").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_whose_files_were_lost_says_so_and_opens_when_it_is_tried_again() {
    Stage::play(async |stage| {
        let folder = tempfile::tempdir().unwrap();
        let lost = ["widget_bg.wasm", "widget_bg.wasm.br"];
        copy(folder.path(), |name| !lost.contains(&name));
        let mut tag = stage.demo().tag().clone();
        tag.widget = stage.another_widget(folder.path()).await;
        let shop = stage.another_shop(&tag).await;
        stage.expect_in_console("404 (Not Found)");
        stage.expect_in_console("HTTP status code is not ok");
        stage.expect_in_console("403 (Forbidden)");
        let visitor = Person::visitor(stage.browser(Device::Desktop, &[]).await);
        visitor.goes_to(&shop).await;
        visitor.clicks_launcher().await;
        let sentence = "Chat tidak dapat dimuat. Periksa koneksi internet Anda, lalu coba lagi.";
        visitor.hears_from_loader(sentence).await;

        copy(folder.path(), |name| lost.contains(&name));
        visitor.clicks_launcher().await;
        visitor.opens_chat().await;
        // It runs; that this origin is not listed is another matter.
        visitor.is_refused(Refusal::OriginRefused).await;
    })
    .await;
}

/// Copies the widget's files of these names.
fn copy(folder: &Path, wanted: impl Fn(&str) -> bool) {
    for entry in fs::read_dir(widget_files()).unwrap() {
        let entry = entry.unwrap();
        if wanted(entry.file_name().to_str().unwrap()) {
            fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
        }
    }
}
