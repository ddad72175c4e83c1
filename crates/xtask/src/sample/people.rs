//! Who lives and works in the commune that does not exist: every name says so.

use records::id::DeviceId;
use serde_json::{Value, json};

use super::random::Random;

/// Somebody who writes into the notebook, each on a device of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Author {
    /// Receives citizens.
    Reception,
    /// Ban Xây dựng Đảng: programmes, models, dialogues.
    Party,
    /// Mặt trận: supervision, critique.
    Front,
    /// Hội Phụ nữ.
    Women,
    /// Một trưởng thôn.
    Village,
}

impl Author {
    pub(crate) const ALL: [Self; 5] = [
        Self::Reception,
        Self::Party,
        Self::Front,
        Self::Women,
        Self::Village,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Reception => "Nguyễn Văn Mẫu",
            Self::Party => "Trần Thị Ví Dụ",
            Self::Front => "Lê Văn Thử",
            Self::Women => "Phạm Thị Mẫu",
            Self::Village => "Hoàng Văn Dụ",
        }
    }

    fn duty(self) -> &'static str {
        match self {
            Self::Reception => "Công chức Văn phòng HĐND và UBND xã",
            Self::Party => "Chuyên viên Ban Xây dựng Đảng",
            Self::Front => "Phó Chủ tịch UBMTTQ Việt Nam xã",
            Self::Women => "Chủ tịch Hội Liên hiệp Phụ nữ xã",
            Self::Village => "Trưởng thôn 3",
        }
    }

    pub(crate) fn person(self) -> Value {
        person(self.name(), self.duty())
    }

    /// The same device in every sample, whatever the seed.
    pub(crate) fn device(self) -> DeviceId {
        let mut bytes = *b"so-tay-sample-\0\0";
        if let Some(last) = bytes.last_mut() {
            *last = self as u8 + 1;
        }
        DeviceId::derived(bytes)
    }
}

pub(crate) fn person(name: &str, duty: &str) -> Value {
    json!({"ho_ten": name, "chuc_vu": duty})
}

/// Chủ tịch UBND.
pub(crate) fn chair() -> Value {
    person("Đỗ Văn Giả Định", "Chủ tịch UBND xã")
}

/// Bí thư Đảng ủy.
pub(crate) fn secretary() -> Value {
    person("Vũ Thị Giả Định", "Bí thư Đảng ủy xã")
}

/// Chủ tịch Mặt trận.
pub(crate) fn front_chair() -> Value {
    person("Bùi Văn Ví Dụ", "Chủ tịch UBMTTQ Việt Nam xã")
}

/// An official who gets work to do.
pub(crate) fn official(random: &mut Random) -> Value {
    let (name, duty) = random.pick(&[
        ("Ngô Văn Thử", "Công chức địa chính - xây dựng"),
        ("Đặng Thị Mẫu", "Công chức văn hóa - xã hội"),
        ("Dương Văn Dụ", "Công chức tư pháp - hộ tịch"),
        ("Lý Thị Thử", "Công chức tài chính - kế toán"),
        ("Phan Văn Mẫu", "Trưởng Phòng Kinh tế xã"),
    ]);
    person(name, duty)
}

/// A citizen. The word “Mẫu” stands in every name.
pub(crate) fn citizen(random: &mut Random) -> String {
    let family = random.pick(&[
        "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương",
    ]);
    let middle = random.pick(&["Văn", "Thị", "Đức", "Ngọc", "Minh", "Thanh"]);
    let given = random.pick(&[
        "An", "Bình", "Chi", "Dũng", "Giang", "Hà", "Hạnh", "Khánh", "Lan", "Long", "Mai", "Nam",
        "Oanh", "Phúc", "Quý", "Sơn", "Tâm", "Thảo", "Út", "Yến",
    ]);
    format!("{family} {middle} Mẫu {given}")
}

/// A village and its households.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Village {
    pub(crate) name: &'static str,
    pub(crate) households: i64,
}

pub(crate) const VILLAGES: [Village; 8] = [
    village("Thôn 1", 142),
    village("Thôn 2", 96),
    village("Thôn 3", 120),
    village("Thôn 4", 87),
    village("Thôn 5", 165),
    village("Thôn 6", 111),
    village("Thôn 7", 74),
    village("Thôn 8", 138),
];

const fn village(name: &'static str, households: i64) -> Village {
    Village { name, households }
}

/// Offices that a matter goes to.
pub(crate) const OFFICES: [&str; 5] = [
    "Phòng Kinh tế xã",
    "Phòng Văn hóa - Xã hội xã",
    "Văn phòng HĐND và UBND xã",
    "Trung tâm Phục vụ hành chính công xã",
    "Công an xã",
];
