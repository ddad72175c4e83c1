//! SQLite: opening the file, one writer thread, a few readers. The statements are in `write` and `read`.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use records::{id::RecordId, published::Mark};
use rusqlite::{Connection, ErrorCode, OptionalExtension, params};
use uuid::Uuid;

use super::{
    Confirm, Delivery, Filed, Found, Identity, Row, StoreError, Volume, Wanted, numbers, read,
    write::{self, Coming, Writer},
};
use crate::metrics::GroupFigures;

/// The newest schema that this release reads and writes.
const SCHEMA: i64 = 3;
/// How long a statement waits for another process (a backup, a shell).
const BUSY: Duration = Duration::from_secs(5);
/// Idle read connections that are kept; more are opened when needed and closed after.
const READERS_IDLE_MAX: usize = 8;

/// A notebook in one SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    writer: Writer,
    readers: Arc<Readers>,
}

#[derive(Debug)]
struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl SqliteStore {
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let mut connection = Connection::open(path)?;
        prepare(&connection)?;
        migrate(&mut connection)?;
        let readers = Readers {
            path: path.to_owned(),
            idle: Mutex::default(),
        };
        Ok(Self {
            writer: Writer::start(connection)?,
            readers: Arc::new(readers),
        })
    }

    pub(super) async fn file(&self, delivery: Delivery) -> Result<Filed, StoreError> {
        self.writer.file(delivery).await
    }

    pub(super) async fn publish(
        &self,
        hash: String,
        text: Vec<u8>,
        now_ms: u64,
    ) -> Result<Mark, StoreError> {
        self.writer.publish(hash, text, now_ms).await
    }

    pub(super) async fn newest_catalogue(&self) -> Result<Option<Mark>, StoreError> {
        self.read(|connection| read::newest_catalogue(connection))
            .await
    }

    pub(super) async fn catalogue_text(&self, number: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(move |connection| read::catalogue_text(connection, number))
            .await
    }

    pub(super) async fn volumes(&self, unit: &str) -> Result<Vec<Volume>, StoreError> {
        let unit = unit.to_owned();
        self.read(move |connection| {
            let epoch = read::epoch(connection)?;
            numbers::volumes(connection, &unit, &epoch)
        })
        .await
    }

    pub(super) async fn confirm(&self, confirm: Confirm) -> Result<usize, StoreError> {
        self.writer.confirm(confirm).await
    }

    pub(super) fn announce(&self) -> Coming {
        self.writer.announce()
    }

    pub(super) async fn set_meta(&self, name: &str, value: Vec<u8>) -> Result<(), StoreError> {
        self.writer.set_meta(name.to_owned(), value).await
    }

    pub(super) async fn identity(&self) -> Result<Identity, StoreError> {
        self.read(|connection| read::identity(connection)).await
    }

    pub(super) async fn find(&self, wanted: Wanted) -> Result<Found, StoreError> {
        self.read(move |connection| read::find(connection, &wanted))
            .await
    }

    pub(super) async fn changes_of(
        &self,
        unit: &str,
        rec: RecordId,
    ) -> Result<Vec<Row>, StoreError> {
        let unit = unit.to_owned();
        self.read(move |connection| {
            let mut all = read::changes_of(connection, &unit, rec)?;
            for unit in read::predecessors(connection, &unit)? {
                all.append(&mut read::changes_of(connection, &unit, rec)?);
            }
            Ok(all)
        })
        .await
    }

    pub(super) async fn succeed(
        &self,
        unit: &str,
        old: &str,
        since: &str,
    ) -> Result<(), StoreError> {
        let words = [unit.to_owned(), old.to_owned(), since.to_owned()];
        self.writer.succeed(words).await
    }

    pub(super) async fn predecessors(&self, unit: &str) -> Result<Vec<String>, StoreError> {
        let unit = unit.to_owned();
        self.read(move |connection| read::predecessors(connection, &unit))
            .await
    }

    pub(super) async fn check(&self) -> Result<(), StoreError> {
        self.writer.check()?;
        self.read(|connection| read::identity(connection).map(drop))
            .await
    }

    pub(super) fn group_figures(&self) -> &GroupFigures {
        self.writer.group_figures()
    }

    /// Runs a reading on a thread that may block.
    async fn read<T, F>(&self, reading: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let readers = Arc::clone(&self.readers);
        let ended = tokio::task::spawn_blocking(move || readers.with(reading)).await;
        ended.unwrap_or(Err(StoreError::Gone))
    }
}

impl Readers {
    fn with<T>(
        &self,
        reading: impl FnOnce(&mut Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => self.open()?,
        };
        let found = reading(&mut connection)?; // after an error the connection is not used again
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < READERS_IDLE_MAX {
            idle.push(connection);
        }
        Ok(found)
    }

    fn open(&self) -> Result<Connection, StoreError> {
        let connection = Connection::open(&self.path)?;
        prepare(&connection)?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(connection)
    }
}

fn prepare(connection: &Connection) -> Result<(), StoreError> {
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // NORMAL may roll back what was acknowledged when the power goes (sync.md E).
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(())
}

fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = write::begin(connection)?;
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
const STEPS: [(i64, &str); 2] = [
    (2, include_str!("schema-2.sql")),
    (3, include_str!("schema-3.sql")),
];

/// A new epoch: a UUID that says when it began.
///
/// # Errors
/// When the system has no random bytes.
pub fn new_epoch() -> Result<String, StoreError> {
    let uuid = uuid::Builder::from_unix_timestamp_millis(crate::now_ms(), &random::<10>()?);
    Ok(Uuid::to_string(&uuid.into_uuid()))
}

fn random<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|e| StoreError::Engine(e.to_string()))?;
    Ok(bytes)
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            _ => Self::Engine(error.to_string()),
        }
    }
}
