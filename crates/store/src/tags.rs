//! Labels of chats.

use airis_domain::{ChatId, Json, Tag, UserId};
use async_recursion::async_recursion as boxed;

use crate::db::{locked, reading, transaction};
use crate::{Result, Store, StoreError, json};

type Row = (String, String, String, Option<String>);

fn tag((id, name, user_id, meta): Row) -> Tag {
    Tag { id, name, user_id: user_id.into(), meta: json::parse_optional(meta) }
}

/// A tag's id: its name in lower case with spaces as underscores.
fn id_of(name: &str) -> String {
    json::clean(name).trim().replace(' ', "_").to_lowercase()
}

impl Store {
    /// All tags of a user, by name.
    #[boxed]
    pub async fn tags_of(&self, user: &UserId) -> Result<Vec<Tag>> {
        let rows: Vec<Row> = reading!(self, pool =>
            sqlx::query_as("SELECT id, name, user_id, meta FROM tag WHERE user_id = $1 ORDER BY name").bind(user.as_str()).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(tag).collect())
    }

    /// Those of the tags that exist, in the order of the ids.
    #[boxed]
    pub async fn tags_by_ids(&self, user: &UserId, ids: &[String]) -> Result<Vec<Tag>> {
        let all = self.tags_of(user).await?;
        Ok(ids.iter().filter_map(|id| all.iter().find(|tag| tag.id == *id).cloned()).collect())
    }

    /// Creates missing tags of a user by name, writes their ids to `meta.tags` of the chat (replacing them), and removes
    /// tags of this user that no chat carries any more. Returns the chat's tags.
    #[boxed]
    pub async fn set_chat_tags(&self, user: &UserId, chat: &ChatId, names: &[String]) -> Result<Vec<Tag>> {
        let mut tags: Vec<Tag> = Vec::new();
        for name in names {
            let id = id_of(name);
            if !id.is_empty() && !tags.iter().any(|tag| tag.id == id) {
                tags.push(Tag { id, name: json::clean(name).trim().to_owned(), user_id: user.clone(), meta: None });
            }
        }
        transaction!(self, tx => {
            let meta: Option<String> = sqlx::query_scalar(locked!(tx, "SELECT meta FROM chat WHERE id = $1"))
                .bind(chat.as_str()).fetch_optional(&mut *tx).await?;
            let mut meta = json::parse_map(&meta.ok_or(StoreError::NotFound)?);
            meta.insert("tags".to_owned(), tags.iter().map(|tag| Json::String(tag.id.clone())).collect());
            sqlx::query("UPDATE chat SET meta = $2 WHERE id = $1")
                .bind(chat.as_str()).bind(json::map_text(&meta)).execute(&mut *tx).await?;
            sqlx::query("DELETE FROM chat_tag WHERE chat_id = $1").bind(chat.as_str()).execute(&mut *tx).await?;
            for tag in &tags {
                sqlx::query("INSERT INTO tag (id, user_id, name) VALUES ($1, $2, $3) ON CONFLICT (user_id, id) DO NOTHING")
                    .bind(&tag.id).bind(user.as_str()).bind(&tag.name).execute(&mut *tx).await?;
                sqlx::query("INSERT INTO chat_tag (chat_id, tag_id, user_id) VALUES ($1, $2, $3)")
                    .bind(chat.as_str()).bind(&tag.id).bind(user.as_str()).execute(&mut *tx).await?;
            }
            sqlx::query("DELETE FROM tag WHERE user_id = $1 AND NOT EXISTS \
                 (SELECT 1 FROM chat_tag c WHERE c.user_id = tag.user_id AND c.tag_id = tag.id)")
                .bind(user.as_str()).execute(&mut *tx).await?;
        });
        Ok(tags)
    }
}
