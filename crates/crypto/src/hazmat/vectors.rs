//! Test vectors by others, from `tests/vectors` at the root; SOURCES.md there says whose.

use data_encoding::HEXLOWER;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

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

fn read<T: DeserializeOwned>(name: &str) -> T {
    let path = [env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/", name].concat();
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Every case of a Wycheproof file, which must hold `count` of them.
pub(super) fn read_wycheproof<T: DeserializeOwned>(name: &str, count: usize) -> Vec<T> {
    let file: File<T> = read(&["wycheproof/", name, "_test.json"].concat());
    let cases: Vec<T> = file.test_groups.into_iter().flat_map(|group| group.tests).collect();
    assert_eq!((file.number_of_tests, cases.len()), (count, count), "{name}");
    cases
}

/// Every case of one section of `rfc.json`, which must hold `count` of them.
pub(super) fn read_rfc<T: DeserializeOwned>(section: &str, count: usize) -> Vec<T> {
    let file: serde_json::Value = read("rfc.json");
    let cases: Vec<T> = serde_json::from_value(file[section].clone()).unwrap();
    assert_eq!(cases.len(), count, "{section}");
    cases
}
