//! A hostile relay hands out prekey bundles, or lists devices, that would give the key away.

use std::time::Duration;

use segel_core::show::{Delivery, Gate, Refusal};
use segel_testkit::client::{Client, Screen};
use segel_testkit::forge::FalseDevice;
use segel_testkit::proxy::{Record, Towards};
use segel_testkit::site::{self, TestSite};
use segel_wire::api::BundlesAnswer;
use segel_wire::ids::Octets;
use segel_wire::signed::{Device, DeviceKeys};

const IN_A_DAY: u64 = 24 * 60 * 60;

#[tokio::test]
async fn a_bundle_signed_by_a_stranger_is_refused() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let listed = site.roster().agents[0].devices[0].keys;
    let stranger = FalseDevice::new(site.tag().site, [7; 32], 1);
    let bundle = stranger.sign_bundle(&listed, [8; 32], site::now() + IN_A_DAY);
    serve_bundle(&site, bundle);
    let visitor = site.visitor();
    assert_refused(&visitor, Refusal::BundleRefused).await;

    site.proxy().be_honest();
    visitor.has_sent("halo").await;
    agent.reads("halo").await;
    visitor.meets(Gate::Open).await;
}

#[tokio::test]
async fn an_all_zero_prekey_is_refused_though_its_device_signed_it() {
    let mut site = TestSite::start().await;
    let device = FalseDevice::new(site.tag().site, [7; 32], 1);
    list_alone(&site, device.keys);
    serve_bundle(&site, device.sign_bundle(&device.keys, [0; 32], site::now() + IN_A_DAY));
    assert_refused(&site.visitor(), Refusal::WeakKey).await;
}

#[tokio::test]
async fn an_all_zero_identity_is_refused_though_the_owner_signed_it() {
    let mut site = TestSite::start().await;
    let device = FalseDevice::new(site.tag().site, [0; 32], 1);
    list_alone(&site, device.keys);
    serve_bundle(&site, device.sign_bundle(&device.keys, [8; 32], site::now() + IN_A_DAY));
    assert_refused(&site.visitor(), Refusal::WeakKey).await;
}

#[tokio::test]
async fn an_expired_bundle_is_not_used() {
    let mut site = TestSite::start().await;
    let device = FalseDevice::new(site.tag().site, [7; 32], 1);
    list_alone(&site, device.keys);
    serve_bundle(&site, device.sign_bundle(&device.keys, [8; 32], site::now() - 1));
    let visitor = site.visitor();
    visitor.say("halo");
    asked_for_bundles(&site, 1).await;
    // Once the answer has been looked at, only time leads to the next question.
    visitor.until("the text to wait", |screen| screen.item("halo").is_some()).await;
    visitor.advance(Duration::from_secs(6));
    asked_for_bundles(&site, 2).await;
    assert_eq!(visitor.store().sessions().len(), 0);
    assert_eq!(visitor.screen().delivery("halo"), Some(Delivery::Sending));
}

/// Waits until so many questions for bundles were answered.
async fn asked_for_bundles(site: &TestSite, times: usize) {
    let answered =
        |record: &&Record| record.towards == Towards::Client && record.subject.ends_with("/bundles");
    let is_so = |records: &[Record]| records.iter().filter(answered).count() >= times;
    site.proxy().until("an answer about bundles", is_so).await;
}

/// Answers every question for bundles with this one.
fn serve_bundle(site: &TestSite, bundle: Vec<u8>) {
    let answer = serde_json::to_vec(&BundlesAnswer { bundles: vec![Octets(bundle)] }).unwrap();
    site.proxy().alter_answers("/bundles", move |_| answer.clone());
}

/// Serves a roster, signed as the owner signs, whose only device has these keys.
fn list_alone(site: &TestSite, keys: DeviceKeys) {
    let mut roster = site.roster();
    let device = Device { keys, not_after: site::now() + IN_A_DAY };
    roster.agents[0].devices = vec![device];
    roster.desks[0].inbox = vec![keys.derive_id(&roster.site)];
    let roster = site.forge().sign_roster(&roster);
    site.proxy().alter_answers("/roster", move |_| roster.clone());
}

/// The first text is kept, refused exactly so, and nothing is sealed.
async fn assert_refused(visitor: &Client, refusal: Refusal) {
    visitor.meets(Gate::Open).await;
    visitor.say("halo");
    let screen: Screen = visitor.meets(Gate::Refused(refusal)).await;
    assert_eq!(screen.delivery("halo"), Some(Delivery::Sending));
    assert_eq!(visitor.store().sessions().len(), 0);
}
