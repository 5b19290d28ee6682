//! Stored models.

use crate::row::row;
use airis_domain::ModelRow;
use async_recursion::async_recursion as boxed;

use crate::db::{reading, transaction, writing};
use crate::{Result, Store, StoreError, json};

row! {
    pub(crate) struct StoredModel {
        id: String,
        user_id: String,
        base_model_id: Option<String>,
        name: String,
        params: String,
        meta: String,
        is_active: bool,
        version_id: Option<String>,
        created_at: i64,
        updated_at: i64,
    }
}

impl From<StoredModel> for ModelRow {
    fn from(row: StoredModel) -> Self {
        Self {
            id: row.id,
            user_id: row.user_id.into(),
            base_model_id: row.base_model_id,
            name: row.name,
            params: json::parse(&row.params),
            meta: json::parse(&row.meta),
            is_active: row.is_active,
            version_id: row.version_id,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

macro_rules! select_model {
    ($rest:literal) => {
        sqlx::query_as::<_, StoredModel>(concat!(
            "SELECT id, user_id, base_model_id, name, params, meta, is_active, version_id, created_at, updated_at FROM model ",
            $rest
        ))
    };
}

impl Store {
    /// Every stored model, oldest first.
    #[boxed]
    pub async fn models(&self) -> Result<Vec<ModelRow>> {
        let rows = reading!(self, pool => select_model!("ORDER BY created_at, id").fetch_all(pool).await)?;
        Ok(rows.into_iter().map(ModelRow::from).collect())
    }

    #[boxed]
    pub async fn model(&self, id: &str) -> Result<Option<ModelRow>> {
        let row = reading!(self, pool => select_model!("WHERE id = $1").bind(id).fetch_optional(pool).await)?;
        Ok(row.map(ModelRow::from))
    }

    /// Switches a stored model on or off. `NotFound` when it is not there.
    #[boxed]
    pub async fn set_model_active(&self, id: &str, active: bool, at: i64) -> Result<()> {
        let changed = writing!(self, pool => sqlx::query("UPDATE model SET is_active = $2, updated_at = $3 WHERE id = $1")
            .bind(id).bind(active).bind(at).execute(pool).await.map(|done| done.rows_affected()))?;
        if changed == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }

    /// Deletes a stored model with its grants and versions. False when it was not there.
    #[boxed]
    pub async fn delete_model(&self, id: &str) -> Result<bool> {
        let deleted = transaction!(self, tx => {
            sqlx::query("DELETE FROM access_grant WHERE resource_type = 'model' AND resource_id = $1").bind(id).execute(&mut *tx).await?;
            sqlx::query("DELETE FROM model WHERE id = $1").bind(id).execute(&mut *tx).await?.rows_affected()
        });
        Ok(deleted > 0)
    }
}
