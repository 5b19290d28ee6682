//! Pictures that other services make, through the front door and in replies.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::app::{Person, Reply, TestApp};
use crate::attached::{ask_with, provider};
use crate::upstream::{Upstream, typed, whole};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest";
const MAKE: &str = "/api/v1/images/generations";
const EDIT: &str = "/api/v1/images/edit";

/// What an engine is told by the prompt: to refuse, to send nonsense or too much, to be silent, to fail.
const MOODS: [&str; 5] = ["refuse", "nonsense", "large", "stall", "break"];

/// Every engine at one address. The prompt says how it is minded.
fn engines(asked: &str, body: &Value) -> Option<Response> {
    let path = asked.split([' ', '?']).nth(1)?;
    let text = body.to_string();
    let mood = MOODS.into_iter().find(|mood| text.contains(mood)).unwrap_or_default();
    let picture = STANDARD.encode(if mood == "nonsense" { &b"<html>"[..] } else { PNG });
    let many = |count: &Value| vec![picture.clone(); count.as_u64().unwrap_or(1) as usize];
    if mood == "break" && path != "/upload/image" {
        return Some((StatusCode::INTERNAL_SERVER_ERROR, "no").into_response());
    }
    let refusal = |answer: Value| Some((StatusCode::BAD_REQUEST, axum::Json(answer)).into_response());
    match path {
        "/v1/images/generations" | "/v1/images/edits" if mood == "refuse" => {
            refusal(json!({"error": {"message": "That is against our rules, secret-key", "type": "x"}}))
        }
        "/v1/images/generations" if text.contains("by address") => {
            let host = body["user"].as_str().unwrap_or_default();
            whole(json!({"data": [{"url": format!("{host}/picture.png")}]}))
        }
        "/v1/images/generations" => {
            let data: Vec<Value> = many(&body["n"]).iter().map(|text| json!({"b64_json": text})).collect();
            whole(json!({"created": 1, "data": data}))
        }
        "/v1/images/edits" => whole(json!({"data": [{"b64_json": picture}]})),
        "/picture.png" => typed("image/png", PNG),
        "/g/models/imagen-4.0-generate-001:predict" if mood == "refuse" => {
            refusal(json!({"error": {"code": 400, "message": "That is against our rules", "status": "INVALID"}}))
        }
        "/g/models/imagen-4.0-generate-001:predict" => {
            let made = many(&body["parameters"]["sampleCount"]);
            let made: Vec<Value> = made.iter().map(|text| json!({"bytesBase64Encoded": text})).collect();
            whole(json!({"predictions": made}))
        }
        "/g/models/gemini-2.5-flash-image:generateContent" if mood == "refuse" => {
            let parts = json!([{"text": "That is against our rules"}]);
            whole(json!({"candidates": [{"content": {"parts": parts}, "finishReason": "STOP"}]}))
        }
        "/g/models/gemini-2.5-flash-image:generateContent" => {
            let parts = json!([{"text": "Here"}, {"inlineData": {"mimeType": "image/png", "data": picture}}]);
            whole(json!({"candidates": [{"content": {"parts": parts}}]}))
        }
        "/sdapi/v1/txt2img" if mood == "refuse" => refusal(json!({"detail": "That is against our rules"})),
        "/sdapi/v1/txt2img" => whole(json!({"images": many(&body["batch_size"]), "info": "{}"})),
        "/sdapi/v1/sd-models" => whole(json!([{"title": "m.ckpt [1]", "model_name": "m"}])),
        "/sdapi/v1/options" => whole(json!({"samples_format": "png"})),
        "/upload/image" => whole(json!({"name": "p.png", "subfolder": "in", "type": "input"})),
        "/prompt" if mood == "refuse" => refusal(json!({
            "error": {"type": "x", "message": "Prompt outputs failed validation"},
            "node_errors": {"1": {"class_type": "Loader", "errors": [{"message": "That is against our rules", "details": "m"}]}},
        })),
        "/prompt" => whole(json!({"prompt_id": format!("run-{mood}"), "number": 1, "node_errors": {}})),
        "/queue" => whole(json!({})),
        "/history/run-stall" => whole(json!({})),
        "/system_stats" => whole(json!({"system": {}})),
        "/object_info/CheckpointLoaderSimple" => {
            let input = json!({"required": {"ckpt_name": [["a.safetensors", "b.safetensors"], {}]}});
            whole(json!({"CheckpointLoaderSimple": {"input": input}}))
        }
        _ => {
            let run = path.strip_prefix("/history/")?;
            let image = json!({"filename": run, "subfolder": "", "type": "output"});
            let preview = json!({"filename": "preview", "subfolder": "", "type": "temp"});
            let outputs = json!({"7": {"images": [image]}, "8": {"images": [preview]}});
            whole(json!({run: {"outputs": outputs, "status": {"status_str": "success", "completed": true}}}))
        }
    }
}

/// The same with what is no JSON, too large, or silence.
async fn upstream() -> Upstream {
    Upstream::start(|asked, body| {
        let silent = body.to_string().contains("stall") && !asked.ends_with(" /prompt") && !asked.ends_with(" /queue");
        if silent {
            let never = axum::body::Body::from_stream(futures::stream::pending::<Result<Vec<u8>, std::io::Error>>());
            return typed("application/json", never);
        }
        let large = body.to_string().contains("large") && !asked.ends_with(" /prompt");
        if large || asked.starts_with("GET /view?filename=run-large") {
            return typed("application/json", "x".repeat(40 * 1024 * 1024));
        }
        if asked.starts_with("GET /view?filename=run-nonsense") {
            return typed("image/png", "<html>");
        }
        if asked.starts_with("GET /view") {
            return typed("image/png", PNG);
        }
        engines(asked, body)
    })
    .await
}

async fn server(upstream: &Upstream, engine: &str, more: &[(&str, &str)]) -> TestApp {
    let (at, v1, g) = (upstream.url.clone(), format!("{}/v1", upstream.url), format!("{}/g", upstream.url));
    let edit_workflow = json!({
        "1": {"class_type": "LoadImage", "inputs": {"image": ""}},
        "2": {"class_type": "Edit", "inputs": {"text": "", "picture": ["1", 0]}},
    })
    .to_string();
    let env = [
        ("ENABLE_IMAGE_GENERATION", "true"),
        ("ENABLE_IMAGE_EDIT", "true"),
        ("IMAGE_GENERATION_ENGINE", engine),
        ("IMAGE_EDIT_ENGINE", engine),
        ("IMAGES_OPENAI_API_BASE_URL", v1.as_str()),
        ("IMAGES_OPENAI_API_KEY", "secret-key"),
        ("IMAGES_EDIT_OPENAI_API_BASE_URL", v1.as_str()),
        ("IMAGES_EDIT_OPENAI_API_KEY", "secret-key"),
        ("IMAGES_GEMINI_API_BASE_URL", g.as_str()),
        ("IMAGES_EDIT_GEMINI_API_BASE_URL", g.as_str()),
        ("AUTOMATIC1111_BASE_URL", at.as_str()),
        ("AUTOMATIC1111_API_AUTH", "me:word"),
        ("COMFYUI_BASE_URL", at.as_str()),
        ("IMAGES_EDIT_COMFYUI_BASE_URL", at.as_str()),
        ("IMAGES_EDIT_COMFYUI_WORKFLOW", edit_workflow.as_str()),
        (
            "IMAGES_EDIT_COMFYUI_WORKFLOW_NODES",
            r#"[{"type": "image", "node_ids": ["1"]}, {"type": "prompt", "node_ids": ["2"]}]"#,
        ),
        ("AIOHTTP_CLIENT_TIMEOUT", "2"),
    ];
    // The first entry of a name counts.
    TestApp::with(&[more, &env[..]].concat()).await
}

/// Looks at pictures that were made, and returns how many there are.
async fn seen(person: &Person<'_>, reply: &Reply) -> usize {
    let list = reply.ok();
    for picture in list.as_array().unwrap() {
        let url = picture["url"].as_str().unwrap();
        let shown = person.get(url).await;
        assert_eq!((shown.status, shown.headers["content-type"].to_str().unwrap()), (StatusCode::OK, "image/png"));
        assert!(shown.text.ends_with("rest"), "{}", shown.text);
        let file = person.get(url.trim_end_matches("/content")).await.ok();
        assert_eq!((&file["user_id"], &file["filename"]), (&json!(person.id), &json!("generated-image.png")));
    }
    list.as_array().unwrap().len()
}

#[tokio::test]
async fn every_engine_makes_pictures_that_are_files_of_the_caller() {
    let upstream = upstream().await;
    for (engine, address, told) in [
        (
            "openai",
            "POST /v1/images/generations",
            vec![
                ("/prompt", json!("a cat")),
                ("/n", json!(2)),
                ("/size", json!("64x32")),
                ("/response_format", json!("b64_json")),
            ],
        ),
        (
            "gemini",
            "POST /g/models/imagen-4.0-generate-001:predict",
            vec![("/instances/0/prompt", json!("a cat")), ("/parameters/aspectRatio", json!("16:9"))],
        ),
        (
            "automatic1111",
            "POST /sdapi/v1/txt2img",
            vec![
                ("/prompt", json!("a cat")),
                ("/width", json!(64)),
                ("/height", json!(32)),
                ("/steps", json!(50)),
                ("/negative_prompt", json!("dogs")),
            ],
        ),
        (
            "comfyui",
            "POST /prompt",
            vec![
                ("/prompt/2/inputs/text", json!("a cat")),
                ("/prompt/3/inputs/text", json!("dogs")),
                ("/prompt/4/inputs/batch_size", json!(2)),
            ],
        ),
    ] {
        let server = server(&upstream, engine, &[]).await;
        server.admin().await;
        let user = server.somebody("user", "user").await;
        upstream.asked();
        let wish = json!({"prompt": "a cat", "n": 2, "size": "64x32", "negative_prompt": "dogs"});
        let made = user.post(MAKE, wish).await;
        // The workflow of the test keeps one picture, however many are wanted.
        assert_eq!(seen(&user, &made).await, if engine == "comfyui" { 1 } else { 2 }, "{engine}");
        let asked = upstream.asked();
        let (_, body) = asked.iter().find(|(line, _)| line == address).unwrap_or_else(|| panic!("{engine}: {asked:?}"));
        for (place, value) in told {
            assert_eq!(body.pointer(place), Some(&value), "{engine} {place}");
        }
    }
}

#[tokio::test]
async fn an_engine_that_fails_is_told_in_its_own_words_and_breaks_nothing() {
    let upstream = upstream().await;
    for engine in ["openai", "gemini", "automatic1111", "comfyui"] {
        let server = server(&upstream, engine, &[]).await;
        let admin = server.admin().await;
        let user = server.somebody("user", "user").await;
        for (mood, says) in [
            ("refuse", "against our rules"),
            ("nonsense", "no picture"),
            ("large", "larger than"),
            ("stall", " 2 s"),
            ("break", "answers 500"),
        ] {
            let reply = admin.post(MAKE, json!({"prompt": mood})).await;
            assert_eq!(reply.refused(), 400, "{engine} {mood}");
            assert!(reply.text.contains(says), "{engine} {mood}: {}", reply.text);
            assert!(!reply.text.contains("secret-key"), "{engine}: {}", reply.text);
        }
        let reply = user.post(MAKE, json!({"prompt": "break"})).await;
        assert_eq!(reply.refused(), 400);
        assert!(!reply.text.contains("127.0.0.1"), "where an engine is, is for administrators: {}", reply.text);
        assert_eq!(admin.get("/api/v1/files/count").await.ok(), 0, "{engine}");
    }
    // Nobody is there at all.
    let gone = server(&upstream, "openai", &[("IMAGES_OPENAI_API_BASE_URL", "http://127.0.0.1:9/v1")]).await;
    let admin = gone.admin().await;
    assert_eq!(admin.post(MAKE, json!({"prompt": "a cat"})).await.refused(), 400);
}

#[tokio::test]
async fn pictures_are_changed_by_engines_that_can() {
    let upstream = upstream().await;
    for (engine, address) in [
        ("openai", "POST /v1/images/edits"),
        ("gemini", "POST /g/models/gemini-2.5-flash-image:generateContent"),
        ("comfyui", "POST /prompt"),
    ] {
        let server = server(&upstream, engine, &[]).await;
        let admin = server.admin().await;
        let user = server.somebody("user", "user").await;
        let stranger = server.somebody("stranger", "user").await;
        let mine = user.upload("p.png", "image/png", PNG).await["id"].as_str().unwrap().to_owned();
        let text = user.upload("t.txt", "text/plain", b"text").await["id"].as_str().unwrap().to_owned();
        let data = format!("data:image/png;base64,{}", STANDARD.encode(PNG));
        upstream.asked();
        for image in [json!(mine), json!(format!("/api/v1/files/{mine}/content")), json!([data, mine])] {
            let changed = user.post(EDIT, json!({"image": image, "prompt": "more red"})).await;
            assert_eq!(seen(&user, &changed).await, 1, "{engine} {image}");
        }
        let asked = upstream.asked();
        assert_eq!(asked.iter().filter(|(line, _)| line == address).count(), 3, "{asked:?}");
        if engine == "comfyui" {
            let (_, body) = asked.iter().find(|(line, _)| line == address).unwrap();
            assert_eq!(body.pointer("/prompt/1/inputs/image"), Some(&json!("in/p.png")));
            assert_eq!(body.pointer("/prompt/2/inputs/text"), Some(&json!("more red")));
        }
        for image in [
            json!(text),
            json!("nothing"),
            json!("data:image/png;base64,AAAA"),
            json!([]),
            json!(vec![mine.clone(); 17]),
            json!(format!("{}/picture.png", upstream.url)),
            json!("http://169.254.169.254/latest"),
            json!("a\u{0}b"),
            json!(""),
        ] {
            let reply = user.post(EDIT, json!({"image": image, "prompt": "more red"})).await;
            assert_eq!(reply.refused(), 400, "{engine} {image}");
        }
        let theirs = json!({"image": mine, "prompt": "more red"});
        assert_eq!(stranger.post(EDIT, theirs.clone()).await.refused(), 400, "{engine}");
        assert!(upstream.asked().is_empty(), "nothing is asked in vain");
        assert_eq!(seen(&admin, &admin.post(EDIT, json!({"image": data, "prompt": "more red"})).await).await, 1);
    }
    let cannot = server(&upstream, "automatic1111", &[]).await;
    let admin = cannot.admin().await;
    let data = format!("data:image/png;base64,{}", STANDARD.encode(PNG));
    assert_eq!(admin.post(EDIT, json!({"image": data, "prompt": "more red"})).await.refused(), 400);
}

#[tokio::test]
async fn a_picture_is_fetched_from_where_the_engine_says() {
    let upstream = upstream().await;
    let params = json!({"user": upstream.url}).to_string();
    let own = server(&upstream, "openai", &[("IMAGES_OPENAI_PARAMS", params.as_str())]).await;
    let admin = own.admin().await;
    assert_eq!(seen(&admin, &admin.post(MAKE, json!({"prompt": "by address"})).await).await, 1);
    // An engine cannot send us elsewhere in this network.
    let other = self::upstream().await;
    let params = json!({"user": other.url}).to_string();
    let sent = server(&upstream, "openai", &[("IMAGES_OPENAI_PARAMS", params.as_str())]).await;
    let admin = sent.admin().await;
    assert_eq!(admin.post(MAKE, json!({"prompt": "by address"})).await.refused(), 400);
    assert!(other.asked().is_empty());
}

#[tokio::test]
async fn models_that_choose_are_told_nothing_and_azure_gets_its_version() {
    let upstream = upstream().await;
    let more = [("IMAGES_OPENAI_API_VERSION", "2025-04-01"), ("IMAGE_SIZE", "auto")];
    let server = server(&upstream, "openai", &more).await;
    let admin = server.admin().await;
    for (model, size) in [("gpt-image-1", json!("auto")), ("dall-e-3", json!(null))] {
        assert_eq!(seen(&admin, &admin.post(MAKE, json!({"prompt": "a cat", "model": model})).await).await, 1);
        let (line, body) = upstream.asked().remove(0);
        assert_eq!(line, "POST /v1/images/generations?api-version=2025-04-01");
        assert_eq!((&body["model"], &body["size"]), (&json!(model), &size));
        assert_eq!(body["response_format"], if model == "dall-e-3" { json!("b64_json") } else { json!(null) });
    }
}

#[tokio::test]
async fn nobody_has_pictures_made_where_it_is_off_or_without_the_permission() {
    let upstream = upstream().await;
    let cat = json!({"prompt": "a cat"});
    let edit = json!({"image": "x", "prompt": "y"});
    let off = TestApp::start().await;
    let admin = off.admin().await;
    let user = off.somebody("user", "user").await;
    for person in [&admin, &user] {
        assert_eq!(person.post(MAKE, cat.clone()).await.refused(), 403);
        assert_eq!(person.post(EDIT, edit.clone()).await.refused(), 403);
    }
    let some = server(&upstream, "openai", &[("USER_PERMISSIONS_FEATURES_IMAGE_GENERATION", "false")]).await;
    let admin = some.admin().await;
    let user = some.somebody("user", "user").await;
    assert_eq!(user.post(MAKE, cat.clone()).await.refused(), 403);
    assert_eq!(user.post(EDIT, edit).await.refused(), 403);
    assert!(upstream.asked().is_empty());
    assert_eq!(seen(&admin, &admin.post(MAKE, cat).await).await, 1);
    for wrong in [
        json!({"prompt": " "}),
        json!({"prompt": "a cat", "n": 0}),
        json!({"prompt": "a cat", "n": 1000}),
        json!({"prompt": "a cat", "n": -9_000_000_000_i64}),
        json!({"prompt": "a cat", "size": "huge"}),
        json!({"prompt": "a cat", "size": "99999999999x1"}),
        json!({"prompt": "a cat", "steps": -1}),
        json!({"prompt": "x".repeat(100_000)}),
    ] {
        assert_eq!(admin.post(MAKE, wrong.clone()).await.refused(), 400, "{wrong}");
    }
    for wrong in [json!({}), json!({"prompt": 5}), json!({"prompt": "a", "n": "two"}), json!({"prompt": "a", "n": 1.5})]
    {
        assert_eq!(admin.post(MAKE, wrong.clone()).await.refused(), 422, "{wrong}");
    }
    assert_eq!(admin.post(EDIT, json!({"image": 5, "prompt": "y"})).await.refused(), 422);
}

#[tokio::test]
async fn settings_are_shown_changed_and_moved_as_a_whole() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let user = server.somebody("user", "user").await;
    let (address, update) = ("/api/v1/images/config", "/api/v1/images/config/update");
    assert_eq!(user.get(address).await.refused(), 401);
    let mut config = admin.get(address).await.ok();
    assert_eq!(config.as_object().unwrap().len(), 33);
    let mut saved = admin.post(update, config.clone()).await.ok();
    let permissions = saved.as_object_mut().unwrap().shift_remove("USER_PERMISSIONS").unwrap();
    assert_eq!(permissions["features"]["image_generation"], true);
    assert_eq!(saved, config);
    let before = admin.get("/api/v1/configs/export").await.ok();
    for (key, value) in [
        ("image_generation.engine", json!("openai")),
        ("image_generation.openai.api_base_url", json!("https://api.openai.com/v1")),
        ("image_generation.automatic1111.api_params", json!({})),
        ("images.edit.comfyui.nodes", json!([])),
    ] {
        assert_eq!(before[key], value, "{key}");
    }
    let workflow: Value = serde_json::from_str(before["image_generation.comfyui.workflow"].as_str().unwrap()).unwrap();
    assert!(workflow.is_object());
    config["IMAGES_OPENAI_API_PARAMS"] = json!(r#"{"quality": "low"}"#);
    config["COMFYUI_BASE_URL"] = json!("http://comfy:8188/");
    config["IMAGE_STEPS"] = json!(null);
    let saved = admin.post(update, config.clone()).await.ok();
    assert_eq!(saved["IMAGES_OPENAI_API_PARAMS"], json!({"quality": "low"}));
    assert_eq!((&saved["COMFYUI_BASE_URL"], &saved["IMAGE_STEPS"]), (&json!("http://comfy:8188"), &json!(null)));
    let back = admin.post("/api/v1/configs/import", json!({ "config": before })).await.ok();
    assert_eq!(back, before);
    let mut incomplete = config.clone();
    incomplete.as_object_mut().unwrap().shift_remove("IMAGE_SIZE");
    let mut odd = config.clone();
    odd["IMAGE_GENERATION_ENGINE"] = json!("crayon");
    let mut wrong = config;
    wrong["AUTOMATIC1111_PARAMS"] = json!(5);
    for (form, status) in [(incomplete, 422), (odd, 400), (wrong, 422), (json!({"ENABLE_IMAGE_GENERATION": true}), 422)]
    {
        assert_eq!(admin.post(update, form).await.refused(), status);
    }
    assert_eq!(admin.get("/api/v1/configs/export").await.ok(), before);
}

#[tokio::test]
async fn engines_say_which_models_they_have_and_whether_they_are_there() {
    let upstream = upstream().await;
    for (engine, expected) in [
        ("openai", json!({"id": "dall-e-2", "name": "DALL·E 2"})),
        ("gemini", json!({"id": "imagen-4.0-generate-001", "name": "Imagen 4"})),
        ("automatic1111", json!({"id": "m.ckpt [1]", "name": "m"})),
        ("comfyui", json!({"id": "a.safetensors", "name": "a.safetensors"})),
    ] {
        let server = server(&upstream, engine, &[]).await;
        server.admin().await;
        let user = server.somebody("user", "user").await;
        assert_eq!(user.get("/api/v1/images/models").await.ok()[0], expected);
    }
    let nowhere = server(&upstream, "comfyui", &[("COMFYUI_BASE_URL", "http://127.0.0.1:9")]).await;
    let admin = nowhere.admin().await;
    assert_eq!(admin.get("/api/v1/images/models").await.refused(), 400);
    let url = upstream.url.as_str();
    for (engine, url, fine) in [
        ("comfyui", url, true),
        ("automatic1111", url, true),
        ("openai", url, false),
        ("gemini", url, false),
        ("crayon", url, false),
        ("comfyui", "nothing", false),
        ("comfyui", "http://127.0.0.1:9", false),
        ("comfyui", "http://169.254.169.254", false),
    ] {
        let reply = admin.post("/api/v1/images/verify", json!({"engine": engine, "url": url, "key": "k"})).await;
        if fine {
            assert_eq!(reply.ok(), json!(true), "{engine}");
        } else {
            assert_eq!(reply.refused(), 400, "{engine} {url}");
        }
    }
}

/// Asks for a picture in a chat; what the model of the reply heard, and the reply.
async fn ask(question: &str, more: &[(&str, &str)], role: &str) -> (Value, Value, TestApp) {
    let (chat, mut heard) = provider().await;
    let upstream = upstream().await;
    let env = [
        ("ENABLE_OPENAI_API", "true"),
        ("OPENAI_API_BASE_URLS", chat.as_str()),
        ("OPENAI_API_KEYS", "k"),
        ("ENABLE_IMAGE_PROMPT_GENERATION", "false"),
        ("BYPASS_MODEL_ACCESS_CONTROL", "true"),
    ];
    let server = server(&upstream, "openai", &[more, &env[..]].concat()).await;
    let admin = server.admin().await;
    let person = if role == "admin" { admin } else { server.somebody("user", role).await };
    let (request, stored) =
        ask_with(&person, &mut heard, question, json!({"features": {"image_generation": true}})).await;
    let reply = stored["chat"]["history"]["messages"]["reply"].clone();
    if let Some(url) = reply["files"][0]["url"].as_str() {
        assert!(person.get(url).await.text.ends_with("rest"));
    }
    (request, reply, server)
}

#[tokio::test]
async fn a_reply_shows_the_picture_that_was_wanted() {
    let (request, reply, _server) = ask("Paint a cat", &[], "user").await;
    let told = request["messages"][0]["content"].as_str().unwrap();
    assert!(told.contains("A picture was made") && told.ends_with("Paint a cat"), "{told}");
    assert_eq!((&reply["content"], reply["files"].as_array().map(Vec::len)), (&json!("yes"), Some(1)));
    assert_eq!(reply["files"][0]["type"], "image");
    let statuses = reply["statusHistory"].as_array().unwrap();
    assert_eq!((&statuses[0]["action"], &statuses[0]["done"]), (&json!("image_generation"), &json!(false)));
    assert_eq!((&statuses[1]["done"], statuses.len()), (&json!(true), 2));
}

#[tokio::test]
async fn the_task_model_describes_the_picture() {
    let more = [("ENABLE_IMAGE_PROMPT_GENERATION", "true")];
    let (request, reply, _server) = ask("Paint a cat", &more, "user").await;
    // The first that the provider hears is the question for a description; its "yes" is none, so the question is painted.
    let asked = request["messages"][0]["content"].as_str().unwrap();
    assert!(asked.contains("{\"prompt\": \"...\"}") && asked.contains("USER: Paint a cat"), "{asked}");
    assert_eq!(reply["files"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_picture_that_cannot_be_made_breaks_no_reply() {
    let (request, reply, _server) = ask("Please refuse", &[], "user").await;
    let told = request["messages"][0]["content"].as_str().unwrap();
    assert!(told.contains("could not be made") && told.contains("against our rules"), "{told}");
    assert_eq!((&reply["content"], &reply["files"]), (&json!("yes"), &json!(null)));
    assert_eq!(reply["statusHistory"][1]["error"], true);
    let (_, reply, _server) = ask("Please break", &[], "user").await;
    let status = reply["statusHistory"][1]["description"].as_str().unwrap();
    assert!(!status.contains("127.0.0.1"), "{status}");
}

#[tokio::test]
async fn no_picture_is_made_for_those_who_may_not_or_where_it_is_off() {
    for more in [("USER_PERMISSIONS_FEATURES_IMAGE_GENERATION", "false"), ("ENABLE_IMAGE_GENERATION", "false")] {
        let (request, reply, _server) = ask("Paint a cat", &[more], "user").await;
        assert_eq!(request["messages"][0]["content"], "Paint a cat");
        assert_eq!((&reply["files"], &reply["statusHistory"]), (&json!(null), &json!(null)));
    }
}
