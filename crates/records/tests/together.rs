//! What several people do to one record after it was written: review it, join it with another, hand it over.

use records::{
    change::{Change, Erase, ORDINARY, RecWrites},
    draft::{self, Draft},
    fold::{Life, Record},
    form::Form,
    handover,
    id::{ChangeId, DeviceId, RecordId},
    join::{self, Choice, Pair},
    notebook::Notebook,
    review::{self, Step, Word},
    rights::{self, Wanted},
    secret,
    stamp::Stamp,
    summary::summarise,
};
use serde_json::{Value, json};

use crate::forms::catalogue;

/// A notebook that everybody writes into, one save after the other.
#[derive(Default, Clone)]
struct Desk {
    notebook: Notebook,
    saves: u8,
    is_auto: bool,
    erase: Option<Erase>,
}

impl Desk {
    fn save(&mut self, recs: Vec<RecWrites>) -> ChangeId {
        self.saves += 1;
        let id = ChangeId::derived([self.saves; 16]);
        let change = Change {
            id,
            dev: DeviceId::derived([1; 16]),
            n: u64::from(self.saves),
            stamp: Stamp {
                ms: 1_795_316_400_000 + u64::from(self.saves),
                ..Stamp::default()
            },
            lo: 0,
            part: ORDINARY.to_owned(),
            who: Some("Nguyễn Văn A".to_owned()),
            app: None,
            recs,
            auto: self.is_auto,
            erase: self.erase.take(),
            stub: None,
        };
        self.notebook.insert(&change.to_json()).unwrap();
        id
    }

    /// A record with these values.
    fn add(&mut self, n: u8, form: &Form, set: &Value) -> RecordId {
        let id = rec(n);
        let mut writes = RecWrites::new(id, &form.id, &form.version);
        for (path, value) in set.as_object().unwrap() {
            writes.set.insert(path.clone(), value.clone());
        }
        self.save(vec![writes]);
        id
    }

    fn read(&self, id: RecordId) -> Record {
        self.notebook.fold(id).unwrap()
    }

    fn put(&mut self, id: RecordId, path: &str, value: Value) -> ChangeId {
        let writes = draft::single(&self.read(id), path, value);
        self.save(vec![writes])
    }

    /// The changes that put one record into another, and what they wrote into it.
    fn joins(&self, gone: RecordId, stayed: RecordId) -> Vec<(ChangeId, RecWrites)> {
        let all = join::joins(&self.read(gone), stayed).into_iter();
        let of = |by| {
            let known = self.notebook.get(&by).unwrap();
            let change = records::change::parse_change(known.raw.as_bytes()).unwrap();
            let mut recs = change.recs.into_iter();
            (by, recs.find(|writes| writes.rec == stayed).unwrap())
        };
        all.map(of).collect()
    }

    fn join(&mut self, stays: RecordId, goes: RecordId, choice: &Choice, mark: &str) {
        let (stays, goes) = (self.read(stays), self.read(goes));
        self.save(pair(&stays, &goes).join(choice, mark));
    }

    fn split(&mut self, stayed: RecordId, gone: RecordId) -> bool {
        let joins = self.joins(gone, stayed);
        let split = join::split(&self.read(stayed), &self.read(gone), &joins);
        let is_split = split.is_some();
        split.map(|writes| self.save(writes));
        is_split
    }

    /// What a machine writes.
    fn give(&mut self, id: RecordId, path: &str, value: Value) {
        let record = self.read(id);
        let writes = RecWrites {
            over: records::table::Table::new(),
            ..draft::single(&record, path, value)
        };
        self.is_auto = true;
        self.save(vec![writes]);
        self.is_auto = false;
    }
}

fn pair<'a>(stays: &'a Record, goes: &'a Record) -> Pair<'a> {
    Pair {
        stays,
        goes,
        own: &[],
    }
}

fn rec(n: u8) -> RecordId {
    RecordId::derived([100 + n; 16])
}

fn form(id: &str) -> Form {
    catalogue().newest(id).unwrap().clone()
}

fn word(step: Step, reason: &str) -> Word {
    Word {
        step,
        day: "2026-11-25".to_owned(),
        who: json!({"ho_ten": "Trần Thị Bình", "chuc_vu": "Bí thư"}),
        reason: reason.to_owned(),
    }
}

#[test]
fn a_review_goes_forth_and_back_and_ends_with_an_official_record() {
    let mut desk = Desk::default();
    let id = desk.add(1, &form("hoat_dong"), &json!({"ten": "Ra quân"}));
    let all = catalogue();
    let open = |desk: &Desk| {
        let row = summarise(&desk.read(id), &all);
        let due = row.undated.into_iter();
        due.map(|due| (due.label, due.owner)).collect::<Vec<_>>()
    };
    let official = |desk: &Desk| desk.read(id).get("@official") == Some(&json!(true));
    assert!(open(&desk).is_empty());
    for (n, step, reason, expected, is_official) in [
        (
            1,
            Step::HandedIn,
            "",
            Some(("Chờ duyệt", "Người duyệt")),
            false,
        ),
        (
            2,
            Step::SentBack,
            "Thiếu số người",
            Some(("Trả lại: Thiếu số người", "Nguyễn Văn A")),
            false,
        ),
        (
            3,
            Step::HandedIn,
            "",
            Some(("Chờ duyệt", "Người duyệt")),
            false,
        ),
        (4, Step::Approved, "", None, true),
        (
            5,
            Step::SentBack,
            "Sai ngày",
            Some(("Trả lại: Sai ngày", "Nguyễn Văn A")),
            false,
        ),
    ] {
        let taken = review::take(&desk.read(id), &word(step, reason), &format!("e{n}"));
        desk.save(vec![taken]);
        let expected = expected.map(|(label, owner)| (label.to_owned(), owner.to_owned()));
        assert_eq!(open(&desk), Vec::from_iter(expected), "step {n}");
        assert_eq!(official(&desk), is_official, "step {n}");
    }
    let steps = review::steps(&desk.read(id));
    assert_eq!(steps.len(), 5);
    assert_eq!(steps[1].reason, "Thiếu số người");
    assert!(steps[0].who.contains("Trần Thị Bình"));
    // Nothing of it is a field of the record, nor found by words.
    assert!(
        !summarise(&desk.read(id), &all)
            .key
            .contains("thieu so nguoi")
    );
}

/// One visit, written down by two people.
fn twins(desk: &mut Desk) -> (RecordId, RecordId) {
    let form = form("tiep_cong_dan");
    let a = desk.add(1, &form, &json!({
        "ngay_tiep": "2026-11-25", "dia_diem": "Trụ sở", "cong_dan/c1/@pos": "V", "cong_dan/c1/ho_ten": "Vì Thị Quỳnh",
        "noi_dung/n1/@pos": "V", "noi_dung/n1/tom_tat": "Đường hỏng",
    }));
    let b = desk.add(2, &form, &json!({
        "ngay_tiep": "2026-11-24", "gio_bat_dau": "08:30", "cong_dan/c2/@pos": "V", "cong_dan/c2/ho_ten": "Vì Thị Quỳnh",
        "noi_dung/n2/@pos": "V", "noi_dung/n2/tom_tat": "Cầu yếu", "noi_dung/n2/theo_doi/t/ghi_chu": "Đã xem",
    }));
    (a, b)
}

fn choice(theirs: &[&str], entries: &[&str]) -> Choice {
    Choice {
        theirs: theirs.iter().map(|path| (*path).to_owned()).collect(),
        entries: entries.iter().map(|entry| (*entry).to_owned()).collect(),
    }
}

#[test]
fn two_records_of_one_visit_become_one_and_apart_again() {
    let mut desk = Desk::default();
    let (a, b) = twins(&mut desk);
    let (before_a, before_b) = (desk.read(a).to_doc(), desk.read(b).to_doc());
    let (here, there) = (desk.read(a), desk.read(b));
    let found = pair(&here, &there).differences();
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].path.as_str(), &found[0].theirs),
        ("ngay_tiep", &json!("2026-11-24"))
    );
    let entries = pair(&here, &there).entries();
    assert_eq!(
        entries,
        [("cong_dan", vec!["c2"]), ("noi_dung", vec!["n2"])]
    );
    // Twice over: the second time the entry comes back that was taken out.
    for mark in ["m1", "m2"] {
        desk.join(a, b, &choice(&["ngay_tiep"], &["noi_dung/n2"]), mark);
        let joined = desk.read(a).to_doc();
        assert_eq!(joined["ngay_tiep"], "2026-11-24");
        assert_eq!(
            (&joined["dia_diem"], &joined["gio_bat_dau"]),
            (&json!("Trụ sở"), &json!("08:30"))
        );
        let matters = joined["noi_dung"].as_array().unwrap().iter();
        let matters: Vec<&Value> = matters.map(|matter| &matter["tom_tat"]).collect();
        assert_eq!(matters, [&json!("Đường hỏng"), &json!("Cầu yếu")]);
        assert_eq!(joined["noi_dung"][1]["theo_doi"][0]["ghi_chu"], "Đã xem");
        assert_eq!(
            joined["cong_dan"].as_array().unwrap().len(),
            1,
            "not chosen"
        );
        assert_eq!(join::went_into(&desk.read(b)), Some(a));
        assert_eq!(join::took_in(&desk.read(a)), [b]);
        assert!(desk.split(a, b));
        assert_eq!(desk.read(b).to_doc(), before_b);
        let mut after = desk.read(a).to_doc();
        let marks = after.as_object_mut().unwrap().remove("@gop");
        assert_eq!((&after, marks), (&before_a, Some(json!([]))));
        assert_eq!(join::took_in(&desk.read(a)), []);
    }
    // Both histories stay.
    assert!(desk.read(a).cells.get("ngay_tiep").unwrap().history.len() > 3);
}

#[test]
fn what_was_written_since_stays_when_they_go_apart() {
    let mut desk = Desk::default();
    let (a, b) = twins(&mut desk);
    desk.join(a, b, &choice(&["ngay_tiep"], &["noi_dung/n2"]), "m1");
    desk.put(a, "ngay_tiep", json!("2026-11-23"));
    desk.put(a, "noi_dung/n2/ket_qua", json!("Đã gia cố"));
    assert!(desk.split(a, b));
    let after = desk.read(a).to_doc();
    assert_eq!(after["ngay_tiep"], "2026-11-23");
    assert_eq!(after["noi_dung"][1]["ket_qua"], "Đã gia cố");
    assert_eq!(after.get("gio_bat_dau"), None);
    assert_eq!(desk.read(b).life(""), Life::Alive);
}

#[test]
fn two_people_who_join_the_same_way_are_taken_apart_at_once() {
    let mut desk = Desk::default();
    let (a, b) = twins(&mut desk);
    let before = desk.read(a).to_doc();
    let (left, right) = (desk.read(a), desk.read(b));
    for mark in ["m1", "m2"] {
        let join = pair(&left, &right).join(&choice(&[], &["noi_dung/n2"]), mark);
        desk.save(join);
    }
    assert_eq!(
        desk.read(a).to_doc()["noi_dung"].as_array().unwrap().len(),
        2
    );
    assert!(desk.split(a, b));
    let after = desk.read(a).to_doc();
    assert_eq!(after["noi_dung"], before["noi_dung"]);
    assert_eq!(after.get("gio_bat_dau"), None);
    assert_eq!(desk.read(b).life(""), Life::Alive);
}

#[test]
fn two_people_who_join_in_opposite_directions_lose_neither() {
    let mut desk = Desk::default();
    let (a, b) = twins(&mut desk);
    let (left, right) = (desk.read(a), desk.read(b));
    desk.save(pair(&left, &right).join(&Choice::default(), "m1"));
    desk.save(pair(&right, &left).join(&Choice::default(), "m2"));
    let lives = (desk.read(a).life(""), desk.read(b).life(""));
    assert_eq!(lives, (Life::Revived, Life::Revived));
}

#[test]
fn an_edit_that_was_not_seen_brings_a_joined_record_back_and_a_second_join_takes_it_along() {
    let mut desk = Desk::default();
    let (a, b) = twins(&mut desk);
    let (left, right) = (desk.read(a), desk.read(b));
    desk.put(b, "noi_dung/n2/ket_qua", json!("Đã gia cố"));
    let join = pair(&left, &right).join(&choice(&[], &["noi_dung/n2"]), "m1");
    desk.save(join);
    assert_eq!(desk.read(b).life(""), Life::Revived);
    assert_eq!(join::went_into(&desk.read(b)), None);
    // The entry is in both now: what one lacks comes over, what differs is asked.
    desk.put(b, "noi_dung/n2/tom_tat", json!("Cầu yếu, cấm xe tải"));
    let (left, right) = (desk.read(a), desk.read(b));
    let found = pair(&left, &right).differences();
    let paths: Vec<&str> = found.iter().map(|found| found.path.as_str()).collect();
    assert_eq!(paths, ["ngay_tiep", "noi_dung/n2/tom_tat"]);
    desk.join(a, b, &choice(&["noi_dung/n2/tom_tat"], &[]), "m2");
    let matter = &desk.read(a).to_doc()["noi_dung"][1];
    assert_eq!(
        (&matter["ket_qua"], &matter["tom_tat"]),
        (&json!("Đã gia cố"), &json!("Cầu yếu, cấm xe tải"))
    );
}

#[test]
fn a_chain_is_taken_apart_from_its_end() {
    let mut desk = Desk::default();
    let (a, b) = twins(&mut desk);
    let c = desk.add(
        3,
        &form("tiep_cong_dan"),
        &json!({"ngay_tiep": "2026-11-25", "ghi_chu": "Ba"}),
    );
    desk.join(b, c, &Choice::default(), "m1");
    desk.join(a, b, &Choice::default(), "m2");
    assert!(!desk.split(b, c), "b is itself in a");
    assert_eq!(desk.read(b).life(""), Life::Deleted);
    assert!(desk.split(a, b) && desk.split(b, c));
    for id in [a, b, c] {
        assert_eq!(desk.read(id).life(""), Life::Alive);
    }
    assert_eq!(desk.read(a).to_doc().get("ghi_chu"), None);
}

#[test]
fn a_number_that_a_machine_gives_brings_nothing_back_and_stays_with_its_record() {
    let mut desk = Desk::default();
    let (a, b) = twins(&mut desk);
    let touched = desk.read(b).touched;
    desk.give(b, "so_tt", json!(6));
    assert_eq!(desk.read(b).touched, touched, "nobody touched it");
    let deletion = draft::deletion(&desk.read(a));
    desk.give(a, "so_tt", json!(7));
    desk.save(vec![deletion]);
    assert_eq!(desk.read(a).life(""), Life::Deleted);
    desk.put(a, "ghi_chu", json!("Lời của người"));
    assert_eq!(desk.read(a).life(""), Life::Revived);
    let (left, right) = (desk.read(a), desk.read(b));
    let own = ["so_tt".to_owned()];
    let pair = Pair {
        own: &own,
        ..pair(&left, &right)
    };
    let writes = pair.join(&Choice::default(), "m1");
    assert!(!writes[0].set.contains_key("so_tt"));
    assert!(pair.differences().iter().all(|found| found.path != "so_tt"));
}

#[test]
fn open_work_goes_to_a_successor_and_facts_stay() {
    let mut desk = Desk::default();
    let (task, visit) = (form("nhiem_vu"), form("tiep_cong_dan"));
    let person = |name: &str| json!({"ho_ten": name, "chuc_vu": "Cán bộ"});
    let t = desk.add(
        1,
        &task,
        &json!({"noi_dung": "Báo cáo", "giao_cho": person("Lê  văn an"), "chu_tri": "Lê Văn An"}),
    );
    let v = desk.add(2, &visit, &json!({"ngay_tiep": "2026-11-25", "nguoi_tiep": person("Lê Văn An"), "nguoi_ghi": person("Lê Văn An")}));
    let places =
        |desk: &Desk, id, form: &Form| handover::places(&desk.read(id), form, &[], "LÊ VĂN AN");
    assert_eq!(places(&desk, t, &task), ["chu_tri", "giao_cho"]);
    assert_eq!(
        places(&desk, v, &visit),
        ["nguoi_theo_doi"],
        "who received the citizen is a fact"
    );
    assert!(handover::places(&desk.read(t), &task, &[], "").is_empty());
    let to = person("Phạm Thị Mới");
    let before = desk.read(t);
    for (id, form) in [(t, &task), (v, &visit)] {
        let places = places(&desk, id, form);
        let writes = handover::hand_over(&desk.read(id), form, &places, &to);
        desk.save(vec![writes]);
    }
    let doc = desk.read(t).to_doc();
    assert_eq!(
        (&doc["giao_cho"], &doc["chu_tri"]),
        (&to, &json!("Phạm Thị Mới"))
    );
    let doc = desk.read(v).to_doc();
    assert_eq!(
        (&doc["nguoi_tiep"]["ho_ten"], &doc["nguoi_theo_doi"]),
        (&json!("Lê Văn An"), &to)
    );
    assert!(places(&desk, t, &task).is_empty());
    // Somebody who goes on with it already is not replaced.
    assert!(places(&desk, v, &visit).is_empty());
    // Somebody else wrote into one place since: that stays.
    desk.put(t, "chu_tri", json!("Ban Xây dựng Đảng"));
    let both = ["chu_tri".to_owned(), "giao_cho".to_owned()];
    let back = handover::take_back(&desk.read(t), &before, &both, &to);
    desk.save(vec![back]);
    let doc = desk.read(t).to_doc();
    assert_eq!(doc["chu_tri"], "Ban Xây dựng Đảng");
    assert_eq!(doc["giao_cho"], before.to_doc()["giao_cho"]);
}

#[test]
fn what_is_closed_and_who_presided_is_not_handed_over() {
    let mut desk = Desk::default();
    let form = form("doi_thoai");
    let person = json!({"ho_ten": "Lê Văn An", "chuc_vu": "Bí thư"});
    let d = desk.add(1, &form, &json!({
        "chu_tri": person, "y_kien/e1/@pos": "V", "y_kien/e1/giao_cho": person, "y_kien/e1/ngay_xong": "2026-11-20",
        "y_kien/e2/@pos": "W", "y_kien/e2/giao_cho": person, "y_kien/e2/nguoi_tra_loi": person,
    }));
    let open = ["y_kien/e2/han".to_owned()];
    let places = handover::places(&desk.read(d), &form, &open, "Lê Văn An");
    assert_eq!(places, ["y_kien/e2/giao_cho"]);
}

#[test]
fn an_approval_and_a_refusal_that_did_not_see_each_other_are_a_conflict() {
    let mut desk = Desk::default();
    let id = desk.add(1, &form("hoat_dong"), &json!({"ten": "Ra quân"}));
    let seen = desk.read(id);
    for (n, step) in [(1, Step::Approved), (2, Step::SentBack)] {
        let taken = review::take(&seen, &word(step, "Sai ngày"), &format!("e{n}"));
        desk.save(vec![taken]);
    }
    assert_eq!(desk.read(id).conflicts(), ["@official"]);
}

#[test]
fn a_draft_that_is_handed_over_is_a_record_like_any_other() {
    let form = form("hoat_dong");
    let mut draft = Draft::new(rec(9), &form, &draft::Surroundings::default(), &mut || {
        "e".to_owned()
    });
    draft.put("ten", json!("Đang ghi dở"));
    let mut desk = Desk::default();
    desk.save(vec![draft.writes()]);
    let row = summarise(&desk.read(rec(9)), &catalogue());
    assert_eq!(
        (row.title.as_str(), row.is_official),
        ("Đang ghi dở", false)
    );
}

#[test]
fn a_denunciation_that_is_moved_leaves_only_what_is_counted() {
    let mut desk = Desk::default();
    let catalogue = catalogue();
    let form = catalogue.newest("tiep_cong_dan").unwrap();
    let id = desk.add(
        1,
        form,
        &json!({
            "ngay_tiep": "2026-11-22", "so_nguoi_duoc_tiep": 1, "ky_tiep": "Kỳ 1",
            "noi_dung/a/@pos": "V", "noi_dung/a/loai": "KIEN_NGHI", "noi_dung/a/tom_tat": "Cán bộ X nhận tiền của bà Ksor",
            "cong_dan/b/@pos": "V", "cong_dan/b/ho_ten": "Bà Ksor HBLang", "cong_dan/b/sdt": "0912000111",
            "nguoi_tiep": {"ho_ten": "Nguyễn Văn A"}, "ghi_chu": "Bà Ksor sợ bị trả thù",
        }),
    );
    // Edited, disputed, and beside another record in one change.
    let other = RecWrites {
        set: records::table::Table::from_iter([("ngay".to_owned(), json!("2026-11-23"))]),
        ..RecWrites::new(rec(2), "hoat_dong", "1")
    };
    let retyped = draft::single(&desk.read(id), "noi_dung/a/loai", json!("TO_CAO"));
    desk.save(vec![retyped, other]);
    let mut rival = draft::single(&desk.read(id), "ngay_tiep", json!("2026-11-21"));
    rival.over = records::table::Table::new();
    desk.save(vec![rival]);
    desk.is_auto = true;
    desk.save(vec![draft::single(&desk.read(id), "so_tt", json!(7))]);
    desk.is_auto = false;
    let record = desk.read(id);
    assert!(secret::is_denunciation(&record));
    let moving = secret::moving(&desk.notebook, &record, form, (rec(9), "TC-01")).unwrap();
    assert_eq!(moving.erase.ids.len(), 3, "the number is nobody's words");
    let case = serde_json::to_string(&moving.case).unwrap();
    for words in [
        "HBLang",
        "0912000111",
        "nhận tiền",
        "trả thù",
        "TC-01",
        "2026-11-22",
    ] {
        assert!(case.contains(words), "{words}: {case}");
    }
    desk.erase = Some(moving.erase.clone());
    desk.save(moving.stays);
    let all: String = desk
        .notebook
        .changes()
        .map(|(_, known)| &*known.raw)
        .collect();
    for words in ["Ksor", "HBLang", "0912000111", "nhận tiền", "trả thù"] {
        assert!(!all.contains(words), "{words}: {all}");
    }
    let record = desk.read(id);
    assert_eq!(
        record.to_doc(),
        json!({
            "ngay_tiep": "2026-11-21", "so_nguoi_duoc_tiep": 1, "ky_tiep": "Kỳ 1", "so_tt": 7, "cong_dan": [],
            "noi_dung": [{"@id": "a", "loai": "TO_CAO", "ma_ho_so": "TC-01"}],
            "nguoi_tiep": {"ho_ten": "Nguyễn Văn A"},
        })
    );
    assert!(record.conflicts().is_empty());
    assert_eq!(record.life("cong_dan/b"), Life::Deleted);
    assert_eq!(
        desk.read(rec(2)).get("ngay"),
        Some(&json!("2026-11-23")),
        "the other record says what it said"
    );
    assert!(secret::moving(&desk.notebook, &record, form, (rec(8), "TC-02")).is_some());
}

#[test]
fn a_case_offers_the_units_people_and_refuses_who_is_denounced() {
    let person = secret::Colleague {
        id: "019ab3c0-0000-7000-8000-000000000001".parse().unwrap(),
        name: "Trần \"B\"".to_owned(),
        roles: vec![records::account::Role::Leader],
    };
    let catalogue = secret::catalogue(&[person]).unwrap();
    let form = catalogue.newest(secret::FORM).unwrap();
    let field = form.field_at("nguoi_xu_ly").unwrap();
    assert_eq!(field.options.len(), 2);
    let chosen = |denounced: &[&str]| {
        let doc = json!({"ma_ho_so": "TC-01", "ngay_nhan": "2026-11-22",
            "nguoi_xu_ly": ["019ab3c0-0000-7000-8000-000000000001"], "can_bo_bi_to_cao": denounced});
        records::validate::problems(form, &doc)
    };
    assert!(chosen(&[]).is_empty(), "{:?}", chosen(&[]));
    assert!(chosen(&["LANH_DAO"]).is_empty());
    let problems = chosen(&["019ab3c0-0000-7000-8000-000000000001"]);
    assert_eq!(problems.len(), 1);
    assert!(problems[0].say.contains("Trần \"B\""), "{problems:?}");
    let none = json!({"ma_ho_so": "TC-01", "ngay_nhan": "2026-11-22"});
    assert!(!records::validate::problems(form, &none).is_empty());
}

/// A reception in which two people came, one with a paper.
fn reception(desk: &mut Desk, form: &Form) -> RecordId {
    desk.add(
        1,
        form,
        &json!({
            "ngay_tiep": "2026-11-22", "so_nguoi_duoc_tiep": 2,
            "noi_dung/a/@pos": "V", "noi_dung/a/loai": "KIEN_NGHI", "noi_dung/a/tom_tat": "Đường hỏng",
            "cong_dan/b/@pos": "V", "cong_dan/b/ho_ten": "Hoàng Thị Hòa", "cong_dan/b/giay_to": {"loai": "CCCD", "so": "012 345 678 901"},
            "cong_dan/c/@pos": "W", "cong_dan/c/ho_ten": "Lò Văn Cán",
        }),
    )
}

#[test]
fn a_person_is_found_by_name_and_by_number_also_where_it_was_written_over() {
    let mut desk = Desk::default();
    let form = &form("tiep_cong_dan");
    let id = reception(&mut desk, form);
    desk.put(id, "ghi_chu", json!("Bà Hoà hẹn lại"));
    desk.put(id, "ghi_chu", json!("Đã xong"));
    let find = |typed: &str| {
        let places = rights::find(&desk.read(id), form, &Wanted::new(typed).unwrap());
        let paths = places.into_iter().map(|place| place.path);
        paths.collect::<Vec<_>>()
    };
    assert_eq!(find("hoang thi hoa"), ["cong_dan/b/ho_ten"]);
    assert_eq!(find("hòa"), ["cong_dan/b/ho_ten", "ghi_chu"]);
    assert_eq!(find("345678901"), ["cong_dan/b/giay_to"]);
    assert_eq!(find("345.678 901"), ["cong_dan/b/giay_to"]);
    assert_eq!(find("999999999"), [""; 0]);
    for short in ["", "ab", "12345", "  1 2 "] {
        assert_eq!(Wanted::new(short), None, "{short}");
    }
}

#[test]
fn what_is_erased_for_a_person_is_theirs_alone_and_what_is_counted_stays() {
    let mut desk = Desk::default();
    let form = &form("tiep_cong_dan");
    let id = reception(&mut desk, form);
    desk.put(id, "cong_dan/b/ho_ten", json!("Hoàng Thị Hoà"));
    let wanted = Wanted::new("hoang thi hoa").unwrap();
    let record = desk.read(id);
    let places = rights::find(&record, form, &wanted);
    let lines = rights::copy(&record, form, &places);
    assert!(
        lines
            .iter()
            .any(|(label, said)| label == "Giấy tờ tùy thân" && said.contains("901"))
    );
    assert!(
        !lines.iter().any(|(_, said)| said.contains("Cán")),
        "{lines:?}"
    );
    let plan = rights::erasing(&desk.notebook, &record, form, &places).unwrap();
    desk.erase = Some(Erase {
        ids: plan.ids,
        law: "Điều 14".to_owned(),
        reason: "Theo yêu cầu".to_owned(),
    });
    desk.save(plan.stays);
    let all: String = desk
        .notebook
        .changes()
        .map(|(_, known)| &*known.raw)
        .collect();
    for words in ["Hoàng", "Hoà", "Hòa", "678 901"] {
        assert!(!all.contains(words), "{words}: {all}");
    }
    let record = desk.read(id);
    assert_eq!(
        record.to_doc(),
        json!({
            "ngay_tiep": "2026-11-22", "so_nguoi_duoc_tiep": 2,
            "noi_dung": [{"@id": "a", "loai": "KIEN_NGHI", "tom_tat": "Đường hỏng"}],
            "cong_dan": [{"@id": "c", "ho_ten": "Lò Văn Cán"}],
        })
    );
    assert!(rights::find(&record, form, &wanted).is_empty());
    // Kept long enough, only what is counted is left.
    assert!(!rights::is_bare(&record, form));
    let plan = rights::expiring(&desk.notebook, &record, form).unwrap();
    desk.erase = Some(Erase {
        ids: plan.ids,
        law: "Điều 14".to_owned(),
        reason: "Hết hạn lưu".to_owned(),
    });
    desk.save(plan.stays);
    let record = desk.read(id);
    assert!(rights::is_bare(&record, form), "{}", record.to_doc());
    assert_eq!(
        record.to_doc()["noi_dung"],
        json!([{"@id": "a", "loai": "KIEN_NGHI"}])
    );
}

#[test]
fn a_restriction_says_since_when_and_is_lifted_and_a_time_has_an_end() {
    let mut desk = Desk::default();
    let form = &form("tiep_cong_dan");
    let id = reception(&mut desk, form);
    assert_eq!(rights::restriction(&desk.read(id)), None);
    desk.save(vec![rights::restrict(
        &desk.read(id),
        Some(("2026-11-25", "Đang khiếu nại")),
    )]);
    assert_eq!(
        rights::restriction(&desk.read(id)),
        Some(("2026-11-25".to_owned(), "Đang khiếu nại".to_owned()))
    );
    desk.save(vec![rights::restrict(&desk.read(id), None)]);
    assert_eq!(rights::restriction(&desk.read(id)), None);
    let kept = |years| rights::Retention {
        form: "tiep_cong_dan".to_owned(),
        years,
        source: "x".to_owned(),
    };
    assert_eq!(kept(Some(10)).limit("2026-11-25").unwrap(), "2016-11-25");
    assert_eq!(kept(Some(1)).limit("2028-02-29").unwrap(), "2027-02-28");
    assert_eq!(kept(None).limit("2026-11-25"), None);
    // What is built in can be read, and says no number of years that no law was seen to say.
    let duties = records::catalogue::builtin_duties().unwrap();
    assert!(duties.retention.iter().all(|kept| kept.years.is_none()));
    assert!(duties.notice.paragraphs.len() > 3);
}
