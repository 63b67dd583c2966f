//! Identifiers, public keys and raw octets: fixed sizes, base64url in JSON, byte strings in CBOR.
//!
//! PROTOCOL.md, section 2.

use core::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::cbor::{Cbor, MalformedCbor, Reader, Writer};
use crate::cbor_transparent;
use crate::json::{self, FromJson, Parsed, ToJson};

/// A text was not the unpadded base64url of the expected number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected the base64url of {expected} bytes")]
pub struct ParseIdError {
    /// How many bytes were expected.
    pub expected: usize,
}

macro_rules! fixed_bytes {
    ($($(#[$doc:meta])* $name:ident: $size:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $size]);

        impl $name {
            /// Size in bytes.
            pub const SIZE: usize = $size;

            /// The bytes.
            pub const fn as_bytes(&self) -> &[u8; $size] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&Base64UrlUnpadded::encode_string(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl core::str::FromStr for $name {
            type Err = ParseIdError;
            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                let mut bytes = [0; $size];
                parse_exactly(text, &mut bytes)?;
                Ok(Self(bytes))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&Base64UrlUnpadded::encode_string(&self.0))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }

        impl FromJson for $name {
            fn from_json(value: &impl Parsed) -> Option<Self> {
                value.text()?.parse().ok()
            }
        }

        impl ToJson for $name {
            fn to_json(&self, to: &mut json::Writer) {
                to.text(&Base64UrlUnpadded::encode_string(&self.0));
            }
        }

        cbor_transparent!($name);
    )*};
}

fixed_bytes! {
    /// A site: one business's embed, under one root key.
    SiteId: 16;
    /// A conversation; chosen by the visitor.
    ConversationId: 16;
    /// An event, and the message in it; chosen by its sender.
    EventId: 16;
    /// A device: the truncated hash of its public keys (PROTOCOL.md, section 3.1).
    DeviceId: 16;
    /// An agent: a person, who may hold several devices.
    AgentId: 16;
    /// A desk: agents who answer together.
    DeskId: 16;
    /// An attachment: a sealed file.
    AttachmentId: 16;
    /// An invitation to enrol one device; derived from the enrolment code.
    InvitationId: 16;
    /// Ed25519 public half of a site's root key, pinned by the script tag.
    RootKey: 32;
    /// Ed25519 public half of an admin key, certified by the root key.
    AdminKey: 32;
    /// X25519 public identity of a device.
    IdentityKey: 32;
    /// Ed25519 public key with which a device signs prekeys and enrolment.
    SigningKey: 32;
    /// Ed25519 public key with which a device logs in to a relay, and nothing else.
    LoginKey: 32;
    /// Ed25519 public key with which a business vouches for who a visitor is.
    VoucherKey: 32;
    /// X25519 public half of a prekey, an ephemeral key or a ratchet key.
    PrekeyKey: 32;
    /// An Ed25519 signature.
    Signature: 64;
    /// SHA-256 of a roster's body.
    RosterHash: 32;
    /// SHA-256 of a content that was withdrawn.
    ContentDigest: 32;
    /// What a relay asks a device to sign.
    Challenge: 32;
}

/// Fills `bytes`. Apart from the macro, so that it is compiled once and not for each size.
fn parse_exactly(text: &str, bytes: &mut [u8]) -> Result<(), ParseIdError> {
    let expected = bytes.len();
    match Base64UrlUnpadded::decode(text, bytes) {
        Ok(decoded) if decoded.len() == expected => Ok(()),
        _ => Err(ParseIdError { expected }),
    }
}

macro_rules! boxed_bytes {
    ($($(#[$doc:meta])* $name:ident: $size:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name(Box<[u8; $size]>);

        impl $name {
            /// Size in bytes.
            pub const SIZE: usize = $size;

            /// Takes bytes of exactly this size.
            pub fn new(bytes: &[u8]) -> Option<Self> {
                Vec::from(bytes).into_boxed_slice().try_into().map(Self).ok()
            }

            /// The bytes.
            pub fn as_bytes(&self) -> &[u8; $size] {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({} bytes)"), $size)
            }
        }

        impl Cbor for $name {
            fn write(&self, to: &mut Writer) {
                to.bytes(self.0.as_slice());
            }

            fn read(from: &mut Reader<'_>) -> Result<Self, MalformedCbor> {
                Self::new(from.bytes()?).ok_or(MalformedCbor)
            }
        }
    )*};
}

boxed_bytes! {
    /// ML-KEM-768 encapsulation key (FIPS 203).
    KemKey: 1184;
    /// ML-KEM-768 ciphertext (FIPS 203).
    KemCiphertext: 1088;
}

/// Bytes of any length: sealed contents, wraps and signed structures; base64url in JSON.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Octets(pub Vec<u8>);

impl fmt::Debug for Octets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Octets({} bytes)", self.0.len())
    }
}

impl From<Vec<u8>> for Octets {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl Serialize for Octets {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Base64UrlUnpadded::encode_string(&self.0))
    }
}

impl<'de> Deserialize<'de> for Octets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Base64UrlUnpadded::decode_vec(&text).map(Self).map_err(|_| de::Error::custom("expected base64url"))
    }
}

impl FromJson for Octets {
    fn from_json(value: &impl Parsed) -> Option<Self> {
        Base64UrlUnpadded::decode_vec(&value.text()?).map(Self).ok()
    }
}

impl ToJson for Octets {
    fn to_json(&self, to: &mut json::Writer) {
        to.text(&Base64UrlUnpadded::encode_string(&self.0));
    }
}

impl Cbor for Octets {
    fn write(&self, to: &mut Writer) {
        to.bytes(&self.0);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, MalformedCbor> {
        from.bytes().map(|bytes| Self(bytes.to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cbor;

    #[test]
    fn an_id_is_the_same_in_text_json_and_cbor() {
        let id = ConversationId([7; 16]);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(serde_json::from_str::<ConversationId>(&serde_json::to_string(&id).unwrap()).unwrap(), id);
        assert_eq!(cbor::decode(&cbor::encode(&id)), Ok(id));
    }

    #[test]
    fn a_text_that_is_not_canonical_base64url_is_refused() {
        for text in
            ["", "AAAA", "AAAAAAAAAAAAAAAAAAAAAB", "AAAAAAAAAAAAAAAAAAAAAA==", "/AAAAAAAAAAAAAAAAAAAAA"]
        {
            assert_eq!(text.parse::<SiteId>(), Err(ParseIdError { expected: 16 }), "{text}");
        }
    }
}
