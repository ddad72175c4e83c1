//! The running numbers of the books, given in the transaction that takes the record: one counter for each book and
//! year, so no number is given twice and none is left out. After a restore they wait: what was printed since may not be
//! known here.

use records::id::RecordId;
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    Arrived, BookEntry, Giving, StoreError, Volume,
    write::{Filing, Heads},
};

/// A record that has no number yet.
struct Waiting {
    rec: RecordId,
    ver: String,
    field: String,
    scope: String,
}

impl Filing<'_> {
    /// Enters the records of a change that was just taken into their books. Numbers are given once the whole delivery is
    /// in: a later change in it may say one.
    pub(super) fn enter(&self, arrived: &Arrived) -> Result<(), StoreError> {
        for entry in &arrived.entries {
            // It stands in the book of the commune that made it.
            if self.is_older(entry.rec)? {
                continue;
            }
            match (self.place(entry.rec)?, entry.typed, entry.year) {
                (Some(_), Some(typed), _) => self.set_number(entry.rec, typed)?,
                (None, Some(typed), year) => {
                    let year = year.unwrap_or_else(|| self.this_year());
                    self.put(entry, arrived, year)?;
                    self.set_number(entry.rec, typed)?;
                }
                (None, None, Some(year)) => self.put(entry, arrived, year)?,
                // It has its place, or nobody has said yet of which year it is.
                (Some(_), None, _) | (None, None, None) => {}
            }
        }
        Ok(())
    }

    /// Gives numbers in every open volume in which somebody waits.
    pub(super) fn give(&self, heads: &mut Heads) -> Result<(), StoreError> {
        let get = "SELECT DISTINCT form, year FROM book_number WHERE unit = ?1 AND number IS NULL";
        let mut statement = self.connection.prepare_cached(get)?;
        let volumes = statement.query_map([&self.delivery.unit], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
        })?;
        for volume in volumes.collect::<Result<Vec<_>, _>>()? {
            let (form, year) = volume;
            if self.is_open(&form, year)? {
                self.give_waiting(&form, year, heads)?;
            }
        }
        Ok(())
    }

    /// The year of a record's place in its book.
    fn place(&self, rec: RecordId) -> Result<Option<i64>, StoreError> {
        let get = "SELECT year FROM book_number WHERE unit = ?1 AND rec = ?2";
        let mut statement = self.connection.prepare_cached(get)?;
        let found = statement.query_row(params![self.delivery.unit, rec.bytes()], |row| row.get(0));
        Ok(found.optional()?)
    }

    /// Whether a commune that was taken over has written to a record.
    fn is_older(&self, rec: RecordId) -> Result<bool, StoreError> {
        let get = "SELECT EXISTS (SELECT 1 FROM rec_change WHERE unit = ?1 AND rec = ?2)";
        let mut statement = self.connection.prepare_cached(get)?;
        for unit in &self.before {
            if statement.query_row(params![unit, rec.bytes()], |row| row.get(0))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn put(&self, entry: &BookEntry, arrived: &Arrived, year: i64) -> Result<(), StoreError> {
        let put = "INSERT INTO book_number (unit, rec, form, year, ver, field, scope, seq) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, \
                   (SELECT seq FROM change WHERE unit = ?1 AND id = ?8))";
        self.connection.prepare_cached(put)?.execute(params![
            self.delivery.unit,
            entry.rec.bytes(),
            entry.form,
            year,
            entry.ver,
            entry.field,
            arrived.scope,
            arrived.id.bytes(),
        ])?;
        Ok(())
    }

    fn set_number(&self, rec: RecordId, number: u64) -> Result<(), StoreError> {
        let set = "UPDATE book_number SET number = ?3 WHERE unit = ?1 AND rec = ?2";
        self.connection.prepare_cached(set)?.execute(params![
            self.delivery.unit,
            rec.bytes(),
            number
        ])?;
        Ok(())
    }

    fn is_open(&self, form: &str, year: i64) -> Result<bool, StoreError> {
        let get = "SELECT epoch = ?4 FROM book WHERE unit = ?1 AND form = ?2 AND year = ?3";
        let mut statement = self.connection.prepare_cached(get)?;
        let found = statement
            .query_row(params![self.delivery.unit, form, year, self.epoch], |row| {
                row.get(0)
            });
        match found.optional()? {
            Some(true) => Ok(true),
            Some(false) | None => Ok(!may_have_forgotten(self.connection, year)?),
        }
    }

    /// Opens a volume at the last number that anybody printed, and gives to all that waited.
    pub(super) fn confirm(
        &self,
        form: &str,
        year: i64,
        last: u64,
        heads: &mut Heads,
    ) -> Result<usize, StoreError> {
        let put = "INSERT INTO book (unit, form, year, floor, epoch) VALUES (?1, ?2, ?3, ?4, ?5) \
                   ON CONFLICT (unit, form, year) DO UPDATE \
                   SET floor = excluded.floor, epoch = excluded.epoch";
        let named = params![self.delivery.unit, form, year, last, self.epoch];
        self.connection.prepare_cached(put)?.execute(named)?;
        self.give_waiting(form, year, heads)
    }

    /// Gives the next numbers to all that wait in a volume; how many.
    fn give_waiting(&self, form: &str, year: i64, heads: &mut Heads) -> Result<usize, StoreError> {
        let waiting = self.waiting(form, year)?;
        for one in &waiting {
            let number = self.last(form, year)? + 1;
            self.set_number(one.rec, number)?;
            let seq = heads.next(self.connection, &self.delivery.unit, &one.scope)?;
            let arrived = self.delivery.hand.write(&Giving {
                unit: &self.delivery.unit,
                scope: &one.scope,
                epoch: self.epoch,
                arrival_ms: self.delivery.arrival_ms,
                seq,
                rec: one.rec,
                form,
                ver: &one.ver,
                field: &one.field,
                number,
            });
            self.insert(&arrived, seq)?;
        }
        Ok(waiting.len())
    }

    /// The greatest number of a volume, or what a person said is the last.
    fn last(&self, form: &str, year: i64) -> Result<u64, StoreError> {
        let get = "SELECT max( \
                       coalesce((SELECT floor FROM book WHERE unit = ?1 AND form = ?2 AND year = ?3), 0), \
                       coalesce((SELECT max(number) FROM book_number \
                                 WHERE unit = ?1 AND form = ?2 AND year = ?3), 0))";
        let mut statement = self.connection.prepare_cached(get)?;
        Ok(statement.query_row(params![self.delivery.unit, form, year], |row| row.get(0))?)
    }

    fn waiting(&self, form: &str, year: i64) -> Result<Vec<Waiting>, StoreError> {
        let get = "SELECT rec, ver, field, scope FROM book_number \
                   WHERE unit = ?1 AND form = ?2 AND year = ?3 AND number IS NULL ORDER BY seq, rec";
        let mut statement = self.connection.prepare_cached(get)?;
        let rows = statement.query_map(params![self.delivery.unit, form, year], |row| {
            Ok(Waiting {
                rec: super::read::name(row, 0)?,
                ver: row.get(1)?,
                field: row.get(2)?,
                scope: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Where nobody said it: the year in Viet Nam in which the change arrived.
    fn this_year(&self) -> i64 {
        let today = records::date::today(self.delivery.arrival_ms);
        records::date::parse(&today).map_or(0, |day| records::date::to_civil(day).0)
    }
}

/// Whether a volume of that year may have lost numbers that were printed: the database was restored in it, or later.
fn may_have_forgotten(connection: &Connection, year: i64) -> Result<bool, StoreError> {
    let get = "SELECT CAST(CAST(value AS TEXT) AS INTEGER) FROM meta WHERE name = 'restored'";
    let mut statement = connection.prepare_cached(get)?;
    let restored: Option<i64> = statement.query_row([], |row| row.get(0)).optional()?;
    Ok(restored.is_some_and(|restored| year <= restored))
}

/// All volumes of a unit.
pub(super) fn volumes(
    connection: &Connection,
    unit: &str,
    epoch: &str,
) -> Result<Vec<Volume>, StoreError> {
    let get = "SELECT form, year, max(last), max(is_confirmed), sum(waits) FROM ( \
                   SELECT form, year, floor AS last, epoch = ?2 AS is_confirmed, 0 AS waits \
                   FROM book WHERE unit = ?1 \
                   UNION ALL SELECT form, year, coalesce(number, 0), 0, number IS NULL \
                   FROM book_number WHERE unit = ?1) \
               GROUP BY form, year ORDER BY form, year";
    let mut statement = connection.prepare_cached(get)?;
    let rows = statement.query_map(params![unit, epoch], |row| {
        Ok(Volume {
            form: row.get(0)?,
            year: row.get(1)?,
            last: row.get(2)?,
            is_open: row.get(3)?,
            waiting: row.get(4)?,
        })
    })?;
    let mut volumes: Vec<Volume> = rows.collect::<Result<_, _>>()?;
    for volume in &mut volumes {
        volume.is_open = volume.is_open || !may_have_forgotten(connection, volume.year)?;
    }
    Ok(volumes)
}
