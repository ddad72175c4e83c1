//! Chuyển hộ: what one device has not sent yet, sealed for the endpoint, on its way through another's hands
//! (`docs/PROTOCOL.md`, "Parcels"). Shapes, and the run of frames that one screen shows another's camera; the sealing
//! itself is done where the keys are.

use serde::Serialize;

use crate::{
    id::{ChangeId, DeviceId},
    json::{Object, Read, ReadError},
    wire::{Fate, PROTOCOL, SyncRequest, Verdict},
    write::{Out, Write},
};

/// What a file of parcels names itself.
pub const KIND: &str = "so-tay-dan-van/chuyen-ho";
/// The shape of files, parcels and frames.
pub const VERSION: u32 = 1;
/// The most bytes of changes in one parcel: sealed, in hexadecimal and beside its head it still is a body that the
/// endpoint takes, also when nothing of it can be packed.
pub const BYTES_MAX: usize = 400 * 1024;
/// The most changes in one parcel.
pub const CHANGES_MAX: usize = 1_000;
/// What the derived key is for, as HKDF's `info`.
pub const INFO: &str = "so-tay-dan-van/chuyen-ho/1";
/// Letters of the endpoint's public key that name it.
const NAME_CHARS: usize = 16;

/// One device's changes, sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Parcel {
    /// For which endpoint: [`name_of`] its public key.
    pub to: String,
    /// Whose changes these are.
    pub device: DeviceId,
    /// The author's clock when it was sealed, ms.
    pub made: u64,
    /// How many changes are in it.
    pub count: u64,
    /// The public key made for it alone: a P-256 point, uncompressed, hexadecimal. Names the parcel.
    pub key: String,
    /// The envelope: 12 bytes of nonce, the sealed text, its tag; hexadecimal.
    pub sealed: String,
}

/// The name of an endpoint's public key (hexadecimal, uncompressed).
#[must_use]
pub fn name_of(public: &str) -> String {
    // The first byte only says that it is uncompressed.
    public.chars().skip(2).take(NAME_CHARS).collect()
}

impl Parcel {
    /// What is sealed along: nobody can move an envelope under another head.
    #[must_use]
    pub fn head(&self) -> String {
        let Self {
            to,
            device,
            made,
            count,
            key,
            ..
        } = self;
        format!("{KIND}\n{VERSION}\n{to}\n{device}\n{made}\n{count}\n{key}")
    }
}

impl Read for Parcel {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let parcel = Object::read(raw)?;
        Ok(Self {
            to: parcel.text("to")?,
            device: parcel.item("device")?,
            made: parcel.number("made")?,
            count: parcel.number("count")?,
            key: parcel.text("key")?,
            sealed: parcel.text("sealed")?,
        })
    }
}

impl Write for Parcel {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("to", &self.to);
            out.item("device", &self.device);
            out.item("made", &self.made);
            out.item("count", &self.count);
            out.item("key", &self.key);
            out.item("sealed", &self.sealed);
        });
    }
}

/// A file of parcels, and what a run of frames carries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bag {
    /// In the order they were made.
    pub parcels: Vec<Parcel>,
}

/// Why a file is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BagError {
    /// Another file.
    #[error("not a file of parcels")]
    Foreign,
    /// Of a newer release.
    #[error("version {0} is newer")]
    Newer(u32),
}

impl Bag {
    /// Reads a file.
    ///
    /// # Errors
    /// When it is not one, or of a newer release.
    pub fn open(bytes: &[u8]) -> Result<Self, BagError> {
        let foreign = |_: ReadError| BagError::Foreign;
        let Ok(text) = std::str::from_utf8(bytes) else {
            return Err(BagError::Foreign);
        };
        let bag = Object::read(text).map_err(foreign)?;
        if bag.text("kind").map_err(foreign)? != KIND {
            return Err(BagError::Foreign);
        }
        let version = bag.small("version").map_err(foreign)?;
        if version != VERSION {
            return Err(BagError::Newer(version));
        }
        let parcels = bag.item("parcels").map_err(foreign)?;
        Ok(Self { parcels })
    }
}

impl Write for Bag {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("kind", &KIND);
            out.item("version", &VERSION);
            out.item("parcels", &self.parcels);
        });
    }
}

/// What a carrier hands in.
#[derive(Debug, Clone)]
pub struct CarryRequest {
    /// [`PROTOCOL`].
    pub protocol: u32,
    /// Who carries.
    pub carrier: DeviceId,
    /// What it was given.
    pub parcel: Parcel,
}

impl Read for CarryRequest {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let request = Object::read(raw)?;
        Ok(Self {
            protocol: request.small("protocol")?,
            carrier: request.item("carrier")?,
            parcel: request.item("parcel")?,
        })
    }
}

impl Write for CarryRequest {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("protocol", &self.protocol);
            out.item("carrier", &self.carrier);
            out.item("parcel", &self.parcel);
        });
    }
}

/// What the endpoint says of a parcel: nothing of what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Receipt {
    /// Durable now.
    pub taken: u64,
    /// Durable before.
    pub had: u64,
    /// Durable, but set aside.
    pub held: u64,
    /// Not stored: the author hears why when it exchanges itself.
    pub refused: u64,
    /// The endpoint's clock, ms.
    pub now: u64,
    /// The endpoint's life.
    pub epoch: String,
    /// SHA-256 of the envelope's bytes, hexadecimal.
    pub hash: String,
}

impl Receipt {
    /// Counts the verdicts on what was in a parcel.
    #[must_use]
    pub fn of(verdicts: &[Verdict]) -> Self {
        let mut receipt = Self::default();
        for verdict in verdicts {
            let count = match verdict.is {
                Fate::Taken => &mut receipt.taken,
                Fate::Had => &mut receipt.had,
                Fate::Held => &mut receipt.held,
                Fate::Refused => &mut receipt.refused,
            };
            *count += 1;
        }
        receipt
    }
}

impl Read for Receipt {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let receipt = Object::read(raw)?;
        Ok(Self {
            taken: receipt.number("taken")?,
            had: receipt.number("had")?,
            held: receipt.number("held")?,
            refused: receipt.number("refused")?,
            now: receipt.number("now")?,
            epoch: receipt.text("epoch")?,
            hash: receipt.text("hash")?,
        })
    }
}

impl Write for Receipt {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("taken", &self.taken);
            out.item("had", &self.had);
            out.item("held", &self.held);
            out.item("refused", &self.refused);
            out.item("now", &self.now);
            out.item("epoch", &self.epoch);
            out.item("hash", &self.hash);
        });
    }
}

/// What is in a parcel: a request that only hands in.
#[must_use]
pub fn content(request: SyncRequest) -> SyncRequest {
    SyncRequest {
        protocol: PROTOCOL,
        // It may lie for days, and the endpoint be restored in between: what it says of a life counts by its proofs.
        epoch: None,
        cursors: crate::table::Table::new(),
        offer: Vec::<ChangeId>::new(),
        ..request
    }
}

/// The first letters of a frame; all of QR's alphanumeric alphabet.
const MARK: &str = "STDV1";
/// More frames than anybody holds a phone for.
const FRAMES_MAX: usize = 5_000;

/// Bytes as a run of texts for QR codes: `STDV1:` checksum of the whole `:` number from 1 `:` how many `:` base45
/// (RFC 9285) of a piece. Only letters of QR's alphanumeric mode.
#[must_use]
pub fn frames(bytes: &[u8], piece: usize) -> Vec<String> {
    let pieces = bytes.chunks(piece.max(1));
    let (sum, count) = (checksum(bytes), pieces.len());
    pieces
        .enumerate()
        .map(|(at, piece)| {
            let number = at + 1;
            format!(
                "{MARK}:{sum:08X}:{number}:{count}:{}",
                base45::encode(piece)
            )
        })
        .collect()
}

/// FNV-1a: tells runs apart and a whole one from a damaged one. Not a protection; the seal is.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |sum, byte| {
        (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    })
}

/// Frames as they are read, in any order, as often as they come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frames {
    sum: u32,
    pieces: Vec<Option<Vec<u8>>>,
}

/// What reading a text told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// Not one of these codes.
    Foreign,
    /// So many of so many are here.
    Part(usize, usize),
}

impl Frames {
    /// Takes the text of a code. A frame of another run begins that one.
    pub fn take(&mut self, text: &str) -> Seen {
        let Some((sum, at, count, piece)) = parse(text) else {
            return Seen::Foreign;
        };
        if self.sum != sum || self.pieces.len() != count {
            (self.sum, self.pieces) = (sum, vec![None; count]);
        }
        if let Some(place) = self.pieces.get_mut(at) {
            *place = Some(piece);
        }
        let here = self.pieces.iter().flatten().count();
        Seen::Part(here, count)
    }

    /// The bytes, once every frame is here and they are those that were shown.
    #[must_use]
    pub fn whole(&self) -> Option<Vec<u8>> {
        let pieces: Option<Vec<&[u8]>> = self.pieces.iter().map(Option::as_deref).collect();
        let bytes = pieces?.concat();
        (!bytes.is_empty() && checksum(&bytes) == self.sum).then_some(bytes)
    }
}

fn parse(text: &str) -> Option<(u32, usize, usize, Vec<u8>)> {
    let mut parts = text.splitn(5, ':');
    if parts.next()? != MARK {
        return None;
    }
    let sum = u32::from_str_radix(parts.next()?, 16).ok()?;
    let number: usize = parts.next()?.parse().ok()?;
    let count: usize = parts.next()?.parse().ok()?;
    let piece = base45::decode(parts.next()?).ok()?;
    let is_one = number >= 1 && number <= count && count <= FRAMES_MAX;
    is_one.then(|| (sum, number - 1, count, piece))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some_bytes(length: usize) -> Vec<u8> {
        let bytes = (0..=250_u8).map(|at| at.wrapping_mul(31));
        bytes.cycle().take(length).collect()
    }

    #[test]
    fn frames_come_together_in_any_order_and_twice() {
        let bytes = some_bytes(2_345);
        let mut texts = frames(&bytes, 400);
        assert_eq!(texts.len(), 6);
        texts.reverse();
        let mut read = Frames::default();
        for text in &texts[..5] {
            read.take(text);
            assert_eq!(read.whole(), None);
        }
        assert_eq!(read.take(&texts[0]), Seen::Part(5, 6));
        assert_eq!(read.take(&texts[5]), Seen::Part(6, 6));
        assert_eq!(read.whole(), Some(bytes));
    }

    #[test]
    fn a_frame_of_another_run_begins_that_one_and_foreign_codes_change_nothing() {
        let (first, second) = (frames(&some_bytes(900), 400), frames(&some_bytes(901), 400));
        let mut read = Frames::default();
        read.take(&first[0]);
        assert_eq!(read.take(&first[1]), Seen::Part(2, 3));
        let foreign = [
            "https://example.invalid/",
            "STDV1:0:0:3:",
            "STDV1:00000000:4:3:00",
            "STDV2:00000000:1:3:00",
            "STDV1:00000000:1:99999999:00",
            "STDV1:00000000:1:3:é",
        ];
        for text in foreign {
            assert_eq!(read.take(text), Seen::Foreign, "{text}");
        }
        assert_eq!(read.take(&first[2]), Seen::Part(3, 3));
        assert!(read.whole().is_some());
        assert_eq!(read.take(&second[0]), Seen::Part(1, 3));
        assert_eq!(read.whole(), None);
    }

    #[test]
    fn a_damaged_run_is_not_whole() {
        let texts = frames(&some_bytes(900), 400);
        let other = frames(&some_bytes(1_000)[100..], 400);
        let mut read = Frames::default();
        read.take(&texts[0]);
        read.take(&texts[1]);
        // The third piece of another run under the name of this one.
        let (name, piece) = (&texts[2][..14], &other[2][14..]);
        read.take(&format!("{name}{piece}"));
        assert_eq!(read.whole(), None);
    }

    #[test]
    fn frames_use_the_small_alphabet_alone() {
        let alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
        let texts = frames(&some_bytes(3_000), 400);
        assert!(
            texts
                .iter()
                .all(|t| t.chars().all(|c| alphabet.contains(c)))
        );
    }

    #[test]
    fn a_bag_of_another_kind_or_a_newer_release_is_not_opened() {
        let bag = crate::write::to_json(&Bag::default());
        assert_eq!(Bag::open(bag.as_bytes()), Ok(Bag::default()));
        let newer = bag.replace("\"version\":1", "\"version\":2");
        assert_eq!(Bag::open(newer.as_bytes()), Err(BagError::Newer(2)));
        assert_eq!(Bag::open(b"{\"kind\":\"x\"}"), Err(BagError::Foreign));
        assert_eq!(Bag::open(b"\xff"), Err(BagError::Foreign));
    }
}
