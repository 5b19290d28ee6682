//! What people learn about their session.

use airis_domain::{Json as Value, User};
use airis_identity::IssuedToken;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::cookies;
use crate::app::App;
use crate::error::Result;
use crate::extract::Json;

/// A session just opened.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionUserResponse {
    pub id: String,
    pub name: String,
    pub role: String,
    pub email: String,
    /// Address of the picture.
    pub profile_image_url: String,
    pub token: String,
    /// Always `Bearer`.
    pub token_type: String,
    /// Seconds; null when the session never ends.
    pub expires_at: Option<i64>,
    /// The tree of permission switches.
    #[schema(value_type = Option<Object>)]
    pub permissions: Option<Value>,
}

impl SessionUserResponse {
    async fn new(app: &App, user: &User, issued: &IssuedToken) -> Result<Self> {
        let permissions = airis_access::effective(&app.store, &app.config, user).await?;
        Ok(Self {
            id: user.id.to_string(),
            name: user.name.clone(),
            role: user.role.as_str().to_owned(),
            email: user.email.clone(),
            profile_image_url: picture_address(user),
            token: issued.token.clone(),
            token_type: "Bearer".to_owned(),
            expires_at: issued.expires_at,
            permissions: Some(permissions.0),
        })
    }
}

/// Answers a sign-in or sign-up: the session in the body and in the cookie.
pub async fn opened(app: &App, user: &User, issued: IssuedToken) -> Result<Response> {
    let view = SessionUserResponse::new(app, user, &issued).await?;
    let mut response = Json(view).into_response();
    cookies::set_session(response.headers_mut(), app.config.settings(), &issued.token, issued.expires_at);
    Ok(response)
}

/// Where a person's picture is served.
pub fn picture_address(user: &User) -> String {
    format!("/api/v1/users/{}/profile/image", user.id)
}
