//! What the app weighs on the wire: raw, gzip -9 and brotli -11 bytes of each file.
//! The budget itself is in docs and in `CORE_BROTLI_MAX`.

use std::{fmt::Write as _, fs, io::Write as _, path::Path};

use anyhow::{Context as _, Result, ensure};
use flate2::{Compression, write::GzEncoder};

use super::finish::Finished;

/// All that the first visit downloads before the app works offline. The smallest peer is 192 KB,
/// DHIS2's login page alone is 245 KB.
const CORE_BROTLI_MAX: u64 = 250 * 1024;
const CORE_BROTLI_AIM: u64 = 180 * 1024;
/// What comes after the core: on a slow line (50 kbit/s) it is there in 52 seconds, before the first trip to a hamlet.
const EXTRAS_BROTLI_MAX: u64 = 304 * 1024;
/// Parts of the extras that are fetched last, each with its own budget: how their files begin, what is in them, bytes.
const APART: [(&str, &str, u64); 3] = [
    ("split_offices-", "makers of XLSX and DOCX", 240 * 1024),
    ("split_seldom-", "pages that few open", 72 * 1024),
    (
        "split_gate-",
        "what stands before a locked notebook",
        30 * 1024,
    ),
];

#[derive(Debug, Default, Clone, Copy)]
struct Weight {
    raw: u64,
    gzip: u64,
    brotli: u64,
}

/// The table, and what is held against the budgets.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) table: String,
    core_brotli: u64,
    extras_brotli: u64,
    /// In the order of [`APART`].
    apart_brotli: [u64; APART.len()],
}

impl Report {
    pub(crate) fn of(folder: &Path, finished: &Finished) -> Result<Self> {
        let paths = |list: &[(String, String)]| -> Vec<String> {
            list.iter().map(|(path, _)| path.clone()).collect()
        };
        let mut core = paths(&finished.core);
        core.push("sw.js".to_owned()); // not in its own list, but downloaded all the same
        let mut extras = paths(&finished.extras);
        let apart = APART.map(|(begin, ..)| {
            let own: Vec<String>;
            (own, extras) = extras.drain(..).partition(|path| path.contains(begin));
            own
        });

        let mut table = format!(
            "{:<52}{:>10}{:>10}{:>10}\n",
            "file", "raw", "gzip", "brotli"
        );
        let core = add_group(&mut table, folder, "core", &core)?;
        let extras = add_group(&mut table, folder, "extras", &extras)?;
        let mut all = core.plus(extras);
        let mut apart_brotli = [0; APART.len()];
        for ((files, (_, name, _)), brotli) in apart.iter().zip(APART).zip(&mut apart_brotli) {
            let group = add_group(&mut table, folder, name, files)?;
            *brotli = group.brotli;
            all = all.plus(group);
        }
        let rest = add_group(&mut table, folder, "not cached", &finished.uncached)?;
        add_row(&mut table, "all files", all.plus(rest))?;
        writeln!(
            table,
            "core: {} KB brotli of {} KB allowed (aim {} KB)",
            core.brotli.div_ceil(1024),
            CORE_BROTLI_MAX / 1024,
            CORE_BROTLI_AIM / 1024
        )?;
        Ok(Self {
            table,
            core_brotli: core.brotli,
            extras_brotli: extras.brotli,
            apart_brotli,
        })
    }

    pub(crate) fn check_budget(&self) -> Result<()> {
        ensure!(
            self.core_brotli <= CORE_BROTLI_MAX,
            "the core is {} bytes with brotli, {} more than the {CORE_BROTLI_MAX} allowed: move \
             something into the extras, or drop a dependency; the aim is {CORE_BROTLI_AIM}",
            self.core_brotli,
            self.core_brotli - CORE_BROTLI_MAX
        );
        let apart = APART.iter().zip(self.apart_brotli);
        let apart = apart.map(|((_, name, allowed), bytes)| (*name, bytes, *allowed));
        let extras = ("extras", self.extras_brotli, EXTRAS_BROTLI_MAX);
        for (name, bytes, allowed) in apart.chain([extras]) {
            ensure!(
                bytes <= allowed,
                "the {name} are {bytes} bytes with brotli, {} more than the {allowed} allowed",
                bytes - allowed
            );
        }
        Ok(())
    }
}

fn add_group(table: &mut String, folder: &Path, name: &str, files: &[String]) -> Result<Weight> {
    let mut total = Weight::default();
    if files.is_empty() {
        return Ok(total);
    }
    for file in files {
        let on_disk = folder.join(file);
        let bytes =
            fs::read(&on_disk).with_context(|| format!("{} cannot be read", on_disk.display()))?;
        let weight = Weight::of(&bytes)?;
        add_row(table, &format!("  {file}"), weight)?;
        total = total.plus(weight);
    }
    add_row(table, &format!("{name}, {} files", files.len()), total)?;
    Ok(total)
}

fn add_row(table: &mut String, name: &str, weight: Weight) -> Result<()> {
    let Weight { raw, gzip, brotli } = weight;
    writeln!(table, "{name:<52}{raw:>10}{gzip:>10}{brotli:>10}")?;
    Ok(())
}

impl Weight {
    fn of(bytes: &[u8]) -> Result<Self> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::new(9));
        gzip.write_all(bytes)?;
        let mut brotli = Vec::new();
        let settings = brotli::enc::BrotliEncoderParams {
            quality: 11,
            lgwin: 22,
            size_hint: bytes.len(),
            ..Default::default()
        };
        brotli::BrotliCompress(&mut &*bytes, &mut brotli, &settings)?;
        Ok(Self {
            raw: u64::try_from(bytes.len())?,
            gzip: u64::try_from(gzip.finish()?.len())?,
            brotli: u64::try_from(brotli.len())?,
        })
    }

    fn plus(self, other: Self) -> Self {
        Self {
            raw: self.raw + other.raw,
            gzip: self.gzip + other.gzip,
            brotli: self.brotli + other.brotli,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compressible_text_gets_lighter_step_by_step() {
        let text = "sổ tay dân vận ".repeat(500);
        let weight = Weight::of(text.as_bytes()).unwrap();
        assert_eq!(weight.raw, u64::try_from(text.len()).unwrap());
        assert!(
            weight.gzip < weight.raw && weight.brotli < weight.gzip,
            "{weight:?}"
        );
    }

    #[test]
    fn one_byte_over_a_budget_fails() {
        let check = |core_brotli, extras_brotli, apart_brotli| {
            let report = Report {
                table: String::new(),
                core_brotli,
                extras_brotli,
                apart_brotli,
            };
            report.check_budget().map_err(|error| error.to_string())
        };
        let full = APART.map(|(.., allowed)| allowed);
        check(CORE_BROTLI_MAX, EXTRAS_BROTLI_MAX, full).unwrap();
        let error = check(CORE_BROTLI_MAX + 1, 0, full).unwrap_err();
        assert!(error.contains("1 more than the 256000 allowed"), "{error}");
        let error = check(0, EXTRAS_BROTLI_MAX + 1, full).unwrap_err();
        assert!(
            error.contains("extras") && error.contains("1 more"),
            "{error}"
        );
        for (at, (_, name, _)) in APART.iter().enumerate() {
            let mut over = full;
            over[at] += 1;
            let error = check(0, 0, over).unwrap_err();
            assert!(error.contains(name) && error.contains("1 more"), "{error}");
        }
    }
}
