//! Attachments in SQL: a row for each, and one for each of its chunks.

use rusqlite::{Connection, OptionalExtension, params};
use segel_wire::DeviceId;
use segel_wire::api::UploadAnswer;
use segel_wire::sizes::SealedSize;

use crate::config::AttachmentRoom;
use crate::store::{Added, AttachmentPlace, Begun, NewUpload};

/// Stale uploads that one beginning forgets at most, so that the writer's other changes do not wait long.
const FORGOTTEN: usize = 8;

/// An attachment as its row has it.
struct Kept {
    row: i64,
    sender: [u8; 16],
    upload: UploadAnswer,
}

pub(super) fn begin(
    sql: &Connection,
    new: &NewUpload,
    room: AttachmentRoom,
    now: u64,
) -> rusqlite::Result<Begun> {
    sql.prepare_cached(
        "DELETE FROM attachments WHERE row IN (
             SELECT row FROM attachments WHERE stored < size AND touched < ?1 ORDER BY touched LIMIT ?2)",
    )?
    .execute(params![now.saturating_sub(room.unfinished_seconds), FORGOTTEN])?;
    let bytes = new.size.bytes();
    if let Some(kept) = find(sql, new.place)? {
        let is_same = kept.sender == new.sender.0 && kept.upload.size == bytes;
        return Ok(if is_same { Begun::Stored(kept.upload) } else { Begun::Conflict });
    }
    let (conversation, site): (i64, [u8; 16]) = sql
        .prepare_cached("SELECT row, site FROM conversations WHERE id = ?1 AND erased IS NULL")?
        .query_row([new.place.conversation.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let taken = |condition: &str, of: &dyn rusqlite::ToSql| {
        let query = format!("SELECT coalesce(sum(size), 0) FROM attachments WHERE {condition} = ?1");
        sql.prepare_cached(&query)?.query_row([of], |row| row.get::<_, u64>(0))
    };
    if taken("conversation", &conversation)? + bytes > room.conversation_bytes
        || taken("site", &site)? + bytes > room.site_bytes
    {
        return Ok(Begun::NoRoom);
    }
    sql.prepare_cached(
        "INSERT INTO attachments (conversation, site, id, sender, size, touched)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![conversation, site, new.place.attachment.0, new.sender.0, bytes, now])?;
    Ok(Begun::Stored(UploadAnswer { size: bytes, stored: 0 }))
}

pub(super) fn add(
    sql: &Connection,
    place: AttachmentPlace,
    sender: DeviceId,
    offset: u64,
    chunk: &[u8],
    now: u64,
) -> rusqlite::Result<Added> {
    let Some(Kept { row, sender: began, upload }) = find(sql, place)? else { return Ok(Added::Missing) };
    if began != sender.0 {
        return Ok(Added::Conflict);
    }
    // Looked up here, in the change itself: the id may have been forgotten and begun anew with another size.
    let length = SealedSize::new(upload.size).ok().and_then(|size| size.chunk_at(offset));
    if length != Some(chunk.len() as u64) {
        return Ok(Added::Unfit);
    }
    if offset > upload.stored {
        return Ok(Added::Gap);
    }
    if offset < upload.stored {
        let is_same = sql
            .prepare_cached("SELECT bytes = ?3 FROM attachment_chunks WHERE attachment = ?1 AND at = ?2")?
            .query_row(params![row, offset, chunk], |row| row.get(0))
            .optional()?;
        return Ok(if is_same == Some(true) { Added::Stored(upload) } else { Added::Conflict });
    }
    sql.prepare_cached("INSERT INTO attachment_chunks (attachment, at, bytes) VALUES (?1, ?2, ?3)")?
        .execute(params![row, offset, chunk])?;
    let stored = offset + chunk.len() as u64;
    sql.prepare_cached("UPDATE attachments SET stored = ?2, touched = ?3 WHERE row = ?1")?
        .execute(params![row, stored, now])?;
    Ok(Added::Stored(UploadAnswer { stored, ..upload }))
}

pub(super) fn forget(sql: &Connection, place: AttachmentPlace, sender: DeviceId) -> rusqlite::Result<bool> {
    let Some(Kept { row, sender: began, upload }) = find(sql, place)? else { return Ok(true) };
    if began != sender.0 || upload.stored == upload.size {
        return Ok(false);
    }
    sql.prepare_cached("DELETE FROM attachments WHERE row = ?1")?.execute([row])?;
    Ok(true)
}

pub(super) fn upload(sql: &Connection, place: AttachmentPlace) -> rusqlite::Result<Option<UploadAnswer>> {
    Ok(find(sql, place)?.map(|kept| kept.upload))
}

pub(super) fn read(
    sql: &Connection,
    place: AttachmentPlace,
    first: u64,
    last: u64,
) -> rusqlite::Result<Vec<u8>> {
    let Some(Kept { row, .. }) = find(sql, place)? else { return Err(rusqlite::Error::QueryReturnedNoRows) };
    let mut chunks = sql.prepare_cached(
        "SELECT at, bytes FROM attachment_chunks
         WHERE attachment = ?1 AND at <= ?3 AND at + length(bytes) > ?2 ORDER BY at",
    )?;
    let mut found = chunks.query(params![row, first, last])?;
    let mut bytes = Vec::new();
    while let Some(chunk) = found.next()? {
        let (at, chunk) = (chunk.get::<_, u64>(0)?, chunk.get_ref(1)?.as_blob()?);
        let within = |place: u64| {
            usize::try_from(place.saturating_sub(at)).map_or(chunk.len(), |place| place.min(chunk.len()))
        };
        bytes.extend_from_slice(&chunk[within(first)..within(last + 1)]);
    }
    Ok(bytes)
}

fn find(sql: &Connection, place: AttachmentPlace) -> rusqlite::Result<Option<Kept>> {
    sql.prepare_cached(
        "SELECT a.row, a.sender, a.size, a.stored FROM attachments a
         JOIN conversations c ON c.row = a.conversation WHERE c.id = ?1 AND a.id = ?2",
    )?
    .query_row(params![place.conversation.0, place.attachment.0], |row| {
        let upload = UploadAnswer { size: row.get(2)?, stored: row.get(3)? };
        Ok(Kept { row: row.get(0)?, sender: row.get(1)?, upload })
    })
    .optional()
}
