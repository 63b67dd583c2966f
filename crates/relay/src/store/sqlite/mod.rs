//! The store on one SQLite file: WAL, every answered change synced to the disk.

mod attachments;
mod erasure;
mod events;
mod prekeys;
mod readers;
mod records;
mod writer;

use std::path::Path;
use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use rusqlite::{Connection, OptionalExtension};
use segel_wire::api::{ConversationSummary, PrekeysAnswer, UploadAnswer};
use segel_wire::signed::{Order, Prekeys};
use segel_wire::{ConversationId, Delivered, DeviceId, EventId, InvitationId, Octets, SiteId};

use self::readers::Readers;
use self::writer::{PATIENCE, Writer};
use super::{
    Added, Answer, Appended, AskedBundle, AttachmentPlace, Begun, Conversation, Kept, NewEvent, NewUpload,
    Place, Reach, Session, Store, StoreError, StoredEvent, TokenHash,
};
use crate::config::AttachmentRoom;

/// The format of the file, kept as its `user_version`.
const FORMAT: i64 = 5;
/// What a file of an earlier format lacks.
const SINCE_4: &str = "ALTER TABLE conversations ADD COLUMN erased INTEGER;
    CREATE TABLE places (row INTEGER PRIMARY KEY, mark BLOB NOT NULL)";
const SINCE_3: &str = "ALTER TABLE events ADD COLUMN hash BLOB;
    ALTER TABLE events ADD COLUMN mark BLOB NOT NULL DEFAULT x'';
    UPDATE events SET mark = randomblob(9)";
const SCHEMA: &str = include_str!("schema.sql");

/// A store on one SQLite file. Dropping it waits until what was asked of it is written.
pub(crate) struct SqliteStore {
    epoch: Arc<str>,
    writer: Writer,
    readers: Readers,
}

impl SqliteStore {
    /// Opens the file, or makes it with a new epoch.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let mut connection = open_connection(path)?;
        let epoch = prepare(&mut connection)?;
        let writer = Writer::start(connection).map_err(|_| StoreError::Closed)?;
        Ok(Self { epoch: epoch.into(), writer, readers: Readers::new(path.to_owned()) })
    }

    fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Answer<'_, T> {
        Box::pin(self.readers.ask(question))
    }
}

impl Store for SqliteStore {
    fn epoch(&self) -> &str {
        &self.epoch
    }

    fn keep_session(&self, token: TokenHash, session: Session, now: u64) -> Answer<'_, ()> {
        self.writer.change(move |sql| records::keep_session(sql, token, &session, now))
    }

    fn session(&self, token: TokenHash, now: u64) -> Answer<'_, Option<Session>> {
        self.ask(move |sql| records::session(sql, token, now))
    }

    fn keep_roster(&self, site: SiteId, order: Order, bytes: Vec<u8>) -> Answer<'_, Kept> {
        self.writer.change(move |sql| records::keep_roster(sql, site, order, &bytes))
    }

    fn newest_roster(&self, site: SiteId) -> Answer<'_, Option<Vec<u8>>> {
        self.ask(move |sql| records::newest_roster(sql, site))
    }

    fn roster(&self, site: SiteId, version: u64) -> Answer<'_, Option<Vec<u8>>> {
        self.ask(move |sql| records::roster(sql, site, version))
    }

    fn keep_invitation(&self, site: SiteId, id: InvitationId, bytes: Vec<u8>) -> Answer<'_, Kept> {
        self.writer.change(move |sql| records::keep_invitation(sql, site, id, &bytes))
    }

    fn invitation(&self, site: SiteId, id: InvitationId) -> Answer<'_, Option<Vec<u8>>> {
        self.ask(move |sql| records::invitation(sql, site, id))
    }

    fn keep_enrolment(&self, site: SiteId, id: InvitationId, bytes: Vec<u8>) -> Answer<'_, Kept> {
        self.writer.change(move |sql| records::keep_enrolment(sql, site, id, &bytes))
    }

    fn enrolment(&self, site: SiteId, id: InvitationId) -> Answer<'_, Option<Vec<u8>>> {
        self.ask(move |sql| records::enrolment(sql, site, id))
    }

    fn keep_prekeys(
        &self,
        site: SiteId,
        device: DeviceId,
        prekeys: Prekeys,
        now: u64,
    ) -> Answer<'_, PrekeysAnswer> {
        self.writer.change(move |sql| prekeys::keep(sql, site, device, &prekeys, now))
    }

    fn take_bundles(&self, site: SiteId, asked: Vec<AskedBundle>, now: u64) -> Answer<'_, Vec<Octets>> {
        self.writer.change(move |sql| prekeys::take(sql, site, &asked, now))
    }

    fn open_conversation(&self, conversation: Conversation) -> Answer<'_, Conversation> {
        self.writer.change(move |sql| events::open_conversation(sql, &conversation))
    }

    fn conversation(&self, id: ConversationId) -> Answer<'_, Option<Conversation>> {
        self.ask(move |sql| events::conversation(sql, id))
    }

    fn conversations(&self, reach: Reach) -> Answer<'_, Vec<ConversationSummary>> {
        self.ask(move |sql| events::conversations(sql, reach))
    }

    fn append(&self, event: NewEvent) -> Answer<'_, Appended> {
        match event.withdraws {
            Some(_) => self.writer.forget(move |sql| events::append(sql, &event)),
            None => self.writer.change(move |sql| events::append(sql, &event)),
        }
    }

    fn page(
        &self,
        id: ConversationId,
        device: DeviceId,
        after: u64,
        limit: usize,
    ) -> Answer<'_, Vec<Delivered>> {
        let epoch = Arc::clone(&self.epoch);
        self.ask(move |sql| events::page(sql, &epoch, id, device, after, limit))
    }

    fn erase(&self, site: SiteId, device: DeviceId, keeps: Vec<EventId>, now: u64) -> Answer<'_, ()> {
        self.writer.forget(move |sql| erasure::erase(sql, site, device, &keeps, now))
    }

    fn begin_upload(&self, upload: NewUpload, room: AttachmentRoom, now: u64) -> Answer<'_, Begun> {
        self.writer.change(move |sql| attachments::begin(sql, &upload, room, now))
    }

    fn add_chunk(
        &self,
        place: AttachmentPlace,
        sender: DeviceId,
        offset: u64,
        chunk: Vec<u8>,
        now: u64,
    ) -> Answer<'_, Added> {
        self.writer.change(move |sql| attachments::add(sql, place, sender, offset, &chunk, now))
    }

    fn forget_upload(&self, place: AttachmentPlace, sender: DeviceId) -> Answer<'_, bool> {
        self.writer.change(move |sql| attachments::forget(sql, place, sender))
    }

    fn upload(&self, place: AttachmentPlace) -> Answer<'_, Option<UploadAnswer>> {
        self.ask(move |sql| attachments::upload(sql, place))
    }

    fn attachment_bytes(&self, place: AttachmentPlace, first: u64, last: u64) -> Answer<'_, Vec<u8>> {
        self.ask(move |sql| attachments::read(sql, place, first, last))
    }

    fn holds(&self, place: Place) -> Answer<'_, bool> {
        self.ask(move |sql| events::holds(sql, place))
    }

    fn since(&self, reach: Reach, device: DeviceId, row: u64, limit: usize) -> Answer<'_, Vec<StoredEvent>> {
        let epoch = Arc::clone(&self.epoch);
        self.ask(move |sql| events::since(sql, &epoch, reach, device, row, limit))
    }
}

fn open_connection(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // What is taken out is overwritten, wherever in the file it stood.
    connection.pragma_update(None, "secure_delete", true)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Makes the tables of a new file and answers with the epoch.
fn prepare(connection: &mut Connection) -> Result<String, StoreError> {
    let transaction = connection.transaction()?;
    let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found == 0 {
        transaction.execute_batch(SCHEMA)?;
        transaction.execute("INSERT INTO store (epoch) VALUES (?1)", [make_epoch()?])?;
        transaction.pragma_update(None, "user_version", FORMAT)?;
    } else if matches!(found, 3 | 4) {
        if found == 3 {
            transaction.execute_batch(SINCE_3)?;
        }
        transaction.execute_batch(SINCE_4)?;
        transaction.pragma_update(None, "user_version", FORMAT)?;
    } else if found != FORMAT {
        return Err(StoreError::Format { found, expected: FORMAT });
    }
    let epoch = transaction.query_row("SELECT epoch FROM store", [], |row| row.get(0)).optional()?;
    transaction.commit()?;
    epoch.ok_or(StoreError::Format { found: 0, expected: FORMAT })
}

fn make_epoch() -> Result<String, StoreError> {
    let mut bytes = [0; 12];
    getrandom::fill(&mut bytes).map_err(|_| StoreError::Closed)?;
    Ok(BASE64URL_NOPAD.encode(&bytes))
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::store::conformance;

    fn make() -> (TempDir, SqliteStore) {
        let folder = TempDir::new().unwrap();
        let store = SqliteStore::open(&folder.path().join("relay.sqlite")).unwrap();
        (folder, store)
    }

    macro_rules! conforms {
        ($($case:ident)*) => {$(
            #[tokio::test]
            async fn $case() {
                let (_folder, store) = make();
                conformance::$case(&store).await;
            }
        )*};
    }

    conforms! {
        a_session_is_found_by_its_token_until_it_lapses
        a_roster_stays_under_its_version_and_the_newest_is_known
        the_first_enrolment_stays
        a_signed_prekey_gives_way_to_one_of_the_same_or_a_higher_id
        a_one_time_prekey_is_in_one_answer_and_an_upload_again_brings_none_back
        one_time_prekeys_are_kept_up_to_the_limit_and_until_they_expire
        one_time_prekeys_that_their_device_does_not_have_are_given_to_nobody
        one_time_prekeys_are_taken_only_for_whoever_may_have_them
        a_conversation_is_opened_once_and_listed_by_its_last_event
        an_event_is_numbered_once_whoever_asks_again
        a_place_is_held_while_its_row_is_the_same
        a_reach_holds_its_own_events_in_the_order_of_the_store
        what_is_withdrawn_leaves_its_place_and_its_hash
        only_its_sender_withdraws_an_event_and_again_is_the_same
        a_withdrawn_attachment_is_gone_and_another_senders_stays
        what_is_erased_leaves_ids_that_nobody_can_use_again_and_nothing_else
        an_erasure_is_told_to_those_whom_it_is_sealed_to_alone
        cursors_of_erased_events_go_on
        an_upload_grows_chunk_by_chunk_and_each_is_stored_once
        an_upload_is_its_senders_and_of_one_size
        an_upload_begun_anew_and_smaller_refuses_the_larger_chunk
        a_beginning_forgets_a_few_stale_uploads_and_the_next_the_others
        conversation_and_site_have_room_for_so_much_and_no_more
        an_unfinished_upload_is_forgotten_and_a_whole_one_stays
        any_bytes_of_an_attachment_are_found_across_its_chunks
    }

    #[tokio::test]
    async fn a_store_that_is_opened_again_has_its_epoch_and_its_events() {
        let (folder, store) = make();
        conformance::an_event_is_numbered_once_whoever_asks_again(&store).await;
        let epoch = store.epoch().to_owned();
        drop(store);
        let again = SqliteStore::open(&folder.path().join("relay.sqlite")).unwrap();
        assert_eq!(again.epoch(), epoch);
        let kept = again.page(conformance::CHAT, conformance::AGENT, 0, 10).await.unwrap();
        assert_eq!(kept.iter().map(|event| event.position).collect::<Vec<_>>(), [1, 2]);
        let (_other, other) = make();
        assert_ne!(other.epoch(), epoch);
    }

    #[tokio::test]
    async fn a_change_that_fails_halfway_leaves_nothing_and_its_neighbours_stay() {
        let (_folder, store) = make();
        let site = conformance::SITE;
        let ids = [1, 2, 3].map(|number| InvitationId([number; 16]));
        let invitation = |id| store.keep_invitation(site, id, vec![1]);
        let halfway = store.writer.change(move |sql| {
            records::keep_invitation(sql, site, ids[1], &[1])?;
            sql.execute("INSERT INTO nowhere VALUES (1)", [])
        });
        let (before, failed, after) = tokio::join!(invitation(ids[0]), halfway, invitation(ids[2]));
        assert!(before.is_ok() && after.is_ok());
        assert!(matches!(failed, Err(StoreError::Sqlite(_))));
        for (id, kept) in ids.into_iter().zip([Some(vec![1]), None, Some(vec![1])]) {
            assert_eq!(store.invitation(site, id).await.unwrap(), kept);
        }
    }

    #[tokio::test]
    async fn a_file_of_an_earlier_format_is_taken_over() {
        const OF_4: &str = "ALTER TABLE conversations DROP COLUMN erased; DROP TABLE places";
        const OF_3: &str = "ALTER TABLE events DROP COLUMN hash; ALTER TABLE events DROP COLUMN mark";
        for (version, lacks) in [(4, OF_4.to_owned()), (3, [OF_4, OF_3].join(";"))] {
            let (folder, store) = make();
            conformance::an_event_is_numbered_once_whoever_asks_again(&store).await;
            drop(store);
            let path = folder.path().join("relay.sqlite");
            let before = format!("{lacks}; PRAGMA user_version = {version}");
            open_connection(&path).unwrap().execute_batch(&before).unwrap();
            let store = SqliteStore::open(&path).unwrap();
            assert_eq!(store.page(conformance::CHAT, conformance::AGENT, 0, 10).await.unwrap().len(), 2);
            store.erase(conformance::SITE, conformance::AGENT, Vec::new(), 1).await.unwrap();
            drop(store);
            assert!(SqliteStore::open(&path).is_ok());
        }
    }

    #[test]
    fn a_file_of_another_format_is_refused() {
        let (folder, store) = make();
        drop(store);
        let path = folder.path().join("relay.sqlite");
        open_connection(&path).unwrap().pragma_update(None, "user_version", FORMAT + 1).unwrap();
        let refused = SqliteStore::open(&path).err();
        assert!(matches!(refused, Some(StoreError::Format { found: 6, expected: 5 })), "{refused:?}");
    }
}
