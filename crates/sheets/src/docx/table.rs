//! A table of the text: lines around each cell, a header that is repeated, rows that stay whole.

use crate::{
    date,
    docx::xml::{Align, Shape, Xml, twips},
    error::SheetError,
    measure,
    sheet::{Cell, Placed, Sheet},
};

/// Word's own limit.
const COLUMNS_MAX: usize = 63;
/// Sizes of letters to choose from, in points.
const SIZES: [u32; 6] = [13, 12, 11, 10, 9, 8];
const SIZE_MIN: u32 = 7;
/// From this size on, cells have room around their texts.
const SIZE_WITH_ROOM: u32 = 10;

/// Left and right in a cell, in twips.
const fn margin(points: u32) -> u32 {
    if points >= SIZE_WITH_ROOM { 85 } else { 28 }
}

/// Writes the table over `room` millimetres.
pub(super) fn table(xml: &mut Xml, sheet: &Sheet, room: u32) -> Result<(), SheetError> {
    let width = sheet.width();
    if width > COLUMNS_MAX {
        return Err(SheetError::TooWide {
            columns: width,
            columns_max: COLUMNS_MAX,
        });
    }
    if width == 0 {
        return Ok(());
    }
    let placed = sheet.placed();
    let points = size(sheet, &placed, room);
    let widths = scaled(&sheet.widths(f64::from(points)), room);
    xml.markup(format_args!(
        "<w:tbl><w:tblPr><w:tblW w:w=\"{}\" w:type=\"dxa\"/><w:jc w:val=\"center\"/><w:tblBorders>",
        widths.iter().sum::<u32>()
    ));
    let margin = margin(points);
    for side in ["top", "left", "bottom", "right", "insideH", "insideV"] {
        xml.markup(format_args!(
            "<w:{side} w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"000000\"/>"
        ));
    }
    xml.markup(format_args!(
        "</w:tblBorders><w:tblLayout w:type=\"fixed\"/><w:tblCellMar><w:left w:w=\"{margin}\" w:type=\"dxa\"/>\
         <w:right w:w=\"{margin}\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr><w:tblGrid>"
    ));
    for width in &widths {
        xml.markup(format_args!("<w:gridCol w:w=\"{width}\"/>"));
    }
    xml.markup(format_args!("</w:tblGrid>"));
    let mut table = Table {
        xml,
        widths,
        size: points * 2,
    };
    for row in 0..sheet.head.len() {
        table.head(&placed, row);
    }
    if sheet.numbers {
        table.numbers();
    }
    for cells in &sheet.rows {
        table.body(cells);
    }
    if sheet.head.is_empty() && !sheet.numbers && sheet.rows.is_empty() {
        table.body(&[]); // a table without a row is a broken file
    }
    xml.markup(format_args!("</w:tbl>"));
    Ok(())
}

/// The largest size at which no word of the header must be broken.
fn size(sheet: &Sheet, placed: &[Placed<'_>], room: u32) -> u32 {
    let fits = |points: &u32| {
        let margins = f64::from(2 * margin(*points)) / f64::from(twips(10)) * 10.0;
        let points = f64::from(*points);
        let widths = sheet.widths(points);
        let scale = (f64::from(room) / widths.iter().sum::<f64>()).min(1.0);
        placed.iter().all(|cell| {
            let width = widths.iter().skip(cell.column).take(cell.columns);
            let room = width.sum::<f64>() * scale - margins;
            measure::longest_word(cell.text, points) <= room
        })
    };
    SIZES.into_iter().find(fits).unwrap_or(SIZE_MIN)
}

/// The widths in twips, together as wide as the room.
fn scaled(widths: &[f64], room: u32) -> Vec<u32> {
    let scale = f64::from(twips(room)) / widths.iter().sum::<f64>().max(1.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and the width of a page"
    )]
    let twips = |width: &f64| (width * scale).floor() as u32;
    widths.iter().map(twips).collect()
}

struct Table<'a> {
    xml: &'a mut Xml,
    widths: Vec<u32>,
    /// Of letters, in half points.
    size: u32,
}

impl Table<'_> {
    fn head(&mut self, placed: &[Placed<'_>], row: usize) {
        self.xml.markup(format_args!(
            "<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>"
        ));
        let shape = self.shape(Align::Centre).bold();
        let mut column = 0;
        while column < self.widths.len() {
            let cell = placed.iter().find(|cell| {
                (cell.row..cell.row + cell.rows).contains(&row)
                    && (cell.column..cell.column + cell.columns).contains(&column)
            });
            let columns = cell.map_or(1, |cell| cell.columns);
            let merge = match cell {
                Some(cell) if cell.rows > 1 && cell.row == row => "<w:vMerge w:val=\"restart\"/>",
                Some(cell) if cell.rows > 1 => "<w:vMerge/>",
                Some(_) | None => "",
            };
            let text = cell.filter(|cell| cell.row == row).map(|cell| cell.text);
            self.cell(
                column,
                columns,
                merge,
                "center",
                &shape,
                text.unwrap_or_default(),
            );
            column += columns;
        }
        self.xml.markup(format_args!("</w:tr>"));
    }

    fn numbers(&mut self) {
        self.xml.markup(format_args!(
            "<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>"
        ));
        let shape = self.shape(Align::Centre).italic();
        for column in 0..self.widths.len() {
            let number = (column + 1).to_string();
            self.cell(column, 1, "", "center", &shape, &number);
        }
        self.xml.markup(format_args!("</w:tr>"));
    }

    fn body(&mut self, cells: &[Cell]) {
        self.xml
            .markup(format_args!("<w:tr><w:trPr><w:cantSplit/></w:trPr>"));
        let missing = core::iter::repeat(&Cell::Empty);
        let columns = 0..self.widths.len();
        for (column, cell) in columns.zip(cells.iter().chain(missing)) {
            let (align, text) = match cell {
                Cell::Text(text) => (Align::Left, text.clone()),
                Cell::Number(number) => (Align::Centre, number.to_string()),
                Cell::Date(iso) => (Align::Centre, date::shown(iso)),
                Cell::Empty => (Align::Left, String::new()),
            };
            let shape = self.shape(align);
            self.cell(column, 1, "", "top", &shape, &text);
        }
        self.xml.markup(format_args!("</w:tr>"));
    }

    fn shape(&self, align: Align) -> Shape {
        let mut shape = Shape::of("Cell");
        shape.align = Some(align);
        shape.look.size = self.size;
        if self.size >= SIZE_WITH_ROOM * 2 {
            shape.spaced(20, 20)
        } else {
            shape
        }
    }

    fn cell(
        &mut self,
        column: usize,
        columns: usize,
        merge: &str,
        place: &str,
        shape: &Shape,
        text: &str,
    ) {
        let width: u32 = self.widths.iter().skip(column).take(columns).sum();
        self.xml.markup(format_args!(
            "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/>"
        ));
        if columns > 1 {
            self.xml
                .markup(format_args!("<w:gridSpan w:val=\"{columns}\"/>"));
        }
        self.xml.markup(format_args!(
            "{merge}<w:vAlign w:val=\"{place}\"/></w:tcPr>"
        ));
        self.xml.paragraph(shape, |run| run.text(text));
        self.xml.markup(format_args!("</w:tc>"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::HeadCell;

    #[test]
    fn a_span_downwards_is_begun_once_and_continued() {
        let mut xml = Xml::new();
        let sheet = Sheet {
            head: vec![
                vec![HeadCell::spanning("a", 1, 2), HeadCell::spanning("b", 2, 1)],
                vec![HeadCell::of("c"), HeadCell::of("d")],
            ],
            ..Sheet::default()
        };
        table(&mut xml, &sheet, 165).unwrap();
        let body = xml.into_body();
        let count = |part: &str| body.matches(part).count();
        assert_eq!(count("<w:vMerge w:val=\"restart\"/>"), 1);
        assert_eq!(count("<w:vMerge/>"), 1);
        assert_eq!(count("<w:gridSpan w:val=\"2\"/>"), 1);
        assert_eq!(count("<w:tblHeader/>"), 2);
        assert_eq!(count("<w:tc>"), 5);
    }

    #[test]
    fn columns_fill_the_page_and_never_more() {
        for widths in [vec![5.0, 5.0], vec![300.0, 1.0, 80.0], vec![0.0]] {
            let sum: u32 = scaled(&widths, 165).iter().sum();
            assert!(sum <= twips(165), "{widths:?}");
        }
    }
}
