//! What an operator decides about a relay.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use segel_wire::ids::RootKey;
use segel_wire::{SiteId, limits};

/// How a relay is run.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The SQLite file; made if it is missing.
    pub database: PathBuf,
    /// The sites that are served, each with the root key that entitles its rosters.
    pub sites: Vec<SiteKey>,
    /// The origin that login proofs must name; `http://` and the listening address if absent.
    pub public_origin: Option<String>,
    /// A folder served under `/widget/`. Whoever runs the relay then controls the code.
    pub serve_widget: Option<PathBuf>,
    /// How fast one device may send, and how fast one site may be asked for records.
    pub event_rate: EventRate,
    /// How much room attachments have.
    pub attachments: AttachmentRoom,
    /// How long a client that follows events may take none; then it is to connect again.
    pub patience: Duration,
}

/// How long a client may take no event, unless the operator says otherwise.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A token bucket: `burst` events at once, refilled at `per_second`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventRate {
    /// Events a second, in the long run.
    pub per_second: u32,
    /// Events at once.
    pub burst: u32,
}

impl Default for EventRate {
    fn default() -> Self {
        Self { per_second: 50, burst: 200 }
    }
}

/// How many sealed bytes of attachments are kept, and how long an unfinished upload rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttachmentRoom {
    /// Of one conversation.
    pub conversation_bytes: u64,
    /// Of one site.
    pub site_bytes: u64,
    /// In seconds; an upload that got no chunk for longer is forgotten.
    pub unfinished_seconds: u64,
}

impl Default for AttachmentRoom {
    fn default() -> Self {
        Self {
            conversation_bytes: limits::CONVERSATION_ATTACHMENT_BYTES,
            site_bytes: limits::SITE_ATTACHMENT_BYTES,
            unfinished_seconds: limits::UNFINISHED_SECONDS,
        }
    }
}

/// A site and its root key; written `SITE=ed25519:KEY`, both in base64url.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SiteKey {
    /// The site.
    pub site: SiteId,
    /// Its root key.
    pub root: RootKey,
}

/// A text was not `SITE=ed25519:KEY`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected SITE=ed25519:KEY, with 16 and 32 bytes in unpadded base64url")]
pub struct ParseSiteError;

impl FromStr for SiteKey {
    type Err = ParseSiteError;

    fn from_str(text: &str) -> Result<Self, ParseSiteError> {
        let (site, root) = text.split_once("=ed25519:").ok_or(ParseSiteError)?;
        Ok(Self {
            site: site.parse().map_err(|_| ParseSiteError)?,
            root: root.parse().map_err(|_| ParseSiteError)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_read_from_its_id_and_its_root_key() {
        let key = SiteKey { site: SiteId([1; 16]), root: RootKey([2; 32]) };
        assert_eq!(format!("{}=ed25519:{}", key.site, key.root).parse(), Ok(key));
        for text in ["", "=ed25519:", "AAAA=ed25519:AAAA", &format!("{}={}", key.site, key.root)] {
            assert_eq!(text.parse::<SiteKey>(), Err(ParseSiteError), "{text}");
        }
    }
}
