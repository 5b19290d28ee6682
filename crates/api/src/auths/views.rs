//! What people learn about their session.

use airis_domain::{Json as Value, User};
use airis_identity::{IssuedToken, Opening};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::cookies;
use super::factor_views::MfaChallengeResponse;
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
    pub async fn new(app: &App, user: &User, issued: &IssuedToken) -> Result<Self> {
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

/// Answers a sign-in or sign-up: the session in the body and in the cookie, or what is to be done before.
pub async fn opened(app: &App, user: &User, opening: Opening) -> Result<Response> {
    let issued = match opening {
        Opening::Session(issued) => issued,
        Opening::Challenge(challenge) => return Ok(Json(MfaChallengeResponse::from(challenge)).into_response()),
        Opening::Pending => return Ok(Json(json!({ "next_step": "pending" })).into_response()),
    };
    let view = SessionUserResponse::new(app, user, &issued).await?;
    Ok(with_cookie(app, Json(view).into_response(), &issued))
}

/// Sets the session's cookie on an answer.
pub fn with_cookie(app: &App, mut answer: Response, issued: &IssuedToken) -> Response {
    cookies::set_session(answer.headers_mut(), app.config.settings(), &issued.token, issued.expires_at);
    answer
}

/// Where a person's picture is served.
pub fn picture_address(user: &User) -> String {
    format!("/api/v1/users/{}/profile/image", user.id)
}
