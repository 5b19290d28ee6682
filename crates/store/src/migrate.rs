//! Schema changes: numbered files that only add, applied once under a lock by whichever process comes first.

use std::time::Duration;

use airis_domain::now;
use sqlx::{Row as _, raw_sql};

use crate::db::{Db, begin};
use crate::{Result, StoreError};

/// Every migration in order. Numbers never change and files are never edited once released.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "foundation", include_str!("../migrations/0001_foundation.sql")),
    (2, "first_page", include_str!("../migrations/0002_first_page.sql")),
    (3, "chat_pages", include_str!("../migrations/0003_chat_pages.sql")),
    (4, "shared_chat", include_str!("../migrations/0004_shared_chat.sql")),
    (5, "prompts", include_str!("../migrations/0005_prompts.sql")),
    (6, "groups_and_versions", include_str!("../migrations/0006_groups_and_versions.sql")),
    (7, "second_factor", include_str!("../migrations/0007_second_factor.sql")),
    (8, "evaluations", include_str!("../migrations/0008_evaluations.sql")),
    (9, "files", include_str!("../migrations/0009_files.sql")),
    (10, "memories", include_str!("../migrations/0010_memories.sql")),
    (11, "chat_search", include_str!("../migrations/0011_chat_search.sql")),
    (12, "event_webhooks", include_str!("../migrations/0012_event_webhooks.sql")),
    (14, "budgets", include_str!("../migrations/0014_budgets.sql")),
    (15, "identities", include_str!("../migrations/0015_identities.sql")),
    (16, "tool_sign_ins", include_str!("../migrations/0016_tool_sign_ins.sql")),
    (17, "notes", include_str!("../migrations/0017_notes.sql")),
    (18, "holds_and_guests", include_str!("../migrations/0018_holds_and_guests.sql")),
    (20, "fleet", include_str!("../migrations/0020_fleet.sql")),
    (21, "retrieval", include_str!("../migrations/0021_retrieval.sql")),
    (22, "uploads", include_str!("../migrations/0022_uploads.sql")),
    (26, "knowledge_connections", include_str!("../migrations/0026_knowledge_connections.sql")),
];
/// What follows a migration on SQLite and on PostgreSQL, where there is anything: searching texts is different in each,
/// and an SQLite file has one server.
const OF_EACH: &[(i64, &str, &str)] = &[
    (
        11,
        include_str!("../migrations/0011_chat_search.sqlite.sql"),
        include_str!("../migrations/0011_chat_search.postgres.sql"),
    ),
    (20, "", include_str!("../migrations/0020_fleet.postgres.sql")),
];

/// PostgreSQL's advisory lock of this product, any constant.
const ADVISORY_LOCK: i64 = 0x0061_6972_6973;
const CREATE: &str = "CREATE TABLE IF NOT EXISTS schema_migration (version BIGINT PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL)";
const APPLIED: &str = "SELECT version FROM schema_migration";
const RECORD: &str = "INSERT INTO schema_migration (version, name, applied_at) VALUES ($1, $2, $3)";
/// How long to wait for another process to bring the schema up, and how often to look.
const PATIENCE: Duration = Duration::from_secs(120);
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Number and name of every migration that this binary has, in order.
pub fn known() -> impl Iterator<Item = (i64, &'static str)> {
    MIGRATIONS.iter().map(|(version, name, _)| (*version, *name))
}

/// Applies what is missing. On SQLite the caller holds the file lock.
pub(crate) async fn apply(db: &Db) -> Result<()> {
    match db {
        Db::Sqlite { write, .. } => {
            let mut connection = write.acquire().await?;
            raw_sql(CREATE).execute(&mut *connection).await?;
            let applied: Vec<i64> = sqlx::query_scalar(APPLIED).fetch_all(&mut *connection).await?;
            drop(connection);
            for (version, name, sql) in pending(&applied)? {
                let mut tx = write.begin_with("BEGIN IMMEDIATE").await?;
                raw_sql(sql).execute(&mut *tx).await?;
                for (_, sqlite, _) in OF_EACH.iter().filter(|(of, sqlite, _)| *of == version && !sqlite.is_empty()) {
                    raw_sql(*sqlite).execute(&mut *tx).await?;
                }
                sqlx::query(RECORD).bind(version).bind(name).bind(now()).execute(&mut *tx).await?;
                tx.commit().await?;
            }
        }
        Db::Postgres { pool, pooled } => {
            // One transaction holds the lock, so it is safe behind a pooler and is freed by a crash.
            let mut tx = begin(pool, *pooled).await?;
            sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(ADVISORY_LOCK).execute(&mut *tx).await?;
            raw_sql(CREATE).execute(&mut *tx).await?;
            let applied: Vec<i64> = sqlx::query_scalar(APPLIED).fetch_all(&mut *tx).await?;
            for (version, name, sql) in pending(&applied)? {
                raw_sql(sql).execute(&mut *tx).await?;
                for (_, _, postgres) in OF_EACH.iter().filter(|(of, ..)| *of == version) {
                    raw_sql(*postgres).execute(&mut *tx).await?;
                }
                sqlx::query(RECORD).bind(version).bind(name).bind(now()).execute(&mut *tx).await?;
            }
            tx.commit().await?;
        }
    }
    Ok(())
}

/// Waits until another process has applied everything (`ENABLE_DB_MIGRATIONS=false`).
pub(crate) async fn wait(db: &Db) -> Result<()> {
    let begin = std::time::Instant::now();
    loop {
        match applied(db).await {
            Ok(versions) if pending(&versions)?.is_empty() => return Ok(()),
            _ if begin.elapsed() > PATIENCE => {
                return Err(StoreError::Open(
                    "the database schema is not up to date and ENABLE_DB_MIGRATIONS is false; start one instance with it on".to_owned(),
                ));
            }
            _ => tokio::time::sleep(LOOK_EVERY).await,
        }
    }
}

async fn applied(db: &Db) -> std::result::Result<Vec<i64>, sqlx::Error> {
    match db {
        Db::Sqlite { read, .. } => sqlx::query_scalar(APPLIED).fetch_all(read).await,
        Db::Postgres { pool, .. } => {
            let rows = sqlx::raw_sql(APPLIED).fetch_all(pool).await?;
            rows.iter().map(|row| row.try_get(0)).collect()
        }
    }
}

/// Whether nothing is missing. Migrations of a newer binary do no harm: they only add.
pub(crate) async fn is_done(db: &Db) -> Result<bool> {
    let applied = applied(db).await?;
    Ok(MIGRATIONS.iter().all(|(version, ..)| applied.contains(version)))
}

/// What is missing, by number and not by count: branches that grow side by side leave gaps for a while.
fn pending(applied: &[i64]) -> Result<Vec<(i64, &'static str, &'static str)>> {
    let known = MIGRATIONS.last().map_or(0, |(version, ..)| *version);
    let newest = applied.iter().copied().max().unwrap_or(0);
    if newest > known {
        return Err(StoreError::Open(format!(
            "the database is newer than this binary (schema {newest}, known {known}); run the newer airis, or restore a backup"
        )));
    }
    Ok(MIGRATIONS.iter().copied().filter(|(version, ..)| !applied.contains(version)).collect())
}
