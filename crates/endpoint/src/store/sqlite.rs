//! SQLite: one file, no server to install. One writer, for the file has one; as many readers as are needed.

use std::{
    fs::OpenOptions,
    ops::ControlFlow,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, params, types::ValueRef};

use super::{
    StoreError, new_epoch, random,
    sql::{self, Columns, Engine, Kind, Param, Sql, Walk, unreadable},
};

/// The newest schema that this release reads and writes.
const SCHEMA: i64 = 7;
/// How long a statement waits for another process (a backup, a shell).
const BUSY: Duration = Duration::from_secs(5);

/// A notebook in one SQLite file.
#[derive(Debug)]
pub(super) struct Sqlite(pub(super) PathBuf);

impl Engine for Sqlite {
    fn open(&self) -> Result<Box<dyn Sql>, StoreError> {
        let mut connection = Connection::open(&self.0)?;
        prepare(&connection)?;
        migrate(&mut connection)?;
        let mut session = Session(connection);
        session.scrub()?; // what a process that was killed left
        Ok(Box::new(session))
    }

    fn connect(&self) -> Result<Box<dyn Sql>, StoreError> {
        let connection = Connection::open(&self.0)?;
        prepare(&connection)?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(Box::new(Session(connection)))
    }
}

/// A file that is only looked at, whatever its schema and its state.
pub(super) fn peek(path: &Path) -> Result<Box<dyn Sql>, StoreError> {
    Ok(Box::new(Session(open_to_read(path)?)))
}

fn open_to_read(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    Ok(Connection::open_with_flags(path, flags)?)
}

/// The same, when each page of it is as it should be.
pub(super) fn look(path: &Path) -> Result<Box<dyn Sql>, StoreError> {
    let connection = open_to_read(path)?;
    let said: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    if said == "ok" {
        Ok(Box::new(Session(connection)))
    } else {
        Err(StoreError::Damaged(said))
    }
}

/// Copies a file that others may be writing to, as it is at one instant.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
    let connection = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(Duration::from_secs(30))?;
    for_its_owner(to)?;
    let to = to
        .to_str()
        .ok_or_else(|| StoreError::Engine("the name of the copy is not UTF-8".to_owned()))?;
    connection.execute("VACUUM INTO ?1", params![to])?;
    Ok(())
}

/// Makes an empty file that nobody else reads: it will have the key of the proofs.
pub(super) fn for_its_owner(path: &Path) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let made = options.open(path);
    made.map(drop)
        .map_err(|error| StoreError::Engine(error.to_string()))
}

/// Leaves a file as one alone, which can be read where nothing may be written.
pub(super) fn leave(path: &Path) -> Result<(), StoreError> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.pragma_update(None, "journal_mode", "DELETE")?;
    Ok(())
}

/// Whether nobody else has a file open.
pub(super) fn is_alone(path: &Path) -> Result<bool, StoreError> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(Duration::ZERO)?;
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    match connection.execute_batch("BEGIN EXCLUSIVE; COMMIT") {
        Ok(()) => Ok(true),
        // What cannot be read is nobody's.
        Err(error) => Ok(!matches!(StoreError::from(error), StoreError::Busy)),
    }
}

struct Session(Connection);

impl Sql for Session {
    fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        Ok(self.0.execute_batch(sql)?)
    }

    fn scrub(&mut self) -> Result<(), StoreError> {
        // The log of the last writes has the pages as they were.
        self.batch("PRAGMA wal_checkpoint(TRUNCATE)")
    }

    fn begin(&mut self, kind: Kind) -> Result<(), StoreError> {
        self.batch(match kind {
            Kind::Reading => "BEGIN",
            // Holds the write lock from its start.
            Kind::Writing | Kind::Alone => "BEGIN IMMEDIATE",
        })
    }

    fn lock(&mut self, _unit: &str) -> Result<(), StoreError> {
        Ok(()) // the file has one writer
    }

    fn run(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<u64, StoreError> {
        debug_assert!(sql::names_unit(sql), "{sql}");
        let mut statement = self.0.prepare_cached(sql)?;
        let params = params.iter().map(to_sqlite);
        let touched = statement.execute(rusqlite::params_from_iter(params))?;
        Ok(u64::try_from(touched).unwrap_or(u64::MAX))
    }

    fn walk(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
        each: &mut dyn FnMut(&dyn Columns) -> Walk,
    ) -> Result<(), StoreError> {
        debug_assert!(sql::names_unit(sql), "{sql}");
        let mut statement = self.0.prepare_cached(sql)?;
        let params = params.iter().map(to_sqlite);
        let mut rows = statement.query(rusqlite::params_from_iter(params))?;
        while let Some(row) = rows.next()? {
            if let ControlFlow::Break(()) = each(row)? {
                break;
            }
        }
        Ok(())
    }
}

fn to_sqlite<'a>(param: &Param<'a>) -> rusqlite::types::ToSqlOutput<'a> {
    rusqlite::types::ToSqlOutput::Borrowed(match *param {
        Param::Int(value) => ValueRef::Integer(value),
        Param::NoInt => ValueRef::Null,
        Param::Text(value) => ValueRef::Text(value.as_bytes()),
        Param::Bytes(value) => ValueRef::Blob(value),
    })
}

impl Columns for rusqlite::Row<'_> {
    fn int(&self, at: usize) -> Result<Option<i64>, StoreError> {
        Ok(self.get(at)?)
    }

    fn text(&self, at: usize) -> Result<&str, StoreError> {
        let found = self.get_ref(at)?.as_str();
        found.map_err(unreadable(at))
    }

    fn bytes(&self, at: usize) -> Result<&[u8], StoreError> {
        let found = self.get_ref(at)?.as_blob();
        found.map_err(unreadable(at))
    }
}

fn prepare(connection: &Connection) -> Result<(), StoreError> {
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // NORMAL may roll back what was acknowledged when the power goes (sync.md E).
    connection.pragma_update(None, "synchronous", "FULL")?;
    // What was erased by law leaves no trace in free pages.
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let behavior = rusqlite::TransactionBehavior::Immediate;
    let transaction = connection.transaction_with_behavior(behavior)?;
    let is_new: bool = transaction.query_row(
        "SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'meta')",
        [],
        |row| row.get(0),
    )?;
    if is_new {
        transaction.execute_batch(include_str!("schema.sql"))?;
        let put = "INSERT INTO meta (name, value) VALUES (?1, ?2)";
        transaction.execute(put, params!["schema", 1])?;
        transaction.execute(put, params!["epoch", new_epoch()?.as_bytes()])?;
        transaction.execute(put, params!["mac_key", random::<32>()?])?;
    }
    let found: Option<i64> = transaction
        .query_row("SELECT value FROM meta WHERE name = 'schema'", [], |row| {
            row.get(0)
        })
        .optional()?;
    match found {
        Some(found @ 1..=SCHEMA) => {
            let steps = STEPS.iter().filter(|(schema, _)| *schema > found);
            for (_, step) in steps {
                transaction.execute_batch(step)?;
            }
            let set = "UPDATE meta SET value = ?1 WHERE name = 'schema'";
            transaction.execute(set, params![SCHEMA])?;
            Ok(transaction.commit()?)
        }
        Some(found) => Err(StoreError::Newer {
            found,
            known: SCHEMA,
        }),
        None => Err(StoreError::Engine(
            "not a notebook: no schema number".to_owned(),
        )),
    }
}

/// What makes each schema of the one before.
const STEPS: [(i64, &str); 6] = [
    (2, include_str!("schema-2.sql")),
    (3, include_str!("schema-3.sql")),
    (4, include_str!("schema-4.sql")),
    (5, include_str!("schema-5.sql")),
    (6, include_str!("schema-6.sql")),
    (7, include_str!("schema-7.sql")),
];

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            _ => Self::Engine(error.to_string()),
        }
    }
}
