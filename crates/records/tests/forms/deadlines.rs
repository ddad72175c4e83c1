//! The deadlines of one record of each form, counted by hand.

use records::{
    deadline::{Deadline, deadlines},
    summary::summarise,
};
use serde_json::{Value, json};

use super::{Fill, catalogue, filled, saved};

fn of(form: &str, day: &str, doc: &Value) -> Vec<Deadline> {
    let catalogue = catalogue();
    let form = catalogue.form_on(form, day).unwrap();
    deadlines(form, doc, &catalogue.calendar)
}

/// One line for each deadline: the date, the rule (`-` for a typed date), where it leads, how it stands.
fn lines(found: &[Deadline]) -> Vec<String> {
    let line = |due: &Deadline| {
        let id = if due.id.is_empty() { "-" } else { &due.id };
        let state = match (due.is_done, due.is_late_done) {
            (false, _) => "",
            (true, false) => " done",
            (true, true) => " late",
        };
        let mark = if due.is_provisional { " ?" } else { "" };
        format!("{} {id} {}{state}{mark}", due.date, due.path)
    };
    found.iter().map(line).collect()
}

fn check(form: &str, day: &str, doc: &Value, expected: &[&str]) {
    assert_eq!(lines(&of(form, day, doc)), expected, "{form} on {day}");
}

#[test]
fn a_reception_has_the_terms_of_each_of_its_matters() {
    let doc = json!({
        "ngay_tiep": "2026-08-06", "hinh_thuc": "TRUC_TUYEN", "ngay_gui_giay_moi": "2026-07-31",
        "nguoi_tiep": {"ho_ten": "Lê Văn An", "chuc_vu": "Phó Chủ tịch"},
        "noi_dung": [
            {"@id": "e1", "loai": "KIEN_NGHI", "tom_tat": "Đường thôn 5 hỏng", "han_tra_loi": "2026-08-31"},
            {"@id": "e2", "loai": "KHIEU_NAI", "huong_xu_ly": "THU_LY", "ngay_thu_ly": "2026-08-13"},
            {"@id": "e3", "loai": "TO_CAO", "ma_ho_so": "TC-07", "tom_tat": "Điều phải giữ kín", "ket_qua": "Điều phải giữ kín",
             "huong_xu_ly": "CHUYEN_DON", "so_van_ban": {"so": "12/PC-UBND", "ngay": "2026-08-14"}},
            {"@id": "e4", "loai": "PHAN_ANH", "huong_xu_ly": "TU_CHOI_TIEP", "ly_do_tu_choi": "ND4_H"},
            {"@id": "e5", "loai": "PHAN_ANH", "huong_xu_ly": "TU_CHOI_TIEP", "ly_do_tu_choi": "L9_K1"},
            {"@id": "e6", "loai": "KIEN_NGHI", "huong_xu_ly": "TRA_LOI_TRUC_TIEP"},
        ]
    });
    // Thu 06/8/2026 does not count. Fri 7 (1), Mon 10 (2), Tue 11 (3), Wed 12 (4), Thu 13 (5), Fri 14 (6), Mon 17 (7),
    // Tue 18 (8), Wed 19 (9), Thu 20 (10). Back: Wed 5 (1), Tue 4 (2), Mon 3 (3), Fri 31/7 (4), Thu 30/7 (5).
    // Accepted Thu 13/8 + 30 = Sat 12/9, so Mon 14/9.
    check(
        "tiep_cong_dan",
        "2026-08-06",
        &doc,
        &[
            "2026-07-30 moi_truc_tuyen ngay_gui_giay_moi late",
            "2026-08-05 kiem_tra_ket_noi ngay_kiem_tra_ket_noi",
            "2026-08-11 thong_bao_tu_choi noi_dung/e4/so_van_ban",
            "2026-08-13 chuyen_to_cao noi_dung/e3/so_van_ban late",
            "2026-08-17 thu_ly_khieu_nai noi_dung/e2/ngay_thu_ly done",
            "2026-08-20 tra_loi_xu_ly noi_dung/e1/ngay_tra_loi",
            "2026-08-20 tra_loi_xu_ly noi_dung/e2/ngay_tra_loi done",
            "2026-08-20 tra_loi_xu_ly noi_dung/e3/ngay_tra_loi done",
            "2026-08-31 - noi_dung/e1/han_tra_loi",
            "2026-09-14 giai_quyet_khieu_nai noi_dung/e2/ngay_ket_qua",
        ],
    );
    let found = of("tiep_cong_dan", "2026-08-06", &doc);
    let reply = found
        .iter()
        .find(|due| due.path == "noi_dung/e1/ngay_tra_loi");
    let reply = reply.unwrap();
    assert_eq!(reply.what, "Đường thôn 5 hỏng");
    assert_eq!(reply.owner, "Lê Văn An, Phó Chủ tịch");
    assert!(reply.source.contains("Điều 28") && reply.source.contains("chưa đối chiếu"));
    let own = found.iter().find(|due| due.id.is_empty()).unwrap();
    assert_eq!(
        (own.label.as_str(), own.source.as_str()),
        ("Hạn trả lời", "")
    );
    // Of a denunciation nothing is said but its number.
    let secret: Vec<&Deadline> = found
        .iter()
        .filter(|due| due.path.contains("/e3/"))
        .collect();
    assert!(secret.iter().all(|due| due.what == "Tố cáo TC-07"));
    assert!(!format!("{found:?}").contains("giữ kín"));
}

#[test]
fn the_law_is_the_one_of_the_day_of_the_reception() {
    let doc = json!({"ngay_tiep": "2026-06-18", "noi_dung": [
        {"@id": "e1", "loai": "KHIEU_NAI", "tom_tat": "Bồi thường đất"},
        {"@id": "e2", "loai": "TO_CAO"},
    ]});
    // Thu 18/6/2026 + 10 days = Sun 28, so Mon 29. Working days: Fri 19 (1), 22 to 26 (6), Mon 29 (7), Tue 30 (8),
    // Wed 01/7 (9), Thu 02/7 (10).
    check(
        "tiep_cong_dan",
        "2026-06-18",
        &doc,
        &[
            "2026-06-29 thu_ly_khieu_nai noi_dung/e1/ngay_thu_ly",
            "2026-06-29 kiem_tra_to_cao noi_dung/e2/ngay_thu_ly",
            "2026-07-02 tra_loi_xu_ly noi_dung/e1/ngay_tra_loi",
            "2026-07-02 tra_loi_xu_ly noi_dung/e2/ngay_tra_loi",
        ],
    );
}

#[test]
fn how_long_a_matter_may_take_follows_from_what_it_is() {
    let term = |loai: &str, muc: &str, is_remote: bool| {
        let doc = json!({"ngay_tiep": "2026-08-06", "noi_dung": [{"@id": "e1", "loai": loai, "huong_xu_ly": "THU_LY",
            "ngay_tra_loi": "2026-08-07", "ngay_thu_ly": "2026-08-03", "muc_phuc_tap": muc, "vung_sau_xa": is_remote}]});
        let found = of("tiep_cong_dan", "2026-08-06", &doc);
        found.last().unwrap().date.clone()
    };
    // From Mon 03/8/2026: 30 is Wed 02/9, off, so Thu 03/9; 45 is Thu 17/9; 60 is Fri 02/10; 90 is Sun 01/11, so Mon 02/11.
    assert_eq!(term("KHIEU_NAI", "", false), "2026-09-03");
    assert_eq!(term("KHIEU_NAI", "PHUC_TAP", false), "2026-09-17");
    assert_eq!(term("KHIEU_NAI", "", true), "2026-09-17");
    assert_eq!(term("KHIEU_NAI", "PHUC_TAP", true), "2026-10-02");
    assert_eq!(term("TO_CAO", "", false), "2026-09-03");
    assert_eq!(term("TO_CAO", "PHUC_TAP", false), "2026-10-02");
    assert_eq!(term("TO_CAO", "DAC_BIET_PHUC_TAP", false), "2026-11-02");
}

#[test]
fn a_dialogue_is_announced_before_and_its_results_are_published_after() {
    let doc = |loai: &str, ngay: &str| {
        json!({"loai": loai, "ngay": ngay, "chu_tri": {"ho_ten": "Lò Thị Sương"}, "y_kien": [
            {"@id": "e1", "loai_y_kien": "KIEN_NGHI", "noi_dung": "Sửa kênh", "han": "2026-11-30", "ngay_xong": "2026-12-01"},
            {"@id": "e2", "loai_y_kien": "TO_CAO", "noi_dung": "Điều phải giữ kín", "han": "2026-12-01"},
        ]})
    };
    let typed = [
        "2026-11-30 - y_kien/e1/han late",
        "2026-12-01 - y_kien/e2/han",
    ];
    // Thu 05/11/2026 - 7 = Thu 29/10; + 10 = Sun 15/11, so Mon 16/11.
    let meeting = doc("HOI_NGHI_UBND_VOI_NHAN_DAN", "2026-11-05");
    let law = [
        "2026-10-29 thong_bao_hoi_nghi ngay_thong_bao_truoc",
        "2026-11-16 cong_khai_ket_qua ngay_cong_khai",
    ];
    check("doi_thoai", "2026-11-05", &meeting, &[law, typed].concat());
    assert!(!format!("{:?}", of("doi_thoai", "2026-11-05", &meeting)).contains("giữ kín"));
    // Before the law of 2025 there was neither.
    let old = doc("HOI_NGHI_UBND_VOI_NHAN_DAN", "2025-06-20");
    check("doi_thoai", "2025-06-20", &old, &typed);
    // Thu 05/11/2026: Fri 6 (1), 9 to 13 (6), 16 to 19 (10). The answer of 01/12 was late.
    let party = doc("NGUOI_DUNG_DAU_CAP_UY", "2026-11-05");
    let law = ["2026-11-19 thong_bao_xu_ly_y_kien y_kien/e1/so_van_ban late"];
    check(
        "doi_thoai",
        "2026-11-05",
        &party,
        &[&law[..], &typed].concat(),
    );
    // Thu 20/8/2026 - 5 = Sat 15/8: counted back, nothing rolls.
    let complaint = doc("GIAI_QUYET_KHIEU_NAI", "2026-08-20");
    let law = ["2026-08-15 thong_bao_doi_thoai_khieu_nai ngay_thong_bao_truoc"];
    check(
        "doi_thoai",
        "2026-08-20",
        &complaint,
        &[&law[..], &typed].concat(),
    );
}

#[test]
fn a_supervision_has_terms_before_its_first_and_after_its_last_session() {
    let mut doc = json!({
        "ten": "Hỗ trợ hộ nghèo", "chu_the": "MTTQ", "ngay": "2026-08-20",
        "doi_tuong": [{"@id": "d1", "ten_doi_tuong": "UBND xã"}, {"@id": "d2", "ten_doi_tuong": "Trạm Y tế"}],
        "lich_lam_viec": [{"@id": "l1", "ngay_lam_viec": "2026-08-20"}, {"@id": "l2", "ngay_lam_viec": "2026-08-24"}],
        "ngay_gui_ke_hoach": "2026-08-05",
        "kien_nghi": [
            {"@id": "k1", "noi_dung_kien_nghi": "Trả đủ tiền", "so_van_ban": {"so": "05/MTTQ", "ngay": "2026-08-31"}, "han_tra_loi": "2026-10-01"},
            {"@id": "k2", "noi_dung_kien_nghi": "Niêm yết", "so_van_ban": {"so": "05/MTTQ", "ngay": "2026-08-31"},
             "theo_doi": [{"@id": "t1", "ngay_theo_doi": "2026-10-05"}]},
        ]
    });
    // 20/8 - 15 = 05/8 and - 7 = 13/8. Mon 24/8 + 15 = Tue 08/9. 31/8 + 6 months = Sun 28/02/2027, so Mon 01/3; a
    // follow-up on 05/10 moves it to Mon 05/4/2027.
    let expected = [
        // Nobody set a date for the second reply: open all the same.
        " - kien_nghi/k2/han_tra_loi",
        "2026-08-05 gui_ke_hoach ngay_gui_ke_hoach done",
        "2026-08-13 doi_tuong_bao_cao ngay_nhan_bao_cao_doi_tuong",
        "2026-09-08 bao_cao_ket_qua ngay_bao_cao_ket_qua",
        "2026-10-01 - kien_nghi/k1/han_tra_loi",
        "2027-03-01 theo_doi_kien_nghi kien_nghi/k1/theo_doi",
        "2027-04-05 theo_doi_kien_nghi kien_nghi/k2/theo_doi",
    ];
    check("giam_sat", "2026-08-20", &doc, &expected);
    let found = of("giam_sat", "2026-08-20", &doc);
    assert_eq!(found[2].owner, "UBND xã, Trạm Y tế");
    // The report was to come before the session: after it there is nothing left to do about that.
    assert_eq!(found[2].event, "2026-08-20");
    assert!(found[2].is_open_on("2026-08-20") && !found[2].is_open_on("2026-08-21"));
    assert!(!found[1].is_open_on("2026-08-01"), "done");
    assert!(found[3].is_open_on("2027-08-21"), "overdue is open");
    // Its periods are those of a supervision team.
    doc["hinh_thuc"] = json!("NGHIEN_CUU_VAN_BAN");
    let others = [&expected[..1], &expected[4..]].concat();
    check("giam_sat", "2026-08-20", &doc, &others);
    // The joint resolution binds the Front and the organisations, not the council.
    doc["chu_the"] = json!("HDND");
    check("giam_sat", "2026-08-20", &doc, &others[..2]);
}

#[test]
fn the_other_forms_have_the_dates_that_a_person_typed_and_what_the_law_adds() {
    let critique = json!({"ngay": "2026-09-20", "han_trinh": "2026-09-30", "ngay_nhan": "2026-09-16", "han_tra_loi": "2026-10-15"});
    // 30/9 - 15 = 15/9: a day late.
    let expected = [
        "2026-09-15 gui_du_thao ngay_nhan late",
        "2026-10-15 - han_tra_loi",
    ];
    check("phan_bien", "2026-09-20", &critique, &expected);
    let task = json!({"han": "2026-09-30", "ngay_hoan_thanh": "2026-09-30"});
    check("nhiem_vu", "2026-09-30", &task, &["2026-09-30 - han done"]);
    let activity = json!({"ngay": "2026-08-06", "viec_tiep": [{"@id": "v1", "viec": "Mua xi măng", "han": "2026-08-20"}]});
    check(
        "hoat_dong",
        "2026-08-06",
        &activity,
        &["2026-08-20 - viec_tiep/v1/han"],
    );
    check(
        "chuong_trinh",
        "2026-01-01",
        &json!({"tu_ngay": "2026-01-01"}),
        &[],
    );
    // What is no date begins no term.
    let odd = json!({"ngay_tiep": "hôm qua", "noi_dung": [{"@id": "e1", "loai": "KIEN_NGHI", "han_tra_loi": 7}, 5]});
    check("tiep_cong_dan", "2026-08-06", &odd, &[]);
}

#[test]
fn what_must_be_disclosed_is_published_posted_long_enough_and_kept_up_to_date() {
    let doc = json!({
        "ma": "CK07", "ngay_quyet_dinh": "2026-08-06", "ngay_cong_khai": "2026-08-14",
        "hinh_thuc": ["NIEM_YET"], "niem_yet_tu": "2026-08-14"
    });
    // Thu 06/8/2026: Fri 7 (1), 10, 11, 12, Thu 13 (5): Fri 14 is late. 14/8 + 30 = Sun 13/9, which stays.
    let expected = [
        "2026-08-13 cong_khai ngay_cong_khai late",
        "2026-09-13 het_niem_yet niem_yet_den",
    ];
    check("cong_khai", "2026-08-06", &doc, &expected);
    assert_eq!(
        of("cong_khai", "2026-08-06", &doc)[0].owner,
        "Ủy ban nhân dân cấp xã"
    );
    let with = |key: &str, value: Value| {
        let mut doc = doc.clone();
        doc[key] = value;
        doc
    };
    // Posted for longer than it must be is not late.
    let longer = with("niem_yet_den", json!("2026-10-01"));
    let posted = [expected[0], "2026-09-13 het_niem_yet niem_yet_den done"];
    check("cong_khai", "2026-08-06", &longer, &posted);
    // Where another law sets the date, a person types it.
    let other = with("han_cong_khai", json!("2026-08-20"));
    let typed = ["2026-08-20 - han_cong_khai done", expected[1]];
    check("cong_khai", "2026-08-06", &other, &typed);
    // Always posted: 14/8 + 3 months = Sat 14/11, so Mon 16/11; updated on 31/8, so Mon 30/11.
    let mut rules = with("ma", json!("CK04"));
    let due = ["2026-11-16 cap_nhat_tung_quy ngay_cap_nhat"];
    check(
        "cong_khai",
        "2026-08-06",
        &rules,
        &[&expected[..1], &due].concat(),
    );
    rules["ngay_cap_nhat"] = json!("2026-08-31");
    let due = ["2026-11-30 cap_nhat_tung_quy ngay_cap_nhat"];
    check(
        "cong_khai",
        "2026-08-06",
        &rules,
        &[&expected[..1], &due].concat(),
    );
    // The day before the law.
    let old = json!({"ma": "CK07", "ngay_quyet_dinh": "2023-06-30"});
    check("cong_khai", "2023-06-30", &old, &[]);
}

#[test]
fn a_meeting_of_a_hamlet_is_announced_before_and_its_decision_is_sent_and_recognised() {
    let mut doc = json!({
        "hinh_thuc": "HOP", "pham_vi": "THON", "ngay": "2026-08-06", "ngay_thong_bao": "2026-08-05", "ngay_gui": "2026-08-13",
        "tong_so_ho": 100, "so_co_mat": 80, "noi_dung": [
            {"@id": "e1", "ma": "BQ1", "tom_tat": "Góp làm đường", "so_tan_thanh": 70},
            {"@id": "e2", "ma": "BQ3", "tom_tat": "Hương ước", "so_tan_thanh": 51, "cong_nhan": "CONG_NHAN", "ngay_cong_nhan": "2026-08-21"},
            {"@id": "e3", "ma": "BQ5", "tom_tat": "Bầu Ban Thanh tra nhân dân", "so_tan_thanh": 60},
            {"@id": "e4", "ma": "BQ4", "tom_tat": "Bầu trưởng thôn", "so_tan_thanh": 50},
        ]
    });
    // Thu 06/8/2026 - 2 = Tue 04/8. Fri 7 (1), 10, 11, 12, Thu 13 (5). From Thu 13: Fri 14 (1), 17, 18, 19, Thu 20 (5).
    // Half of the households is not more than half: nothing to recognise.
    let expected = [
        "2026-08-04 gui_tai_lieu ngay_gui_tai_lieu",
        "2026-08-04 thong_bao_hop ngay_thong_bao late",
        "2026-08-13 gui_quyet_dinh ngay_gui done",
        "2026-08-20 cong_nhan noi_dung/e2/cong_nhan late",
        "2026-08-20 cong_nhan noi_dung/e3/cong_nhan",
    ];
    check("hop_thon", "2026-08-06", &doc, &expected);
    let found = of("hop_thon", "2026-08-06", &doc);
    assert_eq!(found[3].owner, "Ủy ban nhân dân cấp xã");
    assert_eq!(found[4].owner, "Ủy ban Mặt trận Tổ quốc Việt Nam cấp xã");
    assert_eq!(found[4].what, "Bầu Ban Thanh tra nhân dân");
    // An answer without its day closes all the same.
    doc["noi_dung"][2]["cong_nhan"] = json!("KHONG");
    assert!(of("hop_thon", "2026-08-06", &doc)[4].is_done);
    // Slips: the notice goes before the first day of handing them out. Sat 01/8 - 2 = Thu 30/7.
    doc["hinh_thuc"] = json!("PHIEU");
    doc["ngay_bat_dau"] = json!("2026-08-01");
    doc["noi_dung"] = json!([]);
    let slips = [
        "2026-07-30 thong_bao_phat_phieu ngay_thong_bao late",
        "2026-08-13 gui_quyet_dinh ngay_gui done",
    ];
    check("hop_thon", "2026-08-06", &doc, &slips);
    doc["hinh_thuc"] = json!("TRUC_TUYEN");
    check("hop_thon", "2026-08-06", &doc, &slips[1..]);
    // The commune's sum of its hamlets has no term of its own.
    doc["pham_vi"] = json!("XA_TONG_HOP");
    check("hop_thon", "2026-08-06", &doc, &[]);
}

#[test]
fn a_conference_and_a_consultation_are_announced_so_many_days_before() {
    // Sun 20/12/2026 - 5 = Tue 15/12.
    let mut conference = json!({"ngay": "2026-12-20"});
    let due = "2026-12-15 thong_bao_trieu_tap ngay_thong_bao";
    check("hoi_nghi_thon", "2026-12-20", &conference, &[due]);
    conference["ngay_thong_bao"] = json!("2026-12-16");
    let late = format!("{due} late");
    check("hoi_nghi_thon", "2026-12-20", &conference, &[&late]);
    // Twenty days are the least that a consultation lasts: a term for the publication, once the end is set.
    let mut consultation = json!({"ngay_cong_khai": "2026-11-01"});
    check("lay_y_kien", "2026-11-01", &consultation, &[]);
    consultation["den_ngay"] = json!("2026-11-21");
    let due = "2026-11-01 cong_khai_noi_dung ngay_cong_khai done";
    check("lay_y_kien", "2026-11-01", &consultation, &[due]);
    consultation["den_ngay"] = json!("2026-11-20");
    let late = "2026-10-31 cong_khai_noi_dung ngay_cong_khai late";
    check("lay_y_kien", "2026-11-01", &consultation, &[late]);
    consultation["thoi_han_rieng"] = json!("Luật khác: 15 ngày");
    check("lay_y_kien", "2026-11-01", &consultation, &[]);
}

#[test]
fn a_model_under_way_asks_for_its_next_visit_and_says_that_no_law_does() {
    let step =
        |id: &str, kind: &str, day: &str| json!({"@id": id, "loai_buoc": kind, "ngay_buoc": day});
    let mut doc = json!({
        "ngay_lap": "2026-03-01",
        "buoc": [step("b1", "DANG_KY", "2026-03-01"), step("b2", "TRIEN_KHAI", "2026-04-10")]
    });
    // 10/4 + 30 = Sun 10/5/2026, which stays.
    let due = "2026-05-10 nhac_theo_doi theo_doi";
    check("mo_hinh", "2026-03-01", &doc, &[due]);
    let found = of("mo_hinh", "2026-03-01", &doc);
    assert!(found[0].label.contains("không phải quy định của luật"));
    assert!(found[0].source.contains("không phải quy định"));
    // A visit before the beginning changes nothing, one after it moves the next: 20/5 + 30 = 19/6.
    doc["theo_doi"] = json!([{"@id": "t1", "ngay_theo_doi": "2026-04-01"}]);
    check("mo_hinh", "2026-03-01", &doc, &[due]);
    doc["theo_doi"] =
        json!([{"@id": "t2", "ngay_theo_doi": "2026-05-20", "han_viec": "2026-06-01"}]);
    let next = [
        "2026-06-01 - theo_doi/t2/han_viec",
        "2026-06-19 nhac_theo_doi theo_doi",
    ];
    check("mo_hinh", "2026-03-01", &doc, &next);
    // Only what is being carried out is visited.
    doc["buoc"][1]["loai_buoc"] = json!("CONG_NHAN");
    check("mo_hinh", "2026-03-01", &doc, &next[..1]);
}

#[test]
fn a_row_of_a_list_has_the_open_deadlines_of_the_law_too() {
    let catalogue = catalogue();
    let form = catalogue.form_on("tiep_cong_dan", "2026-08-06").unwrap();
    let chosen = [
        ("ngay_tiep", json!("2026-08-06")),
        ("noi_dung.loai", json!("KIEN_NGHI")),
        ("noi_dung.tom_tat", json!("Đường thôn 5 hỏng")),
    ];
    let draft = filled(form, &chosen, Fill::Least);
    let due = summarise(&saved(&draft), &catalogue).due;
    let [reply] = due.as_slice() else {
        panic!("{due:?}");
    };
    assert_eq!(
        (reply.date.as_str(), reply.what.as_str()),
        ("2026-08-20", "Đường thôn 5 hỏng")
    );
    let mut answered = draft;
    let place = reply.path.clone();
    answered.put(&place, json!("2026-08-10"));
    assert_eq!(summarise(&saved(&answered), &catalogue).due, []);
}

#[test]
fn an_opinion_that_nobody_answered_is_open_with_or_without_a_date_and_has_its_owner() {
    let doc = json!({
        "loai": "CHUYEN_DE", "ngay": "2026-11-20",
        "y_kien": [
            {"@id": "y1", "noi_dung": "Đường xuống cấp", "co_quan_giao": "Phòng Kinh tế", "han": "2026-12-01"},
            {"@id": "y2", "noi_dung": "Giống lúa", "giao_cho": {"ho_ten": "Lê Thị Thu"}, "co_quan_giao": "Phòng Văn hóa"},
            {"@id": "y3", "noi_dung": "Lịch cấp căn cước", "tra_loi_tai_cho": true},
            {"@id": "y4", "noi_dung": "Điện yếu", "ngay_xong": "2026-11-21"},
        ]
    });
    let found = of("doi_thoai", "2026-11-20", &doc);
    let found: Vec<_> = found
        .iter()
        .filter(|due| due.id.is_empty())
        .map(|due| (&*due.date, &*due.done_path, &*due.owner))
        .collect();
    let expected = [
        ("", "y_kien/y2/ngay_xong", "Lê Thị Thu"),
        ("2026-12-01", "y_kien/y1/ngay_xong", "Phòng Kinh tế"),
    ];
    assert_eq!(found, expected);
}
