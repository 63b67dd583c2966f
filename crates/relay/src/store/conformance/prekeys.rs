//! Prekeys: what is kept of them, and that each one-time prekey is handed out once.

use futures_util::future::join_all;
use segel_wire::api::PrekeysAnswer;
use segel_wire::ids::{IdentityKey, KemKey, LoginKey, PrekeyKey, Signature, SigningKey};
use segel_wire::signed::{Bundle, DeviceKeys, Prekey, Prekeys};
use segel_wire::{cbor, limits};

use super::{AGENT, DeviceId, OTHER_SITE, SITE, Store, VISITOR};
use crate::store::AskedBundle;

/// Unix seconds.
const NOW: u64 = 1_000;
/// When everything here expires, unless said otherwise.
const END: u64 = 2_000;

pub(in crate::store) async fn a_signed_prekey_gives_way_to_one_of_the_same_or_a_higher_id(store: &dyn Store) {
    let marked = |id, mark| Prekey { curve: PrekeyKey([mark; 32]), ..prekey(id, END) };
    for (id, mark, (stands, of)) in
        [(5, 1, (5, 1)), (4, 2, (5, 1)), (5, 3, (5, 3)), (6, 4, (6, 4)), (5, 5, (6, 4))]
    {
        let upload = Prekeys { keys: keys(1), signed: marked(id, mark), one_time: None, held: Vec::new() };
        let answer = store.keep_prekeys(SITE, AGENT, upload, NOW).await.unwrap();
        assert_eq!(answer, PrekeysAnswer { one_time: 0, highest: id.max(stands) });
        assert_eq!(take(store, AGENT, true, NOW).await, Some((stands, None)));
        let bundles = store.take_bundles(SITE, vec![asked(AGENT, true)], NOW).await.unwrap();
        let expected = Bundle { keys: keys(1), signed: marked(stands, of), one_time: None };
        assert_eq!(cbor::decode(&bundles[0].0), Ok(expected));
    }
    let elsewhere = store.take_bundles(OTHER_SITE, vec![asked(AGENT, true)], NOW).await.unwrap();
    assert_eq!(elsewhere, []);
}

pub(in crate::store) async fn a_one_time_prekey_is_in_one_answer_and_an_upload_again_brings_none_back(
    store: &dyn Store,
) {
    let first = upload(1, 2..=4);
    assert_eq!(keep(store, AGENT, &first).await, (3, 4));
    assert_eq!(take(store, AGENT, true, NOW).await, Some((1, Some(2))));
    assert_eq!(keep(store, AGENT, &first).await, (2, 4), "the one that is gone stays gone");
    assert_eq!(take(store, AGENT, true, NOW).await, Some((1, Some(3))));
    assert_eq!(take(store, AGENT, true, NOW).await, Some((1, Some(4))));
    for _ in 0..2 {
        assert_eq!(take(store, AGENT, true, NOW).await, Some((1, None)), "then the signed one alone");
    }
    assert_eq!(keep(store, AGENT, &upload(1, 2..=6)).await, (2, 6), "only what is above the highest");
    assert_eq!(keep(store, AGENT, &upload(9, 7..=7)).await, (3, 9), "both roles count up together");
    assert_eq!(keep(store, AGENT, &upload(9, 8..=8)).await, (3, 9), "so this one comes too late");

    let asked = vec![asked(AGENT, true); 2];
    assert_eq!(store.take_bundles(SITE, asked, NOW).await.unwrap().len(), 1, "a device is asked for once");
    let others = join_all((0..5).map(|_| take(store, AGENT, true, NOW))).await;
    let mut ids: Vec<_> = others.into_iter().map(|taken| taken.unwrap().1).collect();
    ids.sort_unstable();
    assert_eq!(ids, [None, None, None, Some(6), Some(7)]);
}

pub(in crate::store) async fn one_time_prekeys_are_kept_up_to_the_limit_and_until_they_expire(
    store: &dyn Store,
) {
    let limit = u32::try_from(limits::ONE_TIME_KEPT).unwrap();
    assert_eq!(keep(store, AGENT, &upload(1, 2..=30)).await, (limit, 30));
    assert_eq!(keep(store, AGENT, &upload(1, 31..=31)).await, (limit, 31), "no room");
    assert_eq!(take(store, AGENT, true, NOW).await, Some((1, Some(2))));
    assert_eq!(
        keep(store, AGENT, &upload(1, 31..=31)).await,
        (limit - 1, 31),
        "what was passed over stays out"
    );
    assert_eq!(keep(store, AGENT, &upload(1, 32..=32)).await, (limit, 32));

    assert_eq!(take(store, AGENT, true, END - 1).await, Some((1, Some(3))));
    assert_eq!(take(store, AGENT, true, END).await, Some((1, None)));
    let mut fresh = upload(1, 33..=34);
    fresh.one_time.as_mut().unwrap()[1].not_after = u64::MAX;
    let kept = store.keep_prekeys(SITE, AGENT, fresh, END).await.unwrap();
    assert_eq!(
        kept,
        PrekeysAnswer { one_time: 1, highest: 34 },
        "the expired ones are gone, one had come so"
    );
    assert_eq!(take(store, AGENT, true, END).await, Some((1, Some(34))));
}

pub(in crate::store) async fn one_time_prekeys_that_their_device_does_not_have_are_given_to_nobody(
    store: &dyn Store,
) {
    assert_eq!(keep(store, AGENT, &upload(1, 2..=5)).await, (4, 5));
    assert_eq!(keep(store, VISITOR, &upload(1, 2..=3)).await, (2, 3));
    let mut later = upload(1, 6..=6);
    later.held = vec![3, 5, 6];
    assert_eq!(keep(store, AGENT, &later).await, (3, 6));
    assert_eq!(keep(store, AGENT, &upload(1, 2..=5)).await, (3, 6), "a late one says nothing of later ones");
    let mut taken = Vec::new();
    while let Some((_, Some(id))) = take(store, AGENT, true, NOW).await {
        taken.push(id);
    }
    assert_eq!(taken, [3, 5, 6]);
    assert_eq!(take(store, VISITOR, true, NOW).await, Some((1, Some(2))), "another's are its own");
}

pub(in crate::store) async fn one_time_prekeys_are_taken_only_for_whoever_may_have_them(store: &dyn Store) {
    assert_eq!(keep(store, AGENT, &upload(1, 2..=2)).await, (1, 2));
    assert_eq!(keep(store, VISITOR, &upload(1, 2..=2)).await, (1, 2), "each device for itself");
    assert_eq!(take(store, AGENT, false, NOW).await, Some((1, None)));
    let absent = DeviceId([0; 16]);
    let all = vec![asked(absent, true), asked(VISITOR, false), asked(AGENT, true)];
    let bundles = store.take_bundles(SITE, all, NOW).await.unwrap();
    let taken: Vec<_> = bundles.iter().map(|bytes| one_time_of(&bytes.0)).collect();
    assert_eq!(taken, [None, Some(2)]);
    assert_eq!(take(store, VISITOR, true, NOW).await, Some((1, Some(2))));
}

fn asked(device: DeviceId, one_time: bool) -> AskedBundle {
    AskedBundle { device, one_time }
}

/// How many are kept, and the highest id.
async fn keep(store: &dyn Store, device: DeviceId, upload: &Prekeys) -> (u32, u32) {
    let answer = store.keep_prekeys(SITE, device, upload.clone(), NOW).await.unwrap();
    (answer.one_time, answer.highest)
}

/// The ids of the signed and of the one-time prekey that are handed out.
async fn take(store: &dyn Store, device: DeviceId, one_time: bool, now: u64) -> Option<(u32, Option<u32>)> {
    let bundles = store.take_bundles(SITE, vec![asked(device, one_time)], now).await.unwrap();
    let bundle: Bundle = cbor::decode(&bundles.first()?.0).unwrap();
    Some((bundle.signed.id, bundle.one_time.map(|prekey| prekey.id)))
}

fn one_time_of(bundle: &[u8]) -> Option<u32> {
    cbor::decode::<Bundle>(bundle).unwrap().one_time.map(|prekey| prekey.id)
}

pub(super) fn upload(signed: u32, one_time: std::ops::RangeInclusive<u32>) -> Prekeys {
    let held = (2..=*one_time.end()).collect();
    let one_time = one_time.map(|id| prekey(id, END)).collect();
    Prekeys { keys: keys(1), signed: prekey(signed, END), one_time: Some(one_time), held }
}

fn keys(seed: u8) -> DeviceKeys {
    DeviceKeys {
        identity: IdentityKey([seed; 32]),
        signing: SigningKey([seed; 32]),
        login: LoginKey([seed; 32]),
    }
}

fn prekey(id: u32, not_after: u64) -> Prekey {
    let kem = KemKey::new(&[7; KemKey::SIZE]).unwrap();
    Prekey { id, not_after, curve: PrekeyKey([8; 32]), kem, signature: Signature([9; 64]) }
}
