//! Leases, checkpoints and ends of turns. Every write names the fence it holds.

use crate::row::row;
use airis_domain::{ChatId, Json, MessageId, Turn, TurnId, TurnState, UserId, now};
use async_recursion::async_recursion as boxed;

use crate::chat_text::keep_messages;
use crate::db::{reading, transaction, writing};
use crate::messages::patch_message;
use crate::{MessagePatch, Result, Store, StoreError, json};

row! {
    struct TurnRow {
        id: String,
        chat_id: String,
        message_id: String,
        user_id: String,
        state: String,
        owner: String,
        fence: i64,
        lease_until_ms: i64,
        checkpoint: String,
        created_at: i64,
        updated_at: i64,
    }
}

impl From<TurnRow> for Turn {
    fn from(row: TurnRow) -> Self {
        Self {
            id: row.id.into(),
            chat_id: row.chat_id.into(),
            message_id: row.message_id.into(),
            user_id: row.user_id.into(),
            state: TurnState::parse(&row.state).unwrap_or(TurnState::Failed),
            owner: row.owner,
            fence: row.fence,
            lease_until_ms: row.lease_until_ms,
            checkpoint: json::parse(&row.checkpoint),
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

macro_rules! select_turn {
    ($rest:literal) => {
        sqlx::query_as::<_, TurnRow>(concat!(
            "SELECT id, chat_id, message_id, user_id, state, owner, fence, lease_until_ms, checkpoint, created_at, updated_at ",
            "FROM turn ",
            $rest
        ))
    };
}

/// Inserts a turn inside `$tx`.
macro_rules! insert_turn {
    ($tx:ident, $turn:expr) => {{
        let turn: &airis_domain::Turn = $turn;
        sqlx::query(
            "INSERT INTO turn (id, chat_id, message_id, user_id, state, owner, fence, lease_until_ms, checkpoint, created_at, \
             updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(turn.id.as_str())
        .bind(turn.chat_id.as_str())
        .bind(turn.message_id.as_str())
        .bind(turn.user_id.as_str())
        .bind(turn.state.as_str())
        .bind(&turn.owner)
        .bind(turn.fence)
        .bind(turn.lease_until_ms)
        .bind(crate::json::text(&turn.checkpoint))
        .bind(turn.created_at)
        .bind(turn.updated_at)
        .execute(&mut *$tx)
        .await?;
    }};
}

pub(crate) use insert_turn;

fn turns(rows: Vec<TurnRow>) -> Vec<Turn> {
    rows.into_iter().map(Turn::from).collect()
}

impl Store {
    #[boxed]
    pub async fn turn(&self, id: &TurnId) -> Result<Option<Turn>> {
        let row = reading!(self, pool => select_turn!("WHERE id = $1").bind(id.as_str()).fetch_optional(pool).await)?;
        Ok(row.map(Turn::from))
    }

    /// Running turns of a chat.
    #[boxed]
    pub async fn running_turns(&self, chat: &ChatId) -> Result<Vec<Turn>> {
        Ok(turns(
            reading!(self, pool => select_turn!("WHERE chat_id = $1 AND state = 'running' ORDER BY created_at, id")
            .bind(chat.as_str()).fetch_all(pool).await)?,
        ))
    }

    /// Which of these chats have a running turn.
    #[boxed]
    pub async fn active_chats(&self, chats: &[ChatId]) -> Result<Vec<ChatId>> {
        if chats.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<String> = reading!(self, pool =>
            sqlx::query_scalar("SELECT DISTINCT chat_id FROM turn WHERE state = 'running'").fetch_all(pool).await)?;
        Ok(ids.into_iter().map(ChatId::from).filter(|id| chats.contains(id)).collect())
    }

    /// Running turns of everybody.
    #[boxed]
    pub async fn all_running_turns(&self) -> Result<Vec<Turn>> {
        Ok(turns(reading!(self, pool =>
            select_turn!("WHERE state = 'running' ORDER BY created_at, id").fetch_all(pool).await)?))
    }

    /// Turns that ended at or after this time, in seconds since 1970.
    #[boxed]
    pub async fn turns_ended_since(&self, since: i64) -> Result<Vec<Turn>> {
        Ok(turns(reading!(self, pool =>
            select_turn!("WHERE state <> 'running' AND updated_at >= $1 ORDER BY updated_at, id")
                .bind(since).fetch_all(pool).await)?))
    }

    /// Running turns whose lease ended before `now_ms`, or that belong to `dead_owner`.
    #[boxed]
    pub async fn orphaned_turns(&self, now_ms: i64, dead_owner: Option<&str>) -> Result<Vec<Turn>> {
        Ok(turns(reading!(self, pool =>
            select_turn!("WHERE state = 'running' AND (lease_until_ms < $1 OR owner = $2) ORDER BY created_at, id")
                .bind(now_ms).bind(dead_owner).fetch_all(pool).await)?))
    }

    /// Takes over a running turn if it still has `seen_fence`; returns the new fence. `LeaseLost` when somebody else did.
    #[boxed]
    pub async fn take_turn(&self, id: &TurnId, seen_fence: i64, owner: &str, lease_until_ms: i64) -> Result<i64> {
        let fence: Option<i64> = writing!(self, pool => sqlx::query_scalar(
            "UPDATE turn SET fence = fence + 1, owner = $3, lease_until_ms = $4, updated_at = $5 \
             WHERE id = $1 AND fence = $2 AND state = 'running' RETURNING fence")
            .bind(id.as_str()).bind(seen_fence).bind(owner).bind(lease_until_ms).bind(now()).fetch_optional(pool).await)?;
        fence.ok_or(StoreError::LeaseLost)
    }

    /// Extends every lease of this owner in one statement; returns the turns still held.
    #[boxed]
    pub async fn renew_turns(&self, owner: &str, lease_until_ms: i64) -> Result<Vec<TurnId>> {
        let ids: Vec<String> = writing!(self, pool => sqlx::query_scalar(
            "UPDATE turn SET lease_until_ms = $2 WHERE owner = $1 AND state = 'running' RETURNING id")
            .bind(owner).bind(lease_until_ms).fetch_all(pool).await)?;
        Ok(ids.into_iter().map(TurnId::from).collect())
    }

    /// Saves progress of turn and message in one transaction. `LeaseLost` when the fence is old or the turn is final.
    #[boxed]
    pub async fn checkpoint_turn(
        &self,
        id: &TurnId,
        fence: i64,
        checkpoint: &Json,
        message: &MessagePatch,
    ) -> Result<()> {
        self.write_turn(id, fence, TurnState::Running, Some(checkpoint), message).await
    }

    /// Ends a turn with its message in one transaction. `LeaseLost` as above.
    #[boxed]
    pub async fn finish_turn(&self, id: &TurnId, fence: i64, state: TurnState, message: &MessagePatch) -> Result<()> {
        self.write_turn(id, fence, state, None, message).await
    }

    /// Ends a turn that waits for a person, with what the next one needs to go on.
    #[boxed]
    pub async fn pause_turn(&self, id: &TurnId, fence: i64, checkpoint: &Json, message: &MessagePatch) -> Result<()> {
        self.write_turn(id, fence, TurnState::Done, Some(checkpoint), message).await
    }

    /// Turn of a message, the newest one.
    #[boxed]
    pub async fn turn_of_message(&self, chat: &ChatId, message: &MessageId) -> Result<Option<Turn>> {
        let row = reading!(self, pool => select_turn!("WHERE chat_id = $1 AND message_id = $2 ORDER BY created_at DESC LIMIT 1")
            .bind(chat.as_str()).bind(message.as_str()).fetch_optional(pool).await)?;
        Ok(row.map(Turn::from))
    }

    /// Running turns of one person.
    #[boxed]
    pub async fn running_turns_of(&self, user: &UserId) -> Result<Vec<Turn>> {
        Ok(turns(reading!(self, pool => select_turn!("WHERE user_id = $1 AND state = 'running'")
            .bind(user.as_str()).fetch_all(pool).await)?))
    }

    async fn write_turn(
        &self,
        id: &TurnId,
        fence: i64,
        state: TurnState,
        checkpoint: Option<&Json>,
        message: &MessagePatch,
    ) -> Result<()> {
        transaction!(self, tx => {
            // A finished turn needs its checkpoint no more.
            let checkpoint = checkpoint.map_or_else(|| "{}".to_owned(), json::text);
            let row: Option<(String, String)> = sqlx::query_as(
                "UPDATE turn SET state = $3, checkpoint = $4, updated_at = $5 \
                 WHERE id = $1 AND fence = $2 AND state = 'running' RETURNING chat_id, message_id")
                .bind(id.as_str()).bind(fence).bind(state.as_str()).bind(checkpoint).bind(now())
                .fetch_optional(&mut *tx).await?;
            let (chat, of) = row.ok_or(StoreError::LeaseLost)?;
            let (chat, of) = (ChatId::from(chat), MessageId::from(of));
            // The message may have been deleted meanwhile: the turn ends all the same.
            let patched = patch_message!(tx, chat, of, message);
            // A reply that grows is not searched for: its words are kept once, at its end.
            if let Some(message) = patched.as_ref().filter(|_| state != TurnState::Running) {
                keep_messages!(tx, &chat, [message]);
            }
        });
        Ok(())
    }
}
