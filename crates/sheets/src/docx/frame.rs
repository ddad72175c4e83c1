//! What stands around the text: the blocks of a document's head, and who signs and receives at its foot.
//! The state's layout and the Party's each have their own functions.

use crate::{
    document::{Document, Layout},
    docx::{
        page,
        style::{self, plain},
        xml::{Align, Shape, Xml, twips},
    },
    measure, text,
};

const NATION: &str = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM";
const MOTTO: &str = "Độc lập - Tự do - Hạnh phúc";
const THE_PARTY: &str = "ĐẢNG CỘNG SẢN VIỆT NAM";
/// Room for the signature and the seal, in twips: 25 mm.
const ROOM_TO_SIGN: u32 = 1420;

/// Everything above the text.
pub(super) fn head(xml: &mut Xml, document: &Document) {
    let room = page::upright_room(document.layout);
    match document.layout {
        Layout::State => state_head(xml, document, room),
        Layout::Party => party_head(xml, document, room),
    }
    xml.paragraph(&style::GAP, |_| {});
}

fn state_head(xml: &mut Xml, document: &Document, room: u32) {
    let widths = (60, room - 60);
    columns(
        xml,
        widths,
        |xml| {
            line(xml, plain(Align::Centre, 26), &document.issuer_above);
            line(xml, plain(Align::Centre, 26).bold(), &document.issuer);
            rule(xml, widths.0, half(&document.issuer, widths.0));
            number(xml, document, "Số: ", 26);
            letter_subject(xml, document, plain(Align::Centre, 24));
        },
        |xml| {
            line(xml, plain(Align::Centre, 26).bold(), NATION);
            line(xml, plain(Align::Centre, 28).bold(), MOTTO);
            rule(xml, widths.1, measure::length(MOTTO, 14.0));
            let date = plain(Align::Centre, 28).italic().spaced(80, 0);
            line(xml, date, &document.place_date);
        },
    );
    if !document.title.is_empty() {
        title(xml, document, 28, 28);
        rule(xml, room, half(&document.subject, room));
    }
}

fn party_head(xml: &mut Xml, document: &Document, room: u32) {
    let widths = (76, room - 76);
    columns(
        xml,
        widths,
        |xml| {
            line(xml, plain(Align::Centre, 28), &document.issuer_above);
            line(xml, plain(Align::Centre, 28).bold(), &document.issuer);
            line(xml, plain(Align::Centre, 28), "*");
            number(xml, document, "Số ", 28);
            letter_subject(xml, document, plain(Align::Centre, 24).italic());
        },
        |xml| {
            line(xml, plain(Align::Centre, 30).bold(), THE_PARTY);
            rule(xml, widths.1, measure::length(THE_PARTY, 15.0));
            let date = plain(Align::Centre, 28).italic().spaced(200, 0);
            line(xml, date, &document.place_date);
        },
    );
    if !document.title.is_empty() {
        title(xml, document, 32, 30);
    }
}

fn number(xml: &mut Xml, document: &Document, word: &str, size: u32) {
    if !document.number.is_empty() {
        let number = format!("{word}{}", document.number);
        line(xml, plain(Align::Centre, size).spaced(60, 0), &number);
    }
}

/// A letter has no title: what it is about stands under its number.
fn letter_subject(xml: &mut Xml, document: &Document, shape: Shape) {
    if document.title.is_empty() {
        line(xml, shape.spaced(40, 0), &document.subject);
    }
}

fn title(xml: &mut Xml, document: &Document, title_size: u32, subject_size: u32) {
    let sized = |style, size| {
        let mut shape = Shape::of(style).bold().kept();
        shape.look.size = size;
        shape
    };
    xml.paragraph(&sized("Title", title_size), |run| run.text(&document.title));
    if !document.subject.is_empty() {
        xml.paragraph(&sized("Subtitle", subject_size), |run| {
            run.text(&document.subject);
        });
    }
}

pub(super) fn has_foot(document: &Document) -> bool {
    !document.recipients.is_empty() || !document.signer.is_empty()
}

/// Who receives on the left, who signs on the right; they stay on one page.
pub(super) fn foot(xml: &mut Xml, document: &Document) {
    let room = page::upright_room(document.layout);
    xml.paragraph(&style::GAP, |_| {});
    columns(
        xml,
        (room / 2, room - room / 2),
        |xml| recipients(xml, document),
        |xml| {
            let shape = plain(Align::Centre, 28).bold().kept();
            for text in &document.signer {
                line(xml, shape, text);
            }
            if !document.signer_name.is_empty() {
                line(xml, shape.spaced(ROOM_TO_SIGN, 0), &document.signer_name);
            }
        },
    );
    // A text that ends in a table is mended by Word when it opens it; better it need not.
    xml.paragraph(&style::GAP, |_| {});
}

fn recipients(xml: &mut Xml, document: &Document) {
    let Some(last) = document.recipients.len().checked_sub(1) else {
        return;
    };
    let (label, item) = match document.layout {
        Layout::State => (
            plain(Align::Left, 24).bold().italic(),
            plain(Align::Left, 22),
        ),
        Layout::Party => (plain(Align::Left, 28).underlined(), plain(Align::Left, 24)),
    };
    line(xml, label, "Nơi nhận:");
    for (at, recipient) in document.recipients.iter().enumerate() {
        let name = text::line(recipient);
        let name = name
            .trim_start_matches(['-', ' '])
            .trim_end_matches([';', '.', ' ']);
        let end = if at == last { '.' } else { ';' };
        line(xml, item, &format!("- {name}{end}"));
    }
}

fn line(xml: &mut Xml, shape: Shape, text: &str) {
    if !text.is_empty() {
        xml.paragraph(&shape, |run| run.text(text));
    }
}

/// Half the length of a text's longest line, as the line under it is long, within a column of `room` millimetres.
fn half(text: &str, room: u32) -> f64 {
    let lines = text.split('\n').map(|line| measure::length(line, 13.0));
    lines.fold(0.0, f64::max).min(f64::from(room)) / 2.0
}

/// A line of a length in the middle of so many millimetres.
fn rule(xml: &mut Xml, room: u32, length: f64) {
    let side = (f64::from(room) - length) / 2.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and the width of a page"
    )]
    let side = side.clamp(0.0, 200.0).round() as u32;
    let shape = Shape {
        is_rule: true,
        indents: twips(side),
        ..plain(Align::Centre, 2)
    };
    xml.paragraph(&shape, |_| {});
}

/// Two columns without lines, `widths` in millimetres.
fn columns(
    xml: &mut Xml,
    widths: (u32, u32),
    left: impl FnOnce(&mut Xml),
    right: impl FnOnce(&mut Xml),
) {
    let (left_width, right_width) = (twips(widths.0), twips(widths.1));
    xml.markup(format_args!(
        "<w:tbl><w:tblPr><w:tblW w:w=\"{}\" w:type=\"dxa\"/><w:tblLayout w:type=\"fixed\"/>\
         <w:tblCellMar><w:left w:w=\"0\" w:type=\"dxa\"/><w:right w:w=\"0\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr>\
         <w:tblGrid><w:gridCol w:w=\"{left_width}\"/><w:gridCol w:w=\"{right_width}\"/></w:tblGrid>\
         <w:tr><w:trPr><w:cantSplit/></w:trPr>",
        left_width + right_width
    ));
    cell(xml, left_width, left);
    cell(xml, right_width, right);
    xml.markup(format_args!("</w:tr></w:tbl>"));
}

fn cell(xml: &mut Xml, width: u32, content: impl FnOnce(&mut Xml)) {
    xml.markup(format_args!(
        "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/></w:tcPr>"
    ));
    content(xml);
    // A cell must end in a paragraph; an empty one would else be a broken file.
    xml.paragraph(&style::GAP, |_| {});
    xml.markup(format_args!("</w:tc>"));
}
