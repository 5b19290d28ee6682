//! A MariaDB that knows vectors (11.7 and later): one table for each place, searched by an index of the server.
//! <https://mariadb.com/docs/server/reference/sql-structure/vectors/vector-overview>

use std::collections::HashMap;
use std::str::FromStr;
use std::time::Duration;

use airis_config::MariaDbServer;
use async_trait::async_trait;
use sqlx::mysql::{MySqlArguments, MySqlConnectOptions, MySqlPoolOptions, MySqlRow};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, ConnectOptions, MySql, MySqlPool, Row};

use super::points::{Hit, Point, Points, Question};
use super::rest::odd;
use crate::measure::{pack, unpack};
use crate::{Result, VectorError};

const NAME: &str = "MariaDB";
/// Time that a question may take, and the making of a table.
const DEADLINE: Duration = Duration::from_secs(30);
/// Points of one statement: what it holds at most is sixteen megabytes where nothing else is said to the server.
const TOGETHER: usize = 500;
/// What the server calls a table that is not there.
const NO_TABLE: &str = "42S02";
/// And a statement that it gave up so that another one could go on.
const COLLIDED: &str = "40001";
const MOMENT: Duration = Duration::from_millis(10);
/// What it says of a variable that only servers with vectors have.
const UNKNOWN_VARIABLE: &str = "Unknown system variable";
/// Up to so many vectors each is compared, which takes about ten milliseconds and misses none.
const COMPARED: usize = 5_000;
/// Vectors that the index looks at for a question: its own number, 20, misses two of three.
const BREADTH: usize = 200;

pub struct MariaDb {
    server: MariaDbServer,
    pool: Result<MySqlPool>,
}

type Bound = Query<'static, MySql, MySqlArguments>;

impl MariaDb {
    pub fn new(server: &MariaDbServer) -> Self {
        Self { server: server.clone(), pool: pool(server) }
    }

    fn pool(&self) -> Result<&MySqlPool> {
        self.pool.as_ref().map_err(|_| told("MARIADB_VECTOR_DB_URL is no address of a MariaDB"))
    }

    async fn change(&self, query: impl Fn() -> Bound) -> Result<()> {
        within(changed(self.pool()?, query)).await
    }

    /// Nothing where there is no such table.
    async fn rows(&self, query: Bound) -> Result<Vec<MySqlRow>> {
        let pool = self.pool()?;
        let asked = async {
            match query.fetch_all(pool).await {
                Err(error) if is(&error, NO_TABLE) => Ok(Vec::new()),
                outcome => outcome,
            }
        };
        within(asked).await
    }

    /// How far a vector of the table is from the one that is bound.
    fn distance(&self) -> &'static str {
        if self.server.metric == "euclidean" {
            "VEC_DISTANCE_EUCLIDEAN(embedding, ?)"
        } else {
            "VEC_DISTANCE_COSINE(embedding, ?)"
        }
    }

    /// The cosine of two vectors of length one.
    fn cosine(&self, distance: f64) -> f64 {
        if self.server.metric == "euclidean" { 1.0 - distance * distance / 2.0 } else { 1.0 - distance }
    }

    /// Whether there are more vectors to search than should be compared one by one.
    async fn are_many(&self, place: &str, question: &Question<'_>) -> Result<bool> {
        let sql = format!(
            "SELECT COUNT(*) FROM (SELECT 1 FROM {place} WHERE {} LIMIT {}) AS some",
            fitting(question),
            COMPARED + 1
        );
        let rows = self.rows(fit(sqlx::query(AssertSqlSafe(sql)), question)).await?;
        let count: i64 = rows.first().map_or(Ok(0), |row| row.try_get(0))?;
        Ok(usize::try_from(count).is_ok_and(|count| count > COMPARED))
    }

    /// The nearest by the index, or by comparing with each.
    async fn look(&self, place: &str, question: &Question<'_>, by_index: bool) -> Result<Vec<Hit>> {
        let distance = self.distance();
        let index = if by_index { "FORCE" } else { "IGNORE" };
        let sql = format!(
            "SELECT id, {distance} FROM {place} {index} INDEX (near) WHERE {} ORDER BY {distance} LIMIT {}",
            fitting(question),
            question.limit
        );
        let vector = pack(question.vector);
        let query = fit(sqlx::query(AssertSqlSafe(sql)).bind(vector.clone()), question).bind(vector);
        let hit = |row: MySqlRow| Ok((row.try_get(0)?, self.cosine(row.try_get(1)?)));
        self.rows(query).await?.into_iter().map(hit).collect()
    }
}

/// Which vectors a question is about.
fn fitting(question: &Question<'_>) -> String {
    let files = question.files.map_or(String::new(), |files| format!(" AND file_id IN ({})", marks(files.len())));
    format!("tenant_id = ?{files}")
}

fn fit(query: Bound, question: &Question<'_>) -> Bound {
    let files = question.files.unwrap_or_default();
    files.iter().fold(query.bind(question.collection.to_owned()), |query, file| query.bind(file.clone()))
}

#[async_trait]
impl Points for MariaDb {
    async fn check(&self) -> Result<()> {
        let known = self.rows(sqlx::query("SELECT 1")).await.map(|_| ());
        known.map_err(|error| match error {
            VectorError::Unavailable(problem) if problem.contains(UNKNOWN_VARIABLE) => {
                told("it knows no vectors; MariaDB 11.7 is the first that does")
            }
            other => other,
        })
    }

    async fn ensure(&self, place: &str, dimensions: usize) -> Result<()> {
        let (metric, edges) = (&self.server.metric, self.server.edges);
        let sql = format!(
            "CREATE TABLE IF NOT EXISTS {place} (id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY, \
             tenant_id VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL, \
             file_id VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, embedding VECTOR({dimensions}) NOT NULL, \
             INDEX whose (tenant_id, file_id), VECTOR INDEX near (embedding) M={edges} DISTANCE={metric}) ENGINE=InnoDB"
        );
        self.change(|| sqlx::query(AssertSqlSafe(sql.clone()))).await
    }

    async fn upsert(&self, place: &str, points: &[Point]) -> Result<()> {
        for points in points.chunks(TOGETHER) {
            let rows = vec!["(?, ?, ?, ?)"; points.len()].join(", ");
            let sql = format!(
                "INSERT INTO {place} (id, tenant_id, file_id, embedding) VALUES {rows} ON DUPLICATE KEY UPDATE \
                 tenant_id = VALUES(tenant_id), file_id = VALUES(file_id), embedding = VALUES(embedding)"
            );
            let bind = |query: Bound, point: &Point| {
                let query = query.bind(point.id.clone()).bind(point.collection.clone());
                query.bind(point.file_id.clone()).bind(pack(&point.vector))
            };
            self.change(|| points.iter().fold(sqlx::query(AssertSqlSafe(sql.clone())), bind)).await?;
        }
        Ok(())
    }

    async fn near(&self, place: &str, question: Question<'_>) -> Result<Vec<Hit>> {
        if question.files.is_some_and(<[String]>::is_empty) {
            return Ok(Vec::new());
        }
        if self.are_many(place, &question).await? {
            let found = self.look(place, &question, true).await?;
            // What the index finds first may be what others own, and is left out only then.
            if found.len() == question.limit {
                return Ok(found);
            }
        }
        self.look(place, &question, false).await
    }

    async fn vectors(&self, place: &str, ids: &[&str]) -> Result<HashMap<String, Vec<f32>>> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let sql = format!("SELECT id, embedding FROM {place} WHERE id IN ({})", marks(ids.len()));
        let rows = self.rows(all(sqlx::query(AssertSqlSafe(sql)), ids)).await?;
        let pair = |row: MySqlRow| -> Result<(String, Vec<f32>)> {
            let (bytes, mut vector): (Vec<u8>, _) = (row.try_get_unchecked(1)?, Vec::new());
            if unpack(&bytes, bytes.len() / 4, &mut vector) { Ok((row.try_get(0)?, vector)) } else { Err(odd(NAME)) }
        };
        rows.into_iter().map(pair).collect()
    }

    async fn delete(&self, place: &str, ids: &[&str]) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        let sql = format!("DELETE FROM {place} WHERE id IN ({})", marks(ids.len()));
        let deleted = changed(self.pool()?, || all(sqlx::query(AssertSqlSafe(sql.clone())), ids));
        let deleted = async {
            match deleted.await {
                Err(error) if is(&error, NO_TABLE) => Ok(()),
                outcome => outcome,
            }
        };
        within(deleted).await
    }

    async fn places(&self, prefix: &str) -> Result<Vec<String>> {
        let sql = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() \
                   AND LEFT(table_name, CHAR_LENGTH(?)) = ?";
        let rows = self.rows(sqlx::query(sql).bind(prefix.to_owned()).bind(prefix.to_owned())).await?;
        rows.into_iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    async fn drop_place(&self, place: &str) -> Result<()> {
        self.change(|| sqlx::query(AssertSqlSafe(format!("DROP TABLE IF EXISTS {place}")))).await
    }
}

fn pool(server: &MariaDbServer) -> Result<MySqlPool> {
    // What is wrong with an address is not said with its password.
    let wrong = |_| told("MARIADB_VECTOR_DB_URL is no address of a MariaDB");
    let options = MySqlConnectOptions::from_str(&server.url).map_err(wrong)?.disable_statement_logging();
    Ok(MySqlPoolOptions::new()
        .max_connections(server.connections)
        .acquire_timeout(Duration::from_secs(server.patience.max(1)))
        .max_lifetime(Duration::from_secs(server.recycle.max(1)))
        .after_connect(|connection, _| {
            let sql = format!("SET SESSION mhnsw_ef_search = {BREADTH}");
            Box::pin(async move { sqlx::query(AssertSqlSafe(sql)).execute(connection).await.map(|_| ()) })
        })
        .connect_lazy_with(options))
}

/// Tries again where the server stopped one of several that change the index at once.
async fn changed(pool: &MySqlPool, query: impl Fn() -> Bound) -> sqlx::Result<()> {
    loop {
        match query().execute(pool).await {
            Err(error) if is(&error, COLLIDED) => tokio::time::sleep(MOMENT).await,
            outcome => return outcome.map(|_| ()),
        }
    }
}

fn all(query: Bound, ids: &[&str]) -> Bound {
    ids.iter().fold(query, |query, id| query.bind((*id).to_owned()))
}

/// A question mark for each of so many values.
fn marks(count: usize) -> String {
    vec!["?"; count].join(", ")
}

fn is(error: &sqlx::Error, state: &str) -> bool {
    error.as_database_error().and_then(|error| error.code()).is_some_and(|code| code == state)
}

async fn within<T>(work: impl Future<Output = sqlx::Result<T>>) -> Result<T> {
    match tokio::time::timeout(DEADLINE, work).await {
        Ok(outcome) => outcome.map_err(|error| told(&error.to_string())),
        Err(_) => Err(told(&format!("no answer within {} s", DEADLINE.as_secs()))),
    }
}

fn told(problem: &str) -> VectorError {
    VectorError::Unavailable(format!("{NAME}: {problem}"))
}
