//! Supervision and social critique, and the yearly plan in which they stand.

use records::date::{self, Day};
use serde_json::json;

use super::{
    Scene,
    people::{Author, OFFICES, VILLAGES, citizen, front_chair, official},
    random::Random,
    sheet::{Sheet, document, iso},
};

const PLAN: &str = "ke_hoach_giam_sat";
const SUPERVISION: &str = "giam_sat";
const CRITIQUE: &str = "phan_bien";
/// What an author of plans sets: the notice goes out before the day of work.
const NOTICE_DAYS: i64 = 17;

/// Who, how, what.
const SUBJECTS: [(&str, &str, &str); 12] = [
    (
        "MTTQ",
        "DOAN_GIAM_SAT",
        "Việc tiếp công dân, giải quyết kiến nghị, phản ánh của UBND xã",
    ),
    (
        "BAN_GSDTCD",
        "QUA_BAN_TTND_GSDTCD",
        "Việc thi công đường bê tông liên thôn",
    ),
    (
        "HOI_PN",
        "DOAN_GIAM_SAT",
        "Việc thực hiện chính sách hỗ trợ phụ nữ vay vốn",
    ),
    (
        "HOI_ND",
        "DOAN_GIAM_SAT",
        "Việc cung ứng vật tư nông nghiệp trên địa bàn",
    ),
    (
        "BAN_TTND",
        "QUA_BAN_TTND_GSDTCD",
        "Việc thu, chi các khoản Nhân dân đóng góp",
    ),
    (
        "MTTQ",
        "DOAN_GIAM_SAT",
        "Việc bình xét, hỗ trợ xóa nhà tạm, nhà dột nát",
    ),
    (
        "HOI_CCB",
        "DOAN_GIAM_SAT",
        "Việc bảo đảm an ninh trật tự, an toàn giao thông ở thôn",
    ),
    (
        "DOAN_TN",
        "DOAN_GIAM_SAT",
        "Việc hướng dẫn thủ tục trực tuyến tại bộ phận một cửa",
    ),
    (
        "MTTQ",
        "NGHIEN_CUU_VAN_BAN",
        "Dự thảo và văn bản về mức thu phí vệ sinh môi trường",
    ),
    (
        "BAN_GSDTCD",
        "QUA_BAN_TTND_GSDTCD",
        "Việc sửa chữa nhà văn hóa thôn",
    ),
    (
        "MTTQ",
        "DOAN_GIAM_SAT",
        "Việc công khai theo Luật Thực hiện dân chủ ở cơ sở",
    ),
    (
        "HDND",
        "THAM_GIA_VOI_CO_QUAN",
        "Việc thực hiện nghị quyết về thu gom rác thải",
    ),
];

const DRAFTS: [&str; 3] = [
    "Dự thảo Đề án thu gom, xử lý rác thải sinh hoạt của xã",
    "Dự thảo Kế hoạch phát triển kinh tế - xã hội năm tới của xã",
    "Dự thảo Quy chế thực hiện dân chủ ở xã",
];

const RECOMMENDATIONS: [&str; 6] = [
    "Đề nghị niêm yết đầy đủ thời hạn giải quyết tại nơi tiếp công dân.",
    "Đề nghị đơn vị thi công khắc phục các điểm bê tông chưa đạt.",
    "Đề nghị công khai danh sách bình xét ở nhà văn hóa thôn đủ 30 ngày.",
    "Đề nghị rà soát hồ sơ còn chậm, trả lời từng trường hợp.",
    "Đề nghị tăng cường kiểm tra cơ sở kinh doanh vật tư.",
    "Đề nghị báo cáo thu, chi các khoản đóng góp theo từng quý.",
];

pub(crate) fn sheets(scene: &Scene<'_>) -> Vec<Sheet> {
    let mut random = scene.random("oversight");
    let works = scene.spread_days(scene.count(SUPERVISION), &mut random);
    let debates = scene.spread_days(scene.count(CRITIQUE), &mut random);
    let mut plan = Plan::open(scene, &mut random);
    let mut lines = Vec::new();
    let mut sheets = Vec::new();
    for (day, subject) in works.into_iter().zip(SUBJECTS.iter().cycle()) {
        lines.push((plan.line(("GIAM_SAT", subject.1, subject.2), day), day));
        sheets.push(supervision(scene, day, *subject, &mut random));
    }
    for (day, draft) in debates.into_iter().zip(DRAFTS.iter().cycle()) {
        lines.push((plan.line(("PHAN_BIEN", "HOI_NGHI", draft), day), day));
        sheets.push(critique(scene, day, draft, &mut random));
    }
    // What the plan of the year still has ahead.
    for (months, subject) in [(0, 5), (1, 10)] {
        let day = date::add_months(scene.last_day(), months) + 10;
        let subject = SUBJECTS.get(subject).copied().unwrap_or_default();
        plan.line(("GIAM_SAT", subject.1, subject.2), day);
    }
    for ((line, day), sheet) in lines.into_iter().zip(&mut sheets) {
        plan.close(scene, line, sheet, day);
    }
    sheets.push(plan.sheet);
    sheets
}

/// The plan that is made in December for the next year.
struct Plan {
    sheet: Sheet,
    /// The year it is for.
    year: i64,
    random: Random,
}

impl Plan {
    fn open(scene: &Scene<'_>, random: &mut Random) -> Self {
        let (year, ..) = date::to_civil(scene.last_day());
        let december = |year| scene.working_day(date::from_civil(year, 12, 12));
        // The last one that was made within the year of this scene.
        let made = [december(year), december(year - 1)];
        let made = made.into_iter().find(|day| *day <= scene.last_day());
        let made = made.unwrap_or_else(|| scene.last_day());
        let year = date::to_civil(made).0 + 1;
        let mut sheet = scene.sheet(PLAN, (made, made), Author::Front, random);
        sheet.fill(
            "",
            [
                ("nam", json!(year)),
                ("chu_the", json!("MTTQ")),
                ("van_ban", document(random, "KH", made)),
                ("ngay_ban_hanh", iso(made)),
                ("da_thong_nhat", json!(true)),
                (
                    "can_cu",
                    json!("Nghị quyết liên tịch 403/2017/NQLT-UBTVQH14-CP-ĐCTUBTWMTTQVN"),
                ),
            ],
        );
        sheet.official();
        Self {
            sheet,
            year,
            random: random.clone(),
        }
    }

    /// A line of the plan, when the day is in its year.
    fn line(&mut self, (kind, way, text): (&str, &str, &str), day: Day) -> Option<String> {
        let (year, month, _) = date::to_civil(day);
        if year != self.year {
            return None;
        }
        let entry = self.sheet.entry("dong");
        let way_field = if kind == "GIAM_SAT" {
            "hinh_thuc_gs"
        } else {
            "hinh_thuc_pb"
        };
        self.sheet.fill(
            &entry,
            [
                ("loai", json!(kind)),
                ("noi_dung", json!(text)),
                (way_field, json!(way)),
                ("don_vi", json!("UBMTTQ Việt Nam xã")),
                ("doi_tuong", json!("UBND xã")),
                ("thoi_gian", json!(format!("Tháng {month}"))),
                (
                    "han",
                    iso(date::add_months(date::from_civil(year, month, 1), 1) - 1),
                ),
            ],
        );
        Some(entry)
    }

    fn close(&mut self, scene: &Scene<'_>, line: Option<String>, sheet: &mut Sheet, day: Day) {
        let Some(entry) = line else { return };
        sheet.first("ke_hoach_nam", self.sheet.rec.to_string());
        let ended = scene.working_day(day + 6).max(day);
        // What nobody ticked off stays late in the plan.
        if scene.is_past(ended) && !self.random.percent(10) {
            self.sheet.later(ended, Author::Front).fill(
                &entry,
                [
                    ("phieu", json!(sheet.rec.to_string())),
                    ("ngay_xong", iso(ended)),
                ],
            );
        }
    }
}

fn supervision(
    scene: &Scene<'_>,
    day: Day,
    (who, way, what): (&str, &str, &str),
    random: &mut Random,
) -> Sheet {
    let sent = scene.working_day(day - NOTICE_DAYS);
    let by = if who == "HOI_PN" {
        Author::Women
    } else {
        Author::Front
    };
    let mut sheet = scene.sheet(SUPERVISION, (day, sent), by, random);
    sheet.fill(
        "",
        [
            ("ten", json!(format!("Giám sát: {what}"))),
            ("chu_the", json!(who)),
            ("hinh_thuc", json!(way)),
            ("ngay", iso(day)),
            ("noi_dung", json!(format!("{what} trên địa bàn xã."))),
            (
                "pham_vi",
                json!("Toàn xã, từ đầu năm đến thời điểm giám sát"),
            ),
            ("so_ngay_quyet_dinh", document(random, "QĐ", sent)),
            ("truong_doan", front_chair()),
            ("ngay_gui_ke_hoach", iso(sent)),
        ],
    );
    sheet.official();
    let subject = sheet.entry("doi_tuong");
    sheet.put(&format!("{subject}/ten_doi_tuong"), random.pick(&OFFICES));
    for member in [Author::Front, Author::Women] {
        let entry = sheet.entry("thanh_vien");
        sheet.put(&format!("{entry}/nguoi"), member.person());
    }
    let session = sheet.entry("lich_lam_viec");
    sheet.fill(
        &session,
        [
            ("ngay_lam_viec", iso(day)),
            ("noi", json!("Trụ sở UBND xã")),
        ],
    );
    report(scene, &mut sheet, day, random);
    sheet
}

fn report(scene: &Scene<'_>, sheet: &mut Sheet, day: Day, random: &mut Random) {
    let received = scene.working_day(day - 8);
    sheet
        .later(received, Author::Front)
        .put("ngay_nhan_bao_cao_doi_tuong", iso(received));
    let Some(reported) = scene.ended(random, day, day + 14) else {
        return;
    };
    sheet.later(reported, Author::Front).fill(
        "",
        [
            (
                "uu_diem",
                json!("Việc tổ chức thực hiện cơ bản đúng quy định, có phân công rõ."),
            ),
            (
                "han_che",
                json!("Một số việc còn chậm, hồ sơ lưu chưa đầy đủ."),
            ),
            ("nguyen_nhan", json!("Cán bộ kiêm nhiệm, địa bàn rộng.")),
            ("ngay_bao_cao_ket_qua", iso(reported)),
        ],
    );
    let due = scene.working_day(reported + 30);
    let entries: Vec<String> = (0..random.between(1, 3))
        .map(|_| recommendation(sheet, (reported, due), random))
        .collect();
    for entry in entries {
        reply(scene, sheet, &entry, (reported, due), random);
    }
}

fn recommendation(sheet: &mut Sheet, (sent, due): (Day, Day), random: &mut Random) -> String {
    let entry = sheet.entry("kien_nghi");
    sheet.fill(
        &entry,
        [
            ("noi_dung_kien_nghi", json!(random.pick(&RECOMMENDATIONS))),
            (
                "gui_den",
                json!(random.pick(&["UBND xã", "Phòng Kinh tế xã", "Đơn vị thi công (mẫu)"])),
            ),
            ("so_van_ban", document(random, "MTTQ", sent)),
            ("han_tra_loi", iso(due)),
            ("tiep_thu", json!("CHUA_TRA_LOI")),
        ],
    );
    entry
}

fn reply(
    scene: &Scene<'_>,
    sheet: &mut Sheet,
    entry: &str,
    (sent, due): (Day, Day),
    random: &mut Random,
) {
    let Some(answered) = scene.ended(random, sent, due) else {
        return;
    };
    let taken = random.pick(&["TOAN_BO", "TOAN_BO", "MOT_PHAN", "KHONG"]);
    let number = format!("{:02}/UBND-MẪU", random.between(1, 150));
    sheet.later(answered, Author::Reception).fill(
        entry,
        [
            ("ngay_tra_loi", iso(answered)),
            ("so_tra_loi", json!(number)),
            (
                "noi_dung_tra_loi",
                json!("Tiếp thu, giao bộ phận chuyên môn thực hiện."),
            ),
            ("tiep_thu", json!(taken)),
        ],
    );
    let Some(done) = scene
        .ended(random, answered, answered + 60)
        .filter(|_| taken != "KHONG")
    else {
        return;
    };
    sheet.later(done, Author::Front).fill(
        entry,
        [
            (
                "ket_qua_thuc_hien",
                json!("Đã thực hiện, đoàn giám sát kiểm tra lại."),
            ),
            ("ngay_thuc_hien", iso(done)),
        ],
    );
}

fn critique(scene: &Scene<'_>, day: Day, draft: &str, random: &mut Random) -> Sheet {
    let came = scene.working_day(day - 12);
    let mut sheet = scene.sheet(CRITIQUE, (day, came), Author::Front, random);
    let due = scene.working_day(day + 25);
    sheet.fill(
        "",
        [
            ("du_thao", json!(draft)),
            ("co_quan_soan_thao", json!("UBND xã")),
            ("ngay_nhan", iso(came)),
            ("han_trinh", iso(day + 20)),
            ("chu_the", json!("MTTQ")),
            ("hinh_thuc", json!("HOI_NGHI")),
            ("ngay", iso(day)),
            ("gio", json!("14:00")),
            ("dia_diem", json!("Hội trường UBND xã")),
            ("chu_tri", front_chair()),
            ("so_nguoi", json!(random.between(25, 45))),
            ("han_tra_loi", iso(due)),
        ],
    );
    sheet.official();
    sheet.later(day, Author::Front);
    sheet.put("van_ban_phan_bien", document(random, "MTTQ", day));
    let opinions: Vec<String> = (0..random.between(3, 5))
        .map(|_| {
            let entry = sheet.entry("y_kien");
            let village = random.pick(&VILLAGES).name;
            sheet.fill(
                &entry,
                [
                    (
                        "noi_dung",
                        json!(format!(
                            "Cần nêu rõ nguồn kinh phí và lộ trình ở {village}."
                        )),
                    ),
                    ("de_xuat", json!("Bổ sung phụ lục về phân công, thời hạn.")),
                    ("nguoi_neu", json!(citizen(random))),
                ],
            );
            entry
        })
        .collect();
    let Some(answered) = scene.ended(random, day, due) else {
        return sheet;
    };
    let number = format!("{:02}/UBND-MẪU", random.between(1, 150));
    sheet.later(answered, Author::Reception).fill(
        "",
        [
            ("ngay_tra_loi", iso(answered)),
            ("so_tra_loi", json!(number)),
            ("tiep_thu", json!("MOT_PHAN")),
            (
                "giai_trinh",
                json!("Tiếp thu các ý kiến về phân công; kinh phí theo dự toán được giao."),
            ),
        ],
    );
    for entry in opinions {
        let taken = random.pick(&["TOAN_BO", "MOT_PHAN", "KHONG"]);
        sheet.put(&format!("{entry}/tiep_thu_y_kien"), taken);
        sheet.put(
            &format!("{entry}/giai_trinh_y_kien"),
            format!("Đã nêu trong bản giải trình, {} phụ trách.", name(random)),
        );
    }
    sheet
}

fn name(random: &mut Random) -> String {
    let person = official(random);
    let name = person.get("ho_ten").and_then(|name| name.as_str());
    name.unwrap_or_default().to_owned()
}
