//! Test vectors by others, from `tests/vectors` at the root; SOURCES.md there says whose.
//!
//! They are compiled in, because the tests also run in WebAssembly, which has no file system.

use data_encoding::HEXLOWER;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

macro_rules! file {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/", $name))
    };
}

const RFC: &str = file!("rfc.json");

pub(super) const CHACHA20_POLY1305: &str = file!("wycheproof/chacha20_poly1305_test.json");
pub(super) const XCHACHA20_POLY1305: &str = file!("wycheproof/xchacha20_poly1305_test.json");
pub(super) const HKDF_SHA256: &str = file!("wycheproof/hkdf_sha256_test.json");
pub(super) const HMAC_SHA256: &str = file!("wycheproof/hmac_sha256_test.json");
pub(super) const X25519: &str = file!("wycheproof/x25519_test.json");
pub(super) const ML_KEM_768_KEY_GENERATION: &str = file!("wycheproof/mlkem_768_keygen_seed_test.json");
pub(super) const ML_KEM_768_ENCAPSULATION: &str = file!("wycheproof/mlkem_768_encaps_test.json");
pub(super) const ML_KEM_768_DECAPSULATION: &str = file!("wycheproof/mlkem_768_test.json");

/// Bytes that stand in hexadecimal.
pub(super) struct Hex(pub(super) Vec<u8>);

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        HEXLOWER.decode(text.as_bytes()).map(Self).map_err(serde::de::Error::custom)
    }
}

impl Hex {
    /// An array, if the length is the one that the function under test takes.
    pub(super) fn array<const N: usize>(&self) -> Option<[u8; N]> {
        self.0.as_slice().try_into().ok()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File<T> {
    number_of_tests: usize,
    test_groups: Vec<Group<T>>,
}

#[derive(Deserialize)]
struct Group<T> {
    tests: Vec<T>,
}

/// Every case of a Wycheproof file, which must hold `count` of them.
#[track_caller]
pub(super) fn read_wycheproof<T: DeserializeOwned>(text: &str, count: usize) -> Vec<T> {
    let file: File<T> = serde_json::from_str(text).unwrap();
    let cases: Vec<T> = file.test_groups.into_iter().flat_map(|group| group.tests).collect();
    assert_eq!((file.number_of_tests, cases.len()), (count, count));
    cases
}

/// Every case of one section of `rfc.json`, which must hold `count` of them.
#[track_caller]
pub(super) fn read_rfc<T: DeserializeOwned>(section: &str, count: usize) -> Vec<T> {
    let cases: Vec<T> = read_rfc_section(section);
    assert_eq!(cases.len(), count, "{section}");
    cases
}

/// One section of `rfc.json` as it stands.
pub(super) fn read_rfc_section<T: DeserializeOwned>(section: &str) -> T {
    let mut file: serde_json::Value = serde_json::from_str(RFC).unwrap();
    serde_json::from_value(file[section].take()).unwrap()
}
