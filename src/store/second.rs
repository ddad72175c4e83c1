//! The store's second place (`browser::cache`): the key, the profile, drafts, and every row that was made here, until the
//! endpoint has it. A database that the browser lost begins with what is kept there. The key lies here as it does there:
//! bare, or under the lock.

use js_sys::Uint8Array;
use wasm_bindgen::JsValue;

use super::{Op, Store, StoreError};
use crate::browser::{self, cache};

/// Names in the second place: the key or the lock it lies under, the profile, rows of the log by the time they were saved, drafts by their names.
const KEY: &str = "khoa";
const LOCK: &str = "o-khoa";
const PROFILE: &str = "ho-so";
const ROW: &str = "hang-";
const DRAFT: &str = "nhap-";

fn row_name() -> String {
    let [a, b] = browser::random::<2>();
    format!("{ROW}{:013}-{a:02x}{b:02x}", browser::now_ms())
}

/// What a database begins with that was not there: what the second place has, or nothing but a key.
pub(super) struct Begin {
    pub(super) ops: Vec<Op>,
    /// It was there before.
    pub(super) was_here: bool,
    /// Under a lock.
    pub(super) is_locked: bool,
}

pub(super) fn begin(all: &[(String, Uint8Array)]) -> Begin {
    let kept = |wanted: &str| all.iter().find(|(name, _)| name == wanted);
    let key = kept(KEY).filter(|(_, key)| key.length() == 32);
    let lock = kept(LOCK);
    let (place, row) = match (lock, key) {
        (Some((_, lock)), _) => ("lock", lock.into()),
        (None, Some((_, key))) => ("data", key.into()),
        (None, None) => {
            let fresh: [u8; 32] = browser::random();
            ("data", Uint8Array::from(&fresh[..]).into())
        }
    };
    let mut ops = vec![
        Op::Expect("keys", "data".into(), None),
        Op::Expect("keys", "lock".into(), None),
        Op::Put("keys", Some(place.into()), row),
    ];
    let begin = |ops, was_here| Begin {
        ops,
        was_here,
        is_locked: lock.is_some(),
    };
    if lock.is_none() && key.is_none() {
        return begin(ops, false);
    }
    if let Some((_, row)) = kept(PROFILE) {
        ops.push(Op::Put("meta", Some("profile".into()), row.into()));
    }
    for (name, row) in all {
        if let Some(draft) = name.strip_prefix(DRAFT) {
            ops.push(Op::Put("drafts", Some(draft.into()), row.into()));
        }
    }
    let rows = all.iter().filter(|(name, _)| name.starts_with(ROW));
    ops.extend(rows.map(|(_, row)| Op::Put("log", None, row.into())));
    begin(ops, true)
}

pub(super) async fn keep_key(notebook: &str, key: &[u8]) {
    cache::put(notebook, KEY, &Uint8Array::from(key)).await;
}

/// The lock first: a second place with neither would begin a notebook anew.
pub(super) async fn keep_lock(notebook: &str, row: &JsValue) {
    cache::put(notebook, LOCK, row).await;
    cache::drop_one(notebook, KEY).await;
}

pub(super) async fn drop_lock(notebook: &str, key: &[u8]) {
    keep_key(notebook, key).await;
    cache::drop_one(notebook, LOCK).await;
}

impl Store {
    pub(super) async fn keep_profile(&self, row: &JsValue) {
        cache::put(&self.name, PROFILE, row).await;
    }

    pub(super) async fn keep_rows(&self, rows: &[JsValue]) {
        for row in rows {
            cache::put(&self.name, &row_name(), row).await;
        }
    }

    pub(super) async fn keep_draft(&self, name: &str, row: &JsValue) {
        cache::put(&self.name, &format!("{DRAFT}{name}"), row).await;
    }

    pub(super) async fn let_draft_go(&self, name: &str) {
        cache::drop_one(&self.name, &format!("{DRAFT}{name}")).await;
    }

    /// The endpoint has all that was saved before this moment: the second place may let it go.
    pub(crate) async fn is_elsewhere(&self, before_ms: u64) {
        let end = format!("{ROW}{before_ms:013}");
        cache::drop_where(&self.name, |name| name.starts_with(ROW) && *name < *end).await;
    }

    /// After something was erased: these rows, and nothing else that was made here.
    /// What was saved since `before_ms` has its own.
    pub(super) async fn renew_rows(&self, rows: &[JsValue], before_ms: u64) {
        self.keep_rows(rows).await;
        self.is_elsewhere(before_ms).await;
    }

    /// Browsers lose the second place, too, and notebooks of an earlier release have none: then it is made anew.
    pub(crate) async fn double(&self) -> Result<(), StoreError> {
        let ops = vec![
            Op::Get("keys", "data".into()),
            Op::Get("keys", "lock".into()),
        ];
        let found = self.db.read(&["keys"], ops).await?;
        let (key, lock) = (found.first(), found.get(1).filter(|row| row.is_object()));
        let place = if lock.is_some() { LOCK } else { KEY };
        if cache::has(&self.name, place).await {
            // A lock that was cut off half set leaves the bare key here, one that was half taken away itself.
            let other = if lock.is_some() { KEY } else { LOCK };
            cache::drop_one(&self.name, other).await;
            return Ok(());
        }
        let kept = self.meta("profile").await?;
        if let Some(row) = kept.row {
            cache::put(&self.name, PROFILE, &Uint8Array::from(&row[..])).await;
        }
        for (_, row) in self.rows_after(0.0).await? {
            cache::put(&self.name, &row_name(), &row).await;
        }
        for kept in self.drafts().await?.0 {
            let row = Uint8Array::from(&kept.row[..]);
            cache::put(&self.name, &format!("{DRAFT}{}", kept.name), &row).await;
        }
        // Last: until it is there, all of this is done again.
        if let Some(row) = lock.or(key) {
            cache::put(&self.name, place, row).await;
        }
        Ok(())
    }
}
