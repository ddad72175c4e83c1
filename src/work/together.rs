//! What several people do to one record: review it, join it with another, hand open work over. Of the second wasm.

use std::sync::Arc;

use records::{
    change::{RecWrites, parse_change},
    date,
    fold::Record,
    form::Form,
    handover,
    id::{ChangeId, RecordId, entry_id},
    join::{self, Choice, Pair},
    order,
    review::{self, Step, Word},
    search,
    summary::Summary,
};
use serde_json::Value;

use crate::{
    browser,
    work::{
        Work, catalogue, drafts,
        save::{self, SaveError},
    },
};

/// Records in one change when work is handed over.
const BATCH: usize = 50;

fn fold(work: Work, id: RecordId) -> Option<Record> {
    work.book.peek(|data| data.replica.notebook.fold(id))
}

/// Takes a step of a review, today, in the name of the person of this device.
pub(crate) async fn step(
    work: Work,
    id: RecordId,
    step: Step,
    reason: String,
) -> Result<u64, SaveError> {
    let now = browser::now_ms();
    let Some(record) = fold(work, id) else {
        return Ok(now);
    };
    let word = Word {
        step,
        day: date::today(now),
        who: work.book.surroundings(now).me,
        reason,
    };
    let writes = review::take(&record, &word, &entry_id(browser::random()));
    save::save(work, vec![writes], None).await
}

/// Fields that are each record's own: its number in a book.
pub(crate) fn own_fields(form: &str) -> Vec<String> {
    let books = catalogue::all().map_or(&[][..], |all| &all.books);
    let of_form = books.iter().filter(|book| book.form == form);
    of_form.map(|book| book.field.clone()).collect()
}

/// Joins two records as they are now.
pub(crate) async fn join(work: Work, pair: Pair<'_>, choice: &Choice) -> Result<u64, SaveError> {
    let mark = entry_id(browser::random());
    save::save(work, pair.join(choice, &mark), None).await
}

/// Takes a record that went into another out of it again; nothing when that one is itself gone.
pub(crate) async fn split(work: Work, gone: RecordId) -> Result<Option<u64>, SaveError> {
    let writes = fold(work, gone).and_then(|gone| {
        let into = join::went_into(&gone)?;
        let stayed = fold(work, into)?;
        let of = |by: ChangeId| {
            work.book.peek(|data| {
                let known = data.replica.notebook.get(&by)?;
                let change = parse_change(known.raw.as_bytes()).ok()?; // it was read before
                let writes = change.recs.into_iter().find(|writes| writes.rec == into)?;
                Some((by, writes))
            })
        };
        let joins: Vec<_> = join::joins(&gone, into)
            .into_iter()
            .filter_map(of)
            .collect();
        join::split(&stayed, &gone, &joins)
    });
    match writes {
        Some(writes) => save::save(work, writes, None).await.map(Some),
        None => Ok(None),
    }
}

/// Open work of one person in one record.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) row: Arc<Summary>,
    pub(crate) places: Vec<String>,
    /// As it was when it was listed.
    before: Record,
}

/// Every record in which something is left to do.
fn open_records(work: Work) -> Vec<(Arc<Summary>, Record, &'static Form)> {
    let catalogue = work.book.catalogue();
    // A task without a date is open until it is done.
    let is_task = |row: &Summary| {
        let done = catalogue
            .newest(&row.form)
            .and_then(|form| form.due_done.as_deref());
        done.is_some_and(|done| !done.contains('.')) && !row.is_done
    };
    let rows = work
        .book
        .rows(|row| !row.due.is_empty() || !row.undated.is_empty() || is_task(row));
    let open = |row: Arc<Summary>| {
        let record = fold(work, row.id)?;
        let form = catalogue.form(&record.form, &record.version)?;
        Some((row, record, form))
    };
    rows.into_iter().filter_map(open).collect()
}

/// Where something is open in a record.
fn open_paths(row: &Summary) -> Vec<String> {
    let all = row.due.iter().chain(&row.undated);
    all.map(|due| due.path.clone()).collect()
}

/// Who has open work, and in how many records; whoever has most comes first.
pub(crate) fn owners(work: Work) -> Vec<(String, usize)> {
    let mut all: Vec<(String, String, usize)> = Vec::new();
    for (row, record, form) in open_records(work) {
        let mut here: Vec<String> = Vec::new();
        for (who, _) in handover::owners(&record, form, &open_paths(&row)) {
            let key = search::key(&who);
            if here.contains(&key) {
                continue;
            }
            match all.iter_mut().find(|(known, ..)| *known == key) {
                Some((.., count)) => *count += 1,
                None => all.push((key.clone(), who, 1)),
            }
            here.push(key);
        }
    }
    order::sort(&mut all, &mut |a, b| (b.2, &a.1) < (a.2, &b.1));
    all.into_iter()
        .map(|(_, who, count)| (who, count))
        .collect()
}

/// Everything open that a person must do.
pub(crate) fn open_work(work: Work, person: &str) -> Vec<Item> {
    let item = |(row, record, form): (Arc<Summary>, Record, &Form)| {
        let places = handover::places(&record, form, &open_paths(&row), person);
        (!places.is_empty()).then_some(Item {
            row,
            places,
            before: record,
        })
    };
    open_records(work).into_iter().filter_map(item).collect()
}

/// Gives it to a successor. `progress` hears how many records are done.
pub(crate) async fn hand_over(
    work: Work,
    items: &[Item],
    to: &Value,
    progress: impl Fn(usize),
) -> Result<(), SaveError> {
    // Over what was listed: who was put there meanwhile is not written over unseen.
    let writes = |item: &Item| {
        let record = &item.before;
        let form = work.book.catalogue().form(&record.form, &record.version)?;
        Some(handover::hand_over(record, form, &item.places, to))
    };
    in_batches(work, items, &writes, progress).await
}

/// Takes a handover back.
pub(crate) async fn take_back(work: Work, items: &[Item], to: &Value) -> Result<(), SaveError> {
    let writes = |item: &Item| {
        let now = fold(work, item.row.id)?;
        Some(handover::take_back(&now, &item.before, &item.places, to))
    };
    in_batches(work, items, &writes, |_| {}).await
}

async fn in_batches(
    work: Work,
    items: &[Item],
    writes: &dyn Fn(&Item) -> Option<RecWrites>,
    progress: impl Fn(usize),
) -> Result<(), SaveError> {
    let mut done = 0;
    for batch in items.chunks(BATCH) {
        let recs: Vec<RecWrites> = batch.iter().filter_map(writes).collect();
        save::save(work, recs, None).await?;
        done += batch.len();
        progress(done);
    }
    Ok(())
}

/// Saves every draft of this device as a record, not official, so that somebody else can go on with it; how many.
pub(crate) async fn save_drafts(work: Work) -> Result<usize, SaveError> {
    let mut saved = 0;
    for (name, draft) in work.book.drafts() {
        if draft.is_dirty() {
            save::save(work, vec![draft.writes()], Some(&name)).await?;
            saved += 1;
        } else {
            drafts::discard(work, &name).await?;
        }
    }
    Ok(saved)
}
