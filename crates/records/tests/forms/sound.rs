//! What the files of `catalogue/` say of themselves holds.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use records::{
    calendar::{Unit, is_weekend},
    date,
    form::{Field, Form, Kind, Register},
};
use serde_json::Value;

use super::{catalogue, registers, texts};

/// Operators with the least and the most operands they take (`docs/FORMS.md`).
pub(crate) const OPERATORS: [(&str, usize, usize); 33] = [
    ("=", 2, 2),
    ("!=", 2, 2),
    ("<", 2, 2),
    ("<=", 2, 2),
    (">", 2, 2),
    (">=", 2, 2),
    ("and", 2, 9),
    ("or", 2, 9),
    ("not", 1, 1),
    ("in", 2, 20),
    ("filled", 1, 1),
    ("empty", 1, 1),
    ("+", 2, 9),
    ("-", 2, 2),
    ("*", 2, 9),
    ("count", 1, 1),
    ("sum", 1, 1),
    ("any", 1, 1),
    ("all", 1, 1),
    ("min", 1, 1),
    ("max", 1, 1),
    ("first", 1, 1),
    ("last_by", 3, 3),
    ("days", 2, 2),
    ("add_days", 2, 2),
    ("add_months", 2, 2),
    ("year", 1, 1),
    ("if", 3, 3),
    ("join", 2, 20),
    ("label", 1, 2),
    ("date", 1, 1),
    ("row", 0, 0),
    ("mark", 1, 1),
];

/// What a composite value consists of.
fn parts(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Person => &["ho_ten", "chuc_vu"],
        Kind::Identity => &["loai", "so", "ngay_cap", "noi_cap"],
        Kind::Address => &["chi_tiet", "xa"],
        Kind::DocRef => &["so", "ngay"],
        Kind::Text
        | Kind::LongText
        | Kind::Number
        | Kind::Decimal
        | Kind::Date
        | Kind::Time
        | Kind::Choice
        | Kind::Choices
        | Kind::YesNo
        | Kind::Phone
        | Kind::Link
        | Kind::Group
        | Kind::Computed => &[],
    }
}

fn find<'a>(fields: impl IntoIterator<Item = &'a Field>, key: &str) -> Option<&'a Field> {
    fields.into_iter().find(|field| field.key == key)
}

pub(crate) fn group<'a>(form: &'a Form, key: &str) -> &'a Field {
    let found = find(form.fields(), key).filter(|field| field.kind == Kind::Group);
    assert!(found.is_some(), "{}: no group “{key}”", form.id);
    found.unwrap()
}

fn walk<'a>(
    fields: &mut dyn Iterator<Item = &'a Field>,
    above: &[&'a Field],
    visit: &mut dyn FnMut(&'a Field, &[&'a Field]),
) {
    for field in fields {
        visit(field, above);
        let mut chain = vec![field];
        chain.extend_from_slice(above);
        walk(&mut field.fields.iter(), &chain, visit);
    }
}

/// Every expression of a form with where it stands and the groups around it, innermost first.
fn expressions<'a>(
    form: &'a Form,
    registers: &'a [Register],
) -> Vec<(String, &'a Value, Vec<&'a Field>)> {
    let mut all = Vec::new();
    let mut add = |place: String, value, groups: &[&'_ Field]| {
        if value != &Value::Null {
            all.push((
                place,
                value,
                groups.iter().map(|g| find_in(form, g)).collect(),
            ));
        }
    };
    for value in form.title.iter().chain(&form.subtitle) {
        add("title, subtitle".to_owned(), value, &[]);
    }
    for section in &form.sections {
        if let Some(condition) = &section.show_if {
            add(section.label.clone(), condition, &[]);
        }
    }
    walk(&mut form.fields(), &[], &mut |field, above| {
        let place = |what: &str| format!("{} {what}", field.key);
        add(place("value"), &field.value, above);
        if let Some(condition) = &field.show_if {
            add(place("show_if"), condition, above);
        }
        let mut inside = vec![field];
        inside.extend_from_slice(above);
        add(place("title"), &field.title, &inside);
        if !field.required.is_boolean() {
            add(place("required"), &field.required, above);
        }
    });
    for rule in &form.rules {
        let around: Vec<&Field> = rule
            .field
            .split_once('.')
            .map(|(g, _)| group(form, g))
            .into_iter()
            .collect();
        add(rule.say.clone(), &rule.condition, &around);
    }
    for rule in &form.deadlines {
        let name = (!rule.per.is_empty()).then_some(rule.per.as_str());
        let around: Vec<&Field> = name.map(|g| group(form, g)).into_iter().collect();
        let parts = [&rule.condition, &rule.from, &rule.count, &rule.done];
        for expr in parts.into_iter().chain([&rule.owner]) {
            add(rule.id.clone(), expr, &around);
        }
    }
    for register in registers {
        let around: Vec<&Field> = register.per.iter().map(|g| group(form, g)).collect();
        for column in &register.columns {
            add(
                format!("{} {}", register.id, column.label),
                &column.value,
                &around,
            );
        }
    }
    all
}

/// The same field with the form's own lifetime.
fn find_in<'a>(form: &'a Form, wanted: &Field) -> &'a Field {
    let mut found = None;
    walk(&mut form.fields(), &[], &mut |field, _| {
        if core::ptr::eq(field, wanted) {
            found = Some(field);
        }
    });
    found.unwrap()
}

/// Every `$name` and every call of an expression; returns its nodes and its depth.
pub(crate) fn take_apart<'a>(
    expr: &'a Value,
    on_name: &mut dyn FnMut(&'a str),
    on_call: &mut dyn FnMut(&'a str, &'a [Value]),
) -> (usize, usize) {
    match expr {
        Value::String(text) => {
            if let Some(name) = text.strip_prefix('$').filter(|name| !name.starts_with('$')) {
                on_name(name);
            }
            (1, 1)
        }
        Value::Array(list) => {
            let (operator, operands) = list.split_first().unwrap();
            on_call(operator.as_str().unwrap_or_default(), operands);
            let inner: Vec<_> = operands
                .iter()
                .map(|e| take_apart(e, on_name, on_call))
                .collect();
            let nodes = inner.iter().map(|(nodes, _)| nodes).sum::<usize>();
            (
                nodes + 1,
                inner.iter().map(|(_, depth)| *depth).max().unwrap_or(0) + 1,
            )
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => (1, 1),
    }
}

/// The field that a name means, or why it means none.
pub(crate) fn resolve<'a>(
    form: &'a Form,
    groups: &[&'a Field],
    name: &str,
) -> Result<&'a Field, String> {
    let mut steps = name.split('.');
    let head = steps.next().unwrap_or_default();
    let own = groups.iter().find_map(|group| find(&group.fields, head));
    let top = find(form.fields(), head);
    if let (Some(own), Some(top)) = (own, top) {
        // An empty field of an entry would show the record's.
        return Err(format!("${head} means {} and {}", own.label, top.label));
    }
    let mut field = own.or(top).ok_or_else(|| format!("${head} is no field"))?;
    for step in steps {
        match find(&field.fields, step) {
            Some(inner) => field = inner,
            None if parts(field.kind).contains(&step) => {}
            None => return Err(format!("${name}: no “{step}” in {}", field.key)),
        }
    }
    if field.kind == Kind::Computed {
        return Err(format!("${name} is computed and never stored"));
    }
    Ok(field)
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
    assert_eq!(catalogue.kinds().len(), 14);
}

#[test]
fn every_key_in_the_files_is_one_that_the_documentation_names() {
    const FORM: &str = "id version valid_from valid_to label short verb icon order quick core sources note title subtitle date due due_done due_owner due_open sections rules deadlines registers";
    const FIELD: &str = "key label type required show_if default help placeholder secret suggest source valid_from valid_to max min unit places options to fields item title start value";
    const DEADLINE: &str = "id label if per from count unit roll before field done owner source confidence valid_from valid_to";
    fn check(place: &str, value: &Value, allowed: &str) {
        for key in value.as_object().unwrap().keys() {
            assert!(
                allowed.split(' ').any(|a| a == key),
                "{place}: “{key}” means nothing"
            );
        }
    }
    fn fields(place: &str, list: &Value) {
        for field in list.as_array().into_iter().flatten() {
            check(place, field, FIELD);
            fields(place, &field["fields"]);
        }
    }
    fn each(list: &Value) -> impl Iterator<Item = &Value> {
        list.as_array().into_iter().flatten()
    }
    for (name, text) in texts("forms") {
        let form: Value = serde_json::from_str(&text).unwrap();
        check(&name, &form, FORM);
        for section in each(&form["sections"]) {
            check(&name, section, "label show_if fields");
            fields(&name, &section["fields"]);
        }
        each(&form["rules"]).for_each(|rule| check(&name, rule, "if field level say"));
        each(&form["deadlines"]).for_each(|rule| check(&name, rule, DEADLINE));
        for register in each(&form["registers"]) {
            check(&name, register, "id label valid_from valid_to per columns");
            each(&register["columns"]).for_each(|column| check(&name, column, "label value"));
        }
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
fn keys_are_unique_and_ascii_and_lie_two_groups_deep_at_most() {
    let is_key = |key: &str| {
        key.bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    for form in &catalogue().forms {
        assert!(is_key(&form.id), "{}", form.id);
        let mut seen = BTreeSet::new();
        walk(&mut form.fields(), &[], &mut |field, above| {
            let keys: Vec<&str> = above.iter().map(|g| g.key.as_str()).collect();
            assert!(is_key(&field.key) && !field.key.is_empty(), "{}", field.key);
            assert!(
                seen.insert((keys, field.key.as_str())),
                "{} {} twice",
                form.id,
                field.key
            );
            assert!(above.len() < 3 && (above.len() < 2 || field.kind != Kind::Group));
            assert_eq!(
                field.kind == Kind::Group,
                !field.fields.is_empty(),
                "{}",
                field.key
            );
            assert_eq!(
                field.kind == Kind::Group,
                !field.item.is_empty(),
                "{}",
                field.key
            );
            assert_eq!(
                field.kind == Kind::Link,
                !field.targets().is_empty(),
                "{}",
                field.key
            );
            assert_eq!(
                field.kind == Kind::Computed,
                !field.value.is_null(),
                "{}",
                field.key
            );
            let has_options = matches!(field.kind, Kind::Choice | Kind::Choices);
            assert_eq!(has_options, !field.options.is_empty(), "{}", field.key);
        });
    }
}

#[test]
fn a_published_key_keeps_its_type_and_an_option_its_meaning_in_every_version() {
    let catalogue = catalogue();
    let mut kinds: BTreeMap<(String, Vec<String>), (Kind, &Form)> = BTreeMap::new();
    let mut labels: BTreeMap<(String, String, String), String> = BTreeMap::new();
    for form in &catalogue.forms {
        walk(&mut form.fields(), &[], &mut |field, above| {
            let mut place: Vec<String> = above.iter().rev().map(|g| g.key.clone()).collect();
            place.push(field.key.clone());
            let name = place.join(".");
            let first = kinds
                .entry((form.id.clone(), place))
                .or_insert((field.kind, form));
            assert_eq!(
                first.0, field.kind,
                "{} {name}: {} and {}",
                form.id, first.1.version, form.version
            );
            for (option, label) in &field.options {
                let key = (form.id.clone(), name.clone(), option.clone());
                let first = labels.entry(key).or_insert_with(|| label.clone());
                assert_eq!(first, label, "{} {name} {option}", form.id);
            }
        });
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
fn every_name_in_every_expression_means_one_field() {
    let mut wrong = Vec::new();
    for form in &catalogue().forms {
        for (place, expr, groups) in expressions(form, &registers(form)) {
            let mut on_name = |name: &str| {
                if let Err(why) = resolve(form, &groups, name) {
                    wrong.push(format!("{} {}: {place}: {why}", form.id, form.version));
                }
            };
            take_apart(expr, &mut on_name, &mut |_, _| {});
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_operator_is_known_gets_its_operands_and_the_expression_stays_small() {
    let mut used = BTreeSet::new();
    for form in &catalogue().forms {
        for (place, expr, groups) in expressions(form, &registers(form)) {
            let mut on_call = |operator: &str, operands: &[Value]| {
                used.insert(operator.to_owned());
                let known = OPERATORS.iter().find(|(name, ..)| *name == operator);
                let (_, least, most) =
                    known.unwrap_or_else(|| panic!("{place}: “{operator}” in {expr}"));
                assert!(
                    (*least..=*most).contains(&operands.len()),
                    "{place}: {operator} in {expr}"
                );
                let named = operands.get(1).or(operands.first());
                if let ("label", Some(Value::String(name))) = (operator, named) {
                    labels_are_one(form, &groups, name.trim_start_matches('$'));
                }
                if operator == "last_by" {
                    names_are_in_the_group(form, &groups, operands);
                }
            };
            let (nodes, depth) = take_apart(expr, &mut |_| {}, &mut on_call);
            assert!(
                nodes <= 200 && depth <= 16,
                "{place}: {nodes} nodes, depth {depth}"
            );
        }
    }
    assert!(used.len() > 10, "the walk sees the expressions");
}

/// `label` looks an option up by the field's own name: two fields of that name must agree.
fn labels_are_one(form: &Form, groups: &[&Field], name: &str) {
    let meant = resolve(form, groups, name).unwrap();
    walk(&mut form.fields(), &[], &mut |field, _| {
        if field.key == meant.key && !field.options.is_empty() {
            assert_eq!(field.options, meant.options, "{} {name}", form.id);
        }
    });
}

/// `last_by` names two fields of the entries as plain texts.
fn names_are_in_the_group(form: &Form, groups: &[&Field], operands: &[Value]) {
    let texts: Vec<&str> = operands.iter().filter_map(Value::as_str).collect();
    let group = resolve(form, groups, texts[0].trim_start_matches('$')).unwrap();
    for name in &texts[1..] {
        assert!(find(&group.fields, name).is_some(), "{} {name}", form.id);
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
fn dates_dues_and_rules_lead_to_fields_that_are_there() {
    for form in &catalogue().forms {
        let at = |name: &str| {
            let (head, rest) = name
                .split_once('.')
                .map_or((name, None), |(h, r)| (h, Some(r)));
            let top = find(form.fields(), head);
            let field = top.and_then(|top| rest.map_or(Some(top), |rest| find(&top.fields, rest)));
            field.unwrap_or_else(|| panic!("{} {}: {name}", form.id, form.version))
        };
        assert_eq!(at(&form.date).kind, Kind::Date, "{}", form.id);
        assert!(!form.date.contains('.') && !form.title.is_empty());
        assert_eq!(form.due.is_some(), form.due_done.is_some(), "{}", form.id);
        for name in form.due.iter().chain(&form.due_done) {
            assert_eq!(at(name).kind, Kind::Date, "{} {name}", form.id);
        }
        let group = |name: &Option<String>| {
            name.as_ref()
                .and_then(|n| n.split_once('.').map(|(g, _)| g.to_owned()))
        };
        assert_eq!(
            group(&form.due),
            group(&form.due_done),
            "{}: one entry closes itself",
            form.id
        );
        for rule in &form.rules {
            assert!(!at(&rule.field).label.is_empty() && !rule.say.is_empty());
        }
        let registers = registers(form);
        let ids: BTreeSet<&str> = registers
            .iter()
            .map(|register| register.id.as_str())
            .collect();
        assert_eq!(ids.len(), registers.len(), "{}", form.id);
    }
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
fn options_are_unique_links_lead_to_forms_and_defaults_fit() {
    let catalogue = catalogue();
    let is_value = |v: &str| {
        v.bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    };
    for form in &catalogue.forms {
        walk(&mut form.fields(), &[], &mut |field, _| {
            let values: BTreeSet<&str> = field
                .options
                .iter()
                .map(|(value, _)| value.as_str())
                .collect();
            let labels: BTreeSet<&str> = field
                .options
                .iter()
                .map(|(_, label)| label.as_str())
                .collect();
            assert_eq!(
                (values.len(), labels.len()),
                (field.options.len(), field.options.len()),
                "{}",
                field.key
            );
            assert!(values.iter().all(|value| is_value(value)), "{}", field.key);
            assert!(
                field
                    .targets()
                    .iter()
                    .all(|to| catalogue.newest(to).is_some()),
                "{}",
                field.key
            );
            assert!(
                field.min.zip(field.max).is_none_or(|(min, max)| min <= max),
                "{}",
                field.key
            );
            let default = &field.default;
            let fits = match field.kind {
                Kind::Date => {
                    default == "today" || default.as_str().is_some_and(|d| date::parse(d).is_some())
                }
                Kind::Time => default == "now",
                Kind::Person => default == "me",
                Kind::Choice => default.as_str().is_some_and(|d| values.contains(d)),
                Kind::Choices => default.as_array().is_some_and(|d| {
                    d.iter()
                        .all(|d| d.as_str().is_some_and(|d| values.contains(d)))
                }),
                Kind::Number => default.is_i64(),
                Kind::YesNo => default.is_boolean(),
                Kind::Text | Kind::LongText => default.is_string(),
                Kind::Decimal
                | Kind::Identity
                | Kind::Phone
                | Kind::Address
                | Kind::DocRef
                | Kind::Link
                | Kind::Group
                | Kind::Computed => false,
            };
            assert!(
                default.is_null() || fits,
                "{} {}: default {default}",
                form.id,
                field.key
            );
        });
    }
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
