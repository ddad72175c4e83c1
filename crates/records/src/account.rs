//! Who may do what at an endpoint, and the shapes in which people, their devices and their codes are spoken of.
//!
//! The table is law for both sides: the endpoint enforces it, the phone only shows what it would be let do.

use serde::Serialize;

use crate::{
    id::{DeviceId, PersonId, TokenId},
    json::{self, Object, Read, ReadError},
    wire::Unit,
    write::{Out, Write},
};

/// What a person is in a unit. One person may be several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// `can_bo`: records.
    Officer,
    /// `lanh_dao`: records and reviews.
    Leader,
    /// `tinh`: reads what communes submit to the province; a role in a province's scope, never in a commune's.
    Province,
    /// `quan_tri`: people, devices, codes and the log; no records.
    Administrator,
}

/// What may be done with a unit's notebook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Read its records.
    Read,
    /// Write into it.
    Write,
    /// Approve, or send back.
    Review,
    /// Order an erasure.
    Erase,
    /// People, devices, codes and the log.
    Administer,
}

impl Role {
    /// All there are.
    pub const ALL: [Self; 4] = [
        Self::Officer,
        Self::Leader,
        Self::Province,
        Self::Administrator,
    ];

    /// As it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Officer => "can_bo",
            Self::Leader => "lanh_dao",
            Self::Province => "tinh",
            Self::Administrator => "quan_tri",
        }
    }

    /// What people read.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Officer => "Cán bộ",
            Self::Leader => "Lãnh đạo",
            Self::Province => "Cấp tỉnh",
            Self::Administrator => "Quản trị",
        }
    }

    /// The role that is written like this.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Whether anybody can be this in such a unit: in a commune nobody is the province.
    #[must_use]
    pub fn fits(self, unit: &str) -> bool {
        let is_province = unit.starts_with("tinh:");
        match self {
            Self::Province => is_province,
            Self::Officer | Self::Leader => !is_province,
            Self::Administrator => true,
        }
    }

    fn may(self, action: Action) -> bool {
        match self {
            Self::Officer => matches!(action, Action::Read | Action::Write),
            Self::Leader => action != Action::Administer,
            Self::Province => action == Action::Read,
            Self::Administrator => action == Action::Administer,
        }
    }
}

/// Whether one of these roles, in the unit it is about, lets a person do this there. In another unit nobody may anything.
#[must_use]
pub fn may(roles: &[Role], action: Action) -> bool {
    roles.iter().any(|role| role.may(action))
}

/// A role in a unit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Grant {
    /// Five digits, or `tinh:` and two.
    pub unit: String,
    /// Which.
    pub role: Role,
}

/// A device that was let in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Device {
    /// Its way in.
    pub id: TokenId,
    /// As it names itself in its changes.
    pub device: DeviceId,
    /// Whose notebook it exchanges.
    pub unit: String,
    /// As its person calls it.
    pub label: String,
    /// When it was let in, ms.
    pub made_at: u64,
    /// When it was last heard, ms; 0 for never.
    pub seen_at: u64,
    /// Changes that it had not sent yet when it was last heard.
    pub waiting: u64,
    /// Records that it held then.
    pub records: u64,
    /// When it was shut out, ms; 0 when it was not.
    pub revoked_at: u64,
    /// It is to delete everything it holds.
    pub wipe: bool,
}

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Who.
    pub id: PersonId,
    /// The name.
    pub name: String,
    /// Nothing of this person's is let in any more.
    pub closed: bool,
    /// What the person is, where.
    pub grants: Vec<Grant>,
    /// The devices, the newest first.
    pub devices: Vec<Device>,
    /// Codes that were given out and can still be used.
    pub codes: u64,
}

/// All people of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct People {
    /// The unit.
    pub unit: Unit,
    /// By name.
    pub people: Vec<Person>,
}

/// What an administrator says of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonWish {
    /// The name.
    pub name: String,
    /// Nothing of this person's is let in any more.
    pub closed: bool,
    /// The roles in the administrator's unit; those in other units stay.
    pub roles: Vec<Role>,
}

/// A code with which one device is let in, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Code {
    /// The code.
    pub code: String,
    /// Until when, ms.
    pub expires_at: u64,
}

/// What a device that was given a code asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EnrolRequest {
    /// [`crate::wire::PROTOCOL`].
    pub protocol: u32,
    /// The code, as it was typed.
    pub code: String,
    /// As it names itself in its changes.
    pub device: DeviceId,
    /// SHA-256 of the token that the device made for itself, in hexadecimal digits.
    pub token: String,
    /// As its person calls it; may be empty.
    pub label: String,
}

/// What it is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Enrolled {
    /// Its way in.
    pub id: TokenId,
    /// The person's name.
    pub person: String,
    /// Whose notebook it is.
    pub unit: Unit,
    /// What the person may do there.
    pub roles: Vec<Role>,
    /// SHA-256 of what an order to wipe will say, in hexadecimal digits: no other order is to be followed.
    pub wipe: String,
}

/// An order to wipe the device that it names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wipe {
    /// Which device.
    pub id: TokenId,
    /// What only the endpoint that let it in knows.
    pub word: String,
}

/// A line of the endpoint's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditLine {
    /// From 1, without gaps.
    pub n: u64,
    /// When, ms.
    pub at: u64,
    /// Who did it: a person's name, or `may_chu` for the operator at the machine.
    pub who: String,
    /// What.
    pub act: String,
    /// To what or whom.
    pub about: String,
    /// SHA-256 over the line before and this one, in hexadecimal digits.
    pub chain: String,
}

/// A page of the endpoint's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Audit {
    /// In order.
    pub lines: Vec<AuditLine>,
    /// There are more.
    pub more: bool,
}

impl Serialize for Role {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl Read for Role {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let name = json::text(raw)?;
        Self::named(&name).ok_or_else(|| ReadError::other("can_bo, lanh_dao, tinh or quan_tri"))
    }
}

impl Write for Role {
    fn write(&self, out: &mut Out) {
        out.text(self.name());
    }
}

/// The roles that are known here: a newer endpoint may have more.
#[must_use]
pub fn known_roles(names: &[String]) -> Vec<Role> {
    names.iter().filter_map(|name| Role::named(name)).collect()
}

impl Read for Grant {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let grant = Object::read(raw)?;
        Ok(Self {
            unit: grant.text("unit")?,
            role: grant.item("role")?,
        })
    }
}

impl Read for Device {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let device = Object::read(raw)?;
        Ok(Self {
            id: device.item("id")?,
            device: device.item("device")?,
            unit: device.text("unit")?,
            label: device.text("label")?,
            made_at: device.number("made_at")?,
            seen_at: device.number("seen_at")?,
            waiting: device.number("waiting")?,
            records: device.number("records")?,
            revoked_at: device.number("revoked_at")?,
            wipe: device.flag_or_false("wipe")?,
        })
    }
}

impl Read for Person {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let person = Object::read(raw)?;
        Ok(Self {
            id: person.item("id")?,
            name: person.text("name")?,
            closed: person.flag_or_false("closed")?,
            grants: person.item("grants")?,
            devices: person.item("devices")?,
            codes: person.number_or_zero("codes")?,
        })
    }
}

impl Read for People {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let people = Object::read(raw)?;
        Ok(Self {
            unit: people.item("unit")?,
            people: people.item("people")?,
        })
    }
}

impl Read for PersonWish {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let wish = Object::read(raw)?;
        Ok(Self {
            name: wish.text("name")?,
            closed: wish.flag_or_false("closed")?,
            roles: wish.item("roles")?,
        })
    }
}

impl Write for PersonWish {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("name", &self.name);
            out.item("closed", &self.closed);
            out.item("roles", &self.roles);
        });
    }
}

impl Read for Code {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let code = Object::read(raw)?;
        Ok(Self {
            code: code.text("code")?,
            expires_at: code.number("expires_at")?,
        })
    }
}

impl Read for EnrolRequest {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let request = Object::read(raw)?;
        Ok(Self {
            protocol: request.small("protocol")?,
            code: request.text("code")?,
            device: request.item("device")?,
            token: request.text("token")?,
            label: request.text_or_empty("label")?,
        })
    }
}

impl Write for EnrolRequest {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("protocol", &self.protocol);
            out.item("code", &self.code);
            out.item("device", &self.device);
            out.item("token", &self.token);
            out.item("label", &self.label);
        });
    }
}

impl Read for Enrolled {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let enrolled = Object::read(raw)?;
        let roles: Vec<String> = enrolled.item_or_default("roles")?;
        Ok(Self {
            id: enrolled.item("id")?,
            person: enrolled.text("person")?,
            unit: enrolled.item("unit")?,
            roles: known_roles(&roles),
            wipe: enrolled.text_or_empty("wipe")?,
        })
    }
}

impl Read for Wipe {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let wipe = Object::read(raw)?;
        Ok(Self {
            id: wipe.item("id")?,
            word: wipe.text("word")?,
        })
    }
}

impl Write for Wipe {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("id", &self.id);
            out.item("word", &self.word);
        });
    }
}

impl Read for AuditLine {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let line = Object::read(raw)?;
        Ok(Self {
            n: line.number("n")?,
            at: line.number("at")?,
            who: line.text("who")?,
            act: line.text("act")?,
            about: line.text("about")?,
            chain: line.text("chain")?,
        })
    }
}

impl Read for Audit {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let audit = Object::read(raw)?;
        Ok(Self {
            lines: audit.item("lines")?,
            more: audit.flag_or_false("more")?,
        })
    }
}

/// The letters of a code: none that is taken for another (Crockford's base 32).
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Letters of a code; five bits each.
const CODE_LETTERS: usize = 20;

/// A code from random bytes, in groups of five: `7K2QD-…`. 100 bits.
#[must_use]
pub fn code(random: [u8; CODE_LETTERS]) -> String {
    let mut text = String::new();
    for (at, byte) in random.into_iter().enumerate() {
        if at > 0 && at % 5 == 0 {
            text.push('-');
        }
        let letter = LETTERS.get(usize::from(byte % 32)).copied();
        text.extend(letter.map(char::from));
    }
    text
}

/// A code as it was typed: small letters, spaces, and letters that look like others, are what was meant.
#[must_use]
pub fn meant(typed: &str) -> String {
    let letter = |c: char| match c.to_ascii_uppercase() {
        'O' => Some('0'),
        'I' | 'L' => Some('1'),
        c if c.is_ascii_alphanumeric() => Some(c),
        _ => None,
    };
    let mut text = String::new();
    for (at, c) in typed.chars().filter_map(letter).enumerate() {
        if at > 0 && at % 5 == 0 {
            text.push('-');
        }
        text.push(c);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_that_was_typed_in_haste_is_the_same_code() {
        let code = code(std::array::from_fn(|at| u8::try_from(at * 7).unwrap()));
        assert_eq!(code.len(), CODE_LETTERS + 3);
        assert_eq!(meant(&code), code);
        assert_eq!(meant(&code.to_lowercase().replace('-', " ")), code);
        assert_eq!(meant(&code.replace('0', "o").replace('1', "l")), code);
    }

    #[test]
    fn every_role_is_read_as_it_is_written() {
        for role in Role::ALL {
            assert_eq!(Role::named(role.name()), Some(role));
        }
        assert_eq!(Role::named("ai_do"), None);
    }
}
