//! The field records of the notebook: what they are, what is valid, how two histories become one.
//!
//! Pure: no clock, no randomness, no input or output. `docs/MERGE.md` is the law, `docs/FORMS.md` the shape of
//! the catalogue, `docs/PROTOCOL.md` what goes over the wire. In reading order:
#![warn(missing_docs)]

pub mod id;
pub mod stamp;
pub mod date;
pub mod path;
pub mod position;
pub mod change;
pub mod fold;
pub mod notebook;
pub mod form;
pub mod expr;
pub mod validate;
pub mod draft;
pub mod programme;
pub mod catalogue;
pub mod search;
pub mod summary;
pub mod wire;
pub mod replica;
pub mod files;
