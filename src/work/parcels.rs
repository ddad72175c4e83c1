//! Chuyển hộ, what a person does: seals what waits on this device for another to carry, and takes in what another
//! sealed. Of a wasm of its own, with the makers and readers of QR codes.

use std::cell::Cell;

use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};
use records::{
    files::is_packed,
    hex,
    id::ChangeId,
    parcel::{self, Bag, BagError, Parcel, name_of},
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
    let (public, own_key) = {
        let profile = tools.profile.borrow();
        (profile.seal.clone(), profile.key.clone())
    };
    let theirs = hex::decode(&public)
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
    for mut request in requests {
        // Under the seal: by it the endpoint knows whose these are, whoever brings them.
        request.key = Some(own_key.clone());
        let (key, mine) = seal::key_for(&theirs, parcel::INFO).await?;
        let mut parcel = Parcel {
            to: name_of(&public),
            device: request.device,
            made: made_ms,
            count: request.changes.len() as u64,
            key: hex::encode(&mine),
            sealed: String::new(),
        };
        let plain = gzip::packed(to_json(&request).into_bytes()).await;
        let sealed = seal::seal(&key, &parcel.head(), &plain).await?;
        parcel.sealed = hex::encode(&sealed.to_vec());
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
    let bytes = gzip::packed(to_json(bag).into_bytes()).await;
    parcel::frames(&bytes, PIECE_BYTES)
}

/// A code as the path of an SVG, and how many squares it has a side. Codes of one run have one size.
pub(crate) fn code(text: &str, least: Option<usize>) -> Option<(String, usize)> {
    let least = least.map_or(Version::MIN, version);
    let segments = [match QrSegment::is_alphanumeric(text) {
        true => QrSegment::make_alphanumeric(text),
        false => QrSegment::make_bytes(text.as_bytes()),
    }];
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Came {
    /// Parcels that were not here yet.
    pub(crate) fresh: usize,
    /// Changes in all of them.
    pub(crate) changes: u64,
}

/// Takes parcels of another device in, from a file or a run of codes; stored before it answers.
pub(crate) async fn take_in(work: Work, bytes: &[u8]) -> Result<Came, CarryError> {
    let unpacked = match is_packed(bytes) {
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
    let (came_ms, fresh) = (browser::now_ms(), Cell::new(0));
    courier::change(work, |courier| {
        let before = courier.carried.len();
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
        fresh.set(courier.carried.len() - before);
    })
    .await?;
    sync::soon(work);
    Ok(Came {
        fresh: fresh.get(),
        changes: bag.parcels.iter().map(|parcel| parcel.count).sum(),
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: usize = 480;

    /// Chance that repeats itself.
    struct Chance(u32);

    impl Chance {
        fn below(&mut self, end: u32) -> u32 {
            self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (self.0 >> 16) % end
        }

        fn byte(&mut self) -> u8 {
            u8::try_from(self.below(256)).unwrap()
        }
    }

    /// A code as a camera in a hand sees it: so many parts in a hundred turned, grey, with noise.
    fn picture(path: &str, squares: usize, chance: &mut Chance) -> Vec<u8> {
        let mut dark = vec![false; squares * squares];
        for square in path.split('M').skip(1) {
            let (x, y) = square.split('h').next().unwrap().split_once(' ').unwrap();
            let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
            dark[y * squares + x] = true;
        }
        let (turn, part) = (chance.below(16), 78 + chance.below(14));
        let (whole, middle) = (squares as f64 + 8.0, SIDE as f64 / 2.0);
        let size = SIDE as f64 * f64::from(part) / 100.0;
        let turn = f64::from(turn) / 100.0;
        let place = |along: f64| {
            let at = (along / size + 0.5) * whole - 4.0;
            (0..squares).find(|square| (0.0..1.0).contains(&(at - *square as f64)))
        };
        let point = |at: usize| {
            let (x, y) = ((at % SIDE) as f64 - middle, (at / SIDE) as f64 - middle);
            let (u, v) = (place(x + y * turn), place(y - x * turn));
            u.zip(v).is_some_and(|(u, v)| dark[v * squares + u])
        };
        let points: Vec<bool> = (0..SIDE * SIDE).map(point).collect();
        let shade = |is_dark: bool| if is_dark { 40 } else { 190 };
        points
            .into_iter()
            .map(|is_dark| shade(is_dark) + chance.byte() / 8)
            .collect()
    }

    fn codes() -> Vec<(String, String, usize)> {
        let bytes: Vec<u8> = (0..PIECE_BYTES * 4)
            .map(|at| u8::try_from(at * at % 253).unwrap())
            .collect();
        let texts = parcel::frames(&bytes, PIECE_BYTES);
        let code = |text: String| {
            let (path, squares) = code(&text, None).unwrap();
            (text, path, squares)
        };
        texts.into_iter().map(code).collect()
    }

    #[test]
    fn a_code_of_the_size_the_app_shows_is_read_within_a_few_looks() {
        let mut chance = Chance(1);
        for (text, path, squares) in codes() {
            assert!(squares <= 65, "{squares} squares a side");
            let is_read = |_| {
                let grey = picture(&path, squares, &mut chance);
                read_codes(SIDE, SIDE, &grey) == [text.clone()]
            };
            assert!((0..6).any(is_read), "{text}");
        }
    }

    #[test]
    fn what_is_no_code_is_none_and_ends_nothing() {
        let mut chance = Chance(2);
        let (_, path, squares) = codes().remove(0);
        for round in 0..24 {
            let mut grey: Vec<u8> = match round % 4 {
                0 => (0..SIDE * SIDE).map(|_| chance.byte()).collect(),
                1 => {
                    let wide = 3 + chance.below(40) as usize;
                    let is_dark =
                        |at: usize| (at % SIDE / wide + at / SIDE / wide).is_multiple_of(2);
                    (0..SIDE * SIDE)
                        .map(|at| if is_dark(at) { 10 } else { 240 })
                        .collect()
                }
                2 => vec![chance.byte(); SIDE * SIDE],
                _ => picture(&path, squares, &mut chance),
            };
            // Torn: a stripe of it is gone.
            let from = chance.below(200) as usize * SIDE;
            grey[from..from + 200 * SIDE].fill(chance.byte());
            assert_eq!(read_codes(SIDE, SIDE, &grey), [""; 0]);
        }
        assert_eq!(read_codes(0, 0, &[]), [""; 0]);
    }
}
