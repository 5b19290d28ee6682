//! Summing up what was said in a chat.

use airis_domain::Json as Value;
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::app::App;
use crate::error::Result;
use crate::extract::{Given, Json};
use crate::owned::{ChatAs, Owner};

/// Who sums up; without a name, the model that answered last or that administrators chose.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CompactChatForm {
    model: Option<String>,
}

/// Sums up all but the latest messages; models are told the summary instead of them from then on.
#[utoipa::path(post, path = "/api/v1/chats/{id}/compact", tag = "chats", security(("verified" = [])),
    params(("id" = String, Path)), request_body = Option<CompactChatForm>, responses((status = 200, body = Value)))]
pub async fn compact(
    State(app): State<App>,
    chat: ChatAs<Owner>,
    Given(form): Given<CompactChatForm>,
) -> Result<Json<Value>> {
    let model = form.and_then(|form| form.model);
    let done = app.turns.compact(&chat.caller, &chat, model.as_deref()).await?;
    Ok(Json(json!({ "status": true, "checkpoint_message_id": done.checkpoint, "context_summary": done.summary })))
}
