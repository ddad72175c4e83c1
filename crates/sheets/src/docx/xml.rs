//! Writes WordprocessingML: paragraphs and runs, with every text escaped. The order of elements is the schema's.

use core::fmt::Write as _;

use crate::text;

/// Twentieths of a point in a number of millimetres, the unit of nearly everything here.
pub(super) const fn twips(mm: u32) -> u32 {
    (mm * 1440 * 10) / 254
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Centre,
}

/// How a paragraph looks. Lengths in twips.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// The id of a style of the document; what follows is on top of it.
    pub(super) style: &'static str,
    pub(super) align: Option<Align>,
    pub(super) before: u32,
    pub(super) after: u32,
    /// Left and right.
    pub(super) indents: u32,
    /// Stays on the page of the next paragraph.
    pub(super) is_kept: bool,
    /// A line on top, and no room for letters.
    pub(super) is_rule: bool,
    pub(super) look: Look,
}

/// How letters look.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Look {
    /// In half points; 0 for the style's.
    pub(super) size: u32,
    pub(super) is_bold: bool,
    pub(super) is_italic: bool,
    pub(super) is_underlined: bool,
}

impl Shape {
    /// As its style says.
    pub(super) const fn of(style: &'static str) -> Self {
        Self {
            style,
            align: None,
            before: 0,
            after: 0,
            indents: 0,
            is_kept: false,
            is_rule: false,
            look: Look {
                size: 0,
                is_bold: false,
                is_italic: false,
                is_underlined: false,
            },
        }
    }
}

/// Writes the runs of one paragraph.
pub(super) struct Run<'a> {
    out: &'a mut String,
    look: Look,
}

impl Run<'_> {
    pub(super) fn text(&mut self, text: &str) {
        let text = text::clean(text);
        if text.is_empty() {
            return;
        }
        self.out.push_str("<w:r>");
        look(self.out, self.look);
        for (at, line) in text.split('\n').enumerate() {
            if at > 0 {
                self.out.push_str("<w:br/>");
            }
            for (at, piece) in line.split('\t').enumerate() {
                if at > 0 {
                    self.out.push_str("<w:tab/>");
                }
                if !piece.is_empty() {
                    self.out.push_str("<w:t xml:space=\"preserve\">");
                    escape(self.out, piece);
                    self.out.push_str("</w:t>");
                }
            }
        }
        self.out.push_str("</w:r>");
    }
}

fn look(out: &mut String, look: Look) {
    out.push_str("<w:rPr>");
    if look.is_bold {
        out.push_str("<w:b/><w:bCs/>");
    }
    if look.is_italic {
        out.push_str("<w:i/><w:iCs/>");
    }
    if look.size > 0 {
        let size = look.size;
        push(
            out,
            format_args!("<w:sz w:val=\"{size}\"/><w:szCs w:val=\"{size}\"/>"),
        );
    }
    if look.is_underlined {
        out.push_str("<w:u w:val=\"single\"/>");
    }
    out.push_str("</w:rPr>");
}

/// The body of a document, as far as it is written.
pub(super) struct Xml {
    out: String,
}

impl Xml {
    pub(super) const fn new() -> Self {
        Self { out: String::new() }
    }

    pub(super) fn into_body(self) -> String {
        self.out
    }

    /// Writes markup of this crate; texts go through [`Run::text`].
    pub(super) fn markup(&mut self, markup: core::fmt::Arguments<'_>) {
        push(&mut self.out, markup);
    }

    pub(super) fn paragraph(&mut self, shape: &Shape, runs: impl FnOnce(&mut Run<'_>)) {
        let out = &mut self.out;
        push(
            out,
            format_args!("<w:p><w:pPr><w:pStyle w:val=\"{}\"/>", shape.style),
        );
        if shape.is_kept {
            out.push_str("<w:keepNext/>");
        }
        if shape.is_rule {
            out.push_str(
                "<w:pBdr><w:top w:val=\"single\" w:sz=\"6\" w:space=\"0\" w:color=\"000000\"/></w:pBdr>\
                 <w:spacing w:before=\"60\" w:after=\"60\" w:line=\"40\" w:lineRule=\"exact\"/>",
            );
        } else if shape.before + shape.after > 0 {
            push(
                out,
                format_args!(
                    "<w:spacing w:before=\"{}\" w:after=\"{}\"/>",
                    shape.before, shape.after
                ),
            );
        }
        if shape.indents > 0 {
            push(
                out,
                format_args!("<w:ind w:left=\"{0}\" w:right=\"{0}\"/>", shape.indents),
            );
        }
        if let Some(align) = shape.align {
            let word = match align {
                Align::Left => "left",
                Align::Centre => "center",
            };
            push(out, format_args!("<w:jc w:val=\"{word}\"/>"));
        }
        out.push_str("</w:pPr>");
        let look = shape.look;
        runs(&mut Run { out, look });
        self.out.push_str("</w:p>");
    }
}

pub(super) fn push(out: &mut String, markup: core::fmt::Arguments<'_>) {
    // A text never refuses to be written to.
    let written = out.write_fmt(markup);
    debug_assert!(written.is_ok());
}

pub(super) fn escape(out: &mut String, text: &str) {
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(char),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_never_markup() {
        let mut xml = Xml::new();
        xml.paragraph(&Shape::of("Body"), |run| {
            run.text("</w:t>&\"\u{1}a\tb\nc");
        });
        assert_eq!(
            xml.into_body(),
            "<w:p><w:pPr><w:pStyle w:val=\"Body\"/></w:pPr><w:r><w:rPr></w:rPr>\
             <w:t xml:space=\"preserve\">&lt;/w:t&gt;&amp;&quot;a</w:t><w:tab/>\
             <w:t xml:space=\"preserve\">b</w:t><w:br/><w:t xml:space=\"preserve\">c</w:t></w:r></w:p>"
        );
    }

    #[test]
    fn a_page_is_as_many_twips_as_word_says() {
        assert_eq!((twips(210), twips(297)), (11_905, 16_837));
    }
}
