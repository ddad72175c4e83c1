//! The device key: what a phone shows to be let in. Random, kept as a hash in the database, and
//! in the clear in a file beside it that only the owner may read, so that it can be shown again.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// The name of the file beside the database.
pub const FILE_NAME: &str = "device-key.txt";
/// A key that a person chose must not be guessable; ours have 43 letters.
pub const CHOSEN_LENGTH_MIN: usize = 20;

/// A new key of 256 random bits, in letters that a link can carry.
///
/// # Errors
/// When the system has no random bytes.
pub fn generate() -> Result<String, getrandom::Error> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// What the database keeps of a key. The key is random: nothing slower is needed.
#[must_use]
pub fn hash(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

/// Whether a key that a person chose can be used: long enough, and safe in a link.
#[must_use]
pub fn is_usable(key: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    key.len() >= CHOSEN_LENGTH_MIN && key.bytes().all(is_plain)
}

/// Where the key of a database lies.
#[must_use]
pub fn path_beside(database: &Path) -> PathBuf {
    database.with_file_name(FILE_NAME)
}

/// The key in the file, or none when there is no file.
///
/// # Errors
/// When the file is there and cannot be read.
pub fn read(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes the key to the file, which from its first moment only the owner may read.
///
/// # Errors
/// When it cannot be written.
pub fn write(path: &Path, key: &str) -> io::Result<()> {
    let fresh = path.with_extension("txt.new");
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&fresh)?;
    writeln!(file, "{key}")?;
    file.sync_all()?;
    fs::rename(&fresh, path)
}
