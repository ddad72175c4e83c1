//! Whether what a form says of itself holds.

use std::collections::BTreeSet;

use super::expressions;
use crate::{
    calendar::Unit,
    catalogue::Catalogue,
    date,
    form::{Field, Form, Kind, Register},
    path,
};
use serde_json::Value;

/// A tile has room for so many letters.
const SHORT_MAX: usize = 14;

/// The field of that name.
pub(super) fn find<'a>(
    fields: impl IntoIterator<Item = &'a Field>,
    key: &str,
) -> Option<&'a Field> {
    fields.into_iter().find(|field| field.key == key)
}

/// Every field with its path without entries: what [`Form::field_at`] takes.
pub(super) fn walk<'a>(form: &'a Form, visit: &mut dyn FnMut(&'a Field, String)) {
    below(&mut form.fields(), &[], &mut |field, above| {
        let mut names: Vec<&str> = above.iter().rev().map(|group| group.key.as_str()).collect();
        names.push(&field.key);
        visit(field, names.join("/-/"));
    });
}

/// Every field with the groups around it, innermost first.
fn below<'a>(
    fields: &mut dyn Iterator<Item = &'a Field>,
    above: &[&'a Field],
    visit: &mut dyn FnMut(&'a Field, &[&'a Field]),
) {
    for field in fields {
        visit(field, above);
        let mut chain = vec![field];
        chain.extend_from_slice(above);
        below(&mut field.fields.iter(), &chain, visit);
    }
}

/// What is wrong with a form and its registers, among the forms of `all`.
pub(super) fn problems(
    form: &Form,
    registers: &[Register],
    all: &Catalogue,
    found: &mut Vec<String>,
) {
    let mut checker = Checker {
        form,
        place: format!("{} {}", form.id, form.version),
        found,
    };
    checker.head();
    checker.fields(all);
    checker.dues();
    checker.rules();
    checker.registers(registers);
}

struct Checker<'a> {
    form: &'a Form,
    place: String,
    found: &'a mut Vec<String>,
}

impl<'a> Checker<'a> {
    fn say(&mut self, what: impl AsRef<str>) {
        self.found
            .push(format!("{}: {}.", self.place, what.as_ref()));
    }

    fn must(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.say(what());
        }
    }

    fn expression(&mut self, at: &str, expr: &Value, groups: &[&Field]) {
        let place = format!("{}, {at}", self.place);
        expressions::problems(&place, expr, self.form, groups, self.found);
    }

    /// `field`, or `group.field`, with its group.
    fn at(&self, name: &str) -> Option<(&'a Field, Vec<&'a Field>)> {
        match name.split_once('.') {
            None => Some((find(self.form.fields(), name)?, vec![])),
            Some((group, field)) => {
                let group = find(self.form.fields(), group)?;
                Some((find(&group.fields, field)?, vec![group]))
            }
        }
    }

    fn head(&mut self) {
        let form = self.form;
        self.must(is_key(&form.id), || "id chỉ gồm a-z, 0-9, _".to_owned());
        self.must(!form.version.is_empty(), || "thiếu version".to_owned());
        let short = form.short.chars().count();
        self.must((1..=SHORT_MAX).contains(&short), || {
            format!("short dài {short} chữ, cần 1 đến {SHORT_MAX}")
        });
        let is_named = !form.label.is_empty() && !form.verb.is_empty();
        self.must(is_named && !form.title.is_empty(), || {
            "thiếu label, verb hoặc title".to_owned()
        });
        self.must(!form.sources.is_empty(), || {
            "thiếu sources (căn cứ)".to_owned()
        });
        let days = [Some(&form.valid_from), form.valid_to.as_ref()];
        for day in days.into_iter().flatten() {
            self.must(date::parse(day).is_some(), || {
                format!("“{day}” không phải ngày")
            });
        }
        for expr in form.title.iter().chain(&form.subtitle) {
            self.expression("title, subtitle", expr, &[]);
        }
        for section in &form.sections {
            if let Some(condition) = &section.show_if {
                self.expression(&section.label, condition, &[]);
            }
        }
    }

    fn fields(&mut self, all: &Catalogue) {
        let form = self.form;
        let mut seen = BTreeSet::new();
        below(&mut form.fields(), &[], &mut |field, above| {
            let mut place: Vec<&str> = above.iter().rev().map(|group| group.key.as_str()).collect();
            place.push(&field.key);
            let name = place.join(".");
            self.must(is_key(&field.key), || {
                format!("khóa “{name}” chỉ gồm a-z, 0-9, _")
            });
            let fits = above.len() < 3 && (above.len() < 2 || field.kind != Kind::Group);
            self.must(fits, || format!("{name}: nhóm lồng quá hai lớp"));
            self.field(&name, field, all);
            for expr in field.show_if.iter().chain([&field.value]) {
                self.expression(&name, expr, above);
            }
            if !field.required.is_boolean() {
                self.expression(&name, &field.required, above);
            }
            let mut inside = vec![field];
            inside.extend_from_slice(above);
            self.expression(&name, &field.title, &inside);
            self.must(seen.insert(name.clone()), || format!("{name} có hai lần"));
        });
    }

    fn field(&mut self, name: &str, field: &Field, all: &Catalogue) {
        let is_group = field.kind == Kind::Group;
        let has_parts = !field.fields.is_empty() && !field.item.is_empty();
        self.must(!is_group || has_parts, || {
            format!("{name}: nhóm cần fields và item")
        });
        self.must(is_group || field.fields.is_empty(), || {
            format!("{name}: chỉ nhóm có fields")
        });
        let is_link = field.kind == Kind::Link;
        self.must(is_link != field.targets().is_empty(), || {
            format!("{name}: link cần to, và chỉ link")
        });
        for to in field.targets() {
            self.must(all.newest(to).is_some(), || {
                format!("{name}: không có mẫu phiếu {to}")
            });
        }
        let is_computed = field.kind == Kind::Computed;
        self.must(is_computed != field.value.is_null(), || {
            format!("{name}: computed cần value, và chỉ computed")
        });
        let has_options = matches!(field.kind, Kind::Choice | Kind::Choices);
        self.must(has_options != field.options.is_empty(), || {
            format!("{name}: choice cần options, và chỉ choice")
        });
        let values: BTreeSet<&str> = field.options.iter().map(|(v, _)| v.as_str()).collect();
        self.must(values.len() == field.options.len(), || {
            format!("{name}: một giá trị có hai lần")
        });
        self.must(values.iter().all(|value| is_value(value)), || {
            format!("{name}: giá trị chỉ gồm A-Z, 0-9, _")
        });
        let is_span = field.min.zip(field.max).is_none_or(|(min, max)| min <= max);
        self.must(is_span, || format!("{name}: min lớn hơn max"));
        let next = self.form.field_at(&field.passes_to);
        let is_fact = field.passes_to == crate::handover::FACT;
        self.must(
            is_fact || field.passes_to.is_empty() || next.is_some_and(|f| f.kind == field.kind),
            || {
                format!(
                    "{name}: passes_to {} không phải mục cùng kiểu",
                    field.passes_to
                )
            },
        );
        self.must(!field.label.is_empty(), || format!("{name}: thiếu label"));
        self.must(default_fits(field), || {
            format!("{name}: default {} không hợp kiểu", field.default)
        });
    }

    fn dues(&mut self) {
        let form = self.form;
        let is_date = |at: Option<(&Field, _)>| {
            at.is_some_and(|(field, _): (&Field, Vec<&Field>)| field.kind == Kind::Date)
        };
        self.must(
            !form.date.contains('.') && is_date(self.at(&form.date)),
            || format!("date “{}” không phải mục ngày", form.date),
        );
        self.must(form.due.is_some() == form.due_done.is_some(), || {
            "due và due_done đi cùng nhau".to_owned()
        });
        for name in form.due.iter().chain(&form.due_done) {
            self.must(is_date(self.at(name)), || {
                format!("{name} không phải mục ngày")
            });
        }
        let group = |name: &Option<String>| {
            let name = name.as_deref()?;
            name.split_once('.').map(|(group, _)| group.to_owned())
        };
        self.must(group(&form.due) == group(&form.due_done), || {
            "due và due_done phải ở cùng một nhóm".to_owned()
        });
        let around = form.due.as_deref().and_then(|due| self.at(due));
        let around = around.map(|(_, around)| around).unwrap_or_default();
        for expr in [&form.due_owner, &form.due_open] {
            self.expression("due_owner, due_open", expr, &around);
        }
    }

    fn rules(&mut self) {
        let form = self.form;
        for rule in &form.rules {
            let at = self.at(&rule.field);
            self.must(at.is_some() && !rule.say.is_empty(), || {
                format!("quy tắc “{}” không dẫn tới mục nào", rule.say)
            });
            let around = at.map(|(_, around)| around).unwrap_or_default();
            self.expression("rules", &rule.condition, &around);
        }
        let mut ids = BTreeSet::new();
        for rule in &form.deadlines {
            let id = &rule.id;
            self.must(!id.is_empty() && ids.insert(id), || {
                format!("hạn “{id}” có hai lần")
            });
            let group = find(form.fields(), &rule.per).filter(|group| group.kind == Kind::Group);
            self.must(rule.per.is_empty() || group.is_some(), || {
                format!("hạn {id}: không có nhóm {}", rule.per)
            });
            let field = match group {
                Some(group) => find(&group.fields, &rule.field),
                None => find(form.fields(), &rule.field),
            };
            self.must(
                field.is_some_and(|field| field.kind != Kind::Computed),
                || format!("hạn {id}: không có mục {}", rule.field),
            );
            self.must(Unit::named(&rule.unit).is_some(), || {
                format!("hạn {id}: đơn vị “{}” không có", rule.unit)
            });
            self.must(!rule.label.is_empty() && !rule.source.is_empty(), || {
                format!("hạn {id}: thiếu label hoặc source (điều luật)")
            });
            let days = rule.valid_from.iter().chain(&rule.valid_to);
            for day in days {
                self.must(date::parse(day).is_some(), || {
                    format!("hạn {id}: “{day}” không phải ngày")
                });
            }
            let around: Vec<&Field> = group.into_iter().collect();
            for expr in [
                &rule.condition,
                &rule.from,
                &rule.count,
                &rule.done,
                &rule.owner,
            ] {
                self.expression(id, expr, &around);
            }
        }
    }

    fn registers(&mut self, registers: &[Register]) {
        let mut ids = BTreeSet::new();
        for register in registers {
            let id = &register.id;
            self.must(ids.insert(id), || format!("sổ {id} có hai lần"));
            for day in register.valid_from.iter().chain(&register.valid_to) {
                self.must(date::parse(day).is_some(), || {
                    format!("sổ {id}: “{day}” không phải ngày")
                });
            }
            let per = register.per.as_deref().unwrap_or_default();
            let group = find(self.form.fields(), per).filter(|group| group.kind == Kind::Group);
            self.must(per.is_empty() || group.is_some(), || {
                format!("sổ {id}: không có nhóm {per}")
            });
            let around: Vec<&Field> = group.into_iter().collect();
            for column in &register.columns {
                self.expression(&format!("{id} {}", column.label), &column.value, &around);
            }
        }
    }
}

fn is_key(key: &str) -> bool {
    let letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    !key.is_empty() && key.len() <= path::ENTRY_BYTES_MAX && key.bytes().all(letter)
}

fn is_value(value: &str) -> bool {
    let letter = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
    !value.is_empty() && value.bytes().all(letter)
}

fn default_fits(field: &Field) -> bool {
    let default = &field.default;
    let is_option = |value: &Value| field.options.iter().any(|(option, _)| value == option);
    default.is_null()
        || match field.kind {
            Kind::Date => {
                default == "today"
                    || default
                        .as_str()
                        .is_some_and(|day| date::parse(day).is_some())
            }
            Kind::Time => default == "now",
            Kind::Person => default == "me",
            Kind::Choice => is_option(default),
            Kind::Choices => default
                .as_array()
                .is_some_and(|list| list.iter().all(is_option)),
            Kind::Number => default.is_i64(),
            Kind::YesNo => default.is_boolean(),
            Kind::Text | Kind::LongText => default.is_string(),
            Kind::Decimal
            | Kind::Identity
            | Kind::Phone
            | Kind::Address
            | Kind::DocRef
            | Kind::Link
            | Kind::Group
            | Kind::Computed => false,
        }
}
