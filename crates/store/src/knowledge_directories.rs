//! Directories of knowledge bases.

use crate::row::row;
use airis_domain::{KnowledgeDirectory, now};
use async_recursion::async_recursion as boxed;

use crate::db::{reading, transaction, writing};
use crate::{Result, Store, StoreError, json};

row! {
    struct Row {
        id: String,
        knowledge_id: String,
        parent_id: Option<String>,
        name: String,
        user_id: String,
        created_at: i64,
        updated_at: i64,
    }
}

impl From<Row> for KnowledgeDirectory {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            knowledge_id: row.knowledge_id,
            parent_id: row.parent_id,
            name: row.name,
            user_id: row.user_id.into(),
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

impl Store {
    /// All directories of a knowledge base by name.
    #[boxed]
    pub async fn knowledge_directories(&self, knowledge: &str) -> Result<Vec<KnowledgeDirectory>> {
        let rows: Vec<Row> = reading!(self, pool => sqlx::query_as(
            "SELECT id, knowledge_id, parent_id, name, user_id, created_at, updated_at FROM knowledge_directory \
             WHERE knowledge_id = $1 ORDER BY name, id").bind(knowledge).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(KnowledgeDirectory::from).collect())
    }

    /// `Conflict` when its parent has one of this name.
    #[boxed]
    pub async fn insert_knowledge_directory(&self, directory: &KnowledgeDirectory) -> Result<()> {
        writing!(self, pool => sqlx::query(
            "INSERT INTO knowledge_directory (id, knowledge_id, parent_id, name, user_id, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)")
            .bind(&directory.id).bind(&directory.knowledge_id).bind(&directory.parent_id)
            .bind(json::clean(&directory.name)).bind(directory.user_id.as_str()).bind(directory.created_at)
            .bind(directory.updated_at).execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// Gives it another name and place. `Conflict` when the name is taken there, `NotFound` when it is gone.
    #[boxed]
    pub async fn update_knowledge_directory(
        &self,
        knowledge: &str,
        id: &str,
        name: &str,
        parent: Option<&str>,
    ) -> Result<()> {
        let changed = writing!(self, pool => sqlx::query(
            "UPDATE knowledge_directory SET name = $3, parent_id = $4, updated_at = $5 WHERE knowledge_id = $1 AND id = $2")
            .bind(knowledge).bind(id).bind(json::clean(name)).bind(parent).bind(now())
            .execute(pool).await.map(|done| done.rows_affected()))?;
        if changed == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }

    /// Deletes directories with everything below them; files in them are in none afterwards.
    #[boxed]
    pub async fn delete_knowledge_directories(&self, knowledge: &str, ids: &[String]) -> Result<u64> {
        let deleted = transaction!(self, tx => {
            let mut deleted = 0;
            for id in ids {
                deleted += sqlx::query("DELETE FROM knowledge_directory WHERE knowledge_id = $1 AND id = $2")
                    .bind(knowledge).bind(id).execute(&mut *tx).await?.rows_affected();
            }
            deleted
        });
        Ok(deleted)
    }
}
