//! Texts read aloud by a connection's server.

use airis_domain::{Json as Value, Role};
use airis_providers::{Host, Kind};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::proxy::Sent;
use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::models::visible;
use crate::provided::{answer, require_on};

/// Hands a speech request on to the connection that offers its model, or to OpenAI itself; the audio as it comes.
#[utoipa::path(post, path = "/openai/audio/speech", tag = "openai", security(("verified" = [])),
    responses((status = 200, body = Value)))]
pub async fn speak(person: Verified, State(app): State<App>, Sent(body): Sent) -> Result<Response> {
    require_on(&app, Kind::OpenAi)?;
    let permissions = airis_access::effective(&app.store, &app.config, &person).await?;
    if person.role != Role::Admin && !permissions.allows("chat.tts") {
        return Err(ApiError::forbidden("You may not have texts read aloud"));
    }
    let body: Value = serde_json::from_slice(&body).map_err(|_| ApiError::bad_request("The body is no JSON"))?;
    let model = body.get("model").and_then(Value::as_str).unwrap_or_default().to_owned();
    if model.is_empty() {
        return Err(ApiError::bad_request("The body names no model"));
    }
    // Voices are seldom listed; one that is follows the rules of every listed model.
    if let Err(refused) = visible::require(&app, &person, &model).await
        && refused.status != StatusCode::NOT_FOUND
    {
        return Err(refused);
    }
    let host = Host::Voice(&model);
    Ok(answer(app.providers.forward(Kind::OpenAi, host, "POST", "/audio/speech", Some(body), Some(&person)).await))
}
