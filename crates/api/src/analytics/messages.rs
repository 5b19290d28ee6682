//! The messages themselves.

use airis_domain::Json as Value;
use airis_store::{MessageFilter, StoredMessage};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{half_page, offered, page};
use crate::app::App;
use crate::caller::Admin;
use crate::error::{ApiError, Result};
use crate::extract::{Json, Query};

/// Which messages.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MessagesQuery {
    model_id: Option<String>,
    user_id: Option<String>,
    chat_id: Option<String>,
    /// Seconds since 1970, as the next; both are included.
    start_date: Option<i64>,
    end_date: Option<i64>,
    #[serde(default)]
    #[param(required = false)]
    skip: i64,
    /// At most 100.
    #[serde(default = "half_page")]
    #[param(required = false, maximum = 100)]
    limit: i64,
}

/// A message as the contract's database has it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChatMessageModel {
    /// Chat and message, a hyphen between.
    id: String,
    chat_id: String,
    user_id: String,
    role: String,
    #[schema(required = false)]
    parent_id: Option<String>,
    #[schema(required = false)]
    content: Value,
    #[schema(value_type = Option<Vec<Object>>, required = false)]
    output: Option<Value>,
    #[schema(required = false)]
    model_id: Option<String>,
    #[schema(value_type = Option<Vec<Object>>, required = false)]
    files: Option<Value>,
    #[schema(value_type = Option<Vec<Object>>, required = false)]
    sources: Option<Value>,
    #[schema(value_type = Option<Vec<Object>>, required = false)]
    embeds: Option<Value>,
    #[schema(value_type = Option<Object>, required = false)]
    meta: Option<Value>,
    #[schema(required = false)]
    done: bool,
    #[schema(value_type = Option<Vec<Object>>, required = false)]
    status_history: Option<Value>,
    #[schema(required = false)]
    error: Option<Value>,
    #[schema(value_type = Option<Object>, required = false)]
    usage: Option<Value>,
    #[schema(required = false)]
    context_summary: Option<String>,
    /// Seconds, as the next.
    created_at: i64,
    updated_at: i64,
}

impl From<StoredMessage> for ChatMessageModel {
    fn from(stored: StoredMessage) -> Self {
        let StoredMessage { message, user_id, at } = stored;
        let mut rest = message.rest;
        // Clients may have written anything under these names; what has another shape is left out.
        let list = |value: Option<Value>| value.filter(Value::is_array);
        let object = |value: Option<Value>| value.filter(Value::is_object);
        Self {
            id: format!("{}-{}", message.chat_id, message.id),
            chat_id: message.chat_id.0,
            user_id: user_id.0,
            role: message.role.as_str().to_owned(),
            parent_id: message.parent_id.map(|id| id.0),
            content: message.content,
            output: list(message.output),
            model_id: message.model,
            files: list(message.files),
            sources: list(message.sources),
            embeds: list(rest.remove("embeds")),
            meta: object(rest.remove("meta")),
            done: message.done.unwrap_or(true),
            status_history: list(message.status_history),
            error: message.error.filter(|error| error.is_object() || error.is_string()),
            usage: object(message.usage),
            context_summary: rest.remove("contextSummary").and_then(|text| text.as_str().map(str::to_owned)),
            created_at: at,
            updated_at: at,
        }
    }
}

/// Messages of anybody, newest first; not where administrators may not read chats.
#[utoipa::path(get, path = "/api/v1/analytics/messages", tag = "analytics", security(("admin" = [])),
    params(MessagesQuery), responses((status = 200, body = Vec<ChatMessageModel>)))]
pub async fn list(
    _admin: Admin,
    State(app): State<App>,
    Query(query): Query<MessagesQuery>,
) -> Result<Json<Vec<ChatMessageModel>>> {
    offered(&app)?;
    if !app.config.settings().enable_admin_chat_access {
        return Err(ApiError::forbidden("Administrators may not read the chats of others here"));
    }
    let (offset, limit) = page(query.skip, query.limit)?;
    let filter = MessageFilter {
        model: query.model_id,
        user: query.user_id,
        chat: query.chat_id,
        from: query.start_date,
        to: query.end_date,
        offset,
        limit,
    };
    let found = app.store.find_messages(&filter).await?;
    Ok(Json(found.into_iter().map(ChatMessageModel::from).collect()))
}
