//! Knowledge bases. Who may see one is part of the question: a list never holds what was not shared.

use crate::row::row;
use airis_domain::{AccessGrant, Knowledge, UserId, now};
use async_recursion::async_recursion as boxed;
use sqlx::{ColumnIndex, Decode, FromRow, Type};

use crate::db::{reading, transaction, writing};
use crate::grants::{mine, replace_grants};
use crate::users::contains;
use crate::{Result, Store, StoreError, json};

row! {
    struct Row {
        id: String,
        user_id: String,
        name: String,
        description: String,
        meta: Option<String>,
        created_at: i64,
        updated_at: i64,
    }
}

impl From<Row> for Knowledge {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            user_id: row.user_id.into(),
            name: row.name,
            description: row.description,
            meta: json::parse_optional(row.meta),
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

struct CountedRow {
    row: Row,
    files: i64,
}

impl<'r, R: sqlx::Row> FromRow<'r, R> for CountedRow
where
    Row: FromRow<'r, R>,
    &'static str: ColumnIndex<R>,
    i64: Decode<'r, R::Database> + Type<R::Database>,
{
    fn from_row(row: &'r R) -> sqlx::Result<Self> {
        Ok(Self { files: row.try_get("files")?, row: Row::from_row(row)? })
    }
}

/// Those of the viewer `$1` and those shared with them, or all (`$2`); `$3` own only, `$4` others' only; `$5` words.
macro_rules! visible {
    ($select:literal, $rest:literal) => {
        concat!(
            mine!(),
            $select,
            " FROM knowledge k WHERE ($2 OR k.user_id = $1 OR EXISTS (SELECT 1 FROM access_grant g \
              WHERE g.resource_type = 'knowledge' AND g.resource_id = k.id AND g.permission = 'read' \
              AND ((g.principal_type = 'user' AND g.principal_id IN ($1, '*')) \
                OR (g.principal_type = 'group' AND g.principal_id IN (SELECT id FROM mine))))) \
              AND (NOT $3 OR k.user_id = $1) AND (NOT $4 OR k.user_id <> $1) \
              AND ($5 IS NULL OR k.search_text LIKE $5 ESCAPE '!')",
            $rest
        )
    };
}

/// How `meta` is written of those whose passages others keep.
const EXTERNAL: &str = "%\"source\":\"external\"%";

/// Whose knowledge bases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KnowledgeView {
    #[default]
    All,
    Own,
    Others,
}

/// By what they are sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KnowledgeOrder {
    #[default]
    Updated,
    Created,
    Name,
}

/// Which knowledge bases.
#[derive(Clone, Debug, Default)]
pub struct KnowledgeQuery {
    pub view: KnowledgeView,
    /// Part of a name or description, in any case.
    pub words: Option<String>,
    /// Only those whose passages others keep, or only those with files; `None`: both.
    pub external: Option<bool>,
    pub order: KnowledgeOrder,
    pub ascending: bool,
    pub offset: i64,
    pub limit: i64,
}

impl Store {
    /// `NotFound` when its owner is gone.
    #[boxed]
    pub async fn insert_knowledge(&self, knowledge: &Knowledge, grants: &[AccessGrant]) -> Result<()> {
        transaction!(self, tx => {
            sqlx::query(
                "INSERT INTO knowledge (id, user_id, name, description, search_text, meta, created_at, updated_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
                .bind(&knowledge.id).bind(knowledge.user_id.as_str()).bind(json::clean(&knowledge.name))
                .bind(json::clean(&knowledge.description)).bind(search_text(&knowledge.name, &knowledge.description))
                .bind(json::optional_text(knowledge.meta.as_ref())).bind(knowledge.created_at).bind(knowledge.updated_at)
                .execute(&mut *tx).await?;
            replace_grants!(tx, "knowledge", &knowledge.id, grants);
        });
        Ok(())
    }

    /// Access is the caller's to decide.
    #[boxed]
    pub async fn knowledge(&self, id: &str) -> Result<Option<Knowledge>> {
        let row: Option<Row> = reading!(self, pool => sqlx::query_as(
            "SELECT id, user_id, name, description, meta, created_at, updated_at FROM knowledge WHERE id = $1")
            .bind(id).fetch_optional(pool).await)?;
        Ok(row.map(Knowledge::from))
    }

    /// `NotFound` when it is gone.
    #[boxed]
    pub async fn update_knowledge(&self, id: &str, name: &str, description: &str) -> Result<()> {
        let changed = writing!(self, pool => sqlx::query(
            "UPDATE knowledge SET name = $2, description = $3, search_text = $4, updated_at = $5 WHERE id = $1")
            .bind(id).bind(json::clean(name)).bind(json::clean(description)).bind(search_text(name, description))
            .bind(now()).execute(pool).await.map(|done| done.rows_affected()))?;
        if changed == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }

    /// Deletes it with its directories, its links to files and its grants; the files stay. False when it was not there.
    #[boxed]
    pub async fn delete_knowledge(&self, id: &str) -> Result<bool> {
        let deleted = transaction!(self, tx => {
            sqlx::query("DELETE FROM access_grant WHERE resource_type = 'knowledge' AND resource_id = $1")
                .bind(id).execute(&mut *tx).await?;
            sqlx::query("DELETE FROM knowledge WHERE id = $1").bind(id).execute(&mut *tx).await?.rows_affected()
        });
        Ok(deleted > 0)
    }

    /// Ids of somebody's own.
    #[boxed]
    pub async fn knowledge_ids(&self, owner: &UserId) -> Result<Vec<String>> {
        Ok(reading!(self, pool => sqlx::query_scalar("SELECT id FROM knowledge WHERE user_id = $1 ORDER BY id")
            .bind(owner.as_str()).fetch_all(pool).await)?)
    }

    /// Everybody's, by id.
    #[boxed]
    pub async fn all_knowledge(&self) -> Result<Vec<Knowledge>> {
        let rows: Vec<Row> = reading!(self, pool => sqlx::query_as(
            "SELECT id, user_id, name, description, meta, created_at, updated_at FROM knowledge ORDER BY id")
            .fetch_all(pool).await)?;
        Ok(rows.into_iter().map(Knowledge::from).collect())
    }

    /// A page of those that `viewer` may read (`sees_all`: of all) with the number of their files, and how many there are.
    #[boxed]
    pub async fn knowledge_page(
        &self,
        viewer: &UserId,
        sees_all: bool,
        query: &KnowledgeQuery,
    ) -> Result<(Vec<(Knowledge, i64)>, i64)> {
        let (own, others) = (query.view == KnowledgeView::Own, query.view == KnowledgeView::Others);
        let (external, local) = (query.external == Some(true), query.external == Some(false));
        let words = query.words.as_deref().filter(|words| !words.is_empty()).map(contains);
        let order = match (query.order, query.ascending) {
            (KnowledgeOrder::Updated, false) => "k.updated_at DESC, k.id",
            (KnowledgeOrder::Updated, true) => "k.updated_at, k.id",
            (KnowledgeOrder::Created, false) => "k.created_at DESC, k.id",
            (KnowledgeOrder::Created, true) => "k.created_at, k.id",
            (KnowledgeOrder::Name, false) => "LOWER(k.name) DESC, k.id",
            (KnowledgeOrder::Name, true) => "LOWER(k.name), k.id",
        };
        // Only the constants above are put together.
        let sql = format!(
            "{} ORDER BY {order} LIMIT $9 OFFSET $10",
            visible!(
                "SELECT k.id, k.user_id, k.name, k.description, k.meta, k.created_at, k.updated_at, \
             (SELECT COUNT(*) FROM knowledge_file f WHERE f.knowledge_id = k.id) AS files",
                " AND (NOT $6 OR COALESCE(k.meta, '') LIKE $8) AND (NOT $7 OR COALESCE(k.meta, '') NOT LIKE $8)"
            )
        );
        let rows: Vec<CountedRow> = reading!(self, pool => sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(viewer.as_str()).bind(sees_all).bind(own).bind(others).bind(&words)
            .bind(external).bind(local).bind(EXTERNAL).bind(query.limit).bind(query.offset).fetch_all(pool).await)?;
        let total: i64 = reading!(self, pool => sqlx::query_scalar(visible!("SELECT COUNT(*)",
            " AND (NOT $6 OR COALESCE(k.meta, '') LIKE $8) AND (NOT $7 OR COALESCE(k.meta, '') NOT LIKE $8)"))
            .bind(viewer.as_str()).bind(sees_all).bind(own).bind(others).bind(&words)
            .bind(external).bind(local).bind(EXTERNAL).fetch_one(pool).await)?;
        Ok((rows.into_iter().map(|counted| (counted.row.into(), counted.files)).collect(), total))
    }

    /// Of these knowledge bases, those that `viewer` may read (`sees_all`: those that are there).
    #[boxed]
    pub async fn readable_knowledge(&self, viewer: &UserId, sees_all: bool, ids: &[String]) -> Result<Vec<Knowledge>> {
        let mut found = Vec::new();
        for id in ids {
            let row: Option<Row> = reading!(self, pool => sqlx::query_as(visible!(
                "SELECT k.id, k.user_id, k.name, k.description, k.meta, k.created_at, k.updated_at", " AND k.id = $6"))
                .bind(viewer.as_str()).bind(sees_all).bind(false).bind(false).bind(None::<String>).bind(id)
                .fetch_optional(pool).await)?;
            found.extend(row.map(Knowledge::from));
        }
        Ok(found)
    }

    /// Whether `viewer` may read a knowledge base that has this file.
    #[boxed]
    pub async fn reads_file_by_knowledge(&self, viewer: &UserId, file: &str) -> Result<bool> {
        let found: Option<String> = reading!(self, pool => sqlx::query_scalar(visible!(
            "SELECT k.id", " AND k.id IN (SELECT f.knowledge_id FROM knowledge_file f WHERE f.file_id = $6) LIMIT 1"))
            .bind(viewer.as_str()).bind(false).bind(false).bind(false).bind(None::<String>).bind(file)
            .fetch_optional(pool).await)?;
        Ok(found.is_some())
    }
}

fn search_text(name: &str, description: &str) -> String {
    json::clean(&format!("{name}\n{description}").to_lowercase()).into_owned()
}
