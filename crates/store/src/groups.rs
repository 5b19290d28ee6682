//! Groups and who is in them.

use crate::row::row;
use async_recursion::async_recursion as boxed;
use std::collections::HashMap;

use airis_domain::{Group, User, UserId, now};

use crate::db::{locked, reading, transaction};
use crate::users::{AccountRow, account_sql};
use crate::{Result, Store, StoreError, json};

row! {
    struct GroupRow {
        id: String,
        parent_group_id: Option<String>,
        user_id: Option<String>,
        name: String,
        description: Option<String>,
        data: Option<String>,
        meta: Option<String>,
        permissions: Option<String>,
        created_at: i64,
        updated_at: i64,
    }
}

impl From<GroupRow> for Group {
    fn from(row: GroupRow) -> Self {
        Self {
            id: row.id,
            parent_group_id: row.parent_group_id,
            user_id: row.user_id.unwrap_or_default().into(),
            name: row.name,
            description: row.description.unwrap_or_default(),
            data: json::parse_optional(row.data),
            meta: json::parse_optional(row.meta),
            permissions: json::parse_optional(row.permissions),
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

macro_rules! select_group {
    ($rest:literal) => {
        sqlx::query_as::<_, GroupRow>(concat!(
            "SELECT id, parent_group_id, user_id, name, description, data, meta, permissions, created_at, updated_at ",
            "FROM user_group ",
            $rest
        ))
    };
}

/// A group and all below it; a loop of parents ends by `UNION`.
macro_rules! with_below {
    ($select:expr) => {
        concat!(
            "WITH RECURSIVE below (id) AS (SELECT id FROM user_group WHERE id = $1 ",
            "UNION SELECT g.id FROM user_group g JOIN below b ON g.parent_group_id = b.id) ",
            $select
        )
    };
}

impl Store {
    /// Every group, oldest first.
    #[boxed]
    pub async fn groups(&self) -> Result<Vec<Group>> {
        let rows = reading!(self, pool => select_group!("ORDER BY created_at, ordinal, id").fetch_all(pool).await)?;
        Ok(rows.into_iter().map(Group::from).collect())
    }

    #[boxed]
    pub async fn group(&self, id: &str) -> Result<Option<Group>> {
        let row = reading!(self, pool => select_group!("WHERE id = $1").bind(id).fetch_optional(pool).await)?;
        Ok(row.map(Group::from))
    }

    /// The groups that somebody was put into, oldest first; those above them are not among them.
    #[boxed]
    pub async fn groups_of(&self, user: &UserId) -> Result<Vec<Group>> {
        let rows = reading!(self, pool => select_group!(
            "WHERE id IN (SELECT group_id FROM group_member WHERE user_id = $1) ORDER BY created_at, ordinal, id")
            .bind(user.as_str()).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(Group::from).collect())
    }

    /// `NotFound` when the parent is not there.
    #[boxed]
    pub async fn insert_group(&self, group: &Group) -> Result<()> {
        transaction!(self, tx => {
            if let Some(parent) = &group.parent_group_id {
                let found: Option<String> = sqlx::query_scalar(locked!(tx, "SELECT id FROM user_group WHERE id = $1"))
                    .bind(parent).fetch_optional(&mut *tx).await?;
                found.ok_or(StoreError::NotFound)?;
            }
            sqlx::query("INSERT INTO user_group (id, parent_group_id, user_id, name, description, data, meta, permissions, \
                 created_at, updated_at, ordinal) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, \
                 (SELECT COALESCE(MAX(ordinal), 0) + 1 FROM user_group))")
                .bind(&group.id).bind(&group.parent_group_id).bind(group.user_id.as_str()).bind(json::clean(&group.name))
                .bind(json::clean(&group.description)).bind(json::optional_text(group.data.as_ref()))
                .bind(json::optional_text(group.meta.as_ref())).bind(json::optional_text(group.permissions.as_ref()))
                .bind(group.created_at).bind(group.updated_at).execute(&mut *tx).await?;
        });
        Ok(())
    }

    /// Reads, changes and writes a group that nobody else changes meanwhile. `NotFound` when it is not there.
    pub async fn change_group(&self, id: &str, change: impl FnOnce(&mut Group)) -> Result<Group> {
        let group = transaction!(self, tx => {
            let row: Option<GroupRow> = sqlx::query_as(locked!(tx, "SELECT id, parent_group_id, user_id, name, description, \
                 data, meta, permissions, created_at, updated_at FROM user_group WHERE id = $1"))
                .bind(id).fetch_optional(&mut *tx).await?;
            let mut group = Group::from(row.ok_or(StoreError::NotFound)?);
            change(&mut group);
            group.updated_at = now();
            sqlx::query("UPDATE user_group SET parent_group_id = $2, name = $3, description = $4, data = $5, meta = $6, \
                 permissions = $7, updated_at = $8 WHERE id = $1")
                .bind(&group.id).bind(&group.parent_group_id).bind(json::clean(&group.name))
                .bind(json::clean(&group.description)).bind(json::optional_text(group.data.as_ref()))
                .bind(json::optional_text(group.meta.as_ref())).bind(json::optional_text(group.permissions.as_ref()))
                .bind(group.updated_at).execute(&mut *tx).await?;
            group
        });
        Ok(group)
    }

    /// Deletes a group with what was granted to it; groups below it stand alone. False when it was not there.
    #[boxed]
    pub async fn delete_group(&self, id: &str) -> Result<bool> {
        let deleted = transaction!(self, tx => {
            sqlx::query("UPDATE user_group SET parent_group_id = NULL WHERE parent_group_id = $1").bind(id).execute(&mut *tx).await?;
            sqlx::query("DELETE FROM access_grant WHERE principal_type = 'group' AND principal_id = $1").bind(id).execute(&mut *tx).await?;
            sqlx::query("DELETE FROM user_group WHERE id = $1").bind(id).execute(&mut *tx).await?.rows_affected()
        });
        Ok(deleted > 0)
    }

    /// How many people were put into each group; empty groups are missing.
    #[boxed]
    pub async fn count_members(&self) -> Result<HashMap<String, i64>> {
        let rows: Vec<(String, i64)> = reading!(self, pool => sqlx::query_as(
            "SELECT group_id, COUNT(*) FROM group_member GROUP BY group_id").fetch_all(pool).await)?;
        Ok(rows.into_iter().collect())
    }

    /// People who were put into a group or one below it, by name.
    #[boxed]
    pub async fn people_below(&self, group: &str) -> Result<Vec<User>> {
        let rows: Vec<AccountRow> = reading!(self, pool => sqlx::query_as(with_below!(account_sql!(
            "WHERE id IN (SELECT m.user_id FROM group_member m JOIN below b ON m.group_id = b.id) \
             ORDER BY LOWER(name), ordinal"))).bind(group).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(User::from).collect())
    }

    /// Who was put into which group: pairs of group and person, for a group and those below it.
    #[boxed]
    pub async fn memberships_below(&self, group: &str) -> Result<Vec<(String, UserId)>> {
        let rows: Vec<(String, String)> = reading!(self, pool => sqlx::query_as(with_below!(
            "SELECT m.group_id, m.user_id FROM group_member m JOIN below b ON m.group_id = b.id \
             ORDER BY m.created_at, m.group_id, m.user_id")).bind(group).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(|(group, user)| (group, user.into())).collect())
    }

    /// Puts people into a group; those who are in it or do not exist change nothing. `NotFound` when there is no group.
    #[boxed]
    pub async fn add_members(&self, group: &str, users: &[UserId]) -> Result<()> {
        let at = now();
        transaction!(self, tx => {
            let found: Option<String> = sqlx::query_scalar(locked!(tx, "SELECT id FROM user_group WHERE id = $1"))
                .bind(group).fetch_optional(&mut *tx).await?;
            found.ok_or(StoreError::NotFound)?;
            for user in users {
                sqlx::query("INSERT INTO group_member (group_id, user_id, created_at) SELECT $1, id, $3 FROM account \
                     WHERE id = $2 ON CONFLICT DO NOTHING")
                    .bind(group).bind(user.as_str()).bind(at).execute(&mut *tx).await?;
            }
            sqlx::query("UPDATE user_group SET updated_at = $2 WHERE id = $1").bind(group).bind(at).execute(&mut *tx).await?;
        });
        Ok(())
    }

    /// Takes people out of a group. `NotFound` when there is no group.
    #[boxed]
    pub async fn remove_members(&self, group: &str, users: &[UserId]) -> Result<()> {
        transaction!(self, tx => {
            let changed = sqlx::query("UPDATE user_group SET updated_at = $2 WHERE id = $1")
                .bind(group).bind(now()).execute(&mut *tx).await?.rows_affected();
            if changed == 0 {
                return Err(StoreError::NotFound);
            }
            for user in users {
                sqlx::query("DELETE FROM group_member WHERE group_id = $1 AND user_id = $2")
                    .bind(group).bind(user.as_str()).execute(&mut *tx).await?;
            }
        });
        Ok(())
    }
}
