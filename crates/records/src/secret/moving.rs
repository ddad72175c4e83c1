//! A matter turns out to be a denunciation: what it says goes into a case of the secret compartment, and nothing of it stays.
//!
//! What is counted (dates, choices, numbers) stays in the record, and who of the unit did something; words go. The earlier
//! changes are erased with what they said; what stays is written anew in the same change.

use serde_json::{Map, Value, json};

use super::{FORM, LEADER};
use crate::{
    change::{Change, Erase, MOVED, RecWrites, parse_change},
    expr::to_text,
    fold::{Cell, Record},
    form::{Form, Kind},
    id::{ChangeId, RecordId},
    notebook::Notebook,
    path,
};

/// What says that a matter is one.
const DENUNCIATION: &str = "TO_CAO";
/// The people who came, in the form of a reception.
const PEOPLE: &str = "cong_dan";
/// Words that say nothing of who denounced whom: the code, the session, the office that it went to.
const KEPT: [&str; 3] = ["ma_ho_so", "ky_tiep", "co_quan_dich"];
/// The version of the form of a case.
const VERSION: &str = "LTC-2018";
const LAW: &str = "Luật Tố cáo 25/2018/QH14, Điều 8";

/// What a move writes.
#[derive(Debug, Clone, PartialEq)]
pub struct Moving {
    /// Into the secret compartment: the case.
    pub case: RecWrites,
    /// Into the ordinary one: what stays, written anew.
    pub stays: Vec<RecWrites>,
    /// With it: what goes.
    pub erase: Erase,
}

/// Whether a record has a matter that is a denunciation.
#[must_use]
pub fn is_denunciation(record: &Record) -> bool {
    record
        .cells
        .iter()
        .any(|(place, cell)| is_mark(place, cell) && record.is_shown(place))
}

fn is_mark(place: &str, cell: &Cell) -> bool {
    let is_kind = place.ends_with("/loai") || place.ends_with("/loai_y_kien");
    is_kind && cell.value().as_str() == Some(DENUNCIATION)
}

/// Plans the move of a record's denunciations into a case; none when there is nothing to move.
#[must_use]
pub fn moving(
    notebook: &Notebook,
    record: &Record,
    form: &Form,
    (case, code): (RecordId, &str),
) -> Option<Moving> {
    let matters: Vec<&str> = record
        .cells
        .iter()
        .filter(|(place, cell)| is_mark(place, cell))
        .filter_map(|(place, _)| place.rsplit_once('/'))
        .map(|(matter, _)| matter)
        .collect();
    // Who came to the reception came with it; in a dialogue others said other things.
    let is_all = form.field_at(PEOPLE).is_some();
    let is_of_it = |place: &str| {
        is_all
            || matters
                .iter()
                .any(|matter| path::below(matter, place).is_some())
    };
    let goes = |place: &str| is_of_it(place) && !stays(form, place);
    let ids = erased(notebook, record.id);
    if matters.is_empty() || ids.is_empty() {
        return None;
    }
    let mut writes = RecWrites::new(record.id, &record.form, &record.version);
    let mut moved = Words::new(form, case, code, record.get(&form.date));
    for (place, cell) in &record.cells {
        let is_gone = cell.heads.iter().all(|head| !ids.contains(&head.change));
        if goes(place) {
            moved.take(place, cell);
            writes.over.insert(place.clone(), cell.seen());
            // What lies below an entry that is deleted is covered.
            if !cell.value().is_null() && !is_person(place) {
                writes.set.insert(place.clone(), Value::Null);
            }
        } else if !is_gone {
            moved.take_others(place, cell);
            // Its words are erased; it is said again.
            writes.set.insert(place.clone(), cell.value().clone());
            writes.over.insert(place.clone(), cell.seen());
        }
    }
    for entry in record.entries(PEOPLE) {
        let prefix = path::under(PEOPLE, entry);
        writes.set.insert(
            path::under(&prefix, path::DELETED),
            Value::Object(Map::new()),
        );
    }
    for matter in matters {
        writes
            .set
            .insert(path::under(matter, "ma_ho_so"), json!(code));
        if let Some(cell) = record.cells.get(&path::under(matter, "ma_ho_so")) {
            writes
                .over
                .insert(path::under(matter, "ma_ho_so"), cell.seen());
        }
    }
    let mut stays = vec![writes];
    stays.extend(others(notebook, record.id, &ids));
    Some(Moving {
        case: moved.writes(),
        stays,
        erase: Erase {
            ids,
            law: LAW.to_owned(),
            reason: MOVED.to_owned(),
        },
    })
}

fn is_person(place: &str) -> bool {
    place
        .strip_prefix(PEOPLE)
        .is_some_and(|rest| rest.starts_with('/'))
}

/// Whether a field is counted, or names who of the unit did something.
fn stays(form: &Form, place: &str) -> bool {
    if is_person(place) {
        return false;
    }
    let name = place.rsplit('/').next().unwrap_or_default();
    if name.starts_with('@') || KEPT.contains(&name) {
        return true;
    }
    let bare = place.split('#').next().unwrap_or(place);
    form.field_at(bare).is_some_and(|field| {
        matches!(
            field.kind,
            Kind::Number
                | Kind::Decimal
                | Kind::Date
                | Kind::Time
                | Kind::Choice
                | Kind::Choices
                | Kind::YesNo
                | Kind::Person
        )
    })
}

/// The changes of a record that people wrote.
fn erased(notebook: &Notebook, record: RecordId) -> Vec<ChangeId> {
    let all = notebook.of_record(record).filter_map(|(id, known)| {
        let change: Change = parse_change(known.raw.as_bytes()).ok()?;
        (!change.auto && change.stub.is_none()).then_some(*id)
    });
    all.collect()
}

/// What the same changes say of other records, said again.
fn others(notebook: &Notebook, record: RecordId, ids: &[ChangeId]) -> Vec<RecWrites> {
    let mut touched: Vec<RecordId> = Vec::new();
    for id in ids {
        let recs = notebook
            .get(id)
            .into_iter()
            .flat_map(|known| known.recs.iter());
        for rec in recs.filter(|rec| **rec != record) {
            if !touched.contains(rec) {
                touched.push(*rec);
            }
        }
    }
    let again = |rec: RecordId| {
        let other = notebook.fold(rec)?;
        let mut writes = RecWrites::new(rec, &other.form, &other.version);
        for (place, cell) in &other.cells {
            if cell.heads.iter().any(|head| ids.contains(&head.change)) {
                writes.set.insert(place.clone(), cell.value().clone());
                writes.over.insert(place.clone(), cell.seen());
            }
        }
        (!writes.set.is_empty()).then_some(writes)
    };
    touched.into_iter().filter_map(again).collect()
}

/// The words on their way into the case.
struct Words<'a> {
    form: &'a Form,
    writes: RecWrites,
    /// What the matter is.
    about: Vec<String>,
    /// All the rest.
    more: Vec<String>,
}

impl<'a> Words<'a> {
    fn new(form: &'a Form, case: RecordId, code: &str, day: Option<&Value>) -> Self {
        let mut writes = RecWrites::new(case, FORM, VERSION);
        writes.set.insert("ma_ho_so".to_owned(), json!(code));
        writes
            .set
            .insert(format!("nguoi_xu_ly#{LEADER}"), json!(true));
        if let Some(day) = day {
            writes.set.insert("ngay_nhan".to_owned(), day.clone());
        }
        Self {
            form,
            writes,
            about: Vec::new(),
            more: Vec::new(),
        }
    }

    fn take(&mut self, place: &str, cell: &Cell) {
        let name = place.rsplit('/').next().unwrap_or_default();
        let label = self.form.field_at(place).map_or(name, |field| &field.label);
        for head in cell
            .choices()
            .into_iter()
            .filter(|head| !head.value.is_null())
        {
            let line = format!("{label}: {}", to_text(&head.value));
            let is_first = head.value == *cell.value();
            let person = place
                .strip_prefix(PEOPLE)
                .and_then(|rest| rest.strip_prefix('/'))
                .and_then(|rest| rest.split_once('/'))
                .and_then(|(entry, field)| Some((entry, known(field)?)));
            match (person, name) {
                (Some((entry, field)), _) if is_first => {
                    let place = format!("nguoi_to_cao/{entry}/{field}");
                    self.writes.set.insert(place, head.value.clone());
                }
                (None, "tom_tat" | "yeu_cau" | "noi_dung") => self.about.push(line),
                (None, "nguoi_neu") if is_first => {
                    let place = "nguoi_to_cao/1/ho_ten".to_owned();
                    self.writes.set.insert(place, head.value.clone());
                }
                _ if name.starts_with('@') => {}
                _ => self.more.push(line),
            }
        }
    }

    /// Two values of what stays: the one that is not shown is not lost.
    fn take_others(&mut self, place: &str, cell: &Cell) {
        let field = self.form.field_at(place);
        let label = field.map_or(place, |field| &field.label);
        for head in cell.choices().into_iter().skip(1) {
            let line = format!("{label}: {}", to_text(&head.value));
            self.more.push(line);
        }
    }

    fn writes(mut self) -> RecWrites {
        for (field, lines) in [("hanh_vi", self.about), ("ghi_chu", self.more)] {
            if !lines.is_empty() {
                let text = Value::String(lines.join("\n"));
                self.writes.set.insert(field.to_owned(), text);
            }
        }
        self.writes
    }
}

/// What a person of a reception is asked for, as a case calls it.
fn known(field: &str) -> Option<&'static str> {
    match field {
        "ho_ten" => Some("ho_ten"),
        "dia_chi" => Some("dia_chi"),
        "giay_to" => Some("giay_to"),
        "sdt" => Some("lien_he"),
        _ => None,
    }
}
