//! Reports: `sound` reads the files, `reception` works Biểu 01/TCD out by hand, `naive` counts every figure of every
//! report a second way, `kept` writes reports into records and freezes them.

mod kept;
mod naive;
mod reception;
mod sound;

use std::rc::Rc;

use records::{
    catalogue::builtin_reports,
    form::Form,
    id::RecordId,
    report::{
        self, Indicator, Report,
        figure::{Computed, Typed, compute},
        period::{Period, periods},
        tally::Counted,
    },
};
use serde_json::Value;

use crate::forms::catalogue;

/// A record of a notebook.
struct Held {
    id: RecordId,
    form: Rc<Form>,
    doc: Value,
    is_official: bool,
}

fn reports() -> Vec<Report> {
    builtin_reports().unwrap()
}

fn report_of(id: &str) -> Report {
    report::newest(&reports(), id).unwrap().clone()
}

fn period(report: &Report, id: &str, year: i64) -> Period {
    let mut all = periods(report, year).into_iter();
    all.find(|period| period.id == id).unwrap()
}

fn computed(
    report: &Report,
    period: &Period,
    held: &[Held],
    typed: &dyn Fn(&Indicator) -> Typed,
) -> Computed {
    let mut records = held.iter().map(|held| Counted {
        id: held.id,
        form: &held.form,
        doc: &held.doc,
        is_official: held.is_official,
    });
    compute(report, period, &mut records, typed)
}

/// Nobody typed anything.
fn nothing(_: &Indicator) -> Typed {
    Typed::default()
}

fn newest(form: &str) -> Form {
    catalogue().newest(form).unwrap().clone()
}
