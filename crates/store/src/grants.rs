//! Stored models, access grants and group membership.

use airis_domain::{AccessGrant, Json, ModelRow, UserId};

use crate::db::{reading, transaction, writing};
use crate::{Result, Store, json};

type StoredModel = (String, String, Option<String>, String, String, String, bool, i64, i64);

fn model((id, user_id, base_model_id, name, params, meta, is_active, created_at, updated_at): StoredModel) -> ModelRow {
    ModelRow {
        id,
        user_id: user_id.into(),
        base_model_id,
        name,
        params: json::parse(&params),
        meta: json::parse(&meta),
        is_active,
        created_at,
        updated_at,
    }
}

/// A grant as it is stored.
#[derive(sqlx::FromRow)]
pub(crate) struct GrantRow {
    id: String,
    resource_type: String,
    resource_id: String,
    principal_type: String,
    principal_id: String,
    permission: String,
    created_at: i64,
}

impl From<GrantRow> for AccessGrant {
    fn from(row: GrantRow) -> Self {
        Self {
            id: row.id,
            resource_type: row.resource_type,
            resource_id: row.resource_id,
            principal_type: row.principal_type,
            principal_id: row.principal_id,
            permission: row.permission,
            created_at: row.created_at,
        }
    }
}

/// Grants on one resource, for a kind and an id.
pub(crate) const GRANTS_OF: &str = "SELECT id, resource_type, resource_id, principal_type, principal_id, permission, \
     created_at FROM access_grant WHERE resource_type = $1 AND resource_id = $2 ORDER BY created_at, id";

/// Replaces the grants of one resource inside a transaction.
macro_rules! replace_grants {
    ($tx:ident, $kind:expr, $id:expr, $grants:expr) => {{
        sqlx::query("DELETE FROM access_grant WHERE resource_type = $1 AND resource_id = $2")
            .bind($kind)
            .bind($id)
            .execute(&mut *$tx)
            .await?;
        for grant in $grants {
            sqlx::query(
                "INSERT INTO access_grant (id, resource_type, resource_id, principal_type, principal_id, permission, \
                 created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
            )
            .bind(&grant.id)
            .bind($kind)
            .bind($id)
            .bind(&grant.principal_type)
            .bind(&grant.principal_id)
            .bind(&grant.permission)
            .bind(grant.created_at)
            .execute(&mut *$tx)
            .await?;
        }
    }};
}
pub(crate) use replace_grants;

/// Groups of a user with all their ancestors; a loop of parents ends by `UNION`.
macro_rules! with_groups {
    ($select:literal) => {
        concat!(
            "WITH RECURSIVE mine (id) AS (SELECT group_id FROM group_member WHERE user_id = $1 ",
            "UNION SELECT g.parent_group_id FROM user_group g JOIN mine ON g.id = mine.id WHERE g.parent_group_id IS NOT NULL) ",
            $select
        )
    };
}

impl Store {
    /// Every stored model, oldest first.
    pub async fn models(&self) -> Result<Vec<ModelRow>> {
        let rows: Vec<StoredModel> = reading!(self, pool => sqlx::query_as(
            "SELECT id, user_id, base_model_id, name, params, meta, is_active, created_at, updated_at FROM model \
             ORDER BY created_at, id").fetch_all(pool).await)?;
        Ok(rows.into_iter().map(model).collect())
    }

    pub async fn model(&self, id: &str) -> Result<Option<ModelRow>> {
        let row: Option<StoredModel> = reading!(self, pool => sqlx::query_as(
            "SELECT id, user_id, base_model_id, name, params, meta, is_active, created_at, updated_at FROM model WHERE id = $1")
            .bind(id).fetch_optional(pool).await)?;
        Ok(row.map(model))
    }

    /// Inserts or replaces a stored model.
    pub async fn put_model(&self, model: &ModelRow) -> Result<()> {
        writing!(self, pool => sqlx::query(
            "INSERT INTO model (id, user_id, base_model_id, name, params, meta, is_active, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO UPDATE SET base_model_id = excluded.base_model_id, \
             name = excluded.name, params = excluded.params, meta = excluded.meta, is_active = excluded.is_active, \
             updated_at = excluded.updated_at")
            .bind(&model.id).bind(model.user_id.as_str()).bind(&model.base_model_id).bind(json::clean(&model.name))
            .bind(json::text(&model.params)).bind(json::text(&model.meta)).bind(model.is_active).bind(model.created_at)
            .bind(model.updated_at).execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// Deletes a stored model with its grants. False when it was not there.
    pub async fn delete_model(&self, id: &str) -> Result<bool> {
        let deleted = transaction!(self, tx => {
            sqlx::query("DELETE FROM access_grant WHERE resource_type = 'model' AND resource_id = $1").bind(id).execute(&mut *tx).await?;
            sqlx::query("DELETE FROM model WHERE id = $1").bind(id).execute(&mut *tx).await?.rows_affected()
        });
        Ok(deleted > 0)
    }

    /// Grants on one resource.
    pub async fn grants(&self, resource_type: &str, resource_id: &str) -> Result<Vec<AccessGrant>> {
        let rows: Vec<GrantRow> = reading!(self, pool => sqlx::query_as(GRANTS_OF)
            .bind(resource_type).bind(resource_id).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(AccessGrant::from).collect())
    }

    /// Grants on all resources of a type.
    pub async fn grants_of_type(&self, resource_type: &str) -> Result<Vec<AccessGrant>> {
        let rows: Vec<GrantRow> = reading!(self, pool => sqlx::query_as(
            "SELECT id, resource_type, resource_id, principal_type, principal_id, permission, created_at FROM access_grant \
             WHERE resource_type = $1 ORDER BY created_at, id").bind(resource_type).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(AccessGrant::from).collect())
    }

    /// Replaces the grants of one resource.
    pub async fn set_grants(&self, resource_type: &str, resource_id: &str, grants: &[AccessGrant]) -> Result<()> {
        transaction!(self, tx => {
            replace_grants!(tx, resource_type, resource_id, grants);
        });
        Ok(())
    }

    /// Ids of the groups a user is in, ancestors included.
    pub async fn group_ids_of(&self, user: &UserId) -> Result<Vec<String>> {
        Ok(reading!(self, pool => sqlx::query_scalar(with_groups!("SELECT id FROM mine"))
            .bind(user.as_str()).fetch_all(pool).await)?)
    }

    /// Permission trees of the groups a user is in, ancestors included.
    pub async fn group_permissions_of(&self, user: &UserId) -> Result<Vec<Json>> {
        let rows: Vec<Option<String>> = reading!(self, pool => sqlx::query_scalar(
            with_groups!("SELECT g.permissions FROM user_group g JOIN mine ON g.id = mine.id"))
            .bind(user.as_str()).fetch_all(pool).await)?;
        Ok(rows.into_iter().flatten().map(|text| json::parse(&text)).collect())
    }
}
