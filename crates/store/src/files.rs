//! Uploaded files: everything but their bytes.

use crate::row::row;
use airis_domain::{File, FileId, FileStatus, JsonMap, UserId, now};
use async_recursion::async_recursion as boxed;

use crate::db::{locked, reading, transaction, writing};
use crate::{Result, Store, StoreError, json};

row! {
    pub(crate) struct FileRow {
        id: String,
        user_id: String,
        filename: String,
        path: Option<String>,
        hash: Option<String>,
        status: Option<String>,
        error: Option<String>,
        meta: String,
        created_at: i64,
        updated_at: i64,
        content: Option<String>,
    }
}

impl From<FileRow> for File {
    fn from(row: FileRow) -> Self {
        Self {
            id: row.id.into(),
            user_id: row.user_id.into(),
            filename: row.filename,
            path: row.path,
            hash: row.hash,
            status: row.status.as_deref().and_then(FileStatus::parse),
            error: row.error,
            meta: json::parse_map(&row.meta),
            content: row.content,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

macro_rules! columns {
    ($content:literal) => {
        concat!(
            "SELECT id, user_id, filename, path, hash, status, error, meta, created_at, updated_at, ",
            $content,
            " FROM file "
        )
    };
}

const WITH_TEXT: &str = columns!("content");
const WITHOUT_TEXT: &str = columns!("NULL AS content");
const MATCHING: &str = "WHERE ($1 IS NULL OR user_id = $1) AND ($2 IS NULL OR search_name LIKE $2 ESCAPE '!')";

/// Which files.
#[derive(Clone, Debug, Default)]
pub struct FileQuery {
    /// `None`: everybody's.
    pub owner: Option<UserId>,
    /// A whole name in any case, in which `*` stands for any text and `?` for one character.
    pub name: Option<String>,
    /// Whether the texts are wanted, too.
    pub content: bool,
    pub offset: i64,
    pub limit: i64,
}

impl Store {
    /// `Conflict("id")` when the id is taken.
    #[boxed]
    pub async fn insert_file(&self, file: &File) -> Result<()> {
        writing!(self, pool => sqlx::query(
            "INSERT INTO file (id, user_id, filename, search_name, path, hash, status, error, meta, created_at, updated_at, content) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)")
            .bind(file.id.as_str()).bind(file.user_id.as_str()).bind(json::clean(&file.filename))
            .bind(json::clean(&file.filename.to_lowercase())).bind(json::clean_optional(file.path.as_deref()))
            .bind(&file.hash).bind(file.status.map(FileStatus::as_str)).bind(json::clean_optional(file.error.as_deref()))
            .bind(json::map_text(&file.meta)).bind(file.created_at).bind(file.updated_at)
            .bind(json::clean_optional(file.content.as_deref())).execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// A file without its text; access is the caller's to decide.
    #[boxed]
    pub async fn file(&self, id: &FileId) -> Result<Option<File>> {
        self.one_file(id, WITHOUT_TEXT).await
    }

    /// The same with its text.
    #[boxed]
    pub async fn file_with_text(&self, id: &FileId) -> Result<Option<File>> {
        self.one_file(id, WITH_TEXT).await
    }

    async fn one_file(&self, id: &FileId, select: &str) -> Result<Option<File>> {
        // Only the constants above are put together.
        let sql = format!("{select}WHERE id = $1");
        let row: Option<FileRow> = reading!(self, pool =>
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id.as_str()).fetch_optional(pool).await)?;
        Ok(row.map(File::from))
    }

    /// A page, newest first.
    #[boxed]
    pub async fn files(&self, query: &FileQuery) -> Result<Vec<File>> {
        let select = if query.content { WITH_TEXT } else { WITHOUT_TEXT };
        let sql = format!("{select}{MATCHING} ORDER BY created_at DESC, id LIMIT $3 OFFSET $4");
        let owner = query.owner.as_ref().map(UserId::as_str);
        let name = query.name.as_deref().map(pattern);
        let rows: Vec<FileRow> = reading!(self, pool => sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(owner).bind(&name).bind(query.limit).bind(query.offset).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(File::from).collect())
    }

    /// How many files somebody has, or all have together.
    #[boxed]
    pub async fn count_files(&self, owner: Option<&UserId>) -> Result<i64> {
        Ok(reading!(self, pool => sqlx::query_scalar("SELECT COUNT(*) FROM file WHERE ($1 IS NULL OR user_id = $1)")
            .bind(owner.map(UserId::as_str)).fetch_one(pool).await)?)
    }

    /// Where the bytes of somebody's files are, or of everybody's.
    #[boxed]
    pub async fn file_paths(&self, owner: Option<&UserId>) -> Result<Vec<String>> {
        Ok(reading!(self, pool =>
            sqlx::query_scalar("SELECT path FROM file WHERE path IS NOT NULL AND ($1 IS NULL OR user_id = $1)")
                .bind(owner.map(UserId::as_str)).fetch_all(pool).await)?)
    }

    /// Ids of somebody's files.
    #[boxed]
    pub async fn file_ids(&self, owner: &UserId) -> Result<Vec<String>> {
        Ok(reading!(self, pool => sqlx::query_scalar("SELECT id FROM file WHERE user_id = $1")
            .bind(owner.as_str()).fetch_all(pool).await)?)
    }

    /// Files whose text somebody waits for: of a process that died as much as of one that is at it.
    #[boxed]
    pub async fn unfinished_files(&self) -> Result<Vec<FileId>> {
        let ids: Vec<String> = reading!(self, pool =>
            sqlx::query_scalar("SELECT id FROM file WHERE status IN ('pending', 'processing') ORDER BY created_at, id")
                .fetch_all(pool).await)?;
        Ok(ids.into_iter().map(FileId::from).collect())
    }

    /// Begins to take the text. False when there is nothing to begin: the file is gone or has its text already.
    #[boxed]
    pub async fn begin_file(&self, id: &FileId) -> Result<bool> {
        let changed = writing!(self, pool => sqlx::query(
            "UPDATE file SET status = 'processing', updated_at = $2 WHERE id = $1 AND status IN ('pending', 'processing')")
            .bind(id.as_str()).bind(now()).execute(pool).await.map(|done| done.rows_affected()))?;
        Ok(changed > 0)
    }

    /// Ends what [`Store::begin_file`] began; a text that somebody wrote meanwhile stays.
    #[boxed]
    pub async fn end_file(&self, id: &FileId, outcome: std::result::Result<(&str, &str), &str>) -> Result<()> {
        let (status, text, hash, error) = match outcome {
            Ok((text, hash)) => (FileStatus::Completed, Some(text), Some(hash), None),
            Err(error) => (FileStatus::Failed, None, None, Some(error)),
        };
        writing!(self, pool => sqlx::query(
            "UPDATE file SET status = $2, content = $3, hash = $4, error = $5, updated_at = $6 \
             WHERE id = $1 AND status = 'processing'")
            .bind(id.as_str()).bind(status.as_str()).bind(json::clean_optional(text)).bind(hash)
            .bind(json::clean_optional(error)).bind(now()).execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// Sets what is known of a file beside its name; keys that are not named stay. `NotFound` when the file is gone.
    #[boxed]
    pub async fn set_file_meta(&self, id: &FileId, values: &JsonMap) -> Result<()> {
        transaction!(self, tx => {
            let sql = locked!(tx, "SELECT meta FROM file WHERE id = $1");
            let meta: Option<String> = sqlx::query_scalar(sql).bind(id.as_str()).fetch_optional(&mut *tx).await?;
            let mut meta = json::parse_map(&meta.ok_or(StoreError::NotFound)?);
            meta.extend(values.clone());
            sqlx::query("UPDATE file SET meta = $2 WHERE id = $1").bind(id.as_str()).bind(json::map_text(&meta))
                .execute(&mut *tx).await?;
        });
        Ok(())
    }

    /// Has the text taken anew. `NotFound` when the file is gone.
    #[boxed]
    pub async fn await_file(&self, id: &FileId) -> Result<()> {
        let changed = writing!(self, pool => sqlx::query(
            "UPDATE file SET status = 'pending', error = NULL, updated_at = $2 WHERE id = $1")
            .bind(id.as_str()).bind(now()).execute(pool).await.map(|done| done.rows_affected()))?;
        if changed == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }

    /// Replaces the text. `NotFound` when the file is gone.
    #[boxed]
    pub async fn write_file_text(&self, id: &FileId, text: &str, hash: &str) -> Result<()> {
        let changed = writing!(self, pool => sqlx::query(
            "UPDATE file SET status = 'completed', content = $2, hash = $3, error = NULL, updated_at = $4 WHERE id = $1")
            .bind(id.as_str()).bind(json::clean(text)).bind(hash).bind(now())
            .execute(pool).await.map(|done| done.rows_affected()))?;
        if changed == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }

    /// `NotFound` when the file is gone.
    #[boxed]
    pub async fn rename_file(&self, id: &FileId, name: &str) -> Result<()> {
        let changed = writing!(self, pool => sqlx::query(
            "UPDATE file SET filename = $2, search_name = $3, updated_at = $4 WHERE id = $1")
            .bind(id.as_str()).bind(json::clean(name)).bind(json::clean(&name.to_lowercase())).bind(now())
            .execute(pool).await.map(|done| done.rows_affected()))?;
        if changed == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }

    /// False when it was not there.
    #[boxed]
    pub async fn delete_file(&self, id: &FileId) -> Result<bool> {
        let deleted = writing!(self, pool => sqlx::query("DELETE FROM file WHERE id = $1")
            .bind(id.as_str()).execute(pool).await.map(|done| done.rows_affected()))?;
        Ok(deleted > 0)
    }

    /// Deletes the rows of all files; returns where their bytes are.
    #[boxed]
    pub async fn delete_all_files(&self) -> Result<Vec<String>> {
        let paths: Vec<Option<String>> = writing!(self, pool =>
            sqlx::query_scalar("DELETE FROM file RETURNING path").fetch_all(pool).await)?;
        Ok(paths.into_iter().flatten().collect())
    }
}

/// A `LIKE` pattern (escape `!`) for a name with `*` and `?`.
fn pattern(name: &str) -> String {
    let mut pattern = String::with_capacity(name.len());
    for sign in json::clean(&name.to_lowercase()).chars() {
        match sign {
            '*' => pattern.push('%'),
            '?' => pattern.push('_'),
            '%' | '_' | '!' => pattern.extend(['!', sign]),
            other => pattern.push(other),
        }
    }
    pattern
}
