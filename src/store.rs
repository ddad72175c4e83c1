//! The only door to IndexedDB: a log of sealed lines, the counter, what is known of the endpoint, drafts.
//!
//! Every row is a sealed envelope; keys are numbers or random names. A commit is one strict transaction in
//! which the counter is checked first: another tab's save between reading it and writing shows as
//! [`StoreError::Moved`] and is planned again. No merge rules live here.

pub(crate) mod acts;
#[cfg(feature = "contract")]
pub(crate) mod contract;
pub(crate) mod courier;
pub(crate) mod idb;
pub(crate) mod lock;
mod profile;
mod remains;
mod second;
pub(crate) mod secret;

use crate::browser::let_go;
use js_sys::Uint8Array;
use records::{
    draft::Draft,
    json::{self, Object, Read, ReadError},
    published::Mark,
    replica::{Counter, Entry, Plan, SyncState},
    write::{Out, Write, to_json},
};
use wasm_bindgen::{JsCast, JsValue};

use crate::browser::{
    self, cache,
    seal::{self, SealError},
};
use idb::{Db, Op};
pub(crate) use profile::Profile;

/// Random names and keys only; this is the whole of what IndexedDB shows to whoever opens it.
const STORES: [(&str, bool); 4] = [
    ("keys", false),
    ("meta", false),
    ("log", true),
    ("drafts", false),
];
/// The shape of the database; grows with every release that changes it.
const SHAPE: u32 = 1;
/// Single rows that are kept before they become segments: each costs a decryption at the start.
const LOOSE_ROWS_MAX: usize = 200;
/// Lines of a segment: ten thousand rows one by one took 645 ms to open, in 50 segments 13 ms.
const SEGMENT_LINES: usize = 200;

/// Why the store did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum StoreError {
    /// The browser has no IndexedDB, or forbids it (a private window).
    #[error("no IndexedDB: {0}")]
    Missing(String),
    /// A newer release of the app wrote this database.
    #[error("the database is of a newer release")]
    Newer,
    /// Somebody locked it, and nobody was let in yet.
    #[error("the notebook is locked")]
    Locked,
    /// No room.
    #[error("the storage is full")]
    Full,
    /// Another tab saved in between.
    #[error("another tab saved in between")]
    Moved,
    /// What is stored does not open.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// What is stored is not what it should be.
    #[error("unreadable: {0}")]
    Unreadable(String),
    /// Anything else the browser said.
    #[error("{0}: {1}")]
    Browser(String, String),
}

/// A catalogue that the endpoint published, in the bytes in which it came.
#[derive(Debug, Clone)]
pub(crate) struct Published {
    /// Whose it is: another endpoint counts its own.
    pub(crate) endpoint: String,
    pub(crate) mark: Mark,
    pub(crate) text: String,
}

impl Read for Published {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let published = Object::read(raw)?;
        Ok(Self {
            endpoint: published.text_or_empty("endpoint")?,
            mark: published.item("mark")?,
            text: published.text("text")?,
        })
    }
}

impl Write for Published {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("endpoint", &self.endpoint);
            out.item("mark", &self.mark);
            out.item("text", &self.text);
        });
    }
}

/// The store, open.
#[derive(Debug)]
pub(crate) struct Store {
    name: String,
    db: Db,
    key: web_sys::CryptoKey,
    /// Under a lock, which somebody opened.
    pub(crate) has_lock: bool,
    /// The browser had lost the database; it began with what the second place has.
    pub(crate) is_found_again: bool,
}

/// What was there at the start.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) counter: Counter,
    /// The counter's envelope: what a commit expects to find.
    pub(crate) counter_row: Vec<u8>,
    pub(crate) sync: SyncState,
    pub(crate) profile: Profile,
    pub(crate) entries: Vec<Entry>,
    /// The last row read.
    pub(crate) last_row: f64,
    pub(crate) drafts: Vec<KeptDraft>,
    /// Rows that do not open: kept where they are.
    pub(crate) damaged: usize,
    /// A catalogue that was published lies there, unread.
    pub(crate) has_published: bool,
}

/// A draft with the envelope it lies in: another tab's is told from one's own by its bytes.
#[derive(Debug, Clone)]
pub(crate) struct KeptDraft {
    pub(crate) name: String,
    pub(crate) draft: Draft,
    pub(crate) row: Vec<u8>,
}

/// What a commit leaves to remember.
#[derive(Debug)]
pub(crate) struct Committed {
    pub(crate) counter_row: Option<Vec<u8>>,
}

fn from_json<T: Read>(bytes: &[u8]) -> Result<T, StoreError> {
    json::from_bytes(bytes).map_err(|e| StoreError::Unreadable(e.to_string()))
}

/// What lies under a name: its bytes as they were before they were sealed, if they open, and its envelope.
#[derive(Default)]
struct Kept {
    plain: Option<Vec<u8>>,
    row: Option<Vec<u8>>,
}

impl Kept {
    /// The value, when it opens and is what it should be.
    fn value<T: Read>(&self) -> Option<T> {
        from_json(self.plain.as_deref()?).ok() // or the caller sees an envelope without a value
    }
}

impl Store {
    /// Opens the notebook's database and its key; makes both when they are not there.
    pub(crate) async fn open(name: &str) -> Result<Self, StoreError> {
        let db = Db::open(name, SHAPE, &STORES).await?;
        let ops = vec![
            Op::Get("keys", "data".into()),
            Op::Get("keys", "lock".into()),
        ];
        let found = db.read(&["keys"], ops).await?;
        let (data, lock) = (
            found.first().and_then(bytes_of),
            found.get(1).and_then(bytes_of),
        );
        let mut is_found_again = false;
        let bytes = match (data, &lock) {
            (Some(data), _) => data,
            (None, Some(_)) => lock::let_in_with().ok_or(StoreError::Locked)?.to_vec(),
            (None, None) => {
                // Nothing is here: it is new, or the browser lost it.
                let kept = cache::all(name).await.unwrap_or_default();
                let begin = second::begin(&kept);
                // Two tabs may start at once: the first one's key stays.
                match db
                    .write(&["keys", "meta", "log", "drafts"], begin.ops)
                    .await
                {
                    Ok(_) => is_found_again = begin.was_here,
                    Err(StoreError::Moved) => {}
                    Err(error) => return Err(error),
                }
                if begin.is_locked {
                    return Err(StoreError::Locked);
                }
                let found = db.read(&["keys"], vec![Op::Get("keys", "data".into())]);
                let bytes = found.await?.first().and_then(bytes_of);
                let bytes = bytes.ok_or(StoreError::Locked)?;
                second::keep_key(name, &bytes).await;
                bytes
            }
        };
        Ok(Self {
            name: name.to_owned(),
            db,
            key: seal::key(&bytes).await?,
            has_lock: lock.is_some(),
            is_found_again,
        })
    }

    async fn seal(&self, place: &str, value: &dyn Write) -> Result<JsValue, StoreError> {
        let plain = to_json(value);
        Ok(seal::seal(&self.key, place, plain.as_bytes()).await?.into())
    }

    async fn unseal(&self, place: &str, row: &JsValue) -> Result<Vec<u8>, StoreError> {
        Ok(seal::open(&self.key, place, &Uint8Array::new(row)).await?)
    }

    async fn lines(&self, row: &JsValue) -> Result<Vec<Entry>, StoreError> {
        from_json(&self.unseal("log", row).await?)
    }

    /// A row of `meta`, which may be damaged.
    async fn meta(&self, name: &str) -> Result<Kept, StoreError> {
        let found = self
            .db
            .read(&["meta"], vec![Op::Get("meta", name.into())])
            .await?;
        let Some(row) = found.into_iter().next().filter(JsValue::is_object) else {
            return Ok(Kept::default());
        };
        let plain = self.unseal(name, &row).await;
        Ok(Kept {
            plain: plain.ok(), // or the caller sees an envelope without a value
            row: bytes_of(&row),
        })
    }

    /// Reads everything. `progress` hears how many lines are in.
    pub(crate) async fn load(&self, progress: impl Fn(usize)) -> Result<Loaded, StoreError> {
        let (counter, counter_row) = self.counter().await?;
        // Damaged, these two are begun anew: the notebook must open, and a sync reads everything again.
        let kept = self.meta("sync").await?;
        let sync: Option<SyncState> = kept.value();
        let mut damaged = usize::from(sync.is_none() && kept.row.is_some());
        let kept = self.meta("profile").await?;
        let profile: Option<Profile> = kept.value();
        damaged += usize::from(profile.is_none() && kept.row.is_some());
        let (drafts, damaged_drafts) = self.drafts().await?;
        let rows = self.rows_after(0.0).await?;
        let published = vec![Op::Get("meta", "catalogue".into())];
        let published = self.db.read(&["meta"], published).await?;
        let mut loaded = Loaded {
            counter,
            counter_row,
            sync: sync.unwrap_or_default(),
            profile: profile.unwrap_or_default(),
            entries: Vec::new(),
            last_row: 0.0,
            drafts,
            damaged: damaged + damaged_drafts,
            has_published: published.first().is_some_and(JsValue::is_object),
        };
        let mut loose = Vec::new();
        for (number, row) in rows {
            loaded.last_row = number;
            match self.lines(&row).await {
                Ok(lines) => {
                    if lines.len() < SEGMENT_LINES / 2 {
                        loose.push((number, row));
                    }
                    loaded.entries.extend(lines);
                    progress(loaded.entries.len());
                }
                Err(_) => loaded.damaged += 1, // Left where it is; its number is shown.
            }
        }
        if loose.len() > LOOSE_ROWS_MAX {
            // Losing a race with another tab only means that it is done next time.
            let_go(self.compact(loose).await);
        }
        Ok(loaded)
    }

    /// The counter as it is now, made when it is not there.
    pub(crate) async fn counter(&self) -> Result<(Counter, Vec<u8>), StoreError> {
        let kept = self.meta("counter").await?;
        if let (Some(counter), Some(row)) = (kept.value(), kept.row.clone()) {
            return Ok((counter, row));
        }
        // Not there, or damaged: a new name, so that no number is given twice.
        let dev = records::id::DeviceId::new(browser::now_ms(), browser::random());
        let counter = Counter {
            dev,
            n: 0,
            stamp: records::stamp::Stamp::default(),
        };
        let row = self.seal("counter", &counter).await?;
        let ops = vec![
            Op::Expect("meta", "counter".into(), kept.row),
            Op::Put("meta", Some("counter".into()), row.clone()),
        ];
        match self.db.write(&["meta"], ops).await {
            Ok(_) => Ok((counter, Uint8Array::new(&row).to_vec())),
            Err(StoreError::Moved) => {
                let kept = self.meta("counter").await?;
                let found = kept.value().zip(kept.row);
                found.ok_or_else(|| StoreError::Unreadable("counter".to_owned()))
            }
            Err(error) => Err(error),
        }
    }

    /// What is known of the endpoint, as the tab that syncs left it.
    pub(crate) async fn load_sync(&self) -> Option<SyncState> {
        // What cannot be read now is read at the next call.
        self.meta("sync").await.ok()?.value()
    }

    async fn rows_after(&self, last: f64) -> Result<Vec<(f64, JsValue)>, StoreError> {
        let ops = vec![Op::KeysAfter("log", last), Op::RowsAfter("log", last)];
        let found = self.db.read(&["log"], ops).await?;
        let list = |at: usize| found.get(at).map(js_sys::Array::from).unwrap_or_default();
        let numbers = list(0)
            .iter()
            .map(|number| number.as_f64().unwrap_or_default())
            .collect::<Vec<_>>();
        Ok(numbers.into_iter().zip(list(1).iter()).collect())
    }

    /// The lines that other tabs added since.
    pub(crate) async fn entries_after(&self, last: f64) -> Result<(Vec<Entry>, f64), StoreError> {
        let (mut entries, mut last) = (Vec::new(), last);
        for (number, row) in self.rows_after(last).await? {
            // What does not open is counted at the next start; the rows after it are read all the same.
            entries.extend(self.lines(&row).await.unwrap_or_default());
            last = number;
        }
        Ok((entries, last))
    }

    /// What puts the counter and what is known of the endpoint in their places, and the counter's new envelope.
    async fn heads(
        &self,
        plan: &Plan,
        seen: &[u8],
    ) -> Result<(Vec<Op>, Option<Vec<u8>>), StoreError> {
        let mut ops = Vec::new();
        let mut counter_row = None;
        if let Some(counter) = &plan.counter {
            let row = self.seal("counter", counter).await?;
            counter_row = Some(Uint8Array::new(&row).to_vec());
            ops.push(Op::Expect("meta", "counter".into(), Some(seen.to_vec())));
            ops.push(Op::Put("meta", Some("counter".into()), row));
        }
        if let Some(sync) = &plan.sync {
            let row = self.seal("sync", sync).await?;
            ops.push(Op::Put("meta", Some("sync".into()), row));
        }
        Ok((ops, counter_row))
    }

    /// Lines as the rows of the log that hold them.
    async fn rows_of(&self, lines: &[Entry]) -> Result<Vec<JsValue>, StoreError> {
        let mut rows = Vec::new();
        for lines in lines.chunks(SEGMENT_LINES) {
            rows.push(self.seal("log", &lines).await?);
        }
        Ok(rows)
    }

    /// Writes a plan in one strict transaction. `seen` is the counter's envelope as this tab knows it; with it a
    /// draft that became part of the plan goes, unless another tab wrote into it. One that says all that is to remain
    /// is for [`Self::take`].
    pub(crate) async fn commit(
        &self,
        plan: &Plan,
        seen: &[u8],
        drop_draft: Option<(&str, Option<Vec<u8>>)>,
    ) -> Result<Committed, StoreError> {
        let (mut ops, counter_row) = self.heads(plan, seen).await?;
        let rows = self.rows_of(&plan.entries).await?;
        ops.extend(rows.iter().map(|row| Op::Put("log", None, row.clone())));
        if let Some((draft, seen)) = &drop_draft {
            ops.push(Op::Expect("drafts", (*draft).into(), seen.clone()));
            ops.push(Op::Delete("drafts", (*draft).into()));
        }
        if !ops.is_empty() {
            self.db.write(&["meta", "log", "drafts"], ops).await?;
        }
        // What came from the endpoint is there; what was made here is nowhere else yet.
        if plan.sync.is_none() {
            self.keep_rows(&rows).await;
        }
        if let Some((draft, _)) = drop_draft {
            self.let_draft_go(draft).await;
        }
        Ok(Committed { counter_row })
    }

    /// The person and the endpoint of this device as they are now, and the envelope they lie in.
    pub(crate) async fn profile(&self) -> Result<(Profile, Option<Vec<u8>>), StoreError> {
        let kept = self.meta("profile").await?;
        Ok((kept.value().unwrap_or_default(), kept.row))
    }

    /// Keeps the profile, unless another tab changed it since `seen`.
    pub(crate) async fn put_profile(
        &self,
        profile: &Profile,
        seen: Option<Vec<u8>>,
    ) -> Result<(), StoreError> {
        let row = self.seal("profile", profile).await?;
        let ops = vec![
            Op::Expect("meta", "profile".into(), seen),
            Op::Put("meta", Some("profile".into()), row.clone()),
        ];
        self.db.write(&["meta"], ops).await?;
        self.keep_profile(&row).await;
        Ok(())
    }

    /// The catalogue that was published, if one was; it can be fetched again when it does not open.
    pub(crate) async fn published(&self) -> Option<Published> {
        self.meta("catalogue").await.ok()?.value()
    }

    /// Keeps the catalogue that was published.
    pub(crate) async fn put_published(&self, published: &Published) -> Result<(), StoreError> {
        let row = self.seal("catalogue", published).await?;
        let ops = vec![Op::Put("meta", Some("catalogue".into()), row)];
        self.db.write(&["meta"], ops).await.map(|_| ())
    }

    /// Keeps a draft, unless another tab wrote or dropped it since `seen`. Returns its envelope.
    pub(crate) async fn put_draft(
        &self,
        name: &str,
        draft: &Draft,
        seen: Option<Vec<u8>>,
    ) -> Result<Vec<u8>, StoreError> {
        let row = self.seal("draft", draft).await?;
        let bytes = bytes_of(&row).unwrap_or_default();
        let ops = vec![
            Op::Expect("drafts", name.into(), seen),
            Op::Put("drafts", Some(name.into()), row.clone()),
        ];
        self.db.write(&["drafts"], ops).await?;
        self.keep_draft(name, &row).await;
        Ok(bytes)
    }

    /// The envelope of a draft as it lies there now.
    pub(crate) async fn draft_row(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let found = self
            .db
            .read(&["drafts"], vec![Op::Get("drafts", name.into())])
            .await?;
        Ok(found.first().and_then(bytes_of))
    }

    /// Drops a draft.
    pub(crate) async fn drop_draft(&self, name: &str) -> Result<(), StoreError> {
        self.db
            .write(&["drafts"], vec![Op::Delete("drafts", name.into())])
            .await?;
        self.let_draft_go(name).await;
        Ok(())
    }

    /// All drafts, and how many do not open.
    pub(crate) async fn drafts(&self) -> Result<(Vec<KeptDraft>, usize), StoreError> {
        let found = self
            .db
            .read(&["drafts"], vec![Op::Keys("drafts"), Op::Rows("drafts")])
            .await?;
        let list = |at: usize| found.get(at).map(js_sys::Array::from).unwrap_or_default();
        let (mut drafts, mut damaged) = (Vec::new(), 0);
        for (name, row) in list(0).iter().zip(list(1).iter()) {
            let plain = self.unseal("draft", &row).await;
            let draft = plain.and_then(|plain| from_json(&plain));
            match (name.as_string(), draft, bytes_of(&row)) {
                (Some(name), Ok(draft), Some(row)) => drafts.push(KeptDraft { name, draft, row }),
                _ => damaged += 1,
            }
        }
        Ok((drafts, damaged))
    }

    /// Loose rows become segments, in one transaction that expects the first of them still to be there.
    async fn compact(&self, rows: Vec<(f64, JsValue)>) -> Result<(), StoreError> {
        let mut ops = Vec::new();
        let mut lines: Vec<Entry> = Vec::new();
        for (number, row) in rows {
            if ops.is_empty() {
                let bytes = Uint8Array::new(&row).to_vec();
                ops.push(Op::Expect("log", number.into(), Some(bytes)));
            }
            lines.extend(self.lines(&row).await?);
            ops.push(Op::Delete("log", number.into()));
        }
        let rows = self.rows_of(&lines).await?;
        ops.extend(rows.into_iter().map(|row| Op::Put("log", None, row)));
        self.db.write(&["log"], ops).await.map(|_| ())
    }

    /// Deletes everything on this device.
    pub(crate) async fn erase_all(&self) -> Result<(), StoreError> {
        erase_from(&self.db, &self.name).await
    }
}

/// Deletes everything of a notebook that nobody opened.
pub(crate) async fn erase(name: &str) -> Result<(), StoreError> {
    erase_from(&Db::open(name, SHAPE, &STORES).await?, name).await
}

async fn erase_from(db: &Db, name: &str) -> Result<(), StoreError> {
    let names: Vec<&str> = STORES.iter().map(|(name, _)| *name).collect();
    let ops: Vec<Op> = STORES.iter().map(|(name, _)| Op::Clear(name)).collect();
    // First the compartment that nothing opens any more, and of each the second place: an empty database would begin with
    // what is there.
    let inner = secret::name_of(name);
    cache::erase(&inner).await;
    Db::open(&inner, SHAPE, &STORES)
        .await?
        .write(&names, ops.clone())
        .await?;
    cache::erase(name).await;
    db.write(&names, ops).await.map(|_| ())
}

/// The rows of a store are bytes.
fn bytes_of(value: &JsValue) -> Option<Vec<u8>> {
    value.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec)
}
