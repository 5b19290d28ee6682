//! Speech that other services make of texts, and texts that they make of speech.

use crate::variable::{Variable, flag, json, list, text};

pub(super) const VARIABLES: &[Variable] = &[
    text("AUDIO_TTS_ENGINE", "")
        .key("audio.tts.engine")
        .doc("What reads aloud: openai, elevenlabs, azure or mistral; empty: the browser"),
    text("AUDIO_TTS_MODEL", "tts-1").key("audio.tts.model").doc("Model that reads aloud; empty: what a request names"),
    text("AUDIO_TTS_VOICE", "alloy").key("audio.tts.voice").doc("Voice, where a request names none"),
    text("AUDIO_TTS_SPLIT_ON", "punctuation")
        .key("audio.tts.split_on")
        .doc("Where replies are cut to be read aloud piece by piece: punctuation, paragraphs or none"),
    text("AUDIO_TTS_API_KEY", "").key("audio.tts.api_key").doc("API key for elevenlabs or azure"),
    text("AUDIO_TTS_OPENAI_API_BASE_URL", "https://api.openai.com/v1")
        .or("OPENAI_API_BASE_URL")
        .key("audio.tts.openai.api_base_url")
        .doc("API root URL of the OpenAI-compatible server that reads aloud"),
    text("AUDIO_TTS_OPENAI_API_KEY", "")
        .or("OPENAI_API_KEY")
        .key("audio.tts.openai.api_key")
        .doc("API key for that server"),
    json("AUDIO_TTS_OPENAI_PARAMS", "{}").key("audio.tts.openai.params").doc("Extra parameters (JSON) of its requests"),
    text("AUDIO_TTS_AZURE_SPEECH_REGION", "")
        .key("audio.tts.azure.speech_region")
        .doc("Region of Azure that reads aloud"),
    text("AUDIO_TTS_AZURE_SPEECH_BASE_URL", "")
        .key("audio.tts.azure.speech_base_url")
        .doc("Root URL of Azure's speech service; empty: that of the region"),
    text("AUDIO_TTS_AZURE_SPEECH_OUTPUT_FORMAT", "audio-24khz-160kbitrate-mono-mp3")
        .key("audio.tts.azure.speech_output_format")
        .doc("Format in which Azure speaks"),
    text("AUDIO_TTS_MISTRAL_API_BASE_URL", "https://api.mistral.ai/v1")
        .key("audio.tts.mistral.api_base_url")
        .doc("API root URL of Mistral, to read aloud"),
    text("AUDIO_TTS_MISTRAL_API_KEY", "").key("audio.tts.mistral.api_key").doc("API key for Mistral, to read aloud"),
    text("ELEVENLABS_API_BASE_URL", "https://api.elevenlabs.io").doc("Root URL of ElevenLabs"),
    text("REALTIME_TTS_PROMPT_TEMPLATE", "")
        .nullable()
        .key("audio.tts.realtime.prompt_template")
        .doc("Kept for other clients, used by nothing here"),
    text("AUDIO_STT_ENGINE", "")
        .key("audio.stt.engine")
        .doc("What writes speech down: openai, deepgram, azure or mistral; empty or web: the browser, where it can"),
    text("AUDIO_STT_MODEL", "")
        .key("audio.stt.model")
        .doc("Model that writes speech down; empty: what the service has"),
    list("AUDIO_STT_SUPPORTED_CONTENT_TYPES", ',', "")
        .key("audio.stt.supported_content_types")
        .doc("Kinds of recordings that are taken (audio/*); empty: audio/* and video/webm"),
    list("AUDIO_STT_ALLOWED_EXTENSIONS", ',', "mp3,wav,m4a,webm,ogg,flac,mp4,mpga,mpeg")
        .key("audio.stt.allowed_extensions")
        .doc("Endings of recordings that are taken; empty: all"),
    text("AUDIO_STT_OPENAI_API_BASE_URL", "https://api.openai.com/v1")
        .or("OPENAI_API_BASE_URL")
        .key("audio.stt.openai.api_base_url")
        .doc("API root URL of the OpenAI-compatible server that writes speech down"),
    text("AUDIO_STT_OPENAI_API_KEY", "")
        .or("OPENAI_API_KEY")
        .key("audio.stt.openai.api_key")
        .doc("API key for that server"),
    text("AUDIO_STT_OPENAI_API_REQUEST_FORMAT", "multipart")
        .key("audio.stt.openai.api_request_format")
        .doc("How recordings are sent to it: multipart, or json with base64 in it"),
    text("DEEPGRAM_API_KEY", "").key("audio.stt.deepgram.api_key").doc("API key for Deepgram"),
    text("AUDIO_STT_AZURE_API_KEY", "").key("audio.stt.azure.api_key").doc("API key for Azure, to write speech down"),
    text("AUDIO_STT_AZURE_REGION", "").key("audio.stt.azure.region").doc("Region of Azure that writes speech down"),
    text("AUDIO_STT_AZURE_LOCALES", "")
        .key("audio.stt.azure.locales")
        .doc("Languages that Azure expects (en-US,de-DE); empty: it finds out"),
    text("AUDIO_STT_AZURE_BASE_URL", "")
        .key("audio.stt.azure.base_url")
        .doc("Root URL of Azure's speech service; empty: that of the region"),
    text("AUDIO_STT_AZURE_MAX_SPEAKERS", "")
        .key("audio.stt.azure.max_speakers")
        .doc("How many people Azure is to tell apart, 2 to 35; empty: it does not"),
    text("AUDIO_STT_MISTRAL_API_BASE_URL", "https://api.mistral.ai/v1")
        .key("audio.stt.mistral.api_base_url")
        .doc("API root URL of Mistral, to write speech down"),
    text("AUDIO_STT_MISTRAL_API_KEY", "")
        .key("audio.stt.mistral.api_key")
        .doc("API key for Mistral, to write speech down"),
    flag("AUDIO_STT_MISTRAL_USE_CHAT_COMPLETIONS", false)
        .key("audio.stt.mistral.use_chat_completions")
        .doc("A model that talks is asked to write down, instead of one for transcriptions"),
    text("WHISPER_MODEL", "base")
        .key("audio.stt.whisper_model")
        .doc("Kept for other clients; no Whisper is built in here"),
    flag("AUDIO_REALTIME_ENABLED", false)
        .key("audio.realtime.enabled")
        .doc("Told to clients; calls by voice are not built in here, nor what follows for them"),
    text("AUDIO_REALTIME_PROVIDER", "openai").key("audio.realtime.provider").doc("Provider of calls by voice"),
    text("AUDIO_REALTIME_AUTH_TYPE", "api_key").key("audio.realtime.auth_type").doc("How calls by voice sign in there"),
    text("AUDIO_REALTIME_OPENAI_API_BASE_URL", "https://api.openai.com/v1")
        .key("audio.realtime.openai.api_base_url")
        .doc("API root URL for calls by voice"),
    text("AUDIO_REALTIME_OPENAI_API_KEY", "").key("audio.realtime.openai.api_key").doc("API key for calls by voice"),
    text("AUDIO_REALTIME_MODEL", "gpt-realtime-2.1-mini").key("audio.realtime.model").doc("Model for calls by voice"),
    text("AUDIO_REALTIME_VOICE", "marin").key("audio.realtime.voice").doc("Voice for calls by voice"),
    text("AUDIO_REALTIME_TRANSCRIPTION_MODEL", "gpt-transcribe")
        .key("audio.realtime.transcription_model")
        .doc("Model that writes calls by voice down"),
    json("AUDIO_REALTIME_INPUT_PARAMS", "")
        .key("audio.realtime.input_params")
        .doc("Extra parameters (JSON) of what calls by voice send"),
    text("REALTIME_CALL_PROMPT_TEMPLATE", "")
        .nullable()
        .key("audio.realtime.prompt_template")
        .doc("Instructions for calls by voice"),
];
