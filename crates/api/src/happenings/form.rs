//! What administrators send about an address, and what may be kept of it.

use std::collections::BTreeMap;

use airis_domain::Json;
use airis_outbound::Call;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::catalogue::{KNOWN, fits};
use crate::app::App;
use crate::error::{ApiError, Result};

/// An address to tell.
#[derive(Deserialize, ToSchema)]
pub struct EventWebhookForm {
    #[serde(default)]
    pub name: Option<String>,
    pub url: String,
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Names of events, `group.*` or `*`; nothing means all.
    #[serde(default)]
    pub events: Option<Vec<String>>,
    /// Only what these people do: `{"type": "user" | "group", "id": …}`.
    #[serde(default)]
    pub targets: Option<Vec<BTreeMap<String, String>>>,
}

/// What to change. What is missing stays; null targets mean everybody.
#[derive(Deserialize, Serialize, ToSchema)]
pub struct EventWebhookUpdateForm {
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub url: Option<String>,
    #[serde(default)]
    pub enabled: Option<bool>,
    #[serde(default)]
    pub events: Option<Vec<String>>,
    #[serde(default)]
    pub targets: Option<Vec<BTreeMap<String, String>>>,
}

/// A name; an empty one says what it is.
pub fn name(given: Option<String>) -> String {
    given.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).unwrap_or_else(|| "Webhook".to_owned())
}

/// An address outside, unless the operator allows private ones.
pub fn url(app: &App, given: &str) -> Result<String> {
    let given = given.trim();
    post(app, given).check().map_err(|error| ApiError::bad_request(error.to_string()))?;
    Ok(given.to_owned())
}

/// A message to an address, guarded as the operator says.
pub fn post(app: &App, url: &str) -> Call {
    let call = Call::post(url);
    if app.config.settings().enable_local_web_fetch { call } else { call.public() }
}

pub fn events(given: Option<Vec<String>>) -> Result<Vec<String>> {
    let given: Vec<String> = given.unwrap_or_default();
    if let Some(odd) = given.iter().find(|wish| !KNOWN.iter().any(|(event, _, _)| fits(wish, event))) {
        let odd: String = odd.chars().take(100).collect();
        return Err(ApiError::bad_request(format!("Nothing that is called {odd} happens here")));
    }
    Ok(if given.is_empty() { vec!["*".to_owned()] } else { given })
}

pub fn targets(given: Option<Vec<BTreeMap<String, String>>>) -> Result<Option<Json>> {
    let Some(given) = given else { return Ok(None) };
    let sound = |target: &BTreeMap<String, String>| {
        matches!(target.get("type").map(String::as_str), Some("user" | "group"))
            && target.get("id").is_some_and(|id| !id.is_empty())
    };
    if !given.iter().all(sound) {
        return Err(ApiError::bad_request("A target has the type user or group, and an id"));
    }
    Ok(Some(json!(given)))
}

fn yes() -> bool {
    true
}
