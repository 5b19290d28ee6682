//! OpenAI, and servers that hear as it does: by a form, or by JSON with the sound in it.

use airis_outbound::Call;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::text_at;
use crate::audio::Result;
use crate::audio::recording::Recording;
use crate::audio::setup::Setup;
use crate::form::Form;
use crate::service::under;

/// Where nobody says which.
const MODEL: &str = "whisper-1";

pub async fn hear(setup: &Setup<'_>, recording: &Recording, language: Option<&str>) -> Result<String> {
    let (base, key) = (setup.needed("stt.openai.api_base_url")?, setup.text("stt.openai.api_key"));
    let call = Call::post(under(&base, "audio/transcriptions", "")?).bearer(&key);
    let model = Some(setup.text("stt.model")).filter(|model| !model.is_empty()).unwrap_or_else(|| MODEL.to_owned());
    let call = if setup.text("stt.openai.api_request_format") == "json" {
        let sound = json!({"data": STANDARD.encode(&recording.bytes), "format": recording.ending});
        let mut body = json!({"model": model, "input_audio": sound});
        if let Some(language) = language {
            body["language"] = json!(language);
        }
        call.json(&body)
    } else {
        form(recording, &model, language).send(call)
    };
    text_at(&setup.words(call, &key).await?, "/text")
}

pub fn form(recording: &Recording, model: &str, language: Option<&str>) -> Form {
    let mut form = Form::new();
    form.field("model", model);
    if let Some(language) = language {
        form.field("language", language);
    }
    form.file("file", &recording.name(), &recording.kind, &recording.bytes);
    form
}
