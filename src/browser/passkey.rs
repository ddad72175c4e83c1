//! The phone's own unlock (WebAuthn with the extension `prf`): finger, face or the phone's PIN give the same 32 secret bytes
//! each time, and to this origin alone.

use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::{call, get, object, random, window};

/// Whether the browser has such a thing; the phone may still have none.
pub(crate) fn is_there() -> bool {
    window().is_some_and(|window| get(window.as_ref(), "PublicKeyCredential").is_some())
}

/// A key in the phone, as it is asked for again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Passkey {
    pub(crate) id: Vec<u8>,
    pub(crate) salt: [u8; 32],
}

fn bytes(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}

async fn settle(asked: Option<JsValue>) -> Option<JsValue> {
    let promise: Promise = asked?.dyn_into().ok()?;
    JsFuture::from(promise).await.ok()
}

fn prf(salt: &[u8; 32]) -> JsValue {
    let eval = object(&[("first", bytes(salt))]);
    let prf = object(&[("eval", eval.into())]);
    object(&[("prf", prf.into())]).into()
}

async fn ask(verb: &str, options: JsValue) -> Option<JsValue> {
    let credentials = get(&window()?.navigator(), "credentials")?;
    let asked = object(&[("publicKey", options)]);
    settle(call(&credentials, verb, &[&asked])).await
}

/// What `prf` gave.
fn given(credential: &JsValue) -> Option<[u8; 32]> {
    let results = call(credential, "getClientExtensionResults", &[])?;
    let first = get(&get(&get(&results, "prf")?, "results")?, "first")?;
    Uint8Array::new(&first).to_vec().try_into().ok()
}

/// Makes a key in the phone; none when the person or the phone does not want to, or it has no `prf`.
pub(crate) async fn make(title: &str) -> Option<(Passkey, [u8; 32])> {
    let salt: [u8; 32] = random();
    let named = |name: &str| object(&[("name", name.into())]);
    let user = object(&[
        ("id", bytes(&random::<16>())),
        ("name", title.into()),
        ("displayName", title.into()),
    ]);
    let kind = |alg: i32| object(&[("type", "public-key".into()), ("alg", alg.into())]);
    let who = object(&[
        ("authenticatorAttachment", "platform".into()),
        ("userVerification", "required".into()),
    ]);
    let options = object(&[
        ("challenge", bytes(&random::<32>())),
        ("rp", named(title).into()),
        ("user", user.into()),
        // ES256, RS256
        (
            "pubKeyCredParams",
            Array::of2(&kind(-7), &kind(-257)).into(),
        ),
        ("authenticatorSelection", who.into()),
        ("extensions", prf(&salt)),
    ]);
    let made = ask("create", options.into()).await?;
    let id = Uint8Array::new(&get(&made, "rawId")?).to_vec();
    let passkey = Passkey { id, salt };
    // Many phones give it only to who asks again.
    let secret = match given(&made) {
        Some(secret) => secret,
        None => open(&passkey).await?,
    };
    Some((passkey, secret))
}

/// What the key in the phone gives; none when the person or the phone does not want to.
pub(crate) async fn open(passkey: &Passkey) -> Option<[u8; 32]> {
    let allowed = object(&[("type", "public-key".into()), ("id", bytes(&passkey.id))]);
    let options = object(&[
        ("challenge", bytes(&random::<32>())),
        ("allowCredentials", Array::of1(&allowed).into()),
        ("userVerification", "required".into()),
        ("extensions", prf(&passkey.salt)),
    ]);
    given(&ask("get", options.into()).await?)
}
