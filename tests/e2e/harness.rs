//! What the flows stand on. Nothing here knows what the app is about.

pub(crate) mod browser;
pub(crate) mod endpoint;
pub(crate) mod engine;
pub(crate) mod folder;
pub(crate) mod line;
pub(crate) mod patience;
pub(crate) mod processes;
pub(crate) mod static_host;

use std::{env, path::PathBuf};

use tokio::sync::{Semaphore, SemaphorePermit};

/// Each flow has up to three browsers: more than two flows at once only wait for each other.
const FLOWS_AT_ONCE: usize = 2;

static TURNS: Semaphore = Semaphore::const_new(FLOWS_AT_ONCE);

/// Waits until few enough flows run; held for as long as the flow does.
pub(crate) async fn turn() -> SemaphorePermit<'static> {
    TURNS
        .acquire()
        .await
        .expect("the semaphore is never closed")
}

/// A path that `cargo xtask test e2e` gives.
pub(crate) fn given(variable: &str) -> PathBuf {
    let path = env::var_os(variable).map(PathBuf::from);
    path.unwrap_or_else(|| panic!("{variable} is not set; run `cargo xtask test e2e`"))
}

/// Prints the figures of an experiment.
#[expect(
    clippy::print_stdout,
    reason = "the figures are what the test is read for"
)]
pub(crate) fn say(figures: &str) {
    println!("{figures}");
}
