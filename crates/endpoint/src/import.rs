//! Xuất files on their way into the store: read whole, judged as a sync judges, filed as one.
//! No words for people; `command` has them.

use std::{io, path::Path};

use records::{
    catalogue::Catalogue,
    change::{SECRET, parse_change},
    files::{self, FileError, Found},
    published::Book,
};

use crate::{
    arrival::{self, Judge, Rights},
    now_ms,
    store::{Delivery, Filed, Place, Store, StoreError},
};

/// Why a file was not taken at all.
#[derive(Debug, thiserror::Error)]
pub enum UnusableFile {
    /// It does not open.
    #[error("không mở được: {0}")]
    Io(#[from] io::Error),
    /// It is torn, or no JSON.
    #[error("không đọc được, có thể tệp hỏng hoặc chép thiếu ({0})")]
    NotJson(String),
    /// Some other JSON.
    #[error("không phải tệp Xuất của Sổ tay Dân vận")]
    Foreign,
    /// Written by a newer release.
    #[error("do bản mới hơn ghi ra (phiên bản {0}), hãy cập nhật máy chủ trước")]
    Newer(u64),
}

impl From<FileError> for UnusableFile {
    fn from(error: FileError) -> Self {
        match error {
            FileError::NotJson(why) => Self::NotJson(why),
            FileError::Foreign => Self::Foreign,
            FileError::Newer(version) => Self::Newer(version),
        }
    }
}

/// What became of the changes of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// New here, now durable.
    pub taken: usize,
    /// Were here already, byte for byte.
    pub had: usize,
    /// Durable, set aside.
    pub held: usize,
    /// Entries that could not be read: their places in the file, and why.
    pub refused: Vec<String>,
}

/// Reads a file; nothing is stored yet.
///
/// # Errors
/// When it cannot be taken at all.
pub fn read(file: &Path, catalogue: &Catalogue) -> Result<Found, UnusableFile> {
    Ok(files::read(&std::fs::read(file)?, catalogue)?)
}

/// Files what was found in one transaction: the changes in their authors' bytes, in the order of the file.
///
/// # Errors
/// When nothing of it was stored.
pub async fn file(
    store: &Store,
    unit: &str,
    books: &[Book],
    found: Found,
) -> Result<Counts, StoreError> {
    let identity = store.identity().await?;
    let arrival_ms = now_ms();
    let judge = Judge {
        mac_key: &identity.mac_key,
        unit,
        arrival_ms,
        books,
        // The operator brings it, at the machine.
        rights: Rights {
            is_shut_out: false,
            may_write: true,
            may_review: true,
            may_erase: true,
        },
        insider: None,
    };
    let mut counts = Counts {
        refused: found.damaged,
        ..Counts::default()
    };
    let mut changes = Vec::with_capacity(found.changes.len());
    for (raw, earlier) in found.changes {
        match parse_change(raw.get().as_bytes()) {
            Ok(change) if judge.turns_away(&change) => {
                counts.refused.push(format!("{}: {SECRET}", change.id));
            }
            Ok(change) => changes.push(judge.arrive(&change, raw, earlier.as_ref())),
            Err(error) => counts.refused.push(error.to_string()),
        }
    }
    let delivery = Delivery {
        unit: unit.to_owned(),
        is_last: true,
        epoch: None,
        arrival_ms,
        changes,
        carrier: None,
        contact: None,
        hand: arrival::hand(identity.mac_key),
        insider: None,
    };
    let places = match store.file(delivery).await? {
        Filed::Here(places) => places,
        Filed::OtherEpoch(_) => Vec::new(), // only of deliveries that name an epoch
    };
    for place in places {
        match place {
            Place::Taken(_) => counts.taken += 1,
            Place::Had(_) => counts.had += 1,
            Place::Held(_) => counts.held += 1,
        }
    }
    Ok(counts)
}
