//! Tools of other servers, from their documents to what a model is told of their answers.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::app::{Person, TestApp};
use crate::elsewhere::{Asked, Elsewhere};
use crate::upstream::{Upstream, typed, whole};

const SERVERS: &str = "/api/v1/configs/tool_servers";

fn document() -> Value {
    let text = json!({"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]});
    let body = json!({"required": true, "content": {"application/json": {"schema": text}}});
    let place = |name: &str, place: &str| json!({"name": name, "in": place, "required": place == "path", "schema": {"type": "string"}});
    let plain = |id: &str| json!({"get": {"operationId": id}});
    json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {
        "/echo": {"post": {"operationId": "echo", "description": "Says it again", "requestBody": body}},
        "/notes/{id}": {"get": {"operationId": "read_note", "parameters": [place("id", "path"), place("mode", "query"), place("part", "query")]}},
        "/picky": plain("picky"), "/huge": plain("huge"), "/slow": plain("slow"), "/odd": plain("odd"),
        "/moved": plain("moved"), "/nothing": plain("nothing"), "/picture": plain("picture"),
        "/time": plain("get_current_timestamp"),
    }})
}

async fn answer(asked: Asked, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    if uri.path() != "/openapi.json" {
        asked.note(&method, &uri, &headers, &body);
    }
    let known: Value = serde_json::from_slice(&body).unwrap_or_default();
    match uri.path() {
        "/openapi.json" => Json(document()).into_response(),
        "/echo" => Json(json!({"echo": known["text"]})).into_response(),
        "/picky" => (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({"detail": "x must be a number"}))).into_response(),
        "/huge" => "x".repeat(300 * 1024).into_response(),
        "/slow" => {
            tokio::time::sleep(Duration::from_secs(20)).await;
            "late".into_response()
        }
        "/odd" => ([(header::CONTENT_TYPE, "application/json")], "{broken\0").into_response(),
        "/moved" => (StatusCode::FOUND, [(header::LOCATION, "/echo")]).into_response(),
        "/nothing" => StatusCode::NO_CONTENT.into_response(),
        "/picture" => ([(header::CONTENT_TYPE, "image/png")], "png").into_response(),
        path => format!("you asked for {path}").into_response(),
    }
}

async fn tool_server() -> Elsewhere {
    Elsewhere::start(|asked| {
        let handler = move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            answer(asked.clone(), method, uri, headers, body)
        };
        Router::new().fallback(handler)
    })
    .await
}

/// A provider whose model calls what the question says (`tool:NAME {json}`) and then repeats what it was told.
fn caller(asked: &str, body: &Value) -> Option<Response> {
    if asked == "GET /v1/models" {
        return whole(json!({"data": [{"id": "alpha", "object": "model"}]}));
    }
    let last = body["messages"].as_array()?.last()?;
    let said = last["content"].as_str().unwrap_or_default();
    let (message, end) = match said.strip_prefix("tool:") {
        Some(call) if body["tools"].is_array() => {
            let (name, arguments) = call.split_once(' ').unwrap_or((call, "{}"));
            let call =
                json!({"index": 0, "id": "c1", "type": "function", "function": {"name": name, "arguments": arguments}});
            (json!({"role": "assistant", "content": null, "tool_calls": [call]}), "tool_calls")
        }
        _ => (json!({"role": "assistant", "content": format!("heard: {said}")}), "stop"),
    };
    if body["stream"] != true {
        let choice = json!({"index": 0, "message": message, "finish_reason": end});
        return whole(json!({"id": "c", "object": "chat.completion", "choices": [choice]}));
    }
    let chunk = |delta: Value, end: Value| {
        let choice = json!({"index": 0, "delta": delta, "finish_reason": end});
        format!("data: {}\n\n", json!({"id": "c", "object": "chat.completion.chunk", "choices": [choice]}))
    };
    let told = chunk(message, Value::Null) + &chunk(json!({}), json!(end)) + "data: [DONE]\n\n";
    typed("text/event-stream", told)
}

async fn start(env: &[(&str, &str)]) -> (Upstream, TestApp) {
    let upstream = Upstream::start(caller).await;
    let url = format!("{}/v1", upstream.url);
    let mut all = vec![("ENABLE_OPENAI_API", "true"), ("OPENAI_API_BASE_URLS", url.as_str())];
    all.extend(env);
    let server = TestApp::with(&all).await;
    (upstream, server)
}

fn connection(url: &str, more: Value) -> Value {
    let mut all = json!({"url": url, "path": "openapi.json", "type": "openapi", "auth_type": "bearer", "key": "k",
        "config": {"enable": true}, "info": {"id": "t", "name": "Tools", "description": "some"}});
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    all
}

async fn connect(admin: &Person<'_>, connections: Value) {
    admin.post(SERVERS, json!({"TOOL_SERVER_CONNECTIONS": connections})).await.ok();
}

fn passed(question: &str, ids: Value) -> Value {
    json!({"model": "alpha", "stream": false, "tool_ids": ids, "messages": [{"role": "user", "content": question}]})
}

/// Asks in a new chat with these tools; the reply once it is done.
async fn ask(person: &Person<'_>, question: &str, ids: Value) -> Value {
    let asked = json!({"id": "q", "parentId": null, "childrenIds": [], "role": "user", "content": question, "models": ["alpha"]});
    let body = json!({"model": "alpha", "stream": true, "session_id": "s", "chat_id": null, "parent_id": null, "tool_ids": ids,
        "user_message": asked, "message_ids": [{"model_id": "alpha", "message_id": "r"}], "messages": []});
    let chat = person.post("/api/chat/completions", body).await.ok()["chat_id"].as_str().unwrap().to_owned();
    for _ in 0..1_200 {
        let stored = person.get(&format!("/api/v1/chats/{chat}")).await.ok();
        let reply = stored["chat"]["history"]["messages"]["r"].clone();
        if reply["done"] == true {
            return reply;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("the reply never ended");
}

/// What the model was told of a call, and whether that was success.
fn told(reply: &Value) -> (String, String) {
    let output = reply["output"].as_array().unwrap_or_else(|| panic!("{reply}"));
    let item = output.iter().find(|item| item["type"] == "function_call_output").unwrap_or_else(|| panic!("{reply}"));
    (item["output"][0]["text"].as_str().unwrap().to_owned(), item["status"].as_str().unwrap().to_owned())
}

/// What the provider was asked to answer since the last look.
fn questions(upstream: &Upstream) -> Vec<Value> {
    let asked = upstream.asked().into_iter();
    asked.filter(|(line, _)| line == "POST /v1/chat/completions").map(|(_, body)| body).collect()
}

fn names(asked: &Value) -> Vec<String> {
    let tools = asked["tools"].as_array().cloned().unwrap_or_default();
    tools.iter().map(|tool| tool["function"]["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_server_is_listed_to_those_whom_it_is_open_to() {
    let (_upstream, server) = start(&[]).await;
    let admin = server.admin().await;
    let ann = server.somebody("ann", "user").await;
    let dead = "http://127.0.0.1:1";
    let grants = json!([{"principal_type": "user", "principal_id": ann.id, "permission": "read"}]);
    connect(
        &admin,
        json!([
            connection(dead, json!({})),
            connection(
                dead,
                json!({"info": {"id": "hers", "name": "Hers"}, "config": {"enable": true, "access_grants": grants}})
            ),
            connection(dead, json!({"info": {"id": "off"}, "config": {"enable": false}})),
            connection(dead, json!({"info": {"id": "mcp"}, "type": "mcp"})),
        ]),
    )
    .await;
    let list = admin.get("/api/v1/tools/").await.ok();
    let mut first = list[0].clone();
    for key in ["updated_at", "created_at"] {
        assert!(first[key].as_i64().unwrap() > 1_600_000_000);
        first.as_object_mut().unwrap().shift_remove(key);
    }
    assert_eq!(
        first,
        json!({"version_id": null, "id": "server:t", "user_id": "server:t", "name": "Tools", "access_grants": [], "user": null,
            "meta": {"i18n": null, "description": "some", "manifest": {}, "has_user_valves": false}})
    );
    assert_eq!(list.as_array().unwrap().len(), 2);
    let hers = ann.get("/api/v1/tools/").await.ok();
    let ids: Vec<_> = hers.as_array().unwrap().iter().map(|tool| tool["id"].clone()).collect();
    assert_eq!((ids, &hers[0]["access_grants"]), (vec![json!("server:hers")], &json!([])));
    assert_eq!(admin.get("/api/v1/tools/?query=TOO").await.ok().as_array().unwrap().len(), 1);
    assert_eq!(admin.get("/api/models").await.ok()["data"][0]["id"], "alpha");
}

#[tokio::test]
async fn a_program_gets_the_tools_that_it_names_and_calls_them_itself() {
    let (upstream, server) = start(&[]).await;
    let admin = server.admin().await;
    let other = tool_server().await;
    connect(&admin, json!([connection(&other.url, json!({}))])).await;
    questions(&upstream);
    let reply =
        admin.post("/api/chat/completions", passed("tool:echo {\"text\": \"ping\"}", json!(["server:t"]))).await.ok();
    let call = &reply["choices"][0]["message"]["tool_calls"][0]["function"];
    assert_eq!(call, &json!({"name": "echo", "arguments": "{\"text\": \"ping\"}"}));
    let asked = questions(&upstream).remove(0);
    assert_eq!(names(&asked)[..2], ["echo", "read_note"]);
    assert_eq!(
        asked["tools"][0]["function"],
        json!({"name": "echo", "description": "Says it again", "parameters": {"type": "object",
            "properties": {"text": {"type": "string"}}, "required": ["text"]}})
    );
    assert!(asked.get("tool_ids").is_none());
    assert!(other.asked.take().is_empty(), "nothing was called for it");
    let some = passed("x", json!(["server:t|echo, read_note", "server:none", "server:mcp:t", "local", 5]));
    admin.post("/api/chat/completions", some).await.ok();
    assert_eq!(names(&questions(&upstream)[0]), ["echo", "read_note"]);
    let mut own = passed("x", json!(["server:t"]));
    own["tools"] = json!([]);
    admin.post("/api/chat/completions", own).await.ok();
    assert_eq!(questions(&upstream)[0]["tools"], json!([]), "who sends tools gets no others");
    let mut legacy = passed("x", json!(["server:t"]));
    legacy["params"] = json!({"function_calling": "legacy"});
    admin.post("/api/chat/completions", legacy).await.ok();
    assert!(questions(&upstream)[0].get("tools").is_none());
}

#[tokio::test]
async fn a_tool_server_hears_who_asks_by_the_names_or_in_the_token_that_operators_choose() {
    for secret in ["", "a secret that the tool server knows, too"] {
        let env = [("ENABLE_FORWARD_USER_INFO_HEADERS", "true"), ("FORWARD_USER_INFO_HEADER_JWT_SECRET", secret)];
        let (_upstream, server) = start(&env).await;
        let admin = server.admin().await;
        let other = tool_server().await;
        connect(&admin, json!([connection(&other.url, json!({}))])).await;
        ask(&admin, "tool:echo {\"text\": \"ping\"}", json!(["server:t"])).await;
        let asked = other.asked.take();
        let plain = if secret.is_empty() { ["Root", "root@example.com"] } else { [""; 2] };
        assert_eq!(["x-openwebui-user-name", "x-openwebui-user-email"].map(|name| asked[0].header(name)), plain);
        let parts = asked[0].header("x-openwebui-user-jwt").split('.').filter(|part| !part.is_empty()).count();
        assert_eq!(parts, if secret.is_empty() { 0 } else { 3 });
        assert_eq!(asked[0].header("x-openwebui-message-id"), "r", "the chat is told beside it");
    }
}

#[tokio::test]
async fn a_chat_calls_a_tool_and_the_model_goes_on_with_its_answer() {
    let (upstream, server) = start(&[]).await;
    let admin = server.admin().await;
    let other = tool_server().await;
    let headers = json!({"X-Who": "{{USER_EMAIL}} {{MODEL_ID}} {{MESSAGE_ID}}"});
    connect(&admin, json!([connection(&other.url, json!({"headers": headers}))])).await;
    questions(&upstream);
    let reply = ask(&admin, "tool:echo {\"text\": \"ping\", \"more\": 1}", json!(["server:t"])).await;
    assert_eq!(reply["content"], "heard: {\"echo\":\"ping\"}");
    let kinds: Vec<_> =
        reply["output"].as_array().unwrap().iter().map(|item| (item["type"].clone(), item["status"].clone())).collect();
    let done = json!("completed");
    assert_eq!(
        kinds,
        [
            (json!("function_call"), done.clone()),
            (json!("function_call_output"), done.clone()),
            (json!("message"), done)
        ]
    );
    let asked = other.asked.take();
    assert_eq!(asked.len(), 1);
    assert_eq!(
        (&asked[0].method, asked[0].path.as_str(), asked[0].json()),
        (&Method::POST, "/echo", json!({"text": "ping"}))
    );
    assert_eq!((asked[0].header("authorization"), asked[0].header("x-who")), ("Bearer k", "root@example.com alpha r"));
    // The built-in clock keeps its name; the server's function of that name gets another.
    let offered = names(&questions(&upstream)[0]);
    assert!(
        offered.contains(&"get_current_timestamp".to_owned())
            && offered.contains(&"t_get_current_timestamp".to_owned())
    );
    let reply = ask(&admin, "tool:t_get_current_timestamp", json!(["server:t"])).await;
    assert_eq!(told(&reply).0, "you asked for /time");

    let reply =
        ask(&admin, "tool:read_note {\"id\": \"a/../b?x=1\", \"mode\": \"ü&\", \"part\": \"\"}", json!(["server:t"]))
            .await;
    assert_eq!(told(&reply).1, "completed");
    assert_eq!(other.asked.take().pop().unwrap().path, "/notes/a%2F..%2Fb%3Fx%3D1?mode=%C3%BC%26");
}

#[tokio::test]
async fn whatever_a_tool_does_the_reply_goes_on() {
    let (_upstream, server) = start(&[("AIOHTTP_CLIENT_TIMEOUT_TOOL_SERVER", "4")]).await;
    let admin = server.admin().await;
    let other = tool_server().await;
    connect(&admin, json!([connection(&other.url, json!({}))])).await;
    for (call, status, words) in [
        ("picky", "failed", "HTTP error 422: {\\\"detail\\\":\\\"x must be a number\\\"}"),
        ("huge", "failed", "larger than"),
        ("slow", "failed", "did not answer within 4 s"),
        ("moved", "failed", "another address"),
        ("odd", "completed", "{broken"),
        ("nothing", "completed", "answered nothing"),
        ("picture", "completed", "data:image/png;base64,cG5n"),
        ("echo {\"more\": 1}", "failed", "the argument text is missing"),
        ("echo [1]", "failed", "not a JSON object"),
        ("read_note", "failed", "the argument id is missing"),
        ("read_note {\"id\": \"..\"}", "failed", "the argument id cannot be"),
        ("unknown", "failed", "there is no tool named unknown"),
    ] {
        let reply = ask(&admin, &format!("tool:{call}"), json!(["server:t"])).await;
        let (text, found) = told(&reply);
        assert!(found == status && text.contains(words), "{call}: {found} {text}");
        assert!(reply["content"].as_str().unwrap().starts_with("heard: "), "{call}: {reply}");
        assert!(reply["error"].is_null(), "{call}");
    }
}

#[tokio::test]
async fn a_chat_goes_on_without_the_tools_of_a_server_that_is_away_and_says_so() {
    let (upstream, server) = start(&[]).await;
    let admin = server.admin().await;
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let other = tool_server().await;
    connect(
        &admin,
        json!([
            connection("http://127.0.0.1:1", json!({"info": {"id": "dead", "name": "Dead"}})),
            connection(&url, json!({"info": {"id": "silent", "name": "Silent"}})),
            connection(&format!("{}/echo", other.url), json!({"path": "", "info": {"id": "odd", "name": "Odd"}})),
            connection(&other.url, json!({})),
        ]),
    )
    .await;
    questions(&upstream);
    let all = json!(["server:dead", "server:silent", "server:odd", "server:t"]);
    let reply = ask(&admin, "tool:echo {\"text\": \"a\"}", all.clone()).await;
    assert_eq!(reply["content"], "heard: {\"echo\":\"a\"}");
    let history = reply["statusHistory"].as_array().unwrap();
    let said: Vec<_> =
        history.iter().map(|status| status["description"].as_str().unwrap().split(':').next().unwrap()).collect();
    assert_eq!(said, ["Dead", "Silent", "Odd"]);
    assert!(history.iter().all(|status| status["action"] == "tool_connection" && status["done"] == true));
    assert!(history[1]["description"].as_str().unwrap().contains("did not answer within 3 s"), "{history:?}");
    // A server that turned out to be none is left alone for a while.
    other.asked.take();
    admin.post("/api/chat/completions", passed("x", json!(["server:dead", "server:odd"]))).await.ok();
    assert!(other.asked.take().is_empty());
}

#[tokio::test]
async fn a_server_that_is_closed_to_somebody_is_not_there_for_them() {
    let (upstream, server) = start(&[("BYPASS_MODEL_ACCESS_CONTROL", "true")]).await;
    let admin = server.admin().await;
    let ann = server.somebody("ann", "user").await;
    let other = tool_server().await;
    connect(&admin, json!([connection(&other.url, json!({}))])).await;
    questions(&upstream);
    ann.post("/api/chat/completions", passed("x", json!(["server:t"]))).await.ok();
    assert!(questions(&upstream)[0].get("tools").is_none());
    let reply = ask(&ann, "tool:echo {\"text\": \"a\"}", json!(["server:t"])).await;
    assert!(told(&reply).0.contains("there is no tool named echo"));
    assert!(other.asked.take().is_empty());
    let everybody = json!([{"principal_type": "user", "principal_id": "*", "permission": "read"}]);
    let config = json!({"config": {"enable": true, "access_grants": everybody, "function_name_filter_list": "!cho"}, "auth_type": "session"});
    connect(&admin, json!([connection(&other.url, config)])).await;
    questions(&upstream);
    ann.post("/api/chat/completions", passed("x", json!(["server:t"]))).await.ok();
    assert!(!names(&questions(&upstream)[0]).contains(&"echo".to_owned()));
    ask(&ann, "tool:read_note {\"id\": \"1\"}", json!(["server:t"])).await;
    let shown = other.asked.take().pop().unwrap().header("authorization").to_owned();
    let token = shown.strip_prefix("Bearer ").unwrap();
    assert_eq!(server.call_as(Some(token), "GET", "/api/v1/auths/", None).await.ok()["id"], ann.id);
}

#[tokio::test]
async fn tool_servers_are_off_where_the_operator_says_so() {
    let (upstream, server) = start(&[("ENABLE_TOOL_SERVERS", "false")]).await;
    let admin = server.admin().await;
    let other = tool_server().await;
    connect(&admin, json!([connection(&other.url, json!({}))])).await;
    assert_eq!(admin.get("/api/v1/tools/").await.ok(), json!([]));
    questions(&upstream);
    admin.post("/api/chat/completions", passed("x", json!(["server:t"]))).await.ok();
    assert!(questions(&upstream)[0].get("tools").is_none());
}

/// Asks in a chat where tools wait to be allowed; the chat and the reply as it waits.
async fn ask_first(person: &Person<'_>, question: &str) -> (String, Value) {
    let asked = json!({"id": "q", "parentId": null, "childrenIds": [], "role": "user", "content": question, "models": ["alpha"]});
    let body = json!({"model": "alpha", "stream": true, "session_id": "s", "chat_id": null, "parent_id": null, "tool_ids": ["server:t"],
        "params": {"tool_approval_mode": "ask"}, "user_message": asked,
        "message_ids": [{"model_id": "alpha", "message_id": "r"}], "messages": []});
    let chat = person.post("/api/chat/completions", body).await.ok()["chat_id"].as_str().unwrap().to_owned();
    let reply = rested(person, &chat).await;
    (chat, reply)
}

/// The reply of a chat in which nothing runs any more.
async fn rested(person: &Person<'_>, chat: &str) -> Value {
    for _ in 0..1_200 {
        let running = person.get(&format!("/api/tasks/chat/{chat}")).await.ok();
        if running["task_ids"] == json!([]) {
            let stored = person.get(&format!("/api/v1/chats/{chat}")).await.ok();
            return stored["chat"]["history"]["messages"]["r"].clone();
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("the reply never rested");
}

fn statuses(reply: &Value) -> Vec<String> {
    reply["output"].as_array().unwrap().iter().map(|item| item["status"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_call_waits_until_it_is_allowed_where_people_want_to_be_asked() {
    let (_upstream, server) =
        start(&[("ENABLE_TOOL_PERMISSIONS", "true"), ("BYPASS_MODEL_ACCESS_CONTROL", "true")]).await;
    let admin = server.admin().await;
    let ann = server.somebody("ann", "user").await;
    let other = tool_server().await;
    connect(&admin, json!([connection(&other.url, json!({}))])).await;
    let resolve = async |person: &Person<'_>, chat: &str, call: &str, action: &str| {
        let path = format!("/api/v1/chats/{chat}/messages/r/resolve");
        person.post(&path, json!({"call_id": call, "action": action})).await
    };
    // Two argument objects in one call become two calls; they are decided about one after the other.
    let (chat, reply) = ask_first(&admin, "tool:echo {\"text\": \"a\"}{\"text\": \"b\"}").await;
    assert_eq!((statuses(&reply), &reply["done"]), (vec!["pending".to_owned(), "queued".to_owned()], &json!(false)));
    assert!(other.asked.take().is_empty());
    let second = reply["output"][1]["call_id"].as_str().unwrap().to_owned();
    assert_eq!(resolve(&admin, &chat, &second, "approve").await.refused(), 409);
    assert_eq!(resolve(&admin, &chat, "none", "approve").await.refused(), 400);
    assert_eq!(resolve(&admin, &chat, "c1", "answer").await.refused(), 400);
    assert_eq!(resolve(&admin, &chat, "c1", "later").await.refused(), 422);
    assert_eq!(resolve(&ann, &chat, "c1", "approve").await.refused(), 404);
    assert!(other.asked.take().is_empty());

    let answer = resolve(&admin, &chat, "c1", "approve").await.ok();
    assert_eq!(
        (&answer["status"], &answer["chat_id"], &answer["message_id"]),
        (&json!(true), &json!(chat), &json!("r"))
    );
    assert_eq!(answer["task_ids"].as_array().unwrap().len(), 1);
    let reply = rested(&admin, &chat).await;
    assert_eq!(statuses(&reply), ["completed", "pending", "completed"]);
    assert_eq!(other.asked.take()[0].json(), json!({"text": "a"}));
    assert_eq!(resolve(&admin, &chat, "c1", "approve").await.refused(), 409);

    resolve(&admin, &chat, &second, "reject").await.ok();
    let reply = rested(&admin, &chat).await;
    assert_eq!(statuses(&reply), ["completed", "rejected", "completed", "failed", "completed"]);
    assert_eq!(
        (&reply["done"], &reply["content"]),
        (&json!(true), &json!("heard: The person did not allow this call."))
    );
    assert!(other.asked.take().is_empty(), "what was not allowed was not called");
    assert_eq!(resolve(&admin, &chat, &second, "approve").await.refused(), 409);
}

#[tokio::test]
async fn two_answers_at_once_run_a_tool_once_and_stopping_ends_the_wait() {
    let (_upstream, server) = start(&[("ENABLE_TOOL_PERMISSIONS", "true")]).await;
    let admin = server.admin().await;
    let other = tool_server().await;
    connect(&admin, json!([connection(&other.url, json!({}))])).await;
    let (chat, _) = ask_first(&admin, "tool:echo {\"text\": \"a\"}").await;
    let path = format!("/api/v1/chats/{chat}/messages/r/resolve");
    let form = || json!({"call_id": "c1", "action": "approve"});
    let (one, two) = tokio::join!(admin.post(&path, form()), admin.post(&path, form()));
    let mut found = [one.status.as_u16(), two.status.as_u16()];
    found.sort_unstable();
    assert_eq!(found, [200, 409]);
    assert_eq!(rested(&admin, &chat).await["content"], "heard: {\"echo\":\"a\"}");
    assert_eq!(other.asked.take().len(), 1);

    let (chat, reply) = ask_first(&admin, "tool:echo {\"text\": \"a\"}").await;
    assert_eq!(statuses(&reply), ["pending"]);
    admin.post(&format!("/api/tasks/chat/{chat}/stop"), json!({})).await.ok();
    let reply = rested(&admin, &chat).await;
    assert_eq!((statuses(&reply), &reply["done"]), (vec!["rejected".to_owned()], &json!(true)));
    let path = format!("/api/v1/chats/{chat}/messages/r/resolve");
    assert_eq!(admin.post(&path, form()).await.refused(), 409);
    assert!(other.asked.take().is_empty());
}
