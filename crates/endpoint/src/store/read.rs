//! What readers ask of a database, each at one instant (one read transaction).

use std::{collections::BTreeSet, ops::ControlFlow};

use records::{
    change::SECRET,
    id::{ChangeId, DeviceId, RecordId},
    published::Mark,
    wire::Contact,
};

use super::{
    Carried, Found, Held, Identity, Row, Run, StoreError, Wanted, secrets,
    sql::{Columns, ON, Sql, Walk},
};

/// What a row weighs beside its body: its acceptance as JSON.
const ACCEPTANCE_BYTES: usize = 260;
/// Rows that are asked for at once.
const CHUNK: u64 = 256;

pub(super) fn epoch(sql: &mut dyn Sql) -> Result<String, StoreError> {
    let bytes = meta(sql, "epoch")?.ok_or_else(|| lost("epoch"))?;
    String::from_utf8(bytes).map_err(|e| StoreError::Engine(e.to_string()))
}

pub(super) fn identity(sql: &mut dyn Sql) -> Result<Identity, StoreError> {
    let mac_key = meta(sql, "mac_key")?.and_then(|bytes| bytes.try_into().ok());
    let device_key_hash = meta(sql, "device_key_hash")?;
    Ok(Identity {
        epoch: epoch(sql)?,
        mac_key: mac_key.ok_or_else(|| lost("mac_key"))?,
        // Of another length: as good as none, and a new one will be made.
        device_key_hash: device_key_hash.and_then(|bytes| bytes.try_into().ok()),
    })
}

pub(super) fn meta(sql: &mut dyn Sql, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let get = "SELECT value FROM meta WHERE name = ?1";
    sql.first(get, &[name.into()], |row| Ok(row.bytes(0)?.to_vec()))
}

fn lost(name: &str) -> StoreError {
    StoreError::Engine(format!("meta has no readable {name}"))
}

pub(super) fn find(sql: &mut dyn Sql, wanted: &Wanted) -> Result<Found, StoreError> {
    let mut left = Budget {
        bytes: wanted.bytes,
        rows: 0,
        is_spent: false,
    };
    let mut units = vec![wanted.unit.clone()];
    units.append(&mut predecessors(sql, &wanted.unit)?);
    let mut runs = Vec::with_capacity(units.len());
    let has_secrets = secrets::is_on(sql, &wanted.unit)?;
    // What phones recorded before it was switched off is taken; none of it is given to them any more.
    if let Some(insider) = wanted.insider.as_ref().filter(|_| has_secrets) {
        for case in secrets::cases(sql, &wanted.unit, insider)? {
            let part = format!("{SECRET}/{case}");
            runs.push(run(sql, wanted, (&wanted.unit, &part), &mut left)?);
        }
    }
    for unit in units.iter().filter(|_| wanted.insider.is_none()) {
        for part in &wanted.parts {
            runs.push(run(sql, wanted, (unit, part), &mut left)?);
        }
    }
    let mut lacks = Vec::new();
    for id in wanted.offer.iter().collect::<BTreeSet<_>>() {
        let mut is_here = false;
        for unit in &units {
            is_here = is_here || has(sql, unit, *id)?;
        }
        if !is_here {
            lacks.push(*id);
        }
    }
    Ok(Found {
        epoch: epoch(sql)?,
        catalogue: newest_catalogue(sql)?,
        runs,
        has_secrets,
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
    sql: &mut dyn Sql,
    wanted: &Wanted,
    (unit, part): (&str, &str),
    left: &mut Budget,
) -> Result<Run, StoreError> {
    let scope = format!("{unit}/{part}");
    let get = "SELECT gen, seq FROM head WHERE unit = ?1 AND scope = ?2";
    let (generation, head) = sql
        .first(get, &[unit.into(), (&scope).into()], |row| {
            Ok((row.count(0)?, row.count(1)?))
        })?
        .unwrap_or((1, 0));
    // A cursor beyond the head was given by another history: this one is read from its start.
    let from = match wanted.cursors.get(&scope) {
        Some(cursor) if cursor.generation == generation && cursor.seq <= head => cursor.seq,
        _ => 0,
    };
    let mut run = Run {
        scope,
        generation,
        from,
        to: from,
        rows: Vec::new(),
    };
    while !left.is_spent && chunk(sql, wanted, unit, &mut run, left)? {}
    Ok(run)
}

/// The next rows of a run; whether there may be more.
fn chunk(
    sql: &mut dyn Sql,
    wanted: &Wanted,
    unit: &str,
    run: &mut Run,
    left: &mut Budget,
) -> Result<bool, StoreError> {
    let get = "SELECT id, scope, seq, epoch, eff, mac, body FROM change \
               WHERE unit = ?1 AND scope = ?2 AND seq > ?3 ORDER BY seq LIMIT ?4";
    let scope = run.scope.clone();
    let params = [unit.into(), (&scope).into(), run.to.into(), CHUNK.into()];
    let mut count = 0;
    sql.walk(get, &params, &mut |row| {
        let id = row.change_id(0)?;
        if !wanted.left_out.contains(&id) {
            let body = row.bytes(6)?;
            if !left.spend(body.len()) {
                return Ok(ControlFlow::Break(()));
            }
            run.rows.extend(read_row(row, id)?);
        }
        run.to = row.count(2)?;
        count += 1;
        ON
    })?;
    Ok(count == CHUNK)
}

/// A row, or nothing when its body was damaged on the disk: one bad row must not stop everybody.
fn read_row(row: &dyn Columns, id: ChangeId) -> Result<Option<Row>, StoreError> {
    match String::from_utf8(row.bytes(6)?.to_vec()) {
        Ok(body) => Ok(Some(Row {
            id,
            acc: row.acceptance(1)?,
            body,
        })),
        Err(error) => {
            tracing::error!(%id, %error, "the body of a stored change is damaged");
            Ok(None)
        }
    }
}

pub(super) fn newest_catalogue(sql: &mut dyn Sql) -> Result<Option<Mark>, StoreError> {
    let get = "SELECT number, hash FROM catalogue ORDER BY number DESC LIMIT 1";
    sql.first(get, &[], |row| {
        Ok(Mark {
            number: row.count(0)?,
            hash: row.string(1)?,
        })
    })
}

pub(super) fn catalogue_text(
    sql: &mut dyn Sql,
    number: u64,
) -> Result<Option<Vec<u8>>, StoreError> {
    let get = "SELECT text FROM catalogue WHERE number = ?1";
    sql.first(get, &[number.into()], |row| Ok(row.bytes(0)?.to_vec()))
}

/// Whether a change was taken. What is held under its id may be another text, so it does not count.
fn has(sql: &mut dyn Sql, unit: &str, id: ChangeId) -> Result<bool, StoreError> {
    let get = "SELECT 1 FROM change WHERE unit = ?1 AND id = ?2";
    sql.has(get, &[unit.into(), id.bytes().into()])
}

/// Breadth first; a circle ends where it began.
pub(super) fn predecessors(sql: &mut dyn Sql, unit: &str) -> Result<Vec<String>, StoreError> {
    let mut all = vec![unit.to_owned()];
    let mut at = 0;
    while let Some(unit) = all.get(at).cloned() {
        let get = "SELECT old FROM succession WHERE unit = ?1 ORDER BY old";
        for old in sql.all(get, &[(&unit).into()], |row| row.string(0))? {
            if !all.contains(&old) {
                all.push(old);
            }
        }
        at += 1;
    }
    Ok(all.split_off(1))
}

/// Every change that writes to a record; of the units that were taken over, too.
pub(super) fn changes_of(
    sql: &mut dyn Sql,
    unit: &str,
    rec: RecordId,
) -> Result<Vec<Row>, StoreError> {
    let get = "SELECT c.id, c.scope, c.seq, c.epoch, c.eff, c.mac, c.body \
               FROM rec_change r JOIN change c ON c.unit = r.unit AND c.id = r.id \
               WHERE r.unit = ?1 AND r.rec = ?2 ORDER BY c.scope, c.seq";
    let mut units = vec![unit.to_owned()];
    units.append(&mut predecessors(sql, unit)?);
    let mut found = Vec::new();
    for unit in &units {
        let mut keep = |row: &dyn Columns| -> Walk {
            found.extend(read_row(row, row.change_id(0)?)?);
            ON
        };
        sql.walk(get, &[unit.into(), rec.bytes().into()], &mut keep)?;
    }
    Ok(found)
}

pub(super) fn carried(sql: &mut dyn Sql, unit: &str) -> Result<Vec<Carried>, StoreError> {
    let get = "SELECT carrier, dev, recv_at, count(*) FROM carried WHERE unit = ?1 \
               GROUP BY carrier, dev, recv_at ORDER BY recv_at DESC, carrier, dev";
    sql.all(get, &[unit.into()], |row| {
        Ok(Carried {
            carrier: DeviceId::of(row.array(0)?),
            author: DeviceId::of(row.array(1)?),
            arrival_ms: row.count(2)?,
            changes: row.count(3)?,
        })
    })
}

/// The most that are told at once: more than a commune uses.
const DEVICES_MAX: u64 = 200;

pub(super) fn devices(sql: &mut dyn Sql, unit: &str) -> Result<Vec<Contact>, StoreError> {
    let get = "SELECT dev, seen_at, waiting, records, who FROM device WHERE unit = ?1 \
               ORDER BY seen_at DESC, dev LIMIT ?2";
    sql.all(get, &[unit.into(), DEVICES_MAX.into()], |row| {
        Ok(Contact {
            device: DeviceId::of(row.array(0)?),
            seen_at: row.count(1)?,
            waiting: row.count(2)?,
            records: row.count(3)?,
            who: row.string(4)?,
        })
    })
}

pub(super) fn held(sql: &mut dyn Sql, unit: &str) -> Result<Vec<Held>, StoreError> {
    let get =
        "SELECT id, hash, body, code, recv_at FROM held WHERE unit = ?1 ORDER BY recv_at, id, hash";
    sql.all(get, &[unit.into()], |row| {
        Ok(Held {
            id: row.change_id(0)?,
            hash: row.array(1)?,
            body: String::from_utf8_lossy(row.bytes(2)?).into_owned(),
            code: row.string(3)?,
            arrival_ms: row.count(4)?,
        })
    })
}
