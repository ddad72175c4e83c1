//! DOCX: a document with the layout of the state or of the Party, written as WordprocessingML (ECMA-376, part 1).

mod frame;
mod pack;
mod page;
mod style;
mod table;
mod xml;

use crate::{
    document::{Block, Document},
    docx::{page::Pages, xml::Xml},
    error::SheetError,
    sheet::Sheet,
    text,
};

/// The document as a file.
///
/// # Errors
/// When a table in it has more columns than the format holds.
pub fn docx(document: &Document) -> Result<Vec<u8>, SheetError> {
    let mut xml = Xml::new();
    let mut pages = Pages::new(document.layout);
    frame::head(&mut xml, document);
    for block in &document.blocks {
        match block {
            Block::Heading(level, text) => {
                pages.turn(&mut xml, page::Way::Upright);
                xml.paragraph(style::heading(*level), |run| run.text(text));
            }
            Block::Paragraph(text) => {
                pages.turn(&mut xml, page::Way::Upright);
                xml.paragraph(&style::BODY, |run| run.text(text));
            }
            Block::Table(sheet) => {
                pages.turn(&mut xml, pages.way_for(sheet));
                captioned_table(&mut xml, sheet, &pages)?;
            }
        }
    }
    if frame::has_foot(document) {
        pages.turn(&mut xml, page::Way::Upright);
        frame::foot(&mut xml, document);
    }
    for sheet in &document.annexes {
        pages.begin(&mut xml, pages.way_for(sheet));
        captioned_table(&mut xml, sheet, &pages)?;
    }
    pages.end(&mut xml);
    let title = [&document.title, &document.subject].map(|part| text::line(part));
    Ok(pack::pack(
        &xml.into_body(),
        title.join(" ").trim(),
        &document.made_on,
    )?)
}

/// A table with its title above and a line of room below.
fn captioned_table(xml: &mut Xml, sheet: &Sheet, pages: &Pages) -> Result<(), SheetError> {
    if !sheet.title.is_empty() {
        xml.paragraph(&style::TABLE_TITLE, |run| run.text(&sheet.title));
    }
    for line in &sheet.lines {
        xml.paragraph(&style::TABLE_LINE, |run| run.text(line));
    }
    table::table(xml, sheet, pages.room())?;
    // Two tables without a paragraph between them would become one.
    xml.paragraph(&style::GAP, |_| {});
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{document::Layout, sheet::HeadCell};

    #[test]
    fn the_same_document_is_the_same_bytes() {
        let mut document = Document::empty(Layout::State);
        document
            .blocks
            .push(Block::Paragraph("Một đoạn\tcó\nhai dòng".to_owned()));
        document.made_on = "2026-11-25".to_owned();
        let bytes = docx(&document).unwrap();
        assert!(bytes.starts_with(b"PK"));
        assert_eq!(bytes, docx(&document).unwrap());
    }

    #[test]
    fn a_table_wider_than_the_format_is_refused() {
        let mut document = Document::empty(Layout::Party);
        document.annexes.push(Sheet {
            head: vec![vec![HeadCell::spanning("x", 64, 1)]],
            ..Sheet::default()
        });
        assert!(matches!(
            docx(&document),
            Err(SheetError::TooWide { columns: 64, .. })
        ));
    }
}
