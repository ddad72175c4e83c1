//! A report as a record: typed figures and texts are read back, and what was sent stays what was sent.

use records::{
    draft::Draft,
    path,
    report::{
        Indicator, Report,
        figure::{Computed, Typed},
        fixed,
        keep::{self, Kept, of_record, put_text, put_typed, snapshot, start},
        period::Period,
    },
    summary::summarise,
    validate::{is_clean, problems},
};
use serde_json::{Value, json};

use super::{Held, computed, naive::generated, newest, nothing, period, report_of};
use crate::forms::{catalogue, draft, saved};

fn begun(report: &Report, period: &Period) -> Draft {
    let mut draft = draft(&newest(keep::FORM));
    start(report, period, &mut draft);
    draft
}

fn kept(draft: &Draft) -> Kept {
    let kept = of_record(&draft.to_doc(&newest(keep::FORM)));
    assert_eq!(of_record(&saved(draft).to_doc()), kept);
    kept
}

fn made(report: &Report, period: &Period, held: &[Held], kept: &Kept) -> Computed {
    computed(report, period, held, &|figure| kept.typed(figure, None))
}

fn values(computed: &Computed) -> Vec<(&str, Option<i64>, Option<i64>, bool)> {
    let figures = computed.figures.iter();
    figures
        .map(|f| (f.id.as_str(), f.value, f.last, f.is_typed))
        .collect()
}

#[test]
fn a_new_report_knows_its_kind_and_its_period_and_is_valid() {
    let report = report_of("dan_van");
    let half = period(&report, "6T", 2026);
    let mut draft = begun(&report, &half);
    let form = newest(keep::FORM);
    assert!(is_clean(&problems(&form, &draft.to_doc(&form))));
    let read = kept(&draft);
    assert_eq!(
        (read.report.as_str(), read.version.as_str()),
        ("dan_van", "1")
    );
    assert_eq!(read.period.span(), half.span());
    assert_eq!((read.period.year, read.period.due.as_deref()), (2026, None));
    assert!(!read.is_frozen() && read.sent.is_empty());
    // A local cut-off and a local term.
    draft.put("den_ngay", json!("2026-06-10"));
    draft.put("han_nop", json!("2026-06-15"));
    let read = kept(&draft);
    assert_eq!(read.period.to, "2026-06-10");
    let row = summarise(&saved(&draft), &catalogue());
    assert_eq!(
        row.title,
        "Báo cáo kết quả công tác dân vận, 6 tháng đầu năm 2026"
    );
    assert_eq!((row.due.len(), row.due[0].date.as_str()), (1, "2026-06-15"));
    assert!(row.subtitle.contains("Đang soạn"), "{}", row.subtitle);
}

#[test]
fn a_figure_that_needs_a_missing_one_is_not_known() {
    let report = report_of("dan_van");
    let year = period(&report, "NAM", 2026);
    let mut draft = begun(&report, &year);
    let share = |draft: &Draft| {
        let found = made(&report, &year, &[], &kept(draft));
        found.figure("ty_le_ngheo").unwrap().value
    };
    assert_eq!(share(&draft), None);
    put_typed(&mut draft, "ho_ngheo", "gia_tri", json!("25"));
    assert_eq!(share(&draft), None);
    put_typed(&mut draft, "so_ho", "gia_tri", json!("300"));
    // 8.333 % in tenths.
    assert_eq!(share(&draft), Some(83));
    put_typed(&mut draft, "so_ho", "gia_tri", json!("0"));
    assert_eq!(share(&draft), None);
    put_typed(&mut draft, "so_ho", "gia_tri", Value::Null);
    assert_eq!(share(&draft), None);
}

#[test]
fn what_was_typed_stands_before_what_was_counted_and_last_year_can_be_typed() {
    let (report, held) = (report_of("dan_van"), generated(2, 300));
    let year = period(&report, "NAM", 2026);
    let mut draft = begun(&report, &year);
    put_typed(&mut draft, "tcd_luot", "gia_tri", json!("900"));
    put_typed(&mut draft, "tcd_luot", "cung_ky", json!("1000"));
    put_typed(&mut draft, "tcd_luot", "ghi_chu", json!("Cả sổ giấy quý I"));
    let read = kept(&draft);
    assert_eq!(read.typed[0].note, "Cả sổ giấy quý I");
    let found = made(&report, &year, &held, &read);
    let figure = found.figure("tcd_luot").unwrap();
    assert_eq!((figure.value, figure.last), (Some(900), Some(1_000)));
    assert_eq!((figure.is_typed, figure.change), (true, Some(-100)));
    assert!(figure.counted.is_some_and(|n| n < 900) && !figure.records.is_empty());
    // What follows from others cannot be typed.
    let mut draft = begun(&report, &year);
    put_typed(&mut draft, "tcd_ty_le", "gia_tri", json!("99.9"));
    let found = made(&report, &year, &held, &kept(&draft));
    assert_eq!(
        values(&found),
        values(&computed(&report, &year, &held, &nothing))
    );
}

#[test]
fn last_years_report_gives_the_typed_figures_of_last_year() {
    let report = report_of("dan_van");
    let mut before = begun(&report, &period(&report, "NAM", 2025));
    put_typed(&mut before, "so_ho", "gia_tri", json!("280"));
    put_typed(&mut before, "tcd_luot", "gia_tri", json!("7"));
    let (before, now) = (
        kept(&before),
        kept(&begun(&report, &period(&report, "NAM", 2026))),
    );
    let typed = |id: &str| now.typed(report.indicator(id).unwrap(), Some(&before));
    let last = |last| Typed { now: None, last };
    assert_eq!(typed("so_ho"), last(Some(280)));
    // What records give is counted again, not taken from there.
    assert_eq!(typed("tcd_luot"), last(None));
}

#[test]
fn texts_are_kept_by_section() {
    let report = report_of("dan_van");
    let mut draft = begun(&report, &period(&report, "6T", 2026));
    put_text(&mut draft, "han_che", "Còn chậm.\n- Một là");
    put_text(&mut draft, "kien_nghi", "Không.");
    put_text(&mut draft, "han_che", "Còn chậm.");
    let read = kept(&draft);
    assert_eq!(read.texts.len(), 2);
    assert_eq!(read.text("han_che"), "Còn chậm.");
    assert_eq!(read.text("llvt"), "");
}

/// Sends: the figures are frozen and the day is written.
fn send(report: &Report, draft: &mut Draft, held: &[Held]) -> Computed {
    let read = of_record(&draft.to_doc(&newest(keep::FORM)));
    let found = made(report, &read.period, held, &read);
    snapshot(report, &found, draft);
    draft.put("ngay_gui", json!("2026-12-20"));
    found
}

#[test]
fn a_report_that_was_sent_keeps_its_figures_when_records_change() {
    for id in ["dan_van", "bieu_01_tcd", "tiep_dan_cap_uy"] {
        let (report, mut held) = (report_of(id), generated(5, 300));
        let year = period(&report, "NAM", 2026);
        let mut draft = begun(&report, &year);
        put_typed(&mut draft, "so_ho", "gia_tri", json!("300"));
        let sent = send(&report, &mut draft, &held);
        let form = newest(keep::FORM);
        assert_eq!(problems(&form, &draft.to_doc(&form)), []);
        let read = kept(&draft);
        assert!(read.is_frozen());
        assert_eq!(read.sent.len(), report.figures.len());
        assert_eq!(read.sent[0].label, report.figures[0].label);

        held.truncate(100);
        put_typed(&mut draft, "so_ho", "gia_tri", json!("1"));
        let read = kept(&draft);
        let now = made(&report, &year, &held, &read);
        assert_ne!(values(&now), values(&sent), "{id}");
        let shown = read.shown(&report, now);
        assert_eq!(values(&shown), values(&sent), "{id}");
        let changes =
            |all: &Computed| -> Vec<Option<i64>> { all.figures.iter().map(|f| f.change).collect() };
        assert_eq!(changes(&shown), changes(&sent), "{id}");
        // And it can be read without the file of its circular.
        let first = &read.sent[0];
        let value = fixed::of_value(&first.value, report.figures[0].places);
        assert_eq!(
            (first.id.as_str(), value),
            (sent.figures[0].id.as_str(), sent.figures[0].value)
        );
        let row = summarise(&saved(&draft), &catalogue());
        assert!(row.subtitle.contains("Đã gửi") && row.due.is_empty());
    }
}

#[test]
fn a_report_that_was_not_sent_follows_its_records() {
    let (report, held) = (report_of("bieu_01_tcd"), generated(5, 100));
    let year = period(&report, "NAM", 2026);
    let mut draft = begun(&report, &year);
    send(&report, &mut draft, &held);
    // Taken back before it left: the day is taken out again.
    draft.put("ngay_gui", Value::Null);
    let read = kept(&draft);
    assert!(!read.is_frozen());
    let now = made(&report, &year, &held[..10], &read);
    assert_eq!(values(&read.shown(&report, now.clone())), values(&now));
}

#[test]
fn two_phones_that_send_make_one_set_of_figures() {
    let (report, held) = (report_of("bieu_01_tcd"), generated(5, 200));
    let year = period(&report, "NAM", 2026);
    let (mut a, mut b) = (begun(&report, &year), begun(&report, &year));
    send(&report, &mut a, &held);
    send(&report, &mut b, &held[..100]);
    let places = |draft: &Draft| -> Vec<String> {
        let all = draft
            .set
            .keys()
            .filter(|p| path::below(keep::SENT, p).is_some());
        all.cloned().collect()
    };
    assert_eq!(places(&a), places(&b));
    // Sent again: in the same order, without what the report has no more.
    let mut shorter = report.clone();
    shorter.figures.retain(|f| f.id != "tcd_29");
    let record = saved(&a);
    let mut again = Draft::edit(&record, &newest(keep::FORM), 1);
    send(&shorter, &mut again, &held);
    let ids = |draft: &Draft| draft.entries(keep::SENT);
    let expected: Vec<String> = shorter.figures.iter().map(|f| f.id.clone()).collect();
    assert_eq!(ids(&again), expected);
    send(&report, &mut again, &held);
    let all: Vec<String> = report
        .figures
        .iter()
        .map(|f: &Indicator| f.id.clone())
        .collect();
    assert_eq!(ids(&again), all);
}
