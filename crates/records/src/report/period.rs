//! The periods of a report as dates, and the same period of the year before.

use super::{Mark, Report};
use crate::date::{self, Day};

/// Stands for the year in the label of a window.
const YEAR: &str = "{nam}";

/// What a report is about: a window of one year, whose days a person may change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// The window.
    pub id: String,
    /// What people read, with the year.
    pub label: String,
    /// The year of the report.
    pub year: i64,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// When it must be sent; `None` is not known.
    pub due: Option<String>,
    /// Only the tables are reported.
    pub tables_only: bool,
}

/// First and last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Day,
}

/// The periods of a report in a year, in the order of its file.
#[must_use]
pub fn periods(report: &Report, year: i64) -> Vec<Period> {
    let text = |mark: &Mark| date::format(day(mark, year));
    let windows = report.periods.iter().map(|window| Period {
        id: window.id.clone(),
        label: window.label.replace(YEAR, &year.to_string()),
        year,
        from: text(&window.from),
        to: text(&window.to),
        due: window.due.as_ref().map(text),
        tables_only: window.tables_only,
    });
    windows.collect()
}

fn day(mark: &Mark, year: i64) -> Day {
    let first = date::from_civil(year + mark.year, mark.month, 1);
    (first + mark.day - 1).min(last_of_month(first))
}

fn last_of_month(day: Day) -> Day {
    let (year, month, _) = date::to_civil(day);
    date::add_months(date::from_civil(year, month, 1), 1) - 1
}

impl Period {
    /// Its days; `None` when they are not dates, or the last comes before the first.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        let (from, to) = (date::parse(&self.from)?, date::parse(&self.to)?);
        (from <= to).then_some(Span { from, to })
    }
}

impl Span {
    /// The same days of the year before. The end of a month stays its end: of February too.
    #[must_use]
    pub fn year_before(&self) -> Self {
        let to = date::add_months(self.to, -12);
        let is_end = self.to == last_of_month(self.to);
        Self {
            from: date::add_months(self.from, -12),
            to: if is_end { last_of_month(to) } else { to },
        }
    }

    /// Whether a day is in it.
    #[must_use]
    pub fn has(&self, day: Day) -> bool {
        (self.from..=self.to).contains(&day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shifted(from: &str, to: &str) -> (String, String) {
        let day = |text| date::parse(text).unwrap();
        let span = Span {
            from: day(from),
            to: day(to),
        };
        let before = span.year_before();
        (date::format(before.from), date::format(before.to))
    }

    fn check(span: (&str, &str), before: (&str, &str)) {
        let (from, to) = shifted(span.0, span.1);
        assert_eq!((from.as_str(), to.as_str()), before, "{span:?}");
    }

    #[test]
    fn the_year_before_has_the_same_days_and_whole_months_stay_whole() {
        check(("2025-12-15", "2026-12-14"), ("2024-12-15", "2025-12-14"));
        check(("2025-02-01", "2025-02-28"), ("2024-02-01", "2024-02-29"));
        check(("2024-02-01", "2024-02-29"), ("2023-02-01", "2023-02-28"));
        check(("2024-02-29", "2024-03-14"), ("2023-02-28", "2023-03-14"));
        check(("2026-01-01", "2026-06-30"), ("2025-01-01", "2025-06-30"));
    }

    #[test]
    fn a_day_past_the_end_of_the_month_is_its_last() {
        let mark = |year, month, at| Mark {
            year,
            month,
            day: at,
        };
        assert_eq!(date::format(day(&mark(0, 2, 31), 2024)), "2024-02-29");
        assert_eq!(date::format(day(&mark(0, 2, 31), 2026)), "2026-02-28");
        assert_eq!(date::format(day(&mark(-1, 12, 15), 2026)), "2025-12-15");
    }
}
