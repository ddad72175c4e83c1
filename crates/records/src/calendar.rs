//! The calendar of working days, and how a term of the law is counted on it.
//!
//! The Civil Code 2015, articles 147 and 148: the first day does not count; a month ends on the day of the same
//! number, or on the last day of a shorter month; a term that ends on a day off ends with the next working day.
//! Which terms there are is not known here (`deadline`). Where the calendar is in doubt, the earlier date comes
//! out, and it says that it is provisional.

use crate::{
    date::{self, Day},
    json::{Object, Read, ReadError},
    order,
};

/// The longest term, in its own unit: past any legal period.
const COUNT_MAX: i64 = 1_000;
/// The most days that are looked at for one date: a thousand working days take some 1 500.
const LOOK_MAX: i64 = 4_000;
/// The first and the last day of years with four digits.
const DAYS: core::ops::RangeInclusive<Day> = -719_162..=2_932_896;

/// What is special about a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A day off.
    Off,
    /// A weekend day that is worked in exchange for another.
    Work,
    /// Nobody knows yet: it counts as whatever makes a deadline the earlier one.
    Doubt,
}

/// A day that is not what its weekday says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Special {
    /// Which.
    pub day: Day,
    /// What it is.
    pub kind: Kind,
    /// What people call it.
    pub name: String,
    /// The act or the notice.
    pub source: String,
    /// Said by the law or by the year's notice, not computed ahead of it.
    pub is_confirmed: bool,
}

/// Days off, swaps and doubts of some years (`catalogue/calendar.json`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calendar {
    /// What is missing, for people.
    pub note: String,
    /// The years it knows.
    pub years: Vec<i64>,
    /// By day, each once.
    days: Vec<Special>,
}

impl Read for Calendar {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let file = Object::read(raw)?;
        let mut days = Vec::new();
        for (kind, list) in [
            (Kind::Off, "off"),
            (Kind::Work, "work"),
            (Kind::Doubt, "doubt"),
        ] {
            for raw in file.raws_or_none(list)? {
                days.extend(special(kind, raw).map_err(|e| e.under(list))?);
            }
        }
        order::sort(&mut days, &mut |a, b| a.day < b.day);
        Ok(Self {
            note: file.text_or_empty("note")?,
            years: file.item_or_default("years")?,
            days,
        })
    }
}

/// One line of a list; nothing for what is no date.
fn special(kind: Kind, raw: &str) -> Result<Option<Special>, ReadError> {
    let entry = Object::read(raw)?;
    let name = entry.text("name")?;
    let source = entry.text_or_empty("source")?;
    let is_confirmed = entry.flag_or_false("confirmed")?;
    let day = date::parse(&entry.text("date")?);
    Ok(day.map(|day| Special {
        day,
        kind,
        name,
        source,
        is_confirmed,
    }))
}

/// What a term is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Days of the calendar.
    Day,
    /// Working days.
    WorkingDay,
    /// Months.
    Month,
}

impl Unit {
    /// The unit of that name in the catalogue.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "ngay" => Some(Self::Day),
            "ngay_lam_viec" => Some(Self::WorkingDay),
            "thang" => Some(Self::Month),
            _ => None,
        }
    }
}

/// A length of time and where it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// How many.
    pub count: i64,
    /// Of what.
    pub unit: Unit,
    /// Counted back from the event: the latest day on which something could still be done in time.
    pub is_before: bool,
    /// Whether an end on a day off moves to the next working day. Never done when counted back.
    pub is_rolled: bool,
}

/// Where a term ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    /// The last day.
    pub day: Day,
    /// A day that was counted is in doubt, not confirmed, or of a year without data.
    pub is_provisional: bool,
}

impl Calendar {
    /// The same with days off of one's own commune.
    #[must_use]
    pub fn with_local(mut self, days_off: &[(Day, String)]) -> Self {
        for (day, name) in days_off {
            self.days.retain(|special| special.day != *day);
            self.days.push(Special {
                day: *day,
                kind: Kind::Off,
                name: name.clone(),
                source: String::new(),
                is_confirmed: true,
            });
        }
        order::sort(&mut self.days, &mut |a, b| a.day < b.day);
        self
    }

    /// All special days, by day.
    #[must_use]
    pub fn days(&self) -> &[Special] {
        &self.days
    }

    /// What is special about a day.
    #[must_use]
    pub fn special(&self, day: Day) -> Option<&Special> {
        let at = self.days.binary_search_by(|special| special.day.cmp(&day));
        at.ok().and_then(|at| self.days.get(at))
    }

    /// Whether a day is worked, or may be.
    #[must_use]
    pub fn is_working(&self, day: Day) -> bool {
        match self.special(day).map(|special| special.kind) {
            Some(kind) => kind != Kind::Off,
            None => !is_weekend(day),
        }
    }

    /// Whether a day is worked for certain.
    fn is_surely_working(&self, day: Day) -> bool {
        self.is_working(day)
            && self
                .special(day)
                .is_none_or(|special| special.kind == Kind::Work)
    }

    /// Whether what is known of a day is certain.
    #[must_use]
    pub fn is_sure(&self, day: Day) -> bool {
        let is_known = self.years.contains(&date::to_civil(day).0);
        is_known
            && self
                .special(day)
                .is_none_or(|special| special.is_confirmed && special.kind != Kind::Doubt)
    }

    /// The day itself when it is worked, or else the next that is.
    #[must_use]
    pub fn roll(&self, day: Day) -> Option<Reached> {
        self.walk(day.saturating_sub(1), 1, 1)
    }

    /// The day that is `count` working days after `from`, which does not count itself.
    #[must_use]
    pub fn add_working_days(&self, from: Day, count: i64) -> Option<Reached> {
        match count {
            0 => self.roll(from),
            _ => self.walk(from, count, 1),
        }
    }

    /// How many working days lie after `from`, up to and with `to`.
    #[must_use]
    pub fn working_days_between(&self, from: Day, to: Day) -> i64 {
        let last = to.min(from.saturating_add(LOOK_MAX));
        let mut count = 0;
        for day in from.saturating_add(1)..=last {
            count += i64::from(self.is_working(day));
        }
        count
    }

    /// Where a term ends that begins on a day; `None` for what no law means.
    #[must_use]
    pub fn end(&self, from: Day, term: &Term) -> Option<Reached> {
        if !(0..=COUNT_MAX).contains(&term.count) || !DAYS.contains(&from) {
            return None;
        }
        let (step, count) = if term.is_before {
            (-1, -term.count)
        } else {
            (1, term.count)
        };
        let day = match term.unit {
            Unit::Day => from + count,
            Unit::Month => date::add_months(from, count),
            Unit::WorkingDay if count == 0 => from,
            Unit::WorkingDay => return self.walk(from, term.count, step),
        };
        if term.is_rolled && !term.is_before {
            return self.roll(day);
        }
        DAYS.contains(&day).then_some(Reached {
            day,
            is_provisional: false,
        })
    }

    /// Walks until so many working days were met.
    fn walk(&self, from: Day, count: i64, step: i64) -> Option<Reached> {
        if !(1..=COUNT_MAX).contains(&count) {
            return None;
        }
        let (mut day, mut left, mut is_provisional) = (from, count, false);
        for _ in 0..LOOK_MAX {
            day = day.saturating_add(step);
            if !DAYS.contains(&day) {
                return None;
            }
            is_provisional |= !self.is_sure(day);
            let is_met = if step < 0 {
                self.is_surely_working(day)
            } else {
                self.is_working(day)
            };
            left -= i64::from(is_met);
            if left == 0 {
                return Some(Reached {
                    day,
                    is_provisional,
                });
            }
        }
        None
    }
}

/// Whether a day is a Saturday or a Sunday.
#[must_use]
pub fn is_weekend(day: Day) -> bool {
    // The first of January 1970 was a Thursday.
    matches!(day.rem_euclid(7), 2 | 3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;

    fn day(text: &str) -> Day {
        date::parse(text).unwrap()
    }

    /// What a term gives in the calendar this release came with; `?` marks a provisional date.
    fn check(from: &str, (count, unit): (i64, &str), expected: &str) {
        let calendar = catalogue::builtin().unwrap().calendar;
        let term = Term {
            count: count.abs(),
            unit: Unit::named(unit).unwrap(),
            is_before: count < 0,
            is_rolled: true,
        };
        let end = calendar.end(day(from), &term).unwrap();
        let mark = if end.is_provisional { "?" } else { "" };
        let found = format!("{}{mark}", date::format(end.day));
        assert_eq!(found, expected, "{count} {unit} from {from}");
    }

    #[test]
    fn working_days_pass_over_weekends() {
        // Thu 06/8/2026 does not count. Fri 7 (1), Sat, Sun, Mon 10 (2), Tue 11 (3), Wed 12 (4), Thu 13 (5).
        check("2026-08-06", (5, "ngay_lam_viec"), "2026-08-13");
        // Sun 09/8 does not count either: Mon 10 (1), Tue 11 (2), Wed 12 (3).
        check("2026-08-09", (3, "ngay_lam_viec"), "2026-08-12");
        // Fri 07/8: the next working day is Mon 10.
        check("2026-08-07", (1, "ngay_lam_viec"), "2026-08-10");
    }

    #[test]
    fn working_days_pass_over_the_end_of_april() {
        // Wed 22/4/2026: Thu 23 (1), Fri 24 (2), Sat, Sun 26 is Giỗ Tổ, Mon 27 is off for it, Tue 28 (3), Wed 29 (4),
        // Thu 30 off, Fri 01/5 off, Sat, Sun, Mon 4 (5), Tue 5 (6), Wed 6 (7).
        check("2026-04-22", (7, "ngay_lam_viec"), "2026-05-06");
        // Thu 23/4/2026 and 10 more: 24 (1), 28 (2), 29 (3), 04/5 (4), 5, 6, 7, 8 (8), Mon 11 (9), Tue 12 (10).
        check("2026-04-23", (10, "ngay_lam_viec"), "2026-05-12");
    }

    #[test]
    fn a_make_up_saturday_counts_and_the_day_it_is_worked_for_does_not() {
        // Thu 20/8/2026: Fri 21 (1), Sat 22 is worked (2), Sun, Mon 24 (3).
        check("2026-08-20", (3, "ngay_lam_viec"), "2026-08-24");
        // Thu 27/8/2026: Fri 28 (1), Sat, Sun, Mon 31 swapped, Tue 01/9 off, Wed 02/9 off, Thu 03/9 (2).
        check("2026-08-27", (2, "ngay_lam_viec"), "2026-09-03");
        // Thu 24/4/2025: Fri 25 (1), Sat 26 is worked (2), Sun, Mon 28 (3), Tue 29 (4), Wed 30, Thu 01/5, Fri 02/5 off,
        // Sat, Sun, Mon 05/5 (5).
        check("2025-04-24", (5, "ngay_lam_viec"), "2025-05-05");
    }

    #[test]
    fn calendar_days_and_months_roll_from_a_day_off_to_the_next_working_day() {
        // Thu 06/8/2026 + 10 = Sun 16, so Mon 17.
        check("2026-08-06", (10, "ngay"), "2026-08-17");
        // Wed 05/8/2026 + 10 = Sat 15, so Mon 17.
        check("2026-08-05", (10, "ngay"), "2026-08-17");
        // Mon 03/8/2026 + 10 = Thu 13, a working day.
        check("2026-08-03", (10, "ngay"), "2026-08-13");
        // Wed 12/8/2026 + 10 = Sat 22, which is worked: it stays.
        check("2026-08-12", (10, "ngay"), "2026-08-22");
        // Tue 31/3/2026 + 30 = Thu 30/4, then Fri 01/5, Sat, Sun: Mon 04/5.
        check("2026-03-31", (30, "ngay"), "2026-05-04");
        // 31/8/2026 + 6 months: February 2027 ends on Sun 28, so Mon 01/3.
        check("2026-08-31", (6, "thang"), "2027-03-01");
        // 29/02/2024 + 12 months: Fri 28/02/2025.
        check("2024-02-29", (12, "thang"), "2025-02-28");
        // 31/01/2024 + 1 month: the last day of a leap February, Thu 29.
        check("2024-01-31", (1, "thang"), "2024-02-29");
    }

    #[test]
    fn counting_back_finds_the_latest_day_and_never_rolls_forward() {
        // A conference on Sun 15/11/2026, notice seven days before: Sun 08/11 at the latest.
        check("2026-11-15", (-7, "ngay"), "2026-11-08");
        // Mon 11/5/2026, five working days before: Fri 08 (1), Thu 07 (2), Wed 06 (3), Tue 05 (4), Mon 04 (5).
        check("2026-05-11", (-5, "ngay_lam_viec"), "2026-05-04");
        // Tue 05/5/2026: Mon 04 (1), Sun, Sat, 01/5 off, 30/4 off, Wed 29/4 (2).
        check("2026-05-05", (-2, "ngay_lam_viec"), "2026-04-29");
    }

    #[test]
    fn what_is_not_known_gives_the_earlier_date_and_says_so() {
        // Fri 20/11/2026: Mon 23 may be swapped for Sat 28. It counts (1), Tue 24 off, Wed 25 (2).
        check("2026-11-20", (2, "ngay_lam_viec"), "2026-11-25?");
        // Counted back from Thu 26/11: Wed 25 (1), Tue 24 off, Mon 23 in doubt, Sun, Sat, Fri 20 (2).
        check("2026-11-26", (-2, "ngay_lam_viec"), "2026-11-20?");
        // Tết 2027 is computed: Wed 03/02 and Thu 04 in doubt (1, 2), 05 to 09 off, Wed 10 in doubt (3).
        check("2027-02-02", (3, "ngay_lam_viec"), "2027-02-10?");
        // A year without data.
        check("2027-12-31", (1, "ngay_lam_viec"), "2028-01-03?");
        check("2023-08-03", (1, "ngay_lam_viec"), "2023-08-04?");
        // Calendar days look at the last day only: Wed 30/12/2026 + 10 = Sat 09/01/2027, so Mon 11.
        check("2026-12-30", (10, "ngay"), "2027-01-11");
    }

    #[test]
    fn a_commune_may_have_days_off_of_its_own() {
        let own = [(day("2026-08-07"), "Lễ hội của xã".to_owned())];
        let calendar = catalogue::builtin().unwrap().calendar.with_local(&own);
        // Thu 06/8/2026: Fri 7 off here, Sat, Sun, Mon 10 (1).
        let end = calendar.add_working_days(day("2026-08-06"), 1).unwrap();
        assert_eq!(date::format(end.day), "2026-08-10");
        assert!(!end.is_provisional);
    }

    #[test]
    fn what_no_law_means_has_no_end() {
        let calendar = Calendar::default();
        let end = |from, count| {
            let term = Term {
                count,
                unit: Unit::Day,
                is_before: false,
                is_rolled: true,
            };
            calendar.end(from, &term)
        };
        assert_eq!(end(0, -1), None);
        assert_eq!(end(0, COUNT_MAX + 1), None);
        assert_eq!(end(Day::MAX, 1), None);
        assert_eq!(end(day("9999-12-31"), 1), None);
        assert_eq!(DAYS, day("0001-01-01")..=day("9999-12-31"));
        // A calendar without one working day ends the search.
        let mut off = Vec::new();
        for n in 0..=LOOK_MAX {
            off.push((n, "x".to_owned()));
        }
        assert_eq!(calendar.with_local(&off).add_working_days(0, 1), None);
    }
}
