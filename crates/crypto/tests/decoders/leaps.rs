//! A relay's word of the ids that it was given, again and again.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use segel_crypto::prekeys::Prekeys;
use segel_wire::{cbor, limits};

const NOW: u64 = 1_800_000_000;

#[test]
fn ever_higher_ids_neither_fill_the_store_nor_use_up_the_ids() {
    let mut random = ChaCha20Rng::seed_from_u64(1);
    let mut prekeys = Prekeys::default();
    prekeys.rotate(NOW, &mut random);
    for leap in [1, 100_000].into_iter().cycle().take(200) {
        prekeys.restock(20, prekeys.last_id() + leap, limits::ONE_TIME_KEPT, NOW, &mut random);
    }
    assert!(cbor::encode(&prekeys).len() < 8 * 1_024);
    assert!(prekeys.last_id() < 1_000_000);
    let last_id = prekeys.last_id();
    // When the signed prekeys of that time are gone, the relay is believed again.
    let later = NOW + limits::PREKEY_DELETE_SECONDS;
    assert!(prekeys.rotate(later - limits::PREKEY_LEEWAY_SECONDS, &mut random));
    assert!(prekeys.rotate(later, &mut random));
    prekeys.restock(20, last_id + 9, limits::ONE_TIME_KEPT, later, &mut random);
    assert_eq!(prekeys.last_id(), last_id + 10);
}
