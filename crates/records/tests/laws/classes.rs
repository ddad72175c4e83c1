//! A generator that never makes a conflict proves nothing about conflicts: each class is counted here, over
//! cases that are the same in every run.

use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use records::{
    change::Change,
    fold::{Life, Record},
};

use super::universe::{folds, honest, hostile, notebook, unnamed, writes_of};

const CASES: usize = 200;

fn cases<S: Strategy>(strategy: &S) -> Vec<S::Value> {
    let mut runner = TestRunner::deterministic();
    (0..CASES)
        .map(|_| strategy.new_tree(&mut runner).unwrap().current())
        .collect()
}

/// In how many cases some record is of a class.
fn count(histories: &[Vec<Change>], is_of_class: impl Fn(&Record) -> bool) -> usize {
    let has = |changes: &&Vec<Change>| folds(&notebook(*changes)).values().any(&is_of_class);
    histories.iter().filter(has).count()
}

#[test]
fn honest_histories_have_conflicts_collapses_deletions_revivals_and_resolutions() {
    let histories: Vec<Vec<Change>> = cases(&honest())
        .into_iter()
        .map(|history| history.changes)
        .collect();
    let cell = |class: fn(&records::fold::Cell) -> bool| {
        count(&histories, |record| record.cells.values().any(class))
    };
    let conflict = count(&histories, |record| !record.conflicts().is_empty());
    let three = cell(|cell| cell.choices().len() == 3);
    let collapse = cell(|cell| cell.choices().len() < cell.heads.len());
    let dominated = cell(|cell| cell.heads.len() < cell.history.len());
    let life =
        |prefix: &'static str, life| count(&histories, move |record| record.life(prefix) == life);
    let lives = [
        life("", Life::Deleted),
        life("", Life::Revived),
        life("g/e1", Life::Deleted),
        life("g/e1", Life::Revived),
    ];
    let resolved = histories.iter().filter(|changes| {
        let mut recs = changes.iter().flat_map(|change| &change.recs);
        recs.any(|writes| writes.set.keys().any(|path| writes.over(path).len() > 1))
    });
    let counts = [
        conflict,
        three,
        collapse,
        dominated,
        resolved.count(),
        lives[0],
        lives[1],
        lives[2],
        lives[3],
    ];
    assert!(
        counts.iter().all(|count| *count >= 3),
        "{counts:?} of {CASES}"
    );
    assert!(
        conflict >= CASES / 10 && dominated >= CASES / 2,
        "{counts:?} of {CASES}"
    );
}

#[test]
fn honest_devices_hold_fields_that_wait() {
    let waiting = cases(&honest()).into_iter().filter(|history| {
        history.devices.iter().any(|device| {
            folds(device)
                .values()
                .any(|record| record.cells.values().any(|cell| cell.is_waiting))
        })
    });
    let count = waiting.count();
    assert!(count >= 3, "{count} of {CASES}");
}

#[test]
fn forgers_make_cycles_missing_headers_and_erase_each_other() {
    let forged = cases(&hostile());
    let cycles = forged.iter().filter(|changes| {
        (0..2).any(|rec| {
            let writes = writes_of(changes, super::universe::rec(rec));
            writes.values().any(|writes| unnamed(writes).is_empty())
        })
    });
    let cycles = cycles.count();
    let waiting = count(&forged, |record| {
        record.cells.values().any(|cell| cell.is_waiting)
    });
    let erased = count(&forged, |record| {
        record
            .cells
            .values()
            .any(|cell| cell.heads.iter().any(|head| head.is_erased))
    });
    let erasers = forged.iter().filter(|changes| {
        let erased = |change: &Change| {
            let mut erases = changes.iter().filter_map(|by| by.erase.as_ref());
            erases.any(|erase| erase.ids.contains(&change.id))
        };
        changes
            .iter()
            .any(|change| change.erase.is_some() && erased(change))
    });
    let counts = [cycles, waiting, erased, erasers.count()];
    assert!(
        counts.iter().all(|count| *count >= 5),
        "{counts:?} of {CASES}"
    );
}
