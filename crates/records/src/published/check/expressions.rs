//! Whether an expression means something where it stands.

use serde_json::Value;

use super::form::{find, walk};
use crate::form::{Field, Form, Kind};

/// Operators with the least and the most operands they take (`docs/FORMS.md`).
pub const OPERATORS: [(&str, usize, usize); 33] = [
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
/// The most nodes, and the greatest depth, of one expression.
const SIZE_MAX: (usize, usize) = (200, 16);

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

/// Every `$name` and every call of an expression; returns its nodes and its depth.
pub fn take_apart<'a>(
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
            let (operator, operands) = list.split_first().unwrap_or((&Value::Null, &[]));
            on_call(operator.as_str().unwrap_or_default(), operands);
            let (mut nodes, mut depth) = (0, 0);
            for operand in operands {
                let (more, deep) = take_apart(operand, on_name, on_call);
                nodes += more;
                depth = depth.max(deep);
            }
            (nodes + 1, depth + 1)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => (1, 1),
    }
}

/// The field that a name means.
///
/// # Errors
/// Why it means none.
pub fn resolve<'a>(form: &'a Form, groups: &[&'a Field], name: &str) -> Result<&'a Field, String> {
    let mut steps = name.split('.');
    let head = steps.next().unwrap_or_default();
    let own = groups.iter().find_map(|group| find(&group.fields, head));
    let top = find(form.fields(), head);
    if let (Some(own), Some(top)) = (own, top) {
        // An empty field of an entry would show the record's.
        return Err(format!(
            "${head} vừa là “{}” vừa là “{}”",
            own.label, top.label
        ));
    }
    let mut field = own.or(top).ok_or_else(|| format!("không có mục ${head}"))?;
    for step in steps {
        match find(&field.fields, step) {
            Some(inner) => field = inner,
            None if parts(field.kind).contains(&step) => {}
            None => return Err(format!("${name}: {} không có “{step}”", field.key)),
        }
    }
    if field.kind == Kind::Computed {
        return Err(format!("${name} là mục tính ra, không lưu"));
    }
    Ok(field)
}

/// What is wrong with an expression of a form, inside these groups, innermost first.
pub(super) fn problems(
    place: &str,
    expr: &Value,
    form: &Form,
    groups: &[&Field],
    found: &mut Vec<String>,
) {
    let mut wrong = Vec::new();
    let mut unknown = Vec::new();
    let mut on_name = |name: &str| unknown.extend(resolve(form, groups, name).err());
    let mut on_call = |operator: &str, operands: &[Value]| {
        let known = OPERATORS.iter().find(|(name, ..)| *name == operator);
        match known {
            None => wrong.push(format!("không có phép “{operator}”")),
            Some((_, least, most)) if !(*least..=*most).contains(&operands.len()) => {
                wrong.push(format!("“{operator}” không nhận {} phần", operands.len()));
            }
            Some(_) => {}
        }
        let named = operands.get(1).or(operands.first());
        if let ("label", Some(Value::String(name))) = (operator, named) {
            wrong.extend(labels_differ(form, groups, name.trim_start_matches('$')));
        }
        if operator == "last_by" {
            wrong.extend(not_in_group(form, groups, operands));
        }
    };
    let (nodes, depth) = take_apart(expr, &mut on_name, &mut on_call);
    if nodes > SIZE_MAX.0 || depth > SIZE_MAX.1 {
        wrong.push("biểu thức quá lớn".to_owned());
    }
    wrong.append(&mut unknown);
    found.extend(wrong.into_iter().map(|why| format!("{place}: {why}.")));
}

/// `label` looks an option up by the field's own name: two fields of that name must agree.
fn labels_differ(form: &Form, groups: &[&Field], name: &str) -> Option<String> {
    let meant = resolve(form, groups, name).ok()?; // a name that means nothing is told elsewhere
    let mut differs = false;
    walk(form, &mut |field, _| {
        differs |=
            field.key == meant.key && !field.options.is_empty() && field.options != meant.options;
    });
    differs.then(|| {
        format!(
            "hai mục tên {} có giá trị khác nhau, nhãn không rõ",
            meant.key
        )
    })
}

/// `last_by` names two fields of the entries as plain texts.
fn not_in_group(form: &Form, groups: &[&Field], operands: &[Value]) -> Option<String> {
    let mut texts = operands.iter().filter_map(Value::as_str);
    let name = texts.next()?.trim_start_matches('$');
    let group = resolve(form, groups, name).ok()?; // a name that means nothing is told elsewhere
    let missing = texts.find(|name| find(&group.fields, name).is_none())?;
    Some(format!("nhóm {name} không có {missing}"))
}
