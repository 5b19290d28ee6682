//! Embeddings in OpenAI's shape.

use airis_domain::Json as Value;
use airis_turns::TurnError;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::raw;
use crate::app::App;
use crate::caller::Verified;
use crate::error::ApiError;
use crate::extract::{FreeForm, Json};
use crate::models::visible;

/// Embeds texts with the model that the body names.
#[utoipa::path(post, path = "/api/embeddings", tag = "main", security(("verified" = [])), request_body = Object,
    responses((status = 200, body = Value)))]
pub async fn embed(State(app): State<App>, user: Verified, Json(FreeForm(body)): Json<FreeForm>) -> Response {
    let Some(model) = body.get("model").and_then(Value::as_str).map(str::to_owned) else {
        return ApiError::bad_request("Name a model").into_response();
    };
    if let Err(refused) = visible::require(&app, &user, &model).await {
        return refused.into_response();
    }
    // A custom model embeds as its base does; built-in embedding models are nobody's base.
    let base = match app.providers.embeds(&model) {
        true => model,
        false => match app.turns.answering_model(&user, &model).await {
            Ok(base) => base,
            Err(error) => return raw::refusal(error),
        },
    };
    match app.providers.embeddings(&base, body, Some(user.0.user)).await {
        Ok(reply) => raw::answer(reply),
        Err(error) => raw::refusal(TurnError::Provider(error)),
    }
}

/// The same at its other address.
#[utoipa::path(post, path = "/api/v1/embeddings", tag = "main", security(("verified" = [])), request_body = Object,
    responses((status = 200, body = Value)))]
pub async fn embed_v1(app: State<App>, user: Verified, body: Json<FreeForm>) -> Response {
    embed(app, user, body).await
}
