//! What administrators set about single sign-on.

use airis_domain::{Json as Value, JsonMap};
use axum::extract::State;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Admin;
use crate::error::{ApiError, Result};
use crate::extract::Json;
use crate::happenings::{Happening, tell};
use crate::settings;
use crate::settings_form::{Changes, SettingsForm, settings_form};

settings_form! {
    /// The identity provider, who may come by it, and which of its claims mean what.
    OAuthConfigForm {
        enable "ENABLE_OAUTH": Option<bool> = "oauth.enable",
        enable_signup "ENABLE_OAUTH_SIGNUP": Option<bool> = "oauth.enable_signup",
        merge_by_email "OAUTH_MERGE_ACCOUNTS_BY_EMAIL": Option<bool> = "oauth.merge_accounts_by_email",
        auto_redirect "OAUTH_AUTO_REDIRECT": Option<bool> = "oauth.auto_redirect",
        allowed_domains "OAUTH_ALLOWED_DOMAINS": Option<String> = "oauth.allowed_domains",
        blocked_groups "OAUTH_BLOCKED_GROUPS": Option<String> = "oauth.blocked_groups",
        role_management "ENABLE_OAUTH_ROLE_MANAGEMENT": Option<bool> = "oauth.enable_role_mapping",
        roles_claim "OAUTH_ROLES_CLAIM": Option<String> = "oauth.roles_claim",
        admin_roles "OAUTH_ADMIN_ROLES": Option<String> = "oauth.admin_roles",
        allowed_roles "OAUTH_ALLOWED_ROLES": Option<String> = "oauth.allowed_roles",
        group_management "ENABLE_OAUTH_GROUP_MANAGEMENT": Option<bool> = "oauth.enable_group_mapping",
        group_creation "ENABLE_OAUTH_GROUP_CREATION": Option<bool> = "oauth.enable_group_creation",
        group_claim "OAUTH_GROUP_CLAIM": Option<String> = "oauth.group_claim",
        group_default_share "OAUTH_GROUP_DEFAULT_SHARE": Option<Value> = "oauth.group_default_share",
        provider_name "OAUTH_PROVIDER_NAME": Option<String> = "oauth.provider_name",
        provider_url "OPENID_PROVIDER_URL": Option<String> = "oauth.provider_url",
        client_id "OAUTH_CLIENT_ID": Option<String> = "oauth.client_id",
        client_secret "OAUTH_CLIENT_SECRET": Option<String> = "oauth.client_secret",
        redirect_uri "OPENID_REDIRECT_URI": Option<String> = "oauth.redirect_uri",
        scopes "OAUTH_SCOPES": Option<String> = "oauth.scopes",
        code_challenge_method "OAUTH_CODE_CHALLENGE_METHOD": Option<String> = "oauth.code_challenge_method",
        token_endpoint_auth_method "OAUTH_TOKEN_ENDPOINT_AUTH_METHOD": Option<String> = "oauth.token_endpoint_auth_method",
        end_session_endpoint "OPENID_END_SESSION_ENDPOINT": Option<String> = "oauth.end_session_endpoint",
        timeout "OAUTH_TIMEOUT": Option<Value> = "oauth.timeout",
        client_timeout "OAUTH_CLIENT_TIMEOUT": Option<Value> = "oauth.client.timeout",
        email_claim "OAUTH_EMAIL_CLAIM": Option<String> = "oauth.email_claim",
        username_claim "OAUTH_USERNAME_CLAIM": Option<String> = "oauth.username_claim",
        picture_claim "OAUTH_PICTURE_CLAIM": Option<String> = "oauth.picture_claim",
        sub_claim "OAUTH_SUB_CLAIM": Option<String> = "oauth.sub_claim",
        audience "OAUTH_AUDIENCE": Option<String> = "oauth.audience",
        update_email "OAUTH_UPDATE_EMAIL_ON_LOGIN": Option<bool> = "oauth.update_email_on_login",
        update_name "OAUTH_UPDATE_NAME_ON_LOGIN": Option<bool> = "oauth.update_name_on_login",
        update_picture "OAUTH_UPDATE_PICTURE_ON_LOGIN": Option<bool> = "oauth.update_picture_on_login",
        refresh_with_scope "OAUTH_REFRESH_TOKEN_INCLUDE_SCOPE": Option<bool> = "oauth.refresh_token.include_scope",
    }
}

/// The settings, and whether changes outlive the process.
#[derive(Serialize, ToSchema)]
pub struct OAuthConfigResponse {
    #[serde(flatten)]
    pub settings: OAuthConfigForm,
    #[serde(rename = "ENABLE_OAUTH_PERSISTENT_CONFIG")]
    pub persistent: bool,
}

/// Kept as lists, written on the wire with commas.
const LISTS: [&str; 3] = ["oauth.allowed_domains", "oauth.admin_roles", "oauth.allowed_roles"];
const ADDRESSES: [&str; 3] = ["oauth.provider_url", "oauth.redirect_uri", "oauth.end_session_endpoint"];
const SECONDS: [&str; 2] = ["oauth.timeout", "oauth.client.timeout"];
/// Where nothing and an empty text are the same.
const NULLABLE: [&str; 3] = ["oauth.code_challenge_method", "oauth.token_endpoint_auth_method", "oauth.sub_claim"];

/// Shows the settings.
#[utoipa::path(get, path = "/api/v1/auths/admin/config/oauth", tag = "auths", security(("admin" = [])),
    responses((status = 200, body = OAuthConfigResponse)))]
pub async fn read(_admin: Admin, State(app): State<App>) -> Json<JsonMap> {
    Json(view(&app))
}

/// Changes the settings; what was not sent or is null stays as it is. Without `ENABLE_OAUTH_PERSISTENT_CONFIG` the
/// environment is back at the next start.
#[utoipa::path(post, path = "/api/v1/auths/admin/config/oauth", tag = "auths", security(("admin" = [])),
    request_body = OAuthConfigForm, responses((status = 200, body = OAuthConfigResponse)))]
pub async fn update(
    admin: Admin,
    State(app): State<App>,
    Changes { mut keys, .. }: Changes<OAuthConfigForm>,
) -> Result<Json<JsonMap>> {
    keys.retain(|_, value| !value.is_null());
    for (key, value) in &mut keys {
        *value = checked(key, value)?;
    }
    settings::write(&app, keys).await?;
    tell(&app, Happening::new("config.updated", ("config", "oauth")).by(&admin));
    Ok(Json(view(&app)))
}

fn view(app: &App) -> JsonMap {
    let mut view = OAuthConfigForm::view(&app.config);
    for value in view.values_mut() {
        if let Some(items) = value.as_array() {
            *value = items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",").into();
        }
    }
    view.insert(
        "ENABLE_OAUTH_PERSISTENT_CONFIG".to_owned(),
        app.config.settings().enable_oauth_persistent_config.into(),
    );
    view
}

/// A value as it is kept; says what is wrong with one that could never work.
fn checked(key: &str, value: &Value) -> Result<Value> {
    let text = value.as_str().map(str::trim);
    let refuse = |wanted: &str| Err(ApiError::bad_request(format!("{}: {wanted}", wire(key))));
    match (key, text) {
        (key, Some(text)) if LISTS.contains(&key) => {
            let items: Vec<&str> = text.split(',').map(str::trim).filter(|item| !item.is_empty()).collect();
            Ok(json!(items))
        }
        (key, Some(text)) if ADDRESSES.contains(&key) => {
            let fine = text.is_empty() || text.starts_with("http://") || text.starts_with("https://");
            if fine { Ok(json!(text)) } else { refuse("an address must begin with http:// or https://") }
        }
        (key, _) if SECONDS.contains(&key) => match (value.as_u64(), text) {
            (Some(seconds), _) => Ok(json!(seconds)),
            (_, Some("")) => Ok(json!("")),
            (_, Some(text)) => text.parse::<u64>().map(Value::from).or_else(|_| refuse("seconds are a whole number")),
            _ => refuse("seconds are a whole number"),
        },
        ("oauth.group_default_share", _) => match (value.as_bool(), text.map(str::to_lowercase).as_deref()) {
            (Some(on), _) => Ok(json!(on)),
            (_, Some("true")) => Ok(json!(true)),
            (_, Some("false")) => Ok(json!(false)),
            (_, Some("members")) => Ok(json!("members")),
            _ => refuse("it is true, false or members"),
        },
        ("oauth.code_challenge_method", Some(method)) if !["", "S256"].contains(&method) => {
            refuse("it is S256 or empty")
        }
        ("oauth.blocked_groups", Some(text)) => {
            let list = serde_json::from_str::<Vec<String>>(if text.is_empty() { "[]" } else { text });
            if list.is_ok() { Ok(json!(text)) } else { refuse("it is a JSON list of names") }
        }
        (key, Some("")) if NULLABLE.contains(&key) => Ok(Value::Null),
        (_, Some(text)) => Ok(json!(text)),
        _ => Ok(value.clone()),
    }
}

fn wire(key: &str) -> &str {
    OAuthConfigForm::FIELDS.iter().find(|(_, known)| *known == key).map_or(key, |(wire, _)| wire)
}
