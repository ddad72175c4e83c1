//! Denunciations (tố cáo): a compartment of their own, whose cases name their readers. `docs/SECURITY.md`, "Tố cáo".

use serde::Serialize;

use crate::{
    account::{Role, known_roles},
    id::PersonId,
    json::{Object, Read, ReadError},
    write::{Out, Write},
};

/// Whom a case can be given to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Colleague {
    /// Who.
    pub id: PersonId,
    /// The name.
    pub name: String,
    /// What the person is in the unit.
    pub roles: Vec<Role>,
}

/// All who write in a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Colleagues {
    /// By name.
    pub people: Vec<Colleague>,
}

impl Read for Colleague {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let colleague = Object::read(raw)?;
        let roles: Vec<String> = colleague.item_or_default("roles")?;
        Ok(Self {
            id: colleague.item("id")?,
            name: colleague.text("name")?,
            roles: known_roles(&roles),
        })
    }
}

impl Write for Colleague {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("id", &self.id);
            out.item("name", &self.name);
            out.item("roles", &self.roles);
        });
    }
}

impl Read for Colleagues {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let people = Object::read(raw)?.item("people")?;
        Ok(Self { people })
    }
}

impl Write for Colleagues {
    fn write(&self, out: &mut Out) {
        out.object(|out| out.item("people", &self.people));
    }
}
