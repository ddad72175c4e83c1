//! The whole house in a real browser: Chromium, the endpoint and a static host as child processes
//! that the tests kill and start again. `cargo xtask test e2e` builds what is needed and says where it is.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

/// How long things take, beside what the same browser could do at best.
#[cfg(feature = "figures")]
mod figures;
/// What a cadre does in a day, one file for each flow.
mod flows;
/// Processes, browsers, folders, and the one place that waits.
mod harness;
/// What a person sees and presses, one file for each page of the app.
mod screens;
