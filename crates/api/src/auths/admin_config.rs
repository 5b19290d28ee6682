//! What administrators set about accounts and features.

use airis_domain::{Json as Value, JsonMap, Role};
use airis_identity::parse_lifetime;
use axum::extract::State;

use crate::app::App;
use crate::caller::Admin;
use crate::error::{ApiError, Result};
use crate::extract::{FreeForm, Json};
use crate::happenings::{Happening, tell};
use crate::settings_form::{Changes, SettingsForm, settings_form};

settings_form! {
    /// Accounts and features.
    AdminConfig {
        enable_mfa "ENABLE_MFA": Option<bool> = "auth.mfa.enable",
        mfa_allow_oauth_bypass "MFA_ALLOW_OAUTH_BYPASS": Option<bool> = "auth.mfa.allow_oauth_bypass",
        mfa_allow_trusted_header_bypass "MFA_ALLOW_TRUSTED_HEADER_BYPASS": Option<bool> = "auth.mfa.allow_trusted_header_bypass",
        show_admin_details "SHOW_ADMIN_DETAILS": bool = "auth.admin.show",
        admin_email "ADMIN_EMAIL": Option<String> = "auth.admin.email",
        webui_url "WEBUI_URL": String = "webui.url",
        enable_login_form "ENABLE_LOGIN_FORM": Option<bool> = "ui.enable_login_form",
        enable_signup "ENABLE_SIGNUP": bool = "ui.enable_signup",
        enable_api_keys "ENABLE_API_KEYS": bool = "auth.enable_api_keys",
        api_key_restrictions "ENABLE_API_KEYS_ENDPOINT_RESTRICTIONS": bool = "auth.api_key.endpoint_restrictions",
        api_key_endpoints "API_KEYS_ALLOWED_ENDPOINTS": String = "auth.api_key.allowed_endpoints",
        default_user_role "DEFAULT_USER_ROLE": String = "ui.default_user_role",
        default_group_id "DEFAULT_GROUP_ID": String = "ui.default_group_id",
        default_interface_settings "DEFAULT_INTERFACE_SETTINGS": Option<FreeForm> = "ui.default_interface_settings",
        i18n "I18N": Option<FreeForm> = "ui.i18n",
        jwt_expires_in "JWT_EXPIRES_IN": String = "auth.jwt_expiry",
        enable_community_sharing "ENABLE_COMMUNITY_SHARING": bool = "ui.enable_community_sharing",
        enable_message_rating "ENABLE_MESSAGE_RATING": bool = "ui.enable_message_rating",
        enable_folders "ENABLE_FOLDERS": bool = "folders.enable",
        folder_max_file_count "FOLDER_MAX_FILE_COUNT": Option<Value> = "folders.max_file_count",
        automation_max_count "AUTOMATION_MAX_COUNT": Option<Value> = "automations.max_count",
        automation_min_interval "AUTOMATION_MIN_INTERVAL": Option<Value> = "automations.min_interval",
        enable_automations "ENABLE_AUTOMATIONS": bool = "automations.enable",
        enable_channels "ENABLE_CHANNELS": bool = "channels.enable",
        enable_encrypted_channels "ENABLE_ENCRYPTED_CHANNELS": Option<bool> = "channels.encryption.enable",
        enable_apps "ENABLE_APPS": Option<bool> = "apps.enable",
        channel_model_response_mode "CHANNEL_MODEL_RESPONSE_MODE": Option<String> = "channels.model_response_mode",
        enable_calendar "ENABLE_CALENDAR": bool = "calendar.enable",
        enable_memories "ENABLE_MEMORIES": bool = "memories.enable",
        enable_memory_system_context "ENABLE_MEMORY_SYSTEM_CONTEXT": bool = "memories.system_context.enable",
        enable_skill_lazy_loading "ENABLE_SKILL_LAZY_LOADING": Option<bool> = "skills.lazy_loading.enable",
        skill_content_max_chars "SKILL_CONTENT_MAX_CHARS": Option<i64> = "skills.content_max_chars",
        skill_preview_max_chars "SKILL_PREVIEW_MAX_CHARS": Option<i64> = "skills.preview_max_chars",
        enable_notes "ENABLE_NOTES": bool = "notes.enable",
        enable_user_webhooks "ENABLE_USER_WEBHOOKS": bool = "ui.enable_user_webhooks",
        enable_user_status "ENABLE_USER_STATUS": bool = "users.enable_status",
        pending_user_overlay_title "PENDING_USER_OVERLAY_TITLE": Option<String> = "ui.pending_user_overlay_title",
        pending_user_overlay_content "PENDING_USER_OVERLAY_CONTENT": Option<String> = "ui.pending_user_overlay_content",
        response_watermark "RESPONSE_WATERMARK": Option<String> = "ui.watermark",
    }
}

/// Shows the settings.
#[utoipa::path(get, path = "/api/v1/auths/admin/config", tag = "auths", security(("admin" = [])),
    responses((status = 200, body = Value)))]
pub async fn read(_admin: Admin, State(app): State<App>) -> Json<JsonMap> {
    Json(AdminConfig::view(&app.config))
}

/// Changes the settings. Fields that were not sent stay as they are.
#[utoipa::path(post, path = "/api/v1/auths/admin/config", tag = "auths", security(("admin" = [])),
    request_body = AdminConfig, responses((status = 200, body = Value)))]
pub async fn update(admin: Admin, State(app): State<App>, changes: Changes<AdminConfig>) -> Result<Json<JsonMap>> {
    let text = |key: &str| changes.keys.get(key).and_then(Value::as_str);
    if text("ui.default_user_role").is_some_and(|role| Role::parse(role).is_none()) {
        return Err(ApiError::bad_request("The role of new people must be pending, user or admin"));
    }
    if let Some(Err(problem)) = text("auth.jwt_expiry").map(parse_lifetime) {
        return Err(ApiError::bad_request(problem));
    }
    let now = changes.save(&app).await?;
    tell(&app, Happening::new("config.updated", ("config", "admin")).by(&admin));
    Ok(Json(now))
}
