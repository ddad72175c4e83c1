//! `cargo xtask sample`: a year of a commune that does not exist, and the year before it, as an Xuất file.
//!
//! The same seed and day give the same bytes: nothing here reads a clock. Names and documents say that they are
//! made up; there is no number of a paper or a telephone, and nothing of the kind that the law calls sensitive.

mod activities;
mod book;
mod dialogues;
mod grassroots;
mod models;
mod oversight;
mod people;
mod programmes;
mod random;
mod sheet;
#[cfg(test)]
mod tests;
mod unit;
mod visits;

use std::{fs, path::PathBuf, process::ExitCode, time::SystemTime};

use anyhow::{Context as _, Result, bail};
use records::{
    catalogue::{self, Catalogue},
    date::{self, Day, VN_OFFSET_MS},
    id::RecordId,
    wire::Unit,
};

use crate::{arguments::Arguments, workspace::Workspace};
use book::Book;
use people::Author;
use random::Random;
use sheet::{Act, Sheet};

/// The code of no commune.
pub(crate) const UNIT_CODE: &str = "00000";
pub(crate) const UNIT_NAME: &str = "Xã Mẫu (dữ liệu mẫu)";

/// How many records of a form in the year, and in the year before; two programmes and their tasks span both.
const VOLUMES: [(&str, usize, usize); 14] = [
    ("tiep_cong_dan", 120, 108),
    ("doi_thoai", 6, 5),
    ("giam_sat", 12, 10),
    ("phan_bien", 3, 2),
    ("ke_hoach_giam_sat", 1, 1),
    ("hoat_dong", 60, 54),
    ("mo_hinh", 30, 26),
    ("cong_khai", 40, 36),
    ("hop_thon", 20, 16),
    ("lay_y_kien", 4, 3),
    ("hoi_nghi_thon", 8, 8),
    ("don_vi", 0, 1),
    ("ban_chi_dao", 0, 2),
    ("khen_thuong", 1, 1),
];
/// What grows with the people of a commune; the rest follows from its villages and from the law.
const SCALED: [&str; 2] = ["tiep_cong_dan", "hoat_dong"];

const YEAR_DAYS: i64 = 365;
const DAY_MS: u64 = 86_400_000;

/// What decides every byte of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) seed: u64,
    /// The reference day: all of it was written before.
    pub(crate) day: Day,
    /// So many times the visits and activities of the year.
    pub(crate) scale: usize,
}

impl Options {
    pub(crate) fn of_day(day: Day) -> Self {
        Self {
            seed: 1,
            day,
            scale: 1,
        }
    }
}

pub(crate) fn command(workspace: &Workspace, arguments: Arguments) -> Result<ExitCode> {
    let (options, out) = parse_options(today()?, arguments)?;
    let out = out.unwrap_or_else(|| workspace.target("so-tay-mau.json"));
    let made = make(&options)?;
    fs::write(&out, &made.text).with_context(|| format!("{} cannot be written", out.display()))?;
    println!(
        "{}: {} made-up records, {} changes (--seed {} --day {} --scale {})",
        out.display(),
        made.records,
        made.changes,
        options.seed,
        date::format(options.day),
        options.scale
    );
    Ok(ExitCode::SUCCESS)
}

/// The sample of today, in the usual place.
pub(crate) fn of_today(workspace: &Workspace) -> Result<PathBuf> {
    let out = workspace.target("so-tay-mau.json");
    let made = make(&Options::of_day(today()?))?;
    fs::write(&out, &made.text).with_context(|| format!("{} cannot be written", out.display()))?;
    Ok(out)
}

/// The day in Viet Nam: what a sample is made for when nobody names a day.
pub(crate) fn today() -> Result<Day> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    let now_ms = u64::try_from(since.as_millis())?;
    date::parse(&date::today(now_ms)).context("the clock of this machine is not set")
}

fn parse_options(today: Day, mut arguments: Arguments) -> Result<(Options, Option<PathBuf>)> {
    let mut options = Options::of_day(today);
    let mut out = None;
    while let Some(word) = arguments.next_word() {
        match word.as_str() {
            "--seed" => options.seed = number(&arguments.value_of("--seed")?)?,
            "--scale" => {
                options.scale = usize::try_from(number(&arguments.value_of("--scale")?)?)?;
            }
            "--day" => {
                let text = arguments.value_of("--day")?;
                options.day =
                    date::parse(&text).with_context(|| format!("`{text}` is no YYYY-MM-DD"))?;
            }
            "--out" => out = Some(PathBuf::from(arguments.value_of("--out")?)),
            other => bail!(
                "`{other}` is not understood; sample knows --seed N, --day YYYY-MM-DD, --scale K \
                 and --out FILE"
            ),
        }
    }
    Ok((options, out))
}

fn number(text: &str) -> Result<u64> {
    text.parse()
        .with_context(|| format!("`{text}` is no whole number"))
}

/// A sample that was made.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Made {
    /// The file.
    pub(crate) text: String,
    pub(crate) records: usize,
    pub(crate) changes: usize,
}

pub(crate) fn make(options: &Options) -> Result<Made> {
    let catalogue = catalogue::complete()?;
    let mut book = Book::new(&catalogue, Random::new(options.seed, "changes"));
    book.play(acts(&catalogue, options)?)?;
    let unit = Unit {
        code: UNIT_CODE.to_owned(),
        name: UNIT_NAME.to_owned(),
    };
    let day = u64::try_from(options.day).context("the day is before 1970")?;
    let exported_at = (day * DAY_MS).saturating_sub(VN_OFFSET_MS);
    let export = book.export(exported_at, unit);
    Ok(Made {
        records: export.records.len(),
        changes: export.changes.len(),
        text: export.into_text(),
    })
}

fn acts(catalogue: &Catalogue, options: &Options) -> Result<Vec<Act>> {
    let mut scene = Scene {
        catalogue,
        options,
        year: Year::Before,
        tasks: Vec::new(),
    };
    let programmes = programmes::start(&scene)?;
    scene.tasks = programmes.tasks();
    let mut sheets = Vec::new();
    for year in [Year::Before, Year::This] {
        scene.year = year;
        let mut made: Vec<Sheet> = [
            visits::sheets,
            dialogues::sheets,
            oversight::sheets,
            activities::sheets,
            models::sheets,
            grassroots::sheets,
            unit::sheets,
        ]
        .into_iter()
        .flat_map(|part| part(&scene))
        .collect();
        made.push(unit::commendations(&scene, &made));
        if year == Year::This {
            disputes(&scene, &mut made);
        }
        sheets.extend(made);
    }
    let mut acts = programmes.into_acts(&scene, &sheets);
    acts.extend(sheets.into_iter().flat_map(Sheet::into_acts));
    Ok(acts)
}

/// Three fields that two people wrote without knowing of each other.
fn disputes(scene: &Scene<'_>, sheets: &mut [Sheet]) {
    let by = [Author::Party, Author::Village];
    for (form, field, values) in [
        ("hoat_dong", "so_nguoi", [45.into(), 54.into()]),
        (
            "mo_hinh",
            "ket_qua",
            [
                "Đã vận động thêm 12 hộ tham gia.".into(),
                "Đã vận động thêm 15 hộ tham gia, còn 3 hộ hẹn tháng sau.".into(),
            ],
        ),
        (
            "doi_thoai",
            "van_de_con_khac_nhau",
            [
                "Mức hỗ trợ hoa màu.".into(),
                "Mức hỗ trợ hoa màu và thời gian thi công.".into(),
            ],
        ),
    ] {
        let last = sheets.iter_mut().rev().find(|sheet| sheet.is_of(form));
        if let Some(sheet) = last {
            sheet.dispute(scene.last_day(), by, field, values);
        }
    }
}

/// Which of the two years.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Year {
    Before,
    This,
}

/// What a part of the sample is made from.
#[derive(Debug)]
pub(crate) struct Scene<'a> {
    pub(crate) catalogue: &'a Catalogue,
    options: &'a Options,
    year: Year,
    /// Programmes and their tasks.
    pub(crate) tasks: Vec<(RecordId, RecordId)>,
}

impl Scene<'_> {
    /// The chance of one part in this year.
    pub(crate) fn random(&self, part: &str) -> Random {
        Random::new(self.options.seed, &format!("{part} {:?}", self.year))
    }

    /// How many records of a form this year has.
    pub(crate) fn count(&self, form: &str) -> usize {
        let row = VOLUMES.iter().find(|(name, ..)| *name == form);
        let (_, this, before) = row.copied().unwrap_or_default();
        match self.year {
            Year::Before => before,
            Year::This if SCALED.contains(&form) => this * self.options.scale,
            Year::This => this,
        }
    }

    pub(crate) fn first_day(&self) -> Day {
        match self.year {
            Year::Before => self.options.day - 2 * YEAR_DAYS,
            Year::This => self.options.day - YEAR_DAYS,
        }
    }

    pub(crate) fn last_day(&self) -> Day {
        self.first_day() + YEAR_DAYS - 1
    }

    /// Whether a day is past.
    pub(crate) fn is_past(&self, day: Day) -> bool {
        day < self.options.day
    }

    /// That day, or the last working day before it.
    pub(crate) fn working_day(&self, day: Day) -> Day {
        let before = (0..14).map(|less| day - less);
        let mut working = before.filter(|day| self.catalogue.calendar.is_working(*day));
        working.next().unwrap_or(day)
    }

    /// So many working days, rising, one in each of as many equal parts of the year.
    pub(crate) fn spread_days(&self, count: usize, random: &mut Random) -> Vec<Day> {
        let parts = i64::try_from(count.max(1)).unwrap_or(1);
        let length = YEAR_DAYS - 14;
        let start = |part: i64| self.first_day() + 14 + length * part / parts;
        (0..parts)
            .take(count)
            .map(|part| self.working_day(random.day_between(start(part), start(part + 1) - 1)))
            .collect()
    }

    /// When something that was due came to its end: mostly in time, sometimes late, sometimes not yet.
    pub(crate) fn ended(&self, random: &mut Random, from: Day, due: Day) -> Option<Day> {
        let open = match self.year {
            Year::Before => 1,
            Year::This => 8,
        };
        let day = match random.between(0, 99) {
            chance if chance < open => return None,
            chance if chance < open + 14 => due + random.between(1, 14),
            _ => random.day_between(from + 1, due),
        };
        let day = self.working_day(day).max(from);
        self.is_past(day).then_some(day)
    }

    /// A new record in the form that was valid on the day of its event, written down on another day.
    pub(crate) fn sheet(
        &self,
        form: &str,
        (event, written): (Day, Day),
        by: Author,
        random: &mut Random,
    ) -> Sheet {
        let known = self.catalogue.form_on(form, &date::format(event));
        let version = known.map(|form| form.version.as_str()).unwrap_or_default();
        Sheet::new(form, version, written, by, random)
    }
}
