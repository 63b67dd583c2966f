//! Prekeys: a one-time prekey is handed out once. PROTOCOL.md, sections 3.4 and 7.2.

use std::collections::BTreeMap;

use segel_wire::api::PrekeysAnswer;
use segel_wire::cbor;
use segel_wire::ids::{DeviceId, SiteId};
use segel_wire::limits;
use segel_wire::signed::{Bundle, Prekey, Prekeys};

#[derive(Default, Clone)]
pub(super) struct PrekeyStore(BTreeMap<DeviceId, Shelf>);

#[derive(Clone)]
struct Shelf {
    bundle: Bundle,
    one_time: Vec<Prekey>,
    highest: u32,
}

impl PrekeyStore {
    /// Everything of a device goes.
    pub(super) fn erase(&mut self, device: DeviceId) {
        self.0.remove(&device);
    }

    /// Takes an upload of the device's own; `now` in Unix seconds. That its signatures hold is seen by whoever is handed one.
    pub(super) fn keep(
        &mut self,
        site: &SiteId,
        device: DeviceId,
        bytes: &[u8],
        now: u64,
    ) -> Option<PrekeysAnswer> {
        let Prekeys { keys, signed, one_time, held } = cbor::decode(bytes).ok()?;
        if keys.derive_id(site) != device {
            return None;
        }
        let one_time = one_time.unwrap_or_default();
        let uploaded = one_time.iter().map(|prekey| prekey.id).fold(signed.id, u32::max);
        let before = self.0.get(&device).map(|kept| kept.highest);
        let kept = self.0.entry(device).or_insert_with(|| {
            let bundle = Bundle { keys, signed: signed.clone(), one_time: None };
            Shelf { bundle, one_time: Vec::new(), highest: 0 }
        });
        if signed.id >= kept.bundle.signed.id {
            kept.bundle.signed = signed;
        }
        kept.highest = kept.highest.max(uploaded);
        let last = held.last().map_or(uploaded, |last| uploaded.max(*last));
        kept.one_time
            .retain(|prekey| now < prekey.not_after && (prekey.id > last || held.contains(&prekey.id)));
        let room = limits::ONE_TIME_KEPT.saturating_sub(kept.one_time.len());
        let fresh = one_time.into_iter().filter(|prekey| before.is_none_or(|before| prekey.id > before));
        kept.one_time.extend(fresh.filter(|prekey| now < prekey.not_after).take(room));
        let one_time = u32::try_from(kept.one_time.len()).unwrap_or(u32::MAX);
        Some(PrekeysAnswer { one_time, highest: kept.highest })
    }

    /// A bundle's bytes, with a one-time prekey that nobody else gets if one may be had.
    pub(super) fn take(&mut self, device: DeviceId, one_time: bool, now: u64) -> Option<Vec<u8>> {
        let kept = self.0.get_mut(&device)?;
        kept.one_time.retain(|prekey| now < prekey.not_after);
        let one_time = (one_time && !kept.one_time.is_empty()).then(|| kept.one_time.remove(0));
        Some(cbor::encode(&Bundle { one_time, ..kept.bundle.clone() }))
    }
}
