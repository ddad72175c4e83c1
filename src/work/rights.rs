//! What a unit owes to people whose data it keeps: finding all of it, a copy, restriction, erasure, and letting go of what was
//! kept long enough. Of the wasm that few fetch.

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use records::{
    change::Erase,
    date,
    fold::{Life, Record},
    form::Form,
    id::RecordId,
    rights::{self, Duties, Place, Retention, Wanted},
    strip::Stripped,
};
use serde_json::{Value, json};

use crate::{
    browser,
    work::{
        Work, audit, catalogue,
        erase::erase,
        files::{Ready, stamp_of_now},
        save::{self, SaveError},
    },
};

/// Records that are looked through before the screen may move.
const AT_ONCE: usize = 200;
/// What a copy for a person calls itself.
const KIND: &str = "so-tay-dan-van/du-lieu-ca-nhan";

/// A record that speaks of somebody.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hit {
    pub(crate) id: RecordId,
    /// Its form, as people call it.
    pub(crate) kind: String,
    pub(crate) title: String,
    pub(crate) day: String,
    pub(crate) places: Vec<Place>,
    /// Since when it is restricted, and why.
    pub(crate) restriction: Option<(String, String)>,
    pub(crate) is_deleted: bool,
}

fn form_of(work: Work, record: &Record) -> Option<&'static Form> {
    let catalogue = untrack(|| work.book.catalogue());
    catalogue.form(&record.form, &record.version)
}

fn hit(work: Work, id: RecordId, wanted: &Wanted) -> Option<Hit> {
    let (record, row) = work.book.peek(|data| {
        let row = data.rows.get(&id).cloned();
        Some((data.replica.notebook.fold(id)?, row))
    })?;
    let form = form_of(work, &record)?;
    let places = rights::find(&record, form, wanted);
    (!places.is_empty()).then(|| Hit {
        id,
        kind: form.label.clone(),
        title: row
            .as_ref()
            .map(|row| row.title.clone())
            .unwrap_or_default(),
        day: row.as_ref().map(|row| row.date.clone()).unwrap_or_default(),
        places,
        restriction: rights::restriction(&record),
        is_deleted: record.life("") == Life::Deleted,
    })
}

/// Everything that is kept about somebody; `progress` hears how many records were looked through, of how many.
pub(crate) async fn find(work: Work, wanted: &Wanted, progress: impl Fn(usize, usize)) -> Vec<Hit> {
    let ids: Vec<RecordId> = work
        .book
        .peek(|data| data.replica.notebook.records().collect());
    let mut hits = Vec::new();
    for (at, some) in ids.chunks(AT_ONCE).enumerate() {
        progress(at * AT_ONCE, ids.len());
        TimeoutFuture::new(0).await;
        hits.extend(some.iter().filter_map(|id| hit(work, *id, wanted)));
    }
    hits.sort_by(|a, b| (&b.day, b.id).cmp(&(&a.day, a.id)));
    hits
}

/// A copy of what is kept about somebody, as they may read it.
pub(crate) fn copy(work: Work, hit: &Hit) -> Vec<(String, String)> {
    let record = work.book.peek(|data| data.replica.notebook.fold(hit.id));
    let record = record.as_ref();
    let form = record.and_then(|record| form_of(work, record));
    record
        .zip(form)
        .map(|(record, form)| rights::copy(record, form, &hit.places))
        .unwrap_or_default()
}

/// The same as a file.
pub(crate) fn file(work: Work, hits: &[Hit]) -> Ready {
    let record = |hit: &Hit| {
        let fields: Vec<Value> = copy(work, hit)
            .into_iter()
            .map(|(label, said)| json!([label, said]))
            .collect();
        json!({"kind": hit.kind, "day": hit.day, "id": hit.id.to_string(), "fields": fields})
    };
    let records: Vec<Value> = hits.iter().map(record).collect();
    let all = json!({
        "kind": KIND, "version": 1, "made_at": browser::now_ms(), "unit": work.book.unit(), "records": records,
    });
    audit::exported(work, &format!("du-lieu-ca-nhan {}", hits.len()));
    let mut text = String::new();
    records::json::indent(&records::write::to_json(&all), 0, &mut text);
    Ready {
        name: format!("du-lieu-ca-nhan-{}.json", stamp_of_now()),
        mime: "application/json",
        bytes: text.into_bytes(),
    }
}

/// Restricts records for a reason, or lets them go.
pub(crate) async fn restrict(
    work: Work,
    ids: &[RecordId],
    reason: Option<&str>,
) -> Result<u64, SaveError> {
    let today = date::today(browser::now_ms());
    let writes = work.book.peek(|data| {
        let records = ids.iter().filter_map(|id| data.replica.notebook.fold(*id));
        let restriction = reason.map(|reason| (today.as_str(), reason));
        records
            .map(|record| rights::restrict(&record, restriction))
            .collect()
    });
    save::save(work, writes, None).await
}

/// Why something is erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) law: String,
    pub(crate) reason: String,
}

async fn follow(work: Work, stripped: Stripped, order: &Order) -> Result<(), SaveError> {
    let said = Erase {
        ids: stripped.ids,
        law: order.law.clone(),
        reason: order.reason.clone(),
    };
    erase(work, (stripped.stays, said)).await
}

/// Erases what records say of somebody; how many are done, after each.
pub(crate) async fn erase_all(
    work: Work,
    hits: &[Hit],
    order: &Order,
    progress: impl Fn(usize),
) -> Result<(), SaveError> {
    for (at, hit) in hits.iter().enumerate() {
        let plan = work.book.peek(|data| {
            let notebook = &data.replica.notebook;
            let record = notebook.fold(hit.id)?;
            let form = form_of(work, &record)?;
            rights::erasing(notebook, &record, form, &hit.places)
        });
        if let Some(plan) = plan {
            follow(work, plan, order).await?;
        }
        progress(at + 1);
    }
    Ok(())
}

/// What the unit tells people and how long it keeps what, as that holds now.
pub(crate) fn duties() -> Duties {
    let all = catalogue::all();
    all.and_then(|all| all.duties.clone()).unwrap_or_default()
}

/// The records that were kept long enough and still have words.
pub(crate) fn over(work: Work, retention: &Retention) -> Vec<RecordId> {
    let Some(limit) = retention.limit(&date::today(browser::now_ms())) else {
        return Vec::new();
    };
    let is_over = |row: &records::summary::Summary| {
        row.form == retention.form && !row.date.is_empty() && row.date <= limit
    };
    let rows = work.book.rows(is_over);
    let has_words = |id: &RecordId| {
        let record = work.book.record(*id);
        record.is_some_and(|record| {
            form_of(work, &record).is_some_and(|form| !rights::is_bare(&record, form))
        })
    };
    rows.iter().map(|row| row.id).filter(has_words).collect()
}

/// Lets go of the words of records that were kept long enough.
pub(crate) async fn expire(
    work: Work,
    ids: &[RecordId],
    order: &Order,
    progress: impl Fn(usize),
) -> Result<(), SaveError> {
    for (at, id) in ids.iter().enumerate() {
        let plan = work.book.peek(|data| {
            let notebook = &data.replica.notebook;
            let record = notebook.fold(*id)?;
            let form = form_of(work, &record)?;
            rights::expiring(notebook, &record, form)
        });
        if let Some(plan) = plan {
            follow(work, plan, order).await?;
        }
        progress(at + 1);
    }
    Ok(())
}
