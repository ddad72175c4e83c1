//! The two parts of the catalogue: what a first visit has, what comes after it, and that both together are the files.

use std::collections::BTreeSet;

use records::{
    catalogue::{builtin, builtin_later, builtin_registers, complete},
    form::{Form, Registers},
    json::Read,
    programme::Template,
};
use serde_json::Value;

use super::texts;

fn names<'a>(forms: impl IntoIterator<Item = &'a Form>) -> Vec<String> {
    let name = |form: &Form| format!("{} {}", form.id, form.version);
    forms.into_iter().map(name).collect()
}

#[test]
fn a_form_is_in_the_first_part_when_its_file_says_so() {
    let mut core = BTreeSet::new();
    for (_, text) in texts("forms") {
        let file: Value = serde_json::from_str(&text).unwrap();
        if file["core"] == true {
            core.extend(names([&Form::read(&text).unwrap()]));
        }
    }
    let first = builtin().unwrap();
    assert!(core.contains("hoat_dong 1") && first.forms.len() > 6);
    assert_eq!(
        names(&first.forms).into_iter().collect::<BTreeSet<_>>(),
        core
    );
    assert!(!first.calendar.years.is_empty());
    assert!(first.programmes.is_empty() && first.guide.sections.is_empty());
    // All versions of a form are in one part: which of them is the newest does not change when the other comes.
    let later = builtin_later().unwrap();
    assert!(
        later
            .forms
            .iter()
            .all(|form| first.newest(&form.id).is_none())
    );
    // The home screen is the same before and after.
    assert!(later.forms.iter().all(|form| !form.quick));
}

#[test]
fn what_is_left_out_of_the_parts_is_nothing_that_is_read() {
    let catalogue = complete().unwrap();
    let files = texts("forms");
    for text in files.values() {
        let form = Form::read(text).unwrap();
        assert_eq!(catalogue.form(&form.id, &form.version), Some(&form));
    }
    assert_eq!(files.len(), catalogue.forms.len());
    let registers: Vec<Registers> = files
        .values()
        .map(|text| Registers::read(text).unwrap())
        .collect();
    assert_eq!(builtin_registers().unwrap(), registers);
    let templates: Vec<Template> = texts("programmes")
        .values()
        .map(|text| Template::read(text).unwrap())
        .collect();
    assert_eq!(catalogue.programmes, templates);
}

#[test]
fn parts_join_in_any_order_into_one_menu() {
    let (first, later) = (builtin().unwrap(), builtin_later().unwrap());
    let joined = complete().unwrap();
    assert_eq!(later.clone().join(first.clone()), joined);
    assert_eq!(joined.guide, later.guide);
    assert_eq!(joined.calendar, first.calendar);
    let places: Vec<u32> = joined.forms.iter().map(|form| form.order).collect();
    assert!(places.is_sorted());
    // Its own guide and calendar stay.
    assert_eq!(joined.clone().join(later).guide, joined.guide);
}
