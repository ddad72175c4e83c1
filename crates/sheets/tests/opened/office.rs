//! LibreOffice and Poppler as child processes. Each call has its own folder and its own profile, so that tests can
//! run side by side.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

/// A printed page.
pub(crate) struct Page {
    pub(crate) text: String,
    /// Width and height in points.
    pub(crate) size: (f64, f64),
}

impl Page {
    pub(crate) fn says(&self, words: &str) -> bool {
        // A narrow cell breaks between words.
        let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        plain(&self.text).contains(&plain(words))
    }

    pub(crate) fn assert_size(&self, width: u32, height: u32) {
        let (is_width, is_height) = self.size;
        let is_near = (is_width - f64::from(width)).abs() < 1.5
            && (is_height - f64::from(height)).abs() < 1.5;
        assert!(is_near, "{is_width} × {is_height}");
    }
}

/// The program a variable names, else the one on PATH.
fn program(variable: &str, name: &str) -> PathBuf {
    let named = std::env::var_os(variable).map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = named.or_else(|| {
        std::env::split_paths(&path)
            .map(|folder| folder.join(name))
            .find(|file| file.is_file())
    });
    found.unwrap_or_else(|| panic!("`{name}` is not on this machine; run `cargo xtask setup`"))
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn folder() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("opened-{}-{count}", std::process::id());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The first start on a machine makes the place of extensions that all profiles share
/// (`/var/spool/libreoffice/uno_packages`); of two first starts at once one breaks. So one goes ahead.
fn go_ahead() {
    static DONE: OnceLock<()> = OnceLock::new();
    DONE.get_or_init(|| {
        let folder = folder();
        run(soffice(&folder).arg("--terminate_after_init"));
        fs::remove_dir_all(&folder).unwrap();
    });
}

/// LibreOffice without a window, with a profile in this folder.
fn soffice(folder: &Path) -> Command {
    let mut command = Command::new(program("SOFFICE", "soffice"));
    let profile = folder.join("profile");
    command.arg(format!(
        "-env:UserInstallation=file://{}",
        profile.display()
    ));
    command.args(["--headless", "--norestore"]);
    command
}

/// The file as LibreOffice writes it in another format.
fn converted(name: &str, bytes: &[u8], filter: &str) -> Vec<u8> {
    let folder = folder();
    let file = folder.join(name);
    fs::write(&file, bytes).unwrap();
    let out = folder.join("out");
    go_ahead();
    run(soffice(&folder)
        // Without a window it looks for no byte order mark.
        .args(
            name.ends_with(".csv")
                .then_some("--infilter=Text - txt - csv (StarCalc):44,34,76,1"),
        )
        .args(["--convert-to", filter, "--outdir"])
        .arg(&out)
        .arg(&file));
    let extension = filter.split(':').next().unwrap();
    let made = out.join(name).with_extension(extension);
    let made =
        fs::read(&made).unwrap_or_else(|error| panic!("LibreOffice does not open {name}: {error}"));
    fs::remove_dir_all(&folder).unwrap();
    made
}

fn text(bytes: Vec<u8>) -> String {
    let text = String::from_utf8(bytes).unwrap();
    text.trim_start_matches('\u{FEFF}').to_owned()
}

/// The rows of a table as LibreOffice sees them: fields of texts with their quotes, numbers and days bare.
pub(crate) fn csv_of(name: &str, bytes: &[u8]) -> Vec<Vec<String>> {
    // Comma, quote, UTF-8, from line 1, all texts quoted, as shown, no formulas.
    let filter = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,true,false";
    rows(&text(converted(name, bytes, filter)))
}

fn rows(text: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let mut is_quoted = false;
    for char in text.trim_end_matches('\n').chars() {
        let row = rows.last_mut().unwrap();
        match char {
            '"' => {
                is_quoted = !is_quoted;
                row.last_mut().unwrap().push(char);
            }
            ',' if !is_quoted => row.push(String::new()),
            '\n' if !is_quoted => rows.push(vec![String::new()]),
            _ => row.last_mut().unwrap().push(char),
        }
    }
    rows
}

pub(crate) fn txt(name: &str, bytes: &[u8]) -> String {
    text(converted(name, bytes, "txt:Text (encoded):UTF8"))
}

pub(crate) fn html(name: &str, bytes: &[u8]) -> String {
    text(converted(name, bytes, "html:HTML (StarWriter)")).to_lowercase()
}

pub(crate) fn pdf(name: &str, bytes: &[u8]) -> Vec<u8> {
    converted(name, bytes, "pdf")
}

/// The pages of a PDF.
pub(crate) fn pages(pdf: &[u8]) -> Vec<Page> {
    let folder = folder();
    let file = folder.join("printed.pdf");
    fs::write(&file, pdf).unwrap();
    let info = program("PDFINFO", "pdfinfo");
    let sizes = run(Command::new(info).args(["-f", "1", "-l", "999"]).arg(&file));
    // "Page    1 size:  595.304 x 841.89 pts (A4)"
    let sizes = sizes.lines().filter(|line| line.starts_with("Page "));
    let sizes = sizes.filter_map(|line| {
        let (_, size) = line.split_once("size:")?;
        let mut numbers = size.split_whitespace().filter_map(|word| word.parse().ok());
        Some((numbers.next()?, numbers.next()?))
    });
    let text = program("PDFTOTEXT", "pdftotext");
    let text = run(Command::new(text).arg("-layout").arg(&file).arg("-"));
    let pages = sizes.zip(text.split('\u{c}'));
    let pages = pages.map(|(size, text)| Page {
        text: text.to_owned(),
        size,
    });
    let pages = pages.collect();
    fs::remove_dir_all(&folder).unwrap();
    pages
}
