//! How what denouncers said lies in the database: sealed, with a key for each case that follows from one in a file beside it.
//!
//! Without that file the compartment is off: nothing of it is taken, and nothing of it is written anywhere.

use std::{fmt, io, path::Path, sync::Arc};

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use records::{hex, id::RecordId};
use sha2::Sha256;

use crate::device_key;

/// What a sealed text begins with: no JSON does.
const MARK: char = '~';

/// The key of the secret compartment.
#[derive(Clone)]
pub struct Vault(Arc<[u8; 32]>);

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}

impl Vault {
    /// A vault with this key.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self(Arc::new(key))
    }

    /// Reads the key from its file: 64 hexadecimal digits.
    ///
    /// # Errors
    /// When the file does not open, or holds something else.
    pub fn read(file: &Path) -> io::Result<Self> {
        let text = std::fs::read_to_string(file)?;
        let key = hex::decode(text.trim()).and_then(|bytes| bytes.try_into().ok());
        let key = key.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "not a key"))?;
        Ok(Self::new(key))
    }

    /// Makes a key in a file that is not there yet, and that its owner alone reads.
    ///
    /// # Errors
    /// When there is such a file, or it cannot be written.
    pub fn make(file: &Path) -> io::Result<()> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(io::Error::other)?;
        if file.exists() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        device_key::write(file, &hex::encode(&key))
    }

    fn derived<const N: usize>(&self, use_for: &str, about: &[u8]) -> [u8; N] {
        let mut key = [0; N];
        let info = [use_for.as_bytes(), about].concat();
        // 32 bytes are less than HKDF can give: it does not fail.
        let given = Hkdf::<Sha256>::new(None, &*self.0).expand(&info, &mut key);
        if let Err(error) = given {
            tracing::error!(%error, "no key follows from the vault's");
        }
        key
    }

    fn cipher(&self, case: RecordId) -> Aes256Gcm {
        let key: [u8; 32] = self.derived("so-tay-dan-van/mat/1", case.bytes());
        Aes256Gcm::new(&key.into())
    }

    /// Seals a text of a case. The same text gives the same bytes, so that one that comes twice is known.
    #[must_use]
    pub fn seal(&self, case: RecordId, text: &str) -> String {
        let about = [case.bytes().as_slice(), text.as_bytes()].concat();
        let nonce: [u8; 12] = self.derived("so-tay-dan-van/mat/nonce/1", &about);
        let payload = Payload {
            msg: text.as_bytes(),
            aad: case.bytes(),
        };
        // A change is shorter than AES-GCM can seal: it does not fail.
        let sealed = self.cipher(case).encrypt(&nonce.into(), payload);
        let bytes = [&nonce[..], &sealed.unwrap_or_default()].concat();
        format!("{MARK}{case}.{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    /// A text that was sealed.
    #[must_use]
    pub fn open(&self, sealed: &str) -> Option<String> {
        let (case, text) = sealed.strip_prefix(MARK)?.split_once('.')?;
        let case: RecordId = case.parse().ok()?;
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (nonce, msg) = bytes.split_at_checked(12)?;
        let nonce: [u8; 12] = nonce.try_into().ok()?;
        let aad = case.bytes();
        let opened = self
            .cipher(case)
            .decrypt(&nonce.into(), Payload { msg, aad });
        String::from_utf8(opened.ok()?).ok()
    }
}

/// Whether a text lies sealed.
#[must_use]
pub fn is_sealed(text: &str) -> bool {
    text.starts_with(MARK)
}

/// The case of a sealed text.
#[must_use]
pub fn case_of(sealed: &str) -> Option<RecordId> {
    let (case, _) = sealed.strip_prefix(MARK)?.split_once('.')?;
    case.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_text_opens_with_its_key_alone_and_shows_nothing() {
        let case = RecordId::new(1, [1; 10]);
        let vault = Vault::new([7; 32]);
        let sealed = vault.seal(case, r#"{"ten":"Nguyễn Văn Kín"}"#);
        assert!(is_sealed(&sealed) && !sealed.contains("Kín"), "{sealed}");
        assert_eq!(case_of(&sealed), Some(case));
        assert_eq!(sealed, vault.seal(case, r#"{"ten":"Nguyễn Văn Kín"}"#));
        assert_eq!(
            vault.open(&sealed).as_deref(),
            Some(r#"{"ten":"Nguyễn Văn Kín"}"#)
        );
        assert_eq!(Vault::new([8; 32]).open(&sealed), None);
        let other = RecordId::new(1, [2; 10]);
        let moved = sealed.replace(&case.to_string(), &other.to_string());
        assert_eq!(
            vault.open(&moved),
            None,
            "under another case it does not open"
        );
        assert_eq!(vault.open("{}"), None);
    }

    #[test]
    fn a_key_is_made_once_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("mat.key");
        Vault::make(&file).unwrap();
        assert_eq!(Vault::read(&file).unwrap().0, Vault::read(&file).unwrap().0);
        assert!(Vault::make(&file).is_err(), "nothing is written over");
        std::fs::write(&file, "abc").unwrap();
        assert!(Vault::read(&file).is_err());
    }
}
