//! Every operation of the OpenAPI document against every kind of caller, and every id against strangers.

use std::collections::BTreeMap;

use airis_api::docs::{operations, who};
use airis_api::error::{NOT_AUTHENTICATED, WRONG_ROLE};
use airis_identity::Method;
use serde_json::{Value, json};

use crate::app::{Person, Reply, TestApp};

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// Addresses with an id: whose things they are. An address that is in neither table fails the test.
pub const OF_CHATS: &[&str] = &[
    "/api/v1/chats/{id}",
    "/api/v1/chats/share/{share_id}",
    "/api/v1/chats/shared/{id}",
    "/api/v1/chats/stats/export/{chat_id}",
    "/api/tasks/chat/{chat_id}",
];
pub const OF_FOLDERS: &[&str] = &["/api/v1/folders/{id}", "/api/v1/chats/folder/{folder_id}"];
pub const OF_PROMPTS: &[&str] = &["/api/v1/prompts/id/{prompt_id}"];
pub const OF_NOTES: &[&str] = &["/api/v1/notes/{id}"];
const OF_FEEDBACK: &[&str] = &["/api/v1/evaluations/feedback/{id}"];
pub const OF_FILES: &[&str] = &["/api/v1/files/{id}"];
pub const OF_KNOWLEDGE: &[&str] = &["/api/v1/knowledge/{id}"];
const OF_MEMORIES: &[&str] = &["/api/v1/memories/{memory_id}"];
/// Addresses whose id names no thing of one person, and why a stranger may use them.
const OF_NOBODY: &[(&str, &str)] = &[
    ("/api/v1/users/{user_id}", "people are known to administrators, and by name to each other"),
    (
        "/api/v1/groups/id/{id}",
        "for administrators; name and size are for everybody, to see whom a thing is shared with",
    ),
    (
        "/api/v1/models/model/history/",
        "the id is a version of the model in the query, which is asked for in `models.rs`",
    ),
    ("/api/v1/auths/oauth", "the id is the name of another identity provider"),
    ("/oauth/{provider}/", "the id is the name of another identity provider"),
    ("/api/v1/configs/namespace/{namespace}", "the id is the beginning of setting names"),
    ("/api/events/webhooks/{webhook_id}", "for administrators"),
    ("/api/v1/chats/list/user/{user_id}", "for administrators"),
    ("/api/tasks/stop/{task_id}", "for administrators"),
    ("/api/chat/actions/{action_id}", "the id is the name of an action; the chat is in the body"),
    ("/api/v1/evaluations/leaderboard/{model_id}", "for administrators"),
    ("/api/v1/analytics/models/{model_id}", "for administrators"),
    ("/api/v1/budgets/{id}", "for administrators"),
    ("/oauth/clients/{client_id}", "the id is that of a tool server; whom it is open to is asked in `tools.rs`"),
    ("/api/v1/files/uploads/", "the id is that of an upload under way, asked in `resumable.rs`"),
    (
        "/api/v1/terminals/",
        "the id is that of a terminal server; whom it is open to, and whose chats go along, is asked in `terminals.rs`",
    ),
    ("/api/v1/knowledge/external/", "for administrators"),
    ("/cache/", "the id is the name of a file that the server made"),
    ("/openai/", "the id is the number of a connection"),
    ("/ollama/", "the id is the number of a connection"),
];

pub struct Operation {
    pub method: &'static str,
    pub path: String,
    who: String,
}

pub fn all() -> Vec<Operation> {
    let document = airis_api::openapi();
    let list = document.paths.paths.iter().flat_map(|(path, item)| {
        operations(item).into_iter().map(|(method, found)| Operation { method, path: path.clone(), who: who(found) })
    });
    list.collect()
}

/// The address with its ids filled in.
pub fn fill(path: &str, id: &str) -> String {
    let mut filled = String::new();
    for (index, part) in path.split(['{', '}']).enumerate() {
        filled.push_str(match (index % 2, part) {
            (0, part) => part,
            (_, "url_idx") => "0",
            _ => id,
        });
    }
    filled
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    NotAuthenticated,
    WrongRole,
    KeyRefused,
    LetIn,
}

fn answer(reply: &Reply) -> Answer {
    let detail = serde_json::from_str::<Value>(&reply.text).unwrap_or_default()["detail"].clone();
    match (reply.status.as_u16(), detail.as_str()) {
        (401, Some(NOT_AUTHENTICATED)) => Answer::NotAuthenticated,
        (401, Some(WRONG_ROLE)) => Answer::WrongRole,
        (403, Some(text)) if text.contains("interactive session") => Answer::KeyRefused,
        _ => Answer::LetIn,
    }
}

/// What each kind of caller must hear.
fn expected(who: &str, caller: &str) -> Answer {
    let rank = |name: &str| ["anonymous", "pending", "user", "key", "admin"].iter().position(|known| *known == name);
    let needed = match who {
        "public" => "anonymous",
        "current" | "human" => "pending",
        "verified" => "user",
        "admin" => "admin",
        other => panic!("{other} is no kind of caller"),
    };
    match caller {
        "anonymous" if who != "public" => Answer::NotAuthenticated,
        "key" if who == "human" => Answer::KeyRefused,
        // The key belongs to the administrator.
        "key" => Answer::LetIn,
        _ if rank(caller) < rank(needed) => Answer::WrongRole,
        _ => Answer::LetIn,
    }
}

#[tokio::test]
async fn every_operation_lets_in_whom_its_security_entry_names_and_nobody_else() {
    let server = TestApp::with(&[("ENABLE_API_KEYS", "true"), ("ENABLE_FOLDERS", "true")]).await;
    server.admin().await;
    let mut people = BTreeMap::new();
    for role in ["pending", "user", "admin"] {
        people.insert(role, server.somebody(&format!("the-{role}"), role).await.id);
    }
    let store = &server.app.store;
    let mut wrong = Vec::new();
    for operation in all() {
        if operation.who == "nobody said" {
            wrong.push(format!("{} {}: nothing says who may call", operation.method, operation.path));
            continue;
        }
        for caller in ["anonymous", "pending", "user", "key", "admin"] {
            // Every call gets a session or key of its own: some calls end sessions.
            let token = match caller {
                "anonymous" => None,
                "key" => {
                    let key = airis_identity::new_api_key();
                    store.set_api_key(&people["admin"].as_str().into(), &key).await.unwrap();
                    Some(key)
                }
                role => {
                    let user = store.user(&people[role].as_str().into()).await.unwrap().unwrap();
                    Some(server.app.sessions.issue(&user, Method::System).await.unwrap().token)
                }
            };
            let path = fill(&operation.path, NOBODY);
            let reply = server.call_as(token.as_deref(), operation.method, &path, None).await;
            // Answers without a body cannot be told apart by their text.
            let found = if operation.method == "HEAD" { expected(&operation.who, caller) } else { answer(&reply) };
            if found != expected(&operation.who, caller) {
                let Operation { method, path, who } = &operation;
                wrong.push(format!("{method} {path} ({who}) as {caller}: {found:?} {} {}", reply.status, reply.text));
            }
            // A provider that is not there may be a 500; a mistake of ours may not.
            assert!(!reply.text.contains("inside the server"), "{} {}", operation.method, operation.path);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn strangers_learn_and_change_nothing_by_an_id() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let owner = server.somebody("owner", "user").await;
    let stranger = server.somebody("stranger", "user").await;
    let chat = chat_of(&owner).await;
    let folder = owner.post("/api/v1/folders/", json!({"name": "Mine"})).await.ok()["id"].as_str().unwrap().to_owned();
    let judgement = json!({"type": "rating", "data": {"rating": 1, "model_id": "m"}});
    let feedback = owner.post("/api/v1/evaluations/feedback", judgement).await.ok()["id"].as_str().unwrap().to_owned();
    let prompt = json!({"command": "mine", "name": "Mine", "content": "secret"});
    let prompt = admin.post("/api/v1/prompts/create", prompt).await.ok()["id"].as_str().unwrap().to_owned();
    let memory = owner.post("/api/v1/memories/add", json!({"content": "secret"})).await.ok();
    let memory = memory["id"].as_str().unwrap().to_owned();
    let note = json!({"title": "Mine", "data": {"content": {"md": "secret"}}});
    let note = owner.post("/api/v1/notes/create", note).await.ok()["id"].as_str().unwrap().to_owned();
    let file = owner.upload("mine.txt", "text/plain", b"secret").await["id"].as_str().unwrap().to_owned();
    let knowledge = json!({"name": "Mine", "description": "secret"});
    let knowledge = admin.post("/api/v1/knowledge/create", knowledge).await.ok()["id"].as_str().unwrap().to_owned();
    let state = async || {
        let chat = owner.get(&format!("/api/v1/chats/{chat}")).await.ok();
        let things = [
            format!("folders/{folder}"),
            "chats/".to_owned(),
            "memories/".to_owned(),
            format!("evaluations/feedback/{feedback}"),
            format!("files/{file}"),
            format!("notes/{note}"),
            format!("notes/{note}/chats"),
        ];
        let mut found = vec![chat];
        for thing in things {
            found.push(owner.get(&format!("/api/v1/{thing}")).await.ok());
        }
        found.push(admin.get(&format!("/api/v1/prompts/id/{prompt}")).await.ok());
        found.push(admin.get(&format!("/api/v1/knowledge/{knowledge}")).await.ok());
        found
    };
    let before = state().await;
    let mut wrong = Vec::new();
    for operation in all().into_iter().filter(|operation| operation.path.contains('{')) {
        let Operation { method, path, .. } = &operation;
        let begins = |known: &&str| path.starts_with(*known);
        let id = if OF_CHATS.iter().any(begins) {
            &chat
        } else if OF_FOLDERS.iter().any(begins) {
            &folder
        } else if OF_PROMPTS.iter().any(begins) {
            &prompt
        } else if OF_FEEDBACK.iter().any(begins) {
            &feedback
        } else if OF_KNOWLEDGE.iter().any(begins) {
            &knowledge
        } else if OF_MEMORIES.iter().any(begins) {
            &memory
        } else if OF_FILES.iter().any(begins) {
            &file
        } else if OF_NOTES.iter().any(begins) {
            &note
        } else if OF_NOBODY.iter().any(|(known, _)| begins(known)) {
            continue;
        } else {
            wrong.push(format!("{method} {path}: no table says whose id this is"));
            continue;
        };
        let mut address = fill(path, id);
        if path.contains("{message_id}") {
            address = fill(&path.replace("{message_id}", "question"), id);
        }
        for body in bodies() {
            let reply = stranger.call(method, &address, body).await;
            if ![401, 403, 404, 422].contains(&reply.status.as_u16()) && !harmless(&reply) {
                wrong.push(format!("{method} {path}: {} {}", reply.status, reply.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(state().await, before);
}

/// Bodies of which one is valid for every operation on a single thing.
pub fn bodies() -> [Option<Value>; 3] {
    let grants = json!([{"principal_type": "user", "principal_id": "*", "permission": "read"}]);
    [
        None,
        Some(json!({"name": "stolen", "title": "stolen", "content": "stolen", "filename": "stolen",
            "chat": {"title": "stolen"}, "is_expanded": true, "access_grants": grants, "parent_id": null, "folder_id": null})),
        Some(json!({"command": "stolen", "name": "stolen", "content": "stolen", "type": "stolen",
            "version_id": "stolen", "access_grants": [], "description": "stolen", "file_id": "stolen", "manifest": [],
            "file_ids": []})),
    ]
}

/// Nothing at all, an empty list, or false: nothing learned.
pub fn harmless(reply: &Reply) -> bool {
    let nothing = [json!([]), json!({"task_ids": []}), json!(false), json!(null)];
    reply.text.is_empty() || serde_json::from_str::<Value>(&reply.text).is_ok_and(|body| nothing.contains(&body))
}

async fn chat_of(owner: &Person<'_>) -> String {
    let messages = json!({
        "question": {"id": "question", "parentId": null, "childrenIds": ["answer"], "role": "user", "content": "secret"},
        "answer": {"id": "answer", "parentId": "question", "childrenIds": [], "role": "assistant", "content": "known", "model": "m", "done": true},
    });
    let chat = json!({"title": "Mine", "models": ["m"], "history": {"messages": messages, "currentId": "answer"}});
    owner.post("/api/v1/chats/new", json!({"chat": chat})).await.ok()["id"].as_str().unwrap().to_owned()
}
