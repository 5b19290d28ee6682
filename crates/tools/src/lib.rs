//! What a model may call while it answers.

pub mod notebook;
mod time;

use airis_domain::{Json, JsonMap, User};

/// What a turn asks for when it collects the tools of its model.
#[derive(Clone, Copy, Debug)]
pub struct Offer<'a> {
    pub user: &'a User,
    /// Tools picked for this message (`tool_ids` of the request).
    pub picked: &'a [String],
    /// `meta` of the model: `capabilities.builtin_tools` and `builtinTools` switch built-in tools off.
    pub model_meta: &'a Json,
}

/// Tools a turn may offer to a model.
#[async_trait::async_trait]
pub trait ToolBox: Send + Sync {
    /// OpenAI function specifications.
    async fn specs(&self, offer: Offer<'_>) -> Vec<Json>;
    /// Runs one call; `None` when there is no tool of this name. Text for the model, or why it failed.
    async fn call(&self, user: &User, name: &str, arguments: JsonMap) -> Option<Result<String, String>>;
}

/// The tools that every airis has.
#[derive(Clone, Copy, Debug, Default)]
pub struct BuiltIn;

#[async_trait::async_trait]
impl ToolBox for BuiltIn {
    async fn specs(&self, offer: Offer<'_>) -> Vec<Json> {
        if offers(offer.model_meta, "time") { time::specs() } else { Vec::new() }
    }

    async fn call(&self, _user: &User, name: &str, arguments: JsonMap) -> Option<Result<String, String>> {
        time::call(name, &arguments)
    }
}

/// Whether a model is given a category of built-in tools: unless somebody switched them off, it is.
pub fn offers(meta: &Json, category: &str) -> bool {
    meta.pointer("/capabilities/builtin_tools") != Some(&Json::Bool(false))
        && meta.pointer(&format!("/builtinTools/{category}")) != Some(&Json::Bool(false))
}

/// The OpenAI form of a function.
pub fn function(name: &str, description: &str, parameters: &Json) -> Json {
    serde_json::json!({"type": "function", "function": {"name": name, "description": description, "parameters": parameters}})
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn built_in_tools_are_offered_until_they_are_switched_off() {
        assert!(offers(&Json::Null, "time"));
        assert!(offers(&json!({"builtinTools": {"time": true}}), "time"));
        assert!(!offers(&json!({"builtinTools": {"time": false}}), "time"));
        assert!(!offers(&json!({"capabilities": {"builtin_tools": false}}), "time"));
    }
}
