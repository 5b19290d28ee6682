//! The session of the caller.

use airis_domain::{Json as Value, User};
use airis_identity::{Claims, Via};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::cookies;
use crate::app::App;
use crate::caller::Human;
use crate::error::{ApiError, Result};
use crate::extract::Json;

/// The session and the person's own details.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionUserInfoResponse {
    pub status_emoji: Option<String>,
    pub status_message: Option<String>,
    pub status_expires_at: Option<i64>,
    pub id: String,
    pub name: String,
    pub role: String,
    pub email: String,
    pub profile_image_url: String,
    pub token: String,
    pub token_type: String,
    pub expires_at: Option<i64>,
    #[schema(value_type = Option<Object>)]
    pub permissions: Option<Value>,
    pub bio: Option<String>,
    pub gender: Option<String>,
    #[schema(value_type = Option<String>, format = Date)]
    pub date_of_birth: Option<String>,
}

/// Says who is signed in and renews the cookie.
#[utoipa::path(get, path = "/api/v1/auths/", tag = "auths", security(("human" = [])),
    responses((status = 200, body = SessionUserInfoResponse)))]
pub async fn current(person: Human, State(app): State<App>) -> Result<Response> {
    let Via::Session { token, claims } = &person.0.via else { return Err(ApiError::not_authenticated()) };
    let view = view(&app, &person, token, claims).await?;
    let mut response = Json(view).into_response();
    cookies::set_session(response.headers_mut(), app.config.settings(), token, claims.exp);
    Ok(response)
}

async fn view(app: &App, user: &User, token: &str, claims: &Claims) -> Result<SessionUserInfoResponse> {
    let permissions = airis_access::effective(&app.store, &app.config, user).await?;
    Ok(SessionUserInfoResponse {
        status_emoji: user.status_emoji.clone(),
        status_message: user.status_message.clone(),
        status_expires_at: user.status_expires_at,
        id: user.id.to_string(),
        name: user.name.clone(),
        role: user.role.as_str().to_owned(),
        email: user.email.clone(),
        profile_image_url: user.profile_image_url.clone(),
        token: token.to_owned(),
        token_type: "Bearer".to_owned(),
        expires_at: claims.exp,
        permissions: Some(permissions.0),
        bio: user.bio.clone(),
        gender: user.gender.clone(),
        date_of_birth: user.date_of_birth.clone(),
    })
}
