//! What an operator does with what is in a notebook: files, the catalogue, a merged commune, books, who carried.

use std::{
    io::{self, Write},
    path::Path,
};

use records::date;

use super::{CommandError, create, open, open_there};
use crate::{
    adopt, arrival,
    import::{self, Counts},
    plain::plain,
    publish,
    settings::{Adopt, ConfirmBook, Import, UnitPlace, Where},
    store::Confirm,
};

/// All files are read before the database is opened: a damaged one leaves everything as it was.
pub(super) async fn take_files(settings: &Import) -> Result<(), CommandError> {
    // What was published counts here too, where there is a database already.
    let known = match open(&settings.at.place) {
        Ok(store) => publish::known(&store).await?,
        Err(_) => records::published::builtin()?,
    };
    let mut all = Vec::new();
    for file in &settings.files {
        let found = import::read(file, &known.catalogue)
            .map_err(|why| CommandError::Import(file.clone(), why))?;
        all.push((file, found));
    }
    let store = create(&settings.at.place.database)?;
    for (file, found) in all {
        let counts = import::file(&store, &settings.at.unit, &known.books, found).await?;
        say_counts(file, &counts)?;
    }
    Ok(())
}

pub(super) async fn show_catalogue(place: &Where) -> Result<(), CommandError> {
    let store = open(place)?;
    let mut out = io::stdout();
    let Some(mark) = store.newest_catalogue().await? else {
        return Ok(writeln!(
            out,
            "Chưa công bố danh mục nào; các máy dùng danh mục của bản cài."
        )?);
    };
    let text = store.catalogue_text(mark.number).await?;
    out.write_all(&text.unwrap_or_default())?;
    Ok(writeln!(out)?)
}

pub(super) async fn take_over(wish: &Adopt) -> Result<(), CommandError> {
    let (place, unit) = (&wish.at.place, &wish.at.unit);
    if wish.old_unit == *unit {
        return Err(CommandError::SameUnit(unit.clone()));
    }
    let (store, from) = (open(place)?, open_there(&wish.from)?);
    let old = (&from, wish.old_unit.as_str(), wish.since.as_str());
    let adopted = adopt::adopt(&store, unit, old).await?;
    let mut out = io::stdout();
    writeln!(
        out,
        "Đã nhận sổ của {}: {} lần ghi mới, {} đã có, {} để lại ở cơ sở dữ liệu cũ.",
        wish.old_unit, adopted.taken, adopted.had, adopted.left
    )?;
    Ok(writeln!(
        out,
        "Khởi động lại máy chủ để các máy thấy sổ cũ."
    )?)
}

pub(super) async fn list_books(at: &UnitPlace) -> Result<(), CommandError> {
    let mut out = io::stdout();
    for volume in open(&at.place)?.volumes(&at.unit).await? {
        let state = match volume.is_open {
            true => "đang cấp số",
            false => "tạm dừng cấp số sau khi phục hồi",
        };
        writeln!(
            out,
            "{} năm {}: số cuối {}, {} phiếu chờ số, {state}",
            volume.form, volume.year, volume.last, volume.waiting
        )?;
    }
    Ok(())
}

pub(super) async fn list_devices(at: &UnitPlace) -> Result<(), CommandError> {
    let mut out = io::stdout();
    for contact in open(&at.place)?.devices(&at.unit).await? {
        let who = plain(&contact.who, contact.who.len());
        let who = match who.as_str() {
            "" => "chưa gửi lần ghi nào",
            who => who,
        };
        writeln!(
            out,
            "máy {} ({who}): {} {}, {} phiếu, {} lần ghi chờ gửi",
            contact.device,
            date::today(contact.seen_at),
            date::clock(contact.seen_at),
            contact.records,
            contact.waiting
        )?;
    }
    Ok(())
}

pub(super) async fn list_carried(at: &UnitPlace) -> Result<(), CommandError> {
    let mut out = io::stdout();
    for carried in open(&at.place)?.carried(&at.unit).await? {
        let (day, clock) = (
            date::today(carried.arrival_ms),
            date::clock(carried.arrival_ms),
        );
        writeln!(
            out,
            "{day} {clock}: máy {} mang {} thay đổi của máy {}",
            carried.carrier, carried.changes, carried.author
        )?;
    }
    Ok(())
}

pub(super) async fn confirm_book(wish: ConfirmBook) -> Result<(), CommandError> {
    let store = open(&wish.at.place)?;
    let known = publish::known(&store).await?;
    if !known.books.iter().any(|book| book.form == wish.form) {
        return Err(CommandError::NoBook(wish.form));
    }
    let given = store
        .confirm(Confirm {
            unit: wish.at.unit,
            form: wish.form,
            year: wish.year,
            last: wish.last,
            arrival_ms: crate::now_ms(),
            hand: arrival::hand(store.identity().await?.mac_key),
        })
        .await?;
    Ok(writeln!(
        io::stdout(),
        "Cấp số trở lại; {given} phiếu đang chờ đã có số."
    )?)
}

fn say_counts(file: &Path, counts: &Counts) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let Counts {
        taken,
        had,
        held,
        refused,
    } = counts;
    writeln!(
        out,
        "{}: nhận mới {taken}, đã có {had}, để riêng {held}, không nhận {}.",
        file.display(),
        refused.len()
    )?;
    for entry in refused {
        writeln!(out, "  không nhận {entry}")?;
    }
    out.flush()
}
