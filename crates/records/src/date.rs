//! Civil dates as ISO texts (`2026-11-22`). No time zones: a date on a form is a date in Viet Nam.

/// A day, counted from 1970-01-01.
pub type Day = i64;

/// Viet Nam's clock: UTC+7, no summer time.
pub const VN_OFFSET_MS: u64 = 7 * 3_600_000;

/// The day of an ISO date; `None` when the text is not one.
#[must_use]
pub fn parse(text: &str) -> Option<Day> {
    let mut parts = text.split('-');
    let (y, m, d) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || y.len() != 4 || m.len() != 2 || d.len() != 2 {
        return None;
    }
    let (y, m, d): (i64, i64, i64) = (y.parse().ok()?, m.parse().ok()?, d.parse().ok()?);
    let day = from_civil(y, m, d);
    ((1..=12).contains(&m) && to_civil(day) == (y, m, d)).then_some(day)
}

/// The ISO text of a day.
#[must_use]
pub fn format(day: Day) -> String {
    let (y, m, d) = to_civil(day);
    format!("{y:04}-{m:02}-{d:02}")
}

/// `22/11/2026`, as people here read a date; any other text comes back unchanged.
#[must_use]
pub fn for_people(text: &str) -> String {
    match parse(text).map(to_civil) {
        Some((y, m, d)) => format!("{d:02}/{m:02}/{y:04}"),
        None => text.to_owned(),
    }
}

/// The date in Viet Nam at a moment.
#[must_use]
pub fn today(now_ms: u64) -> String {
    format(Day::try_from(now_ms.saturating_add(VN_OFFSET_MS) / 86_400_000).unwrap_or_default())
}

/// `10:32` in Viet Nam at a moment.
#[must_use]
pub fn clock(now_ms: u64) -> String {
    let minutes = (now_ms.saturating_add(VN_OFFSET_MS) / 60_000) % 1_440;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// `n` months later; the last day of the month when there is no such day.
#[must_use]
pub fn add_months(day: Day, n: i64) -> Day {
    let (y, m, d) = to_civil(day);
    let months = y * 12 + (m - 1) + n;
    let (y, m) = (months.div_euclid(12), months.rem_euclid(12) + 1);
    (0..4)
        .map(|less| from_civil(y, m, d - less))
        .find(|day| to_civil(*day).1 == m)
        .unwrap_or(day)
}

/// The day of a civil date (Hinnant's algorithm for the proleptic Gregorian calendar).
#[must_use]
pub fn from_civil(y: i64, m: i64, d: i64) -> Day {
    let y = if m <= 2 { y - 1 } else { y };
    let era = y.div_euclid(400);
    let year_of_era = y - era * 400;
    let day_of_year = (153 * (if m > 2 { m - 3 } else { m + 9 }) + 2) / 5 + d - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Year, month, day.
#[must_use]
pub fn to_civil(day: Day) -> (i64, i64, i64) {
    let z = day + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z - era * 146_097;
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let m = if mp < 10 { mp + 3 } else { mp - 9 };
    (
        yoe + era * 400 + i64::from(m <= 2),
        m,
        doy - (153 * mp + 2) / 5 + 1,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_four_centuries_survives_a_round_trip() {
        for day in (from_civil(1900, 1, 1)..from_civil(2300, 1, 1)).step_by(13) {
            assert_eq!(parse(&format(day)), Some(day));
        }
        assert_eq!(
            parse("2024-02-29").map(format).as_deref(),
            Some("2024-02-29")
        );
        for bad in [
            "2023-02-29",
            "2023-13-01",
            "2023-1-1",
            "x",
            "2023-00-10",
            "2023-01-01-1",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_day_in_viet_nam_begins_at_17_utc() {
        let noon = u64::try_from(from_civil(2026, 11, 22) * 86_400_000).unwrap();
        assert_eq!(today(noon + 17 * 3_600_000 - 1), "2026-11-22");
        assert_eq!(today(noon + 17 * 3_600_000), "2026-11-23");
        assert_eq!(clock(noon), "07:00");
    }

    #[test]
    fn a_month_after_the_31st_is_the_last_day() {
        let add = |text, n| format(add_months(parse(text).unwrap(), n));
        assert_eq!(add("2026-01-31", 1), "2026-02-28");
        assert_eq!(add("2024-01-31", 1), "2024-02-29");
        assert_eq!(add("2026-11-15", 3), "2027-02-15");
        assert_eq!(add("2026-03-31", -1), "2026-02-28");
    }
}
