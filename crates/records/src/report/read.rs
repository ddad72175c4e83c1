//! Reads a report from its file. What a shape means is not said here.

use serde_json::Value;

use super::{Cell, Heading, Indicator, Layout, Mark, Origin, Query, Report, Section, Window};
use crate::{
    change,
    json::{self, Object, Read, ReadError},
};

/// Headings over headings, and expressions of 16 levels in queries.
const DEPTH_MAX: usize = 64;
/// The largest annex in use has some hundred; a change holds all of a report's figures at five paths each.
const FIGURES_MAX: usize = 400;

impl Read for Report {
    fn read(raw: &str) -> Result<Self, ReadError> {
        // Headings under headings are read by recursion.
        if change::depth(raw.as_bytes()) > DEPTH_MAX {
            return Err(ReadError::other("a report that is not nested too deeply"));
        }
        let report = Object::read(raw)?;
        let figures: Vec<Indicator> = report.item("figures")?;
        if figures.len() > FIGURES_MAX {
            return Err(ReadError::other("at most 400 figures"));
        }
        Ok(Self {
            id: report.text("id")?,
            version: report.text("version")?,
            label: report.text("label")?,
            short: report.text("short")?,
            valid_from: report.text("valid_from")?,
            valid_to: report.text_if("valid_to")?,
            layout: report.item("layout")?,
            sources: report.item_or_default("sources")?,
            note: report.text_or_empty("note")?,
            periods: report.item("periods")?,
            sections: report.item("sections")?,
            figures,
        })
    }
}

impl Read for Layout {
    fn read(raw: &str) -> Result<Self, ReadError> {
        match &*json::text(raw)? {
            "state" => Ok(Self::State),
            "party" => Ok(Self::Party),
            _ => Err(ReadError::other("state or party")),
        }
    }
}

impl Read for Window {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let window = Object::read(raw)?;
        Ok(Self {
            id: window.text("id")?,
            label: window.text("label")?,
            from: window.item("from")?,
            to: window.item("to")?,
            due: window.item_if("due")?,
            tables_only: window.flag_or_false("tables_only")?,
        })
    }
}

impl Read for Mark {
    fn read(raw: &str) -> Result<Self, ReadError> {
        match Vec::read(raw)?.as_slice() {
            [year, month, day] => Ok(Self {
                year: *year,
                month: *month,
                day: *day,
            }),
            _ => Err(ReadError::other("year, month and day")),
        }
    }
}

impl Read for Section {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let section = Object::read(raw)?;
        Ok(Self {
            key: section.text("key")?,
            label: section.text("label")?,
            level: section.small_or("level", 1)?,
            help: section.text_or_empty("help")?,
            is_text: section.flag_or_false("text")?,
            figures: section.item_or_default("figures")?,
            columns: section.item_or_default("columns")?,
        })
    }
}

impl Read for Heading {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let heading = Object::read(raw)?;
        Ok(Self {
            label: heading.text("label")?,
            number: heading.text_or_empty("number")?,
            cell: cell(&heading)?,
            columns: heading.item_or_default("columns")?,
        })
    }
}

fn cell(heading: &Object<'_>) -> Result<Cell, ReadError> {
    if let Some(figure) = heading.text_if("figure")? {
        return Ok(Cell::Figure(figure));
    }
    match heading.text_if("fill")?.as_deref() {
        None => Ok(Cell::Over),
        Some("unit") => Ok(Cell::Unit),
        Some("note") => Ok(Cell::Note),
        Some(_) => Err(ReadError::other("unit or note").under("fill")),
    }
}

impl Read for Indicator {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let figure = Object::read(raw)?;
        let origin = origin(&figure)?;
        let is_share = matches!(origin, Origin::Share { .. });
        Ok(Self {
            id: figure.text("id")?,
            label: figure.text("label")?,
            unit: figure.text_or_empty("unit")?,
            source: figure.text_or_empty("source")?,
            places: figure.small_or("places", u32::from(is_share))?,
            origin,
        })
    }
}

/// A figure comes from one place: of two keys neither would be meant.
fn origin(figure: &Object<'_>) -> Result<Origin, ReadError> {
    let mut found = Vec::new();
    if let Some(query) = figure.item_if("count")? {
        found.push(Origin::Count(query));
    }
    if let Some(query) = figure.item_if("sum")? {
        found.push(Origin::Sum(query));
    }
    if let Some(query) = figure.item_if("distinct")? {
        found.push(Origin::Distinct(query));
    }
    if let Some(formula) = figure.value_if("formula")? {
        found.push(Origin::Formula(formula));
    }
    if let Some(raw) = figure.raw_if("share")? {
        let (part, whole) = json::pair(raw).map_err(|e| e.under("share"))?;
        found.push(Origin::Share {
            part: String::read(part)?,
            whole: String::read(whole)?,
        });
    }
    if figure.flag_or_false("typed")? {
        found.push(Origin::Typed);
    }
    match (found.pop(), found.is_empty()) {
        (Some(origin), true) => Ok(origin),
        _ => Err(ReadError::other("one place where the figure comes from")),
    }
}

impl Read for Query {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let query = Object::read(raw)?;
        Ok(Self {
            form: query.text("form")?,
            condition: query.value_if("where")?.unwrap_or(Value::Bool(true)),
            per: query.text_or_empty("per")?,
            date: query.value_or_null("date")?,
            value: query.value_or_null("value")?,
            is_official: query.item_if("official")?.unwrap_or(true),
        })
    }
}
