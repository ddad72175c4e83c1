//! A programme as a file between communes, and as the start of its own renewal: what is to be done, how often and by
//! when. Who was given a task and what came of it stay at home.

use serde_json::Value;

use super::{Base, Period, Repeat, Task, TaskDue, Template};
use crate::{
    date,
    expr::to_text,
    files::FileError,
    json::{Object, ReadError},
    write::{Out, Write, to_json},
};

/// What such a file names itself.
pub const PROGRAMME_KIND: &str = "so-tay-dan-van/chuong-trinh";
const PROGRAMME_VERSION: u64 = 1;

/// What a programme and its tasks were started from, or could be again. A task that comes back is one task with its days.
#[must_use]
pub fn template_of(id: &str, programme: &Value, tasks: &[Value]) -> Template {
    let period = Period {
        from: text(programme, "tu_ngay"),
        to: text(programme, "den_ngay"),
    };
    let bases = entries(programme, "can_cu").map(|base| Base {
        number: text(part(base, "van_ban"), "so"),
        date: date_of(text(part(base, "van_ban"), "ngay")),
        body: text(base, "co_quan"),
        subject: text(base, "trich_yeu"),
    });
    // The document itself is what the next one rests on: its number and its parties are not the next one's.
    let number = part(programme, "so_ky_hieu");
    let itself = Base {
        number: text(number, "so"),
        date: date_of(text(number, "ngay")),
        body: String::new(),
        subject: text(programme, "ten"),
    };
    let itself = (!itself.number.is_empty()).then_some(itself);
    let mut all: Vec<Task> = Vec::new();
    for task in tasks {
        let task = task_of(task, &period);
        match all.iter_mut().find(|other| is_same(other, &task)) {
            Some(same) => same.due.days.extend(task.due.days),
            None => all.push(task),
        }
    }
    for task in &mut all {
        usual(&mut task.due.days);
    }
    Template {
        id: id.to_owned(),
        label: text(programme, "ten"),
        kind: text(programme, "loai"),
        number: String::new(),
        date: None,
        parties: Vec::new(),
        bases: itself.into_iter().chain(bases).collect(),
        contents: entries(programme, "noi_dung")
            .map(|content| text(content, "muc"))
            .collect(),
        duties: entries(programme, "trach_nhiem")
            .map(|duty| (text(duty, "ben"), text(duty, "viec")))
            .collect(),
        note: text(programme, "ghi_chu"),
        tasks: all,
        period,
    }
}

fn task_of(task: &Value, period: &Period) -> Task {
    let repeat = Repeat::of_option(&text(task, "dinh_ky")).unwrap_or_default();
    let due = date::parse(&text(task, "han")).map(date::to_civil);
    let first_year = date::parse(&period.from).map(|day| date::to_civil(day).0);
    let due = match (repeat, due) {
        (_, None) => TaskDue::default(),
        (Repeat::Once, Some((year, month, day))) => TaskDue {
            month: Some(month),
            day: Some(day),
            year: first_year.map(|first| year - first + 1),
            days: Vec::new(),
        },
        (_, Some((_, month, day))) => TaskDue {
            days: vec![(month, day)],
            ..TaskDue::default()
        },
    };
    let mark = text(task, "stt");
    let is_running = mark.bytes().all(|b| b.is_ascii_digit());
    Task {
        // A running number of ours counts anew; a mark of the document stays.
        mark: if is_running { String::new() } else { mark },
        target: text(task, "chi_tieu"),
        group: text(task, "nhom"),
        text: text(task, "noi_dung"),
        lead: text(task, "chu_tri"),
        help: entries(task, "phoi_hop")
            .map(|helper| text(helper, "don_vi"))
            .collect(),
        product: text(task, "san_pham"),
        repeat,
        // A rhythm without a day gets one that is ours.
        due_is_default: due == TaskDue::default()
            || task.get("han_mac_dinh") == Some(&Value::Bool(true)),
        due,
        quote: text(task, "trich_dan"),
    }
}

/// Whether one is the other on another day. Who led it once is not another task.
fn is_same(a: &Task, b: &Task) -> bool {
    a.repeat != Repeat::Once && (a.repeat, &a.group, &a.text) == (b.repeat, &b.group, &b.text)
}

/// Each day once, without those that somebody moved by hand in one year: a day counts when it comes at least half as often
/// as the most frequent one.
fn usual(days: &mut Vec<(i64, i64)>) {
    let all = days.clone();
    let count = |day: &(i64, i64)| all.iter().filter(|other| *other == day).count();
    let most = all.iter().map(count).max().unwrap_or_default();
    days.retain(|day| count(day) * 2 >= most);
    days.sort_unstable();
    days.dedup();
}

impl Template {
    /// The same for the period after its own; without days when its own has no end.
    #[must_use]
    pub fn next(mut self) -> Self {
        let Period { from, to } = &self.period;
        let next = date::parse(from).zip(date::parse(to)).map(|(from, to)| {
            let ((first, ..), (last, month, day)) = (date::to_civil(from), date::to_civil(to));
            let shift = date::to_civil(to + 1).0 - first;
            (to + 1, date::from_civil(last + shift, month, day))
        });
        self.period = match next {
            Some((from, to)) if from <= to => Period {
                from: date::format(from),
                to: date::format(to),
            },
            _ => Period {
                from: String::new(),
                to: String::new(),
            },
        };
        self
    }
}

fn part<'a>(doc: &'a Value, key: &str) -> &'a Value {
    doc.get(key).unwrap_or(&Value::Null)
}

fn text(doc: &Value, key: &str) -> String {
    to_text(part(doc, key))
}

fn date_of(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

fn entries<'a>(doc: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    part(doc, key).as_array().into_iter().flatten()
}

/// The file of a programme.
#[must_use]
pub fn to_file(template: &Template) -> String {
    to_json(&File(template))
}

/// The programme of a file.
///
/// # Errors
/// When it is not JSON, not a file of [`PROGRAMME_KIND`], or from a newer app.
pub fn from_file(bytes: &[u8]) -> Result<Template, FileError> {
    let text = str::from_utf8(bytes).map_err(|e| FileError::NotJson(e.to_string()))?;
    let file = Object::read(text).map_err(|e| FileError::NotJson(e.to_string()))?;
    if file.text("kind").ok().as_deref() != Some(PROGRAMME_KIND) {
        return Err(FileError::Foreign);
    }
    let version: u64 = file.item("version").or(Err(FileError::Foreign))?;
    if version > PROGRAMME_VERSION {
        return Err(FileError::Newer(version));
    }
    let template: Template = file
        .item("template")
        .map_err(|e: ReadError| FileError::NotJson(e.to_string()))?;
    // Its name is that of a record of another notebook.
    Ok(Template {
        id: String::new(),
        ..template
    })
}

struct File<'a>(&'a Template);

impl Write for File<'_> {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("kind", &PROGRAMME_KIND);
            out.item("version", &PROGRAMME_VERSION);
            out.item("template", self.0);
        });
    }
}

impl Write for Template {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("id", &self.id);
            out.item("label", &self.label);
            out.item("kind", &self.kind);
            out.item("number", &self.number);
            out.item_if("date", self.date.as_ref());
            out.item("parties", &self.parties);
            out.item("period", &self.period);
            out.item("bases", &self.bases);
            out.item("contents", &self.contents);
            let duties = self.duties.iter().map(|(who, what)| vec![who, what]);
            out.item("duties", &duties.collect::<Vec<_>>());
            out.item("note", &self.note);
            out.item("tasks", &self.tasks);
        });
    }
}

impl Write for Period {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("from", &self.from);
            out.item("to", &self.to);
        });
    }
}

impl Write for Base {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("number", &self.number);
            out.item_if("date", self.date.as_ref());
            out.item("body", &self.body);
            out.item("subject", &self.subject);
        });
    }
}

impl Write for Task {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("mark", &self.mark);
            out.item("group", &self.group);
            out.item("text", &self.text);
            out.item("lead", &self.lead);
            out.item("help", &self.help);
            out.item("product", &self.product);
            out.item("target", &self.target);
            out.item("repeat", &self.repeat.option());
            out.item("due", &self.due);
            out.item("due_is_default", &self.due_is_default);
            out.item("quote", &self.quote);
        });
    }
}

impl Write for TaskDue {
    fn write(&self, out: &mut Out) {
        let days: Vec<Value> = self
            .days
            .iter()
            .map(|(month, day)| vec![*month, *day].into())
            .collect();
        out.object(|out| {
            out.item("days", &days);
            for (key, number) in [
                ("month", self.month),
                ("day", self.day),
                ("year", self.year),
            ] {
                out.item_if(key, number.map(Value::from).as_ref());
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn programme() -> Value {
        json!({
            "ten": "Chương trình phối hợp", "loai": "CHUONG_TRINH_PHOI_HOP", "tu_ngay": "2021-01-01", "den_ngay": "2025-12-31",
            "so_ky_hieu": {"so": "01/CTr-MẪU", "ngay": "2021-01-15"}, "ghi_chu": "Ghi chú",
            "ben_ky": [{"@id": "a", "ten_co_quan": "Đảng ủy xã Mẫu"}, {"@id": "b", "ten_co_quan": "UBND xã Mẫu"}],
            "noi_dung": [{"@id": "n", "muc": "Cải cách hành chính"}],
            "trach_nhiem": [{"@id": "t", "ben": "UBND xã Mẫu", "viec": "Chủ trì"}],
            "can_cu": [{"@id": "c", "van_ban": {"so": "16/CT-TTg", "ngay": "2016-05-16"}, "co_quan": "Thủ tướng Chính phủ"}],
        })
    }

    fn task(text: &str, repeat: &str, due: &str) -> Value {
        json!({
            "noi_dung": text, "nhom": "BAO_CAO", "stt": "II.3", "chi_tieu": "02 báo cáo", "dinh_ky": repeat, "han": due, "han_mac_dinh": true,
            "phoi_hop": [{"@id": "d", "don_vi": "MTTQ xã"}],
            "giao_cho": {"ho_ten": "Trần Thị Bình"}, "ket_qua": "Đã gửi", "ngay_hoan_thanh": "2021-06-29",
        })
    }

    #[test]
    fn a_task_that_comes_back_is_one_task_and_nobody_is_named() {
        let tasks = [
            task("Báo cáo", "HALF_YEAR", "2021-12-31"),
            task("Báo cáo", "HALF_YEAR", "2021-06-30"),
            task("Báo cáo", "HALF_YEAR", "2022-06-30"),
            task("Sơ kết", "ONCE", "2023-03-15"),
            task("Sơ kết", "ONCE", "2024-03-15"),
        ];
        let template = template_of("ctr", &programme(), &tasks);
        assert_eq!(template.tasks.len(), 3);
        assert_eq!(
            (&*template.tasks[0].mark, &*template.tasks[0].target),
            ("II.3", "02 báo cáo")
        );
        assert_eq!(template.contents, ["Cải cách hành chính"]);
        assert_eq!(
            template.duties,
            [("UBND xã Mẫu".to_owned(), "Chủ trì".to_owned())]
        );
        assert_eq!(template.tasks[0].due.days, [(6, 30), (12, 31)]);
        let next = Period {
            from: "2026-01-01".into(),
            to: "2027-12-31".into(),
        };
        let dates: Vec<String> = template.tasks[0]
            .dates(&next)
            .into_iter()
            .flatten()
            .collect();
        assert_eq!(
            dates,
            ["2026-06-30", "2026-12-31", "2027-06-30", "2027-12-31"]
        );
        assert_eq!(
            template.tasks[1].dates(&next)[0].as_deref(),
            Some("2027-12-31"),
            "the third year of a period of two is its end"
        );
        let file = to_file(&template);
        for secret in ["Bình", "Đã gửi", "2021-06-29"] {
            assert!(!file.contains(secret), "{file}");
        }
    }

    #[test]
    fn a_day_moved_by_hand_in_one_year_is_not_a_day_of_every_year() {
        let mut tasks: Vec<Value> = (2021..=2024)
            .map(|year| task("Báo cáo", "YEAR", &format!("{year}-12-15")))
            .collect();
        tasks.push(task("Báo cáo", "YEAR", "2025-12-20"));
        tasks.push(json!({"noi_dung": "Giao ban", "nhom": "BAO_CAO", "dinh_ky": "MONTH"}));
        let template = template_of("ctr", &programme(), &tasks);
        assert_eq!(template.tasks.len(), 2);
        assert_eq!(template.tasks[0].due.days, [(12, 15)]);
        assert!(template.tasks[1].due_is_default);
    }

    #[test]
    fn the_next_period_is_as_many_years_and_rests_on_the_document_before() {
        let next = template_of("ctr", &programme(), &[]).next();
        assert_eq!(
            (&*next.period.from, &*next.period.to),
            ("2026-01-01", "2030-12-31")
        );
        assert_eq!((&*next.number, next.date, next.parties), ("", None, vec![]));
        assert_eq!(next.bases[0].number, "01/CTr-MẪU");
        let endless = json!({"ten": "A", "tu_ngay": "2024-01-01"});
        assert_eq!(template_of("ctr", &endless, &[]).next().period.from, "");
        let leap = json!({"ten": "A", "tu_ngay": "2024-01-01", "den_ngay": "2024-12-31"});
        assert_eq!(
            template_of("ctr", &leap, &[]).next().period.to,
            "2025-12-31"
        );
    }

    #[test]
    fn what_goes_out_comes_in() {
        let tasks = [
            task("Sơ kết \"năm\"", "ONCE", "2023-03-15"),
            task("Khác", "", ""),
        ];
        let template = template_of("ctr", &programme(), &tasks);
        assert_eq!(template.bases[1].number, "16/CT-TTg");
        let file = to_file(&template);
        let nameless = Template {
            id: String::new(),
            ..template
        };
        assert_eq!(from_file(file.as_bytes()), Ok(nameless));
    }

    #[test]
    fn a_file_of_something_else_is_refused() {
        let file = to_file(&template_of("ctr", &programme(), &[]));
        assert!(matches!(from_file(b"\xff"), Err(FileError::NotJson(_))));
        assert!(matches!(from_file(b"[1"), Err(FileError::NotJson(_))));
        assert_eq!(from_file(b"{}"), Err(FileError::Foreign));
        let newer = file.replace("\"version\":1", "\"version\":2");
        assert_eq!(from_file(newer.as_bytes()), Err(FileError::Newer(2)));
        let broken = file.replace("\"tasks\":[]", "\"tasks\":[{}]");
        assert!(matches!(
            from_file(broken.as_bytes()),
            Err(FileError::NotJson(_))
        ));
    }
}
