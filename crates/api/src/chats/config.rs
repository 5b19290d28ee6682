//! Settings of chats: long ones are summarised, tools are asked for and looked for.

use airis_domain::JsonMap;
use axum::extract::State;

use crate::app::App;
use crate::caller::Admin;
use crate::error::Result;
use crate::extract::Json;
use crate::settings_form::{Changes, SettingsForm, settings_form};

settings_form! {
    /// Summaries of what no longer fits, and tools.
    ChatConfigForm {
        compaction_model "CONTEXT_COMPACTION_MODEL": Option<String> = "chat.context_compaction.model",
        enable_compaction "ENABLE_CONTEXT_COMPACTION": bool = "chat.context_compaction.enable",
        compaction_threshold "CONTEXT_COMPACTION_TOKEN_THRESHOLD": Option<i64> = "chat.context_compaction.token_threshold",
        compaction_cap "CONTEXT_COMPACTION_TOKEN_CAP": Option<i64> = "chat.context_compaction.token_cap",
        compaction_retention "CONTEXT_COMPACTION_RETENTION_PERCENTAGE": Option<i64> = "chat.context_compaction.retention_percentage",
        compaction_prompt "CONTEXT_COMPACTION_PROMPT_TEMPLATE": String = "chat.context_compaction.prompt_template",
        enable_permissions "ENABLE_TOOL_PERMISSIONS": Option<bool> = "chat.tool_permissions.enable",
        enable_search "ENABLE_TOOL_SEARCH": Option<bool> = "chat.tool_search.enable",
        search_threshold "TOOL_SEARCH_DEFER_THRESHOLD": Option<i64> = "chat.tool_search.defer_threshold",
        search_always "TOOL_SEARCH_ALWAYS_LOADED": Option<Vec<String>> = "chat.tool_search.always_loaded",
        search_built_in "TOOL_SEARCH_DEFER_BUILTIN_TOOLS": Option<bool> = "chat.tool_search.defer_builtin_tools",
    }
}

/// Fields that may be left out, but not be null.
const NEVER_NULL: [&str; 5] = [
    "chat.tool_permissions.enable",
    "chat.tool_search.enable",
    "chat.tool_search.defer_threshold",
    "chat.tool_search.always_loaded",
    "chat.tool_search.defer_builtin_tools",
];

/// Shows the settings.
#[utoipa::path(get, path = "/api/v1/chats/config", tag = "chats", security(("admin" = [])),
    responses((status = 200, body = ChatConfigForm)))]
pub async fn read(_admin: Admin, State(app): State<App>) -> Json<JsonMap> {
    Json(ChatConfigForm::view(&app.config))
}

/// Changes the settings; fields that are left out stay as they are.
#[utoipa::path(post, path = "/api/v1/chats/config", tag = "chats", security(("admin" = [])),
    request_body = ChatConfigForm, responses((status = 200, body = ChatConfigForm)))]
pub async fn update(
    _admin: Admin,
    State(app): State<App>,
    mut changes: Changes<ChatConfigForm>,
) -> Result<Json<JsonMap>> {
    changes.keys.retain(|key, value| !(value.is_null() && NEVER_NULL.contains(&key.as_str())));
    Ok(Json(changes.save(&app).await?))
}
