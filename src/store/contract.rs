//! What the store holds, as a page: `tests/store/page.rs` runs it in a browser, and `tests/e2e/flows/store.rs` reads what it
//! says. Compiled with the feature `contract` alone; no part of the app.

mod memory;

use js_sys::Uint8Array;
use records::{
    draft::Draft,
    json,
    replica::{Counter, Entry, Plan},
    write::to_json,
};
use wasm_bindgen::JsValue;

use super::{Op, SHAPE, STORES, Store, StoreError, bytes_of, idb::Db};
use crate::browser;

/// What was expected and is not so.
type Found = Result<(), String>;

/// A save, as the log keeps it.
const SAVE: &str = include_str!("../../crates/records/tests/fixtures/v1/entry-save.json");
/// A draft, as it is kept.
const DRAFT: &str = include_str!("../../crates/records/tests/fixtures/v1/draft.json");

macro_rules! cases {
    ($($case:ident),* $(,)?) => {
        /// Runs every case on a database of its own; the result is an attribute of the page: what failed, and how many
        /// there were.
        pub fn run() {
            wasm_bindgen_futures::spawn_local(async {
                let mut failed = Vec::new();
                let mut count = 0;
                $(
                    let name = format!("{}-{}", stringify!($case), browser::now_ms());
                    if let Err(why) = $case(&name).await {
                        failed.push(format!("{}: {why}", stringify!($case)));
                    }
                    count += 1;
                )*
                browser::set_root("data-failed", Some(&failed.join("\n")));
                browser::set_root("data-count", Some(&count.to_string()));
            });
        }
    };
}

cases!(
    what_is_committed_is_there_when_it_opens_again,
    of_two_tabs_with_one_counter_the_second_is_told_and_writes_nothing,
    two_that_begin_at_once_share_one_key,
    a_draft_that_another_tab_wrote_is_not_written_over,
    a_saved_draft_is_gone_with_the_save_or_not_at_all,
    a_lost_connection_comes_back,
    a_tab_with_a_newer_release_is_not_kept_waiting,
    a_database_of_a_newer_release_is_refused_untouched,
    a_damaged_row_is_set_aside_and_the_others_are_read,
    a_damaged_counter_is_begun_anew_under_another_name,
    nothing_that_was_typed_lies_there_in_the_clear,
    many_single_rows_become_segments_and_nothing_changes,
    what_may_stay_takes_the_place_of_the_log,
    everything_is_erased,
    random_bursts_do_what_the_model_does,
);

fn ensure(holds: bool, what: &str) -> Found {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}

fn equal<T: PartialEq + std::fmt::Debug>(found: &T, expected: &T, what: &str) -> Found {
    if found == expected {
        Ok(())
    } else {
        Err(format!("{what}: {found:?} instead of {expected:?}"))
    }
}

trait Said<T> {
    fn said(self) -> Result<T, String>;
}

impl<T, E: std::fmt::Display> Said<T> for Result<T, E> {
    fn said(self) -> Result<T, String> {
        self.map_err(|error| error.to_string())
    }
}

fn entry() -> Result<Entry, String> {
    json::from_bytes(SAVE.trim().as_bytes()).said()
}

fn draft(words: &str) -> Result<Draft, String> {
    let text = DRAFT.trim().replace("2026-11-22", words);
    json::from_bytes(text.as_bytes()).said()
}

fn texts(entries: &[Entry]) -> Vec<String> {
    entries.iter().map(|entry| to_json(entry)).collect()
}

/// A plan of so many lines, with the counter one further.
fn plan(counter: &Counter, lines: usize) -> Result<Plan, String> {
    Ok(Plan {
        entries: vec![entry()?; lines],
        counter: Some(Counter {
            n: counter.n + 1,
            ..*counter
        }),
        sync: None,
        rest: None,
    })
}

async fn what_is_committed_is_there_when_it_opens_again(name: &str) -> Found {
    let store = Store::open(name).await.said()?;
    let (counter, row) = store.counter().await.said()?;
    let plan = plan(&counter, 450)?;
    store.commit(&plan, &row, None).await.said()?;
    store.put_draft("a", &draft("Trần")?, None).await.said()?;
    let loaded = Store::open(name).await.said()?.load(|_| ()).await.said()?;
    equal(&loaded.counter.n, &1, "the counter")?;
    equal(&loaded.counter.dev, &counter.dev, "the name of the device")?;
    equal(&texts(&loaded.entries), &texts(&plan.entries), "the lines")?;
    equal(
        &loaded.last_row.to_string(),
        &"3".to_owned(),
        "rows of 200 lines at most",
    )?;
    equal(&loaded.drafts.len(), &1, "drafts")?;
    equal(&loaded.damaged, &0, "damaged")
}

async fn of_two_tabs_with_one_counter_the_second_is_told_and_writes_nothing(name: &str) -> Found {
    let (first, second) = (
        Store::open(name).await.said()?,
        Store::open(name).await.said()?,
    );
    let (counter, row) = first.counter().await.said()?;
    equal(&second.counter().await.said()?.1, &row, "what both see")?;
    first.commit(&plan(&counter, 1)?, &row, None).await.said()?;
    let late = second.commit(&plan(&counter, 5)?, &row, None).await;
    equal(&late.err(), &Some(StoreError::Moved), "the second")?;
    let (entries, _) = second.entries_after(0.0).await.said()?;
    equal(&entries.len(), &1, "lines")
}

async fn two_that_begin_at_once_share_one_key(name: &str) -> Found {
    let (first, second) = both(Store::open(name), Store::open(name)).await;
    let (first, second) = (first.said()?, second.said()?);
    let (one, other) = both(first.counter(), second.counter()).await;
    let ((counter, row), (_, other)) = (one.said()?, other.said()?);
    equal(&other, &row, "the counter's row")?;
    first.commit(&plan(&counter, 2)?, &row, None).await.said()?;
    let (entries, _) = second.entries_after(0.0).await.said()?;
    equal(&entries.len(), &2, "lines that the other can open")
}

async fn a_draft_that_another_tab_wrote_is_not_written_over(name: &str) -> Found {
    let store = Store::open(name).await.said()?;
    let seen = store.put_draft("a", &draft("Trần")?, None).await.said()?;
    let other = store
        .put_draft("a", &draft("Lê")?, Some(seen.clone()))
        .await
        .said()?;
    let late = store.put_draft("a", &draft("Vũ")?, Some(seen)).await;
    equal(&late.err(), &Some(StoreError::Moved), "the late one")?;
    equal(
        &store.draft_row("a").await.said()?,
        &Some(other),
        "what lies there",
    )?;
    let (drafts, damaged) = store.drafts().await.said()?;
    equal(&(drafts.len(), damaged), &(1, 0), "drafts, damaged")
}

async fn a_saved_draft_is_gone_with_the_save_or_not_at_all(name: &str) -> Found {
    let store = Store::open(name).await.said()?;
    let (counter, row) = store.counter().await.said()?;
    let seen = store.put_draft("a", &draft("Trần")?, None).await.said()?;
    let newer = store
        .put_draft("a", &draft("Lê")?, Some(seen.clone()))
        .await
        .said()?;
    let plan = plan(&counter, 1)?;
    let late = store.commit(&plan, &row, Some(("a", Some(seen)))).await;
    equal(&late.err(), &Some(StoreError::Moved), "over a newer draft")?;
    equal(&store.entries_after(0.0).await.said()?.0.len(), &0, "lines")?;
    let done = store.commit(&plan, &row, Some(("a", Some(newer)))).await;
    ensure(done.is_ok(), "the save is refused")?;
    equal(&store.draft_row("a").await.said()?, &None, "the draft")?;
    equal(&store.entries_after(0.0).await.said()?.0.len(), &1, "lines")
}

async fn a_lost_connection_comes_back(name: &str) -> Found {
    let store = Store::open(name).await.said()?;
    let (counter, row) = store.counter().await.said()?;
    store.db.lose_connection();
    store.commit(&plan(&counter, 1)?, &row, None).await.said()?;
    store.db.lose_connection();
    equal(&store.entries_after(0.0).await.said()?.0.len(), &1, "lines")
}

async fn a_tab_with_a_newer_release_is_not_kept_waiting(name: &str) -> Found {
    let store = Store::open(name).await.said()?;
    let (counter, row) = store.counter().await.said()?;
    Db::open(name, SHAPE + 1, &STORES).await.said()?;
    let late = store.commit(&plan(&counter, 1)?, &row, None).await;
    equal(
        &late.err(),
        &Some(StoreError::Newer),
        "the tab of the older release",
    )
}

async fn a_database_of_a_newer_release_is_refused_untouched(name: &str) -> Found {
    let newer = Db::open(name, SHAPE + 1, &STORES).await.said()?;
    let row = Uint8Array::from(&b"of a newer release"[..]);
    let put = Op::Put("meta", Some("counter".into()), row.into());
    newer.write(&["meta"], vec![put]).await.said()?;
    equal(
        &Store::open(name).await.err(),
        &Some(StoreError::Newer),
        "opening",
    )?;
    let kept = newer
        .read(&["meta"], vec![Op::Get("meta", "counter".into())])
        .await
        .said()?;
    let kept = kept.first().and_then(bytes_of);
    equal(
        &kept.as_deref(),
        &Some(&b"of a newer release"[..]),
        "the row",
    )
}

async fn a_damaged_row_is_set_aside_and_the_others_are_read(name: &str) -> Found {
    let store = Store::open(name).await.said()?;
    let (counter, row) = store.counter().await.said()?;
    let done = store.commit(&plan(&counter, 1)?, &row, None).await.said()?;
    let torn = Uint8Array::from(&[7_u8; 90][..]);
    let torn = vec![
        Op::Put("log", None, torn.clone().into()),
        Op::Put("drafts", Some("torn".into()), torn.into()),
    ];
    store.db.write(&["log", "drafts"], torn).await.said()?;
    let counter = Counter { n: 1, ..counter };
    let row = done.counter_row.ok_or("no counter")?;
    store.commit(&plan(&counter, 1)?, &row, None).await.said()?;
    let loaded = store.load(|_| ()).await.said()?;
    equal(
        &(loaded.entries.len(), loaded.damaged),
        &(2, 2),
        "lines, damaged",
    )?;
    equal(
        &store.rows_after(0.0).await.said()?.len(),
        &3,
        "rows: the damaged one stays where it is",
    )
}

async fn a_damaged_counter_is_begun_anew_under_another_name(name: &str) -> Found {
    let store = Store::open(name).await.said()?;
    let (before, _) = store.counter().await.said()?;
    let torn = Uint8Array::from(&[7_u8; 90][..]).into();
    let put = Op::Put("meta", Some("counter".into()), torn);
    store.db.write(&["meta"], vec![put]).await.said()?;
    let (after, row) = store.counter().await.said()?;
    ensure(after.dev != before.dev, "a number could be given twice")?;
    store
        .commit(&plan(&after, 1)?, &row, None)
        .await
        .said()
        .map(drop)
}

async fn nothing_that_was_typed_lies_there_in_the_clear(name: &str) -> Found {
    let store = Store::open(name).await.said()?;
    let (counter, row) = store.counter().await.said()?;
    store.commit(&plan(&counter, 3)?, &row, None).await.said()?;
    store.put_draft("a", &draft("Trần")?, None).await.said()?;
    for (place, _) in STORES.iter().filter(|(place, _)| *place != "keys") {
        let rows = store
            .db
            .read(&[place], vec![Op::Rows(place), Op::Keys(place)])
            .await
            .said()?;
        for row in rows
            .iter()
            .flat_map(|rows| js_sys::Array::from(rows).to_vec())
        {
            let bytes = bytes_of(&row).unwrap_or_default();
            for words in ["Nguy", "tiep_cong_dan", "019ab3c0"] {
                let is_there = bytes
                    .windows(words.len())
                    .any(|part| part == words.as_bytes());
                ensure(!is_there, &format!("{words} can be read in {place}"))?;
            }
        }
    }
    Ok(())
}

async fn many_single_rows_become_segments_and_nothing_changes(name: &str) -> Found {
    let store = Store::open(name).await.said()?;
    let (mut counter, mut row) = store.counter().await.said()?;
    for _ in 0..=super::LOOSE_ROWS_MAX {
        let done = store.commit(&plan(&counter, 1)?, &row, None).await.said()?;
        row = done.counter_row.ok_or("no counter")?;
        counter.n += 1;
    }
    let before = store.load(|_| ()).await.said()?;
    let after = Store::open(name).await.said()?.load(|_| ()).await.said()?;
    equal(&texts(&after.entries), &texts(&before.entries), "the lines")?;
    equal(&store.rows_after(0.0).await.said()?.len(), &2, "rows")
}

async fn what_may_stay_takes_the_place_of_the_log(name: &str) -> Found {
    let store = Store::open(name).await.said()?;
    let (counter, row) = store.counter().await.said()?;
    let first = plan(&counter, 450)?;
    let done = store.commit(&first, &row, None).await.said()?;
    let seen = done.counter_row.unwrap_or_default();
    let rest = Plan {
        entries: vec![entry()?; 7],
        rest: Some(vec![entry()?; 3]),
        ..Plan::default()
    };
    // Another tab saved in between: its save is not among the lines.
    let late = store.take(&rest, &row, ALL).await;
    equal(&late.err(), &Some(StoreError::Moved), "the late one")?;
    equal(
        &store.entries_after(0.0).await.said()?.0.len(),
        &450,
        "lines",
    )?;
    store.take(&rest, &seen, ALL).await.said()?;
    equal(&store.entries_after(0.0).await.said()?.0.len(), &3, "lines")?;
    // With a save in the same plan, and in the second place only what waits.
    let (counter, _) = store.counter().await.said()?;
    let with_save = Plan {
        rest: Some(vec![entry()?; 2]),
        ..plan(&counter, 1)?
    };
    store.take(&with_save, &seen, ALL).await.said()?;
    equal(&store.entries_after(0.0).await.said()?.0.len(), &2, "lines")?;
    let kept = browser::cache::all(name).await.unwrap_or_default();
    let rows = kept.iter().filter(|(name, _)| name.starts_with("hang-"));
    equal(&rows.count(), &1, "rows of the second place")?;
    // What another tab added since stays.
    let (counter, row) = store.counter().await.said()?;
    let done = store.commit(&plan(&counter, 1)?, &row, None).await.said()?;
    let seen = done.counter_row.unwrap_or_default();
    store.take(&rest, &seen, 0.0).await.said()?;
    equal(&store.entries_after(0.0).await.said()?.0.len(), &6, "lines")
}

/// The plan knows every row there is.
const ALL: f64 = f64::INFINITY;

async fn everything_is_erased(name: &str) -> Found {
    let store = Store::open(name).await.said()?;
    let (counter, row) = store.counter().await.said()?;
    store.commit(&plan(&counter, 1)?, &row, None).await.said()?;
    store.put_draft("a", &draft("Trần")?, None).await.said()?;
    store.erase_all().await.said()?;
    for (place, _) in STORES {
        let rows = store
            .db
            .read(&[place], vec![Op::Rows(place)])
            .await
            .said()?;
        let rows = rows
            .first()
            .map_or(0, |rows| js_sys::Array::from(rows).length());
        equal(&rows, &0, place)?;
    }
    let loaded = Store::open(name).await.said()?.load(|_| ()).await.said()?;
    equal(&loaded.entries.len(), &0, "lines")
}

/// The same bursts on the browser's database and on the model in memory: the same answers, the same refusals.
async fn random_bursts_do_what_the_model_does(name: &str) -> Found {
    let db = Db::open(name, SHAPE, &STORES).await.said()?;
    let mut model = memory::Memory::default();
    let mut dice = memory::Dice(7);
    for burst in 0..400 {
        let ops = model.any_burst(&mut dice);
        if dice.below(40) == 0 {
            db.lose_connection();
        }
        let ours = db.write(&["meta", "log", "drafts"], ops.clone()).await;
        let ours = ours.map(|answers| answers.iter().map(shown).collect::<Vec<_>>());
        let theirs = model.run(&ops);
        equal(&ours, &theirs, &format!("burst {burst}, {ops:?}"))?;
    }
    ensure(
        model.refused > 20,
        "too few bursts were refused to mean anything",
    )
}

/// An answer as both can give it.
fn shown(answer: &JsValue) -> String {
    if let Some(bytes) = bytes_of(answer) {
        return format!("{bytes:?}");
    }
    if js_sys::Array::is_array(answer) {
        let all: Vec<String> = js_sys::Array::from(answer)
            .iter()
            .map(|one| shown(&one))
            .collect();
        return format!("[{}]", all.join(" "));
    }
    answer
        .as_string()
        .or_else(|| answer.as_f64().map(|number| number.to_string()))
        .unwrap_or_else(|| "nothing".to_owned())
}

/// Both at once, as two tabs would.
async fn both<A, B>(first: impl Future<Output = A>, second: impl Future<Output = B>) -> (A, B) {
    let (mut first, mut second) = (Box::pin(first), Box::pin(second));
    let (mut one, mut other) = (None, None);
    std::future::poll_fn(move |context| {
        if one.is_none()
            && let std::task::Poll::Ready(value) = first.as_mut().poll(context)
        {
            one = Some(value);
        }
        if other.is_none()
            && let std::task::Poll::Ready(value) = second.as_mut().poll(context)
        {
            other = Some(value);
        }
        match (one.take(), other.take()) {
            (Some(one), Some(other)) => std::task::Poll::Ready((one, other)),
            (first, second) => {
                (one, other) = (first, second);
                std::task::Poll::Pending
            }
        }
    })
    .await
}
