//! Every operation on a single thing, as somebody whom its owner let read it, and as somebody who may write too.

use serde_json::json;

use crate::app::{Person, TestApp};
use crate::matrix::{OF_CHATS, OF_FILES, OF_FOLDERS, OF_NOTES, OF_PROMPTS, all, bodies, fill, harmless};

/// What readers may do; everything that is not named here is for the owner alone.
const READERS: &[&str] = &[
    "GET /api/v1/chats/share/{share_id}",
    "POST /api/v1/chats/{id}/clone/shared",
    "GET /api/v1/files/{id}",
    "GET /api/v1/files/{id}/content",
    "GET /api/v1/files/{id}/content/{file_name}",
    "GET /api/v1/files/{id}/data/content",
    "GET /api/v1/files/{id}/process/status",
    "GET /api/v1/folders/{id}",
    "GET /api/v1/folders/{id}/shared/chats",
    "GET /api/v1/notes/{id}",
    "GET /api/v1/notes/{id}/chat",
    "POST /api/v1/notes/{id}/chat",
    "POST /api/v1/notes/{id}/pin",
    "GET /api/v1/prompts/id/{prompt_id}",
    "GET /api/v1/prompts/id/{prompt_id}/history",
];
/// What writers may do besides.
const WRITERS: &[&str] = &[
    "POST /api/tasks/chat/{chat_id}/stop",
    "POST /api/v1/notes/{id}/update",
    "POST /api/v1/prompts/id/{prompt_id}/access/update",
    "DELETE /api/v1/prompts/id/{prompt_id}/delete",
    "POST /api/v1/prompts/id/{prompt_id}/toggle",
    "POST /api/v1/prompts/id/{prompt_id}/update",
    "POST /api/v1/prompts/id/{prompt_id}/update/meta",
];

/// Things of one person, and their ids.
struct Things {
    chat: String,
    link: String,
    folder: String,
    prompt: String,
    file: String,
    note: String,
}

/// Fresh things, let to `reader` and `writer`.
async fn things(owner: &Person<'_>, reader: &str, writer: &str, turn: usize) -> Things {
    let id = |value: serde_json::Value| value["id"].as_str().unwrap().to_owned();
    let grants = json!({"share_mode": "continue", "access_grants": [
        {"principal_type": "user", "principal_id": reader, "permission": "read"},
        {"principal_type": "user", "principal_id": writer, "permission": "read"},
        {"principal_type": "user", "principal_id": writer, "permission": "write"},
    ]});
    let file = id(owner.upload("shown.txt", "text/plain", b"words").await);
    let messages = json!({
        "question": {"id": "question", "parentId": null, "role": "user", "content": "words", "files": [{"type": "file", "id": file}]},
        "answer": {"id": "answer", "parentId": "question", "role": "assistant", "content": "words", "done": true},
    });
    let chat = json!({"title": "Ours", "history": {"messages": messages, "currentId": "answer"}});
    let chat = id(owner.post("/api/v1/chats/new", json!({"chat": chat})).await.ok());
    let shared = owner.post(&format!("/api/v1/chats/{chat}/share"), json!({"share_mode": "continue"})).await.ok();
    owner.post(&format!("/api/v1/chats/shared/{chat}/access/update"), grants.clone()).await.ok();
    let folder = id(owner.post("/api/v1/folders/", json!({"name": format!("Ours {turn}")})).await.ok());
    owner.post(&format!("/api/v1/folders/{folder}/access/update"), grants.clone()).await.ok();
    let prompt = json!({"command": format!("ours-{turn}"), "name": "Ours", "content": "words"});
    let prompt = id(owner.post("/api/v1/prompts/create", prompt).await.ok());
    owner.post(&format!("/api/v1/prompts/id/{prompt}/access/update"), grants.clone()).await.ok();
    let note = json!({"title": "Ours", "data": {"content": {"md": "words"}}});
    let note = id(owner.post("/api/v1/notes/create", note).await.ok());
    owner.post(&format!("/api/v1/notes/{note}/access/update"), grants).await.ok();
    Things { chat, link: shared["share_id"].as_str().unwrap().to_owned(), folder, prompt, file, note }
}

#[tokio::test]
async fn grantees_may_do_what_the_tables_say_and_nothing_else() {
    let server = TestApp::with(&[("ENABLE_FOLDERS", "true")]).await;
    let owner = server.admin().await;
    let (reader, writer) = (server.somebody("rhea", "user").await, server.somebody("wes", "user").await);
    let mut wrong = Vec::new();
    for (turn, operation) in all().into_iter().enumerate() {
        let path = &operation.path;
        let within = |known: &[&str]| known.iter().any(|known| path.starts_with(known)) && path.contains('{');
        if ![OF_CHATS, OF_FILES, OF_FOLDERS, OF_NOTES, OF_PROMPTS].into_iter().any(within) {
            continue;
        }
        let name = format!("{} {path}", operation.method);
        for (person, permission) in [(&reader, "read"), (&writer, "write")] {
            let things =
                things(&owner, reader.id.as_str(), writer.id.as_str(), 2 * turn + usize::from(permission == "read"))
                    .await;
            let id = match path.as_str() {
                path if path.contains("{share_id}") || path.ends_with("/clone/shared") => &things.link,
                _ if within(OF_CHATS) => &things.chat,
                _ if within(OF_FOLDERS) => &things.folder,
                _ if within(OF_PROMPTS) => &things.prompt,
                _ if within(OF_NOTES) => &things.note,
                _ => &things.file,
            };
            let address = fill(&path.replace("{message_id}", "question").replace("{file_name}", "shown.txt"), id);
            let mut let_in = None;
            for body in bodies() {
                let reply = person.call(operation.method, &address, body).await;
                if ![401, 403, 404, 422].contains(&reply.status.as_u16()) && !harmless(&reply) {
                    let_in = Some(format!("{} {}", reply.status, reply.text));
                }
            }
            let allowed = READERS.contains(&name.as_str()) || permission == "write" && WRITERS.contains(&name.as_str());
            match let_in {
                Some(answer) if !allowed => {
                    wrong.push(format!("{name} let somebody in who may {permission}: {answer}"))
                }
                None if allowed => wrong.push(format!("{name} refused somebody who may {permission}")),
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
