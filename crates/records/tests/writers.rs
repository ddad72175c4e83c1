//! What is written by hand has the bytes that `serde` would write, whatever is in it.

use proptest::{collection::vec, option, prelude::*, sample::select};
use records::{
    account::{EnrolRequest, PersonWish, Role, Wipe},
    change::{Change, Erase, RecWrites},
    draft::{Draft, Seen},
    files::{Export, FiledChange, ReadableRecord},
    id::{ChangeId, DeviceId, RecordId, TokenId},
    json::Raw,
    published::Mark,
    replica::{Counter, Entry, SyncState},
    stamp::Stamp,
    table::{Set, Table},
    wire::{
        Acceptance, Cursor, Fate, Page, PageRow, Problem, SyncAnswer, SyncRequest, Unit, Verdict,
    },
    write::{Write, to_json},
};
use serde::Serialize;
use serde_json::{Map, Number, Value};

fn check<T: Write + Serialize>(value: &T) {
    assert_eq!(to_json(value), serde_json::to_string(value).unwrap());
}

/// Letters of all planes, and more often than by chance what is escaped or looks like it.
fn text() -> impl Strategy<Value = String> {
    let letter = prop_oneof![
        proptest::char::range('\0', '\u{1f}'),
        select(
            "\"\\/{}[]:,\u{7f}\u{80}\u{2028}\u{2029}\u{fffe}ếđ😀"
                .chars()
                .collect::<Vec<_>>()
        ),
        any::<char>(),
    ];
    vec(letter, 0..8).prop_map(String::from_iter)
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|f| Number::from_f64(f).map_or(Value::Null, Value::Number)),
        text().prop_map(Value::String),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::Array),
            map(inner).prop_map(Value::Object),
        ]
    })
}

fn map(values: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
    vec((text(), values), 0..4).prop_map(Map::from_iter)
}

/// Somebody else's bytes, which are nobody's to change.
fn raw() -> impl Strategy<Value = Raw> {
    let spaced = |value: Value| format!("{value:#}");
    value().prop_map(move |value| Raw::new(&spaced(value)).unwrap())
}

fn change_id() -> impl Strategy<Value = ChangeId> {
    any::<[u8; 16]>().prop_map(ChangeId::derived)
}

fn record_id() -> impl Strategy<Value = RecordId> {
    any::<[u8; 16]>().prop_map(RecordId::derived)
}

fn device_id() -> impl Strategy<Value = DeviceId> {
    any::<[u8; 16]>().prop_map(DeviceId::derived)
}

fn change_ids() -> impl Strategy<Value = Vec<ChangeId>> {
    vec(change_id(), 0..3)
}

fn stamp() -> impl Strategy<Value = Stamp> {
    (any::<u64>(), any::<u16>(), any::<u32>()).prop_map(|(ms, counter, dev)| Stamp {
        ms,
        counter,
        dev,
    })
}

fn table<V: core::fmt::Debug>(
    values: impl Strategy<Value = V>,
) -> impl Strategy<Value = Table<String, V>> {
    vec((text(), values), 0..3).prop_map(Table::from_iter)
}

fn writes() -> impl Strategy<Value = RecWrites> {
    let lists = (table(value()), table(change_ids()), vec(text(), 0..3));
    (record_id(), text(), text(), lists).prop_map(|(rec, form, ver, (set, over, keys))| RecWrites {
        rec,
        form,
        ver,
        set,
        over,
        keys,
    })
}

fn erase() -> impl Strategy<Value = Erase> {
    let parts = (change_ids(), text(), text());
    parts.prop_map(|(ids, law, reason)| Erase { ids, law, reason })
}

fn change() -> impl Strategy<Value = Change> {
    let head = (
        change_id(),
        device_id(),
        any::<u64>(),
        stamp(),
        any::<u64>(),
    );
    let names = (text(), option::of(text()), option::of(text()));
    let rest = (
        vec(writes(), 0..3),
        option::of(erase()),
        option::of(change_id()),
        any::<bool>(),
    );
    (head, names, rest).prop_map(
        |(head, (part, who, app), (recs, erase, stub, auto))| Change {
            auto,
            id: head.0,
            dev: head.1,
            n: head.2,
            stamp: head.3,
            lo: head.4,
            part,
            who,
            app,
            recs,
            erase,
            stub,
        },
    )
}

fn draft() -> impl Strategy<Value = Draft> {
    let seen = (value(), change_ids()).prop_map(|(value, over)| Seen { value, over });
    let head = (record_id(), text(), text(), any::<bool>(), any::<u64>());
    (head, table(seen), table(value())).prop_map(|(head, seen, set)| Draft {
        rec: head.0,
        form: head.1,
        ver: head.2,
        is_new: head.3,
        opened: head.4,
        seen,
        set,
    })
}

fn acceptance() -> impl Strategy<Value = Acceptance> {
    let parts = (text(), any::<u64>(), text(), stamp(), text());
    parts.prop_map(|(scope, seq, epoch, eff, mac)| Acceptance {
        scope,
        seq,
        epoch,
        eff,
        mac,
    })
}

fn verdict() -> impl Strategy<Value = Verdict> {
    let fate = select(vec![Fate::Taken, Fate::Had, Fate::Held, Fate::Refused]);
    let head = (option::of(change_id()), option::of(any::<usize>()), fate);
    let why = (
        option::of(acceptance()),
        option::of(text()),
        option::of(text()),
    );
    (head, why).prop_map(|((id, at, is), (acc, code, say))| Verdict {
        id,
        at,
        is,
        acc,
        code,
        say,
    })
}

fn entry() -> impl Strategy<Value = Entry> {
    let parts = (
        option::of(raw()),
        option::of(change_id()),
        option::of(acceptance()),
        option::of(verdict()),
        option::of(raw()),
    );
    parts.prop_map(|(change, id, acc, verdict, aside)| Entry {
        change,
        id,
        acc,
        verdict,
        aside,
    })
}

fn cursors() -> impl Strategy<Value = Table<String, Cursor>> {
    let parts = (any::<u64>(), any::<u64>());
    table(parts.prop_map(|(generation, seq)| Cursor { generation, seq }))
}

fn unit() -> impl Strategy<Value = Unit> {
    (text(), text()).prop_map(|(code, name)| Unit { code, name })
}

fn roles() -> impl Strategy<Value = Vec<Role>> {
    vec((0..Role::ALL.len()).prop_map(|at| Role::ALL[at]), 0..3)
}

fn token_id() -> impl Strategy<Value = TokenId> {
    any::<[u8; 16]>().prop_map(TokenId::derived)
}

fn wipe() -> impl Strategy<Value = Wipe> {
    (token_id(), text()).prop_map(|(id, word)| Wipe { id, word })
}

fn wish() -> impl Strategy<Value = PersonWish> {
    let parts = (text(), any::<bool>(), roles());
    parts.prop_map(|(name, closed, roles)| PersonWish {
        name,
        closed,
        roles,
    })
}

fn enrolment() -> impl Strategy<Value = EnrolRequest> {
    let parts = (any::<u32>(), text(), device_id(), text(), text());
    parts.prop_map(|(protocol, code, device, token, label)| EnrolRequest {
        protocol,
        code,
        device,
        token,
        label,
    })
}

fn state() -> impl Strategy<Value = SyncState> {
    let times = (any::<u64>(), any::<u64>());
    let offering = option::of(option::of(change_id()));
    let parts = (
        option::of(text()),
        cursors(),
        times,
        unit(),
        offering,
        change_ids(),
        (option::of(roles()), any::<bool>(), any::<bool>()),
    );
    parts.prop_map(
        |(epoch, cursors, times, unit, offering, resend, (roles, is_revoked, has_secrets))| {
            SyncState {
                has_secrets,
                roles,
                is_revoked,
                epoch,
                cursors,
                server_ms: times.0,
                heard_ms: times.1,
                unit,
                offering,
                resend: Set::from_iter(resend),
            }
        },
    )
}

fn request() -> impl Strategy<Value = SyncRequest> {
    let numbers = (any::<u32>(), any::<u64>(), any::<u64>(), any::<u32>());
    let accs = vec((change_id(), acceptance()), 0..3).prop_map(Table::from_iter);
    let lists = (
        cursors(),
        vec(raw(), 0..3),
        accs,
        change_ids(),
        option::of(text()),
    );
    let parts = (numbers, device_id(), option::of(text()), lists);
    parts.prop_map(|(numbers, device, epoch, lists)| SyncRequest {
        protocol: numbers.0,
        device,
        epoch,
        sent_at: numbers.1,
        waiting: numbers.2,
        records: Some(numbers.2).filter(|n| n % 2 == 0),
        part: (numbers.2 % 3 == 0).then(|| "mat".to_owned()),
        cursors: lists.0,
        changes: lists.1,
        accs: lists.2,
        offer: lists.3,
        page_bytes: numbers.3,
        key: lists.4,
    })
}

fn page() -> impl Strategy<Value = Page> {
    let row = (acceptance(), raw()).prop_map(|(acc, change)| PageRow { acc, change });
    let numbers = (any::<u64>(), any::<u64>(), any::<u64>());
    (text(), numbers, vec(row, 0..3)).prop_map(|(scope, numbers, rows)| Page {
        scope,
        generation: numbers.0,
        from: numbers.1,
        to: numbers.2,
        rows,
    })
}

fn answer() -> impl Strategy<Value = SyncAnswer> {
    let mark = (any::<u64>(), text()).prop_map(|(number, hash)| Mark { number, hash });
    let head = (
        any::<u32>(),
        text(),
        any::<u64>(),
        unit(),
        any::<bool>(),
        option::of(mark),
        (option::of(roles()), any::<bool>(), option::of(wipe())),
    );
    let lists = (vec(verdict(), 0..3), vec(page(), 0..3), change_ids());
    (head, lists).prop_map(|(head, (answers, pages, lacks))| SyncAnswer {
        protocol: head.0,
        epoch: head.1,
        now: head.2,
        unit: head.3,
        answers,
        pages,
        lacks,
        more: head.4,
        catalogue: head.5,
        roles: head.6.0,
        revoked: head.6.1,
        secret: head.2 % 2 == 1,
        wipe: head.6.2,
    })
}

fn problem() -> impl Strategy<Value = Problem> {
    let parts = (text(), text(), any::<u16>(), text(), text());
    parts.prop_map(|(kind, title, status, code, detail)| Problem {
        kind,
        title,
        status,
        code,
        detail,
    })
}

fn readable() -> impl Strategy<Value = ReadableRecord> {
    let head = (option::of(record_id()), text(), text(), text());
    let rest = (map(value()), any::<usize>(), vec(text(), 0..3));
    (head, rest).prop_map(|(head, (fields, problems, conflicts))| ReadableRecord {
        id: head.0,
        form: head.1,
        version: head.2,
        state: head.3,
        fields,
        problems,
        conflicts,
    })
}

fn export() -> impl Strategy<Value = Export> {
    let filed = (raw(), option::of(acceptance()));
    let filed = filed.prop_map(|(change, acc)| FiledChange { change, acc });
    let head = (text(), any::<u32>(), any::<u64>(), text(), unit());
    (head, vec(readable(), 0..3), vec(filed, 0..3)).prop_map(|(head, records, changes)| Export {
        kind: head.0,
        version: head.1,
        exported_at: head.2,
        app: head.3,
        unit: head.4,
        records,
        changes,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_value_is_written_as_the_library_writes_it(value in value(), raw in raw(), text in text()) {
        check(&value);
        check(&raw);
        check(&text);
    }

    #[test]
    fn a_change_is_written_as_the_library_writes_it(change in change()) {
        prop_assert_eq!(change.to_json(), serde_json::to_string(&change).unwrap());
    }

    #[test]
    fn what_lies_on_a_phone_is_written_as_the_library_writes_it(
        entries in vec(entry(), 0..3),
        state in state(),
        draft in draft(),
        count in (device_id(), any::<u64>(), stamp()),
        named in (text(), draft()),
    ) {
        let (dev, n, stamp) = count;
        check(&Counter { dev, n, stamp });
        check(&entries);
        check(&entries.as_slice());
        check(&state);
        check(&draft);
        check(&named);
    }

    #[test]
    fn what_goes_over_the_wire_is_written_as_the_library_writes_it(
        request in request(),
        answer in answer(),
        problem in problem(),
        (wish, enrolment) in (wish(), enrolment()),
    ) {
        check(&request);
        check(&answer);
        check(&problem);
        check(&wish);
        check(&enrolment);
    }

    #[test]
    fn a_file_is_written_as_the_library_writes_it(export in export()) {
        check(&export);
    }
}

#[test]
fn every_control_character_and_the_ends_of_every_plane_are_written_as_the_library_writes_them() {
    let planes = (0..=0x10_u32).flat_map(|plane| [plane << 16, (plane << 16) | 0xffff]);
    for c in (0..=0xff).chain(planes).filter_map(char::from_u32) {
        let text = c.to_string();
        assert_eq!(to_json(&text), serde_json::to_string(&text).unwrap());
    }
}
