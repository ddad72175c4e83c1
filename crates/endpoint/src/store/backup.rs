//! A copy of the SQLite file while it is in use, and whether a file is whole.

use std::{collections::BTreeMap, path::Path};

use rusqlite::{Connection, OpenFlags, params};
use sha2::{Digest, Sha256};

use super::{StoreError, Verified};

/// Copies a database that others may be writing to, as it is at one instant.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
    let connection = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(std::time::Duration::from_secs(30))?;
    let to = to
        .to_str()
        .ok_or_else(|| StoreError::Engine("the name of the copy is not UTF-8".to_owned()))?;
    connection.execute("VACUUM INTO ?1", params![to])?;
    Ok(())
}

/// Whether nobody else has a database open.
pub(super) fn is_alone(path: &Path) -> Result<bool, StoreError> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(std::time::Duration::ZERO)?;
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    match connection.execute_batch("BEGIN EXCLUSIVE; COMMIT") {
        Ok(()) => Ok(true),
        // What cannot be read is nobody's.
        Err(error) => Ok(!matches!(StoreError::from(error), StoreError::Busy)),
    }
}

/// Reads every row: the pages of the file, the bytes of each change against their hash, the numbers of each scope.
pub(super) fn verify(path: &Path) -> Result<Verified, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let connection = Connection::open_with_flags(path, flags)?;
    let said: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    if said != "ok" {
        return Err(StoreError::Damaged(said));
    }
    let heads = "SELECT unit, scope, seq FROM head";
    let mut statement = connection.prepare(heads)?;
    let heads = statement.query_map([], |row| {
        let (unit, scope): (String, String) = (row.get(0)?, row.get(1)?);
        Ok(((unit, scope), row.get::<_, u64>(2)?))
    })?;
    let heads: BTreeMap<(String, String), u64> = heads.collect::<Result<_, _>>()?;
    let mut seen: BTreeMap<(String, String), u64> = BTreeMap::new();
    let all = "SELECT unit, scope, seq, body, hash FROM change ORDER BY unit, scope, seq";
    let mut statement = connection.prepare(all)?;
    let mut rows = statement.query([])?;
    let mut verified = Verified::default();
    while let Some(row) = rows.next()? {
        let key: (String, String) = (row.get(0)?, row.get(1)?);
        let seq: u64 = row.get(2)?;
        let (body, hash): (Vec<u8>, Vec<u8>) = (row.get(3)?, row.get(4)?);
        let place = format!("{} {seq}", key.1);
        let own: [u8; 32] = Sha256::digest(&body).into();
        if own[..] != hash[..] {
            return Err(StoreError::Damaged(format!(
                "{place}: the bytes are not those that were taken"
            )));
        }
        let last = seen.entry(key).or_default();
        if seq != *last + 1 {
            return Err(StoreError::Damaged(format!(
                "{place}: the row before it is missing"
            )));
        }
        *last = seq;
        verified.changes += 1;
        verified.bytes += body.len();
    }
    if seen != heads {
        return Err(StoreError::Damaged(
            "a scope lacks its last rows".to_owned(),
        ));
    }
    verified.scopes = heads.len();
    Ok(verified)
}
