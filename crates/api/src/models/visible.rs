//! Which models a person may use. Private by default: administrators see all, others what was granted to them.

use std::collections::HashSet;

use airis_domain::{Json as Value, Role, User};
use axum::http::StatusCode;
use serde_json::json;

use super::catalogue::{self, Listed};
use crate::app::App;
use crate::error::{ApiError, Result};

const NOT_FOUND: &str = "Model not found";

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

/// Refuses a model that the person may not use with 403, as the contract does, and one that is not there with 404.
pub async fn require(app: &App, user: &User, id: &str) -> Result<()> {
    let groups = groups(app, user).await?;
    let listed = catalogue::all(app, false).await?.into_iter().find(|model| model.id == id);
    let model = match listed {
        Some(model) => model,
        None => embedder(app, id).await?.ok_or_else(|| ApiError::new(StatusCode::NOT_FOUND, NOT_FOUND))?,
    };
    if may_use(app, user, &groups, &model) { Ok(()) } else { Err(ApiError::forbidden(NOT_FOUND)) }
}

/// A built-in embedding model: nobody can chat with it, so no list shows it.
async fn embedder(app: &App, id: &str) -> Result<Option<Listed>> {
    if !app.providers.embeds(id) {
        return Ok(None);
    }
    let (row, grants) = (app.store.model(id).await?, app.store.grants("model", id).await?);
    Ok(Some(Listed { id: id.to_owned(), entry: json!({"id": id}), row, grants }))
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
