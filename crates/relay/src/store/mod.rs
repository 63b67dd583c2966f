//! What the relay keeps. One trait, one conformance suite, and SQLite under it.

#[cfg(test)]
mod conformance;
mod sqlite;

use data_encoding::BASE64URL_NOPAD;
use futures_util::future::BoxFuture;
use segel_wire::api::{ConversationSummary, PrekeysAnswer, StoredAnswer, UploadAnswer};
use segel_wire::signed::{DeviceKeys, Order, Prekeys};
use segel_wire::sizes::SealedSize;
use segel_wire::{
    AttachmentId, ConversationId, Delivered, DeskId, DeviceId, Envelope, EventId, InvitationId, Octets,
    SiteId, Withdraws,
};

use crate::config::AttachmentRoom;
pub(crate) use sqlite::SqliteStore;

/// The answer to a question or a change. A change is answered once it is durably committed.
pub(crate) type Answer<'a, T> = BoxFuture<'a, Result<T, StoreError>>;

/// What a store must do. Changes are seen by every later question, in the order of their answers.
pub(crate) trait Store: Send + Sync {
    /// Names this store's numbering; made with it.
    fn epoch(&self) -> &str;

    /// Keeps a session and forgets those that had lapsed by `now`, Unix seconds.
    fn keep_session(&self, token: TokenHash, session: Session, now: u64) -> Answer<'_, ()>;
    /// The session of a token, if it lapses after `now`, Unix seconds.
    fn session(&self, token: TokenHash, now: u64) -> Answer<'_, Option<Session>>;

    /// Keeps the exact bytes of a roster under its version; other bytes of a kept version are refused.
    fn keep_roster(&self, site: SiteId, order: Order, bytes: Vec<u8>) -> Answer<'_, Kept>;
    /// The bytes of the newest roster.
    fn newest_roster(&self, site: SiteId) -> Answer<'_, Option<Vec<u8>>>;
    /// The bytes of one version.
    fn roster(&self, site: SiteId, version: u64) -> Answer<'_, Option<Vec<u8>>>;

    /// Keeps an invitation; the first bytes win.
    fn keep_invitation(&self, site: SiteId, id: InvitationId, bytes: Vec<u8>) -> Answer<'_, Kept>;
    /// An invitation's bytes.
    fn invitation(&self, site: SiteId, id: InvitationId) -> Answer<'_, Option<Vec<u8>>>;
    /// Keeps the enrolment that answers an invitation; the first bytes win.
    fn keep_enrolment(&self, site: SiteId, id: InvitationId, bytes: Vec<u8>) -> Answer<'_, Kept>;
    /// An enrolment's bytes.
    fn enrolment(&self, site: SiteId, id: InvitationId) -> Answer<'_, Option<Vec<u8>>>;

    /// Keeps what a device uploaded: the signed prekey unless it has a newer one, and those one-time prekeys whose
    /// ids are above all that it ever uploaded, as far as there is room. Forgets every
    /// one-time prekey that had expired by `now`, Unix seconds.
    fn keep_prekeys(
        &self,
        site: SiteId,
        device: DeviceId,
        prekeys: Prekeys,
        now: u64,
    ) -> Answer<'_, PrekeysAnswer>;
    /// The encoded bundles of these devices, each once; a device without prekeys is left out. A one-time prekey
    /// that is in the answer is in no other, before or after.
    fn take_bundles(&self, site: SiteId, asked: Vec<AskedBundle>, now: u64) -> Answer<'_, Vec<Octets>>;

    /// Opens a conversation, or answers with the one that has its id.
    fn open_conversation(&self, conversation: Conversation) -> Answer<'_, Conversation>;
    /// A conversation.
    fn conversation(&self, id: ConversationId) -> Answer<'_, Option<Conversation>>;
    /// What is within reach, last event newest first.
    fn conversations(&self, reach: Reach) -> Answer<'_, Vec<ConversationSummary>>;

    /// Gives an event the next position of its conversation, or repeats the answer it got before. With it the event
    /// that it takes back loses content, wraps and attachment, and keeps its place and the content's hash.
    fn append(&self, event: NewEvent) -> Answer<'_, Appended>;
    /// Takes out everything of a visitor's device: its sessions and prekeys, and its conversations with all that is in them.
    /// Their ids stay and, for those alone that have a wrap in them, those of the events named that it sent; `now` in
    /// Unix seconds.
    fn erase(&self, site: SiteId, device: DeviceId, keeps: Vec<EventId>, now: u64) -> Answer<'_, ()>;
    /// At most `limit` events of a conversation after a position, as `device` may see them.
    fn page(
        &self,
        id: ConversationId,
        device: DeviceId,
        after: u64,
        limit: usize,
    ) -> Answer<'_, Vec<Delivered>>;
    /// Begins an upload, if the conversation is kept and there is room, or answers how far the same device's upload of
    /// the same size has come. Forgets a few of the unfinished uploads that got no chunk since `room` seconds before
    /// `now`, Unix seconds: those that rested longest.
    fn begin_upload(&self, upload: NewUpload, room: AttachmentRoom, now: u64) -> Answer<'_, Begun>;
    /// Adds the chunk at an offset, or finds that it is stored, if it has the length that the upload's size gives it.
    fn add_chunk(
        &self,
        place: AttachmentPlace,
        sender: DeviceId,
        offset: u64,
        chunk: Vec<u8>,
        now: u64,
    ) -> Answer<'_, Added>;
    /// Forgets a device's upload that is not whole; whether nothing of that name is kept then.
    fn forget_upload(&self, place: AttachmentPlace, sender: DeviceId) -> Answer<'_, bool>;
    /// How far an attachment's upload has come.
    fn upload(&self, place: AttachmentPlace) -> Answer<'_, Option<UploadAnswer>>;
    /// Bytes of an attachment, the last included; the caller has checked that they are stored.
    fn attachment_bytes(&self, place: AttachmentPlace, first: u64, last: u64) -> Answer<'_, Vec<u8>>;

    /// Whether this place is one of the store: a copy that was put back lacks those that came after it was made.
    fn holds(&self, place: Place) -> Answer<'_, bool>;
    /// At most `limit` events within reach that were stored after `row`, in the order of the store.
    fn since(&self, reach: Reach, device: DeviceId, row: u64, limit: usize) -> Answer<'_, Vec<StoredEvent>>;
}

/// SHA-256 of a session token; the token itself is never kept.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct TokenHash(pub(crate) [u8; 32]);

/// Who a token speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) site: SiteId,
    pub(crate) device: DeviceId,
    pub(crate) keys: DeviceKeys,
    /// Unix seconds.
    pub(crate) expires: u64,
}

/// What became of bytes that are kept under a name for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// They are kept now.
    New,
    /// The same bytes were kept before.
    Same,
    /// Other bytes were kept before, and stay.
    Other,
}

/// A device whose bundle is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AskedBundle {
    pub(crate) device: DeviceId,
    /// Whether the asker may have a one-time prekey of it.
    pub(crate) one_time: bool,
}

/// A conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Conversation {
    pub(crate) id: ConversationId,
    pub(crate) site: SiteId,
    pub(crate) visitor: DeviceId,
    pub(crate) desk: DeskId,
    /// Its visitor had it erased: visitor and desk are not kept.
    pub(crate) is_erased: bool,
}

/// Which conversations a device may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Those it opened at the site.
    Visitor(SiteId, DeviceId),
    /// All of the site: the device is in its roster.
    Site(SiteId),
}

/// An event on its way into the store.
#[derive(Debug, Clone)]
pub(crate) struct NewEvent {
    pub(crate) conversation: ConversationId,
    pub(crate) event: EventId,
    pub(crate) sender: DeviceId,
    pub(crate) envelope: Envelope,
    /// An earlier event of the same sender.
    pub(crate) withdraws: Option<Withdraws>,
    /// Unix milliseconds.
    pub(crate) time: u64,
    /// Drawn anew each time.
    pub(crate) mark: Mark,
}

/// Says of a row which event was put there and when: no other that is ever put there has the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Mark(pub(crate) [u8; 9]);

/// A place in the order of the store; the default stands before the first row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Place {
    /// Counts up over all conversations.
    pub(crate) row: u64,
    pub(crate) mark: Mark,
}

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Appended {
    /// It has this place; perhaps since an earlier attempt.
    Stored(StoredAnswer),
    /// Its id was used before by another sender or with other bytes.
    Conflict,
    /// There is no such conversation.
    NoConversation,
    /// What it would take back is not kept, or another sender's.
    NothingToWithdraw,
    /// The conversation's visitor had it erased.
    Erased,
}

/// An event in the order of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredEvent {
    /// The cursor's inside.
    pub(crate) place: Place,
    /// The conversation's visitor.
    pub(crate) visitor: DeviceId,
    pub(crate) event: Delivered,
}

/// What an attachment is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AttachmentPlace {
    pub(crate) conversation: ConversationId,
    pub(crate) attachment: AttachmentId,
}

/// An upload that begins, or begins again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NewUpload {
    pub(crate) place: AttachmentPlace,
    pub(crate) sender: DeviceId,
    pub(crate) size: SealedSize,
}

/// What became of beginning an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Begun {
    /// It has come so far, perhaps before.
    Stored(UploadAnswer),
    /// The id is another device's, or of another size.
    Conflict,
    /// There is no room for it.
    NoRoom,
}

/// What became of a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Added {
    /// It is stored, perhaps since before.
    Stored(UploadAnswer),
    /// Other bytes are stored there.
    Conflict,
    /// What is stored does not reach there.
    Gap,
    /// No chunk of this length belongs there, the upload being of its size.
    Unfit,
    /// The upload is not kept.
    Missing,
}

impl Mark {
    /// A new one.
    pub(crate) fn make() -> Result<Self, StoreError> {
        let mut mark = Self::default();
        getrandom::fill(&mut mark.0).map_err(|_| StoreError::Closed)?;
        Ok(mark)
    }
}

/// Where to resume, as clients are told: the epoch and a place of it.
pub(crate) fn cursor(epoch: &str, place: Place) -> String {
    format!("{epoch}.{}.{}", place.row, BASE64URL_NOPAD.encode(&place.mark.0))
}

/// The place of a cursor, if it is of this epoch. Whether the store holds it, [`Store::holds`] says.
pub(crate) fn parse_cursor(epoch: &str, cursor: &str) -> Option<Place> {
    let (row, mark) = cursor.strip_prefix(epoch)?.strip_prefix('.')?.split_once('.')?;
    let mark = BASE64URL_NOPAD.decode(mark.as_bytes()).ok()?;
    Some(Place { row: row.parse().ok()?, mark: Mark(mark.try_into().ok()?) })
}

/// The store failed; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite said so.
    #[error("{0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The database is of another version of this program.
    #[error("the database has format {found}, and this relay reads format {expected}")]
    Format {
        /// What the file says.
        found: i64,
        /// What this relay reads.
        expected: i64,
    },
    /// The whole group of changes could not be committed.
    #[error("the change was not committed")]
    NotCommitted,
    /// The store is closed.
    #[error("the store is closed")]
    Closed,
}
