//! A matter turns out to be a denunciation: what it says goes into a case of the secret compartment, and nothing of it stays.
//!
//! What is counted (dates, choices, numbers) stays in the record, and who of the unit did something; words go. The earlier
//! changes are erased with what they said; what stays is written anew in the same change.

use serde_json::{Value, json};

use super::{FORM, LEADER};
use crate::{
    change::{Erase, MOVED, RecWrites},
    expr::to_text,
    fold::{Cell, Record},
    form::Form,
    id::RecordId,
    notebook::Notebook,
    path,
    strip::{self, PEOPLE, strip},
};

/// What says that a matter is one.
const DENUNCIATION: &str = "TO_CAO";
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
    if matters.is_empty() {
        return None;
    }
    // Who came to the reception came with it; in a dialogue others said other things.
    let is_all = form.field_at(PEOPLE).is_some();
    let is_of_it = |place: &str| {
        let mut matters = matters.iter();
        is_all || matters.any(|matter| path::below(matter, place).is_some())
    };
    let goes = |place: &str| is_of_it(place) && !stays(form, place);
    let mut stripped = strip(notebook, record, &goes)?;
    let mut moved = Words::new(form, case, code, record.get(&form.date));
    for (place, cell) in &record.cells {
        if goes(place) {
            moved.take(place, cell);
        } else {
            moved.take_others(place, cell);
        }
    }
    if let Some(writes) = stripped.stays.first_mut() {
        for matter in matters {
            let place = path::under(matter, "ma_ho_so");
            if let Some(cell) = record.cells.get(&place) {
                writes.over.insert(place.clone(), cell.seen());
            }
            writes.set.insert(place, json!(code));
        }
    }
    Some(Moving {
        case: moved.writes(),
        stays: stripped.stays,
        erase: Erase {
            ids: stripped.ids,
            law: LAW.to_owned(),
            reason: MOVED.to_owned(),
        },
    })
}

/// Whether a field is counted, or names who of the unit did something.
fn stays(form: &Form, place: &str) -> bool {
    let name = place.rsplit('/').next().unwrap_or_default();
    KEPT.contains(&name) || strip::is_counted(form, place)
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
