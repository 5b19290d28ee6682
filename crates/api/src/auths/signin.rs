//! Opening a session.

use airis_domain::Role;
use airis_identity::Opening;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::form::Form;
use super::views::{SessionUserResponse, opened};
use crate::app::App;
use crate::error::{ApiError, Result};
use crate::happenings::{Happening, tell};

/// Who signs in.
#[derive(Deserialize, ToSchema)]
pub struct SigninForm {
    pub email: String,
    #[schema(format = Password)]
    pub password: String,
}

/// Opens a session, or says what is to be done before, for an email and a password, for the person a trusted proxy
/// names, or for the one administrator where accounts are turned off.
#[utoipa::path(post, path = "/api/v1/auths/signin", tag = "auths", security(()), request_body = SigninForm,
    responses((status = 200, body = SessionUserResponse)))]
pub async fn sign_in(State(app): State<App>, headers: HeaderMap, Form(form): Form<SigninForm>) -> Result<Response> {
    let settings = app.config.settings();
    let (user, opening) = if let Some(header) = &settings.trusted_email_header {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let email = text(header).ok_or_else(|| ApiError::bad_request("The proxy named nobody"))?;
        let name = settings
            .trusted_name_header
            .as_deref()
            .and_then(text)
            .map(|name| percent_decode_str(&name).decode_utf8_lossy().into_owned());
        let role =
            settings.trusted_role_header.as_deref().and_then(text).and_then(|role| Role::parse(&role.to_lowercase()));
        let groups =
            settings.trusted_groups_header.as_deref().and_then(text).map(|names| {
                names.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
            });
        app.sessions.trusted(&email, name, role, groups).await?
    } else if !settings.webui_auth {
        app.sessions.single_user().await?
    } else if settings.enable_password_auth {
        app.sessions.sign_in(&form.email, &form.password).await?
    } else {
        return Err(ApiError::forbidden("Sign-in with a password is turned off"));
    };
    if matches!(opening, Opening::Session(_)) {
        tracing::info!(user = %user.id, "signed in");
        let how = if settings.trusted_email_header.is_some() { "trusted_header" } else { "password" };
        let happening = Happening::new("auth.login", ("user", user.id.as_str())).by(&user).from(how);
        tell(&app, happening.with(json!({"auth_method": how})));
    }
    opened(&app, &user, opening).await
}
