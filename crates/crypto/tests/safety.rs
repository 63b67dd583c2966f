//! Section 3.8: the safety number is the root key's, the site's and the visitor's, and nothing else's.
#![cfg(test)]

use proptest::prelude::*;
use segel_crypto::safety::SafetyNumber;
use segel_wire::ids::{IdentityKey, RootKey, SiteId};
use segel_wire::signed::statement;
use sha2::{Digest, Sha512};

/// The groups as the section has them, in the arithmetic that it is written in.
fn compute(root: &RootKey, site: &SiteId, identity: &IdentityKey) -> Vec<u32> {
    let hash = Sha512::digest(statement("segel/1 safety", &[&root.0, &site.0, &identity.0]));
    let group = |i: usize| {
        let number =
            hash[5 * i..5 * i + 5].iter().fold(0_u64, |number, byte| number * 256 + u64::from(*byte));
        u32::try_from(number % 100_000).unwrap()
    };
    (0..12).map(group).collect()
}

fn derive(root: [u8; 32], site: [u8; 16], identity: [u8; 32]) -> SafetyNumber {
    SafetyNumber::derive(&RootKey(root), &SiteId(site), &IdentityKey(identity))
}

#[test]
fn the_groups_of_a_known_visitor() {
    let number = derive([1; 32], [2; 16], [3; 32]);
    assert_eq!(number.groups().to_vec(), compute(&RootKey([1; 32]), &SiteId([2; 16]), &IdentityKey([3; 32])));
    assert_eq!(number.to_string(), "25694 72152 24932 91772 72046 64153 51042 56715 53890 04380 35236 55591");
}

#[test]
fn the_qr_text_is_the_digits_that_are_shown() {
    // Many numbers, so that some of them have groups with zeros in front.
    for byte in 0..=u8::MAX {
        let number = derive([byte; 32], [2; 16], [3; 32]);
        let shown = number.to_string();
        let groups: Vec<&str> = shown.split(' ').collect();
        assert_eq!(groups.len(), 12);
        assert!(groups.iter().all(|group| group.len() == 5 && group.bytes().all(|b| b.is_ascii_digit())));
        assert_eq!(number.qr_text(), format!("SEGEL1:{}", groups.concat()));
    }
}

proptest! {
    #[test]
    fn it_is_what_the_section_computes_and_changes_with_every_bit(
        root: [u8; 32],
        site: [u8; 16],
        identity: [u8; 32],
        bit in 0_usize..80 * 8,
    ) {
        let number = derive(root, site, identity);
        let expected = compute(&RootKey(root), &SiteId(site), &IdentityKey(identity));
        prop_assert_eq!(number.groups().to_vec(), expected);
        let mut fields = [&root[..], &site, &identity].concat();
        fields[bit / 8] ^= 1 << (bit % 8);
        let (root, rest) = fields.split_first_chunk().unwrap();
        let (site, identity) = rest.split_first_chunk().unwrap();
        prop_assert_ne!(derive(*root, *site, *identity.first_chunk().unwrap()), number);
    }
}
