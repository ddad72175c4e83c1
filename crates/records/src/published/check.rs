//! Whether a catalogue may be published: the list of what is wrong with it, in words for the administrator.
//!
//! What was published before stays readable for ever, so a key keeps its type and an option its meaning.

mod expressions;
mod form;
mod keys;

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Bundle, CATALOGUE_KIND, CATALOGUE_VERSION};
use crate::{
    change, date,
    form::{Field, Form, Kind},
    json::{self, Object, Read},
    paper::Print,
    programme::Template,
    report::{Cell, Indicator, Origin, Query, Report, figure},
};

pub use expressions::{OPERATORS, resolve, take_apart};

/// The largest catalogue; the built-in one has some 300 KB.
pub const CATALOGUE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// The deepest nesting: forms of 64 levels in a list in an object.
const DEPTH_MAX: usize = 70;

/// Reads a catalogue that is to be published over `before`.
///
/// # Errors
/// Everything that is wrong with it, a sentence for each.
pub fn check(bytes: &[u8], before: &Bundle) -> Result<Bundle, Vec<String>> {
    if bytes.len() > CATALOGUE_BYTES_MAX {
        let say = format!(
            "Danh mục có {} byte, quá {CATALOGUE_BYTES_MAX}.",
            bytes.len()
        );
        return Err(vec![say]);
    }
    if change::depth(bytes) > DEPTH_MAX {
        return Err(vec!["Danh mục lồng nhau quá sâu.".to_owned()]);
    }
    let raw: Value = json::from_bytes(bytes).map_err(|e| vec![format!("Không phải JSON: {e}.")])?;
    let mut found = keys::unknown(&raw);
    let text = String::from_utf8_lossy(bytes);
    let named = Object::read(&text).and_then(|all| Ok((all.text("kind")?, all.number("version")?)));
    if named != Ok((CATALOGUE_KIND.to_owned(), CATALOGUE_VERSION)) {
        found.push(format!(
            "Thiếu \"kind\": \"{CATALOGUE_KIND}\", \"version\": {CATALOGUE_VERSION}."
        ));
    }
    let new = match Bundle::read(&text) {
        Ok(new) => new,
        Err(error) => {
            found.push(format!("Không đọc được: {error}."));
            return Err(found);
        }
    };
    let after = before.clone().renewed_by(new.clone());
    found.extend(problems(&new, before, &after));
    calendar(&raw, &mut found);
    if found.is_empty() {
        Ok(new)
    } else {
        Err(found)
    }
}

/// What is wrong with `new`, which over `before` makes `after`.
fn problems(new: &Bundle, before: &Bundle, after: &Bundle) -> Vec<String> {
    let mut found = Vec::new();
    let mut names = BTreeSet::new();
    for form in &new.catalogue.forms {
        if !names.insert((&form.id, &form.version)) {
            found.push(format!("{} {}: có hai lần.", form.id, form.version));
        }
        let of_form =
            |of: &&crate::form::Registers| of.form == form.id && of.version == form.version;
        let registers = new.registers.iter().find(of_form);
        let registers = registers.map_or(&[][..], |of| of.registers.as_slice());
        form::problems(form, registers, &after.catalogue, &mut found);
        against_older(form, before, after, &mut found);
    }
    for book in &new.books {
        let form = after.catalogue.newest(&book.form);
        let field = form.and_then(|form| form.field_at(&book.field));
        if !field.is_some_and(|field| field.kind == Kind::Number) {
            found.push(format!(
                "{}: sổ lấy số ở {:?}, không phải mục kiểu số.",
                book.form, book.field
            ));
        }
    }
    for form in &new.catalogue.forms {
        let has = |all: &Bundle| all.books.iter().any(|book| book.form == form.id);
        if has(before) && !has(new) {
            found.push(format!(
                "{} {}: mất sổ cấp số (book) của các bản trước.",
                form.id, form.version
            ));
        }
    }
    let years = &new.catalogue.calendar.years;
    let mut lost = before.catalogue.calendar.years.iter();
    if let Some(year) = lost.find(|year| !years.is_empty() && !years.contains(year)) {
        found.push(format!(
            "Lịch nghỉ thay cả lịch cũ, mà không có năm {year}."
        ));
    }
    for retention in new.duties.iter().flat_map(|duties| &duties.retention) {
        if after.catalogue.newest(&retention.form).is_none() {
            found.push(format!(
                "Thời hạn lưu: không có mẫu phiếu {}.",
                retention.form
            ));
        }
        if retention.years == Some(0) || retention.source.is_empty() {
            found.push(format!(
                "Thời hạn lưu của {}: số năm từ 1, và căn cứ.",
                retention.form
            ));
        }
    }
    for report in &new.reports {
        report_problems(report, after, &mut found);
    }
    for print in &new.prints {
        print_problems(print, after, &mut found);
    }
    for template in &new.catalogue.programmes {
        template_problems(template, after, &mut found);
    }
    found
}

/// A published key keeps its type, an option its meaning, and what a version had it keeps.
fn against_older(form: &Form, before: &Bundle, after: &Bundle, found: &mut Vec<String>) {
    let place = format!("{} {}", form.id, form.version);
    let versions = after.catalogue.forms.iter();
    for other in versions.filter(|other| other.id == form.id && other.version != form.version) {
        form::walk(form, &mut |field, path| {
            let Some(theirs) = other.field_at(&path) else {
                return;
            };
            if theirs.kind != field.kind {
                found.push(format!(
                    "{place}: mục {path} là {:?}, ở bản {} là {:?}; mục đã công bố không đổi kiểu.",
                    field.kind, other.version, theirs.kind
                ));
            }
            for (option, label) in &field.options {
                let known = theirs.options.iter().find(|(value, _)| value == option);
                if let Some((_, known)) = known.filter(|(_, known)| known != label) {
                    found.push(format!(
                        "{place}: {path} giá trị {option} là “{label}”, ở bản {} là “{known}”; giá trị đã dùng không đổi nghĩa.",
                        other.version
                    ));
                }
            }
        });
    }
    let same = before.catalogue.forms.iter();
    for old in same.filter(|old| old.id == form.id && old.version == form.version) {
        form::walk(old, &mut |theirs, path| {
            let now = form.field_at(&path);
            if now.is_none_or(|now| now.kind != theirs.kind) {
                found.push(format!(
                    "{place}: mục {path} đã công bố, nay mất hoặc đổi kiểu; cần một phiên bản mới."
                ));
            }
            let gone = |value: &String| {
                now.is_some_and(|now| !now.options.iter().any(|(known, _)| known == value))
            };
            for (value, _) in theirs.options.iter().filter(|(value, _)| gone(value)) {
                found.push(format!("{place}: {path} mất giá trị {value} đã công bố."));
            }
        });
    }
}

/// The figures that another is made of.
fn named(figure: &Indicator) -> Vec<&str> {
    match &figure.origin {
        Origin::Formula(formula) => figure::names(formula),
        Origin::Share { part, whole } => vec![part, whole],
        Origin::Count(_) | Origin::Sum(_) | Origin::Distinct(_) | Origin::Typed => vec![],
    }
}

fn report_problems(report: &Report, after: &Bundle, found: &mut Vec<String>) {
    let place = format!("Báo cáo {} {}", report.id, report.version);
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for figure in &report.figures {
        for name in named(figure) {
            if !seen.contains(name) {
                found.push(format!(
                    "{place}: {} dùng {name}, không có ở trước.",
                    figure.id
                ));
            }
        }
        if !seen.insert(&figure.id) {
            found.push(format!("{place}: chỉ tiêu {} có hai lần.", figure.id));
        }
        if let Some(query) = figure.query() {
            query_problems(&format!("{place}: {}", figure.id), query, after, found);
        }
    }
    for section in &report.sections {
        let in_columns = section
            .leaves()
            .into_iter()
            .filter_map(|leaf| match &leaf.cell {
                Cell::Figure(id) => Some(id),
                Cell::Over | Cell::Unit | Cell::Note => None,
            });
        for id in section.figures.iter().chain(in_columns) {
            if !seen.contains(id.as_str()) {
                found.push(format!(
                    "{place}: phần {} hiện {id}, không có chỉ tiêu đó.",
                    section.key
                ));
            }
        }
    }
    if date::parse(&report.valid_from).is_none() {
        found.push(format!("{place}: valid_from không phải ngày."));
    }
}

fn query_problems(place: &str, query: &Query, after: &Bundle, found: &mut Vec<String>) {
    let mut is_known = false;
    for form in after
        .catalogue
        .forms
        .iter()
        .filter(|form| form.id == query.form)
    {
        is_known = true;
        let group = form::find(form.fields(), &query.per);
        if !query.per.is_empty() && group.is_none() {
            found.push(format!(
                "{place}: {} {} không có nhóm {}.",
                form.id, form.version, query.per
            ));
        }
        let around: Vec<&Field> = group.into_iter().collect();
        for expr in [&query.condition, &query.date, &query.value] {
            expressions::problems(place, expr, form, &around, found);
        }
    }
    if !is_known {
        found.push(format!("{place}: không có mẫu phiếu {}.", query.form));
    }
}

fn print_problems(print: &Print, after: &Bundle, found: &mut Vec<String>) {
    let children = print.children.iter().map(|children| &children.form);
    for form in children.chain([&print.form]) {
        if after.catalogue.newest(form).is_none() {
            found.push(format!("Giấy tờ {}: không có mẫu phiếu {form}.", print.id));
        }
    }
    if !["state", "party", "plain"].contains(&print.layout.as_str()) {
        found.push(format!(
            "Giấy tờ {}: layout {} không có.",
            print.id, print.layout
        ));
    }
}

fn template_problems(template: &Template, after: &Bundle, found: &mut Vec<String>) {
    let is_option = |form: &str, field: &str, value: &str| {
        let form = after.catalogue.newest(form);
        let field = form.and_then(|form| form.field_at(field));
        field.is_some_and(|field| field.options.iter().any(|(option, _)| option == value))
    };
    let place = format!("Chương trình mẫu {}", template.id);
    if !is_option("chuong_trinh", "loai", &template.kind) {
        found.push(format!("{place}: loại {} không có.", template.kind));
    }
    for day in [&template.period.from, &template.period.to] {
        if date::parse(day).is_none() {
            found.push(format!("{place}: {day} không phải ngày."));
        }
    }
    for task in &template.tasks {
        if !is_option("nhiem_vu", "nhom", &task.group) {
            found.push(format!("{place}: nhóm {} không có.", task.group));
        }
    }
}

/// A day that is none would be passed over in silence, and every deadline near it be wrong.
fn calendar(raw: &Value, found: &mut Vec<String>) {
    let Some(calendar) = raw.get("calendar") else {
        return;
    };
    for list in ["off", "work", "doubt"] {
        let days = calendar.get(list).and_then(Value::as_array);
        for entry in days.into_iter().flatten() {
            let day = entry
                .get("date")
                .and_then(Value::as_str)
                .unwrap_or_default();
            if date::parse(day).is_none() {
                found.push(format!("Lịch nghỉ, {list}: “{day}” không phải ngày."));
            }
        }
    }
}
