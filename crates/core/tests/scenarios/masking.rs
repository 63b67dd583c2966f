//! What a site has masked comes signed; the relay can neither weaken it nor take it away.

use segel_core::show::{Delivery, Gate, Refusal};
use segel_testkit::site::TestSite;
use segel_wire::cbor;
use segel_wire::ids::Octets;
use segel_wire::signed::{AdminSigned, Masking, MaskingAction, MaskingRule, Roster};

const TYPED: &str = "nik 3578291404697774, hp 081234567890";

#[tokio::test]
async fn agents_read_what_the_signed_policy_leaves_and_nothing_else() {
    let mut site = TestSite::start().await;
    site.leave_unmasked("phone");
    let agent = site.agent().await;
    let visitor = site.visitor();
    visitor.meets(Gate::Open).await;
    visitor.say(TYPED);
    agent.reads("nik ••••••••••••7774, hp 081234567890").await;
}

#[tokio::test]
async fn a_relay_that_rewrites_the_policy_is_refused_and_nothing_is_sealed() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    site.proxy().alter_answers("/roster", |roster| weakened(&roster));
    let visitor = site.visitor();
    visitor.meets(Gate::Refused(Refusal::RosterAltered)).await;
    assert_eq!(visitor.screen().masking, None, "no word of the relay's policy is followed");
    visitor.say(TYPED);
    let waits = "nik ••••••••••••7774, hp ••••••••7890";
    visitor.until("the text to wait, masked", |screen| screen.item(waits).is_some()).await;
    assert_eq!(visitor.screen().delivery(waits), Some(Delivery::Sending));
    assert_eq!(visitor.store().sessions().len(), 0);

    site.proxy().be_honest();
    visitor.meets(Gate::Open).await;
    agent.reads(waits).await;
}

#[tokio::test]
async fn a_weaker_policy_of_an_older_roster_does_not_come_back() {
    let mut site = TestSite::start().await;
    site.leave_unmasked("nik");
    let agent = site.agent().await;
    let older = site.publish_next().await;
    let visitor = site.visitor();
    visitor.meets(Gate::Open).await;
    visitor.say("nik 3171065512990003");
    agent.reads("nik 3171065512990003").await;

    site.owner().mask_everything().unwrap();
    site.publish_next().await;
    visitor.until("the stricter policy", |screen| screen.masking.is_none()).await;
    site.proxy().alter_answers("/roster", move |_| older.clone());
    site.proxy().cut();
    visitor.refuses(Refusal::RosterOlder).await;
    assert_eq!(visitor.screen().masking, None);
    visitor.say("nik 3171065512990003");
    agent.reads("nik ••••••••••••0003").await;
}

/// The roster with everything let through that a roster may let through, under the signature of the genuine one.
fn weakened(roster: &[u8]) -> Vec<u8> {
    let mut signed: AdminSigned = cbor::decode(roster).unwrap();
    let mut body: Roster = cbor::decode(&signed.body.0).unwrap();
    let rule = |kind: &str| MaskingRule {
        kind: kind.to_owned(),
        visitor: MaskingAction::Leave,
        agent: MaskingAction::Leave,
    };
    body.profile.masking =
        Some(Masking { rules: Some(vec![rule("nik"), rule("phone")]), allowed: None, patterns: None });
    signed.body = Octets(cbor::encode(&body));
    cbor::encode(&signed)
}
