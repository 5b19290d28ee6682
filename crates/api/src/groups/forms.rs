//! What clients send about groups.

use airis_domain::JsonMap;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use crate::error::{ApiError, Result};

/// A new group.
#[derive(Debug, Deserialize, ToSchema)]
pub struct GroupForm {
    #[serde(default)]
    pub parent_group_id: Option<String>,
    pub name: String,
    pub description: String,
    /// Switches that the group turns on.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub permissions: Option<JsonMap>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub data: Option<JsonMap>,
}

/// What changes in a group: what is not named stays, what is null is taken away.
#[derive(Debug, Deserialize, ToSchema)]
pub struct GroupUpdateForm {
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<String>)]
    pub parent_group_id: Option<Option<String>>,
    pub name: String,
    pub description: String,
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<Object>)]
    pub permissions: Option<Option<JsonMap>>,
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<Object>)]
    pub data: Option<Option<JsonMap>>,
}

/// People.
#[derive(Debug, Deserialize, ToSchema)]
pub struct UserIdsForm {
    #[serde(default)]
    pub user_ids: Option<Vec<String>>,
}

/// A field that is there, be it null.
fn named<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> std::result::Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// A name has at least one sign, and is no text.
pub fn check_name(name: &str) -> Result<()> {
    if name.trim().is_empty() || name.chars().count() > 256 {
        return Err(ApiError::bad_request("The name of a group has 1 to 256 signs"));
    }
    Ok(())
}
