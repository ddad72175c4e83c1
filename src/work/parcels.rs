//! Chuyển hộ, what a person does: seals what waits on this device for another to carry, and takes in what another
//! sealed. Of a wasm of its own, with the makers and readers of QR codes.

use std::collections::BTreeSet;

use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};
use records::{
    id::ChangeId,
    parcel::{self, Bag, BagError, Parcel, from_hex, name_of, to_hex},
    write::to_json,
};

use crate::{
    browser::{
        self, gzip,
        seal::{self, SealError},
    },
    store::{
        StoreError,
        courier::{Carried, Given},
    },
    work::{
        Work, courier,
        files::{Ready, stamp_of_now},
        sync,
    },
};

/// Bytes in one code: a code of 61 squares a side, which a cheap camera reads from a screen of 5 inches.
const PIECE_BYTES: usize = 300;
/// How a packed text begins (RFC 1952).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Why nothing was sealed, or nothing taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CarryError {
    /// Everything is at the endpoint already.
    #[error("nothing waits")]
    Nothing,
    /// This device never heard the endpoint's key.
    #[error("the endpoint's key is not known")]
    NoKey,
    /// Sealed for an endpoint that is not this device's.
    #[error("sealed for another endpoint")]
    Elsewhere,
    /// This device made it.
    #[error("a parcel of this device")]
    Own,
    #[error(transparent)]
    Bag(#[from] BagError),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Seals everything that waits to be sent, and notes that it was given away. It goes on waiting here.
pub(crate) async fn seal_waiting(work: Work) -> Result<Bag, CarryError> {
    let tools = work.tools();
    let public = tools.profile.borrow().seal.clone();
    let theirs = from_hex(&public)
        .filter(|key| !key.is_empty())
        .ok_or(CarryError::NoKey)?;
    let made_ms = browser::now_ms();
    let (requests, ids) = work.book.peek(|data| {
        let replica = &data.replica;
        let ids: Vec<ChangeId> = replica.waiting().collect();
        (replica.plan_parcels(made_ms), ids)
    });
    if ids.is_empty() {
        return Err(CarryError::Nothing);
    }
    let mut bag = Bag::default();
    for request in requests {
        let (key, mine) = seal::key_for(&theirs, parcel::INFO).await?;
        let mut parcel = Parcel {
            to: name_of(&public),
            device: request.device,
            made: made_ms,
            count: request.changes.len() as u64,
            key: to_hex(&mine),
            sealed: String::new(),
        };
        let plain = to_json(&request).into_bytes();
        let plain = match gzip::pack(&plain).await {
            Some(packed) => packed.to_vec(),
            None => plain,
        };
        let sealed = seal::seal(&key, &parcel.head(), &plain).await?;
        parcel.sealed = to_hex(&sealed.to_vec());
        bag.parcels.push(parcel);
    }
    let given = Given { made_ms, ids };
    courier::change(work, |courier| courier.given.push(given.clone())).await?;
    Ok(bag)
}

/// A bag as a file.
pub(crate) fn as_file(bag: &Bag) -> Ready {
    Ready {
        name: format!("chuyen-ho-{}.json", stamp_of_now()),
        mime: "application/json",
        bytes: to_json(bag).into_bytes(),
    }
}

/// A bag as the texts of a run of codes.
pub(crate) async fn as_frames(bag: &Bag) -> Vec<String> {
    let bytes = to_json(bag).into_bytes();
    let bytes = match gzip::pack(&bytes).await {
        Some(packed) => packed.to_vec(),
        None => bytes,
    };
    parcel::frames(&bytes, PIECE_BYTES)
}

/// A code as the path of an SVG, and how many squares it has a side. Codes of one run have one size.
pub(crate) fn code(text: &str, least: Option<usize>) -> Option<(String, usize)> {
    let least = least.map_or(Version::MIN, version);
    let segments = [QrSegment::make_alphanumeric(text)];
    let (ecc, most) = (QrCodeEcc::Low, Version::MAX);
    let code = QrCode::encode_segments_advanced(&segments, ecc, least, most, None, true).ok()?;
    let side = code.size();
    let mut path = String::new();
    for y in 0..side {
        for x in (0..side).filter(|x| code.get_module(*x, y)) {
            path.push_str(&format!("M{x} {y}h1v1h-1z"));
        }
    }
    Some((path, usize::try_from(side).unwrap_or_default()))
}

/// The version of QR that has so many squares a side (ISO/IEC 18004: 17 + 4 × version).
fn version(side: usize) -> Version {
    let number = side.saturating_sub(17) / 4;
    Version::new(u8::try_from(number).unwrap_or(u8::MAX).clamp(1, 40))
}

/// Reads the codes of a grey picture.
pub(crate) fn read_codes(width: usize, height: usize, grey: &[u8]) -> Vec<String> {
    let mut reader = quircs::Quirc::default();
    let codes = reader.identify(width, height, grey);
    // A picture may show half a code: the next one is a moment away.
    let texts = codes.filter_map(|code| code.ok()?.decode().ok());
    texts
        .filter_map(|text| String::from_utf8(text.payload).ok())
        .collect()
}

/// What came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Came {
    /// Parcels that were not here yet.
    pub(crate) fresh: usize,
    /// Changes in all of them.
    pub(crate) changes: u64,
}

/// Takes parcels of another device in, from a file or a run of codes; stored before it answers.
pub(crate) async fn take_in(work: Work, bytes: &[u8]) -> Result<Came, CarryError> {
    let unpacked = match bytes.starts_with(&GZIP) {
        true => gzip::unpack(bytes).await,
        false => Some(bytes.to_vec()),
    };
    let bag = Bag::open(&unpacked.ok_or(BagError::Foreign)?)?;
    let mine = work.book.peek(|data| data.replica.counter.dev);
    let known = work.tools().profile.borrow().seal.clone();
    for parcel in &bag.parcels {
        if parcel.device == mine {
            return Err(CarryError::Own);
        }
        if !known.is_empty() && parcel.to != name_of(&known) {
            return Err(CarryError::Elsewhere);
        }
    }
    let (courier, _) = work.tools().store.courier().await?;
    let here: BTreeSet<&str> = courier
        .carried
        .iter()
        .map(|carried| carried.parcel.key.as_str())
        .collect();
    let mut came = Came::default();
    for parcel in &bag.parcels {
        came.fresh += usize::from(!here.contains(parcel.key.as_str()));
        came.changes += parcel.count;
    }
    let came_ms = browser::now_ms();
    courier::change(work, |courier| {
        for parcel in &bag.parcels {
            let is_here = |carried: &Carried| carried.parcel.key == parcel.key;
            if !courier.carried.iter().any(is_here) {
                courier.carried.push(Carried {
                    parcel: parcel.clone(),
                    came_ms,
                    receipt: None,
                    refused: None,
                });
            }
        }
    })
    .await?;
    sync::soon(work);
    Ok(came)
}

/// Drops a parcel: its author still has everything.
pub(crate) async fn drop_parcel(work: Work, key: &str) -> Result<(), StoreError> {
    courier::change(work, |courier| {
        courier.carried.retain(|carried| carried.parcel.key != key);
    })
    .await
}

/// Lets a parcel that was refused be brought once more.
pub(crate) async fn try_again(work: Work, key: &str) -> Result<(), StoreError> {
    courier::change(work, |courier| {
        let carried = courier.carried.iter_mut();
        for carried in carried.filter(|carried| carried.parcel.key == key) {
            carried.refused = None;
        }
    })
    .await?;
    sync::now(work);
    Ok(())
}
