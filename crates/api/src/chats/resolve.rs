//! `POST …/resolve`: somebody allows a tool call, or does not.

use airis_domain::{ChatId, Json as Value, MessageId};
use airis_turns::Decision;
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::{Json, Path};

/// What is to become of a call that waits.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ResolveAction {
    Approve,
    Reject,
    /// For calls that ask the person something.
    Answer,
}

/// A decision about a tool call.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "answers are checked, and belong to calls that there are none of")]
pub struct ResolveToolCallForm {
    pub call_id: String,
    #[schema(inline)]
    pub action: ResolveAction,
    #[serde(default)]
    #[schema(value_type = Option<Value>)]
    pub answers: Option<Value>,
    #[serde(default)]
    pub timed_out: bool,
}

/// Decides about a tool call of a reply that waits for it; the reply goes on.
#[utoipa::path(post, path = "/api/v1/chats/{id}/messages/{message_id}/resolve", tag = "main",
    security(("verified" = [])), params(("id" = String, Path), ("message_id" = String, Path)),
    request_body = ResolveToolCallForm, responses((status = 200, body = Value)))]
pub async fn resolve(
    person: Verified,
    State(app): State<App>,
    Path((chat, message)): Path<(String, String)>,
    Json(form): Json<ResolveToolCallForm>,
) -> Result<Json<Value>> {
    let allowed = match form.action {
        ResolveAction::Approve => true,
        ResolveAction::Reject => false,
        // No tool of this server asks anything but to be allowed.
        ResolveAction::Answer => return Err(ApiError::bad_request("This call waits to be allowed, not for an answer")),
    };
    let decision = Decision { call: form.call_id, allowed };
    let (chat, message) = (ChatId::from(chat.as_str()), MessageId::from(message.as_str()));
    let started = app.turns.resolve(&person, &chat, &message, &decision).await?;
    Ok(Json(json!({"status": true, "chat_id": started.chat_id, "message_id": message, "task_ids": started.task_ids})))
}
