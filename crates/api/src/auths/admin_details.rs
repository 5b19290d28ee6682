//! Whom people who wait for approval may ask.

use airis_domain::{Json as Value, Role};
use airis_store::UserQuery;
use axum::extract::State;
use serde_json::json;

use crate::app::App;
use crate::caller::Current;
use crate::error::{ApiError, Result};
use crate::extract::Json;

/// Name and email of the administrator to ask, where that is shown at all.
#[utoipa::path(get, path = "/api/v1/auths/admin/details", tag = "auths", security(("current" = [])),
    responses((status = 200, body = Value)))]
pub async fn read(_person: Current, State(app): State<App>) -> Result<Json<Value>> {
    if !app.config.flag("auth.admin.show") {
        return Err(ApiError::bad_request("The administrator is not shown here"));
    }
    let chosen = app.config.text("auth.admin.email");
    let admin = if chosen.is_empty() {
        let query = UserQuery { role: Some(Role::Admin), limit: Some(1), ..UserQuery::default() };
        app.store.users(&query).await?.0.into_iter().next()
    } else {
        app.store.user_by_email(&chosen.to_lowercase()).await?
    };
    let email = admin.as_ref().map(|admin| admin.email.clone()).or(Some(chosen).filter(|email| !email.is_empty()));
    Ok(Json(json!({"name": admin.map(|admin| admin.name), "email": email})))
}
