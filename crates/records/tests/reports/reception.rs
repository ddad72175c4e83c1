//! Biểu 01/TCD worked out by hand from a small book of receptions.

use std::rc::Rc;

use records::{form::Form, report::figure::Computed};
use serde_json::{Value, json};

use super::{Held, computed, newest, nothing, period, report_of};
use crate::forms::rec;

/// Day, mode, people, which time, how many matters.
type Visit = (&'static str, &'static str, Option<i64>, Option<i64>, usize);

const OFTEN: &str = "TIEP_THUONG_XUYEN";
const FIXED: &str = "TIEP_DINH_KY";
const SUDDEN: &str = "TIEP_DOT_XUAT";
const DEPUTY: &str = "UY_QUYEN";

/// The book, by place: visits 1 and 16 lie a day outside of the year, 17 is a draft, 18 is one of the party's.
const BOOK: [Visit; 18] = [
    ("2025-12-14", OFTEN, Some(9), Some(1), 1),
    ("2025-12-15", OFTEN, Some(1), Some(1), 1),
    ("2026-01-10", OFTEN, Some(3), Some(2), 1),
    ("2026-02-05", OFTEN, Some(5), Some(1), 2),
    ("2026-03-14", OFTEN, Some(7), Some(3), 1),
    ("2026-03-15", "", None, None, 1),
    ("2026-04-01", FIXED, Some(1), Some(1), 1),
    ("2026-04-01", FIXED, Some(2), Some(2), 1),
    ("2026-04-15", FIXED, Some(6), Some(1), 2),
    ("2026-04-15", SUDDEN, Some(1), Some(1), 1),
    ("2026-05-20", SUDDEN, Some(12), Some(2), 1),
    ("2026-06-10", DEPUTY, Some(2), Some(1), 1),
    ("2026-07-10", DEPUTY, Some(8), Some(2), 3),
    ("2026-07-11", DEPUTY, Some(5), Some(1), 1),
    ("2026-12-14", OFTEN, Some(1), Some(1), 1),
    ("2026-12-15", OFTEN, Some(1), Some(1), 1),
    ("2026-05-05", OFTEN, Some(2), Some(1), 1),
    ("2026-05-06", FIXED, Some(3), Some(1), 1),
];

/// The names of the sessions, where somebody wrote one: two ways to write the first, and none on 15/4.
const SESSIONS: [(usize, &str); 6] = [
    (7, "Kỳ 1 tháng 4/2026"),
    (8, "kỳ 1  tháng 4/2026"),
    (11, "Đột xuất 20/5"),
    (12, "Ủy quyền tháng 6"),
    (13, "Ủy quyền tháng 7"),
    (14, "Ủy quyền tháng 7"),
];

fn book() -> Vec<Held> {
    let form = Rc::new(newest("tiep_cong_dan"));
    let visits = (1..).zip(BOOK);
    visits.map(|(at, visit)| held(&form, at, &visit)).collect()
}

fn held(form: &Rc<Form>, at: usize, (day, mode, people, time, matters): &Visit) -> Held {
    let matter =
        |n: usize| json!({"@id": format!("e{n}"), "loai": "KIEN_NGHI", "tom_tat": "Đường"});
    let matters: Vec<Value> = (0..*matters).map(matter).collect();
    let mut doc = json!({"ngay_tiep": day, "noi_dung": matters});
    let mut put = |key: &str, value: Option<Value>| {
        doc[key] = value.unwrap_or_default();
    };
    put("che_do_tiep", Some(json!(mode)));
    put("so_nguoi_duoc_tiep", people.map(Value::from));
    put("lan_tiep_thu", time.map(Value::from));
    let session = SESSIONS.iter().find(|(place, _)| *place == at);
    put("ky_tiep", session.map(|(_, name)| json!(name)));
    put("tu_cach_tiep", (at == 18).then(|| json!("CAP_UY")));
    doc.as_object_mut()
        .unwrap()
        .retain(|_, v| !v.is_null() && *v != "");
    Held {
        id: rec(u8::try_from(at).unwrap()),
        form: Rc::clone(form),
        doc,
        is_official: at != 17,
    }
}

fn worked_out(id: &str, year: i64) -> Computed {
    let report = report_of("bieu_01_tcd");
    computed(&report, &period(&report, id, year), &book(), &nothing)
}

fn numbers(found: &Computed) -> Vec<Option<i64>> {
    let column = |n: usize| found.figure(&format!("tcd_{n}")).unwrap().value;
    (1..=29).map(column).collect()
}

fn behind(found: &Computed, id: &str) -> Vec<usize> {
    let figure = found.figure(id).unwrap();
    let place = |id| (1..=18).find(|at| rec(u8::try_from(*at).unwrap()) == id);
    figure.records.iter().filter_map(|id| place(*id)).collect()
}

#[test]
fn the_29_numbers_of_a_year_are_the_ones_counted_by_hand() {
    let found = worked_out("NAM", 2026);
    let expected = [
        // All: 1 = 4+13+22, 2 = 5+14+23, 3 = 6+7+15+16+24+25.
        6 + 5 + 3,
        18 + 22 + 15,
        5 + 2 + 4 + 2 + 2 + 3,
        // Thường xuyên: visits 2, 3, 4, 5, 6 (whose mode nobody wrote) and 15.
        6,
        // 4, 5: people 1+3+5+7, one of visit 6 whose number nobody wrote, and 1.
        1 + 3 + 5 + 7 + 1 + 1,
        // 6: first times, each matter for itself: visit 2, both of 4, 6 (nobody wrote which), 15.
        1 + 2 + 1 + 1,
        // 7: again: visits 3 and 5.
        1 + 1,
        // 8 to 11, groups of five and more: visits 4 (five exactly) and 5.
        2,
        5 + 7,
        2,
        1,
        // Thủ trưởng: visits 7 to 11. 12: one session written in two ways, the day 15/4 without a name, one sudden.
        3,
        5,
        1 + 2 + 6 + 1 + 12,
        // 15, 16: first times 7, both of 9, 10; again 8 and 11.
        1 + 2 + 1,
        1 + 1,
        // 17 to 20: groups are 9 and 11.
        2,
        6 + 12,
        2,
        1,
        // Ủy quyền: visits 12, 13, 14 in two sessions.
        2,
        3,
        2 + 8 + 5,
        // 24, 25: first 12 and 14; again the three of 13.
        1 + 1,
        3,
        // 26 to 29: groups are 13 and 14.
        2,
        8 + 5,
        1,
        3,
    ];
    assert_eq!(numbers(&found), expected.map(Some));
    // A draft would have counted; one of the party's and those outside would not.
    assert_eq!(found.left_out, [rec(17)]);
    assert_eq!(behind(&found, "tcd_4"), [2, 3, 4, 5, 6, 15]);
    assert_eq!(behind(&found, "tcd_19"), [9]);
    assert_eq!(behind(&found, "tcd_1").len(), 14);
}

#[test]
fn the_14th_and_the_15th_of_december_are_in_two_years() {
    let last = worked_out("NAM", 2025);
    assert_eq!(behind(&last, "tcd_1"), [1]);
    assert_eq!(last.figure("tcd_9").unwrap().value, Some(9));
    let next = worked_out("NAM", 2027);
    assert_eq!(behind(&next, "tcd_1"), [16]);
    for (id, expected) in [
        ("Q1", vec![2, 3, 4, 5]),
        ("Q2", vec![6, 7, 8, 9, 10, 11, 12]),
        ("6T", vec![2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
        ("Q3", vec![13, 14]),
        ("Q4", vec![15]),
        ("9T", (2..=14).collect()),
    ] {
        assert_eq!(behind(&worked_out(id, 2026), "tcd_1"), expected, "{id}");
    }
}

#[test]
fn the_same_period_of_the_year_before_stands_beside_with_the_change() {
    let found = worked_out("NAM", 2026);
    let visits = found.figure("tcd_1").unwrap();
    assert_eq!((visits.value, visits.last), (Some(14), Some(1)));
    assert_eq!(visits.last_records, [rec(1)]);
    // 14 after 1: 1300 % more. 18 people after 9: twice as many.
    assert_eq!(visits.change, Some(13_000));
    assert_eq!(found.figure("tcd_5").unwrap().change, Some(1_000));
    // No session last year: 0, and no change from nothing.
    let sessions = found.figure("tcd_12").unwrap();
    assert_eq!((sessions.last, sessions.change), (Some(0), None));
    // Fewer than before.
    let less = worked_out("NAM", 2027);
    let visits = less.figure("tcd_1").unwrap();
    assert_eq!((visits.value, visits.last), (Some(1), Some(14)));
    assert_eq!(visits.change, Some(-929));
}

#[test]
fn a_year_before_the_notebook_began_is_not_known_instead_of_none() {
    let found = worked_out("NAM", 2025);
    let figure = found.figure("tcd_4").unwrap();
    assert_eq!((figure.value, figure.last), (Some(1), None));
    assert_eq!(found.figure("tcd_1").unwrap().last, None);
}

#[test]
fn a_period_that_is_none_has_no_figures() {
    let report = report_of("bieu_01_tcd");
    let mut odd = period(&report, "NAM", 2026);
    for (from, to) in [("2026-12-14", "2026-01-01"), ("", "2026-01-01"), ("x", "y")] {
        (odd.from, odd.to) = (from.to_owned(), to.to_owned());
        let found = computed(&report, &odd, &book(), &nothing);
        assert!(numbers(&found).iter().all(Option::is_none), "{from} {to}");
    }
}
