//! Schema changes: numbered files that only add, applied once under a lock by whichever process comes first. One that takes
//! away what no supported version uses any more is named `contract_N_…`: binaries that know the migration N go on with it.

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
const APPLIED: &str = "SELECT version, name FROM schema_migration";
const CONTRACT: &str = "contract_";
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
            let applied: Vec<(i64, String)> = sqlx::query_as(APPLIED).fetch_all(&mut *connection).await?;
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
            let applied: Vec<(i64, String)> = sqlx::query_as(APPLIED).fetch_all(&mut *tx).await?;
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

async fn applied(db: &Db) -> std::result::Result<Vec<(i64, String)>, sqlx::Error> {
    match db {
        Db::Sqlite { read, .. } => sqlx::query_as(APPLIED).fetch_all(read).await,
        Db::Postgres { pool, .. } => {
            let rows = sqlx::raw_sql(APPLIED).fetch_all(pool).await?;
            rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
        }
    }
}

/// Whether nothing is missing. Migrations of a newer binary do no harm: they only add.
pub(crate) async fn is_done(db: &Db) -> Result<bool> {
    let applied = applied(db).await?;
    Ok(MIGRATIONS.iter().all(|(version, ..)| applied.iter().any(|(applied, _)| applied == version)))
}

/// What is missing, by number and not by count: branches that grow side by side leave gaps for a while. What a newer binary
/// has added does no harm; an error when it has taken away what this one needs.
fn pending(applied: &[(i64, String)]) -> Result<Vec<(i64, &'static str, &'static str)>> {
    let known = MIGRATIONS.last().map_or(0, |(version, ..)| *version);
    for (newer, name) in applied.iter().filter(|(version, _)| *version > known) {
        let oldest = name.strip_prefix(CONTRACT).map(|rest| rest.split('_').next().unwrap_or_default().parse());
        if oldest.is_some_and(|oldest| oldest.unwrap_or(i64::MAX) > known) {
            return Err(StoreError::Open(format!(
                "the database is newer than this binary can work with (schema {newer}, known {known}); run the newer airis, or restore a backup"
            )));
        }
        tracing::info!(migration = newer, name, "a newer version has added to the database; this one goes on with it");
    }
    let is_missing = |version: i64| applied.iter().all(|(applied, _)| *applied != version);
    Ok(MIGRATIONS.iter().copied().filter(|(version, ..)| is_missing(*version)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(newer: &[(i64, &str)]) -> Vec<(i64, String)> {
        let owned = |(version, name): (i64, &str)| (version, name.to_owned());
        known().map(owned).chain(newer.iter().copied().map(owned)).collect()
    }

    #[test]
    fn a_binary_goes_on_with_what_newer_ones_add_and_not_with_what_they_take_away() -> Result<()> {
        let newest = known().last().map_or(0, |(version, _)| version);
        assert!(pending(&with(&[(newest + 1, "more"), (newest + 2, "even_more")]))?.is_empty());
        let contract = |oldest: i64| with(&[(newest + 5, &format!("{CONTRACT}{oldest}_old_column"))]);
        assert!(pending(&contract(newest))?.is_empty());
        assert!(matches!(pending(&contract(newest + 1)), Err(StoreError::Open(_))));
        assert!(matches!(pending(&with(&[(newest + 1, "contract_what")])), Err(StoreError::Open(_))));
        assert_eq!(pending(&[])?.len(), MIGRATIONS.len());
        Ok(())
    }
}
