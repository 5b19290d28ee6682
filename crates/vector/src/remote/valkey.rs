//! Valkey with its search module, over its own protocol. A place is an index of that module over the hashes whose keys begin
//! with its name. <https://valkey.io/topics/search/>

use std::collections::HashMap;
use std::time::Duration;

use airis_config::ValkeyServer;
use airis_domain::Json;
use async_trait::async_trait;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, Cmd, FromRedisValue, RedisError, Value, cmd, pipe};
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;

use super::points::{Hit, Point, Points, Question};
use super::rest::odd;
use crate::measure::pack;
use crate::{Result, VectorError};

const NAME: &str = "Valkey";
const CONNECT: Duration = Duration::from_secs(10);
const ANSWER: Duration = Duration::from_secs(30);
/// Candidates that a search looks at, at most.
const MOST: usize = 4_096;
/// Keys that are looked through at once when a place is deleted.
const SCANNED: usize = 1_000;

pub struct Valkey {
    server: ValkeyServer,
    open: Mutex<Option<MultiplexedConnection>>,
}

impl Valkey {
    pub fn new(server: &ValkeyServer) -> Self {
        Self { server: server.clone(), open: Mutex::default() }
    }

    async fn connection(&self) -> Result<MultiplexedConnection> {
        let mut open = self.open.lock().await;
        if let Some(connection) = open.as_ref() {
            return Ok(connection.clone());
        }
        let config =
            AsyncConnectionConfig::new().set_connection_timeout(Some(CONNECT)).set_response_timeout(Some(ANSWER));
        let client = Client::open(self.server.url.as_str()).map_err(told)?;
        let connection = client.get_multiplexed_async_connection_with_config(&config);
        // A server that takes the connection and says nothing, too.
        let connection = tokio::time::timeout(ANSWER, connection).await;
        let connection = connection.map_err(|_| late())?.map_err(told)?;
        *open = Some(connection.clone());
        Ok(connection)
    }

    /// One command and its answer.
    async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<std::result::Result<T, RedisError>> {
        let mut connection = self.connection().await?;
        let answer = command.query_async(&mut connection).await;
        self.looked_at(answer).await
    }

    /// The same with many that travel together.
    async fn ask_all<T: FromRedisValue>(&self, commands: &redis::Pipeline) -> Result<T> {
        let mut connection = self.connection().await?;
        let answer = commands.query_async(&mut connection).await;
        self.looked_at(answer).await?.map_err(told)
    }

    /// What a server said, good or bad; a connection that failed is left.
    async fn looked_at<T>(&self, answer: redis::RedisResult<T>) -> Result<std::result::Result<T, RedisError>> {
        match answer {
            Err(error) if error.code().is_none() => {
                *self.open.lock().await = None;
                Err(told(error))
            }
            answer => Ok(answer),
        }
    }

    async fn list(&self) -> Result<Vec<String>> {
        self.ask(&cmd("FT._LIST")).await?.map_err(|error| {
            let reason =
                if is_unknown(&error) { "it runs without its search module".to_owned() } else { error.to_string() };
            VectorError::Unavailable(format!("{NAME}: {reason}"))
        })
    }

    async fn is_there(&self, place: &str) -> Result<bool> {
        Ok(self.list().await?.iter().any(|name| name == place))
    }

    /// The command that makes a place.
    fn index(&self, place: &str, dimensions: usize) -> Cmd {
        let (server, mut command) = (&self.server, cmd("FT.CREATE"));
        let mut how: Vec<(&str, String)> = vec![
            ("TYPE", "FLOAT32".to_owned()),
            ("DIM", dimensions.to_string()),
            ("DISTANCE_METRIC", server.metric.clone()),
        ];
        if server.index == "HNSW" {
            how.push(("M", server.edges.to_string()));
            how.push(("EF_CONSTRUCTION", server.build.to_string()));
            how.push(("EF_RUNTIME", server.look.to_string()));
        }
        command.arg(place).arg("ON").arg("HASH").arg("PREFIX").arg(1).arg(key(place, "")).arg("SCHEMA");
        command.arg("tenant").arg("TAG").arg("file").arg("TAG");
        command.arg("vector").arg("VECTOR").arg(&server.index).arg(how.len() * 2);
        for (name, value) in how {
            command.arg(name).arg(value);
        }
        command
    }
}

#[async_trait]
impl Points for Valkey {
    async fn check(&self) -> Result<()> {
        self.list().await.map(|_| ())
    }

    async fn ensure(&self, place: &str, dimensions: usize) -> Result<()> {
        if self.is_there(place).await? {
            return Ok(());
        }
        match self.ask::<()>(&self.index(place, dimensions)).await? {
            Ok(()) => Ok(()),
            // Another may have been faster.
            Err(error) => {
                if self.is_there(place).await? {
                    Ok(())
                } else {
                    Err(told(error))
                }
            }
        }
    }

    async fn upsert(&self, place: &str, points: &[Point]) -> Result<()> {
        let mut commands = pipe();
        for point in points {
            let metadata = Json::Object(point.metadata.clone()).to_string();
            let command = commands.cmd("HSET").arg(key(place, &point.id));
            command.arg("tenant").arg(tag(&point.collection)).arg("tenant_id").arg(&point.collection);
            if let Some(file) = &point.file_id {
                command.arg("file").arg(tag(file)).arg("file_id").arg(file);
            }
            command.arg("text").arg(&point.text).arg("metadata").arg(metadata);
            command.arg("vector").arg(pack(&point.vector)).ignore();
        }
        self.ask_all(&commands).await
    }

    async fn near(&self, place: &str, question: Question<'_>) -> Result<Vec<Hit>> {
        let mut filter = format!("@tenant:{{{}}}", tag(question.collection));
        match question.files {
            None => {}
            Some([]) => return Ok(Vec::new()),
            Some(files) => {
                let tags: Vec<String> = files.iter().map(|file| tag(file)).collect();
                filter = format!("{filter} @file:{{{}}}", tags.join("|"));
            }
        }
        let limit = question.limit;
        let look = match self.server.index.as_str() {
            "HNSW" => format!(" EF_RUNTIME {}", limit.max(self.server.look as usize).min(MOST)),
            _ => String::new(),
        };
        let mut command = cmd("FT.SEARCH");
        command.arg(place).arg(format!("({filter})=>[KNN {limit} @vector $asked{look} AS far]"));
        command.arg("PARAMS").arg(2).arg("asked").arg(pack(question.vector));
        command.arg("RETURN").arg(1).arg("far").arg("LIMIT").arg(0).arg(limit).arg("DIALECT").arg(2);
        match self.ask::<Vec<Value>>(&command).await? {
            Ok(answer) => hits(place, &self.server.metric, answer).ok_or_else(|| odd(NAME)),
            Err(error) => {
                if self.is_there(place).await? {
                    Err(told(error))
                } else {
                    Ok(Vec::new())
                }
            }
        }
    }

    async fn vectors(&self, place: &str, ids: &[&str]) -> Result<HashMap<String, Vec<f32>>> {
        let mut commands = pipe();
        for id in ids {
            commands.cmd("HGET").arg(key(place, id)).arg("vector");
        }
        let found: Vec<Option<Vec<u8>>> = self.ask_all(&commands).await?;
        let numbers = |bytes: Vec<u8>| bytes.as_chunks::<4>().0.iter().map(|one| f32::from_le_bytes(*one)).collect();
        let pairs = ids.iter().zip(found);
        Ok(pairs.filter_map(|(id, bytes)| Some(((*id).to_owned(), numbers(bytes?)))).collect())
    }

    async fn delete(&self, place: &str, ids: &[&str]) -> Result<()> {
        let keys: Vec<String> = ids.iter().map(|id| key(place, id)).collect();
        self.ask::<()>(cmd("UNLINK").arg(keys)).await?.map_err(told)
    }

    async fn places(&self, prefix: &str) -> Result<Vec<String>> {
        Ok(self.list().await?.into_iter().filter(|name| name.starts_with(prefix)).collect())
    }

    async fn drop_place(&self, place: &str) -> Result<()> {
        // What is left when this ends amid is deleted by whoever tries again: the index goes last.
        let mut cursor = 0_u64;
        loop {
            let mut scan = cmd("SCAN");
            scan.arg(cursor).arg("MATCH").arg(key(place, "*")).arg("COUNT").arg(SCANNED);
            let (next, keys): (u64, Vec<Vec<u8>>) = self.ask(&scan).await?.map_err(told)?;
            if !keys.is_empty() {
                self.ask::<()>(cmd("UNLINK").arg(keys)).await?.map_err(told)?;
            }
            cursor = next;
            if cursor == 0 {
                break;
            }
        }
        match self.ask::<()>(cmd("FT.DROPINDEX").arg(place)).await? {
            Ok(()) => Ok(()),
            Err(error) => {
                if self.is_there(place).await? {
                    Err(told(error))
                } else {
                    Ok(())
                }
            }
        }
    }
}

fn key(place: &str, id: &str) -> String {
    format!("{place}:{id}")
}

/// A name as a tag: letters of the module's own language, its separators and capitals are no matter in this one.
fn tag(name: &str) -> String {
    hex::encode(&Sha256::digest(name)[..16])
}

/// What a search found: how many, then a key and what is wanted of it, again and again.
fn hits(place: &str, metric: &str, answer: Vec<Value>) -> Option<Vec<Hit>> {
    let begin = key(place, "");
    let mut rest = answer.into_iter().skip(1);
    let mut hits = Vec::new();
    while let Some(name) = rest.next() {
        let name = String::from_redis_value(name).ok()?;
        let fields = HashMap::<String, f64>::from_redis_value(rest.next()?).ok()?;
        let far = *fields.get("far")?;
        // Of two that have length one: what is missing to the cosine, or the square of how far they are apart.
        let cosine = if metric == "L2" { 1.0 - far / 2.0 } else { 1.0 - far };
        hits.push((name.strip_prefix(&begin)?.to_owned(), cosine));
    }
    Some(hits)
}

fn is_unknown(error: &RedisError) -> bool {
    error.to_string().to_lowercase().contains("unknown command")
}

fn told(error: RedisError) -> VectorError {
    let reason: String = error.to_string().chars().take(200).collect();
    VectorError::Unavailable(format!("{NAME}: {reason}"))
}

fn late() -> VectorError {
    VectorError::Unavailable(format!("{NAME} did not answer within {} s", ANSWER.as_secs()))
}
