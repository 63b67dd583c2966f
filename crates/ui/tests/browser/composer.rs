//! What is typed is sent masked or stays; nothing else happens to it.

use segel_core::show::{Author, Body, Delivery, Item};
use segel_mask::Writer;
use segel_ui::Language;
use segel_ui::composer::Composer;
use segel_ui::text::fill;
use segel_wire::ids::{ConversationId, EventId};
use segel_wire::limits::MESSAGE_CHARS;
use segel_wire::signed::{Masking, MaskingAction, MaskingRule};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::{Heard, Stage};

const CARD: &str = "kartu saya 4111 1111 1111 1111 ya";
const MASKED: &str = "kartu saya •••• •••• •••• 1111 ya";

fn composer() -> (Composer, Stage, Heard) {
    let heard = Heard::default();
    let composer = Composer::new(Language::indonesian(), heard.act());
    let stage = Stage::with(composer.root());
    (composer, stage, heard)
}

#[wasm_bindgen_test]
fn a_card_is_shown_masked_while_it_is_typed_and_sent_as_it_was_shown() {
    let (_composer, stage, heard) = composer();
    stage.fill(CARD);
    assert_eq!(stage.text(".masked"), MASKED);
    assert_eq!(stage.text("mark"), "•••• •••• •••• 1111");
    assert!(stage.text("[role=status].heard").contains("•••• •••• •••• 1111"));
    assert_eq!(stage.typed(), CARD);
    heard.take();
    assert!(!stage.press_enter(false, false));
    assert_eq!(heard.take(), ["draft ".to_owned(), format!("send {MASKED}")]);
    assert_eq!((stage.typed(), stage.text(".masked")), (String::new(), String::new()));
    assert_eq!(stage.text(".why"), "Disamarkan sebelum dikirim: nomor kartu.");
    stage.fill("halo");
    assert_eq!(stage.count(".masking.empty"), 1);
}

#[wasm_bindgen_test]
fn what_was_found_is_underlined_behind_the_text_area_which_keeps_what_is_typed() {
    let (_composer, stage, _) = composer();
    stage.fill("  pin saya 482913 ya\n");
    assert_eq!(stage.text(".backdrop"), "  pin saya 482913 ya\n ");
    assert_eq!((stage.text(".found"), stage.count(".found")), ("482913".to_owned(), 1));
    assert_eq!(stage.find(".backdrop").get_attribute("aria-hidden").as_deref(), Some("true"));
    assert_eq!(stage.typed(), "  pin saya 482913 ya\n");
}

#[wasm_bindgen_test]
fn a_key_touches_only_the_pieces_that_it_changes() {
    let (_composer, stage, _) = composer();
    let of_both =
        |selector: &str| [".backdrop", ".masked"].map(|place| stage.all(&[place, selector].concat()));
    stage.fill("pin saya 482913, otp 482914 ya");
    let before = of_both(" > *");
    before.iter().flatten().for_each(|piece| piece.set_attribute("data-old", "").unwrap());
    let first_text = before[0][0].first_child().unwrap();
    stage.fill("pin saya 482913, otp 482914 yang cvv 123");
    assert!(of_both(" > [data-old]") == before && before[0].len() == 5);
    assert!(before[0][0].first_child().unwrap().is_same_node(Some(&first_text)));
    assert_eq!(stage.text(".backdrop"), "pin saya 482913, otp 482914 yang cvv 123 ");
    assert_eq!(stage.text(".masked"), "pin saya ••••••, otp •••••• yang cvv •••");
    stage.fill("otp 482914");
    assert_eq!(
        (stage.text(".backdrop"), stage.text(".masked")),
        ("otp 482914 ".to_owned(), "otp ••••••".to_owned())
    );
    assert_eq!((stage.text(".found"), stage.text("mark")), ("482914".to_owned(), "••••••".to_owned()));
    stage.fill("halo");
    assert_eq!((stage.text(".backdrop"), stage.text(".masked")), ("halo ".to_owned(), String::new()));
    assert_eq!((stage.count(".found"), stage.count("mark")), (0, 0));
}

/// One action for numbers of this kind, whoever writes.
fn policy(kind: &str, action: MaskingAction) -> Masking {
    let rule = MaskingRule { kind: kind.to_owned(), visitor: action, agent: action };
    Masking { rules: Some(vec![rule]), allowed: None, patterns: None }
}

#[wasm_bindgen_test]
fn what_the_site_blocks_is_not_sent_and_stays_with_the_reason() {
    let (composer, stage, heard) = composer();
    composer.guard(Some(&policy("nik", MaskingAction::Block)), Writer::Visitor, &[]);
    stage.fill("nik 3171065512990003");
    heard.take();
    stage.press_enter(false, false);
    assert!(heard.take().is_empty());
    assert_eq!(
        (stage.typed(), stage.text(".found")),
        ("nik 3171065512990003".to_owned(), "3171065512990003".to_owned())
    );
    assert_eq!(stage.text(".why"), fill(Language::indonesian().text().blocked(), "NIK"));
    stage.fill("nik nanti saja");
    heard.take();
    stage.press_enter(false, false);
    assert_eq!(heard.take(), ["draft ", "send nik nanti saja"]);
}

#[wasm_bindgen_test]
fn what_the_site_warns_of_is_sent_as_it_is_and_said_so() {
    let (composer, stage, heard) = composer();
    composer.guard(Some(&policy("phone", MaskingAction::Warn)), Writer::Visitor, &[]);
    stage.fill("hp 081234567890");
    heard.take();
    assert_eq!(stage.text(".why"), fill(Language::indonesian().text().warned(), "nomor telepon"));
    stage.press_enter(false, false);
    assert_eq!(heard.take(), ["draft ", "send hp 081234567890"]);
}

#[wasm_bindgen_test]
fn where_masking_fails_nothing_is_sent_and_the_text_stays() {
    let (composer, stage, heard) = composer();
    // A pattern that cannot be read is a policy that cannot be followed.
    let mut broken = policy("{", MaskingAction::Mask(0));
    broken.patterns = broken.rules.take();
    composer.guard(Some(&broken), Writer::Visitor, &[]);
    stage.fill("halo");
    heard.take();
    assert_eq!(stage.text(".why"), Language::indonesian().text().mask_failed());
    stage.press_enter(false, false);
    stage.click(".send");
    assert!(heard.take().is_empty());
    assert_eq!(stage.typed(), "halo");
}

#[wasm_bindgen_test]
fn the_button_sends_what_enter_sends_without_the_space_around_it() {
    let (_composer, stage, heard) = composer();
    stage.fill("  halo\n");
    heard.take();
    stage.click(".send");
    assert_eq!(heard.take(), ["draft ", "send halo"]);
}

#[wasm_bindgen_test]
fn shift_enter_and_the_enter_of_an_input_method_send_nothing() {
    let (_composer, stage, heard) = composer();
    stage.fill("halo");
    heard.take();
    assert!(stage.press_enter(true, false));
    assert!(stage.press_enter(false, true));
    assert!(heard.take().is_empty());
    assert_eq!(stage.typed(), "halo");
}

#[wasm_bindgen_test]
fn a_hindered_composer_says_why_and_keeps_what_is_typed() {
    let (composer, stage, heard) = composer();
    composer.hinder(Some("Belum ada agen."));
    stage.fill("halo");
    assert_eq!(heard.take(), ["draft halo"]);
    stage.press_enter(false, false);
    stage.click(".send");
    assert!(heard.take().is_empty());
    assert_eq!((stage.typed(), stage.text(".hindrance")), ("halo".to_owned(), "Belum ada agen.".to_owned()));
    composer.hinder(None);
    assert_eq!(stage.find(".send").get_attribute("aria-disabled").unwrap(), "false");
    stage.press_enter(false, false);
    assert_eq!(heard.take(), ["draft ", "send halo"]);
}

#[wasm_bindgen_test]
fn nothing_and_too_much_are_not_sent_and_too_much_is_counted() {
    let (_composer, stage, heard) = composer();
    stage.press_enter(false, false);
    stage.fill(&"🙂".repeat(MESSAGE_CHARS + 3));
    heard.take();
    assert_eq!(stage.text(".count"), "Kelebihan 3 karakter");
    stage.press_enter(false, false);
    assert!(heard.take().is_empty());
    stage.fill(&"🙂".repeat(MESSAGE_CHARS));
    heard.take();
    assert_eq!(stage.text(".count"), "Sisa 0 karakter");
    stage.press_enter(false, false);
    assert_eq!(heard.take().len(), 2);
    assert_eq!(stage.text(".count"), "");
}

#[wasm_bindgen_test]
fn what_cannot_be_masked_is_not_sent() {
    let (_composer, stage, heard) = composer();
    stage.fill(&"a".repeat(segel_mask::MAX_BYTES + 1));
    heard.take();
    assert_eq!(stage.text("[role=status].heard"), Language::indonesian().text().mask_failed());
    stage.press_enter(false, false);
    assert!(heard.take().is_empty());
}

#[wasm_bindgen_test]
fn a_draft_that_is_put_in_is_masked_and_not_reported() {
    let (composer, stage, heard) = composer();
    composer.set_draft(CARD);
    assert_eq!((composer.draft(), stage.text(".masked")), (CARD.to_owned(), MASKED.to_owned()));
    assert!(heard.take().is_empty());
}

#[wasm_bindgen_test]
fn a_composer_that_was_dropped_hears_nothing() {
    let (composer, stage, heard) = composer();
    drop(composer);
    stage.fill("halo");
    assert!(stage.press_enter(false, false));
    assert!(heard.take().is_empty());
}

#[wasm_bindgen_test]
fn messages_with_parts_of_a_number_are_offered_to_be_taken_back_before_and_after_sending() {
    let (composer, stage, heard) = composer();
    let item = |body| Item {
        conversation: ConversationId([0; 16]),
        event: EventId([1; 16]),
        position: None,
        author: Author::Own,
        body,
        time: 0,
        delivery: Delivery::Sent,
        vouched: None,
        quotes: None,
    };
    let part = [item(Body::Text("kartu saya 4111 1111".to_owned()))];
    composer.guard(None, Writer::Visitor, &part);
    let is_offered = || stage.find(".masking button").get_attribute("hidden").is_none();
    stage.fill("halo");
    assert!(!is_offered());
    stage.fill("1111 1111");
    assert!(is_offered());
    heard.take();
    stage.press_enter(false, false);
    assert_eq!(heard.take(), ["draft ".to_owned(), "send •••• ••••".to_owned()]);
    assert!(
        is_offered()
            && stage.text(".why").contains(&fill(Language::indonesian().text().sent_before(), "nomor kartu"))
    );
    stage.click(".masking button");
    assert_eq!(heard.take(), [format!("Withdraw({:?})", EventId([1; 16]))]);
    assert_eq!((is_offered(), stage.text(".why")), (false, String::new()));

    composer.guard(None, Writer::Visitor, &[item(Body::Withdrawn)]);
    stage.fill("1111 1111");
    assert_eq!((stage.text(".masked"), is_offered()), ("•••• ••••".to_owned(), false));
}
