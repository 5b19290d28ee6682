//! Speech that other services make and hear, through the front door.

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::app::{Person, Reply, TestApp};
use crate::elsewhere::Elsewhere;
use crate::upstream::{typed, whole};

const SPEECH: &str = "/api/v1/audio/speech";
const TRANSCRIPTIONS: &str = "/api/v1/audio/transcriptions";
const MP3: &[u8] = b"ID3\x03sound";
const WAV: &[u8] = b"RIFF\x04\0\0\0WAVEspoken";

/// Every service at one address. What is asked says how it is minded.
fn answer(path: &str, body: &str) -> Option<Response> {
    let mood = ["refuse", "nonsense", "large", "stall", "break"].into_iter().find(|mood| body.contains(mood));
    match mood {
        Some("refuse") => {
            let told = json!({"error": {"message": "That is against our rules, secret-key"}});
            return Some((StatusCode::BAD_REQUEST, axum::Json(told)).into_response());
        }
        Some("nonsense") => return typed("audio/mpeg", "<html>"),
        Some("large") => return typed("audio/mpeg", "x".repeat(50 * 1024 * 1024)),
        Some("stall") => {
            let never = axum::body::Body::from_stream(futures::stream::pending::<Result<Vec<u8>, std::io::Error>>());
            return typed("audio/mpeg", never);
        }
        Some("break") => return Some((StatusCode::INTERNAL_SERVER_ERROR, "no").into_response()),
        _ => {}
    }
    match path {
        "/v1/audio/speech" | "/v1/text-to-speech/voice1" | "/cognitiveservices/v1" => typed("audio/mpeg", MP3),
        "/m/audio/speech" => whole(json!({"audio_data": STANDARD.encode(MP3)})),
        "/v1/audio/voices" => whole(json!({"voices": ["tara", "leo"]})),
        "/v1/audio/models" => whole(json!({"models": [{"id": "orpheus"}]})),
        "/v1/voices" => whole(json!({"voices": [{"voice_id": "voice1", "name": "Rachel"}]})),
        "/v1/models" => whole(json!([{"model_id": "eleven_v3", "name": "Eleven v3"}])),
        "/cognitiveservices/voices/list" => whole(json!([{"ShortName": "de-DE-KatjaNeural", "LocalName": "Katja"}])),
        "/m/audio/voices" => whole(json!({"items": [{"id": "v2", "name": "Jane"}]})),
        "/v1/audio/transcriptions" | "/m/audio/transcriptions" => whole(json!({"text": " What was said. "})),
        "/m/chat/completions" => whole(json!({"choices": [{"message": {"content": "What was said."}}]})),
        "/speechtotext/transcriptions:transcribe?api-version=2024-11-15" => {
            whole(json!({"combinedPhrases": [{"text": "What was said."}]}))
        }
        _ => None,
    }
}

async fn services() -> Elsewhere {
    Elsewhere::start(|asked| {
        Router::new().fallback(async move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            asked.note(&method, &uri, &headers, &body);
            let path = uri.path_and_query().map(ToString::to_string).unwrap_or_default();
            let missing = || (StatusCode::NOT_FOUND, axum::Json(json!({"detail": "Not Found"}))).into_response();
            answer(&path, &String::from_utf8_lossy(&body)).unwrap_or_else(missing)
        })
    })
    .await
}

async fn server(services: &Elsewhere, engine: &str, more: &[(&str, &str)]) -> TestApp {
    let (v1, m) = (format!("{}/v1", services.url), format!("{}/m", services.url));
    let env = [
        ("AUDIO_TTS_ENGINE", engine),
        ("AUDIO_STT_ENGINE", engine),
        ("AUDIO_TTS_VOICE", "voice1"),
        ("AUDIO_TTS_API_KEY", "secret-key"),
        ("AUDIO_TTS_OPENAI_API_BASE_URL", v1.as_str()),
        ("AUDIO_TTS_OPENAI_API_KEY", "secret-key"),
        ("AUDIO_TTS_AZURE_SPEECH_BASE_URL", services.url.as_str()),
        ("AUDIO_TTS_MISTRAL_API_BASE_URL", m.as_str()),
        ("AUDIO_TTS_MISTRAL_API_KEY", "secret-key"),
        ("ELEVENLABS_API_BASE_URL", services.url.as_str()),
        ("AUDIO_STT_OPENAI_API_BASE_URL", v1.as_str()),
        ("AUDIO_STT_OPENAI_API_KEY", "secret-key"),
        ("AUDIO_STT_AZURE_BASE_URL", services.url.as_str()),
        ("AUDIO_STT_AZURE_API_KEY", "secret-key"),
        ("AUDIO_STT_MISTRAL_API_BASE_URL", m.as_str()),
        ("AUDIO_STT_MISTRAL_API_KEY", "secret-key"),
        ("AIOHTTP_CLIENT_TIMEOUT", "2"),
    ];
    // The first entry of a name counts.
    TestApp::with(&[more, &env[..]].concat()).await
}

fn heard(reply: &Reply) {
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text);
    assert_eq!(reply.headers["content-type"], "audio/mpeg");
    assert_eq!(reply.headers["x-content-type-options"], "nosniff");
    assert_eq!(reply.text.as_bytes(), MP3);
}

async fn recorded(person: &Person<'_>, name: &str, kind: &str, bytes: &[u8]) -> Reply {
    person.form(TRANSCRIPTIONS, &[("file", Some((name, kind)), bytes), ("language", None, b"de")]).await
}

#[tokio::test]
async fn every_service_reads_aloud_and_is_asked_once_for_the_same() {
    let services = services().await;
    for (engine, path, key, told) in [
        ("openai", "/v1/audio/speech", ("authorization", "Bearer secret-key"), "\"input\":\"Hello\""),
        ("elevenlabs", "/v1/text-to-speech/voice1", ("xi-api-key", "secret-key"), "\"text\":\"Hello\""),
        ("azure", "/cognitiveservices/v1", ("ocp-apim-subscription-key", "secret-key"), ">Hello</voice>"),
        ("mistral", "/m/audio/speech", ("authorization", "Bearer secret-key"), "\"voice_id\":\"voice1\""),
    ] {
        let server = server(&services, engine, &[("AUDIO_TTS_OPENAI_PARAMS", r#"{"instructions": "Calm"}"#)]).await;
        server.admin().await;
        let user = server.somebody("user", "user").await;
        let hello = json!({"input": " Hello ", "model": "other"});
        heard(&user.post(SPEECH, hello.clone()).await);
        let asked = services.asked.take();
        assert_eq!((asked.len(), asked[0].path.as_str()), (1, path), "{engine}");
        assert_eq!(asked[0].header(key.0), key.1, "{engine}");
        assert!(asked[0].body.contains(told), "{engine}: {}", asked[0].body);
        if engine == "openai" {
            let expected = json!({"model": "tts-1", "input": "Hello", "voice": "voice1", "instructions": "Calm"});
            assert_eq!(asked[0].json(), expected);
        }
        heard(&user.post(SPEECH, hello).await);
        assert!(services.asked.take().is_empty(), "{engine}: it was spoken before");
        heard(&user.post(SPEECH, json!({"input": "Hello", "speed": 1.5})).await);
        assert_eq!(services.asked.take().len(), 1, "{engine}: faster is another sound");
        let folder = server.app.config.settings().data_dir.join("cache/audio/speech");
        let kept: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(kept.len(), 2, "{kept:?}");
        heard_again(&user, kept[0].to_str().unwrap()).await;
    }
}

async fn heard_again(person: &Person<'_>, name: &str) {
    let kept = person.get(&format!("/cache/audio/speech/{name}")).await;
    assert_eq!((kept.status, kept.text.as_bytes()), (StatusCode::OK, MP3));
}

#[tokio::test]
async fn a_service_that_fails_is_told_in_its_own_words_and_nothing_is_kept() {
    let services = services().await;
    for engine in ["openai", "elevenlabs", "azure", "mistral"] {
        let server = server(&services, engine, &[]).await;
        let admin = server.admin().await;
        let user = server.somebody("user", "user").await;
        for (mood, says) in [
            ("refuse", "against our rules"),
            ("nonsense", if engine == "mistral" { "no JSON" } else { "no sound" }),
            ("large", "larger than"),
            ("stall", "within 2 s"),
            ("break", "answers 500"),
        ] {
            let reply = admin.post(SPEECH, json!({"input": mood})).await;
            assert_eq!(reply.refused(), 400, "{engine} {mood}");
            assert!(reply.text.contains(says), "{engine} {mood}: {}", reply.text);
            assert!(!reply.text.contains("secret-key"), "{engine}: {}", reply.text);
        }
        let reply = user.post(SPEECH, json!({"input": "break"})).await;
        assert_eq!(reply.refused(), 400);
        assert!(!reply.text.contains("127.0.0.1"), "where a service is, is for administrators: {}", reply.text);
        assert!(!server.app.config.settings().data_dir.join("cache/audio").exists(), "{engine}");
        // ElevenLabs is asked to speak only.
        if engine != "elevenlabs" {
            for (mood, says) in [("refuse", "against our rules"), ("nonsense", "no JSON"), ("break", "answers 500")] {
                let reply = recorded(&admin, "a.wav", "audio/wav", mood.as_bytes()).await;
                assert_eq!(reply.refused(), 400, "{engine} {mood}");
                assert!(reply.text.contains(says), "{engine} {mood}: {}", reply.text);
            }
        }
    }
    let gone = server(&services, "openai", &[("AUDIO_TTS_OPENAI_API_BASE_URL", "http://127.0.0.1:9/v1")]).await;
    assert_eq!(gone.admin().await.post(SPEECH, json!({"input": "Hello"})).await.refused(), 400);
}

#[tokio::test]
async fn every_service_writes_down_what_is_said() {
    let services = services().await;
    let json = ("AUDIO_STT_OPENAI_API_REQUEST_FORMAT", "json");
    let chat = ("AUDIO_STT_MISTRAL_USE_CHAT_COMPLETIONS", "true");
    let none = ("AUDIO_STT_AZURE_MAX_SPEAKERS", "3");
    let wav = STANDARD.encode(WAV);
    for (engine, more, path, told) in [
        ("openai", none, "/v1/audio/transcriptions", vec!["whisper-1", "name=\"language\"", "audio/wav", "spoken"]),
        ("openai", json, "/v1/audio/transcriptions", vec!["\"format\":\"wav\"", "\"language\":\"de\"", wav.as_str()]),
        (
            "azure",
            none,
            "/speechtotext/transcriptions:transcribe?api-version=2024-11-15",
            vec!["name=\"audio\"", "\"maxSpeakers\":3", "spoken"],
        ),
        ("mistral", none, "/m/audio/transcriptions", vec!["voxtral-mini-latest", "spoken"]),
        ("mistral", chat, "/m/chat/completions", vec!["input_audio", wav.as_str()]),
    ] {
        let server = server(&services, engine, &[more]).await;
        server.admin().await;
        let user = server.somebody("user", "user").await;
        let reply = recorded(&user, "Own words.wav", "audio/wav", WAV).await.ok();
        assert_eq!(reply["text"], "What was said.", "{engine}");
        assert!(reply["filename"].as_str().unwrap().ends_with(".wav"));
        let asked = services.asked.take();
        assert_eq!((asked.len(), asked[0].path.as_str()), (1, path), "{engine}");
        for part in told {
            assert!(asked[0].body.contains(part), "{engine} {part}: {}", asked[0].body);
        }
        assert!(!asked[0].body.contains("Own words"), "what somebody calls a file is theirs");
        let data = &server.app.config.settings().data_dir;
        let left = std::fs::read_dir(data.join("uploads")).map(Iterator::count).unwrap_or_default();
        assert_eq!(left, 0, "nothing of a recording is kept");
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_before_a_service_is_asked() {
    let services = services().await;
    let server = server(&services, "openai", &[]).await;
    let admin = server.admin().await;
    for (wrong, status) in [
        (json!({"input": " "}), 400),
        (json!({"input": "x".repeat(20_001)}), 400),
        (json!({"input": "a", "speed": 9}), 400),
        (json!({"input": "a", "response_format": "exe"}), 400),
        (json!({"input": "a", "voice": "v".repeat(201)}), 400),
        (json!({}), 422),
        (json!({"input": 5}), 422),
        (json!({"input": "a", "speed": "fast"}), 422),
        (json!([]), 422),
    ] {
        assert_eq!(admin.post(SPEECH, wrong.clone()).await.refused(), status, "{wrong}");
    }
    let many = vec![b'x'; 25 * 1024 * 1024 + 1];
    for (name, kind, bytes, status) in [
        ("a.txt", "text/plain", WAV, 400),
        ("a.wav", "text/html", WAV, 400),
        ("wav", "audio/wav", WAV, 400),
        ("a.wav", "audio/wav", b"", 400),
        ("a.wav", "audio/wav", many.as_slice(), 413),
    ] {
        assert_eq!(recorded(&admin, name, kind, bytes).await.refused(), status, "{name} {kind}");
    }
    assert_eq!(admin.form(TRANSCRIPTIONS, &[("language", None, b"de")]).await.refused(), 422);
    let odd = [("file", Some(("a.wav", "audio/wav")), WAV), ("language", None, &b"\"\r\n"[..])];
    assert_eq!(admin.form(TRANSCRIPTIONS, &odd).await.refused(), 400);
    assert_eq!(admin.post(TRANSCRIPTIONS, json!({})).await.refused(), 422);
    assert!(services.asked.take().is_empty());
}

#[tokio::test]
async fn nobody_speaks_or_is_heard_without_a_service_or_the_permission() {
    let services = services().await;
    let hello = json!({"input": "Hello"});
    let off = TestApp::start().await;
    let admin = off.admin().await;
    assert_eq!(admin.post(SPEECH, hello.clone()).await.refused(), 400);
    assert_eq!(recorded(&admin, "a.wav", "audio/wav", WAV).await.refused(), 400);
    assert_eq!(admin.get("/api/v1/audio/models").await.ok(), json!({"models": []}));
    assert_eq!(admin.get("/api/v1/audio/voices").await.ok(), json!({"voices": []}));
    let more = [("USER_PERMISSIONS_CHAT_TTS", "false"), ("USER_PERMISSIONS_CHAT_STT", "false")];
    let some = server(&services, "openai", &more).await;
    let admin = some.admin().await;
    let user = some.somebody("user", "user").await;
    assert_eq!(user.post(SPEECH, hello.clone()).await.refused(), 403);
    assert_eq!(recorded(&user, "a.wav", "audio/wav", WAV).await.refused(), 403);
    assert!(services.asked.take().is_empty());
    heard(&admin.post(SPEECH, hello).await);
    assert_eq!(recorded(&admin, "a.wav", "audio/wav", WAV).await.ok()["text"], "What was said.");
    // What was spoken for one person is not there for another who may not ask for it.
    assert_eq!(user.post(SPEECH, json!({"input": "Hello"})).await.refused(), 403);
}

#[tokio::test]
async fn services_say_which_voices_and_models_they_have() {
    let services = services().await;
    for (engine, voice, model) in [
        ("openai", json!({"id": "tara", "name": "tara"}), json!({"id": "orpheus", "name": "orpheus"})),
        ("elevenlabs", json!({"id": "voice1", "name": "Rachel"}), json!({"id": "eleven_v3", "name": "Eleven v3"})),
        ("azure", json!({"id": "de-DE-KatjaNeural", "name": "Katja"}), json!(null)),
        ("mistral", json!({"id": "v2", "name": "Jane"}), json!(null)),
    ] {
        let server = server(&services, engine, &[]).await;
        server.admin().await;
        let user = server.somebody("user", "user").await;
        assert_eq!(user.get("/api/v1/audio/voices").await.ok()["voices"][0], voice);
        assert_eq!(user.get("/api/v1/audio/models").await.ok()["models"][0], model);
    }
    let listless = server(&services, "openai", &[("AUDIO_TTS_OPENAI_API_BASE_URL", &services.url)]).await;
    let admin = listless.admin().await;
    assert_eq!(admin.get("/api/v1/audio/voices").await.ok()["voices"][0]["id"], "alloy");
    assert_eq!(admin.get("/api/v1/audio/models").await.ok(), json!({"models": []}));
}

#[tokio::test]
async fn settings_are_shown_changed_and_moved_as_a_whole() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let user = server.somebody("user", "user").await;
    let (address, update) = ("/api/v1/audio/config", "/api/v1/audio/config/update");
    assert_eq!(user.get(address).await.refused(), 401);
    assert_eq!(user.post(update, json!({})).await.refused(), 401);
    let mut config = admin.get(address).await.ok();
    let count = |part: &str| config[part].as_object().unwrap().len();
    assert_eq!((count("tts"), count("stt"), count("realtime")), (14, 17, 10));
    assert_eq!(admin.post(update, config.clone()).await.ok(), config);
    let before = admin.get("/api/v1/configs/export").await.ok();
    for (key, value) in [
        ("audio.tts.split_on", json!("punctuation")),
        ("audio.tts.openai.params", json!({})),
        ("audio.stt.azure.max_speakers", json!("")),
        ("audio.realtime.input_params", json!(null)),
        ("audio.realtime.prompt_template", json!(null)),
    ] {
        assert_eq!(before[key], value, "{key}");
    }
    config["tts"]["ENGINE"] = json!("openai");
    config["tts"]["OPENAI_API_BASE_URL"] = json!("http://speech:8880/v1/");
    config["tts"]["OPENAI_PARAMS"] = json!(null);
    config["stt"]["ALLOWED_EXTENSIONS"] = json!([".WAV"]);
    config["realtime"] = json!(null);
    let saved = admin.post(update, config.clone()).await.ok();
    assert_eq!(saved["tts"]["OPENAI_API_BASE_URL"], "http://speech:8880/v1");
    assert_eq!((&saved["tts"]["OPENAI_PARAMS"], &saved["stt"]["ALLOWED_EXTENSIONS"]), (&json!({}), &json!(["wav"])));
    assert_eq!(saved["realtime"]["VOICE"], "marin", "what is not sent stays");
    let page: Value = admin.get("/api/config").await.ok();
    assert_eq!(page["audio"]["tts"]["engine"], "openai");
    let back = admin.post("/api/v1/configs/import", json!({ "config": before })).await.ok();
    assert_eq!(back, before);
    let mut incomplete = config.clone();
    incomplete["stt"].as_object_mut().unwrap().shift_remove("WHISPER_MODEL");
    let mut odd = config.clone();
    odd["stt"]["ENGINE"] = json!("parrot");
    let mut wrong = config.clone();
    wrong["tts"]["OPENAI_PARAMS"] = json!("text");
    let mut call = config;
    call["realtime"] = json!({"MODEL": ""});
    for (form, status) in [(incomplete, 422), (odd, 400), (wrong, 422), (call, 400), (json!({"tts": {}}), 422)] {
        assert_eq!(admin.post(update, form).await.refused(), status);
    }
    assert_eq!(admin.get("/api/v1/configs/export").await.ok(), before);
}
