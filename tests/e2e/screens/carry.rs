//! Chuyển hộ: parcels out and in.

use std::{collections::BTreeMap, path::Path};

use serde_json::Value;

use super::App;
use crate::harness::patience::LONG_PATIENCE;

const PLACE: &str = "/chuyen-ho";

/// The dark squares of a code, and how many there are a side.
pub(crate) struct Code {
    pub(crate) side: usize,
    pub(crate) dark: Vec<(usize, usize)>,
}

impl App {
    /// Seals what waits into a file.
    pub(crate) async fn give_file(&self) -> std::path::PathBuf {
        self.go(PLACE).await;
        self.browser.downloaded("#give-file").await
    }

    /// Takes a file of parcels; the page says so, or why not.
    pub(crate) async fn take_file(&self, file: &Path, words: &str) {
        self.go(PLACE).await;
        self.browser.choose_file("#take-file", file).await;
        self.browser.see("#take-result", words).await;
    }

    /// Seals what waits into a run of codes, and looks until it has seen each of them.
    pub(crate) async fn give_codes(&self) -> Vec<Code> {
        self.go(PLACE).await;
        self.browser.click("#give-codes").await;
        let look = "const code = document.querySelector('svg.code');
            const count = document.querySelector('#give-count')?.textContent;
            return code && count ? [count, code.getAttribute('viewBox'), code.firstElementChild.getAttribute('d')] : null";
        let mut seen = BTreeMap::new();
        self.browser
            .until_within(LONG_PATIENCE, "every code was shown", async || {
                let shown = self.browser.js(look, Vec::new()).await?;
                let part = |at: usize| shown.get(at).and_then(Value::as_str).unwrap_or("");
                let number = |text: &str| text.trim().parse::<usize>().ok();
                let said = part(0).trim_start_matches("Mã ").split_once('/');
                let Some((Some(at), Some(all))) = said.map(|(at, all)| (number(at), number(all)))
                else {
                    return Err(format!("{shown}"));
                };
                seen.insert(at, (part(1).to_owned(), part(2).to_owned()));
                if seen.len() == all {
                    Ok(())
                } else {
                    Err(format!("{} of {all}", seen.len()))
                }
            })
            .await;
        seen.into_values()
            .map(|(around, path)| code(&around, &path))
            .collect()
    }

    /// Reads a run of codes with the camera; what the page says then.
    pub(crate) async fn take_codes(&self) -> String {
        self.go(PLACE).await;
        self.browser.click("#take-codes").await;
        self.browser
            .see_within(LONG_PATIENCE, "#take-result", " ")
            .await
    }

    /// Waits until the newest parcel that this device carries is so far.
    pub(crate) async fn carries(&self, words: &str) {
        self.go(PLACE).await;
        let row = "#carried .row-sub";
        self.browser.see_within(LONG_PATIENCE, row, words).await;
    }
}

fn code(around: &str, path: &str) -> Code {
    let whole: usize = around.split(' ').next_back().unwrap().parse().unwrap();
    let squares = path.split('M').skip(1);
    let dark = squares.map(|square| {
        let place = square.split('h').next().unwrap();
        let (x, y) = place.split_once(' ').unwrap();
        (x.parse().unwrap(), y.parse().unwrap())
    });
    Code {
        side: whole - 8,
        dark: dark.collect(),
    }
}
