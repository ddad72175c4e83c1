//! The shapes that leave a device, go over the wire or stay on a disk: every fixture of version 1 ever written
//! still reads, and what we write ourselves is written in the same bytes. Files are added, never edited.

use std::{fs, path::PathBuf};

use records::{
    account::{self, EnrolRequest, Enrolled, Role},
    change::{Change, Erase, parse_change},
    draft::Draft,
    json::Read,
    notebook::Notebook,
    parcel::{Bag, CarryRequest, Parcel, Receipt},
    replica::{Counter, Entry, SyncState},
    stamp::Stamp,
    wire::{Acceptance, Fate, PAGE_BYTES, Problem, SyncAnswer, SyncRequest},
    write::{Write, to_json},
};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn fixture(name: &str) -> String {
    let path = root().join("tests/fixtures/v1").join(name);
    fs::read_to_string(path).unwrap().trim_end().to_owned()
}

/// Reads a fixture and checks that it is written again in the same bytes.
fn check<T: Read + Write>(name: &str) -> T {
    let text = fixture(name);
    let value = T::read(&text).unwrap();
    assert_eq!(to_json(&value), text, "{name}");
    value
}

#[test]
fn a_change_reads_and_rewrites_to_the_same_bytes() {
    let change: Change = check("change.json");
    assert_eq!(
        parse_change(fixture("change.json").as_bytes()),
        Ok(change.clone())
    );
    assert_eq!(change.to_json(), fixture("change.json"));
    assert_eq!((change.n, change.stamp.dev), (1, change.dev.short()));
    let writes = &change.recs[0];
    assert_eq!(writes.set["ngay_tiep"], "2026-11-22");
    assert_eq!(writes.over("ngay_tiep").len(), 1);
    assert_eq!(writes.over("hinh_thuc#TRUC_TIEP"), []);
}

#[test]
fn a_parcel_and_what_is_said_of_it_read_and_rewrite_to_the_same_bytes() {
    let parcel: Parcel = check("parcel.json");
    let request: CarryRequest = check("carry-request.json");
    let receipt: Receipt = check("receipt.json");
    let bag = Bag::open(fixture("parcels.json").as_bytes()).unwrap();
    assert_eq!(to_json(&bag), fixture("parcels.json"));
    assert_eq!(
        (&request.parcel, &bag.parcels),
        (&parcel, &vec![parcel.clone()])
    );
    assert_eq!((receipt.taken, receipt.had), (11, 1));
    let head = parcel.head();
    let lines: Vec<&str> = head.lines().collect();
    assert_eq!(lines[..2], ["so-tay-dan-van/chuyen-ho", "1"]);
    assert_eq!((lines.len(), lines[6]), (7, &*parcel.key));
}

#[test]
fn a_stub_is_what_an_erasure_leaves_of_the_change() {
    let change: Change = check("change.json");
    let erase: Change = check("change-erase.json");
    let stub: Change = check("change-stub.json");
    assert!(matches!(&erase.erase, Some(Erase { ids, .. }) if *ids == [change.id]));
    assert_eq!(change.stubbed(erase.id), stub);
    let mut notebook = Notebook::default();
    for name in ["change.json", "change-erase.json"] {
        notebook.insert(&fixture(name)).unwrap();
    }
    assert_eq!(
        &*notebook.get(&change.id).unwrap().raw,
        fixture("change-stub.json")
    );
}

#[test]
fn a_change_of_another_client_is_kept_in_its_own_bytes() {
    let text = fixture("change-foreign.json");
    let change = parse_change(text.as_bytes()).unwrap();
    assert_eq!((change.lo, &*change.part, change.who), (0, "mat", None));
    assert_eq!(
        change.stamp,
        Stamp {
            ms: 0,
            counter: 0,
            dev: 11
        }
    );
    assert_eq!(change.recs[0].set["ghi_chu"], "xuống dòng\n");
    let mut notebook = Notebook::default();
    let (id, _) = notebook.insert(&text).unwrap();
    assert_eq!(&*notebook.get(&id).unwrap().raw, text);
    let entry = format!(r#"{{"c":{text}}}"#);
    let read = Entry::read(&entry).unwrap();
    assert_eq!(to_json(&read), entry);
}

#[test]
fn an_acceptance_reads_and_rewrites_to_the_same_bytes() {
    let acc: Acceptance = check("acceptance.json");
    let change: Change = check("change.json");
    assert_eq!(
        (&*acc.scope, acc.seq, acc.eff),
        ("00000/thuong", 42, change.stamp)
    );
}

#[test]
fn a_request_and_its_answer_read_and_rewrite_to_the_same_bytes() {
    let request: SyncRequest = check("sync-request.json");
    assert_eq!(request.changes[0].get(), fixture("change.json"));
    assert_eq!((request.epoch, request.page_bytes), (None, PAGE_BYTES));
    assert!(request.accs.is_empty());
    let change: Change = check("change.json");
    let again: SyncRequest = check("sync-request-again.json");
    assert_eq!(again.accs[&change.id], check("acceptance.json"));
    let counted: SyncRequest = check("sync-request-records.json");
    assert_eq!((counted.waiting, counted.records), (1, Some(23)));
    let answer: SyncAnswer = check("sync-answer.json");
    assert_eq!(
        (answer.answers[0].id, answer.answers[0].is),
        (Some(change.id), Fate::Taken)
    );
    assert_eq!(answer.answers[0].acc, Some(check("acceptance.json")));
    assert!(parse_change(answer.pages[0].rows[0].change.get().as_bytes()).is_ok());
    assert_eq!(answer.catalogue, None);
    let answer: SyncAnswer = check("sync-answer-catalogue.json");
    assert_eq!(answer.catalogue.map(|mark| mark.number), Some(3));
    let answer: SyncAnswer = check("sync-answer-verdicts.json");
    let fates: Vec<Fate> = answer.answers.iter().map(|verdict| verdict.is).collect();
    assert_eq!(fates, [Fate::Had, Fate::Held, Fate::Refused]);
    assert_eq!(
        (answer.answers[2].id, answer.answers[2].at),
        (None, Some(2))
    );
}

#[test]
fn the_least_a_client_may_send_is_its_name() {
    let request = SyncRequest::read(&fixture("sync-request-least.json")).unwrap();
    assert!(request.changes.is_empty() && request.cursors.is_empty() && request.offer.is_empty());
    assert!(request.accs.is_empty());
    assert_eq!((request.epoch, request.page_bytes), (None, PAGE_BYTES));
}

#[test]
fn a_problem_reads_and_rewrites_to_the_same_bytes() {
    assert_eq!(check::<Problem>("problem.json").status, 401);
}

#[test]
fn what_lies_on_a_phone_reads_and_rewrites_to_the_same_bytes() {
    for name in ["save", "row", "acceptance", "verdict", "aside"] {
        check::<Entry>(&format!("entry-{name}.json"));
    }
    check::<Counter>("counter.json");
    check::<Draft>("draft.json");
    assert_eq!(check::<SyncState>("sync-state.json").offering, None);
    assert_eq!(
        check::<SyncState>("sync-state-restored.json").offering,
        Some(None)
    );
    assert!(matches!(
        check::<SyncState>("sync-state-offering.json").offering,
        Some(Some(_))
    ));
}

#[test]
fn what_is_known_of_the_endpoint_survives_a_restart() {
    let change: Change = check("change.json");
    for offering in [None, Some(None), Some(Some(change.id))] {
        let state = SyncState {
            offering,
            ..SyncState::default()
        };
        let text = to_json(&state);
        assert_eq!(SyncState::read(&text).unwrap(), state, "{text}");
    }
}

/// JSON without the white space between its parts.
fn minified(text: &str) -> String {
    let (mut in_text, mut escaped) = (false, false);
    text.chars()
        .filter(|c| {
            let is_kept = in_text || !c.is_whitespace();
            match c {
                '"' if !escaped => in_text = !in_text,
                _ => {}
            }
            escaped = in_text && *c == '\\' && !escaped;
            is_kept
        })
        .collect()
}

/// The examples of a page: its fenced blocks of JSON.
fn examples(page: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join("../../docs").join(page)).unwrap();
    let blocks = text.split("```json\n").skip(1);
    blocks
        .map(|block| minified(block.split("```").next().unwrap()))
        .collect()
}

/// Whether `text` is `example` with something in the place of every `…`.
fn expands(example: &str, text: &str) -> bool {
    let mut rest = text;
    let parts: Vec<&str> = example.split('…').collect();
    let (first, last) = (parts[0], parts[parts.len() - 1]);
    if parts.len() == 1 {
        return example == text;
    }
    if !rest.starts_with(first) || !rest.ends_with(last) {
        return false;
    }
    rest = &rest[first.len()..];
    parts[1..].iter().all(|part| match rest.find(part) {
        Some(at) => {
            rest = &rest[at + part.len()..];
            true
        }
        None => false,
    })
}

#[test]
fn an_enrolment_reads_and_rewrites_to_the_same_bytes() {
    let request: EnrolRequest = check("enrol-request.json");
    let enrolled = Enrolled::read(&fixture("enrolled.json")).unwrap();
    assert_eq!(account::meant(&request.code), request.code);
    assert_eq!(
        (enrolled.roles, &*enrolled.unit.code),
        (vec![Role::Officer], "00000")
    );
}

#[test]
fn every_example_of_the_protocol_page_is_a_fixture() {
    let examples = examples("PROTOCOL.md");
    let fixtures = [
        "change.json",
        "acceptance.json",
        "sync-request.json",
        "sync-request-again.json",
        "sync-answer-catalogue.json",
        "parcel.json",
        "carry-request.json",
        "receipt.json",
        "parcels.json",
        "enrol-request.json",
        "enrolled.json",
    ];
    let texts = fixtures.map(|name| minified(&fixture(name)));
    for example in &examples {
        let is_shown = texts.iter().any(|text| expands(example, text));
        assert!(is_shown, "no fixture is this example:\n{example}");
    }
    for (name, text) in fixtures.iter().zip(&texts) {
        let is_used = examples.iter().any(|example| expands(example, text));
        assert!(is_used, "{name} is on no page");
    }
    assert!(
        examples.iter().any(|example| !example.contains('…')),
        "one is complete"
    );
}

#[test]
fn examples_are_compared_by_all_their_parts() {
    assert!(expands(r#"{"a":…,"b":[…]}"#, r#"{"a":1,"b":[2]}"#));
    assert!(!expands(r#"{"a":…,"b":[…]}"#, r#"{"a":1,"c":[2]}"#));
    assert!(!expands(r#"{"a":1}"#, r#"{"a":2}"#));
    assert_eq!(
        minified("{ \"a b\\\" c\" : 1,\n \"d\": \" \" }"),
        r#"{"a b\" c":1,"d":" "}"#
    );
}
