//! Programmes: a template becomes one programme record and a task record for each real date.

mod file;

use serde_json::{Value, json};

pub use file::{PROGRAMME_KIND, from_file, template_of, to_file};

use crate::{
    change::RecWrites,
    date,
    form::Form,
    id::RecordId,
    json::{self, Object, Read, ReadError},
    position,
};

/// A programme to start from.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// Its name in records.
    pub id: String,
    /// What people read.
    pub label: String,
    /// An option of `chuong_trinh.loai`.
    pub kind: String,
    /// Number and symbol, as typed.
    pub number: String,
    /// Of the document.
    pub date: Option<String>,
    /// Who signed, as called on that date.
    pub parties: Vec<String>,
    /// From and to.
    pub period: Period,
    /// Legal bases.
    pub bases: Vec<Base>,
    /// What it is about, in order.
    pub contents: Vec<String>,
    /// Who of the parties does what.
    pub duties: Vec<(String, String)>,
    /// What was reorganised since, what the text leaves open.
    pub note: String,
    /// What is to be done.
    pub tasks: Vec<Task>,
}

/// A span of days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
}

/// A cited document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// Number and symbol, as typed.
    pub number: String,
    /// Its date.
    pub date: Option<String>,
    /// Who issued it.
    pub body: String,
    /// What it is about.
    pub subject: String,
}

/// One task of a template.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// Its place in the document, as printed there.
    pub mark: String,
    /// An option of `nhiem_vu.nhom`.
    pub group: String,
    /// What is to be done.
    pub text: String,
    /// Who leads.
    pub lead: String,
    /// Who helps.
    pub help: Vec<String>,
    /// What comes out of it.
    pub product: String,
    /// How much of it.
    pub target: String,
    /// How often.
    pub repeat: Repeat,
    /// By when.
    pub due: TaskDue,
    /// The document sets the rhythm, the date is ours.
    pub due_is_default: bool,
    /// The document's own words.
    pub quote: String,
}

/// How often a task comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Repeat {
    /// Once.
    #[default]
    Once,
    /// Every year.
    Year,
    /// Twice a year.
    HalfYear,
    /// Four times a year.
    Quarter,
    /// Every month.
    Month,
}

/// When within a year, or in which year.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TaskDue {
    /// `[month, day]` of each repetition within a year.
    pub days: Vec<(i64, i64)>,
    /// Of a task that comes once.
    pub month: Option<i64>,
    /// Of a task that comes once.
    pub day: Option<i64>,
    /// Of a task that comes once: 1 is the first year of the period.
    pub year: Option<i64>,
}

impl Read for Template {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let template = Object::read(raw)?;
        Ok(Self {
            id: template.text("id")?,
            label: template.text("label")?,
            kind: template.text_or_empty("kind")?,
            number: template.text_or_empty("number")?,
            date: template.text_if("date")?,
            parties: template.item_or_default("parties")?,
            period: template.item("period")?,
            bases: template.item_or_default("bases")?,
            contents: template.item_or_default("contents")?,
            duties: duties(&template)?,
            note: template.text_or_empty("note")?,
            tasks: template.item("tasks")?,
        })
    }
}

fn duties(template: &Object<'_>) -> Result<Vec<(String, String)>, ReadError> {
    let mut all = Vec::new();
    for duty in template.raws_or_none("duties")? {
        let (who, what) = json::pair(duty).map_err(|e| e.under("duties"))?;
        all.push((String::read(who)?, String::read(what)?));
    }
    Ok(all)
}

impl Read for Period {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let period = Object::read(raw)?;
        Ok(Self {
            from: period.text("from")?,
            to: period.text("to")?,
        })
    }
}

impl Read for Base {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let base = Object::read(raw)?;
        Ok(Self {
            number: base.text_or_empty("number")?,
            date: base.text_if("date")?,
            body: base.text_or_empty("body")?,
            subject: base.text_or_empty("subject")?,
        })
    }
}

impl Read for Task {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let task = Object::read(raw)?;
        Ok(Self {
            mark: task.text_or_empty("mark")?,
            group: task.text("group")?,
            text: task.text("text")?,
            lead: task.text_or_empty("lead")?,
            help: task.item_or_default("help")?,
            product: task.text_or_empty("product")?,
            target: task.text_or_empty("target")?,
            repeat: task.item_or_default("repeat")?,
            due: task.item_or_default("due")?,
            due_is_default: task.flag_or_false("due_is_default")?,
            quote: task.text_or_empty("quote")?,
        })
    }
}

impl Read for Repeat {
    fn read(raw: &str) -> Result<Self, ReadError> {
        Self::of_option(&json::text(raw)?).ok_or_else(|| ReadError::other("how often"))
    }
}

impl Read for TaskDue {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let due = Object::read(raw)?;
        let mut days = Vec::new();
        for day in due.raws_or_none("days")? {
            let (month, day) = json::pair(day).map_err(|e| e.under("days"))?;
            days.push((i64::read(month)?, i64::read(day)?));
        }
        Ok(Self {
            days,
            month: due.item_if("month")?,
            day: due.item_if("day")?,
            year: due.item_if("year")?,
        })
    }
}

impl Repeat {
    /// What an option of `nhiem_vu.dinh_ky` means.
    #[must_use]
    pub fn of_option(option: &str) -> Option<Self> {
        let all = [
            Self::Once,
            Self::Year,
            Self::HalfYear,
            Self::Quarter,
            Self::Month,
        ];
        all.into_iter().find(|repeat| repeat.option() == option)
    }

    /// The option of `nhiem_vu.dinh_ky`.
    #[must_use]
    pub fn option(self) -> &'static str {
        match self {
            Self::Once => "ONCE",
            Self::Year => "YEAR",
            Self::HalfYear => "HALF_YEAR",
            Self::Quarter => "QUARTER",
            Self::Month => "MONTH",
        }
    }

    fn default_days(self) -> Vec<(i64, i64)> {
        match self {
            Self::Once => Vec::new(),
            Self::Year => vec![(12, 31)],
            Self::HalfYear => vec![(6, 30), (12, 31)],
            Self::Quarter => vec![(3, 31), (6, 30), (9, 30), (12, 31)],
            Self::Month => (1..=12).map(|month| (month, 28)).collect(),
        }
    }
}

impl Task {
    /// The real dates of this task within a period; one empty date when it has none.
    #[must_use]
    pub fn dates(&self, period: &Period) -> Vec<Option<String>> {
        let (Some(from), Some(to)) = (date::parse(&period.from), date::parse(&period.to)) else {
            return vec![None];
        };
        let first_year = date::to_civil(from).0;
        let day = |year: i64, month: i64, day: i64| date::from_civil(year, month, day);
        if self.repeat == Repeat::Once {
            let due = self.due.month.zip(self.due.day);
            let year = first_year + self.due.year.unwrap_or(1) - 1;
            return vec![due.map(|(month, d)| date::format(day(year, month, d).clamp(from, to)))];
        }
        let given = &self.due.days;
        let days = if given.is_empty() {
            self.repeat.default_days()
        } else {
            given.clone()
        };
        // A period of a hundred years is a typing mistake, not a programme.
        let years = first_year..=date::to_civil(to).0.min(first_year + 20);
        let all = years.flat_map(|year| days.iter().map(move |(month, d)| day(year, *month, *d)));
        let dates = all
            .filter(|day| (from..=to).contains(day))
            .map(|d| Some(date::format(d)));
        dates.collect()
    }
}

/// What starting a template in a period writes: the programme, then its tasks. `name` makes record ids and
/// entry ids; the caller has the clock and the random bytes.
#[must_use]
pub fn start(
    template: &Template,
    period: &Period,
    forms: (&Form, &Form),
    record_id: &mut dyn FnMut() -> RecordId,
    entry_id: &mut dyn FnMut() -> String,
) -> Vec<RecWrites> {
    let (programme_form, task_form) = forms;
    let rec = record_id();
    let mut programme = RecWrites::new(rec, &programme_form.id, &programme_form.version);
    let mut put = |path: &str, value: Value| write(&mut programme, path, value);
    put("ten", json!(template.label));
    put(
        "so_ky_hieu",
        json!({"so": template.number, "ngay": template.date.as_deref().unwrap_or("")}),
    );
    put("mau", json!(template.id));
    put("loai", json!(template.kind));
    if template.kind == "KE_HOACH_NAM" {
        put(
            "nam",
            json!(date::parse(&period.from).map(|day| date::to_civil(day).0)),
        );
    }
    put("tu_ngay", json!(period.from));
    put("den_ngay", json!(period.to));
    put("ghi_chu", json!(template.note));
    let parties = template.parties.iter();
    let parties = parties.map(|party| vec![("ten_co_quan", json!(party))]);
    let bases = template.bases.iter().map(|base| {
        let date = base.date.as_deref().unwrap_or("");
        vec![
            ("van_ban", json!({"so": base.number, "ngay": date})),
            ("co_quan", json!(base.body)),
            ("trich_yeu", json!(base.subject)),
        ]
    });
    let contents = template.contents.iter();
    let contents = contents.map(|content| vec![("muc", json!(content))]);
    let duties = template.duties.iter();
    let duties = duties.map(|(who, what)| vec![("ben", json!(who)), ("viec", json!(what))]);
    entries(&mut programme, "ben_ky", &mut { parties }, entry_id);
    entries(&mut programme, "can_cu", &mut { bases }, entry_id);
    entries(&mut programme, "noi_dung", &mut { contents }, entry_id);
    entries(&mut programme, "trach_nhiem", &mut { duties }, entry_id);
    let mut all = vec![programme];
    let mut number = 0_u32;
    for task in &template.tasks {
        for due in task.dates(period) {
            number += 1;
            let mut writes = task_writes(task, due, number, rec, task_form, record_id);
            let helpers = task.help.iter();
            let helpers = helpers.map(|helper| vec![("don_vi", json!(helper))]);
            entries(&mut writes, "phoi_hop", &mut { helpers }, entry_id);
            all.push(writes);
        }
    }
    all
}

/// The entries of a group, one after the other.
fn entries(
    writes: &mut RecWrites,
    group: &str,
    all: &mut dyn Iterator<Item = Vec<(&str, Value)>>,
    entry_id: &mut dyn FnMut() -> String,
) {
    let mut place = None;
    for fields in all {
        place = Some(position::after(place.as_deref()));
        let prefix = format!("{group}/{}", entry_id());
        write(writes, &format!("{prefix}/@pos"), json!(place));
        for (field, value) in fields {
            write(writes, &format!("{prefix}/{field}"), value);
        }
    }
}

fn task_writes(
    task: &Task,
    due: Option<String>,
    number: u32,
    programme: RecordId,
    form: &Form,
    record_id: &mut dyn FnMut() -> RecordId,
) -> RecWrites {
    let mut writes = RecWrites::new(record_id(), &form.id, &form.version);
    let mut put = |path: &str, value: Value| write(&mut writes, path, value);
    put("chuong_trinh", json!(programme));
    let mark = if task.mark.is_empty() {
        number.to_string()
    } else {
        task.mark.clone()
    };
    put("stt", json!(mark));
    put("nhom", json!(task.group));
    put("noi_dung", json!(task.text));
    put("chu_tri", json!(task.lead));
    put("san_pham", json!(task.product));
    put("chi_tieu", json!(task.target));
    put("dinh_ky", json!(task.repeat.option()));
    put("trich_dan", json!(task.quote));
    if let Some(due) = due {
        put("han", json!(due));
        if task.due_is_default {
            put("han_mac_dinh", json!(true));
        }
    }
    writes
}

/// Writes a value unless it says nothing.
fn write(writes: &mut RecWrites, path: &str, value: Value) {
    if crate::expr::is_filled(&value) {
        writes.set.insert(path.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(repeat: Repeat, due: TaskDue) -> Task {
        Task {
            mark: String::new(),
            target: String::new(),
            group: "BAO_CAO".into(),
            text: "Báo cáo".into(),
            lead: String::new(),
            help: vec![],
            product: String::new(),
            repeat,
            due,
            due_is_default: true,
            quote: String::new(),
        }
    }

    fn dates(task: &Task, from: &str, to: &str) -> Vec<String> {
        let period = Period {
            from: from.into(),
            to: to.into(),
        };
        task.dates(&period).into_iter().flatten().collect()
    }

    #[test]
    fn a_half_yearly_report_has_every_date_inside_the_period_and_no_other() {
        let report = task(
            Repeat::HalfYear,
            TaskDue {
                days: vec![(6, 30), (12, 31)],
                ..TaskDue::default()
            },
        );
        let got = dates(&report, "2021-07-01", "2023-06-30");
        assert_eq!(
            got,
            ["2021-12-31", "2022-06-30", "2022-12-31", "2023-06-30"]
        );
    }

    #[test]
    fn a_task_that_comes_once_stays_inside_the_period() {
        let due = TaskDue {
            month: Some(3),
            day: Some(31),
            year: Some(2),
            days: vec![],
        };
        assert_eq!(
            dates(&task(Repeat::Once, due), "2021-01-01", "2025-12-31"),
            ["2022-03-31"]
        );
        let due = TaskDue {
            month: Some(12),
            day: Some(31),
            year: Some(9),
            days: vec![],
        };
        assert_eq!(
            dates(&task(Repeat::Once, due), "2021-01-01", "2025-06-30"),
            ["2025-06-30"]
        );
    }
}
