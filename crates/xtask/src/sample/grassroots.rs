//! Democracy at the grassroots (Luật 10/2022): what was made public, what villages decided, what people were asked.

use records::date::{self, Day};
use serde_json::json;

use super::{
    Scene,
    people::{Author, OFFICES, VILLAGES, Village, citizen, front_chair, official, person},
    random::Random,
    sheet::{Sheet, document, iso},
};

const DISCLOSURE: &str = "cong_khai";
const MEETING: &str = "hop_thon";
const CONSULTATION: &str = "lay_y_kien";
const CONFERENCE: &str = "hoi_nghi_thon";

/// The fourteen contents of Điều 11.
const CONTENTS: [(&str, &str); 14] = [
    (
        "CK01",
        "Kế hoạch phát triển kinh tế - xã hội và kết quả thực hiện",
    ),
    ("CK02", "Dự toán, quyết toán ngân sách xã"),
    ("CK03", "Phương án bồi thường khi mở rộng đường liên thôn"),
    (
        "CK04",
        "Quy chế thực hiện dân chủ, nhiệm vụ của cán bộ, công chức xã",
    ),
    ("CK05", "Kết quả huy động Nhân dân đóng góp làm đường thôn"),
    ("CK06", "Danh mục tài sản công do xã quản lý"),
    ("CK07", "Kết quả bình xét hỗ trợ xóa nhà tạm, nhà dột nát"),
    ("CK08", "Danh sách, mức hỗ trợ do thiên tai"),
    ("CK09", "Danh sách công dân thực hiện nghĩa vụ quân sự"),
    ("CK10", "Kết luận kiểm tra việc quản lý đất công ích"),
    ("CK11", "Kết quả lấy ý kiến Nhân dân, giải trình, tiếp thu"),
    ("CK12", "Mức thu phí vệ sinh môi trường"),
    ("CK13", "Thủ tục hành chính do xã giải quyết"),
    ("CK14", "Lịch tiếp công dân của lãnh đạo xã"),
];

/// What villages vote on, and what they decide.
const DECISIONS: [(&str, &str, &str); 6] = [
    (
        "BQ1",
        "Mức đóng góp làm đường bê tông ngõ xóm",
        "Mỗi hộ đóng góp theo phương án đã bàn, chia hai đợt.",
    ),
    (
        "BQ2",
        "Thu, chi quỹ xây dựng nhà văn hóa thôn",
        "Thông qua báo cáo thu, chi; giao tổ quản lý công khai từng quý.",
    ),
    (
        "BQ3",
        "Sửa đổi, bổ sung quy ước của thôn",
        "Thông qua quy ước, trình UBND xã công nhận.",
    ),
    (
        "BQ4",
        "Bầu Trưởng thôn nhiệm kỳ mới",
        "Người được bầu đạt số phiếu theo quy định.",
    ),
    (
        "BQ5",
        "Bầu thành viên Ban Thanh tra nhân dân",
        "Danh sách trúng cử gửi UBMTTQ xã.",
    ),
    (
        "BQ6",
        "Quy định giờ giấc, vệ sinh ở khu dân cư",
        "Các tổ tự quản nhắc nhau thực hiện.",
    ),
];

const ASKED: [(&str, &str); 4] = [
    ("YK3", "Lấy ý kiến về phương án mở rộng đường liên thôn"),
    (
        "YK1",
        "Lấy ý kiến dự thảo Kế hoạch phát triển kinh tế - xã hội năm tới",
    ),
    ("YK7", "Lấy ý kiến dự thảo Quy chế thực hiện dân chủ ở xã"),
    (
        "YK6",
        "Lấy ý kiến đồ án quy hoạch chi tiết khu trung tâm xã",
    ),
];

pub(crate) fn sheets(scene: &Scene<'_>) -> Vec<Sheet> {
    let mut random = scene.random("grassroots");
    let mut sheets = Vec::new();
    let days = scene.spread_days(scene.count(DISCLOSURE), &mut random);
    for (day, content) in days.into_iter().zip(CONTENTS.iter().cycle()) {
        sheets.push(disclosure(scene, day, *content, &mut random));
    }
    sheets.extend(meetings(scene, &mut random));
    let days = scene.spread_days(scene.count(CONSULTATION), &mut random);
    for (day, asked) in days.into_iter().zip(ASKED.iter().cycle()) {
        sheets.push(consultation(scene, day, *asked, &mut random));
    }
    let villages = VILLAGES.iter().cycle().take(scene.count(CONFERENCE));
    for (day, village) in (1..).zip(villages) {
        sheets.push(conference(scene, day, *village, &mut random));
    }
    sheets
}

fn disclosure(
    scene: &Scene<'_>,
    day: Day,
    (code, name): (&str, &str),
    random: &mut Random,
) -> Sheet {
    let mut sheet = scene.sheet(DISCLOSURE, (day, day), Author::Reception, random);
    let (year, ..) = date::to_civil(day);
    sheet.fill(
        "",
        [
            ("ma", json!(code)),
            ("ten", json!(format!("{name} ({year})"))),
            ("van_ban", document(random, "QĐ", day)),
            ("ngay_quyet_dinh", iso(day)),
            ("nguoi_thuc_hien", official(random)),
        ],
    );
    if !random.percent(4) {
        sheet.official();
    }
    let Some(shown) = scene.ended(random, day, day + 6) else {
        return sheet;
    };
    sheet.later(shown, Author::Reception);
    sheet.put("ngay_cong_khai", iso(shown));
    sheet.choose("hinh_thuc", &["NIEM_YET", "CONG_TTDT", "TRUONG_THON"]);
    sheet.choose("noi_niem_yet", &["TRU_SO", "NHA_VAN_HOA", "DIEM_SINH_HOAT"]);
    sheet.put("niem_yet_tu", iso(shown));
    if matches!(code, "CK04" | "CK13") {
        // Always posted, brought up to date each quarter by somebody else.
        let mut next = shown + 85;
        while scene.is_past(next) {
            let on = scene.working_day(next);
            sheet.later(on, Author::Party).put("ngay_cap_nhat", iso(on));
            next += 80 + random.between(0, 8);
        }
        return sheet;
    }
    if matches!(code, "CK07" | "CK08" | "CK09" | "CK10" | "CK11" | "CK12") {
        sheet.choose("hinh_thuc", &["TRUYEN_THANH"]);
        sheet.put("truyen_thanh_tu", iso(shown));
        sheet.put("truyen_thanh_den", iso(shown + 3));
    }
    let until = shown + random.pick(&[30, 30, 31, 35, 24]);
    if scene.is_past(until) && !random.percent(6) {
        sheet.later(scene.working_day(until), Author::Party);
        sheet.put("niem_yet_den", iso(until));
        sheet.put("minh_chung", "Biên bản kết thúc niêm yết, ảnh lưu hồ sơ.");
    }
    sheet
}

fn meetings(scene: &Scene<'_>, random: &mut Random) -> Vec<Sheet> {
    let count = scene.count(MEETING);
    let days = scene.spread_days(count, random);
    let mut sheets: Vec<Sheet> = Vec::new();
    for (at, (day, decision)) in days.into_iter().zip(DECISIONS.iter().cycle()).enumerate() {
        if at + 1 == count {
            let of: Vec<String> = sheets.iter().take(3).map(|s| s.rec.to_string()).collect();
            sheets.push(commune_wide(scene, day, &of, random));
        } else {
            let way = match (decision.0, at) {
                ("BQ1", 6..12) => "PHIEU",
                ("BQ6", 0..6) => "TRUC_TUYEN",
                _ => "HOP",
            };
            sheets.push(meeting(scene, day, (way, *decision), random));
        }
    }
    sheets
}

/// Votes just below, just at and well above what is needed.
fn votes(code: &str, households: i64, random: &mut Random) -> i64 {
    let needed = if matches!(code, "BQ1" | "BQ2") {
        (2 * households + 2) / 3
    } else {
        households / 2 + 1
    };
    let votes = match random.between(0, 9) {
        0 => needed - 1,
        1 | 2 => needed,
        3 => needed + 1,
        4 => needed * 3 / 4,
        _ => needed + random.between(2, households / 5),
    };
    votes.clamp(1, households)
}

fn meeting(
    scene: &Scene<'_>,
    day: Day,
    (way, (code, what, decision)): (&str, (&str, &str, &str)),
    random: &mut Random,
) -> Sheet {
    let village = random.pick(&VILLAGES);
    let total = village.households;
    let mut sheet = scene.sheet(MEETING, (day, day), Author::Village, random);
    let yes = votes(code, total, random);
    let present = (yes + random.between(0, total / 6)).min(total);
    let no = random.between(0, present - yes);
    sheet.fill(
        "",
        [
            ("hinh_thuc", json!(way)),
            ("pham_vi", json!("THON")),
            ("thon", json!(village.name)),
            ("ngay", iso(day)),
            ("ngay_thong_bao", iso(day - random.between(3, 6) - 10)),
            ("chu_tri", person("Hoàng Văn Dụ", "Trưởng thôn")),
            ("thu_ky", person(&citizen(random), "Thư ký cuộc họp")),
            ("tong_so_ho", json!(total)),
            ("so_co_mat", json!(present)),
        ],
    );
    match way {
        "HOP" => {
            sheet.put("gio", "19:30");
            let place = format!("Nhà văn hóa {}", village.name.to_lowercase());
            sheet.put("dia_diem", place);
            sheet.put("ngay_thong_bao", iso(day - random.between(2, 6)));
            if matches!(code, "BQ1" | "BQ2" | "BQ3") {
                sheet.put("ngay_gui_tai_lieu", iso(day - 3));
            }
        }
        _ => {
            sheet.put("ngay_bat_dau", iso(day - 8));
        }
    }
    if way == "PHIEU" {
        sheet.put("truong_hop_phieu", "XA_CHON");
    }
    sheet.official();
    let entry = sheet.entry("noi_dung");
    sheet.fill(
        &entry,
        [
            ("ma", json!(code)),
            ("tom_tat", json!(format!("{what} ({}).", village.name))),
            ("de_xuat", json!("TRUONG_THON")),
            ("so_tan_thanh", json!(yes)),
            ("so_khong_tan_thanh", json!(no)),
            ("so_y_kien_khac", json!(present - yes - no)),
            ("quyet_dinh", json!(decision)),
        ],
    );
    if way == "HOP" {
        sheet.put(&format!("{entry}/cach_bieu_quyet"), "GIO_TAY");
    }
    let has_passed = match code {
        "BQ1" | "BQ2" => 3 * yes >= 2 * total,
        _ => 2 * yes > total,
    };
    send(scene, &mut sheet, (&entry, code, has_passed), day, random);
    sheet
}

fn send(
    scene: &Scene<'_>,
    sheet: &mut Sheet,
    (entry, code, has_passed): (&str, &str, bool),
    day: Day,
    random: &mut Random,
) {
    let Some(sent) = scene.ended(random, day, day + 6) else {
        return;
    };
    let paper = document(random, "BB", sent);
    sheet
        .later(sent, Author::Village)
        .fill(
            "",
            [
                ("loai_van_ban", json!("BIEN_BAN")),
                ("van_ban", paper),
                ("ngay_gui", iso(sent)),
                ("ngay_cong_khai", iso(sent)),
            ],
        )
        .choose("chu_ky", &["TRUONG_THON", "TRUONG_BAN_CTMT", "HAI_HO"]);
    if !has_passed || !matches!(code, "BQ3" | "BQ4" | "BQ5") {
        return;
    }
    let Some(known) = scene.ended(random, sent, sent + 6) else {
        return;
    };
    let paper = document(random, "QĐ", known);
    sheet.later(known, Author::Reception).fill(
        entry,
        [
            ("cong_nhan", json!("CONG_NHAN")),
            ("van_ban_cong_nhan", paper),
            ("ngay_cong_nhan", iso(known)),
        ],
    );
}

fn commune_wide(scene: &Scene<'_>, day: Day, of: &[String], random: &mut Random) -> Sheet {
    let mut sheet = scene.sheet(MEETING, (day, day), Author::Front, random);
    sheet.fill(
        "",
        [
            ("hinh_thuc", json!("HOP")),
            ("pham_vi", json!("XA_TONG_HOP")),
            ("ngay", iso(day)),
            ("chu_tri", front_chair()),
            ("tong_so_thon", json!(VILLAGES.len())),
        ],
    );
    sheet.official();
    for meeting in of {
        let entry = sheet.entry("cuoc_hop");
        sheet.put(&format!("{entry}/phieu"), meeting.as_str());
    }
    let entry = sheet.entry("noi_dung");
    sheet.fill(
        &entry,
        [
            ("ma", json!("BQ1")),
            (
                "tom_tat",
                json!("Mức đóng góp làm cầu dân sinh dùng chung toàn xã."),
            ),
            ("so_thon_tan_thanh", json!(random.between(5, 7))),
        ],
    );
    sheet
}

fn consultation(
    scene: &Scene<'_>,
    day: Day,
    (code, name): (&str, &str),
    random: &mut Random,
) -> Sheet {
    let mut sheet = scene.sheet(CONSULTATION, (day, day), Author::Party, random);
    let until = day + random.pick(&[20, 22, 25, 30]);
    let given = random.between(300, 600);
    sheet.fill(
        "",
        [
            ("ma", json!(code)),
            ("ten", json!(name)),
            ("tham_quyen", json!("XA")),
            ("ke_hoach", document(random, "KH", day - 10)),
            ("ngay_gui_ke_hoach", iso(day - 9)),
            ("doi_tuong", json!("Đại diện hộ gia đình trong xã")),
            ("ngay_cong_khai", iso(day)),
            ("den_ngay", iso(until)),
            ("so_phieu_phat", json!(given)),
        ],
    );
    sheet.choose("hinh_thuc", &["PHIEU", "HOP", "CONG_TTDT"]);
    sheet.official();
    let counted = scene.working_day(until + 7);
    if !scene.is_past(counted) {
        return sheet;
    }
    let back = given - random.between(10, 90);
    let yes = back * random.between(70, 92) / 100;
    let no = (back - yes) / 2;
    sheet.later(counted, Author::Front).fill(
        "",
        [
            ("so_phieu_thu", json!(back)),
            ("so_y_kien", json!(back)),
            ("so_dong_y", json!(yes)),
            ("so_khong_dong_y", json!(no)),
            ("so_y_kien_khac", json!(back - yes - no)),
            (
                "tong_hop",
                json!("Đa số đồng ý; các ý kiến khác tập trung vào tiến độ, kinh phí."),
            ),
            ("ngay_cong_khai_ket_qua", iso(counted)),
        ],
    );
    let opinions: Vec<String> = (0..random.between(2, 4))
        .map(|_| said(&mut sheet, counted + 20, random))
        .collect();
    for entry in opinions {
        let Some(ended) = scene.ended(random, counted, counted + 20) else {
            continue;
        };
        sheet.later(ended, Author::Reception).fill(
            &entry,
            [
                (
                    "tiep_thu",
                    json!(random.pick(&["TOAN_BO", "MOT_PHAN", "KHONG"])),
                ),
                ("giai_trinh", json!("Đã giải trình trong báo cáo tổng hợp.")),
                ("ngay_xong", iso(ended)),
            ],
        );
    }
    sheet
}

fn said(sheet: &mut Sheet, due: Day, random: &mut Random) -> String {
    let opinions = [
        "Đề nghị làm rõ nguồn kinh phí và phần dân đóng góp.",
        "Đề nghị thi công sau vụ gặt.",
        "Đề nghị giữ lại hàng cây dọc đường.",
        "Đề nghị có người của thôn trong tổ giám sát.",
    ];
    let entry = sheet.entry("y_kien");
    sheet.fill(
        &entry,
        [
            ("noi_dung", json!(random.pick(&opinions))),
            ("noi_neu", json!(random.pick(&VILLAGES).name)),
            ("so_luot", json!(random.between(1, 20))),
            ("co_quan_giao", json!(random.pick(&OFFICES))),
            ("giao_cho", official(random)),
            ("han", iso(due)),
        ],
    );
    entry
}

/// Held in December, one in each village.
fn conference(scene: &Scene<'_>, number: i64, village: Village, random: &mut Random) -> Sheet {
    let (year, ..) = date::to_civil(scene.last_day());
    let in_december = |year| date::from_civil(year, 12, 2 + number * 3);
    let this = in_december(year);
    let day = if this <= scene.last_day() {
        this
    } else {
        in_december(year - 1)
    };
    let mut sheet = scene.sheet(CONFERENCE, (day, day), Author::Village, random);
    let present = village.households - random.between(8, 30);
    sheet.fill(
        "",
        [
            ("thon", json!(village.name)),
            ("nam", json!(date::to_civil(day).0)),
            ("ngay", iso(day)),
            ("gio", json!("19:00")),
            (
                "dia_diem",
                json!(format!("Nhà văn hóa {}", village.name.to_lowercase())),
            ),
            ("ngay_gui_ke_hoach", iso(day - 12)),
            ("ngay_thong_bao", iso(day - random.between(4, 8))),
            ("chu_tri", person("Hoàng Văn Dụ", "Trưởng thôn")),
            ("thu_ky", person(&citizen(random), "Thư ký hội nghị")),
            ("tong_so_ho", json!(village.households)),
            ("so_co_mat", json!(present)),
            (
                "noi_dung_bao_cao",
                json!("Kết quả thực hiện dân chủ trong năm, kế hoạch năm sau."),
            ),
            ("ket_luan", json!("Hội nghị nhất trí với các báo cáo.")),
        ],
    );
    sheet.choose("bao_cao", &["TRUONG_THON", "BAN_CTMT", "BAN_TTND"]);
    sheet.official();
    let asked = sheet.entry("kien_nghi");
    let due = day + 45;
    sheet.fill(
        &asked,
        [
            (
                "noi_dung",
                json!("Đề nghị xã bố trí kinh phí sửa mái nhà văn hóa."),
            ),
            ("tra_loi_tai_cho", json!(false)),
            ("co_quan_giao", json!(random.pick(&OFFICES))),
            ("han", iso(due)),
        ],
    );
    if let Some(sent) = scene.ended(random, day, day + 10) {
        let paper = document(random, "BC", sent);
        let fields = [("van_ban", paper), ("ngay_gui", iso(sent))];
        sheet.later(sent, Author::Village).fill("", fields);
    }
    if let Some(ended) = scene.ended(random, day, due) {
        sheet.later(ended, Author::Party).fill(
            &asked,
            [
                ("ket_qua", json!("Đã đưa vào kế hoạch sửa chữa.")),
                ("ngay_xong", iso(ended)),
            ],
        );
    }
    sheet
}
