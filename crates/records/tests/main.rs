#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![expect(
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod calendar;
mod forms;
mod laws;
mod replicas;
mod reports;
mod together;
mod wire;
mod writers;
