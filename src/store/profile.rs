//! The person and the endpoint of this device: one sealed row.

use records::{
    json::{Object, Read, ReadError},
    write::{Out, Write},
};

/// The person and the endpoint of this device.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Profile {
    /// The person's name.
    pub(crate) name: String,
    /// The person's position.
    pub(crate) position: String,
    /// The unit as the person calls it.
    pub(crate) unit: String,
    /// Where the endpoint is; empty before enrolment.
    pub(crate) endpoint: String,
    /// The device's token, or the key that all share.
    pub(crate) key: String,
    /// A token that was made and asked for, and not given yet.
    pub(crate) pending: String,
    /// What opens this device's lock for the unit's administrator, until that is given there.
    pub(crate) unit_code: String,
    /// What the token is called; empty with a shared key.
    pub(crate) token: String,
    /// SHA-256 of the only order to wipe this device that counts.
    pub(crate) wipe: String,
    /// The endpoint's public key, which parcels are sealed to; empty until it was told.
    pub(crate) seal: String,
    /// The endpoint's life in which it was told.
    pub(crate) seal_epoch: String,
    /// Shown once: the first steps.
    pub(crate) is_welcomed: bool,
    /// When everything was last exported, ms.
    pub(crate) backed_up_ms: u64,
}

impl Profile {
    /// Takes over who writes, where that is not known yet. Where this phone syncs and with which key is its own.
    pub(crate) fn fill_from(&mut self, other: &Self) {
        let mine = [&mut self.name, &mut self.position, &mut self.unit];
        for (mine, theirs) in mine
            .into_iter()
            .zip([&other.name, &other.position, &other.unit])
        {
            if mine.is_empty() {
                mine.clone_from(theirs);
            }
        }
    }
}

impl Read for Profile {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let profile = Object::read(raw)?;
        Ok(Self {
            name: profile.text_or_empty("name")?,
            position: profile.text_or_empty("position")?,
            unit: profile.text_or_empty("unit")?,
            endpoint: profile.text_or_empty("endpoint")?,
            key: profile.text_or_empty("key")?,
            pending: profile.text_or_empty("pending")?,
            unit_code: profile.text_or_empty("unit_code")?,
            token: profile.text_or_empty("token")?,
            wipe: profile.text_or_empty("wipe")?,
            seal: profile.text_or_empty("seal")?,
            seal_epoch: profile.text_or_empty("seal_epoch")?,
            is_welcomed: profile.flag_or_false("is_welcomed")?,
            backed_up_ms: profile.number_or_zero("backed_up_ms")?,
        })
    }
}

impl Write for Profile {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("name", &self.name);
            out.item("position", &self.position);
            out.item("unit", &self.unit);
            out.item("endpoint", &self.endpoint);
            out.item("key", &self.key);
            out.item("pending", &self.pending);
            out.item("unit_code", &self.unit_code);
            out.item("token", &self.token);
            out.item("wipe", &self.wipe);
            out.item("seal", &self.seal);
            out.item("seal_epoch", &self.seal_epoch);
            out.item("is_welcomed", &self.is_welcomed);
            out.item("backed_up_ms", &self.backed_up_ms);
        });
    }
}
