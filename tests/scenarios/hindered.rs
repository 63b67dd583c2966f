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
        visitor.is_told(".banner", Language::indonesian().trouble(Trouble::NotKept)).await;
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
        stage.expect_in_console("404 (Not Found)");
        stage.expect_in_console("HTTP status code is not ok");
        stage.expect_in_console("The texts did not arrive");
        stage.expect_in_console("403 (Forbidden)");
        for lost in ["widget_bg.wasm", "texts/id.txt"] {
            let folder = tempfile::tempdir().unwrap();
            copy(folder.path(), |name| !name.starts_with(lost));
            let shop = shop_of(stage, folder.path()).await;
            let visitor = Person::visitor(stage.browser(Device::Desktop, &[]).await);
            visitor.goes_to(&shop).await;
            visitor.clicks_launcher().await;
            let sentence = "Chat tidak dapat dimuat. Periksa koneksi internet Anda, lalu coba lagi.";
            visitor.hears_from_loader(sentence).await;

            copy(folder.path(), |name| name.starts_with(lost));
            visitor.clicks_launcher().await;
            visitor.opens_chat().await;
            // It runs; that this origin is not listed is another matter.
            visitor.is_refused(Refusal::OriginRefused).await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_cannot_run_or_is_of_another_version_than_its_texts_is_said_in_the_pages_language() {
    Stage::play(async |stage| {
        stage.expect_in_console("CompileError");
        stage.expect_in_console("options.texts");
        for (name, nonsense) in [("widget_bg.wasm", "no program"), ("texts/ar.txt", "rtl\n\u{644}\u{627}")] {
            let folder = tempfile::tempdir().unwrap();
            copy(folder.path(), |_| true);
            fs::write(folder.path().join(name), nonsense).unwrap();
            fs::remove_file(folder.path().join(format!("{name}.br"))).unwrap();
            let shop = shop_of(stage, folder.path()).await;
            let visitor = Person::visitor(stage.browser(Device::Desktop, &[]).await);
            visitor.goes_to(&format!("{shop}/arab.html")).await;
            visitor.clicks_launcher().await;
            visitor.turns_to_frame().await;
            let said = visitor.sees(".notice").await;
            assert!(said.starts_with("\u{644}\u{627}"), "{said}");
        }
    })
    .await;
}

/// A shop that embeds the widget's files of this folder; answers its origin.
async fn shop_of(stage: &mut Stage, folder: &Path) -> String {
    let mut tag = stage.demo().tag().clone();
    tag.widget = stage.another_widget(folder).await;
    stage.another_shop(&tag).await
}

/// Copies the widget's files of these names, each with its path.
fn copy(folder: &Path, wanted: impl Fn(&str) -> bool) {
    fs::create_dir_all(folder.join("texts")).unwrap();
    for within in ["", "texts"] {
        for entry in fs::read_dir(widget_files().join(within)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(widget_files()).unwrap().to_str().unwrap().to_owned();
            if path.is_file() && wanted(&name) {
                fs::copy(path, folder.join(name)).unwrap();
            }
        }
    }
}
