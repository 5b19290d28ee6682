//! Every operation on a single thing, as somebody whom its owner let read it, and as somebody who may write too, each by
//! name and as a member of a group; and as an administrator whose it is not.

use serde_json::{Value, json};

use crate::app::{Person, Reply, TestApp};
use crate::matrix::{
    OF_CHATS, OF_FILES, OF_FOLDERS, OF_KNOWLEDGE, OF_NOTES, OF_PROMPTS, Operation, all, bodies, fill, harmless,
};

/// What readers may do; everything that is not named here is for the owner alone.
const READERS: &[&str] = &[
    "GET /api/v1/chats/share/{share_id}",
    "GET /api/v1/chats/{id}",
    "POST /api/v1/chats/{id}/clone/shared",
    "GET /api/v1/files/{id}",
    "GET /api/v1/files/{id}/content",
    "GET /api/v1/files/{id}/content/{file_name}",
    "GET /api/v1/files/{id}/data/content",
    "GET /api/v1/files/{id}/process/status",
    "GET /api/v1/folders/{id}",
    "GET /api/v1/folders/{id}/shared/chats",
    "GET /api/v1/knowledge/{id}",
    "GET /api/v1/knowledge/{id}/files",
    "GET /api/v1/knowledge/{id}/files/pending",
    "GET /api/v1/models/model",
    "GET /api/v1/models/model/profile/image",
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
    "POST /api/v1/knowledge/{id}/access/update",
    "DELETE /api/v1/knowledge/{id}/delete",
    "POST /api/v1/knowledge/{id}/dirs/create",
    "DELETE /api/v1/knowledge/{id}/dirs/{dir_id}/delete",
    "POST /api/v1/knowledge/{id}/dirs/{dir_id}/update",
    "POST /api/v1/knowledge/{id}/file/add",
    "POST /api/v1/knowledge/{id}/file/move",
    "POST /api/v1/knowledge/{id}/file/remove",
    "POST /api/v1/knowledge/{id}/file/update",
    "POST /api/v1/knowledge/{id}/files/batch/add",
    "POST /api/v1/knowledge/{id}/reset",
    "POST /api/v1/knowledge/{id}/sync/cleanup",
    "POST /api/v1/knowledge/{id}/sync/diff",
    "POST /api/v1/knowledge/{id}/update",
    "POST /api/v1/models/model/access/update",
    "POST /api/v1/models/model/delete",
    "GET /api/v1/models/model/history",
    "DELETE /api/v1/models/model/history/{history_id}",
    "GET /api/v1/models/model/history/{history_id}",
    "POST /api/v1/models/model/toggle",
    "POST /api/v1/models/model/update",
    "POST /api/v1/models/model/update/version",
    "POST /api/v1/notes/{id}/update",
    "POST /api/v1/prompts/id/{prompt_id}/access/update",
    "DELETE /api/v1/prompts/id/{prompt_id}/delete",
    "POST /api/v1/prompts/id/{prompt_id}/toggle",
    "POST /api/v1/prompts/id/{prompt_id}/update",
    "POST /api/v1/prompts/id/{prompt_id}/update/meta",
];
/// What needs a file besides, which `knowledge.rs` brings, or tells nothing without one: asked of those who may not only.
const WITH_A_FILE: &[&str] = &[
    "GET /api/v1/knowledge/{id}/files/pending",
    "POST /api/v1/knowledge/{id}/file/add",
    "POST /api/v1/knowledge/{id}/file/move",
    "POST /api/v1/knowledge/{id}/file/remove",
    "POST /api/v1/knowledge/{id}/file/update",
    "POST /api/v1/knowledge/{id}/files/batch/add",
];
/// What everybody may do with a model that they know by its id.
const EVERYBODY: &[&str] = &["GET /api/v1/models/model/profile/image"];
/// Addresses of one model, which is named in the query or in the body.
const OF_MODELS: &[&str] = &["/api/v1/models/model"];
/// Addresses about models that name no single one, and who asks whether they keep to what one may.
const OF_MANY_MODELS: &[(&str, &str)] = &[
    ("/api/v1/models/create", "a model that is there already is refused, see below"),
    ("/api/v1/models/import", "a model of somebody else stays as it is, see below"),
    ("/api/v1/models/export", "what one may change, see below"),
    ("/api/v1/models/list", "what one may change, see below"),
    ("/api/v1/models/tags", "words without models"),
    ("/api/v1/models/all", "for administrators"),
    ("/api/v1/models/base", "for administrators"),
    ("/api/v1/models/sync", "for administrators"),
    ("/api/v1/models/delete/all", "for administrators"),
];

/// Every kind of thing that is asked about here.
const KINDS: &[&[&str]] = &[OF_CHATS, OF_FILES, OF_FOLDERS, OF_KNOWLEDGE, OF_MODELS, OF_NOTES, OF_PROMPTS];

/// A fresh thing that an operation may be about.
struct Thing {
    id: String,
    /// What the other places of an address are filled with; empty for the same id.
    part: String,
    /// What `?id=` and the body of an operation on models say; empty for other things.
    named: Option<Value>,
}

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

/// Whether an operation is about a single thing of this kind.
fn of(operation: &Operation, known: &[&str]) -> bool {
    let models = known == OF_MODELS;
    known.iter().any(|known| operation.path.starts_with(known)) && (models || operation.path.contains('{'))
}

async fn shared_folder(owner: &Person<'_>, open: &Value, turn: usize) -> String {
    let folder = id(&owner.post("/api/v1/folders/", json!({"name": format!("Ours {turn}")})).await.ok());
    owner.post(&format!("/api/v1/folders/{folder}/access/update"), open.clone()).await.ok();
    folder
}

/// A thing of `owner` for this operation, let to whom `grants` say; none where it is about none.
async fn thing(owner: &Person<'_>, operation: &Operation, grants: &Value, turn: usize) -> Option<Thing> {
    let open = json!({"share_mode": "continue", "access_grants": grants});
    let thing = |id: String, part: &str| Some(Thing { id, part: part.to_owned(), named: None });
    if of(operation, OF_CHATS) || of(operation, OF_FILES) {
        let file = id(&owner.upload("shown.txt", "text/plain", b"words").await);
        let messages = json!({
            "question": {"id": "question", "parentId": null, "role": "user", "content": "words", "files": [{"type": "file", "id": file}]},
            "answer": {"id": "answer", "parentId": "question", "role": "assistant", "content": "words", "done": true},
        });
        let chat = json!({"title": "Ours", "history": {"messages": messages, "currentId": "answer"}});
        let folder = shared_folder(owner, &open, turn).await;
        let chat = id(&owner.post("/api/v1/chats/new", json!({"chat": chat, "folder_id": folder})).await.ok());
        let shared = owner.post(&format!("/api/v1/chats/{chat}/share"), json!({"share_mode": "continue"})).await.ok();
        owner.post(&format!("/api/v1/chats/shared/{chat}/access/update"), open).await.ok();
        if of(operation, OF_FILES) {
            return thing(file, "shown.txt");
        }
        let by_link = operation.path.contains("{share_id}") || operation.path.ends_with("/clone/shared");
        return thing(if by_link { shared["share_id"].as_str().unwrap().to_owned() } else { chat }, "question");
    }
    if of(operation, OF_FOLDERS) {
        return thing(shared_folder(owner, &open, turn).await, "");
    }
    if of(operation, OF_PROMPTS) {
        let prompt = json!({"command": format!("ours-{turn}"), "name": "Ours", "content": "words"});
        let prompt = id(&owner.post("/api/v1/prompts/create", prompt).await.ok());
        owner.post(&format!("/api/v1/prompts/id/{prompt}/access/update"), open).await.ok();
        return thing(prompt, "");
    }
    if of(operation, OF_NOTES) {
        let note = json!({"title": "Ours", "data": {"content": {"md": "words"}}});
        let note = id(&owner.post("/api/v1/notes/create", note).await.ok());
        owner.post(&format!("/api/v1/notes/{note}/access/update"), open).await.ok();
        return thing(note, "");
    }
    if of(operation, OF_KNOWLEDGE) {
        let form = json!({"name": "Ours", "description": "words", "access_grants": grants});
        let base = id(&owner.post("/api/v1/knowledge/create", form).await.ok());
        let directory = json!({"name": "Within", "parent_id": null});
        let made = owner.post(&format!("/api/v1/knowledge/{base}/dirs/create"), directory).await.ok();
        return thing(base, &id(&made));
    }
    if of(operation, OF_MODELS) {
        let model = format!("ours-{turn}");
        let form = |name: &str| json!({"id": model, "base_model_id": "base", "name": name, "meta": {}, "params": {}, "access_grants": grants});
        let first = owner.post("/api/v1/models/create", form("One")).await.ok();
        owner.post("/api/v1/models/model/update", form("Two")).await.ok();
        let part = first["version_id"].as_str().unwrap().to_owned();
        let mut named = form("stolen");
        named["version_id"] = json!(part);
        return Some(Thing { id: model, part, named: Some(named) });
    }
    None
}

/// What let somebody in, whichever of the bodies did; nothing where all were refused.
async fn let_in(person: &Person<'_>, operation: &Operation, thing: &Thing) -> Option<String> {
    let Operation { method, path, .. } = operation;
    let parts = ["{message_id}", "{file_name}", "{dir_id}", "{history_id}"];
    let part = if thing.part.is_empty() { &thing.id } else { &thing.part };
    let path = parts.into_iter().fold(path.clone(), |path, place| path.replace(place, part));
    let (address, bodies) = match &thing.named {
        Some(named) => (format!("{path}?id={}", thing.id), vec![None, Some(named.clone())]),
        None => (fill(&path, &thing.id), bodies().to_vec()),
    };
    let mut seen = None;
    for body in bodies {
        let reply = person.call(method, &address, body).await;
        if !refuses(&reply) {
            seen = Some(format!("{} {}", reply.status, reply.text));
        }
    }
    seen
}

/// Refused, or not told anything. Those who may only read a knowledge base hear 400 when they change it.
fn refuses(reply: &Reply) -> bool {
    [401, 403, 404, 422].contains(&reply.status.as_u16())
        || harmless(reply)
        || (reply.status == 400 && reply.text.contains("You may read this knowledge base"))
}

/// Asks every operation on a single thing of these kinds, as everybody in `people`, who are let do what the grants say.
async fn wrong(
    owner: &Person<'_>,
    grants: &Value,
    kinds: &[&[&str]],
    people: &[(&Person<'_>, &str)],
    may: impl Fn(&str, &str) -> bool,
) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut turn = 0;
    for operation in all().into_iter().filter(|operation| kinds.iter().any(|known| of(operation, known))) {
        let name = format!("{} {}", operation.method, operation.path);
        for (person, role) in people {
            turn += 1;
            let Some(thing) = thing(owner, &operation, grants, turn).await else { break };
            match let_in(person, &operation, &thing).await {
                Some(answer) if !may(&name, role) => wrong.push(format!("{name} let the {role} in: {answer}")),
                None if may(&name, role) && !WITH_A_FILE.contains(&name.as_str()) => {
                    wrong.push(format!("{name} refused the {role}"))
                }
                _ => {}
            }
        }
    }
    wrong
}

/// A group with one person in it.
async fn group_of(admin: &Person<'_>, name: &str, member: &Person<'_>) -> String {
    let group = id(&admin.post("/api/v1/groups/create", json!({"name": name, "description": ""})).await.ok());
    admin.post(&format!("/api/v1/groups/id/{group}/users/add"), json!({"user_ids": [member.id]})).await.ok();
    group
}

fn grant(principal: (&str, &str), permission: &str) -> Value {
    json!({"principal_type": principal.0, "principal_id": principal.1, "permission": permission})
}

#[tokio::test]
async fn grantees_may_do_what_the_tables_say_and_nothing_else() {
    let server = TestApp::with(&[("ENABLE_FOLDERS", "true")]).await;
    let owner = server.admin().await;
    let (reader, writer) = (server.somebody("rhea", "user").await, server.somebody("wes", "user").await);
    let (guest, mate) = (server.somebody("gail", "user").await, server.somebody("max", "user").await);
    let stranger = server.somebody("sten", "user").await;
    let (guests, mates) = (group_of(&owner, "Guests", &guest).await, group_of(&owner, "Mates", &mate).await);
    let mut grants = Vec::new();
    for (reads, writes) in [(("user", &reader.id), ("user", &writer.id)), (("group", &guests), ("group", &mates))] {
        for (principal, permission) in [(reads, "read"), (writes, "read"), (writes, "write")] {
            grants.push(grant((principal.0, principal.1), permission));
        }
    }
    let people = [
        (&reader, "reader"),
        (&writer, "writer"),
        (&guest, "member of a group of readers"),
        (&mate, "member of a group of writers"),
        (&stranger, "stranger"),
    ];
    let may = |name: &str, role: &str| match role {
        "stranger" => EVERYBODY.contains(&name),
        role => READERS.contains(&name) || role.contains("writer") && WRITERS.contains(&name),
    };
    let wrong = wrong(&owner, &json!(grants), KINDS, &people, may).await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn every_address_of_models_is_asked_about_by_somebody() {
    for Operation { method, path, .. } in all() {
        let known =
            OF_MODELS.iter().chain(OF_MANY_MODELS.iter().map(|(known, _)| known)).any(|known| path.starts_with(known));
        assert!(
            known || !path.starts_with("/api/v1/models/"),
            "{method} {path}: no table says whose models it is about"
        );
    }
}

#[tokio::test]
async fn an_administrator_is_no_owner_of_what_others_made() {
    // What every administrator may, so that they can keep order: models, and chats that must go.
    let always = |name: &str| {
        let of_models = name.contains(" /api/v1/models/model") && WRITERS.contains(&name);
        of_models || EVERYBODY.contains(&name) || name == "DELETE /api/v1/chats/{id}"
    };
    let kinds: [(&str, &[&[&str]]); 2] = [("true", &[OF_KNOWLEDGE, OF_MODELS]), ("false", KINDS)];
    for (bypass, kinds) in kinds {
        let env = [("ENABLE_FOLDERS", "true"), ("BYPASS_ADMIN_ACCESS_CONTROL", bypass)];
        let server = TestApp::with(&env).await;
        let other = server.admin().await;
        let owner = server.somebody("ona", "admin").await;
        let may = |name: &str, _: &str| bypass == "true" || always(name);
        let wrong = wrong(&owner, &json!([]), kinds, &[(&other, "other administrator")], may).await;
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

#[tokio::test]
async fn who_makes_models_too_neither_replaces_nor_takes_along_those_of_others() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let mut tree = admin.get("/api/v1/users/default/permissions").await.ok();
    for key in ["models", "models_import", "models_export"] {
        tree["workspace"][key] = json!(true);
    }
    admin.post("/api/v1/users/default/permissions", tree).await.ok();
    let (maker, mate) = (server.somebody("mia", "user").await, server.somebody("max", "user").await);
    let mates = group_of(&admin, "Mates", &mate).await;
    let form = |name: &str| json!({"id": "ours", "base_model_id": "base", "name": name, "meta": {}, "params": {}});
    let mut ours = form("Ours");
    ours["access_grants"] = json!([grant(("group", &mates), "read"), grant(("group", &mates), "write")]);
    admin.post("/api/v1/models/create", ours).await.ok();
    let name = async || admin.get("/api/v1/models/model?id=ours").await.ok()["name"].clone();
    for (person, name_then, seen) in [(&maker, "Ours", 0), (&mate, "Taken", 1)] {
        assert_eq!(person.post("/api/v1/models/create", form("Taken")).await.refused(), 401);
        assert_eq!(person.get("/api/v1/models/list").await.ok()["total"], seen);
        assert_eq!(person.get("/api/v1/models/export").await.ok().as_array().unwrap().len(), seen);
        person.post("/api/v1/models/import", json!({"models": [form("Taken")]})).await.ok();
        assert_eq!(name().await, name_then);
    }
    assert_eq!(
        admin.get("/api/v1/models/model?id=ours").await.ok()["user_id"],
        json!(admin.id),
        "it has its owner still"
    );
}
