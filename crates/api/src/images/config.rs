//! What makes pictures and how, for administrators.

use airis_domain::{Json as Value, JsonMap};
use airis_media::is_size;
use axum::extract::State;
use serde_json::json;

use super::settings::ImagesConfig;
use crate::app::App;
use crate::caller::Admin;
use crate::error::{ApiError, Result};
use crate::extract::Json;
use crate::happenings::{Happening, tell};
use crate::settings_form::{Changes, SettingsForm};

const MAKERS: &[&str] = &["openai", "gemini", "automatic1111", "comfyui"];
const CHANGERS: &[&str] = &["openai", "gemini", "comfyui"];
const METHODS: &[&str] = &["", "predict", "generateContent"];

/// Shows the settings.
#[utoipa::path(get, path = "/api/v1/images/config", tag = "images", security(("admin" = [])),
    responses((status = 200, body = ImagesConfig)))]
pub async fn read(_admin: Admin, State(app): State<App>) -> Json<JsonMap> {
    Json(ImagesConfig::view(&app.config))
}

/// Changes the settings; the answer has the permissions of everybody besides.
#[utoipa::path(post, path = "/api/v1/images/config/update", tag = "images", security(("admin" = [])),
    request_body = ImagesConfig, responses((status = 200, body = Value)))]
pub async fn update(admin: Admin, State(app): State<App>, mut changes: Changes<ImagesConfig>) -> Result<Json<JsonMap>> {
    for (wire, key) in ImagesConfig::FIELDS {
        if let Some(value) = changes.keys.get_mut(*key) {
            *value = sound(wire, value)?;
        }
    }
    let mut view = changes.save(&app).await?;
    view.insert("USER_PERMISSIONS".to_owned(), app.config.get("user.permissions"));
    tell(&app, Happening::new("config.updated", ("config", "images")).by(&admin));
    Ok(Json(view))
}

/// A value as it is stored, or why it cannot be.
fn sound(wire: &str, value: &Value) -> Result<Value> {
    let text = value.as_str().unwrap_or_default().trim();
    let wrong = |what: &str| Err(ApiError::bad_request(format!("{wire} {what}")));
    let one_of = |choices: &[&str]| match choices.contains(&text) {
        true => Ok(json!(text)),
        false => Err(ApiError::bad_request(format!("{wire} must be one of {}", choices.join(", ")))),
    };
    match wire {
        "IMAGE_GENERATION_ENGINE" => one_of(MAKERS),
        "IMAGE_EDIT_ENGINE" => one_of(CHANGERS),
        "IMAGES_GEMINI_ENDPOINT_METHOD" => one_of(METHODS),
        "IMAGE_SIZE" | "IMAGE_EDIT_SIZE" if !is_size(text) => {
            wrong("must be a width and a height, such as 512x512, or auto, or nothing")
        }
        "IMAGE_SIZE" | "IMAGE_EDIT_SIZE" => Ok(json!(text)),
        "IMAGE_STEPS" if value.as_i64().is_some_and(|steps| !(0..=1000).contains(&steps)) => {
            wrong("must be between 0 and 1000")
        }
        "IMAGES_OPENAI_API_PARAMS" | "AUTOMATIC1111_PARAMS" => match value {
            Value::Object(_) => Ok(value.clone()),
            _ if text.is_empty() => Ok(json!({})),
            _ => match serde_json::from_str(text) {
                Ok(Value::Object(params)) => Ok(Value::Object(params)),
                _ => wrong("must be a JSON object"),
            },
        },
        "AUTOMATIC1111_API_AUTH" if value.is_object() => wrong("must be a name and a password with a colon between"),
        "AUTOMATIC1111_API_AUTH" => Ok(json!(text)),
        _ if wire.ends_with("_WORKFLOW") && !text.is_empty() && serde_json::from_str::<JsonMap>(text).is_err() => {
            wrong("must be a workflow in JSON, exported for the API")
        }
        _ if wire.ends_with("_BASE_URL") => {
            let url = text.trim_end_matches('/');
            if !url.is_empty() && !url.starts_with("http://") && !url.starts_with("https://") {
                return wrong("must begin with http:// or https://");
            }
            Ok(json!(url))
        }
        _ => Ok(value.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_stored_as_the_engines_read_them() {
        for (wire, given, stored) in [
            ("IMAGES_OPENAI_API_PARAMS", json!("{\"quality\": \"low\"}"), json!({"quality": "low"})),
            ("IMAGES_OPENAI_API_PARAMS", json!(""), json!({})),
            ("AUTOMATIC1111_PARAMS", json!(null), json!({})),
            ("AUTOMATIC1111_PARAMS", json!({"cfg_scale": 7}), json!({"cfg_scale": 7})),
            ("AUTOMATIC1111_API_AUTH", json!(null), json!("")),
            ("IMAGE_SIZE", json!(null), json!("")),
            ("IMAGE_SIZE", json!("auto"), json!("auto")),
            ("IMAGE_STEPS", json!(null), json!(null)),
            ("COMFYUI_BASE_URL", json!(" http://a:8188/ "), json!("http://a:8188")),
            ("COMFYUI_WORKFLOW", json!("{}"), json!("{}")),
            ("COMFYUI_WORKFLOW_NODES", json!([{}]), json!([{}])),
        ] {
            assert_eq!(sound(wire, &given).ok(), Some(stored), "{wire}");
        }
        for (wire, wrong) in [
            ("IMAGE_GENERATION_ENGINE", json!("crayon")),
            ("IMAGE_EDIT_ENGINE", json!("automatic1111")),
            ("IMAGES_GEMINI_ENDPOINT_METHOD", json!("guess")),
            ("IMAGE_SIZE", json!("large")),
            ("IMAGE_STEPS", json!(-1)),
            ("AUTOMATIC1111_PARAMS", json!("[1]")),
            ("AUTOMATIC1111_API_AUTH", json!({"name": "a"})),
            ("COMFYUI_BASE_URL", json!("ftp://a")),
            ("IMAGES_EDIT_COMFYUI_WORKFLOW", json!("not json")),
        ] {
            assert!(sound(wire, &wrong).is_err(), "{wire}");
        }
    }
}
