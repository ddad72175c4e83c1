//! Every figure of every report counted a second way, over generated records: with all records in memory, dates compared
//! as texts, and an evaluator of its own for the few operators that reports use.

use std::{collections::BTreeSet, rc::Rc};

use records::{
    form::{Field, Form, Kind},
    id::RecordId,
    report::{
        Indicator, Origin, Query, Report,
        figure::Figure,
        period::{Period, periods},
    },
};
use serde_json::{Map, Value, json};

use super::{Held, computed, nothing, reports};
use crate::forms::catalogue;

/// A row of numbers from a seed (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % n
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// Few days, so that edges are met: ends of windows, of months, of February.
const DAYS: [&str; 20] = [
    "2024-12-14",
    "2024-12-15",
    "2024-12-31",
    "2025-01-15",
    "2025-02-28",
    "2025-03-14",
    "2025-03-31",
    "2025-06-14",
    "2025-06-30",
    "2025-09-15",
    "2025-12-14",
    "2025-12-15",
    "2026-01-01",
    "2026-01-31",
    "2026-02-28",
    "2026-03-15",
    "2026-06-14",
    "2026-07-01",
    "2026-12-14",
    "2026-12-31",
];

/// Records of all forms that reports count, with anything in their fields or nothing.
pub(super) fn generated(seed: u64, count: usize) -> Vec<Held> {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let reports = reports();
    let queries = reports
        .iter()
        .flat_map(|r| &r.figures)
        .filter_map(Indicator::query);
    let used: BTreeSet<&str> = queries.map(|q| q.form.as_str()).collect();
    let all = catalogue().forms.into_iter();
    let all = all.filter(|form| used.contains(form.id.as_str()));
    let forms: Vec<Rc<Form>> = all.map(Rc::new).collect();
    // Most figures are about these, and some of them need several things at once.
    let is_much_asked = |form: &&Rc<Form>| form.id == "tiep_cong_dan" || form.id == "mo_hinh";
    let much_asked: Vec<Rc<Form>> = forms.iter().filter(is_much_asked).cloned().collect();
    let mut held = Vec::new();
    for n in 0..count {
        let from = if dice.below(2) == 0 {
            &much_asked
        } else {
            &forms
        };
        let form = Rc::clone(dice.one(from));
        let doc = filled(&mut form.fields(), &mut dice);
        let mut random = [0; 10];
        random[..8].copy_from_slice(&u64::try_from(n).unwrap().to_be_bytes());
        held.push(Held {
            id: RecordId::new(1, random),
            form,
            doc: Value::Object(doc),
            is_official: dice.below(8) > 0,
        });
    }
    held
}

fn filled(fields: &mut dyn Iterator<Item = &Field>, dice: &mut Dice) -> Map<String, Value> {
    let mut doc = Map::new();
    for field in fields {
        if field.kind != Kind::Group && dice.below(6) == 0 {
            continue;
        }
        let value = sample(field, dice);
        if value.is_null() {
            continue;
        }
        doc.insert(field.key.clone(), value);
    }
    doc
}

/// Anything that the field takes; of the kinds that no report asks for, nothing.
fn sample(field: &Field, dice: &mut Dice) -> Value {
    match field.kind {
        Kind::Date => json!(dice.one(&DAYS)),
        Kind::Number => json!(dice.below(7)),
        Kind::YesNo => json!(dice.below(2) == 0),
        Kind::Choice => {
            // Of many the first ones are the common ones.
            let all = field.options.len();
            let among = *dice.one(&[all, if all > 8 { 4 } else { all }]);
            json!(dice.one(&field.options[..among]).0)
        }
        Kind::Text => json!(dice.one(&["A", "a ", "B  c", "b c", " "])),
        Kind::DocRef => json!({"so": "1", "ngay": dice.one(&DAYS)}),
        Kind::Person => json!({"ho_ten": "Lê A"}),
        Kind::Group => {
            let mut entries = Vec::new();
            for n in 0..dice.below(4) {
                let mut entry = filled(&mut field.fields.iter(), dice);
                entry.insert("@id".to_owned(), json!(format!("e{n}")));
                entries.push(Value::Object(entry));
            }
            Value::Array(entries)
        }
        Kind::LongText
        | Kind::Decimal
        | Kind::Time
        | Kind::Choices
        | Kind::Identity
        | Kind::Phone
        | Kind::Address
        | Kind::Link
        | Kind::Computed => Value::Null,
    }
}

/// A name's value: of the entry, else of the record.
fn look(name: &str, doc: &Value, entry: Option<&Value>) -> Value {
    let own = entry.and_then(|entry| entry.get(name));
    own.or_else(|| doc.get(name)).cloned().unwrap_or_default()
}

fn is_given(value: &Value) -> bool {
    let is_blank = |text: &str| text.chars().all(char::is_whitespace);
    let parts = value.as_object().map(|parts| parts.values().any(is_given));
    !value.is_null() && !value.as_str().is_some_and(is_blank) && parts != Some(false)
}

fn is_yes(value: &Value) -> bool {
    is_given(value) && *value != json!(false) && *value != json!(0)
}

fn value_of(expr: &Value, doc: &Value, entry: Option<&Value>) -> Value {
    let Some(call) = expr.as_array() else {
        let name = expr.as_str().and_then(|text| text.strip_prefix('$'));
        return name.map_or_else(|| expr.clone(), |name| look(name, doc, entry));
    };
    let arg = |at: usize| value_of(&call[at], doc, entry);
    let mut rest = (1..call.len()).map(arg);
    match call[0].as_str().unwrap() {
        "=" => json!(arg(1) == arg(2)),
        "!=" => json!(arg(1) != arg(2)),
        ">=" => match (arg(1).as_i64(), arg(2).as_i64()) {
            (Some(a), Some(b)) => json!(a >= b),
            _ => json!(false),
        },
        "in" => json!((2..call.len()).any(|at| arg(at) == arg(1))),
        "and" => json!(rest.all(|v| is_yes(&v))),
        "or" => json!(rest.any(|v| is_yes(&v))),
        "not" => json!(!is_yes(&arg(1))),
        "filled" => json!(is_given(&arg(1))),
        "empty" => json!(!is_given(&arg(1))),
        "if" => arg(if is_yes(&arg(1)) { 2 } else { 3 }),
        other => {
            assert_eq!(
                other, "",
                "a report uses it: teach the second path what it means"
            );
            Value::Null
        }
    }
}

/// Everything a query counts between two days: the record and what it is worth.
fn found<'a>(query: &Query, held: &'a [Held], from: &str, to: &str) -> Vec<(&'a Held, Value)> {
    let mut all = Vec::new();
    for one in held
        .iter()
        .filter(|one| one.form.id == query.form && one.is_official)
    {
        let entries = one.doc.get(&query.per).and_then(Value::as_array);
        let places: Vec<Option<&Value>> = if query.per.is_empty() {
            vec![None]
        } else {
            entries.into_iter().flatten().map(Some).collect()
        };
        for place in places {
            let date = if query.date.is_null() {
                look(&one.form.date, &one.doc, None)
            } else {
                value_of(&query.date, &one.doc, place)
            };
            let date = date.as_str().unwrap_or_default();
            let holds = is_yes(&value_of(&query.condition, &one.doc, place));
            if holds && from <= date && date <= to {
                all.push((one, value_of(&query.value, &one.doc, place)));
            }
        }
    }
    all
}

fn number(figure: &Indicator, all: &[(&Held, Value)]) -> i64 {
    if let Origin::Sum(_) = &figure.origin {
        return all.iter().filter_map(|(_, value)| value.as_i64()).sum();
    }
    let count = match figure
        .query()
        .filter(|_| matches!(figure.origin, Origin::Distinct(_)))
    {
        None => all.len(),
        Some(query) if query.value.is_null() => {
            let ids = all.iter().map(|(one, _)| one.id);
            ids.collect::<BTreeSet<_>>().len()
        }
        Some(_) => {
            let texts = all.iter().filter_map(|(_, value)| value.as_str());
            let names = texts.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
            let names = names.filter(|name| !name.is_empty());
            names
                .map(|name| name.to_lowercase())
                .collect::<BTreeSet<_>>()
                .len()
        }
    };
    i64::try_from(count).unwrap()
}

/// The text of the same day one year before; the end of a month stays its end.
fn year_before(day: &str, is_end: bool) -> String {
    let (year, rest) = day.split_at(4);
    let year: i64 = year.parse::<i64>().unwrap() - 1;
    let is_leap = year % 4 == 0;
    match rest {
        "-02-29" => format!("{year}-02-28"),
        "-02-28" if is_end && is_leap => format!("{year}-02-29"),
        _ => format!("{year}{rest}"),
    }
}

fn compare(figure: &Indicator, held: &[Held], days: (&str, &str), got: &Figure) {
    let query = figure.query().unwrap();
    let now = found(query, held, days.0, days.1);
    let number_now = number(figure, &now);
    assert_eq!(got.value, Some(number_now), "{}", figure.id);
    let before = (year_before(days.0, false), year_before(days.1, true));
    let dates = held.iter().filter(|one| one.form.id == query.form);
    let mut dates = dates.filter_map(|one| one.doc.get(&one.form.date)?.as_str());
    let is_known = dates.any(|date| date <= before.1.as_str());
    let last = number(figure, &found(query, held, &before.0, &before.1));
    assert_eq!(got.last, is_known.then_some(last), "{}", figure.id);
    // All records behind a number are among those found, and none of those that give something is missing.
    let behind: BTreeSet<RecordId> = got.records.iter().copied().collect();
    let all: BTreeSet<RecordId> = now.iter().map(|(one, _)| one.id).collect();
    assert_eq!(behind.len(), got.records.len(), "{} twice", figure.id);
    assert!(behind.is_subset(&all), "{}", figure.id);
    if matches!(figure.origin, Origin::Count(_)) {
        assert_eq!(behind, all, "{}", figure.id);
    }
}

#[test]
fn every_counted_figure_of_every_report_is_what_a_naive_count_gives() {
    for seed in 1..=6 {
        let held = generated(seed, 300);
        for report in &reports() {
            // Each seed meets the year and a fourth of the other periods.
            let chosen = |(at, period): &(u64, Period)| period.id == "NAM" || (at + seed) % 4 == 0;
            for (_, period) in (0..).zip(periods(report, 2026)).filter(chosen) {
                let got = computed(report, &period, &held, &nothing);
                let days = (period.from.as_str(), period.to.as_str());
                for (figure, got) in report.figures.iter().zip(&got.figures) {
                    if figure.query().is_some() {
                        compare(figure, &held, days, got);
                    }
                }
            }
        }
    }
}

/// The companion of the comparison: two counts of nothing would agree about anything.
#[test]
fn the_generator_makes_something_for_every_figure() {
    let held = generated(7, 6_000);
    for report in &reports() {
        let year = super::period(report, "NAM", 2026);
        let found = computed(report, &year, &held, &nothing);
        for (figure, got) in report.figures.iter().zip(&found.figures) {
            let is_met = got.value.is_some_and(|n| n > 0) && got.last.is_some_and(|n| n > 0);
            assert_eq!(
                is_met,
                figure.origin != Origin::Typed && !needs_typed(report, figure),
                "{}",
                figure.id
            );
        }
    }
}

fn needs_typed(report: &Report, figure: &Indicator) -> bool {
    let is_typed = |id: &str| report.indicator(id).unwrap().origin == Origin::Typed;
    matches!(&figure.origin, Origin::Share { part, whole } if is_typed(part) || is_typed(whole))
}

#[test]
fn formulas_and_shares_follow_from_the_figures_beside_them() {
    let held = generated(3, 300);
    for report in &reports() {
        for period in periods(report, 2026).into_iter().take(4) {
            let all = computed(report, &period, &held, &nothing);
            let value = |id: &str| all.figure(id).unwrap().value;
            for (figure, got) in report.figures.iter().zip(&all.figures) {
                if let Origin::Formula(formula) = &figure.origin {
                    assert_eq!(formula[0], "+", "teach the second path the others");
                    let names = records::report::figure::names(formula);
                    let sum = names.iter().map(|name| value(name)).sum::<Option<i64>>();
                    assert_eq!(got.value, sum, "{}", figure.id);
                }
                if let Origin::Share { part, whole } = &figure.origin {
                    let known = value(part)
                        .zip(value(whole))
                        .filter(|(_, whole)| *whole > 0);
                    let expected = known.map(|(part, whole)| (part * 1_000 + whole / 2) / whole);
                    assert_eq!(got.value, expected, "{}", figure.id);
                }
                if figure.origin == Origin::Typed {
                    assert_eq!((got.value, got.is_typed), (None, true));
                }
            }
        }
    }
}
