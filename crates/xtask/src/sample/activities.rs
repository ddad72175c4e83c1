//! What is done out in the villages: meetings, campaigns, visits, with what they brought and what is left to do.

use records::date::Day;
use serde_json::json;

use super::{
    Scene,
    people::{Author, VILLAGES, official},
    random::Random,
    sheet::{Sheet, iso},
};

const FORM: &str = "hoat_dong";

/// Kind, what it is called, who leads it.
const ACTIVITIES: [(&str, &str, &str); 16] = [
    (
        "HOI_NGHI",
        "Hội nghị triển khai kế hoạch công tác dân vận",
        "Ban Xây dựng Đảng",
    ),
    (
        "TUYEN_TRUYEN",
        "Tuyên truyền phân loại rác tại nguồn",
        "Hội Liên hiệp Phụ nữ xã",
    ),
    (
        "VAN_DONG",
        "Vận động hiến đất mở rộng đường thôn",
        "UBMTTQ Việt Nam xã",
    ),
    (
        "THAM_HOI",
        "Thăm, tặng quà gia đình người có công",
        "UBMTTQ Việt Nam xã",
    ),
    (
        "KIEM_TRA",
        "Kiểm tra việc thực hiện quy chế dân chủ ở thôn",
        "Ban Xây dựng Đảng",
    ),
    (
        "RA_QUAN",
        "Ra quân tổng vệ sinh môi trường",
        "Đoàn Thanh niên xã",
    ),
    ("TAP_HUAN", "Tập huấn kỹ năng hòa giải ở cơ sở", "UBND xã"),
    (
        "TUYEN_TRUYEN",
        "Tuyên truyền cài đặt, sử dụng định danh điện tử",
        "Công an xã",
    ),
    (
        "VAN_DONG",
        "Vận động xây dựng quỹ “Vì người nghèo”",
        "UBMTTQ Việt Nam xã",
    ),
    (
        "RA_QUAN",
        "Ra quân nạo vét kênh mương nội đồng",
        "Hội Nông dân xã",
    ),
    (
        "HOI_NGHI",
        "Hội nghị giao ban công tác dân vận với các thôn",
        "Ban Xây dựng Đảng",
    ),
    (
        "VAN_DONG",
        "Vận động trồng hoa, cây xanh trên đường liên thôn",
        "Hội Liên hiệp Phụ nữ xã",
    ),
    (
        "TUYEN_TRUYEN",
        "Tuyên truyền phòng, chống lừa đảo qua mạng",
        "Công an xã",
    ),
    (
        "KHAC",
        "Ngày hội Đại đoàn kết ở khu dân cư",
        "Ban công tác Mặt trận",
    ),
    (
        "KIEM_TRA",
        "Kiểm tra tiến độ mô hình “Dân vận khéo”",
        "Ban Xây dựng Đảng",
    ),
    (
        "TAP_HUAN",
        "Hướng dẫn nộp hồ sơ trực tuyến tại nhà văn hóa",
        "Đoàn Thanh niên xã",
    ),
];

pub(crate) fn sheets(scene: &Scene<'_>) -> Vec<Sheet> {
    let mut random = scene.random("activities");
    let days = scene.spread_days(scene.count(FORM), &mut random);
    days.into_iter()
        .map(|day| activity(scene, day, &mut random))
        .collect()
}

fn activity(scene: &Scene<'_>, day: Day, random: &mut Random) -> Sheet {
    let by = random.pick(&Author::ALL);
    let (kind, name, leader) = random.pick(&ACTIVITIES);
    let village = random.pick(&VILLAGES);
    let mut sheet = scene.sheet(FORM, (day, day), by, random);
    sheet.fill(
        "",
        [
            ("loai", json!(kind)),
            ("ten", json!(format!("{name} ({})", village.name))),
            ("ngay", iso(day)),
            (
                "gio",
                json!(random.pick(&["07:30", "08:00", "14:00", "19:30"])),
            ),
            (
                "dia_diem",
                json!(format!("Nhà văn hóa {}", village.name.to_lowercase())),
            ),
            ("thon", json!(village.name)),
            ("chu_tri", by.person()),
            ("don_vi_chu_tri", json!(leader)),
            ("so_nguoi", json!(random.between(18, 120))),
            ("so_ho", json!(random.between(10, village.households))),
        ],
    );
    if random.percent(60) {
        let entry = sheet.entry("phoi_hop");
        let helper = random.pick(&[
            "Hội Cựu chiến binh xã",
            "Hội Nông dân xã",
            "Ban quản lý thôn",
        ]);
        sheet.put(&format!("{entry}/don_vi"), helper);
        sheet.put(&format!("{entry}/vai_tro"), "Vận động hội viên tham gia");
    }
    if matches!(kind, "VAN_DONG" | "RA_QUAN") {
        resources(&mut sheet, random);
    }
    if random.percent(35) {
        link(scene, &mut sheet, random);
    }
    if !random.percent(5) {
        sheet.official();
    }
    if random.percent(25) {
        // Written down on the spot; what came of it is added by somebody else.
        let next = scene.working_day(day + 3).max(day);
        if scene.is_past(next) {
            sheet.later(next, Author::Party);
        }
    }
    result(&mut sheet, kind, random);
    if random.percent(40) {
        next_step(scene, &mut sheet, day, random);
    }
    sheet
}

fn resources(sheet: &mut Sheet, random: &mut Random) {
    let entry = sheet.entry("nguon_luc");
    sheet.fill(
        &entry,
        [
            ("muc_dich", json!("Công trình của thôn")),
            ("nguon", json!("Nhân dân đóng góp")),
            ("tien_dong", json!(random.between(2, 60) * 500_000)),
            ("ngay_cong", json!(random.between(10, 160))),
        ],
    );
    if random.percent(40) {
        sheet.put(&format!("{entry}/m2_dat_hien"), random.between(20, 600));
        sheet.put(&format!("{entry}/m_duong"), random.between(50, 900));
    }
}

fn link(scene: &Scene<'_>, sheet: &mut Sheet, random: &mut Random) {
    if scene.tasks.is_empty() {
        return;
    }
    let (programme, task) = random.pick(&scene.tasks);
    sheet.put("chuong_trinh", programme.to_string());
    sheet.put("nhiem_vu", task.to_string());
}

fn result(sheet: &mut Sheet, kind: &str, random: &mut Random) {
    let result = match kind {
        "VAN_DONG" => {
            "Các hộ thống nhất chủ trương, đã ký cam kết; còn một số hộ xin thêm thời gian."
        }
        "RA_QUAN" => "Hoàn thành khối lượng đề ra, đường làng sạch sẽ.",
        "TUYEN_TRUYEN" | "TAP_HUAN" => "Người dự nắm được nội dung, đã phát tài liệu đến từng hộ.",
        "KIEM_TRA" => "Cơ bản thực hiện đúng; nhắc bổ sung sổ theo dõi.",
        _ => "Hoàn thành các nội dung theo kế hoạch.",
    };
    sheet.put("ket_qua", result);
    if random.percent(25) {
        sheet.put("kho_khan", "Nhiều hộ đi làm xa, khó tập trung đông đủ.");
    }
    if random.percent(15) {
        sheet.put("kien_nghi", "Đề nghị xã hỗ trợ thêm kinh phí tuyên truyền.");
    }
}

fn next_step(scene: &Scene<'_>, sheet: &mut Sheet, day: Day, random: &mut Random) {
    let entry = sheet.entry("viec_tiep");
    let due = scene.working_day(day + random.pick(&[7, 14, 21, 40]));
    let steps = [
        "Gặp lại các hộ chưa thống nhất",
        "Báo cáo kết quả về Đảng ủy",
        "Bổ sung danh sách đăng ký tham gia",
        "Kiểm tra lại sau một tháng",
    ];
    sheet.fill(
        &entry,
        [
            ("viec", json!(random.pick(&steps))),
            ("nguoi_lam", official(random)),
            ("han", iso(due)),
        ],
    );
    if let Some(ended) = scene.ended(random, day, due) {
        let by = random.pick(&[Author::Party, Author::Village, Author::Women]);
        sheet
            .later(ended, by)
            .put(&format!("{entry}/ngay_xong"), iso(ended));
    }
}
