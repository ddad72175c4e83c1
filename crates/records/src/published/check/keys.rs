//! Keys of a file that mean nothing: a key with a slip of the pen would be passed over in silence.

use serde_json::Value;

/// Of a form.
const FORM: &str = "id version valid_from valid_to label short verb icon order quick core book sources note title subtitle date due due_done due_owner due_open sections rules deadlines registers";
/// Of a field.
const FIELD: &str = "key label type required show_if default help placeholder secret suggest passes_to source valid_from valid_to max min unit places options to fields item title start value";
/// Of a deadline.
const DEADLINE: &str = "id label if per from count unit roll before field done owner source confidence valid_from valid_to";

/// Every key that means nothing, with its place.
pub(super) fn unknown(bundle: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut check = |place: &str, value: &Value, allowed: &str| {
        for key in value.as_object().into_iter().flat_map(|parts| parts.keys()) {
            if !allowed.split(' ').any(|known| known == key) {
                found.push(format!("{place}: khóa “{key}” không có nghĩa."));
            }
        }
    };
    check(
        "Danh mục",
        bundle,
        "kind version note forms programmes guide calendar reports prints duties",
    );
    for form in each(bundle, "forms") {
        let id = form.get("id").and_then(Value::as_str).unwrap_or("?");
        check(id, form, FORM);
        for section in each(form, "sections") {
            check(id, section, "label show_if fields");
            fields(id, section, &mut check);
        }
        each(form, "rules").for_each(|rule| check(id, rule, "if field level say"));
        each(form, "deadlines").for_each(|rule| check(id, rule, DEADLINE));
        for register in each(form, "registers") {
            check(id, register, "id label valid_from valid_to per columns");
            each(register, "columns").for_each(|column| check(id, column, "label value"));
        }
    }
    found
}

fn fields(place: &str, owner: &Value, check: &mut dyn FnMut(&str, &Value, &str)) {
    for field in each(owner, "fields") {
        check(place, field, FIELD);
        fields(place, field, check);
    }
}

fn each<'a>(owner: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    owner
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}
