//! Sealed envelopes: AES-GCM by WebCrypto. An envelope is 12 random bytes, then the sealed text with its tag.

use js_sys::{Object, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CryptoKey, SubtleCrypto};

use super::object;

/// The bytes before the sealed text.
const NONCE: usize = 12;
/// What OWASP asks of PBKDF2-HMAC-SHA256 (Password Storage Cheat Sheet, 2023).
pub(crate) const ROUNDS: u32 = 600_000;

/// Why something could not be sealed or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SealError {
    /// No WebCrypto: plain http, or a very old browser.
    #[error("this page has no WebCrypto")]
    Missing,
    /// Another key, or damaged bytes.
    #[error("the envelope does not open")]
    Wrong,
}

fn subtle() -> Result<SubtleCrypto, SealError> {
    let crypto = super::window().and_then(|window| window.crypto().ok());
    let subtle = crypto.and_then(|crypto| super::get(&crypto, "subtle"));
    subtle
        .and_then(|subtle| subtle.dyn_into().ok())
        .ok_or(SealError::Missing)
}

async fn settle(promise: Result<js_sys::Promise, JsValue>) -> Result<JsValue, SealError> {
    let promise = promise.or(Err(SealError::Wrong))?;
    JsFuture::from(promise).await.or(Err(SealError::Wrong))
}

/// SHA-256.
pub(crate) async fn digest(bytes: &[u8]) -> Result<Vec<u8>, SealError> {
    let copy = Uint8Array::from(bytes);
    let digest = subtle()?.digest_with_str_and_buffer_source("SHA-256", &copy);
    Ok(Uint8Array::new(&settle(digest).await?).to_vec())
}

/// A key from 32 bytes.
pub(crate) async fn key(bytes: &[u8]) -> Result<CryptoKey, SealError> {
    let uses = js_sys::Array::of2(&"encrypt".into(), &"decrypt".into());
    let raw = Uint8Array::from(bytes);
    let key = subtle()?.import_key_with_str("raw", &raw, "AES-GCM", false, &uses);
    settle(key).await?.dyn_into().or(Err(SealError::Missing))
}

/// Keyboards compose Vietnamese letters in two ways; a passphrase must not depend on which.
pub(crate) fn composed(words: &str) -> String {
    String::from(js_sys::JsString::from(words).normalize("NFC"))
}

/// A key from a passphrase.
pub(crate) async fn key_from_words(words: &str, salt: &[u8]) -> Result<CryptoKey, SealError> {
    let subtle = subtle()?;
    let words = composed(words);
    let raw = Uint8Array::from(words.as_bytes());
    let uses = js_sys::Array::of1(&"deriveKey".into());
    let base = settle(subtle.import_key_with_str("raw", &raw, "PBKDF2", false, &uses)).await?;
    let base: CryptoKey = base.dyn_into().or(Err(SealError::Missing))?;
    let how = object(&[
        ("name", "PBKDF2".into()),
        ("hash", "SHA-256".into()),
        ("salt", Uint8Array::from(salt).into()),
        ("iterations", ROUNDS.into()),
    ]);
    let what = object(&[("name", "AES-GCM".into()), ("length", 256.into())]);
    let uses = js_sys::Array::of2(&"encrypt".into(), &"decrypt".into());
    let key = subtle.derive_key_with_object_and_object(&how, &base, &what, false, &uses);
    settle(key).await?.dyn_into().or(Err(SealError::Missing))
}

/// A key that a pair made here and now shares with the holder of another public key (ECDH on P-256, then HKDF-SHA256
/// with both public keys as salt), and the public half of the pair: what seals a letter that only the other can open.
pub(crate) async fn key_for(theirs: &[u8], info: &str) -> Result<(CryptoKey, Vec<u8>), SealError> {
    let subtle = subtle()?;
    let curve = [("name", "ECDH".into()), ("namedCurve", "P-256".into())];
    let curve = object(&curve);
    let uses = js_sys::Array::of1(&"deriveBits".into());
    let pair = settle(subtle.generate_key_with_object(&curve, false, &uses)).await?;
    let half = |name| super::get(&pair, name).ok_or(SealError::Missing);
    let (public, secret) = (half("publicKey")?, half("privateKey")?);
    let mine = settle(subtle.export_key("raw", public.unchecked_ref())).await?;
    let mine = Uint8Array::new(&mine).to_vec();
    let raw = Uint8Array::from(theirs);
    let none = js_sys::Array::new();
    let public = subtle.import_key_with_object("raw", &raw, &curve, true, &none);
    let public = settle(public).await?;
    let with = object(&[("name", "ECDH".into()), ("public", public)]);
    let shared = subtle.derive_bits_with_object(&with, secret.unchecked_ref(), 256);
    let shared = Uint8Array::new(&settle(shared).await?);
    let uses = js_sys::Array::of1(&"deriveKey".into());
    let base = settle(subtle.import_key_with_str("raw", &shared, "HKDF", false, &uses)).await?;
    let salt = [&mine, theirs].concat();
    let how = object(&[
        ("name", "HKDF".into()),
        ("hash", "SHA-256".into()),
        ("salt", Uint8Array::from(&salt[..]).into()),
        ("info", Uint8Array::from(info.as_bytes()).into()),
    ]);
    let what = object(&[("name", "AES-GCM".into()), ("length", 256.into())]);
    let uses = js_sys::Array::of1(&"encrypt".into());
    let key =
        subtle.derive_key_with_object_and_object(&how, base.unchecked_ref(), &what, false, &uses);
    let key = settle(key).await?.dyn_into().or(Err(SealError::Missing))?;
    Ok((key, mine))
}

fn how(nonce: &[u8], place: &str) -> Object {
    object(&[
        ("name", "AES-GCM".into()),
        ("iv", Uint8Array::from(nonce).into()),
        ("additionalData", Uint8Array::from(place.as_bytes()).into()),
    ])
}

/// Seals bytes for a place: an envelope moved to another place does not open there.
pub(crate) async fn seal(
    key: &CryptoKey,
    place: &str,
    bytes: &[u8],
) -> Result<Uint8Array, SealError> {
    let nonce: [u8; NONCE] = super::random();
    // Views into wasm memory must not be handed to a promise: the memory may move while it works.
    let copy = Uint8Array::from(bytes);
    let sealed = subtle()?.encrypt_with_object_and_buffer_source(&how(&nonce, place), key, &copy);
    let sealed = Uint8Array::new(&settle(sealed).await?);
    let envelope = Uint8Array::new_with_length(sealed.length() + 12);
    envelope.set(&Uint8Array::from(&nonce[..]), 0);
    envelope.set(&sealed, 12);
    Ok(envelope)
}

/// Opens an envelope of a place.
pub(crate) async fn open(
    key: &CryptoKey,
    place: &str,
    envelope: &Uint8Array,
) -> Result<Vec<u8>, SealError> {
    if envelope.length() < 28 {
        return Err(SealError::Wrong);
    }
    let nonce = envelope.slice(0, 12).to_vec();
    let sealed = envelope.slice(12, envelope.length());
    let opened = subtle()?.decrypt_with_object_and_buffer_source(&how(&nonce, place), key, &sealed);
    Ok(Uint8Array::new(&settle(opened).await?).to_vec())
}

/// The same for an envelope that lies in our own memory.
pub(crate) async fn open_bytes(
    key: &CryptoKey,
    place: &str,
    envelope: &[u8],
) -> Result<Vec<u8>, SealError> {
    open(key, place, &Uint8Array::from(envelope)).await
}
