//! The running numbers of the books, given in the transaction that takes the record: one counter for each book and
//! year, so no number is given twice and none is left out. After a restore they wait: what was printed since may not be
//! known here.

use std::collections::BTreeMap;

use records::id::RecordId;

use super::{
    Arrived, BookEntry, Giving, StoreError, Volume,
    filing::{Filing, Heads},
    read,
    sql::{Columns, ON, Sql, missing},
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
    pub(super) fn enter(&mut self, arrived: &Arrived) -> Result<(), StoreError> {
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
    pub(super) fn give(&mut self, heads: &mut Heads) -> Result<(), StoreError> {
        let get = "SELECT DISTINCT form, year FROM book_number WHERE unit = ?1 AND number IS NULL";
        let key = [(&self.delivery.unit).into()];
        let volumes = self
            .sql
            .all(get, &key, |row| Ok((row.string(0)?, year_of(row, 1)?)))?;
        for (form, year) in volumes {
            if self.is_open(&form, year)? {
                self.give_waiting(&form, year, heads)?;
            }
        }
        Ok(())
    }

    /// The year of a record's place in its book.
    fn place(&mut self, rec: RecordId) -> Result<Option<i64>, StoreError> {
        let get = "SELECT year FROM book_number WHERE unit = ?1 AND rec = ?2";
        let key = [(&self.delivery.unit).into(), rec.bytes().into()];
        self.sql.first(get, &key, |row| year_of(row, 0))
    }

    /// Whether a commune that was taken over has written to a record.
    fn is_older(&mut self, rec: RecordId) -> Result<bool, StoreError> {
        let get = "SELECT 1 FROM rec_change WHERE unit = ?1 AND rec = ?2 LIMIT 1";
        for unit in &self.before {
            if self.sql.has(get, &[unit.into(), rec.bytes().into()])? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn put(&mut self, entry: &BookEntry, arrived: &Arrived, year: i64) -> Result<(), StoreError> {
        let put = "INSERT INTO book_number (unit, rec, form, year, ver, field, scope, seq) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, \
                   (SELECT seq FROM change WHERE unit = ?1 AND id = ?8))";
        let row = [
            (&self.delivery.unit).into(),
            entry.rec.bytes().into(),
            (&entry.form).into(),
            year.into(),
            (&entry.ver).into(),
            (&entry.field).into(),
            (&arrived.scope).into(),
            arrived.id.bytes().into(),
        ];
        self.sql.run(put, &row).map(drop)
    }

    fn set_number(&mut self, rec: RecordId, number: u64) -> Result<(), StoreError> {
        let set = "UPDATE book_number SET number = ?3 WHERE unit = ?1 AND rec = ?2";
        let row = [
            (&self.delivery.unit).into(),
            rec.bytes().into(),
            number.into(),
        ];
        self.sql.run(set, &row).map(drop)
    }

    fn is_open(&mut self, form: &str, year: i64) -> Result<bool, StoreError> {
        let get = "SELECT epoch FROM book WHERE unit = ?1 AND form = ?2 AND year = ?3";
        let key = [(&self.delivery.unit).into(), form.into(), year.into()];
        let confirmed = self.sql.first(get, &key, |row| row.string(0))?;
        if confirmed.is_some_and(|epoch| epoch == self.epoch) {
            return Ok(true);
        }
        Ok(!may_have_forgotten(restored(self.sql)?, year))
    }

    /// Opens a volume at the last number that anybody printed, and gives to all that waited.
    pub(super) fn confirm(
        &mut self,
        form: &str,
        year: i64,
        last: u64,
        heads: &mut Heads,
    ) -> Result<usize, StoreError> {
        let put = "INSERT INTO book (unit, form, year, floor, epoch) VALUES (?1, ?2, ?3, ?4, ?5) \
                   ON CONFLICT (unit, form, year) DO UPDATE \
                   SET floor = excluded.floor, epoch = excluded.epoch";
        let row = [
            (&self.delivery.unit).into(),
            form.into(),
            year.into(),
            last.into(),
            self.epoch.into(),
        ];
        self.sql.run(put, &row)?;
        self.give_waiting(form, year, heads)
    }

    /// Gives the next numbers to all that wait in a volume; how many.
    fn give_waiting(
        &mut self,
        form: &str,
        year: i64,
        heads: &mut Heads,
    ) -> Result<usize, StoreError> {
        let waiting = self.waiting(form, year)?;
        for one in &waiting {
            let number = self.last(form, year)? + 1;
            self.set_number(one.rec, number)?;
            let seq = heads.next(self.sql, &self.delivery.unit, &one.scope)?;
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
    fn last(&mut self, form: &str, year: i64) -> Result<u64, StoreError> {
        let key = [(&self.delivery.unit).into(), form.into(), year.into()];
        let get = "SELECT floor FROM book WHERE unit = ?1 AND form = ?2 AND year = ?3";
        let said = self.sql.first(get, &key, |row| row.count(0))?;
        let get = "SELECT number FROM book_number WHERE unit = ?1 AND form = ?2 AND year = ?3 \
                   AND number IS NOT NULL ORDER BY number DESC LIMIT 1";
        let given = self.sql.first(get, &key, |row| row.count(0))?;
        Ok(said.max(given).unwrap_or(0))
    }

    fn waiting(&mut self, form: &str, year: i64) -> Result<Vec<Waiting>, StoreError> {
        let get = "SELECT rec, ver, field, scope FROM book_number \
                   WHERE unit = ?1 AND form = ?2 AND year = ?3 AND number IS NULL ORDER BY seq, rec";
        let key = [(&self.delivery.unit).into(), form.into(), year.into()];
        self.sql.all(get, &key, |row| {
            Ok(Waiting {
                rec: row.id(0)?,
                ver: row.string(1)?,
                field: row.string(2)?,
                scope: row.string(3)?,
            })
        })
    }

    /// Where nobody said it: the year in Viet Nam in which the change arrived.
    fn this_year(&self) -> i64 {
        let today = records::date::today(self.delivery.arrival_ms);
        records::date::parse(&today).map_or(0, |day| records::date::to_civil(day).0)
    }
}

fn year_of(row: &dyn Columns, at: usize) -> Result<i64, StoreError> {
    row.int(at)?.ok_or_else(|| missing(at))
}

/// The year in which the database was restored last.
fn restored(sql: &mut dyn Sql) -> Result<Option<i64>, StoreError> {
    let bytes = read::meta(sql, "restored")?;
    Ok(bytes.and_then(|bytes| str::from_utf8(&bytes).ok()?.parse().ok()))
}

/// Whether a volume of that year may have lost numbers that were printed: the database was restored in it, or later.
fn may_have_forgotten(restored: Option<i64>, year: i64) -> bool {
    restored.is_some_and(|restored| year <= restored)
}

/// All volumes of a unit.
pub(super) fn volumes(sql: &mut dyn Sql, unit: &str) -> Result<Vec<Volume>, StoreError> {
    let (epoch, restored) = (read::epoch(sql)?, restored(sql)?);
    let mut volumes: BTreeMap<(String, i64), Volume> = BTreeMap::new();
    let mut put = |form: String, year, last, is_confirmed, waits| {
        let new = Volume {
            form: form.clone(),
            year,
            last: 0,
            is_open: !may_have_forgotten(restored, year),
            waiting: 0,
        };
        let volume = volumes.entry((form, year)).or_insert(new);
        volume.last = volume.last.max(last);
        volume.is_open |= is_confirmed;
        volume.waiting += waits;
    };
    let get = "SELECT form, year, floor, epoch FROM book WHERE unit = ?1";
    sql.walk(get, &[unit.into()], &mut |row| {
        let is_confirmed = row.text(3)? == epoch;
        put(
            row.string(0)?,
            year_of(row, 1)?,
            row.count(2)?,
            is_confirmed,
            0,
        );
        ON
    })?;
    let get = "SELECT form, year, max(number), count(*) - count(number) FROM book_number \
               WHERE unit = ?1 GROUP BY form, year";
    sql.walk(get, &[unit.into()], &mut |row| {
        let last = row.int(2)?.and_then(|last| u64::try_from(last).ok());
        let (form, year) = (row.string(0)?, year_of(row, 1)?);
        put(form, year, last.unwrap_or(0), false, row.count(3)?);
        ON
    })?;
    Ok(volumes.into_values().collect())
}
