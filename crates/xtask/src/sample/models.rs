//! Models of “Dân vận khéo”: registered all through the year, so that on any day some stand at each step.

use records::date::{self, Day};
use serde_json::json;

use super::{
    Scene,
    people::{Author, VILLAGES, citizen, person},
    random::Random,
    sheet::{Sheet, document, iso},
};

const FORM: &str = "mo_hinh";

/// Field, name, who registers it.
const MODELS: [(&str, &str, &str); 15] = [
    ("NTM_DO_THI", "Tuyến đường hoa tự quản", "Chi hội Phụ nữ"),
    (
        "VAN_HOA_XA_HOI",
        "Dòng họ khuyến học",
        "Ban công tác Mặt trận",
    ),
    ("KINH_TE", "Liên kết trồng rau an toàn", "Chi hội Nông dân"),
    (
        "QUOC_PHONG_AN_NINH",
        "Tổ tự quản an ninh trật tự",
        "Ban quản lý thôn",
    ),
    (
        "HE_THONG_CHINH_TRI",
        "Chính quyền thân thiện, vì Nhân dân phục vụ",
        "Văn phòng HĐND và UBND xã",
    ),
    (
        "CHUYEN_DOI_SO",
        "Tổ công nghệ số cộng đồng đến từng nhà",
        "Chi đoàn Thanh niên",
    ),
    (
        "NTM_DO_THI",
        "Hiến đất mở đường, chỉnh trang ngõ xóm",
        "Ban quản lý thôn",
    ),
    (
        "VAN_HOA_XA_HOI",
        "Bữa cơm yêu thương",
        "Hội Liên hiệp Phụ nữ xã",
    ),
    (
        "KINH_TE",
        "Tổ tiết kiệm giúp nhau phát triển kinh tế",
        "Chi hội Phụ nữ",
    ),
    (
        "NTM_DO_THI",
        "Phân loại rác, làm phân hữu cơ tại hộ",
        "Chi hội Phụ nữ",
    ),
    (
        "QUOC_PHONG_AN_NINH",
        "Tiếng kẻng an ninh",
        "Chi hội Cựu chiến binh",
    ),
    (
        "CHUYEN_DOI_SO",
        "Chợ thanh toán không dùng tiền mặt",
        "Đoàn Thanh niên xã",
    ),
    (
        "HE_THONG_CHINH_TRI",
        "Chi bộ nêu gương, dân tin theo",
        "Chi bộ thôn",
    ),
    ("VAN_HOA_XA_HOI", "Nhà văn hóa sáng đèn", "Ban quản lý thôn"),
    ("KINH_TE", "Cánh đồng một giống lúa", "Chi hội Nông dân"),
];

/// Steps of a model that goes the whole way: how many days after it was registered.
const WAY: [(&str, i64); 6] = [
    ("DUYET_DANH_MUC", 20),
    ("TRIEN_KHAI", 34),
    ("TU_DANH_GIA", 205),
    ("DANH_GIA", 222),
    ("CONG_NHAN", 236),
    ("DUY_TRI", 300),
];

/// How a model ends that does not go the whole way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Whole,
    Praised,
    Copied,
    Rejected,
    Stopped,
    Draft,
}

pub(crate) fn sheets(scene: &Scene<'_>) -> Vec<Sheet> {
    let mut random = scene.random("models");
    let days = scene.spread_days(scene.count(FORM), &mut random);
    days.into_iter()
        .zip(MODELS.iter().cycle())
        .map(|(day, model)| one(scene, day, *model, &mut random))
        .collect()
}

fn one(
    scene: &Scene<'_>,
    day: Day,
    (field, name, unit): (&str, &str, &str),
    random: &mut Random,
) -> Sheet {
    let village = random.pick(&VILLAGES);
    let by = random.pick(&[Author::Party, Author::Women, Author::Village]);
    let is_person = random.percent(20);
    let mut sheet = scene.sheet(FORM, (day, day), by, random);
    let (year, ..) = date::to_civil(day);
    let lead = if is_person {
        citizen(random)
    } else {
        by.name().to_owned()
    };
    sheet.fill(
        "",
        [
            ("ten", json!(format!("{name} ({})", village.name))),
            ("loai", json!(if is_person { "CA_NHAN" } else { "TAP_THE" })),
            (
                "dang",
                json!(if is_person { "DIEN_HINH" } else { "MO_HINH" }),
            ),
            ("linh_vuc", json!(field)),
            ("nam_dang_ky", json!(year)),
            ("dang_ky", json!(random.pick(&["MOI", "MOI", "DUY_TRI"]))),
            ("cap", json!("XA")),
            ("ngay_lap", iso(day)),
            (
                "don_vi_dang_ky",
                json!(format!("{unit} {}", village.name.to_lowercase())),
            ),
            ("nguoi_phu_trach", person(&lead, "Người phụ trách mô hình")),
            ("thon", json!(village.name)),
            ("tu_ngay", iso(day)),
            ("den_ngay", iso(day + 330)),
            (
                "so_ho",
                json!(random.between(village.households / 3, village.households)),
            ),
            ("so_nguoi", json!(random.between(40, 300))),
        ],
    );
    plan(&mut sheet);
    forces(&mut sheet, unit, random);
    let fate = match random.between(0, 99) {
        0..4 => Fate::Draft,
        4..10 => Fate::Stopped,
        10..18 => Fate::Rejected,
        18..40 => Fate::Praised,
        40..52 => Fate::Copied,
        _ => Fate::Whole,
    };
    if fate == Fate::Draft {
        return sheet; // not registered, not official
    }
    sheet.official();
    step(&mut sheet, "DANG_KY", day, random);
    steps(scene, &mut sheet, (day, fate), random);
    visits(scene, &mut sheet, (day, fate), random);
    sheet
}

fn plan(sheet: &mut Sheet) {
    sheet.fill(
        "",
        [
            (
                "thuc_trang",
                json!("Còn làm riêng lẻ, chưa thành nền nếp trong thôn."),
            ),
            (
                "muc_tieu",
                json!("Trên 80% số hộ trong thôn tham gia, duy trì thường xuyên."),
            ),
            (
                "cach_lam",
                json!("Họp bàn với dân, chia tổ, phân công nòng cốt, kiểm tra hằng tháng."),
            ),
            (
                "san_pham",
                json!("Có sổ theo dõi, ảnh trước và sau, số hộ tham gia."),
            ),
        ],
    );
}

fn forces(sheet: &mut Sheet, unit: &str, random: &mut Random) {
    for (name, role) in [
        (unit, "CHU_TRI"),
        ("Ban công tác Mặt trận thôn", "PHOI_HOP"),
    ] {
        let entry = sheet.entry("luc_luong");
        sheet.fill(&entry, [("don_vi", json!(name)), ("vai_tro", json!(role))]);
    }
    let entry = sheet.entry("nguon_luc");
    sheet.fill(
        &entry,
        [
            ("nguon", json!("Nhân dân đóng góp")),
            ("tien_dong", json!(random.between(1, 40) * 1_000_000)),
            ("ngay_cong", json!(random.between(15, 200))),
        ],
    );
}

fn step(sheet: &mut Sheet, kind: &str, day: Day, random: &mut Random) {
    let entry = sheet.entry("buoc");
    sheet.fill(
        &entry,
        [("loai_buoc", json!(kind)), ("ngay_buoc", iso(day))],
    );
    match kind {
        "DUYET_DANH_MUC" | "CONG_NHAN" | "KHONG_CONG_NHAN" | "KHEN_THUONG" => {
            sheet.put(&format!("{entry}/van_ban"), document(random, "QĐ", day));
            sheet.put(&format!("{entry}/co_quan"), "Đảng ủy xã (mẫu)");
        }
        "TU_DANH_GIA" | "DANH_GIA" => {
            let points = format!("{},5", random.between(72, 97)).replace(',', ".");
            sheet.put(&format!("{entry}/diem"), points);
            sheet.put(&format!("{entry}/xep_loai"), random.pick(&["Tốt", "Khá"]));
        }
        "NHAN_RONG" => {
            sheet.put(
                &format!("{entry}/noi_nhan_rong"),
                random.pick(&VILLAGES).name,
            );
        }
        "DUNG" => {
            let why = "Người phụ trách chuyển nơi ở, chưa có người thay.";
            sheet.put(&format!("{entry}/ly_do_dung"), why);
        }
        _ => {}
    }
    if matches!(kind, "CONG_NHAN" | "DE_NGHI_KHEN" | "KHEN_THUONG") {
        sheet.put(&format!("{entry}/cap_buoc"), "XA");
    }
    if matches!(kind, "DE_NGHI_KHEN" | "KHEN_THUONG") {
        sheet.put(&format!("{entry}/hinh_thuc_khen"), "GIAY_KHEN_XA");
    }
}

fn steps(scene: &Scene<'_>, sheet: &mut Sheet, (day, fate): (Day, Fate), random: &mut Random) {
    let mut way: Vec<(&str, i64)> = WAY.to_vec();
    match fate {
        Fate::Stopped => {
            way.truncate(2);
            way.push(("DUNG", 150));
        }
        Fate::Rejected => {
            way.truncate(4);
            way.push(("KHONG_CONG_NHAN", 236));
        }
        Fate::Praised => {
            way.insert(5, ("DE_NGHI_KHEN", 240));
            way.insert(6, ("KHEN_THUONG", 258));
        }
        Fate::Copied => way.insert(5, ("NHAN_RONG", 275)),
        Fate::Whole | Fate::Draft => {}
    }
    for (kind, after) in way {
        let on = scene.working_day(day + after + random.between(0, 6));
        if !scene.is_past(on) {
            return;
        }
        sheet.later(on, Author::Party);
        step(sheet, kind, on, random);
        if kind == "TU_DANH_GIA" {
            sheet.put(
                "ket_qua",
                "Đạt các mục tiêu đã đăng ký, số hộ tham gia tăng.",
            );
        }
    }
}

/// Visits about every thirty days while it is carried out; some models are forgotten.
fn visits(scene: &Scene<'_>, sheet: &mut Sheet, (day, fate): (Day, Fate), random: &mut Random) {
    let last = match fate {
        Fate::Stopped => day + 140,
        _ if random.percent(15) => day + 95,
        Fate::Whole | Fate::Praised | Fate::Copied | Fate::Rejected | Fate::Draft => day + 200,
    };
    let mut on = day + 36 + random.between(18, 29);
    let mut progress = 10;
    while on < last && scene.is_past(on) {
        let visited = scene.working_day(on);
        progress = (progress + random.between(8, 22)).min(100);
        let by = random.pick(&[Author::Party, Author::Women, Author::Village, Author::Front]);
        sheet.later(visited, by);
        let entry = sheet.entry("theo_doi");
        sheet.fill(
            &entry,
            [
                ("ngay_theo_doi", iso(visited)),
                ("nguoi_theo_doi", by.person()),
                ("tien_do", json!(progress)),
                ("nhan_xet", json!("Các hộ tham gia đều, có sổ theo dõi.")),
            ],
        );
        if random.percent(30) {
            let due = scene.working_day(visited + 15);
            sheet.fill(
                &entry,
                [
                    (
                        "viec_can_lam",
                        json!("Bổ sung biển tự quản, phân công lại tổ 2."),
                    ),
                    ("han_viec", iso(due)),
                ],
            );
            if let Some(ended) = scene.ended(random, visited, due) {
                sheet
                    .later(ended, Author::Party)
                    .put(&format!("{entry}/ngay_xong_viec"), iso(ended));
            }
        }
        on += random.between(22, 31);
    }
}
