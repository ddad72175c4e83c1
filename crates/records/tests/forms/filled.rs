//! Every form can be filled, and what is missing or wrong is named where it is, once.

use std::collections::BTreeSet;

use records::{
    expr::{self, Scope},
    form::{Field, Form, Kind, Level},
    json::Read,
    path,
    summary::summarise,
    validate::{self, Problem, problems},
};
use serde_json::{Value, json};

use super::{Fill, catalogue, draft, filled, put, registers, saved};

/// What opens a field or a section that is hidden in the ordinary record and asks for something.
fn scenarios(form: &Form) -> Vec<Vec<(&'static str, Value)>> {
    let mut all = vec![vec![]];
    match form.id.as_str() {
        "doi_thoai" => all.push(vec![("loai", json!("GIAI_QUYET_KHIEU_NAI"))]),
        "tiep_cong_dan" => all.push(vec![("noi_dung.huong_xu_ly", json!("TU_CHOI_TIEP"))]),
        "hop_thon" => {
            all.push(vec![("hinh_thuc", json!("PHIEU"))]);
            all.push(vec![("pham_vi", json!("XA_TONG_HOP"))]);
            all.push(vec![
                ("noi_dung.ma", json!("BQ3")),
                ("noi_dung.cong_nhan", json!("KHONG")),
            ]);
        }
        "mo_hinh" => {
            all.extend(["DUNG", "NHAN_RONG"].map(|step| vec![("buoc.loai_buoc", json!(step))]))
        }
        _ => {}
    }
    all
}

/// Numbers that fit each other, where a rule compares them: a sample of each alone does not.
fn fitting(form: &Form) -> Vec<(&'static str, Value)> {
    match form.id.as_str() {
        "hop_thon" => vec![("tong_so_ho", json!(9)), ("so_co_mat", json!(3))],
        "lay_y_kien" => vec![("so_y_kien", json!(3))],
        "ke_hoach_giam_sat" => vec![("nam", json!(2027))],
        _ => vec![],
    }
}

/// Every field of a draft's entries with its place, outermost first.
fn places<'a>(
    draft: &records::draft::Draft,
    fields: &mut dyn Iterator<Item = &'a Field>,
    prefix: &str,
) -> Vec<(String, &'a Field)> {
    let mut found = Vec::new();
    for field in fields {
        let place = path::under(prefix, &field.key);
        for id in draft.entries(&place) {
            let inner = path::under(&place, &id);
            found.extend(places(draft, &mut field.fields.iter(), &inner));
        }
        found.push((place, field));
    }
    found
}

fn said(problems: &[Problem]) -> Vec<(&str, &str)> {
    problems
        .iter()
        .map(|p| (p.path.as_str(), p.say.as_str()))
        .collect()
}

#[test]
fn the_least_record_of_every_form_is_clean_and_can_be_official() {
    for form in &catalogue().forms {
        let doc = filled(form, &fitting(form), Fill::Least).to_doc(form);
        assert_eq!(
            said(&problems(form, &doc)),
            [],
            "{} {}",
            form.id,
            form.version
        );
    }
}

#[test]
fn each_required_value_that_is_missing_is_named_once_and_nothing_else_is() {
    for form in &catalogue().forms {
        let mut asked = BTreeSet::new();
        for (chosen, how) in scenarios(form)
            .iter()
            .flat_map(|chosen| [(chosen, Fill::Least), (chosen, Fill::Groups)])
        {
            let full = filled(form, chosen, how);
            let before = problems(form, &full.to_doc(form));
            assert!(
                validate::is_clean(&before),
                "{}: {:?}",
                form.id,
                said(&before)
            );
            for (place, field) in places(&full, &mut form.fields(), "") {
                if field.required.is_null() || chosen.iter().any(|(name, _)| *name == place) {
                    continue;
                }
                let mut less = full.clone();
                less.put(&place, Value::Null);
                let now = problems(form, &less.to_doc(form));
                let new: Vec<&Problem> = now.iter().filter(|p| !before.contains(p)).collect();
                if let [problem] = new.as_slice() {
                    asked.insert(path::field_names(&place).join("."));
                    assert_eq!(problem.path, place);
                    assert_eq!(problem.label, field.label);
                    assert_eq!(problem.level, Level::Error);
                    assert!(problem.say.contains(&field.label), "{}", problem.say);
                } else {
                    assert!(new.is_empty(), "{} {place}: {new:?}", form.id);
                }
            }
        }
        let required: BTreeSet<String> = every_field(form)
            .into_iter()
            .filter(|(_, field)| !field.required.is_null())
            .map(|(name, _)| name)
            .collect();
        assert_eq!(
            asked, required,
            "{}: all are asked for in some scenario",
            form.id
        );
    }
}

fn every_field(form: &Form) -> Vec<(String, &Field)> {
    fn walk<'a>(
        fields: &mut dyn Iterator<Item = &'a Field>,
        prefix: &str,
        all: &mut Vec<(String, &'a Field)>,
    ) {
        for field in fields {
            let name = format!("{prefix}{}", field.key);
            walk(&mut field.fields.iter(), &format!("{name}."), all);
            all.push((name, field));
        }
    }
    let mut all = Vec::new();
    walk(&mut form.fields(), "", &mut all);
    all
}

#[test]
fn a_group_that_must_have_an_entry_is_named_when_it_has_none() {
    for form in &catalogue().forms {
        let full = filled(form, &fitting(form), Fill::Least);
        for field in form
            .fields()
            .filter(|f| f.kind == Kind::Group && f.min.unwrap_or(0) > 0)
        {
            let mut less = full.clone();
            for id in full.entries(&field.key) {
                less.remove_entry(&field.key, &id);
            }
            let say = format!("Cần ít nhất một mục “{}”.", field.label);
            let now = problems(form, &less.to_doc(form));
            assert_eq!(
                said(&now),
                [(field.key.as_str(), say.as_str())],
                "{}",
                form.id
            );
        }
    }
}

#[test]
fn a_record_with_every_field_filled_is_valid_and_folds_to_what_was_on_the_screen() {
    let catalogue = catalogue();
    for form in &catalogue.forms {
        let draft = filled(form, &fitting(form), Fill::All);
        let doc = draft.to_doc(form);
        let found = problems(form, &doc);
        assert!(
            validate::is_clean(&found),
            "{}: {:?}",
            form.id,
            said(&found)
        );
        let record = saved(&draft);
        assert_eq!(record.to_doc(), doc, "{}", form.id);
        let row = summarise(&record, &catalogue);
        assert_eq!((row.problems, row.conflicts), (0, 0), "{}", form.id);
        assert!(
            !row.title.is_empty() && row.title != form.label,
            "{}",
            form.id
        );
        assert!(!row.subtitle.is_empty(), "{}", form.id);
    }
}

#[test]
fn every_register_writes_a_row_of_a_full_record() {
    for form in &catalogue().forms {
        let doc = filled(form, &fitting(form), Fill::All).to_doc(form);
        for register in &registers(form) {
            let entries: Vec<&Value> = match &register.per {
                Some(group) => vec![&doc[group][0]],
                None => vec![],
            };
            let scope = Scope {
                entries: &entries,
                row: 1,
                ..Scope::of(&doc, Some(form))
            };
            let written = register
                .columns
                .iter()
                .filter(|column| !expr::text(&column.value, &scope).is_empty());
            // Columns for one outcome stay empty in a record with another.
            let (written, all) = (written.count(), register.columns.len());
            assert!(written * 2 > all, "{}: {written} of {all}", register.id);
        }
    }
}

#[test]
fn every_paper_of_the_catalogue_is_filled_from_a_full_record_and_speaks_of_fields_that_are_there() {
    let all = catalogue();
    let prints = records::catalogue::builtin_prints().unwrap();
    assert!(prints.len() >= 7);
    for print in &prints {
        let form = all
            .newest(&print.form)
            .unwrap_or_else(|| panic!("{}: no form {}", print.id, print.form));
        assert!(
            ["state", "party"].contains(&print.layout.as_str()),
            "{}",
            print.id
        );
        assert!(!print.sources.is_empty(), "{}", print.id);
        let full = |form: &Form| filled(form, &fitting(form), Fill::All).to_doc(form);
        let mut doc = full(form);
        let children = print.children.iter().map(|children| {
            let form = all.newest(&children.form).unwrap();
            (children.name.clone(), json!([full(form)]))
        });
        let children: Vec<_> = children.collect();
        let doc = doc.as_object_mut().unwrap();
        doc.extend(children);
        doc.insert("@don_vi".to_owned(), "UBND xã Mẫu".into());
        doc.insert("@hom_nay".to_owned(), "2026-11-25".into());
        let doc = Value::Object(doc.clone());
        let entry = doc
            .get(&print.per)
            .and_then(|entries| entries[0]["@id"].as_str())
            .unwrap_or_default();
        let paper = print.fill(form, &doc, entry, &|id| all.newest(id));
        let blank = |block: &&records::paper::Block| format!("{block:?}").contains("………………………");
        let blanks: Vec<_> = paper.blocks.iter().filter(blank).collect();
        // A letter leaves its addressee to the writer.
        assert!(
            blanks
                .iter()
                .all(|block| format!("{block:?}").contains("Kính gửi")),
            "{}: {blanks:?}",
            print.id
        );
        assert!(paper.blocks.len() > 3, "{}", print.id);
    }
}

#[test]
fn what_is_secret_is_neither_found_nor_in_the_readable_file() {
    let catalogue = catalogue();
    let mut count = 0;
    for form in &catalogue.forms {
        let mut draft = filled(form, &fitting(form), Fill::All);
        for (place, field) in places(&draft, &mut form.fields(), "") {
            if field.secret {
                count += 1;
                draft.put(&place, json!("KHONGLO 0987"));
            }
        }
        let record = saved(&draft);
        let row = summarise(&record, &catalogue);
        assert!(!row.key.contains("khonglo"), "{}", form.id);
        let file = records::files::readable(&record, &catalogue);
        let json = serde_json::to_string(&file).unwrap();
        assert!(!json.contains("KHONGLO"), "{}", form.id);
        assert!(!row.title.contains("KHONGLO") && !row.subtitle.contains("KHONGLO"));
    }
    assert!(count > 0, "some field is secret");
}

/// One field of each kind, named after it.
fn one_of_each() -> Form {
    let kinds = "text longtext number decimal date time choice choices yesno person identity phone address docref link group";
    let fields = kinds.split(' ').map(|kind| {
        let mut field = json!({"key": kind, "label": "L", "type": kind});
        match kind {
            "text" => field["max"] = json!(3),
            "number" => (field["min"], field["max"]) = (json!(1), json!(9)),
            "decimal" => field["min"] = json!(1),
            "choice" | "choices" => field["options"] = json!([["A", "a"]]),
            _ => {}
        }
        field
    });
    let form = json!({
        "id": "f", "version": "1", "valid_from": "2026-01-01", "label": "F", "short": "F",
        "sections": [{"label": "S", "fields": fields.collect::<Vec<Value>>()}]
    });
    Form::read(&form.to_string()).unwrap()
}

fn check(key: &str, good: &Value, bad: &Value) {
    let form = one_of_each();
    for (values, wrong) in [(good, 0), (bad, 1)] {
        for value in values.as_array().unwrap() {
            let found = problems(&form, &json!({key: value}));
            assert_eq!(found.len(), wrong, "{key} {value}: {:?}", said(&found));
            assert!(
                found
                    .iter()
                    .all(|p| p.path == key && p.level == Level::Error)
            );
        }
    }
}

#[test]
fn a_wrong_text_or_number_is_named_once() {
    check("text", &json!(["ạăâ", ""]), &json!(["dài quá", 3]));
    check("longtext", &json!(["một\nhai"]), &json!([{"a": 1}, true]));
    check("number", &json!([1, 9]), &json!([0, 10, "3"]));
    check("decimal", &json!(["1.5"]), &json!(["1,5", "0.5", "inf", 2]));
    check(
        "date",
        &json!(["2024-02-29"]),
        &json!(["2023-02-29", "22/11/2026"]),
    );
    check(
        "time",
        &json!(["08:30", "23:59"]),
        &json!(["24:00", "8h30", "08:3", "08:60", "08:301"]),
    );
    check(
        "phone",
        &json!(["0912 345 678", "+84 912 345 678"]),
        &json!(["12345"]),
    );
    check("link", &json!(["x"]), &json!([{"x": 1}]));
}

#[test]
fn a_wrong_choice_or_composite_value_is_named_once() {
    check("choice", &json!(["A"]), &json!(["B", ["A"]]));
    check("choices", &json!([["A"], []]), &json!([["A", "B"], "A"]));
    check("yesno", &json!([true, false]), &json!(["x", 1]));
    check("person", &json!([{"ho_ten": "An"}]), &json!(["An"]));
    check(
        "address",
        &json!([{"chi_tiet": "Thôn 5"}]),
        &json!(["Thôn 5"]),
    );
    check("docref", &json!([{"so": "1-CT"}]), &json!(["1-CT"]));
    let new = |so: &str| json!({"loai": "CCCD", "so": so});
    let old = |so: &str| json!({"loai": "CMND", "so": so});
    let other = json!({"loai": "KHAC", "so": "x"});
    check(
        "identity",
        &json!([new("001 085 000 123"), new(""), old("123456789"), other]),
        &json!([
            new("123456789"),
            new("00108500012x"),
            old("12345678a"),
            "001085000123"
        ]),
    );
    check("group", &json!([[]]), &json!(["x", {"@id": "e", "x": 1}]));
}

#[test]
fn defaults_are_there_when_a_form_opens() {
    for form in &catalogue().forms {
        let opened = draft(form);
        for (place, field) in places(&opened, &mut form.fields(), "") {
            if !field.default.is_null() && field.kind != Kind::Choices {
                assert!(!opened.value(&place).is_null(), "{} {place}", form.id);
            }
        }
        for field in form.fields().filter(|field| field.kind == Kind::Group) {
            let least = field
                .start
                .or(field.min.map(|min| usize::try_from(min).unwrap()));
            assert_eq!(opened.entries(&field.key).len(), least.unwrap_or(0));
        }
        let mut one = opened.clone();
        let first = form.fields().find(|field| field.kind == Kind::Text);
        if let Some(field) = first {
            put(&mut one, field, &field.key, json!("x"));
            assert!(one.is_dirty());
        }
    }
}
