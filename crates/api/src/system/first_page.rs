//! Lists that the first page asks for. Tools, functions, skills, channels and terminals cannot be made yet, so nobody
//! has any; their lists are typed as the contract has them and empty.

use airis_domain::Json as Value;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::{Json, Query};
use crate::models::views::{AccessGrantModel, UserResponse};

/// Part of a name.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "there is nothing to search in yet")]
pub struct SearchQuery {
    #[serde(default)]
    pub query: Option<String>,
}

/// A note in a list.
#[derive(Serialize, ToSchema)]
pub struct NoteItemResponse {
    pub id: String,
    pub title: String,
    #[schema(value_type = Option<Object>)]
    pub data: Option<Value>,
    pub is_pinned: Option<bool>,
    pub updated_at: i64,
    pub created_at: i64,
    #[schema(value_type = Option<Object>)]
    pub user: Option<Value>,
}

/// Notes that the caller has pinned.
#[utoipa::path(get, path = "/api/v1/notes/pinned", tag = "notes", security(("verified" = [])),
    responses((status = 200, body = Vec<NoteItemResponse>)))]
pub async fn pinned_notes(person: Verified, State(app): State<App>) -> Result<Json<Vec<Value>>> {
    Ok(Json(app.store.pinned_notes(&person.id).await?))
}

/// A tool in a list.
#[derive(Serialize, ToSchema)]
pub struct ToolUserResponse {
    pub version_id: Option<String>,
    pub id: String,
    pub user_id: Option<String>,
    pub name: String,
    #[schema(value_type = Object)]
    pub meta: Value,
    pub access_grants: Vec<AccessGrantModel>,
    pub updated_at: i64,
    pub created_at: i64,
    pub user: Option<UserResponse>,
}

/// Tools that the caller may use.
#[utoipa::path(get, path = "/api/v1/tools/", tag = "tools", security(("verified" = [])), params(SearchQuery),
    responses((status = 200, body = Vec<ToolUserResponse>)))]
pub async fn tools(_person: Verified, _query: Query<SearchQuery>) -> Json<Vec<ToolUserResponse>> {
    Json(Vec::new())
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
pub async fn functions(_person: Verified) -> Json<Vec<FunctionResponse>> {
    Json(Vec::new())
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
pub async fn skills(_person: Verified, _query: Query<SearchQuery>) -> Json<Vec<SkillUserResponse>> {
    Json(Vec::new())
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
pub async fn channels(_person: Verified) -> Json<Vec<ChannelListItemResponse>> {
    Json(Vec::new())
}

/// Terminals that the caller may open.
#[utoipa::path(get, path = "/api/v1/terminals/", tag = "terminals", security(("verified" = [])),
    responses((status = 200, body = Vec<Object>)))]
pub async fn terminals(_person: Verified) -> Json<Vec<Value>> {
    Json(Vec::new())
}
