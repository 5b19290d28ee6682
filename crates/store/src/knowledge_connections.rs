//! Servers of others whose passages are searched where they lie.

use crate::row::row;
use airis_domain::KnowledgeConnection;
use async_recursion::async_recursion as boxed;

use crate::db::{reading, writing};
use crate::{Result, Store, StoreError, json};

row! {
    struct Row {
        id: String,
        user_id: String,
        name: String,
        provider: String,
        endpoint: String,
        auth: Option<String>,
        config: Option<String>,
        capabilities: Option<String>,
        enabled: bool,
        created_at: i64,
        updated_at: i64,
    }
}

impl From<Row> for KnowledgeConnection {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            user_id: row.user_id.into(),
            name: row.name,
            provider: row.provider,
            endpoint: row.endpoint,
            auth: json::parse_optional(row.auth),
            config: json::parse_optional(row.config),
            capabilities: json::parse_optional(row.capabilities),
            enabled: row.enabled,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

impl Store {
    /// Every server, oldest first.
    #[boxed]
    pub async fn knowledge_connections(&self) -> Result<Vec<KnowledgeConnection>> {
        let rows: Vec<Row> = reading!(self, pool => sqlx::query_as(
            "SELECT id, user_id, name, provider, endpoint, auth, config, capabilities, enabled, created_at, updated_at \
             FROM knowledge_connection ORDER BY created_at, id").fetch_all(pool).await)?;
        Ok(rows.into_iter().map(KnowledgeConnection::from).collect())
    }

    #[boxed]
    pub async fn knowledge_connection(&self, id: &str) -> Result<Option<KnowledgeConnection>> {
        let row: Option<Row> = reading!(self, pool => sqlx::query_as(
            "SELECT id, user_id, name, provider, endpoint, auth, config, capabilities, enabled, created_at, updated_at \
             FROM knowledge_connection WHERE id = $1").bind(json::clean(id)).fetch_optional(pool).await)?;
        Ok(row.map(KnowledgeConnection::from))
    }

    /// Stores one, in place of one with its id.
    #[boxed]
    pub async fn put_knowledge_connection(&self, connection: &KnowledgeConnection) -> Result<()> {
        writing!(self, pool => sqlx::query(
            "INSERT INTO knowledge_connection \
               (id, user_id, name, provider, endpoint, auth, config, capabilities, enabled, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, provider = excluded.provider, \
               endpoint = excluded.endpoint, auth = excluded.auth, config = excluded.config, \
               capabilities = excluded.capabilities, enabled = excluded.enabled, updated_at = excluded.updated_at")
            .bind(&connection.id).bind(connection.user_id.as_str()).bind(json::clean(&connection.name))
            .bind(&connection.provider).bind(json::clean(&connection.endpoint))
            .bind(json::optional_text(connection.auth.as_ref())).bind(json::optional_text(connection.config.as_ref()))
            .bind(json::optional_text(connection.capabilities.as_ref())).bind(connection.enabled)
            .bind(connection.created_at).bind(connection.updated_at).execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// False when it was not there.
    #[boxed]
    pub async fn delete_knowledge_connection(&self, id: &str) -> Result<bool> {
        let gone = writing!(self, pool => sqlx::query("DELETE FROM knowledge_connection WHERE id = $1")
            .bind(json::clean(id)).execute(pool).await.map(|done| done.rows_affected()))?;
        Ok(gone > 0)
    }

    /// What is known of a knowledge base besides. `NotFound` when it is gone.
    #[boxed]
    pub async fn set_knowledge_meta(&self, id: &str, meta: &airis_domain::Json) -> Result<()> {
        let changed = writing!(self, pool => sqlx::query("UPDATE knowledge SET meta = $2 WHERE id = $1")
            .bind(id).bind(json::text(meta)).execute(pool).await.map(|done| done.rows_affected()))?;
        if changed == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }
}
