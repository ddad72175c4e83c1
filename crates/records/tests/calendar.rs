//! What holds of counting on any calendar, from any day.

use proptest::prelude::*;
use records::{
    calendar::{Calendar, Reached, Term, Unit},
    date::{self, Day},
    json::Read,
};
use serde_json::json;

/// A small year, so that days off, swaps and doubts meet the terms often.
fn first() -> Day {
    date::from_civil(2026, 1, 1)
}

/// A calendar with what days of a hundred are off, worked and in doubt.
fn calendar(off: &[i64], work: &[i64], doubt: &[i64]) -> Calendar {
    let list = |days: &[i64], but: &[&[i64]]| {
        let mut days: Vec<i64> = days.to_vec();
        days.sort_unstable();
        days.dedup();
        days.retain(|day| but.iter().all(|other| !other.contains(day)));
        let entry =
            |day| json!({"date": date::format(first() + day), "name": "x", "confirmed": true});
        days.into_iter().map(entry).collect::<Vec<_>>()
    };
    let file = json!({
        "years": [2026], "off": list(off, &[]), "work": list(work, &[off]), "doubt": list(doubt, &[off, work])
    });
    Calendar::read(&file.to_string()).unwrap()
}

fn any_calendar() -> impl Strategy<Value = Calendar> {
    let days = |most| prop::collection::vec(0_i64..100, 0..most);
    (days(20), days(6), days(6)).prop_map(|(off, work, doubt)| calendar(&off, &work, &doubt))
}

fn any_day() -> impl Strategy<Value = Day> {
    (0_i64..100).prop_map(|day| first() + day)
}

fn any_unit() -> impl Strategy<Value = Unit> {
    prop_oneof![Just(Unit::Day), Just(Unit::WorkingDay), Just(Unit::Month)]
}

fn term(count: i64, unit: Unit, is_before: bool) -> Term {
    Term {
        count,
        unit,
        is_before,
        is_rolled: true,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn working_days_end_on_a_working_day_so_many_working_days_later(
        calendar in any_calendar(), from in any_day(), count in 1_i64..40
    ) {
        let end = calendar.add_working_days(from, count).unwrap().day;
        prop_assert!(calendar.is_working(end));
        prop_assert!(end - from >= count, "the first day does not count");
        prop_assert_eq!(calendar.working_days_between(from, end), count);
        // The end is the first such day.
        prop_assert_eq!(calendar.working_days_between(from, end - 1), count - 1);
    }

    #[test]
    fn a_term_that_begins_later_or_is_longer_never_ends_earlier(
        calendar in any_calendar(), a in any_day(), b in any_day(), count in 0_i64..40,
        unit in any_unit(), is_before in any::<bool>()
    ) {
        let (a, b) = (a.min(b), a.max(b));
        let term = term(count, unit, is_before);
        let (first, second) = (calendar.end(a, &term).unwrap(), calendar.end(b, &term).unwrap());
        prop_assert!(first.day <= second.day);
        let longer = calendar.end(a, &Term { count: count + 1, ..term }).unwrap();
        let sign = if is_before { -1 } else { 1 };
        prop_assert!((longer.day - first.day) * sign >= 0);
        prop_assert!((first.day - a) * sign >= 0);
    }

    #[test]
    fn rolling_is_idempotent_and_passes_only_days_off(calendar in any_calendar(), day in any_day()) {
        let rolled = calendar.roll(day).unwrap().day;
        prop_assert!(rolled >= day && calendar.is_working(rolled));
        prop_assert_eq!(calendar.roll(rolled).unwrap().day, rolled);
        prop_assert!((day..rolled).all(|passed| !calendar.is_working(passed)));
    }

    #[test]
    fn months_there_and_back_lose_three_days_at_most(from in 0_i64..60_000, months in 0_i64..300) {
        let there = date::add_months(from, months);
        let back = date::add_months(there, -months);
        prop_assert!((0..=3).contains(&(from - back)));
        let (y, m, d) = date::to_civil(from);
        let (there_y, there_m, there_d) = date::to_civil(there);
        prop_assert_eq!(there_y * 12 + there_m, y * 12 + m + months);
        // The same number, or the last day of a shorter month.
        let is_last = date::to_civil(there + 1).2 == 1;
        prop_assert!(there_d == d || (there_d < d && is_last));
    }

    #[test]
    fn in_doubt_the_earlier_date_comes_out_and_says_so(
        off in prop::collection::vec(0_i64..100, 0..9), doubt in prop::collection::vec(0_i64..100, 1..9),
        from in any_day(), count in 1_i64..20, is_before in any::<bool>()
    ) {
        let with_doubt = calendar(&off, &[], &doubt);
        // However the doubts come out: all off, or all worked.
        let mut all_off = off.clone();
        all_off.extend(&doubt);
        let term = term(count, Unit::WorkingDay, is_before);
        let end = with_doubt.end(from, &term).unwrap();
        for other in [calendar(&all_off, &[], &[]), calendar(&off, &doubt, &[])] {
            let sure = other.end(from, &term).unwrap();
            prop_assert!(end.day <= sure.day);
            prop_assert!(end.day == sure.day || end.is_provisional);
        }
    }

    #[test]
    fn nothing_is_too_odd_to_count(
        calendar in any_calendar(), from in any::<i64>(), count in any::<i64>(),
        unit in any_unit(), is_before in any::<bool>()
    ) {
        let term = term(count, unit, is_before);
        let year = |reached: Reached| date::to_civil(reached.day).0;
        let end = calendar.end(from, &term);
        prop_assert!(end.is_none_or(|end| (1..=9999).contains(&year(end))));
        let rolled = calendar.roll(from);
        prop_assert!(rolled.is_none_or(|end| (1..=9999).contains(&year(end))));
        prop_assert!(calendar.working_days_between(from, from.saturating_add(9)) <= 9);
    }
}

#[test]
fn the_generator_makes_calendars_that_matter() {
    let busy = calendar(&[0, 1, 4], &[2, 9], &[5]);
    assert_eq!(busy.days().len(), 6);
    // Thursday 1 and Friday 2 off, Saturday 3 worked, Sunday, Monday off, Tuesday in doubt.
    let works: Vec<bool> = (0..6).map(|n| busy.is_working(first() + n)).collect();
    assert_eq!(works, [false, false, true, false, false, true]);
}
