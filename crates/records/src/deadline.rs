//! What must be done by when, and why: the deadlines that the law sets for a record and those that a person typed.
//!
//! A rule of law is data of its form (`docs/FORMS.md`); this file evaluates it and knows no law of its own. The
//! law is the one of the day the term begins. Nothing is stored: a deadline follows from the record and the
//! calendar, so a corrected date or a new notice of holidays moves it by itself.

use serde_json::Value;

use crate::{
    calendar::{Calendar, Term, Unit},
    date,
    expr::{self, Scope},
    form::{Field, Form, Kind},
    json::{Object, Read, ReadError},
    order, validate,
};

/// A term that a law sets: one line of the catalogue.
#[derive(Debug, Clone, PartialEq)]
pub struct DeadlineRule {
    /// Unique in its form.
    pub id: String,
    /// What must be done.
    pub label: String,
    /// Only when this holds.
    pub condition: Value,
    /// Once for each entry of this group.
    pub per: String,
    /// The day it begins, or the event that it lies before.
    pub from: Value,
    /// How many, or an expression.
    pub count: Value,
    /// `ngay`, `ngay_lam_viec` or `thang`.
    pub unit: String,
    /// Whether an end on a day off moves to the next working day; it does unless this says no.
    pub roll: Option<bool>,
    /// The latest day before the event.
    pub before: bool,
    /// Where the person goes; what is written there closes it, unless `done` says otherwise.
    pub field: String,
    /// The date that closes it, or whether it is closed.
    pub done: Value,
    /// Who must act.
    pub owner: Value,
    /// The article.
    pub source: String,
    /// `S` read in the act or in two sources, `L` likely.
    pub confidence: String,
    /// The first day of this law.
    pub valid_from: Option<String>,
    /// Its last day.
    pub valid_to: Option<String>,
}

impl Read for DeadlineRule {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let rule = Object::read(raw)?;
        Ok(Self {
            id: rule.text("id")?,
            label: rule.text("label")?,
            condition: rule.value_or_null("if")?,
            per: rule.text_or_empty("per")?,
            from: rule.item("from")?,
            count: rule.item("count")?,
            unit: rule.text("unit")?,
            roll: rule.item_if("roll")?,
            before: rule.flag_or_false("before")?,
            field: rule.text("field")?,
            done: rule.value_or_null("done")?,
            owner: rule.value_or_null("owner")?,
            source: rule.text("source")?,
            confidence: rule.text_or_empty("confidence")?,
            valid_from: rule.text_if("valid_from")?,
            valid_to: rule.text_if("valid_to")?,
        })
    }
}

/// A date by which something must be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// The rule; empty for a date that a person typed.
    pub id: String,
    /// ISO date of the last day; empty when nobody set one and the thing is open all the same.
    pub date: String,
    /// What must be done: the rule's words, or the field's.
    pub label: String,
    /// What it is about: the entry, or the kind of record.
    pub what: String,
    /// Where in the record to go.
    pub path: String,
    /// The date field that closes it; empty when more than a date is needed.
    pub done_path: String,
    /// Who must act.
    pub owner: String,
    /// The article; empty for a date that a person typed.
    pub source: String,
    /// Of a latest day before an event: the day of the event. Empty otherwise.
    pub event: String,
    /// Closed.
    pub is_done: bool,
    /// Closed after its date.
    pub is_late_done: bool,
    /// A day that was counted is not certain yet.
    pub is_provisional: bool,
}

impl Deadline {
    /// Whether there is still something to do about it: what had to precede an event is past with the event.
    #[must_use]
    pub fn is_open_on(&self, today: &str) -> bool {
        !self.is_done && (self.event.is_empty() || today <= self.event.as_str())
    }
}

/// All deadlines of a record (`doc` as `Record::to_doc` gives it), by date.
#[must_use]
pub fn deadlines(form: &Form, doc: &Value, calendar: &Calendar) -> Vec<Deadline> {
    let mut found = Vec::new();
    typed(form, doc, &mut found);
    for rule in &form.deadlines {
        each(form, doc, &rule.per, &mut |place| {
            found.extend(by_law(rule, place, calendar));
        });
    }
    order::sort(&mut found, &mut |a, b| {
        (&a.date, &a.path, &a.id) < (&b.date, &b.path, &b.id)
    });
    found
}

/// The record itself, or an entry of a group in it.
struct Place<'a> {
    scope: Scope<'a>,
    /// What the fields belong to.
    owner: &'a Value,
    /// `group/entry/`, or nothing.
    prefix: String,
    /// What it is called.
    what: String,
}

fn each(form: &Form, doc: &Value, group: &str, visit: &mut dyn FnMut(&Place<'_>)) {
    let scope = Scope::of(doc, Some(form));
    if group.is_empty() {
        visit(&Place {
            scope,
            owner: doc,
            prefix: String::new(),
            what: form.label.clone(),
        });
        return;
    }
    let field = form.fields().find(|field| field.key == group);
    let entries = doc.get(group).and_then(Value::as_array);
    for entry in entries.map_or(&[][..], Vec::as_slice) {
        let id = entry.get("@id").and_then(Value::as_str).unwrap_or_default();
        let around = [entry];
        let scope = Scope {
            entries: &around,
            ..scope
        };
        visit(&Place {
            scope,
            owner: entry,
            prefix: format!("{group}/{id}/"),
            what: field.map(|field| about(field, &scope)).unwrap_or_default(),
        });
    }
}

/// What an entry is about: its group's title, or its first long or short text.
fn about(group: &Field, scope: &Scope<'_>) -> String {
    if !group.title.is_null() {
        return one_line(&expr::text(&group.title, scope));
    }
    let entry = scope.entries.first().copied().unwrap_or(&Value::Null);
    for kind in [Kind::LongText, Kind::Text] {
        for field in group.fields.iter().filter(|field| field.kind == kind) {
            let text = entry.get(&field.key).and_then(Value::as_str);
            let text = text.map(one_line).unwrap_or_default();
            if !text.is_empty() && !field.secret && validate::is_shown(field, scope) {
                return text;
            }
        }
    }
    String::new()
}

/// The dates that a person typed, where the form says so.
fn typed(form: &Form, doc: &Value, found: &mut Vec<Deadline>) {
    let Some(due) = &form.due else {
        return;
    };
    let (group, field) = due.split_once('.').unwrap_or(("", due));
    let done = form.due_done.as_deref().unwrap_or_default();
    let done = done.rsplit('.').next().unwrap_or_default();
    let label = form.field_at(&due.replace('.', "/*/"));
    each(form, doc, group, &mut |place| {
        let date = place.owner.get(field).and_then(Value::as_str);
        let date = date.filter(|date| date::parse(date).is_some());
        let closed = closed(place.owner.get(done).unwrap_or(&Value::Null));
        let is_undated = date.is_none() && closed.is_none();
        if date.is_none() && !(is_undated && expr::holds(&form.due_open, &place.scope)) {
            return;
        }
        let date = date.unwrap_or_default();
        found.push(Deadline {
            id: String::new(),
            date: date.to_owned(),
            label: label.map(|field| field.label.clone()).unwrap_or_default(),
            what: place.what.clone(),
            path: format!("{}{field}", place.prefix),
            done_path: format!("{}{done}", place.prefix),
            owner: one_line(&expr::text(&form.due_owner, &place.scope)),
            source: String::new(),
            event: String::new(),
            is_late_done: closed.as_deref().is_some_and(|day| day > date),
            is_done: closed.is_some(),
            is_provisional: false,
        });
    });
}

fn by_law(rule: &DeadlineRule, place: &Place<'_>, calendar: &Calendar) -> Option<Deadline> {
    let scope = &place.scope;
    if !rule.condition.is_null() && !expr::holds(&rule.condition, scope) {
        return None;
    }
    let from = expr::eval(&rule.from, scope);
    let from = from.as_str()?;
    let day = date::parse(from)?;
    let is_old = rule.valid_to.as_deref().is_some_and(|to| to < from);
    if is_old || rule.valid_from.as_deref().is_some_and(|first| from < first) {
        return None;
    }
    let term = Term {
        count: expr::eval(&rule.count, scope).as_i64()?,
        unit: Unit::named(&rule.unit)?,
        is_before: rule.before,
        is_rolled: rule.roll.unwrap_or(true),
    };
    let reached = calendar.end(day, &term)?;
    let date = date::format(reached.day);
    let closed = if rule.done.is_null() {
        closed(place.owner.get(&rule.field).unwrap_or(&Value::Null))
    } else {
        closed(&expr::eval(&rule.done, scope))
    };
    Some(Deadline {
        id: rule.id.clone(),
        label: rule.label.clone(),
        what: place.what.clone(),
        path: format!("{}{}", place.prefix, rule.field),
        done_path: String::new(),
        owner: one_line(&expr::text(&rule.owner, scope)),
        source: rule.source.clone(),
        event: if rule.before {
            from.to_owned()
        } else {
            String::new()
        },
        is_late_done: closed.as_ref().is_some_and(|day| *day > date),
        is_done: closed.is_some(),
        is_provisional: reached.is_provisional,
        date,
    })
}

/// The day on which something was closed; empty when it is closed and nobody wrote the day down.
fn closed(value: &Value) -> Option<String> {
    if !expr::is_filled(value) || *value == Value::Bool(false) {
        return None;
    }
    // A reference to a document is closed on the date of the document.
    let text = value.as_str().or_else(|| value.get("ngay")?.as_str());
    let day = text.filter(|text| date::parse(text).is_some());
    Some(day.unwrap_or_default().to_owned())
}

/// A list row shows the beginning of a long text; the record has all of it.
#[must_use]
pub fn one_line(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(160)
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What one rule gives for a record: date, what it is about, whether it is done and late.
    fn check(changed: &Value, doc: &Value, expected: &[(&str, &str, bool, bool)]) {
        let mut rule = json!({"id": "r", "label": "L", "from": "$ngay", "count": 10, "unit": "ngay",
            "field": "xong", "source": "Điều 1", "per": "viec"});
        for (key, value) in changed.as_object().unwrap() {
            rule[key] = value.clone();
        }
        let form = json!({
            "id": "f", "version": "1", "valid_from": "2026-01-01", "label": "F", "short": "F", "deadlines": [rule],
            "sections": [{"label": "S", "fields": [
                {"key": "ngay", "label": "N", "type": "date"},
                {"key": "viec", "label": "V", "type": "group", "item": "V", "fields": [
                    {"key": "xong", "label": "X", "type": "docref"},
                    {"key": "kin", "label": "K", "type": "longtext", "secret": true},
                    {"key": "an", "label": "A", "type": "longtext", "show_if": "$mo"},
                    {"key": "mo", "label": "M", "type": "yesno"},
                    {"key": "ten", "label": "T", "type": "text"}
                ]}
            ]}]
        });
        let form = Form::read(&form.to_string()).unwrap();
        let found = deadlines(&form, doc, &Calendar::default());
        let found: Vec<_> = found
            .iter()
            .map(|d| (&*d.date, &*d.what, d.is_done, d.is_late_done))
            .collect();
        assert_eq!(found, expected, "{changed}");
    }

    fn doc(entry: &Value) -> Value {
        json!({"ngay": "2026-08-06", "viec": [entry]})
    }

    #[test]
    fn the_law_holds_on_its_first_and_on_its_last_day() {
        let doc = doc(&json!({"@id": "e"}));
        let one = [("2026-08-17", "", false, false)];
        check(&json!({"valid_from": "2026-08-06"}), &doc, &one);
        check(&json!({"valid_to": "2026-08-06"}), &doc, &one);
        check(&json!({"valid_from": "2026-08-07"}), &doc, &[]);
        check(&json!({"valid_to": "2026-08-05"}), &doc, &[]);
    }

    #[test]
    fn an_end_on_a_sunday_stays_where_the_rule_says_so() {
        let doc = doc(&json!({"@id": "e"}));
        check(
            &json!({"roll": false}),
            &doc,
            &[("2026-08-16", "", false, false)],
        );
    }

    #[test]
    fn what_is_secret_or_hidden_names_nothing() {
        let mut entry = json!({"@id": "e", "kin": "kín", "an": "ẩn", "ten": "  Mua \n gạch "});
        check(
            &json!({}),
            &doc(&entry),
            &[("2026-08-17", "Mua gạch", false, false)],
        );
        entry["mo"] = json!(true);
        check(
            &json!({}),
            &doc(&entry),
            &[("2026-08-17", "ẩn", false, false)],
        );
    }

    #[test]
    fn a_document_closes_on_its_date_and_without_one_it_closes_all_the_same() {
        let with = |xong: Value| doc(&json!({"@id": "e", "xong": xong}));
        let late = |is_late| [("2026-08-17", "", true, is_late)];
        let paper = with(json!({"so": "1", "ngay": "2026-08-18"}));
        check(&json!({}), &paper, &late(true));
        check(
            &json!({}),
            &with(json!({"so": "1", "ngay": "2026-08-17"})),
            &late(false),
        );
        check(&json!({}), &with(json!({"so": "1"})), &late(false));
        let open = [("2026-08-17", "", false, false)];
        check(&json!({}), &with(json!({"so": ""})), &open);
        check(&json!({"done": ["=", 1, 2]}), &paper, &open);
        check(&json!({"done": ["=", 1, 1]}), &paper, &late(false));
    }

    #[test]
    fn a_rule_of_a_newer_app_gives_nothing_instead_of_a_wrong_date() {
        let doc = doc(&json!({"@id": "e"}));
        for odd in [
            json!({"unit": "gio"}),
            json!({"count": "$ten"}),
            json!({"count": -3}),
            json!({"count": 1_000_000}),
            json!({"from": ["nope"]}),
            json!({"per": "khong_co"}),
        ] {
            check(&odd, &doc, &[]);
        }
    }
}
