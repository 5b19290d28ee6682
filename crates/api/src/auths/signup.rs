//! Making an account for oneself.

use airis_identity::{Method, NewAccount};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::form::Form;
use super::views::{SessionUserResponse, opened};
use crate::app::App;
use crate::error::{ApiError, Result};
use crate::happenings::{Happening, tell};
use crate::pictures;
use crate::settings;

/// Who wants an account.
#[derive(Deserialize, ToSchema)]
pub struct SignupForm {
    pub name: String,
    pub email: String,
    #[schema(format = Password)]
    pub password: String,
    #[serde(default)]
    pub profile_image_url: Option<String>,
}

/// Makes an account and opens its session. The first account becomes the administrator and closes sign-up behind it.
#[utoipa::path(post, path = "/api/v1/auths/signup", tag = "auths", security(()), request_body = SignupForm,
    responses((status = 200, body = SessionUserResponse)))]
pub async fn sign_up(State(app): State<App>, Form(form): Form<SignupForm>) -> Result<Response> {
    let process = app.config.settings();
    let closed = || ApiError::forbidden("Sign-up is closed; ask an administrator for an account");
    let form_shown = app.config.flag("ui.enable_login_form");
    let open = app.config.flag("ui.enable_signup") && form_shown && process.webui_auth;
    let first_allowed = form_shown || process.enable_initial_admin_signup;
    if !process.enable_password_auth || (!open && !first_allowed) {
        return Err(closed());
    }
    let account = NewAccount {
        name: form.name,
        email: form.email,
        password: form.password,
        profile_image_url: pictures::acceptable(form.profile_image_url)?,
    };
    let user = app.sessions.sign_up(account, open).await?.ok_or_else(closed)?;
    settings::reload_after_sign_up(&app).await?;
    tracing::info!(user = %user.id, role = user.role.as_str(), "account made");
    tell(&app, Happening::new("auth.signup", ("user", user.id.as_str())).by(&user));
    let opening = app.sessions.open(&user, Method::Password).await?;
    opened(&app, &user, opening).await
}
