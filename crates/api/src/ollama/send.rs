//! Handing a request to one server.

use airis_domain::{Json as Value, JsonMap, User};
use airis_providers::{Host, Kind};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::error::{ApiError, Result};
use crate::provided::{answer, require_on, usable_model};

/// Sends a body that names a model which the person may use.
pub async fn with_model(app: &App, user: &User, index: Option<usize>, path: &str, body: JsonMap) -> Result<Response> {
    require_on(app, Kind::Ollama)?;
    let model = usable_model(app, user, &body).await.map_err(|refused| match refused.status {
        StatusCode::NOT_FOUND => ApiError::bad_request("Model not found"),
        _ => refused,
    })?;
    let host = index.map_or(Host::Model(&model), Host::Index);
    Ok(to(app, user, host, "POST", path, body).await)
}

/// Sends a body to a server; an unknown model is the caller's mistake.
pub async fn to(app: &App, user: &User, host: Host<'_>, method: &str, path: &str, body: JsonMap) -> Response {
    if let Err(refused) = require_on(app, Kind::Ollama) {
        return refused.into_response();
    }
    let reply = app.providers.forward(Kind::Ollama, host, method, path, Some(Value::Object(body)), Some(user)).await;
    match reply {
        Err(airis_providers::ProviderError::UnknownModel(_)) => {
            ApiError::bad_request("Model not found").into_response()
        }
        reply => answer(reply),
    }
}

/// The same where only success matters: `true`, or what the server says.
pub async fn done(app: &App, user: &User, host: Host<'_>, method: &str, path: &str, body: JsonMap) -> Response {
    let response = to(app, user, host, method, path, body).await;
    if response.status().is_success() { axum::Json(true).into_response() } else { response }
}

/// Two handlers of one operation: `/x` with the connection in the query, `/x/{url_idx}` with it in the path.
macro_rules! on_host {
    ($(#[$doc:meta])* $name:ident $at:ident: $method:ident $path:tt $path_at:tt, $who:tt $caller:ident, $form:ident, $work:path) => {
        $(#[$doc])*
        #[utoipa::path($method, path = $path, tag = "ollama", security(($who = [])), params(HostQuery),
            request_body = $form, responses((status = 200, body = Object)))]
        pub async fn $name(
            person: $caller,
            State(app): State<App>,
            Query(host): Query<HostQuery>,
            form: Checked<$form>,
        ) -> Result<Response> {
            $work(&app, &person, host.url_idx, form.body).await
        }

        $(#[$doc])*
        #[utoipa::path($method, path = $path_at, tag = "ollama", security(($who = [])),
            params(("url_idx" = usize, Path)), request_body = $form, responses((status = 200, body = Object)))]
        pub async fn $at(
            person: $caller,
            State(app): State<App>,
            Path(index): Path<usize>,
            form: Checked<$form>,
        ) -> Result<Response> {
            $work(&app, &person, Some(index), form.body).await
        }
    };
}

pub(crate) use on_host;
