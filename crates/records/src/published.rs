//! A catalogue that an endpoint publishes after the app was built: what it adds to the one that came with the release,
//! and whether it may (`docs/FORMS.md`, "Publishing").
//!
//! Only the endpoint and the second wasm reach any of this.

pub mod check;

use crate::{
    catalogue::{self, Catalogue},
    form::Registers,
    json::{self, Object, Read, ReadError},
    paper::Print,
    report::Report,
    rights::Duties,
    write::{Out, Write},
};

/// What the file says it is.
pub const CATALOGUE_KIND: &str = "so-tay-danh-muc";
/// The shape of the file.
pub const CATALOGUE_VERSION: u64 = 1;

/// Which published catalogue: what an endpoint says of the newest one in each answer.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Mark {
    /// Counts the publishings of this endpoint, from 1.
    pub number: u64,
    /// SHA-256 of the text, hexadecimal.
    pub hash: String,
}

impl Read for Mark {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let mark = Object::read(raw)?;
        Ok(Self {
            number: mark.number("number")?,
            hash: mark.text("hash")?,
        })
    }
}

impl Write for Mark {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("number", &self.number);
            out.item("hash", &self.hash);
        });
    }
}

impl Mark {
    /// Whether a device that has `held` should fetch this one. An endpoint that was restored to an older state has
    /// nothing new; of two with one number (published again after such a restore) the endpoint's counts.
    #[must_use]
    pub fn is_news_after(&self, held: Option<&Self>) -> bool {
        held.is_none_or(|held| self.number >= held.number && self != held)
    }
}

/// A book whose running numbers the endpoint gives: one for each year of the record's date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Book {
    /// The form whose records are in it.
    pub form: String,
    /// The field of the number.
    pub field: String,
    /// The field whose year says which volume.
    pub date: String,
}

/// Everything a catalogue has, in one value.
#[derive(Debug, Clone, PartialEq)]
pub struct Bundle {
    /// Forms, programmes, guide, calendar.
    pub catalogue: Catalogue,
    /// The legal tables of the forms.
    pub registers: Vec<Registers>,
    /// The reports, by id and first day.
    pub reports: Vec<Report>,
    /// The papers.
    pub prints: Vec<Print>,
    /// The books.
    pub books: Vec<Book>,
    /// What the unit owes to people whose data it keeps; a published one replaces it whole.
    pub duties: Option<Duties>,
}

impl Read for Bundle {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let bundle = Object::read(raw)?;
        let mut books = Vec::new();
        for form in bundle.raws_or_none("forms")? {
            books.extend(book_of(form)?);
        }
        Ok(Self {
            catalogue: Catalogue {
                programmes: bundle.item_or_default("programmes")?,
                guide: bundle.item_or_default("guide")?,
                ..catalogue::read(raw)?
            },
            registers: bundle.item_or_default("forms")?,
            reports: catalogue::read_reports(raw)?,
            prints: bundle.item_or_default("prints")?,
            books,
            duties: bundle.item_if("duties")?,
        })
    }
}

impl Read for Book {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let book = Object::read(raw)?;
        Ok(Self {
            form: book.text("form")?,
            field: book.text("field")?,
            date: book.text("date")?,
        })
    }
}

/// The book of a form's file, when it has one.
fn book_of(form: &str) -> Result<Option<Book>, ReadError> {
    let form = Object::read(form)?;
    let Some(field) = form.text_if("book")? else {
        return Ok(None);
    };
    Ok(Some(Book {
        form: form.text("id")?,
        field,
        date: form.text_or_empty("date")?,
    }))
}

/// Everything this release came with.
///
/// # Errors
/// As [`catalogue::builtin`].
pub fn builtin() -> Result<Bundle, ReadError> {
    Ok(Bundle {
        catalogue: catalogue::complete()?,
        registers: catalogue::builtin_registers()?,
        reports: catalogue::builtin_reports()?,
        prints: catalogue::builtin_prints()?,
        books: catalogue::builtin_books()?,
        duties: Some(catalogue::builtin_duties()?),
    })
}

/// Reads a published text that was checked before, on a device.
///
/// # Errors
/// When this release cannot read it: it is from a newer one.
pub fn read(bytes: &[u8]) -> Result<Bundle, ReadError> {
    json::from_bytes(bytes)
}

impl Bundle {
    /// What holds once `newer` is published over this: what has its name is replaced, the rest stays. The calendar
    /// and the guide are replaced whole.
    #[must_use]
    pub fn renewed_by(self, newer: Self) -> Self {
        let mut catalogue = self.catalogue;
        let newest = newer.catalogue;
        let is_new_form = |id: &str, version: &str| {
            let mut forms = newest.forms.iter();
            forms.any(|form| form.id == id && form.version == version)
        };
        let mut registers = self.registers;
        catalogue
            .forms
            .retain(|form| !is_new_form(&form.id, &form.version));
        registers.retain(|of| !is_new_form(&of.form, &of.version));
        registers.extend(newer.registers);
        let mut books = self.books;
        books.retain(|book| !newest.forms.iter().any(|form| form.id == book.form));
        books.extend(newer.books);
        catalogue
            .programmes
            .retain(|old| !newest.programmes.iter().any(|new| new.id == old.id));
        let mut reports = self.reports;
        reports.retain(|old| {
            let mut all = newer.reports.iter();
            !all.any(|new| new.id == old.id && new.version == old.version)
        });
        reports.extend(newer.reports);
        catalogue::sort_reports(&mut reports);
        let mut prints = self.prints;
        prints.retain(|old| !newer.prints.iter().any(|new| new.id == old.id));
        prints.extend(newer.prints);
        Self {
            catalogue: newest.join(catalogue),
            registers,
            reports,
            prints,
            books,
            duties: newer.duties.or(self.duties),
        }
    }
}
