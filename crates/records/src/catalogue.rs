//! The catalogue: forms and programme templates, as they are built in. What an endpoint adds is `published`.

use crate::{
    calendar::Calendar,
    form::{Form, Registers},
    json::{Object, Read, ReadError},
    order,
    paper::Print,
    programme::Template,
    published::Book,
    report::Report,
    rights::Duties,
};

/// What changes with the law.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalogue {
    /// Every version of every form.
    pub forms: Vec<Form>,
    /// Programmes to start from.
    pub programmes: Vec<Template>,
    /// The text of "Hướng dẫn".
    pub guide: Guide,
    /// Days off and swaps, for the deadlines.
    pub calendar: Calendar,
}

/// A short text in sections.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Guide {
    /// In order.
    pub sections: Vec<GuideSection>,
}

/// A heading and its paragraphs.
#[derive(Debug, Clone, PartialEq)]
pub struct GuideSection {
    /// Heading.
    pub title: String,
    /// In order.
    pub paragraphs: Vec<String>,
}

impl Read for Catalogue {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let catalogue = Object::read(raw)?;
        Ok(Self {
            forms: catalogue.item_or_default("forms")?,
            programmes: Vec::new(),
            guide: Guide::default(),
            calendar: catalogue.item_or_default("calendar")?,
        })
    }
}

impl Read for Guide {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let sections = Object::read(raw)?.item("sections")?;
        Ok(Self { sections })
    }
}

impl Read for GuideSection {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let section = Object::read(raw)?;
        Ok(Self {
            title: section.text("title")?,
            paragraphs: section.item("paragraphs")?,
        })
    }
}

const BUILT_IN: &str = include_str!(concat!(env!("OUT_DIR"), "/catalogue.json"));
const BUILT_IN_LATER: &str = include_str!(concat!(env!("OUT_DIR"), "/catalogue-later.json"));

/// The first part of the catalogue this release came with: the forms that are `core`, and the calendar.
///
/// Nothing of the second part may be reached from here: what a first visit downloads follows from what is reached.
///
/// # Errors
/// When a file of `catalogue/` does not have the shape of `docs/FORMS.md` (a test reads it, so a release has none).
pub fn builtin() -> Result<Catalogue, ReadError> {
    read(BUILT_IN)
}

/// The second part: all other forms, the programmes and the guide.
///
/// # Errors
/// As [`builtin`].
pub fn builtin_later() -> Result<Catalogue, ReadError> {
    let catalogue = Object::read(BUILT_IN_LATER)?;
    Ok(Catalogue {
        programmes: catalogue.item_or_default("programmes")?,
        guide: catalogue.item_or_default("guide")?,
        ..read(BUILT_IN_LATER)?
    })
}

/// The registers of all forms, of both parts.
///
/// # Errors
/// As [`builtin`].
pub fn builtin_registers() -> Result<Vec<Registers>, ReadError> {
    Object::read(BUILT_IN_LATER)?.item_or_default("registers")
}

/// The reports of the second part. They lie in no [`Catalogue`]: its reader is in the first wasm, theirs is not.
///
/// # Errors
/// As [`builtin`].
pub fn builtin_reports() -> Result<Vec<Report>, ReadError> {
    read_reports(BUILT_IN_LATER)
}

/// The reports of a catalogue, or of a part of one: the versions of a report by their first day.
///
/// # Errors
/// When one does not have the shape of `docs/REPORTS.md`.
pub fn read_reports(text: &str) -> Result<Vec<Report>, ReadError> {
    let mut reports: Vec<Report> = Object::read(text)?.item_or_default("reports")?;
    sort_reports(&mut reports);
    Ok(reports)
}

/// By id, the versions of one by their first day.
pub(crate) fn sort_reports(reports: &mut [Report]) {
    order::sort(reports, &mut |a, b| {
        (&a.id, &a.valid_from) < (&b.id, &b.valid_from)
    });
}

/// The books whose numbers the endpoint gives.
///
/// # Errors
/// As [`builtin`].
pub fn builtin_books() -> Result<Vec<Book>, ReadError> {
    Object::read(BUILT_IN_LATER)?.item_or_default("books")
}

/// What a unit owes to people whose data it keeps.
///
/// # Errors
/// As [`builtin`].
pub fn builtin_duties() -> Result<Duties, ReadError> {
    Object::read(BUILT_IN_LATER)?.item("duties")
}

/// Both parts.
///
/// # Errors
/// As [`builtin`].
pub fn complete() -> Result<Catalogue, ReadError> {
    Ok(builtin()?.join(builtin_later()?))
}

/// The papers of the second part. They lie in no [`Catalogue`]: its reader is in the first wasm, theirs is not.
///
/// # Errors
/// As [`builtin`].
pub fn builtin_prints() -> Result<Vec<Print>, ReadError> {
    Object::read(BUILT_IN_LATER)?.item_or_default("prints")
}

/// Reads the forms and the calendar of a catalogue, or of a part of one.
///
/// # Errors
/// When it does not have the shape of `docs/FORMS.md`.
pub fn read(text: &str) -> Result<Catalogue, ReadError> {
    let mut catalogue = Catalogue::read(text)?;
    sort(&mut catalogue.forms);
    Ok(catalogue)
}

/// In menu order, the versions of a form by their first day.
fn sort(forms: &mut [Form]) {
    order::sort(forms, &mut |a, b| {
        (a.order, &a.id, &a.valid_from) < (b.order, &b.id, &b.valid_from)
    });
}

impl Catalogue {
    /// This part and another; its own guide and its own calendar, where it has one.
    #[must_use]
    pub fn join(mut self, other: Self) -> Self {
        self.forms.extend(other.forms);
        sort(&mut self.forms);
        self.programmes.extend(other.programmes);
        if self.guide.sections.is_empty() {
            self.guide = other.guide;
        }
        if self.calendar.years.is_empty() {
            self.calendar = other.calendar;
        }
        self
    }

    /// A form in one version; the newest when that version is unknown here.
    #[must_use]
    pub fn form(&self, id: &str, version: &str) -> Option<&Form> {
        let exact = self
            .forms
            .iter()
            .find(|form| form.id == id && form.version == version);
        exact.or_else(|| self.newest(id))
    }

    /// The newest version of a form.
    #[must_use]
    pub fn newest(&self, id: &str) -> Option<&Form> {
        self.forms.iter().rfind(|form| form.id == id)
    }

    /// The version for an event of that day, or the newest.
    #[must_use]
    pub fn form_on(&self, id: &str, day: &str) -> Option<&Form> {
        let valid = self
            .forms
            .iter()
            .rfind(|form| form.id == id && form.is_valid_on(day));
        valid.or_else(|| self.newest(id))
    }

    /// The newest version of each form, in menu order.
    #[must_use]
    pub fn kinds(&self) -> Vec<&Form> {
        let newest = |form: &&Form| {
            self.newest(&form.id)
                .is_some_and(|n| n.version == form.version)
        };
        self.forms.iter().filter(newest).collect()
    }
}
