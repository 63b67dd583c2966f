//! Uploading prekeys, and who is handed which.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use reqwest::Method;
use segel_relay::EventRate;
use segel_wire::api::{BundlesAnswer, BundlesRequest, PrekeysAnswer};
use segel_wire::signed::{Bundle, Prekeys};
use segel_wire::{Code, cbor, limits};

use crate::support::{Client, Owner, Scene, TestDevice, code_of, start};

fn path(scene: &Scene) -> String {
    format!("/v1/sites/{}/prekeys", scene.owner.site)
}

async fn upload(client: &Client, scene: &Scene, bytes: &[u8]) -> PrekeysAnswer {
    let answer = client.put_octets(&path(scene), bytes).await;
    assert_eq!(answer.status(), 200);
    answer.json().await.unwrap()
}

/// The id of the one-time prekey that `asker` is handed.
async fn one_time(asker: &Client, of: &TestDevice) -> Option<u32> {
    asker.bundle(of).await.unwrap().one_time.map(|prekey| prekey.id)
}

#[tokio::test]
async fn a_device_uploads_prekeys_and_an_asker_is_handed_the_very_ones() {
    let scene = Scene::new().await;
    let (agent, visitor) = (scene.agent().await, scene.visitor(7).await);
    let bytes = scene.agent.prekeys(1, [2, 3]);
    assert_eq!(upload(&agent, &scene, &bytes).await, PrekeysAnswer { one_time: 2, highest: 3 });
    let Prekeys { keys, signed, one_time, .. } = cbor::decode(&bytes).unwrap();
    let first = one_time.unwrap().into_iter().next();
    let handed = visitor.bundle(&scene.agent).await.unwrap();
    assert_eq!(handed, Bundle { keys, signed, one_time: first });

    let newer = PrekeysAnswer { one_time: 1, highest: 4 };
    assert_eq!(upload(&agent, &scene, &scene.agent.prekeys(4, [])).await, newer);
    assert_eq!(
        upload(&agent, &scene, &scene.agent.prekeys(1, [2, 3])).await,
        newer,
        "an older copy learns of it"
    );
    assert_eq!(visitor.bundle(&scene.agent).await.unwrap().signed.id, 4);
}

#[tokio::test]
async fn a_device_without_prekeys_is_left_out_and_each_is_answered_once() {
    let scene = Scene::new().await;
    let visitor = scene.visitor(7).await;
    upload(&scene.agent().await, &scene, &scene.agent.prekeys(1, [2, 3])).await;
    let absent = scene.visitor_device(8);
    let answer = visitor.ask_bundles(&[&absent, &scene.agent, &scene.agent]).await.unwrap();
    assert_eq!(answer.json::<BundlesAnswer>().await.unwrap().bundles.len(), 1);
    assert_eq!(one_time(&visitor, &scene.agent).await, Some(3), "one was handed out, not two");
}

#[tokio::test]
async fn what_is_anothers_altered_too_large_or_without_a_session_is_refused_and_nothing_kept() {
    let scene = Scene::new().await;
    let (agent, visitor) = (scene.agent().await, scene.visitor(7).await);
    let refused =
        async |client: &Client, bytes: &[u8]| code_of(client.put_octets(&path(&scene), bytes).await).await;
    let genuine = scene.agent.prekeys(1, [2]);
    assert_eq!(refused(&visitor, &genuine).await, Code::SignatureRefused);
    assert_eq!(refused(&scene.nobody(), &genuine).await, Code::Unauthenticated);
    let mut altered: Prekeys = cbor::decode(&genuine).unwrap();
    altered.one_time.as_mut().unwrap()[0].signature.0[63] ^= 1;
    let altered = cbor::encode(&altered);
    assert_eq!(refused(&agent, &altered).await, Code::SignatureRefused, "one of them does not hold");
    assert_eq!(refused(&agent, &genuine[1..]).await, Code::Malformed);
    let oversized = scene.agent.prekeys(1, 2..40);
    assert!((limits::PREKEYS_BYTES..limits::REQUEST_BYTES).contains(&oversized.len()));
    assert_eq!(refused(&agent, &oversized).await, Code::TooLarge);

    let absent = scene.visitor_device(8).id;
    let bundles = format!("/v1/sites/{}/bundles", scene.owner.site);
    let all = BundlesRequest { devices: vec![absent; limits::DESK_DEVICES + 1] };
    let too_many = visitor.request(Method::POST, &bundles).json(&all).send().await.unwrap();
    assert_eq!(code_of(too_many).await, Code::TooLarge);
    let unasked = scene.nobody().ask_bundles(&[&scene.agent]).await.unwrap();
    assert_eq!(code_of(unasked).await, Code::Unauthenticated);
    let kept = visitor.ask_bundles(&[&scene.agent]).await.unwrap();
    assert_eq!(kept.json::<BundlesAnswer>().await.unwrap().bundles, []);
}

#[tokio::test]
async fn of_many_who_ask_at_once_no_two_are_handed_the_same_one_time_prekey() {
    let scene = Scene::new().await;
    let agent = scene.agent().await;
    let kept = u32::try_from(limits::ONE_TIME_KEPT).unwrap();
    let bytes = scene.agent.prekeys(1, 2..2 + kept);
    assert_eq!(upload(&agent, &scene, &bytes).await, PrekeysAnswer { one_time: kept, highest: 1 + kept });
    let visitors = join_all((1..=8).map(|seed| scene.visitor(seed))).await;
    let asks = visitors.iter().flat_map(|visitor| (0..8).map(|_| one_time(visitor, &scene.agent)));
    let handed = join_all(asks).await;
    assert_eq!(handed.len(), 64);
    let ids: Vec<u32> = handed.into_iter().flatten().collect();
    assert_eq!(ids.len(), limits::ONE_TIME_KEPT, "the others were handed the signed one alone");
    assert_eq!(ids.into_iter().collect::<BTreeSet<_>>(), (2..2 + kept).collect());

    let empty = PrekeysAnswer { one_time: 0, highest: 1 + kept };
    assert_eq!(upload(&agent, &scene, &bytes).await, empty, "and the same upload brings none back");
    let database = scene.database();
    let Scene { running, owner, folder, agent: device, .. } = scene;
    running.stop().await;
    let running = start(&[&owner], &database, EventRate::default()).await;
    let visitor = Client { relay: format!("http://{}", running.address()), ..visitors[0].clone() };
    assert_eq!(one_time(&visitor, &device).await, None, "nor does a restart");
    running.stop().await;
    drop(folder);
}

#[tokio::test]
async fn a_visitors_one_time_prekeys_are_for_listed_devices_and_nobodys_for_itself() {
    let scene = Scene::new().await;
    let (agent, visitor, other) = (scene.agent().await, scene.visitor(7).await, scene.visitor(8).await);
    let visitor_device = scene.visitor_device(7);
    upload(&visitor, &scene, &visitor_device.prekeys(1, 2..5)).await;
    upload(&agent, &scene, &scene.agent.prekeys(1, 2..5)).await;
    for (asker, of, handed) in [
        (&other, &visitor_device, None),
        (&visitor, &visitor_device, None),
        (&agent, &visitor_device, Some(2)),
        (&agent, &scene.agent, None),
        (&visitor, &scene.agent, Some(2)),
        (&other, &scene.agent, Some(3)),
    ] {
        assert_eq!(one_time(asker, of).await, handed);
    }
    let second = scene.owner.next_roster(2, &scene.owner.first_roster(&[&scene.agent]), &[]);
    assert_eq!(scene.nobody().put_octets(&scene.roster_path(), &second).await.status(), 200);
    assert_eq!(one_time(&agent, &visitor_device).await, None, "no longer listed");
    assert_eq!(one_time(&visitor, &scene.agent).await, None);
}

#[tokio::test]
async fn a_session_of_one_site_neither_uploads_nor_asks_at_another() {
    let scene = Scene::new().await;
    let there = format!("/v1/sites/{}", Owner::new(2).site);
    let agent = scene.agent().await;
    let uploaded = agent.put_octets(&format!("{there}/prekeys"), &scene.agent.prekeys(1, [])).await;
    assert_eq!(code_of(uploaded).await, Code::Unauthenticated);
    let foreign = TestDevice::new(&Owner::new(2), 7);
    assert_eq!(code_of(agent.ask_bundles(&[&foreign]).await.unwrap()).await, Code::Unauthenticated);
}
