//! The store's second place (`browser::cache`): the key, the profile, drafts, and every row that was made here, until the
//! endpoint has it. A database that the browser lost begins with what is kept there. Until there is a lock its key lies
//! beside the rows here as it does there, and protects nothing yet.

use js_sys::Uint8Array;
use wasm_bindgen::JsValue;

use records::replica::{Entry, Plan};

use super::{Op, SEGMENT_LINES, Store, StoreError};
use crate::browser::{self, cache};

/// Names in the second place: the key, the profile, rows of the log by the time they were saved, drafts by their names.
const KEY: &str = "khoa";
const PROFILE: &str = "ho-so";
const ROW: &str = "hang-";
const DRAFT: &str = "nhap-";

fn row_name() -> String {
    let [a, b] = browser::random::<2>();
    format!("{ROW}{:013}-{a:02x}{b:02x}", browser::now_ms())
}

/// What a database begins with that was not there: what the second place has, or nothing but a key; and whether it was
/// there before.
pub(super) fn begin(all: &[(String, Uint8Array)]) -> (Vec<u8>, Vec<Op>, bool) {
    let kept = |wanted: &str| all.iter().find(|(name, _)| name == wanted);
    let mut ops = vec![Op::Expect("keys", "data".into(), None)];
    let key = kept(KEY).map(|(_, bytes)| bytes.to_vec());
    let Some(key) = key.filter(|key| key.len() == 32) else {
        let fresh: [u8; 32] = browser::random();
        let row = Uint8Array::from(&fresh[..]).into();
        ops.push(Op::Put("keys", Some("data".into()), row));
        return (fresh.to_vec(), ops, false);
    };
    let row = Uint8Array::from(&key[..]).into();
    ops.push(Op::Put("keys", Some("data".into()), row));
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
    (key, ops, true)
}

pub(super) async fn keep_key(notebook: &str, key: &[u8]) {
    cache::put(notebook, KEY, &Uint8Array::from(key)).await;
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

    /// After something was erased: of the lines of a plan, those that no endpoint has, and nothing else.
    pub(super) async fn renew_rows(&self, plan: &Plan) -> Result<(), StoreError> {
        let lines = plan.rest.iter().flatten();
        let waiting: Vec<Entry> = lines.filter(|line| line.acc.is_none()).cloned().collect();
        let mut rows = Vec::new();
        for lines in waiting.chunks(SEGMENT_LINES) {
            rows.push(self.seal("log", &lines).await?);
        }
        cache::drop_where(&self.name, |name| name.starts_with(ROW)).await;
        self.keep_rows(&rows).await;
        Ok(())
    }

    /// A notebook of an earlier release has no second place yet.
    pub(super) async fn double_unless_done(&self, key: &[u8]) -> Result<(), StoreError> {
        if cache::has(&self.name, KEY).await {
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
        keep_key(&self.name, key).await;
        Ok(())
    }
}
