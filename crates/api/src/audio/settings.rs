//! Settings of speech as clients send and see them.

use airis_config::Config;
use airis_domain::{Json as Value, JsonMap};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::extract::FreeForm;
use crate::settings_form::{SettingsForm, settings_form};

settings_form! {
    /// What reads aloud.
    TtsConfig {
        openai_url "OPENAI_API_BASE_URL": String = "audio.tts.openai.api_base_url",
        openai_key "OPENAI_API_KEY": String = "audio.tts.openai.api_key",
        openai_params "OPENAI_PARAMS": Option<FreeForm> = "audio.tts.openai.params",
        key "API_KEY": String = "audio.tts.api_key",
        engine "ENGINE": String = "audio.tts.engine",
        model "MODEL": String = "audio.tts.model",
        voice "VOICE": String = "audio.tts.voice",
        prompt "REALTIME_TTS_PROMPT_TEMPLATE": Option<String> = "audio.tts.realtime.prompt_template",
        split_on "SPLIT_ON": String = "audio.tts.split_on",
        azure_region "AZURE_SPEECH_REGION": String = "audio.tts.azure.speech_region",
        azure_url "AZURE_SPEECH_BASE_URL": String = "audio.tts.azure.speech_base_url",
        azure_format "AZURE_SPEECH_OUTPUT_FORMAT": String = "audio.tts.azure.speech_output_format",
        mistral_key "MISTRAL_API_KEY": String = "audio.tts.mistral.api_key",
        mistral_url "MISTRAL_API_BASE_URL": String = "audio.tts.mistral.api_base_url",
    }
}

settings_form! {
    /// What writes speech down.
    SttConfig {
        openai_url "OPENAI_API_BASE_URL": String = "audio.stt.openai.api_base_url",
        openai_key "OPENAI_API_KEY": String = "audio.stt.openai.api_key",
        openai_format "OPENAI_API_REQUEST_FORMAT": Option<String> = "audio.stt.openai.api_request_format",
        engine "ENGINE": String = "audio.stt.engine",
        model "MODEL": String = "audio.stt.model",
        kinds "SUPPORTED_CONTENT_TYPES": Option<Vec<String>> = "audio.stt.supported_content_types",
        endings "ALLOWED_EXTENSIONS": Option<Vec<String>> = "audio.stt.allowed_extensions",
        whisper_model "WHISPER_MODEL": String = "audio.stt.whisper_model",
        deepgram_key "DEEPGRAM_API_KEY": String = "audio.stt.deepgram.api_key",
        azure_key "AZURE_API_KEY": String = "audio.stt.azure.api_key",
        azure_region "AZURE_REGION": String = "audio.stt.azure.region",
        azure_locales "AZURE_LOCALES": String = "audio.stt.azure.locales",
        azure_url "AZURE_BASE_URL": String = "audio.stt.azure.base_url",
        azure_speakers "AZURE_MAX_SPEAKERS": String = "audio.stt.azure.max_speakers",
        mistral_key "MISTRAL_API_KEY": String = "audio.stt.mistral.api_key",
        mistral_url "MISTRAL_API_BASE_URL": String = "audio.stt.mistral.api_base_url",
        mistral_chat "MISTRAL_USE_CHAT_COMPLETIONS": bool = "audio.stt.mistral.use_chat_completions",
    }
}

settings_form! {
    /// Calls by voice, which other clients ask for.
    RealtimeConfig {
        enabled "ENABLED": Option<bool> = "audio.realtime.enabled",
        provider "PROVIDER": Option<String> = "audio.realtime.provider",
        auth_type "AUTH_TYPE": Option<String> = "audio.realtime.auth_type",
        openai_url "OPENAI_API_BASE_URL": Option<String> = "audio.realtime.openai.api_base_url",
        openai_key "OPENAI_API_KEY": Option<String> = "audio.realtime.openai.api_key",
        model "MODEL": Option<String> = "audio.realtime.model",
        voice "VOICE": Option<String> = "audio.realtime.voice",
        transcription_model "TRANSCRIPTION_MODEL": Option<String> = "audio.realtime.transcription_model",
        input_params "INPUT_PARAMS": Option<FreeForm> = "audio.realtime.input_params",
        prompt "REALTIME_CALL_PROMPT_TEMPLATE": Option<String> = "audio.realtime.prompt_template",
    }
}

/// All settings of speech.
#[derive(Deserialize, Serialize, ToSchema)]
pub struct AudioConfig {
    pub tts: TtsConfig,
    pub stt: SttConfig,
    /// Left as it is where it is missing.
    #[serde(default)]
    pub realtime: Option<RealtimeConfig>,
}

impl SettingsForm for AudioConfig {
    const FIELDS: &'static [(&'static str, &'static str)] = &[];

    fn view(config: &Config) -> JsonMap {
        let parts = [
            ("tts", TtsConfig::view(config)),
            ("stt", SttConfig::view(config)),
            ("realtime", RealtimeConfig::view(config)),
        ];
        parts.into_iter().map(|(name, part)| (name.to_owned(), Value::Object(part))).collect()
    }

    fn keys(mut sent: JsonMap) -> JsonMap {
        let mut part = |name: &str| match sent.remove(name) {
            Some(Value::Object(part)) => part,
            _ => JsonMap::new(),
        };
        let mut keys = TtsConfig::keys(part("tts"));
        keys.extend(SttConfig::keys(part("stt")));
        keys.extend(RealtimeConfig::keys(part("realtime")));
        // What may be left out and holds something by itself is left out where it is null.
        keys.retain(|key, value| !value.is_null() || key.ends_with("prompt_template") || key.ends_with("params"));
        keys
    }
}
