//! The secret compartment of a notebook: a database of its own, whose key lies in it sealed with the notebook's. It is there
//! only where there is a lock.

use js_sys::Uint8Array;
use records::change::SECRET;
use wasm_bindgen::JsValue;

use super::{
    Op, Profile, SHAPE, STORES, Store, StoreError, bytes_of, idb::Db, lock::DataKey, second,
};
use crate::browser::{self, cache, seal};

/// As whose unit it shows itself.
const TITLE: &str = "Ngăn hồ sơ tố cáo";

/// The name of a notebook's secret compartment.
pub(crate) fn name_of(notebook: &str) -> String {
    format!("{notebook}/{SECRET}")
}

/// The key of a compartment, opened with the notebook's own; made, when there is none and it is wanted.
pub(crate) async fn key(
    notebook: &str,
    own: &DataKey,
    is_wanted: bool,
) -> Result<Option<DataKey>, StoreError> {
    let name = name_of(notebook);
    let db = Db::open(&name, SHAPE, &STORES).await?;
    let by = seal::key(own).await?;
    let mut row = row(&db).await?;
    if row.is_none() {
        // The browser may have lost it.
        let kept = cache::all(&name).await.unwrap_or_default();
        let begin = second::begin(&kept);
        if begin.is_locked {
            put(&db, begin.ops).await?;
            row = self::row(&db).await?;
        }
    }
    if row.is_none() && is_wanted {
        let fresh: DataKey = browser::random();
        let sealed: JsValue = seal::seal(&by, SECRET, &fresh).await?.into();
        let ops = vec![
            Op::Expect("keys", "lock".into(), None),
            Op::Put("keys", Some("lock".into()), sealed),
        ];
        put(&db, ops).await?;
        row = self::row(&db).await?;
        if let Some(row) = &row {
            second::keep_lock(&name, &Uint8Array::from(&row[..]).into()).await;
        }
    }
    let Some(row) = row else {
        return Ok(None);
    };
    let key = seal::open_bytes(&by, SECRET, &row).await?;
    let key = key.try_into();
    key.map(Some)
        .or(Err(StoreError::Unreadable(SECRET.to_owned())))
}

async fn row(db: &Db) -> Result<Option<Vec<u8>>, StoreError> {
    let found = db.read(&["keys"], vec![Op::Get("keys", "lock".into())]);
    Ok(found.await?.first().and_then(bytes_of))
}

/// Another tab may have been faster: then its row stays.
async fn put(db: &Db, ops: Vec<Op>) -> Result<(), StoreError> {
    match db.write(&["keys", "meta", "log", "drafts"], ops).await {
        Ok(_) | Err(StoreError::Moved) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Lets a page into the compartment: with its key, and with the person and the endpoint as the notebook has them now.
pub(crate) async fn enter(notebook: &str, own: &DataKey) -> Result<DataKey, StoreError> {
    let key = key(notebook, own, true).await?;
    let key = key.ok_or(StoreError::Locked)?;
    let (outer, _) = Store::with(notebook.to_owned(), own)
        .await?
        .profile()
        .await?;
    let inner = Store::with(name_of(notebook), &key).await?;
    let (before, seen) = inner.profile().await?;
    let after = Profile {
        unit: TITLE.to_owned(),
        is_welcomed: true,
        seal: String::new(),
        unit_code: String::new(),
        pending: String::new(),
        ..outer
    };
    if before != after {
        match inner.put_profile(&after, seen).await {
            // Another tab did the same.
            Ok(()) | Err(StoreError::Moved) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(key)
}

impl Store {
    /// A notebook or a compartment whose key is known.
    pub(crate) async fn with(name: String, key: &DataKey) -> Result<Self, StoreError> {
        let db = Db::open(&name, SHAPE, &STORES).await?;
        Ok(Self {
            name,
            db,
            key: seal::key(key).await?,
            has_lock: true,
            is_found_again: false,
        })
    }

    /// Whether nobody wrote anything here.
    pub(crate) async fn is_blank(&self) -> Result<bool, StoreError> {
        let ops = vec![Op::Keys("log"), Op::Keys("drafts")];
        let found = self.db.read(&["log", "drafts"], ops).await?;
        let lengths = found.iter().map(|list| js_sys::Array::from(list).length());
        Ok(lengths.sum::<u32>() == 0)
    }
}
