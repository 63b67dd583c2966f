//! Sessions, rosters and enrolment in SQL.

use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};
use segel_wire::ids::{IdentityKey, LoginKey, SigningKey};
use segel_wire::signed::{DeviceKeys, Order};
use segel_wire::{DeviceId, InvitationId, SiteId};

use crate::store::{Kept, Session, TokenHash};

pub(super) fn keep_session(
    sql: &Connection,
    token: TokenHash,
    session: &Session,
    now: u64,
) -> rusqlite::Result<()> {
    sql.prepare_cached("DELETE FROM sessions WHERE expires <= ?1")?.execute([now])?;
    let Session { site, device, keys, expires } = session;
    sql.prepare_cached("INSERT INTO sessions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?.execute(params![
        token.0,
        site.0,
        device.0,
        keys.identity.0,
        keys.signing.0,
        keys.login.0,
        expires
    ])?;
    Ok(())
}

pub(super) fn session(sql: &Connection, token: TokenHash, now: u64) -> rusqlite::Result<Option<Session>> {
    let query = "SELECT site, device, identity, signing, login, expires FROM sessions
                 WHERE token_hash = ?1 AND expires > ?2";
    sql.prepare_cached(query)?
        .query_row(params![token.0, now], |row| {
            Ok(Session {
                site: SiteId(row.get(0)?),
                device: DeviceId(row.get(1)?),
                keys: DeviceKeys {
                    identity: IdentityKey(row.get(2)?),
                    signing: SigningKey(row.get(3)?),
                    login: LoginKey(row.get(4)?),
                },
                expires: row.get(5)?,
            })
        })
        .optional()
}

pub(super) fn keep_roster(
    sql: &Connection,
    site: SiteId,
    order: Order,
    bytes: &[u8],
) -> rusqlite::Result<Kept> {
    let kept = roster(sql, site, order.version)?;
    keep(kept.as_deref(), bytes, || {
        sql.prepare_cached("INSERT INTO rosters VALUES (?1, ?2, ?3, ?4)")?.execute(params![
            site.0,
            order.version,
            order.generation,
            bytes
        ])
    })
}

pub(super) fn newest_roster(sql: &Connection, site: SiteId) -> rusqlite::Result<Option<Vec<u8>>> {
    let query = "SELECT bytes FROM rosters WHERE site = ?1 ORDER BY version DESC LIMIT 1";
    sql.prepare_cached(query)?.query_row([site.0], bytes_of).optional()
}

pub(super) fn roster(sql: &Connection, site: SiteId, version: u64) -> rusqlite::Result<Option<Vec<u8>>> {
    bytes_where(sql, "SELECT bytes FROM rosters WHERE site = ?1 AND version = ?2", &[&site.0, &version])
}

pub(super) fn keep_invitation(
    sql: &Connection,
    site: SiteId,
    id: InvitationId,
    bytes: &[u8],
) -> rusqlite::Result<Kept> {
    let kept = invitation(sql, site, id)?;
    keep(kept.as_deref(), bytes, || {
        sql.prepare_cached("INSERT INTO invitations VALUES (?1, ?2, ?3)")?
            .execute(params![site.0, id.0, bytes])
    })
}

pub(super) fn invitation(
    sql: &Connection,
    site: SiteId,
    id: InvitationId,
) -> rusqlite::Result<Option<Vec<u8>>> {
    bytes_where(sql, "SELECT bytes FROM invitations WHERE site = ?1 AND id = ?2", &[&site.0, &id.0])
}

pub(super) fn keep_enrolment(
    sql: &Connection,
    site: SiteId,
    id: InvitationId,
    bytes: &[u8],
) -> rusqlite::Result<Kept> {
    let kept = enrolment(sql, site, id)?;
    keep(kept.as_deref(), bytes, || {
        sql.prepare_cached("INSERT INTO enrolments VALUES (?1, ?2, ?3)")?
            .execute(params![site.0, id.0, bytes])
    })
}

pub(super) fn enrolment(
    sql: &Connection,
    site: SiteId,
    id: InvitationId,
) -> rusqlite::Result<Option<Vec<u8>>> {
    bytes_where(sql, "SELECT bytes FROM enrolments WHERE site = ?1 AND invitation = ?2", &[&site.0, &id.0])
}

fn keep(
    kept: Option<&[u8]>,
    bytes: &[u8],
    insert: impl FnOnce() -> rusqlite::Result<usize>,
) -> rusqlite::Result<Kept> {
    Ok(match kept {
        Some(kept) if kept == bytes => Kept::Same,
        Some(_) => Kept::Other,
        None => {
            insert()?;
            Kept::New
        }
    })
}

fn bytes_where(sql: &Connection, query: &str, name: &[&dyn ToSql]) -> rusqlite::Result<Option<Vec<u8>>> {
    sql.prepare_cached(query)?.query_row(name, bytes_of).optional()
}

fn bytes_of(row: &Row<'_>) -> rusqlite::Result<Vec<u8>> {
    row.get(0)
}
