//! Which files are in which knowledge bases.

use airis_domain::{File, FileId, UserId, now};
use async_recursion::async_recursion as boxed;
use sqlx::{ColumnIndex, Decode, FromRow, Type};

use crate::db::{reading, transaction, writing};
use crate::files::FileRow;
use crate::grants::mine;
use crate::users::contains;
use crate::{Result, Store, StoreError};

/// A file in a knowledge base.
#[derive(Clone, Debug, PartialEq)]
pub struct KnowledgeFile {
    pub file: File,
    pub knowledge_id: String,
    pub directory_id: Option<String>,
}

struct Row {
    file: FileRow,
    knowledge_id: String,
    directory_id: Option<String>,
}

impl<'r, R: sqlx::Row> FromRow<'r, R> for Row
where
    FileRow: FromRow<'r, R>,
    &'static str: ColumnIndex<R>,
    String: Decode<'r, R::Database> + Type<R::Database>,
    Option<String>: Decode<'r, R::Database> + Type<R::Database>,
{
    fn from_row(row: &'r R) -> sqlx::Result<Self> {
        Ok(Self {
            file: FileRow::from_row(row)?,
            knowledge_id: row.try_get("knowledge_id")?,
            directory_id: row.try_get("directory_id")?,
        })
    }
}

impl From<Row> for KnowledgeFile {
    fn from(row: Row) -> Self {
        Self { file: row.file.into(), knowledge_id: row.knowledge_id, directory_id: row.directory_id }
    }
}

/// By what files are sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KnowledgeFileOrder {
    #[default]
    Updated,
    Created,
    Name,
}

/// Which files.
#[derive(Clone, Debug, Default)]
pub struct KnowledgeFileQuery {
    /// One knowledge base, or all that the viewer may read.
    pub knowledge: Option<String>,
    /// Part of a name, in any case.
    pub words: Option<String>,
    /// Whether words may be in the text instead.
    pub in_text: bool,
    /// Files that this person put there, or others did.
    pub put_by: Option<(UserId, bool)>,
    /// `Some(None)`: those in no directory.
    pub directory: Option<Option<String>>,
    pub order: KnowledgeFileOrder,
    pub ascending: bool,
    pub offset: i64,
    pub limit: i64,
}

macro_rules! columns {
    () => {
        "f.id, f.user_id, f.filename, f.path, f.hash, f.status, f.error, f.meta, f.created_at, f.updated_at, NULL AS content"
    };
}

/// The viewer `$1` (`$2`: who may see all), `$3` one knowledge base, `$4` words, `$5` in texts, too, `$6` who put it there,
/// `$7` whether it was them, `$8` whether a directory is named, `$9` which one.
macro_rules! listed {
    ($select:expr) => {
        concat!(
            mine!(),
            $select,
            " FROM knowledge_file l JOIN knowledge k ON k.id = l.knowledge_id JOIN file f ON f.id = l.file_id \
              WHERE ($2 OR k.user_id = $1 OR EXISTS (SELECT 1 FROM access_grant g \
              WHERE g.resource_type = 'knowledge' AND g.resource_id = k.id AND g.permission = 'read' \
              AND ((g.principal_type = 'user' AND g.principal_id IN ($1, '*')) \
                OR (g.principal_type = 'group' AND g.principal_id IN (SELECT id FROM mine))))) \
              AND ($3 IS NULL OR k.id = $3) \
              AND ($4 IS NULL OR f.search_name LIKE $4 ESCAPE '!' OR ($5 AND LOWER(f.content) LIKE $4 ESCAPE '!')) \
              AND ($6 IS NULL OR (l.user_id = $6) = $7) \
              AND (NOT $8 OR (l.directory_id IS NULL AND $9 IS NULL) OR l.directory_id = $9)"
        )
    };
}

const COUNT: &str = listed!("SELECT COUNT(*)");
const SELECT: &str = listed!(concat!("SELECT ", columns!(), ", l.knowledge_id, l.directory_id"));
const ALL: &str = concat!(
    "SELECT ",
    columns!(),
    ", l.knowledge_id, l.directory_id FROM knowledge_file l JOIN file f ON f.id = l.file_id \
     WHERE l.knowledge_id = $1 ORDER BY l.created_at, f.created_at, f.filename, f.id"
);

const WAITING: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM ingestion i JOIN file f ON f.id = i.file_id WHERE i.knowledge_id = $1 \
     AND i.state IN ('pending', 'processing') ORDER BY i.created_at, i.file_id"
);

impl Store {
    /// Files on their way into a knowledge base.
    #[boxed]
    pub async fn files_into(&self, knowledge: &str) -> Result<Vec<File>> {
        let rows: Vec<FileRow> = reading!(self, pool => sqlx::query_as(WAITING).bind(knowledge).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(File::from).collect())
    }

    /// Puts a file into a knowledge base; one that is there moves into the directory when one is named.
    #[boxed]
    pub async fn link_file(
        &self,
        knowledge: &str,
        file: &FileId,
        user: &UserId,
        directory: Option<&str>,
    ) -> Result<()> {
        let at = now();
        transaction!(self, tx => {
            sqlx::query(
                "INSERT INTO knowledge_file (knowledge_id, file_id, directory_id, user_id, created_at, updated_at) \
                 VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT (knowledge_id, file_id) DO UPDATE SET \
                 directory_id = COALESCE(excluded.directory_id, knowledge_file.directory_id), updated_at = excluded.updated_at")
                .bind(knowledge).bind(file.as_str()).bind(directory).bind(user.as_str()).bind(at).execute(&mut *tx).await?;
            sqlx::query("UPDATE knowledge SET updated_at = $2 WHERE id = $1").bind(knowledge).bind(at)
                .execute(&mut *tx).await?;
        });
        Ok(())
    }

    /// False when it was not there.
    #[boxed]
    pub async fn unlink_file(&self, knowledge: &str, file: &FileId) -> Result<bool> {
        let gone = transaction!(self, tx => {
            sqlx::query("UPDATE knowledge SET updated_at = $2 WHERE id = $1").bind(knowledge).bind(now())
                .execute(&mut *tx).await?;
            sqlx::query("DELETE FROM knowledge_file WHERE knowledge_id = $1 AND file_id = $2")
                .bind(knowledge).bind(file.as_str()).execute(&mut *tx).await?.rows_affected()
        });
        Ok(gone > 0)
    }

    /// Takes all files out of a knowledge base, and its directories where that is wanted.
    #[boxed]
    pub async fn clear_knowledge(&self, knowledge: &str, directories: bool) -> Result<()> {
        transaction!(self, tx => {
            sqlx::query("DELETE FROM knowledge_file WHERE knowledge_id = $1").bind(knowledge).execute(&mut *tx).await?;
            if directories {
                sqlx::query("DELETE FROM knowledge_directory WHERE knowledge_id = $1").bind(knowledge)
                    .execute(&mut *tx).await?;
            }
            sqlx::query("UPDATE knowledge SET updated_at = $2 WHERE id = $1").bind(knowledge).bind(now())
                .execute(&mut *tx).await?;
        });
        Ok(())
    }

    /// Moves a file into a directory, or out of all; `NotFound` when it is not in the knowledge base.
    #[boxed]
    pub async fn move_knowledge_file(&self, knowledge: &str, file: &FileId, directory: Option<&str>) -> Result<()> {
        let changed = writing!(self, pool => sqlx::query(
            "UPDATE knowledge_file SET directory_id = $3, updated_at = $4 WHERE knowledge_id = $1 AND file_id = $2")
            .bind(knowledge).bind(file.as_str()).bind(directory).bind(now())
            .execute(pool).await.map(|done| done.rows_affected()))?;
        if changed == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }

    /// All files of a knowledge base without their texts, in the order they were put there.
    #[boxed]
    pub async fn files_of_knowledge(&self, knowledge: &str) -> Result<Vec<KnowledgeFile>> {
        let rows: Vec<Row> = reading!(self, pool => sqlx::query_as(ALL).bind(knowledge).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(KnowledgeFile::from).collect())
    }

    /// Ids of the files of a knowledge base: what may be found in it.
    #[boxed]
    pub async fn file_ids_of_knowledge(&self, knowledge: &str) -> Result<Vec<String>> {
        Ok(reading!(self, pool => sqlx::query_scalar("SELECT file_id FROM knowledge_file WHERE knowledge_id = $1")
            .bind(knowledge).fetch_all(pool).await)?)
    }

    /// Ids of the knowledge bases that have a file.
    #[boxed]
    pub async fn knowledge_with_file(&self, file: &FileId) -> Result<Vec<String>> {
        Ok(reading!(self, pool => sqlx::query_scalar(
            "SELECT knowledge_id FROM knowledge_file WHERE file_id = $1 ORDER BY knowledge_id")
            .bind(file.as_str()).fetch_all(pool).await)?)
    }

    /// A page of files in knowledge bases that `viewer` may read (`sees_all`: in all), and how many there are.
    #[boxed]
    pub async fn knowledge_file_page(
        &self,
        viewer: &UserId,
        sees_all: bool,
        query: &KnowledgeFileQuery,
    ) -> Result<(Vec<KnowledgeFile>, i64)> {
        let order = match (query.order, query.ascending) {
            (KnowledgeFileOrder::Updated, false) => "f.updated_at DESC, f.id",
            (KnowledgeFileOrder::Updated, true) => "f.updated_at, f.id",
            (KnowledgeFileOrder::Created, false) => "f.created_at DESC, f.id",
            (KnowledgeFileOrder::Created, true) => "f.created_at, f.id",
            (KnowledgeFileOrder::Name, false) => "f.search_name DESC, f.id",
            (KnowledgeFileOrder::Name, true) => "f.search_name, f.id",
        };
        // Only the constants above are put together.
        let sql = format!("{SELECT} ORDER BY {order} LIMIT $10 OFFSET $11");
        let words = query.words.as_deref().filter(|words| !words.is_empty()).map(contains);
        let (put_by, them) = match &query.put_by {
            Some((user, them)) => (Some(user.as_str()), *them),
            None => (None, false),
        };
        let (named, directory) = match &query.directory {
            Some(directory) => (true, directory.as_deref()),
            None => (false, None),
        };
        let rows: Vec<Row> = reading!(self, pool => sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(viewer.as_str()).bind(sees_all).bind(&query.knowledge).bind(&words).bind(query.in_text)
            .bind(put_by).bind(them).bind(named).bind(directory).bind(query.limit).bind(query.offset)
            .fetch_all(pool).await)?;
        let total: i64 = reading!(self, pool => sqlx::query_scalar(COUNT)
            .bind(viewer.as_str()).bind(sees_all).bind(&query.knowledge).bind(&words).bind(query.in_text)
            .bind(put_by).bind(them).bind(named).bind(directory).fetch_one(pool).await)?;
        Ok((rows.into_iter().map(KnowledgeFile::from).collect(), total))
    }
}
