//! Asking a terminal server: what it is, and, where it manages terminals of many people, how it does that.

use airis_domain::Json as Value;
use airis_outbound::{Answer, Call, OutboundError};
use axum::extract::State;
use axum::http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::server;
use super::terminal_servers::{TerminalServerConnection, bearer};
use crate::app::App;
use crate::caller::Admin;
use crate::error::{ApiError, Result};
use crate::extract::Json;

/// A policy of a server: read without `policy_data`, replaced with it.
#[derive(Deserialize, ToSchema)]
pub struct TerminalServerPolicyForm {
    pub url: String,
    #[serde(default)]
    pub key: Option<String>,
    #[serde(default = "bearer")]
    pub auth_type: Option<String>,
    pub policy_id: String,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub policy_data: Option<Value>,
}

/// How long terminals of a policy live: read without `lifecycle_data`, replaced with it.
#[derive(Deserialize, ToSchema)]
pub struct TerminalServerLifecycleForm {
    pub url: String,
    #[serde(default)]
    pub key: Option<String>,
    #[serde(default = "bearer")]
    pub auth_type: Option<String>,
    pub policy_id: String,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub lifecycle_data: Option<Value>,
}

/// Terminals to make anew.
#[derive(Deserialize, ToSchema)]
pub struct TerminalServerRefreshForm {
    pub url: String,
    #[serde(default)]
    pub key: Option<String>,
    #[serde(default = "bearer")]
    pub auth_type: Option<String>,
    /// Only this person's.
    #[serde(default)]
    pub user_id: Option<String>,
    /// Only those of this policy.
    #[serde(default)]
    pub policy_id: Option<String>,
    #[serde(default = "yes")]
    pub only_idle: bool,
    /// Forget their files, too.
    #[serde(default)]
    pub reset: bool,
}

/// Calls a server as it would be saved: one that manages terminals has policies, a single one has a configuration.
#[utoipa::path(post, path = "/api/v1/configs/terminal_servers/verify", tag = "configs", security(("admin" = [])),
    request_body = TerminalServerConnection, responses((status = 200, body = Value)))]
pub async fn verify(
    _admin: Admin,
    State(app): State<App>,
    Json(form): Json<TerminalServerConnection>,
) -> Result<Json<Value>> {
    let place = Place::new(&form.url, form.key.as_deref(), form.auth_type.as_deref())?;
    let answers = async |path: &str| {
        let call = place.call(Method::GET, path);
        app.outbound.fetch(call).await.and_then(|answer| answer.ok()?.json())
    };
    if answers("/api/v1/policies").await.is_ok() {
        return Ok(Json(json!({"status": true, "type": "orchestrator"})));
    }
    answers("/api/config").await.map_err(server::refusal)?;
    Ok(Json(json!({"status": true, "type": "terminal"})))
}

/// Reads or replaces a policy.
#[utoipa::path(post, path = "/api/v1/configs/terminal_servers/policy", tag = "configs", security(("admin" = [])),
    request_body = TerminalServerPolicyForm, responses((status = 200, body = Value)))]
pub async fn policy(
    _admin: Admin,
    State(app): State<App>,
    Json(form): Json<TerminalServerPolicyForm>,
) -> Result<Json<Value>> {
    let place = Place::new(&form.url, form.key.as_deref(), form.auth_type.as_deref())?;
    let path = format!("/api/v1/policies/{}", segment(&form.policy_id)?);
    relay(app.outbound.fetch(place.put_or_get(&path, form.policy_data.as_ref())).await)
}

/// Reads or replaces how long terminals of a policy live.
#[utoipa::path(post, path = "/api/v1/configs/terminal_servers/lifecycle", tag = "configs", security(("admin" = [])),
    request_body = TerminalServerLifecycleForm, responses((status = 200, body = Value)))]
pub async fn lifecycle(
    _admin: Admin,
    State(app): State<App>,
    Json(form): Json<TerminalServerLifecycleForm>,
) -> Result<Json<Value>> {
    let place = Place::new(&form.url, form.key.as_deref(), form.auth_type.as_deref())?;
    let path = format!("/api/v1/policies/{}/lifecycle", segment(&form.policy_id)?);
    relay(app.outbound.fetch(place.put_or_get(&path, form.lifecycle_data.as_ref())).await)
}

/// Has terminals made anew, so that they follow a changed policy.
#[utoipa::path(post, path = "/api/v1/configs/terminal_servers/refresh", tag = "configs", security(("admin" = [])),
    request_body = TerminalServerRefreshForm, responses((status = 200, body = Value)))]
pub async fn refresh(
    _admin: Admin,
    State(app): State<App>,
    Json(form): Json<TerminalServerRefreshForm>,
) -> Result<Json<Value>> {
    let place = Place::new(&form.url, form.key.as_deref(), form.auth_type.as_deref())?;
    let mut body = json!({"only_idle": form.only_idle, "reset": form.reset});
    for (name, value) in [("user_id", form.user_id), ("policy_id", form.policy_id)] {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            body[name] = json!(value);
        }
    }
    // Terminals are stopped and started meanwhile.
    relay(app.outbound.fetch(place.call(Method::POST, "/api/v1/terminals/refresh").json(&body).within(60)).await)
}

/// Where a server is and what it is shown.
struct Place {
    base: String,
    key: String,
}

impl Place {
    fn new(url: &str, key: Option<&str>, auth_type: Option<&str>) -> Result<Self> {
        server::check_address(url)?;
        let key = key.filter(|_| matches!(auth_type, None | Some("" | "bearer"))).unwrap_or_default();
        Ok(Self { base: url.trim_end_matches('/').to_owned(), key: key.to_owned() })
    }

    fn call(&self, method: Method, path: &str) -> Call {
        Call::new(method, format!("{}{path}", self.base)).bearer(&self.key)
    }

    fn put_or_get(&self, path: &str, data: Option<&Value>) -> Call {
        match data {
            Some(data) => self.call(Method::PUT, path).json(data),
            None => self.call(Method::GET, path),
        }
    }
}

/// What a server says, a refusal with its status included.
fn relay(answer: std::result::Result<Answer, OutboundError>) -> Result<Json<Value>> {
    let answer = answer.map_err(server::refusal)?;
    if answer.status >= 400 {
        let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY);
        return Err(ApiError::new(status, answer.text().chars().take(2000).collect::<String>()));
    }
    if answer.body.is_empty() {
        return Ok(Json(Value::Null));
    }
    answer.ok().and_then(|answer| answer.json()).map(Json).map_err(server::refusal)
}

/// An id as one part of a path: nothing in it leads elsewhere.
fn segment(id: &str) -> Result<String> {
    if id.is_empty() || id == "." || id == ".." {
        return Err(ApiError::bad_request("policy_id names no policy"));
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    Ok(id.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect())
}

fn yes() -> bool {
    true
}
