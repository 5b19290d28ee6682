//! Leases, checkpoints and ends of turns. Every write names the fence it holds.

use airis_domain::{ChatId, Json, MessageId, Turn, TurnId, TurnState, UserId};

use crate::{MessagePatch, Result, Store};

impl Store {
    pub async fn turn(&self, id: &TurnId) -> Result<Option<Turn>> {
        todo!()
    }

    /// Running turns of a chat.
    pub async fn running_turns(&self, chat: &ChatId) -> Result<Vec<Turn>> {
        todo!()
    }

    /// Which of these chats have a running turn.
    pub async fn active_chats(&self, chats: &[ChatId]) -> Result<Vec<ChatId>> {
        todo!()
    }

    /// Running turns of everybody.
    pub async fn all_running_turns(&self) -> Result<Vec<Turn>> {
        todo!()
    }

    /// Running turns whose lease ended before `now_ms`, or that belong to `dead_owner`.
    pub async fn orphaned_turns(&self, now_ms: i64, dead_owner: Option<&str>) -> Result<Vec<Turn>> {
        todo!()
    }

    /// Takes over a running turn if it still has `seen_fence`; returns the new fence. `LeaseLost` when somebody else did.
    pub async fn take_turn(&self, id: &TurnId, seen_fence: i64, owner: &str, lease_until_ms: i64) -> Result<i64> {
        todo!()
    }

    /// Extends leases of this owner in one statement; returns the turns still held.
    pub async fn renew_turns(&self, owner: &str, ids: &[TurnId], lease_until_ms: i64) -> Result<Vec<TurnId>> {
        todo!()
    }

    /// Saves progress of turn and message in one transaction. `LeaseLost` when the fence is old or the turn is final.
    pub async fn checkpoint_turn(
        &self,
        id: &TurnId,
        fence: i64,
        checkpoint: &Json,
        message: &MessagePatch,
    ) -> Result<()> {
        todo!()
    }

    /// Ends a turn with its message in one transaction. `LeaseLost` as above.
    pub async fn finish_turn(&self, id: &TurnId, fence: i64, state: TurnState, message: &MessagePatch) -> Result<()> {
        todo!()
    }

    /// Message of a turn.
    pub async fn turn_of_message(&self, chat: &ChatId, message: &MessageId) -> Result<Option<Turn>> {
        todo!()
    }

    /// Running turns of one person (limits, sign-out).
    pub async fn running_turns_of(&self, user: &UserId) -> Result<Vec<Turn>> {
        todo!()
    }
}
