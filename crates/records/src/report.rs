//! Periodic reports as data: which figures, from which records, in which table, for which periods (`docs/REPORTS.md`).
//!
//! Pure, and no circular is known here: a new one is a new file of `catalogue/reports/`. `period` makes dates of a
//! report's periods, `tally` counts records, `figure` works out the rest, `keep` writes and reads the record in which a
//! report is kept, `fixed` writes numbers. Only the second wasm reaches any of this.

pub mod figure;
pub mod fixed;
pub mod keep;
pub mod period;
mod read;
pub mod tally;

use serde_json::Value;

/// A kind of report in one version.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// What records of reports name.
    pub id: String,
    /// This version: the circular.
    pub version: String,
    /// Heading.
    pub label: String,
    /// For chips and tiles.
    pub short: String,
    /// First day on which a period of it may end.
    pub valid_from: String,
    /// Last day, or open.
    pub valid_to: Option<String>,
    /// Whose papers it looks like.
    pub layout: Layout,
    /// The acts it comes from.
    pub sources: Vec<String>,
    /// What is not known about it, and how it counts.
    pub note: String,
    /// For which periods it is made.
    pub periods: Vec<Window>,
    /// What a person reads, in order.
    pub sections: Vec<Section>,
    /// All figures. A formula names figures that stand before it.
    pub figures: Vec<Indicator>,
}

/// Whose papers a report looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Nghị định 30/2020/NĐ-CP.
    State,
    /// Hướng dẫn 36-HD/VPTW.
    Party,
}

/// A period of any year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Its name in records.
    pub id: String,
    /// What people read; `{nam}` stands for the year.
    pub label: String,
    /// First day.
    pub from: Mark,
    /// Last day.
    pub to: Mark,
    /// When the report must be sent, where that is known.
    pub due: Option<Mark>,
    /// Only the tables are reported, without the text.
    pub tables_only: bool,
}

/// A day of any year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Years after the year of the report: -1 is the year before.
    pub year: i64,
    /// Month.
    pub month: i64,
    /// Day; past the end of the month it is the last one.
    pub day: i64,
}

/// A part of a report: a text, a list of figures, a table, or several of these.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Its name in records.
    pub key: String,
    /// Heading.
    pub label: String,
    /// 1 for the outermost headings.
    pub level: u32,
    /// What is written there.
    pub help: String,
    /// A person writes a text here.
    pub is_text: bool,
    /// Figures listed here.
    pub figures: Vec<String>,
    /// The head of a table.
    pub columns: Vec<Heading>,
}

/// A heading of a table: over other headings, or over one column.
#[derive(Debug, Clone, PartialEq)]
pub struct Heading {
    /// What people read.
    pub label: String,
    /// The number that the form prints under it.
    pub number: String,
    /// What stands in the column.
    pub cell: Cell,
    /// The headings under it.
    pub columns: Vec<Self>,
}

/// What stands in a column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Cell {
    /// It is no column: it stands over others.
    #[default]
    Over,
    /// A figure.
    Figure(String),
    /// The unit that reports.
    Unit,
    /// Room for a remark.
    Note,
}

/// What a figure is and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Indicator {
    /// Unique in its report.
    pub id: String,
    /// What people read.
    pub label: String,
    /// What it counts.
    pub unit: String,
    /// The article or the practice.
    pub source: String,
    /// Digits after the point: the value of a figure counts the smallest of them.
    pub places: u32,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where a figure comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Origin {
    /// How many records or entries there are.
    Count(Query),
    /// What a value adds up to.
    Sum(Query),
    /// How many different values there are; without a value, how many records.
    Distinct(Query),
    /// An expression over other figures.
    Formula(Value),
    /// One figure in percent of another, with one place.
    Share {
        /// The figure that is a part.
        part: String,
        /// The figure that is the whole.
        whole: String,
    },
    /// A person types it.
    Typed,
}

/// Which records or entries count.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// Records of this form.
    pub form: String,
    /// Where this holds.
    pub condition: Value,
    /// Each entry of this group.
    pub per: String,
    /// The ISO date that puts it into a period; null is the date of the record.
    pub date: Value,
    /// What is added up or told apart.
    pub value: Value,
    /// Only official records.
    pub is_official: bool,
}

/// One cell of the head of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadCell<'a> {
    /// What people read.
    pub label: &'a str,
    /// Columns that it stands over.
    pub columns: usize,
    /// Rows that it takes.
    pub rows: usize,
}

impl Report {
    /// Whether a period that ends on that day is reported with it.
    #[must_use]
    pub fn is_valid_on(&self, day: &str) -> bool {
        self.valid_from.as_str() <= day && self.valid_to.as_deref().is_none_or(|to| day <= to)
    }

    /// A period of any year.
    #[must_use]
    pub fn window(&self, id: &str) -> Option<&Window> {
        self.periods.iter().find(|window| window.id == id)
    }

    /// What a figure is.
    #[must_use]
    pub fn indicator(&self, id: &str) -> Option<&Indicator> {
        self.figures.iter().find(|figure| figure.id == id)
    }
}

/// The version of a report for a period that ends on that day, or the newest.
#[must_use]
pub fn on<'a>(reports: &'a [Report], id: &str, day: &str) -> Option<&'a Report> {
    let valid = |report: &&Report| report.id == id && report.is_valid_on(day);
    reports.iter().rfind(valid).or_else(|| newest(reports, id))
}

/// The newest version of a report.
#[must_use]
pub fn newest<'a>(reports: &'a [Report], id: &str) -> Option<&'a Report> {
    reports.iter().rfind(|report| report.id == id)
}

/// A report in one version; the newest when that version is unknown here.
#[must_use]
pub fn version<'a>(reports: &'a [Report], id: &str, version: &str) -> Option<&'a Report> {
    let exact = |report: &&Report| report.id == id && report.version == version;
    reports.iter().find(exact).or_else(|| newest(reports, id))
}

impl Section {
    /// The columns of the table, from the left.
    #[must_use]
    pub fn leaves(&self) -> Vec<&Heading> {
        let mut found = Vec::new();
        self.columns.iter().for_each(|h| h.leaves(&mut found));
        found
    }

    /// The rows of the table's head, from the top.
    #[must_use]
    pub fn head(&self) -> Vec<Vec<HeadCell<'_>>> {
        let depth = self.columns.iter().map(Heading::depth).max().unwrap_or(0);
        let mut rows: Vec<Vec<HeadCell<'_>>> = vec![Vec::new(); depth];
        self.columns.iter().for_each(|h| h.head(&mut rows));
        rows
    }
}

impl Heading {
    fn leaves<'a>(&'a self, found: &mut Vec<&'a Self>) {
        if self.columns.is_empty() {
            found.push(self);
        }
        self.columns.iter().for_each(|h| h.leaves(found));
    }

    fn depth(&self) -> usize {
        self.columns.iter().map(Self::depth).max().unwrap_or(0) + 1
    }

    /// Puts its cell into the first of these rows and what is under it into the others.
    fn head<'a>(&'a self, rows: &mut [Vec<HeadCell<'a>>]) {
        let mut under = Vec::new();
        self.leaves(&mut under);
        let Some((first, rest)) = rows.split_first_mut() else {
            return;
        };
        let is_leaf = self.columns.is_empty();
        first.push(HeadCell {
            label: &self.label,
            columns: under.len(),
            rows: if is_leaf { rest.len() + 1 } else { 1 },
        });
        self.columns.iter().for_each(|h| h.head(rest));
    }
}
