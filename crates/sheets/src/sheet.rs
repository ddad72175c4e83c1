//! A table as offices know it: a title, a header of several rows with spans, typed cells.

/// A table with its title. In a [`crate::Document`] it is a table of the text, and `name` and `made_on` are not used.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sheet {
    /// The name on the tab; made to fit.
    pub name: String,
    /// The day on which the file is made, ISO: the file's own date, since nothing here knows a clock.
    pub made_on: String,
    /// Above the table; empty for none.
    pub title: String,
    /// Lines under the title: unit, period, article.
    pub lines: Vec<String>,
    /// Rows of the header, from above. A cell stands at the first place that the spans before it left free.
    pub head: Vec<Vec<HeadCell>>,
    /// Whether a row 1, 2, 3 … stands under the header, one number for each column. A form that counts
    /// differently writes its own last row of the header.
    pub numbers: bool,
    /// The columns' widths, from the left.
    pub columns: Vec<Width>,
    /// The body.
    pub rows: Vec<Vec<Cell>>,
}

/// A cell of the header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadCell {
    /// What it says.
    pub text: String,
    /// How many columns it spans; 0 counts as 1.
    pub columns: u16,
    /// How many rows of the header it spans; 0 counts as 1.
    pub rows: u16,
}

impl HeadCell {
    /// A cell without spans.
    #[must_use]
    pub fn of(text: impl Into<String>) -> Self {
        Self::spanning(text, 1, 1)
    }

    /// A cell over several columns and rows.
    #[must_use]
    pub fn spanning(text: impl Into<String>, columns: u16, rows: u16) -> Self {
        Self {
            text: text.into(),
            columns,
            rows,
        }
    }
}

/// A column's width in millimetres, as it would be on paper with room enough; columns are made wider for long words
/// in their heads and all are scaled to the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Width(pub u16);

impl Default for Width {
    fn default() -> Self {
        Self(25)
    }
}

/// A cell of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Text, whatever it looks like.
    Text(String),
    /// A count or a sum.
    Number(i64),
    /// A day, ISO (`2026-11-25`); what is no day is kept as text.
    Date(String),
    /// Nothing.
    Empty,
}

/// A cell of the header at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Placed<'a> {
    pub(crate) text: &'a str,
    pub(crate) row: usize,
    pub(crate) column: usize,
    pub(crate) rows: usize,
    pub(crate) columns: usize,
}

impl Sheet {
    /// The cells of the header at their places. No two overlap, and none reaches below the last row.
    pub(crate) fn placed(&self) -> Vec<Placed<'_>> {
        // For each column the first row that is still free.
        let mut free: Vec<usize> = Vec::new();
        let mut placed = Vec::new();
        for (row, cells) in self.head.iter().enumerate() {
            let mut column = 0;
            for cell in cells {
                let columns = usize::from(cell.columns.max(1));
                let rows = usize::from(cell.rows.max(1)).min(self.head.len() - row);
                while let Some(taken) = free
                    .iter()
                    .skip(column)
                    .take(columns)
                    .rposition(|&free| free > row)
                {
                    column += taken + 1;
                }
                if free.len() < column + columns {
                    free.resize(column + columns, 0);
                }
                for below in free.iter_mut().skip(column).take(columns) {
                    *below = row + rows;
                }
                placed.push(Placed {
                    text: &cell.text,
                    row,
                    column,
                    rows,
                    columns,
                });
                column += columns;
            }
        }
        placed
    }

    /// How many columns the sheet has in all.
    pub(crate) fn width(&self) -> usize {
        let head = self
            .placed()
            .iter()
            .map(|cell| cell.column + cell.columns)
            .max();
        let body = self.rows.iter().map(Vec::len).max();
        self.columns
            .len()
            .max(head.unwrap_or_default())
            .max(body.unwrap_or_default())
    }

    /// The columns' widths in millimetres, one for each column, none narrower than the words in its head need at
    /// this size of letters.
    pub(crate) fn widths(&self, points: f64) -> Vec<f64> {
        let given = self.columns.iter().map(|width| f64::from(width.0.max(1)));
        let rest = core::iter::repeat(f64::from(Width::default().0));
        let mut widths: Vec<f64> = given.chain(rest).take(self.width()).collect();
        for cell in self.placed().iter().filter(|cell| cell.columns == 1) {
            if let Some(width) = widths.get_mut(cell.column) {
                let needed = crate::measure::longest_word(cell.text, points);
                *width = width.max(needed + crate::measure::CELL_MARGINS);
            }
        }
        widths
    }

    /// One label for each column: the texts of the header above it, from the top.
    pub(crate) fn labels(&self) -> Vec<String> {
        let mut labels = vec![String::new(); self.width()];
        for cell in self.placed().iter().filter(|cell| !cell.text.is_empty()) {
            for label in labels.iter_mut().skip(cell.column).take(cell.columns) {
                if !label.is_empty() {
                    label.push_str(" – ");
                }
                label.push_str(cell.text);
            }
        }
        labels
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_levels() -> Sheet {
        Sheet {
            head: vec![
                vec![
                    HeadCell::spanning("STT", 1, 2),
                    HeadCell::spanning("Số lượt", 2, 1),
                    HeadCell::spanning("Ghi chú", 1, 2),
                ],
                vec![HeadCell::of("Lần đầu"), HeadCell::of("Nhiều lần")],
            ],
            ..Sheet::default()
        }
    }

    #[test]
    fn a_cell_of_the_second_row_stands_between_those_that_reach_down() {
        let sheet = two_levels();
        let places: Vec<_> = sheet
            .placed()
            .iter()
            .map(|cell| (cell.row, cell.column))
            .collect();
        assert_eq!(places, [(0, 0), (0, 1), (0, 3), (1, 1), (1, 2)]);
        assert_eq!(sheet.width(), 4);
    }

    #[test]
    fn a_label_is_the_path_through_the_header() {
        assert_eq!(
            two_levels().labels(),
            ["STT", "Số lượt – Lần đầu", "Số lượt – Nhiều lần", "Ghi chú"]
        );
    }

    #[test]
    fn spans_that_contradict_each_other_never_overlap() {
        let cell = |columns, rows| HeadCell::spanning("x", columns, rows);
        let sheet = Sheet {
            head: vec![
                vec![cell(1, 1), cell(1, 9), cell(0, 0)],
                vec![cell(2, 1), cell(1, 1)],
            ],
            ..Sheet::default()
        };
        let placed = sheet.placed();
        let places: Vec<_> = placed.iter().map(|cell| (cell.row, cell.column)).collect();
        assert_eq!(places, [(0, 0), (0, 1), (0, 2), (1, 2), (1, 4)]);
        assert!(
            placed
                .iter()
                .all(|cell| cell.row + cell.rows <= 2 && cell.columns > 0)
        );
    }

    #[test]
    fn a_column_is_as_wide_as_the_longest_word_above_it() {
        let sheet = Sheet {
            head: vec![vec![
                HeadCell::of("nghiêng-ngả-nghiêng-ngả"),
                HeadCell::of("a"),
            ]],
            columns: vec![Width(5), Width(5)],
            ..Sheet::default()
        };
        let widths = sheet.widths(11.0);
        assert!(
            widths[0] > 30.0 && (widths[1] - 5.0).abs() < 0.1,
            "{widths:?}"
        );
    }
}
