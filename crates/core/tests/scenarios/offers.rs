//! Answers that an agent offers, and the one that a visitor gives, are texts: they pass the mask, and the second names the first.

use segel_core::show::Delivery;
use segel_core::{Input, Outgoing};
use segel_crypto::content;
use segel_mask::{Writer, mask};
use segel_testkit::site::TestSite;
use segel_wire::signed::{Masking, MaskingAction, MaskingRule};

use crate::bench::BenchSite;
use crate::table::{COLLEAGUE, Table};

const TYPED: &str = "*Pembayaran*\nKartu yang mana?\nhttps://toko.example/kartu\n\n[ 4111 1111 1111 1111 ]\n[ hp 081234567890 ]";
const MASKED: &str = "*Pembayaran*\nKartu yang mana?\nhttps://toko.example/kartu\n\n[ •••• •••• •••• 1111 ]\n[ hp ••••••••7890 ]";

#[tokio::test]
async fn every_text_of_an_offer_and_its_answer_pass_the_masking_gate() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let visitor = site.visitor();
    visitor.say("halo");
    agent.reads("halo").await;
    agent.say(TYPED);
    visitor.reads(MASKED).await;

    let offer = visitor.event(MASKED);
    let text = Outgoing::new(mask("hp 081234567890").unwrap().text);
    let conversation = Some(visitor.conversation());
    visitor.input(Input::Submit { conversation, event: None, text, quotes: Some(offer) });
    let read = agent.reads("hp ••••••••7890").await;
    assert_eq!(read.item("hp ••••••••7890").unwrap().quotes, Some(offer));
}

#[test]
fn an_answer_that_waited_is_sealed_as_the_newest_policy_masks_it() {
    let site = BenchSite::new();
    let leave =
        MaskingRule { kind: "phone".to_owned(), visitor: MaskingAction::Leave, agent: MaskingAction::Leave };
    let lenient = Masking { rules: Some(vec![leave]), allowed: None, patterns: None };
    let masker = segel_core::masker(Some(&lenient)).unwrap();
    let mut table = Table::of_silent_visitor(&site, |roster| roster.profile.masking = Some(lenient));
    table.input(Input::Network(false));
    let answer = masker.mask("hp 081234567890", Writer::Visitor).unwrap().text;
    assert_eq!(answer.as_str(), "hp 081234567890");
    table.say_by(&masker, answer.as_str());
    table.publish(|roster| roster.profile.masking = None);
    table.input(Input::Network(true));
    assert_eq!(table.own("hp ••••••••7890").unwrap().delivery, Delivery::Sent);
    let sent = table.sent_to(COLLEAGUE);
    assert!(sent.iter().any(|message| message.body == content::Body::Text("hp ••••••••7890".to_owned())));
}
