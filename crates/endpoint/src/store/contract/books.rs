//! The books: what every engine holds of their numbers.

use super::{
    super::{Arrived, Confirm, Delivery, Store, Volume},
    UNIT, delivery, entered, file, hand, id, taken, wanted,
};

/// The numbers that were given, in order: the rows that the store wrote itself.
async fn given(store: &Store) -> Vec<String> {
    let found = store.find(wanted(0)).await.unwrap();
    let rows = found.runs[0].rows.iter();
    rows.map(|row| row.body.clone())
        .filter(|body| body.contains("so_tt"))
        .collect()
}

fn so_tt(numbers: &[u64]) -> Vec<String> {
    numbers
        .iter()
        .map(|n| format!("{{\"so_tt\":{n}}}"))
        .collect()
}

pub(super) async fn numbers_are_given_once_each_year_by_year(store: Store) {
    let first = file(
        &store,
        vec![entered(1, Some(2026), None), entered(2, Some(2026), None)],
    )
    .await;
    // The numbers stand behind the delivery, in the same commit.
    assert_eq!((taken(&first[0]).seq, taken(&first[1]).seq), (1, 2));
    // The same change again, and another of the same record, get none.
    let again = Arrived {
        id: id(11),
        ..entered(2, Some(2026), None)
    };
    file(&store, vec![entered(1, Some(2026), None), again]).await;
    file(
        &store,
        vec![entered(3, Some(2027), None), entered(4, Some(2026), None)],
    )
    .await;
    assert_eq!(given(&store).await, so_tt(&[1, 2, 3, 1]));
    let volume = |year, last| Volume {
        form: "so".to_owned(),
        year,
        last,
        is_open: true,
        waiting: 0,
    };
    assert_eq!(
        store.volumes(UNIT).await.unwrap(),
        [volume(2026, 3), volume(2027, 1)]
    );
}

pub(super) async fn a_typed_number_is_the_records_and_the_next_one_is_greater(store: Store) {
    file(
        &store,
        vec![
            entered(1, Some(2026), Some(57)),
            entered(2, Some(2026), None),
        ],
    )
    .await;
    // Typed later, over the one that was given.
    let later = Arrived {
        id: id(12),
        ..entered(2, None, Some(60))
    };
    file(&store, vec![later, entered(3, Some(2026), None)]).await;
    assert_eq!(given(&store).await, so_tt(&[58, 61]));
}

pub(super) async fn after_a_restore_numbers_wait_until_someone_confirms_the_last(store: Store) {
    file(&store, vec![entered(1, Some(2025), None)]).await;
    store.set_epoch("another").await.unwrap();
    file(
        &store,
        vec![entered(2, Some(2025), None), entered(3, Some(2026), None)],
    )
    .await;
    assert_eq!(given(&store).await, so_tt(&[1]));
    let volumes = store.volumes(UNIT).await.unwrap();
    let state: Vec<_> = volumes
        .iter()
        .map(|v| (v.year, v.last, v.is_open, v.waiting))
        .collect();
    assert_eq!(state, [(2025, 1, false, 1), (2026, 0, false, 1)]);
    // A phone sends back a number that was printed before: the book goes on behind it.
    let printed = Arrived {
        id: id(14),
        ..entered(4, Some(2025), Some(9))
    };
    file(&store, vec![printed]).await;
    let wish = Confirm {
        unit: UNIT.to_owned(),
        form: "so".to_owned(),
        year: 2025,
        last: 5,
        arrival_ms: 6,
        hand: hand(),
    };
    assert_eq!(store.confirm(wish).await.unwrap(), 1);
    file(&store, vec![entered(5, Some(2025), None)]).await;
    assert_eq!(given(&store).await, so_tt(&[1, 10, 11]));
    assert!(
        !store.volumes(UNIT).await.unwrap()[1].is_open,
        "2026 still waits"
    );
    // A volume of a year after the restore has forgotten nothing.
    file(&store, vec![entered(6, Some(2999), None)]).await;
    assert_eq!(given(&store).await.last(), so_tt(&[1]).last());
}

pub(super) async fn a_slip_of_the_pen_is_corrected_and_a_book_goes_on_from_paper(store: Store) {
    file(&store, vec![entered(1, Some(2026), Some(570))]).await;
    let corrected = Arrived {
        id: id(11),
        ..entered(1, None, Some(57))
    };
    file(&store, vec![corrected, entered(2, Some(2026), None)]).await;
    assert_eq!(given(&store).await, so_tt(&[58]));
    // A commune whose paper book stands at 212 says so before its first record.
    let wish = Confirm {
        unit: UNIT.to_owned(),
        form: "so".to_owned(),
        year: 2027,
        last: 212,
        arrival_ms: 6,
        hand: hand(),
    };
    assert_eq!(store.confirm(wish).await.unwrap(), 0);
    file(&store, vec![entered(3, Some(2027), None)]).await;
    assert_eq!(given(&store).await, so_tt(&[58, 213]));
}

pub(super) async fn a_number_that_comes_later_in_a_delivery_is_the_records(store: Store) {
    let typed = Arrived {
        id: id(11),
        ..entered(1, None, Some(57))
    };
    file(&store, vec![entered(1, Some(2026), None), typed]).await;
    assert_eq!(given(&store).await, so_tt(&[]));
    // While more waits on the device, nothing is given.
    let first = Delivery {
        is_last: false,
        ..delivery(vec![entered(2, Some(2026), None)])
    };
    store.file(first).await.unwrap();
    assert_eq!(given(&store).await, so_tt(&[]));
    let typed = Arrived {
        id: id(12),
        ..entered(2, None, Some(4))
    };
    file(&store, vec![typed, entered(3, Some(2026), None)]).await;
    assert_eq!(given(&store).await, so_tt(&[58]));
}
