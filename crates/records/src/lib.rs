//! The field records of the notebook: what they are, what is valid, how two histories become one.
//!
//! Pure: no clock, no randomness, no input or output. `docs/MERGE.md` is the law, `docs/FORMS.md` the shape of
//! the catalogue, `docs/PROTOCOL.md` what goes over the wire. In reading order:
#![warn(missing_docs)]

pub mod account;
pub mod calendar;
pub mod catalogue;
pub mod change;
pub mod date;
pub mod deadline;
mod decimal;
pub mod draft;
pub mod expr;
pub mod files;
pub mod fold;
pub mod form;
pub mod handover;
pub mod hex;
pub mod id;
pub mod join;
pub mod json;
pub mod notebook;
pub mod order;
pub mod paper;
pub mod parcel;
pub mod path;
pub mod position;
pub mod programme;
pub mod published;
pub mod replica;
pub mod report;
pub mod review;
pub mod rights;
pub mod search;
pub mod secret;
pub mod shelf;
pub mod stamp;
pub mod strip;
pub mod summary;
pub mod table;
pub mod units;
pub mod validate;
pub mod wire;
pub mod write;
