//! The lock, what a person does with it: set, open, change, take away, and what to do when the PIN is forgotten. Of a wasm
//! of its own: it must be there before the notebook is open.
//!
//! Argon2id runs in the app's own memory: before a notebook is open, what it takes is what the notebook needs next.

use argon2::{Algorithm, Argon2, Params, Version};
use records::{account, hex};

use crate::{
    browser::{
        self,
        passkey::{self, Passkey},
        seal::{self, SealError},
        tabs,
    },
    net::{self, NetError},
    store::{
        Store, StoreError,
        lock::{self, DataKey, Lock},
        secret,
    },
    words,
    work::{
        Work, idle,
        open::{is_secret, notebook, take_watch},
        settings, whose,
    },
};

/// Argon2id: 19 MiB and 2 passes, the least that OWASP recommends (Password Storage Cheat Sheet), a second on a cheap phone.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
/// Fewer letters are no lock at all.
pub(crate) const LETTERS_MIN: usize = 6;
/// Wrong tries that cost nothing but the time of a try.
const FREE_TRIES: u32 = 4;
/// The wait after the first try beyond those; it doubles.
const WAIT_MS: u64 = 5_000;
const WAIT_MS_MAX: u64 = 15 * 60 * 1_000;
/// Minutes without a touch after which a new lock closes by itself.
const IDLE_MIN: u32 = 5;

/// Why the lock did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LockError {
    /// Not the PIN, passphrase or code.
    #[error("wrong")]
    Wrong,
    /// Too many wrong tries: not before then, ms.
    #[error("not before {0}")]
    Wait(u64),
    /// The secret compartment has something in it: it is nowhere without a lock.
    #[error("needed by the secret compartment")]
    Needed,
    /// Somebody else has a notebook on this phone.
    #[error("the phone is shared")]
    Shared,
    /// There is no lock any more, or another one.
    #[error("another lock")]
    Other,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<SealError> for LockError {
    fn from(error: SealError) -> Self {
        match error {
            SealError::Wrong => Self::Wrong,
            SealError::Missing => Self::Store(error.into()),
        }
    }
}

fn stretched(words: &str, lock: &Lock) -> Result<[u8; 32], LockError> {
    let words = seal::composed(words);
    let salt = hex::decode(&lock.salt).ok_or(LockError::Other)?;
    let params =
        Params::new(lock.memory_kib, lock.passes, 1, Some(32)).or(Err(LockError::Other))?;
    let mut key = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(words.as_bytes(), &salt, &mut key)
        .or(Err(LockError::Other))?;
    Ok(key)
}

/// A code has 100 random bits: nothing has to make guessing slow.
async fn of_code(code: &str) -> Result<[u8; 32], LockError> {
    let text = format!("so-tay-dan-van/ma-mo-khoa/1\n{}", account::meant(code));
    let digest = seal::digest(text.as_bytes()).await?;
    digest.try_into().or(Err(LockError::Other))
}

/// The places of the envelopes: one moved to another place does not open there.
const BY_WORDS: &str = "lock/words";
const BY_CODE: &str = "lock/code";
const BY_UNIT: &str = "lock/unit";
const BY_DEVICE: &str = "lock/device";

async fn wrapped(key: &DataKey, by: &[u8; 32], place: &str) -> Result<String, LockError> {
    let by = seal::key(by).await?;
    let envelope = seal::seal(&by, place, key).await?;
    Ok(hex::encode(&envelope.to_vec()))
}

async fn unwrapped(envelope: &str, by: &[u8; 32], place: &str) -> Result<DataKey, LockError> {
    let bytes = hex::decode(envelope).ok_or(LockError::Wrong)?;
    let by = seal::key(by).await?;
    let key = seal::open_bytes(&by, place, &bytes).await?;
    key.try_into().or(Err(LockError::Wrong))
}

fn fresh_code() -> String {
    account::code(browser::random())
}

/// What a person tries to open it with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By<'a> {
    /// The PIN or passphrase.
    Words(&'a str),
    /// The code that was shown when the lock was set, or the one that the administrator has.
    Code(&'a str),
}

/// Opens the lock for this page. The try is counted before it is made: a page that is closed meanwhile gains nothing.
pub(crate) async fn open(by: By<'_>) -> Result<(), LockError> {
    let name = notebook();
    let (mut lock, seen) = lock::of(&name).await?.ok_or(LockError::Other)?;
    let now = browser::now_ms();
    // Further away than any wait it was said by a clock that was wrong.
    if lock.next_ms > now && lock.next_ms - now <= WAIT_MS_MAX {
        return Err(LockError::Wait(lock.next_ms));
    }
    lock.tries = lock.tries.saturating_add(1);
    lock.next_ms = now + wait_ms(lock.tries);
    lock::change(&name, &lock, seen).await?;
    let key = match by {
        By::Words(words) => unwrapped(&lock.by_words, &stretched(words, &lock)?, BY_WORDS).await,
        By::Code(code) => {
            let by = of_code(code).await?;
            match unwrapped(&lock.by_code, &by, BY_CODE).await {
                Err(LockError::Wrong) => unwrapped(&lock.by_unit, &by, BY_UNIT).await,
                other => other,
            }
        }
    };
    let key = key.map_err(|error| match (error, lock.next_ms > now) {
        (LockError::Wrong, true) => LockError::Wait(lock.next_ms),
        (error, _) => error,
    })?;
    enter(&name, key).await
}

/// Lets this page in.
async fn enter(name: &str, key: DataKey) -> Result<(), LockError> {
    let let_in = match is_secret() {
        true => secret::enter(name, &key).await?,
        false => key,
    };
    lock::let_in(let_in);
    take_watch(idle::WATCH);
    // Another tab may have been let in at the same moment; then it counts as well.
    if let Some((mut lock, seen)) = lock::of(name).await? {
        (lock.tries, lock.next_ms) = (0, 0);
        browser::let_go(lock::change(name, &lock, seen).await);
    }
    Ok(())
}

fn wait_ms(tries: u32) -> u64 {
    match tries.checked_sub(FREE_TRIES) {
        None | Some(0) => 0,
        Some(more) => (WAIT_MS << (more - 1).min(16)).min(WAIT_MS_MAX),
    }
}

/// Whether the phone's own unlock opens this lock.
pub(crate) async fn has_device() -> bool {
    let lock = lock::of(&notebook()).await;
    lock.is_ok_and(|lock| lock.is_some_and(|(lock, _)| !lock.by_device.is_empty()))
}

fn passkey_of(lock: &Lock) -> Option<Passkey> {
    let salt = hex::decode(&lock.device_salt)?.try_into().ok()?;
    let id = hex::decode(&lock.device_key).filter(|id| !id.is_empty())?;
    Some(Passkey { id, salt })
}

/// Opens the lock with the phone's own unlock, which counts its own tries.
pub(crate) async fn open_with_device() -> Result<(), LockError> {
    let name = notebook();
    let (lock, _) = lock::of(&name).await?.ok_or(LockError::Other)?;
    let passkey = passkey_of(&lock).ok_or(LockError::Other)?;
    let by = passkey::open(&passkey).await.ok_or(LockError::Wrong)?;
    let key = unwrapped(&lock.by_device, &by, BY_DEVICE).await?;
    enter(&name, key).await
}

/// From now on the phone's own unlock opens this lock, too; false when the phone has none that gives a key.
pub(crate) async fn take_device() -> Result<bool, LockError> {
    let key = lock::let_in_with().ok_or(LockError::Other)?;
    let Some((passkey, by)) = passkey::make(words::APP).await else {
        return Ok(false);
    };
    let name = notebook();
    let (mut lock, seen) = lock::of(&name).await?.ok_or(LockError::Other)?;
    lock.device_key = hex::encode(&passkey.id);
    lock.device_salt = hex::encode(&passkey.salt);
    lock.by_device = wrapped(&key, &by, BY_DEVICE).await?;
    lock::change(&name, &lock, seen).await?;
    Ok(true)
}

/// The phone's own unlock opens this lock no more.
pub(crate) async fn drop_device() -> Result<(), LockError> {
    let name = notebook();
    let (mut lock, seen) = lock::of(&name).await?.ok_or(LockError::Other)?;
    lock.by_device.clear();
    lock.device_key.clear();
    lock.device_salt.clear();
    Ok(lock::change(&name, &lock, seen).await?)
}

/// How a lock stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    /// Minutes without a touch until it closes; 0: never by itself.
    pub(crate) idle_min: u32,
    /// An administrator has a code, or will with the next exchange.
    pub(crate) has_unit_code: bool,
    /// The phone's own unlock opens it, too.
    pub(crate) has_device: bool,
}

/// How it stands, if there is one.
pub(crate) async fn state() -> Result<Option<State>, LockError> {
    let found = lock::of(&notebook()).await?;
    Ok(found.map(|(lock, _)| State {
        idle_min: lock.idle_min,
        has_unit_code: !lock.by_unit.is_empty(),
        has_device: !lock.by_device.is_empty(),
    }))
}

/// Sets a lock where there is none; the code that opens it when the PIN is forgotten, which is shown once.
pub(crate) async fn set(work: Work, words: &str) -> Result<String, LockError> {
    let tools = work.tools();
    let key = tools.store.bare_key().await?.ok_or(LockError::Other)?;
    let mut lock = Lock {
        salt: hex::encode(&browser::random::<16>()),
        memory_kib: MEMORY_KIB,
        passes: PASSES,
        idle_min: IDLE_MIN,
        ..Lock::default()
    };
    let code = fresh_code();
    lock.by_words = wrapped(&key, &stretched(words, &lock)?, BY_WORDS).await?;
    lock.by_code = wrapped(&key, &of_code(&code).await?, BY_CODE).await?;
    tools.store.set_lock(&lock, key).await?;
    // From here on this page closes by itself, and the others ask for the PIN.
    take_watch(idle::WATCH);
    (idle::WATCH.begin)(work);
    tools.tabs.call("anew");
    Ok(code)
}

/// Another PIN or passphrase: the key, and all that it seals, stay as they are. Whoever forgot the old one has been let in
/// with a code.
pub(crate) async fn change_words(words: &str) -> Result<(), LockError> {
    let key = lock::let_in_with().ok_or(LockError::Other)?;
    let name = notebook();
    let (mut lock, seen) = lock::of(&name).await?.ok_or(LockError::Other)?;
    lock.salt = hex::encode(&browser::random::<16>());
    (lock.memory_kib, lock.passes) = (MEMORY_KIB, PASSES);
    lock.by_words = wrapped(&key, &stretched(words, &lock)?, BY_WORDS).await?;
    Ok(lock::change(&name, &lock, seen).await?)
}

/// Another code; the one before opens nothing any more.
pub(crate) async fn change_code() -> Result<String, LockError> {
    let key = lock::let_in_with().ok_or(LockError::Other)?;
    let name = notebook();
    let (mut lock, seen) = lock::of(&name).await?.ok_or(LockError::Other)?;
    let code = fresh_code();
    lock.by_code = wrapped(&key, &of_code(&code).await?, BY_CODE).await?;
    lock::change(&name, &lock, seen).await?;
    Ok(code)
}

/// After how many minutes without a touch it closes.
pub(crate) async fn change_idle(minutes: u32) -> Result<(), LockError> {
    let name = notebook();
    let (mut lock, seen) = lock::of(&name).await?.ok_or(LockError::Other)?;
    lock.idle_min = minutes;
    Ok(lock::change(&name, &lock, seen).await?)
}

/// Takes the lock away.
pub(crate) async fn take_away(work: Work) -> Result<(), LockError> {
    let key = lock::let_in_with().ok_or(LockError::Other)?;
    if whose::is_shared() {
        return Err(LockError::Shared);
    }
    let name = notebook();
    if let Some(inner) = secret::key(&name, &key, false).await? {
        let compartment = Store::with(secret::name_of(&name), &inner).await?;
        if !compartment.is_blank().await? {
            return Err(LockError::Needed);
        }
        compartment.erase_all().await?;
    }
    Ok(work.tools().store.drop_lock(key).await?)
}

/// Gives the unit's administrator a code that opens this lock, once the device is known there. What could not be given
/// now is given the next time; until it is there, the code is kept with the person's data, sealed.
pub(crate) async fn give_to_unit(work: Work) -> Result<(), LockError> {
    let Some(key) = lock::let_in_with().filter(|_| !is_secret()) else {
        return Ok(());
    };
    let tools = work.tools();
    let (endpoint, token, mut code, id) = {
        let profile = tools.profile.borrow();
        (
            profile.endpoint.clone(),
            profile.key.clone(),
            profile.unit_code.clone(),
            profile.token.clone(),
        )
    };
    let name = notebook();
    let Some((mut lock, seen)) = lock::of(&name).await?.filter(|_| !id.is_empty()) else {
        return Ok(());
    };
    let is_known_there = lock.unit_for == id;
    if code.is_empty() && is_known_there {
        return Ok(());
    }
    if !is_known_there {
        code = fresh_code();
        let kept = code.clone();
        settings::change(work, |profile| profile.unit_code.clone_from(&kept)).await?;
        lock.by_unit = wrapped(&key, &of_code(&code).await?, BY_UNIT).await?;
        lock.unit_for.clone_from(&id);
        lock::change(&name, &lock, seen).await?;
    }
    let given: Result<(), NetError> = net::give_code(&endpoint, &token, &code).await;
    if given.is_ok() {
        settings::change(work, |profile| profile.unit_code.clear()).await?;
    }
    Ok(())
}

/// Closes the lock: in every tab of this notebook, and nothing that was typed is lost.
pub(crate) async fn close(work: Work) -> bool {
    idle::close(work).await
}

/// Whether this tab is before the secret compartment.
pub(crate) fn is_before_secret() -> bool {
    is_secret()
}

/// Deletes everything of a notebook that nobody can open.
pub(crate) async fn erase_unopened() -> Result<(), LockError> {
    let name = notebook();
    crate::store::erase(&name).await?;
    browser::prefs::remember(&name, 0);
    tabs::Tabs::open(&name, |_| {}).call("erased");
    whose::gone();
    Ok(())
}
