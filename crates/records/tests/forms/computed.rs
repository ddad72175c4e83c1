//! Records worked out by hand: what the forms of dân vận khéo and of democracy at the grassroots compute, what they
//! object to, and what their registers print.

use records::{
    expr::{self, Scope},
    form::{Form, Level},
    validate::{is_shown, problems},
};
use serde_json::{Value, json};

use super::{catalogue, registers};

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
    let registers = registers(form);
    let register = registers.iter().find(|r| r.id == register).unwrap();
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

fn disclosure() -> Value {
    json!({
        "ma": "CK07", "ten": "Kết quả rà soát hộ nghèo năm 2026", "ngay_quyet_dinh": "2026-11-16",
        "ngay_cong_khai": "2026-11-23", "hinh_thuc": ["NIEM_YET", "TRUONG_THON", "TRUYEN_THANH"],
        "noi_niem_yet": ["DIEM_SINH_HOAT", "NHA_VAN_HOA", "TRU_SO"], "niem_yet_tu": "2026-11-23", "niem_yet_den": "2026-12-23",
        "truyen_thanh_tu": "2026-11-24", "truyen_thanh_den": "2026-11-26"
    })
}

#[test]
fn a_disclosure_is_in_time_long_enough_and_where_it_must_be() {
    let form = form("cong_khai");
    let doc = disclosure();
    fine(&form, &doc);
    assert_eq!(shown(&form, &doc, "niem_yet_it_nhat"), "23/12/2026");
    let bad = |changes: Value, path: &str| warned(&form, &with(&doc, changes), path);
    // Five working days from a Monday end on the next Monday; a date that was worked out or set by another law rules.
    bad(json!({"ngay_cong_khai": "2026-11-24"}), "ngay_cong_khai");
    bad(json!({"han_cong_khai": "2026-11-20"}), "ngay_cong_khai");
    fine(
        &form,
        &with(
            &doc,
            json!({"ngay_cong_khai": "2026-11-27", "han_cong_khai": "2026-11-30"}),
        ),
    );
    bad(json!({"ngay_cong_khai": "2026-11-13"}), "ngay_cong_khai");
    bad(json!({"niem_yet_den": "2026-12-22"}), "niem_yet_den");
    bad(
        json!({"truyen_thanh_den": "2026-11-25"}),
        "truyen_thanh_den",
    );
    bad(
        json!({"hinh_thuc": ["TRUONG_THON", "TRUYEN_THANH"]}),
        "hinh_thuc",
    );
    bad(
        json!({"hinh_thuc": ["NIEM_YET", "TRUYEN_THANH"]}),
        "hinh_thuc",
    );
    bad(
        json!({"noi_niem_yet": ["DIEM_SINH_HOAT", "NHA_VAN_HOA"]}),
        "noi_niem_yet",
    );
    bad(
        json!({"noi_niem_yet": ["NHA_VAN_HOA", "TRU_SO"]}),
        "noi_niem_yet",
    );
    // What is not done yet is not done wrong.
    let open = json!({"ngay_cong_khai": null, "hinh_thuc": null, "noi_niem_yet": null, "niem_yet_tu": null, "niem_yet_den": null});
    fine(&form, &with(&doc, open));
}

#[test]
fn what_is_always_posted_needs_no_thirty_days_and_the_list_says_so() {
    let form = form("cong_khai");
    let posted = json!({
        "hinh_thuc": ["NIEM_YET"], "noi_niem_yet": ["TRU_SO"], "niem_yet_den": "2026-11-30", "ngay_cap_nhat": "2026-11-23",
        "truyen_thanh_tu": null, "truyen_thanh_den": null
    });
    for kind in ["CK04", "CK13"] {
        let doc = with(&with(&disclosure(), posted.clone()), json!({ "ma": kind }));
        fine(&form, &doc);
        let row = &rows(&form, "CK-1", &doc)[0];
        assert_eq!(row[8], "Thường xuyên, cập nhật 23/11/2026");
    }
    let budget = with(&with(&disclosure(), posted), json!({"ma": "CK02"}));
    let found = objections(&form, &budget);
    let at: Vec<&str> = found.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(at, ["noi_niem_yet", "niem_yet_den"]);
    let other = json!({"ma": "CK14", "hinh_thuc": ["KHAC"], "truyen_thanh_tu": null, "truyen_thanh_den": null});
    fine(&form, &with(&disclosure(), other));
    let row = &rows(&form, "CK-1", &disclosure())[0];
    let expected = [
        "16/11/2026",
        "Niêm yết; Qua trưởng thôn, tổ trưởng tổ dân phố; Truyền thanh",
        "Điểm sinh hoạt cộng đồng\nNhà văn hóa thôn, tổ dân phố\nTrụ sở HĐND, UBND xã",
        "23/11/2026",
        "23/11/2026 - 23/12/2026",
        "24/11/2026 - 26/11/2026",
    ];
    assert_eq!(row[4..10], expected);
}

fn meeting(kind: &str, for_it: i64) -> Value {
    json!({
        "hinh_thuc": "HOP", "pham_vi": "THON", "thon": "Thôn 5", "ngay": "2026-11-22", "ngay_thong_bao": "2026-11-20",
        "ngay_gui_tai_lieu": "2026-11-20", "tong_so_ho": 100, "so_co_mat": 80,
        "noi_dung": [{"@id": "e1", "ma": kind, "tom_tat": "Góp 500.000 đồng một hộ làm đường", "so_tan_thanh": for_it, "so_khong_tan_thanh": 80 - for_it}],
        "van_ban": {"so": "3/NQ", "ngay": "2026-11-22"}, "chu_ky": ["HAI_HO", "TRUONG_BAN_CTMT", "TRUONG_THON"], "ngay_gui": "2026-11-27"
    })
}

#[test]
fn two_thirds_or_more_than_half_of_all_households_decide() {
    let form = form("hop_thon");
    let result = |kind: &str, for_it: i64| {
        let doc = meeting(kind, for_it);
        fine(&form, &doc);
        (
            shown(&form, &doc, "noi_dung.ket_qua"),
            shown(&form, &doc, "noi_dung.ty_le_can"),
        )
    };
    let (yes, no) = ("Thông qua", "Không thông qua");
    for kind in ["BQ1", "BQ2"] {
        let share = "Từ 2/3 tổng số đại diện hộ".to_owned();
        assert_eq!(result(kind, 66), (no.to_owned(), share.clone()));
        assert_eq!(result(kind, 67), (yes.to_owned(), share));
    }
    for kind in ["BQ3", "BQ4", "BQ5", "BQ6"] {
        let share = "Trên 50% tổng số đại diện hộ".to_owned();
        assert_eq!(result(kind, 50), (no.to_owned(), share.clone()));
        assert_eq!(result(kind, 51), (yes.to_owned(), share));
    }
    // Exactly two thirds is enough: 60 of 90.
    let exactly = |of: i64| {
        let doc = with(&meeting("BQ1", 60), json!({ "tong_so_ho": of }));
        shown(&form, &doc, "noi_dung.ket_qua")
    };
    assert_eq!((exactly(90).as_str(), exactly(91).as_str()), (yes, no));
    let unknown = with(&meeting("BQ1", 60), json!({ "tong_so_ho": null }));
    assert_eq!(
        shown(&form, &unknown, "noi_dung.ket_qua"),
        "Chưa đủ số liệu"
    );
    assert_eq!(shown(&form, &meeting("BQ1", 60), "so_vang"), "20");
}

#[test]
fn for_the_whole_commune_two_thirds_of_the_hamlets_decide() {
    let form = form("hop_thon");
    let total = |kind: &str, for_it: i64| {
        json!({
            "hinh_thuc": "HOP", "pham_vi": "XA_TONG_HOP", "ngay": "2026-11-22", "tong_so_thon": 13,
            "noi_dung": [{"@id": "e1", "ma": kind, "tom_tat": "Mức đóng góp đường liên thôn", "so_thon_tan_thanh": for_it}]
        })
    };
    for (for_it, expected) in [(8, "Không thông qua"), (9, "Thông qua")] {
        let doc = total("BQ1", for_it);
        fine(&form, &doc);
        assert_eq!(shown(&form, &doc, "noi_dung.ket_qua"), expected);
        assert_eq!(
            shown(&form, &doc, "noi_dung.ty_le_can"),
            "Từ 2/3 tổng số thôn"
        );
        let row = &rows(&form, "BQ-1", &doc)[0];
        assert_eq!(
            (row[2].as_str(), row[6].as_str(), row[11].as_str()),
            ("Toàn xã", "13", expected)
        );
    }
    warned(&form, &total("BQ6", 9), "noi_dung/e1/ma");
    let more = objections(&form, &total("BQ2", 14));
    assert_eq!(
        more,
        [("noi_dung/e1/so_thon_tan_thanh".to_owned(), Level::Error)]
    );
}

#[test]
fn the_way_of_deciding_fits_what_is_decided() {
    let form = form("hop_thon");
    let place = "noi_dung/e1/ma";
    let way = |kind: &str, way: &str, case: Value| {
        let changes =
            json!({"hinh_thuc": way, "truong_hop_phieu": case, "ngay_bat_dau": "2026-11-22"});
        with(&meeting(kind, 60), changes)
    };
    for kind in ["BQ1", "BQ2", "BQ3", "BQ4", "BQ5"] {
        warned(&form, &way(kind, "TRUC_TUYEN", json!(null)), place);
        warned(&form, &way(kind, "PHIEU", json!("KHAC")), place);
        // After a meeting that too few attended, every content may go on paper.
        fine(&form, &way(kind, "PHIEU", json!("HOP_THIEU")));
    }
    fine(&form, &way("BQ6", "TRUC_TUYEN", json!(null)));
    fine(&form, &way("BQ6", "PHIEU", json!("KHAC")));
    fine(&form, &way("BQ1", "PHIEU", json!("XA_CHON")));
    warned(&form, &way("BQ4", "PHIEU", json!("XA_CHON")), place);
}

#[test]
fn a_meeting_is_announced_counted_signed_and_sent_in_time() {
    let form = form("hop_thon");
    let doc = meeting("BQ1", 67);
    let bad = |changes: Value, path: &str| warned(&form, &with(&doc, changes), path);
    bad(json!({"ngay_thong_bao": "2026-11-21"}), "ngay_thong_bao");
    bad(
        json!({"ngay_gui_tai_lieu": "2026-11-21"}),
        "ngay_gui_tai_lieu",
    );
    bad(json!({"chu_ky": ["TRUONG_THON"]}), "chu_ky");
    bad(json!({"ngay_gui": "2026-11-30"}), "ngay_gui");
    bad(json!({"han_gui": "2026-11-26"}), "ngay_gui");
    bad(json!({"ngay_gui": "2026-11-21"}), "ngay_gui");
    let wrong = |changes: Value| objections(&form, &with(&doc, changes));
    let error = |path: &str| (path.to_owned(), Level::Error);
    assert_eq!(wrong(json!({"so_co_mat": 101})), [error("so_co_mat")]);
    assert_eq!(
        wrong(json!({"so_co_mat": 79})),
        [error("noi_dung/e1/so_tan_thanh")]
    );

    // An initiative of ten households of a hundred; of nine when the Front agrees.
    let proposal = |count: i64, front: bool| {
        let mut doc = doc.clone();
        doc["noi_dung"][0]["de_xuat"] = json!("SANG_KIEN");
        doc["noi_dung"][0]["so_ho_dong_thuan"] = json!(count);
        doc["noi_dung"][0]["mat_tran_tan_thanh"] = json!(front);
        doc
    };
    fine(&form, &proposal(10, false));
    warned(&form, &proposal(9, false), "noi_dung/e1/so_ho_dong_thuan");
    fine(&form, &proposal(9, true));

    // Village rules: more than half of the households attend; recognised within five working days or told why not.
    let mut rules = with(&meeting("BQ3", 30), json!({"so_co_mat": 51}));
    rules["noi_dung"][0]["so_khong_tan_thanh"] = json!(0);
    fine(&form, &rules);
    warned(
        &form,
        &with(&rules, json!({"so_co_mat": 50})),
        "noi_dung/e1/ma",
    );
    rules["noi_dung"][0]["cong_nhan"] = json!("KHONG");
    rules["noi_dung"][0]["ngay_cong_nhan"] = json!("2026-12-04");
    assert_eq!(
        objections(&form, &rules),
        [error("noi_dung/e1/ly_do_khong_cong_nhan")]
    );
    rules["noi_dung"][0]["ly_do_khong_cong_nhan"] = json!("Trái pháp luật");
    fine(&form, &rules);
    rules["noi_dung"][0]["ngay_cong_nhan"] = json!("2026-12-05");
    warned(&form, &rules, "noi_dung/e1/ngay_cong_nhan");
}

#[test]
fn the_register_of_decisions_has_a_row_for_each_content() {
    let form = form("hop_thon");
    let mut doc = meeting("BQ1", 66);
    let second =
        json!({"@id": "e2", "ma": "BQ6", "tom_tat": "Lịch vệ sinh đường thôn", "so_tan_thanh": 66});
    doc["noi_dung"].as_array_mut().unwrap().push(second);
    let book = rows(&form, "BQ-1", &doc);
    assert_eq!(book.len(), 2);
    let expected = [
        "Góp 500.000 đồng một hộ làm đường",
        "Họp cộng đồng dân cư",
        "100",
        "80",
        "20",
        "66",
        "14",
        "Không thông qua",
    ];
    assert_eq!(book[0][4..12], expected);
    assert_eq!(
        (book[1][0].as_str(), book[1][11].as_str()),
        ("2", "Thông qua")
    );
    assert_eq!(book[0][13], "3/NQ, 22/11/2026");
    let list = rows(&form, "BQ-2", &doc);
    assert_eq!(
        list[0][4],
        "Góp 500.000 đồng một hộ làm đường\nLịch vệ sinh đường thôn"
    );
}

#[test]
fn a_year_end_conference_is_called_five_days_before_and_hears_three_reports() {
    let form = form("hoi_nghi_thon");
    let doc = json!({
        "thon": "Thôn 5", "nam": 2026, "ngay": "2026-12-20", "ngay_gui_ke_hoach": "2026-12-10", "ngay_thong_bao": "2026-12-15",
        "tong_so_ho": 100, "so_co_mat": 72, "bao_cao": ["BAN_CTMT", "BAN_TTND", "TRUONG_THON"], "ngay_gui": "2026-12-22",
        "kien_nghi": [
            {"@id": "a", "noi_dung": "Sửa loa truyền thanh", "co_quan_giao": "UBND xã", "han": "2027-01-15"},
            {"@id": "b", "noi_dung": "Đèn đường", "tra_loi_tai_cho": true, "ngay_xong": "2026-12-20"}
        ]
    });
    fine(&form, &doc);
    assert_eq!(shown(&form, &doc, "so_vang"), "28");
    let bad = |changes: Value, path: &str| warned(&form, &with(&doc, changes), path);
    bad(json!({"ngay_thong_bao": "2026-12-16"}), "ngay_thong_bao");
    bad(
        json!({"ngay_gui_ke_hoach": "2026-12-21"}),
        "ngay_gui_ke_hoach",
    );
    bad(json!({"bao_cao": ["TRUONG_THON"]}), "bao_cao");
    let more = objections(&form, &with(&doc, json!({"so_co_mat": 101})));
    assert_eq!(more, [("so_co_mat".to_owned(), Level::Error)]);
    let row = &rows(&form, "HNT-1", &doc)[0];
    assert_eq!(row[5..9], ["100", "72", "2", "1"]);
    let book = rows(&form, "HNT-2", &doc);
    assert_eq!((book[0][5].as_str(), book[1][4].as_str()), ("UBND xã", "x"));
}

#[test]
fn a_consultation_lasts_twenty_days_and_says_why_not() {
    let form = form("lay_y_kien");
    let doc = json!({
        "ma": "YK3", "ten": "Phương án bồi thường đường liên xã", "ngay_cong_khai": "2026-11-01", "den_ngay": "2026-11-21",
        "hinh_thuc": ["HOP", "PHIEU"], "so_phieu_phat": 120, "so_phieu_thu": 110, "so_y_kien": 110, "so_dong_y": 90,
        "so_khong_dong_y": 12, "so_y_kien_khac": 8, "ngay_cong_khai_ket_qua": "2026-11-25",
        "y_kien": [{"@id": "a", "noi_dung": "Nâng đơn giá cây lâu năm", "so_luot": 12, "han": "2026-11-30", "tiep_thu": "KHONG", "giai_trinh": "Đơn giá do tỉnh quy định"}]
    });
    fine(&form, &doc);
    assert_eq!(shown(&form, &doc, "som_nhat"), "21/11/2026");
    let short = json!({"den_ngay": "2026-11-20"});
    warned(&form, &with(&doc, short.clone()), "den_ngay");
    let other_law = json!({"thoi_han_rieng": "Luật khác, Điều 5: 15 ngày"});
    fine(&form, &with(&with(&doc, short), other_law));
    let mut unexplained = doc.clone();
    unexplained["y_kien"][0]["giai_trinh"] = json!("");
    warned(&form, &unexplained, "y_kien/a/giai_trinh");
    let wrong = |changes: Value| objections(&form, &with(&doc, changes));
    let error = |path: &str| [(path.to_owned(), Level::Error)];
    assert_eq!(wrong(json!({"so_phieu_thu": 121})), error("so_phieu_thu"));
    assert_eq!(wrong(json!({"so_dong_y": 91})), error("so_y_kien"));

    // What puts a duty on people: they were told, or there was a dialogue.
    let duty = with(&doc, json!({"ma": "YK8"}));
    warned(&form, &duty, "doi_thoai");
    fine(&form, &with(&duty, json!({"doi_thoai": "x"})));
    fine(&form, &with(&duty, json!({"ngay_thong_tin": "2026-11-02"})));
    let row = &rows(&form, "YK-1", &doc)[0];
    assert_eq!(
        row[5..10],
        ["01/11/2026 - 21/11/2026", "120 / 110", "110", "90", "12"]
    );
    let row = &rows(&form, "YK-2", &doc)[0];
    assert_eq!(
        row[6..9],
        ["30/11/2026", "Không tiếp thu", "Đơn giá do tỉnh quy định"]
    );
}

#[test]
fn a_yearly_plan_is_made_the_year_before_and_prints_a_line_for_each_supervision() {
    let form = form("ke_hoach_giam_sat");
    let doc = json!({
        "nam": 2027, "chu_the": "MTTQ", "ngay_ban_hanh": "2026-12-15", "da_thong_nhat": true,
        "dong": [
            {"@id": "a", "loai": "GIAM_SAT", "noi_dung": "Hỗ trợ hộ nghèo", "hinh_thuc_gs": "DOAN_GIAM_SAT", "thoi_gian": "Quý II/2027", "doi_tuong": "UBND xã"},
            {"@id": "b", "loai": "PHAN_BIEN", "noi_dung": "Dự thảo quy chế chợ", "hinh_thuc_pb": "HOI_NGHI", "don_vi": "Hội Phụ nữ", "han": "2027-09-30"}
        ]
    });
    fine(&form, &doc);
    warned(
        &form,
        &with(&doc, json!({"ngay_ban_hanh": "2027-01-05"})),
        "ngay_ban_hanh",
    );
    warned(
        &form,
        &with(&doc, json!({"da_thong_nhat": false})),
        "da_thong_nhat",
    );
    fine(
        &form,
        &with(
            &doc,
            json!({"ngay_ban_hanh": "2027-01-05", "chu_the": "BAN_TTND"}),
        ),
    );
    let book = rows(&form, "KHGS-1", &doc);
    assert_eq!(
        book[0][4..8],
        [
            "Tổ chức đoàn giám sát",
            "Quý II/2027",
            "Ủy ban Mặt trận Tổ quốc Việt Nam",
            "UBND xã"
        ]
    );
    assert_eq!(
        book[1][2..7],
        [
            "Phản biện xã hội",
            "Dự thảo quy chế chợ",
            "Hội nghị phản biện",
            "30/09/2027",
            "Hội Phụ nữ"
        ]
    );
}

#[test]
fn the_periods_of_a_supervision_team_bind_teams_only() {
    let form = form("giam_sat");
    let doc = json!({
        "ten": "Giám sát hỗ trợ hộ nghèo", "chu_the": "MTTQ", "hinh_thuc": "DOAN_GIAM_SAT", "ngay": "2026-11-22",
        "ngay_gui_ke_hoach": "2026-11-07", "ngay_nhan_bao_cao_doi_tuong": "2026-11-15", "ngay_bao_cao_ket_qua": "2026-12-07"
    });
    fine(&form, &doc);
    for (late, day) in [
        ("ngay_gui_ke_hoach", "2026-11-08"),
        ("ngay_nhan_bao_cao_doi_tuong", "2026-11-16"),
        ("ngay_bao_cao_ket_qua", "2026-12-08"),
    ] {
        let doc = with(&doc, json!({ late: day }));
        warned(&form, &doc, late);
        fine(
            &form,
            &with(&doc, json!({"hinh_thuc": "NGHIEN_CUU_VAN_BAN"})),
        );
    }
}

#[test]
fn what_was_typed_before_it_became_a_denunciation_is_in_sight_and_must_go() {
    for form in catalogue()
        .forms
        .iter()
        .filter(|form| form.id == "tiep_cong_dan")
    {
        let doc = |kind: &str, words: &Value| json!({"noi_dung": [{"@id": "e1", "loai": kind, "tom_tat": words, "yeu_cau": words}]});
        let about = |doc: &Value| -> Vec<String> {
            let all = objections(form, doc).into_iter().map(|(path, _)| path);
            all.filter(|path| path.ends_with("tom_tat") || path.ends_with("yeu_cau"))
                .collect()
        };
        let (typed, empty) = (json!("Điều phải giữ kín"), Value::Null);
        let both = ["noi_dung/e1/tom_tat", "noi_dung/e1/yeu_cau"];
        assert_eq!(about(&doc("TO_CAO", &typed)), both, "{}", form.version);
        assert_eq!(about(&doc("TO_CAO", &empty)), [""; 0], "{}", form.version);
        assert_eq!(about(&doc("KIEN_NGHI", &typed)), [""; 0]);
        assert_eq!(about(&doc("KIEN_NGHI", &empty)), ["noi_dung/e1/tom_tat"]);
        let field = form.field_at("noi_dung/e1/tom_tat").unwrap();
        let doc = doc("TO_CAO", &typed);
        let scope = Scope {
            entries: &[&doc["noi_dung"][0]],
            ..Scope::of(&doc, Some(form))
        };
        assert!(is_shown(field, &scope));
    }
}
