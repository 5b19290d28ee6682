//! Accounts changed by administrators. Nobody but the first administrator changes the first administrator.

use airis_domain::{Role, User};
use airis_identity::is_email;
use airis_store::UserPatch;
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::one::known;
use super::views::UserModel;
use crate::app::App;
use crate::caller::Admin;
use crate::error::{ApiError, Result};
use crate::extract::{Json, Path};
use crate::files::{forget, remove_bytes};
use crate::happenings::{Happening, tell};
use crate::pictures;

/// What to change; what is missing or null stays.
#[derive(Deserialize, ToSchema)]
pub struct UserUpdateForm {
    #[serde(default)]
    pub role: Option<String>,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub profile_image_url: Option<String>,
    #[serde(default)]
    pub password: Option<String>,
}

/// Changes an account. A new password or role ends the person's sessions.
#[utoipa::path(post, path = "/api/v1/users/{user_id}/update", tag = "users", security(("admin" = [])),
    params(("user_id" = String, Path)), request_body = UserUpdateForm,
    responses((status = 200, body = Option<UserModel>)))]
pub async fn update(
    admin: Admin,
    State(app): State<App>,
    Path(id): Path<String>,
    Json(form): Json<UserUpdateForm>,
) -> Result<Json<UserModel>> {
    let user = known(&app, &id).await?;
    let role = match form.role.as_deref().map(Role::parse) {
        Some(None) => return Err(ApiError::bad_request("The role must be pending, user or admin")),
        role => role.flatten(),
    };
    let first = is_first(&app, &user).await?;
    if first && (admin.id != user.id || role.is_some_and(|role| role != Role::Admin)) {
        return Err(ApiError::forbidden("The first administrator cannot be changed by others or lose the role"));
    }
    let email = form.email.map(|email| email.trim().to_lowercase()).filter(|email| *email != user.email);
    if let Some(email) = &email {
        if !is_email(email) {
            return Err(ApiError::bad_request("This is not a valid email address"));
        }
        if app.store.user_by_email(email).await?.is_some() {
            return Err(ApiError::bad_request("This email address already has an account"));
        }
    }
    let patch = UserPatch {
        name: form.name,
        email,
        role,
        profile_image_url: pictures::acceptable(form.profile_image_url)?,
        ..UserPatch::default()
    };
    if let Some(password) = form.password.filter(|password| !password.is_empty()) {
        app.sessions.set_password(&user, &password).await?;
        app.realtime.disconnect_user(&user.id);
    }
    let changed = app.store.update_user(&user.id, &patch).await?;
    let happening = |event| Happening::new(event, ("user", user.id.as_str())).by(&admin);
    tell(&app, happening("user.updated"));
    if changed.role != user.role {
        app.sessions.revoke_all(&user).await?;
        app.realtime.disconnect_user(&user.id);
        tracing::info!(user = %user.id, by = %admin.id, role = changed.role.as_str(), "role changed");
        tell(&app, happening("user.role_updated").with(json!({"role": changed.role.as_str()})));
    }
    Ok(Json(changed.into()))
}

/// Ends every session of a person.
#[utoipa::path(post, path = "/api/v1/users/{user_id}/sessions/revoke", tag = "users", security(("admin" = [])),
    params(("user_id" = String, Path)), responses((status = 200, body = bool, content_type = "application/json")))]
pub async fn revoke(admin: Admin, State(app): State<App>, Path(id): Path<String>) -> Result<Json<bool>> {
    let user = known(&app, &id).await?;
    app.sessions.revoke_all(&user).await?;
    app.realtime.disconnect_user(&user.id);
    tell(&app, Happening::new("auth.sessions_revoked", ("user", user.id.as_str())).by(&admin));
    Ok(Json(true))
}

/// Deletes an account and everything it owns.
#[utoipa::path(delete, path = "/api/v1/users/{user_id}", tag = "users", security(("admin" = [])),
    params(("user_id" = String, Path)), responses((status = 200, body = bool, content_type = "application/json")))]
pub async fn delete(admin: Admin, State(app): State<App>, Path(id): Path<String>) -> Result<Json<bool>> {
    let user = known(&app, &id).await?;
    if user.id == admin.id || is_first(&app, &user).await? {
        return Err(ApiError::forbidden("Neither you yourself nor the first administrator can be deleted"));
    }
    let bytes = app.store.file_paths(Some(&user.id)).await?;
    let (files, knowledge) = (app.store.file_ids(&user.id).await?, app.store.knowledge_ids(&user.id).await?);
    let gone = app.store.delete_user(&user.id).await?;
    remove_bytes(&app, &bytes).await;
    for file in files {
        forget(&app, &file).await;
    }
    for id in knowledge {
        app.retrieval.vectors().drop_collection(&id).await?;
    }
    app.realtime.disconnect_user(&user.id);
    tracing::info!(user = %user.id, by = %admin.id, "account deleted");
    tell(&app, Happening::new("user.deleted", ("user", user.id.as_str())).by(&admin));
    Ok(Json(gone))
}

async fn is_first(app: &App, user: &User) -> Result<bool> {
    Ok(app.store.first_user().await?.is_some_and(|first| first.id == user.id))
}
