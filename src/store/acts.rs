//! What a person did here that the endpoint's log is to know: views of secrets, exports. One sealed row, until it was told.

use records::{
    json::{Object, Read, ReadError},
    write::{Out, Write},
};

use super::{Op, Store, StoreError};

/// The row's name.
const ROW: &str = "acts";
/// More than these are not told in one request, and not kept.
pub(crate) const ACTS_MAX: usize = 100;

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Act {
    /// When, ms.
    pub(crate) at: u64,
    /// What (PROTOCOL.md).
    pub(crate) act: String,
    /// With what, without a name.
    pub(crate) about: String,
}

/// All that was not told yet, the newest last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Acts {
    pub(crate) acts: Vec<Act>,
}

impl Store {
    /// What was not told yet, and the envelope it lies in.
    pub(crate) async fn acts(&self) -> Result<(Acts, Option<Vec<u8>>), StoreError> {
        let kept = self.meta(ROW).await?;
        Ok((kept.value().unwrap_or_default(), kept.row))
    }

    /// Keeps it, unless another tab changed it since `seen`.
    pub(crate) async fn put_acts(
        &self,
        acts: &Acts,
        seen: Option<Vec<u8>>,
    ) -> Result<(), StoreError> {
        let row = self.seal(ROW, acts).await?;
        let ops = vec![
            Op::Expect("meta", ROW.into(), seen),
            Op::Put("meta", Some(ROW.into()), row),
        ];
        self.db.write(&["meta"], ops).await.map(|_| ())
    }

    /// The people whom a case can be given to, as the endpoint last named them.
    pub(crate) async fn colleagues(&self) -> Option<records::secret::Colleagues> {
        self.meta(COLLEAGUES).await.ok()?.value()
    }

    /// Keeps them.
    pub(crate) async fn put_colleagues(
        &self,
        people: &records::secret::Colleagues,
    ) -> Result<(), StoreError> {
        let row = self.seal(COLLEAGUES, people).await?;
        let ops = vec![Op::Put("meta", Some(COLLEAGUES.into()), row)];
        self.db.write(&["meta"], ops).await.map(|_| ())
    }
}

/// The name of the row of people.
const COLLEAGUES: &str = "colleagues";

impl Read for Act {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let act = Object::read(raw)?;
        Ok(Self {
            at: act.number("at")?,
            act: act.text("act")?,
            about: act.text("about")?,
        })
    }
}

impl Write for Act {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("at", &self.at);
            out.item("act", &self.act);
            out.item("about", &self.about);
        });
    }
}

impl Read for Acts {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let acts = Object::read(raw)?.item("acts")?;
        Ok(Self { acts })
    }
}

impl Write for Acts {
    fn write(&self, out: &mut Out) {
        out.object(|out| out.item("acts", &self.acts));
    }
}
