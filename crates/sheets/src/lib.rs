//! Tables and reports as files that offices open: CSV, XLSX and DOCX. What goes into them is decided elsewhere.
//!
//! Pure: bytes out; no clock, no randomness, no input or output. The same [`Sheet`] or [`Document`] gives the same
//! bytes every time. Every text is hostile: it comes out as the text it is, and nothing in it is ever a formula.
//! In reading order:
#![warn(missing_docs)]

mod csv;
mod date;
mod document;
mod docx;
mod error;
mod measure;
mod sheet;
mod text;
mod xlsx;

pub use crate::{
    csv::csv,
    document::{Block, Document, Layout},
    docx::docx,
    error::SheetError,
    sheet::{Cell, HeadCell, Sheet, Width},
    xlsx::{workbook, xlsx},
};
