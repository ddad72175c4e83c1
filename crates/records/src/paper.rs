//! Papers of a record: forms of the law that are filled from what was recorded, as data (`docs/FORMS.md`).
//!
//! What is not recorded is a dotted line to be filled by hand. Nothing is signed and no number is given here.

use serde_json::Value;

use crate::{
    deadline::one_line,
    expr::{self, Scope},
    form::Form,
    json::{Object, Read, ReadError},
};

/// What stands where nothing was recorded.
const BLANK: &str = "…………………………";

/// A paper of a kind of record.
#[derive(Debug, Clone, PartialEq)]
pub struct Print {
    /// Its name in addresses.
    pub id: String,
    /// What people call it.
    pub label: String,
    /// Of which form.
    pub form: String,
    /// One paper for each entry of this group.
    pub per: String,
    /// Only when this holds.
    pub condition: Value,
    /// First and last day of its law, by the record's date.
    pub valid_from: Option<String>,
    /// Last day.
    pub valid_to: Option<String>,
    /// `state`, `party` or `plain`: layouts are never mixed.
    pub layout: String,
    /// The acts.
    pub sources: Vec<String>,
    /// Records that belong to this one: their form, the field that links, the name they get.
    pub children: Vec<Children>,
    /// The head, the title and the foot.
    pub issuer_above: Value,
    /// The body that writes.
    pub issuer: Value,
    /// Number and sign.
    pub number: Value,
    /// Place and date.
    pub place_date: Value,
    /// Title.
    pub title: Value,
    /// What it is about.
    pub subject: Value,
    /// The text.
    pub pieces: Vec<Piece>,
    /// Who receives it.
    pub recipients: Vec<Value>,
    /// On whose behalf, and the office.
    pub signer: Vec<Value>,
    /// The name below.
    pub signer_name: Value,
}

/// Records that link to the one that is printed.
#[derive(Debug, Clone, PartialEq)]
pub struct Children {
    /// Their form.
    pub form: String,
    /// Their field that leads to the record.
    pub link: String,
    /// The name under which expressions find them.
    pub name: String,
}

/// A piece of a paper's text.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// Only when this holds.
    pub condition: Value,
    /// A heading.
    pub heading: Value,
    /// A paragraph; empty ones are left out.
    pub text: Value,
    /// The name of a line, whose value may be a blank.
    pub line: String,
    /// The value of the line.
    pub value: Value,
    /// A table: the group or children it lists.
    pub rows: Value,
    /// The form by which the rows' options are named.
    pub form: String,
    /// Its columns: heading and value.
    pub columns: Vec<(String, Value)>,
    /// Who signs beside each other: the office and the name.
    pub signs: Vec<(String, Value)>,
}

/// A paper that is filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// `state`, `party` or `plain`.
    pub layout: String,
    /// The body above the one that writes.
    pub issuer_above: String,
    /// The body that writes.
    pub issuer: String,
    /// Number and sign.
    pub number: String,
    /// Place and date.
    pub place_date: String,
    /// Title.
    pub title: String,
    /// What it is about.
    pub subject: String,
    /// The text.
    pub blocks: Vec<Block>,
    /// Who receives it, one a line.
    pub recipients: Vec<String>,
    /// On whose behalf, and the office.
    pub signer: Vec<String>,
    /// The name below.
    pub signer_name: String,
}

/// A filled piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading.
    Heading(String),
    /// A paragraph.
    Paragraph(String),
    /// Headings of columns, and rows.
    Table(Vec<String>, Vec<Vec<String>>),
    /// Offices and names beside each other.
    Signs(Vec<(String, String)>),
}

impl Read for Print {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let print = Object::read(raw)?;
        Ok(Self {
            id: print.text("id")?,
            label: print.text("label")?,
            form: print.text("form")?,
            per: print.text_or_empty("per")?,
            condition: print.value_or_null("if")?,
            valid_from: print.text_if("valid_from")?,
            valid_to: print.text_if("valid_to")?,
            layout: print.text("layout")?,
            sources: print.item_or_default("sources")?,
            children: print.item_or_default("children")?,
            issuer_above: print.value_or_null("issuer_above")?,
            issuer: print.value_or_null("issuer")?,
            number: print.value_or_null("number")?,
            place_date: print.value_or_null("place_date")?,
            title: print.value_or_null("title")?,
            subject: print.value_or_null("subject")?,
            pieces: print.item("blocks")?,
            recipients: print.item_or_default("recipients")?,
            signer: print.item_or_default("signer")?,
            signer_name: print.value_or_null("signer_name")?,
        })
    }
}

impl Read for Children {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let children = Object::read(raw)?;
        Ok(Self {
            form: children.text("form")?,
            link: children.text("link")?,
            name: children.text("name")?,
        })
    }
}

impl Read for Piece {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let piece = Object::read(raw)?;
        Ok(Self {
            condition: piece.value_or_null("if")?,
            heading: piece.value_or_null("heading")?,
            text: piece.value_or_null("text")?,
            line: piece.text_or_empty("line")?,
            value: piece.value_or_null("value")?,
            rows: piece.value_or_null("rows")?,
            form: piece.text_or_empty("form")?,
            columns: pairs(&piece.value_or_null("columns")?),
            signs: pairs(&piece.value_or_null("signs")?),
        })
    }
}

/// `[["text", expression], …]`.
fn pairs(list: &Value) -> Vec<(String, Value)> {
    let list = list.as_array().map_or(&[][..], Vec::as_slice);
    let pair = |item: &Value| {
        let text = item.get(0)?.as_str()?.to_owned();
        Some((text, item.get(1).cloned().unwrap_or(Value::Null)))
    };
    list.iter().filter_map(pair).collect()
}

impl Print {
    /// Whether it is the paper of that day.
    #[must_use]
    pub fn is_valid_on(&self, day: &str) -> bool {
        self.valid_from.as_deref().is_none_or(|from| from <= day)
            && self.valid_to.as_deref().is_none_or(|to| day <= to)
    }

    /// The entries for which there is a paper, with what each is about; of a paper for the whole record one without a name.
    #[must_use]
    pub fn papers(&self, form: &Form, doc: &Value) -> Vec<(String, String)> {
        let scope = Scope::of(doc, Some(form));
        let fits =
            |scope: &Scope<'_>| self.condition.is_null() || expr::holds(&self.condition, scope);
        if self.per.is_empty() {
            return if fits(&scope) {
                vec![(String::new(), String::new())]
            } else {
                Vec::new()
            };
        }
        let entries = doc.get(&self.per).and_then(Value::as_array);
        let entries = entries.map_or(&[][..], Vec::as_slice);
        let group = form.fields().find(|field| field.key == self.per);
        let wanted = entries.iter().filter_map(|entry| {
            let around = [entry];
            let scope = Scope {
                entries: &around,
                ..scope
            };
            let id = entry.get("@id").and_then(Value::as_str)?.to_owned();
            let about = group.map(|group| expr::text(&group.title, &scope));
            let about = about.filter(|about| !about.is_empty());
            let about = about.or_else(|| entry.get("tom_tat").map(expr::to_text));
            fits(&scope).then(|| (id, one_line(&about.unwrap_or_default())))
        });
        wanted.collect()
    }

    /// Fills the paper. `form_of` knows the forms of children; `doc` has them under their names, and `@don_vi`, `@hom_nay`.
    #[must_use]
    pub fn fill<'a>(
        &self,
        form: &Form,
        doc: &Value,
        entry: &str,
        form_of: &dyn Fn(&str) -> Option<&'a Form>,
    ) -> Paper {
        let entries = doc.get(&self.per).and_then(Value::as_array);
        let entries = entries.map_or(&[][..], Vec::as_slice);
        let around: Vec<&Value> = entries
            .iter()
            .filter(|one| one.get("@id").is_some_and(|id| id == entry))
            .collect();
        let scope = Scope {
            entries: &around,
            ..Scope::of(doc, Some(form))
        };
        let text = |expr: &Value| expr::text(expr, &scope);
        let or_blank = |expr: &Value| filled(text(expr));
        Paper {
            layout: self.layout.clone(),
            issuer_above: or_blank(&self.issuer_above),
            issuer: or_blank(&self.issuer),
            number: text(&self.number),
            place_date: text(&self.place_date),
            title: text(&self.title),
            subject: text(&self.subject),
            blocks: self
                .pieces
                .iter()
                .filter_map(|piece| piece.fill(&scope, form_of))
                .collect(),
            recipients: self
                .recipients
                .iter()
                .map(text)
                .filter(|line| !line.is_empty())
                .collect(),
            signer: self.signer.iter().map(text).collect(),
            signer_name: text(&self.signer_name),
        }
    }
}

fn filled(text: String) -> String {
    if text.trim().is_empty() {
        BLANK.to_owned()
    } else {
        text
    }
}

impl Piece {
    fn fill<'a>(
        &self,
        scope: &Scope<'_>,
        form_of: &dyn Fn(&str) -> Option<&'a Form>,
    ) -> Option<Block> {
        if !self.condition.is_null() && !expr::holds(&self.condition, scope) {
            return None;
        }
        if !self.signs.is_empty() {
            let signs = self.signs.iter();
            return Some(Block::Signs(
                signs
                    .map(|(office, name)| (office.clone(), expr::text(name, scope)))
                    .collect(),
            ));
        }
        if !self.columns.is_empty() {
            return Some(self.table(scope, form_of));
        }
        if !self.line.is_empty() {
            let value = filled(expr::text(&self.value, scope));
            return Some(Block::Paragraph(format!("{}: {value}", self.line)));
        }
        let (text, is_heading) = match expr::text(&self.heading, scope) {
            text if text.is_empty() => (expr::text(&self.text, scope), false),
            text => (text, true),
        };
        let block = if is_heading {
            Block::Heading(text.clone())
        } else {
            Block::Paragraph(text.clone())
        };
        (!text.is_empty()).then_some(block)
    }

    fn table<'a>(&self, scope: &Scope<'_>, form_of: &dyn Fn(&str) -> Option<&'a Form>) -> Block {
        let rows = expr::eval(&self.rows, scope);
        let rows = rows.as_array().map_or(&[][..], Vec::as_slice);
        let form = if self.form.is_empty() {
            scope.form
        } else {
            form_of(&self.form)
        };
        let lines = rows.iter().enumerate().map(|(at, row)| {
            let mut around = vec![row];
            around.extend_from_slice(scope.entries);
            let scope = Scope {
                entries: &around,
                form,
                row: at + 1,
                ..*scope
            };
            self.columns
                .iter()
                .map(|(_, value)| expr::text(value, &scope))
                .collect()
        });
        Block::Table(
            self.columns.iter().map(|(head, _)| head.clone()).collect(),
            lines.collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn form() -> Form {
        let form = json!({"id": "f", "version": "1", "valid_from": "2026-01-01", "label": "F", "short": "F",
        "sections": [{"label": "S", "fields": [
            {"key": "ten", "label": "T", "type": "text"},
            {"key": "viec", "label": "V", "type": "group", "item": "V", "fields": [
                {"key": "tom_tat", "label": "N", "type": "text"},
                {"key": "loai", "label": "L", "type": "choice", "options": [["A", "Loại A"]]}
            ]}
        ]}]});
        Form::read(&form.to_string()).unwrap()
    }

    fn print() -> Print {
        let print = json!({"id": "p", "label": "P", "form": "f", "layout": "state", "per": "viec", "if": ["=", "$loai", "A"],
        "valid_from": "2026-07-01", "issuer": "$@don_vi", "title": "GIẤY", "number": "Số: …/TB",
        "blocks": [
            {"line": "Họ và tên", "value": "$ten"}, {"line": "Địa chỉ", "value": "$dia_chi"},
            {"text": ["join", "", "Về việc ", "$tom_tat"]}, {"if": false, "text": "không in"}, {"text": "$khong_co"},
            {"rows": "$viec", "columns": [["STT", ["row"]], ["Loại", ["label", "$loai"]]]},
            {"signs": [["NGƯỜI NHẬN", null], ["NGƯỜI GIAO", "$ten"]]}
        ]});
        Print::read(&print.to_string()).unwrap()
    }

    #[test]
    fn what_was_recorded_is_filled_in_and_the_rest_is_a_dotted_line() {
        let doc = json!({"ten": "Bà A", "@don_vi": "UBND xã X", "viec": [
            {"@id": "1", "tom_tat": "mương", "loai": "A"}, {"@id": "2", "tom_tat": "đường", "loai": "B"}]});
        let paper = print().fill(&form(), &doc, "1", &|_| None);
        assert_eq!(
            (paper.issuer.as_str(), paper.issuer_above.as_str()),
            ("UBND xã X", BLANK)
        );
        let expected = vec![
            Block::Paragraph("Họ và tên: Bà A".to_owned()),
            Block::Paragraph(format!("Địa chỉ: {BLANK}")),
            Block::Paragraph("Về việc mương".to_owned()),
            Block::Table(
                vec!["STT".to_owned(), "Loại".to_owned()],
                vec![
                    vec!["1".to_owned(), "Loại A".to_owned()],
                    vec!["2".to_owned(), "B".to_owned()],
                ],
            ),
            Block::Signs(vec![
                ("NGƯỜI NHẬN".to_owned(), String::new()),
                ("NGƯỜI GIAO".to_owned(), "Bà A".to_owned()),
            ]),
        ];
        assert_eq!(paper.blocks, expected);
    }

    #[test]
    fn there_is_a_paper_for_each_entry_that_asks_for_one_while_its_law_holds() {
        let doc = json!({"viec": [{"@id": "1", "tom_tat": "mương", "loai": "A"}, {"@id": "2", "loai": "B"}]});
        assert_eq!(
            print().papers(&form(), &doc),
            [("1".to_owned(), "mương".to_owned())]
        );
        assert!(print().is_valid_on("2026-07-01") && !print().is_valid_on("2026-06-30"));
    }
}
