//! What is wrong with a record, all of it: the same on the phone and at the endpoint.
//!
//! Problems never hold or refuse a change. They keep a record from being official, and each says where to go.

use serde::Serialize;
use serde_json::Value;

use crate::{
    date, decimal,
    expr::{self, Scope, is_filled},
    form::{Field, Form, Kind, Level},
    path,
};

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The field to go to.
    pub path: String,
    /// The field's label.
    pub label: String,
    /// How grave.
    pub level: Level,
    /// The sentence, in Vietnamese.
    pub say: String,
}

/// Everything that is wrong with a record (`doc` as `Record::to_doc` gives it).
#[must_use]
pub fn problems(form: &Form, doc: &Value) -> Vec<Problem> {
    let mut found = Vec::new();
    let scope = Scope::of(doc, Some(form));
    for section in &form.sections {
        if section
            .show_if
            .as_ref()
            .is_none_or(|cond| expr::holds(cond, &scope))
        {
            check_fields(&section.fields, doc, "", &scope, &mut found);
        }
    }
    for rule in &form.rules {
        check_rule(form, rule, doc, &mut found);
    }
    found
}

/// Whether nothing keeps the record from being official.
#[must_use]
pub fn is_clean(problems: &[Problem]) -> bool {
    problems.iter().all(|problem| problem.level == Level::Warn)
}

/// Whether a field is to be seen and filled at all.
#[must_use]
pub fn is_shown(field: &Field, scope: &Scope<'_>) -> bool {
    field
        .show_if
        .as_ref()
        .is_none_or(|cond| expr::holds(cond, scope))
}

/// Whether a value must be given.
#[must_use]
pub fn is_required(field: &Field, scope: &Scope<'_>) -> bool {
    match &field.required {
        Value::Bool(required) => *required,
        Value::Null => false,
        condition @ (Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_)) => {
            expr::holds(condition, scope)
        }
    }
}

fn check_fields(
    fields: &[Field],
    owner: &Value,
    prefix: &str,
    scope: &Scope<'_>,
    found: &mut Vec<Problem>,
) {
    for field in fields.iter().filter(|field| is_shown(field, scope)) {
        let value = owner.get(&field.key).unwrap_or(&Value::Null);
        let place = path::under(prefix, &field.key);
        let mut add = |say: String| {
            found.push(Problem {
                path: place.clone(),
                label: field.label.clone(),
                level: Level::Error,
                say,
            });
        };
        if !is_filled(value) {
            let least = field.min.unwrap_or(0) > 0 && field.kind == Kind::Group;
            if least || is_required(field, scope) {
                add(missing(field));
            }
        } else if let Some(say) = wrong(field, value) {
            add(say);
        }
        if let (Kind::Group, Value::Array(entries)) = (field.kind, value) {
            check_entries(field, entries, &place, scope, found);
        }
    }
}

fn check_entries(
    field: &Field,
    entries: &[Value],
    place: &str,
    scope: &Scope<'_>,
    found: &mut Vec<Problem>,
) {
    for entry in entries {
        let id = entry.get("@id").and_then(Value::as_str).unwrap_or_default();
        let mut chain = vec![entry];
        chain.extend_from_slice(scope.entries);
        let inner = Scope {
            entries: &chain,
            ..*scope
        };
        check_fields(&field.fields, entry, &path::under(place, id), &inner, found);
    }
}

fn missing(field: &Field) -> String {
    match field.kind {
        Kind::Group => format!("Cần ít nhất một mục “{}”.", field.label),
        Kind::Choice | Kind::Choices | Kind::YesNo | Kind::Link => {
            format!("Chưa chọn “{}”.", field.label)
        }
        Kind::Text
        | Kind::LongText
        | Kind::Number
        | Kind::Decimal
        | Kind::Date
        | Kind::Time
        | Kind::Person
        | Kind::Identity
        | Kind::Phone
        | Kind::Address
        | Kind::DocRef
        | Kind::Computed => format!("Chưa ghi “{}”.", field.label),
    }
}

/// What is wrong with a value that was given.
fn wrong(field: &Field, value: &Value) -> Option<String> {
    let label = &field.label;
    match (field.kind, value) {
        (Kind::Text | Kind::LongText, Value::String(text)) => {
            let most = usize::try_from(field.max?).ok()?;
            let count = text.chars().count();
            (count > most).then(|| format!("“{label}” dài {count} ký tự, nhiều nhất {most}."))
        }
        (Kind::Number, Value::Number(n)) => out_of_range(field, n.as_f64()?),
        (Kind::Decimal, Value::String(text)) => match decimal::parse(text) {
            Some(n) => out_of_range(field, n),
            None => Some(format!("“{label}” chưa phải là số.")),
        },
        (Kind::Date, Value::String(text)) => date::parse(text)
            .is_none()
            .then(|| format!("“{label}” chưa phải là ngày đúng (ngày/tháng/năm).")),
        (Kind::Time, Value::String(text)) => {
            (!is_time(text)).then(|| format!("“{label}” chưa phải là giờ đúng."))
        }
        (Kind::Choice, Value::String(option)) => unknown_option(field, option),
        (Kind::Choices, Value::Array(options)) => options
            .iter()
            .filter_map(Value::as_str)
            .find_map(|option| unknown_option(field, option)),
        (Kind::Identity, Value::Object(paper)) => wrong_paper(paper),
        (Kind::Phone, Value::String(text)) => {
            let digits = text.chars().filter(char::is_ascii_digit).count();
            (!(9..=12).contains(&digits))
                .then(|| format!("“{label}” nên có 10 chữ số, kiểm tra lại."))
        }
        (Kind::Link, Value::String(_))
        | (Kind::YesNo, Value::Bool(_))
        | (Kind::Person | Kind::Address | Kind::DocRef, Value::Object(_))
        | (Kind::Group, Value::Array(_))
        | (Kind::Computed, _) => None,
        _ => Some(format!("“{label}” có giá trị không đọc được, ghi lại.")),
    }
}

fn out_of_range(field: &Field, n: f64) -> Option<String> {
    let label = &field.label;
    #[expect(
        clippy::cast_precision_loss,
        reason = "limits in the catalogue are small numbers"
    )]
    let limit = |m: i64| m as f64;
    // The sentence has the limit as the whole number that it is: writing floats is a lot of code.
    match (field.min, field.max) {
        (Some(min), _) if n < limit(min) => Some(format!("“{label}” không được nhỏ hơn {min}.")),
        (_, Some(max)) if n > limit(max) => Some(format!("“{label}” không được lớn hơn {max}.")),
        _ => None,
    }
}

fn unknown_option(field: &Field, option: &str) -> Option<String> {
    let known = field.options.is_empty() || field.options.iter().any(|(value, _)| value == option);
    (!known).then(|| format!("“{}”: chọn lại, “{option}” không còn dùng.", field.label))
}

fn is_time(text: &str) -> bool {
    let digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
    let parts = text.split_once(':').filter(|(h, m)| digits(h) && digits(m));
    parts.is_some_and(|(h, m)| h < "24" && m < "60")
}

/// A number of papers is checked softly: the structure is known, old papers differ.
fn wrong_paper(paper: &serde_json::Map<String, Value>) -> Option<String> {
    let kind = paper
        .get("loai")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let number = paper.get("so").and_then(Value::as_str).unwrap_or_default();
    let mut signs = number.chars().filter(|c| !c.is_whitespace());
    let (count, say) = match kind {
        "CCCD" => (12, "Số căn cước có 12 chữ số, kiểm tra lại."),
        "CMND" => (9, "Số chứng minh nhân dân có 9 chữ số, kiểm tra lại."),
        _ => return None,
    };
    let is_plain = signs.clone().count() == count && signs.all(|c| c.is_ascii_digit());
    (!number.is_empty() && !is_plain).then(|| say.to_owned())
}

fn check_rule(form: &Form, rule: &crate::form::Rule, doc: &Value, found: &mut Vec<Problem>) {
    let mut add = |place: String, scope: &Scope<'_>| {
        if expr::holds(&rule.condition, scope) {
            found.push(Problem {
                label: form
                    .field_at(&place)
                    .map(|f| f.label.clone())
                    .unwrap_or_default(),
                path: place,
                level: rule.level,
                say: rule.say.clone(),
            });
        }
    };
    let scope = Scope::of(doc, Some(form));
    let Some((group, field)) = rule.field.split_once('.') else {
        add(rule.field.clone(), &scope);
        return;
    };
    let entries = doc
        .get(group)
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    for entry in entries {
        let id = entry.get("@id").and_then(Value::as_str).unwrap_or_default();
        add(
            format!("{group}/{id}/{field}"),
            &Scope {
                entries: &[entry],
                ..scope
            },
        );
    }
}
