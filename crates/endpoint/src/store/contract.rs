//! What every engine holds: one list of cases, run against each.

#[path = "../../tests/base.rs"]
mod base;
mod books;
#[cfg(not(feature = "postgres"))]
mod releases;

use std::{collections::BTreeSet, path::Path};

use records::{
    id::{ChangeId, DeviceId, RecordId},
    stamp::Stamp,
    wire::{Acceptance, Cursor},
};

use super::{
    Arrived, BookEntry, Delivery, Filed, Found, Hand, Hold, OTHER_CONTENT, Place, Store, Wanted,
};
use crate::settings::parse_database;
use books::{
    a_number_that_comes_later_in_a_delivery_is_the_records,
    a_slip_of_the_pen_is_corrected_and_a_book_goes_on_from_paper,
    a_typed_number_is_the_records_and_the_next_one_is_greater,
    after_a_restore_numbers_wait_until_someone_confirms_the_last,
    numbers_are_given_once_each_year_by_year,
};

const UNIT: &str = "00000";
const SCOPE: &str = "00000/thuong";
const WHY: Hold = Hold {
    code: "thu",
    say: "Thử.",
};

fn id(n: u8) -> ChangeId {
    ChangeId::derived([n; 16])
}

fn rec(n: u8) -> RecordId {
    RecordId::derived([n; 16])
}

fn arrived(n: u8) -> Arrived {
    arrived_as(n, &format!("{{\"n\":{n}}}"))
}

fn arrived_as(n: u8, body: &str) -> Arrived {
    let mut hash = [0; 32];
    hash.iter_mut()
        .zip(body.bytes())
        .for_each(|(to, byte)| *to = byte);
    Arrived {
        id: id(n),
        dev: DeviceId::derived([9; 16]),
        n: u64::from(n),
        scope: SCOPE.to_owned(),
        eff: Stamp {
            ms: u64::from(n),
            counter: 0,
            dev: 9,
        },
        recs: vec![rec(n % 2)],
        body: body.into(),
        hash,
        mac: format!("mac of {n}"),
        hold: None,
        entries: Vec::new(),
        erases: Vec::new(),
        stub_of: None,
        case: None,
        is_proven: false,
        moves: false,
    }
}

/// Writes a number as a change of its own, readable in its bytes.
fn hand() -> Hand {
    Hand::new(|giving| {
        let number = giving.number;
        let (seq, year) = (giving.seq, giving.field);
        let mut arrived = arrived_as(
            u8::try_from(100 + seq).unwrap(),
            &format!("{{\"{year}\":{number}}}"),
        );
        arrived.recs = vec![giving.rec];
        arrived
    })
}

/// A change that says the year of a record's place in the book of visits, or the number that a person typed.
fn entered(n: u8, year: Option<i64>, typed: Option<u64>) -> Arrived {
    let mut arrived = arrived(n);
    arrived.entries = vec![BookEntry {
        rec: rec(n),
        form: "so".to_owned(),
        ver: "1".to_owned(),
        field: "so_tt".to_owned(),
        year,
        typed,
    }];
    arrived
}

fn delivery(changes: Vec<Arrived>) -> Delivery {
    Delivery {
        unit: UNIT.to_owned(),
        is_last: true,
        epoch: None,
        arrival_ms: 5,
        changes,
        carrier: None,
        contact: None,
        hand: hand(),
        insider: None,
    }
}

async fn file(store: &Store, changes: Vec<Arrived>) -> Vec<Place> {
    match store.file(delivery(changes)).await.unwrap() {
        Filed::Here(places) => places,
        Filed::OtherEpoch(epoch) => panic!("another epoch: {epoch}"),
    }
}

fn taken(place: &Place) -> &Acceptance {
    match place {
        Place::Taken(acc) => acc,
        Place::Had(_) | Place::Held(_) => panic!("not taken: {place:?}"),
    }
}

fn wanted(seq: u64) -> Wanted {
    Wanted {
        unit: UNIT.to_owned(),
        parts: vec!["thuong".to_owned()],
        cursors: [(SCOPE.to_owned(), Cursor { generation: 1, seq })].into(),
        bytes: 1_000_000,
        ..Wanted::default()
    }
}

fn seqs(found: &Found) -> Vec<u64> {
    found.runs[0].rows.iter().map(|row| row.acc.seq).collect()
}

async fn what_is_taken_once_is_had_for_ever(store: Store) {
    let first = file(&store, vec![arrived(1), arrived(2), arrived(1)]).await;
    let acc = taken(&first[0]).clone();
    assert_eq!((acc.seq, taken(&first[1]).seq), (1, 2));
    assert_eq!(first[2], Place::Had(acc.clone()));
    let later = Arrived {
        eff: Stamp::default(),
        mac: "other".to_owned(),
        ..arrived(1)
    };
    assert_eq!(file(&store, vec![later]).await, [Place::Had(acc)]);
}

async fn a_catalogue_is_published_once(store: Store) {
    assert_eq!(store.newest_catalogue().await.unwrap(), None);
    let publish = async |text: &str| {
        let mark = store
            .publish(format!("hash of {text}"), text.into(), 5)
            .await;
        mark.unwrap().number
    };
    let numbers = [
        publish("a").await,
        publish("a").await,
        publish("b").await,
        publish("a").await,
    ];
    assert_eq!(numbers, [1, 1, 2, 3]);
    assert_eq!(
        store
            .find(wanted(0))
            .await
            .unwrap()
            .catalogue
            .unwrap()
            .number,
        3
    );
    let text = async |number| store.catalogue_text(number).await.unwrap();
    assert_eq!(text(2).await.as_deref(), Some(&b"b"[..]));
    assert_eq!((text(4).await, text(u64::MAX).await), (None, None));
}

async fn a_notebook_that_was_taken_over_is_read_beside_the_own_and_nothing_is_taken_twice(
    store: Store,
) {
    let old = |n: u8| Arrived {
        scope: "00009/thuong".to_owned(),
        ..arrived(n)
    };
    let of_old = Delivery {
        unit: "00009".to_owned(),
        ..delivery(vec![old(1), old(2)])
    };
    store.file(of_old).await.unwrap();
    store.succeed(UNIT, "00009", "2025-07-01").await.unwrap();
    store.succeed("00009", "00008", "2020-01-01").await.unwrap();
    store.succeed("00008", UNIT, "2019-01-01").await.unwrap();
    let before = store.predecessors(UNIT).await.unwrap();
    assert_eq!(
        before,
        ["00009", "00008"],
        "those of the old one too, and a circle ends"
    );
    // A phone of the old commune brings what it had, an edit of an old record, and a record that waits for a number.
    let edit = Arrived {
        // A record of the old commune: its book is closed.
        entries: vec![BookEntry {
            rec: rec(0),
            ..entered(2, Some(2026), Some(77)).entries.remove(0)
        }],
        recs: vec![rec(0)],
        ..arrived(4)
    };
    let brought = delivery(vec![arrived(1), arrived(3), edit]);
    let Filed::Here(places) = store.file(brought).await.unwrap() else {
        panic!("another epoch");
    };
    assert!(matches!(&places[0], Place::Had(acc) if acc.scope == "00009/thuong"));
    assert_eq!((taken(&places[1]).seq, taken(&places[2]).seq), (1, 2));
    let all = Wanted {
        offer: vec![id(1), id(3), id(7)],
        ..wanted(0)
    };
    let found = store.find(all).await.unwrap();
    let runs: Vec<_> = found
        .runs
        .iter()
        .map(|run| (run.scope.as_str(), run.rows.len()))
        .collect();
    assert_eq!(
        runs,
        [(SCOPE, 2), ("00009/thuong", 2), ("00008/thuong", 0)],
        "no number was given"
    );
    assert!(store.volumes(UNIT).await.unwrap().is_empty());
    assert_eq!(found.lacks, [id(7)]);
}

async fn a_twin_is_held_and_the_first_stays(store: Store) {
    file(&store, vec![arrived(1)]).await;
    let twin = || arrived_as(1, "{\"n\":1 }");
    for _ in 0..2 {
        assert_eq!(
            file(&store, vec![twin()]).await,
            [Place::Held(OTHER_CONTENT)]
        );
    }
    let found = store.find(wanted(0)).await.unwrap();
    assert_eq!(found.runs[0].rows[0].body, "{\"n\":1}");
    assert_eq!(found.runs[0].rows.len(), 1);
}

async fn what_is_held_has_no_number_and_no_reader(store: Store) {
    let held = Arrived {
        hold: Some(WHY),
        ..arrived(2)
    };
    let places = file(&store, vec![arrived(1), held.clone(), arrived(3)]).await;
    assert_eq!(places[1], Place::Held(WHY));
    assert_eq!(taken(&places[2]).seq, 2);
    assert_eq!(seqs(&store.find(wanted(0)).await.unwrap()), [1, 2]);
    assert_eq!(file(&store, vec![held]).await, [Place::Held(WHY)]);
}

async fn under_another_epoch_nothing_is_stored(store: Store) {
    let epoch = store.identity().await.unwrap().epoch;
    let under = |epoch: &str| Delivery {
        epoch: Some(epoch.to_owned()),
        ..delivery(vec![arrived(1)])
    };
    assert_eq!(
        store.file(under("old")).await.unwrap(),
        Filed::OtherEpoch(epoch.clone())
    );
    assert_eq!(seqs(&store.find(wanted(0)).await.unwrap()), [0; 0]);
    store.set_epoch("new").await.unwrap();
    assert_eq!(
        store.file(under(&epoch)).await.unwrap(),
        Filed::OtherEpoch("new".to_owned())
    );
    let Filed::Here(places) = store.file(under("new")).await.unwrap() else {
        panic!()
    };
    assert_eq!(taken(&places[0]).epoch, "new");
}

async fn pages_go_on_where_the_last_one_stopped(store: Store) {
    file(&store, (1..=9).map(arrived).collect()).await;
    let mut seen = Vec::new();
    let mut cursor = 0;
    loop {
        let found = store
            .find(Wanted {
                bytes: 600,
                ..wanted(cursor)
            })
            .await
            .unwrap();
        assert_eq!(found.runs[0].from, cursor);
        assert_eq!(found.runs[0].to, seqs(&found).last().copied().unwrap());
        seen.extend(seqs(&found));
        cursor = found.runs[0].to;
        if !found.more {
            break;
        }
    }
    assert_eq!(seen, (1..=9).collect::<Vec<_>>());
    let at_least_one = store
        .find(Wanted {
            bytes: 0,
            ..wanted(0)
        })
        .await
        .unwrap();
    assert_eq!((seqs(&at_least_one), at_least_one.more), (vec![1], true));
}

async fn rows_that_are_left_out_move_the_cursor(store: Store) {
    file(&store, (1..=4).map(arrived).collect()).await;
    let left_out = BTreeSet::from([id(2), id(4)]);
    let found = store
        .find(Wanted {
            left_out,
            ..wanted(0)
        })
        .await
        .unwrap();
    assert_eq!(
        (seqs(&found), found.runs[0].to, found.more),
        (vec![1, 3], 4, false)
    );
}

async fn a_cursor_of_another_history_starts_at_0(store: Store) {
    file(&store, vec![arrived(1), arrived(2)]).await;
    let mut other_generation = wanted(1);
    other_generation.cursors.insert(
        SCOPE.to_owned(),
        Cursor {
            generation: 7,
            seq: 1,
        },
    );
    let unnamed = Wanted {
        cursors: [].into(),
        ..wanted(0)
    };
    for wanted in [other_generation, unnamed, wanted(3)] {
        let found = store.find(wanted).await.unwrap();
        assert_eq!((found.runs[0].from, seqs(&found)), (0, vec![1, 2]));
    }
    assert_eq!(seqs(&store.find(wanted(1)).await.unwrap()), [2]);
}

async fn lacks_are_the_offered_ids_that_were_not_taken(store: Store) {
    file(
        &store,
        vec![
            arrived(1),
            Arrived {
                hold: Some(WHY),
                ..arrived(2)
            },
        ],
    )
    .await;
    let offer = vec![id(1), id(2), id(3), id(3)];
    let found = store.find(Wanted { offer, ..wanted(0) }).await.unwrap();
    assert_eq!(
        found.lacks,
        [id(2), id(3)],
        "another text may be held under the id"
    );
}

async fn a_record_has_its_changes_in_order(store: Store) {
    file(&store, (1..=5).map(arrived).collect()).await;
    let rows = store.changes_of(UNIT, rec(1)).await.unwrap();
    assert_eq!(
        rows.iter().map(|row| row.acc.seq).collect::<Vec<_>>(),
        [1, 3, 5]
    );
    assert!(store.changes_of(UNIT, rec(7)).await.unwrap().is_empty());
}

async fn units_do_not_see_each_other(store: Store) {
    file(&store, vec![arrived(1)]).await;
    let theirs = Arrived {
        scope: "00001/thuong".to_owned(),
        ..arrived(1)
    };
    let delivery = Delivery {
        unit: "00001".to_owned(),
        ..delivery(vec![theirs])
    };
    let Filed::Here(places) = store.file(delivery).await.unwrap() else {
        panic!()
    };
    assert_eq!(taken(&places[0]).seq, 1);
    assert_eq!(seqs(&store.find(wanted(0)).await.unwrap()), [1]);
    assert!(store.changes_of("00001", rec(1)).await.unwrap().len() == 1);
}

async fn numbers_beyond_the_engine_do_no_harm(store: Store) {
    let places = file(
        &store,
        vec![Arrived {
            n: u64::MAX,
            ..arrived(1)
        }],
    )
    .await;
    assert_eq!(taken(&places[0]).seq, 1);
    assert_eq!(seqs(&store.find(wanted(u64::MAX)).await.unwrap()), [1]);
}

async fn groups_of_many_writers_have_no_gaps(store: Store) {
    let store = std::sync::Arc::new(store);
    let tasks: Vec<_> = (0..50_u8)
        .map(|n| {
            let store = std::sync::Arc::clone(&store);
            tokio::spawn(async move {
                let coming = store.announce();
                tokio::task::yield_now().await;
                drop(coming);
                taken(&file(&store, vec![arrived(n)]).await[0]).seq
            })
        })
        .collect();
    let mut seqs = BTreeSet::new();
    for task in tasks {
        seqs.insert(task.await.unwrap());
    }
    assert_eq!(seqs, (1..=50).collect());
    store.check().await.unwrap();
}

fn open(path: &Path) -> Store {
    Store::open(&parse_database(&base::place(path)).unwrap()).unwrap()
}

/// Against SQLite, or with the feature `postgres` against PostgreSQL.
macro_rules! run {
    ($($case:ident),* $(,)?) => {
        mod contract {
            $(
                #[tokio::test]
                async fn $case() {
                    let folder = tempfile::tempdir().unwrap();
                    super::$case(super::open(&folder.path().join("notebook.db"))).await;
                }
            )*
        }
    };
}

run!(
    what_is_taken_once_is_had_for_ever,
    a_twin_is_held_and_the_first_stays,
    what_is_held_has_no_number_and_no_reader,
    under_another_epoch_nothing_is_stored,
    pages_go_on_where_the_last_one_stopped,
    rows_that_are_left_out_move_the_cursor,
    a_cursor_of_another_history_starts_at_0,
    lacks_are_the_offered_ids_that_were_not_taken,
    a_record_has_its_changes_in_order,
    units_do_not_see_each_other,
    numbers_beyond_the_engine_do_no_harm,
    groups_of_many_writers_have_no_gaps,
    numbers_are_given_once_each_year_by_year,
    a_number_that_comes_later_in_a_delivery_is_the_records,
    a_slip_of_the_pen_is_corrected_and_a_book_goes_on_from_paper,
    a_typed_number_is_the_records_and_the_next_one_is_greater,
    after_a_restore_numbers_wait_until_someone_confirms_the_last,
    a_catalogue_is_published_once,
    a_notebook_that_was_taken_over_is_read_beside_the_own_and_nothing_is_taken_twice,
);

#[tokio::test]
async fn a_database_keeps_everything_and_one_of_a_newer_release_is_refused_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notebook.db");
    let store = open(&path);
    let before = store.identity().await.unwrap();
    file(&store, vec![arrived(1)]).await;
    drop(store);
    let store = open(&path);
    let after = store.identity().await.unwrap();
    assert_eq!((before.epoch, before.mac_key), (after.epoch, after.mac_key));
    assert_eq!(taken(&file(&store, vec![arrived(2)]).await[0]).seq, 2);
    drop(store);
    let newer = match cfg!(feature = "postgres") {
        true => "'99'",
        false => "99",
    };
    base::tamper(
        &path,
        &format!("UPDATE meta SET value = {newer} WHERE name = 'schema'"),
    );
    let refused = Store::open(&parse_database(&base::place(&path)).unwrap()).unwrap_err();
    assert!(refused.to_string().contains("99"), "{refused}");
}
