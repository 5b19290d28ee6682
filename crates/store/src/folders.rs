//! Folders of chats.

use crate::row::row;
use airis_domain::{Folder, UserId};
use async_recursion::async_recursion as boxed;

use crate::db::{reading, transaction, writing};
use crate::{Result, Store, StoreError, json};

row! {
    struct FolderRow {
        id: String,
        user_id: String,
        parent_id: Option<String>,
        name: String,
        items: Option<String>,
        meta: Option<String>,
        data: Option<String>,
        is_expanded: bool,
        created_at: i64,
        updated_at: i64,
    }
}

impl From<FolderRow> for Folder {
    fn from(row: FolderRow) -> Self {
        Self {
            id: row.id,
            parent_id: row.parent_id,
            user_id: row.user_id.into(),
            name: row.name,
            items: json::parse_optional(row.items),
            meta: json::parse_optional(row.meta),
            data: json::parse_optional(row.data),
            is_expanded: row.is_expanded,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

macro_rules! select_folder {
    ($rest:literal) => {
        sqlx::query_as::<_, FolderRow>(concat!(
            "SELECT id, user_id, parent_id, name, items, meta, data, is_expanded, created_at, updated_at FROM folder ",
            $rest
        ))
    };
}

impl Store {
    #[boxed]
    pub async fn folders(&self, user: &UserId) -> Result<Vec<Folder>> {
        let rows = reading!(self, pool =>
            select_folder!("WHERE user_id = $1 ORDER BY created_at, CASE WHEN parent_id IS NULL THEN 0 ELSE 1 END, name, id").bind(user.as_str()).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(Folder::from).collect())
    }

    #[boxed]
    pub async fn folder(&self, user: &UserId, id: &str) -> Result<Option<Folder>> {
        let row = reading!(self, pool =>
            select_folder!("WHERE user_id = $1 AND id = $2").bind(user.as_str()).bind(id).fetch_optional(pool).await)?;
        Ok(row.map(Folder::from))
    }

    /// A folder of anybody; access is the caller's to decide.
    #[boxed]
    pub async fn folder_by_id(&self, id: &str) -> Result<Option<Folder>> {
        let row = reading!(self, pool => select_folder!("WHERE id = $1").bind(id).fetch_optional(pool).await)?;
        Ok(row.map(Folder::from))
    }

    /// `Conflict("id")` when the id is taken.
    #[boxed]
    pub async fn insert_folder(&self, folder: &Folder) -> Result<()> {
        writing!(self, pool => sqlx::query(
            "INSERT INTO folder (id, user_id, parent_id, name, items, meta, data, is_expanded, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
            .bind(&folder.id).bind(folder.user_id.as_str()).bind(&folder.parent_id).bind(json::clean(&folder.name))
            .bind(json::optional_text(folder.items.as_ref())).bind(json::optional_text(folder.meta.as_ref()))
            .bind(json::optional_text(folder.data.as_ref())).bind(folder.is_expanded).bind(folder.created_at)
            .bind(folder.updated_at).execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// Replaces name, parent, data, meta and expansion. `NotFound` when it is not there.
    #[boxed]
    pub async fn update_folder(&self, folder: &Folder) -> Result<()> {
        let changed = writing!(self, pool => sqlx::query(
            "UPDATE folder SET parent_id = $3, name = $4, items = $5, meta = $6, data = $7, is_expanded = $8, updated_at = $9 \
             WHERE id = $1 AND user_id = $2")
            .bind(&folder.id).bind(folder.user_id.as_str()).bind(&folder.parent_id).bind(json::clean(&folder.name))
            .bind(json::optional_text(folder.items.as_ref())).bind(json::optional_text(folder.meta.as_ref()))
            .bind(json::optional_text(folder.data.as_ref())).bind(folder.is_expanded).bind(folder.updated_at)
            .execute(pool).await.map(|done| done.rows_affected()))?;
        if changed == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }

    /// Deletes folders by id; their chats are deleted with them, or moved out when `keep_chats`.
    #[boxed]
    pub async fn delete_folders(&self, user: &UserId, ids: &[String], keep_chats: bool) -> Result<()> {
        transaction!(self, tx => {
            for id in ids {
                let chats = if keep_chats {
                    "UPDATE chat SET folder_id = NULL WHERE user_id = $1 AND folder_id = $2"
                } else {
                    "DELETE FROM chat WHERE user_id = $1 AND folder_id = $2"
                };
                sqlx::query(chats).bind(user.as_str()).bind(id).execute(&mut *tx).await?;
                sqlx::query("DELETE FROM folder WHERE user_id = $1 AND id = $2").bind(user.as_str()).bind(id).execute(&mut *tx).await?;
            }
        });
        Ok(())
    }
}
