//! The door to the database: what may be asked of it, and in which words it answers.
//! No protocol, no HTTP. The statements are written once (`write`, `numbers`, `read`, `backup`), in what both engines
//! understand (`sql`); `sqlite` and `postgres` are the engines, `contract` says what both hold.

mod audit;
mod backup;
#[cfg(test)]
mod contract;
mod erasing;
mod figures;
mod filing;
mod numbers;
mod people;
mod postgres;
mod read;
mod readers;
mod secrets;
mod sql;
mod sqlite;
mod write;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use ::postgres::Config as Server;
use uuid::Uuid;

use records::id::{ChangeId, DeviceId, PersonId, RecordId};
use records::published::Mark;
use records::stamp::Stamp;
use records::wire::{Acceptance, Contact, Cursor};

use crate::{metrics::GroupFigures, vault::Vault};
pub use audit::Note;
pub use figures::Figures;
pub use people::{CodeSet, Enrolment, NotSet, PersonSet, Visit};
use postgres::Postgres;
use readers::Readers;
use sql::{Engine, Sql};
use sqlite::Sqlite;
pub use write::Coming;
use write::Writer;

/// Where notebooks are kept.
#[derive(Clone)]
pub enum Database {
    /// One file, no server.
    Sqlite(PathBuf),
    /// A PostgreSQL server, or a group of which one leads.
    Postgres(Box<Server>),
}

/// As an operator may read it: never with a password.
impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "{}", path.display()),
            Self::Postgres(server) => {
                let hosts: Vec<String> = server.get_hosts().iter().map(host).collect();
                let name = server.get_dbname().unwrap_or_default();
                write!(f, "postgres://{}/{name}", hosts.join(","))
            }
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn host(host: &::postgres::config::Host) -> String {
    match host {
        ::postgres::config::Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        ::postgres::config::Host::Unix(path) => path.display().to_string(),
    }
}

/// What the database could not do.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The engine refused; the text is for the log.
    #[error("database: {0}")]
    Engine(String),
    /// No room on the disk.
    #[error("the disk is full")]
    Full,
    /// Another process holds the database.
    #[error("the database is busy")]
    Busy,
    /// The server, or the line to it, is away; what was under way may have been done.
    #[error("the database does not answer: {0}")]
    Away(String),
    /// A newer release made this database.
    #[error("the database has schema {found}, this release knows up to {known}")]
    Newer {
        /// The schema of the file.
        found: i64,
        /// The newest schema that this release reads.
        known: i64,
    },
    /// What is on the disk is not what was written.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// The writer or a reader thread is gone.
    #[error("the database thread has ended")]
    Gone,
}

impl StoreError {
    /// Whether the same request may succeed in a moment.
    #[must_use]
    pub fn is_worth_retrying(&self) -> bool {
        matches!(self, Self::Full | Self::Busy | Self::Away(_))
    }
}

/// A change as it arrived, read and judged by everything that needs no database.
#[derive(Debug, Clone)]
pub struct Arrived {
    /// Its only unique thing.
    pub id: ChangeId,
    /// Who wrote it.
    pub dev: DeviceId,
    /// The device's own count.
    pub n: u64,
    /// `unit/compartment`.
    pub scope: String,
    /// The effective stamp.
    pub eff: Stamp,
    /// The records it writes to.
    pub recs: Vec<RecordId>,
    /// Exactly the bytes that arrived.
    pub body: Box<str>,
    /// SHA-256 of `body`.
    pub hash: [u8; 32],
    /// Proof that this endpoint took it, as text.
    pub mac: String,
    /// Why it must be set aside, if it must.
    pub hold: Option<Hold>,
    /// Which of its records belong into books.
    pub entries: Vec<BookEntry>,
    /// The changes that it orders to be erased.
    pub erases: Vec<ChangeId>,
    /// It is what an erasure left: by which change.
    pub stub_of: Option<ChangeId>,
    /// Of the secret compartment: the case that it writes to. `body` is sealed.
    pub case: Option<RecordId>,
    /// An earlier life of this endpoint took it.
    pub is_proven: bool,
    /// What it erases was moved into the secret compartment.
    pub moves: bool,
}

/// What a change says of a record's place in a book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookEntry {
    /// The record.
    pub rec: RecordId,
    /// Its form: the book.
    pub form: String,
    /// The form version its author saw.
    pub ver: String,
    /// The field of the number.
    pub field: String,
    /// The volume, when the change says the date.
    pub year: Option<i64>,
    /// A number that a person typed.
    pub typed: Option<u64>,
}

/// A number that is being given: what the change that says so is made of.
#[derive(Debug)]
pub struct Giving<'a> {
    /// The unit whose notebook it is.
    pub unit: &'a str,
    /// `unit/compartment` of the record.
    pub scope: &'a str,
    /// The present life of the endpoint.
    pub epoch: &'a str,
    /// Server time.
    pub arrival_ms: u64,
    /// The place of the change in its scope.
    pub seq: u64,
    /// The record.
    pub rec: RecordId,
    /// Its form.
    pub form: &'a str,
    /// The form version.
    pub ver: &'a str,
    /// The field of the number.
    pub field: &'a str,
    /// The number.
    pub number: u64,
}

/// Writes the changes that say which number was given: the only ones that the endpoint is the author of.
#[derive(Clone)]
pub struct Hand(Arc<dyn Fn(&Giving<'_>) -> Arrived + Send + Sync>);

impl Hand {
    /// A hand that writes like this.
    pub fn new(write: impl Fn(&Giving<'_>) -> Arrived + Send + Sync + 'static) -> Self {
        Self(Arc::new(write))
    }

    pub(super) fn write(&self, giving: &Giving<'_>) -> Arrived {
        (self.0)(giving)
    }
}

impl fmt::Debug for Hand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hand")
    }
}

/// One volume of a book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    /// The form: the book.
    pub form: String,
    /// The year.
    pub year: i64,
    /// The last number given or typed.
    pub last: u64,
    /// Numbers are given; after a restore only once someone has confirmed the last printed one.
    pub is_open: bool,
    /// Records that wait for a number.
    pub waiting: u64,
}

/// The opening of a volume after a restore.
#[derive(Debug, Clone)]
pub struct Confirm {
    /// The unit whose book it is.
    pub unit: String,
    /// The form: the book.
    pub form: String,
    /// The year.
    pub year: i64,
    /// The last number that anybody printed or wrote.
    pub last: u64,
    /// Server time.
    pub arrival_ms: u64,
    /// Who writes the numbers that are given now.
    pub hand: Hand,
}

/// What one device brought for another at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// Who brought it.
    pub carrier: DeviceId,
    /// Whose changes these are.
    pub author: DeviceId,
    /// Server time.
    pub arrival_ms: u64,
    /// How many.
    pub changes: u64,
}

/// A change that was set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its id; others may have the same.
    pub id: ChangeId,
    /// SHA-256 of the bytes.
    pub hash: [u8; 32],
    /// The bytes that arrived.
    pub body: String,
    /// Why, for programs.
    pub code: String,
    /// Server time.
    pub arrival_ms: u64,
}

/// Why a change is set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// For programs.
    pub code: &'static str,
    /// For people.
    pub say: &'static str,
}

/// Same id, other bytes: the first stays.
pub const OTHER_CONTENT: Hold = Hold {
    code: "khac_noi_dung",
    say: "Mã thay đổi này đã có ở máy chủ với nội dung khác. Bản đến trước được giữ nguyên, \
          bản này được giữ riêng để đối chiếu.",
};

/// What one request hands in.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The unit whose notebook it is.
    pub unit: String,
    /// Nothing more is on its way from where this comes: numbers may be given.
    pub is_last: bool,
    /// The epoch that the device believes in; nothing is stored under another one.
    pub epoch: Option<String>,
    /// Server time of arrival.
    pub arrival_ms: u64,
    /// In the order sent.
    pub changes: Vec<Arrived>,
    /// The device that brought them, when that is not their author's.
    pub carrier: Option<DeviceId>,
    /// What the device says of itself.
    pub contact: Option<Contact>,
    /// Who writes the numbers that are given.
    pub hand: Hand,
    /// Who hands in what is of the secret compartment.
    pub insider: Option<Insider>,
}

/// Somebody who comes for the secret compartment, with what opens it.
#[derive(Debug, Clone)]
pub struct Insider {
    /// Who.
    pub person: PersonId,
    /// The person leads the unit.
    pub is_leader: bool,
    /// What seals and opens.
    pub vault: Vault,
}

/// What became of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filed {
    /// One entry for each change, in order; all durable.
    Here(Vec<Place>),
    /// The endpoint was restored since; nothing was stored.
    OtherEpoch(String),
}

/// Where one change is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Now durable.
    Taken(Acceptance),
    /// Was durable already, with the same bytes.
    Had(Acceptance),
    /// Durable, set aside.
    Held(Hold),
}

/// Which rows a device asks for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The unit whose notebook it is; those that it took over are read with it.
    pub unit: String,
    /// The compartments of each that the device may see.
    pub parts: Vec<String>,
    /// Instead of those, the cases of the secret compartment that this person reads.
    pub insider: Option<Insider>,
    /// How far the device has read.
    pub cursors: BTreeMap<String, Cursor>,
    /// Rows that the device got in another way.
    pub left_out: BTreeSet<ChangeId>,
    /// How many bytes of rows; one row is always given.
    pub bytes: usize,
    /// Ids that the device holds.
    pub offer: Vec<ChangeId>,
}

/// What the store has for a device.
#[derive(Debug, Clone)]
pub struct Found {
    /// The epoch of the same instant.
    pub epoch: String,
    /// One entry for each scope.
    pub runs: Vec<Run>,
    /// Whether rows were left for another time.
    pub more: bool,
    /// Of the offered ids, those that were not taken.
    pub lacks: Vec<ChangeId>,
    /// The newest published catalogue.
    pub catalogue: Option<Mark>,
    /// Denunciations are recorded on the unit's phones.
    pub has_secrets: bool,
}

/// Rows of one scope, in order.
#[derive(Debug, Clone)]
pub struct Run {
    /// `unit/compartment`.
    pub scope: String,
    /// Its generation.
    pub generation: u64,
    /// Rows are after this one.
    pub from: u64,
    /// The last row given or left out.
    pub to: u64,
    /// The rows.
    pub rows: Vec<Row>,
}

/// A change and its acceptance, as stored.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its only unique thing.
    pub id: ChangeId,
    /// The endpoint's words.
    pub acc: Acceptance,
    /// The author's bytes.
    pub body: String,
}

/// What a database knows about itself.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Changes when the database is restored.
    pub epoch: String,
    /// The key of the proofs.
    pub mac_key: [u8; 32],
    /// SHA-256 of the device key, once there is one.
    pub device_key_hash: Option<[u8; 32]>,
}

/// What was found in a database that is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Verified {
    /// Changes, each with the bytes that were taken.
    pub changes: usize,
    /// Bytes of those.
    pub bytes: usize,
    /// Scopes, each without a gap.
    pub scopes: usize,
}

/// Copies a database that is in use, as it is at one instant, into a SQLite file that is not there yet.
///
/// # Errors
/// When one of them cannot be used.
pub fn copy(from: &Database, to: &Path) -> Result<(), StoreError> {
    alone(|| backup::copy(from, to))
}

/// Fills a database from a copy and begins its new life: a file that is not there yet, or a server, whose tables are put
/// aside into a schema of this name. Cut off anywhere, nothing has happened.
///
/// # Errors
/// When one of them cannot be used.
pub fn restore(from: &Path, to: &Database, epoch: &str, aside: &str) -> Result<(), StoreError> {
    let life = life(epoch);
    alone(|| backup::restore(from, to, &life, aside))
}

/// What a database says of a life that begins with a restore.
fn life(epoch: &str) -> Vec<(&'static str, Vec<u8>)> {
    let today = records::date::today(crate::now_ms());
    let year = today.get(..4).unwrap_or("9999");
    vec![
        ("restored", year.into()),
        ("epoch", epoch.as_bytes().to_vec()),
    ]
}

/// Whether nobody else has a database open.
///
/// # Errors
/// When it cannot be opened.
pub fn is_alone(database: &Database) -> Result<bool, StoreError> {
    alone(|| backup::is_alone(database))
}

/// Whether there is a notebook.
///
/// # Errors
/// When a server does not answer.
pub fn is_there(database: &Database) -> Result<bool, StoreError> {
    match database {
        Database::Sqlite(path) => Ok(path.is_file()),
        Database::Postgres(server) => alone(|| Postgres::new(server).session()?.is_prepared()),
    }
}

/// Reads a whole database and says what is in it.
///
/// # Errors
/// When anything in it is not as it was written.
pub fn verify(database: &Database) -> Result<Verified, StoreError> {
    alone(|| backup::verify(database))
}

/// Counts and sizes of a database, whatever state it is in.
///
/// # Errors
/// When it does not open at all.
pub fn figures(database: &Database) -> Result<Figures, StoreError> {
    alone(|| figures::of(database))
}

/// On a thread that may block: connections to a server do, and the caller may be one that must not.
fn alone<T: Send>(work: impl FnOnce() -> Result<T, StoreError> + Send) -> Result<T, StoreError> {
    std::thread::scope(|threads| {
        let ended = threads.spawn(work).join();
        ended.unwrap_or(Err(StoreError::Gone))
    })
}

/// An open database of any engine.
#[derive(Debug)]
pub struct Store {
    writer: Writer,
    readers: Arc<Readers>,
}

impl Store {
    /// Opens a database; makes its tables when they are not there.
    ///
    /// # Errors
    /// When it cannot be opened, or a newer release made it.
    pub fn open(database: &Database) -> Result<Self, StoreError> {
        let engine: Arc<dyn Engine> = match database {
            Database::Sqlite(path) => Arc::new(Sqlite(path.clone())),
            Database::Postgres(server) => Arc::new(Postgres::new(server)),
        };
        Ok(Self {
            writer: Writer::start(Arc::clone(&engine))?,
            readers: Readers::new(engine),
        })
    }

    /// What the database knows about itself.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn identity(&self) -> Result<Identity, StoreError> {
        self.readers.read(read::identity).await
    }

    /// Remembers the hash of the device key.
    ///
    /// # Errors
    /// When it could not be stored.
    pub async fn set_device_key_hash(&self, hash: [u8; 32]) -> Result<(), StoreError> {
        let values = vec![("device_key_hash", hash.to_vec())];
        self.writer.set_meta(values).await
    }

    /// Declares that the database was restored: all devices will hand in what it lacks.
    ///
    /// # Errors
    /// When it could not be stored.
    pub async fn set_epoch(&self, epoch: &str) -> Result<(), StoreError> {
        self.writer.set_meta(life(epoch)).await
    }

    /// Publishes a catalogue; the same text again is the same catalogue.
    ///
    /// # Errors
    /// When it could not be stored.
    pub async fn publish(
        &self,
        hash: String,
        text: Vec<u8>,
        now_ms: u64,
    ) -> Result<Mark, StoreError> {
        self.writer.publish(hash, text, now_ms).await
    }

    /// The newest published catalogue.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn newest_catalogue(&self) -> Result<Option<Mark>, StoreError> {
        self.readers.read(read::newest_catalogue).await
    }

    /// The text of a published catalogue.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn catalogue_text(&self, number: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let get = move |sql: &mut dyn Sql| read::catalogue_text(sql, number);
        self.readers.read(get).await
    }

    /// The volumes of a unit's books.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn volumes(&self, unit: &str) -> Result<Vec<Volume>, StoreError> {
        let unit = unit.to_owned();
        let get = move |sql: &mut dyn Sql| numbers::volumes(sql, &unit);
        self.readers.read(get).await
    }

    /// Opens a volume after a restore; how many numbers were given at once.
    ///
    /// # Errors
    /// When it could not be stored.
    pub async fn confirm(&self, confirm: Confirm) -> Result<usize, StoreError> {
        self.writer.confirm(confirm).await
    }

    /// Files a delivery; answers when it is durable.
    ///
    /// # Errors
    /// When nothing of it was stored, or nobody can say whether it was: then it is sent again.
    pub async fn file(&self, delivery: Delivery) -> Result<Filed, StoreError> {
        self.writer.file(delivery).await
    }

    /// Says that a delivery is being read, so that a group may wait for it. Ends with the value.
    #[must_use]
    pub fn announce(&self) -> Coming {
        self.writer.announce()
    }

    /// Finds what a device asks for, at one instant.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn find(&self, wanted: Wanted) -> Result<Found, StoreError> {
        let get = move |sql: &mut dyn Sql| read::find(sql, &wanted);
        self.readers.read(get).await
    }

    /// Every change that writes to a record, in order of acceptance; of the units that were taken over, too.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn changes_of(&self, unit: &str, rec: RecordId) -> Result<Vec<Row>, StoreError> {
        let unit = unit.to_owned();
        let get = move |sql: &mut dyn Sql| read::changes_of(sql, &unit, rec);
        self.readers.read(get).await
    }

    /// Notes that a unit took over the notebook of another.
    ///
    /// # Errors
    /// When it could not be stored.
    pub async fn succeed(&self, unit: &str, old: &str, since: &str) -> Result<(), StoreError> {
        let words = [unit.to_owned(), old.to_owned(), since.to_owned()];
        self.writer.succeed(words).await
    }

    /// The units whose notebooks a unit took over, and those that they had taken over.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn predecessors(&self, unit: &str) -> Result<Vec<String>, StoreError> {
        let unit = unit.to_owned();
        let get = move |sql: &mut dyn Sql| read::predecessors(sql, &unit);
        self.readers.read(get).await
    }

    /// Notes what a device says of itself.
    ///
    /// # Errors
    /// When it could not be stored.
    pub async fn note(&self, unit: &str, contact: Contact) -> Result<(), StoreError> {
        self.writer.note(unit.to_owned(), contact).await
    }

    /// What devices last said of themselves, the newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn devices(&self, unit: &str) -> Result<Vec<Contact>, StoreError> {
        let unit = unit.to_owned();
        let get = move |sql: &mut dyn Sql| read::devices(sql, &unit);
        self.readers.read(get).await
    }

    /// What devices brought for others, the newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn carried(&self, unit: &str) -> Result<Vec<Carried>, StoreError> {
        let unit = unit.to_owned();
        let get = move |sql: &mut dyn Sql| read::carried(sql, &unit);
        self.readers.read(get).await
    }

    /// What was set aside in a unit, in the order of arrival.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn held(&self, unit: &str) -> Result<Vec<Held>, StoreError> {
        let unit = unit.to_owned();
        let get = move |sql: &mut dyn Sql| read::held(sql, &unit);
        self.readers.read(get).await
    }

    /// Forgets that something was set aside: it was taken since.
    ///
    /// # Errors
    /// When it could not be stored.
    pub async fn let_go(&self, unit: &str, held: &Held) -> Result<(), StoreError> {
        let (unit, id, hash) = (unit.to_owned(), held.id, held.hash);
        let drop_one = move |sql: &mut dyn Sql| {
            let end = "DELETE FROM held WHERE unit = ?1 AND id = ?2 AND hash = ?3";
            sql.run(end, &[(&unit).into(), id.bytes().into(), (&hash).into()])
                .map(drop)
        };
        self.writer.alone(drop_one).await
    }

    /// Whether the database answers and takes writes.
    ///
    /// # Errors
    /// Why not.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.writer.check()?;
        self.readers.read(|sql| read::identity(sql).map(drop)).await
    }

    /// How full the groups of the writer were.
    #[must_use]
    pub fn group_figures(&self) -> &GroupFigures {
        self.writer.group_figures()
    }
}

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
