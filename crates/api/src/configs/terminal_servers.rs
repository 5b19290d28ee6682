//! Servers that lend people and models a terminal.

use airis_domain::{Json as Value, JsonMap};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::server;
use crate::app::App;
use crate::caller::Admin;
use crate::error::{ApiError, Result};
use crate::extract::Json;
use crate::happenings::{Happening, tell};
use crate::settings;

/// A terminal server.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct TerminalServerConnection {
    #[serde(default = "empty")]
    pub id: Option<String>,
    #[serde(default = "empty")]
    pub name: Option<String>,
    #[serde(default = "on")]
    pub enabled: Option<bool>,
    pub url: String,
    #[serde(default = "document")]
    pub path: Option<String>,
    #[serde(default = "empty")]
    pub key: Option<String>,
    #[serde(default = "bearer")]
    pub auth_type: Option<String>,
    #[serde(default)]
    pub forward_cookies: bool,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub config: Option<JsonMap>,
    #[serde(default)]
    pub server_type: Option<String>,
    #[serde(default)]
    pub policy_id: Option<String>,
    #[serde(flatten)]
    #[schema(ignore)]
    pub more: JsonMap,
}

/// All terminal servers.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct TerminalServersConfigForm {
    #[serde(rename = "TERMINAL_SERVER_CONNECTIONS")]
    pub connections: Vec<TerminalServerConnection>,
}

const KEY: &str = "terminal_server.connections";

/// Shows the servers.
#[utoipa::path(get, path = "/api/v1/configs/terminal_servers", tag = "configs", security(("admin" = [])),
    responses((status = 200, body = Value)))]
pub async fn read(_admin: Admin, State(app): State<App>) -> Json<Value> {
    Json(json!({"TERMINAL_SERVER_CONNECTIONS": app.config.get(KEY)}))
}

/// Replaces the servers.
#[utoipa::path(post, path = "/api/v1/configs/terminal_servers", tag = "configs", security(("admin" = [])),
    request_body = TerminalServersConfigForm, responses((status = 200, body = Value)))]
pub async fn update(
    admin: Admin,
    State(app): State<App>,
    Json(form): Json<TerminalServersConfigForm>,
) -> Result<Json<TerminalServersConfigForm>> {
    form.connections.iter().try_for_each(|connection| server::check_address(&connection.url))?;
    settings::write_one(&app, KEY, serde_json::to_value(&form.connections).map_err(ApiError::internal)?).await?;
    tell(
        &app,
        Happening::new("config.terminal_servers.updated", ("config", "terminal_server.connections"))
            .by(&admin)
            .with(json!({"count": form.connections.len()})),
    );
    Ok(Json(form))
}

fn empty() -> Option<String> {
    Some(String::new())
}

fn on() -> Option<bool> {
    Some(true)
}

fn document() -> Option<String> {
    Some("/openapi.json".to_owned())
}

pub(super) fn bearer() -> Option<String> {
    Some("bearer".to_owned())
}
