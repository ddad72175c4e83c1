//! Everything that comes out of a sample year: each register, each report, each paper, printed and as files of the
//! office. The endpoint is away. The files stay where `SO_TAY_SAMPLES` says, when somebody wants them.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use records::{
    catalogue::Catalogue,
    date,
    paper::Print,
    published::{self, Bundle},
};
use serde_json::Value;

use crate::{
    harness::{browser::Profile, endpoint::Endpoint, given, turn},
    screens::App,
};

const DESK: (u32, u32) = (1280, 900);

/// Where the files go; nowhere when nobody wants them.
struct Shelf(Option<PathBuf>);

impl Shelf {
    fn place(&self, folder: &str, name: &str) -> Option<PathBuf> {
        let folder = self.0.as_ref()?.join(folder);
        fs::create_dir_all(&folder).unwrap();
        Some(folder.join(name))
    }

    /// Last of a page: a click that follows at once may be lost while the page is laid out for the screen again.
    async fn print(&self, app: &App, folder: &str, name: &str) {
        if let Some(place) = self.place(folder, &format!("{name}.pdf")) {
            app.browser.print(&place).await;
        }
    }

    /// Presses a button that gives files out, and keeps them.
    async fn download(&self, app: &App, kind: &str, folder: &str, (name, count): (&str, usize)) {
        if self.0.is_none() {
            return;
        }
        let files = app.browser.all_downloaded(&format!("#{kind}"), count).await;
        for (at, file) in files.iter().enumerate() {
            let more = match at {
                0 => String::new(),
                at => format!("-{}", at + 1),
            };
            let place = self.place(folder, &format!("{name}{more}.{kind}")).unwrap();
            fs::copy(file, place).unwrap();
        }
    }
}

#[tokio::test]
async fn a_sample_year_gives_every_register_report_and_paper() {
    let _turn = turn().await;
    let shelf = Shelf(env::var_os("SO_TAY_SAMPLES").map(PathBuf::from));
    let sample = given("SO_TAY_SAMPLE");
    let mut endpoint = Endpoint::start().await;
    endpoint.kill();
    endpoint.import(&sample);
    endpoint.restart().await;
    let profile = Profile::new("samples");
    let app = App::begin(&profile, &endpoint.url()).await;
    app.browser.resize(DESK).await;
    app.enrol(&endpoint).await;
    endpoint.kill();
    let bundle = published::builtin().unwrap();
    registers(&app, &shelf, &bundle.catalogue).await;
    reports(&app, &shelf, &bundle).await;
    papers(&app, &shelf, &bundle, &sample).await;
    app.browser.close().await;
}

/// What was written down once, before the two years began.
const OLD: [&str; 3] = ["don_vi", "ban_chi_dao", "chuong_trinh"];

/// Every register of the last year, in which the law of receptions changed.
async fn registers(app: &App, shelf: &Shelf, catalogue: &Catalogue) {
    let from = "const day = document.querySelector(\"main input[type='date']\");
        day.value = arguments[0]; day.dispatchEvent(new Event('input', { bubbles: true }));";
    let today = date::parse(&date::today(now_ms())).unwrap();
    for form in catalogue.kinds() {
        // Reports have a screen of their own, and none was written yet.
        if form.id == "bao_cao" {
            continue;
        }
        app.go(&format!("/so/{}/in", form.id)).await;
        let page = format!("[data-form='{}'] #csv", form.id);
        app.browser.see(&page, "").await;
        let years = if OLD.contains(&form.id.as_str()) {
            3
        } else {
            1
        };
        let first = Value::from(date::format(today - years * 365));
        app.browser.js(from, vec![first]).await.unwrap();
        app.browser.see(".register tbody td", "").await;
        // A table of CSV is a file; those of XLSX are sheets of one.
        let tables = app.browser.count("table.register").await;
        shelf.download(app, "csv", "so", (&form.id, tables)).await;
        shelf.download(app, "xlsx", "so", (&form.id, 1)).await;
        shelf.print(app, "so", &form.id).await;
    }
}

/// A report of each kind, of a period of this year.
async fn reports(app: &App, shelf: &Shelf, bundle: &Bundle) {
    for report in &bundle.reports {
        app.go("/bao-cao").await;
        let period = format!("[data-report='{}'][data-period*='ăm 20']", report.id);
        app.browser.click(&period).await;
        app.browser.see(".figure output", "").await;
        shelf
            .download(app, "docx", "bao-cao", (&report.id, 1))
            .await;
        shelf
            .download(app, "xlsx", "bao-cao", (&report.id, 1))
            .await;
        shelf.print(app, "bao-cao", &report.id).await;
    }
}

/// Each paper from a record that has it.
async fn papers(app: &App, shelf: &Shelf, bundle: &Bundle, sample: &Path) {
    let file: Value = serde_json::from_slice(&fs::read(sample).unwrap()).unwrap();
    let records = file["records"].as_array().unwrap();
    for print in &bundle.prints {
        let fits = |record: &&Value| has_paper(print, record, &bundle.catalogue);
        let record = records.iter().find(fits);
        let record = record.unwrap_or_else(|| panic!("no record has the paper {}", print.id));
        let id = record["id"].as_str().unwrap();
        app.go(&format!("/phieu/{id}/in/{}", print.id)).await;
        let page = format!("[data-print='{}'] #docx", print.id);
        app.browser.see(&page, "").await;
        shelf.download(app, "docx", "giay-to", (&print.id, 1)).await;
        shelf.print(app, "giay-to", &print.id).await;
    }
}

fn has_paper(print: &Print, record: &Value, catalogue: &Catalogue) -> bool {
    let (form, fields) = (record["form"].as_str().unwrap(), &record["fields"]);
    let version = record["version"].as_str().unwrap();
    let Some(form) = catalogue
        .form(form, version)
        .filter(|form| form.id == print.form)
    else {
        return false;
    };
    let day = fields[&form.date].as_str().unwrap_or_default();
    print.is_valid_on(day) && !print.papers(form, fields).is_empty()
}

fn now_ms() -> u64 {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::SystemTime::UNIX_EPOCH)
        .unwrap();
    u64::try_from(since.as_millis()).unwrap()
}
