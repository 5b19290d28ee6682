//! Servers whose operations models may call.

use airis_domain::{Json as Value, JsonMap, User};
use airis_identity::Via;
use airis_outbound::Call;
use airis_tools::servers::{Around, address, filled};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{mcp, server};
use crate::app::App;
use crate::caller::Admin;
use crate::error::{ApiError, Result};
use crate::extract::Json;
use crate::happenings::{Happening, tell};
use crate::settings;

/// A tool server.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ToolServerConnection {
    pub url: String,
    /// Where its document is: below the address, or an address of its own.
    pub path: String,
    /// `openapi` or `mcp`.
    #[serde(rename = "type", default = "openapi")]
    pub kind: Option<String>,
    #[serde(deserialize_with = "Deserialize::deserialize")]
    #[schema(required = true)]
    pub auth_type: Option<String>,
    #[serde(default)]
    pub forward_cookies: bool,
    /// An object, or its JSON as text.
    #[serde(default)]
    #[schema(value_type = Option<Value>)]
    pub headers: Option<Value>,
    #[serde(deserialize_with = "Deserialize::deserialize")]
    #[schema(required = true)]
    pub key: Option<String>,
    #[serde(deserialize_with = "Deserialize::deserialize")]
    #[schema(required = true, value_type = Option<Object>)]
    pub config: Option<JsonMap>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub info: Option<JsonMap>,
    #[serde(flatten)]
    #[schema(ignore)]
    pub more: JsonMap,
}

/// All tool servers.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ToolServersConfigForm {
    #[serde(rename = "TOOL_SERVER_CONNECTIONS")]
    pub connections: Vec<ToolServerConnection>,
}

const KEY: &str = "tool_server.connections";
/// How a server is told who asks.
const SIGN_INS: [&str; 6] = ["bearer", "none", "session", "system_oauth", "oauth_2.1", "oauth_2.1_static"];

/// Shows the servers.
#[utoipa::path(get, path = "/api/v1/configs/tool_servers", tag = "configs", security(("admin" = [])),
    responses((status = 200, body = ToolServersConfigForm)))]
pub async fn read(_admin: Admin, State(app): State<App>) -> Json<Value> {
    Json(json!({"TOOL_SERVER_CONNECTIONS": app.config.get(KEY)}))
}

/// Replaces the servers.
#[utoipa::path(post, path = "/api/v1/configs/tool_servers", tag = "configs", security(("admin" = [])),
    request_body = ToolServersConfigForm, responses((status = 200, body = ToolServersConfigForm)))]
pub async fn update(
    admin: Admin,
    State(app): State<App>,
    Json(form): Json<ToolServersConfigForm>,
) -> Result<Json<ToolServersConfigForm>> {
    form.connections.iter().try_for_each(check)?;
    settings::write_one(&app, KEY, serde_json::to_value(&form.connections).map_err(ApiError::internal)?).await?;
    tell(
        &app,
        Happening::new("config.tool_servers.updated", ("config", "tool_server.connections"))
            .by(&admin)
            .with(json!({"count": form.connections.len()})),
    );
    Ok(Json(form))
}

/// Calls a server as it would be saved: answers with its document, or with its tools.
#[utoipa::path(post, path = "/api/v1/configs/tool_servers/verify", tag = "configs", security(("admin" = [])),
    request_body = ToolServerConnection, responses((status = 200, body = Value)))]
pub async fn verify(
    admin: Admin,
    State(app): State<App>,
    Json(form): Json<ToolServerConnection>,
) -> Result<Json<Value>> {
    check(&form)?;
    let key = key(&form, &admin.0.via);
    let dressed = |call: Call| dress(call, &form, &key, &admin);
    if form.kind.as_deref() == Some("mcp") {
        let tools = mcp::tools(&app.outbound, &form.url, &dressed).await.map_err(server::refusal)?;
        return Ok(Json(json!({"status": true, "specs": tools})));
    }
    if form.more.get("spec_type").and_then(Value::as_str) == Some("json") {
        return document(form.more.get("spec").cloned().unwrap_or_default());
    }
    let call = dressed(Call::get(address(&form.url, &form.path)));
    let answer = app.outbound.fetch(call).await.and_then(|answer| answer.ok()?.json()).map_err(server::refusal)?;
    document(answer)
}

/// What a server says of itself, if it says anything.
fn document(found: Value) -> Result<Json<Value>> {
    let found = match found {
        Value::String(text) => serde_json::from_str(&text).unwrap_or_default(),
        other => other,
    };
    if found.get("paths").is_some_and(Value::is_object) {
        return Ok(Json(found));
    }
    Err(ApiError::bad_request("This is no OpenAPI document: it has no paths"))
}

/// What could never work is not saved.
fn check(server: &ToolServerConnection) -> Result<()> {
    server::check_address(&server.url)?;
    let refuse = |what: String| Err(ApiError::bad_request(what));
    match server.kind.as_deref() {
        None | Some("openapi" | "mcp") => {}
        Some(other) => return refuse(format!("\"{other}\" is no kind of tool server; it is openapi or mcp")),
    }
    match server.auth_type.as_deref() {
        Some(how) if !how.is_empty() && !SIGN_INS.contains(&how) => {
            return refuse(format!("\"{how}\" is no way to sign in; it is one of {}", SIGN_INS.join(", ")));
        }
        _ => {}
    }
    if headers(server).is_none() {
        return refuse("headers must be an object of texts".to_owned());
    }
    Ok(())
}

/// The headers of a server; `None` when they are no object.
fn headers(server: &ToolServerConnection) -> Option<JsonMap> {
    match &server.headers {
        None | Some(Value::Null) => Some(JsonMap::new()),
        Some(Value::Object(headers)) => Some(headers.clone()),
        Some(Value::String(text)) if text.trim().is_empty() => Some(JsonMap::new()),
        Some(Value::String(text)) => serde_json::from_str(text).ok(),
        Some(_) => None,
    }
}

/// What is shown to the server. The ways that need somebody signed in at the server show nothing yet.
fn key(server: &ToolServerConnection, via: &Via) -> String {
    match (server.auth_type.as_deref().unwrap_or("bearer"), via) {
        ("bearer" | "", _) => server.key.clone().unwrap_or_default(),
        ("session", Via::Session { token, .. }) => token.clone(),
        _ => String::new(),
    }
}

fn dress(call: Call, server: &ToolServerConnection, key: &str, user: &User) -> Call {
    let mut call = call.header("accept", "application/json").bearer(key);
    for (name, value) in headers(server).unwrap_or_default() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        call = call.header(&name, &filled(&value, user, Around::default()));
    }
    call
}

fn openapi() -> Option<String> {
    Some("openapi".to_owned())
}
