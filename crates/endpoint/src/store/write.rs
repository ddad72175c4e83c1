//! The one writer of the SQLite file: gathers deliveries, commits them together, then answers.
//!
//! A scope's counter row is raised last in the transaction, and there is one writer: the order of
//! commit is the order of `seq`, without gaps, so `seq > cursor` never misses a row.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError, Sender, TryRecvError},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use records::{published::Mark, wire::Acceptance};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use tokio::sync::oneshot;

use super::{Arrived, Confirm, Delivery, Filed, Hold, OTHER_CONTENT, Place, StoreError};
use crate::metrics::GroupFigures;

/// One commit costs one flush of the disk, however much is in it: waiting this long for company pays.
const GATHER: Duration = Duration::from_millis(5);
/// The most deliveries in one commit.
const GROUP_MAX: usize = 200;

type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

enum Job {
    File(Delivery, Reply<Filed>),
    SetMeta(String, Vec<u8>, Reply<()>),
    Succeed([String; 3], Reply<()>),
    Publish(Publishing, Reply<Mark>),
    Confirm(Confirm, Reply<usize>),
}

/// A catalogue on its way in.
struct Publishing {
    hash: String,
    text: Vec<u8>,
    now_ms: u64,
}

/// The handle of the writer thread; the thread ends, and is waited for, with the handle.
#[derive(Debug)]
pub(super) struct Writer {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    coming: Arc<AtomicUsize>,
    figures: Arc<GroupFigures>,
}

/// A delivery that is being read and will be filed soon.
#[derive(Debug)]
pub struct Coming(Arc<AtomicUsize>);

impl Drop for Coming {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Writer {
    pub(super) fn start(connection: Connection) -> Result<Self, StoreError> {
        let (jobs, queue) = mpsc::channel();
        let coming = Arc::<AtomicUsize>::default();
        let figures = Arc::<GroupFigures>::default();
        let (their_coming, their_figures) = (Arc::clone(&coming), Arc::clone(&figures));
        let thread = std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || run(connection, &queue, &their_coming, &their_figures))
            .map_err(|e| StoreError::Engine(e.to_string()))?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
            coming,
            figures,
        })
    }

    pub(super) fn announce(&self) -> Coming {
        self.coming.fetch_add(1, Ordering::Relaxed);
        Coming(Arc::clone(&self.coming))
    }

    pub(super) fn group_figures(&self) -> &GroupFigures {
        &self.figures
    }

    pub(super) async fn file(&self, delivery: Delivery) -> Result<Filed, StoreError> {
        self.ask(|reply| Job::File(delivery, reply)).await
    }

    pub(super) async fn set_meta(&self, name: String, value: Vec<u8>) -> Result<(), StoreError> {
        self.ask(|reply| Job::SetMeta(name, value, reply)).await
    }

    pub(super) async fn succeed(&self, words: [String; 3]) -> Result<(), StoreError> {
        self.ask(|reply| Job::Succeed(words, reply)).await
    }

    pub(super) async fn publish(
        &self,
        hash: String,
        text: Vec<u8>,
        now_ms: u64,
    ) -> Result<Mark, StoreError> {
        let publishing = Publishing { hash, text, now_ms };
        self.ask(|reply| Job::Publish(publishing, reply)).await
    }

    pub(super) async fn confirm(&self, confirm: Confirm) -> Result<usize, StoreError> {
        self.ask(|reply| Job::Confirm(confirm, reply)).await
    }

    pub(super) fn check(&self) -> Result<(), StoreError> {
        match &self.thread {
            Some(thread) if !thread.is_finished() => Ok(()),
            _ => Err(StoreError::Gone),
        }
    }

    async fn ask<T>(&self, job: impl FnOnce(Reply<T>) -> Job) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let sent = self
            .jobs
            .as_ref()
            .is_some_and(|jobs| jobs.send(job(reply)).is_ok());
        if !sent {
            return Err(StoreError::Gone);
        }
        answer.await.unwrap_or(Err(StoreError::Gone))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if self
            .thread
            .take()
            .is_some_and(|thread| thread.join().is_err())
        {
            tracing::error!("the writer thread had panicked");
        }
    }
}

/// A transaction that holds the write lock from its start.
pub(super) fn begin(connection: &mut Connection) -> Result<Transaction<'_>, StoreError> {
    Ok(connection.transaction_with_behavior(TransactionBehavior::Immediate)?)
}

fn run(
    mut connection: Connection,
    queue: &Receiver<Job>,
    coming: &AtomicUsize,
    figures: &GroupFigures,
) {
    while let Ok(first) = queue.recv() {
        let mut group = Vec::new();
        for job in gather(first, queue, coming) {
            match job {
                Job::File(delivery, reply) => group.push((delivery, reply)),
                Job::SetMeta(name, value, reply) => {
                    answer(reply, set_meta(&connection, &name, &value));
                }
                Job::Succeed(words, reply) => answer(reply, succeed(&connection, &words)),
                Job::Publish(publishing, reply) => {
                    answer(reply, publish(&mut connection, &publishing));
                }
                Job::Confirm(wish, reply) => answer(reply, confirm(&mut connection, wish)),
            }
        }
        if !group.is_empty() {
            file_group(&mut connection, group, figures);
        }
    }
}

/// The first job and those that come with it. Nobody waits when nobody else is on the way.
fn gather(first: Job, queue: &Receiver<Job>, coming: &AtomicUsize) -> Vec<Job> {
    let mut group = vec![first];
    let until = Instant::now() + GATHER;
    while group.len() < GROUP_MAX {
        match queue.try_recv() {
            Ok(job) => group.push(job),
            Err(TryRecvError::Disconnected) => break,
            Err(TryRecvError::Empty) if coming.load(Ordering::Relaxed) == 0 => break,
            Err(TryRecvError::Empty) => {
                match queue.recv_timeout(until.saturating_duration_since(Instant::now())) {
                    Ok(job) => group.push(job),
                    Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
                }
            }
        }
    }
    group
}

fn set_meta(connection: &Connection, name: &str, value: &[u8]) -> Result<(), StoreError> {
    let put = "INSERT INTO meta (name, value) VALUES (?1, ?2) \
               ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    connection.execute(put, params![name, value])?;
    Ok(())
}

fn succeed(connection: &Connection, [unit, old, since]: &[String; 3]) -> Result<(), StoreError> {
    let put = "INSERT INTO succession (unit, old, since) VALUES (?1, ?2, ?3) \
               ON CONFLICT (unit, old) DO UPDATE SET since = excluded.since";
    connection.execute(put, params![unit, old, since])?;
    Ok(())
}

/// Publishes a text, unless it is the newest already.
fn publish(connection: &mut Connection, publishing: &Publishing) -> Result<Mark, StoreError> {
    let transaction = begin(connection)?;
    let newest = super::read::newest_catalogue(&transaction)?;
    if let Some(newest) = newest.as_ref().filter(|mark| mark.hash == publishing.hash) {
        return Ok(newest.clone());
    }
    let mark = Mark {
        number: newest.map_or(0, |mark| mark.number) + 1,
        hash: publishing.hash.clone(),
    };
    let put = "INSERT INTO catalogue (number, hash, text, published_at) VALUES (?1, ?2, ?3, ?4)";
    transaction.execute(
        put,
        params![mark.number, mark.hash, publishing.text, publishing.now_ms],
    )?;
    transaction.commit()?;
    Ok(mark)
}

fn confirm(connection: &mut Connection, wish: Confirm) -> Result<usize, StoreError> {
    let transaction = begin(connection)?;
    let epoch = super::read::epoch(&transaction)?;
    let mut heads = Heads::default();
    let delivery = Delivery {
        unit: wish.unit,
        is_last: true,
        epoch: None,
        arrival_ms: wish.arrival_ms,
        changes: Vec::new(),
        hand: wish.hand,
    };
    let filing = Filing {
        connection: &transaction,
        epoch: &epoch,
        before: super::read::predecessors(&transaction, &delivery.unit)?,
        delivery: &delivery,
    };
    let given = filing.confirm(&wish.form, wish.year, wish.last, &mut heads)?;
    heads.raise(&transaction)?;
    transaction.commit()?;
    Ok(given)
}

fn file_group(
    connection: &mut Connection,
    group: Vec<(Delivery, Reply<Filed>)>,
    figures: &GroupFigures,
) {
    let (deliveries, replies): (Vec<_>, Vec<_>) = group.into_iter().unzip();
    let rows = deliveries
        .iter()
        .map(|delivery| delivery.changes.len())
        .sum();
    let outcomes = commit(connection, &deliveries);
    figures.count(deliveries.len(), rows);
    match outcomes {
        Ok(outcomes) => {
            for (reply, outcome) in replies.into_iter().zip(outcomes) {
                answer(reply, outcome);
            }
        }
        Err(error) => {
            tracing::error!(%error, "a group could not be committed");
            for reply in replies {
                answer(reply, Err(error.clone()));
            }
        }
    }
}

fn answer<T>(reply: Reply<T>, outcome: Result<T, StoreError>) {
    // The device may have hung up; what it sent is durable all the same, and it will ask again.
    drop(reply.send(outcome));
}

fn commit(
    connection: &mut Connection,
    deliveries: &[Delivery],
) -> Result<Vec<Result<Filed, StoreError>>, StoreError> {
    let mut transaction = begin(connection)?;
    let epoch = super::read::epoch(&transaction)?;
    let mut heads = Heads::default();
    let mut outcomes = Vec::with_capacity(deliveries.len());
    for delivery in deliveries {
        if delivery.epoch.as_ref().is_some_and(|named| *named != epoch) {
            outcomes.push(Ok(Filed::OtherEpoch(epoch.clone())));
            continue;
        }
        let savepoint = transaction.savepoint()?;
        let before = heads.clone();
        let filing = Filing {
            connection: &savepoint,
            epoch: &epoch,
            before: super::read::predecessors(&savepoint, &delivery.unit)?,
            delivery,
        };
        match filing.file_all(&mut heads) {
            Ok(places) => {
                savepoint.commit()?;
                outcomes.push(Ok(Filed::Here(places)));
            }
            Err(error) => {
                heads = before;
                drop(savepoint); // rolls back to where this delivery began
                tracing::error!(%error, "a delivery could not be filed");
                outcomes.push(Err(error));
            }
        }
    }
    heads.raise(&transaction)?;
    transaction.commit()?;
    Ok(outcomes)
}

/// The counters of the scopes of one group: (unit, scope) → last number given.
#[derive(Debug, Clone, Default)]
pub(super) struct Heads(BTreeMap<(String, String), u64>);

impl Heads {
    pub(super) fn next(
        &mut self,
        connection: &Connection,
        unit: &str,
        scope: &str,
    ) -> Result<u64, StoreError> {
        let key = (unit.to_owned(), scope.to_owned());
        let last = match self.0.get(&key) {
            Some(last) => *last,
            None => connection
                .prepare_cached("SELECT seq FROM head WHERE unit = ?1 AND scope = ?2")?
                .query_row(params![unit, scope], |row| row.get(0))
                .optional()?
                .unwrap_or(0),
        };
        self.0.insert(key, last + 1);
        Ok(last + 1)
    }

    fn raise(&self, connection: &Connection) -> Result<(), StoreError> {
        for ((unit, scope), seq) in &self.0 {
            let put = "INSERT INTO head (unit, scope, gen, seq) VALUES (?1, ?2, 1, ?3) \
                       ON CONFLICT (unit, scope) DO UPDATE SET seq = excluded.seq";
            connection
                .prepare_cached(put)?
                .execute(params![unit, scope, seq])?;
        }
        Ok(())
    }
}

/// One delivery inside the group's transaction.
pub(super) struct Filing<'a> {
    pub(super) connection: &'a Connection,
    pub(super) epoch: &'a str,
    /// Units whose notebooks this one took over: what they have is not taken again.
    pub(super) before: Vec<String>,
    pub(super) delivery: &'a Delivery,
}

impl Filing<'_> {
    fn file_all(&self, heads: &mut Heads) -> Result<Vec<Place>, StoreError> {
        let changes = self.delivery.changes.iter();
        let places = changes
            .map(|arrived| self.file(arrived, heads))
            .collect::<Result<_, _>>()?;
        if self.delivery.is_last {
            self.give(heads)?;
        }
        Ok(places)
    }

    fn file(&self, arrived: &Arrived, heads: &mut Heads) -> Result<Place, StoreError> {
        match (self.first_with_id(arrived)?, arrived.hold) {
            (Some((hash, acc)), _) if hash == arrived.hash => Ok(Place::Had(acc)),
            (Some(_), _) => self.hold(arrived, OTHER_CONTENT),
            (None, Some(why)) => self.hold(arrived, why),
            (None, None) => self.take(arrived, heads),
        }
    }

    /// The first change of that id, in this notebook or in one that it took over.
    fn first_with_id(
        &self,
        arrived: &Arrived,
    ) -> Result<Option<([u8; 32], Acceptance)>, StoreError> {
        for unit in std::iter::once(&self.delivery.unit).chain(&self.before) {
            let found = self.with_id(unit, arrived)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn with_id(
        &self,
        unit: &str,
        arrived: &Arrived,
    ) -> Result<Option<([u8; 32], Acceptance)>, StoreError> {
        let get = "SELECT hash, scope, seq, epoch, eff, mac FROM change \
                   WHERE unit = ?1 AND id = ?2";
        let mut statement = self.connection.prepare_cached(get)?;
        let found = statement.query_row(params![unit, arrived.id.bytes()], |row| {
            Ok((row.get(0)?, super::read::acceptance(row, 1)?))
        });
        Ok(found.optional()?)
    }

    fn take(&self, arrived: &Arrived, heads: &mut Heads) -> Result<Place, StoreError> {
        let seq = heads.next(self.connection, &self.delivery.unit, &arrived.scope)?;
        self.insert(arrived, seq)?;
        self.enter(arrived)?;
        Ok(Place::Taken(Acceptance {
            scope: arrived.scope.clone(),
            seq,
            epoch: self.epoch.to_owned(),
            eff: arrived.eff,
            mac: arrived.mac.clone(),
        }))
    }

    pub(super) fn insert(&self, arrived: &Arrived, seq: u64) -> Result<(), StoreError> {
        let unit = &self.delivery.unit;
        let put = "INSERT INTO change \
                   (unit, scope, seq, id, dev, n, epoch, eff, mac, body, hash, recv_at) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
        self.connection.prepare_cached(put)?.execute(params![
            unit,
            arrived.scope,
            seq,
            arrived.id.bytes(),
            arrived.dev.bytes(),
            // Only for people who look; a device may write any number.
            i64::try_from(arrived.n).unwrap_or(i64::MAX),
            self.epoch,
            arrived.eff.to_string(),
            arrived.mac,
            arrived.body.as_bytes(),
            arrived.hash,
            self.delivery.arrival_ms,
        ])?;
        let put = "INSERT OR IGNORE INTO rec_change (unit, rec, id) VALUES (?1, ?2, ?3)";
        let mut statement = self.connection.prepare_cached(put)?;
        for rec in &arrived.recs {
            statement.execute(params![unit, rec.bytes(), arrived.id.bytes()])?;
        }
        Ok(())
    }

    fn hold(&self, arrived: &Arrived, why: Hold) -> Result<Place, StoreError> {
        let put = "INSERT OR IGNORE INTO held (unit, id, hash, body, code, say, recv_at) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        self.connection.prepare_cached(put)?.execute(params![
            self.delivery.unit,
            arrived.id.bytes(),
            arrived.hash,
            arrived.body.as_bytes(),
            why.code,
            why.say,
            self.delivery.arrival_ms,
        ])?;
        Ok(Place::Held(why))
    }
}
