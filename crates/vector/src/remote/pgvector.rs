//! A PostgreSQL with the extension pgvector: one table for each place, searched by an index of the extension or as it is.
//! <https://github.com/pgvector/pgvector>

use std::collections::HashMap;
use std::str::FromStr;
use std::time::Duration;

use airis_config::{PgvectorIndex, PgvectorServer};
use async_trait::async_trait;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, PgPool, Postgres, Transaction};
use tokio::sync::OnceCell;

use super::points::{Hit, Point, Points, Question};
use super::rest::{numbers, odd};
use crate::{Result, VectorError};

const NAME: &str = "pgvector";
/// Time that a question may take, and the making of an index.
const DEADLINE: Duration = Duration::from_secs(30);
const MAKING: Duration = Duration::from_secs(3_600);
/// Whoever makes something holds this lock of the database.
const LOCK: i64 = 0x6169_7269_7370;
/// Numbers of the longest vectors that an index of the extension takes, of four bytes and of two.
const LONGEST: usize = 2_000;
const LONGEST_HALF: usize = 4_000;
/// Candidates that a search in a graph looks at, at least and at most.
const CANDIDATES: usize = 40;
const MOST: usize = 1_000;
/// Vectors for each list that there must be before lists are made: their middles are taken from what is there.
const FOR_A_LIST: i64 = 10;

pub struct Pgvector {
    server: PgvectorServer,
    opened: OnceCell<Opened>,
}

struct Opened {
    pool: PgPool,
    /// Whether a search can go on behind what an index found first.
    goes_on: bool,
}

/// One transaction for every question, as poolers between us and the database want it.
type Begun = Transaction<'static, Postgres>;

impl Pgvector {
    pub fn new(server: &PgvectorServer) -> Self {
        Self { server: server.clone(), opened: OnceCell::new() }
    }

    async fn opened(&self) -> Result<&Opened> {
        self.opened.get_or_try_init(|| within(DEADLINE, self.open())).await
    }

    async fn open(&self) -> Result<Opened> {
        let pool = self.pool()?;
        let mut version = version(&pool).await?;
        if version.is_none() && self.server.make_extension {
            let mut tx = pool.begin().await?;
            lock(&mut tx).await?;
            let made = sqlx::query("CREATE EXTENSION IF NOT EXISTS vector").execute(&mut *tx).await;
            made.map_err(|error| told(&format!("the extension cannot be made: {error}")))?;
            tx.commit().await?;
            version = self::version(&pool).await?;
        }
        let version = version.ok_or_else(missing)?;
        let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or_default());
        let goes_on = (parts.next(), parts.next()) >= (Some(0), Some(8));
        Ok(Opened { pool, goes_on })
    }

    fn pool(&self) -> Result<PgPool> {
        // What is wrong with an address is not said with its password.
        let wrong = |_| told("PGVECTOR_DB_URL is no address of a PostgreSQL");
        let options = PgConnectOptions::from_str(&self.server.url).map_err(wrong)?.disable_statement_logging();
        Ok(PgPoolOptions::new()
            .max_connections(self.server.connections)
            .acquire_timeout(Duration::from_secs(self.server.patience.max(1)))
            .max_lifetime(Duration::from_secs(self.server.recycle.max(1)))
            .connect_lazy_with(options))
    }

    /// Whether the extension is there, or can be made when it is needed.
    async fn looked_for(&self) -> Result<()> {
        let pool = self.pool()?;
        if version(&pool).await?.is_some() {
            return Ok(());
        }
        let known = "SELECT EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'vector')";
        let known: bool = sqlx::query_scalar(known).fetch_one(&mut *pool.begin().await?).await?;
        if known && self.server.make_extension { Ok(()) } else { Err(missing()) }
    }

    async fn begin(&self) -> Result<Begun> {
        Ok(self.opened().await?.pool.begin().await?)
    }

    /// The index that a place gets; `None` where its vectors are too long for one.
    fn index(&self, dimensions: usize) -> Option<PgvectorIndex> {
        let longest = if self.server.half { LONGEST_HALF } else { LONGEST };
        self.server.index.filter(|_| dimensions <= longest)
    }

    /// Looks in a table with as many candidates as are wanted.
    async fn look(&self, place: &str, question: &Question<'_>) -> Result<Vec<Hit>> {
        let goes_on = self.opened().await?.goes_on;
        let mut tx = self.begin().await?;
        let Some(kind) = kind(&mut tx, place).await? else { return Ok(Vec::new()) };
        let scan = self.server.scan.as_str();
        let rules = match self.index(question.vector.len()) {
            None => Vec::new(),
            Some(PgvectorIndex::Hnsw { .. }) => vec![
                ("hnsw.ef_search", question.limit.clamp(CANDIDATES, MOST).to_string()),
                ("hnsw.iterative_scan", scan.to_owned()),
            ],
            // Lists know no strict order.
            Some(PgvectorIndex::Ivfflat { lists }) => vec![
                ("ivfflat.probes", lists.isqrt().max(1).to_string()),
                ("ivfflat.iterative_scan", if scan == "off" { "off" } else { "relaxed_order" }.to_owned()),
            ],
        };
        for (name, value) in rules.iter().filter(|(name, _)| goes_on || !name.ends_with("iterative_scan")) {
            sqlx::query("SELECT set_config($1, $2, true)").bind(*name).bind(value).execute(&mut *tx).await?;
        }
        let sql = format!(
            "SELECT id::text, (vector <=> $1::{kind})::float8 FROM {place} \
             WHERE tenant_id = $2 AND ($3::text[] IS NULL OR file_id = ANY($3)) ORDER BY vector <=> $1::{kind} LIMIT $4"
        );
        let rows: Vec<Hit> = sqlx::query_as(AssertSqlSafe(sql))
            .bind(numbers(question.vector).to_string())
            .bind(plain(question.collection))
            .bind(question.files.map(|files| files.iter().map(|file| plain(file)).collect::<Vec<_>>()))
            .bind(i64::try_from(question.limit).unwrap_or(i64::MAX))
            .fetch_all(&mut *tx)
            .await?;
        // A distance is 1 less the cosine.
        Ok(rows.into_iter().map(|(id, far)| (id, 1.0 - far)).collect())
    }

    async fn make(&self, place: &str, dimensions: usize) -> Result<()> {
        let mut tx = self.begin().await?;
        let wanted = self.index(dimensions);
        // A table keeps the kind of vectors it was made with; an index that is wanted later is made then.
        let there = kind(&mut tx, place).await?;
        let searched = match wanted {
            Some(PgvectorIndex::Hnsw { .. }) => has_index(&mut tx, place).await?,
            _ => true,
        };
        if there.is_some() && searched {
            return Ok(());
        }
        lock(&mut tx).await?;
        let kind = there.unwrap_or_else(|| if self.server.half { "halfvec" } else { "vector" }.to_owned());
        let mut made = vec![
            format!(
                "CREATE TABLE IF NOT EXISTS {place} (id UUID PRIMARY KEY, tenant_id TEXT NOT NULL, file_id TEXT, \
                 vector {kind}({dimensions}) NOT NULL)"
            ),
            format!("CREATE INDEX IF NOT EXISTS {place}_file ON {place} (tenant_id, file_id)"),
        ];
        match wanted {
            Some(PgvectorIndex::Hnsw { edges, build }) => made.push(format!(
                "CREATE INDEX IF NOT EXISTS {place}_near ON {place} USING hnsw (vector {kind}_cosine_ops) \
                 WITH (m = {edges}, ef_construction = {build})"
            )),
            None if self.server.index.is_some() => {
                tracing::warn!(dimensions, "vectors of so many numbers have no index: each is compared");
            }
            _ => {}
        }
        for sql in made {
            sqlx::query(AssertSqlSafe(sql)).execute(&mut *tx).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Makes the lists of a table once there is enough in it.
    async fn make_lists(&self, place: &str, lists: u32) -> Result<()> {
        let mut tx = self.begin().await?;
        let Some(kind) = kind(&mut tx, place).await? else { return Ok(()) };
        if has_index(&mut tx, place).await? {
            return Ok(());
        }
        let wanted = i64::from(lists) * FOR_A_LIST;
        let counted = format!("SELECT COUNT(*) FROM (SELECT 1 FROM {place} LIMIT {wanted}) AS looked_at");
        let count: i64 = sqlx::query_scalar(AssertSqlSafe(counted)).fetch_one(&mut *tx).await?;
        if count < wanted {
            return Ok(());
        }
        lock(&mut tx).await?;
        let sql = format!(
            "CREATE INDEX IF NOT EXISTS {place}_near ON {place} USING ivfflat (vector {kind}_cosine_ops) WITH (lists = {lists})"
        );
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }

    async fn write(&self, place: &str, points: &[Point]) -> Result<()> {
        let ids: Vec<&str> = points.iter().map(|point| point.id.as_str()).collect();
        let tenants: Vec<String> = points.iter().map(|point| plain(&point.collection)).collect();
        let files: Vec<Option<String>> = points.iter().map(|point| point.file_id.as_deref().map(plain)).collect();
        let vectors: Vec<String> = points.iter().map(|point| numbers(&point.vector).to_string()).collect();
        let mut tx = self.begin().await?;
        let kind = kind(&mut tx, place).await?.ok_or_else(|| told("the table is gone"))?;
        let sql = format!(
            "INSERT INTO {place} (id, tenant_id, file_id, vector) SELECT id, tenant, file, vector::{kind} \
             FROM unnest($1::text[]::uuid[], $2::text[], $3::text[], $4::text[]) AS new (id, tenant, file, vector) \
             ON CONFLICT (id) DO UPDATE SET tenant_id = EXCLUDED.tenant_id, file_id = EXCLUDED.file_id, \
             vector = EXCLUDED.vector"
        );
        let written = sqlx::query(AssertSqlSafe(sql)).bind(ids).bind(tenants).bind(files).bind(vectors);
        written.execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }

    async fn read(&self, place: &str, ids: &[&str]) -> Result<HashMap<String, Vec<f32>>> {
        let mut tx = self.begin().await?;
        if kind(&mut tx, place).await?.is_none() {
            return Ok(HashMap::new());
        }
        let sql = format!("SELECT id::text, vector::text FROM {place} WHERE id = ANY($1::text[]::uuid[])");
        let rows: Vec<(String, String)> = sqlx::query_as(AssertSqlSafe(sql)).bind(ids).fetch_all(&mut *tx).await?;
        let pair = |(id, text): (String, String)| {
            let numbers = text.trim_matches(['[', ']']).split(',').map(str::parse);
            Some((id, numbers.collect::<std::result::Result<_, _>>().ok()?))
        };
        rows.into_iter().map(|row| pair(row).ok_or_else(|| odd(NAME))).collect()
    }

    async fn remove(&self, place: &str, ids: &[&str]) -> Result<()> {
        let mut tx = self.begin().await?;
        if kind(&mut tx, place).await?.is_none() {
            return Ok(());
        }
        let sql = format!("DELETE FROM {place} WHERE id = ANY($1::text[]::uuid[])");
        sqlx::query(AssertSqlSafe(sql)).bind(ids).execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }

    async fn tables(&self, prefix: &str) -> Result<Vec<String>> {
        let mut tx = self.begin().await?;
        let sql = "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND starts_with(relname::text, $1) \
                   AND relnamespace = current_schema()::regnamespace";
        Ok(sqlx::query_scalar(sql).bind(prefix).fetch_all(&mut *tx).await?)
    }

    async fn drop_table(&self, place: &str) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query(AssertSqlSafe(format!("DROP TABLE IF EXISTS {place}"))).execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }
}

#[async_trait]
impl Points for Pgvector {
    async fn check(&self) -> Result<()> {
        within(DEADLINE, self.looked_for()).await
    }

    async fn ensure(&self, place: &str, dimensions: usize) -> Result<()> {
        within(MAKING, self.make(place, dimensions)).await
    }

    async fn upsert(&self, place: &str, points: &[Point]) -> Result<()> {
        within(DEADLINE, self.write(place, points)).await
    }

    async fn settle(&self, place: &str) -> Result<()> {
        let dimensions = place.rsplit('_').next().and_then(|length| length.parse().ok()).unwrap_or_default();
        match self.index(dimensions) {
            Some(PgvectorIndex::Ivfflat { lists }) => within(MAKING, self.make_lists(place, lists)).await,
            _ => Ok(()),
        }
    }

    async fn near(&self, place: &str, question: Question<'_>) -> Result<Vec<Hit>> {
        if question.files.is_some_and(<[String]>::is_empty) {
            return Ok(Vec::new());
        }
        within(DEADLINE, self.look(place, &question)).await
    }

    async fn vectors(&self, place: &str, ids: &[&str]) -> Result<HashMap<String, Vec<f32>>> {
        within(DEADLINE, self.read(place, ids)).await
    }

    async fn delete(&self, place: &str, ids: &[&str]) -> Result<()> {
        within(DEADLINE, self.remove(place, ids)).await
    }

    async fn places(&self, prefix: &str) -> Result<Vec<String>> {
        within(DEADLINE, self.tables(prefix)).await
    }

    async fn drop_place(&self, place: &str) -> Result<()> {
        within(DEADLINE, self.drop_table(place)).await
    }
}

async fn version(pool: &PgPool) -> Result<Option<String>> {
    let mut tx = pool.begin().await?;
    let sql = "SELECT extversion FROM pg_extension WHERE extname = 'vector'";
    Ok(sqlx::query_scalar(sql).fetch_optional(&mut *tx).await?)
}

async fn lock(tx: &mut Begun) -> Result<()> {
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut **tx).await?;
    Ok(())
}

/// The kind of vectors that a place has; `None` where there is no such place.
async fn kind(tx: &mut Begun, place: &str) -> Result<Option<String>> {
    let sql =
        "SELECT atttypid::regtype::text FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = 'vector'";
    Ok(sqlx::query_scalar(sql).bind(place).fetch_optional(&mut **tx).await?)
}

async fn has_index(tx: &mut Begun, place: &str) -> Result<bool> {
    let name = format!("{place}_near");
    Ok(sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL").bind(name).fetch_one(&mut **tx).await?)
}

/// Texts of PostgreSQL have everything but this character.
fn plain(text: &str) -> String {
    text.replace('\0', "")
}

async fn within<T>(deadline: Duration, work: impl Future<Output = Result<T>>) -> Result<T> {
    match tokio::time::timeout(deadline, work).await {
        Ok(outcome) => outcome,
        Err(_) => Err(told(&format!("no answer within {} s", deadline.as_secs()))),
    }
}

fn missing() -> VectorError {
    told("the database does not have the extension; make it with CREATE EXTENSION vector")
}

fn told(problem: &str) -> VectorError {
    VectorError::Unavailable(format!("{NAME}: {problem}"))
}
