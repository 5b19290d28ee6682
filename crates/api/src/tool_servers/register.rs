//! Making this installation known to the identity provider of a tool server.

use airis_domain::Json as Value;
use airis_tools::servers::ClientForm;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use serde::Deserialize;
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::caller::Admin;
use crate::error::{ApiError, Result};
use crate::extract::{Json, Query};

/// Longest id of a server that is part of an address.
const LONGEST: usize = 128;

/// What kind of server it is.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct KindQuery {
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
}

/// A server and, where its provider registers nobody by itself, what the provider gave out.
#[derive(Deserialize, ToSchema)]
pub struct OAuthClientRegistrationForm {
    /// Of the tool server.
    pub url: String,
    /// What the server is called here; together with a secret, what its provider calls this installation.
    pub client_id: String,
    #[serde(default)]
    pub client_name: Option<String>,
    #[serde(default)]
    pub client_secret: Option<String>,
    /// The identity provider, where the server does not name it.
    #[serde(default)]
    pub oauth_server_url: Option<String>,
    #[serde(default)]
    pub oauth_scope: Option<String>,
}

/// Finds the identity provider of a tool server and registers with it. The answer is sealed; it belongs into the
/// server's entry as `info.oauth_client_info`.
#[utoipa::path(post, path = "/api/v1/configs/oauth/clients/register", tag = "configs", security(("admin" = [])),
    params(KindQuery), request_body = OAuthClientRegistrationForm, responses((status = 200, body = Value)))]
pub async fn register(
    _admin: Admin,
    State(app): State<App>,
    headers: HeaderMap,
    Query(query): Query<KindQuery>,
    Json(form): Json<OAuthClientRegistrationForm>,
) -> Result<Json<Value>> {
    let given = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let secret = given(form.client_secret);
    let plain = |sign: char| sign.is_ascii_alphanumeric() || "_-.:".contains(sign);
    if secret.is_none() && !((1..=LONGEST).contains(&form.client_id.len()) && form.client_id.chars().all(plain)) {
        return Err(ApiError::bad_request(
            "client_id: letters, digits and _-.: please, as it becomes part of an address",
        ));
    }
    let prefix = if query.kind.as_deref() == Some("mcp") && secret.is_none() { "mcp:" } else { "" };
    let client = ClientForm {
        url: form.url,
        client_id: format!("{prefix}{}", form.client_id),
        name: given(form.client_name).unwrap_or_else(|| app.config.settings().webui_name.clone()),
        secret,
        provider: given(form.oauth_server_url),
        scope: given(form.oauth_scope),
        home: home(&app, &headers),
    };
    let sealed = app.tools.register(&client).await?;
    Ok(Json(json!({"status": true, "oauth_client_info": sealed})))
}

/// Where this installation is, as administrators set it, or as the one who asks reached it.
fn home(app: &App, headers: &HeaderMap) -> String {
    let set = app.config.text("webui.url");
    if !set.is_empty() {
        return set.trim_end_matches('/').to_owned();
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let scheme = if text("x-forwarded-proto") == "https" { "https" } else { "http" };
    format!("{scheme}://{}", text(header::HOST.as_str()))
}
