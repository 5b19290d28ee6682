//! What instances on one PostgreSQL share while they run: who is there, which rooms each has, logs of turns, and letters
//! from one to another. The bus gives all of it a meaning; here are only the rows.

use async_recursion::async_recursion as boxed;
use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};

use crate::db::{AtHand, Db, Session, begin};
use crate::{Result, Store, StoreError};

/// What a notification may carry, less the room for its number.
pub const LETTER: usize = 7_800;
/// An instance that was not seen for so long is dead.
const DEAD_AFTER_MS: i64 = 6_000;
/// How far behind the last part of a log its next owner begins: further than an owner counts.
pub const SEAL: i64 = 1 << 20;
/// A parcel that nobody fetched for so long is thrown away.
const PARCEL_MS: i64 = 60_000;
/// How often parcels are fetched where nobody can be notified.
const FETCH_EVERY: Duration = Duration::from_millis(100);
/// How long a new connection may take.
const CONNECT: Duration = Duration::from_secs(5);

/// A piece of a turn's log: one or more lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogPart {
    pub turn: String,
    pub part: i64,
    pub lines: String,
    /// Says all that the parts before it said, which go.
    pub whole: bool,
}

/// What became of a flush.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flushed {
    /// Turns whose part was stored; of others the number was taken, or the part before it is not there.
    pub stored: HashSet<String>,
    /// Rooms with the other instances that have them.
    pub rooms: Vec<(String, String)>,
    /// The other instances, when they were asked for.
    pub instances: Vec<String>,
}

/// What an instance learns when it says that it lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beat {
    /// It was not known (any more): what it announced is gone.
    pub anew: bool,
    /// Milliseconds since 1970 by the clock that all share.
    pub now_ms: i64,
    /// Every living instance with what it says of itself.
    pub instances: Vec<(String, String)>,
    /// Instances that were found dead.
    pub dead: Vec<String>,
    /// Their rooms.
    pub left: Vec<String>,
}

/// The tables of the fleet, over connections that nothing else uses: one listens, two write. Cheap to clone.
#[derive(Clone)]
pub struct FleetTables {
    line: Arc<RwLock<Line>>,
    options: PgConnectOptions,
    pooled: bool,
}

impl std::fmt::Debug for FleetTables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The options hold the password.
        f.debug_struct("FleetTables").field("pooled", &self.pooled).finish_non_exhaustive()
    }
}

/// Hears the letters to one instance.
#[derive(Debug)]
pub struct FleetEar {
    tables: FleetTables,
    instance: String,
    /// `None` behind a pooler, which hands a connection on after each transaction.
    listener: Option<PgListener>,
}

impl Store {
    /// The tables of the fleet; `None` on SQLite, whose file has one server.
    pub fn fleet(&self) -> Option<FleetTables> {
        let Db::Postgres { pool, pooled } = &self.db else { return None };
        let options = (*pool.connect_options()).clone();
        Some(FleetTables { line: Arc::new(RwLock::new(line(&options))), options, pooled: *pooled })
    }
}

impl Store {
    /// Counts an attempt in a bucket of time, unless there were `limit` in the buckets behind `oldest`: then false. On
    /// SQLite always true, as one server may count by itself.
    #[boxed]
    pub async fn count_try(&self, key: &str, bucket: i64, oldest: i64, limit: u32) -> Result<bool> {
        let Db::Postgres { pool, pooled } = &self.db else { return Ok(true) };
        let mut session = Session::begin(pool, *pooled).await?;
        let counted: Option<i64> = sqlx::query_scalar(
            "WITH gone AS (DELETE FROM fleet_attempt WHERE bucket < $3 - 60) \
             INSERT INTO fleet_attempt (key, bucket, count) SELECT $1, $2, 1 \
             WHERE (SELECT COALESCE(SUM(count), 0) FROM fleet_attempt WHERE key = $1 AND bucket > $3) < $4 \
             ON CONFLICT (key, bucket) DO UPDATE SET count = fleet_attempt.count + 1 RETURNING count",
        )
        .bind(key)
        .bind(bucket)
        .bind(oldest)
        .bind(i64::from(limit))
        .fetch_optional(session.connection())
        .await?;
        session.end().await?;
        Ok(counted.is_some())
    }
}

/// Connections that are made when they are needed.
fn connections(most: u32, options: &PgConnectOptions) -> PgPool {
    PgPoolOptions::new()
        .max_connections(most)
        .acquire_timeout(CONNECT)
        .test_before_acquire(false)
        .max_lifetime(None)
        .idle_timeout(None)
        .connect_lazy_with(options.clone())
}

/// The connections that write.
#[derive(Clone)]
struct Line {
    pool: PgPool,
    at_hand: Arc<AtHand>,
}

/// One is at hand, or asked whether it is well when it comes back: meanwhile the other one goes on.
fn line(options: &PgConnectOptions) -> Line {
    Line { pool: connections(2, options), at_hand: Arc::default() }
}

impl FleetTables {
    fn line(&self) -> Line {
        self.line.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn session(&self) -> Result<Session> {
        let Line { pool, at_hand } = self.line();
        Ok(if self.pooled { Session::begin(&pool, true).await? } else { Session::at_hand(&pool, &at_hand).await? })
    }

    /// Leaves connections that do not answer to themselves, and makes new ones.
    pub fn renew(&self) {
        *self.line.write().unwrap_or_else(PoisonError::into_inner) = line(&self.options);
    }

    /// Whether letters can only be fetched. Such an instance needs a name that begins with `p`, by which others know.
    pub fn fetches(&self) -> bool {
        self.pooled
    }

    /// Says that an instance lives. `bury`: those that were not seen for long are dead.
    #[boxed]
    pub async fn beat(&self, me: &str, note: &str, bury: bool) -> Result<Beat> {
        let mut tx = begin(&self.line().pool, self.pooled).await?;
        let (anew, now_ms): (bool, i64) = sqlx::query_as(
            "INSERT INTO fleet_instance (instance, note, seen_at_ms) \
             VALUES ($1, $2, (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint) \
             ON CONFLICT (instance) DO UPDATE SET note = excluded.note, seen_at_ms = excluded.seen_at_ms \
             RETURNING (xmax = 0), seen_at_ms",
        )
        .bind(me)
        .bind(note)
        .fetch_one(&mut *tx)
        .await?;
        let dead: Vec<String> =
            sqlx::query_scalar("DELETE FROM fleet_instance WHERE seen_at_ms < $1 RETURNING instance")
                .bind(if bury { now_ms - DEAD_AFTER_MS } else { 0 })
                .fetch_all(&mut *tx)
                .await?;
        let mut left: Vec<String> = Vec::new();
        if !dead.is_empty() {
            left = sqlx::query_scalar("DELETE FROM fleet_room WHERE instance = ANY($1::text[]) RETURNING room")
                .bind(&dead)
                .fetch_all(&mut *tx)
                .await?;
        }
        sqlx::query("DELETE FROM fleet_parcel WHERE created_at_ms < $1")
            .bind(now_ms - PARCEL_MS)
            .execute(&mut *tx)
            .await?;
        let instances: Vec<(String, String)> =
            sqlx::query_as("SELECT instance, note FROM fleet_instance ORDER BY instance").fetch_all(&mut *tx).await?;
        tx.commit().await?;
        Ok(Beat { anew, now_ms, instances, dead, left })
    }

    /// The time by the clock that all share, and every instance with what it says of itself, for who only looks.
    #[boxed]
    pub async fn look(&self) -> Result<(i64, Vec<(String, String)>)> {
        let mut session = self.session().await?;
        let now_ms: i64 = sqlx::query_scalar("SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint")
            .fetch_one(session.connection())
            .await?;
        let instances =
            sqlx::query_as("SELECT instance, note FROM fleet_instance WHERE seen_at_ms > $1 ORDER BY instance")
                .bind(now_ms - DEAD_AFTER_MS)
                .fetch_all(session.connection())
                .await?;
        session.end().await?;
        Ok((now_ms, instances))
    }

    /// Takes an instance out, with everything that it announced.
    #[boxed]
    pub async fn leave(&self, me: &str) -> Result<()> {
        let mut tx = begin(&self.line().pool, self.pooled).await?;
        for statement in [
            "DELETE FROM fleet_instance WHERE instance = $1",
            "DELETE FROM fleet_room WHERE instance = $1",
            "DELETE FROM fleet_parcel WHERE instance = $1",
        ] {
            sqlx::query(statement).bind(me).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Says which rooms an instance has (with a note) and which it has no more (`None`).
    #[boxed]
    pub async fn mark(&self, me: &str, rooms: &[(String, Option<String>)]) -> Result<()> {
        let kept = rooms.iter().filter_map(|(room, note)| Some((room.clone(), note.clone()?)));
        let (kept, notes): (Vec<String>, Vec<String>) = kept.unzip();
        let gone: Vec<String> = rooms.iter().filter(|(_, note)| note.is_none()).map(|(room, _)| room.clone()).collect();
        let mut tx = begin(&self.line().pool, self.pooled).await?;
        if !kept.is_empty() {
            sqlx::query(
                "INSERT INTO fleet_room (room, instance, note) \
                 SELECT r.room, $1, r.note FROM unnest($2::text[], $3::text[]) AS r (room, note) \
                 ON CONFLICT (room, instance) DO UPDATE SET note = excluded.note",
            )
            .bind(me)
            .bind(&kept)
            .bind(&notes)
            .execute(&mut *tx)
            .await?;
        }
        if !gone.is_empty() {
            sqlx::query("DELETE FROM fleet_room WHERE instance = $1 AND room = ANY($2::text[])")
                .bind(me)
                .bind(&gone)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Every instance that has a room, with its note.
    #[boxed]
    pub async fn who_has(&self, room: &str) -> Result<Vec<(String, String)>> {
        let mut session = self.session().await?;
        let found = sqlx::query_as("SELECT instance, note FROM fleet_room WHERE room = $1 ORDER BY instance")
            .bind(room)
            .fetch_all(session.connection())
            .await?;
        session.end().await?;
        Ok(found)
    }

    /// Stores parts of logs and finds the other instances that have the rooms, or all of them. A part is stored when its
    /// number is free and the one before it is there (or it is the first, or whole).
    #[boxed]
    pub async fn flush(&self, me: &str, parts: &[LogPart], rooms: &[String], everyone: bool) -> Result<Flushed> {
        let turns: Vec<&str> = parts.iter().map(|part| part.turn.as_str()).collect();
        let numbers: Vec<i64> = parts.iter().map(|part| part.part).collect();
        let lines: Vec<&str> = parts.iter().map(|part| part.lines.as_str()).collect();
        let whole: Vec<bool> = parts.iter().map(|part| part.whole).collect();
        let mut session = self.session().await?;
        let rows: Vec<(String, String, String)> = sqlx::query_as(
            "WITH given AS (SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::boolean[]) \
               AS g (turn, part, lines, whole)), \
             stored AS (INSERT INTO fleet_log (turn, part, lines) SELECT g.turn, g.part, g.lines FROM given g \
               WHERE (g.whole OR g.part = 1 \
                   OR EXISTS (SELECT 1 FROM fleet_log l WHERE l.turn = g.turn AND l.part = g.part - 1)) \
                 AND NOT EXISTS (SELECT 1 FROM fleet_log l WHERE l.turn = g.turn AND l.part >= g.part) \
               ON CONFLICT (turn, part) DO NOTHING RETURNING turn, part), \
             gone AS (DELETE FROM fleet_log l USING stored s JOIN given g ON g.turn = s.turn AND g.whole \
               WHERE l.turn = s.turn AND l.part < s.part) \
             SELECT 'stored', turn, '' FROM stored \
             UNION ALL SELECT 'room', room, instance FROM fleet_room WHERE room = ANY($5::text[]) AND instance <> $6 \
             UNION ALL SELECT 'instance', instance, '' FROM fleet_instance WHERE $7 AND instance <> $6",
        )
        .bind(&turns)
        .bind(&numbers)
        .bind(&lines)
        .bind(&whole)
        .bind(rooms)
        .bind(me)
        .bind(everyone)
        .fetch_all(session.connection())
        .await?;
        session.end().await?;
        let mut flushed = Flushed::default();
        for (kind, one, other) in rows {
            match kind.as_str() {
                "stored" => _ = flushed.stored.insert(one),
                "room" => flushed.rooms.push((one, other)),
                _ => flushed.instances.push(one),
            }
        }
        Ok(flushed)
    }

    /// Sends letters (instance, body) in order.
    #[boxed]
    pub async fn send(&self, letters: Vec<(String, String)>) -> Result<()> {
        let (mut to, mut bodies): (Vec<String>, Vec<String>) = letters.into_iter().unzip();
        let is_parcel =
            |at: &usize| bodies[*at].len() > LETTER || bodies[*at].starts_with('#') || to[*at].starts_with('p');
        let parcels: Vec<usize> = (0..to.len()).filter(is_parcel).collect();
        if !parcels.is_empty() {
            let heavy = |list: &[String]| parcels.iter().map(|at| list[*at].clone()).collect::<Vec<_>>();
            let mut session = self.session().await?;
            // Numbers are given in the order of the rows.
            let ids: Vec<i64> = sqlx::query_scalar(
                "INSERT INTO fleet_parcel (instance, body, created_at_ms) \
                 SELECT p.instance, p.body, (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint \
                 FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS p (instance, body, n) ORDER BY p.n RETURNING id",
            )
            .bind(heavy(&to))
            .bind(heavy(&bodies))
            .fetch_all(session.connection())
            .await?;
            session.end().await?;
            for (at, id) in parcels.iter().zip(ids) {
                bodies[*at] = format!("#{id}");
            }
        }
        // Who fetches needs no notification.
        let notified: Vec<usize> = (0..to.len()).filter(|at| !to[*at].starts_with('p')).collect();
        if notified.len() < to.len() {
            to = notified.iter().map(|at| to[*at].clone()).collect();
            bodies = notified.iter().map(|at| bodies[*at].clone()).collect();
        }
        if to.is_empty() {
            return Ok(());
        }
        let mut session = self.session().await?;
        // Two equal notifications of one transaction would become one: each carries its place.
        sqlx::query(
            "SELECT pg_notify('airis_' || t.instance, t.n || ':' || t.body) \
             FROM (SELECT * FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS l (instance, body, n) ORDER BY l.n) t",
        )
        .bind(&to)
        .bind(&bodies)
        .execute(session.connection())
        .await?;
        session.end().await?;
        Ok(())
    }

    /// Listens for the letters to an instance from now on.
    #[boxed]
    pub async fn listen(&self, me: &str) -> Result<FleetEar> {
        let mut ear = FleetEar { tables: self.clone(), instance: me.to_owned(), listener: None };
        if !self.pooled {
            // Of its own each time: one that only seems to be there must not keep the place of the next.
            let mut listener = PgListener::connect_with(&connections(1, &self.options)).await?;
            listener.eager_reconnect(false);
            listener.listen(&format!("airis_{me}")).await?;
            ear.listener = Some(listener);
        }
        Ok(ear)
    }

    /// Every line of a turn's log in order; lines end with a line feed.
    #[boxed]
    pub async fn log(&self, turn: &str) -> Result<Vec<String>> {
        let mut session = self.session().await?;
        let parts = sqlx::query_scalar("SELECT lines FROM fleet_log WHERE turn = $1 ORDER BY part")
            .bind(turn)
            .fetch_all(session.connection())
            .await?;
        session.end().await?;
        Ok(parts)
    }

    /// Takes the next number of a log, so that whoever wrote it until now writes no more, and one far behind it, which no
    /// whole part of theirs reaches; returns the latter and everything before.
    #[boxed]
    pub async fn seize(&self, turn: &str) -> Result<(i64, Vec<String>)> {
        loop {
            let mut session = self.session().await?;
            let seal: Option<i64> = sqlx::query_scalar(
                "WITH next AS (INSERT INTO fleet_log (turn, part, lines) \
                   SELECT $1, COALESCE(MAX(part), 0) + 1, '' FROM fleet_log WHERE turn = $1 \
                   ON CONFLICT (turn, part) DO NOTHING RETURNING part) \
                 INSERT INTO fleet_log (turn, part, lines) SELECT $1, part - 1 + $2, '' FROM next RETURNING part",
            )
            .bind(turn)
            .bind(SEAL)
            .fetch_optional(session.connection())
            .await?;
            session.end().await?;
            // The next one taken in this moment by the old owner: once more behind it.
            if let Some(seal) = seal {
                return Ok((seal, self.log(turn).await?));
            }
        }
    }

    /// Forgets logs.
    #[boxed]
    pub async fn forget_logs(&self, turns: &[String]) -> Result<()> {
        let mut session = self.session().await?;
        sqlx::query("DELETE FROM fleet_log WHERE turn = ANY($1::text[])")
            .bind(turns)
            .execute(session.connection())
            .await?;
        session.end().await?;
        Ok(())
    }

    /// Turns that have a log.
    #[boxed]
    pub async fn log_ids(&self) -> Result<Vec<String>> {
        let mut session = self.session().await?;
        let ids = sqlx::query_scalar("SELECT DISTINCT turn FROM fleet_log").fetch_all(session.connection()).await?;
        session.end().await?;
        Ok(ids)
    }

    /// Closes the connections that write.
    #[boxed]
    pub async fn close(&self) {
        let Line { pool, at_hand } = self.line();
        drop(at_hand.take());
        pool.close().await;
    }

    async fn parcel(&self, id: i64) -> Result<Option<String>> {
        let mut session = self.session().await?;
        let body = sqlx::query_scalar("DELETE FROM fleet_parcel WHERE id = $1 RETURNING body")
            .bind(id)
            .fetch_optional(session.connection())
            .await?;
        session.end().await?;
        Ok(body)
    }

    async fn parcels(&self, me: &str) -> Result<Vec<String>> {
        let mut session = self.session().await?;
        let mut parcels: Vec<(i64, String)> =
            sqlx::query_as("DELETE FROM fleet_parcel WHERE instance = $1 RETURNING id, body")
                .bind(me)
                .fetch_all(session.connection())
                .await?;
        session.end().await?;
        parcels.sort_by_key(|(id, _)| *id);
        Ok(parcels.into_iter().map(|(_, body)| body).collect())
    }
}

impl FleetEar {
    /// The next letter or letters. An error means that some may be lost: listen anew.
    #[boxed]
    pub async fn next(&mut self) -> Result<Vec<String>> {
        let Some(listener) = &mut self.listener else {
            loop {
                let parcels = self.tables.parcels(&self.instance).await?;
                if !parcels.is_empty() {
                    return Ok(parcels);
                }
                tokio::time::sleep(FETCH_EVERY).await;
            }
        };
        let heard = listener.try_recv().await?;
        let heard = heard.ok_or_else(|| StoreError::Unavailable("the connection that listens was lost".to_owned()))?;
        let (_, body) = heard.payload().split_once(':').unwrap_or_default();
        match body.strip_prefix('#').and_then(|id| id.parse().ok()) {
            None => Ok(vec![body.to_owned()]),
            // Gone when it lay there for too long.
            Some(id) => Ok(self.tables.parcel(id).await?.into_iter().collect()),
        }
    }
}
