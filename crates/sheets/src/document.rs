//! A report as offices know it: who writes, number and date, the text, its tables, who signs and who receives.

use crate::sheet::Sheet;

/// Whose rules of layout a document follows. The two are never mixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// The state's: Nghị định 30/2020/NĐ-CP.
    State,
    /// The Party's: Hướng dẫn 36-HD/VPTW, 3/4/2018.
    Party,
}

/// A report. Parts that are empty are left out; nothing is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Whose layout.
    pub layout: Layout,
    /// The day on which the file is made, ISO: the file's own date, since nothing here knows a clock.
    pub made_on: String,
    /// The body above the one that writes.
    pub issuer_above: String,
    /// The body that writes.
    pub issuer: String,
    /// The number as the layout writes it, without the word "Số": `12/BC-UBND`, `127-BC/ĐU`.
    pub number: String,
    /// `Vinh Hà, ngày 05 tháng 01 năm 2026`.
    pub place_date: String,
    /// The kind of document, `BÁO CÁO`; a letter has none, and its subject stands under its number.
    pub title: String,
    /// What it is about.
    pub subject: String,
    /// The text.
    pub blocks: Vec<Block>,
    /// Who receives it, one a line.
    pub recipients: Vec<String>,
    /// Above the signature: on whose behalf, and the signer's office (`TM. ỦY BAN NHÂN DÂN`, `CHỦ TỊCH`).
    pub signer: Vec<String>,
    /// The signer's name.
    pub signer_name: String,
    /// Tables behind the signature, each from a new page.
    pub annexes: Vec<Sheet>,
}

impl Document {
    /// A document without a word in it.
    #[must_use]
    pub const fn empty(layout: Layout) -> Self {
        Self {
            layout,
            made_on: String::new(),
            issuer_above: String::new(),
            issuer: String::new(),
            number: String::new(),
            place_date: String::new(),
            title: String::new(),
            subject: String::new(),
            blocks: Vec::new(),
            recipients: Vec::new(),
            signer: Vec::new(),
            signer_name: String::new(),
            annexes: Vec::new(),
        }
    }
}

/// A piece of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading of level 1 to 3; its number is part of its text.
    Heading(u8, String),
    /// A paragraph.
    Paragraph(String),
    /// A table; one too wide for the page gets pages across.
    Table(Sheet),
}
