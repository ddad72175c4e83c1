//! What the files of `catalogue/` say of themselves holds.

use std::{collections::BTreeSet, fs, path::Path};

use records::{
    calendar::{Unit, is_weekend},
    date,
    form::{Field, Form, Kind},
    published::check::OPERATORS,
};
use serde_json::Value;

use super::{catalogue, registers, texts};

fn find<'a>(fields: impl IntoIterator<Item = &'a Field>, key: &str) -> Option<&'a Field> {
    fields.into_iter().find(|field| field.key == key)
}

pub(crate) fn group<'a>(form: &'a Form, key: &str) -> &'a Field {
    let found = find(form.fields(), key).filter(|field| field.kind == Kind::Group);
    assert!(found.is_some(), "{}: no group “{key}”", form.id);
    found.unwrap()
}

#[test]
fn every_file_of_the_folder_is_in_the_catalogue() {
    let catalogue = catalogue();
    let ids = |folder: &str| -> BTreeSet<String> {
        let of = |text: &String| {
            let value: Value = serde_json::from_str(text).unwrap();
            format!("{} {}", value["id"], value["version"])
        };
        texts(folder).values().map(of).collect()
    };
    assert_eq!(
        ids("forms").len(),
        catalogue.forms.len(),
        "id and version are one name"
    );
    assert_eq!(ids("programmes").len(), catalogue.programmes.len());
    assert!(!catalogue.guide.sections.is_empty());
    assert_eq!(catalogue.kinds().len(), 17);
}

#[test]
fn every_key_of_a_template_is_one_that_the_documentation_names() {
    fn check(place: &str, value: &Value, allowed: &str) {
        for key in value.as_object().unwrap().keys() {
            assert!(
                allowed.split(' ').any(|a| a == key),
                "{place}: “{key}” means nothing"
            );
        }
    }
    fn each(list: &Value) -> impl Iterator<Item = &Value> {
        list.as_array().into_iter().flatten()
    }
    for (name, text) in texts("programmes") {
        let template: Value = serde_json::from_str(&text).unwrap();
        check(
            &name,
            &template,
            "id label source kind number date parties period bases note tasks",
        );
        each(&template["bases"]).for_each(|base| check(&name, base, "number date body subject"));
        for task in each(&template["tasks"]) {
            check(
                &name,
                task,
                "group text lead help product repeat due due_is_default quote",
            );
            if !task["due"].is_null() {
                check(&name, &task["due"], "days month day year");
            }
        }
    }
}

#[test]
fn versions_of_a_form_follow_each_other_without_a_gap() {
    let catalogue = catalogue();
    for form in &catalogue.forms {
        assert!(date::parse(&form.valid_from).is_some(), "{}", form.id);
        let next = catalogue
            .forms
            .iter()
            .find(|f| f.id == form.id && f.valid_from > form.valid_from);
        let last = form.valid_to.as_deref().map(|to| date::parse(to).unwrap());
        let follows = next.map(|next| date::parse(&next.valid_from).unwrap() - 1);
        assert_eq!(last, follows, "{} {}", form.id, form.version);
        for (from, to) in registers(form).iter().map(|r| (&r.valid_from, &r.valid_to)) {
            assert!(from.iter().chain(to).all(|day| date::parse(day).is_some()));
            assert!(to.is_none() || from <= to);
        }
    }
}

#[test]
fn the_documentation_lists_the_same_operators() {
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/FORMS.md"))
            .unwrap();
    let table = text.split("| operator | result |").nth(1).unwrap();
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let cells = rows.filter_map(|row| row.split('|').nth(1));
    let listed: BTreeSet<&str> = cells
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect();
    assert_eq!(listed, OPERATORS.iter().map(|(name, ..)| *name).collect());
}

#[test]
fn every_deadline_names_its_field_its_unit_and_its_article() {
    let mut count = 0;
    for form in &catalogue().forms {
        let mut ids = BTreeSet::new();
        for rule in &form.deadlines {
            let place = format!("{} {}: {}", form.id, form.version, rule.id);
            count += 1;
            assert!(!rule.id.is_empty() && ids.insert(&rule.id), "{place}");
            let fields: Vec<&Field> = if rule.per.is_empty() {
                form.fields().collect()
            } else {
                group(form, &rule.per).fields.iter().collect()
            };
            let field = find(fields, &rule.field);
            assert!(field.is_some_and(|f| f.kind != Kind::Computed), "{place}");
            assert!(Unit::named(&rule.unit).is_some(), "{place}: {}", rule.unit);
            assert!(!rule.label.is_empty() && !rule.source.is_empty(), "{place}");
            // What nobody has read in the act says so to the person who reads the article.
            let is_likely = rule.confidence == "L";
            assert!(is_likely || rule.confidence == "S", "{place}");
            assert_eq!(is_likely, rule.source.contains("chưa đối chiếu"), "{place}");
            let days = [&rule.valid_from, &rule.valid_to];
            let mut days = days.into_iter().flatten();
            assert!(days.all(|day| date::parse(day).is_some()), "{place}");
            assert!(!(rule.before && rule.roll.is_some()), "{place}: no effect");
            let is_count = rule.count.as_i64().is_some_and(|n| n > 0);
            assert!(is_count || rule.count.is_array(), "{place}");
            assert!(rule.from.is_string() || rule.from.is_array(), "{place}");
        }
    }
    assert!(count > 20, "the catalogue has deadlines");
}

#[test]
fn the_calendar_names_each_day_once_and_swaps_in_pairs() {
    let text = fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../catalogue/calendar.json"),
    )
    .unwrap();
    let file: Value = serde_json::from_str(&text).unwrap();
    let keys: Vec<&String> = file.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["doubt", "note", "off", "work", "years"]);
    let calendar = catalogue().calendar;
    let mut listed = 0;
    for list in ["off", "work", "doubt"] {
        for entry in file[list].as_array().unwrap() {
            listed += 1;
            let day = date::parse(entry["date"].as_str().unwrap()).unwrap();
            let known = calendar.special(day).unwrap();
            assert_eq!(known.name, entry["name"].as_str().unwrap());
            assert!(calendar.years.contains(&date::to_civil(day).0), "{entry}");
            assert!(list == "doubt" || !known.source.is_empty(), "{entry}");
            assert_eq!(known.is_confirmed, entry["confirmed"] == true, "{entry}");
            if list == "work" {
                assert!(is_weekend(day), "{entry}");
                // The day it is worked for names it.
                let [_, month, date] = iso(day);
                let (month, date) = (month.trim_start_matches('0').to_owned(), date);
                let pair = format!("{date}/{month}");
                let swapped = calendar.days().iter().find(|special| {
                    special.kind == records::calendar::Kind::Off
                        && special.name.contains("hoán đổi")
                        && special.name.replace("/0", "/").contains(&pair)
                });
                assert!(swapped.is_some_and(|s| !is_weekend(s.day)), "{entry}");
            }
        }
    }
    assert_eq!(listed, calendar.days().len(), "each day once");
    // The days that the law fixes are off in every year.
    for year in &calendar.years {
        for day in ["01-01", "04-30", "05-01", "09-02"] {
            let day = date::parse(&format!("{year}-{day}")).unwrap();
            assert!(!calendar.is_working(day) && calendar.is_sure(day));
        }
    }
}

/// Year, month and day as texts.
fn iso(day: date::Day) -> [String; 3] {
    let text = date::format(day);
    let parts: Vec<&str> = text.split('-').collect();
    [
        parts[0].to_owned(),
        parts[1].to_owned(),
        parts[2].to_owned(),
    ]
}

#[test]
fn every_icon_is_in_the_sprite_and_short_names_are_short() {
    let sprite =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../style/icons.svg"))
            .unwrap();
    for form in &catalogue().forms {
        assert!(
            sprite.contains(&format!("<symbol id=\"{}\"", form.icon)),
            "{}",
            form.icon
        );
        assert!(
            (1..=14).contains(&form.short.chars().count()),
            "{}",
            form.short
        );
        assert!(!form.verb.is_empty() && !form.label.is_empty() && !form.sources.is_empty());
    }
}

#[test]
fn every_text_is_composed_trimmed_and_free_of_look_alikes() {
    fn check(place: &str, value: &Value) {
        match value {
            Value::String(text) => {
                // Vietnamese has a composed form of every letter: a mark on its own is a text that is not NFC.
                let marks = text.chars().filter(|c| matches!(c, '\u{300}'..='\u{36f}'));
                assert_eq!(marks.count(), 0, "{place}: {text}");
                let odd = |c: &char| {
                    matches!(
                        c,
                        'ð' | 'Ð' | '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{a0}' | '\u{fffd}'
                    )
                };
                assert_eq!(text.chars().find(odd), None, "{place}: {text}");
                assert!(!text.contains("  "), "{place}: {text}");
                let is_separator = !text.chars().any(char::is_alphanumeric);
                assert!(text.trim() == text || is_separator, "{place}: “{text}”");
            }
            Value::Array(items) => items.iter().for_each(|item| check(place, item)),
            Value::Object(fields) => fields.values().for_each(|value| check(place, value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    for (name, text) in texts("forms").into_iter().chain(texts("programmes")) {
        check(&name, &serde_json::from_str(&text).unwrap());
    }
    let guide = fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../catalogue/guide.json"),
    )
    .unwrap();
    check("guide", &serde_json::from_str(&guide).unwrap());
    let calendar = fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../catalogue/calendar.json"),
    )
    .unwrap();
    check("calendar", &serde_json::from_str(&calendar).unwrap());
}
