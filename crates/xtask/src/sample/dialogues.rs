//! Dialogues with their opinions: what was answered there, what was given to whom, what became of it.

use records::date::Day;
use serde_json::json;

use super::{
    Scene,
    people::{Author, OFFICES, VILLAGES, chair, citizen, front_chair, official, secretary},
    random::Random,
    sheet::{Sheet, document, iso},
};

const FORM: &str = "doi_thoai";

/// Kind, planned or not, subject.
const DIALOGUES: [(&str, &str, &str); 6] = [
    (
        "HOI_NGHI_UBND_VOI_NHAN_DAN",
        "DINH_KY",
        "Hội nghị đối thoại của Ủy ban nhân dân xã với Nhân dân",
    ),
    (
        "NGUOI_DUNG_DAU_CAP_UY",
        "DINH_KY",
        "Bí thư Đảng ủy xã đối thoại với đoàn viên, hội viên và Nhân dân",
    ),
    (
        "CHUYEN_DE",
        "DOT_XUAT",
        "Đối thoại về phương án mở rộng đường liên thôn",
    ),
    (
        "NGUOI_DUNG_DAU_CAP_UY",
        "DOT_XUAT",
        "Đối thoại với Nhân dân về thu gom rác thải và vệ sinh môi trường",
    ),
    (
        "GIAI_QUYET_KHIEU_NAI",
        "DOT_XUAT",
        "Đối thoại với người khiếu nại về ranh giới thửa đất",
    ),
    (
        "TRUOC_QUYET_DINH_HC",
        "DOT_XUAT",
        "Đối thoại trước khi ban hành quyết định về sắp xếp chợ xã",
    ),
];

/// Kind, field of life, opinion.
const OPINIONS: [(&str, &str, &str); 12] = [
    (
        "KIEN_NGHI",
        "HANH_CHINH",
        "Đề nghị sớm sửa đoạn đường từ trường học đến nhà văn hóa thôn.",
    ),
    (
        "HOI",
        "DAT_DAI",
        "Hỏi về thời gian hoàn thành đo đạc, cấp đổi giấy chứng nhận đất.",
    ),
    (
        "PHAN_ANH",
        "KHAC",
        "Nước thải từ khu chăn nuôi chảy ra mương chung.",
    ),
    (
        "KIEN_NGHI",
        "CHINH_SACH_XA_HOI",
        "Đề nghị rà soát lại danh sách được hỗ trợ nhà ở.",
    ),
    (
        "HOI",
        "HANH_CHINH",
        "Hỏi về việc nộp hồ sơ trực tuyến cho người không có điện thoại thông minh.",
    ),
    (
        "KIEN_NGHI",
        "KHAC",
        "Đề nghị lắp thêm thùng rác ở khu vực chợ.",
    ),
    (
        "PHAN_ANH",
        "KHAC",
        "Loa truyền thanh của thôn hỏng đã hai tháng.",
    ),
    (
        "KIEN_NGHI",
        "DAT_DAI",
        "Đề nghị công khai quỹ đất công ích và đối tượng được thuê.",
    ),
    (
        "KIEN_NGHI",
        "KHAC",
        "Đề nghị mở lớp dạy nghề ngắn hạn cho lao động trong xã.",
    ),
    (
        "PHAN_ANH",
        "HANH_CHINH",
        "Thời gian trả kết quả ở bộ phận một cửa có lúc chưa đúng hẹn.",
    ),
    (
        "HOI",
        "CHINH_SACH_XA_HOI",
        "Hỏi về mức hỗ trợ đóng bảo hiểm y tế năm tới.",
    ),
    (
        "KIEN_NGHI",
        "KHAC",
        "Đề nghị nạo vét kênh tưới trước vụ đông.",
    ),
];

pub(crate) fn sheets(scene: &Scene<'_>) -> Vec<Sheet> {
    let mut random = scene.random("dialogues");
    let days = scene.spread_days(scene.count(FORM), &mut random);
    days.into_iter()
        .zip(DIALOGUES.iter().cycle())
        .map(|(day, kind)| dialogue(scene, day, *kind, &mut random))
        .collect()
}

fn dialogue(
    scene: &Scene<'_>,
    day: Day,
    (kind, planned, subject): (&str, &str, &str),
    random: &mut Random,
) -> Sheet {
    let mut sheet = scene.sheet(FORM, (day, day), Author::Party, random);
    let invited = random.between(60, 140);
    let present = invited - random.between(3, 20);
    let excused = random.between(0, 3);
    let is_of_party = kind == "NGUOI_DUNG_DAU_CAP_UY";
    sheet.fill(
        "",
        [
            ("loai", json!(kind)),
            ("tinh_chat", json!(planned)),
            ("chu_de", json!(subject)),
            ("ngay", iso(day)),
            ("gio_bat_dau", json!("08:00")),
            ("gio_ket_thuc", json!("11:15")),
            ("dia_diem", json!("Hội trường UBND xã")),
            ("pham_vi", json!("XA")),
            (
                "hinh_thuc",
                json!(random.pick(&["TRUC_TIEP", "TRUC_TIEP", "KET_HOP"])),
            ),
            ("ke_hoach", document(random, "KH", day - 20)),
            ("ngay_thong_bao_truoc", iso(day - random.between(6, 12))),
            ("chu_tri", if is_of_party { secretary() } else { chair() }),
            ("dong_chu_tri", front_chair()),
            ("thu_ky", Author::Party.person()),
            ("so_moi", json!(invited)),
            ("so_co_mat", json!(present)),
            ("so_vang_co_ly_do", json!(excused)),
            ("so_vang_khong_ly_do", json!(invited - present - excused)),
            ("so_nguoi_du", json!(present)),
            ("so_nu", json!(present * 2 / 5)),
        ],
    );
    sheet.official();
    if kind == "GIAI_QUYET_KHIEU_NAI" {
        complaint(&mut sheet, random);
    }
    let opinions: Vec<String> = (0..random.between(4, 9))
        .map(|number| opinion(&mut sheet, (kind, number + 1), random))
        .collect();
    let given: Vec<(String, Day)> = opinions
        .into_iter()
        .filter_map(|entry| {
            Some((
                entry.clone(),
                answer(scene, &mut sheet, &entry, day, random)?,
            ))
        })
        .collect();
    for (entry, due) in given {
        settle(scene, &mut sheet, &entry, (day, due), random);
    }
    conclude(scene, &mut sheet, day, random);
    sheet
}

fn complaint(sheet: &mut Sheet, random: &mut Random) {
    let entry = sheet.entry("nguoi_khieu_nai");
    sheet.put(&format!("{entry}/ho_ten"), citizen(random));
    sheet.put(
        &format!("{entry}/dia_chi"),
        json!({"chi_tiet": random.pick(&VILLAGES).name}),
    );
    let entry = sheet.entry("nguoi_bi_khieu_nai");
    sheet.put(&format!("{entry}/ten"), "Tổ đo đạc (dữ liệu mẫu)");
    sheet.put("da_doc_lai", true);
    sheet.put("so_ban", 3);
}

fn opinion(sheet: &mut Sheet, (kind, number): (&str, i64), random: &mut Random) -> String {
    let (sort, area, text) = if kind == "GIAI_QUYET_KHIEU_NAI" {
        (
            "KHIEU_NAI",
            "DAT_DAI",
            "Đề nghị đo lại cạnh phía đông của thửa đất.",
        )
    } else {
        random.pick(&OPINIONS)
    };
    let entry = sheet.entry("y_kien");
    sheet.fill(
        &entry,
        [
            ("stt", json!(number)),
            ("loai_y_kien", json!(sort)),
            ("noi_dung", json!(text)),
            ("nguoi_neu", json!(citizen(random))),
            ("thon", json!(random.pick(&VILLAGES).name)),
            ("linh_vuc", json!(area)),
        ],
    );
    entry
}

/// Answered there, or given to somebody with a term.
fn answer(
    scene: &Scene<'_>,
    sheet: &mut Sheet,
    entry: &str,
    day: Day,
    random: &mut Random,
) -> Option<Day> {
    if random.percent(45) {
        sheet.fill(
            entry,
            [
                ("tra_loi_tai_cho", json!(true)),
                ("nguoi_tra_loi", official(random)),
                (
                    "noi_dung_tra_loi",
                    json!("Đã giải thích, trả lời tại hội nghị."),
                ),
            ],
        );
        return None;
    }
    let due = scene.working_day(day + random.pick(&[13, 20, 30, 45]));
    sheet.fill(
        entry,
        [
            ("tra_loi_tai_cho", json!(false)),
            ("co_quan_giao", json!(random.pick(&OFFICES))),
            ("giao_cho", official(random)),
            ("han", iso(due)),
        ],
    );
    Some(due)
}

fn settle(
    scene: &Scene<'_>,
    sheet: &mut Sheet,
    entry: &str,
    (day, due): (Day, Day),
    random: &mut Random,
) {
    let Some(ended) = scene.ended(random, day, due) else {
        return;
    };
    let by = random.pick(&[Author::Reception, Author::Party, Author::Front]);
    let paper = document(random, "TB", ended);
    let results = [
        "Đã thực hiện xong, thông báo ở thôn.",
        "Đã trả lời bằng văn bản.",
        "Đã đưa vào kế hoạch đầu tư công năm sau.",
    ];
    sheet.later(ended, by).fill(
        entry,
        [
            ("ket_qua", json!(random.pick(&results))),
            ("ngay_xong", iso(ended)),
            ("so_van_ban", paper),
        ],
    );
}

fn conclude(scene: &Scene<'_>, sheet: &mut Sheet, day: Day, random: &mut Random) {
    let Some(told) = scene.ended(random, day, day + 9) else {
        return;
    };
    let paper = document(random, "TB", told);
    sheet
        .later(told, Author::Reception)
        .fill(
            "",
            [
                (
                    "noi_dung_thong_nhat",
                    json!(
                        "Thống nhất giao các bộ phận trả lời từng ý kiến đúng hạn, báo cáo UBND xã."
                    ),
                ),
                ("thong_bao_ket_luan", paper),
                ("ngay_cong_khai", iso(told)),
            ],
        )
        .choose(
            "noi_cong_khai",
            &[
                "NIEM_YET_TRU_SO",
                "NHA_VAN_HOA",
                "TRUYEN_THANH",
                "GUI_TRUONG_THON",
            ],
        );
}
