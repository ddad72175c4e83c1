//! The small language of conditions, computed fields and register columns (`docs/FORMS.md`).
//!
//! Total: no loops over anything but given lists, no errors, bounded in depth and size. What cannot be
//! computed is null.

use core::cmp::Ordering;

use serde_json::{Number, Value};

use crate::{date, decimal, form::Form};

/// The deepest expression.
const DEPTH_MAX: usize = 16;

/// What an expression is evaluated against.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// The record as nested JSON (`Record::to_doc`).
    pub doc: &'a Value,
    /// The entries the field lies in, innermost first.
    pub entries: &'a [&'a Value],
    /// For option labels.
    pub form: Option<&'a Form>,
    /// The running number in a register.
    pub row: usize,
}

impl<'a> Scope<'a> {
    /// The scope of a whole record.
    #[must_use]
    pub fn of(doc: &'a Value, form: Option<&'a Form>) -> Self {
        Self {
            doc,
            entries: &[],
            form,
            row: 0,
        }
    }

    /// Looks a field up: the entry first, then the record; a dotted name is the list over all entries.
    fn field(&self, name: &str) -> Value {
        let (head, rest) = name
            .split_once('.')
            .map_or((name, None), |(h, r)| (h, Some(r)));
        let own = self.entries.iter().find_map(|entry| entry.get(head));
        let found = own.or_else(|| self.doc.get(head));
        match (found, rest) {
            (None, _) => Value::Null,
            (Some(value), None) => value.clone(),
            (Some(value), Some(rest)) => Value::Array(column(value, rest)),
        }
    }
}

/// The values of `a.b` over a list of entries.
fn column(value: &Value, name: &str) -> Vec<Value> {
    let (head, rest) = name
        .split_once('.')
        .map_or((name, None), |(h, r)| (h, Some(r)));
    let Value::Array(items) = value else {
        return value.get(head).cloned().into_iter().collect();
    };
    let values = items.iter().filter_map(|item| item.get(head));
    match rest {
        None => values.cloned().collect(),
        Some(rest) => values.flat_map(|value| column(value, rest)).collect(),
    }
}

/// The value of an expression.
#[must_use]
pub fn eval(expr: &Value, scope: &Scope<'_>) -> Value {
    at_depth(expr, scope, 0)
}

/// Whether an expression holds.
#[must_use]
pub fn holds(expr: &Value, scope: &Scope<'_>) -> bool {
    is_true(&eval(expr, scope))
}

/// The value of an expression as a person reads it.
#[must_use]
pub fn text(expr: &Value, scope: &Scope<'_>) -> String {
    to_text(&eval(expr, scope))
}

fn at_depth(expr: &Value, scope: &Scope<'_>, depth: usize) -> Value {
    match expr {
        Value::String(name) => match name.strip_prefix('$') {
            Some(literal) if literal.starts_with('$') => Value::String(literal.to_owned()),
            Some(field) => scope.field(field),
            None => expr.clone(),
        },
        Value::Array(list) if depth < DEPTH_MAX => match list.split_first() {
            Some((Value::String(operator), operands)) => {
                let call = Call {
                    scope,
                    depth,
                    operands,
                };
                call.run(operator)
            }
            _ => Value::Null,
        },
        Value::Array(_) => Value::Null,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => expr.clone(),
    }
}

struct Call<'a> {
    scope: &'a Scope<'a>,
    depth: usize,
    operands: &'a [Value],
}

impl Call<'_> {
    fn arg(&self, at: usize) -> Value {
        self.operands
            .get(at)
            .map_or(Value::Null, |e| at_depth(e, self.scope, self.depth + 1))
    }

    fn args(&self) -> impl Iterator<Item = Value> {
        (0..self.operands.len()).map(|at| self.arg(at))
    }

    fn items(&self) -> Vec<Value> {
        match self.arg(0) {
            Value::Array(items) => items,
            Value::Null => Vec::new(),
            one @ (Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => {
                vec![one]
            }
        }
    }

    fn run(&self, operator: &str) -> Value {
        match operator {
            "=" => Value::Bool(same(&self.arg(0), &self.arg(1))),
            "!=" => Value::Bool(!same(&self.arg(0), &self.arg(1))),
            "<" => self.order(|o| o == Ordering::Less),
            "<=" => self.order(|o| o != Ordering::Greater),
            ">" => self.order(|o| o == Ordering::Greater),
            ">=" => self.order(|o| o != Ordering::Less),
            "and" => Value::Bool(self.args().all(|v| is_true(&v))),
            "or" => Value::Bool(self.args().any(|v| is_true(&v))),
            "not" => Value::Bool(!is_true(&self.arg(0))),
            "in" => Value::Bool(self.is_in()),
            "filled" => Value::Bool(is_filled(&self.arg(0))),
            "empty" => Value::Bool(!is_filled(&self.arg(0))),
            "if" => self.arg(if is_true(&self.arg(0)) { 1 } else { 2 }),
            "+" => number(self.args().map(|v| to_number(&v)).sum()),
            "-" => number(to_number(&self.arg(0)) - to_number(&self.arg(1))),
            "*" => number(self.args().map(|v| to_number(&v)).product()),
            "count" => Value::from(self.items().len()),
            "sum" => number(self.items().iter().map(to_number).sum()),
            "any" => Value::Bool(self.items().iter().any(is_true)),
            "all" => Value::Bool(self.items().iter().all(is_true)),
            "min" => self.extreme(Ordering::Less),
            "max" => self.extreme(Ordering::Greater),
            "last_by" => self.last_by(),
            "first" => self
                .items()
                .into_iter()
                .find(is_filled)
                .unwrap_or(Value::Null),
            "join" => self.join(),
            "label" => self.label(),
            "row" => Value::from(self.scope.row),
            "mark" => Value::from(if is_true(&self.arg(0)) { "x" } else { "" }),
            "days" | "add_days" | "add_months" | "year" | "date" => self.calendar(operator),
            _ => Value::Null,
        }
    }

    fn order(&self, test: impl Fn(Ordering) -> bool) -> Value {
        Value::Bool(compare(&self.arg(0), &self.arg(1)).is_some_and(test))
    }

    fn is_in(&self) -> bool {
        let wanted: Vec<Value> = self.args().skip(1).collect();
        self.items()
            .iter()
            .any(|item| wanted.iter().any(|w| same(item, w)))
    }

    fn extreme(&self, wanted: Ordering) -> Value {
        let better = |best: Value, item: Value| {
            if compare(&item, &best) == Some(wanted) {
                item
            } else {
                best
            }
        };
        self.items()
            .into_iter()
            .filter(is_filled)
            .reduce(better)
            .unwrap_or(Value::Null)
    }

    /// One field of the entry where another is greatest; of equal ones the later entry.
    fn last_by(&self) -> Value {
        let (by, wanted) = (to_text(&self.arg(1)), to_text(&self.arg(2)));
        let entries = self.items();
        let by_key = entries
            .iter()
            .filter_map(|entry| Some((entry.get(&by).filter(|key| is_filled(key))?, entry)));
        let later = |best: (_, _), next: (_, _)| match compare(next.0, best.0) {
            Some(Ordering::Greater | Ordering::Equal) => next,
            Some(Ordering::Less) | None => best,
        };
        let last = by_key.reduce(later);
        last.and_then(|(_, entry)| entry.get(&wanted))
            .cloned()
            .unwrap_or(Value::Null)
    }

    fn join(&self) -> Value {
        let separator = to_text(&self.arg(0));
        let mut parts = Vec::new();
        for value in self.args().skip(1) {
            flatten(&value, &mut parts);
        }
        Value::String(parts.join(&separator))
    }

    /// The label of an option, looked up where the field is defined; a value that is no field's own names its
    /// field second.
    fn label(&self) -> Value {
        let value = self.arg(0);
        let name = self
            .operands
            .get(1)
            .or(self.operands.first())
            .and_then(Value::as_str)
            .and_then(|n| n.strip_prefix('$'));
        let (Some(form), Some(name)) = (self.scope.form, name) else {
            return value;
        };
        let name = name.rsplit('.').next().unwrap_or(name);
        let say = |v: &Value| match v.as_str() {
            Some(option) => Value::from(form.option_label(name, option)),
            None => v.clone(),
        };
        match value.as_array() {
            Some(items) => Value::Array(items.iter().map(say).collect()),
            None => say(&value),
        }
    }

    fn calendar(&self, operator: &str) -> Value {
        let text = to_text(&self.arg(0));
        let day = date::parse(&text);
        let Some(day) = day else {
            return if operator == "date" {
                Value::String(text)
            } else {
                Value::Null
            };
        };
        match operator {
            "date" => Value::String(date::for_people(&text)),
            "year" => Value::from(date::to_civil(day).0),
            "days" => date::parse(&to_text(&self.arg(1))).map_or(Value::Null, |b| (b - day).into()),
            _ => self.later(operator, day),
        }
    }

    fn later(&self, operator: &str, day: date::Day) -> Value {
        // Ten thousand is past any legal period and keeps the calendar in four digits.
        let n = self.arg(1).as_i64().filter(|n| n.abs() <= 10_000);
        let n = n.map(|n| {
            if operator == "add_days" {
                day + n
            } else {
                date::add_months(day, n)
            }
        });
        n.map_or(Value::Null, |day| Value::String(date::format(day)))
    }
}

/// Whether a value was given at all.
#[must_use]
pub fn is_filled(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(items) => items.iter().any(is_filled),
        Value::Object(parts) => parts
            .iter()
            .any(|(key, v)| !key.starts_with('@') && is_filled(v)),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

fn is_true(value: &Value) -> bool {
    match value {
        Value::Bool(b) => *b,
        Value::Number(n) => n.as_f64().is_some_and(|n| n.abs() > 0.0),
        Value::Null | Value::String(_) | Value::Array(_) | Value::Object(_) => is_filled(value),
    }
}

fn same(a: &Value, b: &Value) -> bool {
    a == b || compare(a, b) == Some(Ordering::Equal)
}

fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
        (Value::Number(a), Value::Number(b)) => a.as_f64()?.partial_cmp(&b.as_f64()?),
        _ => None,
    }
}

fn to_number(value: &Value) -> f64 {
    match value {
        Value::Number(n) => n.as_f64().unwrap_or_default(),
        Value::String(text) => decimal::parse(text).unwrap_or(0.0),
        Value::Array(items) => items.iter().map(to_number).sum(),
        Value::Bool(_) | Value::Null | Value::Object(_) => 0.0,
    }
}

/// Whole numbers stay whole, so that a count prints as `3` and not `3.0`.
fn number(value: f64) -> Value {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "only whole numbers below 2^53 are cast"
    )]
    if value.fract().abs() < f64::EPSILON && value.abs() < 9e15 {
        Value::from(value as i64)
    } else {
        Number::from_f64(value).map_or(Value::Null, Value::Number)
    }
}

fn flatten(value: &Value, parts: &mut Vec<String>) {
    if let Value::Array(items) = value {
        items.iter().for_each(|item| flatten(item, parts));
    } else if is_filled(value) {
        parts.push(to_text(value));
    }
}

/// A value as a person reads it: composite values part by part, dates as people here write them.
#[must_use]
pub fn to_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "Có".to_owned(),
        Value::Bool(false) => "Không".to_owned(),
        Value::Number(n) => n.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(_) => {
            let mut parts = Vec::new();
            flatten(value, &mut parts);
            parts.join("; ")
        }
        Value::Object(parts) => {
            // The order of the known parts, then whatever a newer app added.
            let known = [
                "loai", "so", "ho_ten", "chuc_vu", "chi_tiet", "xa_ten", "ngay", "ngay_cap",
                "noi_cap",
            ];
            let known = known
                .iter()
                .filter_map(|key| parts.get(*key))
                .filter(|v| is_filled(v));
            let texts: Vec<String> = known.map(|v| part_text(&to_text(v))).collect();
            texts.join(", ")
        }
    }
}

/// A part of a composite value: a date as people write it, the kind of a paper in words.
fn part_text(text: &str) -> String {
    match text {
        "HO_CHIEU" => "Hộ chiếu".to_owned(),
        "KHAC" => "Giấy tờ khác".to_owned(),
        _ => date::for_people(text),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::json::Read;

    #[test]
    fn a_paper_of_identity_is_read_in_words() {
        let paper = json!({"loai": "KHAC", "so": "MẪU-1", "ngay_cap": "2026-11-22"});
        assert_eq!(to_text(&paper), "Giấy tờ khác, MẪU-1, 22/11/2026");
        assert_eq!(to_text(&json!({"loai": "CCCD", "so": "1"})), "CCCD, 1");
    }

    fn check(expr: &Value, expected: &Value) {
        let doc = json!({
            "ngay": "2026-11-22", "so_nguoi": 6, "loai": "KN",
            "y_kien": [{"han":"2026-12-01","xong":true},{"han":"2026-11-30"}],
            "hinh_thuc": ["A","B"], "nguoi": {"chuc_vu":"Chủ tịch","ho_ten":"Lê A"}
        });
        let entry = json!({"loai": "PA"});
        let scope = Scope {
            entries: &[&entry],
            ..Scope::of(&doc, None)
        };
        assert_eq!(eval(expr, &scope), *expected, "{expr}");
    }

    #[test]
    fn the_entry_hides_the_record_and_lists_run_over_entries() {
        check(&json!("$loai"), &json!("PA"));
        check(&json!(["=", "$loai", "PA"]), &json!(true));
        check(&json!(["count", "$y_kien"]), &json!(2));
        check(&json!(["min", "$y_kien.han"]), &json!("2026-11-30"));
        check(&json!(["any", "$y_kien.xong"]), &json!(true));
        check(&json!(["in", "$hinh_thuc", "B", "C"]), &json!(true));
        check(&json!("$$x"), &json!("$x"));
    }

    #[test]
    fn dates_count_calendar_days() {
        check(&json!(["days", "$ngay", "2026-12-02"]), &json!(10));
        check(&json!(["add_days", "$ngay", 10]), &json!("2026-12-02"));
        check(&json!(["date", "$ngay"]), &json!("22/11/2026"));
        check(
            &json!(["<", ["days", "$khong_co", "$ngay"], 7]),
            &json!(false),
        );
    }

    #[test]
    fn the_last_entry_by_date_is_found_wherever_it_stands() {
        let last = |entries: &Value, expected: &Value| {
            let doc = json!({ "buoc": entries });
            let expr = json!(["last_by", "$buoc", "ngay", "loai"]);
            assert_eq!(eval(&expr, &Scope::of(&doc, None)), *expected, "{entries}");
        };
        let step = |day: &str, kind: &str| json!({"ngay": day, "loai": kind});
        let (old, new) = (step("2026-01-05", "A"), step("2026-11-22", "B"));
        last(&json!([old, new]), &json!("B"));
        last(&json!([new, old]), &json!("B"));
        // Two on one day: the one that was added later.
        last(
            &json!([old, step("2026-01-05", "C"), {"loai": "D"}]),
            &json!("C"),
        );
        // An entry without a date is no step; without the value there is none; without entries neither.
        last(&json!([{"loai": "D"}]), &json!(null));
        last(&json!([new, {"ngay": "2026-12-01"}]), &json!(null));
        last(&json!([{"ngay": 7, "loai": "E"}, new, "lạ"]), &json!("E"));
        last(&json!([]), &json!(null));
        last(&json!("lạ"), &json!(null));
        last(&json!(null), &json!(null));
    }

    #[test]
    fn a_computed_value_is_labelled_by_the_field_it_comes_from() {
        let form = json!({
            "id": "f", "version": "1", "valid_from": "2026-01-01", "label": "F", "short": "F",
            "sections": [{"label": "S", "fields": [{"key": "buoc", "label": "B", "type": "group", "fields": [
                {"key": "loai", "label": "L", "type": "choice", "options": [["DUNG", "Dừng"]]}
            ]}]}]
        });
        let form = Form::read(&form.to_string()).unwrap();
        let doc = json!({"buoc": [{"ngay": "2026-01-01", "loai": "DUNG"}]});
        let scope = Scope::of(&doc, Some(&form));
        let last = json!(["last_by", "$buoc", "ngay", "loai"]);
        assert_eq!(text(&json!(["label", last, "$buoc.loai"]), &scope), "Dừng");
        assert_eq!(text(&json!(["label", last]), &scope), "DUNG");
        assert_eq!(text(&json!(["label", "$buoc.loai"]), &scope), "Dừng");
    }

    #[test]
    fn what_cannot_be_computed_is_null_and_never_a_crash() {
        check(&json!(["nope", 1]), &json!(null));
        check(&json!([]), &json!(null));
        check(&json!(["<", "$nguoi", 3]), &json!(false));
        check(
            &json!(["add_days", "$ngay", 999_999_999_999_i64]),
            &json!(null),
        );
        // Below the sixteenth level there is null, which counts as false; sixteen times "not" leave it so.
        let deep = (0..200).fold(json!(true), |e, _| json!(["not", e]));
        check(&deep, &json!(false));
        check(
            &json!(["join", ", ", "$nguoi", "$hinh_thuc", "$khong"]),
            &json!("Lê A, Chủ tịch, A, B"),
        );
    }
}
