//! Keeping titles and messages so that they can be searched: whenever one is written, but not while a reply grows.

use airis_domain::UserId;
use async_recursion::async_recursion as boxed;
use sqlx::{Postgres, Sqlite, Transaction};

use crate::db::{locked, transaction};
use crate::words::{digest, line, text_of, tsvector, words};
use crate::{Result, Store, json};

/// Messages of before that are made searchable in one transaction: other writers wait for it.
const PIECE: i64 = 100;

/// Where a text comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// It is written now: it stands behind all others, or in its old place anew.
    Newest,
    /// It was there before: it stands in front of all others, unless it was written anew meanwhile.
    Oldest,
}

/// What is kept for searching; the title of a chat has an empty message id.
pub(crate) struct Text<'a> {
    pub chat: &'a str,
    pub message: &'a str,
    pub owner: &'a UserId,
    pub text: &'a str,
}

/// A transaction that keeps texts for searching, each database in its way.
pub(crate) trait Searchable {
    async fn keep_text(&mut self, text: Text<'_>, place: Place) -> sqlx::Result<()>;
}

impl Searchable for Transaction<'_, Sqlite> {
    async fn keep_text(&mut self, text: Text<'_>, place: Place) -> sqlx::Result<()> {
        let words = words(text.text);
        let digest = digest(&words);
        let known: Option<(i64, i64)> =
            sqlx::query_as("SELECT id, digest FROM chat_text WHERE chat_id = $1 AND message_id = $2")
                .bind(text.chat)
                .bind(text.message)
                .fetch_optional(&mut **self)
                .await?;
        let id: i64 = match known {
            Some((_, known)) if known == digest || place == Place::Oldest => return Ok(()),
            Some((id, _)) if words.is_empty() => {
                sqlx::query("DELETE FROM chat_text WHERE id = $1").bind(id).execute(&mut **self).await?;
                return Ok(());
            }
            None if words.is_empty() => return Ok(()),
            Some((id, _)) => {
                sqlx::query("UPDATE chat_text SET digest = $2 WHERE id = $1")
                    .bind(id)
                    .bind(digest)
                    .execute(&mut **self)
                    .await?;
                sqlx::query("DELETE FROM chat_words WHERE rowid = $1").bind(id).execute(&mut **self).await?;
                id
            }
            None => {
                let insert = match place {
                    Place::Newest => {
                        "INSERT INTO chat_text (chat_id, message_id, digest) VALUES ($1, $2, $3) RETURNING id"
                    }
                    Place::Oldest => {
                        "INSERT INTO chat_text (id, chat_id, message_id, digest) VALUES \
                         ((SELECT MIN(COALESCE(MIN(id), 0), 0) - 1 FROM chat_text), $1, $2, $3) RETURNING id"
                    }
                };
                sqlx::query_scalar(insert)
                    .bind(text.chat)
                    .bind(text.message)
                    .bind(digest)
                    .fetch_one(&mut **self)
                    .await?
            }
        };
        sqlx::query("INSERT INTO chat_words (rowid, words) VALUES ($1, $2)")
            .bind(id)
            .bind(line(text.owner, &words))
            .execute(&mut **self)
            .await?;
        Ok(())
    }
}

impl Searchable for Transaction<'_, Postgres> {
    async fn keep_text(&mut self, text: Text<'_>, place: Place) -> sqlx::Result<()> {
        let words = words(text.text);
        if words.is_empty() {
            if place == Place::Oldest {
                return Ok(());
            }
            sqlx::query("DELETE FROM chat_text WHERE chat_id = $1 AND message_id = $2")
                .bind(text.chat)
                .bind(text.message)
                .execute(&mut **self)
                .await?;
            return Ok(());
        }
        let put = match place {
            Place::Newest => {
                "INSERT INTO chat_text (chat_id, message_id, digest, words) VALUES ($1, $2, $3, CAST($4 AS TSVECTOR)) \
                 ON CONFLICT (chat_id, message_id) DO UPDATE SET digest = excluded.digest, words = excluded.words \
                 WHERE chat_text.digest <> excluded.digest"
            }
            Place::Oldest => {
                "INSERT INTO chat_text (chat_id, message_id, digest, words) VALUES ($1, $2, $3, CAST($4 AS TSVECTOR)) \
                 ON CONFLICT (chat_id, message_id) DO NOTHING"
            }
        };
        sqlx::query(put)
            .bind(text.chat)
            .bind(text.message)
            .bind(digest(&words))
            .bind(tsvector(text.owner, &words))
            .execute(&mut **self)
            .await?;
        Ok(())
    }
}

/// Keeps messages of one chat for searching inside `$tx`.
macro_rules! keep_messages {
    ($tx:ident, $chat:expr, $messages:expr) => {{
        use crate::chat_text::Searchable as _;
        let chat: &airis_domain::ChatId = $chat;
        let owner: Option<String> = sqlx::query_scalar("SELECT user_id FROM chat WHERE id = $1")
            .bind(chat.as_str())
            .fetch_optional(&mut *$tx)
            .await?;
        if let Some(owner) = owner.map(airis_domain::UserId::from) {
            for message in $messages {
                let message: &airis_domain::Message = message;
                let text = crate::chat_text::Text {
                    chat: chat.as_str(),
                    message: &crate::json::clean(message.id.as_str()),
                    owner: &owner,
                    text: &crate::words::text_of(&message.content),
                };
                $tx.keep_text(text, crate::chat_text::Place::Newest).await?;
            }
        }
    }};
}

/// Keeps a chat's title for searching inside `$tx`.
macro_rules! keep_title {
    ($tx:ident, $chat:expr) => {{
        use crate::chat_text::Searchable as _;
        let chat: &airis_domain::Chat = $chat;
        let id = crate::json::clean(chat.id.as_str());
        let text = crate::chat_text::Text { chat: &id, message: "", owner: &chat.user_id, text: &chat.title };
        $tx.keep_text(text, crate::chat_text::Place::Newest).await?;
    }};
}

pub(crate) use {keep_messages, keep_title};

/// The chat of before whose turn it is; held, so that nobody writes in it meanwhile.
macro_rules! next_chat {
    () => {
        "SELECT u.chat_id, u.before_seq, c.user_id, c.title FROM chat_unsearched u JOIN chat c ON c.id = u.chat_id \
         ORDER BY u.updated_at DESC, u.chat_id DESC LIMIT 1"
    };
}

impl Store {
    /// Makes a piece of what earlier versions stored searchable, the newest chats first; false when nothing is left.
    #[boxed]
    pub async fn keep_older_texts(&self) -> Result<bool> {
        let left = transaction!(self, tx => {
            let mut room = PIECE;
            let mut left = true;
            while room > 0 {
                let next: Option<(String, Option<i64>, String, String)> =
                    sqlx::query_as(locked!(tx, next_chat!())).fetch_optional(&mut *tx).await?;
                let Some((chat, before, owner, title)) = next else {
                    left = false;
                    break;
                };
                let owner = UserId::from(owner);
                let messages: Vec<(String, i64, String)> = sqlx::query_as(
                    "SELECT id, seq, content FROM message WHERE chat_id = $1 AND ($2 IS NULL OR seq < $2) \
                     ORDER BY seq DESC LIMIT $3")
                    .bind(&chat).bind(before).bind(room).fetch_all(&mut *tx).await?;
                for (message, _, content) in &messages {
                    let content = json::parse(content);
                    let text = Text { chat: &chat, message, owner: &owner, text: &text_of(&content) };
                    tx.keep_text(text, Place::Oldest).await?;
                }
                let count = i64::try_from(messages.len()).unwrap_or(room);
                match messages.last() {
                    Some((_, seq, _)) if count == room => {
                        sqlx::query("UPDATE chat_unsearched SET before_seq = $2 WHERE chat_id = $1")
                            .bind(&chat).bind(seq).execute(&mut *tx).await?;
                    }
                    _ => {
                        let title = Text { chat: &chat, message: "", owner: &owner, text: &title };
                        tx.keep_text(title, Place::Oldest).await?;
                        sqlx::query("DELETE FROM chat_unsearched WHERE chat_id = $1")
                            .bind(&chat).execute(&mut *tx).await?;
                    }
                }
                room -= count.max(1);
            }
            left
        });
        Ok(left)
    }
}
