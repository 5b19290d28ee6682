//! What changed in airis, release by release.

use airis_domain::Json as Value;
use serde_json::json;

use crate::extract::Json;

/// Releases, newest first: version, date and lists of changes.
#[utoipa::path(get, path = "/api/changelog", tag = "main", security(()), responses((status = 200, body = Value)))]
pub async fn read() -> Json<Value> {
    Json(json!({
        "0.1.0": {
            "date": "2026-11-21",
            "added": [
                {"title": "First light", "content": "Accounts, chats with built-in, OpenAI-compatible and Ollama models, and a web client.", "raw": "First light"}
            ]
        }
    }))
}
