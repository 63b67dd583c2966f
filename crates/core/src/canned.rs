//! Texts that an agent keeps to send again: on this device alone, sealed for rest like everything that is kept.

use segel_wire::cbor_map;
use segel_wire::limits::MESSAGE_CHARS;

/// A text that an agent keeps, as typed: it is masked when it is sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Canned {
    /// By what the agent finds it.
    pub name: String,
    /// What is put into the composer; `{visitor}`, `{agent}` and `{business}` are filled then.
    pub text: String,
}

cbor_map!(Canned { 0: name, 1: text });

/// Says nothing of it.
impl core::fmt::Debug for Canned {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Canned(..)")
    }
}

/// Why texts cannot be kept; the number is the place of the first that cannot, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannedError {
    /// More than [`Canned::MOST`].
    #[error("too many texts")]
    TooMany,
    /// One has no name.
    #[error("text {0} has no name")]
    NoName(usize),
    /// A name is longer than [`Canned::NAME_CHARS`].
    #[error("the name of text {0} is too long")]
    NameTooLong(usize),
    /// Two have the same name.
    #[error("text {0} has the name of another")]
    NameTwice(usize),
    /// One says nothing.
    #[error("text {0} is empty")]
    NoText(usize),
    /// One is longer than a message may be.
    #[error("text {0} is too long")]
    TextTooLong(usize),
}

impl Canned {
    /// So many are kept at most.
    pub const MOST: usize = 200;
    /// Characters of a name.
    pub const NAME_CHARS: usize = 60;

    /// Whether these can be kept together.
    pub fn check(all: &[Self]) -> Result<(), CannedError> {
        if all.len() > Self::MOST {
            return Err(CannedError::TooMany);
        }
        for (at, Self { name, text }) in all.iter().enumerate() {
            let is_taken = |other: &Self| other.name == *name;
            if name.trim().is_empty() {
                return Err(CannedError::NoName(at));
            }
            if name.chars().count() > Self::NAME_CHARS {
                return Err(CannedError::NameTooLong(at));
            }
            if all.iter().take(at).any(is_taken) {
                return Err(CannedError::NameTwice(at));
            }
            if text.trim().is_empty() {
                return Err(CannedError::NoText(at));
            }
            if text.chars().count() > MESSAGE_CHARS {
                return Err(CannedError::TextTooLong(at));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canned(name: &str, text: &str) -> Canned {
        Canned { name: name.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn what_cannot_be_kept_is_said_with_its_place() {
        let good = canned("salam", "Halo, {visitor}");
        let long = "x".repeat(Canned::NAME_CHARS + 1);
        for (bad, error) in [
            (canned(" ", "a"), CannedError::NoName(1)),
            (canned(&long, "a"), CannedError::NameTooLong(1)),
            (canned("salam", "a"), CannedError::NameTwice(1)),
            (canned("kosong", " \n"), CannedError::NoText(1)),
            (canned("panjang", &"x".repeat(MESSAGE_CHARS + 1)), CannedError::TextTooLong(1)),
        ] {
            assert_eq!(Canned::check(&[good.clone(), bad]), Err(error));
        }
        let many: Vec<_> = (0..=Canned::MOST).map(|number| canned(&number.to_string(), "a")).collect();
        assert_eq!(Canned::check(&many), Err(CannedError::TooMany));
        assert_eq!(Canned::check(&many[1..]), Ok(()));
    }
}
