//! What a person takes in from a file or a camera: whatever the bytes, nothing panics.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use records::{
    catalogue::{self, Catalogue},
    files,
    parcel::{Bag, Frames},
    programme::from_file,
    published,
};

fn forms() -> &'static Catalogue {
    static FORMS: OnceLock<Catalogue> = OnceLock::new();
    FORMS.get_or_init(|| catalogue::complete().expect("the built-in catalogue is read"))
}

fuzz_target!(|bytes: &[u8]| {
    drop(files::read(bytes, forms()));
    drop(Bag::open(bytes));
    drop(from_file(bytes));
    drop(published::read(bytes));
    if let Ok(text) = std::str::from_utf8(bytes) {
        let mut frames = Frames::default();
        for line in text.lines() {
            frames.take(line);
        }
        drop(frames.whole());
    }
});
