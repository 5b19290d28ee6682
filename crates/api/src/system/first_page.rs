//! Lists that the first page asks for, of areas whose writers come later: whatever the database holds of them.

use airis_domain::{Json as Value, Role, UserId};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::{Json, Query};
use crate::models::views::{AccessGrantModel, UserResponse};

/// Part of a name.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    #[serde(default)]
    pub query: Option<String>,
}

/// A function in a list.
#[derive(Serialize, ToSchema)]
pub struct FunctionResponse {
    pub version_id: Option<String>,
    pub id: String,
    pub user_id: Option<String>,
    #[serde(rename = "type")]
    pub kind: String,
    pub name: String,
    #[schema(value_type = Object)]
    pub meta: Value,
    pub is_active: bool,
    pub is_global: bool,
    pub updated_at: i64,
    pub created_at: i64,
}

/// Functions around replies.
#[utoipa::path(get, path = "/api/v1/functions/", tag = "functions", security(("verified" = [])),
    responses((status = 200, body = Vec<FunctionResponse>)))]
pub async fn functions(_person: Verified, State(app): State<App>) -> Result<Json<Vec<Value>>> {
    Ok(Json(whole(app.store.functions().await?, &json!({"version_id": null}))))
}

/// A skill in a list.
#[derive(Serialize, ToSchema)]
pub struct SkillUserResponse {
    pub version_id: Option<String>,
    pub id: String,
    pub user_id: String,
    pub name: String,
    pub description: Option<String>,
    #[schema(value_type = Object)]
    pub meta: Value,
    pub is_active: bool,
    pub access_grants: Vec<AccessGrantModel>,
    pub updated_at: i64,
    pub created_at: i64,
    pub user: Option<UserResponse>,
}

/// Skills that the caller may use.
#[utoipa::path(get, path = "/api/v1/skills/", tag = "skills", security(("verified" = [])), params(SearchQuery),
    responses((status = 200, body = Vec<SkillUserResponse>)))]
pub async fn skills(
    person: Verified,
    State(app): State<App>,
    Query(query): Query<SearchQuery>,
) -> Result<Json<Vec<Value>>> {
    let rows = app.store.skills(owner(&person)).await?;
    Ok(Json(named(whole(rows, &json!({"version_id": null, "access_grants": [], "user": null})), query.query)))
}

/// A channel in a list. Times are nanoseconds.
#[derive(Serialize, ToSchema)]
pub struct ChannelListItemResponse {
    pub id: String,
    pub user_id: String,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub name: String,
    pub description: Option<String>,
    pub is_private: Option<bool>,
    #[schema(value_type = Option<Object>)]
    pub data: Option<Value>,
    #[schema(value_type = Option<Object>)]
    pub meta: Option<Value>,
    pub access_grants: Vec<AccessGrantModel>,
    pub created_at: i64,
    pub updated_at: i64,
    pub updated_by: Option<String>,
    pub archived_at: Option<i64>,
    pub archived_by: Option<String>,
    pub deleted_at: Option<i64>,
    pub deleted_by: Option<String>,
    pub is_channel_muted: bool,
    pub user_ids: Option<Vec<String>>,
    #[schema(value_type = Option<Vec<Object>>)]
    pub users: Option<Vec<Value>>,
    pub last_message_at: Option<i64>,
    pub unread_count: i64,
}

/// Channels that the caller is in.
#[utoipa::path(get, path = "/api/v1/channels/", tag = "channels", security(("verified" = [])),
    responses((status = 200, body = Vec<ChannelListItemResponse>)))]
pub async fn channels(person: Verified, State(app): State<App>) -> Result<Json<Vec<Value>>> {
    let rest = json!({
        "is_private": null, "data": null, "meta": null, "access_grants": [], "updated_by": null, "archived_at": null,
        "archived_by": null, "deleted_at": null, "deleted_by": null, "is_channel_muted": false, "user_ids": null,
        "users": null, "last_message_at": null, "unread_count": 0,
    });
    Ok(Json(whole(app.store.channels(&person.id).await?, &rest)))
}

/// Whose rows a person sees: administrators see everybody's.
pub(crate) fn owner(person: &Verified) -> Option<&UserId> {
    (person.role != Role::Admin).then_some(&person.id)
}

/// Rows with the keys that they do not store.
pub(crate) fn whole(mut rows: Vec<Value>, rest: &Value) -> Vec<Value> {
    for row in rows.iter_mut().filter_map(Value::as_object_mut) {
        for (key, value) in rest.as_object().into_iter().flatten() {
            row.entry(key).or_insert_with(|| value.clone());
        }
    }
    rows
}

/// Rows with a text in their name.
pub(crate) fn named(mut rows: Vec<Value>, part: Option<String>) -> Vec<Value> {
    let part = part.unwrap_or_default().to_lowercase();
    rows.retain(|row| row["name"].as_str().is_some_and(|name| name.to_lowercase().contains(&part)));
    rows
}
