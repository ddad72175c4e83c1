//! The sync endpoint of the notebook: takes changes, numbers them, hands them on, serves the app.
//!
//! `docs/PROTOCOL.md` is its contract. The caller owns the socket, the signal and the log. In
//! reading order: `routes` (the table, one file for each), `http` (bodies, the door, problem
//! documents), `account` (who asks), `pace` (how often), `arrival` (how a change is judged), `seal` (parcels that devices carry for each other), `vault` (how denunciations lie in the database), `store` (the database), and for the binary `settings`,
//! `command`, `tls`, `import`, `publish`, `adopt`, `device_key`.

mod account;
pub mod adopt;
mod arrival;
pub mod command;
pub mod device_key;
mod heard;
mod http;
pub mod import;
mod metrics;
pub mod pace;
mod plain;
pub mod publish;
mod routes;
mod seal;
pub mod settings;
pub mod store;
pub mod tls;
pub mod vault;

use std::{
    collections::BTreeMap,
    fmt, io,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{
    http::HeaderValue,
    serve::{Listener, ListenerExt},
};
use records::{
    json::ReadError,
    published::{self, Bundle, Mark},
    units,
    wire::{Contact, Unit},
};
use tokio::{
    net::TcpListener,
    sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit, oneshot},
};
use tower_http::services::ServeDir;

use heard::Heard;
use pace::{Pace, Paces};
pub use routes::{router, routes};
use seal::Opener;
use store::{Hand, Identity, Store, StoreError};
use vault::Vault;

/// How long requests that are being served may still take after the signal to stop.
const FAREWELL: Duration = Duration::from_secs(10);

/// What the operator decided.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Whose notebook this is.
    pub unit: Unit,
    /// The folder of the built app.
    pub app: Option<PathBuf>,
    /// Other origins whose pages may ask.
    pub origins: Vec<HeaderValue>,
    /// How much at once.
    pub limits: Limits,
    /// Browsers are to come by TLS only, from now on.
    pub is_tls: bool,
    /// What seals denunciations; without it none are taken.
    pub vault: Option<Vault>,
}

/// How much at once, so that a crowd makes the endpoint slow and not dead.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Requests with a key that are served at once; a phone on 2G holds its place for a minute.
    pub crowd: usize,
    /// KiB of unpacked bodies that are held at once.
    pub memory_kib: usize,
    /// How long one request may take, slow networks included.
    pub request: Duration,
    /// How often one device may ask.
    pub pace: Pace,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            crowd: 256,
            memory_kib: 256 * 1024,
            request: Duration::from_secs(300),
            pace: pace::OF_A_DEVICE,
        }
    }
}

/// The running service; clones share one.
#[derive(Debug, Clone)]
pub struct Endpoint(Arc<Inner>);

struct Inner {
    store: Store,
    config: Config,
    identity: Identity,
    /// Of the key that all devices shared before there were accounts, while it still lets in.
    device_key_hash: Option<[u8; 32]>,
    pace: Paces,
    names: BTreeMap<String, String>,
    catalogue: RwLock<Arc<Known>>,
    hand: Hand,
    opener: Opener,
    files: Option<ServeDir>,
    metrics: metrics::Metrics,
    /// What devices said of themselves, as far as this process has stored it.
    heard: Heard,
    crowd: Semaphore,
    memory: Arc<Semaphore>,
}

/// The catalogue as this process knows it.
#[derive(Debug)]
pub(crate) struct Known {
    /// What was published; none while it is the built-in one.
    mark: Option<Mark>,
    pub(crate) bundle: Bundle,
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inner")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

/// Why the service cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No key to seal parcels to follows from the database's own.
    #[error("no key pair for parcels")]
    NoSeal,
    /// The catalogue that is built in cannot be read.
    #[error("the built-in catalogue: {0}")]
    Catalogue(#[from] ReadError),
}

impl Endpoint {
    /// The service over a database.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn open(store: Store, config: Config) -> Result<Self, OpenError> {
        let identity = store.identity().await?;
        let known = Known {
            mark: None,
            bundle: published::builtin()?,
        };
        let files = |dir: &PathBuf| ServeDir::new(dir).precompressed_br().precompressed_gzip();
        let newest = store.newest_catalogue().await?;
        let endpoint = Self(Arc::new(Inner {
            device_key_hash: identity.device_key_hash,
            pace: Paces::new(config.limits.pace, pace::OF_STRANGERS),
            names: names()?,
            catalogue: RwLock::new(Arc::new(known)),
            hand: arrival::hand(identity.mac_key),
            opener: Opener::of(&identity.mac_key).ok_or(OpenError::NoSeal)?,
            files: config.app.as_ref().map(files),
            metrics: metrics::Metrics::new(routes().map(|(_, path)| path)),
            heard: Heard::default(),
            crowd: Semaphore::new(config.limits.crowd),
            memory: Arc::new(Semaphore::new(config.limits.memory_kib)),
            store,
            config,
            identity,
        }));
        endpoint.learn(newest.as_ref()).await?;
        Ok(endpoint)
    }

    /// Takes up the catalogue that is the newest in the database now; another process may have published it.
    pub(crate) async fn learn(&self, newest: Option<&Mark>) -> Result<(), StoreError> {
        let Some(newest) = newest.filter(|mark| self.known().mark.as_ref() != Some(mark)) else {
            return Ok(());
        };
        let text = self.store().catalogue_text(newest.number).await?;
        let before = published::builtin().map_err(|e| StoreError::Engine(e.to_string()))?;
        let bundle = match published::read(&text.unwrap_or_default()) {
            Ok(renewed) => before.renewed_by(renewed),
            Err(error) => {
                // From a newer release: what is handed out stays, what is read here is the built-in one.
                tracing::error!(%error, number = newest.number, "the published catalogue is not readable");
                before
            }
        };
        let known = Known {
            mark: Some(newest.clone()),
            bundle,
        };
        let mut catalogue = self
            .0
            .catalogue
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *catalogue = Arc::new(known);
        Ok(())
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn unit(&self) -> &Unit {
        &self.0.config.unit
    }

    pub(crate) fn is_tls(&self) -> bool {
        self.0.config.is_tls
    }

    pub(crate) fn vault(&self) -> Option<&Vault> {
        self.0.config.vault.as_ref()
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.0.config.limits
    }

    pub(crate) fn origins(&self) -> &[HeaderValue] {
        &self.0.config.origins
    }

    pub(crate) fn mac_key(&self) -> &[u8; 32] {
        &self.0.identity.mac_key
    }

    pub(crate) fn device_key_hash(&self) -> Option<&[u8; 32]> {
        self.0.device_key_hash.as_ref()
    }

    pub(crate) fn pace(&self) -> &Paces {
        &self.0.pace
    }

    /// A unit as people call it: as the operator says of the own one, as the list says of the others.
    pub(crate) fn unit_named(&self, code: &str) -> Unit {
        if code == self.unit().code {
            return self.unit().clone();
        }
        let name = self.0.names.get(code).cloned();
        Unit {
            code: code.to_owned(),
            name: name.unwrap_or_default(),
        }
    }

    pub(crate) fn known(&self) -> Arc<Known> {
        let catalogue = self.0.catalogue.read();
        Arc::clone(&catalogue.unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn hand(&self) -> Hand {
        self.0.hand.clone()
    }

    pub(crate) fn opener(&self) -> &Opener {
        &self.0.opener
    }

    pub(crate) fn metrics(&self) -> &metrics::Metrics {
        &self.0.metrics
    }

    /// Stores what a device says of itself, unless that was stored with its changes, or is what it said a while ago.
    /// Nobody waits for it, and nothing hangs on it.
    pub(crate) fn hear(&self, unit: String, contact: Contact, is_stored: bool) {
        if is_stored {
            return self.0.heard.note(&contact);
        }
        if !self.0.heard.is_news(&contact) {
            return;
        }
        let endpoint = self.clone();
        tokio::spawn(async move {
            match endpoint.store().note(&unit, contact.clone()).await {
                Ok(()) => endpoint.0.heard.note(&contact),
                Err(error) => {
                    tracing::warn!(%error, "what a device said of itself is not stored");
                }
            }
        });
    }

    /// The app's files, when the endpoint was given some.
    pub(crate) fn app(&self) -> Option<ServeDir> {
        self.0.files.clone()
    }

    /// A place among those served at once, or none.
    pub(crate) fn enter(&self) -> Option<SemaphorePermit<'_>> {
        self.0.crowd.try_acquire().ok() // full or closed: both mean not now
    }

    /// Waits until a body of this size may be unpacked; ends with the value.
    pub(crate) async fn reserve(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let kib = (bytes / 1024 + 1).min(self.0.config.limits.memory_kib);
        let kib = u32::try_from(kib).unwrap_or(u32::MAX);
        // It is never closed; without a place the request would only be less bounded.
        Arc::clone(&self.0.memory)
            .acquire_many_owned(kib)
            .await
            .ok()
    }
}

/// A socket without TLS; small answers leave at once.
pub fn plain(listener: TcpListener) -> impl Listener<Addr = SocketAddr> {
    listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "small answers of this connection may be slow");
        }
    })
}

/// Code → name of every commune.
fn names() -> Result<BTreeMap<String, String>, ReadError> {
    let communes = units::builtin()?.communes.into_iter();
    Ok(communes
        .map(|commune| (commune.code.clone(), commune.name))
        .collect())
}

/// Serves until `shutdown` ends, then lets those inside finish.
///
/// # Errors
/// When the socket fails.
pub async fn serve<L: Listener<Addr = SocketAddr>>(
    listener: L,
    endpoint: Endpoint,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let (stopping, stopped) = oneshot::channel::<()>();
    let signal = async move {
        shutdown.await;
        drop(stopping);
    };
    let server = axum::serve(listener, router(endpoint)).with_graceful_shutdown(signal);
    let last_call = async move {
        drop(stopped.await); // ends with an error, always: the sender is dropped
        tokio::time::sleep(FAREWELL).await;
    };
    tokio::select! {
        ended = server.into_future() => ended,
        () = last_call => Ok(()),
    }
}

/// The clock: milliseconds since 1970.
pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
impl Endpoint {
    /// A service over a new database in a folder that goes with the first value.
    async fn for_test() -> (tempfile::TempDir, Self) {
        let folder = tempfile::tempdir().unwrap();
        let store =
            Store::open(&store::Database::Sqlite(folder.path().join("notebook.db"))).unwrap();
        store
            .set_device_key_hash(device_key::hash("test"))
            .await
            .unwrap();
        (folder, Self::open(store, Config::default()).await.unwrap())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_waits_longer_than_the_farewell_takes() {
        let unit = include_str!("../../../deploy/so-tay-endpoint.service");
        let mut lines = unit.lines();
        let seconds = lines.find_map(|line| line.strip_prefix("TimeoutStopSec="));
        let seconds = seconds.unwrap().parse().unwrap();
        assert!(Duration::from_secs(seconds) > FAREWELL * 2);
    }
}
