//! The lock: what lies in the place of the bare data key once somebody set a PIN or a passphrase. The key itself stays the
//! same, so that nothing is rewritten; it is wrapped by what people know, and in the memory of a page that was let in.

use std::cell::Cell;

use js_sys::Uint8Array;
use records::{
    json::{self, Object, Read, ReadError},
    write::{Out, Write, to_json},
};
use wasm_bindgen::JsValue;

use super::{Op, SHAPE, STORES, Store, StoreError, bytes_of, idb::Db, second};

/// The key of a notebook.
pub(crate) type DataKey = [u8; 32];

thread_local! {
    /// The key, once somebody was let in here.
    static LET_IN: Cell<Option<DataKey>> = const { Cell::new(None) };
}

/// From now on this page opens the notebook.
pub(crate) fn let_in(key: DataKey) {
    LET_IN.set(Some(key));
}

/// The key that somebody was let in with.
pub(crate) fn let_in_with() -> Option<DataKey> {
    LET_IN.get()
}

/// How a notebook is locked. Envelopes are hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Lock {
    /// Argon2id: salt, KiB of memory, passes.
    pub(crate) salt: String,
    pub(crate) memory_kib: u32,
    pub(crate) passes: u32,
    /// The data key, wrapped by the PIN or passphrase.
    pub(crate) by_words: String,
    /// The same, wrapped by the code that was shown when the lock was set.
    pub(crate) by_code: String,
    /// The same, wrapped by a code that the unit's administrator keeps; empty until there is one.
    pub(crate) by_unit: String,
    /// The same, wrapped by what the phone's own unlock gives; empty until somebody wants that.
    pub(crate) by_device: String,
    /// The name and the salt of the key in the phone.
    pub(crate) device_key: String,
    pub(crate) device_salt: String,
    /// For which of the device's tokens that code was made: who enrols anew gives another.
    pub(crate) unit_for: String,
    /// Wrong tries since the last right one.
    pub(crate) tries: u32,
    /// When the next try is taken, ms.
    pub(crate) next_ms: u64,
    /// After how many minutes without a touch it locks itself.
    pub(crate) idle_min: u32,
}

impl Read for Lock {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let lock = Object::read(raw)?;
        Ok(Self {
            salt: lock.text("salt")?,
            memory_kib: lock.small("memory_kib")?,
            passes: lock.small("passes")?,
            by_words: lock.text("by_words")?,
            by_code: lock.text("by_code")?,
            by_unit: lock.text_or_empty("by_unit")?,
            by_device: lock.text_or_empty("by_device")?,
            device_key: lock.text_or_empty("device_key")?,
            device_salt: lock.text_or_empty("device_salt")?,
            unit_for: lock.text_or_empty("unit_for")?,
            tries: lock.small_or("tries", 0)?,
            next_ms: lock.number_or_zero("next_ms")?,
            idle_min: lock.small_or("idle_min", 0)?,
        })
    }
}

impl Write for Lock {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("salt", &self.salt);
            out.item("memory_kib", &self.memory_kib);
            out.item("passes", &self.passes);
            out.item("by_words", &self.by_words);
            out.item("by_code", &self.by_code);
            out.item("by_unit", &self.by_unit);
            out.item("by_device", &self.by_device);
            out.item("device_key", &self.device_key);
            out.item("device_salt", &self.device_salt);
            out.item("unit_for", &self.unit_for);
            out.item("tries", &self.tries);
            out.item("next_ms", &self.next_ms);
            out.item("idle_min", &self.idle_min);
        });
    }
}

/// The lock of a notebook that may be closed, if it has one, and the row it lies in.
pub(crate) async fn of(name: &str) -> Result<Option<(Lock, Vec<u8>)>, StoreError> {
    let db = Db::open(name, SHAPE, &STORES).await?;
    let found = db.read(&["keys"], vec![Op::Get("keys", "lock".into())]);
    let Some(row) = found.await?.first().and_then(bytes_of) else {
        return Ok(None);
    };
    let lock = json::from_bytes(&row).map_err(|e| StoreError::Unreadable(e.to_string()))?;
    Ok(Some((lock, row)))
}

/// Keeps a lock in the place of the one that was seen, also in the second place.
pub(crate) async fn change(name: &str, lock: &Lock, seen: Vec<u8>) -> Result<(), StoreError> {
    let db = Db::open(name, SHAPE, &STORES).await?;
    let row = row_of(lock);
    let ops = vec![
        Op::Expect("keys", "lock".into(), Some(seen)),
        Op::Put("keys", Some("lock".into()), row.clone()),
    ];
    db.write(&["keys"], ops).await?;
    second::keep_lock(name, &row).await;
    Ok(())
}

fn row_of(lock: &Lock) -> JsValue {
    Uint8Array::from(to_json(lock).as_bytes()).into()
}

impl Store {
    /// The bare key, while there is no lock.
    pub(crate) async fn bare_key(&self) -> Result<Option<DataKey>, StoreError> {
        let found = self
            .db
            .read(&["keys"], vec![Op::Get("keys", "data".into())]);
        let bytes = found.await?.first().and_then(bytes_of);
        Ok(bytes.and_then(|bytes| bytes.try_into().ok()))
    }

    /// Puts a lock in the place of the bare key.
    pub(crate) async fn set_lock(&self, lock: &Lock, key: DataKey) -> Result<(), StoreError> {
        let row = row_of(lock);
        let ops = vec![
            Op::Expect("keys", "data".into(), Some(key.to_vec())),
            Op::Delete("keys", "data".into()),
            Op::Put("keys", Some("lock".into()), row.clone()),
        ];
        self.db.write(&["keys"], ops).await?;
        let_in(key);
        second::keep_lock(&self.name, &row).await;
        Ok(())
    }

    /// Puts the bare key back.
    pub(crate) async fn drop_lock(&self, key: DataKey) -> Result<(), StoreError> {
        let ops = vec![
            Op::Delete("keys", "lock".into()),
            Op::Put(
                "keys",
                Some("data".into()),
                Uint8Array::from(&key[..]).into(),
            ),
        ];
        self.db.write(&["keys"], ops).await?;
        second::drop_lock(&self.name, &key).await;
        Ok(())
    }
}
