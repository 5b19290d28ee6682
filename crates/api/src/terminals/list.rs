//! Which terminal servers there are.

use airis_domain::Json as Value;
use axum::extract::State;
use serde_json::json;

use super::door;
use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::Json;

/// Terminal servers that the caller may use.
#[utoipa::path(get, path = "/api/v1/terminals/", tag = "terminals", security(("verified" = [])),
    responses((status = 200, body = Vec<Object>)))]
pub async fn list(person: Verified, State(app): State<App>) -> Result<Json<Vec<Value>>> {
    let servers = door::open_to(&app, &person).await?.into_iter();
    Ok(Json(servers.map(|server| json!({"id": server.id, "url": server.url, "name": server.name})).collect()))
}
