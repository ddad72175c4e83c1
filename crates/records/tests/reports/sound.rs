//! What the files of `catalogue/reports/` say of themselves holds.

use std::collections::BTreeSet;

use records::{
    catalogue::builtin,
    date,
    form::{Field, Form, Kind},
    json::Read,
    published::check::{OPERATORS, resolve, take_apart},
    report::{self, Cell, Heading, Indicator, Origin, Query, Report, figure, period::periods},
};
use serde_json::Value;

use super::{report_of, reports};
use crate::forms::{catalogue, sound::group, texts};

fn ids(report: &Report) -> Vec<&str> {
    report.figures.iter().map(|f| f.id.as_str()).collect()
}

/// The figures that another is made of.
fn named(figure: &Indicator) -> Vec<&str> {
    match &figure.origin {
        Origin::Formula(formula) => figure::names(formula),
        Origin::Share { part, whole } => vec![part, whole],
        Origin::Count(_) | Origin::Sum(_) | Origin::Distinct(_) | Origin::Typed => vec![],
    }
}

fn is_key(key: &str) -> bool {
    let letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    // It names an entry of a record.
    !key.is_empty() && key.len() <= 40 && key.bytes().all(letter)
}

#[test]
fn every_file_is_a_report_and_every_key_in_it_is_documented() {
    const REPORT: &str =
        "id version label short valid_from valid_to layout sources note periods sections figures";
    const FIGURE: &str = "id label unit source places count sum distinct formula share typed";
    fn check(place: &str, value: &Value, allowed: &str) {
        for key in value.as_object().unwrap().keys() {
            let is_known = allowed.split(' ').any(|a| a == key);
            assert!(is_known, "{place}: “{key}” means nothing");
        }
    }
    fn each(list: &Value) -> impl Iterator<Item = &Value> {
        list.as_array().into_iter().flatten()
    }
    fn headings(place: &str, list: &Value) {
        for heading in each(list) {
            check(place, heading, "label number figure fill columns");
            headings(place, &heading["columns"]);
        }
    }
    for (name, text) in texts("reports") {
        let file: Value = serde_json::from_str(&text).unwrap();
        check(&name, &file, REPORT);
        each(&file["periods"]).for_each(|p| check(&name, p, "id label from to due tables_only"));
        for section in each(&file["sections"]) {
            check(&name, section, "key label level help text figures columns");
            headings(&name, &section["columns"]);
        }
        for figure in each(&file["figures"]) {
            check(&name, figure, FIGURE);
            for origin in ["count", "sum", "distinct"] {
                if !figure[origin].is_null() {
                    check(&name, &figure[origin], "form where per date value official");
                }
            }
        }
        let read = Report::read(&text).unwrap();
        assert!(reports().contains(&read), "{name}");
    }
    assert_eq!(texts("reports").len(), reports().len());
}

#[test]
fn reports_are_not_in_the_first_part() {
    let first = builtin().unwrap();
    assert!(first.newest("bao_cao").is_none());
    assert!(reports().len() >= 3);
}

#[test]
fn names_are_unique_and_every_figure_that_is_named_is_there() {
    for report in &reports() {
        let ids = ids(report);
        let set: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(set.len(), ids.len(), "{}", report.id);
        assert!(ids.iter().all(|id| is_key(id)), "{}", report.id);
        let keys: BTreeSet<&str> = report.sections.iter().map(|s| s.key.as_str()).collect();
        assert_eq!(keys.len(), report.sections.len(), "{}", report.id);
        assert!(keys.iter().all(|key| is_key(key)));
        for (at, figure) in report.figures.iter().enumerate() {
            let named = named(figure);
            let is_derived = matches!(figure.origin, Origin::Formula(_) | Origin::Share { .. });
            assert_eq!(is_derived, !named.is_empty(), "{}", figure.id);
            for name in named {
                let place = ids.iter().position(|id| *id == name);
                assert!(
                    place.is_some_and(|place| place < at),
                    "{}: {name}",
                    figure.id
                );
                // Numbers of other places would be added as if they had none.
                assert_eq!(report.indicator(name).unwrap().places, 0, "{name}");
            }
        }
    }
}

/// Every figure stands somewhere once: in one list or in one column.
#[test]
fn every_figure_is_shown_once_and_every_column_is_in_the_tree_once() {
    for report in &reports() {
        let mut shown: Vec<&str> = Vec::new();
        for section in &report.sections {
            shown.extend(section.figures.iter().map(String::as_str));
            for leaf in section.leaves() {
                if let Cell::Figure(figure) = &leaf.cell {
                    shown.push(figure);
                }
            }
            section.columns.iter().for_each(a_leaf_has_a_cell);
            the_head_covers_the_table(section);
        }
        let mut expected = ids(report);
        shown.sort_unstable();
        expected.sort_unstable();
        assert_eq!(shown, expected, "{}", report.id);
    }
}

fn a_leaf_has_a_cell(heading: &Heading) {
    let is_over = heading.cell == Cell::Over;
    assert_eq!(is_over, !heading.columns.is_empty(), "{}", heading.label);
    assert!(!heading.label.is_empty());
    heading.columns.iter().for_each(a_leaf_has_a_cell);
}

/// Laid out as a table of HTML or of a sheet, the cells of the head fill a rectangle without overlap.
fn the_head_covers_the_table(section: &report::Section) {
    let (head, width) = (section.head(), section.leaves().len());
    let mut taken = vec![vec![false; width]; head.len()];
    for (at, row) in head.iter().enumerate() {
        let mut left = 0;
        for cell in row {
            while taken[at][left] {
                left += 1;
            }
            for line in &mut taken[at..at + cell.rows] {
                for place in &mut line[left..left + cell.columns] {
                    assert!(!core::mem::replace(place, true), "{}", cell.label);
                }
            }
        }
    }
    assert!(taken.iter().flatten().all(|place| *place));
}

#[test]
fn the_table_of_receptions_has_its_29_columns_in_their_order() {
    let report = report_of("bieu_01_tcd");
    let table = report.sections.iter().find(|s| !s.columns.is_empty());
    let leaves = table.unwrap().leaves();
    assert_eq!(leaves.len(), 31);
    assert_eq!(
        (&leaves[0].cell, &leaves[30].cell),
        (&Cell::Unit, &Cell::Note)
    );
    for (n, leaf) in (1..).zip(&leaves[1..30]) {
        assert_eq!(leaf.cell, Cell::Figure(format!("tcd_{n}")));
        let number = leaf.number.split('=').next().unwrap();
        assert_eq!(number, n.to_string());
        // What the form prints beside the number is what is computed.
        if let Some((_, sum)) = leaf.number.split_once('=') {
            let figure = report.indicator(&format!("tcd_{n}")).unwrap();
            let names: Vec<String> = sum.split('+').map(|n| format!("tcd_{n}")).collect();
            assert_eq!(named(figure), names);
        }
    }
    assert!(report.note.contains("Chưa đối chiếu"));
}

/// All versions of a form: a period may reach into an older one.
fn versions(query: &Query) -> Vec<Form> {
    let all = catalogue().forms.into_iter();
    let found: Vec<Form> = all.filter(|form| form.id == query.form).collect();
    assert!(!found.is_empty(), "no form “{}”", query.form);
    found
}

#[test]
fn every_name_in_every_query_means_one_field_in_every_version() {
    for report in &reports() {
        for figure in &report.figures {
            let Some(query) = figure.query() else {
                continue;
            };
            for form in versions(query) {
                check(figure, query, &form);
            }
        }
    }
}

fn check(figure: &Indicator, query: &Query, form: &Form) {
    let place = format!("{} in {} {}", figure.id, form.id, form.version);
    let around: Vec<&Field> = match query.per.as_str() {
        "" => vec![],
        name => vec![group(form, name)],
    };
    for expr in [&query.condition, &query.date, &query.value] {
        let mut on_name = |name: &str| {
            let found = resolve(form, &around, name);
            assert!(found.is_ok(), "{place}: {found:?}");
        };
        let (nodes, depth) = take_apart(expr, &mut on_name, &mut |operator, operands| {
            let known = OPERATORS.iter().find(|(name, ..)| *name == operator);
            assert!(known.is_some(), "{place}: {operator}");
            let (_, least, most) = known.unwrap();
            assert!(
                (*least..=*most).contains(&operands.len()),
                "{place}: {operator}"
            );
        });
        assert!(nodes <= 200 && depth <= 16, "{place}");
    }
    options_are_there(form, &around, &query.condition, &place);
    if let Some(name) = query.date.as_str() {
        let field = resolve(form, &around, name.trim_start_matches('$')).unwrap();
        assert_eq!(field.kind, Kind::Date, "{place}");
    }
    let has_value = !query.value.is_null();
    let may_have = matches!(figure.origin, Origin::Sum(_) | Origin::Distinct(_));
    let must_have = matches!(figure.origin, Origin::Sum(_));
    assert!(has_value >= must_have && has_value <= may_have, "{place}");
}

/// A condition that compares a choice with something that is no option never holds.
fn options_are_there(form: &Form, around: &[&Field], condition: &Value, place: &str) {
    let mut compared = 0;
    take_apart(condition, &mut |_| {}, &mut |operator, operands| {
        let name = operands.first().and_then(Value::as_str);
        let name = name.and_then(|name| name.strip_prefix('$'));
        if let (Some(name), "=" | "!=" | "in") = (name, operator) {
            let field = resolve(form, around, name).unwrap();
            for option in operands[1..].iter().filter_map(Value::as_str) {
                let is_there = field.options.iter().any(|(value, _)| value == option);
                assert!(is_there, "{place}: {option} of {name}");
                compared += 1;
            }
        }
    });
    let holds_always = condition == &Value::Bool(true);
    assert!(compared > 0 || holds_always || condition.is_string() || condition.is_array());
}

#[test]
fn periods_are_dates_in_their_order_and_follow_each_other() {
    for report in &reports() {
        let mut seen = BTreeSet::new();
        for period in periods(report, 2026) {
            assert!(period.span().is_some(), "{} {}", report.id, period.id);
            assert!(seen.insert(period.id.clone()), "{}", period.id);
            assert!(period.label.contains("2026"), "{}", period.label);
            // The terms of sending are not known: nothing is invented.
            assert_eq!(period.due, None);
        }
        let days = |id: &str, year| super::period(report, id, year).span().unwrap();
        assert_eq!(days("NAM", 2026).to + 1, days("NAM", 2027).from);
        assert_eq!(days("Q1", 2026).from, days("NAM", 2026).from);
        for (a, b) in [("Q1", "Q2"), ("Q2", "Q3"), ("Q3", "Q4")] {
            assert_eq!(days(a, 2026).to + 1, days(b, 2026).from, "{}", report.id);
        }
        assert_eq!(days("6T", 2026).to, days("Q2", 2026).to);
        assert_eq!(days("9T", 2026).to, days("Q3", 2026).to);
        assert_eq!(days("Q4", 2026).to, days("NAM", 2026).to);
    }
    let text = |id: &str, period: &str| {
        let span = super::period(&report_of(id), period, 2026);
        format!("{} {}", span.from, span.to)
    };
    assert_eq!(text("bieu_01_tcd", "NAM"), "2025-12-15 2026-12-14");
    assert_eq!(text("bieu_01_tcd", "Q2"), "2026-03-15 2026-06-14");
    assert_eq!(text("dan_van", "6T"), "2026-01-01 2026-06-30");
    assert_eq!(text("tiep_dan_cap_uy", "T02"), "2026-02-01 2026-02-28");
    let leap = super::period(&report_of("tiep_dan_cap_uy"), "T02", 2028);
    assert_eq!(leap.to, "2028-02-29");
}

#[test]
fn versions_have_dates_and_the_period_chooses_among_them() {
    for report in &reports() {
        assert!(date::parse(&report.valid_from).is_some());
        assert!(!report.label.is_empty() && !report.note.is_empty() && !report.sources.is_empty());
    }
    let all = reports();
    // A period before the first version is made with the one there is.
    let old = report::on(&all, "bieu_01_tcd", "2024-12-14");
    assert_eq!(old.map(|r| r.version.as_str()), Some("TT06-2025"));
    assert!(report::on(&all, "khong_co", "2026-01-01").is_none());
    assert_eq!(
        report::version(&all, "dan_van", "9").map(|r| &*r.id),
        Some("dan_van")
    );
}

/// The promise: a new circular is a new file, and no code knows it.
#[test]
fn a_new_circular_is_a_new_file() {
    const CIRCULAR: &str = r#"{
      "id": "bieu_01_tcd", "version": "TT99-2027", "valid_from": "2027-01-01", "valid_to": null,
      "label": "Tổng hợp kết quả tiếp công dân", "short": "Biểu 01/TCD", "layout": "state",
      "periods": [{"id": "THANG1", "label": "Tháng 1/{nam}", "from": [0, 1, 1], "to": [0, 1, 31], "due": [0, 2, 5]}],
      "sections": [{"key": "bieu", "label": "Biểu", "columns": [
        {"label": "Lượt", "number": "1", "figure": "luot"},
        {"label": "Kết quả", "columns": [{"label": "Nữ", "number": "2", "figure": "nu"}, {"label": "Tỷ lệ", "number": "3", "figure": "ty_le"}]}
      ]}],
      "figures": [
        {"id": "luot", "label": "Lượt", "unit": "lượt", "count": {"form": "tiep_cong_dan", "official": false}},
        {"id": "nu", "label": "Nữ", "unit": "người", "typed": true},
        {"id": "ty_le", "label": "Tỷ lệ", "unit": "%", "share": ["nu", "luot"]}
      ]
    }"#;
    let mut files: Vec<String> = texts("reports").into_values().collect();
    files.push(CIRCULAR.to_owned());
    let text = format!(r#"{{"forms": [], "reports": [{}]}}"#, files.join(","));
    let grown = records::catalogue::read_reports(&text).unwrap();
    let on = |day| report::on(&grown, "bieu_01_tcd", day).unwrap();
    assert_eq!(on("2026-12-14").version, "TT06-2025");
    assert_eq!(on("2027-01-31").version, "TT99-2027");
    let report = on("2027-01-31");
    let period = super::period(report, "THANG1", 2027);
    assert_eq!(period.due.as_deref(), Some("2027-02-05"));
    let held = super::naive::generated(7, 300);
    let typed = |_: &Indicator| figure::Typed {
        now: Some(1),
        last: None,
    };
    // The year of the generated records.
    let period = super::period(report, "THANG1", 2026);
    let found = super::computed(report, &period, &held, &typed);
    let visits = found.figure("luot").unwrap();
    assert!(visits.is_typed && visits.counted.is_some_and(|n| n > 0));
    assert_eq!(found.figure("ty_le").unwrap().value, Some(1_000));
    let head = report.sections[0].head();
    assert_eq!((head.len(), head[0][0].rows, head[0][1].columns), (2, 2, 2));
}

#[test]
fn what_is_no_report_is_refused() {
    let good = r#"{"id": "r", "version": "1", "label": "R", "short": "R", "valid_from": "2026-01-01", "layout": "state",
        "periods": [], "sections": [], "figures": [{"id": "a", "label": "A", "typed": true}]}"#;
    assert!(Report::read(good).is_ok());
    for (from, to) in [
        (r#""typed": true"#, r#""typed": true, "formula": 1"#),
        (r#""typed": true"#, r#""typed": false"#),
        (r#""state""#, r#""church""#),
        (r#""sections": []"#, r#""sections": [{"key": "a"}]"#),
    ] {
        assert!(Report::read(&good.replace(from, to)).is_err(), "{to}");
    }
    let deep = format!(
        "{}{}",
        r#"{"label": "x", "columns": ["#.repeat(40),
        "]}".repeat(40)
    );
    let deep = format!(r#""sections": [{{"key": "a", "label": "A", "columns": [{deep}]}}]"#);
    assert!(Report::read(&good.replace(r#""sections": []"#, &deep)).is_err());
    let many = r#"{"id": "a", "label": "A", "typed": true},"#.repeat(400);
    let many = good.replace(r#""figures": ["#, &format!(r#""figures": [{many}"#));
    assert!(Report::read(&many).is_err());
}
