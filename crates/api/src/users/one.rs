//! One person.

use airis_domain::{Json as Value, User, UserId};
use airis_store::OauthSession;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::groups::names;
use super::views::{UserInfoResponse, UserModel, is_present};
use crate::app::App;
use crate::caller::{Admin, Verified};
use crate::error::{ApiError, Result};
use crate::extract::{Json, Path};
use crate::pictures;

/// An account with presence and groups.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserActiveResponse {
    #[serde(flatten)]
    pub user: UserModel,
    #[schema(value_type = Option<Vec<Object>>)]
    pub groups: Option<Vec<Value>>,
    pub is_active: bool,
}

/// The account with this id.
#[utoipa::path(get, path = "/api/v1/users/{user_id}", tag = "users", security(("admin" = [])),
    params(("user_id" = String, Path)), responses((status = 200, body = UserActiveResponse)))]
pub async fn read(_admin: Admin, State(app): State<App>, Path(id): Path<String>) -> Result<Json<UserActiveResponse>> {
    let user = known(&app, &id).await?;
    let (groups, is_active) = (Some(names(&app, &user.id).await?), is_present(&user));
    Ok(Json(UserActiveResponse { user: user.into(), groups, is_active }))
}

/// What anybody may know of a person.
#[utoipa::path(get, path = "/api/v1/users/{user_id}/info", tag = "users", security(("verified" = [])),
    params(("user_id" = String, Path)), responses((status = 200, body = UserInfoResponse)))]
pub async fn info(_person: Verified, State(app): State<App>, Path(id): Path<String>) -> Result<Json<UserInfoResponse>> {
    let user = known(&app, &id).await?;
    let (groups, is_active) = (Some(names(&app, &user.id).await?), is_present(&user));
    Ok(Json(UserInfoResponse { groups, is_active, ..UserInfoResponse::listed(user) }))
}

/// Whether a person made a request lately.
#[utoipa::path(get, path = "/api/v1/users/{user_id}/active", tag = "users", security(("verified" = [])),
    params(("user_id" = String, Path)), responses((status = 200, body = Object)))]
pub async fn active(_person: Verified, State(app): State<App>, Path(id): Path<String>) -> Result<Json<Value>> {
    let user = app.store.user(&UserId::from(id)).await?;
    Ok(Json(json!({"active": user.is_some_and(|user| is_present(&user))})))
}

/// A person's sessions with other identity providers, without their tokens.
#[utoipa::path(get, path = "/api/v1/users/{user_id}/oauth/sessions", tag = "users", security(("admin" = [])),
    params(("user_id" = String, Path)), responses((status = 200, body = Value), (status = 400, body = Value)))]
pub async fn oauth_sessions(_admin: Admin, State(app): State<App>, Path(id): Path<String>) -> Result<Json<Value>> {
    let sessions = app.store.oauth_sessions(&known(&app, &id).await?.id).await?;
    if sessions.is_empty() {
        return Err(ApiError::bad_request("This person has no sessions with other providers"));
    }
    let view = |session: &OauthSession| {
        json!({"id": session.id, "user_id": session.user_id.as_str(), "provider": session.provider,
            "expires_at": session.expires_at, "created_at": session.created_at, "updated_at": session.updated_at})
    };
    Ok(Json(sessions.iter().map(view).collect()))
}

/// The picture of a person.
#[utoipa::path(get, path = "/api/v1/users/{user_id}/profile/image", tag = "users", security(("verified" = [])),
    params(("user_id" = String, Path)), responses((status = 200, content_type = "image/png", body = Value)))]
pub async fn image(_person: Verified, State(app): State<App>, Path(id): Path<String>) -> Result<Response> {
    Ok(pictures::serve(&known(&app, &id).await?.profile_image_url))
}

/// An account that must exist.
pub async fn known(app: &App, id: &str) -> Result<User> {
    let user = app.store.user(&UserId::from(id)).await?;
    user.ok_or_else(|| ApiError::bad_request("There is nobody with this id"))
}
