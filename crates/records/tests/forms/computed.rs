//! Records worked out by hand: what the form of dân vận khéo computes, what they
//! object to, and what their registers print.

use records::{
    expr::{self, Scope},
    form::{Form, Level},
    validate::problems,
};
use serde_json::{Value, json};

use super::catalogue;

fn form(id: &str) -> Form {
    catalogue().newest(id).unwrap().clone()
}

/// A record with some fields changed; null takes a field away.
fn with(doc: &Value, mut changes: Value) -> Value {
    let mut doc = doc.clone();
    let fields = doc.as_object_mut().unwrap();
    fields.append(changes.as_object_mut().unwrap());
    fields.retain(|_, value| !value.is_null());
    doc
}

/// What a computed field shows, in the record or in an entry of a group.
fn shown(form: &Form, doc: &Value, name: &str) -> String {
    let field = form.field_at(&name.replace('.', "/e1/")).unwrap();
    let entries: Vec<&Value> = match name.split_once('.') {
        Some((group, _)) => vec![&doc[group][0]],
        None => vec![],
    };
    let scope = Scope {
        entries: &entries,
        ..Scope::of(doc, Some(form))
    };
    expr::text(&field.value, &scope)
}

/// The fields that a record has problems with.
fn objections(form: &Form, doc: &Value) -> Vec<(String, Level)> {
    let found = problems(form, doc).into_iter();
    found.map(|problem| (problem.path, problem.level)).collect()
}

fn warned(form: &Form, doc: &Value, path: &str) {
    assert_eq!(objections(form, doc), [(path.to_owned(), Level::Warn)]);
}

fn fine(form: &Form, doc: &Value) {
    assert_eq!(objections(form, doc), []);
}

/// The cells of the rows that a record makes in a register.
fn rows(form: &Form, register: &str, doc: &Value) -> Vec<Vec<String>> {
    let register = form.registers.iter().find(|r| r.id == register).unwrap();
    let all = register
        .per
        .as_ref()
        .map(|group| doc[group].as_array().unwrap().clone());
    let entries = all.map_or(vec![None], |all| all.into_iter().map(Some).collect());
    let row = |(at, entry): (usize, Option<Value>)| {
        let entries: Vec<&Value> = entry.iter().collect();
        let scope = Scope {
            entries: &entries,
            row: at + 1,
            ..Scope::of(doc, Some(form))
        };
        let cells = register.columns.iter();
        cells.map(|c| expr::text(&c.value, &scope)).collect()
    };
    entries.into_iter().enumerate().map(row).collect()
}

fn step(kind: &str, day: &str) -> Value {
    json!({"@id": kind, "loai_buoc": kind, "ngay_buoc": day, "van_ban": {"so": "5/QĐ-UBND"}})
}

fn visit(day: &str, done: i64, difficulty: &str) -> Value {
    json!({"@id": day, "ngay_theo_doi": day, "tien_do": done, "kho_khan": difficulty, "viec_can_lam": "Vận động thêm 3 hộ"})
}

fn model() -> Value {
    json!({
        "ten": "Thôn không rác thải nhựa", "loai": "TAP_THE", "dang": "MO_HINH", "linh_vuc": "NTM_DO_THI", "nam_dang_ky": 2026,
        "dang_ky": "MOI", "ngay_lap": "2026-03-01", "don_vi_dang_ky": "Chi hội Phụ nữ thôn 5", "so_ho": 40, "so_nguoi": 120,
        "nguon_luc": [{"@id": "1", "tien_dong": 3_000_000}, {"@id": "2", "tien_dong": 500_000, "ngay_cong": 12}]
    })
}

#[test]
fn the_stage_of_a_model_is_its_last_step_by_date() {
    let form = form("mo_hinh");
    let stage = |steps: &[(&str, &str)]| {
        let steps: Vec<Value> = steps.iter().map(|(kind, day)| step(kind, day)).collect();
        let doc = with(&model(), json!({ "buoc": steps }));
        (
            shown(&form, &doc, "trang_thai"),
            shown(&form, &doc, "buoc_tiep"),
        )
    };
    let is = |stage: (String, String), expected: (&str, &str)| {
        assert_eq!((stage.0.as_str(), stage.1.as_str()), expected);
    };
    let (registered, begun) = (("DANG_KY", "2026-03-01"), ("TRIEN_KHAI", "2026-04-10"));
    is(stage(&[]), ("Dự thảo", "Đăng ký"));
    is(stage(&[registered]), ("Đăng ký", "Duyệt danh mục"));
    let next = "Theo dõi, tự đánh giá khi đến kỳ";
    is(stage(&[begun, registered]), ("Thực hiện", next));
    // Judged and recognised on one day: the later entry is the later step.
    let both = [
        registered,
        ("DANH_GIA", "2026-09-20"),
        ("CONG_NHAN", "2026-09-20"),
    ];
    is(
        stage(&both),
        ("Công nhận", "Đề nghị khen thưởng, nhân rộng, duy trì"),
    );
    is(
        stage(&[both[0], both[2], both[1]]),
        ("Đánh giá, bình xét", "Công nhận hoặc không công nhận"),
    );
    is(stage(&[("DUNG", "2026-05-02"), registered]), ("Dừng", ""));
    let all = form.field_at("buoc/e1/loai_buoc").unwrap();
    for (kind, label) in &all.options {
        let (stage, next) = stage(&[(kind, "2026-05-02")]);
        assert_eq!(stage, *label);
        let is_the_end = matches!(kind.as_str(), "DUNG" | "DUY_TRI" | "KHONG_CONG_NHAN");
        assert_eq!(next.is_empty(), is_the_end, "{kind}");
    }
}

#[test]
fn a_model_under_way_is_to_be_visited_thirty_days_after_its_last_visit_or_its_beginning() {
    let form = form("mo_hinh");
    let next = |steps: Value, visits: Value| {
        let doc = with(&model(), json!({ "buoc": steps, "theo_doi": visits }));
        (
            shown(&form, &doc, "theo_doi_cuoi"),
            shown(&form, &doc, "theo_doi_tiep"),
        )
    };
    let is = |found: (String, String), expected: (&str, &str)| {
        assert_eq!((found.0.as_str(), found.1.as_str()), expected);
    };
    let (registered, begun) = (
        step("DANG_KY", "2026-03-01"),
        step("TRIEN_KHAI", "2026-04-10"),
    );
    let (early, late) = (visit("2026-04-01", 0, ""), visit("2026-05-20", 40, ""));
    let under_way = json!([registered, begun]);
    is(next(under_way.clone(), json!([])), ("", "10/05/2026"));
    is(
        next(under_way.clone(), json!([early])),
        ("01/04/2026", "10/05/2026"),
    );
    is(
        next(under_way, json!([late, early])),
        ("20/05/2026", "19/06/2026"),
    );
    is(next(json!([registered]), json!([])), ("", ""));
    let over = json!([begun, step("CONG_NHAN", "2026-09-20")]);
    is(next(over, json!([late])), ("20/05/2026", ""));
}

#[test]
fn what_was_recognised_or_commended_has_its_decision_and_its_earlier_steps() {
    let form = form("mo_hinh");
    let doc = |steps: Value| with(&model(), json!({ "buoc": steps }));
    let registered = step("DANG_KY", "2026-03-01");
    let recognised = step("CONG_NHAN", "2026-09-20");
    let commended = step("KHEN_THUONG", "2026-10-15");
    fine(&form, &doc(json!([registered, recognised, commended])));
    warned(&form, &doc(json!([recognised])), "buoc/CONG_NHAN/loai_buoc");
    warned(
        &form,
        &doc(json!([registered, commended])),
        "buoc/KHEN_THUONG/loai_buoc",
    );
    let bare = json!({"@id": "b", "loai_buoc": "CONG_NHAN", "ngay_buoc": "2026-09-20"});
    warned(&form, &doc(json!([registered, bare])), "buoc/b/van_ban");
    let stopped = step("DUNG", "2026-09-20");
    let missing = objections(&form, &doc(json!([registered, stopped])));
    assert_eq!(missing, [("buoc/DUNG/ly_do_dung".to_owned(), Level::Error)]);
}

#[test]
fn the_follow_up_table_prints_the_last_visit_and_the_sums() {
    let form = form("mo_hinh");
    let steps = json!([
        step("DANG_KY", "2026-03-01"),
        step("TRIEN_KHAI", "2026-04-10")
    ]);
    let visits = json!([
        visit("2026-05-20", 60, "Thiếu thùng rác"),
        visit("2026-04-15", 20, "Chưa quen")
    ]);
    let doc = with(&model(), json!({ "buoc": steps, "theo_doi": visits }));
    let row = &rows(&form, "DVK-2", &doc)[0];
    assert_eq!(
        row[1..],
        [
            "Thôn không rác thải nhựa\nChi hội Phụ nữ thôn 5",
            "Thực hiện",
            "10/04/2026",
            "2",
            "20/05/2026",
            "60",
            "",
            "Thiếu thùng rác",
            "Vận động thêm 3 hộ",
            "40",
            "120",
            "3500000",
            "12",
            ""
        ]
    );
    let book = rows(&form, "DVK-3", &doc);
    assert_eq!(
        (book.len(), book[1][1].as_str(), book[1][5].as_str()),
        (2, "10/04/2026", "Thực hiện")
    );
    assert_eq!(rows(&form, "DVK-1", &doc)[0][2], "Mô hình, Tập thể");
}
