//! The catalogue is sound: what a form says of itself holds, every expression means something, every form can be
//! filled, every template started. `sound` reads the files, `filled` fills the forms, `computed` works some of them out
//! by hand, `started` starts the templates, `grown` adds a field and a form, `published` publishes them, `parts` takes the catalogue apart, `deadlines`
//! counts terms by hand.

mod computed;
mod deadlines;
mod filled;
mod grown;
mod parts;
mod published;
pub(crate) mod sound;
mod started;

use std::{collections::BTreeMap, fs, path::Path};

use records::{
    catalogue::{Catalogue, builtin_registers, complete},
    change::{Change, ORDINARY, RecWrites, parse_change},
    draft::{Draft, Surroundings},
    expr::is_filled,
    fold::Record,
    form::{Field, Form, Kind, Register, Registers},
    id::{ChangeId, DeviceId, RecordId},
    notebook::Notebook,
    path,
    stamp::Stamp,
};
use serde_json::{Value, json};

/// 22/11/2026, 10:00 in Viet Nam.
const NOW_MS: u64 = 1_795_316_400_000;

pub(crate) fn catalogue() -> Catalogue {
    complete().unwrap()
}

/// The legal tables of a form.
pub(crate) fn registers(form: &Form) -> Vec<Register> {
    let all = builtin_registers().unwrap();
    let of_form = |of: &Registers| of.form == form.id && of.version == form.version;
    all.into_iter().find(of_form).unwrap().registers
}

/// The files of a folder of `catalogue/`, by name.
pub(crate) fn texts(folder: &str) -> BTreeMap<String, String> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../catalogue")
        .join(folder);
    let files = fs::read_dir(dir).unwrap().map(|file| file.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|ext| ext == "json"));
    let files = files.map(|path| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, fs::read_to_string(path).unwrap())
    });
    files.collect()
}

pub(crate) fn around() -> Surroundings {
    Surroundings {
        now_ms: NOW_MS,
        me: json!({"ho_ten": "Trần Thị Bình", "chuc_vu": "Phó Ban"}),
        unit: "Xã Ví Dụ".to_owned(),
    }
}

pub(crate) fn rec(n: u8) -> RecordId {
    RecordId::new(NOW_MS, [n; 10])
}

/// e1, e2, …
pub(crate) fn names() -> impl FnMut() -> String {
    let mut n = 0;
    move || {
        n += 1;
        format!("e{n}")
    }
}

pub(crate) fn draft(form: &Form) -> Draft {
    Draft::new(rec(1), form, &around(), &mut names())
}

/// A value that a field takes.
fn sample(field: &Field) -> Value {
    let day = "2026-11-22";
    match field.kind {
        Kind::Text | Kind::LongText => json!(format!("Ghi {}", field.key)),
        Kind::Number => json!(field.min.unwrap_or(0).max(1)),
        Kind::Decimal => json!("1.5"),
        Kind::Date => json!(day),
        Kind::Time => json!("10:30"),
        Kind::Choice => json!(field.options[0].0),
        Kind::YesNo => json!(true),
        Kind::Person => json!({"ho_ten": "Lê Văn An", "chuc_vu": "Trưởng thôn"}),
        Kind::Identity => json!({"loai": "CCCD", "so": "001 085 000 123"}),
        Kind::Phone => json!("0912 345 678"),
        Kind::Address => json!({"chi_tiet": "Thôn 5"}),
        Kind::DocRef => json!({"so": "651- CV/BDVTW", "ngay": day}),
        Kind::Link => json!(rec(9)),
        Kind::Choices | Kind::Group | Kind::Computed => Value::Null,
    }
}

/// Where a field's own value is written: a field of many choices is written option by option.
fn put(draft: &mut Draft, field: &Field, place: &str, value: Value) {
    if field.kind == Kind::Choices {
        for (option, _) in &field.options {
            draft.put(&format!("{place}#{option}"), json!(true));
        }
    } else {
        draft.put(place, value);
    }
}

/// Which empty fields are filled, and whether every group gets an entry.
#[derive(Clone, Copy, PartialEq)]
enum Fill {
    /// What the form asks for, in the entries it opens with.
    Least,
    /// What the form asks for, with an entry in every group.
    Groups,
    /// Everything, with an entry in every group.
    All,
}

/// Fills what is empty.
fn fill(
    draft: &mut Draft,
    fields: &[&Field],
    prefix: &str,
    how: Fill,
    names: &mut dyn FnMut() -> String,
) {
    for field in fields {
        let place = path::under(prefix, &field.key);
        if field.kind == Kind::Group {
            if how != Fill::Least && draft.entries(&place).is_empty() {
                draft.add_entry(field, &place, &around(), names);
            }
            let inner: Vec<&Field> = field.fields.iter().collect();
            for id in draft.entries(&place) {
                fill(draft, &inner, &path::under(&place, &id), how, names);
            }
        } else if (how == Fill::All || !field.required.is_null()) && !is_filled(draft.value(&place))
        {
            put(draft, field, &place, sample(field));
        }
    }
}

/// A filled record of a form, with some values chosen: `group.field` is written in every entry.
fn filled(form: &Form, chosen: &[(&str, Value)], how: Fill) -> Draft {
    let mut draft = draft(form);
    let mut n = 100;
    let mut names = || {
        n += 1;
        format!("e{n}")
    };
    let fields: Vec<&Field> = form.fields().collect();
    fill(&mut draft, &fields, "", how, &mut names);
    for (name, value) in chosen {
        match name.split_once('.') {
            None => draft.put(name, value.clone()),
            Some((group, field)) => {
                for id in draft.entries(group) {
                    draft.put(&format!("{group}/{id}/{field}"), value.clone());
                }
            }
        }
    }
    draft
}

/// One save of these writes.
fn change(recs: Vec<RecWrites>) -> Change {
    Change {
        id: ChangeId::new(NOW_MS, [7; 10]),
        dev: DeviceId::new(NOW_MS, [8; 10]),
        n: 1,
        stamp: Stamp {
            ms: NOW_MS,
            ..Stamp::default()
        },
        lo: 0,
        part: ORDINARY.to_owned(),
        who: None,
        app: None,
        recs,
        auto: false,
        erase: None,
        stub: None,
    }
}

/// A notebook that holds one save, read from its bytes as every reader does.
fn notebook(recs: Vec<RecWrites>) -> Notebook {
    let json = change(recs).to_json();
    parse_change(json.as_bytes()).unwrap();
    let mut notebook = Notebook::default();
    notebook.insert(&json).unwrap();
    notebook
}

/// A draft as the record that its save makes.
pub(crate) fn saved(draft: &Draft) -> Record {
    notebook(vec![draft.writes()]).fold(draft.rec).unwrap()
}
