//! A report as a record of the form `bao_cao`: what was typed for it, its texts, and the figures that were sent.
//!
//! An entry is named after its figure or its section, so that two phones that write the same one write the same path:
//! they disagree about a value, and never make two entries of it.

use serde_json::Value;

use super::{
    Indicator, Origin, Report,
    figure::{Computed, Figure, Typed},
    fixed,
    period::Period,
};
use crate::{draft::Draft, path, position};

/// The form of such records.
pub const FORM: &str = "bao_cao";
/// Its group of typed figures.
pub const TYPED: &str = "so_lieu";
/// Its group of texts.
pub const TEXTS: &str = "muc";
/// Its group of figures that were sent.
pub const SENT: &str = "so_lieu_gui";

/// A report as its record keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// Which report.
    pub report: String,
    /// Which version of it.
    pub version: String,
    /// The period, as a person may have changed it.
    pub period: Period,
    /// What was typed.
    pub typed: Vec<Entry>,
    /// The texts of the sections.
    pub texts: Vec<Text>,
    /// The figures that were sent; none while it is not sent.
    pub sent: Vec<Entry>,
    /// The day on which it was sent.
    pub sent_on: Option<String>,
}

/// A figure as a record holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The figure.
    pub id: String,
    /// What it was called.
    pub label: String,
    /// What it counted.
    pub unit: String,
    /// As stored: a decimal text.
    pub value: Value,
    /// As stored, of the same period of the year before.
    pub last: Value,
    /// A remark, of a typed figure.
    pub note: String,
    /// It was typed.
    pub is_typed: bool,
}

/// The text of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The section.
    pub key: String,
    /// What was written.
    pub text: String,
}

/// What a new record of a report begins with.
pub fn start(report: &Report, period: &Period, draft: &mut Draft) {
    let mut put = |key: &str, text: &str| draft.put(key, Value::from(text));
    put("loai_bao_cao", &report.id);
    put("phien_ban", &report.version);
    put("ten", &format!("{}, {}", report.label, period.label));
    put("ky", &period.id);
    put("tu_ngay", &period.from);
    put("den_ngay", &period.to);
    put("han_nop", period.due.as_deref().unwrap_or_default());
    draft.put("nam", Value::from(period.year));
}

/// Writes what a person typed for a figure: this period's value, the year before's, or a remark.
pub fn put_typed(draft: &mut Draft, figure: &str, field: &str, value: Value) {
    let place = open(draft, TYPED, figure);
    draft.put(&path::under(&place, "ma"), Value::from(figure));
    draft.put(&path::under(&place, field), value);
}

/// Writes the text of a section.
pub fn put_text(draft: &mut Draft, section: &str, text: &str) {
    let place = open(draft, TEXTS, section);
    draft.put(&path::under(&place, "ma"), Value::from(section));
    draft.put(&path::under(&place, "noi_dung"), Value::from(text));
}

/// Freezes the figures as they are sent. What an earlier sending left and this one has not is taken out.
pub fn snapshot(report: &Report, computed: &Computed, draft: &mut Draft) {
    for id in draft.entries(SENT) {
        if computed.figure(&id).is_none() {
            draft.remove_entry(SENT, &id);
        }
    }
    let mut at = None;
    for indicator in &report.figures {
        let Some(figure) = computed.figure(&indicator.id) else {
            continue;
        };
        let place = open(draft, SENT, &indicator.id);
        let next = position::after(at.as_deref());
        let text = |value: Option<i64>| {
            Value::from(value.map(|value| fixed::stored(value, indicator.places)))
        };
        let origin = if figure.is_typed {
            "NHAP_TAY"
        } else {
            "TU_PHIEU"
        };
        for (field, value) in [
            (path::POSITION, Value::from(next.as_str())),
            ("ma", Value::from(indicator.id.as_str())),
            ("ten_chi_tieu", Value::from(indicator.label.as_str())),
            ("don_vi_tinh", Value::from(indicator.unit.as_str())),
            ("gia_tri", text(figure.value)),
            ("cung_ky", text(figure.last)),
            ("nguon", Value::from(origin)),
        ] {
            draft.put(&path::under(&place, field), value);
        }
        at = Some(next);
    }
}

/// The place of an entry that is there, or comes back, or is new.
fn open(draft: &mut Draft, group: &str, id: &str) -> String {
    let place = path::under(group, id);
    let deleted = path::under(&place, path::DELETED);
    if !draft.value(&deleted).is_null() {
        draft.put(&deleted, Value::Null);
    }
    let at = path::under(&place, path::POSITION);
    if draft.value(&at).is_null() {
        draft.put(&at, Value::from(position::after(None)));
    }
    place
}

/// Reads a record of a report.
#[must_use]
pub fn of_record(doc: &Value) -> Kept {
    let text = |key: &str| text(doc, key);
    Kept {
        report: text("loai_bao_cao"),
        version: text("phien_ban"),
        period: Period {
            id: text("ky"),
            label: text("ten"),
            year: doc.get("nam").and_then(Value::as_i64).unwrap_or(0),
            from: text("tu_ngay"),
            to: text("den_ngay"),
            due: Some(text("han_nop")).filter(|due| !due.is_empty()),
            // Of the window of that name: see `Report::window`.
            tables_only: false,
        },
        typed: entries(doc, TYPED).iter().map(entry).collect(),
        texts: entries(doc, TEXTS).iter().map(written).collect(),
        sent: entries(doc, SENT).iter().map(entry).collect(),
        sent_on: Some(text("ngay_gui")).filter(|day| !day.is_empty()),
    }
}

fn entries<'a>(doc: &'a Value, group: &str) -> &'a [Value] {
    let entries = doc.get(group).and_then(Value::as_array);
    entries.map_or(&[], Vec::as_slice)
}

fn text(doc: &Value, key: &str) -> String {
    let text = doc.get(key).and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}

fn entry(doc: &Value) -> Entry {
    let value = |key: &str| doc.get(key).cloned().unwrap_or(Value::Null);
    Entry {
        id: text(doc, "ma"),
        label: text(doc, "ten_chi_tieu"),
        unit: text(doc, "don_vi_tinh"),
        value: value("gia_tri"),
        last: value("cung_ky"),
        note: text(doc, "ghi_chu"),
        is_typed: text(doc, "nguon") == "NHAP_TAY",
    }
}

fn written(doc: &Value) -> Text {
    Text {
        key: text(doc, "ma"),
        text: text(doc, "noi_dung"),
    }
}

impl Kept {
    /// Whether its figures are frozen.
    #[must_use]
    pub fn is_frozen(&self) -> bool {
        self.sent_on.is_some() && !self.sent.is_empty()
    }

    /// What was typed for a figure. What nobody typed of the year before is what that year's report was typed with.
    #[must_use]
    pub fn typed(&self, figure: &Indicator, before: Option<&Self>) -> Typed {
        let of = |kept: &Self| find(&kept.typed, &figure.id).cloned();
        let read = |value: &Value| fixed::of_value(value, figure.places);
        let own = of(self);
        let is_typed = figure.origin == Origin::Typed;
        let earlier = before.filter(|_| is_typed).and_then(of);
        let last = own.as_ref().and_then(|entry| read(&entry.last));
        Typed {
            now: own.and_then(|entry| read(&entry.value)),
            last: last.or_else(|| earlier.and_then(|entry| read(&entry.value))),
        }
    }

    /// The text of a section.
    #[must_use]
    pub fn text(&self, section: &str) -> &str {
        let found = self.texts.iter().find(|text| text.key == section);
        found.map_or("", |found| &found.text)
    }

    /// The figures as they are shown: of a report that was sent those that were sent, whatever the records say now.
    #[must_use]
    pub fn shown(&self, report: &Report, mut computed: Computed) -> Computed {
        if !self.is_frozen() {
            return computed;
        }
        computed.left_out.clear();
        for figure in &mut computed.figures {
            if let Some(indicator) = report.indicator(&figure.id) {
                self.freeze(indicator, figure);
            }
        }
        computed
    }

    fn freeze(&self, indicator: &Indicator, figure: &mut Figure) {
        let sent = find(&self.sent, &indicator.id);
        let read = |value: &Value| fixed::of_value(value, indicator.places);
        figure.value = sent.and_then(|entry| read(&entry.value));
        figure.last = sent.and_then(|entry| read(&entry.last));
        figure.is_typed = sent.is_some_and(|entry| entry.is_typed);
        figure.counted = None;
        figure.change = super::figure::change(indicator, figure.value, figure.last);
    }
}

fn find<'a>(entries: &'a [Entry], id: &str) -> Option<&'a Entry> {
    entries.iter().find(|entry| entry.id == id)
}
