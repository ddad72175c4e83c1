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
    /// Enters the records of a change that was just taken into their books.
    pub(super) fn enter(&self, arrived: &Arrived, heads: &mut Heads) -> Result<(), StoreError> {
        for entry in &arrived.entries {
            let known = self.place(entry.rec)?;
            match (known, entry.typed, entry.year) {
                (Some(year), Some(typed), _) => {
                    self.set_number(entry.rec, typed)?;
                    self.raise(&entry.form, year, typed)?;
                }
                (None, Some(typed), year) => {
                    let year = year.unwrap_or_else(|| self.this_year());
                    self.put(entry, arrived, year)?;
                    self.set_number(entry.rec, typed)?;
                    self.raise(&entry.form, year, typed)?;
                }
                // It stands in the book of the commune that made it.
                (None, None, Some(_)) if self.is_older(entry.rec)? => {}
                (None, None, Some(year)) => {
                    self.put(entry, arrived, year)?;
                    if self.is_open(&entry.form, year)? {
                        self.give_waiting(&entry.form, year, heads)?;
                    }
                }
                // It has its place, or nobody has said yet of which year it is.
                (Some(_), None, _) | (None, None, None) => {}
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
        for unit in &self.delivery.before {
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

    /// A number was used: the next one given is greater. A volume that is new stands open, or waits, as the others do.
    fn raise(&self, form: &str, year: i64, number: u64) -> Result<(), StoreError> {
        let epoch = match is_restored(self.connection)? {
            true => "",
            false => self.epoch,
        };
        let put = "INSERT INTO book (unit, form, year, last, epoch) VALUES (?1, ?2, ?3, ?4, ?5) \
                   ON CONFLICT (unit, form, year) DO UPDATE SET last = max(last, excluded.last)";
        self.connection.prepare_cached(put)?.execute(params![
            self.delivery.unit,
            form,
            year,
            number,
            epoch
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
            Some(is_open) => Ok(is_open),
            None => Ok(!is_restored(self.connection)?),
        }
    }

    /// Opens a volume after a restore, at the last number that anybody printed, and gives to all that waited.
    pub(super) fn confirm(
        &self,
        form: &str,
        year: i64,
        last: u64,
        heads: &mut Heads,
    ) -> Result<usize, StoreError> {
        self.raise(form, year, last)?;
        let open = "UPDATE book SET epoch = ?4 WHERE unit = ?1 AND form = ?2 AND year = ?3";
        let named = params![self.delivery.unit, form, year, self.epoch];
        self.connection.prepare_cached(open)?.execute(named)?;
        self.give_waiting(form, year, heads)
    }

    /// Gives the next numbers to all that wait in a volume; how many.
    fn give_waiting(&self, form: &str, year: i64, heads: &mut Heads) -> Result<usize, StoreError> {
        let waiting = self.waiting(form, year)?;
        for one in &waiting {
            let number = self.last(form, year)? + 1;
            self.raise(form, year, number)?;
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

    fn last(&self, form: &str, year: i64) -> Result<u64, StoreError> {
        let get = "SELECT last FROM book WHERE unit = ?1 AND form = ?2 AND year = ?3";
        let mut statement = self.connection.prepare_cached(get)?;
        let found = statement.query_row(params![self.delivery.unit, form, year], |row| row.get(0));
        Ok(found.optional()?.unwrap_or(0))
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

/// Whether this database was ever restored: then a volume that it does not know may have been begun and forgotten.
fn is_restored(connection: &Connection) -> Result<bool, StoreError> {
    let get = "SELECT EXISTS (SELECT 1 FROM meta WHERE name = 'restored')";
    Ok(connection
        .prepare_cached(get)?
        .query_row([], |row| row.get(0))?)
}

/// All volumes of a unit.
pub(super) fn volumes(connection: &Connection, unit: &str) -> Result<Vec<Volume>, StoreError> {
    let restored = is_restored(connection)?;
    let get = "SELECT form, year, max(last), max(is_open), sum(waits) FROM ( \
                   SELECT form, year, last, epoch = (SELECT CAST(value AS TEXT) FROM meta WHERE name = 'epoch') \
                       AS is_open, 0 AS waits \
                   FROM book WHERE unit = ?1 \
                   UNION ALL SELECT form, year, 0, ?2, 1 FROM book_number \
                   WHERE unit = ?1 AND number IS NULL) \
               GROUP BY form, year ORDER BY form, year";
    let mut statement = connection.prepare_cached(get)?;
    let rows = statement.query_map(params![unit, !restored], |row| {
        Ok(Volume {
            form: row.get(0)?,
            year: row.get(1)?,
            last: row.get(2)?,
            is_open: row.get(3)?,
            waiting: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
