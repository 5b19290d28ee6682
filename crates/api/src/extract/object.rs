//! A JSON object with free keys.

use airis_domain::JsonMap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A body that is an object and nothing more is known.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object)]
pub struct FreeForm(pub JsonMap);
