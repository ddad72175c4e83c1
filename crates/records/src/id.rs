//! Names of things: records, changes, devices. A name is opaque; nothing is read out of it.

use core::{fmt, str::FromStr};

use serde::Serialize;
use uuid::Uuid;

use crate::{
    json::{self, Key, Read, ReadError},
    write::{Out, Write},
};

/// A text that is not the name of a thing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a UUID")]
pub struct NotAnId;

/// What names something: 16 bytes.
pub trait Name: Copy + Ord + fmt::Debug {
    /// The 16 bytes.
    fn bytes(&self) -> &[u8; 16];
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new name from the time and ten random bytes (UUID version 7).
            #[must_use]
            pub fn new(now_ms: u64, random: [u8; 10]) -> Self {
                Self(uuid::Builder::from_unix_timestamp_millis(now_ms, &random).into_uuid())
            }

            /// The name as it is derived from content: the same 16 bytes give the same name.
            #[must_use]
            pub fn derived(bytes: [u8; 16]) -> Self {
                Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
            }

            /// The name that has these 16 bytes.
            #[must_use]
            pub fn of(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            /// The 16 bytes.
            #[must_use]
            pub fn bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl Name for $name {
            fn bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl Read for $name {
            fn read(raw: &str) -> Result<Self, ReadError> {
                let text = json::text(raw)?;
                text.parse().map_err(|NotAnId| ReadError::other("a UUID"))
            }
        }

        impl Write for $name {
            fn write(&self, out: &mut Out) {
                write_uuid(self.0, out);
            }
        }

        impl Key for $name {
            fn from_key(key: String) -> Result<Self, ReadError> {
                key.parse().map_err(|NotAnId| ReadError::other("a UUID"))
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                match Uuid::try_parse(text) {
                    Ok(uuid) => Ok(Self(uuid)),
                    Err(_) => Err(NotAnId),
                }
            }
        }
    };
}

fn write_uuid(uuid: Uuid, out: &mut Out) {
    out.text(uuid.hyphenated().encode_lower(&mut Uuid::encode_buffer()));
}

id!(
    /// One record, for as long as it exists anywhere.
    RecordId
);
id!(
    /// One change. The only thing in the whole system that must be unique.
    ChangeId
);
id!(
    /// One person with an account at an endpoint.
    PersonId
);
id!(
    /// One device's way in at an endpoint: what a token is called where people see it.
    TokenId
);
id!(
    /// One profile of one browser on one phone.
    DeviceId
);

impl DeviceId {
    /// The last four bytes: what a stamp carries to tell devices apart.
    #[must_use]
    pub fn short(&self) -> u32 {
        let b = self.bytes();
        b.iter()
            .skip(12)
            .fold(0, |sum, byte| (sum << 8) | u32::from(*byte))
    }
}

/// Letters of entry ids: no look-alikes are needed, nobody reads them.
const ENTRY_LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A new name for an entry of a group: ten letters of five bits each.
#[must_use]
pub fn entry_id(random: [u8; 10]) -> String {
    random
        .iter()
        .filter_map(|byte| ENTRY_LETTERS.get(usize::from(byte & 31)))
        .map(|letter| char::from(*letter))
        .collect()
}
