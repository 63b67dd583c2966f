//! Erasing a visitor's device in SQL. docs/PROTOCOL.md, section 6.5.

use rusqlite::{Connection, OptionalExtension, params};
use segel_wire::{DeviceId, EventId, SiteId};

/// Takes out everything of a device as a visitor's: of its conversations their ids stay, and those of the named events that are
/// its own; `now` in Unix seconds.
pub(super) fn erase(
    sql: &Connection,
    site: SiteId,
    device: DeviceId,
    keeps: &[EventId],
    now: u64,
) -> rusqlite::Result<()> {
    let mut of_visitor =
        sql.prepare_cached("SELECT row FROM conversations WHERE site = ?1 AND visitor = ?2")?;
    let rows = of_visitor.query_map(params![site.0, device.0], |row| row.get(0))?;
    for conversation in rows.collect::<rusqlite::Result<Vec<i64>>>()? {
        empty(sql, conversation, &kept(sql, conversation, device, keeps)?)?;
        sql.prepare_cached(
            "UPDATE conversations SET visitor = zeroblob(16), desk = zeroblob(16), head = 0, last = 0, erased = ?2
             WHERE row = ?1",
        )?
        .execute(params![conversation, now])?;
    }
    let of_device = params![site.0, device.0];
    sql.prepare_cached(
        "DELETE FROM one_time_prekeys WHERE owner IN (SELECT row FROM prekeys WHERE site = ?1 AND device = ?2)",
    )?
    .execute(of_device)?;
    for table in ["prekeys", "sessions"] {
        sql.prepare_cached(&format!("DELETE FROM {table} WHERE site = ?1 AND device = ?2"))?
            .execute(of_device)?;
    }
    Ok(())
}

/// Rows of those of these events that the device sent here, as a list in JSON.
fn kept(
    sql: &Connection,
    conversation: i64,
    device: DeviceId,
    keeps: &[EventId],
) -> rusqlite::Result<String> {
    let mut own =
        sql.prepare_cached("SELECT row FROM events WHERE conversation = ?1 AND event = ?2 AND sender = ?3")?;
    let mut rows = Vec::new();
    for event in keeps {
        let row = own.query_row(params![conversation, event.0, device.0], |row| row.get::<_, i64>(0));
        rows.extend(row.optional()?.map(|row| row.to_string()));
    }
    Ok(format!("[{}]", rows.join(",")))
}

/// Takes out the events of a conversation but for these rows, and its attachments.
fn empty(sql: &Connection, conversation: i64, kept: &str) -> rusqlite::Result<()> {
    const GONE: &str = "conversation = ?1 AND row NOT IN (SELECT value FROM json_each(?2))";
    for change in [
        format!("INSERT INTO places SELECT row, mark FROM events WHERE {GONE}"),
        format!("DELETE FROM wraps WHERE event IN (SELECT row FROM events WHERE {GONE})"),
        format!("DELETE FROM events WHERE {GONE}"),
    ] {
        sql.prepare_cached(&change)?.execute(params![conversation, kept])?;
    }
    sql.prepare_cached("DELETE FROM attachments WHERE conversation = ?1")?.execute([conversation])?;
    Ok(())
}
