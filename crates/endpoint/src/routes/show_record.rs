//! `GET /v1/records/{id}`: one record as a person reads it, with what is wrong and what is disputed.

use axum::{
    Extension, Json,
    extract::{Path, State, rejection::PathRejection},
    response::{IntoResponse, Response},
};
use records::{
    change::parse_change,
    fold::{Head, Life, Record, fold},
    id::RecordId,
    validate::problems,
};
use serde_json::{Value, json};

use crate::{Endpoint, account::Visitor, http::problem::Problem, store::Row, vault};

pub(super) async fn show_record(
    State(endpoint): State<Endpoint>,
    Extension(visitor): Extension<Visitor>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let Some(id) = id.ok().and_then(|Path(text)| text.parse::<RecordId>().ok()) else {
        return Err(Problem::NotFound); // what is not a name names nothing
    };
    let mut rows = endpoint.store().changes_of(&visitor.unit, id).await?;
    // A case is its readers', by way of their notebooks; for this page it is not there.
    rows.retain(|row| !vault::is_sealed(&row.body));
    let reading = endpoint.clone();
    let read = tokio::task::spawn_blocking(move || read(&reading, id, &rows)).await;
    match read {
        Ok(Some(answer)) => Ok(Json(answer).into_response()),
        Ok(None) => Err(Problem::NotFound),
        Err(_panicked) => Err(Problem::Internal),
    }
}

fn read(endpoint: &Endpoint, id: RecordId, rows: &[Row]) -> Option<Value> {
    let mut changes = Vec::with_capacity(rows.len());
    for row in rows {
        match parse_change(row.body.as_bytes()) {
            Ok(change) => changes.push((change, row.acc.eff)),
            Err(error) => tracing::error!(id = %row.id, %error, "a stored change is damaged"),
        }
    }
    let record = fold(id, changes.iter().map(|(change, eff)| (change, Some(*eff))))?;
    let doc = record.to_doc();
    let known = endpoint.known();
    let form = known.bundle.catalogue.form(&record.form, &record.version);
    let waiting: Vec<&str> = record
        .cells
        .iter()
        .filter(|(_, cell)| cell.is_waiting)
        .map(|(path, _)| path.as_str())
        .collect();
    Some(json!({
        "id": id,
        "form": record.form,
        "version": record.version,
        "is_form_known": form.is_some(),
        "life": life(&record),
        "created": {"stamp": record.created.0, "who": record.created.1},
        "touched": {"stamp": record.touched.0, "who": record.touched.1},
        "changes": changes.len(),
        "problems": form.map(|form| problems(form, &doc)).unwrap_or_default(),
        "conflicts": conflicts(&record),
        "waiting": waiting,
        "doc": doc,
    }))
}

fn life(record: &Record) -> &'static str {
    match record.life("") {
        Life::Alive => "alive",
        Life::Deleted => "deleted",
        Life::Revived => "revived",
    }
}

/// Each field with more than one value that stands; the value that is shown comes first.
fn conflicts(record: &Record) -> Vec<Value> {
    let cells = record
        .conflicts()
        .into_iter()
        .filter_map(|path| Some((path, record.cells.get(path)?)));
    cells
        .map(|(path, cell)| {
            let choices: Vec<Value> = cell.choices().into_iter().map(choice).collect();
            json!({"path": path, "choices": choices})
        })
        .collect()
}

fn choice(head: &Head) -> Value {
    json!({
        "change": head.change,
        "stamp": head.stamp,
        "who": head.who,
        "value": head.value,
        "is_erased": head.is_erased,
    })
}
