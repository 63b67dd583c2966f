//! A device's prekeys: what it offers, what answers, and what is never answered again.
//! PROTOCOL.md, section 3.4.

use rand_core::CryptoRng;
use segel_wire::cbor::{self, Cbor, MalformedCbor, Reader, Writer};
use segel_wire::cbor_array;
use segel_wire::ids::{KemKey, PrekeyKey, SiteId};
use segel_wire::limits;
use segel_wire::signed::{self, Prekey, PrekeyRole};

use crate::device::DeviceSecrets;
use crate::handshake::Transcript;
use crate::secret::{Secret, secrets};
use segel_hazmat::{curve, kem};

secrets! {
    /// X25519 private half of a prekey.
    pub PrekeySecret;
    /// ML-KEM-768 private half of a prekey or an offer: the seed `d | z` of FIPS 203.
    pub KemSeed: 64;
}

/// A prekey with its private halves and its age.
#[derive(Debug, Clone)]
pub(crate) struct OwnPrekey {
    id: u32,
    made_at: u64,
    pub(crate) curve: PrekeySecret,
    pub(crate) kem: KemSeed,
    /// When the clock first said that it is nearly past its time, if it says so still.
    aging_since: Option<u64>,
}

cbor_array!(OwnPrekey { id, made_at, curve, kem, aging_since });

/// A signed prekey and the handshakes that it served by itself.
#[derive(Debug, Clone)]
struct Signed {
    prekey: OwnPrekey,
    served: Served,
}

cbor_array!(Signed { prekey, served });

/// The start of each transcript that was accepted, in one byte string.
#[derive(Debug, Clone, Default)]
struct Served(Vec<u8>);

/// What a handshake used; see [`Prekeys::use_up`].
#[derive(Debug, Clone, Copy)]
#[must_use = "a prekey that is not used up would answer a replayed handshake"]
pub struct Used {
    signed: u32,
    one_time: Option<u32>,
    transcript: Transcript,
}

/// The private halves that an init asks for.
pub(crate) struct Chosen<'a> {
    pub(crate) signed: &'a OwnPrekey,
    pub(crate) one_time: Option<&'a OwnPrekey>,
}

/// A device's prekeys: the newest signed one is offered, older ones answer until they are deleted; a one-time
/// prekey answers once.
#[derive(Debug, Clone, Default)]
pub struct Prekeys {
    signed: Vec<Signed>,
    one_time: Vec<OwnPrekey>,
    /// The highest id given so far. It outlives the prekeys, so that no id names two of them.
    last_id: u32,
    /// The highest id that the relay is known to have.
    uploaded: u32,
}

cbor_array!(Prekeys { signed, one_time, last_id, uploaded });

/// How far the relay's highest id may be ahead of the own one.
const LEAP: u32 = 100_000;
/// Signed prekeys from which on the relay's word makes no more of them.
const SIGNED_HELD: usize = 8;
/// Bytes of a transcript that are remembered.
const REMEMBERED: usize = 16;

impl Prekeys {
    /// Whether there is none: the device is new.
    pub fn is_empty(&self) -> bool {
        self.signed.is_empty()
    }

    /// Replaces the signed prekey when it is old, worn or of a time to come, and deletes what is past its time; `now`
    /// in Unix seconds. Whether anything changed.
    pub fn rotate(&mut self, now: u64, random: &mut impl CryptoRng) -> bool {
        let is_good = self.signed.last().is_some_and(|signed| {
            let made_at = signed.prekey.made_at;
            let is_young = made_at <= now.saturating_add(limits::PREKEY_LEEWAY_SECONDS)
                && now < made_at.saturating_add(limits::PREKEY_ROTATE_SECONDS);
            is_young && signed.served.count() < limits::SIGNED_REPLACED
        });
        let counts = (self.signed.len(), self.one_time.len());
        let mut changed = false;
        self.signed.retain_mut(|signed| !signed.prekey.is_past(now, &mut changed));
        self.one_time.retain_mut(|prekey| !prekey.is_past(now, &mut changed));
        let made = if is_good { None } else { self.make(now, random) };
        changed |= made.is_some();
        self.signed.extend(made.map(Signed::new));
        changed || counts != (self.signed.len(), self.one_time.len())
    }

    /// After an upload was answered: takes the relay's word of how many one-time prekeys it keeps and of the
    /// `highest` id it was ever given, and makes new ones up to `stock` if less than half of it is left. Whether
    /// there is anything to upload.
    ///
    /// A relay that knows higher ids than were given here shows that this state is a copy from before they were
    /// given: every one-time prekey goes, since some were used. A leap that no device makes is not believed, nor
    /// one after another without end: they would use up the ids and fill the store.
    pub fn restock(
        &mut self,
        kept: u32,
        highest: u32,
        stock: usize,
        now: u64,
        random: &mut impl CryptoRng,
    ) -> bool {
        let is_believed = self.signed.len() < SIGNED_HELD
            && highest.checked_sub(self.last_id).is_some_and(|leap| (1..=LEAP).contains(&leap));
        if is_believed {
            self.one_time.clear();
            self.last_id = highest;
            // Of an id that the relay does not know, so that it is taken.
            let made = self.make(now, random);
            self.signed.extend(made.map(Signed::new));
        }
        self.uploaded = self.uploaded.max(highest.min(self.last_id));
        let stock = stock.min(limits::ONE_TIME_KEPT);
        let kept = usize::try_from(kept).unwrap_or(usize::MAX);
        let all_uploaded = self.one_time.iter().all(|prekey| prekey.id <= self.uploaded);
        if kept < stock.div_ceil(2) && all_uploaded {
            for _ in kept..stock {
                if self.one_time.len() < limits::ONE_TIME_HELD {
                    let made = self.make(now, random);
                    self.one_time.extend(made);
                }
            }
        }
        self.last_id > self.uploaded
    }

    /// The highest id given so far: what an upload made now has at the relay once it is answered.
    pub fn last_id(&self) -> u32 {
        self.last_id
    }

    /// What to upload: the newest signed prekey, the one-time prekeys that the relay was not given yet, and which are held.
    pub fn derive_upload(&self, device: &DeviceSecrets, site: &SiteId) -> Option<Vec<u8>> {
        let signed = self.signed.last()?.prekey.publish(PrekeyRole::Signed, device, site)?;
        let new = self.one_time.iter().filter(|prekey| prekey.id > self.uploaded);
        let one_time: Vec<_> =
            new.filter_map(|prekey| prekey.publish(PrekeyRole::OneTime, device, site)).collect();
        let one_time = Some(one_time).filter(|one_time| !one_time.is_empty());
        let held = self.one_time.iter().map(|prekey| prekey.id).collect();
        Some(cbor::encode(&signed::Prekeys { keys: device.derive_keys(), signed, one_time, held }))
    }

    /// After the first wrap of a handshake opened: deletes its one-time prekey, or remembers the handshake.
    pub fn use_up(&mut self, used: Used) {
        if let Some(id) = used.one_time {
            self.one_time.retain(|prekey| prekey.id != id);
        } else if let Some(signed) = self.signed.iter_mut().find(|signed| signed.prekey.id == used.signed) {
            signed.served.0.extend_from_slice(&used.transcript.0[..REMEMBERED]);
        }
    }

    /// The prekeys of these ids, if they are held in these roles.
    pub(crate) fn choose(&self, signed: u32, one_time: Option<u32>) -> Option<Chosen<'_>> {
        let signed = &self.signed.iter().find(|held| held.prekey.id == signed)?.prekey;
        let one_time = match one_time {
            Some(id) => Some(self.one_time.iter().find(|prekey| prekey.id == id)?),
            None => None,
        };
        Some(Chosen { signed, one_time })
    }

    /// What [`Prekeys::use_up`] will want, unless this handshake was served before or the signed prekey
    /// accepts no more.
    pub(crate) fn admit(&self, signed: u32, one_time: Option<u32>, transcript: Transcript) -> Option<Used> {
        let served = &self.signed.iter().find(|held| held.prekey.id == signed)?.served;
        let is_new = !served.contains(&transcript) && served.count() < limits::SIGNED_SERVES;
        (one_time.is_some() || is_new).then_some(Used { signed, one_time, transcript })
    }

    fn make(&mut self, now: u64, random: &mut impl CryptoRng) -> Option<OwnPrekey> {
        self.last_id = self.last_id.checked_add(1)?;
        let (curve, kem) = (PrekeySecret::make(random), KemSeed::make(random));
        Some(OwnPrekey { id: self.last_id, made_at: now, curve, kem, aging_since: None })
    }
}

impl Signed {
    fn new(prekey: OwnPrekey) -> Self {
        Self { prekey, served: Served::default() }
    }
}

impl OwnPrekey {
    /// Whether its time is past. A clock that leaps ahead is not believed at once: it must have said for a day that
    /// the last day of the prekey has come. One that was ahead when the prekey was made is taken back. `changed` is set
    /// where there is something new to keep.
    fn is_past(&mut self, now: u64, changed: &mut bool) -> bool {
        let before = (self.made_at, self.aging_since);
        if self.made_at > now.saturating_add(limits::PREKEY_LEEWAY_SECONDS) {
            self.made_at = now;
        }
        let age = now.saturating_sub(self.made_at);
        let is_aging = age >= limits::PREKEY_DELETE_SECONDS - limits::PREKEY_LEEWAY_SECONDS;
        self.aging_since = is_aging.then(|| self.aging_since.unwrap_or(now).min(now));
        *changed |= before != (self.made_at, self.aging_since);
        let has_aged =
            self.aging_since.is_some_and(|since| now.saturating_sub(since) >= limits::PREKEY_LEEWAY_SECONDS);
        has_aged && age >= limits::PREKEY_DELETE_SECONDS
    }

    fn publish(&self, role: PrekeyRole, device: &DeviceSecrets, site: &SiteId) -> Option<Prekey> {
        let not_after = self.made_at.saturating_add(limits::PREKEY_EXPIRE_SECONDS);
        let (curve, kem) = (self.curve.derive_public(), self.kem.derive_public()?);
        let statement =
            Prekey::statement(role, site, &device.derive_keys(), (self.id, not_after), (&curve, &kem));
        Some(Prekey { id: self.id, not_after, curve, kem, signature: device.sign(&statement) })
    }
}

impl PrekeySecret {
    pub(crate) fn derive_public(&self) -> PrekeyKey {
        PrekeyKey(curve::derive_x25519_public(self.expose()))
    }
}

impl KemSeed {
    pub(crate) fn derive_public(&self) -> Option<KemKey> {
        KemKey::new(&kem::derive_public(self.expose()))
    }
}

impl Served {
    fn count(&self) -> usize {
        self.0.len() / REMEMBERED
    }

    fn contains(&self, transcript: &Transcript) -> bool {
        self.0.chunks_exact(REMEMBERED).any(|start| start == &transcript.0[..REMEMBERED])
    }
}

impl Cbor for Served {
    fn write(&self, to: &mut Writer) {
        to.bytes(&self.0);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, MalformedCbor> {
        from.bytes().map(|bytes| Self(bytes.to_vec()))
    }
}
