//! Denunciations (tố cáo): a compartment of their own, whose cases name their readers. `docs/SECURITY.md`, "Tố cáo".

mod moving;

use serde::Serialize;
use serde_json::json;

pub use moving::{Moving, is_denunciation, moving};

use crate::{
    account::{Role, known_roles},
    catalogue::{self, Catalogue},
    id::PersonId,
    json::{Object, Read, ReadError},
    write::{Out, Write},
};

/// The form of a case.
pub const FORM: &str = "to_cao";
/// Whoever leads the unit, among those to whom a case can be given.
pub const LEADER: &str = "LANH_DAO";

const TEXT: &str = include_str!(concat!(env!("OUT_DIR"), "/secret.json"));

/// The form of the compartment, with whom a case can be given to.
///
/// # Errors
/// When the file does not have the shape of `docs/FORMS.md` (a test reads it, so a release has none).
pub fn catalogue(people: &[Colleague]) -> Result<Catalogue, ReadError> {
    let mut options = vec![(LEADER.to_owned(), "Lãnh đạo đơn vị".to_owned())];
    options.extend(people.iter().map(|one| {
        let roles: Vec<&str> = one.roles.iter().map(|role| role.label()).collect();
        (
            one.id.to_string(),
            format!("{} ({})", one.name, roles.join(", ")),
        )
    }));
    let rules: Vec<String> = options
        .iter()
        .map(|(id, name)| {
            json!({
                "if": ["and", ["in", "$can_bo_bi_to_cao", id], ["in", "$nguoi_xu_ly", id]],
                "field": "nguoi_xu_ly",
                "say": format!("{name} là người bị tố cáo, không được đọc: bỏ chọn ở đây và chọn người khác xử lý."),
            })
            .to_string()
        })
        .collect();
    let text = TEXT
        .replace("\"@can_bo\"", &json!(options).to_string())
        .replace("\"@luat\"", &rules.join(","));
    catalogue::read(&text)
}

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
