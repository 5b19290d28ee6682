//! What a model may call while it answers.

pub mod formatter;
pub mod notebook;
pub mod servers;
pub mod terminals;
mod time;

use airis_domain::{Json, JsonMap, User};
use servers::{Around, ToolServers};

/// For whom and where tools are offered and called.
#[derive(Clone, Copy, Debug)]
pub struct Offer<'a> {
    pub user: &'a User,
    /// Tools picked for this message (`tool_ids` of the request).
    pub picked: &'a [String],
    /// `meta` of the model: `capabilities.builtin_tools` and `builtinTools` switch built-in tools off.
    pub model_meta: &'a Json,
    /// Whether somebody talks with the model; programs get the tools that they pick, and no others.
    pub in_chat: bool,
    pub around: Around<'a>,
}

/// What a model is offered.
#[derive(Clone, Debug, Default)]
pub struct Offered {
    /// Function specifications as providers take them.
    pub specs: Vec<Json>,
    /// Which picked tools are not there, and why: a sentence each.
    pub missing: Vec<String>,
}

/// Tools a turn may offer to a model.
#[async_trait::async_trait]
pub trait ToolBox: Send + Sync {
    async fn offer(&self, offer: Offer<'_>) -> Offered;
    /// Runs one call; `None` when there is no tool of this name. Text for the model, or why it failed.
    async fn call(&self, offer: Offer<'_>, name: &str, arguments: JsonMap) -> Option<Result<String, String>>;
}

/// The tools that every airis has.
#[derive(Clone, Copy, Debug, Default)]
pub struct BuiltIn;

impl BuiltIn {
    fn specs(offer: Offer<'_>) -> Vec<Json> {
        if offer.in_chat && offers(offer.model_meta, "time") { time::specs() } else { Vec::new() }
    }
}

#[async_trait::async_trait]
impl ToolBox for BuiltIn {
    async fn offer(&self, offer: Offer<'_>) -> Offered {
        Offered { specs: Self::specs(offer), missing: Vec::new() }
    }

    async fn call(&self, _offer: Offer<'_>, name: &str, arguments: JsonMap) -> Option<Result<String, String>> {
        time::call(name, &arguments)
    }
}

/// The built-in tools, and those of the servers that administrators connected.
#[derive(Clone)]
pub struct Everything {
    pub servers: ToolServers,
}

#[async_trait::async_trait]
impl ToolBox for Everything {
    async fn offer(&self, offer: Offer<'_>) -> Offered {
        let mut specs = BuiltIn::specs(offer);
        let more = self.servers.specs(offer, &specs).await;
        specs.extend(more.specs);
        Offered { specs, missing: more.missing }
    }

    async fn call(&self, offer: Offer<'_>, name: &str, arguments: JsonMap) -> Option<Result<String, String>> {
        let own = BuiltIn::specs(offer);
        if own.iter().any(|spec| spec["function"]["name"] == name) {
            return time::call(name, &arguments);
        }
        self.servers.call(offer, &own, name, arguments).await
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
