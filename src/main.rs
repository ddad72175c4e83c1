//! The browser's entry: mounts the app, nothing else.

fn main() {
    so_tay_dan_van::start();
}
