//! Starting a template gives records that are valid, with real dates inside the period.

use std::collections::BTreeSet;

use records::{
    change::RecWrites,
    date,
    form::Form,
    id::RecordId,
    programme::{Period, Repeat, Task, Template, start},
    validate::problems,
};

use super::{NOW_MS, catalogue, names, notebook};

fn started(template: &Template, period: &Period, forms: (&Form, &Form)) -> Vec<RecWrites> {
    let mut n = 0_u16;
    let mut record = || {
        n += 1;
        let [high, low] = n.to_be_bytes();
        RecordId::new(NOW_MS, [high, low, 0, 0, 0, 0, 0, 0, 0, 0])
    };
    start(template, period, forms, &mut record, &mut names())
}

#[test]
fn templates_use_the_options_of_the_forms() {
    let catalogue = catalogue();
    let options = |form: &str, field: &str| -> BTreeSet<String> {
        let form = catalogue.newest(form).unwrap();
        let field = form.field_at(field).unwrap();
        field
            .options
            .iter()
            .map(|(value, _)| value.clone())
            .collect()
    };
    let (kinds, groups, repeats) = (
        options("chuong_trinh", "loai"),
        options("nhiem_vu", "nhom"),
        options("nhiem_vu", "dinh_ky"),
    );
    for template in &catalogue.programmes {
        assert!(
            kinds.contains(&template.kind),
            "{}: {}",
            template.id,
            template.kind
        );
        assert!(!template.tasks.is_empty() && !template.label.is_empty());
        for task in &template.tasks {
            assert!(
                groups.contains(&task.group),
                "{}: {}",
                template.id,
                task.group
            );
            assert!(repeats.contains(task.repeat.option()));
            assert!(
                !task.text.is_empty() && !task.quote.is_empty(),
                "{}: {}",
                template.id,
                task.text
            );
        }
    }
}

#[test]
fn every_date_in_a_template_is_a_day_of_every_year() {
    let is_day = |month: i64, day: i64| date::parse(&format!("2023-{month:02}-{day:02}")).is_some();
    for template in &catalogue().programmes {
        let bases = template.bases.iter().filter_map(|base| base.date.as_ref());
        let dates = [&template.period.from, &template.period.to].into_iter();
        for text in dates.chain(bases).chain(&template.date) {
            assert!(date::parse(text).is_some(), "{}: {text}", template.id);
        }
        assert!(template.period.from < template.period.to, "{}", template.id);
        for task in &template.tasks {
            let due = &task.due;
            assert!(
                due.days.iter().all(|(month, day)| is_day(*month, *day)),
                "{}",
                task.text
            );
            assert_eq!(due.month.is_some(), due.day.is_some(), "{}", task.text);
            assert!(
                due.month
                    .zip(due.day)
                    .is_none_or(|(month, day)| is_day(month, day)),
                "{}",
                task.text
            );
            let is_once = task.repeat == Repeat::Once;
            assert!(
                if is_once {
                    due.days.is_empty()
                } else {
                    due.month.is_none()
                },
                "{}",
                task.text
            );
        }
    }
}

#[test]
fn starting_any_template_in_any_period_gives_only_valid_records_with_dates_inside() {
    let catalogue = catalogue();
    let forms = (
        catalogue.newest("chuong_trinh").unwrap(),
        catalogue.newest("nhiem_vu").unwrap(),
    );
    for template in &catalogue.programmes {
        let own = template.period.clone();
        let odd = Period {
            from: "2024-02-29".to_owned(),
            to: "2027-06-29".to_owned(),
        };
        for period in [own, odd] {
            let writes = started(template, &period, forms);
            let programme = writes[0].rec;
            let notebook = notebook(writes.clone());
            assert_eq!(
                notebook.records().count(),
                writes.len(),
                "every record has its own name"
            );
            for writes in &writes {
                let form = catalogue.form(&writes.form, &writes.ver).unwrap();
                for path in writes.set.keys().filter(|path| !path.contains('@')) {
                    assert!(form.field_at(path).is_some(), "{}: {path}", template.id);
                }
                let doc = notebook.fold(writes.rec).unwrap().to_doc();
                assert_eq!(problems(form, &doc), [], "{}", template.id);
                if let Some(due) = doc["han"].as_str() {
                    assert!(date::parse(due).is_some(), "{due}");
                    assert!(
                        (period.from.as_str()..=period.to.as_str()).contains(&due),
                        "{due}"
                    );
                }
                if writes.rec != programme {
                    assert_eq!(doc["chuong_trinh"], programme.to_string());
                }
            }
        }
    }
}

#[test]
fn each_task_of_a_template_is_there_as_often_as_its_rhythm_says() {
    let catalogue = catalogue();
    let forms = (
        catalogue.newest("chuong_trinh").unwrap(),
        catalogue.newest("nhiem_vu").unwrap(),
    );
    let two_years = Period {
        from: "2026-01-01".to_owned(),
        to: "2027-12-31".to_owned(),
    };
    for template in &catalogue.programmes {
        let times = |task: &Task| match (task.repeat, task.due.days.len()) {
            (Repeat::Once, _) => 1,
            (Repeat::Year, 0) => 2,
            (Repeat::HalfYear, 0) => 4,
            (Repeat::Quarter, 0) => 8,
            (Repeat::Month, 0) => 24,
            (_, days) => 2 * days,
        };
        let expected: usize = template.tasks.iter().map(times).sum();
        let writes = started(template, &two_years, forms);
        assert_eq!(writes.len(), expected + 1, "{}", template.id);
    }
}
