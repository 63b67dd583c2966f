//! The header of a wrap: where it stands in the ratchet, sealed. PROTOCOL.md, section 5.4.

use segel_wire::ids::{KemCiphertext, KemKey, PrekeyKey};

use super::chain::HeaderKey;
use super::wrap::{Place, SALT, Wrap};
use crate::secret::Secret;
use segel_hazmat::aead;

/// Where a wrap stands in the ratchet.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub(super) struct Header {
    /// The sender's ratchet key.
    pub(super) key: PrekeyKey,
    /// How many wraps the sender's chain before this one sealed.
    pub(super) previous: u32,
    /// The wrap's number in its chain.
    pub(super) n: u32,
    /// A KEM key to answer.
    pub(super) offer: Option<KemKey>,
    /// The answer that this chain began with.
    pub(super) answer: Option<KemCiphertext>,
}

/// The header did not open with this key.
#[derive(PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub(super) struct AnotherKey;

const OFFER: u8 = 1;
const ANSWER: u8 = 2;

impl Header {
    pub(super) fn seal(
        &self,
        key: &HeaderKey,
        salt: &[u8; SALT],
        place: &Place<'_>,
        prefix: &[u8],
    ) -> Vec<u8> {
        aead::seal_x(key.expose(), salt, &place.state("segel/1 header", prefix), &self.to_bytes())
    }

    /// Opens a wrap's header. `Ok(None)`: it is genuine and of another shape than this version's.
    pub(super) fn open(wrap: &Wrap<'_>, key: &HeaderKey, bound: &[u8]) -> Result<Option<Self>, AnotherKey> {
        let opened = aead::open_x(key.expose(), wrap.salt, bound, wrap.header).map_err(|_| AnotherKey)?;
        Ok(Self::parse(&opened))
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.key.0.to_vec();
        bytes.extend_from_slice(&self.previous.to_be_bytes());
        bytes.extend_from_slice(&self.n.to_be_bytes());
        let offer = self.offer.as_ref().map_or(0, |_| OFFER);
        bytes.push(offer | self.answer.as_ref().map_or(0, |_| ANSWER));
        bytes.extend(self.offer.iter().flat_map(KemKey::as_bytes));
        bytes.extend(self.answer.iter().flat_map(KemCiphertext::as_bytes));
        bytes
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let (key, rest) = bytes.split_first_chunk()?;
        let (previous, rest) = rest.split_first_chunk()?;
        let (n, rest) = rest.split_first_chunk()?;
        let (flags, rest) = rest.split_first()?;
        if *flags > OFFER | ANSWER {
            return None;
        }
        let (offer, rest) = rest.split_at_checked(if flags & OFFER > 0 { KemKey::SIZE } else { 0 })?;
        let (answer, rest) =
            rest.split_at_checked(if flags & ANSWER > 0 { KemCiphertext::SIZE } else { 0 })?;
        rest.is_empty().then(|| Self {
            key: PrekeyKey(*key),
            previous: u32::from_be_bytes(*previous),
            n: u32::from_be_bytes(*n),
            offer: KemKey::new(offer),
            answer: KemCiphertext::new(answer),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_has_one_form_for_each_combination() {
        let offer = KemKey::new(&[7; KemKey::SIZE]);
        let answer = KemCiphertext::new(&[8; KemCiphertext::SIZE]);
        for (offer, answer, size) in [
            (None, None, 41),
            (offer.clone(), None, 1_225),
            (None, answer.clone(), 1_129),
            (offer, answer, 2_313),
        ] {
            let header = Header { key: PrekeyKey([1; 32]), previous: 2, n: 3, offer, answer };
            let bytes = header.to_bytes();
            assert_eq!(bytes.len(), size);
            assert_eq!(Header::parse(&bytes), Some(header));
            assert_eq!(Header::parse(&bytes[1..]), None);
            assert_eq!(Header::parse(&[&bytes[..], &[0]].concat()), None);
            let mut flagged = bytes.clone();
            flagged[40] |= 4;
            assert_eq!(Header::parse(&flagged), None);
        }
    }
}
