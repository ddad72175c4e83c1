//! TLS by the endpoint itself, with certificates of this run.

use std::{path::Path, sync::Arc, time::Duration};

use endpoint::{
    Config, Endpoint,
    settings::parse_database,
    store::Store,
    tls::{Certificate, Tls},
};
use http_body_util::Empty;
use hyper::{Request, body::Bytes};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsConnector,
    rustls::{ClientConfig, RootCertStore, pki_types::CertificateDer},
};

use crate::base;

const OFTEN: Duration = Duration::from_millis(20);

/// Writes a certificate and its key; the certificate, as a client trusts it.
fn certify(folder: &Path) -> (Certificate, CertificateDer<'static>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let certificate = Certificate {
        chain: folder.join("cert.pem"),
        key: folder.join("key.pem"),
    };
    std::fs::write(&certificate.chain, made.cert.pem()).unwrap();
    std::fs::write(&certificate.key, made.signing_key.serialize_pem()).unwrap();
    (certificate, made.cert.der().clone())
}

/// Starts an endpoint that speaks TLS; its port.
async fn start(folder: &Path, certificate: Certificate) -> u16 {
    let place = base::place(&folder.join("notebook.db"));
    let store = Store::open(&parse_database(&place).unwrap()).unwrap();
    let config = Config {
        is_tls: true,
        ..Config::default()
    };
    let endpoint = Endpoint::open(store, config).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let tls = Tls::over(listener, certificate, OFTEN).unwrap();
    tokio::spawn(endpoint::serve(tls, endpoint, std::future::pending()));
    port
}

/// Asks as a client that trusts this certificate alone: status, and what is said of the next visits.
async fn ask(port: u16, trusted: &CertificateDer<'static>) -> std::io::Result<(u16, String)> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let connector = TlsConnector::from(Arc::new(config));
    let stream = connector
        .connect("localhost".try_into().unwrap(), stream)
        .await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .unwrap();
    let connection = tokio::spawn(connection);
    let request = Request::get("/healthz").header("host", "localhost");
    let answer = sender
        .send_request(request.body(Empty::<Bytes>::new()).unwrap())
        .await
        .unwrap();
    connection.abort();
    let said = answer.headers().get("strict-transport-security");
    Ok((
        answer.status().as_u16(),
        said.unwrap().to_str().unwrap().to_owned(),
    ))
}

#[tokio::test]
async fn a_stalled_or_foreign_handshake_holds_nobody_up() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, trusted) = certify(folder.path());
    let port = start(folder.path(), certificate).await;
    // One says nothing at all, one speaks plain HTTP.
    let _silent = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let mut plain = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    plain
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .await
        .unwrap();
    let mut said = Vec::new();
    plain.read_to_end(&mut said).await.unwrap();
    assert!(
        !said.starts_with(b"HTTP"),
        "nothing is answered in the clear"
    );
    let (status, next) = ask(port, &trusted).await.unwrap();
    assert_eq!(status, 200);
    assert!(next.starts_with("max-age="), "{next}");
}

#[tokio::test]
async fn a_renewed_certificate_is_taken_up_and_half_of_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, old) = certify(folder.path());
    let port = start(folder.path(), certificate.clone()).await;
    std::fs::write(&certificate.chain, "-----BEGIN CERTIFICATE-----\nhalf").unwrap();
    // Read again meanwhile, it is no certificate: the old one still serves.
    for _ in 0..50 {
        assert!(ask(port, &old).await.is_ok());
    }
    let (_, fresh) = certify(folder.path());
    let taken_up = async {
        while ask(port, &fresh).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), taken_up)
        .await
        .unwrap();
    assert!(ask(port, &old).await.is_err());
}

#[tokio::test]
async fn what_is_no_certificate_is_refused_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, _) = certify(folder.path());
    let elsewhere = tempfile::tempdir().unwrap();
    let (other, _) = certify(elsewhere.path());
    for wrong in [
        Certificate {
            key: other.key,
            ..certificate.clone()
        },
        Certificate {
            chain: folder.path().join("none.pem"),
            ..certificate.clone()
        },
        Certificate {
            key: certificate.chain.clone(),
            ..certificate
        },
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        assert!(Tls::over(listener, wrong, OFTEN).is_err());
    }
}
