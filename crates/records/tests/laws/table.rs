//! The examples that `docs/MERGE.md` gives, one by one.

use records::{
    draft::deletion,
    fold::{Cell, Life},
    notebook::{Inserted, Notebook},
};
use serde_json::{Value, json};

use super::universe::{change, erasure, id, notebook, rec, write};
use records::{change::RecWrites, stamp::Stamp};

fn cell(book: &Notebook) -> Cell {
    book.fold(rec(0)).unwrap().cells["a"].clone()
}

/// Shown, number of heads, kept in history, asked, waiting.
fn told(book: &Notebook) -> (Value, usize, usize, bool, bool) {
    let cell = cell(book);
    let shown = cell.value().clone();
    (
        shown,
        cell.heads.len(),
        cell.history.len(),
        cell.has_conflict(),
        cell.is_waiting,
    )
}

#[test]
fn b_over_a_shows_b_and_keeps_a() {
    let book = notebook(&[
        write(1, "a", json!("A"), &[]),
        write(2, "a", json!("B"), &[1]),
    ]);
    assert_eq!(told(&book), (json!("B"), 1, 2, false, false));
}

#[test]
fn a_and_b_apart_show_the_later_and_ask() {
    let book = notebook(&[
        write(2, "a", json!("B"), &[]),
        write(1, "a", json!("A"), &[]),
    ]);
    assert_eq!(told(&book), (json!("B"), 2, 2, true, false));
}

#[test]
fn a_and_b_equal_ask_nothing_and_the_next_write_names_both() {
    let book = notebook(&[
        write(1, "a", json!("A"), &[]),
        write(2, "a", json!("A"), &[]),
    ]);
    assert_eq!(told(&book), (json!("A"), 2, 2, false, false));
    assert_eq!(cell(&book).seen().len(), 2);
}

#[test]
fn c_over_a_and_b_shows_c_and_keeps_both() {
    let both = [
        write(1, "a", json!("A"), &[]),
        write(2, "a", json!("B"), &[]),
    ];
    let mut book = notebook(&both);
    book.insert(&write(3, "a", json!("C"), &[1, 2]).to_json())
        .unwrap();
    assert_eq!(told(&book), (json!("C"), 1, 3, false, false));
}

#[test]
fn c_over_b_waits_until_b_comes_and_b_over_a_then_asks_nothing() {
    let mut book = notebook(&[
        write(1, "a", json!("A"), &[]),
        write(3, "a", json!("C"), &[2]),
    ]);
    assert_eq!(told(&book), (json!("C"), 2, 2, false, true));
    let mut apart = book.clone();
    book.insert(&write(2, "a", json!("B"), &[1]).to_json())
        .unwrap();
    assert_eq!(told(&book), (json!("C"), 1, 3, false, false));
    apart
        .insert(&write(2, "a", json!("B"), &[]).to_json())
        .unwrap();
    assert_eq!(told(&apart), (json!("C"), 2, 3, true, false));
}

#[test]
fn two_people_in_two_fields_or_two_options_disturb_nobody() {
    let book = notebook(&[
        write(1, "f#A", json!(true), &[]),
        write(2, "f#B", json!(true), &[]),
    ]);
    let record = book.fold(rec(0)).unwrap();
    assert_eq!(record.to_doc(), json!({"f":["A","B"]}));
    assert!(record.conflicts().is_empty());
}

#[test]
fn a_cycle_shows_the_later_and_keeps_the_earlier() {
    let book = notebook(&[
        write(1, "a", json!("A"), &[2]),
        write(2, "a", json!("B"), &[1]),
    ]);
    assert_eq!(told(&book), (json!("B"), 1, 2, false, false));
    let to_itself = notebook(&[write(1, "a", json!("A"), &[1])]);
    assert_eq!(told(&to_itself), (json!("A"), 1, 1, false, false));
}

#[test]
fn entries_stand_by_place_and_then_by_id_and_concurrent_ones_all_stay() {
    let book = notebook(&[
        write(1, "g/e2/@pos", json!("V"), &[]),
        write(2, "g/e1/@pos", json!("V"), &[]),
        write(3, "g/e0/@pos", json!("W"), &[]),
        write(4, "g/e9/x", json!("không có chỗ"), &[]),
    ]);
    assert_eq!(
        book.fold(rec(0)).unwrap().entries("g"),
        ["e9", "e1", "e2", "e0"]
    );
}

#[test]
fn an_entry_that_was_deleted_and_edited_elsewhere_is_back_in_the_form_too() {
    let mut book = notebook(&[write(1, "g/e1/x", json!("một"), &[])]);
    let record = book.fold(rec(0)).unwrap();
    let form = super::form();
    let mut draft = records::draft::Draft::edit(&record, &form, 0);
    draft.remove_entry("g", "e1");
    let at = Stamp {
        ms: 9,
        counter: 0,
        dev: 0,
    };
    book.insert(&change(2, 0, at, vec![draft.writes()]).to_json())
        .unwrap();
    assert_eq!(book.fold(rec(0)).unwrap().life("g/e1"), Life::Deleted);
    book.insert(&write(3, "g/e1/x", json!("hai"), &[1]).to_json())
        .unwrap();
    let record = book.fold(rec(0)).unwrap();
    assert_eq!(record.life("g/e1"), Life::Revived);
    assert_eq!(record.entries("g"), ["e1"]);
    let draft = records::draft::Draft::edit(&record, &form, 0);
    assert_eq!(draft.entries("g"), ["e1"]);
    assert_eq!(draft.to_doc(&form)["g"], json!([{"@id":"e1","x":"hai"}]));
    assert!(!draft.is_dirty());
}

#[test]
fn a_deletion_covers_only_what_its_author_saw() {
    let first = write(1, "a", json!("A"), &[]);
    let seen = notebook([&first]).fold(rec(0)).unwrap();
    let at = Stamp {
        ms: 9,
        counter: 0,
        dev: 0,
    };
    let delete = change(2, 0, at, vec![deletion(&seen)]);
    let mut book = notebook(&[delete, first]);
    assert_eq!(book.fold(rec(0)).unwrap().life(""), Life::Deleted);
    // A field that the deleter never saw brings the record back, also when it is written earlier by stamp.
    book.insert(&write(0, "b", json!("B"), &[]).to_json())
        .unwrap();
    assert_eq!(book.fold(rec(0)).unwrap().life(""), Life::Revived);
}

#[test]
fn whoever_deleted_the_record_has_not_deleted_its_entry() {
    let at = Stamp {
        ms: 9,
        counter: 0,
        dev: 0,
    };
    let both = [
        write(1, "g/e1/x", json!("một"), &[]),
        write(2, "g/e1/x", json!("hai"), &[]),
    ];
    let seen = |n: usize| notebook([&both[n]]).fold(rec(0)).unwrap();
    let mut draft = records::draft::Draft::edit(&seen(0), &super::form(), 0);
    draft.remove_entry("g", "e1");
    let entry = change(3, 0, at, vec![draft.writes()]);
    let record = change(4, 1, at, vec![deletion(&seen(1))]);
    let undo = write(5, "@del", Value::Null, &[4]);
    // Nobody who deleted the entry had seen the second value of it.
    let book = notebook(both.iter().chain([&entry, &record, &undo]));
    let record = book.fold(rec(0)).unwrap();
    assert_eq!(
        (record.life(""), record.life("g/e1")),
        (Life::Alive, Life::Revived)
    );
}

#[test]
fn of_two_erasures_a_stub_names_the_same_one_in_every_order() {
    let secret = write(1, "a", json!("BÍ MẬT"), &[]);
    let changes = [
        secret.stubbed(id(3)),
        erasure(2, vec![id(1)]),
        erasure(3, vec![id(1)]),
        secret,
    ];
    let least = id(2).min(id(3));
    for order in [
        [0, 1, 2, 3],
        [1, 0, 2, 3],
        [1, 2, 3, 0],
        [3, 2, 0, 1],
        [2, 1, 0, 3],
    ] {
        let book = notebook(order.map(|n| &changes[n]));
        assert_eq!(
            &*book.get(&id(1)).unwrap().raw,
            changes[3].stubbed(least).to_json()
        );
    }
}

#[test]
fn the_first_bytes_under_an_id_stay() {
    let mut book = notebook(&[write(1, "a", json!("A"), &[])]);
    let twin = write(1, "a", json!("B"), &[]).to_json();
    assert_eq!(book.insert(&twin), Ok((id(1), Inserted::Twin)));
    assert_eq!(told(&book).0, json!("A"));
}

#[test]
fn what_an_erased_erasure_removed_stays_removed_in_every_order() {
    let secret = write(1, "a", json!("BÍ MẬT"), &[]);
    let changes = [secret, erasure(2, vec![id(1)]), erasure(3, vec![id(2)])];
    for order in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ] {
        let book = notebook(order.map(|n| &changes[n]));
        assert!(
            book.changes()
                .all(|(_, known)| !known.raw.contains("BÍ MẬT")),
            "{order:?}"
        );
        assert!(cell(&book).heads[0].is_erased);
    }
}

#[test]
fn a_stub_from_elsewhere_beats_the_body_without_the_erasure_being_here() {
    let secret = write(1, "a", json!("BÍ MẬT"), &[]);
    let stub = secret.stubbed(id(2));
    for order in [[&secret, &stub], [&stub, &secret]] {
        let book = notebook(order);
        assert_eq!(&*book.get(&id(1)).unwrap().raw, stub.to_json());
    }
}

#[test]
fn unknown_forms_fields_and_keys_pass_through_untouched() {
    let raw = r#"{"id":"019ab3c0-7e10-7a52-8f00-0d5c1f3a9b01","dev":"019ab3b0-0000-7000-8000-00000000000a",
        "n":1, "stamp":"1763800000000-0000-0000000a","part":"thuong","mai_sau":{"x":1.50},
        "recs":[{"rec":"00000000-0000-8000-8000-000000000000","form":"chua_co","ver":"9","set":{"moi/e/z":12.10}}]}"#;
    let mut book = Notebook::default();
    let (id, _) = book.insert(raw).unwrap();
    assert_eq!(&*book.get(&id).unwrap().raw, raw);
    assert_eq!(
        book.fold(rec(0)).unwrap().to_doc(),
        json!({"moi":[{"@id":"e","z":12.1}]})
    );
}

#[test]
fn a_record_nobody_wrote_to_has_no_fold() {
    assert_eq!(Notebook::default().fold(rec(0)), None);
    let empty = change(
        1,
        0,
        Stamp::default(),
        vec![RecWrites::new(rec(0), "k", "1")],
    );
    assert!(notebook([&empty]).fold(rec(0)).unwrap().cells.is_empty());
}
