//! Prekeys in SQL: what a device uploaded, and what of it nobody was handed yet.

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, params};
use segel_wire::api::PrekeysAnswer;
use segel_wire::cbor::{self, Cbor};
use segel_wire::signed::{Bundle, Prekey, Prekeys};
use segel_wire::{DeviceId, Octets, SiteId, limits};

use crate::store::AskedBundle;

pub(super) fn keep(
    sql: &Connection,
    site: SiteId,
    device: DeviceId,
    new: &Prekeys,
    now: u64,
) -> rusqlite::Result<PrekeysAnswer> {
    sql.prepare_cached("DELETE FROM one_time_prekeys WHERE not_after <= ?1")?.execute([now])?;
    let one_time = new.one_time.as_deref().unwrap_or_default();
    let uploaded = one_time.iter().map(|prekey| prekey.id).fold(new.signed.id, u32::max);
    let (row, before) = match find(sql, site, device)? {
        Some((row, before)) => (row, Some(before)),
        None => (insert(sql, site, device, new)?, None),
    };
    let highest = before.map_or(uploaded, |before| before.max(uploaded));
    sql.prepare_cached("UPDATE prekeys SET highest = ?2 WHERE row = ?1")?.execute(params![row, highest])?;
    sql.prepare_cached("UPDATE prekeys SET signed_id = ?2, signed = ?3 WHERE row = ?1 AND signed_id <= ?2")?
        .execute(params![row, new.signed.id, cbor::encode(&new.signed)])?;
    // A store that was set back has some again that are used up. Of later ones an upload that was late says nothing.
    let last = new.held.last().map_or(uploaded, |last| uploaded.max(*last));
    let held: Vec<_> = new.held.iter().map(u32::to_string).collect();
    sql.prepare_cached(
        "DELETE FROM one_time_prekeys
             WHERE owner = ?1 AND id <= ?2 AND id NOT IN (SELECT value FROM json_each(?3))",
    )?
    .execute(params![row, last, format!("[{}]", held.join(","))])?;
    let fresh = one_time.iter().filter(|prekey| before.is_none_or(|before| prekey.id > before));
    let one_time = add(sql, row, fresh.filter(|prekey| now < prekey.not_after))?;
    Ok(PrekeysAnswer { one_time, highest })
}

/// What is handed out is deleted in the same transaction, so that it is gone before anyone hears of it.
pub(super) fn take(
    sql: &Connection,
    site: SiteId,
    asked: &[AskedBundle],
    now: u64,
) -> rusqlite::Result<Vec<Octets>> {
    let mut query =
        sql.prepare_cached("SELECT row, keys, signed FROM prekeys WHERE site = ?1 AND device = ?2")?;
    let mut bundles = Vec::new();
    for (place, &AskedBundle { device, one_time }) in asked.iter().enumerate() {
        if asked[..place].iter().any(|before| before.device == device) {
            continue;
        }
        let found = query.query_row(params![site.0, device.0], |row| {
            let bundle = Bundle { keys: decoded(row, 1)?, signed: decoded(row, 2)?, one_time: None };
            Ok((row.get(0)?, bundle))
        });
        let Some((row, mut bundle)): Option<(i64, Bundle)> = found.optional()? else { continue };
        if one_time {
            bundle.one_time = take_one_time(sql, row, now)?;
        }
        bundles.push(Octets(cbor::encode(&bundle)));
    }
    Ok(bundles)
}

/// Where a device's prekeys are kept, and the highest id that it uploaded.
fn find(sql: &Connection, site: SiteId, device: DeviceId) -> rusqlite::Result<Option<(i64, u32)>> {
    sql.prepare_cached("SELECT row, highest FROM prekeys WHERE site = ?1 AND device = ?2")?
        .query_row(params![site.0, device.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

fn insert(sql: &Connection, site: SiteId, device: DeviceId, new: &Prekeys) -> rusqlite::Result<i64> {
    let (keys, signed) = (cbor::encode(&new.keys), cbor::encode(&new.signed));
    sql.prepare_cached(
        "INSERT INTO prekeys (site, device, keys, signed_id, signed, highest)
         VALUES (?1, ?2, ?3, ?4, ?5, ?4)",
    )?
    .execute(params![site.0, device.0, keys, new.signed.id, signed])?;
    Ok(sql.last_insert_rowid())
}

/// Keeps one-time prekeys while there is room, and counts what is kept then.
fn add<'a>(sql: &Connection, row: i64, one_time: impl Iterator<Item = &'a Prekey>) -> rusqlite::Result<u32> {
    let mut count = sql.prepare_cached("SELECT count(*) FROM one_time_prekeys WHERE owner = ?1")?;
    let kept: usize = count.query_row([row], |row| row.get(0))?;
    let mut insert = sql.prepare_cached("INSERT OR IGNORE INTO one_time_prekeys VALUES (?1, ?2, ?3, ?4)")?;
    for prekey in one_time.take(limits::ONE_TIME_KEPT.saturating_sub(kept)) {
        // SQLite's numbers are signed; what is beyond them never expires.
        let not_after = i64::try_from(prekey.not_after).unwrap_or(i64::MAX);
        insert.execute(params![row, prekey.id, not_after, cbor::encode(prekey)])?;
    }
    count.query_row([row], |row| row.get(0))
}

fn take_one_time(sql: &Connection, row: i64, now: u64) -> rusqlite::Result<Option<Prekey>> {
    sql.prepare_cached(
        "DELETE FROM one_time_prekeys WHERE owner = ?1 AND id = (
             SELECT min(id) FROM one_time_prekeys WHERE owner = ?1 AND not_after > ?2
         ) RETURNING bytes",
    )?
    .query_row(params![row, now], |row| decoded(row, 0))
    .optional()
}

fn decoded<T: Cbor>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    cbor::decode(row.get_ref(column)?.as_blob()?)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Blob, Box::new(error)))
}
