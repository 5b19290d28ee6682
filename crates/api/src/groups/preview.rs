//! What being in a group means, for administrators.

use airis_access::{granted_to_groups, merge};
use airis_domain::{Group, Json as Value};
use axum::extract::State;
use serde_json::json;

use super::read::known;
use super::tree::above;
use super::views::named;
use crate::app::App;
use crate::caller::Admin;
use crate::error::Result;
use crate::extract::{Json, Path};
use crate::models::visible;

/// Models and permissions of somebody who is in this group and in no other.
#[utoipa::path(get, path = "/api/v1/groups/id/{id}/preview", tag = "groups", security(("admin" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Value)))]
pub async fn read(_admin: Admin, State(app): State<App>, Path(id): Path<String>) -> Result<Json<Value>> {
    let group = known(&app, &id).await?;
    let groups = app.store.groups().await?;
    let above = above(&groups, &group);
    let mut inherited = app.config.get("user.permissions");
    for permissions in above.iter().filter_map(|group| group.permissions.as_ref()) {
        merge(&mut inherited, permissions);
    }
    let mut effective = inherited.clone();
    merge(&mut effective, group.permissions.as_ref().unwrap_or(&Value::Null));
    let ids: Vec<String> = std::iter::once(&group).chain(above.iter().copied()).map(|group| group.id.clone()).collect();
    Ok(Json(json!({
        "group": named(&group),
        "default_models": default_models(&group, &above),
        "models": counted(visible::of_groups(&app, &ids).await?),
        // There is no knowledge on this server yet.
        "knowledge": counted(Vec::new()),
        "tools": counted(tools(&app, &ids).await?),
        "permissions": group.permissions,
        "inherited_permissions": inherited,
        "effective_permissions": effective,
    })))
}

/// The models that are picked for people of the group: its own, or those of the nearest group above that has any.
fn default_models(group: &Group, above: &[&Group]) -> Value {
    let source = std::iter::once(group).chain(above.iter().copied()).find(|group| own_models(group).is_some());
    json!({
        "local": own_models(group),
        "effective": source.and_then(own_models).unwrap_or_else(|| json!([])),
        "source_group_id": source.map(|group| &group.id),
    })
}

fn own_models(group: &Group) -> Option<Value> {
    group.setting("default_models").filter(|models| models.is_array()).cloned()
}

/// Tools that were granted to one of these groups, or to everybody.
async fn tools(app: &App, groups: &[String]) -> Result<Vec<Value>> {
    let mut grants = app.store.grants_of_type("tool").await?;
    grants.retain(|grant| granted_to_groups(std::slice::from_ref(grant), groups, "read"));
    let reached = |tool: &Value| grants.iter().any(|grant| tool["id"] == grant.resource_id.as_str());
    let tools = app.store.tools(None).await?.into_iter().filter(reached);
    Ok(tools.map(|tool| json!({"id": tool["id"], "name": tool["name"]})).collect())
}

fn counted(items: Vec<Value>) -> Value {
    json!({"total": items.len(), "items": items})
}
