//! A line between a browser and an endpoint that can become bad: slow, and cut again and again.

use std::{
    io,
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    select, spawn,
    time::sleep,
};

/// A bad line: 800 kbit/s each way.
const BYTES_PER_SECOND: usize = 100_000;
/// What a connection carries down a bad line before it is cut: less than a whole page of the sync needs.
const CUT_AFTER: usize = 64_000;

#[derive(Debug, Default)]
struct State {
    is_bad: AtomicBool,
    is_off: AtomicBool,
    cuts: AtomicUsize,
}

pub(crate) struct Line {
    port: u16,
    state: Arc<State>,
}

impl Line {
    /// A good line to a port of this machine; there for as long as the test is.
    pub(crate) async fn to(endpoint: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::<State>::default();
        let shared = Arc::clone(&state);
        spawn(async move {
            while let Ok((browser, _)) = listener.accept().await {
                if shared.is_off.load(Ordering::Relaxed) {
                    continue; // closed at once
                }
                let state = Arc::clone(&shared);
                spawn(async move { drop(join(browser, endpoint, &state).await) });
            }
        });
        Self { port, state }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// From now on it is slow and cut.
    pub(crate) fn worsen(&self) {
        self.state.is_bad.store(true, Ordering::Relaxed);
    }

    /// From now on it carries nothing, or carries again. What is under way goes on.
    pub(crate) fn turn(&self, is_on: bool) {
        self.state.is_off.store(!is_on, Ordering::Relaxed);
    }

    /// How often it was cut.
    pub(crate) fn cuts(&self) -> usize {
        self.state.cuts.load(Ordering::Relaxed)
    }
}

/// Both ways, until one of them ends.
async fn join(mut browser: TcpStream, port: u16, state: &State) -> io::Result<()> {
    let mut endpoint = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    let (mut from_browser, mut to_browser) = browser.split();
    let (mut from_endpoint, mut to_endpoint) = endpoint.split();
    select! {
        up = carry(&mut from_browser, &mut to_endpoint, state, usize::MAX) => up,
        down = carry(&mut from_endpoint, &mut to_browser, state, CUT_AFTER) => down,
    }
}

/// Carries one way until an end closes, or the line is cut.
async fn carry(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    state: &State,
    cut: usize,
) -> io::Result<()> {
    let mut piece = [0; 2_048];
    let mut carried = 0;
    loop {
        let size = from.read(&mut piece).await?;
        let Some(bytes) = piece.get(..size).filter(|bytes| !bytes.is_empty()) else {
            return Ok(());
        };
        if state.is_bad.load(Ordering::Relaxed) {
            carried += size;
            if carried > cut {
                state.cuts.fetch_add(1, Ordering::Relaxed);
                return Ok(());
            }
            let millis = size * 1_000 / BYTES_PER_SECOND;
            sleep(Duration::from_millis(u64::try_from(millis).unwrap_or(0))).await;
        }
        to.write_all(bytes).await?;
    }
}
