//! The notebook's app: the imperative shell around `records`. In reading order:
#![cfg_attr(
    not(target_arch = "wasm32"),
    allow(
        dead_code,
        reason = "the app runs in a browser; the host only checks it"
    )
)]

mod app;
mod browser;
mod gate;
mod later;
mod markup;
mod net;
mod pages;
mod parts;
mod seldom;
mod state;
mod store;
mod words;
mod work;

pub use app::start;
#[cfg(feature = "contract")]
pub use store::contract::run as store_contract;
