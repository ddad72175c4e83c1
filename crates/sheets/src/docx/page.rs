//! Pages: A4 upright or across, their margins, and the turns between them. The number stands on top in the middle,
//! from the second page on.

use crate::{
    document::Layout,
    docx::{
        style,
        xml::{Xml, twips},
    },
    sheet::Sheet,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Upright,
    Across,
}

/// In millimetres.
struct Margins {
    top: u32,
    bottom: u32,
    left: u32,
    right: u32,
}

/// NĐ 30/2020, Phụ lục I: top and bottom 20–25, left 30–35, right 15–20.
const STATE: Margins = Margins {
    top: 20,
    bottom: 20,
    left: 30,
    right: 15,
};
/// HD 36-HD/VPTW asks for nearly the same.
const PARTY: Margins = Margins {
    top: 20,
    bottom: 20,
    left: 30,
    right: 20,
};
/// A page across is filed at its top, and its tables need the width.
const ACROSS: Margins = Margins {
    top: 25,
    bottom: 15,
    left: 15,
    right: 15,
};
const SHORT_SIDE: u32 = 210;
const LONG_SIDE: u32 = 297;
/// From the page's edge to its number.
const NUMBER_AT: u32 = 10;

const fn margins(layout: Layout) -> Margins {
    match layout {
        Layout::State => STATE,
        Layout::Party => PARTY,
    }
}

/// The room for text between left and right, in millimetres.
pub(super) const fn upright_room(layout: Layout) -> u32 {
    let margins = margins(layout);
    SHORT_SIDE - margins.left - margins.right
}

/// Which pages are being written.
pub(super) struct Pages {
    layout: Layout,
    way: Way,
    is_first: bool,
}

impl Pages {
    pub(super) const fn new(layout: Layout) -> Self {
        Self {
            layout,
            way: Way::Upright,
            is_first: true,
        }
    }

    /// The room for text between left and right, in millimetres.
    pub(super) const fn room(&self) -> u32 {
        match self.way {
            Way::Upright => upright_room(self.layout),
            Way::Across => LONG_SIDE - ACROSS.left - ACROSS.right,
        }
    }

    /// Across when the table wants more room than an upright page has.
    pub(super) fn way_for(&self, sheet: &Sheet) -> Way {
        // A fifth more is still readable when it is pressed together.
        let room = f64::from(upright_room(self.layout)) * 1.2;
        if sheet.widths(10.0).iter().sum::<f64>() > room {
            Way::Across
        } else {
            Way::Upright
        }
    }

    /// What follows stands on such a page; a new one only when it must be.
    pub(super) fn turn(&mut self, xml: &mut Xml, way: Way) {
        if self.way != way {
            self.begin(xml, way);
        }
    }

    /// What follows stands on a new page.
    pub(super) fn begin(&mut self, xml: &mut Xml, way: Way) {
        xml.markup(format_args!(
            "<w:p><w:pPr><w:pStyle w:val=\"{}\"/>",
            style::GAP.style
        ));
        self.section(xml);
        xml.markup(format_args!("</w:pPr></w:p>"));
        self.way = way;
        self.is_first = false;
    }

    pub(super) fn end(self, xml: &mut Xml) {
        self.section(xml);
    }

    /// The pages up to here.
    fn section(&self, xml: &mut Xml) {
        let (margins, width, height, turned) = match self.way {
            Way::Upright => (margins(self.layout), SHORT_SIDE, LONG_SIDE, ""),
            Way::Across => (ACROSS, LONG_SIDE, SHORT_SIDE, " w:orient=\"landscape\""),
        };
        xml.markup(format_args!(
            "<w:sectPr><w:headerReference w:type=\"default\" r:id=\"rIdHeader\"/>\
             <w:type w:val=\"nextPage\"/><w:pgSz w:w=\"{}\" w:h=\"{}\"{turned}/>\
             <w:pgMar w:top=\"{}\" w:right=\"{}\" w:bottom=\"{}\" w:left=\"{}\" w:header=\"{}\" w:footer=\"{}\" w:gutter=\"0\"/>",
            twips(width) + 1, // Word's A4 is 11906 × 16838
            twips(height) + 1,
            twips(margins.top),
            twips(margins.right),
            twips(margins.bottom),
            twips(margins.left),
            twips(NUMBER_AT),
            twips(NUMBER_AT),
        ));
        if self.is_first {
            // A first page with a header of its own, which has none.
            xml.markup(format_args!("<w:titlePg/>"));
        }
        xml.markup(format_args!("</w:sectPr>"));
    }
}
