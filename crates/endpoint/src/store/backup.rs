//! A copy of a database while it is in use, and whether one is whole. A copy is always one SQLite file: it restores into
//! either engine, and carries a notebook from one to the other.

use std::{collections::BTreeMap, path::Path};

use sha2::{Digest, Sha256};

use super::{
    Database, StoreError, Verified,
    postgres::Postgres,
    sql::{Columns, Engine as _, Kind, ON, Param, Sql},
    sqlite::{self, Sqlite},
    write::set_meta,
};

/// What a column holds.
#[derive(Clone, Copy)]
enum Holds {
    Int,
    Text,
    Bytes,
}
use Holds::{Bytes, Int, Text};

/// How a table is read and written whole. Both engines have these columns.
struct Table {
    read: &'static str,
    write: &'static str,
    columns: &'static [Holds],
}

const TABLES: [Table; 19] = [
    Table {
        // The schema number is the engine's own.
        read: "SELECT name, value FROM meta WHERE name <> 'schema' ORDER BY name",
        write: "INSERT INTO meta (name, value) VALUES (?1, ?2) \
                ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        columns: &[Text, Bytes],
    },
    Table {
        read: "SELECT number, hash, text, published_at FROM catalogue ORDER BY number",
        write: "INSERT INTO catalogue (number, hash, text, published_at) VALUES (?1, ?2, ?3, ?4)",
        columns: &[Int, Text, Bytes, Int],
    },
    Table {
        read: "/* all units */ SELECT unit, scope, gen, seq FROM head",
        write: "INSERT INTO head (unit, scope, gen, seq) VALUES (?1, ?2, ?3, ?4)",
        columns: &[Text, Text, Int, Int],
    },
    Table {
        read: "/* all units */ SELECT unit, scope, seq, id, dev, n, epoch, eff, mac, body, hash, recv_at \
               FROM change ORDER BY unit, scope, seq",
        write: "INSERT INTO change (unit, scope, seq, id, dev, n, epoch, eff, mac, body, hash, recv_at) \
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        columns: &[
            Text, Text, Int, Bytes, Bytes, Int, Text, Text, Text, Bytes, Bytes, Int,
        ],
    },
    Table {
        read: "/* all units */ SELECT unit, rec, id FROM rec_change",
        write: "INSERT INTO rec_change (unit, rec, id) VALUES (?1, ?2, ?3)",
        columns: &[Text, Bytes, Bytes],
    },
    Table {
        read: "/* all units */ SELECT unit, id, hash, body, code, say, recv_at FROM held",
        write: "INSERT INTO held (unit, id, hash, body, code, say, recv_at) \
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        columns: &[Text, Bytes, Bytes, Bytes, Text, Text, Int],
    },
    Table {
        read: "/* all units */ SELECT unit, form, year, floor, epoch FROM book",
        write: "INSERT INTO book (unit, form, year, floor, epoch) VALUES (?1, ?2, ?3, ?4, ?5)",
        columns: &[Text, Text, Int, Int, Text],
    },
    Table {
        read: "/* all units */ SELECT unit, rec, form, year, ver, field, scope, seq, number FROM book_number",
        write: "INSERT INTO book_number (unit, rec, form, year, ver, field, scope, seq, number) \
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        columns: &[Text, Bytes, Text, Int, Text, Text, Text, Int, Int],
    },
    Table {
        read: "/* all units */ SELECT unit, old, since FROM succession",
        write: "INSERT INTO succession (unit, old, since) VALUES (?1, ?2, ?3)",
        columns: &[Text, Text, Text],
    },
    Table {
        read: "/* all units */ SELECT unit, id, carrier, dev, recv_at FROM carried",
        write: "INSERT INTO carried (unit, id, carrier, dev, recv_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        columns: &[Text, Bytes, Bytes, Bytes, Int],
    },
    Table {
        read: "/* all units */ SELECT unit, dev, seen_at, waiting, records, who FROM device",
        write: "INSERT INTO device (unit, dev, seen_at, waiting, records, who) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        columns: &[Text, Bytes, Int, Int, Int, Text],
    },
    Table {
        read: "/* all units */ SELECT unit, id, eraser FROM erased",
        write: "INSERT INTO erased (unit, id, eraser) VALUES (?1, ?2, ?3)",
        columns: &[Text, Bytes, Bytes],
    },
    Table {
        read: "/* all units */ SELECT unit, rec, person, why FROM reader",
        write: "INSERT INTO reader (unit, rec, person, why) VALUES (?1, ?2, ?3, ?4)",
        columns: &[Text, Bytes, Bytes, Int],
    },
    Table {
        read: "/* all units */ SELECT unit, id, body FROM moved",
        write: "INSERT INTO moved (unit, id, body) VALUES (?1, ?2, ?3)",
        columns: &[Text, Bytes, Bytes],
    },
    Table {
        read: "SELECT id, name, made_at, closed_at FROM person",
        write: "INSERT INTO person (id, name, made_at, closed_at) VALUES (?1, ?2, ?3, ?4)",
        columns: &[Bytes, Text, Int, Int],
    },
    Table {
        read: "SELECT person, place, role FROM authority",
        write: "INSERT INTO authority (person, place, role) VALUES (?1, ?2, ?3)",
        columns: &[Bytes, Text, Text],
    },
    Table {
        read: "SELECT id, hash, person, place, dev, label, made_at, revoked_at, wipe, recovery FROM token",
        write: "INSERT INTO token (id, hash, person, place, dev, label, made_at, revoked_at, wipe, recovery) \
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        columns: &[Bytes, Bytes, Bytes, Text, Bytes, Text, Int, Int, Int, Bytes],
    },
    Table {
        read: "SELECT hash, person, place, made_at, expires_at, token FROM code",
        write: "INSERT INTO code (hash, person, place, made_at, expires_at, token) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        columns: &[Bytes, Bytes, Text, Int, Int, Bytes],
    },
    Table {
        read: "SELECT n, at, place, who, act, about, chain FROM audit ORDER BY n",
        write: "INSERT INTO audit (n, at, place, who, act, about, chain) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        columns: &[Int, Int, Text, Text, Text, Text, Bytes],
    },
];

/// Copies a database that others may be writing to, as it is at one instant, into a file that is not there yet.
pub(super) fn copy(from: &Database, to: &Path) -> Result<(), StoreError> {
    match from {
        Database::Sqlite(from) => sqlite::copy(from, to),
        Database::Postgres(config) => {
            // With its tables brought up, whatever release left them.
            let mut from = Postgres::new(config).open()?;
            sqlite::for_its_owner(to)?;
            let mut file = Sqlite(to.to_owned()).open()?;
            copy_tables(&mut *from, &mut *file)?;
            drop(file);
            sqlite::leave(to)
        }
    }
}

/// Fills a database from a copy, in a new life. A file must not be there yet; the tables of a server are put aside under
/// this name. Cut off anywhere, there is what was there before, or all of it in the new life.
pub(super) fn restore(
    from: &Path,
    to: &Database,
    life: &[(&'static str, Vec<u8>)],
    aside: &str,
) -> Result<(), StoreError> {
    match to {
        Database::Sqlite(to) => {
            sqlite::copy(from, to)?;
            // An old copy is brought to the newest schema.
            let mut file = Sqlite(to.clone()).open()?;
            file.within(Kind::Writing, |file| begin_life(file, life))?;
            drop(file);
            sqlite::leave(to)
        }
        Database::Postgres(config) => {
            let scratch = tempfile(from)?;
            sqlite::copy(from, &scratch)?;
            let copied = Sqlite(scratch.clone())
                .open()
                .and_then(|mut file| refill(&mut *file, config, life, aside));
            drop(std::fs::remove_file(&scratch)); // it would only take room
            copied
        }
    }
}

/// A code that was used since the copy was made must not let in a second device: none of the copy's is any good.
fn begin_life(sql: &mut dyn Sql, life: &[(&'static str, Vec<u8>)]) -> Result<(), StoreError> {
    sql.run("DELETE FROM code", &[])?;
    set_meta(sql, life)
}

/// All of it in one transaction.
fn refill(
    from: &mut dyn Sql,
    config: &super::Server,
    life: &[(&'static str, Vec<u8>)],
    aside: &str,
) -> Result<(), StoreError> {
    let mut to = Postgres::new(config).session()?;
    to.begin(Kind::Alone)?;
    if to.is_prepared()? {
        to.put_aside(aside)?;
    }
    to.make()?;
    from.within(Kind::Reading, |from| {
        TABLES
            .iter()
            .try_for_each(|table| copy_table(table, from, &mut to))
    })?;
    begin_life(&mut to, life)?;
    to.commit()
}

/// Whether nobody else has a database open.
pub(super) fn is_alone(database: &Database) -> Result<bool, StoreError> {
    match database {
        Database::Sqlite(path) => sqlite::is_alone(path),
        Database::Postgres(config) => Ok(Postgres::new(config).session()?.others()? == 0),
    }
}

/// A name beside a copy that nobody has.
fn tempfile(beside: &Path) -> Result<std::path::PathBuf, StoreError> {
    let mut name = beside.as_os_str().to_owned();
    name.push(format!(".{}", super::new_epoch()?));
    Ok(name.into())
}

fn copy_tables(from: &mut dyn Sql, to: &mut dyn Sql) -> Result<(), StoreError> {
    from.within(Kind::Reading, |from| {
        to.within(Kind::Alone, |to| {
            TABLES
                .iter()
                .try_for_each(|table| copy_table(table, from, to))
        })
    })
}

fn copy_table(table: &Table, from: &mut dyn Sql, to: &mut dyn Sql) -> Result<(), StoreError> {
    from.walk(table.read, &[], &mut |row| {
        let columns = table.columns.iter().enumerate();
        let row: Vec<Param<'_>> = columns
            .map(|(at, holds)| {
                Ok(match holds {
                    Int => row.int(at)?.map_or(Param::NoInt, Param::Int),
                    Text => row.text(at)?.into(),
                    Bytes => row.bytes(at)?.into(),
                })
            })
            .collect::<Result<_, StoreError>>()?;
        to.run(table.write, &row)?;
        ON
    })
}

/// Reads every row: the pages of a file, the bytes of each change against their hash, the numbers of each scope.
pub(super) fn verify(database: &Database) -> Result<Verified, StoreError> {
    match database {
        Database::Sqlite(path) => sqlite::look(path)?.within(Kind::Reading, verify_rows),
        Database::Postgres(config) => {
            let session: &mut dyn Sql = &mut Postgres::new(config).session()?;
            session.within(Kind::Reading, verify_rows)
        }
    }
}

fn verify_rows(sql: &mut dyn Sql) -> Result<Verified, StoreError> {
    let key = |row: &dyn Columns| Ok::<_, StoreError>((row.string(0)?, row.string(1)?));
    let get = "/* all units */ SELECT unit, scope, seq FROM head";
    let heads = sql.all(get, &[], |row| Ok((key(row)?, row.count(2)?)))?;
    let heads: BTreeMap<(String, String), u64> = heads.into_iter().collect();
    let mut seen: BTreeMap<(String, String), u64> = BTreeMap::new();
    let mut verified = Verified {
        scopes: heads.len(),
        ..Verified::default()
    };
    let all =
        "/* all units */ SELECT unit, scope, seq, body, hash FROM change ORDER BY unit, scope, seq";
    sql.walk(all, &[], &mut |row| {
        let (key, seq, body) = (key(row)?, row.count(2)?, row.bytes(3)?);
        let damaged = |what| StoreError::Damaged(format!("{} {seq}: {what}", key.1));
        let own: [u8; 32] = Sha256::digest(body).into();
        if own[..] != *row.bytes(4)? {
            return Err(damaged("the bytes are not those that were taken"));
        }
        let last = seen.get(&key).copied().unwrap_or(0);
        if seq != last + 1 {
            return Err(damaged("the row before it is missing"));
        }
        seen.insert(key, seq);
        verified.changes += 1;
        verified.bytes += body.len();
        ON
    })?;
    if seen != heads {
        return Err(StoreError::Damaged(
            "a scope lacks its last rows".to_owned(),
        ));
    }
    Ok(verified)
}

#[cfg(test)]
mod tests {
    use super::{super::sql, TABLES};

    #[test]
    fn a_copy_has_every_table() {
        let read: Vec<&str> = TABLES.iter().map(|table| table.read).collect();
        // Who locks it is written there anew.
        let all = sql::OF_UNITS.iter().filter(|table| **table != "notebook");
        for table in all.chain(&sql::OF_ALL) {
            let from = format!(" FROM {table}");
            let is_read =
                |text: &&&str| text.ends_with(&from) || text.contains(&format!("{from} "));
            assert!(
                read.iter().any(|text| is_read(&text)),
                "{table} is in no copy"
            );
        }
    }
}
