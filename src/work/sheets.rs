//! Tables and papers as the files that offices use: CSV at once, XLSX and DOCX from a third wasm of their own.

use records::{
    date,
    paper::{Block, Paper},
};
use sheets::{Cell, Document, HeadCell, Layout, Sheet, SheetError, Width};
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::{
    browser,
    work::files::{FilesError, Ready},
};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// Makes the bytes of a file.
type Maker<T> = fn(&T) -> Result<Vec<u8>, SheetError>;
/// Makes one workbook of several sheets.
type Binder = fn(&[Sheet]) -> Result<Vec<u8>, SheetError>;

#[wasm_split(offices, fallible)]
fn xlsx_maker() -> Result<Binder, SplitLoaderError> {
    Ok(sheets::workbook)
}

#[wasm_split(offices, fallible)]
fn docx_maker() -> Result<Maker<Document>, SplitLoaderError> {
    Ok(sheets::docx)
}

fn ready(name: &str, ending: &str, mime: &'static str, bytes: Vec<u8>) -> Ready {
    let day = date::today(browser::now_ms());
    let plain = records::search::key(name);
    let words: Vec<&str> = plain
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    Ready {
        name: format!("{}-{day}.{ending}", words.join("-")),
        mime,
        bytes,
    }
}

/// For whatever reads tables.
pub(crate) fn csv(sheet: &Sheet) -> Ready {
    ready(&sheet.title, "csv", "text/csv", sheets::csv(sheet))
}

/// For Excel and LibreOffice: one file, however many tables.
pub(crate) async fn xlsx(name: &str, all: &[Sheet]) -> Result<Ready, FilesError> {
    let bytes = xlsx_maker().await?(all).map_err(|error| FilesError::Browser(error.to_string()))?;
    Ok(ready(name, "xlsx", XLSX, bytes))
}

/// For Word and LibreOffice.
pub(crate) async fn docx(paper: &Paper) -> Result<Ready, FilesError> {
    let document = document(paper);
    let bytes =
        docx_maker().await?(&document).map_err(|error| FilesError::Browser(error.to_string()))?;
    Ok(ready(
        &format!("{} {}", paper.title, paper.subject),
        "docx",
        DOCX,
        bytes,
    ))
}

fn document(paper: &Paper) -> Document {
    let is_party = paper.layout == "party";
    let layout = if is_party {
        Layout::Party
    } else {
        Layout::State
    };
    let number = paper
        .number
        .trim_start_matches("Số")
        .trim_start_matches(':')
        .trim();
    let mut document = Document {
        made_on: date::today(browser::now_ms()),
        issuer_above: paper.issuer_above.clone(),
        issuer: paper.issuer.clone(),
        number: number.to_owned(),
        place_date: paper.place_date.clone(),
        title: paper.title.clone(),
        subject: paper.subject.clone(),
        recipients: paper.recipients.clone(),
        signer: paper.signer.clone(),
        signer_name: paper.signer_name.clone(),
        ..Document::empty(layout)
    };
    for block in &paper.blocks {
        match block {
            Block::Heading(text) => document
                .blocks
                .push(sheets::Block::Heading(2, text.clone())),
            Block::Paragraph(text) => {
                let lines = text
                    .lines()
                    .map(|line| sheets::Block::Paragraph(line.to_owned()));
                document.blocks.extend(lines);
            }
            Block::Table(heads, rows) => {
                let rows = rows
                    .iter()
                    .map(|row| row.iter().cloned().map(Cell::Text).collect());
                document
                    .blocks
                    .push(sheets::Block::Table(table(heads, rows.collect())));
            }
            Block::Signs(signs) => {
                let heads: Vec<String> = signs.iter().map(|(office, _)| office.clone()).collect();
                let names = signs
                    .iter()
                    .map(|(_, name)| Cell::Text(format!("\n\n\n{name}")))
                    .collect();
                document
                    .blocks
                    .push(sheets::Block::Table(table(&heads, vec![names])));
            }
        }
    }
    document
}

/// A table with one row of headings.
pub(crate) fn table(heads: &[String], rows: Vec<Vec<Cell>>) -> Sheet {
    Sheet {
        made_on: date::today(browser::now_ms()),
        head: vec![heads.iter().map(HeadCell::of).collect()],
        columns: heads.iter().map(|_| Width::default()).collect(),
        rows,
        ..Sheet::default()
    }
}
