//! Tables and reports as they are in a commune: the register of Mẫu 03/TCD, the table of Biểu 01/TCD, a report.

use sheets::{Block, Cell, Document, HeadCell, Layout, Sheet, Width};

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

/// Sổ tiếp công dân: 13 columns, ids and texts that look like numbers and formulas.
pub(crate) fn register() -> Sheet {
    let tall = |text| HeadCell::spanning(text, 1, 2);
    let row = |number: i64, id: &str, matter: &str| {
        vec![
            Cell::Number(number),
            Cell::Date("2026-11-05".to_owned()),
            text("Trần Thị Ngọc Diễm, thôn 5, xã Vinh Hà"),
            text(id),
            text(matter),
            text("Kiến nghị"),
            Cell::Number(12),
            Cell::Empty,
            text("x"),
            Cell::Empty,
            Cell::Empty,
            text("0123"),
            Cell::Empty,
        ]
    };
    Sheet {
        name: "Sổ 01/2026 [thôn 5]".to_owned(),
        made_on: "2026-11-25".to_owned(),
        title: "SỔ TIẾP CÔNG DÂN".to_owned(),
        lines: vec![
            "Đơn vị: Ủy ban nhân dân xã Vinh Hà".to_owned(),
            "Từ ngày 01/11/2026 đến ngày 30/11/2026".to_owned(),
        ],
        head: vec![
            vec![
                tall("STT"),
                tall("Ngày tiếp"),
                tall("Họ tên, địa chỉ"),
                tall("Số căn cước/Hộ chiếu"),
                tall("Nội dung"),
                tall("Loại đơn"),
                tall("Số người cùng nội dung"),
                tall("Cơ quan đã giải quyết"),
                HeadCell::spanning("Hướng xử lý", 3, 1),
                tall("Theo dõi kết quả giải quyết"),
                tall("Ghi chú"),
            ],
            vec![
                HeadCell::of("Thuộc thẩm quyền (đánh dấu x)"),
                HeadCell::of("Hướng dẫn đến cơ quan có thẩm quyền"),
                HeadCell::of("Cơ quan thụ lý, số văn bản chuyển đơn"),
            ],
        ],
        numbers: true,
        columns: [10, 20, 35, 26, 60, 18, 16, 25, 16, 25, 25, 30, 20]
            .map(Width)
            .to_vec(),
        rows: vec![
            row(
                1,
                "001206012345",
                "Đề nghị \"làm rõ\" đền bù, hỗ trợ khi mở rộng đường liên thôn;\nđã gửi đơn nhiều lần",
            ),
            row(2, "079206012345", "=1+1"),
            row(3, "0912345678", "@SUM(A1:A9)"),
            row(4, "1E5", "-2+3\tcột"),
        ],
    }
}

/// Biểu 01/TCD: 31 columns, three levels, and the form's own numbers of columns.
pub(crate) fn period() -> Sheet {
    let tall = |text| HeadCell::spanning(text, 1, 3);
    let middle = |text| HeadCell::spanning(text, 1, 2);
    let wide = |text, columns| HeadCell::spanning(text, columns, 1);
    let mut second = vec![
        middle("Số lượt tiếp"),
        middle("Số người được tiếp"),
        wide("Số vụ việc", 2),
        wide("Đoàn đông người", 4),
    ];
    for _ in 0..2 {
        second.extend([
            middle("Số kỳ tiếp"),
            middle("Số lượt tiếp"),
            middle("Số người được tiếp"),
            wide("Số vụ việc", 2),
            wide("Đoàn đông người", 4),
        ]);
    }
    let times = ["Tiếp lần đầu", "Tiếp nhiều lần"].map(HeadCell::of);
    let crowd = [
        "Số đoàn",
        "Số người",
        "Vụ việc lần đầu",
        "Vụ việc nhiều lần",
    ]
    .map(HeadCell::of);
    let third = [&times[..], &crowd[..]].repeat(3).concat();
    let mut numbers = vec![HeadCell::of("MS")];
    numbers.extend((1..=29).map(|number| HeadCell::of(number.to_string())));
    numbers.push(HeadCell::of(""));
    let row = |unit: &str, first: [i64; 3]| {
        let mut cells = vec![text(unit)];
        cells.extend(first.map(Cell::Number));
        cells.extend((4..=29).map(|number| Cell::Number(number * 7 % 50)));
        cells.push(Cell::Empty);
        cells
    };
    let mut columns = vec![Width(25)];
    columns.extend([Width(8); 29]);
    columns.push(Width(15));
    Sheet {
        name: "01/TCD".to_owned(),
        made_on: "2026-11-25".to_owned(),
        title: "TỔNG HỢP KẾT QUẢ TIẾP CÔNG DÂN THƯỜNG XUYÊN, ĐỊNH KỲ VÀ ĐỘT XUẤT".to_owned(),
        lines: vec!["Số liệu tính từ ngày 15/9/2026 đến ngày 14/12/2026".to_owned()],
        head: vec![
            vec![
                tall("Đơn vị"),
                tall("Tổng số lượt tiếp"),
                tall("Tổng số người được tiếp"),
                tall("Tổng số vụ việc"),
                wide("Tiếp thường xuyên", 8),
                wide("Thủ trưởng tiếp định kỳ và đột xuất", 9),
                wide("Ủy quyền tiếp", 9),
                tall("Ghi chú"),
            ],
            second,
            third,
            numbers,
        ],
        numbers: false,
        columns,
        rows: vec![
            row("UBND xã Vinh Hà", [866, 964, 512]),
            row("TỔNG CỘNG", [866, 964, 512]),
        ],
    }
}

fn tasks() -> Sheet {
    let row = |number| {
        vec![
            Cell::Number(number),
            text(
                "Phối hợp tuyên truyền, vận động Nhân dân hiến đất mở rộng đường liên thôn, liên xã",
            ),
            text("Công chức Văn hóa – Xã hội"),
            Cell::Date("2026-06-30".to_owned()),
        ]
    };
    Sheet {
        title: "Kết quả thực hiện nhiệm vụ".to_owned(),
        head: vec![
            ["TT", "Nội dung công việc", "Người thực hiện", "Thời hạn"]
                .map(HeadCell::of)
                .to_vec(),
        ],
        columns: [10, 80, 45, 25].map(Width).to_vec(),
        rows: (1..=32).map(row).collect(),
        ..Sheet::default()
    }
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

/// Four pages: three upright with a table over two of them, and the legal table across.
pub(crate) fn report(layout: Layout) -> Document {
    let paragraph = Block::Paragraph(
        "Trong 6 tháng đầu năm 2026, công tác dân vận trên địa bàn xã tiếp tục được cấp ủy, chính quyền quan tâm \
         lãnh đạo, chỉ đạo; tâm trạng, dư luận Nhân dân ổn định, đồng thuận với chủ trương của Đảng, chính sách, \
         pháp luật của Nhà nước. Toàn xã có 2.508 hộ với 9.864 nhân khẩu; tỷ lệ hộ nghèo 1,25%."
            .to_owned(),
    );
    let heading = |level, text: &str| Block::Heading(level, text.to_owned());
    let is_state = layout == Layout::State;
    let choose = |state: &str, party: &str| if is_state { state } else { party }.to_owned();
    Document {
        layout,
        made_on: "2026-06-15".to_owned(),
        issuer_above: choose("ỦY BAN NHÂN DÂN\nTHÀNH PHỐ HUẾ", "ĐẢNG BỘ THÀNH PHỐ HUẾ"),
        issuer: choose("ỦY BAN NHÂN DÂN\nXÃ VINH HÀ", "ĐẢNG ỦY XÃ VINH HÀ"),
        number: choose("12/BC-UBND", "127-BC/ĐU"),
        place_date: "Vinh Hà, ngày 15 tháng 6 năm 2026".to_owned(),
        title: "BÁO CÁO".to_owned(),
        subject: "Kết quả công tác dân vận 6 tháng đầu năm 2026\nvà phương hướng, nhiệm vụ 6 tháng cuối năm"
            .to_owned(),
        blocks: vec![
            heading(1, "I. ĐẶC ĐIỂM, TÌNH HÌNH"),
            paragraph.clone(),
            heading(1, "II. KẾT QUẢ"),
            heading(2, "1. Công tác lãnh đạo, chỉ đạo"),
            paragraph.clone(),
            heading(3, "a) Cải cách hành chính"),
            paragraph.clone(),
            Block::Table(tasks()),
            heading(1, "III. KIẾN NGHỊ, ĐỀ XUẤT"),
            paragraph,
        ],
        recipients: if is_state {
            strings(&["UBND thành phố (báo cáo)", "Thường trực Đảng ủy;", "- Lưu: VT"])
        } else {
            strings(&["Ban Tuyên giáo và Dân vận Thành ủy (để báo cáo)", "Lưu Văn phòng Đảng ủy"])
        },
        signer: if is_state {
            strings(&["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"])
        } else {
            strings(&["T/M BAN THƯỜNG VỤ", "BÍ THƯ"])
        },
        signer_name: "Nguyễn Văn Hoàng".to_owned(),
        annexes: vec![period()],
    }
}

/// A letter: no title, the subject under the number.
pub(crate) fn letter() -> Document {
    Document {
        number: "3/UBND-VP".to_owned(),
        title: String::new(),
        subject: "V/v tiếp công dân định kỳ tháng 7 năm 2026".to_owned(),
        blocks: vec![Block::Paragraph(
            "Kính gửi: Ban Tiếp công dân thành phố Huế.".to_owned(),
        )],
        annexes: Vec::new(),
        ..report(Layout::State)
    }
}
