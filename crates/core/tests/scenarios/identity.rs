//! The business says who a visitor is, and the agents are shown what counts.

use std::time::Duration;

use segel_core::show::{Delivery, Identity, Link, Refusal, Standing};
use segel_core::{Input, show};
use segel_testkit::client::{Client, Screen};
use segel_testkit::forge::Backend;
use segel_testkit::site::{self, TestSite};
use segel_wire::ids::ConversationId;
use segel_wire::signed::Token;

const SUBJECT: &str = "Pelanggan Demo · C-1042";
const MINUTE: Duration = Duration::from_mins(1);

/// A visitor who talks with an agent, on a page whose server vouches.
struct Shop {
    site: TestSite,
    backend: Backend,
    agent: Client,
    visitor: Client,
    conversation: ConversationId,
}

impl Shop {
    async fn open() -> Self {
        Self::open_ahead(Duration::ZERO).await
    }

    /// With a visitor whose clock is so far ahead.
    async fn open_ahead(ahead: Duration) -> Self {
        let mut site = TestSite::start().await;
        let backend = Backend::new(5);
        site.owner().add_voucher(backend.voucher()).unwrap();
        let agent = site.agent().await;
        let tag = site.tag();
        let visitor = site.visitor_with(tag, ahead);
        visitor.say("halo");
        agent.reads("halo").await;
        let conversation = visitor.conversation();
        Self { site, backend, agent, visitor, conversation }
    }

    /// What the server signs for who asks now, unless the test has it say otherwise.
    fn sign(&self, subject: &str, visitor: [u8; 32], change: impl FnOnce(&mut Token)) -> Vec<u8> {
        let (site, conversation) = (self.site.tag().site, self.conversation);
        let subject = subject.to_owned();
        let mut token = Token { site, subject, conversation, visitor, not_after: site::now() + 300 };
        change(&mut token);
        self.backend.sign(&token)
    }

    /// The page is asked and answers.
    async fn introduce(&self, subject: &str, change: impl FnOnce(&mut Token)) {
        let (_, visitor) = self.visitor.is_asked_who().await;
        self.visitor.introduce(&self.sign(subject, visitor, change));
    }

    async fn shows(&self, agent: &Client, wish: &str, is: impl Fn(&Identity) -> bool) -> Screen {
        agent.until(wish, |screen| is(&screen.identity(self.conversation))).await
    }

    async fn confirms(&self, agent: &Client, name: &str) {
        let is =
            |identity: &Identity| matches!(identity, Identity::Confirmed { subject, .. } if subject == name);
        self.shows(agent, name, is).await;
    }

    async fn refuses(&self, agent: &Client) {
        let screen = self.shows(agent, "refused", |identity| *identity == Identity::Refused).await;
        assert_eq!(screen.introduced(self.conversation), [""; 0]);
    }
}

#[tokio::test]
async fn a_visitor_whom_the_business_vouches_for_is_confirmed_to_agents_and_told_so() {
    let shop = Shop::open().await;
    assert_eq!(shop.agent.screen().identity(shop.conversation), Identity::Unknown);
    let (conversation, _) = shop.visitor.is_asked_who().await;
    assert_eq!(conversation, shop.conversation);
    shop.introduce(SUBJECT, |_| {}).await;
    shop.confirms(&shop.agent, SUBJECT).await;
    assert_eq!(shop.agent.screen().introduced(shop.conversation), [SUBJECT]);
    let told = |screen: &Screen| screen.introduced(shop.conversation) == [SUBJECT];
    shop.visitor.until("the visitor to be told", told).await;
    let summary = &shop.agent.screen().conversations[&shop.conversation];
    assert_eq!((summary.unread, summary.preview.as_str()), (1, "halo"), "it is no message");
}

#[tokio::test]
async fn the_same_word_is_said_again_after_half_a_day_and_another_one_at_once() {
    let mut shop = Shop::open().await;
    shop.introduce(SUBJECT, |_| {}).await;
    shop.confirms(&shop.agent, SUBJECT).await;
    shop.visitor.restart().await;
    shop.introduce(SUBJECT, |_| {}).await;
    shop.introduce("Pelanggan Lain", |_| {}).await;
    shop.confirms(&shop.agent, "Pelanggan Lain").await;
    assert_eq!(shop.agent.screen().introduced(shop.conversation), [SUBJECT, "Pelanggan Lain"]);

    let day = 13 * 60 * MINUTE;
    shop.visitor.advance(day);
    shop.introduce("Pelanggan Lain", |token| token.not_after += day.as_secs()).await;
    let again = |screen: &Screen| {
        screen.introduced(shop.conversation) == [SUBJECT, "Pelanggan Lain", "Pelanggan Lain"]
    };
    shop.visitor.until("it to be said again", again).await;
}

#[tokio::test]
async fn who_signs_out_is_unknown_again() {
    let shop = Shop::open().await;
    shop.introduce(SUBJECT, |_| {}).await;
    shop.confirms(&shop.agent, SUBJECT).await;
    shop.introduce("", |_| {}).await;
    shop.shows(&shop.agent, "unknown", |identity| *identity == Identity::Unknown).await;
}

#[tokio::test]
async fn a_day_later_a_word_has_lapsed() {
    let shop = Shop::open().await;
    shop.introduce(SUBJECT, |_| {}).await;
    shop.confirms(&shop.agent, SUBJECT).await;
    shop.agent.advance(23 * 60 * MINUTE);
    shop.confirms(&shop.agent, SUBJECT).await;
    shop.agent.advance(2 * 60 * MINUTE);
    let lapsed =
        |identity: &Identity| matches!(identity, Identity::Lapsed { subject, .. } if subject == SUBJECT);
    shop.shows(&shop.agent, "lapsed", lapsed).await;
}

#[tokio::test]
async fn a_token_for_another_site_conversation_or_device_or_of_another_time_never_leaves() {
    let shop = Shop::open().await;
    let (_, visitor) = shop.visitor.is_asked_who().await;
    let changes: [fn(&mut Token); 5] = [
        |token| token.site.0[0] ^= 1,
        |token| token.conversation.0[0] ^= 1,
        |token| token.visitor[0] ^= 1,
        |token| token.not_after = site::now() - 1,
        |token| token.not_after = site::now() + 700,
    ];
    for (count, change) in changes.into_iter().enumerate() {
        shop.visitor.introduce(&shop.sign(SUBJECT, visitor, change));
        shop.visitor.until("a refusal", |screen| screen.refusals.len() == count + 1).await;
    }
    let stranger = Backend::new(6);
    let token = Token {
        site: shop.site.tag().site,
        subject: SUBJECT.to_owned(),
        conversation: shop.conversation,
        visitor,
        not_after: site::now() + 300,
    };
    shop.visitor.introduce(&stranger.sign(&token));
    let screen = shop.visitor.until("a refusal", |screen| screen.refusals.len() == 6).await;
    assert_eq!(screen.refusals, [Refusal::TokenRefused; 6]);
    shop.visitor.say("sesudahnya");
    shop.agent.reads("sesudahnya").await;
    assert_eq!(shop.agent.screen().identity(shop.conversation), Identity::Unknown);
}

#[tokio::test]
async fn what_was_stored_at_another_time_than_it_says_does_not_count() {
    let shop = Shop::open_ahead(6 * MINUTE).await;
    // By the visitor's clock it lives on.
    shop.introduce(SUBJECT, |token| token.not_after += 360).await;
    shop.refuses(&shop.agent).await;
    assert!(shop.agent.screen().closed().any(|(_, refusal)| refusal == Refusal::TokenRefused));
}

#[tokio::test]
async fn a_key_that_the_owner_takes_back_vouches_for_nobody_any_more() {
    let mut shop = Shop::open().await;
    shop.introduce(SUBJECT, |_| {}).await;
    shop.confirms(&shop.agent, SUBJECT).await;
    let voucher = shop.backend.voucher();
    shop.site.owner().remove_voucher(&voucher).unwrap();
    shop.site.attend().await;
    shop.refuses(&shop.agent).await;
    shop.site.owner().add_voucher(voucher).unwrap();
    shop.site.attend().await;
    shop.confirms(&shop.agent, SUBJECT).await;
}

#[tokio::test]
async fn a_token_that_lapses_while_it_waits_is_not_sent_and_the_page_is_asked_anew() {
    let shop = Shop::open().await;
    let (_, visitor) = shop.visitor.is_asked_who().await;
    shop.visitor.input(Input::Network(false));
    shop.site.proxy().cut();
    shop.visitor.until("to be offline", |screen| screen.link == Some(Link::Offline)).await;
    shop.visitor.introduce(&shop.sign(SUBJECT, visitor, |_| {}));
    let waits = |screen: &Screen| screen.introduced(shop.conversation) == [SUBJECT];
    let screen = shop.visitor.until("it to wait", waits).await;
    let waiting = screen.timeline(shop.conversation).last().map(|item| item.delivery);
    assert_eq!(waiting, Some(Delivery::Sending));

    let before = screen.introductions.len();
    shop.visitor.advance(6 * MINUTE);
    shop.visitor.input(Input::Network(true));
    shop.visitor.is_asked_again(before).await;
    shop.visitor.until("it to be gone", |screen| screen.introduced(shop.conversation).is_empty()).await;
    assert_eq!(shop.agent.screen().identity(shop.conversation), Identity::Unknown);
}

#[tokio::test]
async fn of_the_tokens_that_are_handed_in_while_nothing_can_be_sent_the_last_one_is() {
    let shop = Shop::open().await;
    let (_, visitor) = shop.visitor.is_asked_who().await;
    shop.site.proxy().cut();
    shop.visitor.input(Input::Network(false));
    shop.visitor.until("to be offline", |screen| screen.link == Some(Link::Offline)).await;
    for subject in ["C-1", "C-2", "C-3"] {
        shop.visitor.introduce(&shop.sign(subject, visitor, |_| ()));
    }
    shop.visitor.input(Input::Network(true));
    shop.confirms(&shop.agent, "C-3").await;
    assert_eq!(shop.agent.screen().introduced(shop.conversation), ["C-3"]);
}

#[tokio::test]
async fn who_takes_a_conversation_over_is_shown_who_the_visitor_is() {
    let mut shop = Shop::open().await;
    shop.introduce(SUBJECT, |_| {}).await;
    shop.confirms(&shop.agent, SUBJECT).await;
    shop.agent.say("Baik, Kak");
    shop.agent.stands(shop.conversation, Standing::Mine).await;
    let colleague = shop.site.agent_named("Agen Kedua").await;
    shop.agent.does(shop.conversation, show::Deed::Transfer(shop.site.agent_id("Agen Kedua")));
    colleague.stands(shop.conversation, Standing::Mine).await;
    colleague.say_in(shop.conversation, "Saya lanjutkan");
    shop.visitor.reads("Saya lanjutkan").await;
    shop.confirms(&colleague, SUBJECT).await;
}

#[tokio::test]
async fn the_name_for_a_customer_reaches_the_relay_sealed_only() {
    let shop = Shop::open().await;
    shop.introduce(SUBJECT, |_| {}).await;
    shop.confirms(&shop.agent, SUBJECT).await;
    let canary = segel_testkit::canary::Canary::text(SUBJECT);
    for record in shop.site.proxy().records() {
        let bytes = [record.subject.as_bytes(), record.head.as_bytes(), &record.body].concat();
        assert!(canary.find(&bytes).is_empty(), "{}", record.subject);
    }
    for device in [&shop.visitor, &shop.agent] {
        for (name, sealed) in device.store().sealed() {
            assert!(canary.find(&sealed).is_empty(), "{name}");
        }
    }
}
