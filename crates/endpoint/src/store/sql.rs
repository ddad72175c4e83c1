//! The words that both engines understand: one dialect of SQL, in which every statement of the store is written once.
//!
//! Parameters are `?1`, `?2`, …; numbers are 64 bits wide, names are text, ids and bodies are bytes. What differs
//! between engines (opening, locking, schema) is behind [`Engine`] and [`Sql`].

use std::{fmt, ops::ControlFlow};

use records::{
    id::{ChangeId, NotAnId},
    wire::Acceptance,
};

use super::StoreError;

/// What a transaction is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Sees one instant, changes nothing.
    Reading,
    /// Files into notebooks; others may, too, each under the lock of its unit.
    Writing,
    /// Changes what all share: nobody else writes meanwhile.
    Alone,
}

/// How rows are walked: to the end, or until enough was seen.
pub(super) type Walk = Result<ControlFlow<()>, StoreError>;

/// On to the next row.
pub(super) const ON: Walk = Ok(ControlFlow::Continue(()));

/// A place where notebooks are kept.
pub(super) trait Engine: fmt::Debug + Send + Sync {
    /// A connection for the writer; makes the tables, or brings them to the newest schema.
    fn open(&self) -> Result<Box<dyn Sql>, StoreError>;

    /// One more connection.
    fn connect(&self) -> Result<Box<dyn Sql>, StoreError>;
}

/// A connection.
pub(super) trait Sql: Send {
    /// Statements without parameters and without an answer.
    fn batch(&mut self, sql: &str) -> Result<(), StoreError>;

    fn begin(&mut self, kind: Kind) -> Result<(), StoreError>;

    /// Durable when it returns.
    fn commit(&mut self) -> Result<(), StoreError> {
        self.batch("COMMIT")
    }

    fn roll_back(&mut self) -> Result<(), StoreError> {
        self.batch("ROLLBACK")
    }

    /// After something was erased: what it replaced is not to lie beside the tables either, where the engine keeps such
    /// things and can let go of them.
    fn scrub(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    /// A part of a transaction that may be taken back alone.
    fn save_point(&mut self) -> Result<(), StoreError> {
        self.batch("SAVEPOINT part")
    }

    fn keep_part(&mut self) -> Result<(), StoreError> {
        self.batch("RELEASE SAVEPOINT part")
    }

    fn drop_part(&mut self) -> Result<(), StoreError> {
        self.batch("ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part")
    }

    /// Waits until no other transaction files into this notebook, and keeps it so until the end of this one.
    fn lock(&mut self, unit: &str) -> Result<(), StoreError>;

    /// How many rows it touched.
    fn run(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<u64, StoreError>;

    fn walk(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
        each: &mut dyn FnMut(&dyn Columns) -> Walk,
    ) -> Result<(), StoreError>;
}

impl dyn Sql + '_ {
    /// Everything or nothing.
    pub(super) fn within<T>(
        &mut self,
        kind: Kind,
        work: impl FnOnce(&mut dyn Sql) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.begin(kind)?;
        match work(self) {
            Ok(done) => {
                self.commit()?;
                Ok(done)
            }
            Err(error) => {
                // The first error counts; a connection that cannot even go back is not used again.
                drop(self.roll_back());
                Err(error)
            }
        }
    }

    pub(super) fn first<T>(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
        read: impl FnOnce(&dyn Columns) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let (mut read, mut found) = (Some(read), None);
        self.walk(sql, params, &mut |row| {
            found = read.take().map(|read| read(row)).transpose()?;
            Ok(ControlFlow::Break(()))
        })?;
        Ok(found)
    }

    pub(super) fn all<T>(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
        mut read: impl FnMut(&dyn Columns) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut found = Vec::new();
        self.walk(sql, params, &mut |row| {
            found.push(read(row)?);
            ON
        })?;
        Ok(found)
    }

    pub(super) fn has(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
    ) -> Result<bool, StoreError> {
        Ok(self.first(sql, params, |_| Ok(()))?.is_some())
    }
}

/// A value on its way into a statement.
#[derive(Debug, Clone, Copy)]
pub(super) enum Param<'a> {
    Int(i64),
    NoInt,
    Text(&'a str),
    Bytes(&'a [u8]),
}

impl From<i64> for Param<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

/// Numbers beyond the engines are their greatest: nothing real is there.
impl From<u64> for Param<'_> {
    fn from(value: u64) -> Self {
        Self::Int(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl<'a> From<&'a str> for Param<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a String> for Param<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a [u8]> for Param<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Bytes(value)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Param<'a> {
    fn from(value: &'a [u8; N]) -> Self {
        Self::Bytes(value)
    }
}

/// A row, column by column.
pub(super) trait Columns {
    fn int(&self, at: usize) -> Result<Option<i64>, StoreError>;
    fn text(&self, at: usize) -> Result<&str, StoreError>;
    fn bytes(&self, at: usize) -> Result<&[u8], StoreError>;
}

impl dyn Columns + '_ {
    /// A number that is never missing and never negative.
    pub(super) fn count(&self, at: usize) -> Result<u64, StoreError> {
        let found = self.int(at)?.and_then(|found| u64::try_from(found).ok());
        found.ok_or_else(|| missing(at))
    }

    pub(super) fn string(&self, at: usize) -> Result<String, StoreError> {
        self.text(at).map(str::to_owned)
    }

    pub(super) fn array<const N: usize>(&self, at: usize) -> Result<[u8; N], StoreError> {
        self.bytes(at)?.try_into().map_err(unreadable(at))
    }

    /// The name in a column.
    pub(super) fn id<T: std::str::FromStr<Err = NotAnId>>(
        &self,
        at: usize,
    ) -> Result<T, StoreError> {
        let text = uuid::Uuid::from_bytes(self.array(at)?).to_string();
        text.parse().map_err(unreadable(at))
    }

    pub(super) fn change_id(&self, at: usize) -> Result<ChangeId, StoreError> {
        self.id(at)
    }

    /// The acceptance in a row whose columns from `at` are scope, seq, epoch, eff, mac.
    pub(super) fn acceptance(&self, at: usize) -> Result<Acceptance, StoreError> {
        Ok(Acceptance {
            scope: self.string(at)?,
            seq: self.count(at + 1)?,
            epoch: self.string(at + 2)?,
            eff: self.text(at + 3)?.parse().map_err(unreadable(at + 3))?,
            mac: self.string(at + 4)?,
        })
    }
}

/// What a column should have held, it does not.
pub(super) fn unreadable<E: fmt::Display>(at: usize) -> impl FnOnce(E) -> StoreError {
    move |why| {
        StoreError::Engine(format!(
            "column {at} of a row is not what was written: {why}"
        ))
    }
}

/// A column is empty, or its number is below 0.
pub(super) fn missing(at: usize) -> StoreError {
    StoreError::Engine(format!("column {at} of a row has no usable number"))
}

/// The tables whose keys begin with the unit.
pub(super) const OF_UNITS: [&str; 13] = [
    "notebook",
    "head",
    "change",
    "rec_change",
    "held",
    "book",
    "book_number",
    "succession",
    "carried",
    "device",
    "erased",
    "reader",
    "moved",
];

/// The small tables that all units share.
pub(super) const OF_ALL: [&str; 7] = [
    "meta",
    "catalogue",
    "person",
    "authority",
    "token",
    "code",
    "audit",
];

/// Whether a statement says of which unit it speaks, as often as it names a table of the notebooks. Only such
/// statements can be answered by the one machine that has the unit.
///
/// An operator's copy goes over all units, and says so in a comment.
pub(super) fn names_unit(sql: &str) -> bool {
    if sql.starts_with("/* all units */") {
        return true;
    }
    let words: Vec<&str> = sql.split_whitespace().collect();
    let is_table = |at: usize| {
        let before = at.checked_sub(1).and_then(|at| words.get(at));
        before.is_some_and(|word| {
            ["FROM", "JOIN", "UPDATE", "INTO"].contains(&word.trim_start_matches('('))
        }) && words
            .get(at)
            .is_some_and(|word| OF_UNITS.contains(&word.trim_end_matches([')', ',', ';'])))
    };
    let tables = (0..words.len()).filter(|&at| is_table(at)).count();
    let text = words.join(" ");
    let named = ["unit = ", "(unit, ", "(unit)"].map(|words| text.matches(words).count());
    named.iter().sum::<usize>() >= tables
}

#[cfg(test)]
mod tests {
    use super::names_unit;

    #[test]
    fn a_statement_that_forgets_the_unit_is_found_out() {
        for good in [
            "SELECT seq FROM head WHERE unit = ?1 AND scope = ?2",
            "INSERT INTO change (unit, scope) VALUES (?1, ?2)",
            "SELECT 1 FROM rec_change r JOIN change c ON c.unit = r.unit AND c.id = r.id WHERE r.unit = ?1",
            "SELECT value FROM meta WHERE name = ?1",
        ] {
            assert!(names_unit(good), "{good}");
        }
        for bad in [
            "SELECT seq FROM head WHERE scope = ?1",
            "UPDATE book_number SET number = ?1 WHERE rec = ?2",
            "SELECT 1 FROM rec_change r JOIN change c ON c.id = r.id WHERE r.unit = ?1",
            "SELECT 1 WHERE EXISTS (SELECT 1 FROM held) AND unit = ?1 AND 1 IN (SELECT 1 FROM change)",
        ] {
            assert!(!names_unit(bad), "{bad}");
        }
    }
}
