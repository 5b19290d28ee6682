//! Mistral: its transcription, or a model that hears and writes down.

use airis_outbound::Call;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::text_at;
use crate::audio::Result;
use crate::audio::recording::Recording;
use crate::audio::setup::Setup;
use crate::service::under;

/// Where nobody says which.
const MODEL: &str = "voxtral-mini-latest";
const TASK: &str =
    "Write down word for word what is said in this recording, in its own language. Answer with these words alone.";

pub async fn hear(setup: &Setup<'_>, recording: &Recording, language: Option<&str>) -> Result<String> {
    let (base, key) = (setup.needed("stt.mistral.api_base_url")?, setup.needed("stt.mistral.api_key")?);
    let model = Some(setup.text("stt.model")).filter(|model| !model.is_empty()).unwrap_or_else(|| MODEL.to_owned());
    if !setup.flag("stt.mistral.use_chat_completions") {
        let form = super::openai::form(recording, &model, language);
        let call = form.send(Call::post(under(&base, "audio/transcriptions", "")?).bearer(&key));
        return text_at(&setup.words(call, &key).await?, "/text");
    }
    let sound = json!({"type": "input_audio", "input_audio": STANDARD.encode(&recording.bytes)});
    let content = json!([sound, {"type": "text", "text": TASK}]);
    let body = json!({"model": model, "messages": [{"role": "user", "content": content}]});
    let call = Call::post(under(&base, "chat/completions", "")?).bearer(&key).json(&body);
    text_at(&setup.words(call, &key).await?, "/choices/0/message/content")
}
