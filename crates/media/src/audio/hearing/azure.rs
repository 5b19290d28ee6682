//! Azure: its fast transcription.

use airis_outbound::Call;
use serde_json::json;

use super::text_at;
use crate::audio::Result;
use crate::audio::recording::Recording;
use crate::audio::setup::Setup;
use crate::form::Form;
use crate::service::under;

const HOST: &str = "api.cognitive.microsoft.com";
const VERSION: &str = "2024-11-15";
/// Voices that it can tell apart.
const SPEAKERS: std::ops::RangeInclusive<i64> = 2..=35;

pub async fn hear(setup: &Setup<'_>, recording: &Recording, language: Option<&str>) -> Result<String> {
    let key = setup.needed("stt.azure.api_key")?;
    let base = setup.azure("stt.azure.base_url", "stt.azure.region", HOST)?;
    // A language without its country is none that Azure knows; its own guess is better.
    let said = language.filter(|language| language.contains('-')).map(str::to_owned);
    let set = setup.text("stt.azure.locales");
    let set = set.split(',').map(str::trim).filter(|locale| !locale.is_empty()).map(str::to_owned);
    let locales: Vec<String> = said.map_or_else(|| set.collect(), |language| vec![language]);
    let mut definition = json!({"locales": locales});
    let speakers = setup.text("stt.azure.max_speakers").parse::<i64>().ok();
    if let Some(speakers) = speakers.filter(|speakers| SPEAKERS.contains(speakers)) {
        definition["diarization"] = json!({"enabled": true, "maxSpeakers": speakers});
    }
    let mut form = Form::new();
    form.field("definition", &definition.to_string());
    form.file("audio", &recording.name(), &recording.kind, &recording.bytes);
    let address = under(&base, "speechtotext/transcriptions:transcribe", VERSION)?;
    let call = form.send(Call::post(address).header("ocp-apim-subscription-key", &key));
    text_at(&setup.words(call, &key).await?, "/combinedPhrases/0/text")
}
