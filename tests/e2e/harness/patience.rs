//! Waiting for a condition, bounded. The only place that lets time pass.

use std::time::{Duration, Instant};

/// Long enough for two browsers on two busy cores; a condition that holds is seen at once.
pub(crate) const PATIENCE: Duration = Duration::from_secs(25);
/// The app asks a silent endpoint again after up to a minute.
pub(crate) const LONG_PATIENCE: Duration = Duration::from_secs(90);

const PAUSE: Duration = Duration::from_millis(40);

/// Asks again and again until there is an answer; after `limit`, the last reason why there was none.
pub(crate) async fn poll<T>(
    limit: Duration,
    mut ask: impl AsyncFnMut() -> Result<T, String>,
) -> Result<T, String> {
    let started = Instant::now();
    loop {
        match ask().await {
            Ok(answer) => return Ok(answer),
            Err(reason) if started.elapsed() > limit => return Err(reason),
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// The answer, or the end of the test.
pub(crate) async fn eventually<T>(what: &str, ask: impl AsyncFnMut() -> Result<T, String>) -> T {
    match poll(PATIENCE, ask).await {
        Ok(answer) => answer,
        Err(reason) => panic!("{what}: still not after {PATIENCE:?}: {reason}"),
    }
}
