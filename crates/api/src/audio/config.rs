//! What speaks and hears and how, for administrators.

use airis_domain::{Json as Value, JsonMap};
use axum::extract::State;
use serde_json::json;

use super::settings::AudioConfig;
use crate::app::App;
use crate::caller::Admin;
use crate::error::{ApiError, Result};
use crate::extract::Json;
use crate::happenings::{Happening, tell};
use crate::settings_form::{Changes, SettingsForm};

/// Settings that are one of some words.
const CHOICES: [(&str, &[&str]); 6] = [
    ("audio.tts.engine", &["", "openai", "elevenlabs", "azure", "mistral"]),
    ("audio.tts.split_on", &["punctuation", "paragraphs", "none"]),
    ("audio.stt.engine", &["", "web", "openai", "deepgram", "azure", "mistral"]),
    ("audio.stt.openai.api_request_format", &["multipart", "json"]),
    ("audio.realtime.provider", &["openai", "azure"]),
    ("audio.realtime.auth_type", &["api_key", "microsoft_entra_id"]),
];
/// Characters of names in the settings of calls.
const NAMES: std::ops::RangeInclusive<usize> = 1..=200;

/// Shows the settings.
#[utoipa::path(get, path = "/api/v1/audio/config", tag = "audio", security(("admin" = [])),
    responses((status = 200, body = AudioConfig)))]
pub async fn read(_admin: Admin, State(app): State<App>) -> Json<JsonMap> {
    Json(AudioConfig::view(&app.config))
}

/// Changes the settings.
#[utoipa::path(post, path = "/api/v1/audio/config/update", tag = "audio", security(("admin" = [])),
    request_body = AudioConfig, responses((status = 200, body = AudioConfig)))]
pub async fn update(admin: Admin, State(app): State<App>, mut changes: Changes<AudioConfig>) -> Result<Json<JsonMap>> {
    for (key, value) in &mut changes.keys {
        *value = sound(key, value)?;
    }
    let view = changes.save(&app).await?;
    tell(&app, Happening::new("config.updated", ("config", "audio")).by(&admin));
    Ok(Json(view))
}

/// A value as it is stored, or why it cannot be.
fn sound(key: &str, value: &Value) -> Result<Value> {
    let wrong = |what: &str| Err(ApiError::bad_request(format!("{key} {what}")));
    if let Some(list) = value.as_array() {
        let words = list.iter().filter_map(Value::as_str).map(|word| word.trim().to_lowercase());
        let words = words.map(|word| word.trim_start_matches('.').to_owned()).filter(|word| !word.is_empty());
        return Ok(json!(words.collect::<Vec<_>>()));
    }
    if key.ends_with("tts.openai.params") && value.is_null() {
        return Ok(json!({}));
    }
    let Some(text) = value.as_str().map(str::trim) else { return Ok(value.clone()) };
    if let Some((_, words)) = CHOICES.iter().find(|(known, _)| *known == key) {
        return match words.contains(&text) {
            true => Ok(json!(text)),
            false => wrong(&format!("must be one of {}", words.join(", "))),
        };
    }
    match key {
        "audio.realtime.model" | "audio.realtime.voice" | "audio.realtime.transcription_model"
            if !NAMES.contains(&text.chars().count()) =>
        {
            wrong("must be a name of at most 200 characters")
        }
        "audio.stt.azure.max_speakers" if !text.is_empty() && text.parse::<u16>().is_err() => {
            wrong("must be a whole number, or nothing")
        }
        _ if key.ends_with("base_url") => {
            let url = text.trim_end_matches('/');
            if !url.is_empty() && !url.starts_with("http://") && !url.starts_with("https://") {
                return wrong("must begin with http:// or https://");
            }
            Ok(json!(url))
        }
        _ if key.ends_with("prompt_template") => Ok(value.clone()),
        _ => Ok(json!(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_stored_as_the_services_read_them() {
        for (key, given, stored) in [
            ("audio.tts.openai.params", json!(null), json!({})),
            ("audio.realtime.input_params", json!(null), json!(null)),
            ("audio.tts.openai.api_base_url", json!(" http://a/v1/ "), json!("http://a/v1")),
            ("audio.stt.allowed_extensions", json!([".MP3", " ", "wav"]), json!(["mp3", "wav"])),
            ("audio.stt.azure.max_speakers", json!("3"), json!("3")),
            ("audio.tts.engine", json!("azure"), json!("azure")),
            ("audio.stt.mistral.use_chat_completions", json!(true), json!(true)),
        ] {
            assert_eq!(sound(key, &given).ok(), Some(stored), "{key}");
        }
        for (key, wrong) in [
            ("audio.tts.engine", json!("parrot")),
            ("audio.stt.engine", json!("parrot")),
            ("audio.tts.split_on", json!("words")),
            ("audio.stt.openai.api_request_format", json!("xml")),
            ("audio.stt.azure.max_speakers", json!("many")),
            ("audio.tts.azure.speech_base_url", json!("ftp://a")),
            ("audio.realtime.model", json!("")),
            ("audio.realtime.provider", json!("a")),
        ] {
            assert!(sound(key, &wrong).is_err(), "{key}");
        }
    }
}
