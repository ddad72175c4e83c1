//! The files in an office: LibreOffice opens them, says what it sees and prints them. `cargo xtask test sheets`
//! installs it and says where it is.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

#[path = "opened/office.rs"]
mod office;
#[path = "opened/samples.rs"]
mod samples;

use office::{Page, csv_of, pages, pdf, txt};
use samples::{letter, period, register, report};
use sheets::{Cell, Document, HeadCell, Layout, Sheet, csv, docx, xlsx};

/// One quoted field for a text, one bare field for a number: what LibreOffice's CSV says about types.
fn field(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[test]
fn texts_of_a_workbook_stay_texts_and_numbers_and_days_have_their_types() {
    let sheet = register();
    let seen = csv_of("register.xlsx", &xlsx(&sheet).unwrap());
    let last: Vec<&Vec<Cell>> = sheet.rows.iter().collect();
    let rows = &seen[seen.len() - last.len()..];
    for (row, cells) in rows.iter().zip(last) {
        let expected: Vec<String> = cells
            .iter()
            .map(|cell| match cell {
                Cell::Text(text) => field(text),
                Cell::Number(number) => number.to_string(),
                // Bare, so that it is a day; with all texts quoted they are written as in America.
                Cell::Date(iso) => {
                    let parts: Vec<&str> = iso.split('-').collect();
                    format!("{}/{}/{}", parts[1], parts[2], parts[0])
                }
                Cell::Empty => String::new(),
            })
            .collect();
        assert_eq!(*row, expected);
    }
    let pages = pages(&pdf("register.xlsx", &xlsx(&sheet).unwrap()));
    assert!(pages[0].says("05/11/2026") && !pages[0].says("11/05/2026"));
}

#[test]
fn a_workbook_holds_several_tables_and_tells_tabs_of_one_name_apart() {
    let (first, mut second) = (register(), register());
    second.title = "Sổ thứ hai".to_owned();
    let bytes = sheets::workbook(&[first.clone(), second]).unwrap();
    let printed = pages(&pdf("two.xlsx", &bytes));
    assert!(printed[0].says(&first.title));
    assert!(printed.iter().any(|page| page.says("Sổ thứ hai")));
    assert!(sheets::workbook(&[]).is_ok());
}

#[test]
fn the_legal_table_of_31_columns_has_its_three_levels() {
    let sheet = period();
    let seen = csv_of("period.xlsx", &xlsx(&sheet).unwrap());
    let head = 3; // title, one line, one row of room
    assert_eq!(seen[0][0], field(&sheet.title));
    assert_eq!(seen[head].len(), 31);
    assert_eq!(seen[head][0], "\"Đơn vị\"");
    assert_eq!(seen[head][4], "\"Tiếp thường xuyên\"");
    assert_eq!(seen[head + 1][8], "\"Đoàn đông người\"");
    assert_eq!(seen[head + 2][10], "\"Vụ việc lần đầu\"");
    assert_eq!(seen[head + 3][29], "\"29\"");
    assert_eq!(seen[head + 4][1..4], ["866", "964", "512"]);
    assert_eq!(seen.len(), head + 4 + sheet.rows.len());
}

#[test]
fn a_workbook_is_printed_across_on_a4_with_its_header_on_each_page() {
    let mut sheet = period();
    let row = sheet.rows[0].clone();
    sheet.rows.extend(core::iter::repeat_n(row, 120));
    let printed = pdf("long.xlsx", &xlsx(&sheet).unwrap());
    let pages = pages(&printed);
    assert!(pages.len() > 1, "{}", pages.len());
    for page in &pages {
        page.assert_size(842, 595);
        assert!(page.says("Ghi chú"), "{}", page.text);
    }
    // All columns on one page: as many pages as the rows need, and no more.
    assert!(pages.len() < 8, "{}", pages.len());
}

#[test]
fn a_csv_is_read_with_its_diacritics_and_without_a_formula() {
    let sheet = register();
    let seen = csv_of("register.csv", &csv(&sheet));
    assert_eq!(seen.len(), sheet.rows.len() + 1);
    assert_eq!(seen[0][2], "\"Họ tên, địa chỉ\"");
    assert_eq!(
        seen[0][8],
        "\"Hướng xử lý – Thuộc thẩm quyền (đánh dấu x)\""
    );
    assert_eq!(seen[1][4], field(&text_of(&sheet, 0, 4)));
    assert_eq!(seen[2][4], "\"'=1+1\"");
    assert_eq!(seen[3][4], "\"'@SUM(A1:A9)\"");
}

fn text_of(sheet: &Sheet, row: usize, column: usize) -> String {
    match &sheet.rows[row][column] {
        Cell::Text(text) => text.clone(),
        Cell::Number(_) | Cell::Date(_) | Cell::Empty => String::new(),
    }
}

#[test]
fn hostile_texts_open_and_lose_only_what_no_file_can_hold() {
    let texts = [
        "a\u{0}b\u{1b}c",
        "</t>&<is>\"'",
        "_x0041_",
        "\u{202E}ngược\u{202C} \u{200B}x",
        "e\u{323}\u{302}",
        "=HYPERLINK(\"http://x\",\"y\")",
        "{=1}",
        "'đã có",
    ];
    let seen_as = [
        "abc",
        "</t>&<is>\"'",
        "_x0041_",
        "\u{202E}ngược\u{202C} \u{200B}x",
        "ệ",
        "=HYPERLINK(\"http://x\",\"y\")",
        "{=1}",
        "'đã có",
    ];
    let sheet = Sheet {
        name: "[]:*?/\\\u{0}".to_owned(),
        title: "Tiêu đề \u{1} <x>".to_owned(),
        head: vec![vec![HeadCell::of("=1+1")]],
        rows: texts
            .iter()
            .map(|text| vec![Cell::Text((*text).to_owned())])
            .collect(),
        ..Sheet::default()
    };
    let seen = csv_of("hostile.xlsx", &xlsx(&sheet).unwrap());
    assert_eq!(seen[2][0], "\"=1+1\"");
    for (row, text) in seen[3..].iter().zip(seen_as) {
        assert_eq!(row[0], field(text));
    }
    let mut document = Document::empty(Layout::State);
    document.annexes.push(sheet);
    let text = txt("hostile.docx", &docx(&document).unwrap());
    for expected in seen_as {
        assert!(text.contains(expected), "{expected} in {text}");
    }
}

#[test]
fn a_text_longer_than_a_cell_is_cut_with_a_mark() {
    let sheet = Sheet {
        rows: vec![vec![Cell::Text("Ộ".repeat(40_000))]],
        ..Sheet::default()
    };
    let seen = csv_of("cut.xlsx", &xlsx(&sheet).unwrap());
    assert_eq!(seen[0][0].chars().count(), 32_767 + 2);
    assert!(seen[0][0].ends_with("Ộ… (xem JSON)\""));
}

fn check_report(layout: Layout, name: &str, expected: &[&str], never: &[&str]) -> Vec<Page> {
    let document = report(layout);
    let bytes = docx(&document).unwrap();
    let text = txt(name, &bytes);
    for part in expected {
        assert!(text.contains(part), "{part} in {text}");
    }
    for part in never {
        assert!(!text.contains(part), "{part} in {text}");
    }
    let pages = pages(&pdf(name, &bytes));
    let (last, upright) = pages.split_last().unwrap();
    for (at, page) in upright.iter().enumerate() {
        page.assert_size(595, 842);
        let number = page.text.lines().next().unwrap_or_default().trim();
        assert_eq!(number == (at + 1).to_string(), at > 0, "{}", page.text);
    }
    last.assert_size(842, 595);
    assert!(last.says("Đoàn đông người"));
    assert_eq!(pages.len(), 4);
    pages
}

#[test]
fn a_report_of_the_state_has_the_layout_of_the_state() {
    let pages = check_report(
        Layout::State,
        "state.docx",
        &[
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "Độc lập - Tự do - Hạnh phúc",
            "ỦY BAN NHÂN DÂN",
            "Số: 12/BC-UBND",
            "BÁO CÁO",
            "I. ĐẶC ĐIỂM, TÌNH HÌNH",
            "- Lưu: VT.",
        ],
        &["ĐẢNG CỘNG SẢN", "\n*"],
    );
    // The header of a long table comes again on the next page.
    assert!(pages[1].says("Nội dung công việc") && pages[2].says("Nội dung công việc"));
}

#[test]
fn a_report_of_the_party_has_the_layout_of_the_party() {
    check_report(
        Layout::Party,
        "party.docx",
        &["ĐẢNG CỘNG SẢN VIỆT NAM", "*", "Số 127-BC/ĐU", "T/M BAN"],
        &["CỘNG HÒA", "Số:", "Độc lập"],
    );
}

#[test]
fn a_letter_has_its_subject_under_its_number_and_stands_on_one_page() {
    let document = letter();
    let pages = pages(&pdf("letter.docx", &docx(&document).unwrap()));
    assert_eq!(pages.len(), 1);
    let at = |part: &str| pages[0].text.find(part).unwrap();
    assert!(at("Số: 3/UBND-VP") < at("V/v tiếp công dân"));
    assert!(!pages[0].says("BÁO CÁO"));
}

#[test]
fn headings_are_headings() {
    let html = office::html("headings.docx", &docx(&report(Layout::State)).unwrap());
    assert!(html.contains("<h1") && html.contains("<h2") && html.contains("<h3"));
    assert!(html.contains("<thead"));
}
