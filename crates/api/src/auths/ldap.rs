//! Sign-in with an account of the directory.

use airis_domain::Role;
use airis_identity::Opening;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::form::Form;
use super::views::{SessionUserResponse, opened};
use crate::app::App;
use crate::error::Result;
use crate::happenings::{Happening, tell};
use crate::settings;

/// A directory account.
#[derive(Deserialize, ToSchema)]
pub struct LdapForm {
    pub user: String,
    #[schema(format = Password)]
    pub password: String,
}

/// Opens a session for a name and a password of the directory; the account is made at first sight.
#[utoipa::path(post, path = "/api/v1/auths/ldap", tag = "auths", security(()), request_body = LdapForm,
    responses((status = 200, body = SessionUserResponse)))]
pub async fn sign_in(State(app): State<App>, Form(form): Form<LdapForm>) -> Result<Response> {
    let (user, opening) = app.sessions.by_directory(&form.user, &form.password).await?;
    if user.role == Role::Admin {
        settings::reload_after_sign_up(&app).await?;
    }
    if matches!(opening, Opening::Session(_)) {
        tracing::info!(user = %user.id, "signed in by the directory");
        let happening = Happening::new("auth.login", ("user", user.id.as_str())).by(&user).from("ldap");
        tell(&app, happening.with(json!({"auth_method": "ldap"})));
    }
    opened(&app, &user, opening).await
}
