//! What the page must know before anything else.

use airis_config::Config;
use airis_domain::{Json as Value, JsonMap, Role};
use axum::extract::State;
use serde_json::json;

use super::version::CONTRACT;
use crate::app::App;
use crate::caller::Maybe;
use crate::error::Result;
use crate::extract::Json;
use crate::terminals;

/// Switches that the page may know once somebody is signed in, and where they persist.
const SWITCHES: [(&str, &str); 31] = [
    ("enable_api_keys", "auth.enable_api_keys"),
    ("enable_password_change_form", "ui.enable_password_change_form"),
    ("enable_direct_connections", "direct.enable"),
    ("enable_direct_integrations", "direct.integrations.enable"),
    ("enable_folders", "folders.enable"),
    ("folder_max_file_count", "folders.max_file_count"),
    ("enable_channels", "channels.enable"),
    ("enable_encrypted_channels", "channels.encryption.enable"),
    ("enable_apps", "apps.enable"),
    ("enable_calendar", "calendar.enable"),
    ("enable_automations", "automations.enable"),
    ("enable_notes", "notes.enable"),
    ("enable_context_compaction", "chat.context_compaction.enable"),
    ("enable_tool_permissions", "chat.tool_permissions.enable"),
    ("enable_web_search", "web.search.enable"),
    ("enable_web_search_confirmation", "web.search.confirmation.enable"),
    ("web_search_confirmation_content", "web.search.confirmation.content"),
    ("enable_code_execution", "code_execution.enable"),
    ("enable_code_interpreter", "code_interpreter.enable"),
    ("enable_image_generation", "image_generation.enable"),
    ("enable_autocomplete_generation", "task.autocomplete.enable"),
    ("enable_title_generation", "task.title.enable"),
    ("enable_follow_up_generation", "task.follow_up.enable"),
    ("enable_tags_generation", "task.tags.enable"),
    ("enable_community_sharing", "ui.enable_community_sharing"),
    ("enable_message_rating", "ui.enable_message_rating"),
    ("enable_user_webhooks", "ui.enable_user_webhooks"),
    ("enable_user_status", "users.enable_status"),
    ("enable_google_drive_integration", "google_drive.enable"),
    ("enable_onedrive_integration", "onedrive.enable"),
    ("enable_memories", "memories.enable"),
];

/// Names, switches and values for the page; more of them when somebody is signed in.
#[utoipa::path(get, path = "/api/config", tag = "main", security(()), responses((status = 200, body = Value)))]
pub async fn read(Maybe(caller): Maybe, State(app): State<App>) -> Result<Json<Value>> {
    let config = app.config.as_ref();
    let mut page = public(config, app.sessions.providers());
    match caller.map(|caller| caller.user.role) {
        Some(Role::User | Role::Admin) => private(&mut page, config),
        Some(Role::Pending) => {
            page.insert(
                "ui".to_owned(),
                json!({
                    "pending_user_overlay_title": config.get("ui.pending_user_overlay_title"),
                    "pending_user_overlay_content": config.get("ui.pending_user_overlay_content"),
                }),
            );
        }
        None if app.store.count_users().await? == 0 => {
            page.insert("onboarding".to_owned(), json!(true));
        }
        None => {}
    }
    Ok(Json(Value::Object(page)))
}

/// What anybody may know.
fn public(config: &Config, providers: Vec<(&'static str, String)>) -> JsonMap {
    let settings = config.settings();
    let providers: JsonMap = providers.into_iter().map(|(name, label)| (name.to_owned(), json!(label))).collect();
    let page = json!({
        "status": true,
        "name": settings.webui_name,
        "version": CONTRACT,
        "default_locale": config.get("ui.default_locale"),
        "i18n": config.get("ui.i18n"),
        "oauth": {"providers": providers, "auto_redirect": config.flag("oauth.auto_redirect")},
        "features": {
            "slim": false,
            "auth": settings.webui_auth,
            "auth_trusted_header": settings.trusted_email_header.is_some(),
            "enable_signup_password_confirmation": settings.enable_signup_password_confirmation,
            "enable_ldap": config.flag("ldap.enable"),
            "enable_signup": config.flag("ui.enable_signup"),
            "enable_login_form": config.flag("ui.enable_login_form"),
            "enable_websocket": settings.enable_websocket,
        },
    });
    page.as_object().cloned().unwrap_or_default()
}

/// What people with an account may know on top.
fn private(page: &mut JsonMap, config: &Config) {
    let settings = config.settings();
    if let Some(features) = page.get_mut("features").and_then(Value::as_object_mut) {
        features.extend(SWITCHES.iter().map(|(name, key)| ((*name).to_owned(), config.get(key))));
        let process = [
            ("enable_version_update_check", settings.enable_version_update_check),
            ("enable_pyodide_file_persistence", settings.enable_pyodide_file_persistence),
            ("enable_public_active_users_count", settings.enable_public_active_users_count),
            ("enable_easter_eggs", settings.enable_easter_eggs),
            ("enable_plugins", settings.enable_plugins),
            ("enable_tools", settings.enable_tools),
            ("enable_functions", settings.enable_functions),
            ("enable_tool_servers", settings.enable_tool_servers),
            ("enable_terminal_servers", terminals::any(config)),
            ("enable_admin_export", settings.enable_admin_export),
            ("enable_admin_chat_access", settings.enable_admin_chat_access),
            ("enable_admin_analytics", settings.enable_admin_analytics),
            ("enable_subagents", config.flag("subagents.enable")),
        ];
        features.extend(process.into_iter().map(|(name, on)| (name.to_owned(), json!(on))));
    }
    let more = json!({
        "default_models": config.get("ui.default_models"),
        "default_pinned_models": config.get("ui.default_pinned_models"),
        "default_prompt_suggestions": config.get("ui.prompt_suggestions"),
        "default_prompt_suggestions_i18n": config.get("ui.prompt_suggestions_i18n"),
        "code": {"engine": config.get("code_execution.engine"), "interpreter_engine": config.get("code_interpreter.engine")},
        "audio": {
            "realtime": {
                "enabled": config.get("audio.realtime.enabled"),
                "model": config.get("audio.realtime.model"),
                "voice": config.get("audio.realtime.voice"),
            },
            "tts": {
                "engine": config.get("audio.tts.engine"),
                "voice": config.get("audio.tts.voice"),
                "split_on": config.get("audio.tts.split_on"),
            },
            "stt": {"engine": config.get("audio.stt.engine")},
        },
        "file": {
            "max_size": config.get("rag.file.max_size"),
            "max_count": config.get("rag.file.max_count"),
            "image_compression": {
                "width": config.get("file.image_compression_width"),
                "height": config.get("file.image_compression_height"),
            },
        },
        "permissions": config.get("user.permissions"),
        "google_drive": {"client_id": config.get("google_drive.client_id"), "api_key": config.get("google_drive.api_key")},
        "onedrive": {
            "client_id_personal": settings.onedrive_client_id_personal,
            "client_id_business": settings.onedrive_client_id_business,
            "sharepoint_url": config.get("onedrive.sharepoint_url"),
            "sharepoint_tenant_id": config.get("onedrive.sharepoint_tenant_id"),
        },
        "ui": {
            "default_interface_settings": config.get("ui.default_interface_settings"),
            "visibility": config.get("ui.visibility"),
            "pending_user_overlay_title": config.get("ui.pending_user_overlay_title"),
            "pending_user_overlay_content": config.get("ui.pending_user_overlay_content"),
            "response_watermark": config.get("ui.watermark"),
            "iframe_csp": settings.iframe_csp,
        },
        "license_metadata": null,
    });
    page.extend(more.as_object().cloned().unwrap_or_default());
}
