//! The small jobs around a chat, and counting tokens, with a provider that says what it was asked.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Map, Value, json};
use tokio::sync::Semaphore;

use crate::app::{Person, Reply, TestApp};
use crate::budgets::reply_of;
use crate::upstream::{Upstream, whole};

/// Its replies carry the request under `asked`, and what stood in the headers of it under `heard`.
async fn provider() -> String {
    let router = Router::new()
        .route("/v1/models", get(|| async { Json(json!({"data": [{"id": "large"}, {"id": "small"}]})) }))
        .route(
            "/v1/chat/completions",
            post(|headers: HeaderMap, Json(asked): Json<Value>| async move {
                let text =
                    |(name, value): (&HeaderName, &HeaderValue)| (name.to_string(), json!(value.to_str().unwrap()));
                let heard: Map<String, Value> = headers.iter().map(text).collect();
                Json(json!({"asked": asked, "heard": heard}))
            }),
        )
        .route(
            "/v1/messages/count_tokens",
            post(|Json(asked): Json<Value>| async move {
                let count = asked["messages"].as_array().map_or(0, Vec::len);
                Json(json!({"input_tokens": count, "model": asked["model"]}))
            }),
        );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    format!("http://{address}/v1")
}

async fn server(env: &[(&str, &str)]) -> TestApp {
    let url = provider().await;
    let mut all = vec![("ENABLE_OPENAI_API", "true"), ("OPENAI_API_BASE_URLS", &url), ("OPENAI_API_KEYS", "k")];
    all.extend(env);
    TestApp::with(&all).await
}

fn matter() -> Value {
    json!({"model": "large", "prompt": "The sky", "type": "web_search", "responses": ["blue", "grey"], "messages": [
        {"role": "user", "content": "Why is the sky blue?"}, {"role": "assistant", "content": "Scattering."}]})
}

async fn ask(person: &Person<'_>, job: &str, body: Value) -> Reply {
    person.post(&format!("/api/v1/tasks/{job}/completions"), body).await
}

#[tokio::test]
async fn every_job_asks_the_model_about_the_matter_it_was_given() {
    let server = server(&[("ENABLE_AUTOCOMPLETE_GENERATION", "true")]).await;
    let admin = server.admin().await;
    for (job, wanted) in [
        ("title", vec!["\"title\"", "USER: Why is the sky blue?\n\nASSISTANT: Scattering."]),
        ("follow_up", vec!["\"follow_ups\"", "Scattering."]),
        ("tags", vec!["\"tags\"", "Scattering."]),
        ("queries", vec!["\"queries\"", "Scattering."]),
        ("image_prompt", vec!["\"prompt\"", "Scattering."]),
        ("auto", vec!["\"text\"", "(web_search)", "The sky"]),
        ("emoji", vec!["emoji", "The sky"]),
        ("moa", vec!["The sky", "1.\nblue\n\n2.\ngrey"]),
    ] {
        let asked = ask(&admin, job, matter()).await.ok()["asked"].clone();
        let prompt = asked["messages"][0]["content"].as_str().unwrap();
        assert!(wanted.iter().all(|part| prompt.contains(part)), "{job}: {prompt}");
        assert!(!prompt.contains("{{"), "{job}: {prompt}");
        assert_eq!((&asked["model"], &asked["stream"]), (&json!("large"), &json!(false)), "{job}");
    }
    let mut streamed = matter();
    streamed["stream"] = json!(true);
    assert_eq!(ask(&admin, "moa", streamed.clone()).await.ok()["asked"]["stream"], true);
    assert_eq!(ask(&admin, "tags", streamed).await.ok()["asked"]["stream"], false);
}

#[tokio::test]
async fn administrators_choose_the_model_the_words_and_what_is_off() {
    let server = server(&[]).await;
    let admin = server.admin().await;
    assert_eq!(ask(&admin, "auto", matter()).await.refused(), 400);
    let mut settings = admin.get("/api/v1/tasks/config").await.ok();
    settings["TASK_MODEL_EXTERNAL"] = json!("small");
    settings["TASK_MODEL_PARAMS"] = json!({"temperature": 0.5});
    settings["TITLE_GENERATION_PROMPT_TEMPLATE"] = json!("Name it: {{MESSAGES:START:1}}");
    settings["ENABLE_AUTOCOMPLETE_GENERATION"] = json!(true);
    settings["AUTOCOMPLETE_GENERATION_INPUT_MAX_LENGTH"] = json!(6);
    settings["ENABLE_TAGS_GENERATION"] = json!(false);
    settings["ENABLE_SEARCH_QUERY_GENERATION"] = json!(false);
    admin.post("/api/v1/tasks/config/update", settings).await.ok();
    let asked = ask(&admin, "title", matter()).await.ok()["asked"].clone();
    assert_eq!(asked["messages"][0]["content"], "Name it: USER: Why is the sky blue?");
    assert_eq!((&asked["model"], &asked["temperature"]), (&json!("small"), &json!(0.5)));
    let merged = ask(&admin, "moa", matter()).await.ok()["asked"].clone();
    assert_eq!((&merged["model"], &merged["temperature"]), (&json!("large"), &Value::Null));
    for (job, status) in [("auto", 400), ("tags", 400), ("queries", 400)] {
        assert_eq!(ask(&admin, job, matter()).await.refused(), status, "{job}");
    }
    let mut other = matter();
    (other["prompt"], other["type"]) = (json!("Thé sk"), json!("retrieval"));
    ask(&admin, "auto", other.clone()).await.ok();
    ask(&admin, "queries", other).await.ok();
}

#[tokio::test]
async fn providers_hear_who_asks_in_headers_of_the_names_that_operators_choose() {
    let heard = async |env: &[(&str, &str)]| {
        let server = server(env).await;
        let admin = server.admin().await;
        (admin.id.clone(), ask(&admin, "title", matter()).await.ok()["heard"].clone())
    };
    let (id, told) = heard(&[
        ("ENABLE_FORWARD_USER_INFO_HEADERS", "true"),
        ("FORWARD_USER_INFO_HEADER_USER_ID", "X-Who"),
        ("FORWARD_USER_INFO_HEADER_USER_EMAIL", "X-Mail"),
    ])
    .await;
    assert_eq!((&told["x-who"], &told["x-mail"]), (&json!(id), &json!("root@example.com")));
    assert_eq!((&told["x-openwebui-user-name"], &told["x-openwebui-user-role"]), (&json!("Root"), &json!("admin")));
    assert_eq!(told["x-openwebui-user-id"], Value::Null);
    let (_, told) = heard(&[]).await;
    assert!(told.as_object().unwrap().keys().all(|name| !name.starts_with("x-openwebui")), "{told}");
}

#[tokio::test]
async fn providers_hear_who_asks_in_one_signed_token_where_there_is_a_secret() {
    let secret = "a secret that the provider knows, too";
    let server = server(&[
        ("ENABLE_FORWARD_USER_INFO_HEADERS", "true"),
        ("FORWARD_USER_INFO_HEADER_JWT_SECRET", secret),
        ("FORWARD_USER_INFO_HEADER_JWT", "X-Who-Asks"),
        ("FORWARD_USER_INFO_HEADER_JWT_EXPIRES_SECONDS", "90"),
    ])
    .await;
    let admin = server.admin().await;
    let told = ask(&admin, "title", matter()).await.ok()["heard"].clone();
    let plain = ["name", "id", "email", "role"].map(|one| told[format!("x-openwebui-user-{one}")].clone());
    assert_eq!(plain, [const { Value::Null }; 4], "the token in place of them");
    let token = told["x-who-asks"].as_str().unwrap();
    let check = |secret: &str| {
        let key = jsonwebtoken::DecodingKey::from_secret(secret.as_bytes());
        jsonwebtoken::decode::<Value>(token, &key, &jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::HS256))
    };
    assert!(check("another").is_err());
    let claims = check(secret).unwrap().claims;
    let wanted = json!({"sub": admin.id, "id": admin.id, "name": "Root", "email": "root@example.com", "role": "admin",
        "iat": claims["iat"], "exp": claims["exp"]});
    assert_eq!(claims, wanted);
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 90);
    assert!((airis_domain::now() - claims["iat"].as_i64().unwrap()).abs() < 60);
}

#[tokio::test]
async fn a_model_that_one_may_not_use_does_no_jobs() {
    let server = server(&[]).await;
    let admin = server.admin().await;
    let user = server.somebody("user", "user").await;
    assert_eq!(ask(&user, "title", matter()).await.refused(), 404);
    assert_eq!(user.post("/api/v1/messages/count_tokens", matter()).await.refused(), 403);
    assert_eq!(ask(&admin, "title", json!({"model": "none-such", "messages": []})).await.refused(), 404);
    assert_eq!(ask(&admin, "title", json!({"messages": 5})).await.refused(), 404);
    assert_eq!(ask(&admin, "title", json!([])).await.refused(), 422);
}

#[tokio::test]
async fn tokens_are_counted_by_the_server_that_has_the_model() {
    let server = server(&[]).await;
    let admin = server.admin().await;
    for path in ["/api/v1/messages/count_tokens", "/api/message/count_tokens"] {
        assert_eq!(admin.post(path, matter()).await.ok(), json!({"input_tokens": 2, "model": "large"}));
    }
}

/// Replies of `large` come at once; each job of `small` takes a permit of the gate first, and fails where that is closed.
async fn paced(gate: Arc<Semaphore>) -> TestApp {
    let answer = async move |Json(asked): Json<Value>| {
        let said = |words: &str, part: &str| json!({"choices": [{"index": 0, part: {"role": "assistant", "content": words}, "finish_reason": "stop"}]});
        if asked["model"] == "large" {
            let text = format!("data: {}\n\ndata: [DONE]\n\n", said("Scattering.", "delta"));
            return ([("content-type", "text/event-stream")], text).into_response();
        }
        let Ok(permit) = gate.acquire().await else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
        permit.forget();
        let done = json!({"title": "Blue", "follow_ups": ["And at dusk?"]});
        Json(said(&done.to_string(), "message")).into_response()
    };
    let list = async || Json(json!({"data": [{"id": "large"}, {"id": "small"}]}));
    let router = Router::new().route("/v1/models", get(list)).route("/v1/chat/completions", post(answer));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let env = [
        ("ENABLE_OPENAI_API", "true"),
        ("OPENAI_API_BASE_URLS", url.as_str()),
        ("OPENAI_API_KEYS", "k"),
        ("TASK_MODEL_EXTERNAL", "small"),
    ];
    TestApp::with(&env).await
}

/// Asks in a new chat, or in a chat behind one of its replies (`after`), with every job that there is; answers the chat.
async fn turn(person: &Person<'_>, after: Option<(&str, &str)>, question: &str, reply: &str) -> String {
    let parent = after.map(|(_, parent)| parent);
    let mut body = json!({
        "background_tasks": {"title_generation": true, "tags_generation": true, "follow_up_generation": true},
        "model": "large", "stream": true, "session_id": "s", "parent_id": parent,
        "id": reply, "messages": [],
        "user_message": {"id": question, "parentId": parent, "childrenIds": [reply], "role": "user",
            "content": "Why is the sky blue?", "models": ["large"]},
    });
    if let Some((chat, _)) = after {
        body["chat_id"] = json!(chat);
    }
    person.post("/api/chat/completions", body).await.ok()["chat_id"].as_str().unwrap().to_owned()
}

/// Waits until the chat is as it is wanted.
async fn until(person: &Person<'_>, chat: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let mut stored = Value::Null;
    for _ in 0..600 {
        stored = person.get(&format!("/api/v1/chats/{chat}")).await.ok();
        if wanted(&stored) {
            return stored;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it did not come: {stored}");
}

#[tokio::test]
async fn a_slow_task_model_delays_no_reply_and_people_go_on_asking_meanwhile() {
    let gate = Arc::new(Semaphore::new(0));
    let server = paced(gate.clone()).await;
    let admin = server.admin().await;
    let chat = turn(&admin, None, "question", "reply").await;
    assert_eq!(reply_of(&admin, &chat).await["content"], "Scattering.");
    turn(&admin, Some((&chat, "reply")), "question-2", "reply-2").await;
    let done = |id: &'static str| move |chat: &Value| chat["chat"]["history"]["messages"][id]["done"] == true;
    let stored = until(&admin, &chat, done("reply-2")).await;
    let messages = &stored["chat"]["history"]["messages"];
    assert_eq!(
        (&messages["reply-2"]["content"], &messages["reply"]["followUps"]),
        (&json!("Scattering."), &Value::Null)
    );
    assert_ne!(stored["title"], "Blue", "no job was done yet");

    gate.add_permits(100);
    let stored = until(&admin, &chat, |chat| {
        let messages = &chat["chat"]["history"]["messages"];
        let asked = ["reply", "reply-2"].iter().all(|id| messages[id]["followUps"] == json!(["And at dusk?"]));
        asked && chat["title"] == "Blue"
    })
    .await;
    assert_eq!(stored["chat"]["history"]["messages"]["reply"]["content"], "Scattering.");
}

#[tokio::test]
async fn a_failing_task_model_breaks_no_reply_and_the_question_names_the_chat() {
    let gate = Arc::new(Semaphore::new(0));
    gate.close();
    let server = paced(gate).await;
    let admin = server.admin().await;
    let chat = turn(&admin, None, "question", "reply").await;
    let stored = until(&admin, &chat, |chat| chat["title"] == "Why is the sky blue?").await;
    assert_eq!(reply_of(&admin, &chat).await["content"], "Scattering.");
    turn(&admin, Some((&chat, "reply")), "question-2", "reply-2").await;
    let done = |chat: &Value| chat["chat"]["history"]["messages"]["reply-2"]["done"] == true;
    let messages = until(&admin, &chat, done).await["chat"]["history"]["messages"].clone();
    for reply in ["reply", "reply-2"] {
        let message = &messages[reply];
        assert_eq!((&message["content"], &message["error"]), (&json!("Scattering."), &Value::Null), "{reply}");
        assert_eq!(message["followUps"], Value::Null, "{reply}");
    }
    assert_eq!(stored["meta"]["tags"], Value::Null);
}

#[tokio::test]
async fn jobs_of_chats_with_a_local_model_have_a_model_of_their_own() {
    let upstream = Upstream::start(|asked, body| match asked {
        "GET /v1/models" => whole(json!({"data": [{"id": "large"}, {"id": "small"}]})),
        "GET /api/tags" => {
            let model = |name: &str| json!({"name": name, "model": name, "digest": name});
            whole(json!({"models": [model("llama:8b"), model("tiny:1b")]}))
        }
        "GET /api/ps" => whole(json!({"models": []})),
        "GET /api/version" => whole(json!({"version": "0.12.0"})),
        "POST /api/show" => whole(json!({})),
        "POST /api/chat" => {
            whole(json!({"model": body["model"], "message": {"role": "assistant", "content": "{}"}, "done": true}))
        }
        _ => whole(json!({"choices": [{"message": {"role": "assistant", "content": "{}"}}]})),
    })
    .await;
    let openai = format!("{}/v1", upstream.url);
    let server = TestApp::with(&[
        ("ENABLE_OPENAI_API", "true"),
        ("OPENAI_API_BASE_URLS", openai.as_str()),
        ("OPENAI_API_KEYS", "k"),
        ("ENABLE_OLLAMA_API", "true"),
        ("OLLAMA_BASE_URLS", upstream.url.as_str()),
        ("TASK_MODEL", "tiny:1b"),
        ("TASK_MODEL_EXTERNAL", "small"),
    ])
    .await;
    let admin = server.admin().await;
    let does = async |model: &str| {
        upstream.asked();
        let matter = json!({"model": model, "messages": [{"role": "user", "content": "Why is the sky blue?"}]});
        ask(&admin, "title", matter).await.ok();
        let asked = upstream.asked();
        asked.into_iter().find(|(line, _)| line.contains("chat")).map(|(line, body)| (line, body["model"].clone()))
    };
    let chat = |model: &str| Some(("POST /api/chat".to_owned(), json!(model)));
    let completions = |model: &str| Some(("POST /v1/chat/completions".to_owned(), json!(model)));
    assert_eq!(does("llama:8b").await, chat("tiny:1b"));
    assert_eq!(does("large").await, completions("small"));
    // The one for local chats may be elsewhere, and one that is gone is not missed.
    let mut settings = admin.get("/api/v1/tasks/config").await.ok();
    settings["TASK_MODEL"] = json!("small");
    settings["TASK_MODEL_EXTERNAL"] = json!("gone");
    admin.post("/api/v1/tasks/config/update", settings).await.ok();
    assert_eq!(does("llama:8b").await, completions("small"));
    assert_eq!(does("large").await, completions("large"));
}
