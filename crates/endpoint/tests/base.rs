//! Which database a test uses: a SQLite file in its folder, or, with the feature `postgres`, a database of its own on the
//! server that `SO_TAY_TEST_POSTGRES` names (`cargo xtask test postgres` starts one). Shared with the store's own tests.

#![allow(
    dead_code,
    reason = "the tests inside the crate use less of it than those outside"
)]

#[cfg(feature = "postgres")]
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};
use std::{path::Path, thread};

/// The words for `--database`: the same for the same path.
pub(crate) fn place(path: &Path) -> String {
    #[cfg(not(feature = "postgres"))]
    return format!("sqlite:{}", path.display());
    #[cfg(feature = "postgres")]
    {
        static MADE: Mutex<BTreeMap<std::path::PathBuf, String>> = Mutex::new(BTreeMap::new());
        let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        made.entry(path.to_owned())
            .or_insert_with(new_database)
            .clone()
    }
}

/// Runs statements behind the endpoint's back.
pub(crate) fn tamper(path: &Path, statements: &str) {
    #[cfg(not(feature = "postgres"))]
    rusqlite::Connection::open(path)
        .unwrap()
        .execute_batch(statements)
        .unwrap();
    #[cfg(feature = "postgres")]
    beside(|| client(&place(path)).batch_execute(statements).unwrap());
}

/// The first column, bytes, of the first row.
pub(crate) fn bytes_of(path: &Path, query: &str) -> Vec<u8> {
    first(path, query)
}

/// The first column, a count, of the first row.
pub(crate) fn count_of(path: &Path, query: &str) -> i64 {
    first(path, query)
}

#[cfg(not(feature = "postgres"))]
fn first<T: rusqlite::types::FromSql>(path: &Path, query: &str) -> T {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.query_row(query, [], |row| row.get(0)).unwrap()
}

#[cfg(feature = "postgres")]
fn first<T: for<'a> postgres::types::FromSql<'a> + Send>(path: &Path, query: &str) -> T {
    beside(|| client(&place(path)).query_one(query, &[]).unwrap().get(0))
}

#[cfg(feature = "postgres")]
fn client(place: &str) -> postgres::Client {
    postgres::Client::connect(place, postgres::NoTls).unwrap()
}

#[cfg(feature = "postgres")]
fn new_database() -> String {
    let server = std::env::var("SO_TAY_TEST_POSTGRES")
        .expect("SO_TAY_TEST_POSTGRES is not set; run `cargo xtask test postgres`");
    let name = format!("t_{}", endpoint_epoch().replace('-', "_"));
    let create = format!("CREATE DATABASE {name}");
    beside(|| {
        client(&format!("{server}/postgres"))
            .batch_execute(&create)
            .unwrap();
    });
    format!("{server}/{name}")
}

/// A name that nobody had.
#[cfg(feature = "postgres")]
fn endpoint_epoch() -> String {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).unwrap();
    uuid::Uuid::from_bytes(bytes).to_string()
}

/// On a thread of its own: the client of the tests blocks.
pub(crate) fn beside<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|threads| threads.spawn(work).join().unwrap())
}
