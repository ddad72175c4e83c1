//! The connections that read: as many as are needed at once, a few of them kept.

use std::sync::{Arc, Mutex, PoisonError};

use super::{
    StoreError,
    sql::{Engine, Kind, Sql},
};

/// Idle connections that are kept; more are opened when needed and closed after.
const IDLE_MAX: usize = 8;

#[derive(Debug)]
pub(super) struct Readers {
    engine: Arc<dyn Engine>,
    idle: Idle,
}

/// Connections of PostgreSQL block while they close, which a thread of the runtime must not do.
#[derive(Default)]
struct Idle(Mutex<Vec<Box<dyn Sql>>>);

impl Readers {
    pub(super) fn new(engine: Arc<dyn Engine>) -> Arc<Self> {
        Arc::new(Self {
            engine,
            idle: Idle::default(),
        })
    }

    /// Reads at one instant, on a thread that may block.
    pub(super) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        reading: impl Fn(&mut dyn Sql) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let readers = Arc::clone(self);
        let ended = tokio::task::spawn_blocking(move || readers.with(&reading)).await;
        ended.unwrap_or(Err(StoreError::Gone))
    }

    fn with<T>(
        &self,
        reading: &impl Fn(&mut dyn Sql) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        // Of those that lay idle any may have been lost meanwhile; a new one that is lost says how things are.
        while let Some(mut connection) = self.idle.take() {
            match connection.within(Kind::Reading, reading) {
                Err(StoreError::Away(_)) => {}
                other => return self.done(connection, other),
            }
        }
        let mut connection = self.engine.connect()?;
        let found = connection.within(Kind::Reading, reading);
        self.done(connection, found)
    }

    /// After an error the connection is not used again.
    fn done<T>(
        &self,
        connection: Box<dyn Sql>,
        found: Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if found.is_ok() {
            self.idle.put(connection);
        }
        found
    }
}

impl Idle {
    fn take(&self) -> Option<Box<dyn Sql>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn put(&self, connection: Box<dyn Sql>) {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_MAX {
            idle.push(connection);
        }
    }
}

impl std::fmt::Debug for Idle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Idle")
    }
}

impl Drop for Idle {
    fn drop(&mut self) {
        let idle = std::mem::take(self.0.get_mut().unwrap_or_else(PoisonError::into_inner));
        let closing = std::thread::spawn(move || drop(idle));
        if closing.join().is_err() {
            tracing::error!("a connection did not close");
        }
    }
}
