//! Files out and in: Xuất (readable JSON with its changes) and Sao lưu (complete, sealed with a passphrase).

use crate::browser::let_go;
use leptos::prelude::*;
use records::{
    draft::Draft,
    files::{self, EXPORT_KIND, EXPORT_VERSION, Export, FileError, Found},
    hex,
    id::RecordId,
    json::{self, Object, Read, ReadError},
    replica::Entry,
    rights, table,
    write::{Out, Write, to_json},
};
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::{
    browser::{self, files as out, gzip, seal},
    store::{Profile, StoreError},
    work::{Work, audit, open, save::SaveError, settings, sync},
};

/// What a sealed backup names itself.
const BACKUP_KIND: &str = "so-tay-dan-van/sao-luu";
/// How many lines go into the store at once: a phone that sleeps in between loses at most one transaction.
const IMPORT_LINES: usize = 1_000;

/// Why a file was not made or not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FilesError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Save(#[from] SaveError),
    #[error("the passphrase does not open this file")]
    Passphrase,
    /// A case goes out as a copy with a code, and in no other way.
    #[error("a case of the secret compartment")]
    Secret,
    /// The second wasm is not on this device yet.
    #[error("the part of the app that makes files is not here yet")]
    NotHere,
    #[error("the browser cannot do that: {0}")]
    Browser(String),
}

impl From<SplitLoaderError> for FilesError {
    fn from(_: SplitLoaderError) -> Self {
        Self::NotHere
    }
}

impl From<StoreError> for FilesError {
    fn from(error: StoreError) -> Self {
        Self::Save(SaveError::Store(error))
    }
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Imported {
    pub(crate) changes: usize,
    pub(crate) known: usize,
    pub(crate) damaged: Vec<String>,
    pub(crate) drafts: usize,
}

/// A file that is ready to go out.
#[derive(Debug, Clone)]
pub(crate) struct Ready {
    pub(crate) name: String,
    pub(crate) mime: &'static str,
    pub(crate) bytes: Vec<u8>,
}

impl Ready {
    /// Saves it to the device's downloads.
    pub(crate) fn download(&self) -> bool {
        out::download(&self.name, self.mime, &self.bytes)
    }

    /// Hands it to another app.
    pub(crate) async fn share(&self) -> bool {
        out::share(&self.name, self.mime, &self.bytes).await
    }
}

pub(super) fn stamp_of_now() -> String {
    let now = browser::now_ms();
    let (day, clock) = (records::date::today(now), records::date::clock(now));
    format!("{day}-{}-{:02}", clock.replace(':', "g"), now / 1_000 % 60)
}

/// Makes a file for readers.
type Exporter = fn(Work, Option<&[RecordId]>) -> Result<Ready, FilesError>;

#[wasm_split(later, fallible)]
fn exporter() -> Result<Exporter, SplitLoaderError> {
    Ok(export_now)
}

/// The readable file of some records, or of all when none are named.
pub(crate) async fn export(work: Work, only: Option<&[RecordId]>) -> Result<Ready, FilesError> {
    exporter().await?(work, only)
}

fn export_now(work: Work, only: Option<&[RecordId]>) -> Result<Ready, FilesError> {
    if open::is_secret() {
        return Err(FilesError::Secret);
    }
    let export = work.book.peek(|data| {
        let notebook = &data.replica.notebook;
        // What somebody asked to be used no further goes out in no file.
        let is_open = |id: &RecordId| {
            let record = notebook.fold(*id);
            record.is_some_and(|record| rights::restriction(&record).is_none())
        };
        let is_asked = |id: &RecordId| only.is_none_or(|only| only.contains(id));
        let ids = notebook.records().filter(is_asked).filter(is_open);
        let wanted: table::Set<RecordId> = ids.collect();
        let folds = wanted.iter().filter_map(|id| notebook.fold(*id));
        let there = folds.filter(|record| record.life("") != records::fold::Life::Deleted);
        // Orders to erase touch nothing, and belong to the whole.
        let changes = notebook.changes().filter(|(_, known)| {
            known.recs.iter().any(|id| wanted.contains(id))
                || (known.recs.is_empty() && only.is_none())
        });
        Export {
            kind: EXPORT_KIND.to_owned(),
            version: EXPORT_VERSION,
            exported_at: browser::now_ms(),
            app: env!("CARGO_PKG_VERSION").to_owned(),
            unit: data.replica.sync.unit.clone(),
            records: there
                .map(|record| files::readable(&record, work.book.catalogue()))
                .collect(),
            changes: changes
                .filter_map(|(_, known)| files::filed(known))
                .collect(),
        }
    });
    audit::exported(work, &format!("json {}", export.records.len()));
    Ok(Ready {
        name: format!("so-tay-dan-van-{}.json", stamp_of_now()),
        mime: "application/json",
        bytes: export.into_text().into_bytes(),
    })
}

struct BackupHead {
    kind: String,
    version: u32,
    kdf: String,
    rounds: u32,
    salt: String,
    gzip: bool,
}

struct BackupBody {
    entries: Vec<Entry>,
    drafts: Vec<(String, Draft)>,
    profile: Profile,
}

impl Read for BackupHead {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let head = Object::read(raw)?;
        Ok(Self {
            kind: head.text("kind")?,
            version: head.small("version")?,
            kdf: head.text("kdf")?,
            rounds: head.small("rounds")?,
            salt: head.text("salt")?,
            gzip: head.flag("gzip")?,
        })
    }
}

impl Read for BackupBody {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let body = Object::read(raw)?;
        let mut drafts = Vec::new();
        for named in json::list(body.raw("drafts")?)? {
            let (name, draft) = json::pair(named)?;
            drafts.push((String::read(name)?, Draft::read(draft)?));
        }
        Ok(Self {
            entries: body.item("entries")?,
            drafts,
            profile: body.item("profile")?,
        })
    }
}

impl Write for BackupHead {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("kind", &self.kind);
            out.item("version", &self.version);
            out.item("kdf", &self.kdf);
            out.item("rounds", &self.rounds);
            out.item("salt", &self.salt);
            out.item("gzip", &self.gzip);
        });
    }
}

impl Write for BackupBody {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("entries", &self.entries);
            out.item("drafts", &self.drafts);
            out.item("profile", &self.profile);
        });
    }
}

/// Everything on this device, sealed: one line that says how, then the sealed bytes.
pub(crate) async fn backup(work: Work, words: &str) -> Result<Ready, FilesError> {
    let mut profile = work.tools().profile.borrow().clone();
    // A device key belongs to one device; the person enrols the new one.
    profile.key.clear();
    profile.seal.clear();
    profile.seal_epoch.clear();
    let body = work.book.peek(|data| BackupBody {
        entries: data.replica.lines(),
        drafts: data.drafts.clone().into_iter().collect(),
        profile,
    });
    let broken = |e: &dyn core::fmt::Display| FilesError::Browser(e.to_string());
    let plain = to_json(&body).into_bytes();
    let plain = gzip::packed(plain).await;
    let salt: [u8; 16] = browser::random();
    let head = BackupHead {
        kind: BACKUP_KIND.to_owned(),
        version: 1,
        kdf: "PBKDF2-SHA256".to_owned(),
        rounds: seal::ROUNDS,
        salt: hex::encode(&salt),
        gzip: files::is_packed(&plain),
    };
    let key = seal::key_from_words(words, &salt)
        .await
        .map_err(|e| broken(&e))?;
    let sealed = seal::seal(&key, BACKUP_KIND, &plain)
        .await
        .map_err(|e| broken(&e))?;
    let mut bytes = to_json(&head).into_bytes();
    bytes.push(b'\n');
    bytes.extend(sealed.to_vec());
    audit::exported(work, "sao-luu");
    Ok(Ready {
        name: format!("so-tay-dan-van-{}.saoluu", stamp_of_now()),
        mime: "application/octet-stream",
        bytes,
    })
}

/// Whether a file is a sealed backup.
pub(crate) fn is_backup(bytes: &[u8]) -> bool {
    head_of(bytes).is_some()
}

fn head_of(bytes: &[u8]) -> Option<(BackupHead, &[u8])> {
    let end = bytes.iter().take(2_000).position(|byte| *byte == b'\n')?;
    let (head, sealed) = bytes.split_at_checked(end)?;
    let head: BackupHead = json::from_bytes(head).ok()?;
    (head.kind == BACKUP_KIND).then_some((head, sealed.get(1..)?))
}

/// Takes a sealed backup in beside what is there.
pub(crate) async fn restore(
    work: Work,
    bytes: &[u8],
    words: &str,
    progress: impl Fn(usize, usize),
) -> Result<Imported, FilesError> {
    let (head, sealed) = head_of(bytes).ok_or(FileError::Foreign)?;
    if head.version > 1 || head.rounds != seal::ROUNDS {
        return Err(FileError::Newer(u64::from(head.version)).into());
    }
    let salt = hex::decode(&head.salt).ok_or(FileError::Foreign)?;
    let key = seal::key_from_words(words, &salt)
        .await
        .or(Err(FilesError::Passphrase))?;
    let plain = seal::open(&key, BACKUP_KIND, &sealed.into())
        .await
        .or(Err(FilesError::Passphrase))?;
    let plain = if head.gzip {
        let unpacked = gzip::unpack(&plain).await;
        unpacked.ok_or_else(|| FilesError::Browser("gzip".to_owned()))?
    } else {
        plain
    };
    let body: BackupBody =
        json::from_bytes(&plain).map_err(|e| FileError::NotJson(e.to_string()))?;
    let mut found = Found::default();
    for entry in body.entries {
        found
            .changes
            .extend(entry.change.map(|change| (change, entry.acc)));
    }
    let mut imported = take_in(work, found, progress).await?;
    for (name, draft) in body.drafts {
        if work.book.peek(|data| !data.drafts.contains_key(&name)) {
            super::drafts::keep(work, &name, draft).await?;
            imported.drafts += 1;
        }
    }
    let kept = body.profile;
    settings::change(work, |profile| profile.fill_from(&kept)).await?;
    Ok(imported)
}

/// Takes a readable export in.
pub(crate) async fn import(
    work: Work,
    bytes: &[u8],
    progress: impl Fn(usize, usize),
) -> Result<Imported, FilesError> {
    let found = files::read(bytes, work.book.catalogue())?;
    take_in(work, found, progress).await
}

async fn take_in(
    work: Work,
    found: Found,
    progress: impl Fn(usize, usize),
) -> Result<Imported, FilesError> {
    let tools = work.tools();
    let all = found.changes.len();
    let mut imported = Imported {
        damaged: found.damaged,
        ..Imported::default()
    };
    let mut rest = found.changes.into_iter().peekable();
    while rest.peek().is_some() {
        let some: Vec<_> = rest.by_ref().take(IMPORT_LINES).collect();
        let count = some.len();
        let mut plan = work
            .book
            .peek(|data| data.replica.plan_import(some.clone()));
        if plan.rest.is_some() {
            // What is put in the place of all rows has to know all rows, those of other tabs and of this one.
            open::know_all(work).await?;
            plan = work.book.peek(|data| data.replica.plan_import(some));
        }
        imported.changes += plan.entries.len();
        imported.known += count - plan.entries.len();
        let seen = tools.counter_row.borrow().clone();
        let last = *tools.last_row.borrow();
        tools.store.take(&plan, &seen, last).await?;
        work.book
            .adopt(|data| data.replica.adopt(plan).records.into_iter().collect());
        progress(imported.changes + imported.known, all);
    }
    tools.tabs.call("saved");
    sync::soon(work);
    Ok(imported)
}

/// Notes that a complete file went out.
pub(crate) async fn note_backup(work: Work) {
    let now = browser::now_ms();
    // Only a reminder hangs on it.
    let_go(settings::change(work, |profile| profile.backed_up_ms = now).await);
    work.book.me.update(|me| me.backed_up_ms = now);
}
