//! What may be published over the catalogue, what may not, and what it changes.

use records::{
    json::Read,
    published::{self, Bundle, CATALOGUE_KIND, Mark, check},
};
use serde_json::{Value, json};

use super::{catalogue, texts};

/// The files of the repository as one catalogue to publish.
fn files() -> Value {
    let list = |folder: &str| -> Vec<Value> {
        let all = texts(folder).into_values();
        all.map(|text| serde_json::from_str(&text).unwrap())
            .collect()
    };
    let one = |name: &str| -> Value {
        let all = texts("");
        serde_json::from_str(&all[name]).unwrap()
    };
    json!({
        "kind": CATALOGUE_KIND, "version": 1,
        "forms": list("forms"), "programmes": list("programmes"), "reports": list("reports"), "prints": list("prints"),
        "calendar": one("calendar.json"), "guide": one("guide.json"),
    })
}

/// What is built in.
fn before() -> Bundle {
    published::builtin().unwrap()
}

fn publish(text: &Value) -> Result<Bundle, Vec<String>> {
    check::check(text.to_string().as_bytes(), &before())
}

/// The form of visits of a law that does not exist, as a file.
fn visit() -> Value {
    let text = &texts("forms")["tiep_cong_dan.json"];
    let mut form: Value = serde_json::from_str(text).unwrap();
    form["version"] = json!("ND999-2027");
    form["valid_from"] = json!("2027-07-01");
    form
}

fn of_forms(forms: &[Value]) -> Value {
    json!({"kind": CATALOGUE_KIND, "version": 1, "forms": forms})
}

#[test]
fn what_is_built_in_could_be_published_and_changes_nothing() {
    let before = before();
    let new = publish(&files()).unwrap_or_else(|wrong| panic!("{}", wrong.join("\n")));
    let after = before.clone().renewed_by(new);
    assert_eq!(after.catalogue, before.catalogue);
    assert_eq!(after.reports, before.reports);
    assert_eq!(
        (after.prints.len(), after.registers.len()),
        (before.prints.len(), before.registers.len())
    );
    assert_eq!(before.books[0].field, "so_tt");
}

#[test]
fn a_new_law_is_a_new_version_beside_the_old_ones() {
    let mut form = visit();
    form["label"] = json!("Tiếp công dân theo luật mới");
    let fields = form["sections"][0]["fields"].as_array_mut().unwrap();
    fields.push(json!({"key": "phong_tiep", "label": "Phòng tiếp", "type": "text"}));
    let new = publish(&of_forms(&[form])).unwrap();
    let after = before().renewed_by(new);
    let all = &after.catalogue;
    let on = |day| all.form_on("tiep_cong_dan", day).unwrap().version.as_str();
    assert_eq!(
        (on("2027-06-30"), on("2027-07-01")),
        ("ND154-2026", "ND999-2027")
    );
    // Records of the old law keep their form, in every word.
    for old in &catalogue().forms {
        assert_eq!(all.form(&old.id, &old.version), Some(old));
    }
    let registers = after.registers.iter();
    let of_new = registers.filter(|of| of.version == "ND999-2027");
    assert_eq!(of_new.map(|of| of.registers.len()).collect::<Vec<_>>(), [2]);
}

#[test]
fn a_calendar_alone_is_a_catalogue_too_when_it_has_the_years_there_were() {
    let mut calendar: Value = serde_json::from_str(&texts("")["calendar.json"]).unwrap();
    calendar["years"].as_array_mut().unwrap().push(json!(2028));
    let mut text = json!({"kind": CATALOGUE_KIND, "version": 1, "calendar": calendar});
    let after = before().renewed_by(publish(&text).unwrap());
    assert!(after.catalogue.calendar.years.contains(&2028));
    assert_eq!(after.catalogue.forms, catalogue().forms);
    text["calendar"]["years"] = json!([2028]);
    let wrong = publish(&text).unwrap_err().join("\n");
    assert!(wrong.contains("không có năm 2024"), "{wrong}");
}

#[test]
fn what_is_broken_is_refused_with_what_is_wrong() {
    let first = "/sections/0/fields/0";
    for (place, value, say) in [
        (
            first,
            json!({"key": "ngay_tiep", "label": "Ngày", "type": "text"}),
            "mục đã công bố không đổi kiểu",
        ),
        (
            first,
            json!({"key": "ngay_khac", "label": "Ngày", "type": "date"}),
            "date “ngay_tiep” không phải mục ngày",
        ),
        (
            first,
            json!({"key": "ngay_tiep", "label": "Ngày", "type": "date", "requierd": true}),
            "khóa “requierd” không có nghĩa",
        ),
        (
            "/sections/1/fields/0/fields/0/options/0",
            json!(["KHIEU_NAI", "Khiếu kiện"]),
            "giá trị đã dùng không đổi nghĩa",
        ),
        ("/title", json!(["$khong_co"]), "không có mục $khong_co"),
        (
            "/title",
            json!([["dem", "$ngay_tiep"]]),
            "không có phép “dem”",
        ),
        (
            "/title",
            json!([["days", "$ngay_tiep"]]),
            "“days” không nhận 1 phần",
        ),
        ("/deadlines/0/unit", json!("tuan"), "đơn vị “tuan” không có"),
        ("/deadlines/0/source", json!(""), "thiếu label hoặc source"),
        ("/short", json!("Tiếp công dân tại trụ sở"), "short dài"),
        ("/book", json!("ghi_chu"), "không phải mục kiểu số"),
        (
            "/sections/0/fields/0/type",
            json!("photo"),
            "a type of field",
        ),
    ] {
        let mut form = visit();
        *form.pointer_mut(place).unwrap() = value;
        let found = publish(&of_forms(&[form])).unwrap_err().join("\n");
        assert!(found.contains(say), "“{say}” is not in:\n{found}");
    }
}

#[test]
fn a_published_version_loses_nothing_when_it_is_corrected() {
    let text = &texts("forms")["tiep_cong_dan.json"];
    let mut form: Value = serde_json::from_str(text).unwrap();
    form["note"] = json!("Lời nhắc đã sửa.");
    assert!(publish(&of_forms(&[form.clone()])).is_ok());
    form["sections"][0]["fields"].as_array_mut().unwrap().pop();
    let wrong = publish(&of_forms(&[form])).unwrap_err().join("\n");
    assert!(wrong.contains("mục ky_tiep đã công bố, nay mất"), "{wrong}");
}

#[test]
fn what_is_no_catalogue_is_refused_in_words() {
    let before = before();
    let deep = "[".repeat(100_000);
    for text in [
        "",
        "{",
        "[]",
        "null",
        r#"{"kind":"khac","version":1}"#,
        deep.as_str(),
    ] {
        assert!(
            check::check(text.as_bytes(), &before).is_err(),
            "{text:.20}"
        );
    }
    for (key, list, say) in [
        (
            "reports",
            json!([{"id": "r", "version": "1", "label": "R", "short": "R", "valid_from": "2026-01-01", "layout": "state",
            "periods": [], "sections": [], "figures": [{"id": "a", "label": "A", "count": {"form": "khong_co", "where": true}}]}]),
            "không có mẫu phiếu khong_co",
        ),
        (
            "prints",
            json!([{"id": "p", "label": "P", "form": "khong_co", "layout": "state", "blocks": []}]),
            "không có mẫu phiếu khong_co",
        ),
        (
            "calendar",
            json!({"years": [2027], "off": [{"date": "08/02/2027", "name": "Tết"}]}),
            "“08/02/2027” không phải ngày",
        ),
    ] {
        let mut text = json!({"kind": CATALOGUE_KIND, "version": 1});
        text[key] = list;
        let wrong = publish(&text).unwrap_err().join("\n");
        assert!(wrong.contains(say), "{wrong}");
    }
}

#[test]
fn a_device_takes_what_is_newer_and_nothing_older() {
    let mark = |number, hash: &str| Mark {
        number,
        hash: hash.to_owned(),
    };
    let held = mark(3, "a");
    assert!(mark(1, "a").is_news_after(None));
    assert!(mark(4, "b").is_news_after(Some(&held)));
    assert!(!mark(3, "a").is_news_after(Some(&held)));
    assert!(
        !mark(2, "z").is_news_after(Some(&held)),
        "a restored endpoint"
    );
    assert!(
        mark(3, "b").is_news_after(Some(&held)),
        "published again after a restore"
    );
    let text = serde_json::to_string(&held).unwrap();
    assert_eq!(Mark::read(&text).unwrap(), held);
}
