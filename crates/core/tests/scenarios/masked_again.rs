//! What waited was masked by the policy of then; what is sealed follows the newest one.

use segel_core::show::{Body, Delivery, Refusal};
use segel_core::{Input, OutgoingFile, OutgoingToken};
use segel_crypto::attachment::Opener;
use segel_crypto::content;
use segel_mask::{Masker, Writer};
use segel_testkit::forge::Backend;
use segel_wire::signed::{Masking, MaskingAction, MaskingRule, Token};

use crate::bench::{BenchSite, NOW};
use crate::table::{COLLEAGUE, HOSTILE, Table};

const TYPED: &str = "hp saya 081234567890";
const MASKED: &str = "hp saya ••••••••7890";

fn policy(action: MaskingAction) -> Masking {
    let rule = MaskingRule { kind: "phone".to_owned(), visitor: action, agent: MaskingAction::Leave };
    Masking { rules: Some(vec![rule]), allowed: None, patterns: None }
}

fn lenient() -> Masker {
    segel_core::masker(Some(&policy(MaskingAction::Leave))).unwrap()
}

/// A visitor of a site that leaves phone numbers, who is offline and has written one.
fn offline(site: &BenchSite) -> Table<'_> {
    let mut table = Table::of_silent_visitor(site, |roster| {
        roster.profile.masking = Some(policy(MaskingAction::Leave));
    });
    table.input(Input::Network(false));
    table.say_by(&lenient(), TYPED);
    assert_eq!(table.own(TYPED).unwrap().delivery, Delivery::Sending);
    table
}

/// Texts that an agent's device got.
fn read(table: &mut Table<'_>) -> Vec<String> {
    let messages = table.sent_to(COLLEAGUE).into_iter();
    let texts = messages.filter_map(|message| match message.body {
        content::Body::Text(text) => Some(text),
        _ => None,
    });
    texts.collect()
}

#[test]
fn what_waited_is_sealed_as_the_newest_policy_masks_it() {
    for (action, text) in [(None, TYPED), (Some(MaskingAction::Mask(4)), MASKED)] {
        let site = BenchSite::new();
        let mut table = offline(&site);
        if let Some(action) = action {
            table.publish(|roster| roster.profile.masking = Some(policy(action)));
        }
        table.input(Input::Network(true));
        assert_eq!(table.own(text).unwrap().delivery, Delivery::Sent);
        assert_eq!(read(&mut table), [text]);
    }
}

#[test]
fn what_the_newest_policy_lets_nobody_send_fails_alone_and_its_text_stays_to_be_tried_again() {
    let site = BenchSite::new();
    let mut table = offline(&site);
    table.say_by(&lenient(), "halo");
    table.publish(|roster| roster.profile.masking = Some(policy(MaskingAction::Block)));
    table.input(Input::Network(true));
    let failed = table.own(TYPED).unwrap().clone();
    assert_eq!(failed.delivery, Delivery::Failed(Refusal::PolicyRefused));
    assert_eq!(read(&mut table), ["halo"]);

    let again = || Input::Retry { conversation: failed.conversation, event: failed.event };
    table.input(again());
    assert_eq!(table.own(TYPED).unwrap().delivery, Delivery::Failed(Refusal::PolicyRefused));
    table.restart();
    assert_eq!(table.own(TYPED).unwrap().delivery, Delivery::Failed(Refusal::PolicyRefused));
    table.publish(|roster| roster.profile.masking = None);
    table.input(again());
    assert_eq!(table.own(MASKED).unwrap().delivery, Delivery::Sent);
    assert_eq!(read(&mut table), ["halo", MASKED]);
}

#[test]
fn a_token_that_waited_goes_out_as_it_is_or_not_at_all() {
    for (action, leaves) in [(MaskingAction::Leave, true), (MaskingAction::Mask(4), false)] {
        let site = BenchSite::new();
        let backend = Backend::new(5);
        let mut table = Table::of_silent_visitor(&site, |roster| {
            roster.profile.masking = Some(policy(MaskingAction::Leave));
            roster.profile.vouchers = Some(vec![backend.voucher()]);
        });
        table.say("halo");
        table.input(Input::Network(false));
        table.input(Input::SocketClosed);
        let token = backend.sign(&Token {
            site: site.id,
            subject: TYPED.to_owned(),
            conversation: table.conversation,
            visitor: Token::derive_visitor(&table.bench.keys.unwrap().identity),
            not_after: NOW + 300,
        });
        let mask = |subject: &str| Some(lenient().mask(subject, Writer::Visitor).ok()?.text);
        table.input(Input::Introduce(Some(OutgoingToken::read(&token, mask).unwrap())));
        table.publish(|roster| roster.profile.masking = Some(policy(action)));
        table.input(Input::Network(true));
        let sent = table.sent_to(COLLEAGUE);
        let has_left = sent.iter().any(|message| matches!(message.body, content::Body::Token(_)));
        assert_eq!(has_left, leaves);
        assert_eq!(table.refusals().contains(&Refusal::TokenRefused), !leaves);
    }
}

#[test]
fn under_a_policy_that_cannot_be_followed_nothing_that_waits_is_sealed() {
    let site = BenchSite::new();
    let mut table = offline(&site);
    table.publish(|roster| {
        let rule =
            MaskingRule { kind: "{".to_owned(), ..policy(MaskingAction::Leave).rules.unwrap().remove(0) };
        roster.profile.masking = Some(Masking { rules: None, allowed: None, patterns: Some(vec![rule]) });
    });
    table.input(Input::Network(true));
    assert_eq!(table.own(TYPED).unwrap().delivery, Delivery::Failed(Refusal::PolicyRefused));
    assert_eq!(table.stored.len(), 0);
}

#[test]
fn a_file_of_text_that_waited_is_begun_and_named_as_the_newest_policy_masks_it() {
    let named = |text: &str| [text, ".txt"].concat();
    for (action, content) in [
        (MaskingAction::Leave, Some(TYPED)),
        (MaskingAction::Mask(4), Some(MASKED)),
        (MaskingAction::Block, None),
    ] {
        let site = BenchSite::new();
        let mut table = Table::of_silent_visitor(&site, |roster| {
            roster.profile.masking = Some(policy(MaskingAction::Leave));
        });
        table.input(Input::Network(false));
        let masked = |text: &str| lenient().mask(text, Writer::Visitor).unwrap().text;
        let file = OutgoingFile::text(masked(&named(TYPED)), "text/plain".to_owned(), masked(TYPED));
        table.input(Input::Attach { conversation: None, event: None, file });
        table.publish(|roster| roster.profile.masking = Some(policy(action)));
        table.input(Input::Network(true));
        let Some(content) = content else {
            let failed = |show: &segel_core::show::Show| match show {
                segel_core::show::Show::Item(item) => {
                    item.delivery == Delivery::Failed(Refusal::PolicyRefused)
                }
                _ => false,
            };
            assert!(table.bench.shown.iter().any(failed));
            assert_eq!((table.bench.upload.0, table.stored.len()), (0, 0), "the relay heard of nothing");
            continue;
        };
        let message = table.sent_to(HOSTILE).remove(0);
        let content::Body::Attachment(attachment) = message.body else { panic!("it is a file") };
        let mut opener = Opener::new(&attachment).unwrap();
        let plain = opener.open(&table.bench.upload.1).unwrap();
        assert_eq!(attachment.name, named(content));
        assert_eq!(attachment.size, content.len() as u64);
        assert_eq!(&plain[..content.len()], content.as_bytes());
        let shown = |show: &segel_core::show::Show| match show {
            segel_core::show::Show::Item(item) => match &item.body {
                Body::File(file) => Some(file.size),
                _ => None,
            },
            _ => None,
        };
        assert_eq!(table.bench.shown.iter().rev().find_map(shown), Some(content.len() as u64));
    }
}
