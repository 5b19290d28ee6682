//! The bus over Redis: one server, one behind Sentinels, or a cluster. Every command names one key, so that it makes no
//! difference which; commands of one flush travel together over one connection.

mod link;
mod scripts;

pub(crate) use link::RedisEar;

use std::collections::BTreeMap;
use std::time::Duration;

use airis_store::{Beat, Flushed, LogPart, SEAL};
use futures::future::try_join_all;

use crate::BusError;
use link::{Connection, Link};

type Result<T> = std::result::Result<T, BusError>;

/// Bytes of a letter; Redis would carry more, but it is one message to whoever reads it.
pub(crate) const LETTER: usize = 256 * 1024;
/// An instance that was not seen for so long is dead.
const DEAD_AFTER_MS: u64 = 6_000;

/// Where Redis is and how it is spoken to.
#[derive(Clone)]
pub struct RedisOptions {
    /// `redis://` or `rediss://`, with user and password where needed. With Sentinels its host is the name of the service.
    pub url: String,
    /// `host:port` of each Sentinel, after `user:password@` where it wants them, or a whole address; none: the server is where the address says.
    pub sentinels: Vec<String>,
    pub cluster: bool,
    /// What every key begins with.
    pub prefix: String,
    pub connect_within: Duration,
    pub answer_within: Duration,
    /// Whether the system tries idle connections.
    pub keepalive: bool,
    /// After how long without use a connection is asked whether it is there before it is used; `None`: never.
    pub rest: Option<Duration>,
    /// How many times Sentinels that knew no server are asked again, and the pause before each.
    pub sentinel_retries: u32,
    pub sentinel_pause: Duration,
    /// How long the log of a turn outlives its last line.
    pub log_ttl: Duration,
}

impl std::fmt::Debug for RedisOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The address may hold a password.
        f.debug_struct("RedisOptions")
            .field("cluster", &self.cluster)
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

pub(crate) struct RedisCarrier {
    link: Link,
    options: RedisOptions,
}

impl RedisCarrier {
    pub(crate) fn new(options: RedisOptions) -> Self {
        Self { link: Link::new(options.clone()), options }
    }

    fn key(&self, kind: &str, name: &str) -> String {
        format!("{}:fleet:{kind}:{name}", self.options.prefix)
    }

    fn instances(&self) -> String {
        format!("{}:fleet:instances", self.options.prefix)
    }

    pub(crate) fn renew(&self) {
        self.link.forget();
    }

    pub(crate) async fn beat(&self, me: &str, note: &str, bury: bool) -> Result<Beat> {
        let mut command = scripts::on(scripts::BEAT, &self.instances());
        command.arg(me).arg(note).arg(if bury { DEAD_AFTER_MS } else { 0 });
        let (anew, now_ms, fields, dead): (bool, i64, Vec<String>, Vec<String>) = self.link.ask(&command).await?;
        let mut left = Vec::new();
        for instance in &dead {
            left.extend(self.bury(instance).await?);
        }
        let instances = fields.chunks_exact(2).map(|pair| {
            // When it was seen, then its note.
            let note = pair[1].split_once(' ').map_or("", |(_, note)| note);
            (pair[0].clone(), note.to_owned())
        });
        Ok(Beat { anew, now_ms, instances: instances.collect(), dead, left })
    }

    /// Takes an instance out of every room that it had; returns those.
    async fn bury(&self, instance: &str) -> Result<Vec<String>> {
        let had = self.key("has", instance);
        let rooms: Vec<String> = self.link.ask(redis::cmd("SMEMBERS").arg(&had)).await?;
        let connection = self.link.connection().await?;
        let gone = rooms.iter().map(|room| {
            let mut command = redis::cmd("HDEL");
            command.arg(self.key("room", room)).arg(instance);
            self.run(connection.clone(), command)
        });
        try_join_all(gone).await?;
        self.link.ask::<()>(redis::cmd("DEL").arg(&had)).await?;
        Ok(rooms)
    }

    pub(crate) async fn leave(&self, me: &str) -> Result<()> {
        self.bury(me).await?;
        self.link.ask::<()>(redis::cmd("HDEL").arg(self.instances()).arg(me)).await
    }

    pub(crate) async fn listen(&self, me: &str) -> Result<RedisEar> {
        self.link.listen(&self.key("letters", me)).await
    }

    pub(crate) async fn mark(&self, me: &str, rooms: &[(String, Option<String>)]) -> Result<()> {
        let connection = self.link.connection().await?;
        let had = self.key("has", me);
        let commands = rooms.iter().flat_map(|(room, note)| {
            let (mut of_room, mut of_me);
            match note {
                Some(note) => {
                    (of_room, of_me) = (redis::cmd("HSET"), redis::cmd("SADD"));
                    of_room.arg(self.key("room", room)).arg(me).arg(note);
                }
                None => {
                    (of_room, of_me) = (redis::cmd("HDEL"), redis::cmd("SREM"));
                    of_room.arg(self.key("room", room)).arg(me);
                }
            }
            of_me.arg(&had).arg(room);
            [of_room, of_me]
        });
        try_join_all(commands.map(|command| self.run(connection.clone(), command))).await?;
        Ok(())
    }

    pub(crate) async fn who_has(&self, room: &str) -> Result<Vec<(String, String)>> {
        let fields: Vec<String> = self.link.ask(redis::cmd("HGETALL").arg(self.key("room", room))).await?;
        let mut found: Vec<_> = fields.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect();
        found.sort();
        Ok(found)
    }

    pub(crate) async fn flush(&self, me: &str, parts: &[LogPart], rooms: &[String], everyone: bool) -> Result<Flushed> {
        let connection = self.link.connection().await?;
        let store = try_join_all(parts.iter().map(|part| {
            let mut command = scripts::on(scripts::STORE, &self.key("log", &part.turn));
            let ttl = self.options.log_ttl.as_secs().max(1);
            command.arg(part.part).arg(&part.lines).arg(i32::from(part.whole)).arg(ttl);
            self.link.answer::<bool>(connection.clone(), command)
        }));
        let find = try_join_all(rooms.iter().map(|room| {
            let mut command = redis::cmd("HKEYS");
            command.arg(self.key("room", room));
            self.link.answer::<Vec<String>>(connection.clone(), command)
        }));
        let all = async {
            if !everyone {
                return Ok(Vec::new());
            }
            let mut command = redis::cmd("HKEYS");
            command.arg(self.instances());
            self.link.answer::<Vec<String>>(connection.clone(), command).await
        };
        let (stored, places, mut instances) = futures::try_join!(store, find, all)?;
        instances.retain(|instance| instance != me);
        let stored = parts.iter().zip(stored).filter(|(_, stored)| *stored).map(|(part, _)| part.turn.clone());
        let places = rooms.iter().zip(places).flat_map(|(room, places)| {
            places.into_iter().filter(move |place| place != me).map(move |place| (room.clone(), place))
        });
        Ok(Flushed { stored: stored.collect(), rooms: places.collect(), instances })
    }

    pub(crate) async fn send(&self, letters: Vec<(String, String)>) -> Result<()> {
        let connection = self.link.connection().await?;
        let mut to_each: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (to, body) in letters {
            to_each.entry(to).or_default().push(body);
        }
        // Those to one instance one after the other, so that they arrive in this order.
        let sent = to_each.into_iter().map(|(to, bodies)| {
            let connection = &connection;
            async move {
                for body in bodies {
                    let mut command = redis::cmd("PUBLISH");
                    command.arg(self.key("letters", &to)).arg(body);
                    self.run(connection.clone(), command).await?;
                }
                Ok::<_, BusError>(())
            }
        });
        try_join_all(sent).await?;
        Ok(())
    }

    pub(crate) async fn log(&self, turn: &str) -> Result<Vec<String>> {
        let command = scripts::on(scripts::READ, &self.key("log", turn));
        self.link.ask(&command).await
    }

    pub(crate) async fn seize(&self, turn: &str) -> Result<(i64, Vec<String>)> {
        let mut command = scripts::on(scripts::SEIZE, &self.key("log", turn));
        command.arg(self.options.log_ttl.as_secs().max(1)).arg(SEAL);
        self.link.ask(&command).await
    }

    pub(crate) async fn forget_logs(&self, turns: &[String]) -> Result<()> {
        let connection = self.link.connection().await?;
        let gone = turns.iter().map(|turn| {
            let mut command = redis::cmd("DEL");
            command.arg(self.key("log", turn));
            self.run(connection.clone(), command)
        });
        try_join_all(gone).await?;
        Ok(())
    }

    /// A command whose answer says nothing.
    async fn run(&self, connection: Connection, command: redis::Cmd) -> Result<()> {
        self.link.answer::<redis::Value>(connection, command).await.map(|_| ())
    }
}
