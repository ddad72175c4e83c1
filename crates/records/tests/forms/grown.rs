//! The promise of `docs/FORMS.md`: a field is one line, a kind of record is one file, and no code knows either.

use records::{
    catalogue::{Catalogue, read},
    draft::Draft,
    expr::{self, Scope},
    files::{self, EXPORT_KIND},
    form::{Level, Registers},
    json::Read,
    notebook::Notebook,
    search::{Query, key},
    summary::summarise,
    validate::problems,
};
use serde_json::{Value, json};

use super::{Fill, around, catalogue, draft, filled, names, rec, saved, texts};

/// The catalogue made of these files.
fn catalogue_of<'a>(forms: impl IntoIterator<Item = &'a String>) -> Catalogue {
    let forms: Vec<&str> = forms.into_iter().map(String::as_str).collect();
    let guide = r#"{"sections":[]}"#;
    read(&format!(
        r#"{{"forms":[{}],"programmes":[],"guide":{guide}}}"#,
        forms.join(",")
    ))
    .unwrap()
}

/// A readable file of one record, taken in by another notebook.
fn exported_and_imported(file: &Value, catalogue: &Catalogue) -> Value {
    let export = json!({"kind": EXPORT_KIND, "version": 1, "records": [file]});
    let found = files::read(export.to_string().as_bytes(), catalogue).unwrap();
    assert_eq!((found.changes.len(), found.damaged.len()), (1, 0));
    let mut notebook = Notebook::default();
    notebook.insert(found.changes[0].0.get()).unwrap();
    let id = notebook.records().next().unwrap();
    notebook.fold(id).unwrap().to_doc()
}

#[test]
fn adding_a_field_is_one_line() {
    let line = r#"{"key": "khau_hieu", "label": "Khẩu hiệu", "type": "text", "required": true, "default": "Dân vận khéo", "max": 40},"#;
    let mut forms = texts("forms");
    let text = forms.get_mut("hoat_dong.json").unwrap();
    let before = text.lines().count();
    let place = text.find(r#"{"key": "dia_diem""#).unwrap();
    text.insert_str(place, &format!("{line}\n      "));
    assert_eq!(text.lines().count(), before + 1);
    let grown = catalogue_of(forms.values());
    let form = grown.newest("hoat_dong").unwrap();

    // On the screen, in its place, with its default.
    let field = form.fields().position(|field| field.key == "khau_hieu");
    let next = form.fields().position(|field| field.key == "dia_diem");
    assert_eq!(field.map(|at| at + 1), next);
    assert_eq!(draft(form).to_doc(form)["khau_hieu"], "Dân vận khéo");

    // In the validation: missing, and too long.
    let mut typed = filled(form, &[], Fill::Least);
    assert_eq!(problems(form, &typed.to_doc(form)), []);
    typed.put("khau_hieu", Value::Null);
    let missing = problems(form, &typed.to_doc(form));
    assert_eq!((missing.len(), missing[0].path.as_str()), (1, "khau_hieu"));
    assert_eq!(missing[0].say, "Chưa ghi “Khẩu hiệu”.");
    typed.put("khau_hieu", json!("x".repeat(41)));
    assert_eq!(problems(form, &typed.to_doc(form)).len(), 1);

    // In the record, the search, the file, and back again.
    typed.put("khau_hieu", json!("Trọng dân, gần dân"));
    let record = saved(&typed);
    assert_eq!(record.to_doc()["khau_hieu"], "Trọng dân, gần dân");
    let row = summarise(&record, &grown);
    assert!(row.key.contains(&key("Trọng dân, gần dân")));
    assert!(Query::new("trong dan").matches(&row.key));
    let file = serde_json::to_value(files::readable(&record, &grown)).unwrap();
    assert_eq!(file["fields"]["khau_hieu"], "Trọng dân, gần dân");
    assert_eq!(exported_and_imported(&file, &grown), record.to_doc());

    // A phone whose catalogue has not got the line yet loses nothing and finds it all the same.
    let old = catalogue();
    assert_eq!(summarise(&record, &old).key, row.key);
    let file = files::readable(&record, &old);
    assert_eq!(file.fields["khau_hieu"], "Trọng dân, gần dân");
    let form = old.newest("hoat_dong").unwrap();
    let mut edit = Draft::edit(&record, form, 0);
    edit.put("ten", json!("Tên khác"));
    assert!(!edit.writes().set.contains_key("khau_hieu"));
}

const CENSUS: &str = r#"{
  "id": "ra_soat_ho_ngheo", "version": "1", "valid_from": "2026-01-01", "valid_to": null,
  "label": "Rà soát hộ nghèo", "short": "Hộ nghèo", "verb": "Ghi rà soát", "icon": "list", "order": 35, "quick": true,
  "title": ["$chu_ho"], "subtitle": [["date", "$ngay"], ["label", "$ket_luan"]],
  "date": "ngay", "due": "ho_tro.han", "due_done": "ho_tro.ngay_xong",
  "sections": [{"label": "Hộ", "fields": [
    {"key": "ngay", "label": "Ngày", "type": "date", "required": true, "default": "today"},
    {"key": "chu_ho", "label": "Chủ hộ", "type": "text", "required": true},
    {"key": "giay_to", "label": "Giấy tờ", "type": "identity", "secret": true},
    {"key": "ket_luan", "label": "Kết luận", "type": "choice", "options": [["NGHEO", "Hộ nghèo"], ["CAN_NGHEO", "Hộ cận nghèo"]]},
    {"key": "thieu", "label": "Thiếu hụt", "type": "choices", "options": [["NHA", "Nhà ở"], ["NUOC", "Nước sạch"]]},
    {"key": "ho_tro", "label": "Hỗ trợ", "type": "group", "item": "Việc", "fields": [
      {"key": "viec", "label": "Việc", "type": "longtext", "required": true},
      {"key": "han", "label": "Hạn", "type": "date"},
      {"key": "ngay_xong", "label": "Ngày xong", "type": "date"}
    ]}
  ]}],
  "rules": [{"if": ["and", ["=", "$ket_luan", "NGHEO"], ["not", ["count", "$thieu"]]], "field": "thieu", "say": "Ghi rõ thiếu hụt."}],
  "registers": [{"id": "RS-1", "label": "Sổ rà soát", "columns": [
    {"label": "STT", "value": ["row"]}, {"label": "Chủ hộ", "value": "$chu_ho"}, {"label": "Kết luận", "value": ["label", "$ket_luan"]}
  ]}]
}"#;

#[test]
fn adding_a_form_is_one_file() {
    let mut forms = texts("forms");
    forms.insert("ra_soat_ho_ngheo.json".to_owned(), CENSUS.to_owned());
    let grown = catalogue_of(forms.values());
    let form = grown.newest("ra_soat_ho_ngheo").unwrap();

    // A kind among the others, in its place of the menu.
    let kinds: Vec<&str> = grown.kinds().iter().map(|form| form.id.as_str()).collect();
    assert_eq!(kinds.len(), catalogue().kinds().len() + 1);
    let at = |id: &str| kinds.iter().position(|kind| *kind == id);
    assert!(at("doi_thoai") < at(&form.id) && at(&form.id) < at("giam_sat"));

    // Opened, validated, with its own rule.
    let mut opened = draft(form);
    assert_eq!(opened.to_doc(form)["ngay"], "2026-11-22");
    let found = problems(form, &opened.to_doc(form));
    assert_eq!(
        (found.len(), found[0].say.as_str()),
        (1, "Chưa ghi “Chủ hộ”.")
    );
    opened.put("chu_ho", json!("Lò Thị Sương"));
    opened.put("giay_to", json!({"loai": "CCCD", "so": "001085000123"}));
    opened.put("ket_luan", json!("NGHEO"));
    let found = problems(form, &opened.to_doc(form));
    assert_eq!(
        (found[0].path.as_str(), found[0].level),
        ("thieu", Level::Error)
    );
    opened.put("thieu#NUOC", json!(true));
    let group = form.field_at("ho_tro").unwrap();
    let id = opened.add_entry(group, "ho_tro", &around(), &mut names());
    opened.put(&format!("ho_tro/{id}/viec"), json!("Kéo nước về bản"));
    opened.put(&format!("ho_tro/{id}/han"), json!("2026-12-15"));
    assert_eq!(problems(form, &opened.to_doc(form)), []);

    // Folded, summarised, found, in its register.
    let record = saved(&opened);
    assert_eq!(record.to_doc(), opened.to_doc(form));
    let row = summarise(&record, &grown);
    assert_eq!(row.title, "Lò Thị Sương");
    assert_eq!(row.subtitle, "22/11/2026 · Hộ nghèo");
    assert_eq!((row.date.as_str(), row.id), ("2026-11-22", rec(1)));
    assert_eq!(row.due[0].what, "Kéo nước về bản");
    assert_eq!(row.due[0].date, "2026-12-15");
    assert!(Query::new("suong keo nuoc").matches(&row.key));
    assert!(!row.key.contains("001085000123"));
    let doc = record.to_doc();
    let scope = Scope {
        row: 1,
        ..Scope::of(&doc, Some(form))
    };
    let columns = &Registers::read(CENSUS).unwrap().registers[0].columns;
    let cells: Vec<String> = columns
        .iter()
        .map(|c| expr::text(&c.value, &scope))
        .collect();
    assert_eq!(cells, ["1", "Lò Thị Sương", "Hộ nghèo"]);

    // Out and in again, without what is secret.
    let file = serde_json::to_value(files::readable(&record, &grown)).unwrap();
    assert_eq!(file["state"], "draft");
    let mut open = doc;
    open.as_object_mut().unwrap().remove("giay_to");
    assert_eq!(exported_and_imported(&file, &grown), open);
}
