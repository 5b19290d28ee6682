//! Stored models as clients see them.

use airis_domain::{AccessGrant, Json as Value, JsonMap, ModelRow, User};
use serde::Serialize;
use utoipa::ToSchema;

use super::forms::ModelMeta;
use crate::extract::FreeForm;

/// Who else may use a thing.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccessGrantModel {
    pub id: String,
    pub resource_type: String,
    pub resource_id: String,
    /// `user`, `group` or `anyone`.
    pub principal_type: String,
    /// An id, or `*`.
    pub principal_id: String,
    /// `read` or `write`.
    pub permission: String,
    /// Seconds.
    pub created_at: i64,
}

impl From<&AccessGrant> for AccessGrantModel {
    fn from(grant: &AccessGrant) -> Self {
        let AccessGrant { id, resource_type, resource_id, principal_type, principal_id, permission, created_at } =
            grant.clone();
        Self { id, resource_type, resource_id, principal_type, principal_id, permission, created_at }
    }
}

/// A stored model.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModelResponse {
    /// The version in use.
    pub version_id: Option<String>,
    pub id: String,
    pub user_id: String,
    pub base_model_id: Option<String>,
    pub name: String,
    pub params: FreeForm,
    #[schema(value_type = ModelMeta)]
    pub meta: Value,
    pub access_grants: Vec<AccessGrantModel>,
    pub is_active: bool,
    /// Seconds, as the next.
    pub updated_at: i64,
    pub created_at: i64,
}

/// The owner of a model.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserResponse {
    pub id: String,
    pub name: String,
    pub role: String,
    pub email: String,
}

impl From<&User> for UserResponse {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.to_string(),
            name: user.name.clone(),
            role: user.role.as_str().to_owned(),
            email: user.email.clone(),
        }
    }
}

/// A stored model, its owner, and whether the caller may change it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModelAccessResponse {
    #[serde(flatten)]
    pub model: ModelResponse,
    pub user: Option<UserResponse>,
    pub write_access: Option<bool>,
}

/// A page of stored models.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModelAccessListResponse {
    pub items: Vec<ModelAccessResponse>,
    pub total: i64,
}

/// Everything about a row and the grants that are its own.
pub fn view(row: &ModelRow, grants: &[AccessGrant]) -> ModelResponse {
    ModelResponse {
        version_id: row.version_id.clone(),
        id: row.id.clone(),
        user_id: row.user_id.to_string(),
        base_model_id: row.base_model_id.clone(),
        name: row.name.clone(),
        params: FreeForm(row.params.as_object().cloned().unwrap_or_else(JsonMap::new)),
        meta: meta(row),
        access_grants: grants.iter().filter(|grant| grant.resource_id == row.id).map(Into::into).collect(),
        is_active: row.is_active,
        updated_at: row.updated_at,
        created_at: row.created_at,
    }
}

/// The same for lists: no picture, which may be large.
pub fn listed(row: &ModelRow, grants: &[AccessGrant]) -> ModelResponse {
    let mut view = view(row, grants);
    if let Some(meta) = view.meta.as_object_mut() {
        meta.shift_remove("profile_image_url");
    }
    view
}

/// The meta data with every known key.
fn meta(row: &ModelRow) -> Value {
    let known = serde_json::from_value::<ModelMeta>(row.meta.clone()).ok();
    known.and_then(|known| serde_json::to_value(known).ok()).unwrap_or_else(|| row.meta.clone())
}

/// Names of a model's tags.
pub fn tags(row: &ModelRow) -> Vec<String> {
    let list = row.meta.get("tags").and_then(|tags| tags.as_array());
    list.into_iter().flatten().filter_map(|tag| tag.get("name").unwrap_or(tag).as_str().map(str::to_owned)).collect()
}
