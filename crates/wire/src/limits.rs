//! Every limit of the protocol, in one place. PROTOCOL.md, section 9.

/// A message, in Unicode scalar values, before sealing.
pub const MESSAGE_CHARS: usize = 4_000;
/// A sealed content, in bytes.
pub const CONTENT_BYTES: usize = 32 * 1024;
/// A wrap, in bytes.
pub const WRAP_BYTES: usize = 1_024;
/// Wraps in one event: a desk's inbox devices and the visitor's device.
pub const WRAPS: usize = DESK_DEVICES + 1;
/// One JSON request or WebSocket message, in bytes.
pub const REQUEST_BYTES: usize = 96 * 1024;
/// Inbox devices of one desk.
pub const DESK_DEVICES: usize = 16;
/// Desks, agents and origins in a roster, each.
pub const ROSTER_ENTRIES: usize = 256;
/// A signed roster, in bytes.
pub const ROSTER_BYTES: usize = 64 * 1024;
/// Links fetched to close a gap between two roster versions.
pub const ROSTER_LINKS: u64 = 64;
/// A name of a site, desk or agent, in bytes.
pub const NAME_BYTES: usize = 128;
/// A prekey bundle, in bytes.
pub const BUNDLE_BYTES: usize = 8 * 1024;
/// An invitation or an enrolment, in bytes.
pub const ENROLMENT_BYTES: usize = 2 * 1024;
/// Events in one page of a pull.
pub const PAGE_EVENTS: usize = 100;
/// Message keys that a receiver may skip in one chain.
pub const SKIP: u32 = 1_000;
/// Skipped message keys kept in one session.
pub const SKIPPED_KEYS: usize = 2_000;
/// The smallest padded plaintext, in bytes.
pub const PADDING_FLOOR: usize = 256;
/// Lifetime of a session token, in seconds.
pub const TOKEN_SECONDS: u64 = 60 * 60;
/// Lifetime of a login challenge, in seconds.
pub const CHALLENGE_SECONDS: u64 = 60;
/// Default lifetime of a roster, in seconds.
pub const ROSTER_SECONDS: u64 = 30 * 24 * 60 * 60;
/// A signed prekey is replaced at this age, in seconds.
pub const PREKEY_ROTATE_SECONDS: u64 = 7 * 24 * 60 * 60;
/// A signed prekey is no longer used by initiators at this age, in seconds.
pub const PREKEY_EXPIRE_SECONDS: u64 = 14 * 24 * 60 * 60;
/// The private half of a signed prekey is deleted at this age, in seconds.
pub const PREKEY_DELETE_SECONDS: u64 = 21 * 24 * 60 * 60;
