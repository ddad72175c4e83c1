//! The unit itself: its hamlets, people and steering committees, and who was proposed for a commendation.

use records::date::Day;
use serde_json::{Value, json};

use super::{
    Scene, Year,
    people::{Author, VILLAGES, person},
    random::Random,
    sheet::{Sheet, document, iso},
};

const COMMITTEES: [&str; 2] = [
    "Ban Chỉ đạo thực hiện Quy chế dân chủ ở cơ sở",
    "Tổ công tác dân vận xã",
];

/// Written down once, in the first days of the older year.
pub(super) fn sheets(scene: &Scene<'_>) -> Vec<Sheet> {
    if scene.year == Year::This {
        return Vec::new();
    }
    let mut random = scene.random("unit");
    let day = scene.working_day(scene.first_day() + 10);
    let mut all = vec![unit(scene, day, &mut random)];
    for (at, name) in COMMITTEES.into_iter().enumerate() {
        let programme = scene.tasks.first().filter(|_| at == 0);
        let mut sheet = scene.sheet("ban_chi_dao", (day, day), Author::Party, &mut random);
        sheet.fill(
            "",
            [
                ("ten", Value::from(name)),
                ("quyet_dinh", document(&mut random, "QĐ", day)),
                ("ngay_thanh_lap", iso(day)),
            ],
        );
        if let Some((programme, _)) = programme {
            sheet.put("chuong_trinh", json!(programme));
        }
        for (role, who) in [
            ("TRUONG_BAN", person("Đỗ Thị Mẫu", "Bí thư Đảng ủy xã")),
            ("THUONG_TRUC", Author::Party.person()),
            ("THANH_VIEN", Author::Front.person()),
            ("THANH_VIEN", Author::Women.person()),
        ] {
            let entry = sheet.entry("thanh_vien");
            sheet.fill(&entry, [("nguoi", who), ("vai_tro", Value::from(role))]);
        }
        sheet.official();
        all.push(sheet);
    }
    all
}

fn unit(scene: &Scene<'_>, day: Day, random: &mut Random) -> Sheet {
    let mut sheet = scene.sheet("don_vi", (day, day), Author::Party, random);
    sheet.fill(
        "",
        [
            ("ten", Value::from(super::UNIT_NAME)),
            ("ngay_cap_nhat", iso(day)),
        ],
    );
    for village in VILLAGES {
        let homes = village.households;
        let entry = sheet.entry("thon");
        sheet.fill(
            &entry,
            [
                ("ten_thon", Value::from(village.name)),
                ("so_ho", Value::from(homes)),
                ("so_nhan_khau", Value::from(homes * 4)),
            ],
        );
    }
    for author in Author::ALL {
        let entry = sheet.entry("can_bo");
        sheet.put(&format!("{entry}/nguoi"), author.person());
    }
    sheet.official();
    sheet
}

/// The recognised models of the year in one round.
pub(super) fn commendations(scene: &Scene<'_>, made: &[Sheet]) -> Sheet {
    let mut random = scene.random("commendations");
    let day = scene.working_day(scene.last_day() - 12);
    let year = records::date::to_civil(day).0;
    let mut sheet = scene.sheet("khen_thuong", (day, day), Author::Party, &mut random);
    sheet.fill(
        "",
        [
            (
                "ten",
                Value::from(format!("Khen thưởng “Dân vận khéo” năm {year}")),
            ),
            ("nam", Value::from(year)),
            ("cap", Value::from("XA")),
            ("ngay_lap", iso(day)),
            ("nguoi_lap", Author::Party.person()),
        ],
    );
    let recognised = made
        .iter()
        .filter(|model| model.is_of("mo_hinh") && model.says("CONG_NHAN"));
    for model in recognised.take(8) {
        let value = |path: &str| model.value(path).cloned().unwrap_or_default();
        let (who, what) = (value("don_vi_dang_ky"), value("ten"));
        let entry = sheet.entry("de_nghi");
        sheet.fill(
            &entry,
            [
                ("doi_tuong", who),
                ("loai", Value::from("TAP_THE")),
                ("phieu", json!(model.rec)),
                ("thanh_tich", what),
                ("hinh_thuc", Value::from("GIAY_KHEN_XA")),
            ],
        );
    }
    if scene.year == Year::Before {
        sheet.fill(
            "",
            [
                ("ngay_trinh", iso(day)),
                ("to_trinh", document(&mut random, "TTr", day)),
            ],
        );
    }
    sheet.official();
    sheet
}
