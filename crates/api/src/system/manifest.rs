//! What a browser that installs the client needs to know.

use airis_domain::Json as Value;
use axum::extract::State;
use serde_json::json;

use crate::app::App;
use crate::extract::Json;

/// The web application manifest under the name that the administrator gave.
#[utoipa::path(get, path = "/manifest.json", tag = "main", security(()), responses((status = 200, body = Value)))]
pub async fn read(State(app): State<App>) -> Json<Value> {
    let name = &app.config.settings().webui_name;
    let icon = |file: &str, size: &str, purpose: &str| json!({"src": format!("/icons/{file}.png"), "type": "image/png", "sizes": size, "purpose": purpose});
    Json(json!({
        "id": "/",
        "name": name,
        "short_name": name,
        "description": "A self-hosted chat platform for language models",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#2f6f5e",
        "icons": [
            icon("icon-192", "192x192", "any"),
            icon("icon-512", "512x512", "any"),
            icon("maskable-512", "512x512", "maskable"),
        ],
        "share_target": {"action": "/", "method": "GET", "params": {"text": "shared"}},
    }))
}
