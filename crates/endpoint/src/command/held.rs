//! What an operator does with changes that were set aside: nothing of them is lost, and nothing is taken by itself.

use std::io::{self, Write};

use records::json::Raw;
use records::{change::parse_change, date, files::Found, id::ChangeId};

use super::{CommandError, open, people::note};
use crate::{
    import::{self, Counts},
    plain::plain,
    publish,
    settings::{HeldPlace, UnitPlace},
    store::{Held, Store},
    vault::is_sealed,
};

/// More of who and what is cut.
const ABOUT_CHARS_MAX: usize = 200;

pub(super) async fn list(at: &UnitPlace) -> Result<(), CommandError> {
    let mut out = io::stdout();
    for held in open(&at.place)?.held(&at.unit).await? {
        let change = parse_change(held.body.as_bytes());
        let about = match &change {
            _ if is_sealed(&held.body) => "hồ sơ tố cáo, niêm phong".to_owned(),
            Ok(change) => {
                let forms = change.recs.iter().map(|writes| writes.form.as_str());
                let who = change.who.clone().unwrap_or_default();
                let about = format!("{who}, {}", forms.collect::<Vec<_>>().join(", "));
                // A name may hold what a terminal obeys.
                plain(&about, ABOUT_CHARS_MAX)
            }
            Err(error) => format!("không đọc được: {error}"),
        };
        let (day, clock) = (date::today(held.arrival_ms), date::clock(held.arrival_ms));
        writeln!(out, "{}  {day} {clock}  {}  {about}", held.id, held.code)?;
    }
    Ok(())
}

/// All that lies there under one id: several texts may.
async fn found(store: &Store, unit: &str, id: ChangeId) -> Result<Vec<Held>, CommandError> {
    let all = store.held(unit).await?;
    let found: Vec<Held> = all.into_iter().filter(|held| held.id == id).collect();
    match found.is_empty() {
        true => Err(CommandError::NotHeld(id)),
        false => Ok(found),
    }
}

pub(super) async fn show(wish: &HeldPlace) -> Result<(), CommandError> {
    let store = open(&wish.at.place)?;
    let unit = &wish.at.unit;
    let all = found(&store, unit, wish.id).await?;
    // Looked at is written down before it is looked at.
    store
        .log(note(unit, "xem_rieng", wish.id.to_string()))
        .await?;
    let mut out = io::stdout();
    for held in all {
        writeln!(out, "{}", held.body)?;
    }
    Ok(())
}

pub(super) async fn take(wish: &HeldPlace) -> Result<(), CommandError> {
    let store = open(&wish.at.place)?;
    let unit = &wish.at.unit;
    let books = publish::known(&store).await?.books;
    let mut out = io::stdout();
    for held in found(&store, unit, wish.id).await? {
        if is_sealed(&held.body) {
            writeln!(
                out,
                "Vẫn để riêng {}: hồ sơ tố cáo chỉ người được nêu trong hồ sơ ghi vào.",
                held.id
            )?;
            continue;
        }
        let raw = Raw::new(&held.body);
        let one = Found {
            changes: raw.ok().map(|raw| (raw, None)).into_iter().collect(),
            ..Found::default()
        };
        store
            .log(note(unit, "nhan_rieng", wish.id.to_string()))
            .await?;
        let Counts { taken, had, .. } = import::file(&store, unit, &books, one).await?;
        if taken + had > 0 {
            store.let_go(unit, &held).await?;
            writeln!(out, "Đã nhận {} vào sổ.", held.id)?;
        } else {
            writeln!(
                out,
                "Vẫn để riêng {}: mã này đã có với nội dung khác.",
                held.id
            )?;
        }
    }
    Ok(())
}
