//! The one API key a person may have.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Current;
use crate::error::{ApiError, Result};
use crate::extract::Json;
use crate::happenings::{Happening, tell};

/// A person's key.
#[derive(Serialize, ToSchema)]
pub struct ApiKey {
    pub api_key: Option<String>,
}

/// Makes a key, replacing the old one.
#[utoipa::path(post, path = "/api/v1/auths/api_key", tag = "auths", security(("current" = [])),
    responses((status = 200, body = ApiKey)))]
pub async fn create(person: Current, State(app): State<App>) -> Result<Json<ApiKey>> {
    if !app.sessions.may_use_keys(&person).await? {
        return Err(ApiError::forbidden("API keys are turned off for you"));
    }
    let key = airis_identity::new_api_key();
    app.store.set_api_key(&person.id, &key).await?;
    tell(&app, Happening::new("auth.api_key.created", ("user", person.id.as_str())).by(&person));
    Ok(Json(ApiKey { api_key: Some(key) }))
}

/// Shows the key.
#[utoipa::path(get, path = "/api/v1/auths/api_key", tag = "auths", security(("current" = [])),
    responses((status = 200, body = ApiKey)))]
pub async fn read(person: Current, State(app): State<App>) -> Result<Json<ApiKey>> {
    let key = app.store.api_key(&person.id).await?;
    let key = key.ok_or_else(|| ApiError::new(StatusCode::NOT_FOUND, "You have no API key"))?;
    Ok(Json(ApiKey { api_key: Some(key) }))
}

/// Forgets the key; it stops working at once.
#[utoipa::path(delete, path = "/api/v1/auths/api_key", tag = "auths", security(("current" = [])),
    responses((status = 200, body = bool, content_type = "application/json")))]
pub async fn delete(person: Current, State(app): State<App>) -> Result<Json<bool>> {
    let gone = app.store.delete_api_key(&person.id).await?;
    if gone {
        tell(&app, Happening::new("auth.api_key.deleted", ("user", person.id.as_str())).by(&person));
    }
    Ok(Json(gone))
}
