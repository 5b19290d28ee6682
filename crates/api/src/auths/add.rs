//! Accounts made by administrators.

use airis_domain::Role;
use airis_identity::{Method, NewAccount};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::form::Form;
use super::views::picture_address;
use crate::app::App;
use crate::caller::Admin;
use crate::error::{ApiError, Result};
use crate::extract::Json;
use crate::happenings::{Happening, tell};
use crate::pictures;

/// An account to make.
#[derive(Deserialize, ToSchema)]
pub struct AddUserForm {
    pub name: String,
    pub email: String,
    #[schema(format = Password)]
    pub password: String,
    #[serde(default)]
    pub profile_image_url: Option<String>,
    /// `pending` (the default), `user` or `admin`.
    #[serde(default)]
    pub role: Option<String>,
}

/// The account made.
#[derive(Serialize, ToSchema)]
pub struct AddUserResponse {
    pub id: String,
    pub name: String,
    pub role: String,
    pub email: String,
    pub profile_image_url: String,
    pub token: Option<String>,
    pub token_type: Option<String>,
}

/// Makes an account with a role and a password.
#[utoipa::path(post, path = "/api/v1/auths/add", tag = "auths", security(("admin" = [])), request_body = AddUserForm,
    responses((status = 200, body = AddUserResponse)))]
pub async fn add(admin: Admin, State(app): State<App>, Form(form): Form<AddUserForm>) -> Result<Json<AddUserResponse>> {
    let role = Role::parse(form.role.as_deref().unwrap_or("pending"))
        .ok_or_else(|| ApiError::bad_request("The role must be pending, user or admin"))?;
    let account = NewAccount {
        name: form.name,
        email: form.email,
        password: form.password,
        profile_image_url: pictures::acceptable(form.profile_image_url)?,
    };
    let user = app.sessions.add_account(account, role).await?;
    let issued = app.sessions.issue(&user, Method::System).await?;
    tracing::info!(user = %user.id, role = role.as_str(), "account added by an administrator");
    let happening = Happening::new("user.created", ("user", user.id.as_str())).by(&admin).from("admin");
    tell(&app, happening.with(json!({"role": role.as_str()})));
    Ok(Json(AddUserResponse {
        id: user.id.to_string(),
        profile_image_url: picture_address(&user),
        name: user.name,
        role: role.as_str().to_owned(),
        email: user.email,
        token: Some(issued.token),
        token_type: Some("Bearer".to_owned()),
    }))
}
