//! PostgreSQL: when one machine is outgrown, or must not be the only one. Several endpoints may share a database.
//!
//! What is acknowledged is on the disk of every machine that the server counts as synchronous: a session never weakens
//! that, and no statement is ever cancelled while a commit waits for them (the server would then say it is done).

use std::{collections::HashMap, ops::ControlFlow, time::Duration};

use postgres::{
    Client, Config, NoTls, Statement,
    config::TargetSessionAttrs,
    error::SqlState,
    fallible_iterator::FallibleIterator as _,
    types::{IsNull, ToSql, Type, private::BytesMut, to_sql_checked},
};

use super::{
    StoreError, new_epoch, random,
    sql::{self, Columns, Engine, Kind, Param, Sql, Walk, unreadable},
};

/// The newest schema that this release reads and writes.
const SCHEMA: i64 = 7;
/// What makes each schema of the one before; the first is the whole of it.
const STEPS: [(i64, &str); 5] = [
    (3, include_str!("schema.postgres.sql")),
    (4, include_str!("schema.postgres-4.sql")),
    (5, include_str!("schema.postgres-5.sql")),
    (6, include_str!("schema.postgres-6.sql")),
    (7, include_str!("schema.postgres-7.sql")),
];
/// Who we are in the server's list of sessions.
pub(super) const NAME: &str = "so-tay-endpoint";
/// How long a machine may be silent before the next one is asked.
const SILENCE: Duration = Duration::from_secs(10);
/// The lock that publishing, restoring and opening hold alone, and filing shares. Any number will do.
const COMMON: i64 = 0x5051;

/// What a session is told. Another process may be stuck with a lock: words after a while are better than silence.
const SESSION: &str = "SET statement_timeout = 0; SET lock_timeout = '10s'; \
    SET idle_in_transaction_session_timeout = '60s'; SET default_transaction_isolation = 'read committed'; \
    SET client_encoding = 'UTF8'; SET search_path = public";

/// A notebook in a PostgreSQL server, or in a group of them of which one leads.
#[derive(Debug)]
pub(super) struct Postgres(Config);

impl Postgres {
    pub(super) fn new(config: &Config) -> Self {
        let mut config = config.clone();
        config.application_name(NAME);
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(5));
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(SILENCE);
        }
        config.keepalives_idle(SILENCE);
        Self(config)
    }

    pub(super) fn session(&self) -> Result<Session, StoreError> {
        let mut client = self.0.connect(NoTls)?;
        client.batch_execute(SESSION)?;
        let how: String = client.query_one("SHOW synchronous_commit", &[])?.get(0);
        // Weaker than this, a commit is said to be done before it is on any disk, or on the other machine's.
        if ["off", "local", "remote_write"].contains(&how.as_str()) {
            client.batch_execute("SET synchronous_commit = on")?;
        }
        Ok(Session {
            client,
            prepared: HashMap::new(),
        })
    }
}

impl Engine for Postgres {
    fn open(&self) -> Result<Box<dyn Sql>, StoreError> {
        let mut session = self.session()?;
        session.prepare()?;
        Ok(Box::new(session))
    }

    fn connect(&self) -> Result<Box<dyn Sql>, StoreError> {
        Ok(Box::new(self.session()?))
    }
}

pub(super) struct Session {
    client: Client,
    prepared: HashMap<&'static str, Statement>,
}

impl Session {
    /// Whether there are tables of a notebook.
    pub(super) fn is_prepared(&mut self) -> Result<bool, StoreError> {
        let found = self
            .client
            .query_one("SELECT to_regclass('public.meta') IS NOT NULL", &[])?;
        Ok(found.get(0))
    }

    /// Makes the tables when there are none. Several processes may come at once.
    fn prepare(&mut self) -> Result<(), StoreError> {
        self.begin(Kind::Alone)?;
        self.make()?;
        self.commit()
    }

    /// Makes the tables, or brings them up, within a transaction that nobody else is in.
    pub(super) fn make(&mut self) -> Result<(), StoreError> {
        let found = if self.is_prepared()? {
            self.schema()?
        } else {
            None
        };
        match found {
            Some(found) if found > SCHEMA => {
                return Err(StoreError::Newer {
                    found,
                    known: SCHEMA,
                });
            }
            Some(SCHEMA) => return Ok(()),
            Some(_) | None => {}
        }
        for (_, step) in STEPS
            .iter()
            .filter(|(number, _)| found.is_none_or(|found| *number > found))
        {
            self.batch(step)?;
        }
        let set = "INSERT INTO meta (name, value) VALUES ($1, $2) \
                   ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        if found.is_none() {
            let epoch = new_epoch()?;
            let mac_key = random::<32>()?;
            self.client.execute(set, &[&"epoch", &epoch.as_bytes()])?;
            self.client.execute(set, &[&"mac_key", &&mac_key[..]])?;
        }
        let schema = SCHEMA.to_string();
        self.client.execute(set, &[&"schema", &schema.as_bytes()])?;
        Ok(())
    }

    /// The schema of the tables that are there.
    fn schema(&mut self) -> Result<Option<i64>, StoreError> {
        let get = "SELECT value FROM meta WHERE name = 'schema'";
        let found: Option<Vec<u8>> = self.client.query_opt(get, &[])?.map(|row| row.get(0));
        let found = found.and_then(|found| String::from_utf8(found).ok());
        let number = found.and_then(|found| found.parse().ok());
        match number {
            Some(number) => Ok(Some(number)),
            None => Err(StoreError::Engine(
                "not a notebook: no schema number".to_owned(),
            )),
        }
    }

    /// Other endpoints and commands that have a session on this database now.
    pub(super) fn others(&mut self) -> Result<i64, StoreError> {
        let get = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                   AND application_name = $1 AND pid <> pg_backend_pid()";
        Ok(self.client.query_one(get, &[&NAME])?.get(0))
    }

    /// Puts the tables of the present notebook aside, into a schema of their own. An earlier release made fewer.
    pub(super) fn put_aside(&mut self, schema: &str) -> Result<(), StoreError> {
        let mut all = format!("CREATE SCHEMA {schema};");
        for table in sql::OF_ALL.iter().chain(&sql::OF_UNITS) {
            all.push_str(&format!(
                "ALTER TABLE IF EXISTS public.{table} SET SCHEMA {schema};"
            ));
        }
        self.batch(&all)
    }

    fn statement(&mut self, sql: &'static str) -> Result<Statement, StoreError> {
        debug_assert!(sql::names_unit(sql), "{sql}");
        if let Some(statement) = self.prepared.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(&sql.replace('?', "$"))?;
        self.prepared.insert(sql, statement.clone());
        Ok(statement)
    }
}

impl Sql for Session {
    fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        Ok(self.client.batch_execute(sql)?)
    }

    fn begin(&mut self, kind: Kind) -> Result<(), StoreError> {
        match kind {
            Kind::Reading => self.batch("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
            Kind::Writing => {
                self.batch("BEGIN")?;
                self.batch(&format!("SELECT pg_advisory_xact_lock_shared({COMMON})"))
            }
            Kind::Alone => {
                self.batch("BEGIN")?;
                self.batch(&format!("SELECT pg_advisory_xact_lock({COMMON})"))
            }
        }
    }

    fn lock(&mut self, unit: &str) -> Result<(), StoreError> {
        let key = [unit.into()];
        let put = "INSERT INTO notebook (unit) VALUES (?1) ON CONFLICT DO NOTHING";
        let get = "SELECT 1 FROM notebook WHERE unit = ?1 FOR UPDATE";
        if !self.has(get, &key)? {
            self.run(put, &key)?;
            self.has(get, &key)?;
        }
        Ok(())
    }

    fn run(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<u64, StoreError> {
        let statement = self.statement(sql)?;
        let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|p| p as _).collect();
        Ok(self.client.execute(&statement, &params)?)
    }

    fn walk(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
        each: &mut dyn FnMut(&dyn Columns) -> Walk,
    ) -> Result<(), StoreError> {
        let statement = self.statement(sql)?;
        let mut rows = self.client.query_raw(&statement, params.iter())?;
        while let Some(row) = rows.next()? {
            if let ControlFlow::Break(()) = each(&row)? {
                break;
            }
        }
        Ok(())
    }
}

impl Session {
    fn has(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<bool, StoreError> {
        let sql_self: &mut dyn Sql = self;
        sql_self.has(sql, params)
    }
}

impl ToSql for Param<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match *self {
            Param::Int(value) => value.to_sql(ty, out),
            Param::NoInt => Ok(IsNull::Yes),
            Param::Text(value) => value.to_sql(ty, out),
            Param::Bytes(value) => value.to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        [Type::INT8, Type::TEXT, Type::BYTEA].contains(ty)
    }

    to_sql_checked!();
}

impl Columns for postgres::Row {
    fn int(&self, at: usize) -> Result<Option<i64>, StoreError> {
        Ok(self.try_get(at)?)
    }

    fn text(&self, at: usize) -> Result<&str, StoreError> {
        self.try_get(at).map_err(unreadable(at))
    }

    fn bytes(&self, at: usize) -> Result<&[u8], StoreError> {
        self.try_get(at).map_err(unreadable(at))
    }
}

impl From<postgres::Error> for StoreError {
    fn from(error: postgres::Error) -> Self {
        // The text of the library is its kind alone; what the server said is below it.
        let say = || match error.as_db_error() {
            Some(said) => format!("{} ({})", said.message(), said.code().code()),
            None => std::error::Error::source(&error)
                .map_or_else(|| error.to_string(), |source| format!("{error}: {source}")),
        };
        let Some(code) = error.code() else {
            // Not the server's words: the line, or a machine that is not there.
            return Self::Away(say());
        };
        let is_away = code.code().starts_with("08")
            || [
                SqlState::ADMIN_SHUTDOWN,
                SqlState::CRASH_SHUTDOWN,
                SqlState::CANNOT_CONNECT_NOW,
                SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
                SqlState::TOO_MANY_CONNECTIONS,
                // It led until now, and follows another.
                SqlState::READ_ONLY_SQL_TRANSACTION,
            ]
            .contains(code);
        match code {
            _ if is_away => Self::Away(say()),
            code if *code == SqlState::DISK_FULL => Self::Full,
            code if [
                SqlState::LOCK_NOT_AVAILABLE,
                SqlState::T_R_DEADLOCK_DETECTED,
                SqlState::T_R_SERIALIZATION_FAILURE,
                SqlState::OUT_OF_MEMORY,
            ]
            .contains(code) =>
            {
                Self::Busy
            }
            _ => Self::Engine(say()),
        }
    }
}
