//! Padmé padding with a floor of 256 bytes: PROTOCOL.md, section 5.6.

#[cfg(test)]
use segel_wire::limits::PADDING_FLOOR;
use segel_wire::sizes::derive_padded;

/// The padding is not the documented one.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub(crate) struct BadPadding;

/// `u32 length | message | zeros`, to the next Padmé size.
pub(crate) fn pad(message: &[u8]) -> Vec<u8> {
    let mut padded = Vec::with_capacity(derive_size(message.len() + 4));
    padded.extend_from_slice(&u32::try_from(message.len()).unwrap_or(u32::MAX).to_be_bytes());
    padded.extend_from_slice(message);
    padded.resize(derive_size(padded.len()), 0);
    padded
}

/// The message inside, if the size is the exact one and the rest is zeros.
pub(crate) fn unpad(padded: &[u8]) -> Result<&[u8], BadPadding> {
    let (length, rest) = padded.split_first_chunk::<4>().ok_or(BadPadding)?;
    let length = u32::from_be_bytes(*length) as usize;
    let (message, zeros) = rest.split_at_checked(length).ok_or(BadPadding)?;
    let exact = padded.len() == derive_size(length + 4) && zeros.iter().all(|&byte| byte == 0);
    if exact { Ok(message) } else { Err(BadPadding) }
}

fn derive_size(length: usize) -> usize {
    usize::try_from(derive_padded(length as u64)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_comes_back_and_grows_by_at_most_twelve_per_cent_over_the_floor() {
        for length in (0..2_000).chain([4_095, 4_096, 16_000, 30_000]) {
            let message = vec![7; length];
            let padded = pad(&message);
            assert_eq!(unpad(&padded), Ok(message.as_slice()));
            assert!(padded.len() >= PADDING_FLOOR);
            assert!(padded.len() <= PADDING_FLOOR.max((length + 4) * 112 / 100), "{length}");
        }
    }

    #[test]
    fn other_sizes_and_other_fillings_are_refused() {
        let padded = pad(b"halo");
        let mut longer = padded.clone();
        longer.push(0);
        let mut filled = padded.clone();
        *filled.last_mut().unwrap() = 1;
        let mut lying = padded.clone();
        lying[0] = 1;
        for bad in [&padded[..255], &longer, &filled, &lying, &[]] {
            assert_eq!(unpad(bad), Err(BadPadding));
        }
    }
}
