//! What comes to an endpoint, and what an endpoint answers: whatever the bytes, nothing panics, and what was read is
//! written so that it reads the same again. A change goes on through folding, and through being erased.
#![no_main]

use libfuzzer_sys::fuzz_target;
use records::{
    account::{Audit, Code, EnrolRequest, Enrolled, People, PersonWish},
    change::parse_change,
    fold::fold,
    json::Read,
    parcel::{CarryRequest, Receipt},
    wire::{Contacts, Problem, SyncAnswer, SyncRequest},
    write::{Write, to_json},
};

/// Read, written and read again, it is written alike.
fn twice<T: Read + Write>(text: &str) {
    if let Ok(first) = T::read(text) {
        let written = to_json(&first);
        let second = T::read(&written).expect("what was written is read");
        assert_eq!(to_json(&second), written);
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    twice::<SyncRequest>(text);
    twice::<SyncAnswer>(text);
    twice::<Problem>(text);
    twice::<EnrolRequest>(text);
    twice::<PersonWish>(text);
    drop((CarryRequest::read(text), Receipt::read(text)));
    drop((Enrolled::read(text), People::read(text), Code::read(text)));
    drop((Audit::read(text), Contacts::read(text)));
    let Ok(change) = parse_change(bytes) else {
        return;
    };
    let stub = change.stubbed(change.id);
    for change in [&change, &stub] {
        let written = change.to_json();
        let again = parse_change(written.as_bytes()).expect("a change that was written is read");
        assert_eq!(again.to_json(), written);
        for writes in &change.recs {
            if let Some(record) = fold(writes.rec, [(change, None)].into_iter()) {
                drop(record.to_doc());
            }
        }
    }
});
