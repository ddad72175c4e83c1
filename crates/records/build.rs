//! Gathers `catalogue/` into two minified JSON texts, so that a form or a template is one file and nothing else.
//!
//! The first has what a first visit needs: the forms that say `"core": true` without their registers, and the
//! calendar. The second has all the rest. Keys that are for the people who write the files, not for the app, are left out.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

/// What the app does not read: of a form which part it is in, of a field its article, of a template its document.
/// (`forms::parts` reads the files as they are and finds the same.)
const CORE: &str = "core";
const SOURCE: &str = "source";
/// What only the endpoint and the second wasm read.
const BOOK: &str = "book";

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../catalogue");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    println!("cargo:rerun-if-changed={}", root.display());
    let (mut first, mut later, mut registers) = (Vec::new(), Vec::new(), Vec::new());
    let mut books = Vec::new();
    for mut form in folder(&root.join("forms"))? {
        let is_core = take(&mut form, CORE) == Some(Value::Bool(true));
        for section in items(&mut form, "sections") {
            strip_fields(section);
        }
        if let Some(field) = take(&mut form, BOOK) {
            books.push(json!({"form": form.get("id"), "field": field, "date": form.get("date")}));
        }
        registers.push(json!({
            "id": form.get("id"), "version": form.get("version"), "registers": take(&mut form, "registers"),
        }));
        if is_core {
            first.push(form);
        } else {
            later.push(form);
        }
    }
    let mut programmes = folder(&root.join("programmes"))?;
    for template in &mut programmes {
        take(template, SOURCE);
    }
    let first = json!({ "forms": first, "calendar": file(&root.join("calendar.json"))? });
    let guide = file(&root.join("guide.json"))?;
    let reports = folder(&root.join("reports"))?;
    let prints = folder(&root.join("prints"))?;
    let later = json!({
        "forms": later, "programmes": programmes, "guide": guide, "reports": reports, "prints": prints,
        "registers": registers, "books": books, "duties": file(&root.join("duties.json"))?,
    });
    // With places for whom a case can be given to.
    let mut secret = folder(&root.join("secret"))?;
    for form in &mut secret {
        for section in items(form, "sections") {
            strip_fields(section);
        }
    }
    fs::write(
        out.join("secret.json"),
        json!({ "forms": secret }).to_string(),
    )?;
    let units = file(&root.join("units.json"))?;
    fs::write(out.join("units.json"), units.to_string())?;
    fs::write(out.join("catalogue.json"), first.to_string())?;
    fs::write(out.join("catalogue-later.json"), later.to_string())?;
    Ok(())
}

/// The files of a folder, by name.
fn folder(dir: &Path) -> Result<Vec<Value>, Box<dyn Error>> {
    println!("cargo:rerun-if-changed={}", dir.display());
    let mut files: Vec<_> = fs::read_dir(dir)?
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    files.sort();
    files.iter().map(|path| file(path)).collect()
}

fn file(path: &Path) -> Result<Value, Box<dyn Error>> {
    println!("cargo:rerun-if-changed={}", path.display());
    let text = fs::read_to_string(path)?;
    Ok(serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?)
}

/// Of a section or a group.
fn strip_fields(owner: &mut Value) {
    for field in items(owner, "fields") {
        take(field, SOURCE);
        strip_fields(field);
    }
}

fn take(owner: &mut Value, key: &str) -> Option<Value> {
    owner.as_object_mut()?.remove(key)
}

fn items<'a>(owner: &'a mut Value, key: &str) -> &'a mut [Value] {
    let list = owner.get_mut(key).and_then(Value::as_array_mut);
    list.map_or(&mut [], Vec::as_mut_slice)
}
