//! Prompts and their history.

use crate::row::row;
use airis_domain::{AccessGrant, Json, Prompt, PromptVersion, now};
use async_recursion::async_recursion as boxed;

use crate::db::{locked, reading, transaction, writing};
use crate::grants::{GRANTS_OF, GrantRow, replace_grants};
use crate::prompt_change::{NewVersion, PromptPatch, VersionRemoval};
use crate::{Result, Store, StoreError, json};

row! {
    struct PromptRow {
        id: String,
        command: String,
        user_id: String,
        name: String,
        content: String,
        data: String,
        meta: String,
        tags: String,
        is_active: bool,
        version_id: Option<String>,
        created_at: i64,
        updated_at: i64,
    }
}

impl From<PromptRow> for Prompt {
    fn from(row: PromptRow) -> Self {
        Self {
            id: row.id,
            command: row.command,
            user_id: row.user_id.into(),
            name: row.name,
            content: row.content,
            data: json::parse(&row.data),
            meta: json::parse(&row.meta),
            tags: serde_json::from_str(&row.tags).unwrap_or_default(),
            is_active: row.is_active,
            version_id: row.version_id,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

row! {
    struct VersionRow {
        id: String,
        prompt_id: String,
        parent_id: Option<String>,
        snapshot: String,
        user_id: String,
        message: Option<String>,
        created_at: i64,
    }
}

impl From<VersionRow> for PromptVersion {
    fn from(row: VersionRow) -> Self {
        Self {
            id: row.id,
            prompt_id: row.prompt_id,
            parent_id: row.parent_id,
            snapshot: json::parse(&row.snapshot),
            user_id: row.user_id.into(),
            message: row.message,
            created_at: row.created_at,
        }
    }
}

macro_rules! select_prompt {
    ($rest:literal) => {
        concat!(
            "SELECT id, command, user_id, name, content, data, meta, tags, is_active, version_id, created_at, updated_at \
             FROM prompt ",
            $rest
        )
    };
}

macro_rules! select_version {
    ($rest:literal) => {
        concat!("SELECT id, prompt_id, parent_id, snapshot, user_id, message, created_at FROM prompt_version ", $rest)
    };
}

/// The prompt, held until the transaction ends.
macro_rules! hold {
    ($tx:ident, $id:expr) => {{
        let row: Option<PromptRow> =
            sqlx::query_as(locked!($tx, select_prompt!("WHERE id = $1"))).bind($id).fetch_optional(&mut *$tx).await?;
        Prompt::from(row.ok_or(StoreError::NotFound)?)
    }};
}

macro_rules! save {
    ($tx:ident, $prompt:expr) => {
        sqlx::query(
            "UPDATE prompt SET command = $2, name = $3, content = $4, data = $5, meta = $6, tags = $7, \
             version_id = $8, updated_at = $9 WHERE id = $1",
        )
        .bind(&$prompt.id)
        .bind(&$prompt.command)
        .bind(&$prompt.name)
        .bind(&$prompt.content)
        .bind(json::text(&$prompt.data))
        .bind(json::text(&$prompt.meta))
        .bind(tags(&$prompt))
        .bind(&$prompt.version_id)
        .bind($prompt.updated_at)
        .execute(&mut *$tx)
        .await?
    };
}

/// Appends to the history; the prompt's row is held, so that numbers do not clash.
macro_rules! append {
    ($tx:ident, $prompt:expr, $grants:expr, $version:expr, $parent:expr) => {{
        let number: i64 =
            sqlx::query_scalar("SELECT COALESCE(MAX(number), 0) + 1 FROM prompt_version WHERE prompt_id = $1")
                .bind(&$prompt.id)
                .fetch_one(&mut *$tx)
                .await?;
        sqlx::query(
            "INSERT INTO prompt_version (id, prompt_id, number, parent_id, snapshot, user_id, message, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&$version.id)
        .bind(&$prompt.id)
        .bind(number)
        .bind($parent)
        .bind(json::text(&$prompt.snapshot($grants)))
        .bind($version.author.as_str())
        .bind(json::clean_optional($version.message.as_deref()))
        .bind(now())
        .execute(&mut *$tx)
        .await?;
    }};
}

fn tags(prompt: &Prompt) -> String {
    json::text(&Json::from(prompt.tags.clone()))
}

impl Store {
    /// Every prompt, the last changed first.
    #[boxed]
    pub async fn prompts(&self) -> Result<Vec<Prompt>> {
        let rows: Vec<PromptRow> = reading!(self, pool =>
            sqlx::query_as(select_prompt!("ORDER BY updated_at DESC, id")).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(Prompt::from).collect())
    }

    #[boxed]
    pub async fn prompt(&self, id: &str) -> Result<Option<Prompt>> {
        let row: Option<PromptRow> = reading!(self, pool =>
            sqlx::query_as(select_prompt!("WHERE id = $1")).bind(json::clean(id)).fetch_optional(pool).await)?;
        Ok(row.map(Prompt::from))
    }

    /// Stores a prompt with its grants and the first version of its history, which is live. `Conflict("command")` when
    /// the command is taken.
    #[boxed]
    pub async fn insert_prompt(&self, prompt: &Prompt, grants: &[AccessGrant], first: &NewVersion) -> Result<Prompt> {
        let stored = Prompt {
            command: json::clean(&prompt.command).into_owned(),
            name: json::clean(&prompt.name).into_owned(),
            content: json::clean(&prompt.content).into_owned(),
            version_id: Some(first.id.clone()),
            ..prompt.clone()
        };
        transaction!(self, tx => {
            sqlx::query("INSERT INTO prompt (id, command, user_id, name, content, data, meta, tags, is_active, version_id, \
                 created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)")
                .bind(&stored.id).bind(&stored.command).bind(stored.user_id.as_str()).bind(&stored.name).bind(&stored.content)
                .bind(json::text(&stored.data)).bind(json::text(&stored.meta)).bind(tags(&stored)).bind(stored.is_active)
                .bind(&stored.version_id).bind(stored.created_at).bind(stored.updated_at).execute(&mut *tx).await?;
            replace_grants!(tx, "prompt", &stored.id, grants);
            append!(tx, stored, grants, first, None::<String>);
        });
        Ok(stored)
    }

    /// Changes a prompt. With `version` a change that makes a difference enters the history. `NotFound`;
    /// `Conflict("command")` when the command is taken.
    #[boxed]
    pub async fn update_prompt(&self, id: &str, patch: &PromptPatch, version: Option<&NewVersion>) -> Result<Prompt> {
        Ok(transaction!(self, tx => {
            let old = hold!(tx, json::clean(id));
            let mut new = patch.over(old.clone());
            if let Some(version) = version
                && new != old
            {
                let grants: Vec<GrantRow> =
                    sqlx::query_as(GRANTS_OF).bind("prompt").bind(&old.id).fetch_all(&mut *tx).await?;
                let grants: Vec<AccessGrant> = grants.into_iter().map(AccessGrant::from).collect();
                let parent: Option<String> = sqlx::query_scalar("SELECT id FROM prompt_version WHERE prompt_id = $1 AND id = $2")
                    .bind(&old.id).bind(json::clean_optional(version.parent_id.as_deref())).fetch_optional(&mut *tx).await?;
                append!(tx, new, &grants, version, parent.as_ref().or(old.version_id.as_ref()));
                if version.live {
                    new.version_id = Some(version.id.clone());
                } else {
                    new = old.clone();
                }
            }
            if new != old {
                new.updated_at = now();
                save!(tx, new);
            }
            new
        }))
    }

    /// Makes a version of the history live. `NotFound` without the prompt or the version.
    #[boxed]
    pub async fn restore_prompt(&self, id: &str, version: &str) -> Result<Prompt> {
        Ok(transaction!(self, tx => {
            let mut prompt = hold!(tx, json::clean(id));
            let row: Option<VersionRow> = sqlx::query_as(select_version!("WHERE prompt_id = $1 AND id = $2"))
                .bind(&prompt.id).bind(json::clean(version)).fetch_optional(&mut *tx).await?;
            let version = PromptVersion::from(row.ok_or(StoreError::NotFound)?);
            prompt.restore(&version.snapshot);
            prompt.version_id = Some(version.id);
            prompt.updated_at = now();
            save!(tx, prompt);
            prompt
        }))
    }

    /// Switches a prompt on or off.
    #[boxed]
    pub async fn toggle_prompt(&self, id: &str) -> Result<Prompt> {
        writing!(self, pool => sqlx::query("UPDATE prompt SET is_active = NOT is_active, updated_at = $2 WHERE id = $1")
            .bind(json::clean(id)).bind(now()).execute(pool).await.map(|_| ()))?;
        self.prompt(id).await?.ok_or(StoreError::NotFound)
    }

    /// Deletes a prompt with its grants and its history. False when it was not there.
    #[boxed]
    pub async fn delete_prompt(&self, id: &str) -> Result<bool> {
        let deleted = transaction!(self, tx => {
            sqlx::query("DELETE FROM access_grant WHERE resource_type = 'prompt' AND resource_id = $1")
                .bind(json::clean(id)).execute(&mut *tx).await?;
            sqlx::query("DELETE FROM prompt WHERE id = $1").bind(json::clean(id)).execute(&mut *tx).await?.rows_affected()
        });
        Ok(deleted > 0)
    }

    /// A page of a prompt's history, newest first.
    #[boxed]
    pub async fn prompt_versions(&self, prompt: &str, offset: i64, limit: i64) -> Result<Vec<PromptVersion>> {
        let rows: Vec<VersionRow> = reading!(self, pool =>
            sqlx::query_as(select_version!("WHERE prompt_id = $1 ORDER BY number DESC LIMIT $2 OFFSET $3"))
                .bind(json::clean(prompt)).bind(limit).bind(offset).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(PromptVersion::from).collect())
    }

    #[boxed]
    pub async fn prompt_version(&self, prompt: &str, id: &str) -> Result<Option<PromptVersion>> {
        let row: Option<VersionRow> = reading!(self, pool => sqlx::query_as(select_version!("WHERE prompt_id = $1 AND id = $2"))
            .bind(json::clean(prompt)).bind(json::clean(id)).fetch_optional(pool).await)?;
        Ok(row.map(PromptVersion::from))
    }

    /// Takes a version out of a prompt's history; what was made from it hangs on its parent then.
    #[boxed]
    pub async fn delete_prompt_version(&self, prompt: &str, id: &str) -> Result<VersionRemoval> {
        Ok(transaction!(self, tx => {
            let prompt = hold!(tx, json::clean(prompt));
            let row: Option<VersionRow> = sqlx::query_as(select_version!("WHERE prompt_id = $1 AND id = $2"))
                .bind(&prompt.id).bind(json::clean(id)).fetch_optional(&mut *tx).await?;
            match row {
                None => VersionRemoval::Missing,
                Some(row) if prompt.version_id.as_ref() == Some(&row.id) => VersionRemoval::Live,
                Some(row) => {
                    sqlx::query("UPDATE prompt_version SET parent_id = $3 WHERE prompt_id = $1 AND parent_id = $2")
                        .bind(&prompt.id).bind(&row.id).bind(&row.parent_id).execute(&mut *tx).await?;
                    sqlx::query("DELETE FROM prompt_version WHERE prompt_id = $1 AND id = $2")
                        .bind(&prompt.id).bind(&row.id).execute(&mut *tx).await?;
                    VersionRemoval::Removed
                }
            }
        }))
    }
}
