//! Messages keep their order, their element and their text; the end stays in sight unless the person left it.

use segel_core::show::{Author, Body, Deed, Delivery, File, Item, Refusal};
use segel_ui::timeline::Timeline;
use segel_ui::{Items, Language};
use segel_wire::ids::{ConversationId, EventId};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

use crate::stage::{Heard, Stage};

const NOON: u64 = 1_795_262_400_000;

fn said(id: u8, text: &str) -> Item {
    Item {
        conversation: ConversationId([0; 16]),
        event: EventId([id; 16]),
        position: None,
        author: Author::Agent("Agen Demo".to_owned()),
        body: Body::Text(text.to_owned()),
        time: NOON + u64::from(id),
        delivery: Delivery::Received,
        vouched: None,
        quotes: None,
    }
}

fn own(id: u8, delivery: Delivery) -> Item {
    Item { author: Author::Own, delivery, ..said(id, "halo") }
}

fn timeline() -> (Timeline, Stage, Heard) {
    let heard = Heard::default();
    let timeline = Timeline::new(Language::english(), heard.act());
    let stage = Stage::with(timeline.root());
    let style = "position: relative; height: 100px; overflow: auto; overflow-anchor: none";
    stage.find(".log").set_attribute("style", style).unwrap();
    (timeline, stage, heard)
}

fn show(timeline: &mut Timeline, said: &[Item]) {
    let mut items = Items::default();
    said.iter().cloned().for_each(|item| items.put(item));
    timeline.render(items.as_slice());
}

fn long_talk(length: u8) -> Vec<Item> {
    (0..length).map(|id| said(id, "baris\nbaris\nbaris")).collect()
}

fn distance_to_end(stage: &Stage) -> i32 {
    let log = stage.find(".log");
    log.scroll_height() - log.scroll_top() - log.client_height()
}

#[wasm_bindgen_test]
fn markup_in_a_message_stays_text() {
    let (mut timeline, stage, _) = timeline();
    show(&mut timeline, &[said(1, "<b onclick=alert(1)>tebal</b>")]);
    assert_eq!(stage.text(".bubble"), "<b onclick=alert(1)>tebal</b>");
    assert_eq!(stage.count(".bubble *"), 0);
}

#[wasm_bindgen_test]
fn a_message_keeps_its_element_from_sending_to_sent() {
    let (mut timeline, stage, _) = timeline();
    show(&mut timeline, &[own(1, Delivery::Sending)]);
    let row = stage.find(".row");
    assert_eq!(stage.text(".status"), "Sending…");
    show(&mut timeline, &[Item { position: Some(1), ..own(1, Delivery::Sent) }]);
    assert_eq!(stage.text(".status"), "Sent");
    assert_eq!((stage.count(".row"), stage.find(".row") == row), (1, true));
}

#[wasm_bindgen_test]
fn a_message_from_before_takes_its_place_before() {
    let (mut timeline, stage, _) = timeline();
    let numbered = |id, position| Item { position: Some(position), ..said(id, &position.to_string()) };
    show(&mut timeline, &[numbered(1, 10), numbered(2, 30)]);
    show(&mut timeline, &[numbered(1, 10), numbered(2, 30), numbered(3, 20)]);
    assert_eq!(stage.text(".row:nth-child(1) .bubble"), "10");
    assert_eq!(stage.text(".row:nth-child(2) .bubble"), "20");
    assert_eq!(stage.text(".row:nth-child(3) .bubble"), "30");
}

#[wasm_bindgen_test]
fn a_failed_message_says_why_and_can_be_sent_anew() {
    let (mut timeline, stage, heard) = timeline();
    show(&mut timeline, &[own(1, Delivery::Failed(Refusal::StoreFailed))]);
    assert!(stage.text(".status").ends_with(Language::english().refusal(Refusal::StoreFailed)));
    stage.click(".retry");
    assert_eq!(heard.take(), [format!("Retry({:?})", EventId([1; 16]))]);
    show(&mut timeline, &[own(1, Delivery::Sending)]);
    assert_eq!(stage.count(".retry"), 0);
}

#[wasm_bindgen_test]
fn a_message_that_cannot_be_opened_is_shown_with_its_reason() {
    let (mut timeline, stage, _) = timeline();
    let closed = Item { body: Body::Closed(Refusal::MessageAltered), ..said(1, "") };
    show(&mut timeline, &[closed]);
    let shown = stage.text(".shut .bubble");
    assert!(shown.contains(Language::english().text().closed()));
    assert!(shown.contains(Language::english().refusal(Refusal::MessageAltered)));
}

#[wasm_bindgen_test]
fn the_end_stays_in_sight_unless_the_person_scrolled_up() {
    let (mut timeline, stage, _) = timeline();
    let mut talk = long_talk(30);
    show(&mut timeline, &talk);
    assert_eq!(distance_to_end(&stage), 0);

    stage.find(".log").set_scroll_top(0);
    stage.fire(".log", "scroll");
    talk.push(said(40, "baru"));
    show(&mut timeline, &talk);
    assert_eq!(stage.find(".log").scroll_top(), 0);
    assert!(!stage.find(".newer").has_attribute("hidden"));

    stage.click(".newer");
    stage.fire(".log", "scroll");
    assert_eq!(distance_to_end(&stage), 0);
    assert!(stage.find(".newer").has_attribute("hidden"));
}

#[wasm_bindgen_test]
fn an_own_message_brings_the_end_back_into_sight() {
    let (mut timeline, stage, _) = timeline();
    let mut talk = long_talk(30);
    show(&mut timeline, &talk);
    stage.find(".log").set_scroll_top(0);
    stage.fire(".log", "scroll");
    talk.push(own(40, Delivery::Sending));
    show(&mut timeline, &talk);
    assert_eq!(distance_to_end(&stage), 0);
}

#[wasm_bindgen_test]
fn another_conversation_leaves_nothing_of_the_one_before() {
    let (mut timeline, stage, _) = timeline();
    show(&mut timeline, &long_talk(3));
    show(&mut timeline, &[said(90, "lain")]);
    assert_eq!((stage.count(".row"), stage.text(".bubble")), (1, "lain".to_owned()));
}

#[wasm_bindgen_test]
fn an_act_is_a_sentence_between_the_messages_and_goes_when_it_does_not_count_after_all() {
    let (mut timeline, stage, _) = timeline();
    let act = Item { body: Body::Act(Deed::Transfer("Rekan # Demo".to_owned())), ..said(2, "") };
    show(&mut timeline, &[said(1, "satu"), act.clone(), said(3, "tiga")]);
    assert_eq!(stage.text(".act .bubble"), "Agen Demo handed the chat to Rekan # Demo");
    assert_eq!(stage.count(".row"), 2);
    show(&mut timeline, &[said(1, "satu"), Item { body: Body::Withheld, ..act }, said(3, "tiga")]);
    assert_eq!(stage.count(".act"), 0);
}

#[wasm_bindgen_test]
fn a_message_by_anothers_word_says_whose_until_it_is_confirmed() {
    let (mut timeline, stage, _) = timeline();
    let vouched = Item { vouched: Some("Agen Demo".to_owned()), author: Author::Visitor, ..said(1, "satu") };
    show(&mut timeline, std::slice::from_ref(&vouched));
    assert_eq!(stage.text(".status"), "Passed on by Agen Demo");
    show(&mut timeline, &[Item { vouched: None, ..vouched }]);
    assert_eq!(stage.text(".status"), "");
}

#[wasm_bindgen_test]
fn under_a_request_for_a_secret_stands_a_warning_and_under_a_warning_none() {
    let (mut timeline, stage, _) = timeline();
    let asks = ["Mohon kirim kode OTP-nya ya", "What is your PIN?", "هل ترسل رمز التحقق؟"];
    let warnings = ["Jangan berikan PIN kepada siapa pun.", "لا ترسل رمز التحقق لأي شخص"];
    let items: Vec<_> =
        (1..).zip(asks.into_iter().chain(warnings)).map(|(nth, text)| said(nth, text)).collect();
    show(&mut timeline, &items);
    assert_eq!(stage.count(".caution:not([hidden])"), 3);
    assert_eq!(stage.text(".caution"), Language::english().text().caution());
    let own = Item { author: Author::Own, ..said(4, asks[0]) };
    show(&mut timeline, &[own]);
    assert_eq!(stage.count(".caution:not([hidden])"), 0);
}

#[wasm_bindgen_test]
fn an_own_message_is_taken_back_after_a_question_and_says_so_then() {
    let (mut timeline, stage, heard) = timeline();
    let text = Language::english().text();
    show(&mut timeline, &[own(1, Delivery::Sent), own(2, Delivery::Read), said(3, "jawab")]);
    assert_eq!((stage.count(".undo"), stage.count(".question")), (2, 0), "nobody else's can be taken back");
    stage.click(".row:nth-child(2) .undo");
    assert!(stage.text(".row:nth-child(2) .question").starts_with(text.withdraw_why()));
    stage.click(".question button:last-child");
    assert_eq!((stage.count(".question"), heard.take()), (0, vec![]));
    stage.click(".row:nth-child(2) .undo");
    stage.click(".question button:first-child");
    assert_eq!(
        (stage.count(".question"), heard.take()),
        (0, vec![format!("Withdraw({:?})", EventId([2; 16]))])
    );

    let withdrawn = |delivery| Item { body: Body::Withdrawn, ..own(2, delivery) };
    stage.click(".row:nth-child(1) .undo");
    show(&mut timeline, &[own(1, Delivery::Sent), withdrawn(Delivery::Sending), said(3, "jawab")]);
    assert_eq!(stage.text(".row:nth-child(2) .bubble"), text.withdrawn());
    assert_eq!(stage.text(".row:nth-child(2) .status"), text.sending());
    assert_eq!((stage.count(".undo"), stage.count(".question")), (1, 1), "the question is about another one");
    let taken_back = Item { body: Body::Withdrawn, ..own(1, Delivery::Sent) };
    show(&mut timeline, &[taken_back, withdrawn(Delivery::Failed(Refusal::RelayRefused))]);
    assert_eq!((stage.count(".undo"), stage.count(".question")), (0, 0));
    stage.click(".retry");
    assert_eq!(heard.take(), [format!("Retry({:?})", EventId([2; 16]))]);
}

#[wasm_bindgen_test]
fn of_a_file_that_was_taken_back_nothing_is_left_to_be_fetched() {
    let (mut timeline, stage, _) = timeline();
    let file = File { name: "struk.png".to_owned(), media_type: "image/png".to_owned(), size: 42 };
    let sent = |body| Item { body, ..own(1, Delivery::Sent) };
    show(&mut timeline, &[sent(Body::File(file))]);
    assert_eq!((stage.count(".file"), stage.count(".undo")), (1, 1));
    show(&mut timeline, &[sent(Body::Withdrawn)]);
    assert_eq!((stage.count(".file"), stage.count(".undo")), (0, 0));
    assert_eq!(stage.text(".bubble"), Language::english().text().withdrawn());
}

/// Where a message stands on the screen, from the top of the log.
fn height_of(stage: &Stage, text: &str) -> i32 {
    let bubbles = stage.all(".bubble");
    let bubble = bubbles.into_iter().find(|bubble| bubble.text_content().as_deref() == Some(text)).unwrap();
    bubble.unchecked_into::<HtmlElement>().offset_top() - stage.find(".log").scroll_top()
}

#[wasm_bindgen_test]
fn a_long_talk_is_on_the_page_in_part_and_nothing_moves_as_one_reads_back() {
    let (mut timeline, stage, heard) = timeline();
    let talk: Vec<_> = (0..240).map(|id| said(id, &format!("pesan {id}"))).collect();
    show(&mut timeline, &talk);
    assert_eq!((stage.count(".row"), distance_to_end(&stage)), (50, 0));

    stage.find(".log").set_scroll_top(40);
    stage.fire(".log", "scroll");
    assert_eq!(heard.take(), ["Scrolled"]);
    let before = height_of(&stage, "pesan 195");
    show(&mut timeline, &talk);
    assert_eq!(stage.count(".row"), 100);
    assert!((height_of(&stage, "pesan 195") - before).abs() < 2, "what is read stays where it is");

    for _ in 0..9 {
        stage.find(".log").set_scroll_top(0);
        stage.fire(".log", "scroll");
        show(&mut timeline, &talk);
    }
    assert_eq!((stage.text(".row:first-child .bubble").as_str(), stage.count(".row")), ("pesan 0", 150));

    let end = stage.find(".log").scroll_height();
    stage.find(".log").set_scroll_top(end);
    stage.fire(".log", "scroll");
    show(&mut timeline, &talk);
    assert_eq!((stage.text(".row:last-child .bubble").as_str(), stage.count(".row")), ("pesan 199", 150));
}

#[wasm_bindgen_test]
fn one_click_leads_back_to_the_newest_message() {
    let (mut timeline, stage, heard) = timeline();
    let mut talk: Vec<_> = (0..240).map(|id| said(id, &format!("pesan {id}"))).collect();
    show(&mut timeline, &talk);
    for _ in 0..4 {
        stage.find(".log").set_scroll_top(0);
        stage.fire(".log", "scroll");
        show(&mut timeline, &talk);
    }
    talk.push(said(240, "baru"));
    show(&mut timeline, &talk);
    assert!(!stage.find(".newer").has_attribute("hidden"));
    heard.take();
    stage.click(".newer");
    assert_eq!(heard.take(), ["Scrolled"]);
    show(&mut timeline, &talk);
    assert_eq!((stage.text(".row:last-child .bubble").as_str(), distance_to_end(&stage)), ("baru", 0));
}
