//! Access grants, and what groups add to a person.

use crate::row::row;
use airis_domain::{AccessGrant, Json, UserId};
use async_recursion::async_recursion as boxed;

use crate::db::{reading, transaction};
use crate::{Result, Store, json};

row! {
    pub(crate) struct GrantRow {
        id: String,
        resource_type: String,
        resource_id: String,
        principal_type: String,
        principal_id: String,
        permission: String,
        created_at: i64,
    }
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

/// Groups of the user `$1` with all their ancestors as `mine`; a loop of parents ends by `UNION`.
macro_rules! mine {
    () => {
        "WITH RECURSIVE mine (id) AS (SELECT group_id FROM group_member WHERE user_id = $1 \
         UNION SELECT g.parent_group_id FROM user_group g JOIN mine ON g.id = mine.id WHERE g.parent_group_id IS NOT NULL) "
    };
}
pub(crate) use mine;

macro_rules! with_groups {
    ($select:expr) => {
        concat!($crate::grants::mine!(), $select)
    };
}
pub(crate) use {replace_grants, with_groups};

impl Store {
    /// Grants on one resource.
    #[boxed]
    pub async fn grants(&self, resource_type: &str, resource_id: &str) -> Result<Vec<AccessGrant>> {
        let rows: Vec<GrantRow> = reading!(self, pool => sqlx::query_as(GRANTS_OF)
            .bind(resource_type).bind(resource_id).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(AccessGrant::from).collect())
    }

    /// Grants on all resources of a type.
    #[boxed]
    pub async fn grants_of_type(&self, resource_type: &str) -> Result<Vec<AccessGrant>> {
        let rows: Vec<GrantRow> = reading!(self, pool => sqlx::query_as(
            "SELECT id, resource_type, resource_id, principal_type, principal_id, permission, created_at FROM access_grant \
             WHERE resource_type = $1 ORDER BY created_at, id").bind(resource_type).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(AccessGrant::from).collect())
    }

    /// Grants on these resources of a type.
    #[boxed]
    pub async fn grants_on(&self, resource_type: &str, ids: &[String]) -> Result<Vec<AccessGrant>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        // Only numbers of places are put together; values are bound.
        let places: Vec<String> = (0..ids.len()).map(|at| format!("${}", at + 2)).collect();
        let sql = format!(
            "SELECT id, resource_type, resource_id, principal_type, principal_id, permission, created_at FROM access_grant \
             WHERE resource_type = $1 AND resource_id IN ({}) ORDER BY created_at, id",
            places.join(", ")
        );
        let rows: Vec<GrantRow> = reading!(self, pool => {
            let query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(resource_type);
            ids.iter().fold(query, |query, id| query.bind(id)).fetch_all(pool).await
        })?;
        Ok(rows.into_iter().map(AccessGrant::from).collect())
    }

    /// Replaces the grants of one resource.
    #[boxed]
    pub async fn set_grants(&self, resource_type: &str, resource_id: &str, grants: &[AccessGrant]) -> Result<()> {
        transaction!(self, tx => {
            replace_grants!(tx, resource_type, resource_id, grants);
        });
        Ok(())
    }

    /// Ids of the groups a user is in, ancestors included.
    #[boxed]
    pub async fn group_ids_of(&self, user: &UserId) -> Result<Vec<String>> {
        Ok(reading!(self, pool => sqlx::query_scalar(with_groups!("SELECT id FROM mine"))
            .bind(user.as_str()).fetch_all(pool).await)?)
    }

    /// Permission trees of the groups a user is in, ancestors included.
    #[boxed]
    pub async fn group_permissions_of(&self, user: &UserId) -> Result<Vec<Json>> {
        let rows: Vec<Option<String>> = reading!(self, pool => sqlx::query_scalar(
            with_groups!("SELECT g.permissions FROM user_group g JOIN mine ON g.id = mine.id"))
            .bind(user.as_str()).fetch_all(pool).await)?;
        Ok(rows.into_iter().flatten().map(|text| json::parse(&text)).collect())
    }
}
