//! A catalogue on its way into the store: gathered from files, checked whole, published as one text.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use records::{
    json::ReadError,
    published::{self, Bundle, CATALOGUE_KIND, CATALOGUE_VERSION, Mark, check},
};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::{
    now_ms,
    store::{Store, StoreError},
};

/// Why nothing was published.
#[derive(Debug, thiserror::Error)]
pub enum NotPublished {
    /// A file does not open.
    #[error("không mở được {0}: {1}")]
    File(PathBuf, #[source] io::Error),
    /// A file is no JSON.
    #[error("{0} không phải JSON: {1}")]
    NotJson(PathBuf, #[source] serde_json::Error),
    /// The catalogue is broken: what is wrong, a sentence for each.
    #[error("danh mục có {} chỗ sai:\n- {}", .0.len(), .0.join("\n- "))]
    Broken(Vec<String>),
    /// What was published before, or is built in, cannot be read.
    #[error("không đọc được danh mục đang dùng: {0}")]
    Before(#[from] ReadError),
    /// The database does not answer.
    #[error("cơ sở dữ liệu không dùng được: {0}")]
    Store(#[from] StoreError),
}

/// Checks a catalogue against what is built in and what was published before; the text to publish: this one over what was
/// published before, for a device reads only the newest.
///
/// # Errors
/// Everything that is wrong with it.
pub async fn check(store: &Store, source: &Path) -> Result<String, NotPublished> {
    let mut before = published::builtin()?;
    let new = gather(source)?;
    let mut whole = new.clone();
    if let Some(mark) = store.newest_catalogue().await? {
        let text = store.catalogue_text(mark.number).await?.unwrap_or_default();
        before = before.renewed_by(published::read(&text)?);
        let earlier = records::json::from_bytes(&text)?;
        whole = over(earlier, &new);
    }
    check::check(new.to_string().as_bytes(), &before).map_err(NotPublished::Broken)?;
    let whole = whole.to_string();
    check::check(whole.as_bytes(), &before).map_err(NotPublished::Broken)?;
    Ok(whole)
}

/// What names each item of a list: two of one name are one thing, and the newer counts.
const NAMES: [(&str, &[&str]); 4] = [
    ("forms", &["id", "version"]),
    ("reports", &["id", "version"]),
    ("prints", &["id"]),
    ("programmes", &["id"]),
];

/// One catalogue over another.
fn over(mut earlier: Value, new: &Value) -> Value {
    for (key, value) in new.as_object().into_iter().flatten() {
        let names = NAMES.iter().find(|(list, _)| list == key);
        let kept = earlier.get_mut(key).and_then(Value::as_array_mut);
        match (names, kept, value) {
            (Some((_, names)), Some(kept), Value::Array(items)) => {
                let is_same = |a: &Value, b: &Value| names.iter().all(|n| a.get(n) == b.get(n));
                kept.retain(|old| !items.iter().any(|item| is_same(old, item)));
                kept.extend(items.iter().cloned());
            }
            _ => {
                if let Some(parts) = earlier.as_object_mut() {
                    parts.insert(key.clone(), value.clone());
                }
            }
        }
    }
    earlier
}

/// Everything that holds: what is built in, renewed by what was published.
///
/// # Errors
/// When one of them cannot be read.
pub async fn known(store: &Store) -> Result<Bundle, NotPublished> {
    let built_in = published::builtin()?;
    let Some(mark) = store.newest_catalogue().await? else {
        return Ok(built_in);
    };
    let text = store.catalogue_text(mark.number).await?;
    Ok(built_in.renewed_by(published::read(&text.unwrap_or_default())?))
}

/// Publishes a catalogue that has nothing wrong with it.
///
/// # Errors
/// When it has, or could not be stored.
pub async fn publish(store: &Store, source: &Path) -> Result<Mark, NotPublished> {
    let text = check(store, source).await?;
    let hash = records::hex::encode(&Sha256::digest(text.as_bytes()));
    Ok(store.publish(hash, text.into_bytes(), now_ms()).await?)
}

/// One file as it is, or the files of a folder like `catalogue/`.
fn gather(source: &Path) -> Result<Value, NotPublished> {
    if !source.is_dir() {
        return file(source);
    }
    let mut all = Map::new();
    all.insert("kind".to_owned(), json!(CATALOGUE_KIND));
    all.insert("version".to_owned(), json!(CATALOGUE_VERSION));
    for name in ["forms", "programmes", "reports", "prints"] {
        let list = folder(&source.join(name))?;
        if !list.is_empty() {
            all.insert(name.to_owned(), Value::Array(list));
        }
    }
    for name in ["calendar", "guide", "duties"] {
        let path = source.join(format!("{name}.json"));
        if path.exists() {
            all.insert(name.to_owned(), file(&path)?);
        }
    }
    Ok(Value::Object(all))
}

fn folder(path: &Path) -> Result<Vec<Value>, NotPublished> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let unusable = |e| NotPublished::File(path.to_owned(), e);
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(unusable)? {
        files.push(entry.map_err(unusable)?.path());
    }
    files.retain(|path| path.extension().is_some_and(|ext| ext == "json"));
    files.sort();
    files.iter().map(|path| file(path)).collect()
}

fn file(path: &Path) -> Result<Value, NotPublished> {
    let text = fs::read(path).map_err(|e| NotPublished::File(path.to_owned(), e))?;
    serde_json::from_slice(&text).map_err(|e| NotPublished::NotJson(path.to_owned(), e))
}
