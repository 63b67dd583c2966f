//! Conversations and events in SQL.

use rusqlite::{CachedStatement, Connection, OptionalExtension, Params, Row, params};
use segel_wire::api::{ConversationSummary, StoredAnswer};
use segel_wire::{
    ContentDigest, ConversationId, Delivered, DeskId, DeviceId, EventId, Octets, SiteId, Withdraws,
};
use sha2::{Digest, Sha256};

use crate::store::{Appended, Conversation, Mark, NewEvent, Place, Reach, StoredEvent, cursor};

pub(super) fn open_conversation(sql: &Connection, new: &Conversation) -> rusqlite::Result<Conversation> {
    if let Some(kept) = conversation(sql, new.id)? {
        return Ok(kept);
    }
    sql.prepare_cached("INSERT INTO conversations (id, site, visitor, desk) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![new.id.0, new.site.0, new.visitor.0, new.desk.0])?;
    Ok(*new)
}

pub(super) fn conversation(sql: &Connection, id: ConversationId) -> rusqlite::Result<Option<Conversation>> {
    sql.prepare_cached("SELECT site, visitor, desk, erased IS NOT NULL FROM conversations WHERE id = ?1")?
        .query_row([id.0], |row| {
            let (site, visitor, desk) = (SiteId(row.get(0)?), DeviceId(row.get(1)?), DeskId(row.get(2)?));
            Ok(Conversation { id, site, visitor, desk, is_erased: row.get(3)? })
        })
        .optional()
}

pub(super) fn conversations(sql: &Connection, reach: Reach) -> rusqlite::Result<Vec<ConversationSummary>> {
    const BY_SITE: &str = "SELECT id, visitor, desk, head FROM conversations
        WHERE site = ?1 AND erased IS NULL ORDER BY last DESC, row DESC";
    const BY_VISITOR: &str = "SELECT id, visitor, desk, head FROM conversations
        WHERE site = ?1 AND visitor = ?2 ORDER BY last DESC, row DESC";
    match reach {
        Reach::Site(site) => collect(sql.prepare_cached(BY_SITE)?, [site.0], summary),
        Reach::Visitor(site, visitor) => {
            collect(sql.prepare_cached(BY_VISITOR)?, params![site.0, visitor.0], summary)
        }
    }
}

pub(super) fn append(sql: &Connection, new: &NewEvent) -> rusqlite::Result<Appended> {
    let place = sql
        .prepare_cached("SELECT row, site, head, erased IS NOT NULL FROM conversations WHERE id = ?1")?
        .query_row([new.conversation.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    let Some((conversation, site, head, is_erased)): Option<(i64, [u8; 16], u64, bool)> = place else {
        return Ok(Appended::NoConversation);
    };
    if is_erased {
        return Ok(Appended::Erased);
    }
    let digest = digest(new);
    if let Some(appended) = appended_before(sql, conversation, new.event, &digest)? {
        return Ok(appended);
    }
    if let Some(withdraws) = &new.withdraws
        && !withdraw(sql, conversation, new.sender, withdraws)?
    {
        return Ok(Appended::NothingToWithdraw);
    }
    let position = head + 1;
    sql.prepare_cached(
        "INSERT INTO events (conversation, site, position, event, sender, time, digest, mark, content)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        conversation,
        site,
        position,
        new.event.0,
        new.sender.0,
        new.time,
        digest,
        new.mark.0,
        new.envelope.content.0
    ])?;
    let row = sql.last_insert_rowid();
    let mut insert = sql.prepare_cached("INSERT INTO wraps (event, device, wrap) VALUES (?1, ?2, ?3)")?;
    for wrapped in &new.envelope.wraps {
        insert.execute(params![row, wrapped.device.0, wrapped.wrap.0])?;
    }
    sql.prepare_cached("UPDATE conversations SET head = ?2, last = ?3 WHERE row = ?1")?.execute(params![
        conversation,
        position,
        row
    ])?;
    Ok(Appended::Stored(StoredAnswer { position, time: new.time }))
}

pub(super) fn page(
    sql: &Connection,
    epoch: &str,
    id: ConversationId,
    device: DeviceId,
    after: u64,
    limit: usize,
) -> rusqlite::Result<Vec<Delivered>> {
    let query =
        "SELECT e.row, c.visitor, c.id, e.position, e.event, e.sender, e.time, e.content, e.mark, e.hash
        FROM conversations c JOIN events e ON e.conversation = c.row
        WHERE c.id = ?1 AND e.position > ?2 ORDER BY e.position LIMIT ?3";
    let events = stored_events(sql, epoch, device, query, params![id.0, after, limit])?;
    Ok(events.into_iter().map(|stored| stored.event).collect())
}

pub(super) fn holds(sql: &Connection, place: Place) -> rusqlite::Result<bool> {
    let mark: Option<[u8; 9]> = sql
        .prepare_cached(
            "SELECT mark FROM events WHERE row = ?1 UNION ALL SELECT mark FROM places WHERE row = ?1",
        )?
        .query_row([place.row], |row| row.get(0))
        .optional()?;
    Ok(place == Place::default() || mark == Some(place.mark.0))
}

pub(super) fn since(
    sql: &Connection,
    epoch: &str,
    reach: Reach,
    device: DeviceId,
    row: u64,
    limit: usize,
) -> rusqlite::Result<Vec<StoredEvent>> {
    const BY_SITE: &str =
        "SELECT e.row, c.visitor, c.id, e.position, e.event, e.sender, e.time, e.content, e.mark, e.hash
        FROM events e JOIN conversations c ON c.row = e.conversation
        WHERE e.site = ?1 AND e.row > ?2 AND (c.erased IS NULL
            OR EXISTS (SELECT 1 FROM wraps w WHERE w.event = e.row AND w.device = ?4))
        ORDER BY e.row LIMIT ?3";
    // CROSS JOIN keeps the visitor's few conversations outermost, whatever the planner guesses.
    const BY_VISITOR: &str =
        "SELECT e.row, c.visitor, c.id, e.position, e.event, e.sender, e.time, e.content, e.mark, e.hash
        FROM conversations c CROSS JOIN events e ON e.conversation = c.row
        WHERE c.site = ?1 AND c.visitor = ?4 AND e.row > ?2 ORDER BY e.row LIMIT ?3";
    match reach {
        Reach::Site(site) => {
            stored_events(sql, epoch, device, BY_SITE, params![site.0, row, limit, device.0])
        }
        Reach::Visitor(site, visitor) => {
            stored_events(sql, epoch, device, BY_VISITOR, params![site.0, row, limit, visitor.0])
        }
    }
}

/// The answer that an event of this id got before.
fn appended_before(
    sql: &Connection,
    conversation: i64,
    event: EventId,
    digest: &[u8; 32],
) -> rusqlite::Result<Option<Appended>> {
    sql.prepare_cached("SELECT position, time, digest FROM events WHERE conversation = ?1 AND event = ?2")?
        .query_row(params![conversation, event.0], |row| {
            let same = row.get::<_, [u8; 32]>(2)? == *digest;
            let answer = StoredAnswer { position: row.get(0)?, time: row.get(1)? };
            Ok(if same { Appended::Stored(answer) } else { Appended::Conflict })
        })
        .optional()
}

/// Leaves of an earlier event of this sender a tombstone; whether there is such an event.
fn withdraw(
    sql: &Connection,
    conversation: i64,
    sender: DeviceId,
    withdraws: &Withdraws,
) -> rusqlite::Result<bool> {
    let kept: Option<(i64, Vec<u8>, bool)> = sql
        .prepare_cached(
            "SELECT row, content, hash IS NOT NULL FROM events
             WHERE conversation = ?1 AND event = ?2 AND sender = ?3",
        )?
        .query_row(params![conversation, withdraws.event.0, sender.0], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let Some((row, content, is_withdrawn)) = kept else { return Ok(false) };
    if !is_withdrawn {
        let hash: [u8; 32] = Sha256::digest(&content).into();
        sql.prepare_cached("UPDATE events SET content = x'', hash = ?2 WHERE row = ?1")?
            .execute(params![row, hash])?;
        sql.prepare_cached("DELETE FROM wraps WHERE event = ?1")?.execute([row])?;
    }
    if let Some(attachment) = withdraws.attachment {
        sql.prepare_cached("DELETE FROM attachments WHERE conversation = ?1 AND id = ?2 AND sender = ?3")?
            .execute(params![conversation, attachment.0, sender.0])?;
    }
    Ok(true)
}

/// Tells the same event from another of the same id: its sender, every byte of its envelope and what it takes back.
fn digest(new: &NewEvent) -> [u8; 32] {
    let wraps = new.envelope.wraps.iter().flat_map(|wrapped| [&wrapped.device.0[..], &wrapped.wrap.0]);
    let mut hash = Sha256::new();
    let withdraws = new.withdraws.iter().flat_map(|Withdraws { event, attachment }| {
        let attachment = attachment.iter().map(|attachment| &attachment.0[..]);
        [&event.0[..]].into_iter().chain(attachment)
    });
    for part in [&new.sender.0[..], &new.envelope.content.0].into_iter().chain(wraps).chain(withdraws) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

fn summary(row: &Row<'_>) -> rusqlite::Result<ConversationSummary> {
    Ok(ConversationSummary {
        conversation: ConversationId(row.get(0)?),
        visitor: DeviceId(row.get(1)?),
        desk: DeskId(row.get(2)?),
        head: row.get(3)?,
    })
}

/// Runs a query for events and adds to each its recipients and, of the wraps, the device's own.
fn stored_events(
    sql: &Connection,
    epoch: &str,
    device: DeviceId,
    query: &str,
    params: impl Params,
) -> rusqlite::Result<Vec<StoredEvent>> {
    // What is withdrawn meanwhile must not lose its wraps alone.
    let _snapshot = sql.unchecked_transaction()?;
    let mut events = collect(sql.prepare_cached(query)?, params, |row| {
        let place = Place { row: row.get(0)?, mark: Mark(row.get(8)?) };
        let event = Delivered {
            conversation: ConversationId(row.get(2)?),
            position: row.get(3)?,
            event: EventId(row.get(4)?),
            sender: DeviceId(row.get(5)?),
            time: row.get(6)?,
            content: Octets(row.get(7)?),
            recipients: Vec::new(),
            wrap: None,
            hash: row.get::<_, Option<_>>(9)?.map(ContentDigest),
            cursor: cursor(epoch, place),
        };
        Ok(StoredEvent { place, visitor: DeviceId(row.get(1)?), event })
    })?;
    let mut recipients = sql.prepare_cached("SELECT device FROM wraps WHERE event = ?1 ORDER BY device")?;
    let mut own = sql.prepare_cached("SELECT wrap FROM wraps WHERE event = ?1 AND device = ?2")?;
    for StoredEvent { place: Place { row, .. }, event, .. } in &mut events {
        event.recipients =
            recipients.query_map([*row], |row| row.get(0).map(DeviceId))?.collect::<Result<_, _>>()?;
        event.wrap = own.query_row(params![*row, device.0], |row| row.get(0).map(Octets)).optional()?;
    }
    Ok(events)
}

fn collect<T>(
    mut statement: CachedStatement<'_>,
    params: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    statement.query_map(params, read)?.collect()
}
