//! Chuyển hộ on this device: parcels of others that it carries, and when it gave away what it had not sent itself.
//! One sealed row, written whole and only when no other tab wrote it since.

use records::{
    id::ChangeId,
    json::{Object, Read, ReadError},
    parcel::{Parcel, Receipt},
    write::{Out, Write},
};

use super::{Op, Store, StoreError};

/// The row's name.
const ROW: &str = "courier";

/// A parcel of another device.
#[derive(Debug, Clone)]
pub(crate) struct Carried {
    /// Without its sealed text once the endpoint has it.
    pub(crate) parcel: Parcel,
    /// When it came, ms.
    pub(crate) came_ms: u64,
    /// What the endpoint said of it.
    pub(crate) receipt: Option<Receipt>,
    /// Why the endpoint did not take it, in words.
    pub(crate) refused: Option<String>,
}

impl Carried {
    /// Whether it is still to be brought to the endpoint.
    pub(crate) fn waits(&self) -> bool {
        self.receipt.is_none() && self.refused.is_none()
    }
}

/// What this device sealed for others to carry.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    /// When, ms.
    pub(crate) made_ms: u64,
    /// The changes that were in it.
    pub(crate) ids: Vec<ChangeId>,
}

/// All of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Courier {
    /// The newest last.
    pub(crate) carried: Vec<Carried>,
    /// The newest last.
    pub(crate) given: Vec<Given>,
}

impl Store {
    /// What is carried and was given, and the envelope it lies in. What does not open stays where it is, and nothing is
    /// put in its place.
    pub(crate) async fn courier(&self) -> Result<(Courier, Option<Vec<u8>>), StoreError> {
        let kept = self.meta(ROW).await?;
        match kept.value() {
            None if kept.row.is_some() => Err(StoreError::Unreadable(ROW.to_owned())),
            courier => Ok((courier.unwrap_or_default(), kept.row)),
        }
    }

    /// Keeps it, unless another tab changed it since `seen`.
    pub(crate) async fn put_courier(
        &self,
        courier: &Courier,
        seen: Option<Vec<u8>>,
    ) -> Result<(), StoreError> {
        let row = self.seal(ROW, courier).await?;
        let ops = vec![
            Op::Expect("meta", ROW.into(), seen),
            Op::Put("meta", Some(ROW.into()), row),
        ];
        self.db.write(&["meta"], ops).await.map(|_| ())
    }
}

impl Read for Carried {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let carried = Object::read(raw)?;
        Ok(Self {
            parcel: carried.item("parcel")?,
            came_ms: carried.number("came_ms")?,
            receipt: carried.item_if("receipt")?,
            refused: carried.text_if("refused")?,
        })
    }
}

impl Write for Carried {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("parcel", &self.parcel);
            out.item("came_ms", &self.came_ms);
            out.item_if("receipt", self.receipt.as_ref());
            out.item_if("refused", self.refused.as_ref());
        });
    }
}

impl Read for Given {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let given = Object::read(raw)?;
        Ok(Self {
            made_ms: given.number("made_ms")?,
            ids: given.item("ids")?,
        })
    }
}

impl Write for Given {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("made_ms", &self.made_ms);
            out.item("ids", &self.ids);
        });
    }
}

impl Read for Courier {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let courier = Object::read(raw)?;
        Ok(Self {
            carried: courier.item_or_default("carried")?,
            given: courier.item_or_default("given")?,
        })
    }
}

impl Write for Courier {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("carried", &self.carried);
            out.item("given", &self.given);
        });
    }
}
