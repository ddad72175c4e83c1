//! Why a file was not made.

/// Why a file was not made. No text and no value is a reason: those are made to fit.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// The format does not hold that many columns.
    #[error("{columns} columns, and the format holds {columns_max}")]
    TooWide {
        /// How many the sheet has.
        columns: usize,
        /// How many the format holds.
        columns_max: usize,
    },
    /// The format does not hold that many rows.
    #[error("{rows} rows, and the format holds {rows_max}")]
    TooLong {
        /// How many the sheet has, with its title and header.
        rows: usize,
        /// How many the format holds.
        rows_max: usize,
    },
    /// The workbook's writer refused.
    #[error(transparent)]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// The document's parts could not be packed.
    #[error(transparent)]
    Pack(#[from] std::io::Error),
}
