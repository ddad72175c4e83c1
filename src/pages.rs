//! The screens, one file for each address. A page reads the state, calls the work and lays out parts.

pub(crate) mod charts;
pub(crate) mod democracy;
pub(crate) mod enrol;
pub(crate) mod follow;
pub(crate) mod frame;
pub(crate) mod guide;
pub(crate) mod keeper;
pub(crate) mod kinds;
pub(crate) mod list;
pub(crate) mod models;
pub(crate) mod not_found;
pub(crate) mod papers;
pub(crate) mod printed;
pub(crate) mod programme;
pub(crate) mod programmes;
pub(crate) mod record;
pub(crate) mod registers;
pub(crate) mod report;
pub(crate) mod reports;
pub(crate) mod settings;
pub(crate) mod sync;
pub(crate) mod today;
pub(crate) mod welcome;
pub(crate) mod write;
