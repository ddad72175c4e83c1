//! What readers ask of the SQLite file, each at one instant (one read transaction).

use std::{collections::BTreeSet, str::FromStr};

use records::{
    id::{ChangeId, NotAnId, RecordId},
    published::Mark,
    stamp::NotAStamp,
    wire::Acceptance,
};
use rusqlite::{Connection, OptionalExtension, params, types::Type};

use super::{Found, Identity, Row, Run, StoreError, Wanted};

/// What a row weighs beside its body: its acceptance as JSON.
const ACCEPTANCE_BYTES: usize = 260;

pub(super) fn epoch(connection: &Connection) -> Result<String, StoreError> {
    text_meta(connection, "epoch")
}

pub(super) fn identity(connection: &Connection) -> Result<Identity, StoreError> {
    let mac_key = meta(connection, "mac_key")?.and_then(|bytes| bytes.try_into().ok());
    let device_key_hash = meta(connection, "device_key_hash")?;
    Ok(Identity {
        epoch: epoch(connection)?,
        mac_key: mac_key.ok_or_else(|| lost("mac_key"))?,
        // Of another length: as good as none, and a new one will be made.
        device_key_hash: device_key_hash.and_then(|bytes| bytes.try_into().ok()),
    })
}

fn meta(connection: &Connection, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT value FROM meta WHERE name = ?1")?;
    Ok(statement.query_row([name], |row| row.get(0)).optional()?)
}

fn text_meta(connection: &Connection, name: &str) -> Result<String, StoreError> {
    let bytes = meta(connection, name)?.ok_or_else(|| lost(name))?;
    String::from_utf8(bytes).map_err(|e| StoreError::Engine(e.to_string()))
}

fn lost(name: &str) -> StoreError {
    StoreError::Engine(format!("meta has no readable {name}"))
}

/// The acceptance in a row whose columns from `at` are scope, seq, epoch, eff, mac.
pub(super) fn acceptance(row: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<Acceptance> {
    let eff: String = row.get(at + 3)?;
    Ok(Acceptance {
        scope: row.get(at)?,
        seq: row.get(at + 1)?,
        epoch: row.get(at + 2)?,
        eff: eff.parse().map_err(|e: NotAStamp| {
            rusqlite::Error::FromSqlConversionFailure(at + 3, Type::Text, Box::new(e))
        })?,
        mac: row.get(at + 4)?,
    })
}

pub(super) fn find(connection: &mut Connection, wanted: &Wanted) -> Result<Found, StoreError> {
    let transaction = connection.transaction()?;
    let mut left = Budget {
        bytes: wanted.bytes,
        rows: 0,
        is_spent: false,
    };
    let mut units = vec![wanted.unit.clone()];
    units.append(&mut predecessors(&transaction, &wanted.unit)?);
    let mut runs = Vec::with_capacity(units.len());
    for unit in &units {
        runs.push(run(&transaction, wanted, unit, &mut left)?);
    }
    let mut lacks = Vec::new();
    for id in wanted.offer.iter().collect::<BTreeSet<_>>() {
        let mut is_here = false;
        for unit in &units {
            is_here = is_here || has(&transaction, unit, *id)?;
        }
        if !is_here {
            lacks.push(*id);
        }
    }
    Ok(Found {
        epoch: epoch(&transaction)?,
        catalogue: newest_catalogue(&transaction)?,
        runs,
        more: left.is_spent,
        lacks,
    })
}

/// How much more may go into this answer.
struct Budget {
    bytes: usize,
    rows: usize,
    is_spent: bool,
}

impl Budget {
    /// Whether a body of this length still goes in; the first always does.
    fn spend(&mut self, body: usize) -> bool {
        let weight = body + ACCEPTANCE_BYTES;
        if self.is_spent || (self.rows > 0 && weight > self.bytes) {
            self.is_spent = true;
            return false;
        }
        self.rows += 1;
        self.bytes = self.bytes.saturating_sub(weight);
        true
    }
}

fn run(
    connection: &Connection,
    wanted: &Wanted,
    unit: &str,
    left: &mut Budget,
) -> Result<Run, StoreError> {
    let scope = format!("{unit}/{}", wanted.part);
    let (generation, head) = connection
        .prepare_cached("SELECT gen, seq FROM head WHERE unit = ?1 AND scope = ?2")?
        .query_row(params![unit, scope], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?
        .unwrap_or((1, 0));
    // A cursor beyond the head was given by another history: this one is read from its start.
    let from = match wanted.cursors.get(&scope) {
        Some(cursor) if cursor.generation == generation && cursor.seq <= head => cursor.seq,
        _ => 0,
    };
    let mut run = Run {
        scope: scope.clone(),
        generation,
        from,
        to: from,
        rows: Vec::new(),
    };
    let get = "SELECT id, scope, seq, epoch, eff, mac, body FROM change \
               WHERE unit = ?1 AND scope = ?2 AND seq > ?3 ORDER BY seq";
    let mut statement = connection.prepare_cached(get)?;
    let mut rows = statement.query(params![unit, scope, from])?;
    while let Some(row) = rows.next()? {
        let id = id_of(row)?;
        if !wanted.left_out.contains(&id) {
            let body = row
                .get_ref(6)?
                .as_blob()
                .map_err(|e| StoreError::Engine(e.to_string()))?;
            if !left.spend(body.len()) {
                break;
            }
            run.rows.extend(read_row(row, id, body)?);
        }
        run.to = row.get(2)?;
    }
    Ok(run)
}

/// A row, or nothing when its body was damaged on the disk: one bad row must not stop everybody.
fn read_row(row: &rusqlite::Row<'_>, id: ChangeId, body: &[u8]) -> Result<Option<Row>, StoreError> {
    match String::from_utf8(body.to_vec()) {
        Ok(body) => Ok(Some(Row {
            id,
            acc: acceptance(row, 1)?,
            body,
        })),
        Err(error) => {
            tracing::error!(%id, %error, "the body of a stored change is damaged");
            Ok(None)
        }
    }
}

fn id_of(row: &rusqlite::Row<'_>) -> Result<ChangeId, StoreError> {
    Ok(name(row, 0)?)
}

/// The name in a column.
pub(super) fn name<T: FromStr<Err = NotAnId>>(
    row: &rusqlite::Row<'_>,
    at: usize,
) -> rusqlite::Result<T> {
    let bytes: [u8; 16] = row.get(at)?;
    let text = uuid::Uuid::from_bytes(bytes).to_string();
    text.parse().map_err(|e: NotAnId| {
        rusqlite::Error::FromSqlConversionFailure(at, Type::Blob, Box::new(e))
    })
}

pub(super) fn newest_catalogue(connection: &Connection) -> Result<Option<Mark>, StoreError> {
    let get = "SELECT number, hash FROM catalogue ORDER BY number DESC LIMIT 1";
    let mut statement = connection.prepare_cached(get)?;
    let found = statement.query_row([], |row| {
        Ok(Mark {
            number: row.get(0)?,
            hash: row.get(1)?,
        })
    });
    Ok(found.optional()?)
}

pub(super) fn catalogue_text(
    connection: &Connection,
    number: u64,
) -> Result<Option<Vec<u8>>, StoreError> {
    let Ok(number) = i64::try_from(number) else {
        return Ok(None); // a number that was never given
    };
    let mut statement =
        connection.prepare_cached("SELECT text FROM catalogue WHERE number = ?1")?;
    Ok(statement.query_row([number], |row| row.get(0)).optional()?)
}

/// Whether a change was taken. What is held under its id may be another text, so it does not count.
fn has(connection: &Connection, unit: &str, id: ChangeId) -> Result<bool, StoreError> {
    let get = "SELECT EXISTS (SELECT 1 FROM change WHERE unit = ?1 AND id = ?2)";
    let mut statement = connection.prepare_cached(get)?;
    Ok(statement.query_row(params![unit, id.bytes()], |row| row.get(0))?)
}

/// Breadth first; a circle ends where it began.
pub(super) fn predecessors(connection: &Connection, unit: &str) -> Result<Vec<String>, StoreError> {
    let mut all = vec![unit.to_owned()];
    let mut at = 0;
    while let Some(unit) = all.get(at).cloned() {
        let get = "SELECT old FROM succession WHERE unit = ?1 ORDER BY old";
        let mut statement = connection.prepare_cached(get)?;
        let olds = statement.query_map([unit], |row| row.get(0))?;
        for old in olds {
            let old: String = old?;
            if !all.contains(&old) {
                all.push(old);
            }
        }
        at += 1;
    }
    Ok(all.split_off(1))
}

pub(super) fn changes_of(
    connection: &mut Connection,
    unit: &str,
    rec: RecordId,
) -> Result<Vec<Row>, StoreError> {
    let get = "SELECT c.id, c.scope, c.seq, c.epoch, c.eff, c.mac, c.body \
               FROM rec_change r JOIN change c ON c.unit = r.unit AND c.id = r.id \
               WHERE r.unit = ?1 AND r.rec = ?2 ORDER BY c.scope, c.seq";
    let mut statement = connection.prepare_cached(get)?;
    let mut rows = statement.query(params![unit, rec.bytes()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let id = id_of(row)?;
        let body = row
            .get_ref(6)?
            .as_blob()
            .map_err(|e| StoreError::Engine(e.to_string()))?;
        found.extend(read_row(row, id, body)?);
    }
    Ok(found)
}
