//! What a visitor and an agent compare, which no relay can influence. PROTOCOL.md, section 3.8.

use core::fmt;

use segel_wire::cbor::{Cbor, MalformedCbor, Reader, Writer};
use segel_wire::ids::{IdentityKey, RootKey, SiteId};
use segel_wire::signed::statement;

use segel_hazmat::kdf;

/// Twelve groups of five digits over the site's root key and a visitor's identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SafetyNumber([u32; SafetyNumber::GROUPS]);

/// Bytes of the hash in a group; what is left of the hash is not shown.
const GROUP_BYTES: usize = 5;

impl SafetyNumber {
    /// How many groups there are.
    pub const GROUPS: usize = 12;

    /// The number of a visitor at a site.
    pub fn derive(root: &RootKey, site: &SiteId, identity: &IdentityKey) -> Self {
        let hash = kdf::hash_long(&statement("segel/1 safety", &[&root.0, &site.0, &identity.0]));
        let mut groups = [0; Self::GROUPS];
        for (group, bytes) in groups.iter_mut().zip(hash.chunks_exact(GROUP_BYTES)) {
            // Modulo byte by byte: what the 40-bit number modulo 100,000 is, without leaving 32 bits.
            *group = bytes.iter().fold(0, |rest, byte| ((rest << 8) | u32::from(*byte)) % 100_000);
        }
        Self(groups)
    }

    /// The groups, each below 100,000 and shown with five digits.
    pub fn groups(&self) -> [u32; Self::GROUPS] {
        self.0
    }

    /// The text of the QR code.
    pub fn qr_text(&self) -> String {
        let mut text = "SEGEL1:".to_owned();
        for group in self.0 {
            for place in PLACES {
                text.push(digit(group / place));
            }
        }
        text
    }
}

/// What each of a group's five digits counts.
const PLACES: [u32; 5] = [10_000, 1_000, 100, 10, 1];

/// The last digit of a number. Formatting would bring its machinery along.
fn digit(number: u32) -> char {
    char::from_digit(number % 10, 10).unwrap_or('0')
}

/// As an array of its groups: between the tabs of one browser.
impl Cbor for SafetyNumber {
    fn write(&self, to: &mut Writer) {
        to.array(Self::GROUPS as u64);
        self.0.iter().for_each(|group| group.write(to));
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, MalformedCbor> {
        let groups: Vec<u32> = Cbor::read(from)?;
        groups.try_into().map(Self).map_err(|_| MalformedCbor)
    }
}

/// The groups with a space between them.
impl fmt::Display for SafetyNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, rest @ ..] = &self.0;
        write!(f, "{first:05}")?;
        rest.iter().try_for_each(|group| write!(f, " {group:05}"))
    }
}
