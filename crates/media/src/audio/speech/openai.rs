//! OpenAI, and servers that speak as it does.

use airis_domain::Json;
use airis_outbound::{Call, Url};
use serde_json::json;

use crate::audio::clip::Clip;
use crate::audio::listed::{Named, plain, read};
use crate::audio::order::Speech;
use crate::audio::setup::Setup;
use crate::audio::{AudioError, Result};
use crate::service::under;

/// Voices that every model of OpenAI has; what other servers are called as well where they list none.
const VOICES: [&str; 6] = ["alloy", "echo", "fable", "onyx", "nova", "shimmer"];
const MODELS: [&str; 3] = ["tts-1", "tts-1-hd", "gpt-4o-mini-tts"];
const OWN: &str = "api.openai.com";

pub async fn speak(setup: &Setup<'_>, speech: &Speech) -> Result<Clip> {
    let mut body = json!({"model": speech.model, "input": speech.text, "voice": speech.voice});
    if let Some(format) = &speech.format {
        body["response_format"] = json!(format);
    }
    if let Some(speed) = speech.speed {
        body["speed"] = json!(speed);
    }
    if let Some(manner) = &speech.manner {
        body["instructions"] = json!(manner);
    }
    for (name, value) in setup.params("tts.openai.params") {
        body[name] = value;
    }
    let (base, key) = (setup.needed("tts.openai.api_base_url")?, setup.text("tts.openai.api_key"));
    setup.sound(Call::post(under(&base, "audio/speech", "")?).bearer(&key).json(&body), &key).await
}

pub async fn models(setup: &Setup<'_>) -> Vec<Named> {
    if is_own(setup) {
        return plain(&MODELS);
    }
    // Some answer with all that they have, as `data`; few of those speak.
    let answer = ask(setup, "audio/models").await.unwrap_or_default();
    read(&answer["models"])
}

pub async fn voices(setup: &Setup<'_>) -> Vec<Named> {
    let answer = if is_own(setup) { Json::Null } else { ask(setup, "audio/voices").await.unwrap_or_default() };
    let listed = read(&answer);
    if listed.is_empty() { plain(&VOICES) } else { listed }
}

/// Many servers have lists, at addresses that OpenAI itself has not.
async fn ask(setup: &Setup<'_>, path: &str) -> Result<Json> {
    let (base, key) = (setup.needed("tts.openai.api_base_url")?, setup.text("tts.openai.api_key"));
    let answer = setup.shortly(Call::get(under(&base, path, "").map_err(AudioError::from)?).bearer(&key), &key).await;
    if let Err(error) = &answer {
        tracing::debug!(%error, path, "a speech service has no list");
    }
    answer
}

fn is_own(setup: &Setup<'_>) -> bool {
    Url::parse(&setup.text("tts.openai.api_base_url")).is_ok_and(|url| url.host_str() == Some(OWN))
}
