//! CSV: UTF-8 with a byte order mark, so that Excel reads it as such; lines and quotes as RFC 4180 has them.
//! Only the table: one row of labels, then the body.

use crate::{
    date,
    sheet::{Cell, Sheet},
    text,
};

/// The sheet as CSV. A text that a spreadsheet would take for a formula gets an apostrophe in front (OWASP's "CSV
/// injection"); a reader that wants the text itself takes one away when `= + - @`, a tab or a new line follows.
#[must_use]
pub fn csv(sheet: &Sheet) -> Vec<u8> {
    let mut out = "\u{FEFF}".to_owned();
    let width = sheet.width();
    let labels = sheet.labels();
    row(&mut out, labels.iter().map(|label| safe(label)));
    for cells in &sheet.rows {
        let values = cells.iter().map(|cell| match cell {
            Cell::Text(text) => safe(text),
            Cell::Number(number) => number.to_string(),
            Cell::Date(iso) => safe(&date::shown(iso)),
            Cell::Empty => String::new(),
        });
        let missing = core::iter::repeat(String::new());
        row(&mut out, values.chain(missing).take(width));
    }
    out.into_bytes()
}

fn row(out: &mut String, values: impl Iterator<Item = String>) {
    for (at, value) in values.enumerate() {
        if at > 0 {
            out.push(',');
        }
        if value.contains(['"', ',', '\n', ';', '\t', '\'']) || value.trim() != value {
            out.push('"');
            out.push_str(&value.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(&value);
        }
    }
    out.push_str("\r\n");
}

fn safe(text: &str) -> String {
    let cleaned = text::clean(text);
    if is_dangerous(&cleaned) {
        format!("'{cleaned}")
    } else {
        cleaned
    }
}

/// Whether a spreadsheet could take the text for a formula. Some skip spaces and what cannot be seen before it.
fn is_dangerous(text: &str) -> bool {
    if text.starts_with(['\t', '\n']) {
        return true;
    }
    let unseen = |c: char| {
        c.is_whitespace()
            || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
    };
    text.trim_start_matches(unseen)
        .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::HeadCell;

    fn check(cells: Vec<Cell>, expected: &str) {
        let sheet = Sheet {
            head: vec![vec![HeadCell::of("Cột")]],
            rows: vec![cells],
            ..Sheet::default()
        };
        let bytes = csv(&sheet);
        let text = String::from_utf8(bytes).unwrap();
        let (_, body) = text.split_once("\r\n").unwrap();
        assert_eq!(body, format!("{expected}\r\n"));
    }

    fn text(text: &str) -> Vec<Cell> {
        vec![Cell::Text(text.to_owned())]
    }

    #[test]
    fn the_first_bytes_say_utf_8_and_the_first_row_is_the_header() {
        let sheet = Sheet {
            head: vec![
                vec![HeadCell::spanning("Số vụ, việc", 2, 1)],
                vec![HeadCell::of("Lần đầu"), HeadCell::of("=Lần")],
            ],
            ..Sheet::default()
        };
        assert_eq!(
            String::from_utf8(csv(&sheet)).unwrap(),
            "\u{FEFF}\"Số vụ, việc – Lần đầu\",\"Số vụ, việc – =Lần\"\r\n"
        );
    }

    #[test]
    fn what_would_be_a_formula_gets_an_apostrophe() {
        check(text("=1+1"), "\"'=1+1\"");
        check(text("+84912345678"), "\"'+84912345678\"");
        check(text("-2"), "\"'-2\"");
        check(text("@SUM(A1)"), "\"'@SUM(A1)\"");
        check(text("\tx"), "\"'\tx\"");
        check(text("\rx"), "\"'\nx\"");
        check(text("\0=x"), "\"'=x\"");
        check(text("  =x"), "\"'  =x\"");
        check(text("\u{200B}=x"), "\"'\u{200B}=x\"");
        check(text("＝x"), "\"'＝x\"");
        check(vec![Cell::Date("=x".to_owned())], "\"'=x\"");
    }

    #[test]
    fn quotes_are_doubled_and_lines_stay() {
        check(text("a \"b\", c"), "\"a \"\"b\"\", c\"");
        check(text("một\r\nhai"), "\"một\nhai\"");
        check(text("0123"), "0123");
    }

    #[test]
    fn numbers_and_days_are_plain_and_short_rows_are_filled() {
        check(vec![Cell::Number(-5)], "-5");
        check(vec![Cell::Number(1_234_567)], "1234567");
        check(vec![Cell::Date("2026-01-05".to_owned())], "05/01/2026");
        let sheet = Sheet {
            rows: vec![vec![Cell::Empty], vec![Cell::Empty, Cell::Empty]],
            ..Sheet::default()
        };
        assert_eq!(csv(&sheet), "\u{FEFF},\r\n,\r\n,\r\n".as_bytes());
    }
}
