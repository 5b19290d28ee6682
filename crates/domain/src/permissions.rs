//! The tree of switches that refine what a role may do.

use crate::Json;

/// A permission tree: areas of named booleans, such as `chat.delete`.
#[derive(Clone, Debug, PartialEq)]
pub struct Permissions(pub Json);

impl Permissions {
    /// Whether `area.name` is switched on; a missing switch is off.
    pub fn allows(&self, key: &str) -> bool {
        key.split('.').try_fold(&self.0, |tree, part| tree.get(part)).and_then(Json::as_bool).unwrap_or(false)
    }
}
