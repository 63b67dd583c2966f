//! A visitor sends a picture and a table of cards; the agent sees the one, saves both, and gets no card.

use std::fs;
use std::path::Path;

use segel_core::show::Refusal;
use segel_ui::Language;
use segel_ui::text::fill;
use tempfile::TempDir;

use crate::harness::{Device, Person, Stage, look_until, make_picture, put};

const TABLE: &str = "nama,kartu\nPemesan,4111 1111 1111 1111\n";
const MASKED: &str = "nama,kartu\nPemesan,•••• •••• •••• 1111\n";
/// So many pixels each way make 1.5 MB.
const SIDE: u32 = 708;

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_and_a_table_arrive_to_the_byte_and_the_card_in_the_table_does_not() {
    Stage::play(async |stage| {
        let text = Language::indonesian().text();
        let (desk, folder) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let picture = make_picture(SIDE);
        assert!(picture.len() > 1_500_000);
        let agent = stage.agent().await;
        agent.browser().save_into(desk.path()).await;
        let visitor = stage.visitor().await;

        visitor.chooses_files(&[&put(&folder, "pesanan.csv", TABLE.as_bytes())]).await;
        visitor.is_told(".tray .says", &fill(text.file_masked(), "1")).await;
        visitor.sends().await;
        agent.chooses_newest().await;
        agent.is_told(".file .name", "pesanan.csv").await;
        agent.clicks(".file .take").await;
        assert_eq!(saved(desk.path(), "pesanan.csv", MASKED.len()).await, MASKED.as_bytes());

        visitor.chooses_files(&[&put(&folder, "struk.png", &picture)]).await;
        visitor.is_told(".tray .says", text.file_unread()).await;
        visitor.says("Ini struknya.").await;
        agent.reads("Ini struknya.").await;
        shows(&agent, "struk.png").await;
        agent.browser().shoot("console-file").await;
        agent.clicks(".file:has(img) .take").await;
        assert_eq!(saved(desk.path(), "struk.png", picture.len()).await, picture);

        visitor.reloads().await;
        shows(&visitor, "struk.png").await;
        visitor.browser().shoot("shop-file").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_must_not_be_sent_is_said_where_it_was_chosen_and_goes_nowhere() {
    Stage::play(async |stage| {
        let folder = TempDir::new().unwrap();
        let agent = stage.native_agent().await;
        let visitor = stage.visitor_on(Device::Phone(320, 568)).await;
        for (name, bytes, refusal) in [
            ("kosong.pdf", &b""[..], Refusal::FileEmpty),
            ("program.png", b"MZ\x90\0\x03\0", Refusal::FileTypeRefused),
            ("gnp.\u{202e}exe", b"MZ\x90\0\x03\0", Refusal::FileNameRefused),
            ("latin.csv", b"caf\xe9,4111111111111111", Refusal::FileUnmasked),
        ] {
            visitor.chooses_files(&[&put(&folder, name, bytes)]).await;
            visitor.is_told(".tray .refused .says", Language::indonesian().refusal(refusal)).await;
            visitor.sees(".send[aria-disabled=true]").await;
            visitor.browser().shoot("shop-file-refused").await;
            visitor.clicks(".tray .refused button").await;
            visitor
                .until("an empty tray", async || visitor.seen(".tray li").await.is_none().then_some(()))
                .await;
        }
        for event in ["drop", "paste"] {
            let carry = "
                const carried = new DataTransfer();
                carried.items.add(new File(['MZ\\x90'], 'program.png', { type: 'image/png' }));
                const init = { bubbles: true, cancelable: true, dataTransfer: carried, clipboardData: carried };
                const kind = arguments[0] === 'drop' ? DragEvent : ClipboardEvent;
                return !document.querySelector('textarea').dispatchEvent(new kind(arguments[0], init));";
            let is_taken: bool = visitor.browser().script(carry, vec![event.into()]).await;
            assert!(is_taken, "the browser is not left to open what was dropped");
            visitor.is_told(".tray .refused .says", Language::indonesian().refusal(Refusal::FileTypeRefused)).await;
            visitor.clicks(".tray .refused button").await;
        }
        visitor.presses_enter().await;
        visitor.says("Selesai.").await;
        agent.reads("Selesai.").await;
        assert_eq!(visitor.texts().await, ["Selesai."]);
        let attachments = stage.proxy().records();
        assert!(attachments.iter().all(|record| !record.subject.contains("/attachments/")));
    })
    .await;
}

/// Fetches the picture of this name and waits until the browser has drawn all of it.
async fn shows(person: &Person, name: &str) {
    let row = "return [...document.querySelectorAll('.file')]
        .find((file) => file.querySelector('.name').textContent === arguments[0])?.querySelector('.take:not([hidden])')";
    let button = async || person.browser().element_with(row, vec![name.into()]).await;
    person.until(name, button).await.click().await.unwrap();
    let drawn = "return document.querySelector('.file img')?.naturalWidth ?? 0";
    let width = async || Some(person.browser().script::<u32>(drawn, vec![]).await).filter(|width| *width > 0);
    assert_eq!(person.until("the picture", width).await, SIDE);
}

/// The bytes of a file that the browser has saved.
async fn saved(folder: &Path, name: &str, size: usize) -> Vec<u8> {
    let path = folder.join(name);
    let saved = look_until(async || fs::read(&path).ok().filter(|bytes| bytes.len() >= size)).await;
    saved.unwrap_or_else(|| {
        panic!("{name} was not saved: {:?}", fs::read_dir(folder).unwrap().collect::<Vec<_>>())
    })
}
