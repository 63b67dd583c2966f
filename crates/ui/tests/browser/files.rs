//! A file's row offers what can be done with it now, and a name is text.

use segel_core::show::{Author, Body, Delivery, File, Item, Progress, Refusal, Transfer};
use segel_ui::timeline::Timeline;
use segel_ui::{Items, Language};
use segel_wire::ids::{ConversationId, EventId};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::{Heard, Stage};

const EVENT: EventId = EventId([1; 16]);
const CONVERSATION: ConversationId = ConversationId([0; 16]);

/// A timeline with one file, as it stands.
struct Shown {
    timeline: Timeline,
    stage: Stage,
    heard: Heard,
}

impl Shown {
    fn new() -> Self {
        let heard = Heard::default();
        let timeline = Timeline::new(Language::english(), heard.act());
        let stage = Stage::with(timeline.root());
        Self { timeline, stage, heard }
    }

    fn show(&mut self, name: &str, media_type: &str, delivery: Delivery, progress: Progress) {
        let (name, media_type) = (name.to_owned(), media_type.to_owned());
        let mut items = Items::default();
        items.put(Item {
            conversation: CONVERSATION,
            event: EVENT,
            position: None,
            author: Author::Own,
            body: Body::File(File { name, media_type, size: 1_500_000 }),
            time: 1_795_262_400_000,
            delivery,
            vouched: None,
            quotes: None,
        });
        items.note(Transfer { conversation: CONVERSATION, event: EVENT, progress });
        self.timeline.render(items.as_slice());
        self.timeline.render_transfers(&items);
    }

    fn is_hidden(&self, selector: &str) -> bool {
        self.stage.find(selector).has_attribute("hidden")
    }
}

#[wasm_bindgen_test]
fn a_file_that_came_is_fetched_when_it_is_wanted_and_can_be_given_up() {
    let mut shown = Shown::new();
    shown.show("struk.png", "image/png", Delivery::Received, Progress::Rests);
    assert_eq!(shown.stage.text(".file .name"), "struk.png");
    assert_eq!(shown.stage.text(".file .about"), "PNG · 1.5 MB");
    assert_eq!(shown.stage.text(".take"), "Show");
    assert!(shown.is_hidden(".give-up") && shown.is_hidden(".file progress"));
    shown.stage.click(".take");
    assert_eq!(shown.heard.take(), [format!("Fetch({EVENT:?})")]);

    shown.show("struk.png", "image/png", Delivery::Received, Progress::Fetching(42));
    assert_eq!(shown.stage.find(".file progress").get_attribute("value").unwrap(), "42");
    assert!(shown.is_hidden(".take") && !shown.is_hidden(".file progress"));
    shown.stage.click(".give-up");
    assert_eq!(shown.heard.take(), [format!("Cancel({EVENT:?})")]);

    let refused = Refusal::AttachmentAltered;
    shown.show("struk.png", "image/png", Delivery::Received, Progress::Refused(refused));
    assert_eq!(shown.stage.text(".file .refused"), Language::english().refusal(refused));
    assert_eq!(shown.stage.count(".file img"), 0);
}

#[wasm_bindgen_test]
fn only_pictures_of_the_known_kinds_are_offered_to_be_shown() {
    for (media_type, label) in [
        ("image/png", "Show"),
        ("image/jpeg", "Show"),
        ("image/gif", "Show"),
        ("image/webp", "Show"),
        ("image/svg+xml", "Download"),
        ("text/html", "Download"),
        ("application/pdf", "Download"),
        ("application/octet-stream", "Download"),
    ] {
        let mut shown = Shown::new();
        shown.show("a", media_type, Delivery::Received, Progress::Rests);
        assert_eq!(shown.stage.text(".take"), label, "{media_type}");
    }
}

#[wasm_bindgen_test]
fn a_file_that_was_not_sent_is_tried_again_if_that_helps_and_can_be_taken_out() {
    for (refusal, retries) in [
        (Refusal::SourceChanged, 1),
        (Refusal::QuotaExceeded, 1),
        (Refusal::SourceGone, 0),
        (Refusal::FileTypeRefused, 0),
    ] {
        let mut shown = Shown::new();
        shown.show("a.pdf", "application/pdf", Delivery::Sending, Progress::Sending(50));
        assert_eq!(shown.stage.text(".give-up"), "Cancel");
        assert!(shown.is_hidden(".take"));
        shown.show("a.pdf", "application/pdf", Delivery::Failed(refusal), Progress::Sending(50));
        assert!(shown.stage.text(".status").ends_with(Language::english().refusal(refusal)));
        assert_eq!(shown.stage.count(".retry"), retries, "{refusal:?}");
        assert_eq!(shown.stage.text(".give-up"), "Remove");
        assert!(shown.is_hidden(".file progress"));
        shown.stage.click(".give-up");
        assert_eq!(shown.heard.take(), [format!("Cancel({EVENT:?})")]);
    }
}

#[wasm_bindgen_test]
fn markup_in_a_name_stays_text() {
    let mut shown = Shown::new();
    let name = "<img src=x onerror=alert(1)>.png";
    shown.show(name, "image/png", Delivery::Received, Progress::Rests);
    assert_eq!(shown.stage.text(".file .name"), name);
    assert_eq!(shown.stage.count(".file img"), 0);
}
