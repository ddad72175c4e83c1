//! The writer of a process: gathers deliveries, commits them together, then answers.
//!
//! Whoever files into a notebook holds its lock until the commit (SQLite has one writer; PostgreSQL a row for each unit),
//! and a scope's counter row is raised last: the order of commit is the order of `seq`, without gaps, so `seq > cursor`
//! never misses a row.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError, Sender, TryRecvError},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use records::{published::Mark, wire::Contact};
use tokio::sync::oneshot;

use super::{
    Confirm, Delivery, Filed, Place, StoreError,
    filing::{self, Filing, Heads},
    read,
    sql::{Engine, Kind, Sql},
};
use crate::metrics::GroupFigures;

/// One commit costs one flush of the disk, however much is in it: waiting this long for company pays.
const GATHER: Duration = Duration::from_millis(5);
/// The most deliveries in one commit.
const GROUP_MAX: usize = 200;

type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

enum Job {
    File(Delivery, Reply<Filed>),
    Succeed([String; 3], Reply<()>),
    Confirm(Confirm, Reply<usize>),
    Note(String, Contact, Reply<()>),
    Alone(Box<dyn FnOnce(&mut Desk) + Send>),
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
    /// Opens the database, and answers when it is open.
    pub(super) fn start(engine: Arc<dyn Engine>) -> Result<Self, StoreError> {
        let (jobs, queue) = mpsc::channel();
        let (opened, is_open) = mpsc::channel();
        let coming = Arc::<AtomicUsize>::default();
        let figures = Arc::<GroupFigures>::default();
        let (their_coming, their_figures) = (Arc::clone(&coming), Arc::clone(&figures));
        let work = move || {
            let connection = match engine.open() {
                Ok(connection) => connection,
                Err(error) => return drop(opened.send(Err(error))),
            };
            let mut desk = Desk {
                engine,
                connection: Some(connection),
            };
            if opened.send(Ok(())).is_ok() {
                run(&mut desk, &queue, &their_coming, &their_figures);
            }
        };
        let thread = std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(work)
            .map_err(|e| StoreError::Engine(e.to_string()))?;
        let writer = Self {
            jobs: Some(jobs),
            thread: Some(thread),
            coming,
            figures,
        };
        is_open
            .recv()
            .unwrap_or(Err(StoreError::Gone))
            .map(|()| writer)
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

    pub(super) async fn set_meta(
        &self,
        values: Vec<(&'static str, Vec<u8>)>,
    ) -> Result<(), StoreError> {
        self.alone(move |sql| set_meta(sql, &values)).await
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
        self.alone(move |sql| publish(sql, &publishing)).await
    }

    pub(super) async fn confirm(&self, confirm: Confirm) -> Result<usize, StoreError> {
        self.ask(|reply| Job::Confirm(confirm, reply)).await
    }

    pub(super) async fn note(&self, unit: String, contact: Contact) -> Result<(), StoreError> {
        self.ask(|reply| Job::Note(unit, contact, reply)).await
    }

    /// What changes the small tables that all units share. It does no harm when it is done twice.
    pub(super) async fn alone<T: Send + 'static>(
        &self,
        work: impl Fn(&mut dyn Sql) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.ask(|reply| {
            Job::Alone(Box::new(move |desk| {
                answer(reply, desk.with(|sql| sql.within(Kind::Alone, &work)));
            }))
        })
        .await
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

/// The writer's connection, made anew when it was lost.
struct Desk {
    engine: Arc<dyn Engine>,
    connection: Option<Box<dyn Sql>>,
}

impl Desk {
    /// Work that does no harm when it is done twice. A connection may have been lost while nobody used it, or with the
    /// machine that led until now: then it is done once more, on a new one.
    fn with<T>(
        &mut self,
        work: impl Fn(&mut dyn Sql) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match self.once(&work) {
            Err(StoreError::Away(why)) => {
                tracing::warn!(%why, "the database was away; once more");
                self.once(&work)
            }
            other => other,
        }
    }

    fn once<T>(
        &mut self,
        work: impl Fn(&mut dyn Sql) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.engine.open()?,
        };
        let done = work(&mut *connection);
        if !matches!(done, Err(StoreError::Away(_))) {
            self.connection = Some(connection);
        }
        done
    }
}

fn run(desk: &mut Desk, queue: &Receiver<Job>, coming: &AtomicUsize, figures: &GroupFigures) {
    while let Ok(first) = queue.recv() {
        let mut group = Vec::new();
        for job in gather(first, queue, coming) {
            match job {
                Job::File(delivery, reply) => group.push((delivery, reply)),
                Job::Succeed(words, reply) => {
                    answer(reply, desk.with(|sql| succeed(sql, &words)));
                }
                Job::Note(unit, contact, reply) => {
                    let note = |sql: &mut dyn Sql| {
                        sql.within(Kind::Writing, |sql| filing::note(sql, &unit, &contact))
                    };
                    answer(reply, desk.with(note));
                }
                Job::Confirm(wish, reply) => answer(reply, desk.with(|sql| confirm(sql, &wish))),
                Job::Alone(work) => work(desk),
            }
        }
        if !group.is_empty() {
            file_group(desk, group, figures);
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

pub(super) fn set_meta(
    sql: &mut dyn Sql,
    values: &[(&'static str, Vec<u8>)],
) -> Result<(), StoreError> {
    let put = "INSERT INTO meta (name, value) VALUES (?1, ?2) \
               ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    for (name, value) in values {
        sql.run(put, &[(*name).into(), value.as_slice().into()])?;
    }
    Ok(())
}

fn succeed(sql: &mut dyn Sql, [unit, old, since]: &[String; 3]) -> Result<(), StoreError> {
    sql.within(Kind::Writing, |sql| {
        sql.lock(unit)?;
        let put = "INSERT INTO succession (unit, old, since) VALUES (?1, ?2, ?3) \
                   ON CONFLICT (unit, old) DO UPDATE SET since = excluded.since";
        sql.run(put, &[unit.into(), old.into(), since.into()])?;
        Ok(())
    })
}

/// Publishes a text, unless it is the newest already.
fn publish(sql: &mut dyn Sql, publishing: &Publishing) -> Result<Mark, StoreError> {
    let newest = read::newest_catalogue(sql)?;
    if let Some(newest) = newest.as_ref().filter(|mark| mark.hash == publishing.hash) {
        return Ok(newest.clone());
    }
    let mark = Mark {
        number: newest.map_or(0, |mark| mark.number) + 1,
        hash: publishing.hash.clone(),
    };
    let put = "INSERT INTO catalogue (number, hash, text, published_at) VALUES (?1, ?2, ?3, ?4)";
    let Publishing { text, now_ms, .. } = publishing;
    let row = [
        mark.number.into(),
        (&mark.hash).into(),
        text.as_slice().into(),
        (*now_ms).into(),
    ];
    sql.run(put, &row)?;
    Ok(mark)
}

fn confirm(sql: &mut dyn Sql, wish: &Confirm) -> Result<usize, StoreError> {
    sql.within(Kind::Writing, |sql| {
        sql.lock(&wish.unit)?;
        let epoch = read::epoch(sql)?;
        let mut heads = Heads::default();
        let delivery = Delivery {
            unit: wish.unit.clone(),
            is_last: true,
            epoch: None,
            arrival_ms: wish.arrival_ms,
            changes: Vec::new(),
            carrier: None,
            contact: None,
            hand: wish.hand.clone(),
            insider: None,
        };
        let mut filing = Filing {
            before: read::predecessors(sql, &delivery.unit)?,
            sql,
            epoch: &epoch,
            delivery: &delivery,
        };
        let given = filing.confirm(&wish.form, wish.year, wish.last, &mut heads)?;
        heads.raise(sql)?;
        Ok(given)
    })
}

fn file_group(desk: &mut Desk, group: Vec<(Delivery, Reply<Filed>)>, figures: &GroupFigures) {
    let (deliveries, replies): (Vec<_>, Vec<_>) = group.into_iter().unzip();
    let rows = deliveries
        .iter()
        .map(|delivery| delivery.changes.len())
        .sum();
    let outcomes = desk.with(|sql| commit(sql, &deliveries));
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

type Outcomes = Vec<Result<Filed, StoreError>>;

fn commit(sql: &mut dyn Sql, deliveries: &[Delivery]) -> Result<Outcomes, StoreError> {
    let outcomes = file_all(sql, deliveries)?;
    let mut changes = deliveries.iter().flat_map(|delivery| &delivery.changes);
    if changes.any(|change| !change.erases.is_empty())
        && let Err(error) = sql.scrub()
    {
        // It is erased all the same, and the next start scrubs.
        tracing::warn!(%error, "the log of the database could not be cut");
    }
    Ok(outcomes)
}

fn file_all(sql: &mut dyn Sql, deliveries: &[Delivery]) -> Result<Outcomes, StoreError> {
    sql.within(Kind::Writing, |sql| {
        // Always in one order: two processes never wait for each other.
        let units: BTreeSet<&str> = deliveries.iter().map(|d| d.unit.as_str()).collect();
        for unit in units {
            sql.lock(unit)?;
        }
        let epoch = read::epoch(sql)?;
        let mut heads = Heads::default();
        let mut outcomes = Vec::with_capacity(deliveries.len());
        for delivery in deliveries {
            if delivery.epoch.as_ref().is_some_and(|named| *named != epoch) {
                outcomes.push(Ok(Filed::OtherEpoch(epoch.clone())));
                continue;
            }
            sql.save_point()?;
            let before = heads.clone();
            match file_one(sql, &epoch, delivery, &mut heads) {
                Ok(places) => {
                    sql.keep_part()?;
                    outcomes.push(Ok(Filed::Here(places)));
                }
                Err(error @ (StoreError::Away(_) | StoreError::Busy)) => return Err(error),
                Err(error) => {
                    heads = before;
                    sql.drop_part()?; // back to where this delivery began
                    tracing::error!(%error, "a delivery could not be filed");
                    outcomes.push(Err(error));
                }
            }
        }
        heads.raise(sql)?;
        Ok(outcomes)
    })
}

fn file_one(
    sql: &mut dyn Sql,
    epoch: &str,
    delivery: &Delivery,
    heads: &mut Heads,
) -> Result<Vec<Place>, StoreError> {
    let before = read::predecessors(sql, &delivery.unit)?;
    let mut filing = Filing {
        sql,
        epoch,
        before,
        delivery,
    };
    filing.file_all(heads)
}
