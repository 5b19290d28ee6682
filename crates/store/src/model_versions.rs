//! Stored models are written here, because every state that is saved is kept as a version.

use crate::row::row;
use airis_domain::{Json, ModelRow, ModelVersion, UserId};
use async_recursion::async_recursion as boxed;
use serde_json::json;

use crate::db::{locked, reading, transaction};
use crate::{Result, Store, StoreError, json as column};

/// Who saves a model, and why.
#[derive(Clone, Debug)]
pub struct ModelEdit<'a> {
    /// Id of the version that this makes, if it makes one.
    pub version: String,
    pub author: &'a UserId,
    pub message: Option<&'a str>,
}

row! {
    struct VersionRow {
        id: String,
        model_id: String,
        parent_id: Option<String>,
        user_id: String,
        commit_message: Option<String>,
        created_at: i64,
    }
}

impl From<VersionRow> for ModelVersion {
    fn from(row: VersionRow) -> Self {
        Self {
            id: row.id,
            model_id: row.model_id,
            parent_id: row.parent_id,
            user_id: row.user_id.into(),
            commit_message: row.commit_message,
            created_at: row.created_at,
        }
    }
}

/// What a version remembers of a model: all but its switch, its owner and its grants.
fn snapshot(model: &ModelRow) -> Json {
    json!({"name": model.name, "base_model_id": model.base_model_id, "params": model.params, "meta": model.meta})
}

impl Store {
    /// Inserts or replaces a stored model and answers the id of its version: a new one, or the one in use when nothing
    /// that versions remember has changed and no reason is given.
    #[boxed]
    pub async fn save_model(&self, model: &ModelRow, edit: &ModelEdit<'_>) -> Result<String> {
        let state = snapshot(model);
        let version = transaction!(self, tx => {
            let used: Option<Option<String>> = sqlx::query_scalar(locked!(tx, "SELECT version_id FROM model WHERE id = $1"))
                .bind(&model.id).fetch_optional(&mut *tx).await?;
            let used = used.flatten();
            let known: Option<String> = sqlx::query_scalar("SELECT snapshot FROM model_version WHERE id = $1")
                .bind(&used).fetch_optional(&mut *tx).await?;
            let same = edit.message.is_none() && known.is_some_and(|known| column::parse(&known) == state);
            let version = used.clone().filter(|_| same).unwrap_or_else(|| edit.version.clone());
            sqlx::query(
                "INSERT INTO model (id, user_id, base_model_id, name, params, meta, is_active, version_id, created_at, \
                 updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO UPDATE SET \
                 base_model_id = excluded.base_model_id, name = excluded.name, params = excluded.params, \
                 meta = excluded.meta, is_active = excluded.is_active, version_id = excluded.version_id, \
                 updated_at = excluded.updated_at")
                .bind(&model.id).bind(model.user_id.as_str()).bind(&model.base_model_id).bind(column::clean(&model.name))
                .bind(column::text(&model.params)).bind(column::text(&model.meta)).bind(model.is_active).bind(&version)
                .bind(model.created_at).bind(model.updated_at).execute(&mut *tx).await?;
            if !same {
                sqlx::query(
                    "INSERT INTO model_version (id, model_id, ordinal, parent_id, snapshot, user_id, commit_message, created_at) \
                     VALUES ($1, $2, (SELECT COALESCE(MAX(ordinal), 0) + 1 FROM model_version WHERE model_id = $2), $3, $4, $5, \
                     $6, $7)")
                    .bind(&version).bind(&model.id).bind(&used).bind(column::text(&state)).bind(edit.author.as_str())
                    .bind(column::clean_optional(edit.message)).bind(model.updated_at).execute(&mut *tx).await?;
            }
            version
        });
        Ok(version)
    }

    /// A page of a model's versions, newest first.
    #[boxed]
    pub async fn model_versions(&self, model: &str, offset: i64, limit: i64) -> Result<Vec<ModelVersion>> {
        let rows: Vec<VersionRow> = reading!(self, pool => sqlx::query_as(
            "SELECT id, model_id, parent_id, user_id, commit_message, created_at FROM model_version WHERE model_id = $1 \
             ORDER BY ordinal DESC LIMIT $2 OFFSET $3").bind(model).bind(limit).bind(offset).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(ModelVersion::from).collect())
    }

    /// A version of this model, and the state that it remembers.
    #[boxed]
    pub async fn model_version(&self, model: &str, id: &str) -> Result<Option<(ModelVersion, Json)>> {
        let row: Option<VersionRow> = reading!(self, pool => sqlx::query_as(
            "SELECT id, model_id, parent_id, user_id, commit_message, created_at FROM model_version \
             WHERE model_id = $1 AND id = $2").bind(model).bind(id).fetch_optional(pool).await)?;
        let Some(row) = row else { return Ok(None) };
        let state: Option<String> = reading!(self, pool => sqlx::query_scalar(
            "SELECT snapshot FROM model_version WHERE id = $1").bind(id).fetch_optional(pool).await)?;
        Ok(state.map(|state| (row.into(), column::parse(&state))))
    }

    /// Makes a model what it was in one of its versions. `NotFound` when either is not there.
    #[boxed]
    pub async fn use_model_version(&self, model: &str, id: &str, at: i64) -> Result<()> {
        transaction!(self, tx => {
            let state: Option<String> = sqlx::query_scalar("SELECT snapshot FROM model_version WHERE model_id = $1 AND id = $2")
                .bind(model).bind(id).fetch_optional(&mut *tx).await?;
            let state = column::parse(&state.ok_or(StoreError::NotFound)?);
            sqlx::query("UPDATE model SET name = $2, base_model_id = $3, params = $4, meta = $5, version_id = $6, \
                 updated_at = $7 WHERE id = $1")
                .bind(model).bind(column::clean(state["name"].as_str().unwrap_or(model))).bind(state["base_model_id"].as_str())
                .bind(column::text(&state["params"])).bind(column::text(&state["meta"])).bind(id).bind(at)
                .execute(&mut *tx).await?;
        });
        Ok(())
    }

    /// Forgets a version; those made from it are told to come from the one before. False when it is not there, or in use.
    #[boxed]
    pub async fn delete_model_version(&self, model: &str, id: &str) -> Result<bool> {
        let deleted = transaction!(self, tx => {
            let used: Option<Option<String>> = sqlx::query_scalar(locked!(tx, "SELECT version_id FROM model WHERE id = $1"))
                .bind(model).fetch_optional(&mut *tx).await?;
            let parent: Option<Option<String>> =
                sqlx::query_scalar("SELECT parent_id FROM model_version WHERE model_id = $1 AND id = $2")
                    .bind(model).bind(id).fetch_optional(&mut *tx).await?;
            match parent {
                Some(parent) if used.flatten().as_deref() != Some(id) => {
                    sqlx::query("UPDATE model_version SET parent_id = $3 WHERE model_id = $1 AND parent_id = $2")
                        .bind(model).bind(id).bind(parent).execute(&mut *tx).await?;
                    sqlx::query("DELETE FROM model_version WHERE id = $1").bind(id).execute(&mut *tx).await?;
                    true
                }
                _ => false,
            }
        });
        Ok(deleted)
    }
}
