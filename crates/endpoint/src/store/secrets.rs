//! The secret compartment: who reads a case follows from what the case says, in the transaction that takes the change which
//! says so.

use records::{
    account::Role,
    change::{Change, SECRET, parse_change},
    fold::{Record, fold},
    id::{PersonId, RecordId},
    stamp::Stamp,
};
use serde_json::Value;

use super::{
    Arrived, Hold, Insider, Store, StoreError,
    filing::Filing,
    read,
    sql::{Columns, Sql},
};
use crate::vault;

/// Why somebody reads a case, or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    /// Recorded it.
    Author = 0,
    /// Is named in it.
    Named = 1,
    /// Leads the unit, whoever that is.
    Leads = 2,
    /// Is who was denounced.
    Denounced = 3,
    /// Led the unit when the case ended.
    Led = 4,
}

impl Why {
    fn number(self) -> u64 {
        self as u64
    }
}

/// The fields of a case that say it (`to_cao`, the form of the compartment): options are persons, or the role.
const HANDLERS: &str = "nguoi_xu_ly#";
const DENOUNCED: &str = "can_bo_bi_to_cao#";
const ENDED: &str = "ngay_ket_thuc";

/// Not among the readers of a case.
pub(super) const NO_INSIDER: Hold = Hold {
    code: "khong_co_quyen",
    say: "Hồ sơ này không có tên bạn trong những người được đọc. Nội dung được giữ riêng, niêm phong, ở máy chủ.",
};
/// The name of a setting of a unit.
fn setting(unit: &str) -> String {
    format!("{SECRET}:{unit}")
}

/// Whether a unit records denunciations on its phones.
pub(super) fn is_on(sql: &mut dyn Sql, unit: &str) -> Result<bool, StoreError> {
    Ok(read::meta(sql, &setting(unit))?.is_some_and(|value| value == b"1"))
}

impl Store {
    /// Says whether a unit records denunciations on its phones.
    ///
    /// # Errors
    /// When it could not be stored.
    pub async fn set_secrets(&self, unit: &str, is_on: bool) -> Result<(), StoreError> {
        let name = setting(unit);
        let value: &[u8] = if is_on { b"1" } else { b"0" };
        let set = move |sql: &mut dyn Sql| {
            let put = "INSERT INTO meta (name, value) VALUES (?1, ?2) \
                       ON CONFLICT (name) DO UPDATE SET value = excluded.value";
            sql.run(put, &[(&name).into(), value.into()]).map(drop)
        };
        self.writer.alone(set).await
    }

    /// Whether a unit records denunciations on its phones.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn has_secrets(&self, unit: &str) -> Result<bool, StoreError> {
        let unit = unit.to_owned();
        self.readers.read(move |sql| is_on(sql, &unit)).await
    }
}

/// The cases that somebody reads, in the order of their names.
pub(super) fn cases(
    sql: &mut dyn Sql,
    unit: &str,
    insider: &Insider,
) -> Result<Vec<RecordId>, StoreError> {
    let get = "SELECT rec, why FROM reader WHERE unit = ?1 AND person = ?2 ORDER BY rec, why";
    let read = |row: &dyn Columns| Ok((RecordId::of(row.array(0)?), row.count(1)?));
    let own = [unit.into(), insider.person.bytes().into()];
    let own = sql.all(get, &own, read)?;
    let leads = [unit.into(), [].as_slice().into()];
    let leads = match insider.is_leader {
        true => sql.all(get, &leads, read)?,
        false => Vec::new(),
    };
    let is_denounced = |case: RecordId| own.contains(&(case, Why::Denounced.number()));
    let mut cases: Vec<RecordId> = own.iter().chain(&leads).map(|(case, _)| *case).collect();
    cases.retain(|case| !is_denounced(*case));
    cases.sort_unstable();
    cases.dedup();
    Ok(cases)
}

impl Filing<'_> {
    /// Why a change to a case is not taken, if it is not.
    pub(super) fn keeps_out(&mut self, arrived: &Arrived) -> Result<Option<Hold>, StoreError> {
        let (Some(case), Some(insider)) = (arrived.case, &self.delivery.insider) else {
            return Ok(None);
        };
        let unit = &self.delivery.unit;
        if arrived.is_proven {
            return Ok(None); // it was let in once
        }
        let has_reader = "SELECT 1 FROM reader WHERE unit = ?1 AND rec = ?2";
        let is_new = !self
            .sql
            .has(has_reader, &[unit.into(), case.bytes().into()])?;
        let may = is_new || cases(self.sql, unit, insider)?.contains(&case);
        Ok((!may).then_some(NO_INSIDER))
    }

    /// Who reads a case, after a change to it was taken.
    pub(super) fn name_readers(&mut self, arrived: &Arrived) -> Result<(), StoreError> {
        let (Some(case), Some(insider)) = (arrived.case, self.delivery.insider.clone()) else {
            return Ok(());
        };
        let unit = self.delivery.unit.clone();
        let has_reader = "SELECT 1 FROM reader WHERE unit = ?1 AND rec = ?2";
        let key = [(&unit).into(), case.bytes().into()];
        if !self.sql.has(has_reader, &key)? || arrived.is_proven {
            self.let_read(case, Some(insider.person), Why::Author)?;
        }
        let Some(record) = self.case(case, &insider)? else {
            return Ok(());
        };
        let leader = Role::Leader.name().to_uppercase();
        let denounced = chosen(&record, DENOUNCED, true);
        let handlers = chosen(&record, HANDLERS, false);
        let ends = record.get(ENDED).and_then(Value::as_str);
        let is_ended = ends.is_some_and(|day| !day.is_empty());
        let led = "SELECT 1 FROM reader WHERE unit = ?1 AND rec = ?2 AND why = ?3";
        let led_key = [
            (&unit).into(),
            case.bytes().into(),
            Why::Led.number().into(),
        ];
        let was_ended = self.sql.has(led, &led_key)?;
        let clear = "DELETE FROM reader WHERE unit = ?1 AND rec = ?2 AND why IN (1, 2, 3)";
        self.sql.run(clear, &key)?;
        let by_role = handlers.contains(&leader) && !denounced.contains(&leader);
        if !(is_ended && by_role) {
            let clear = "DELETE FROM reader WHERE unit = ?1 AND rec = ?2 AND why = 4";
            self.sql.run(clear, &key)?;
        }
        match (by_role, is_ended) {
            (false, _) => {}
            (true, false) => self.let_read(case, None, Why::Leads)?,
            // Who leads later does not read what is over.
            (true, true) if was_ended => {}
            (true, true) => {
                let get = "SELECT person FROM authority WHERE place = ?1 AND role = ?2";
                let row = [(&unit).into(), Role::Leader.name().into()];
                let read = |row: &dyn Columns| Ok(PersonId::of(row.array(0)?));
                for person in self.sql.all(get, &row, read)? {
                    self.let_read(case, Some(person), Why::Led)?;
                }
            }
        }
        let people = |names: &[String]| -> Vec<PersonId> {
            names.iter().filter_map(|name| name.parse().ok()).collect()
        };
        for person in people(&handlers) {
            self.let_read(case, Some(person), Why::Named)?;
        }
        for person in people(&denounced) {
            self.let_read(case, Some(person), Why::Denounced)?;
        }
        Ok(())
    }

    fn let_read(
        &mut self,
        case: RecordId,
        person: Option<PersonId>,
        why: Why,
    ) -> Result<(), StoreError> {
        let put = "INSERT INTO reader (unit, rec, person, why) VALUES (?1, ?2, ?3, ?4) \
                   ON CONFLICT DO NOTHING";
        let person: &[u8] = person.as_ref().map_or(&[], |person| person.bytes());
        let unit = &self.delivery.unit;
        let row = [
            unit.into(),
            case.bytes().into(),
            person.into(),
            why.number().into(),
        ];
        self.sql.run(put, &row).map(drop)
    }

    /// A case as all changes to it tell it.
    fn case(&mut self, case: RecordId, insider: &Insider) -> Result<Option<Record>, StoreError> {
        let rows = read::changes_of(self.sql, &self.delivery.unit, case)?;
        let opened = rows.iter().filter_map(|row| {
            let text = insider.vault.open(&row.body)?;
            Some((parse_change(text.as_bytes()).ok()?, row.acc.eff))
        });
        let changes: Vec<(Change, Stamp)> = opened.collect();
        Ok(fold(
            case,
            changes.iter().map(|(change, eff)| (change, Some(*eff))),
        ))
    }

    /// What a change said before it was moved into the secret compartment: nothing is lost by the move.
    pub(super) fn keep_moved(&mut self, body: &str, arrived: &Arrived) -> Result<(), StoreError> {
        let insider = self.delivery.insider.as_ref().filter(|_| arrived.moves);
        let change = parse_change(body.as_bytes()).ok();
        let (Some(insider), Some(change)) = (insider, change) else {
            return Ok(());
        };
        let Some(rec) = change.recs.first().map(|writes| writes.rec) else {
            return Ok(());
        };
        let put = "INSERT INTO moved (unit, id, body) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
        let sealed = insider.vault.seal(rec, body);
        let row = [
            (&self.delivery.unit).into(),
            change.id.bytes().into(),
            sealed.as_bytes().into(),
        ];
        self.sql.run(put, &row).map(drop)
    }

    /// A text as it was before it was sealed, if it was.
    pub(super) fn plain(&self, body: &str) -> Option<String> {
        if !vault::is_sealed(body) {
            return Some(body.to_owned());
        }
        self.delivery.insider.as_ref()?.vault.open(body)
    }

    /// A text as it is to lie in the place of another: sealed, if that was.
    pub(super) fn as_was(&self, text: String, before: &str) -> Option<String> {
        match vault::case_of(before) {
            None => Some(text),
            Some(case) => Some(self.delivery.insider.as_ref()?.vault.seal(case, &text)),
        }
    }
}

/// The options of a field that are ticked: as it is shown, or by anybody who was not contradicted.
fn chosen(record: &Record, field: &str, by_anybody: bool) -> Vec<String> {
    let ticked = record.cells.iter().filter_map(|(path, cell)| {
        let option = path.strip_prefix(field)?;
        let is_on = match by_anybody {
            true => cell
                .heads
                .iter()
                .any(|head| head.value == Value::Bool(true)),
            false => *cell.value() == Value::Bool(true),
        };
        is_on.then(|| option.to_owned())
    });
    ticked.collect()
}
