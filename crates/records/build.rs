//! Gathers `catalogue/` into one minified JSON text, so that a form or a template is one file and nothing else.

use std::{env, error::Error, fs, path::Path};

use serde_json::{Map, Value};

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../catalogue");
    println!("cargo:rerun-if-changed={}", root.display());
    let mut all = Map::new();
    for folder in ["forms", "programmes"] {
        let dir = root.join(folder);
        println!("cargo:rerun-if-changed={}", dir.display());
        let mut files: Vec<_> = fs::read_dir(&dir)?
            .filter_map(|entry| entry.ok().map(|e| e.path()))
            .filter(|path| path.extension().is_some_and(|e| e == "json"))
            .collect();
        files.sort();
        let mut list = Vec::new();
        for path in files {
            println!("cargo:rerun-if-changed={}", path.display());
            let text = fs::read_to_string(&path)?;
            let value: Value =
                serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?;
            list.push(value);
        }
        all.insert(folder.into(), Value::Array(list));
    }
    for name in ["guide", "calendar"] {
        let file = root.join(name).with_extension("json");
        println!("cargo:rerun-if-changed={}", file.display());
        let value = serde_json::from_str(&fs::read_to_string(file)?)?;
        all.insert(name.into(), value);
    }
    let out = Path::new(&env::var("OUT_DIR")?).join("catalogue.json");
    fs::write(out, serde_json::to_string(&Value::Object(all))?)?;
    Ok(())
}
