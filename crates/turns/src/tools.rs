//! What a model may call.

use airis_domain::{Json, JsonMap, User};

/// Tools a turn may offer to a model.
#[async_trait::async_trait]
pub trait ToolBox: Send + Sync {
    /// OpenAI function specifications of the named tools (`tool_ids` of the request) for this user.
    async fn specs(&self, user: &User, tool_ids: &[String]) -> Vec<Json>;
    /// Runs one call; `None` when there is no tool of this name. Text for the model, or why it failed.
    async fn call(&self, user: &User, name: &str, arguments: JsonMap) -> Option<Result<String, String>>;
}

/// A process without tools.
pub struct NoTools;

#[async_trait::async_trait]
impl ToolBox for NoTools {
    async fn specs(&self, _user: &User, _tool_ids: &[String]) -> Vec<Json> {
        Vec::new()
    }

    async fn call(&self, _user: &User, _name: &str, _arguments: JsonMap) -> Option<Result<String, String>> {
        None
    }
}
