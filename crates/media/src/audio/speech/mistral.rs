//! Mistral: the sound comes inside JSON.

use airis_outbound::Call;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::audio::clip::Clip;
use crate::audio::listed::{Named, read};
use crate::audio::order::Speech;
use crate::audio::setup::{Setup, WRAPPED};
use crate::audio::{AudioError, Result};
use crate::service::under;

pub async fn speak(setup: &Setup<'_>, speech: &Speech) -> Result<Clip> {
    let format = speech.format.as_deref().unwrap_or("mp3");
    let body = json!({
        "model": speech.model,
        "input": speech.text,
        "voice_id": speech.voice,
        "response_format": format,
    });
    let (address, key) = at(setup, "audio/speech")?;
    let answer = setup.ask(Call::post(address).bearer(&key).json(&body), WRAPPED, &key).await?;
    let bytes = answer["audio_data"].as_str().and_then(|text| STANDARD.decode(text.trim()).ok());
    Clip::of(bytes.unwrap_or_default(), if format == "pcm" { "audio/pcm" } else { "" })
}

pub async fn voices(setup: &Setup<'_>) -> Result<Vec<Named>> {
    let (address, key) = at(setup, "audio/voices")?;
    Ok(read(&setup.shortly(Call::get(address).bearer(&key), &key).await?))
}

fn at(setup: &Setup<'_>, path: &str) -> Result<(String, String)> {
    let base = setup.needed("tts.mistral.api_base_url")?;
    Ok((under(&base, path, "").map_err(AudioError::from)?, setup.needed("tts.mistral.api_key")?))
}
