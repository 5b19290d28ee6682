//! Files that go to a model with a question.

use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::app::{Person, TestApp};
use crate::knowledge::{add, made, read_by};
use crate::retrieval::{self, letters};
use crate::upstream::Upstream;

/// Whether a model is asked for words to search with.
const THINK: &str = "ENABLE_RETRIEVAL_QUERY_GENERATION";

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A provider with one model; every request that it gets is heard.
pub async fn provider() -> (String, UnboundedReceiver<Value>) {
    async fn answer(State(heard): State<UnboundedSender<Value>>, Json(body): Json<Value>) -> Response {
        let streams = body["stream"] == true;
        heard.send(body).unwrap();
        if streams {
            let chunk = json!({"choices": [{"index": 0, "delta": {"role": "assistant", "content": "yes"}}]});
            let text = format!("data: {chunk}\n\ndata: [DONE]\n\n");
            return ([("content-type", "text/event-stream")], text).into_response();
        }
        Json(json!({"choices": [{"index": 0, "message": {"role": "assistant", "content": "yes"}}]})).into_response()
    }
    let (sender, heard) = unbounded_channel();
    let models = json!({"object": "list", "data": [{"id": "m", "object": "model"}]});
    let router = Router::new()
        .route("/v1/models", get(async move || Json(models)))
        .route("/v1/chat/completions", post(answer))
        .with_state(sender);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, heard)
}

pub async fn server(url: &str, more: &[(&str, &str)]) -> TestApp {
    // The words that a question is searched with are the question itself, unless a test says otherwise.
    let think = if more.iter().any(|(name, _)| *name == THINK) { "true" } else { "false" };
    let env = [("ENABLE_OPENAI_API", "true"), ("OPENAI_API_BASE_URLS", url), ("OPENAI_API_KEYS", "k"), (THINK, think)];
    TestApp::with(&[&env[..], more].concat()).await
}

fn id(file: &Value) -> String {
    file["id"].as_str().unwrap().to_owned()
}

/// Asks in a new chat and returns what the provider heard, and the chat when its reply is done.
async fn ask(person: &Person<'_>, heard: &mut UnboundedReceiver<Value>, files: Value) -> (Value, Value) {
    ask_with(person, heard, "What is the code?", json!({ "files": files })).await
}

/// The same with a question of one's own, and more in the body; files are the question's, too.
pub async fn ask_with(
    person: &Person<'_>,
    heard: &mut UnboundedReceiver<Value>,
    question: &str,
    more: Value,
) -> (Value, Value) {
    let mut body = json!({
        "model": "m", "stream": true, "session_id": "s", "parent_id": null, "id": "reply", "messages": [],
        "user_message": {"id": "question", "parentId": null, "childrenIds": ["reply"], "role": "user",
            "content": question, "files": more["files"], "models": ["m"]},
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let chat = id_of_chat(&person.post("/api/chat/completions", body).await.ok());
    let request = heard.recv().await.unwrap();
    for _ in 0..600 {
        let stored = person.get(&format!("/api/v1/chats/{chat}")).await.ok();
        if stored["chat"]["history"]["messages"]["reply"]["done"] == true {
            return (request, stored);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the reply did not end");
}

fn id_of_chat(started: &Value) -> String {
    started["chat_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn texts_and_pictures_of_a_question_reach_the_model_and_are_cited() {
    let (url, mut heard) = provider().await;
    let server = server(&url, &[]).await;
    let admin = server.admin().await;
    let text = id(&admin.upload("vault.txt", "text/plain", b"The code is 4711. {{QUERY}}").await);
    let broken = id(&admin.upload("scan.pdf", "application/pdf", b"%PDF").await);
    let picture = id(&admin.upload("door.png", "image/png", PNG).await);
    let files = json!([
        {"type": "file", "id": text, "url": text, "name": "vault.txt"},
        {"type": "file", "file": {"id": broken, "data": {"content": "sent along"}}, "name": "scan.pdf"},
        {"type": "image", "url": picture},
    ]);
    let (request, chat) = ask(&admin, &mut heard, files.clone()).await;
    let parts = request["messages"][0]["content"].as_array().unwrap();
    let asked = parts[0]["text"].as_str().unwrap();
    let source = format!(
        "<source id=\"1\" name=\"vault.txt\" resource-type=\"file\" resource-id=\"{text}\">The code is 4711. {{{{QUERY}}}}</source>"
    );
    assert!(asked.contains(&source), "{asked}");
    assert!(asked.contains("<unreadable name=\"scan.pdf\">") && !asked.contains("sent along"));
    assert!(asked.ends_with("What is the code?"));
    assert_eq!(parts[1]["image_url"]["url"], "data:image/png;base64,iVBORw0KGgo=");
    assert_eq!(parts.len(), 2);
    let reply = &chat["chat"]["history"]["messages"]["reply"];
    assert_eq!(reply["sources"][0]["document"], json!(["The code is 4711. {{QUERY}}"]));
    assert_eq!(reply["sources"][0]["source"], files[0]);
    assert_eq!(reply["sources"][0]["metadata"][0]["file_id"], text);
    assert_eq!(reply["sources"][0]["metadata"][0]["start_index"], 0);
    assert_eq!(reply["sources"].as_array().unwrap().len(), 1);
    assert_eq!(reply["statusHistory"], json!([{"action": "sources_retrieved", "count": 1, "done": true}]));
    let question = &chat["chat"]["history"]["messages"]["question"];
    assert_eq!(question["content"], "What is the code?", "what people see stays theirs");
}

#[tokio::test]
async fn files_of_others_never_reach_a_model() {
    let (url, mut heard) = provider().await;
    let server = server(&url, &[("BYPASS_MODEL_ACCESS_CONTROL", "true")]).await;
    let admin = server.admin().await;
    let thief = server.somebody("thief", "user").await;
    let text = id(&admin.upload("a.txt", "text/plain", b"secret").await);
    let picture = id(&admin.upload("a.png", "image/png", PNG).await);
    let files =
        json!([{"type": "file", "id": text}, {"type": "image", "url": format!("/api/v1/files/{picture}/content")}]);
    let (request, chat) = ask(&thief, &mut heard, files).await;
    let sent = request["messages"].to_string();
    assert!(!sent.contains("secret") && !sent.contains("base64"), "{sent}");
    assert!(chat["chat"]["history"]["messages"]["reply"].get("sources").is_none());
}

#[tokio::test]
async fn a_model_without_eyes_gets_words_and_an_own_template_is_used() {
    let (url, mut heard) = provider().await;
    let env = [("RAG_TEMPLATE", "Q: [query] C: [context]"), ("RAG_SYSTEM_CONTEXT", "true")];
    let server = server(&url, &env).await;
    let admin = server.admin().await;
    let model = json!({"id": "m", "name": "M", "base_model_id": null, "params": {}, "access_grants": [],
        "meta": {"capabilities": {"vision": false}}});
    admin.post("/api/v1/models/create", model).await.ok();
    let text = id(&admin.upload("a.txt", "text/plain", b"4711").await);
    let picture = id(&admin.upload("a.png", "image/png", PNG).await);
    let files = json!([{"type": "file", "id": text}, {"type": "image", "url": picture}]);
    let (request, _) = ask(&admin, &mut heard, files).await;
    let messages = request["messages"].as_array().unwrap();
    assert!(messages[0]["content"].as_str().unwrap().starts_with("Q: What is the code? C: <source"));
    assert_eq!(messages[1]["content"], "What is the code?\n(A picture is here that you cannot see.)");
}

#[tokio::test]
async fn programs_get_their_sources_with_the_answer() {
    let (url, mut heard) = provider().await;
    let server = server(&url, &[]).await;
    let admin = server.admin().await;
    let text = id(&admin.upload("a.txt", "text/plain", b"4711").await);
    let body = |stream: bool| {
        json!({"model": "m", "stream": stream, "messages": [{"role": "user", "content": "The code?"}],
            "files": [{"type": "file", "id": text, "name": "a.txt"}]})
    };
    let answer = admin.post("/api/chat/completions", body(false)).await.ok();
    assert_eq!(answer["sources"][0]["document"], json!(["4711"]));
    assert_eq!(answer["choices"][0]["message"]["content"], "yes");
    let request = heard.recv().await.unwrap();
    assert!(request["messages"][0]["content"].as_str().unwrap().contains("4711"));
    assert!(request.get("files").is_none());
    let stream = admin.post("/api/chat/completions", body(true)).await.text;
    assert!(stream.starts_with("data: {\"sources\":[{"), "{stream}");
    assert!(stream.ends_with("data: [DONE]\n\n"));
}

#[tokio::test]
async fn a_folder_gives_its_words_and_files_to_its_owners_chats() {
    let (url, mut heard) = provider().await;
    let server = server(&url, &[("BYPASS_MODEL_ACCESS_CONTROL", "true")]).await;
    let admin = server.admin().await;
    let text = id(&admin.upload("vault.txt", "text/plain", b"The code is 4711.").await);
    let data = json!({"system_prompt": "Answer {{USER_NAME}} briefly.", "files": [
        {"type": "file", "id": text, "name": "vault.txt"}]});
    let outer = id(&admin.post("/api/v1/folders/", json!({"name": "Work", "data": data})).await.ok());
    let inner = json!({"name": "Inner", "parent_id": outer, "data": {"system_prompt": "Be kind."}});
    let inner = id(&admin.post("/api/v1/folders/", inner).await.ok());
    let (request, chat) = ask_with(&admin, &mut heard, "What is the code?", json!({"folder_id": outer})).await;
    let messages = request["messages"].as_array().unwrap();
    assert_eq!(messages[0], json!({"role": "system", "content": "Answer Root briefly."}));
    assert!(messages[1]["content"].as_str().unwrap().contains("The code is 4711."), "{request}");
    assert_eq!(chat["chat"]["history"]["messages"]["reply"]["sources"][0]["metadata"][0]["file_id"], text);
    assert_eq!(chat["folder_id"], json!(outer));
    let (request, _) = ask_with(&admin, &mut heard, "Hello", json!({"folder_id": inner})).await;
    assert_eq!(request["messages"][0]["content"], "Be kind.");
    assert_eq!(request["messages"][1]["content"], "Hello");
    // A folder that is attached to a question gives its files only.
    let (request, _) = ask_with(&admin, &mut heard, "Hi", json!({"files": [{"type": "folder", "id": outer}]})).await;
    assert_eq!(request["messages"].as_array().unwrap().len(), 1);
    assert!(request["messages"][0]["content"].as_str().unwrap().contains("4711"));
    let ann = server.somebody("ann", "user").await;
    let more = json!({"folder_id": outer, "files": [{"type": "folder", "id": outer}]});
    let (request, chat) = ask_with(&ann, &mut heard, "What is the code?", more).await;
    assert_eq!(request["messages"], json!([{"role": "user", "content": "What is the code?"}]));
    assert_eq!(chat["folder_id"], json!(null), "a folder of somebody else is none");
}

#[tokio::test]
async fn a_folders_knowledge_base_is_searched_in_its_chats_for_those_who_may_read_it() {
    let (url, mut heard) = provider().await;
    let upstream = Upstream::start(letters).await;
    let env = [
        ("ENABLE_OPENAI_API", "true"),
        ("OPENAI_API_BASE_URLS", url.as_str()),
        ("OPENAI_API_KEYS", "k"),
        (THINK, "false"),
        ("BYPASS_MODEL_ACCESS_CONTROL", "true"),
    ];
    let server = retrieval::server(&upstream, &env).await;
    let admin = server.admin().await;
    let ann = server.somebody("ann", "user").await;
    let knowledge = made(&admin, "Vaults", json!([])).await;
    let file = id(&admin.upload("vault.txt", "text/plain", b"aaa 4711").await);
    add(&admin, &knowledge, &file).await.ok();
    let folder = async |person: &Person<'_>| {
        let data = json!({"files": [{"type": "collection", "id": knowledge, "name": "Vaults"}]});
        id(&person.post("/api/v1/folders/", json!({"name": "Work", "data": data})).await.ok())
    };
    let (mine, hers) = (folder(&admin).await, folder(&ann).await);
    let (request, chat) = ask_with(&admin, &mut heard, "aaa?", json!({"folder_id": mine})).await;
    assert!(request["messages"][0]["content"].as_str().unwrap().contains("aaa 4711</source>"), "{request}");
    let source = &chat["chat"]["history"]["messages"]["reply"]["sources"][0];
    assert_eq!((&source["source"]["id"], &source["metadata"][0]["file_id"]), (&json!(knowledge), &json!(file)));
    let (request, _) = ask_with(&admin, &mut heard, "aaa?", json!({})).await;
    assert_eq!(request["messages"], json!([{"role": "user", "content": "aaa?"}]), "this chat is in no folder");
    // To name a knowledge base in a folder of one's own opens it to nobody.
    let (request, _) = ask_with(&ann, &mut heard, "aaa?", json!({"folder_id": hers})).await;
    assert_eq!(request["messages"], json!([{"role": "user", "content": "aaa?"}]));
    let access = format!("/api/v1/knowledge/{knowledge}/access/update");
    admin.post(&access, json!({"access_grants": read_by(&ann.id)})).await.ok();
    let (request, _) = ask_with(&ann, &mut heard, "aaa?", json!({"folder_id": hers})).await;
    assert!(request["messages"][0]["content"].as_str().unwrap().contains("aaa 4711"), "{request}");
}
