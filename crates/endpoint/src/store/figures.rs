//! How much is in a database, for somebody who helps from afar: counts and sizes, of a damaged one and of another
//! release's, too. No name and no text is read here, but the names of roles and of reasons.

use std::{fs, path::Path};

use super::{
    Database, StoreError, audit,
    postgres::Postgres,
    sql::{Columns, Kind, Sql},
    sqlite,
};

/// How much is in a database; what could not be counted is missing.
#[derive(Debug, Clone)]
pub struct Figures {
    /// Which engine keeps it.
    pub engine: &'static str,
    /// The schema of its tables.
    pub schema: Option<i64>,
    /// Its size on the disk.
    pub bytes: Option<u64>,
    /// What was counted, and how much there is.
    pub counts: Vec<(&'static str, Option<u64>)>,
    /// How many people are what, in any unit.
    pub roles: Option<Vec<(String, u64)>>,
    /// How many changes were set aside, by reason.
    pub held: Option<Vec<(String, u64)>>,
    /// Whether the log hangs together: its lines, or the first that does not fit.
    pub audit: Result<Result<u64, u64>, StoreError>,
}

const COUNTS: [(&str, &str); 15] = [
    ("scopes", "/* all units */ SELECT count(*) FROM head"),
    ("changes", "/* all units */ SELECT count(*) FROM change"),
    (
        "records",
        "/* all units */ SELECT count(*) FROM (SELECT DISTINCT unit, rec FROM rec_change) AS found",
    ),
    ("erased", "/* all units */ SELECT count(*) FROM erased"),
    ("held", "/* all units */ SELECT count(*) FROM held"),
    ("carried", "/* all units */ SELECT count(*) FROM carried"),
    (
        "without_number",
        "/* all units */ SELECT count(*) FROM book_number WHERE number IS NULL",
    ),
    (
        "units_taken_over",
        "/* all units */ SELECT count(*) FROM succession",
    ),
    ("catalogues", "SELECT count(*) FROM catalogue"),
    ("people", "SELECT count(*) FROM person"),
    (
        "people_closed",
        "SELECT count(*) FROM person WHERE closed_at > 0",
    ),
    ("devices", "SELECT count(*) FROM token"),
    (
        "devices_shut_out",
        "SELECT count(*) FROM token WHERE revoked_at > 0",
    ),
    (
        "devices_heard_of",
        "/* all units */ SELECT count(*) FROM device",
    ),
    (
        "waiting_on_devices",
        // A sum has a type of its own in PostgreSQL.
        "/* all units */ SELECT CAST(coalesce(sum(waiting), 0) AS BIGINT) FROM device",
    ),
];

/// Reads a database and changes nothing in it.
pub(super) fn of(database: &Database) -> Result<Figures, StoreError> {
    let mut session: Box<dyn Sql> = match database {
        Database::Sqlite(path) => sqlite::peek(path)?,
        Database::Postgres(config) => Box::new(Postgres::new(config).session()?),
    };
    let sql: &mut dyn Sql = &mut *session;
    Ok(Figures {
        engine: match database {
            Database::Sqlite(_) => "sqlite",
            Database::Postgres(_) => "postgres",
        },
        schema: schema(database, sql),
        bytes: match database {
            Database::Sqlite(path) => bytes(path),
            Database::Postgres(_) => count(sql, "SELECT pg_database_size(current_database())"),
        },
        counts: COUNTS
            .iter()
            .map(|(what, statement)| (*what, count(sql, statement)))
            .collect(),
        roles: groups(
            sql,
            "SELECT role, count(DISTINCT person) FROM authority GROUP BY role ORDER BY role",
        ),
        held: groups(
            sql,
            "/* all units */ SELECT code, count(*) FROM held GROUP BY code ORDER BY code",
        ),
        audit: sql.within(Kind::Reading, audit::verify_audit),
    })
}

/// The file with what was committed last, which lies beside it.
fn bytes(file: &Path) -> Option<u64> {
    let length = |path: &Path| fs::metadata(path).map(|found| found.len());
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    let log = length(Path::new(&log)).unwrap_or(0); // closed in order: there is none
    length(file).ok().map(|file| file + log) // what cannot be looked at has no size
}

/// The number that its release wrote.
fn schema(database: &Database, sql: &mut dyn Sql) -> Option<i64> {
    let get = "SELECT value FROM meta WHERE name = 'schema'";
    let read = |row: &dyn Columns| match database {
        Database::Sqlite(_) => row.int(0),
        // Every value of the table is bytes there; what is no number is none.
        Database::Postgres(_) => Ok(String::from_utf8_lossy(row.bytes(0)?).parse().ok()),
    };
    known(sql, |sql| sql.first(get, &[], read))
        .flatten()
        .flatten()
}

fn count(sql: &mut dyn Sql, statement: &'static str) -> Option<u64> {
    known(sql, |sql| sql.first(statement, &[], |row| row.count(0))).flatten()
}

/// The rows of a statement: a word and how often.
fn groups(sql: &mut dyn Sql, statement: &'static str) -> Option<Vec<(String, u64)>> {
    let read = |row: &dyn Columns| Ok((row.string(0)?, row.count(1)?));
    known(sql, |sql| sql.all(statement, &[], read))
}

/// Each by itself: another release has other tables, and of a damaged file some can still be read.
fn known<T>(
    sql: &mut dyn Sql,
    reading: impl FnOnce(&mut dyn Sql) -> Result<T, StoreError>,
) -> Option<T> {
    sql.within(Kind::Reading, reading).ok() // why not, the check of the whole says
}
