//! A site's owner, admin and devices, and their signatures by the document's words.

use ed25519_dalek::{Signer, SigningKey};
use segel_wire::cbor;
use segel_wire::ids::{
    AdminKey, AgentId, DeskId, DeviceId, IdentityKey, KemKey, LoginKey, Octets, PrekeyKey, RootKey,
    RosterHash, Signature, SiteId, VoucherKey,
};
use segel_wire::signed::{Agent, Certificate, Desk, Device, DeviceKeys, Order, Prekey, Profile, Roster};

pub(crate) const SITE: SiteId = SiteId([0x51; 16]);
pub(crate) const OTHER_SITE: SiteId = SiteId([0x52; 16]);
/// When everything here was signed, Unix seconds.
pub(crate) const NOW: u64 = 1_800_000_000;

/// Section 2.1: `lp(label) | lp(f1) | ... | lp(fn)`.
pub(crate) fn statement(label: &str, fields: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for field in [&[label.as_bytes()], fields].concat() {
        bytes.extend(u32::try_from(field.len()).unwrap().to_be_bytes());
        bytes.extend(field);
    }
    bytes
}

pub(crate) fn sign(key: &SigningKey, statement: &[u8]) -> Signature {
    Signature(key.sign(statement).to_bytes())
}

pub(crate) fn key(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number; 32])
}

pub(crate) fn root() -> SigningKey {
    key(1)
}

pub(crate) fn admin() -> SigningKey {
    key(2)
}

pub(crate) fn pinned() -> RootKey {
    RootKey(root().verifying_key().to_bytes())
}

pub(crate) fn certificate() -> Certificate {
    Certificate {
        site: SITE,
        generation: 3,
        admin: AdminKey(admin().verifying_key().to_bytes()),
        not_before: NOW - 100,
        not_after: NOW + 1_000,
    }
}

/// The public keys of a device whose signing key is `key(number)` and login key `key(number + 1)`.
pub(crate) fn device(number: u8) -> DeviceKeys {
    DeviceKeys {
        identity: IdentityKey([number; 32]),
        signing: segel_wire::ids::SigningKey(key(number).verifying_key().to_bytes()),
        login: LoginKey(key(number + 1).verifying_key().to_bytes()),
    }
}

pub(crate) fn id(number: u8) -> DeviceId {
    device(number).derive_id(&SITE)
}

/// How a statement about a prekey names its role.
pub(crate) const SIGNED: &str = "signed";
/// The same of a prekey that serves once.
pub(crate) const ONE_TIME: &str = "one-time";

/// The prekey `id` of `keys` at `site` in a role, until `not_after`, signed by `signer`. Each id has halves of
/// its own.
pub(crate) fn prekey(
    (role, id, not_after): (&str, u32, u64),
    site: &SiteId,
    keys: &DeviceKeys,
    signer: &SigningKey,
) -> Prekey {
    let half = u8::try_from(id).unwrap();
    let (curve, kem) = (PrekeyKey([half; 32]), KemKey::new(&[half; KemKey::SIZE]).unwrap());
    let device = keys.derive_id(site);
    let (number, end) = (id.to_be_bytes(), not_after.to_be_bytes());
    let fields: [&[u8]; 7] = [&site.0, &device.0, &keys.identity.0, &number, &end, &curve.0, kem.as_bytes()];
    let signature = sign(signer, &statement(&format!("segel/1 prekey {role}"), &fields));
    Prekey { id, not_after, curve, kem, signature }
}

pub(crate) fn voucher(number: u8) -> VoucherKey {
    VoucherKey(key(number).verifying_key().to_bytes())
}

/// Two vouchers, sorted: `key(50)` and `key(51)`.
pub(crate) fn vouchers() -> Vec<VoucherKey> {
    let mut vouchers = vec![voucher(50), voucher(51)];
    vouchers.sort_unstable();
    vouchers
}

/// Two agents with three devices, two desks of which one has a supervisor, and two vouchers.
pub(crate) fn roster() -> Roster {
    let mut inbox = vec![id(10), id(20), id(30)];
    inbox.sort_unstable();
    let devices = |numbers: &[u8]| {
        let listed = numbers.iter().map(|&number| Device { keys: device(number), not_after: NOW + 500 });
        listed.collect()
    };
    Roster {
        site: SITE,
        order: Order { generation: 3, version: 7 },
        previous: RosterHash([0x70; 32]),
        issued_at: NOW,
        not_after: NOW + 900,
        profile: Profile {
            name: "Toko Contoh".to_owned(),
            pages: vec!["https://toko.example".to_owned()],
            apps: vec!["https://obrolan.example".to_owned()],
            vouchers: Some(vouchers()),
            masking: None,
            hours: None,
            intake: None,
        },
        desks: vec![
            Desk {
                id: DeskId([1; 16]),
                name: "Penjualan".to_owned(),
                inbox,
                supervisors: Some(vec![AgentId([2; 16])]),
            },
            Desk {
                id: DeskId([2; 16]),
                name: "Purnajual".to_owned(),
                inbox: vec![id(10)],
                supervisors: None,
            },
        ],
        agents: vec![
            Agent { id: AgentId([1; 16]), name: "Agen Demo".to_owned(), devices: devices(&[10, 20]) },
            Agent { id: AgentId([2; 16]), name: "Agen Kedua".to_owned(), devices: devices(&[30]) },
        ],
    }
}

/// A CBOR byte string.
pub(crate) fn bstr(bytes: &[u8]) -> Vec<u8> {
    cbor::encode(&Octets(bytes.to_vec()))
}

/// `admin-signed`, with each part as it is given.
pub(crate) fn admin_signed(
    certificate: &[u8],
    by_root: Signature,
    body: &[u8],
    by_admin: Signature,
) -> Vec<u8> {
    [vec![0x84], bstr(certificate), bstr(&by_root.0), bstr(body), bstr(&by_admin.0)].concat()
}

/// A body under `label` that the admin of `certificate` signed.
pub(crate) fn signed_under(certificate: &Certificate, label: &str, body: &[u8]) -> Vec<u8> {
    let certificate = cbor::encode(certificate);
    let by_root = sign(&root(), &statement("segel/1 certificate", &[&certificate]));
    admin_signed(&certificate, by_root, body, sign(&admin(), &statement(label, &[body])))
}

/// A roster's bytes, whatever they are, properly signed.
pub(crate) fn signed_body(body: &[u8]) -> Vec<u8> {
    signed_under(&certificate(), "segel/1 roster", body)
}

pub(crate) fn signed(roster: &Roster) -> Vec<u8> {
    signed_body(&cbor::encode(roster))
}

/// Every copy of `bytes` with one bit flipped, with the bit's place.
pub(crate) fn flips(bytes: &[u8]) -> impl Iterator<Item = (usize, Vec<u8>)> + '_ {
    (0..bytes.len() * 8).map(|bit| {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        (bit, flipped)
    })
}

/// A copy for each byte of `bytes` with one of its bits flipped, another one from byte to byte, with the byte's
/// place: for structures whose every bit would take too long.
pub(crate) fn flips_by_byte(bytes: &[u8]) -> impl Iterator<Item = (usize, Vec<u8>)> + '_ {
    (0..bytes.len()).map(|at| {
        let mut flipped = bytes.to_vec();
        flipped[at] ^= 1 << (at % 8);
        (at, flipped)
    })
}
