//! Stored models: overrides of provider models and custom models over a base.

use serde::{Deserialize, Serialize};

use crate::{Json, UserId};

/// A stored model row. Times are seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelRow {
    pub id: String,
    pub user_id: UserId,
    /// `None`: overrides the provider model of the same id.
    pub base_model_id: Option<String>,
    pub name: String,
    pub params: Json,
    pub meta: Json,
    pub is_active: bool,
    /// The version that is in use; `None` for rows older than versions.
    pub version_id: Option<String>,
    pub created_at: i64,
    pub updated_at: i64,
}

/// What a model says of itself, over what administrators say of every model: a part that it does not name is theirs, and
/// of its capabilities each single one.
pub fn described(own: &Json, defaults: &Json) -> Json {
    let mut meta = own.as_object().cloned().unwrap_or_default();
    for (key, value) in defaults.as_object().into_iter().flatten() {
        match (meta.get_mut(key), value) {
            (Some(Json::Object(own)), Json::Object(value)) if key == "capabilities" => {
                for (name, value) in value {
                    own.entry(name.clone()).or_insert_with(|| value.clone());
                }
            }
            (Some(own), _) if !own.is_null() => {}
            _ => {
                meta.insert(key.clone(), value.clone());
            }
        }
    }
    Json::Object(meta)
}

/// One saved state of a stored model: who saved it, when (seconds) and why. The state itself is read on its own.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelVersion {
    pub id: String,
    pub model_id: String,
    /// The version that was changed into this one.
    pub parent_id: Option<String>,
    pub user_id: UserId,
    pub commit_message: Option<String>,
    pub created_at: i64,
}

/// Who else may read or write a resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccessGrant {
    pub id: String,
    pub resource_type: String,
    pub resource_id: String,
    /// `user`, `group` or `anyone`.
    pub principal_type: String,
    /// An id, or `*`.
    pub principal_id: String,
    /// `read` or `write`.
    pub permission: String,
    pub created_at: i64,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_model_says_of_itself_stands_over_what_is_said_of_all() {
        let all = json!({"description": "all", "capabilities": {"vision": false, "usage": true}, "tags": [1],
            "builtinTools": {"time": false}, "hidden": true});
        let own = json!({"description": "", "capabilities": {"vision": true}, "tags": null, "knowledge": null,
            "builtinTools": {"memory": false}, "hidden": false});
        let expected = json!({"description": "", "capabilities": {"vision": true, "usage": true}, "tags": [1],
            "knowledge": null, "builtinTools": {"memory": false}, "hidden": false});
        assert_eq!(described(&own, &all), expected);
        assert_eq!(described(&Json::Null, &all), all);
        assert_eq!(described(&own, &Json::Null), own);
        assert_eq!(described(&json!({"capabilities": null}), &all)["capabilities"], all["capabilities"]);
    }
}
