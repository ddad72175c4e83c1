//! Chuyển hộ: what one device sealed and another brings (PROTOCOL.md, "Parcels").

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use endpoint::settings::parse_database;
use hkdf::Hkdf;
use p256::{PublicKey, SecretKey, ecdh::diffie_hellman, elliptic_curve::sec1::ToSec1Point};
use records::{
    hex,
    id::DeviceId,
    parcel::{self, Parcel, Receipt},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::base;
use crate::world::{Answer, KEY, World, ask, bearer, change, id, named, request, sync};

const AUTHOR: &str = "019ab3b0-0000-7000-8000-00000000000a";
pub(crate) const CARRIER: &str = "019ab3b0-0000-7000-8000-00000000000c";

fn seal(public: &str, text: impl AsRef<[u8]>, count: u64) -> Parcel {
    seal_of(AUTHOR.parse().unwrap(), public, text, count)
}

/// Seals as a phone does, with a key pair that is not random: the parcel is the same each time.
pub(crate) fn seal_of(
    device: DeviceId,
    public: &str,
    text: impl AsRef<[u8]>,
    count: u64,
) -> Parcel {
    let secret = SecretKey::from_slice(&[7; 32]).unwrap();
    let mine = secret.public_key().to_sec1_point(false);
    let mut parcel = Parcel {
        to: parcel::name_of(public),
        device,
        made: 1_763_800_000_000,
        count,
        key: hex::encode(mine.as_bytes()),
        sealed: String::new(),
    };
    let theirs = hex::decode(public).unwrap();
    let point = PublicKey::from_sec1_bytes(&theirs).unwrap();
    let shared = diffie_hellman(secret.to_nonzero_scalar(), point.as_affine());
    let salt = [mine.as_bytes(), &theirs].concat();
    let mut key = [0; 32];
    Hkdf::<Sha256>::new(Some(&salt), shared.raw_secret_bytes())
        .expand(parcel::INFO.as_bytes(), &mut key)
        .unwrap();
    let head = parcel.head();
    let payload = Payload {
        msg: text.as_ref(),
        aad: head.as_bytes(),
    };
    let nonce = [9; 12];
    let sealed = Aes256Gcm::new(&key.into())
        .encrypt(&nonce.into(), payload)
        .unwrap();
    parcel.sealed = hex::encode(&[&nonce[..], &sealed].concat());
    parcel
}

fn body(parcel: &Parcel) -> Vec<u8> {
    let body = json!({"protocol": 1, "carrier": CARRIER, "parcel": parcel});
    body.to_string().into_bytes()
}

async fn public_key(world: &World) -> String {
    let hello = world.get("/v1/hello").await.json();
    hello["seal"].as_str().unwrap().to_owned()
}

async fn carry(world: &World, body: Vec<u8>) -> Answer {
    let headers = [
        ("authorization", &*bearer()),
        ("content-type", "application/json"),
    ];
    ask(world.address, "POST", "/v1/carry", &headers, body).await
}

async fn receipt(world: &World, parcel: &Parcel) -> Receipt {
    let answer = carry(world, body(parcel)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    records::json::from_bytes(&answer.body).unwrap()
}

fn counts(receipt: &Receipt) -> [u64; 4] {
    [receipt.taken, receipt.had, receipt.held, receipt.refused]
}

#[tokio::test]
async fn what_another_device_brings_is_taken_once_under_its_author() {
    let world = World::start().await;
    let public = public_key(&world).await;
    let mut held: Value = serde_json::from_str(&change(3)).unwrap();
    held["part"] = json!("khac");
    let changes = [change(1), change(2), held.to_string(), "{}".to_owned()];
    let parcel = seal(&public, request(&changes, 0), 4);
    let first = receipt(&world, &parcel).await;
    assert_eq!(counts(&first), [2, 0, 1, 1]);
    let envelope = hex::decode(&parcel.sealed).unwrap();
    assert_eq!(first.hash, hex::encode(&Sha256::digest(envelope)));
    // The carrier comes again, or a second one has the same parcel.
    assert_eq!(counts(&receipt(&world, &parcel).await), [0, 2, 1, 1]);
    let seen: Vec<String> = world
        .pull_all()
        .await
        .into_iter()
        .map(|(_, id)| id)
        .collect();
    assert_eq!(seen, [id(1), id(2)]);
    // The author comes into the network itself: everything is there, nothing twice.
    let own = world.push(&[change(1), change(2)]).await;
    assert!(
        own.answers
            .iter()
            .all(|answer| answer.is == records::wire::Fate::Had)
    );
    let store =
        endpoint::store::Store::open(&parse_database(&base::place(&world.database())).unwrap())
            .unwrap();
    let carried = store.carried("00000").await.unwrap();
    let [once] = &carried[..] else {
        panic!("{carried:?}")
    };
    assert_eq!(once.carrier.to_string(), CARRIER);
    assert_eq!(once.author.to_string(), AUTHOR);
    assert_eq!(once.changes, 3);
}

#[tokio::test]
async fn a_seal_that_was_moved_or_torn_opens_nothing() {
    let world = World::start().await;
    let public = public_key(&world).await;
    let sealed = seal(&public, request(&[change(1)], 0), 1);
    let changed: [fn(&mut Parcel); 6] = [
        |parcel| parcel.count += 1,
        |parcel| parcel.made += 1,
        |parcel| parcel.device = CARRIER.parse().unwrap(),
        |parcel| parcel.sealed.replace_range(40..42, "00"),
        |parcel| parcel.sealed.truncate(parcel.sealed.len() - 1),
        |parcel| parcel.key = parcel.key.replace('0', "1"),
    ];
    for change in changed {
        let mut parcel = sealed.clone();
        change(&mut parcel);
        let answer = carry(&world, body(&parcel)).await;
        assert_eq!((answer.status, &*answer.code()), (422, "niem_phong_hong"));
    }
    // Somebody else's changes under the author's name.
    let other = request(&[change(1)], 0).replace(AUTHOR, CARRIER);
    let parcel = seal(&public, other, 1);
    let answer = carry(&world, body(&parcel)).await;
    assert_eq!((answer.status, &*answer.code()), (422, "niem_phong_hong"));
    // Another number than it says.
    let parcel = seal(&public, request(&[change(1)], 0), 99);
    let answer = carry(&world, body(&parcel)).await;
    assert_eq!((answer.status, &*answer.code()), (422, "niem_phong_hong"));
    assert_eq!(world.pull_all().await, []);
}

#[tokio::test]
async fn a_parcel_for_another_endpoint_and_what_is_none_are_told_apart() {
    let (world, other) = (World::start().await, World::start().await);
    let parcel = seal(&public_key(&other).await, request(&[change(1)], 0), 1);
    let answer = carry(&world, body(&parcel)).await;
    assert_eq!(
        (answer.status, &*answer.code()),
        (422, "niem_phong_noi_khac")
    );
    assert_eq!(counts(&receipt(&other, &parcel).await), [1, 0, 0, 0]);
    let public = public_key(&world).await;
    let not_json = seal(&public, "không phải JSON", 1);
    assert_eq!(carry(&world, body(&not_json)).await.code(), "json_hong");
    assert_eq!(carry(&world, b"{}".to_vec()).await.code(), "json_hong");
    let newer = String::from_utf8(body(&parcel)).unwrap();
    let newer = newer.replace("\"protocol\":1", "\"protocol\":2");
    assert_eq!(carry(&world, newer.into_bytes()).await.code(), "giao_thuc");
    let stranger = [("content-type", "application/json")];
    let answer = ask(world.address, "POST", "/v1/carry", &stranger, body(&parcel)).await;
    assert_eq!(answer.status, 401);
}

#[tokio::test]
async fn a_parcel_outlives_a_restore() {
    let world = World::start().await;
    let public = public_key(&world).await;
    // The author knew the life before.
    let epoch = sync(world.address, KEY, &request(&[change(1)], 0))
        .await
        .epoch;
    let late = named(&epoch, &request(&[change(2)], 0));
    let parcel = seal(&public, late, 1);
    let world = world.restore_to(0).await;
    assert_eq!(public_key(&world).await, public);
    assert_eq!(counts(&receipt(&world, &parcel).await), [1, 0, 0, 0]);
}

#[tokio::test]
async fn a_packed_parcel_opens_and_a_bomb_in_it_does_not() {
    use std::io::Write as _;
    let world = World::start().await;
    let public = public_key(&world).await;
    let pack = |text: &[u8]| {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packer.write_all(text).unwrap();
        packer.finish().unwrap()
    };
    let good = seal(&public, pack(request(&[change(1)], 0).as_bytes()), 1);
    assert_eq!(counts(&receipt(&world, &good).await), [1, 0, 0, 0]);
    let bomb = seal(&public, pack(&vec![b' '; 9 * 1024 * 1024]), 1);
    assert_eq!(carry(&world, body(&bomb)).await.status, 413);
}

/// The public key of an endpoint that is not this one.
pub(crate) fn some_public_key() -> String {
    let secret = SecretKey::from_slice(&[8; 32]).unwrap();
    hex::encode(secret.public_key().to_sec1_point(false).as_bytes())
}
