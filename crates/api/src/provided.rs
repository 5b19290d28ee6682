//! What providers answer at `/openai/*` and `/ollama/*`: their answers as they are, their failures as ours.

use airis_domain::{Json as Value, JsonMap, User};
use airis_providers::{Kind, ProviderError, RawReply};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::completions::raw;
use crate::error::{ApiError, Result};
use crate::models::visible;

/// The answer, or why there is none: a provider's own error keeps its status and body.
pub fn answer(reply: std::result::Result<RawReply, ProviderError>) -> Response {
    match reply {
        Ok(reply) => raw::answer(reply),
        Err(error) => refusal(error),
    }
}

/// Why a provider gave no answer.
pub fn refusal(error: ProviderError) -> Response {
    match error {
        ProviderError::Answer { status, body } => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
            (status, axum::Json(body)).into_response()
        }
        ProviderError::UnknownModel(_) => ApiError::new(StatusCode::NOT_FOUND, "Model not found").into_response(),
        error @ (ProviderError::OverBudget(_) | ProviderError::Budgets(_)) => ApiError::from(error).into_response(),
        other => {
            tracing::warn!(error = %other, "a provider gave no answer");
            ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, other.to_string()).into_response()
        }
    }
}

/// Refuses while an administrator has turned connections of this kind off.
pub fn require_on(app: &App, kind: Kind) -> Result<()> {
    let (key, name) = match kind {
        Kind::OpenAi => ("openai.enable", "OpenAI-compatible"),
        Kind::Ollama => ("ollama.enable", "Ollama"),
    };
    if app.config.flag(key) {
        return Ok(());
    }
    let detail = format!("{name} connections are turned off");
    Err(ApiError::new(StatusCode::SERVICE_UNAVAILABLE, detail))
}

/// The model that a body names (`model`, or `name` as older programs write), which the person may use.
pub async fn usable_model(app: &App, user: &User, body: &JsonMap) -> Result<String> {
    let name = body.get("model").or_else(|| body.get("name")).and_then(Value::as_str).unwrap_or_default();
    if name.is_empty() {
        return Err(ApiError::bad_request("The body names no model"));
    }
    visible::require(app, user, name).await?;
    Ok(name.to_owned())
}
