//! Which models a person may use. Private by default: administrators see all, others what was granted to them.

use std::collections::HashSet;

use airis_domain::{Json as Value, Role, User};
use axum::http::StatusCode;
use serde_json::json;

use super::catalogue::{self, Listed};
use crate::app::App;
use crate::error::{ApiError, Result};

/// The entries a person may pick.
pub async fn list(app: &App, user: &User, refresh: bool) -> Result<Vec<Value>> {
    let groups = groups(app, user).await?;
    let models = catalogue::all(app, refresh).await?;
    Ok(models.into_iter().filter(|model| may_use(app, user, &groups, model)).map(|model| model.entry).collect())
}

/// The ids of the models a person may use.
pub async fn ids(app: &App, user: &User) -> Result<HashSet<String>> {
    let groups = groups(app, user).await?;
    let models = catalogue::all(app, false).await?;
    Ok(models.into_iter().filter(|model| may_use(app, user, &groups, model)).map(|model| model.id).collect())
}

/// Refuses a model that the person may not use. The answer is the same for one that does not exist.
pub async fn require(app: &App, user: &User, id: &str) -> Result<()> {
    let groups = groups(app, user).await?;
    let models = catalogue::all(app, false).await?;
    if models.iter().any(|model| model.id == id && may_use(app, user, &groups, model)) {
        return Ok(());
    }
    Err(ApiError::new(StatusCode::NOT_FOUND, "Model not found"))
}

/// Ids and names of the models that were granted to one of these groups, or to everybody.
pub async fn of_groups(app: &App, groups: &[String]) -> Result<Vec<Value>> {
    let everybody = app.config.settings().bypass_model_access_control;
    let reached = |model: &Listed| everybody || airis_access::granted_to_groups(&model.grants, groups, "read");
    let models = catalogue::all(app, false).await?.into_iter().filter(reached);
    Ok(models.map(|model| json!({"id": model.id, "name": model.entry["name"]})).collect())
}

async fn groups(app: &App, user: &User) -> Result<Vec<String>> {
    Ok(app.store.group_ids_of(&user.id).await?)
}

fn may_use(app: &App, user: &User, groups: &[String], model: &Listed) -> bool {
    let settings = app.config.settings();
    settings.bypass_model_access_control
        || (user.role == Role::Admin && settings.bypass_admin_access_control)
        || model.row.as_ref().is_some_and(|row| row.user_id == user.id)
        || airis_access::granted(&model.grants, user, groups, "read")
}
