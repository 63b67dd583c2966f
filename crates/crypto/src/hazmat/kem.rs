//! ML-KEM-768 (FIPS 203). The private half is the 64-byte seed `d | z`; randomness is an argument.

use ml_kem::kem::{Decapsulate, KeyExport, TryKeyInit};
use ml_kem::ml_kem_768::{DecapsulationKey, EncapsulationKey};
use zeroize::Zeroizing;

/// Not an ML-KEM-768 encapsulation key or ciphertext: of another length, or with a coefficient that is not
/// reduced (FIPS 203, sections 7.2 and 7.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an ML-KEM-768 key or ciphertext")]
pub struct BadKemKey;

/// The encapsulation key of a seed, 1,184 bytes.
pub(crate) fn derive_public(seed: &[u8; 64]) -> Vec<u8> {
    DecapsulationKey::from_seed((*seed).into()).encapsulation_key().to_bytes().to_vec()
}

/// The length and modulus check of FIPS 203, section 7.2.
pub(crate) fn check(public: &[u8]) -> Result<(), BadKemKey> {
    EncapsulationKey::new_from_slice(public).map(drop).map_err(|_| BadKemKey)
}

/// A ciphertext (1,088 bytes) and the secret inside, from 32 random bytes.
pub(crate) fn encapsulate(
    public: &[u8],
    random: &[u8; 32],
) -> Result<(Vec<u8>, Zeroizing<[u8; 32]>), BadKemKey> {
    let key = EncapsulationKey::new_from_slice(public).map_err(|_| BadKemKey)?;
    let (ciphertext, secret) = key.encapsulate_deterministic(&(*random).into());
    Ok((ciphertext.to_vec(), Zeroizing::new(secret.into())))
}

/// The secret inside a ciphertext; another one where it was not made for this key (implicit rejection).
pub(crate) fn decapsulate(seed: &[u8; 64], ciphertext: &[u8]) -> Result<Zeroizing<[u8; 32]>, BadKemKey> {
    let key = DecapsulationKey::from_seed((*seed).into());
    key.decapsulate_slice(ciphertext).map(|secret| Zeroizing::new(secret.into())).map_err(|_| BadKemKey)
}
