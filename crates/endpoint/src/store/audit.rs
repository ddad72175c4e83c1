//! The log of what was done to people, devices and secrets: only added to, each line tied to the one before.

use records::{account::AuditLine, hex};
use sha2::{Digest, Sha256};

use super::{
    Store, StoreError,
    sql::{Columns, ON, Sql},
};

impl Store {
    /// Adds a line to the log.
    ///
    /// # Errors
    /// When it could not be stored.
    pub async fn log(&self, note: Note) -> Result<(), StoreError> {
        self.writer.alone(move |sql| log(sql, &note)).await
    }

    /// Lines of the log after a number, in order: those of a unit, or all.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn audit(
        &self,
        place: Option<String>,
        after: u64,
        most: u64,
    ) -> Result<Vec<AuditLine>, StoreError> {
        let get = move |sql: &mut dyn Sql| audit(sql, place.as_deref(), after, most);
        self.readers.read(get).await
    }

    /// Goes over the whole log: how many lines hang together, or the number of the first that does not.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn verify_audit(&self) -> Result<Result<u64, u64>, StoreError> {
        self.readers.read(verify_audit).await
    }
}

/// What is written into the log beside what is done.
#[derive(Debug, Clone)]
pub struct Note {
    /// Whose administrators read it; empty: the operator only.
    pub place: String,
    /// Who does it.
    pub who: String,
    /// What.
    pub act: &'static str,
    /// To what or whom.
    pub about: String,
    /// Server time, ms.
    pub at: u64,
}

/// Adds a line to the log.
pub(super) fn log(sql: &mut dyn Sql, note: &Note) -> Result<(), StoreError> {
    let get = "SELECT n, chain FROM audit ORDER BY n DESC LIMIT 1";
    let last = sql.first(get, &[], |row| Ok((row.count(0)?, row.bytes(1)?.to_vec())))?;
    let (n, before) = last.unwrap_or((0, Vec::new()));
    let mut line = AuditLine {
        n: n + 1,
        at: note.at,
        who: note.who.clone(),
        act: note.act.to_owned(),
        about: note.about.clone(),
        chain: String::new(),
    };
    let hash = link(&before, &note.place, &line);
    line.chain = hex::encode(&hash);
    let put = "INSERT INTO audit (n, at, place, who, act, about, chain) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let row = [
        line.n.into(),
        line.at.into(),
        (&note.place).into(),
        (&line.who).into(),
        (&line.act).into(),
        (&line.about).into(),
        (&hash).into(),
    ];
    sql.run(put, &row)?;
    // Into the journal too, which may be kept elsewhere: whoever cuts the log here does not cut it there.
    tracing::info!(n = line.n, act = line.act, chain = line.chain, "audit");
    Ok(())
}

/// What ties a line to the one before it. The parts cannot run into each other: each is told with its length.
fn link(before: &[u8], place: &str, line: &AuditLine) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(before);
    for part in [
        &line.n.to_string(),
        &line.at.to_string(),
        place,
        &line.who,
        &line.act,
        &line.about,
    ] {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// Lines of the log after a number, in order: those of a unit, or all.
pub(super) fn audit(
    sql: &mut dyn Sql,
    place: Option<&str>,
    after: u64,
    most: u64,
) -> Result<Vec<AuditLine>, StoreError> {
    let all = "SELECT n, at, who, act, about, chain FROM audit WHERE n > ?1 ORDER BY n LIMIT ?2";
    let some = "SELECT n, at, who, act, about, chain FROM audit WHERE n > ?1 AND place = ?3 ORDER BY n LIMIT ?2";
    let read = |row: &dyn Columns| {
        Ok(AuditLine {
            n: row.count(0)?,
            at: row.count(1)?,
            who: row.string(2)?,
            act: row.string(3)?,
            about: row.string(4)?,
            chain: hex::encode(row.bytes(5)?),
        })
    };
    match place {
        Some(place) => sql.all(some, &[after.into(), most.into(), place.into()], read),
        None => sql.all(all, &[after.into(), most.into()], read),
    }
}

/// Goes over the whole log: how many lines hang together, or the first that does not.
pub(super) fn verify_audit(sql: &mut dyn Sql) -> Result<Result<u64, u64>, StoreError> {
    let get = "SELECT n, at, who, act, about, chain, place FROM audit ORDER BY n";
    let (mut last, mut before, mut broken) = (0, Vec::new(), None);
    sql.walk(get, &[], &mut |row| {
        let line = AuditLine {
            n: row.count(0)?,
            at: row.count(1)?,
            who: row.string(2)?,
            act: row.string(3)?,
            about: row.string(4)?,
            chain: String::new(),
        };
        let hash = link(&before, row.text(6)?, &line);
        if line.n != last + 1 || hash[..] != *row.bytes(5)? {
            broken = Some(last + 1);
            return Ok(std::ops::ControlFlow::Break(()));
        }
        (last, before) = (line.n, hash.to_vec());
        ON
    })?;
    Ok(broken.map_or(Ok(last), Err))
}
