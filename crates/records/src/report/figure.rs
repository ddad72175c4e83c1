//! The figures of a report: what was counted, what was typed, and what follows from both.

use serde_json::{Map, Value};

use super::{
    Indicator, Origin, Report, fixed,
    period::Period,
    tally::{Count, Counted, Tally},
};
use crate::{
    expr::{self, Scope},
    id::RecordId,
    order,
};

/// A report worked out for a period.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Computed {
    /// As the figures of the report.
    pub figures: Vec<Figure>,
    /// Records of the period that would count, were they official.
    pub left_out: Vec<RecordId>,
}

/// One figure of a period. What is not known is `None`, never 0.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Figure {
    /// Which.
    pub id: String,
    /// Its value, in the smallest of its places.
    pub value: Option<i64>,
    /// What the records give, where a person typed another value.
    pub counted: Option<i64>,
    /// The value of the same period of the year before.
    pub last: Option<i64>,
    /// The change from then, in tenths of a percent; `None` when there was nothing, and of a percentage.
    pub change: Option<i64>,
    /// The records behind the value.
    pub records: Vec<RecordId>,
    /// The records behind the value of the year before.
    pub last_records: Vec<RecordId>,
    /// A person typed the value.
    pub is_typed: bool,
}

/// What a person typed for a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Typed {
    /// Of this period.
    pub now: Option<i64>,
    /// Of the same period of the year before.
    pub last: Option<i64>,
}

/// Finds what a person typed for a figure.
pub type TypedFigures<'a> = &'a dyn Fn(&Indicator) -> Typed;

/// Works a report out. Records that are deleted are not among `records`.
#[must_use]
pub fn compute(
    report: &Report,
    period: &Period,
    records: &mut dyn Iterator<Item = Counted<'_>>,
    typed: TypedFigures<'_>,
) -> Computed {
    let mut tally = Tally::new(report, period);
    for record in records {
        tally.add(&record);
    }
    tally.finish(typed)
}

impl Tally<'_> {
    /// The figures, when all records are counted. A formula sees the figures that stand before it.
    #[must_use]
    pub fn finish(mut self, typed: TypedFigures<'_>) -> Computed {
        let counts = core::mem::take(&mut self.counts);
        let (mut now, mut last) = (Values::default(), Values::default());
        let mut figures: Vec<Figure> = Vec::new();
        for (indicator, [count, count_last]) in self.report.figures.iter().zip(counts) {
            let entered = typed(indicator);
            let mut figure = Figure {
                id: indicator.id.clone(),
                ..Figure::default()
            };
            if indicator.query().is_some() && self.has_period() {
                self.take_counts(indicator, count, count_last, &mut figure);
            }
            match &indicator.origin {
                Origin::Formula(formula) => {
                    (figure.value, figure.last) = (now.formula(formula), last.formula(formula));
                    behind(&names(formula), &figures, &mut figure);
                }
                Origin::Share { part, whole } => {
                    (figure.value, figure.last) = (now.share(part, whole), last.share(part, whole));
                    behind(&[part, whole], &figures, &mut figure);
                }
                Origin::Count(_) | Origin::Sum(_) | Origin::Distinct(_) | Origin::Typed => {
                    figure.is_typed = entered.now.is_some() || indicator.query().is_none();
                    figure.value = entered.now.or(figure.value);
                    figure.last = entered.last.or(figure.last);
                }
            }
            figure.change = change(indicator, figure.value, figure.last);
            now.put(indicator, figure.value);
            last.put(indicator, figure.last);
            figures.push(figure);
        }
        Computed {
            figures,
            left_out: self.left_out,
        }
    }

    fn take_counts(&self, indicator: &Indicator, now: Count, last: Count, figure: &mut Figure) {
        (figure.value, figure.counted) = (now.value, now.value);
        figure.records = now.records;
        let form = indicator.query().map_or("", |query| query.form.as_str());
        if self.is_known_before(form) {
            figure.last = last.value;
            figure.last_records = last.records;
        }
    }
}

/// The known figures of one period, as an expression reads them.
#[derive(Default)]
struct Values(Value);

impl Values {
    fn put(&mut self, indicator: &Indicator, value: Option<i64>) {
        if self.0.is_null() {
            self.0 = Value::Object(Map::new());
        }
        if let (Value::Object(known), Some(value)) = (&mut self.0, value) {
            known.insert(indicator.id.clone(), Value::from(value));
        }
    }

    fn get(&self, id: &str) -> Option<i64> {
        self.0.get(id)?.as_i64()
    }

    /// An expression takes what is missing for 0; a figure may not.
    fn formula(&self, formula: &Value) -> Option<i64> {
        let is_known = names(formula).iter().all(|name| self.get(name).is_some());
        let value = is_known.then(|| expr::eval(formula, &Scope::of(&self.0, None)));
        value?.as_i64()
    }

    fn share(&self, part: &str, whole: &str) -> Option<i64> {
        fixed::ratio(self.get(part)?, self.get(whole)?, 1_000)
    }
}

/// The figures that a formula names.
#[must_use]
pub fn names(formula: &Value) -> Vec<&str> {
    let mut found = Vec::new();
    collect(formula, &mut found);
    found
}

fn collect<'a>(formula: &'a Value, found: &mut Vec<&'a str>) {
    match formula {
        Value::String(text) => {
            found.extend(text.strip_prefix('$').filter(|name| !name.starts_with('$')));
        }
        Value::Array(operands) => operands.iter().for_each(|part| collect(part, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => {}
    }
}

/// The records behind other figures, each once.
fn behind(names: &[&str], figures: &[Figure], of: &mut Figure) {
    let parts = figures.iter().filter(|f| names.contains(&f.id.as_str()));
    for part in parts {
        of.records.extend_from_slice(&part.records);
        of.last_records.extend_from_slice(&part.last_records);
    }
    for all in [&mut of.records, &mut of.last_records] {
        order::sort(all, &mut |a, b| a < b);
        all.dedup();
    }
}

/// A percentage of a percentage says nothing that a person can use.
pub(super) fn change(indicator: &Indicator, value: Option<i64>, last: Option<i64>) -> Option<i64> {
    if indicator.unit == "%" {
        return None;
    }
    let (value, last) = (value?, last?);
    fixed::ratio(value.checked_sub(last)?, last, 1_000)
}

impl Computed {
    /// A figure.
    #[must_use]
    pub fn figure(&self, id: &str) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.id == id)
    }
}
