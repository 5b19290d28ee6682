//! `POST /api/chat/completions`: starts a reply in a chat, or hands a provider's reply on to a program.

use airis_domain::{Json as Value, JsonMap};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::raw;
use crate::app::App;
use crate::caller::Verified;
use crate::extract::{FreeForm, Json};

/// Asks a model. With a session and a chat the reply is written in the background and arrives through the socket;
/// otherwise the provider's own answer is handed on, streamed when `stream` says so.
#[utoipa::path(post, path = "/api/chat/completions", tag = "main", security(("verified" = [])),
    request_body = Object, responses((status = 200, body = Value)))]
pub async fn complete(State(app): State<App>, user: Verified, Json(FreeForm(body)): Json<FreeForm>) -> Response {
    if in_chat(&body) {
        return match app.turns.start(&user, body).await {
            Ok(started) => {
                let answer = json!({ "status": true, "task_ids": started.task_ids, "chat_id": started.chat_id });
                Json(answer).into_response()
            }
            Err(error) => raw::refusal(error),
        };
    }
    match app.turns.pass(&user, body).await {
        Ok(reply) => raw::answer(reply),
        Err(error) => raw::refusal(error),
    }
}

/// The same at its other address.
#[utoipa::path(post, path = "/api/v1/chat/completions", tag = "main", security(("verified" = [])),
    request_body = Object, responses((status = 200, body = Value)))]
pub async fn complete_v1(app: State<App>, user: Verified, body: Json<FreeForm>) -> Response {
    complete(app, user, body).await
}

/// A session, and a chat that is given or to be made (`parent_id` there and null).
fn in_chat(body: &JsonMap) -> bool {
    let given = |key: &str| body.get(key).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
    let begins = body.get("parent_id").is_some_and(Value::is_null);
    given("session_id") && (given("chat_id") || begins)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    #[test]
    fn only_a_session_with_a_chat_given_or_begun_is_a_turn() {
        let is = |body: Value| in_chat(body.as_object().unwrap());
        assert!(is(json!({"session_id": "s", "chat_id": "c"})));
        assert!(is(json!({"session_id": "s", "chat_id": null, "parent_id": null})));
        assert!(!is(json!({"session_id": "s"})));
        assert!(!is(json!({"chat_id": "c"})));
        assert!(!is(json!({"session_id": null, "chat_id": "c"})));
    }
}
