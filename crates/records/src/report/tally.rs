//! Counts records for a report, one after the other: this period and the same of the year before, in one pass.
//!
//! Nothing is kept of a record but its name, so the caller may drop it. Records that are deleted are not offered.

use serde_json::Value;

use super::{Indicator, Origin, Query, Report, period::Period, period::Span};
use crate::{
    date::{self, Day},
    expr::{self, Scope},
    form::Form,
    id::RecordId,
    table::{Set, Table},
};

/// A record as a report reads it.
#[derive(Debug, Clone, Copy)]
pub struct Counted<'a> {
    /// Its name.
    pub id: RecordId,
    /// The version of the form it is read with.
    pub form: &'a Form,
    /// As `Record::to_doc` gives it.
    pub doc: &'a Value,
    /// Declared official, and without problems.
    pub is_official: bool,
}

/// The figures of a report while records are counted.
#[derive(Debug, Clone)]
pub struct Tally<'a> {
    pub(super) report: &'a Report,
    spans: Option<[Span; 2]>,
    /// As the figures of the report.
    pub(super) counts: Vec<[Count; 2]>,
    pub(super) left_out: Vec<RecordId>,
    /// The first date of the records of a form.
    first: Table<String, Day>,
}

/// One figure of one period.
#[derive(Debug, Clone)]
pub(super) struct Count {
    /// `None` once something cannot be added up.
    pub(super) value: Option<i64>,
    pub(super) records: Vec<RecordId>,
    seen: Set<String>,
}

/// A record, or an entry in it.
struct Place<'a> {
    record: Counted<'a>,
    scope: Scope<'a>,
}

impl Count {
    const fn new() -> Self {
        Self {
            value: Some(0),
            records: Vec::new(),
            seen: Set::new(),
        }
    }

    fn add(&mut self, amount: Option<i64>, record: RecordId) {
        self.value = self
            .value
            .zip(amount)
            .and_then(|(sum, more)| sum.checked_add(more));
        if self.records.last() != Some(&record) {
            self.records.push(record);
        }
    }
}

impl<'a> Tally<'a> {
    /// Nothing is counted yet. A period that is none gives no figure.
    #[must_use]
    pub fn new(report: &'a Report, period: &Period) -> Self {
        Self {
            report,
            spans: period.span().map(|span| [span, span.year_before()]),
            counts: report.figures.iter().map(|_| EMPTY).collect(),
            left_out: Vec::new(),
            first: Table::new(),
        }
    }

    /// Counts a record.
    pub fn add(&mut self, record: &Counted<'_>) {
        let Some(spans) = self.spans else { return };
        let (report, mut is_left_out) = (self.report, false);
        if let Some(day) = day(record.doc.get(&record.form.date)) {
            let first = self.first.get_or_insert(record.form.id.clone(), day);
            *first = day.min(*first);
        }
        for (figure, counts) in report.figures.iter().zip(&mut self.counts) {
            let Some(query) = figure.query().filter(|q| q.form == record.form.id) else {
                continue;
            };
            each(record, query, &mut |place, day| {
                let [now, before] = &spans;
                let counts = counts.iter_mut().zip([now, before]);
                for (count, _) in counts.filter(|(_, span)| span.has(day)) {
                    if record.is_official || !query.is_official {
                        take(figure, query, place, count);
                    } else {
                        is_left_out |= now.has(day);
                    }
                }
            });
        }
        if is_left_out {
            self.left_out.push(record.id);
        }
    }

    /// Whether the notebook can know the year before: it holds a record of that form from then, or from before.
    pub(super) fn is_known_before(&self, form: &str) -> bool {
        let first = self.first.get(form);
        self.spans
            .zip(first)
            .is_some_and(|([_, before], first)| *first <= before.to)
    }

    /// Whether the period is one.
    pub(super) fn has_period(&self) -> bool {
        self.spans.is_some()
    }
}

const EMPTY: [Count; 2] = [Count::new(), Count::new()];

impl Indicator {
    /// Which records it counts.
    #[must_use]
    pub fn query(&self) -> Option<&Query> {
        match &self.origin {
            Origin::Count(query) | Origin::Sum(query) | Origin::Distinct(query) => Some(query),
            Origin::Formula(_) | Origin::Share { .. } | Origin::Typed => None,
        }
    }
}

/// The places of a record that a query counts, each with the day that puts it into a period.
fn each(record: &Counted<'_>, query: &Query, visit: &mut dyn FnMut(&Place<'_>, Day)) {
    let scope = Scope::of(record.doc, Some(record.form));
    let mut see = |scope: Scope<'_>| {
        let day = if query.date.is_null() {
            day(record.doc.get(&record.form.date))
        } else {
            day(Some(&expr::eval(&query.date, &scope)))
        };
        if let Some(day) = day.filter(|_| expr::holds(&query.condition, &scope)) {
            let record = *record;
            visit(&Place { record, scope }, day);
        }
    };
    if query.per.is_empty() {
        see(scope);
        return;
    }
    let entries = record.doc.get(&query.per).and_then(Value::as_array);
    for entry in entries.map_or(&[][..], Vec::as_slice) {
        let around = [entry];
        see(Scope {
            entries: &around,
            ..scope
        });
    }
}

fn day(value: Option<&Value>) -> Option<Day> {
    date::parse(value?.as_str()?)
}

fn take(figure: &Indicator, query: &Query, place: &Place<'_>, count: &mut Count) {
    let record = place.record.id;
    let value = || expr::eval(&query.value, &place.scope);
    match &figure.origin {
        Origin::Count(_) => count.add(Some(1), record),
        Origin::Sum(_) => {
            let value = value();
            if !value.is_null() {
                count.add(value.as_i64(), record);
            }
        }
        Origin::Distinct(_) => {
            let name = if query.value.is_null() {
                record.to_string()
            } else {
                told_apart(&expr::to_text(&value()))
            };
            if !name.is_empty() {
                let is_new = count.seen.insert(name);
                count.add(Some(i64::from(is_new)), record);
            }
        }
        Origin::Formula(_) | Origin::Share { .. } | Origin::Typed => {}
    }
}

/// Two ways to type the same name are one: capitals and spaces make no difference, marks do (má is not mạ).
fn told_apart(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").to_lowercase()
}
