//! The endpoint as devices and operators meet it: a real listener, real requests, a real process.
//! Every answer that a test sees is compared with `openapi.json` (see `world`).
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]
#![cfg_attr(
    any(feature = "postgres", feature = "schema"),
    expect(
        clippy::expect_used,
        reason = "a test stops at the first surprise, and says what is missing on this machine"
    )
)]

mod app;
mod backup;
mod base;
mod carry;
mod catalogue;
#[cfg(feature = "postgres")]
mod cluster;
mod contract;
mod devices;
mod diagnose;
mod erasing;
#[cfg(feature = "postgres")]
mod failover;
mod hostile;
mod import;
mod merged;
mod people;
#[cfg(feature = "postgres")]
mod postgres;
mod process;
#[cfg(feature = "schema")]
mod schema;
mod secrets;
#[cfg(not(feature = "postgres"))]
mod simulated;
mod sync;
mod tls;
mod world;
