//! Changing one's password.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::form::Form;
use crate::app::App;
use crate::caller::Current;
use crate::error::{ApiError, Result};
use crate::extract::Json;
use crate::happenings::{Happening, tell};

/// The old and the new password.
#[derive(Deserialize, ToSchema)]
pub struct UpdatePasswordForm {
    #[schema(format = Password)]
    pub password: String,
    #[schema(format = Password)]
    pub new_password: String,
}

/// Replaces the caller's password and ends all sessions of the caller.
#[utoipa::path(post, path = "/api/v1/auths/update/password", tag = "auths", security(("current" = [])),
    request_body = UpdatePasswordForm, responses((status = 200, body = bool, content_type = "application/json")))]
pub async fn update(
    person: Current,
    State(app): State<App>,
    Form(form): Form<UpdatePasswordForm>,
) -> Result<Json<bool>> {
    if app.config.settings().trusted_email_header.is_some() {
        return Err(ApiError::bad_request("Passwords are not used here; the proxy in front knows who you are"));
    }
    if !app.sessions.password_fits(&person, &form.password).await? {
        return Err(ApiError::bad_request("The old password is incorrect"));
    }
    app.sessions.set_password(&person, &form.new_password).await?;
    app.realtime.disconnect_user(&person.id);
    tracing::info!(user = %person.id, "password changed");
    tell(&app, Happening::new("auth.password_changed", ("user", person.id.as_str())).by(&person));
    Ok(Json(true))
}
