//! The merge law (`docs/MERGE.md`) as properties. `universe` makes the histories, `classes` proves that they
//! are worth anything, `table` holds the law's own examples.

mod classes;
mod table;
mod universe;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use records::{
    change::Change,
    draft::{self, Draft, Surroundings},
    fold::Life,
    id::ChangeId,
    json::Read,
    notebook::Notebook,
    path,
    stamp::Stamp,
};
use serde_json::Value;
use universe::{
    ENTRIES, FIELDS, acceptance, erasure, folds, form, honest, hostile, id, is_deleted, keys,
    notebook, rec, shuffled, unnamed, value, writes_of,
};

/// What of a set of changes may not depend on how it came together.
fn essence(notebook: &Notebook) -> Vec<(ChangeId, String, Option<Stamp>)> {
    notebook
        .changes()
        .map(|(id, known)| (*id, known.raw.to_string(), known.eff()))
        .collect()
}

fn unite(into: &Notebook, other: &Notebook) -> Notebook {
    let mut united = into.clone();
    for (id, known) in other.changes() {
        united.insert(&known.raw).unwrap();
        if let Some(acc) = &known.acc {
            united.accept(*id, acc.clone());
        }
    }
    united
}

fn part(changes: &[Change], mask: u64, effs: &[u64]) -> Notebook {
    let inside = changes
        .iter()
        .enumerate()
        .filter(|(n, _)| mask >> n & 1 == 1);
    let mut part = notebook(inside.clone().map(|(_, change)| change));
    for (n, change) in inside {
        if let Some(ms) = effs.get(n) {
            part.accept(
                change.id,
                acceptance(
                    n as u64 + 1,
                    Stamp {
                        ms: *ms,
                        ..change.stamp
                    },
                ),
            );
        }
    }
    part
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_fold_does_not_depend_on_the_order_of_arrival(history in honest(), keys in keys()) {
        let (one, other) = (notebook(&history.changes), notebook(shuffled(&history.changes, &keys)));
        prop_assert_eq!(essence(&one), essence(&other));
        prop_assert_eq!(folds(&one), folds(&other));
    }

    #[test]
    fn forged_changes_fold_the_same_in_every_order_and_twice(changes in hostile(), keys in keys()) {
        let one = notebook(&changes);
        let mut other = notebook(shuffled(&changes, &keys));
        prop_assert_eq!(essence(&one), essence(&other));
        prop_assert_eq!(folds(&one), folds(&other));
        for change in &changes {
            other.insert(&change.to_json()).unwrap();
        }
        prop_assert_eq!(essence(&one), essence(&other));
    }

    #[test]
    fn union_is_commutative_associative_and_idempotent(
        changes in hostile(),
        masks in [any::<u64>(), any::<u64>(), any::<u64>()],
        effs in proptest::collection::vec(0..4_u64, 0..8),
    ) {
        let [a, b, c] = masks.map(|mask| part(&changes, mask, &effs));
        prop_assert_eq!(essence(&unite(&a, &b)), essence(&unite(&b, &a)));
        prop_assert_eq!(folds(&unite(&a, &b)), folds(&unite(&b, &a)));
        prop_assert_eq!(essence(&unite(&unite(&a, &b), &c)), essence(&unite(&a, &unite(&b, &c))));
        prop_assert_eq!(essence(&unite(&a, &a)), essence(&a));
        prop_assert_eq!(essence(&unite(&unite(&a, &b), &b)), essence(&unite(&a, &b)));
    }

    #[test]
    fn heads_are_exactly_the_values_nobody_replaced(history in honest()) {
        let book = notebook(&history.changes);
        for (rec, record) in folds(&book) {
            let writes = writes_of(&history.changes, rec);
            prop_assert!(writes.keys().copied().eq(record.cells.keys().map(String::as_str)));
            for (path, writes) in writes {
                let cell = &record.cells[path];
                let heads: BTreeSet<ChangeId> = cell.seen().into_iter().collect();
                prop_assert_eq!(&heads, &unnamed(&writes));
                prop_assert_eq!(heads.len(), cell.heads.len());
                for (id, value, _) in writes {
                    let kept = cell.history.iter().find(|head| head.change == id);
                    prop_assert_eq!(kept.map(|head| &head.value), value);
                }
                prop_assert!(!cell.is_waiting, "all of the history is here");
            }
        }
    }

    #[test]
    fn forgers_can_hide_nothing_and_break_nothing(changes in hostile()) {
        let book = notebook(&changes);
        let here: Vec<Change> =
            book.changes().map(|(_, known)| Change::read(&known.raw).unwrap()).collect();
        for (rec, record) in folds(&book) {
            for (path, writes) in writes_of(&here, rec) {
                let cell = &record.cells[path];
                let heads: BTreeSet<ChangeId> = cell.seen().into_iter().collect();
                prop_assert!(!heads.is_empty());
                prop_assert!(unnamed(&writes).is_subset(&heads));
                let kept: BTreeSet<ChangeId> = cell.history.iter().map(|head| head.change).collect();
                prop_assert!(writes.iter().all(|(id, ..)| kept.contains(id)));
                // Whatever is not a head is below one: somebody says to have seen it.
                let mut reached = heads;
                for _ in 0..writes.len() {
                    let next = writes.iter().filter(|(id, ..)| reached.contains(id));
                    let below: Vec<ChangeId> = next.flat_map(|(.., over)| over).copied().collect();
                    reached.extend(below);
                }
                prop_assert!(writes.iter().all(|(id, ..)| reached.contains(id)));
            }
            let _doc = record.to_doc();
            let _lives = ["", "g/e1", "g/e2"].map(|prefix| record.life(prefix));
            let _writes = draft::deletion(&record);
        }
    }

    #[test]
    fn equal_values_collapse_and_others_are_asked_about(history in honest()) {
        for (_, record) in folds(&notebook(&history.changes)) {
            for (path, cell) in &record.cells {
                let distinct: BTreeSet<String> =
                    cell.heads.iter().map(|head| head.value.to_string()).collect();
                let choices = cell.choices();
                prop_assert_eq!(choices.len(), distinct.len());
                prop_assert_eq!(&choices[0].value, cell.value());
                prop_assert_eq!(cell.has_conflict(), distinct.len() > 1);
                let is_asked = record.conflicts().contains(&path.as_str());
                let is_deletion = path.ends_with(path::DELETED);
                prop_assert_eq!(is_asked, distinct.len() > 1 && !is_deletion && record.is_shown(path));
            }
        }
    }

    #[test]
    fn a_missing_change_makes_its_field_wait_and_is_no_conflict(history in honest(), out in any::<usize>()) {
        prop_assume!(!history.changes.is_empty());
        let mut rest = history.changes.clone();
        let missing = rest.remove(out % rest.len());
        let mut book = notebook(&rest);
        for (rec, record) in folds(&book) {
            for (path, writes) in writes_of(&rest, rec) {
                let cell = &record.cells[path];
                let waits = writes.iter().any(|(.., over)| over.contains(&missing.id));
                prop_assert_eq!(cell.is_waiting, waits);
                prop_assert!(!(waits && cell.has_conflict()));
                let newest = cell.heads.iter().max_by_key(|head| (head.stamp, head.change)).unwrap();
                prop_assert_eq!(cell.value(), &newest.value);
            }
        }
        book.insert(&missing.to_json()).unwrap();
        prop_assert_eq!(folds(&book), folds(&notebook(&history.changes)));
    }

    #[test]
    fn deleted_is_what_its_deleter_saw_completely(history in honest()) {
        for (rec, record) in folds(&notebook(&history.changes)) {
            for prefix in ["", "g/e1", "g/e2"] {
                let life = record.life(prefix);
                let expected = is_deleted(&history.changes, rec, prefix);
                prop_assert_eq!(life == Life::Deleted, expected, "{} {:?}", prefix, life);
            }
            let shown: Vec<&str> = record.entries("g");
            for entry in ENTRIES {
                let prefix = format!("g/{entry}");
                let is_there = record.below(&prefix).next().is_some();
                let expected = is_there && record.life(&prefix) != Life::Deleted;
                prop_assert_eq!(shown.contains(&entry), expected);
            }
        }
    }

    #[test]
    fn deleting_what_is_shown_deletes_it_and_an_unseen_edit_brings_it_back(history in honest(), at in 0..FIELDS.len()) {
        let mut history = history;
        let Some(record) = history.record(0, 0) else { return Ok(()) };
        let unseen = draft::single(&record, FIELDS[at], Value::from("chưa thấy"));
        let deletion = draft::deletion(&record);
        for (path, cell) in &record.cells {
            let named: BTreeSet<ChangeId> = deletion.over(path).iter().copied().collect();
            prop_assert_eq!(named, cell.seen().into_iter().collect());
        }
        history.save(0, 3, deletion);
        let deleted = history.record(0, 0).unwrap();
        prop_assert_eq!(deleted.life(""), Life::Deleted);
        let mut undone = history.clone();
        undone.save(0, 3, draft::single(&deleted, path::DELETED, Value::Null));
        prop_assert_eq!(undone.record(0, 0).unwrap().life(""), Life::Alive);
        history.save(0, 3, unseen);
        prop_assert_eq!(history.record(0, 0).unwrap().life(""), Life::Revived);
    }

    #[test]
    fn of_two_acceptances_the_one_heard_last_counts(effs in [0..4_u64, 0..4], own in 0..4_u64) {
        let change = Change { stamp: Stamp { ms: own, ..Stamp::default() }, ..universe::write(1, "a", value(1), &[]) };
        let eff = |ms| Stamp { ms, ..change.stamp };
        let mut book = notebook([&change]);
        prop_assert_eq!(book.get(&change.id).unwrap().eff(), None);
        for (seq, ms) in (1..).zip(effs) {
            book.accept(change.id, acceptance(seq, eff(ms)));
        }
        prop_assert_eq!(book.get(&change.id).unwrap().eff(), effs.last().map(|ms| eff(*ms)));
    }

    #[test]
    fn acceptances_decide_what_is_shown_first_and_nothing_else(history in honest(), effs in proptest::collection::vec(0..5_u64, 32)) {
        let plain = notebook(&history.changes);
        let dated = part(&history.changes, u64::MAX, &effs);
        let order = |id: &ChangeId| (dated.get(id).unwrap().eff(), *id);
        for (rec, before) in folds(&plain) {
            let after = dated.fold(rec).unwrap();
            for (path, cell) in &after.cells {
                let was = &before.cells[path];
                prop_assert_eq!(cell.is_waiting, was.is_waiting);
                prop_assert_eq!(cell.has_conflict(), was.has_conflict());
                let heads = cell.seen();
                let set = |ids: Vec<ChangeId>| ids.into_iter().collect::<BTreeSet<_>>();
                prop_assert_eq!(set(cell.seen()), set(was.seen()));
                prop_assert!(heads.windows(2).all(|pair| order(&pair[0]) > order(&pair[1])));
            }
            for prefix in ["", "g/e1", "g/e2"] {
                prop_assert_eq!(before.life(prefix), after.life(prefix));
            }
        }
    }

    #[test]
    fn an_erased_text_is_gone_in_every_order_and_its_place_in_history_stays(
        history in honest(), erased in any::<u64>(), keys in keys(), again in any::<u16>(),
    ) {
        // Every value gets a text of its own; what was seen stays as it was.
        let mut changes = history.changes;
        for (n, change) in changes.iter_mut().enumerate() {
            for recs in &mut change.recs {
                let texts = recs.set.keys().filter(|path| !path.ends_with(path::DELETED));
                let texts: Vec<String> = texts.cloned().collect();
                for path in texts {
                    recs.set.insert(path, Value::from(format!("BÍ-MẬT-{n}-")));
                }
            }
        }
        let before = folds(&notebook(&changes));
        let gone: Vec<usize> = (0..changes.len()).filter(|n| erased >> n & 1 == 1).collect();
        let half = gone.len() / 2;
        let mut all = changes.clone();
        // Two erasures that overlap.
        all.push(erasure(40, gone[half.saturating_sub(1)..].iter().map(|n| id(*n)).collect()));
        all.push(erasure(41, gone[..half].iter().map(|n| id(*n)).collect()));
        let mut book = notebook(shuffled(&all, &keys));
        let late = usize::from(again) % all.len();
        book.insert(&all[late].to_json()).unwrap(); // An old phone, an import, a backup.
        let raws: String = book.changes().map(|(_, known)| &*known.raw).collect();
        for (n, change) in changes.iter().enumerate() {
            let is_gone = gone.contains(&n);
            prop_assert_eq!(raws.contains(&format!("TÊN-{n}-")), !is_gone);
            let had = change.to_json().contains("BÍ-MẬT");
            prop_assert_eq!(raws.contains(&format!("BÍ-MẬT-{n}-")), had && !is_gone);
        }
        for (rec, was) in before {
            let is = book.fold(rec).unwrap();
            prop_assert!(is.cells.keys().eq(was.cells.keys()));
            for (path, cell) in &is.cells {
                prop_assert_eq!(cell.seen(), was.cells[path].seen());
                prop_assert_eq!(cell.is_waiting, was.cells[path].is_waiting);
                for head in &cell.history {
                    prop_assert_eq!(head.is_erased, gone.iter().any(|n| id(*n) == head.change));
                }
            }
        }
        let in_order = notebook(&all);
        prop_assert_eq!(essence(&book), essence(&in_order));
    }

    #[test]
    fn what_was_put_is_what_is_shown(
        history in honest(),
        puts in proptest::collection::vec((0..FIELDS.len(), 0..4_usize), 0..4),
        removed in 0..4_usize,
        adds in 0..2_usize,
    ) {
        let mut history = history;
        let Some(before) = history.record(0, 0) else { return Ok(()) };
        let form = form();
        let mut draft = Draft::edit(&before, &form, 5);
        prop_assert_eq!(draft.entries("g"), before.entries("g"), "the form shows what the list shows");
        for (at, n) in puts {
            let value = if n == 3 { Value::from("") } else { value(n) };
            draft.put(FIELDS[at], value.clone());
            let nothing = |v: &Value| v.is_null() || v.as_str() == Some("");
            let shown = draft.value(FIELDS[at]);
            prop_assert!(*shown == value || nothing(shown) && nothing(&value));
        }
        if removed < 2 {
            draft.remove_entry("g", ENTRIES[removed]);
        }
        let group = form.fields().find(|field| field.key == "g").unwrap();
        for n in 0..adds {
            draft.add_entry(group, "g", &Surroundings::default(), &mut || format!("new{n}"));
        }
        let entries = draft.entries("g");
        history.save(0, 1, draft.writes());
        let after = history.record(0, 0).unwrap();
        prop_assert_eq!(draft.is_dirty(), after != before);
        for (path, put) in &draft.set {
            let cell = &after.cells[path];
            let put = if put.as_str() == Some("") { &Value::Null } else { put };
            prop_assert_eq!(cell.value(), put);
            prop_assert_eq!((cell.heads.len(), cell.has_conflict()), (1, false), "{}", path);
        }
        let untouched: BTreeMap<_, _> =
            before.cells.iter().filter(|(path, _)| !draft.set.contains_key(*path)).collect();
        for (path, cell) in untouched {
            prop_assert_eq!(&after.cells[path], cell);
        }
        if !draft.set.keys().any(|path| FIELDS.contains(&path.as_str())) {
            prop_assert_eq!(after.entries("g"), entries);
        }
    }

    #[test]
    fn one_written_value_is_over_everything_shown_there(history in honest(), at in 0..FIELDS.len()) {
        let mut history = history;
        let Some(before) = history.record(1, 0) else { return Ok(()) };
        let writes = draft::single(&before, FIELDS[at], Value::from("chọn"));
        prop_assert_eq!(writes.rec, rec(0));
        let seen = before.cells.get(FIELDS[at]).map(records::fold::Cell::seen).unwrap_or_default();
        prop_assert_eq!(writes.over(FIELDS[at]), &seen[..]);
        prop_assert_eq!((writes.set.len(), writes.over.len() <= 1), (1, true));
        history.save(1, 1, writes);
        let cell = &history.record(1, 0).unwrap().cells[FIELDS[at]];
        prop_assert_eq!(cell.value(), &Value::from("chọn"));
        prop_assert_eq!(cell.heads.len(), 1);
    }
}
