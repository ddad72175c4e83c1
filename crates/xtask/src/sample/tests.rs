//! What a sample promises, whatever the seed and the day.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use records::{
    files::{self, Found},
    path,
    replica::{Counter, Replica, SyncState},
    stamp::Stamp,
    validate,
};

use super::*;

/// One beside the change of forms in 2026, the last day of a year, one that the calendar does not know.
const DAYS: [&str; 3] = ["2026-07-03", "2026-12-31", "2028-02-29"];

fn options(seed: u64, day: &str) -> Options {
    Options {
        seed,
        ..Options::of_day(date::parse(day).unwrap())
    }
}

fn read(options: &Options) -> (Catalogue, Found) {
    let catalogue = catalogue::complete().unwrap();
    let made = make(options).unwrap();
    let found = files::read(made.text.as_bytes(), &catalogue).unwrap();
    assert_eq!(
        (found.records, found.changes.len()),
        (made.records, made.changes)
    );
    assert_eq!(found.damaged, Vec::<String>::new());
    (catalogue, found)
}

/// The sample that most of the tests look at, made and taken in once.
fn usual() -> &'static (Catalogue, Found, Replica) {
    static USUAL: OnceLock<(Catalogue, Found, Replica)> = OnceLock::new();
    USUAL.get_or_init(|| {
        let (catalogue, found) = read(&options(1, "2026-11-22"));
        let replica = device(&found);
        (catalogue, found, replica)
    })
}

/// A device that takes the file in.
fn device(found: &Found) -> Replica {
    let counter = Counter {
        dev: Author::Party.device(),
        n: 0,
        stamp: Stamp::default(),
    };
    let mut replica = Replica::new(counter, SyncState::default());
    let plan = replica.plan_import(found.changes.clone());
    assert_eq!(plan.entries.len(), found.changes.len());
    replica.adopt(plan);
    replica
}

#[test]
fn the_same_seed_and_day_give_the_same_bytes() {
    let make = |seed, day| make(&options(seed, day)).unwrap();
    let first = make(7, "2026-11-22");
    assert!(first == make(7, "2026-11-22"));
    assert!(first != make(8, "2026-11-22"));
    assert!(first != make(7, "2026-11-23"));
}

#[test]
fn every_record_is_as_valid_as_it_says_and_knows_its_fields() {
    for (seed, day) in (1..).zip(DAYS) {
        let (catalogue, found) = read(&options(seed, day));
        let replica = device(&found);
        let (mut official, mut all) = (0, 0);
        for rec in replica.notebook.records() {
            let record = replica.notebook.fold(rec).unwrap();
            let form = catalogue.form(&record.form, &record.version).unwrap();
            assert_eq!(form.version, record.version, "{}", record.form);
            let doc = record.to_doc();
            let problems = validate::problems(form, &doc);
            all += 1;
            if record.get(path::OFFICIAL).is_some() {
                official += 1;
                assert!(
                    validate::is_clean(&problems),
                    "{day} {}: {problems:?} {doc}",
                    form.id
                );
            }
            for path in record.cells.keys() {
                let names = path::field_names(path);
                let is_own = names.last().is_some_and(|name| name.starts_with('@'));
                let place = names.join("/");
                let known = form.field_at(path).is_some();
                assert!(known || is_own, "{}: no field {place} ({path})", form.id);
            }
            let written: u64 = record.touched.0.ms;
            assert!(written < u64::try_from(options(seed, day).day).unwrap() * DAY_MS);
        }
        assert!(
            official * 10 > all * 8 && official < all,
            "{official} of {all}"
        );
    }
}

#[test]
fn there_are_as_many_records_as_a_commune_has() {
    let scale = 2;
    let options = Options {
        scale,
        ..options(3, "2027-01-01")
    };
    let (catalogue, found) = read(&options);
    let replica = device(&found);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for rec in replica.notebook.records() {
        let record = replica.notebook.fold(rec).unwrap();
        *counts.entry(record.form).or_default() += 1;
    }
    for (form, this, before) in VOLUMES {
        let times = if SCALED.contains(&form) { scale } else { 1 };
        assert_eq!(counts.remove(form), Some(this * times + before), "{form}");
    }
    assert_eq!(counts.remove("chuong_trinh"), Some(2));
    assert!(counts.remove("nhiem_vu").unwrap() > 30);
    assert!(counts.is_empty(), "{counts:?}");
    let mut forms: BTreeSet<&str> = catalogue.forms.iter().map(|form| &*form.id).collect();
    // A report is computed on the screen and kept by a person.
    assert!(forms.remove("bao_cao"));
    assert_eq!(
        forms.len(),
        VOLUMES.len() + 2,
        "every form of the catalogue"
    );
}

#[test]
fn people_disagree_edit_each_other_and_leave_things_open() {
    let (catalogue, _, replica) = usual();
    let (mut conflicts, mut edited, mut writers) = (0, 0, BTreeSet::new());
    let (mut open, mut late, mut done) = (0, 0, 0);
    for rec in replica.notebook.records() {
        let record = replica.notebook.fold(rec).unwrap();
        conflicts += record.conflicts().len();
        edited += usize::from(record.touched.1 != record.created.1);
        writers.extend(record.touched.1.clone());
        let form = catalogue.form(&record.form, &record.version).unwrap();
        let doc = record.to_doc();
        for deadline in records::deadline::deadlines(form, &doc, &catalogue.calendar) {
            let is_late = !deadline.date.is_empty() && &*deadline.date < "2026-11-22";
            if !deadline.is_open_on("2026-11-22") {
                done += 1;
            } else if is_late {
                late += 1;
            } else {
                open += 1;
            }
        }
    }
    println!("{done} done, {open} open, {late} late; {edited} edited by a second author");
    assert_eq!(conflicts, 3);
    assert_eq!(writers.len(), Author::ALL.len());
    assert!(edited > 100, "{edited}");
    assert!(
        done > 300 && open > 15 && late > 15 && late < 120,
        "{open}, {late}"
    );
}

#[test]
fn votes_lie_on_both_sides_of_what_is_needed_and_on_it() {
    let (catalogue, _, replica) = usual();
    let (mut passed, mut failed, mut near) = (0, 0, 0);
    for rec in replica.notebook.records() {
        let record = replica.notebook.fold(rec).unwrap();
        if record.form != "hop_thon" {
            continue;
        }
        let doc = record.to_doc();
        assert!(catalogue.newest("hop_thon").is_some());
        let number = |value: &serde_json::Value| value.as_i64().unwrap_or_default();
        let total = number(&doc["tong_so_ho"]);
        if total == 0 {
            continue;
        }
        let item = &doc["noi_dung"][0];
        let yes = number(&item["so_tan_thanh"]);
        let needed = match item["ma"].as_str().unwrap() {
            "BQ1" | "BQ2" => (2 * total + 2) / 3,
            _ => total / 2 + 1,
        };
        passed += usize::from(yes >= needed);
        failed += usize::from(yes < needed);
        near += usize::from((yes - needed).abs() <= 1);
    }
    assert!(
        passed > 5 && failed > 2 && near > 3,
        "{passed} {failed} {near}"
    );
}

#[test]
fn nothing_is_there_that_the_law_calls_sensitive_and_no_number_of_a_paper() {
    let (_, _, replica) = usual();
    for rec in replica.notebook.records() {
        let record = replica.notebook.fold(rec).unwrap();
        for (path, cell) in &record.cells {
            let name = path::field_names(path).join("/");
            for sensitive in ["dan_toc", "ton_giao", "suc_khoe", "sdt"] {
                assert!(!name.contains(sensitive), "{name}");
            }
            let value = cell.value();
            if name.ends_with("giay_to") {
                let number = value["so"].as_str().unwrap();
                assert!(
                    value["loai"] == "KHAC" && number.starts_with("MẪU-"),
                    "{value}"
                );
            }
            if name.ends_with("ho_ten") || name.ends_with("nguoi_neu") {
                assert!(value.as_str().unwrap().contains("Mẫu"), "{value}");
            }
        }
    }
}

#[test]
fn a_device_that_takes_it_in_twice_has_it_once() {
    let (_, found, replica) = usual();
    let again = replica.plan_import(found.changes.clone());
    assert!(again.entries.is_empty());
    // The devices of the authors count without gaps, and their clocks rise with their counts.
    let mut of_device: BTreeMap<_, Vec<(u64, u64)>> = BTreeMap::new();
    for (_, known) in replica.notebook.changes() {
        let change = records::change::parse_change(known.raw.as_bytes()).unwrap();
        let row = (change.n, change.stamp.ms);
        of_device.entry(change.dev).or_default().push(row);
    }
    assert_eq!(of_device.len(), Author::ALL.len());
    for rows in of_device.values_mut() {
        rows.sort_unstable();
        assert!(rows.iter().map(|(n, _)| *n).eq(1..=rows.len() as u64));
        assert!(rows.is_sorted_by_key(|(_, ms)| *ms));
    }
}

#[test]
fn options_are_read() {
    let words = |words: &[&str]| Arguments::new(words.iter().map(|&word| word.to_owned()));
    let parse = |given: &[&str]| parse_options(0, words(given));
    let (known, out) = parse(&["--seed", "4", "--day", "2026-11-22", "--scale", "50"]).unwrap();
    let expected = Options {
        scale: 50,
        ..options(4, "2026-11-22")
    };
    assert_eq!((known, out), (expected, None));
    assert_eq!(parse(&["--out", "x"]).unwrap().1, Some(PathBuf::from("x")));
    for bad in [
        &["--day", "22/11/2026"][..],
        &["--seed", "x"],
        &["--year", "1"],
    ] {
        assert!(parse(bad).is_err(), "{bad:?}");
    }
}
