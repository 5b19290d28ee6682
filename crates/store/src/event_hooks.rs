//! Addresses that are told what happens on the server.

use crate::row::row;
use airis_domain::EventHook;
use async_recursion::async_recursion as boxed;

use crate::db::{reading, writing};
use crate::{Result, Store, StoreError, json};

row! {
    struct Row {
        id: String,
        name: String,
        url: String,
        enabled: bool,
        events: String,
        targets: Option<String>,
        created_at: i64,
        updated_at: i64,
    }
}

impl From<Row> for EventHook {
    fn from(row: Row) -> Self {
        let events = json::parse(&row.events);
        let events = events.as_array().into_iter().flatten().filter_map(|name| name.as_str().map(str::to_owned));
        Self {
            id: row.id,
            name: row.name,
            url: row.url,
            enabled: row.enabled,
            events: events.collect(),
            targets: json::parse_optional(row.targets),
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

impl Store {
    /// Every address, oldest first.
    #[boxed]
    pub async fn event_hooks(&self) -> Result<Vec<EventHook>> {
        let rows: Vec<Row> = reading!(self, pool => sqlx::query_as(
            "SELECT id, name, url, enabled, events, targets, created_at, updated_at FROM event_webhook \
             ORDER BY created_at, id").fetch_all(pool).await)?;
        Ok(rows.into_iter().map(EventHook::from).collect())
    }

    #[boxed]
    pub async fn event_hook(&self, id: &str) -> Result<Option<EventHook>> {
        let row: Option<Row> = reading!(self, pool => sqlx::query_as(
            "SELECT id, name, url, enabled, events, targets, created_at, updated_at FROM event_webhook WHERE id = $1")
            .bind(json::clean(id)).fetch_optional(pool).await)?;
        Ok(row.map(EventHook::from))
    }

    #[boxed]
    pub async fn insert_event_hook(&self, hook: &EventHook) -> Result<()> {
        writing!(self, pool => sqlx::query(
            "INSERT INTO event_webhook (id, name, url, enabled, events, targets, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
            .bind(&hook.id).bind(json::clean(&hook.name)).bind(json::clean(&hook.url)).bind(hook.enabled)
            .bind(json::text(&hook.events.clone().into())).bind(json::optional_text(hook.targets.as_ref()))
            .bind(hook.created_at).bind(hook.updated_at).execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// Replaces what an address wants to hear. `NotFound` when it is not there.
    #[boxed]
    pub async fn update_event_hook(&self, hook: &EventHook) -> Result<()> {
        let changed = writing!(self, pool => sqlx::query(
            "UPDATE event_webhook SET name = $2, url = $3, enabled = $4, events = $5, targets = $6, updated_at = $7 WHERE id = $1")
            .bind(&hook.id).bind(json::clean(&hook.name)).bind(json::clean(&hook.url)).bind(hook.enabled)
            .bind(json::text(&hook.events.clone().into())).bind(json::optional_text(hook.targets.as_ref()))
            .bind(hook.updated_at).execute(pool).await.map(|done| done.rows_affected()))?;
        if changed == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }

    /// False when it was not there.
    #[boxed]
    pub async fn delete_event_hook(&self, id: &str) -> Result<bool> {
        let gone = writing!(self, pool => sqlx::query("DELETE FROM event_webhook WHERE id = $1")
            .bind(json::clean(id)).execute(pool).await.map(|done| done.rows_affected()))?;
        Ok(gone > 0)
    }
}
