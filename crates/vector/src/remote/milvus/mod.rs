//! Milvus, over gRPC: its small edition speaks nothing else.
//! <https://github.com/milvus-io/milvus-proto>

mod message;
mod rows;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use airis_config::MilvusServer;
use airis_outbound::{Call, Rpc};
use async_trait::async_trait;
use parking_lot::Mutex;

use super::points::{Hit, Point, Points, Question};
use super::rest::odd;
use crate::{Result, VectorError};
use message::{Message, Written};

const NAME: &str = "Milvus";
const SECONDS: u64 = 30;
/// Bytes of the largest answer: some thousand ids, or a hundred vectors.
const LARGEST: usize = 64 * 1024 * 1024;
/// How often it is asked whether a collection is loaded, and the time between.
const LOOKS: u32 = 300;
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// What the service says of a collection that is there to be searched, and codes of one that is not there at all.
const LOADED: u64 = 3;
const GONE: u64 = 100;
const GONE_BEFORE: u64 = 4;

pub struct Milvus {
    rpc: Rpc,
    server: MilvusServer,
    /// Collections that were seen loaded.
    loaded: Mutex<HashSet<String>>,
}

/// How the service ended a call: with an answer, or saying that there is no such collection.
enum Ended {
    Well(Vec<u8>),
    Gone,
}

impl Milvus {
    pub fn new(server: &MilvusServer) -> Self {
        Self { rpc: Rpc::new(), server: server.clone(), loaded: Mutex::default() }
    }

    /// Calls a method. `status`: the field that says how it ended, where the answer is not just that.
    async fn ask(&self, method: &str, message: &Written, status: Option<u64>) -> Result<Ended> {
        let url = format!("{}/milvus.proto.milvus.MilvusService/{method}", self.server.url);
        let mut call = Call::post(url).within(SECONDS).at_most(LARGEST);
        if let Some(authorization) = &self.server.authorization {
            call = call.header("authorization", authorization);
        }
        let (ended, answer) = self.rpc.ask(call, message.as_bytes()).await?;
        if ended.code != 0 {
            return Err(refused(&ended.message, u64::from(ended.code)));
        }
        let whole = Message::new(&answer);
        let said = status.map_or(whole, |field| whole.message(field));
        // An older and a newer number say the same.
        match (said.number(1), said.number(3)) {
            (0, 0) => Ok(Ended::Well(answer)),
            (GONE_BEFORE, _) | (_, GONE) => Ok(Ended::Gone),
            (older, newer) => Err(refused(&said.text(2), newer.max(older))),
        }
    }

    /// A call that names a collection, beginning as all do.
    fn of(&self, place: &str) -> Written {
        Written::new().text(2, &self.server.database).text(3, place)
    }

    /// Whether a collection is there; then it is loaded, too.
    async fn is_ready(&self, place: &str) -> Result<bool> {
        if self.loaded.lock().contains(place) {
            return Ok(true);
        }
        let Ended::Well(answer) = self.ask("HasCollection", &self.of(place), Some(1)).await? else { return Ok(false) };
        if Message::new(&answer).number(2) == 0 {
            return Ok(false);
        }
        self.load(place).await?;
        Ok(true)
    }

    /// Has a collection loaded, and waits for it.
    async fn load(&self, place: &str) -> Result<()> {
        well(self.ask("LoadCollection", &self.of(place), None).await?)?;
        let asked = Written::new().text(2, place).text(4, &self.server.database);
        for _ in 0..LOOKS {
            if let Ended::Well(answer) = self.ask("GetLoadState", &asked, Some(1)).await?
                && Message::new(&answer).number(2) == LOADED
            {
                self.loaded.lock().insert(place.to_owned());
                return Ok(());
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        Err(refused("the collection is not loaded in time", 0))
    }

    /// The answer of a call about a collection that should be there; `None`, and it is looked for again, where it is not.
    fn found(&self, place: &str, ended: Ended) -> Option<Vec<u8>> {
        match ended {
            Ended::Well(answer) => Some(answer),
            Ended::Gone => {
                self.loaded.lock().remove(place);
                None
            }
        }
    }
}

#[async_trait]
impl Points for Milvus {
    async fn check(&self) -> Result<()> {
        self.places("").await.map(|_| ())
    }

    async fn ensure(&self, place: &str, dimensions: usize) -> Result<()> {
        // Asked each time, as another may have deleted it.
        self.loaded.lock().remove(place);
        if self.is_ready(place).await? {
            return Ok(());
        }
        let schema = rows::schema(place, dimensions);
        let made = self.ask("CreateCollection", &self.of(place).bytes(4, schema.as_bytes()), None).await;
        if let Err(error) = made {
            // Another may have been faster.
            return if self.is_ready(place).await? { Ok(()) } else { Err(error) };
        }
        let index = rows::index(&self.server);
        well(
            self.ask(
                "CreateIndex",
                &index.into_iter().fold(self.of(place).text(4, rows::VECTOR), |asked, pair| asked.message(5, &pair)),
                None,
            )
            .await?,
        )?;
        self.load(place).await
    }

    async fn upsert(&self, place: &str, points: &[Point]) -> Result<()> {
        let asked = self.of(place).messages(5, rows::columns(points)).number(7, points.len() as u64);
        let ended = self.ask("Upsert", &asked, Some(1)).await?;
        self.found(place, ended).map(|_| ()).ok_or_else(|| odd(NAME))
    }

    async fn near(&self, place: &str, question: Question<'_>) -> Result<Vec<Hit>> {
        if question.files.is_some_and(<[String]>::is_empty) || !self.is_ready(place).await? {
            return Ok(Vec::new());
        }
        let asked = rows::search(self.of(place), &question, &self.server.index);
        let ended = self.ask("Search", &asked, Some(1)).await?;
        let Some(answer) = self.found(place, ended) else { return Ok(Vec::new()) };
        rows::hits(Message::new(&answer)).ok_or_else(|| odd(NAME))
    }

    async fn vectors(&self, place: &str, ids: &[&str]) -> Result<HashMap<String, Vec<f32>>> {
        if !self.is_ready(place).await? {
            return Ok(HashMap::new());
        }
        let asked = self.of(place).text(4, &rows::any_of(rows::ID, ids)).texts(5, [rows::ID, rows::VECTOR]);
        let ended = self.ask("Query", &asked, Some(1)).await?;
        let Some(answer) = self.found(place, ended) else { return Ok(HashMap::new()) };
        rows::vectors(Message::new(&answer)).ok_or_else(|| odd(NAME))
    }

    async fn delete(&self, place: &str, ids: &[&str]) -> Result<()> {
        if !self.is_ready(place).await? {
            return Ok(());
        }
        let ended = self.ask("Delete", &self.of(place).text(5, &rows::any_of(rows::ID, ids)), Some(1)).await?;
        self.found(place, ended);
        Ok(())
    }

    async fn places(&self, prefix: &str) -> Result<Vec<String>> {
        let asked = Written::new().text(2, &self.server.database);
        let Ended::Well(answer) = self.ask("ShowCollections", &asked, Some(1)).await? else { return Err(odd(NAME)) };
        let names = Message::new(&answer).texts(2).into_iter();
        Ok(names.filter(|name| name.starts_with(prefix)).collect())
    }

    async fn drop_place(&self, place: &str) -> Result<()> {
        self.loaded.lock().remove(place);
        self.ask("DropCollection", &self.of(place), None).await.map(|_| ())
    }
}

fn well(ended: Ended) -> Result<()> {
    match ended {
        Ended::Well(_) => Ok(()),
        Ended::Gone => Err(refused("the collection is gone", 0)),
    }
}

fn refused(reason: &str, code: u64) -> VectorError {
    let reason: String = reason.chars().take(200).collect();
    VectorError::Unavailable(format!("{NAME} answers {code} {reason}"))
}
