//! A line between a browser and an endpoint that can become bad: slow, and cut again and again.

use std::{
    io,
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    select, spawn,
    sync::{mpsc, watch},
    time::{Instant, sleep, sleep_until},
};

/// A bad line: 50 kbit/s each way.
const BYTES_PER_SECOND: usize = 6_250;
/// How late everything arrives on it.
const LATENCY: Duration = Duration::from_secs(1);
/// How long it holds before it is cut, with all connections on it: less than a whole page of the sync needs.
const HOLDS: Duration = Duration::from_secs(20);

struct State {
    is_bad: AtomicBool,
    is_off: AtomicBool,
    /// How often it was cut.
    cuts: watch::Sender<usize>,
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
        let state = Arc::new(State {
            is_bad: AtomicBool::new(false),
            is_off: AtomicBool::new(false),
            cuts: watch::Sender::new(0),
        });
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

    /// From now on it is slow and late, and cut again and again.
    pub(crate) fn worsen(&self) {
        self.state.is_bad.store(true, Ordering::Relaxed);
        let state = Arc::clone(&self.state);
        spawn(async move {
            loop {
                state.cuts.send_modify(|cuts| *cuts += 1);
                sleep(HOLDS).await;
            }
        });
    }

    /// From now on it carries nothing, or carries again. What is under way goes on.
    pub(crate) fn turn(&self, is_on: bool) {
        self.state.is_off.store(!is_on, Ordering::Relaxed);
    }

    /// How often it was cut since it became bad.
    pub(crate) fn cuts(&self) -> usize {
        self.state.cuts.borrow().saturating_sub(1)
    }
}

/// Both ways, until one of them ends, or the line is cut.
async fn join(mut browser: TcpStream, port: u16, state: &State) -> io::Result<()> {
    let mut cuts = state.cuts.subscribe();
    let mut endpoint = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    let (mut from_browser, mut to_browser) = browser.split();
    let (mut from_endpoint, mut to_endpoint) = endpoint.split();
    let is_bad = state.is_bad.load(Ordering::Relaxed);
    select! {
        up = carry(&mut from_browser, &mut to_endpoint, is_bad) => up,
        down = carry(&mut from_endpoint, &mut to_browser, is_bad) => down,
        _ = cuts.changed() => Ok(()),
    }
}

/// Carries one way until an end closes.
async fn carry(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    is_bad: bool,
) -> io::Result<()> {
    let (sender, mut receiver) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    let take = async move {
        let mut piece = [0; 1_024];
        loop {
            let size = from.read(&mut piece).await?;
            let Some(bytes) = piece.get(..size).filter(|bytes| !bytes.is_empty()) else {
                return io::Result::Ok(()); // what is under way still arrives
            };
            let mut due = Instant::now();
            if is_bad {
                let millis = size * 1_000 / BYTES_PER_SECOND;
                sleep(Duration::from_millis(u64::try_from(millis).unwrap_or(0))).await;
                due = Instant::now() + LATENCY;
            }
            drop(sender.send((due, bytes.to_vec()))); // nobody takes it: the other end is closed
        }
    };
    let give = async {
        while let Some((due, bytes)) = receiver.recv().await {
            sleep_until(due).await;
            to.write_all(&bytes).await?;
        }
        io::Result::Ok(())
    };
    tokio::try_join!(take, give).map(drop)
}
