//! The page that `tests/e2e/flows/store.rs` opens in each browser: the store's contract, run where the store lives.

fn main() {
    so_tay_dan_van::store_contract();
}
