//! TLS with the operator's own certificate, for an endpoint that no proxy stands before. Handshakes go on beside each
//! other: one that stalls holds nobody up. A renewed certificate is taken up without a restart.

mod validity;

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use axum::serve::Listener;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, mpsc},
    time::{interval, timeout},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        self, ServerConfig,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
    server::TlsStream,
};

/// How long a handshake may take: several round trips on 2G.
const HANDSHAKE: Duration = Duration::from_secs(20);
/// Handshakes at once; more wait in the system's own line.
const HANDSHAKES_MAX: usize = 512;

/// Why the certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file is not PEM, or not what it should be.
    #[error("{0}: {1}")]
    File(PathBuf, rustls::pki_types::pem::Error),
    /// Certificate and key do not belong together, or are of a kind that nobody uses any more.
    #[error("{0}")]
    Pair(#[from] rustls::Error),
}

/// Where the certificate lies.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// The chain, PEM, the endpoint's own first.
    pub chain: PathBuf,
    /// Its key, PEM.
    pub key: PathBuf,
}

impl Certificate {
    /// The last day on which devices trust it, as `2027-01-31`, where it says one.
    ///
    /// # Errors
    /// When nothing could be served with it.
    pub fn last_day(&self) -> Result<Option<String>, TlsError> {
        self.read()?;
        let chain = self.read_chain()?;
        Ok(chain.first().and_then(|own| validity::last_day(own)))
    }

    fn read_chain(&self) -> Result<Vec<CertificateDer<'static>>, TlsError> {
        CertificateDer::pem_file_iter(&self.chain)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(unusable(&self.chain))
    }

    fn read(&self) -> Result<Arc<ServerConfig>, TlsError> {
        let chain = self.read_chain()?;
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(unusable(&self.key))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        Ok(Arc::new(config))
    }
}

fn unusable(path: &Path) -> impl FnOnce(rustls::pki_types::pem::Error) -> TlsError {
    let path = path.to_owned();
    move |error| TlsError::File(path, error)
}

/// A socket that speaks TLS only.
#[derive(Debug)]
pub struct Tls {
    streams: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    address: SocketAddr,
}

impl Tls {
    /// Over a socket that listens already. The certificate is read again as often as `renewal` says.
    ///
    /// # Errors
    /// When the certificate cannot be used.
    pub fn over(
        listener: TcpListener,
        certificate: Certificate,
        renewal: Duration,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let config = Arc::new(RwLock::new(certificate.read()?));
        let address = listener.local_addr()?;
        let (ready, streams) = mpsc::channel(HANDSHAKES_MAX);
        tokio::spawn(renew(
            certificate,
            Arc::clone(&config),
            renewal,
            ready.clone(),
        ));
        tokio::spawn(accept(listener, config, ready));
        Ok(Self { streams, address })
    }
}

type Config = Arc<RwLock<Arc<ServerConfig>>>;
type Ready = mpsc::Sender<(TlsStream<TcpStream>, SocketAddr)>;

async fn renew(certificate: Certificate, config: Config, renewal: Duration, ready: Ready) {
    let mut beat = interval(renewal);
    beat.tick().await; // the first is at once
    loop {
        tokio::select! {
            () = ready.closed() => return,
            _ = beat.tick() => match certificate.read() {
                Ok(fresh) => *config.write().unwrap_or_else(PoisonError::into_inner) = fresh,
                // Half written, perhaps: the one from before still serves.
                Err(error) => tracing::error!(%error, "the certificate cannot be read again"),
            },
        }
    }
}

async fn accept(mut listener: TcpListener, config: Config, ready: Ready) {
    let places = Arc::new(Semaphore::new(HANDSHAKES_MAX));
    loop {
        let place = Arc::clone(&places).acquire_owned().await;
        let (stream, from) = tokio::select! {
            () = ready.closed() => return,
            accepted = Listener::accept(&mut listener) => accepted,
        };
        let acceptor = TlsAcceptor::from(Arc::clone(
            &config.read().unwrap_or_else(PoisonError::into_inner),
        ));
        let ready = ready.clone();
        tokio::spawn(async move {
            let _place = place;
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "small answers of this connection may be slow");
            }
            match timeout(HANDSHAKE, acceptor.accept(stream)).await {
                // Nobody takes it: the endpoint stops.
                Ok(Ok(stream)) => drop(ready.send((stream, from)).await),
                Ok(Err(error)) => tracing::debug!(%error, "no handshake"),
                Err(_elapsed) => tracing::debug!("a handshake took too long"),
            }
        });
    }
}

impl Listener for Tls {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.streams.recv().await {
            Some(stream) => stream,
            // The one who accepts never ends before this.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(self.address)
    }
}
