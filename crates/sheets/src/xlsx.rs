//! XLSX: one sheet with typed cells, a merged header that stays and is printed on each page, A4 across.

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, IgnoreError, Workbook,
    Worksheet,
};

use crate::{
    date::Day,
    error::SheetError,
    measure,
    sheet::{Cell, Placed, Sheet},
    text,
};

/// Limits of the format itself (Microsoft, "Excel specifications and limits").
const COLUMNS_MAX: usize = 16_384;
const ROWS_MAX: usize = 1_048_576;
const TEXT_MAX: usize = 32_767;
const NAME_MAX: usize = 31;
/// A number has 15 exact digits; a longer one is kept as text.
const NUMBER_MAX: u64 = 999_999_999_999_999;
/// Longer texts in cells of the format "text" are shown as `####` by older Excels.
const TEXT_FORMAT_MAX: usize = 255;

const FONT: &str = "Times New Roman";
const POINTS: f64 = 11.0;
const TITLE_POINTS: f64 = 14.0;
/// A line's height for letters of one point; two marks on a capital need it.
const LEADING: f64 = 1.3;
const PIXELS_PER_MM: f64 = 96.0 / 25.4;
const A4: u8 = 9;

/// The sheet as a workbook.
///
/// # Errors
/// When the sheet has more rows or columns than the format holds.
pub fn xlsx(sheet: &Sheet) -> Result<Vec<u8>, SheetError> {
    workbook(std::slice::from_ref(sheet))
}

/// A workbook of several sheets, in their order; two of one name are told apart by a number.
///
/// # Errors
/// When a sheet has more rows or columns than the format holds, or there is none.
pub fn workbook(sheets: &[Sheet]) -> Result<Vec<u8>, SheetError> {
    sheets.iter().try_for_each(fits)?;
    let mut workbook = Workbook::new();
    if let Some(first) = sheets.first() {
        let made_on = Day::parse(&first.made_on).filter(|day| day.year >= 1900);
        let made_on = made_on.unwrap_or(Day {
            year: 1980, // the first that a zip knows
            month: 1,
            day: 1,
        });
        workbook.set_properties(
            // Else the library asks the clock.
            &DocProperties::new()
                .set_title(text::cut(text::line(&first.title), 255))
                .set_creation_datetime(&datetime(made_on)?),
        );
    }
    let mut names: Vec<String> = Vec::new();
    for sheet in sheets {
        let mut own = name(&sheet.name);
        let mut count = 1;
        while names.iter().any(|known| known.eq_ignore_ascii_case(&own)) {
            count += 1;
            own = name(&format!("{count} {}", sheet.name));
        }
        let page = workbook.add_worksheet();
        page.set_name(&own)?;
        names.push(own);
        Writer {
            sheet,
            widths: sheet.widths(POINTS),
            formats: Formats::new(),
            page,
        }
        .write()?;
    }
    Ok(workbook.save_to_buffer()?)
}

fn fits(sheet: &Sheet) -> Result<(), SheetError> {
    let columns = sheet.width();
    if columns > COLUMNS_MAX {
        return Err(SheetError::TooWide {
            columns,
            columns_max: COLUMNS_MAX,
        });
    }
    let rows = above(sheet) + sheet.head.len() + usize::from(sheet.numbers) + sheet.rows.len();
    if rows > ROWS_MAX {
        return Err(SheetError::TooLong {
            rows,
            rows_max: ROWS_MAX,
        });
    }
    Ok(())
}

/// Rows above the header: title, lines, and an empty one.
fn above(sheet: &Sheet) -> usize {
    let written = usize::from(!sheet.title.is_empty()) + sheet.lines.len();
    written + usize::from(written > 0)
}

fn datetime(day: Day) -> Result<ExcelDateTime, SheetError> {
    Ok(ExcelDateTime::from_ymd(day.year, day.month, day.day)?)
}

/// A name that a tab may have.
fn name(wanted: &str) -> String {
    let line = text::line(wanted).replace(['[', ']', ':', '*', '?', '/', '\\'], " ");
    let mut kept = text::line(&line);
    while kept.encode_utf16().count() > NAME_MAX {
        kept.pop();
    }
    let kept = kept.trim_matches([' ', '\'']);
    // Excel keeps "History" for itself.
    if kept.is_empty() || kept.eq_ignore_ascii_case("history") {
        "Bảng".to_owned()
    } else {
        kept.to_owned()
    }
}

struct Formats {
    title: Format,
    line: Format,
    head: Format,
    number_of_column: Format,
    text: Format,
    long_text: Format,
    number: Format,
    date: Format,
}

impl Formats {
    fn new() -> Self {
        let plain = Format::new()
            .set_font_name(FONT)
            .set_font_size(POINTS)
            .set_text_wrap()
            .set_align(FormatAlign::VerticalCenter);
        let centred = plain.clone().set_align(FormatAlign::Center);
        let boxed = centred.clone().set_border(FormatBorder::Thin);
        let body = plain
            .set_border(FormatBorder::Thin)
            .set_align(FormatAlign::Top);
        Self {
            title: centred.clone().set_bold().set_font_size(TITLE_POINTS),
            line: centred.set_italic(),
            head: boxed.clone().set_bold(),
            number_of_column: boxed.set_italic(),
            text: body
                .clone()
                .set_align(FormatAlign::Left)
                .set_num_format_index(49),
            long_text: body.clone().set_align(FormatAlign::Left),
            number: body
                .clone()
                .set_align(FormatAlign::Center)
                .set_num_format_index(1),
            date: body
                .set_align(FormatAlign::Center)
                .set_num_format("dd/mm/yyyy"),
        }
    }
}

struct Writer<'a> {
    sheet: &'a Sheet,
    /// Of the columns, in millimetres.
    widths: Vec<f64>,
    formats: Formats,
    page: &'a mut Worksheet,
}

impl Writer<'_> {
    fn write(mut self) -> Result<(), SheetError> {
        for (at, width) in self.widths.iter().enumerate() {
            self.page
                .set_column_width_pixels(column(at), pixels(*width))?;
        }
        self.above()?;
        let head = above(self.sheet);
        self.head(head)?;
        let mut body = head + self.sheet.head.len();
        if self.sheet.numbers {
            for at in 0..self.widths.len() {
                let number = f64::from(row(at + 1));
                let format = &self.formats.number_of_column;
                self.page
                    .write_number_with_format(row(body), column(at), number, format)?;
            }
            body += 1;
        }
        for (at, cells) in self.sheet.rows.iter().enumerate() {
            self.cells(row(body + at), cells)?;
            let lines = self.lines(cells);
            if lines > 1 {
                // Excel would find it when it opens the file; LibreOffice does not.
                self.page
                    .set_row_height(row(body + at), height(lines, POINTS))?;
            }
        }
        self.set_up(head, body)
    }

    fn above(&mut self) -> Result<(), SheetError> {
        let sheet = self.sheet;
        let (title, line) = (self.formats.title.clone(), self.formats.line.clone());
        let titles = Some(&sheet.title).filter(|title| !title.is_empty());
        let titles = titles.map(|text| (text, &title, TITLE_POINTS));
        let lines = sheet.lines.iter().map(|text| (text, &line, POINTS));
        let room = self.widths.iter().sum::<f64>();
        for (at, (text, format, points)) in titles.into_iter().chain(lines).enumerate() {
            let lines = measure::lines(text, points, room);
            self.page.set_row_height(row(at), height(lines, points))?;
            let over_all = Placed {
                text,
                row: at,
                column: 0,
                rows: 1,
                columns: self.widths.len().max(1),
            };
            self.span(over_all, format)?;
        }
        Ok(())
    }

    /// Offices do not find the height of merged cells, so that it is set for all rows of the header.
    fn head(&mut self, first: usize) -> Result<(), SheetError> {
        let placed = self.sheet.placed();
        let mut heights = vec![height(1, POINTS); self.sheet.head.len()];
        for cell in &placed {
            let columns = self.widths.iter().skip(cell.column).take(cell.columns);
            let room = columns.sum::<f64>() - measure::CELL_MARGINS;
            let needed = height(measure::lines(cell.text, POINTS, room), POINTS);
            let spanned = heights.iter().skip(cell.row).take(cell.rows);
            let missing = needed - spanned.sum::<f64>();
            let last = heights.get_mut(cell.row + cell.rows - 1);
            if let Some(last) = last.filter(|_| missing > 0.0) {
                *last += missing;
            }
        }
        for (at, height) in heights.into_iter().enumerate() {
            self.page.set_row_height(row(first + at), height)?;
        }
        let format = self.formats.head.clone();
        // Where a header has no cell it still has its lines.
        for at in 0..self.sheet.head.len() {
            for column_idx in 0..self.widths.len() {
                self.page
                    .write_blank(row(first + at), column(column_idx), &format)?;
            }
        }
        for cell in placed {
            let row = first + cell.row;
            self.span(Placed { row, ..cell }, &format)?;
        }
        Ok(())
    }

    fn span(&mut self, cell: Placed<'_>, format: &Format) -> Result<(), SheetError> {
        let text = fitted(cell.text);
        let (top, left) = (row(cell.row), column(cell.column));
        if cell.rows * cell.columns > 1 {
            let bottom = row(cell.row + cell.rows - 1);
            let right = column(cell.column + cell.columns - 1);
            self.page
                .merge_range(top, left, bottom, right, &text, format)?;
        } else {
            self.page
                .write_string_with_format(top, left, &text, format)?;
        }
        Ok(())
    }

    fn cells(&mut self, at: u32, cells: &[Cell]) -> Result<(), SheetError> {
        let missing = core::iter::repeat(&Cell::Empty);
        for (column_idx, cell) in cells
            .iter()
            .chain(missing)
            .take(self.widths.len())
            .enumerate()
        {
            let column = column(column_idx);
            match cell {
                Cell::Text(text) => self.text(at, column, &fitted(text))?,
                Cell::Number(number) if number.unsigned_abs() > NUMBER_MAX => {
                    self.text(at, column, &number.to_string())?;
                }
                Cell::Number(number) => {
                    #[expect(clippy::cast_precision_loss, reason = "within NUMBER_MAX")]
                    let exact = *number as f64;
                    self.page
                        .write_number_with_format(at, column, exact, &self.formats.number)?;
                }
                // The format counts days from 1900 on.
                Cell::Date(iso) => match Day::parse(iso) {
                    Some(day) if day.year >= 1900 => {
                        let format = &self.formats.date;
                        self.page
                            .write_datetime_with_format(at, column, datetime(day)?, format)?;
                    }
                    Some(day) => self.text(at, column, &day.shown())?,
                    None => self.text(at, column, &fitted(iso))?,
                },
                Cell::Empty => {
                    self.page.write_blank(at, column, &self.formats.text)?;
                }
            }
        }
        Ok(())
    }

    /// On how many lines the longest text of a row stands.
    fn lines(&self, cells: &[Cell]) -> usize {
        let lines = cells
            .iter()
            .zip(&self.widths)
            .map(|(cell, width)| match cell {
                Cell::Text(text) => {
                    let room = width - measure::CELL_MARGINS;
                    measure::lines(text, POINTS * measure::REGULAR, room)
                }
                Cell::Number(_) | Cell::Date(_) | Cell::Empty => 1,
            });
        lines.max().unwrap_or(1)
    }

    fn text(&mut self, at: u32, column: u16, text: &str) -> Result<(), SheetError> {
        let is_short = text.encode_utf16().count() <= TEXT_FORMAT_MAX;
        let format = if is_short {
            &self.formats.text
        } else {
            &self.formats.long_text
        };
        self.page
            .write_string_with_format(at, column, text, format)?;
        Ok(())
    }

    fn set_up(&mut self, head: usize, body: usize) -> Result<(), SheetError> {
        let page = &mut *self.page;
        page.set_landscape()
            .set_paper_size(A4)
            .set_print_fit_to_pages(1, 0)
            // In inches: 20 mm at the binding, 10 mm elsewhere, as wide tables are filed.
            .set_margins(0.6, 0.4, 0.6, 0.6, 0.3, 0.3)
            .set_footer("&C&\"Times New Roman\"&10&P/&N");
        if body > head {
            page.set_repeat_rows(row(head), row(body - 1))?;
        }
        page.set_freeze_panes(row(body), 0)?;
        if let (Some(last), Some(right)) = (
            self.sheet.rows.len().checked_sub(1),
            self.widths.len().checked_sub(1),
        ) {
            // Else each id of 12 digits has a green triangle.
            let (first, last) = (row(body), row(body + last));
            page.ignore_error_range(
                first,
                0,
                last,
                column(right),
                IgnoreError::NumberStoredAsText,
            )?;
        }
        Ok(())
    }
}

fn fitted(text: &str) -> String {
    text::cut(text::clean(text), TEXT_MAX)
}

/// In points.
fn height(lines: usize, points: f64) -> f64 {
    // 409 is the tallest row of the format.
    (f64::from(row(lines)) * points * LEADING + 3.0).min(409.0)
}

fn pixels(mm: f64) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and 1790, the widest column of the format"
    )]
    let pixels = (mm * PIXELS_PER_MM).round().clamp(0.0, 1790.0) as u32;
    pixels
}

/// `xlsx` has checked that the sheet fits, so that nothing is ever clamped.
fn row(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn column(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::{HeadCell, Width};

    #[test]
    fn a_tab_has_a_name_that_excel_takes() {
        assert_eq!(name("Sổ [tiếp]: 01/TCD * ?\\"), "Sổ tiếp 01 TCD");
        assert_eq!(name("'quý I'"), "quý I");
        assert_eq!(name(&"Ộ".repeat(40)), "Ộ".repeat(31));
        assert_eq!(name(" \0 "), "Bảng");
        assert_eq!(name("HISTORY"), "Bảng");
    }

    #[test]
    fn the_same_sheet_is_the_same_bytes() {
        let sheet = Sheet {
            name: "Sổ".to_owned(),
            made_on: "2026-11-25".to_owned(),
            title: "SỔ TIẾP CÔNG DÂN".to_owned(),
            lines: vec!["Quý IV".to_owned()],
            head: vec![vec![HeadCell::of("a"), HeadCell::of("b")]],
            numbers: true,
            columns: vec![Width(10)],
            rows: vec![vec![Cell::Text("x".to_owned()), Cell::Number(i64::MIN)]],
        };
        assert_eq!(xlsx(&sheet).unwrap(), xlsx(&sheet).unwrap());
    }

    #[test]
    fn an_empty_sheet_is_a_workbook() {
        assert!(xlsx(&Sheet::default()).unwrap().starts_with(b"PK"));
    }

    #[test]
    fn what_does_not_fit_is_refused_and_not_cut() {
        let wide = Sheet {
            head: vec![vec![HeadCell::spanning("x", 20_000, 1)]],
            ..Sheet::default()
        };
        assert!(matches!(
            xlsx(&wide),
            Err(SheetError::TooWide {
                columns: 20_000,
                ..
            })
        ));
        let long = Sheet {
            rows: vec![Vec::new(); ROWS_MAX + 1],
            ..Sheet::default()
        };
        assert!(matches!(xlsx(&long), Err(SheetError::TooLong { .. })));
    }
}
