//! Receptions of citizens: intake, answer, result, followed by others than the one who received.

use records::{
    date::{self, Day},
    id::RecordId,
};
use serde_json::{Value, json};

use super::{
    Scene,
    people::{Author, OFFICES, VILLAGES, chair, citizen, official},
    random::Random,
    sheet::{Sheet, document, iso},
};

const FORM: &str = "tiep_cong_dan";
/// When the rules of online reception begin.
const ONLINE_FROM: &str = "2026-07-01";

/// Kind, field of life, what it is about, what is asked for.
type Matter = (&'static str, &'static str, &'static str, &'static str);

const MATTERS: [Matter; 16] = [
    (
        "KIEN_NGHI",
        "HANH_CHINH",
        "Đề nghị sửa chữa đoạn đường bê tông đầu thôn đã hư hỏng",
        "Bố trí kinh phí sửa chữa trước mùa mưa",
    ),
    (
        "KIEN_NGHI",
        "DAT_DAI",
        "Đề nghị xem xét việc cấp giấy chứng nhận quyền sử dụng đất cho thửa đất ở",
        "Trả lời bằng văn bản về điều kiện và thời gian cấp giấy",
    ),
    (
        "PHAN_ANH",
        "KHAC",
        "Phản ánh rãnh thoát nước dọc đường trục thôn bị tắc, gây ngập khi mưa",
        "Nạo vét rãnh thoát nước",
    ),
    (
        "PHAN_ANH",
        "KHAC",
        "Phản ánh việc đổ rác không đúng nơi quy định ở bờ kênh",
        "Thu gom rác và nhắc nhở các hộ vi phạm",
    ),
    (
        "KIEN_NGHI",
        "CHINH_SACH_XA_HOI",
        "Hỏi về điều kiện hưởng trợ cấp hưu trí xã hội cho người cao tuổi",
        "Được hướng dẫn hồ sơ",
    ),
    (
        "KIEN_NGHI",
        "CHINH_SACH_XA_HOI",
        "Đề nghị xem xét hỗ trợ cây giống sau đợt mưa lũ",
        "Bổ sung vào danh sách hỗ trợ",
    ),
    (
        "KHIEU_NAI",
        "DAT_DAI",
        "Khiếu nại việc xác định ranh giới thửa đất khi đo đạc lại bản đồ",
        "Đo đạc lại, xác định đúng ranh giới",
    ),
    (
        "KHIEU_NAI",
        "NHA_O_TAI_SAN",
        "Khiếu nại phương án bồi thường tài sản trên đất khi mở rộng đường liên thôn",
        "Xem xét lại đơn giá bồi thường",
    ),
    (
        "PHAN_ANH",
        "HANH_CHINH",
        "Phản ánh hồ sơ hộ tịch trả kết quả chậm so với giấy hẹn",
        "Trả kết quả và giải thích lý do chậm",
    ),
    (
        "KIEN_NGHI",
        "KHAC",
        "Đề nghị lắp thêm đèn chiếu sáng ở ngã ba gần nhà văn hóa thôn",
        "Đưa vào kế hoạch của năm",
    ),
    (
        "PHAN_ANH",
        "KHAC",
        "Phản ánh cơ sở xay xát gây tiếng ồn ngoài giờ quy định",
        "Kiểm tra, yêu cầu thực hiện đúng giờ",
    ),
    (
        "KIEN_NGHI",
        "DAT_DAI",
        "Đề nghị hòa giải tranh chấp lối đi chung giữa hai hộ",
        "Tổ chức hòa giải ở xã",
    ),
    (
        "KIEN_NGHI",
        "NHA_O_TAI_SAN",
        "Đề nghị hướng dẫn thủ tục hỗ trợ xóa nhà tạm, nhà dột nát",
        "Được hướng dẫn thủ tục",
    ),
    (
        "PHAN_ANH",
        "KHAC",
        "Phản ánh nguồn nước sinh hoạt yếu vào giờ cao điểm",
        "Kiểm tra đường ống, trạm bơm",
    ),
    (
        "KIEN_NGHI",
        "HANH_CHINH",
        "Đề nghị công khai rõ các khoản thu đầu năm của thôn",
        "Niêm yết tại nhà văn hóa thôn",
    ),
    ("TO_CAO", "KHAC", "", ""),
];

/// One entry of `noi_dung` while it is followed.
struct Item<'a> {
    entry: &'a str,
    kind: &'static str,
    way: &'static str,
    day: Day,
}

pub(crate) fn sheets(scene: &Scene<'_>) -> Vec<Sheet> {
    let mut random = scene.random("visits");
    let days = scene.spread_days(scene.count(FORM), &mut random);
    let mut sheets: Vec<Sheet> = Vec::new();
    for day in days {
        let earlier = (!sheets.is_empty() && random.percent(8)).then(|| {
            let known: Vec<RecordId> = sheets.iter().rev().take(40).map(|s| s.rec).collect();
            random.pick(&known)
        });
        sheets.push(visit(scene, day, earlier, &mut random));
    }
    sheets
}

fn visit(scene: &Scene<'_>, day: Day, earlier: Option<RecordId>, random: &mut Random) -> Sheet {
    let mut sheet = scene.sheet(FORM, (day, day), Author::Reception, random);
    session(&mut sheet, day, random);
    let first = random.pick(&MATTERS);
    let is_denunciation = first.0 == "TO_CAO";
    let mut items = vec![first];
    if !is_denunciation && random.percent(12) {
        items.extend(MATTERS.iter().find(|matter| matter.2 != first.2));
    }
    if !is_denunciation {
        citizens(&mut sheet, random);
    }
    if let Some(earlier) = earlier.filter(|_| !is_denunciation) {
        sheet.put("lan_tiep_thu", 2);
        sheet.put("vu_viec_id", earlier.to_string());
    } else {
        sheet.put("lan_tiep_thu", 1);
    }
    // A visit that was begun and never finished, one that is whole and not yet declared.
    let is_unfinished = random.percent(3) && !is_denunciation;
    if !is_unfinished && !random.percent(3) {
        sheet.official();
    }
    let written: Vec<(String, Matter, &str)> = items
        .into_iter()
        .map(|matter| {
            let way = if is_unfinished {
                ""
            } else {
                way(matter.0, random)
            };
            let entry = sheet.entry("noi_dung");
            intake(&mut sheet, &entry, matter, is_unfinished, random);
            settle_at_once(&mut sheet, &entry, way, day);
            (entry, matter, way)
        })
        .collect();
    for (entry, matter, way) in &written {
        let item = Item {
            entry,
            kind: matter.0,
            way,
            day,
        };
        follow(scene, &mut sheet, &item, random);
    }
    sheet
}

fn session(sheet: &mut Sheet, day: Day, random: &mut Random) {
    let (year, month, of_month) = date::to_civil(day);
    let hour = random.between(8, 16);
    let minute = random.pick(&[0, 5, 10, 15, 20, 30, 40, 45]);
    sheet.fill(
        "",
        [
            ("ngay_tiep", iso(day)),
            ("gio_bat_dau", json!(format!("{hour:02}:{minute:02}"))),
            (
                "gio_ket_thuc",
                json!(format!("{:02}:{minute:02}", hour + 1)),
            ),
            ("dia_diem", json!("Phòng tiếp công dân, trụ sở UBND xã")),
        ],
    );
    match random.between(0, 99) {
        0..30 => {
            let half = if of_month <= 15 { 1 } else { 2 };
            let name = format!("Kỳ {half}, tháng {month}/{year}");
            sheet.put("che_do_tiep", "TIEP_DINH_KY");
            sheet.put("ky_tiep", name);
            sheet.put("nguoi_tiep", chair());
            sheet.put("nguoi_ghi", Author::Reception.person());
        }
        30..34 => {
            sheet.put("che_do_tiep", "TIEP_DOT_XUAT");
            sheet.put(
                "ky_tiep",
                format!("Đột xuất ngày {}", date::for_people(&date::format(day))),
            );
            sheet.put("nguoi_tiep", chair());
        }
        _ => {
            sheet.put("che_do_tiep", "TIEP_THUONG_XUYEN");
            sheet.put("nguoi_tiep", Author::Reception.person());
        }
    }
    if date::format(day).as_str() < ONLINE_FROM {
        return;
    }
    if random.percent(6) {
        sheet.put("hinh_thuc", "TRUC_TUYEN");
        sheet.put("ngay_gui_giay_moi", iso(day - 9));
        sheet.put("ngay_kiem_tra_ket_noi", iso(day - 3));
    } else {
        sheet.put("hinh_thuc", "TRUC_TIEP");
    }
    if random.percent(70) {
        sheet.put("da_nhap_csdl_qg", true);
        sheet.put("ngay_nhap_csdl_qg", iso(day));
    }
}

fn citizens(sheet: &mut Sheet, random: &mut Random) {
    let village = random.pick(&VILLAGES).name;
    let count = match random.between(0, 99) {
        0..80 => 1,
        80..95 => random.between(2, 4),
        _ => random.between(5, 14),
    };
    sheet.put("so_nguoi_duoc_tiep", count);
    let entry = sheet.entry("cong_dan");
    sheet.fill(
        &entry,
        [
            ("ho_ten", json!(citizen(random))),
            ("dia_chi", json!({"chi_tiet": format!("{village}, xã Mẫu")})),
        ],
    );
    if random.percent(30) {
        // No number of any paper there is.
        let number = format!("MẪU-{:04}", random.between(1, 999));
        sheet.put(
            &format!("{entry}/giay_to"),
            json!({"loai": "KHAC", "so": number, "ngay_cap": "", "noi_cap": "Không có thật"}),
        );
    }
    if count >= 5 {
        sheet.put(&format!("{entry}/la_dai_dien"), true);
        sheet.put(
            &format!("{entry}/can_cu_dai_dien"),
            "Biên bản cử người đại diện",
        );
    } else if count > 1 {
        let second = sheet.entry("cong_dan");
        sheet.put(&format!("{second}/ho_ten"), citizen(random));
        sheet.put(&format!("{second}/dia_chi"), json!({"chi_tiet": village}));
    }
    if random.percent(25) {
        let paper = sheet.entry("tai_lieu_nhan");
        let names = [
            "Đơn kiến nghị",
            "Bản sao giấy tờ về đất",
            "Giấy hẹn trả kết quả",
        ];
        sheet.fill(
            &paper,
            [
                ("ten", json!(random.pick(&names))),
                ("so_trang", json!(random.between(1, 6))),
                (
                    "tinh_trang",
                    json!(random.pick(&["PHOTO", "SAO_CONG_CHUNG", "BAN_CHINH"])),
                ),
            ],
        );
    }
}

/// What is done with a matter.
fn way(kind: &str, random: &mut Random) -> &'static str {
    match (kind, random.between(0, 99)) {
        ("TO_CAO", 0..50) => "CHUYEN_DON",
        ("TO_CAO", _) | ("KHIEU_NAI", 0..65) => "THU_LY",
        ("KHIEU_NAI", 65..85) => "TRA_DON_VA_HUONG_DAN",
        ("KHIEU_NAI", _) | (_, 97..) => "GIAI_THICH_CHAM_DUT",
        (_, 0..45) => "TRA_LOI_TRUC_TIEP",
        (_, 45..70) => "CHUYEN_DON",
        (_, 70..85) => "HUONG_DAN",
        (_, 95..97) => "TU_CHOI_TIEP",
        _ => "THU_LY",
    }
}

fn intake(
    sheet: &mut Sheet,
    entry: &str,
    (kind, area, about, wish): Matter,
    is_unfinished: bool,
    random: &mut Random,
) {
    sheet.put(&format!("{entry}/loai"), kind);
    sheet.put(&format!("{entry}/linh_vuc"), area);
    if kind == "TO_CAO" {
        let number = format!("TC-MẪU-{:02}", random.between(1, 60));
        sheet.put(&format!("{entry}/ma_ho_so"), number);
        return;
    }
    if is_unfinished {
        return;
    }
    sheet.fill(
        entry,
        [
            (
                "tom_tat",
                json!(format!("{about} ({}).", random.pick(&VILLAGES).name)),
            ),
            ("yeu_cau", json!(format!("{wish}."))),
            ("co_don", json!(random.percent(60))),
            ("so_nguoi_cung_noi_dung", json!(1)),
        ],
    );
}

fn settle_at_once(sheet: &mut Sheet, entry: &str, way: &str, day: Day) {
    if way.is_empty() {
        return;
    }
    sheet.put(&format!("{entry}/huong_xu_ly"), way);
    match way {
        "TRA_LOI_TRUC_TIEP" => {
            sheet.put(
                &format!("{entry}/ket_qua"),
                "Đã trả lời tại buổi tiếp, công dân thống nhất.",
            );
            sheet.put(&format!("{entry}/ngay_ket_qua"), iso(day));
        }
        "TU_CHOI_TIEP" => {
            sheet.put(&format!("{entry}/ly_do_tu_choi"), "L9_K2");
        }
        _ => {}
    }
}

/// The answer about the handling, and the result, each on its day and by whoever wrote it down.
fn follow(scene: &Scene<'_>, sheet: &mut Sheet, item: &Item<'_>, random: &mut Random) {
    let Item {
        entry,
        kind,
        way,
        day,
    } = *item;
    if matches!(way, "" | "TRA_LOI_TRUC_TIEP" | "TU_CHOI_TIEP") {
        return;
    }
    let office = random.pick(&OFFICES);
    let term = if kind == "KHIEU_NAI" || kind == "TO_CAO" {
        6
    } else {
        13
    };
    let Some(answered) = scene.ended(random, day, day + term) else {
        return;
    };
    let by = random.pick(&[Author::Reception, Author::Party]);
    let paper = document(random, "UBND", answered);
    sheet.later(answered, by).fill(
        entry,
        [("so_van_ban", paper), ("ngay_tra_loi", iso(answered))],
    );
    if way != "GIAI_THICH_CHAM_DUT" {
        sheet.put(&format!("{entry}/co_quan_dich"), office);
    }
    if way == "THU_LY" && (kind == "KHIEU_NAI" || kind == "TO_CAO") {
        sheet.put(&format!("{entry}/ngay_thu_ly"), iso(answered));
        sheet.put(&format!("{entry}/thuoc_tham_quyen"), true);
    }
    if matches!(
        way,
        "HUONG_DAN" | "TRA_DON_VA_HUONG_DAN" | "GIAI_THICH_CHAM_DUT"
    ) {
        let result = "Đã hướng dẫn, giải thích bằng văn bản.";
        sheet.put(&format!("{entry}/ket_qua"), result);
        sheet.put(&format!("{entry}/ngay_ket_qua"), iso(answered));
        return;
    }
    if kind == "TO_CAO" && way == "CHUYEN_DON" {
        return; // what becomes of it is written by whoever it went to
    }
    let due = answered + if kind == "KHIEU_NAI" { 29 } else { 25 };
    sheet.put(&format!("{entry}/han_tra_loi"), iso(due));
    progress(scene, sheet, entry, (answered, due), random);
}

fn progress(
    scene: &Scene<'_>,
    sheet: &mut Sheet,
    entry: &str,
    (answered, due): (Day, Day),
    random: &mut Random,
) {
    let halfway = scene.working_day(answered + 12);
    if random.percent(40) && scene.is_past(halfway) {
        sheet.later(halfway, Author::Reception);
        let visit = sheet.entry(&format!("{entry}/theo_doi"));
        let notes = [
            "Cơ quan được giao đã kiểm tra thực tế, đang tổng hợp.",
            "Đã đôn đốc bằng điện thoại, hẹn trả lời trong tuần sau.",
            "Đã làm việc với thôn, thống nhất phương án.",
        ];
        let who: Value = official(random);
        sheet.fill(
            &visit,
            [
                ("ngay", iso(halfway)),
                ("ghi_chu", json!(random.pick(&notes))),
                ("nguoi", who),
            ],
        );
    }
    let Some(ended) = scene.ended(random, answered, due) else {
        return;
    };
    let results = [
        "Đã giải quyết xong theo đề nghị, thông báo cho công dân.",
        "Đã giải quyết một phần, phần còn lại đưa vào kế hoạch năm sau.",
        "Đã kiểm tra, trả lời bằng văn bản; công dân đồng ý.",
    ];
    let by = random.pick(&[Author::Reception, Author::Party]);
    sheet.later(ended, by).fill(
        entry,
        [
            ("ket_qua", json!(random.pick(&results))),
            ("ngay_ket_qua", iso(ended)),
        ],
    );
}
