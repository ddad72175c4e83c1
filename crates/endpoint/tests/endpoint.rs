//! The endpoint as devices and operators meet it: a real listener, real requests, a real process.
//! Every answer that a test sees is compared with `openapi.json` (see `world`).
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod app;
mod backup;
mod catalogue;
mod contract;
mod hostile;
mod import;
mod merged;
mod process;
mod sync;
mod world;
