//! Days: read from ISO, written as people here write them.

/// A day of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Day {
    pub(crate) year: u16,
    pub(crate) month: u8,
    pub(crate) day: u8,
}

impl Day {
    /// Reads `2026-11-25`, and nothing else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let is_number = |text: &str, length| {
            text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        if parts.next().is_some()
            || !is_number(year, 4)
            || !is_number(month, 2)
            || !is_number(day, 2)
        {
            return None;
        }
        // All digits, so that the only failure left is none.
        let day = Self {
            year: year.parse().ok()?,
            month: month.parse().ok()?,
            day: day.parse().ok()?,
        };
        (day.day >= 1 && day.day <= day.days_of_month()).then_some(day)
    }

    /// 0 when there is no such month.
    fn days_of_month(self) -> u8 {
        let is_leap = self.year.is_multiple_of(4)
            && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400));
        match self.month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if is_leap => 29,
            2 => 28,
            _ => 0,
        }
    }

    /// `25/11/2026`.
    pub(crate) fn shown(self) -> String {
        format!("{:02}/{:02}/{:04}", self.day, self.month, self.year)
    }
}

/// The day as it is shown; what is no day is shown as it came.
pub(crate) fn shown(iso: &str) -> String {
    Day::parse(iso).map_or_else(|| crate::text::clean(iso), Day::shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_of_the_calendar_are_days() {
        for day in ["2026-11-25", "2024-02-29", "2000-02-29", "1900-01-01"] {
            assert!(Day::parse(day).is_some(), "{day}");
        }
        for other in [
            "2026-02-29",
            "1900-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-11-31",
            "2026-1-1",
            "2026-11-25T00:00",
            "25/11/2026",
            "+026-11-25",
            "",
            "2026-11-25-1",
        ] {
            assert_eq!(Day::parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_day_is_shown_as_people_write_it() {
        assert_eq!(shown("2026-01-05"), "05/01/2026");
        assert_eq!(shown("đầu năm 2026"), "đầu năm 2026");
    }
}
