//! The endpoint's half of Chuyển hộ: a key pair that devices seal parcels to, and opening what they sealed
//! (PROTOCOL.md, "Parcels"). The secret follows from the database's own, so that it is in every backup and every
//! process of one database has the same; nothing new is stored.

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use hkdf::Hkdf;
use p256::{PublicKey, SecretKey, ecdh::diffie_hellman, elliptic_curve::sec1::ToSec1Point};
use records::{
    hex,
    parcel::{INFO, Parcel, name_of},
};
use sha2::Sha256;

/// The bytes of an envelope before the sealed text.
const NONCE: usize = 12;

/// Why a parcel does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OpenError {
    /// It names another endpoint's key.
    #[error("sealed for another endpoint")]
    Elsewhere,
    /// Another key, another head, or damaged.
    #[error("the seal does not open")]
    Damaged,
}

/// The key pair.
pub(crate) struct Opener {
    secret: SecretKey,
    public: String,
}

impl std::fmt::Debug for Opener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opener")
            .field("public", &self.public)
            .finish_non_exhaustive()
    }
}

impl Opener {
    /// The key pair of a database: the first of the numbered texts that is the secret of a point. Nearly always that
    /// is the first of all (one in 2³² is not).
    pub(crate) fn of(mac_key: &[u8; 32]) -> Option<Self> {
        let texts = Hkdf::<Sha256>::new(None, mac_key);
        let secret = (0..=u8::MAX).find_map(|number| {
            let mut bytes = [0; 32];
            let info = [INFO.as_bytes(), b"/khoa/", &[number]].concat();
            texts.expand(&info, &mut bytes).ok()?; // 32 bytes are within what HKDF gives
            SecretKey::from_slice(&bytes).ok() // or the next one
        })?;
        let public = hex::encode(secret.public_key().to_sec1_point(false).as_bytes());
        Some(Self { secret, public })
    }

    /// The public key: a P-256 point, uncompressed, hexadecimal.
    pub(crate) fn public(&self) -> &str {
        &self.public
    }

    /// What was sealed.
    pub(crate) fn open(&self, parcel: &Parcel) -> Result<Vec<u8>, OpenError> {
        if parcel.to != name_of(&self.public) {
            return Err(OpenError::Elsewhere);
        }
        self.unseal(parcel).ok_or(OpenError::Damaged)
    }

    fn unseal(&self, parcel: &Parcel) -> Option<Vec<u8>> {
        let (theirs, mine) = (hex::decode(&parcel.key)?, hex::decode(&self.public)?);
        let point = PublicKey::from_sec1_bytes(&theirs).ok()?;
        let shared = diffie_hellman(self.secret.to_nonzero_scalar(), point.as_affine());
        let salt = [theirs, mine].concat();
        let mut key = [0; 32];
        Hkdf::<Sha256>::new(Some(&salt), shared.raw_secret_bytes())
            .expand(INFO.as_bytes(), &mut key)
            .ok()?;
        let envelope = hex::decode(&parcel.sealed)?;
        let (nonce, msg) = envelope.split_at_checked(NONCE)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        let aad = parcel.head();
        let payload = Payload {
            msg,
            aad: aad.as_bytes(),
        };
        Aes256Gcm::new(&key.into())
            .decrypt(&nonce.into(), payload)
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use records::{json::Read as _, parcel::CarryRequest};

    use super::*;

    #[test]
    fn a_parcel_of_the_first_release_opens_with_the_key_of_its_database() {
        let text = include_str!("../../records/tests/fixtures/v1/carry-request.json");
        let request = CarryRequest::read(text.trim_end()).unwrap();
        let plain = Opener::of(&[0; 32]).unwrap().open(&request.parcel).unwrap();
        let change = include_str!("../../records/tests/fixtures/v1/change.json");
        let plain = String::from_utf8(plain).unwrap();
        assert!(plain.contains(change.trim_end()), "{plain}");
        let other = Opener::of(&[1; 32]).unwrap();
        assert_eq!(other.open(&request.parcel), Err(OpenError::Elsewhere));
    }
}
