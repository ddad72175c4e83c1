//! Single stories that the seeds have told, kept by name so that they stay told.

use records::{
    change::{RecWrites, parse_change},
    id::ChangeId,
    json::Raw,
    stamp::Stamp,
    wire::{Acceptance, Fate, SyncAnswer, SyncRequest},
};
use serde_json::Value;

use simulation::{
    Server,
    device::{Clock, Device, START},
    model::Model as Endpoint,
    rng::Rng,
    world::rec,
};

fn device(seed: u64) -> Device {
    Device::new(&mut Rng(seed))
}

fn save(device: &mut Device, seed: u64, text: &str) -> (ChangeId, String) {
    let mut writes = RecWrites::new(rec(0), "k", "1");
    writes.set.insert("a".into(), Value::from(text));
    let (ms, random) = (device.ms(START), Rng(seed).bytes());
    let plan = device
        .replica
        .plan_save(ms, random, None, vec![writes])
        .unwrap();
    let raw = plan.entries[0].change.as_ref().unwrap().get().to_owned();
    device.disk.commit(&plan);
    device.replica.adopt(plan);
    (parse_change(raw.as_bytes()).unwrap().id, raw)
}

fn import(device: &mut Device, raw: &str) {
    let plan = device.replica.plan_import(vec![(Raw::lexed(raw), None)]);
    device.disk.commit(&plan);
    device.replica.adopt(plan);
}

fn ask(device: &Device, endpoint: &mut Endpoint) -> (SyncRequest, SyncAnswer) {
    let request = device.replica.plan_request(START, 200);
    let answer = endpoint.answer(START + 1, &request);
    (request, answer)
}

fn hear(device: &mut Device, (request, answer): (SyncRequest, SyncAnswer)) {
    let random = Rng(u64::from(device.life)).bytes();
    let plan = device.replica.plan_answer(START, random, &request, answer);
    device.disk.commit(&plan);
    device.replica.adopt(plan);
}

fn talk(device: &mut Device, endpoint: &mut Endpoint) {
    for _ in 0..5 {
        let asked = ask(device, endpoint);
        hear(device, asked);
    }
    assert_eq!(device.replica.waiting().count(), 0);
}

fn has(endpoint: &Endpoint, raw: &str) -> bool {
    endpoint.scopes.values().flatten().any(|row| row.raw == raw)
}

fn restored() -> Endpoint {
    Endpoint {
        epoch: 1,
        ..Endpoint::default()
    }
}

#[test]
fn a_crash_right_after_hearing_of_a_restore_loses_nothing() {
    let (mut device, mut endpoint) = (device(1), Endpoint::default());
    let (_, raw) = save(&mut device, 1, "một");
    talk(&mut device, &mut endpoint);
    endpoint = restored();
    let asked = ask(&device, &mut endpoint);
    hear(&mut device, asked);
    device.crash();
    talk(&mut device, &mut endpoint);
    assert!(has(&endpoint, &raw));
}

#[test]
fn what_a_restored_endpoint_had_set_aside_is_sent_again() {
    let (mut device, mut endpoint) = (device(1), Endpoint::default());
    endpoint.distrusted.insert(device.replica.counter.dev);
    let (id, raw) = save(&mut device, 1, "một");
    talk(&mut device, &mut endpoint);
    assert_eq!(device.replica.verdicts[&id].is, Fate::Held);
    endpoint = restored();
    talk(&mut device, &mut endpoint);
    assert!(has(&endpoint, &raw));
    assert!(device.replica.verdicts.is_empty());
}

#[test]
fn an_answer_that_comes_after_a_restore_does_not_hide_the_restore() {
    let (mut device, mut endpoint) = (device(1), Endpoint::default());
    let before = device.replica.plan_request(START, 200);
    let (_, raw) = save(&mut device, 1, "một");
    let taken = ask(&device, &mut endpoint);
    endpoint = restored();
    let late = endpoint.answer(START, &before);
    hear(&mut device, taken);
    hear(&mut device, (before, late));
    talk(&mut device, &mut endpoint);
    assert!(has(&endpoint, &raw));
}

#[test]
fn an_old_answer_does_not_end_an_offer_that_was_never_sent() {
    let (mut device, mut endpoint) = (device(1), Endpoint::default());
    let (_, raw) = save(&mut device, 1, "một");
    talk(&mut device, &mut endpoint);
    endpoint = restored();
    let (request, answer) = ask(&device, &mut endpoint);
    let empty = SyncRequest {
        epoch: Some(answer.epoch.clone()),
        ..request.clone()
    };
    hear(&mut device, (request, answer));
    let answer = endpoint.answer(START, &empty);
    hear(&mut device, (empty, answer));
    talk(&mut device, &mut endpoint);
    assert!(has(&endpoint, &raw));
}

#[test]
fn another_text_under_a_known_id_is_in_sight_and_ours_reaches_the_endpoint_too() {
    let (mut one, mut two, mut endpoint) = (device(1), device(2), Endpoint::default());
    let (id, raw) = save(&mut one, 1, "THẬT");
    let forged = raw.replace("THẬT", "GIẢ");
    import(&mut two, &forged);
    talk(&mut two, &mut endpoint);
    talk(&mut one, &mut endpoint);
    assert!(has(&endpoint, &forged) && endpoint.held.contains_key(&(id, raw.clone())));
    assert_eq!(
        one.replica.verdicts[&id].code.as_deref(),
        Some("khac_noi_dung")
    );
    let aside: Vec<&str> = one.replica.aside.iter().map(|raw| raw.get()).collect();
    assert_eq!(aside, [forged]);
    assert_eq!(&*one.replica.notebook.get(&id).unwrap().raw, raw);
}

#[test]
fn a_page_with_another_text_does_not_count_as_an_acceptance_of_ours() {
    let (mut one, mut two, mut endpoint) = (device(1), device(2), Endpoint::default());
    let before = ask(&one, &mut endpoint).0;
    let (id, raw) = save(&mut one, 1, "THẬT");
    import(&mut two, &raw.replace("THẬT", "GIẢ"));
    talk(&mut two, &mut endpoint);
    let answer = endpoint.answer(START, &before);
    hear(&mut one, (before, answer));
    assert_eq!(one.replica.waiting().collect::<Vec<_>>(), [id]);
    assert_eq!(one.replica.notebook.get(&id).unwrap().acc, None);
}

#[test]
fn another_text_in_a_file_is_set_aside_once() {
    let mut device = device(1);
    let (id, raw) = save(&mut device, 1, "THẬT");
    for _ in 0..2 {
        import(&mut device, &raw.replace("THẬT", "GIẢ"));
    }
    assert_eq!(device.replica.aside.len(), 1);
    assert_eq!(&*device.replica.notebook.get(&id).unwrap().raw, raw);
}

/// A change from a phone that believes in 2099, taken by an endpoint that then forgot it, and the date it had.
fn taken_and_forgotten() -> (Device, Endpoint, ChangeId, Stamp) {
    let (mut device, mut endpoint) = (device(1), Endpoint::default());
    device.clock = Clock::Year2099;
    let (id, _) = save(&mut device, 1, "một");
    talk(&mut device, &mut endpoint);
    let date = device.replica.notebook.get(&id).unwrap().eff().unwrap();
    (device, restored(), id, date)
}

/// Exchanges a minute later, so that what is dated anew gets another date.
fn talk_later(device: &mut Device, endpoint: &mut Endpoint) {
    for _ in 0..4 {
        let request = device.replica.plan_request(START, 200);
        let answer = endpoint.answer(START + 60_000, &request);
        hear(device, (request, answer));
    }
}

#[test]
fn what_a_restored_endpoint_is_sent_again_keeps_its_date_and_a_compacted_log_keeps_it_too() {
    let (mut device, mut endpoint, id, date) = taken_and_forgotten();
    talk_later(&mut device, &mut endpoint);
    let known = device.replica.notebook.get(&id).unwrap().clone();
    let acc = known.acc.clone().unwrap();
    assert_eq!(acc.eff, date);
    assert_eq!(Some(&acc.epoch), device.replica.sync.epoch.as_ref());
    device.disk.compact(&device.replica);
    device.crash();
    assert_eq!(device.replica.notebook.get(&id), Some(&known));
}

#[test]
fn a_date_that_the_endpoint_did_not_give_is_not_kept() {
    let (mut device, mut endpoint, id, date) = taken_and_forgotten();
    let known = device.replica.notebook.get(&id).unwrap();
    let forged = Acceptance {
        eff: Stamp { ms: 1, ..date },
        ..known.acc.clone().unwrap()
    };
    device.replica.notebook.accept(id, forged);
    talk_later(&mut device, &mut endpoint);
    let eff = device.replica.notebook.get(&id).unwrap().eff().unwrap();
    assert_eq!(eff.ms, START + 60_000);
}

#[test]
fn only_what_is_sent_again_carries_an_acceptance() {
    let (mut device, mut endpoint, id, _) = taken_and_forgotten();
    let (new, _) = save(&mut device, 2, "hai");
    for _ in 0..2 {
        let asked = ask(&device, &mut endpoint);
        assert!(asked.0.accs.is_empty());
        hear(&mut device, asked);
    }
    let request = device.replica.plan_request(START, 200);
    assert_eq!(request.changes.len(), 2, "{new} and {id}");
    assert_eq!(request.accs.keys().collect::<Vec<_>>(), [&id]);
    let few = device.replica.plan_request(START, 1);
    assert_eq!((few.changes.len(), few.accs.len()), (1, 0));
}

#[test]
fn what_others_carry_is_all_that_waits_and_the_author_goes_on_waiting() {
    let (mut device, mut endpoint, id, _) = taken_and_forgotten();
    for _ in 0..2 {
        let asked = ask(&device, &mut endpoint);
        hear(&mut device, asked);
    }
    for n in 2..1_203 {
        save(&mut device, n, "thêm");
    }
    let parcels = device.replica.plan_parcels(START);
    let counts: Vec<_> = parcels
        .iter()
        .map(|p| (p.changes.len(), p.waiting))
        .collect();
    assert_eq!(counts, [(1_000, 1_202), (202, 202)]);
    let accs: Vec<_> = parcels.iter().flat_map(|p| p.accs.keys()).collect();
    assert_eq!(
        accs,
        [&id],
        "what a restored endpoint lost goes with its proof"
    );
    assert!(
        parcels
            .iter()
            .all(|p| p.epoch.is_none() && p.cursors.is_empty())
    );
    assert_eq!(device.replica.waiting().count(), 1_202);
    // A carrier brings them; the author hears it when it exchanges itself.
    for parcel in &parcels {
        endpoint.answer(START, parcel);
    }
    let taken = endpoint.taken.len();
    for _ in 0..2 {
        talk_later(&mut device, &mut endpoint);
    }
    assert_eq!(device.replica.waiting().count(), 0);
    assert_eq!(endpoint.taken.len(), taken);
}

#[test]
fn when_the_author_never_heard_of_the_first_date_all_go_by_the_second() {
    let (mut one, mut two, mut endpoint) = (device(1), device(2), Endpoint::default());
    one.clock = Clock::Year2099;
    let (id, _) = save(&mut one, 1, "một");
    ask(&one, &mut endpoint); // The answer is lost.
    talk(&mut two, &mut endpoint);
    let date = |device: &Device| device.replica.notebook.get(&id).unwrap().eff();
    let first = date(&two);
    endpoint = restored();
    talk_later(&mut one, &mut endpoint);
    talk_later(&mut two, &mut endpoint);
    assert_ne!(date(&two), first);
    assert_eq!(date(&two), date(&one));
}

#[test]
fn a_copied_profile_gets_a_name_of_its_own_and_both_keep_everything() {
    let (mut one, mut endpoint) = (device(1), Endpoint::default());
    save(&mut one, 1, "trước");
    let mut two = one.copied();
    two.crash(); // Chance is not copied.
    let saved = [save(&mut one, 2, "một"), save(&mut two, 3, "hai")];
    for device in [&mut one, &mut two] {
        talk(device, &mut endpoint);
    }
    talk(&mut one, &mut endpoint);
    assert!(saved.iter().all(|(_, raw)| has(&endpoint, raw)));
    assert_ne!(one.replica.counter.dev, two.replica.counter.dev);
    assert_eq!(one.replica.notebook.len(), 3);
    let record = one.record(rec(0)).unwrap();
    assert_eq!(record.cells["a"].heads.len(), 3, "nobody had seen anything");
}

#[test]
fn nothing_to_write_plans_nothing() {
    let device = device(1);
    let plan =
        device
            .replica
            .plan_save(START, [0; 10], None, vec![RecWrites::new(rec(0), "k", "1")]);
    let plan = plan.unwrap();
    assert!(plan.entries.is_empty() && plan.counter.is_none() && plan.sync.is_none());
}
