//! The small jobs around a chat, asked for outright: the task model's whole reply.

use airis_domain::JsonMap;
use airis_turns::{Task, TurnError};
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::caller::Verified;
use crate::completions::raw;
use crate::error::ApiError;
use crate::extract::{FreeForm, Json};

/// Names a conversation: `{"title": …}` in the reply.
#[utoipa::path(post, path = "/api/v1/tasks/title/completions", tag = "tasks", security(("verified" = [])),
    request_body = Object, responses((status = 200, body = Value)))]
pub async fn title(State(app): State<App>, user: Verified, Json(FreeForm(body)): Json<FreeForm>) -> Response {
    ask(&app, &user, Task::Title, &body).await
}

/// Suggests what could be asked next: `{"follow_ups": […]}`.
#[utoipa::path(post, path = "/api/v1/tasks/follow_up/completions", tag = "tasks", security(("verified" = [])),
    request_body = Object, responses((status = 200, body = Value)))]
pub async fn follow_ups(State(app): State<App>, user: Verified, Json(FreeForm(body)): Json<FreeForm>) -> Response {
    ask(&app, &user, Task::FollowUps, &body).await
}

/// Finds the topics of a conversation: `{"tags": […]}`.
#[utoipa::path(post, path = "/api/v1/tasks/tags/completions", tag = "tasks", security(("verified" = [])),
    request_body = Object, responses((status = 200, body = Value)))]
pub async fn tags(State(app): State<App>, user: Verified, Json(FreeForm(body)): Json<FreeForm>) -> Response {
    ask(&app, &user, Task::Tags, &body).await
}

/// Describes the picture that a conversation asks for: `{"prompt": …}`.
#[utoipa::path(post, path = "/api/v1/tasks/image_prompt/completions", tag = "tasks", security(("verified" = [])),
    request_body = Object, responses((status = 200, body = Value)))]
pub async fn image_prompt(State(app): State<App>, user: Verified, Json(FreeForm(body)): Json<FreeForm>) -> Response {
    ask(&app, &user, Task::ImagePrompt, &body).await
}

/// Says what to search for: `{"queries": […]}`. `type` is `web_search` or `retrieval`.
#[utoipa::path(post, path = "/api/v1/tasks/queries/completions", tag = "tasks", security(("verified" = [])),
    request_body = Object, responses((status = 200, body = Value)))]
pub async fn queries(State(app): State<App>, user: Verified, Json(FreeForm(body)): Json<FreeForm>) -> Response {
    ask(&app, &user, Task::Queries, &body).await
}

/// Continues what somebody types (`prompt`): `{"text": …}`.
#[utoipa::path(post, path = "/api/v1/tasks/auto/completions", tag = "tasks", security(("verified" = [])),
    request_body = Object, responses((status = 200, body = Value)))]
pub async fn autocomplete(State(app): State<App>, user: Verified, Json(FreeForm(body)): Json<FreeForm>) -> Response {
    ask(&app, &user, Task::Autocomplete, &body).await
}

/// Finds an emoji for a text (`prompt`).
#[utoipa::path(post, path = "/api/v1/tasks/emoji/completions", tag = "tasks", security(("verified" = [])),
    request_body = Object, responses((status = 200, body = Value)))]
pub async fn emoji(State(app): State<App>, user: Verified, Json(FreeForm(body)): Json<FreeForm>) -> Response {
    ask(&app, &user, Task::Emoji, &body).await
}

/// Makes one answer to `prompt` of several models' `responses`; streamed when `stream` says so.
#[utoipa::path(post, path = "/api/v1/tasks/moa/completions", tag = "tasks", security(("verified" = [])),
    request_body = Object, responses((status = 200, body = Value)))]
pub async fn merge(State(app): State<App>, user: Verified, Json(FreeForm(body)): Json<FreeForm>) -> Response {
    ask(&app, &user, Task::Merge, &body).await
}

async fn ask(app: &App, user: &Verified, task: Task, body: &JsonMap) -> Response {
    match app.turns.ask(user, task, body).await {
        Ok(reply) => raw::answer(reply),
        Err(error @ TurnError::ModelNotFound) => ApiError::from(error).into_response(),
        Err(error) => raw::refusal(error),
    }
}
