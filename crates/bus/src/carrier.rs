//! What carries the bus of a fleet: one set of operations, one arm per kind.

use airis_store::{Beat, FleetEar, FleetTables, Flushed, LETTER, LogPart};

use crate::BusError;
use crate::redis_bus::{self, RedisCarrier, RedisEar};

pub(crate) enum Carrier {
    /// Tables and notifications.
    Postgres(Box<FleetTables>),
    /// Hashes, streams and channels.
    Redis(Box<RedisCarrier>),
}

/// Hears letters to this instance.
pub(crate) enum Ear {
    Postgres(Box<FleetEar>),
    Redis(RedisEar),
}

type Result<T> = std::result::Result<T, BusError>;

impl Carrier {
    /// What it is called in traces.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Postgres(_) => "postgresql",
            Self::Redis(_) => "redis",
        }
    }

    /// Whether letters can only be fetched, not pushed.
    pub(crate) fn fetches(&self) -> bool {
        match self {
            Self::Postgres(tables) => tables.fetches(),
            Self::Redis(_) => false,
        }
    }

    /// Bytes of a letter that is carried without a detour.
    pub(crate) fn letter(&self) -> usize {
        match self {
            Self::Postgres(_) => LETTER,
            Self::Redis(_) => redis_bus::LETTER,
        }
    }

    /// Leaves connections that do not answer to themselves, and makes new ones.
    pub(crate) fn renew(&self) {
        match self {
            Self::Postgres(tables) => tables.renew(),
            Self::Redis(redis) => redis.renew(),
        }
    }

    /// Says that an instance lives. `bury`: those that were not seen for long are dead.
    pub(crate) async fn beat(&self, me: &str, note: &str, bury: bool) -> Result<Beat> {
        match self {
            Self::Postgres(tables) => Ok(tables.beat(me, note, bury).await?),
            Self::Redis(redis) => redis.beat(me, note, bury).await,
        }
    }

    /// Takes an instance out, with its rooms.
    pub(crate) async fn leave(&self, me: &str) -> Result<()> {
        match self {
            Self::Postgres(tables) => Ok(tables.leave(me).await?),
            Self::Redis(redis) => redis.leave(me).await,
        }
    }

    /// Listens for letters to an instance from now on.
    pub(crate) async fn listen(&self, me: &str) -> Result<Ear> {
        match self {
            Self::Postgres(tables) => Ok(Ear::Postgres(Box::new(tables.listen(me).await?))),
            Self::Redis(redis) => Ok(Ear::Redis(redis.listen(me).await?)),
        }
    }

    /// Stores which rooms an instance has (with a note) and which no more.
    pub(crate) async fn mark(&self, me: &str, rooms: &[(String, Option<String>)]) -> Result<()> {
        match self {
            Self::Postgres(tables) => Ok(tables.mark(me, rooms).await?),
            Self::Redis(redis) => redis.mark(me, rooms).await,
        }
    }

    /// Every instance that has a room, with its note.
    pub(crate) async fn who_has(&self, room: &str) -> Result<Vec<(String, String)>> {
        match self {
            Self::Postgres(tables) => Ok(tables.who_has(room).await?),
            Self::Redis(redis) => redis.who_has(room).await,
        }
    }

    /// Stores parts of logs whose numbers are free, and finds the other instances that have the rooms, or all.
    pub(crate) async fn flush(&self, me: &str, parts: &[LogPart], rooms: &[String], everyone: bool) -> Result<Flushed> {
        match self {
            Self::Postgres(tables) => Ok(tables.flush(me, parts, rooms, everyone).await?),
            Self::Redis(redis) => redis.flush(me, parts, rooms, everyone).await,
        }
    }

    /// Sends letters (instance, text), those to one instance in order.
    pub(crate) async fn send(&self, letters: Vec<(String, String)>) -> Result<()> {
        match self {
            Self::Postgres(tables) => Ok(tables.send(letters).await?),
            Self::Redis(redis) => redis.send(letters).await,
        }
    }

    /// The parts of a log in order.
    pub(crate) async fn log(&self, turn: &str) -> Result<Vec<String>> {
        match self {
            Self::Postgres(tables) => Ok(tables.log(turn).await?),
            Self::Redis(redis) => redis.log(turn).await,
        }
    }

    /// Takes the next number of a log, and returns it with the parts before it.
    pub(crate) async fn seize(&self, turn: &str) -> Result<(i64, Vec<String>)> {
        match self {
            Self::Postgres(tables) => Ok(tables.seize(turn).await?),
            Self::Redis(redis) => redis.seize(turn).await,
        }
    }

    pub(crate) async fn forget_logs(&self, turns: &[String]) -> Result<()> {
        match self {
            Self::Postgres(tables) => Ok(tables.forget_logs(turns).await?),
            Self::Redis(redis) => redis.forget_logs(turns).await,
        }
    }

    /// Turns that have a log.
    pub(crate) async fn log_ids(&self) -> Result<Vec<String>> {
        match self {
            Self::Postgres(tables) => Ok(tables.log_ids().await?),
            // What nobody removed goes by itself.
            Self::Redis(_) => Ok(Vec::new()),
        }
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Postgres(tables) => tables.close().await,
            Self::Redis(redis) => redis.renew(),
        }
    }
}

impl Ear {
    /// The next letters. An error means that some may be lost.
    pub(crate) async fn next(&mut self) -> Result<Vec<String>> {
        match self {
            Self::Postgres(ear) => Ok(ear.next().await?),
            Self::Redis(ear) => ear.next().await,
        }
    }
}
