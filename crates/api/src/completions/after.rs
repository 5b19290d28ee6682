//! What older clients call after a reply.

use airis_domain::Json as Value;

use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::{FreeForm, Json, Path};

/// Runs the outlet filters over a finished exchange and answers what they made of it. Without filters nothing changes.
#[utoipa::path(post, path = "/api/chat/completed", tag = "main", security(("verified" = [])),
    request_body = Object, responses((status = 200, body = Value)))]
pub async fn completed(_user: Verified, Json(FreeForm(body)): Json<FreeForm>) -> Json<Value> {
    Json(Value::Object(body))
}

/// Runs an action function. There is none of that name.
#[utoipa::path(post, path = "/api/chat/actions/{action_id}", tag = "main", security(("verified" = [])),
    params(("action_id" = String, Path)), request_body = Object, responses((status = 200, body = Value)))]
pub async fn action(_user: Verified, Path(action): Path<String>, _body: Json<FreeForm>) -> Result<Json<Value>> {
    Err(ApiError::bad_request(format!("There is no action {action}")))
}
