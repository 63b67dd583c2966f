//! A hostile relay, or a page with a wrong tag: what the signed roster does not vouch for stays closed, and
//! the visitor reads why.

use segel_core::show::Refusal;
use segel_testkit::forge::FalseDevice;
use segel_wire::ids::RootKey;

use crate::harness::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn a_page_with_another_root_key_shows_no_chat() {
    Stage::play(async |stage| {
        let mut tag = stage.demo().tag().clone();
        tag.root = RootKey([9; 32]);
        let shop = stage.another_shop(&tag).await;
        let visitor = stage.visitor_at(&shop).await;
        visitor.is_refused(Refusal::WrongRoot).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_roster_shows_no_chat_and_the_genuine_one_opens_it() {
    Stage::play(async |stage| {
        stage.proxy().alter_answers("/roster", |mut roster| {
            let in_the_body = roster.len() - 100;
            roster[in_the_body] ^= 1;
            roster
        });
        let visitor = stage.visitor().await;
        visitor.is_refused(Refusal::RosterAltered).await;
        stage.proxy().be_honest();
        visitor.sees("textarea").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_roster_shows_no_chat() {
    Stage::play(async |stage| {
        let mut roster = stage.roster().await;
        roster.not_after = roster.issued_at + 1;
        stage.serve_roster(&roster);
        let visitor = stage.visitor().await;
        visitor.is_refused(Refusal::RosterExpired).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_roster_is_refused_in_a_banner_and_the_chat_goes_on_under_the_newest() {
    Stage::play(async |stage| {
        let older = stage.served_roster().await;
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.says("sebelum").await;
        agent.reads("sebelum").await;

        stage.proxy().alter_answers("/roster", move |_| older.clone());
        stage.proxy().cut();
        visitor.is_warned(Refusal::RosterOlder).await;
        visitor.says("sesudah").await;
        agent.reads("sesudah").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_signed_by_a_stranger_seals_nothing() {
    Stage::play(async |stage| {
        let agent = stage.native_agent().await;
        let listed = stage.roster().await.agents[0].devices[0].keys;
        let stranger = FalseDevice::new(stage.demo().tag().site, [7; 32], 1);
        stage.serve_bundle(&stranger, &listed).await;
        let visitor = stage.visitor().await;
        visitor.says("hanya untuk agen").await;
        visitor.is_refused(Refusal::BundleRefused).await;

        stage.proxy().be_honest();
        visitor.has_sent("hanya untuk agen").await;
        agent.reads("hanya untuk agen").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_all_zero_public_key_seals_nothing() {
    Stage::play(async |stage| {
        let device = FalseDevice::new(stage.demo().tag().site, [0; 32], 1);
        stage.list_alone(device.keys).await;
        stage.serve_bundle(&device, &device.keys).await;
        let visitor = stage.visitor().await;
        visitor.says("hanya untuk agen").await;
        visitor.is_refused(Refusal::WeakKey).await;
    })
    .await;
}
