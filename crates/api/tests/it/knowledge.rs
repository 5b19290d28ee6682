//! Knowledge bases through the front door: what is in them is found by those who may read them, and by nobody else.

use serde_json::{Value, json};

use crate::app::{Person, TestApp};
use crate::attached::{ask_with, provider};
use crate::retrieval::{id, letters, server};
use crate::upstream::Upstream;

pub async fn made(person: &Person<'_>, name: &str, grants: Value) -> String {
    let form = json!({"name": name, "description": "about things", "access_grants": grants});
    id(&person.post("/api/v1/knowledge/create", form).await.ok())
}

pub fn read_by(user: &str) -> Value {
    json!([{"principal_type": "user", "principal_id": user, "permission": "read"}])
}

pub async fn add(person: &Person<'_>, knowledge: &str, file: &str) -> crate::app::Reply {
    person.post(&format!("/api/v1/knowledge/{knowledge}/file/add"), json!({"file_id": file})).await
}

async fn search(person: &Person<'_>, knowledge: &str, text: &str) -> crate::app::Reply {
    let form = json!({"collection_names": [knowledge], "query": text, "k": 9});
    person.post("/api/v1/retrieval/query/collection", form).await
}

async fn finds(person: &Person<'_>, knowledge: &str, text: &str) -> Value {
    search(person, knowledge, text).await.ok()["documents"][0].clone()
}

#[tokio::test]
async fn making_one_needs_the_permission_and_seeing_it_a_grant() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let user = server.somebody("user", "user").await;
    let form = json!({"name": "kb", "description": "d"});
    assert_eq!(user.post("/api/v1/knowledge/create", form).await.refused(), 401);
    let missing = admin.post("/api/v1/knowledge/create", json!({"name": "x"})).await;
    assert_eq!((missing.status.as_u16(), &missing.json()["detail"][0]["loc"]), (422, &json!(["body", "description"])));
    assert_eq!(admin.post("/api/v1/knowledge/create", json!({"name": " ", "description": ""})).await.refused(), 400);
    let kb = made(&admin, "Wire KB", json!([])).await;
    assert_eq!(user.get(&format!("/api/v1/knowledge/{kb}")).await.refused(), 401);
    assert_eq!(user.get("/api/v1/knowledge/").await.ok(), json!({"items": [], "total": 0}));
    let path = format!("/api/v1/knowledge/{kb}/access/update");
    let shared = admin.post(&path, json!({"access_grants": read_by(&user.id)})).await.ok();
    assert_eq!(shared["access_grants"][0]["principal_id"], json!(user.id));
    let seen = user.get(&format!("/api/v1/knowledge/{kb}")).await.ok();
    assert_eq!((&seen["files"], &seen["write_access"]), (&json!(null), &json!(false)));
    let list = user.get("/api/v1/knowledge/search?query=wire").await.ok();
    assert_eq!((&list["total"], &list["items"][0]["file_count"]), (&json!(1), &json!(0)));
    assert_eq!(list["items"][0]["user"]["name"], "Root");
    assert_eq!(user.get("/api/v1/knowledge/search?query=wire%25").await.ok()["total"], 0);
    assert_eq!(user.get("/api/v1/knowledge/search?view_option=created").await.ok()["total"], 0);
    assert_eq!(
        user.post(&format!("/api/v1/knowledge/{kb}/update"), json!({"name": "n", "description": ""})).await.refused(),
        400
    );
    assert_eq!(user.call("DELETE", &format!("/api/v1/knowledge/{kb}/delete"), None).await.refused(), 400);
    assert_eq!(admin.call("DELETE", &format!("/api/v1/knowledge/{kb}/delete"), None).await.ok(), json!(true));
    assert_eq!(admin.get(&format!("/api/v1/knowledge/{kb}")).await.refused(), 404);
}

#[tokio::test]
async fn nothing_is_found_any_more_after_a_revoke_a_removal_or_a_deletion() {
    let upstream = Upstream::start(letters).await;
    let server = server(&upstream, &[]).await;
    let admin = server.admin().await;
    let user = server.somebody("user", "user").await;
    let kb = made(&admin, "KB", read_by(&user.id)).await;
    let (one, two) = (
        id(&admin.upload("a.txt", "text/plain", b"aaa").await),
        id(&admin.upload("b.txt", "text/plain", b"bbb").await),
    );
    let added = add(&admin, &kb, &one).await.ok();
    assert_eq!(added["files"][0]["meta"]["collection_name"], json!(kb));
    add(&admin, &kb, &one).await.ok();
    admin.post(&format!("/api/v1/knowledge/{kb}/files/batch/add"), json!([{"file_id": two}])).await.ok();
    assert_eq!(finds(&user, &kb, "aaa").await, json!(["aaa", "bbb"]));
    // Who may read the knowledge base may read its files, and only these.
    assert_eq!(user.get(&format!("/api/v1/files/{one}")).await.ok()["data"]["content"], "aaa");
    assert_eq!(user.call("DELETE", &format!("/api/v1/files/{one}"), None).await.refused(), 404);
    admin.post(&format!("/api/v1/knowledge/{kb}/file/remove?delete_file=false"), json!({"file_id": two})).await.ok();
    assert_eq!(finds(&user, &kb, "bbb").await, json!(["aaa"]));
    assert_eq!(user.get(&format!("/api/v1/files/{two}")).await.refused(), 404);
    let path = format!("/api/v1/knowledge/{kb}/access/update");
    admin.post(&path, json!({"access_grants": []})).await.ok();
    assert_eq!(search(&user, &kb, "aaa").await.refused(), 403);
    assert_eq!(user.get(&format!("/api/v1/files/{one}")).await.refused(), 404);
    admin.post(&path, json!({"access_grants": read_by(&user.id)})).await.ok();
    admin.call("DELETE", &format!("/api/v1/files/{one}"), None).await.ok();
    assert_eq!(finds(&user, &kb, "aaa").await, json!([]));
    admin.call("DELETE", &format!("/api/v1/knowledge/{kb}/delete"), None).await.ok();
    assert_eq!(search(&user, &kb, "aaa").await.refused(), 403);
    assert!(!server.app.retrieval.vectors().has(&kb).await.unwrap());
}

#[tokio::test]
async fn passages_that_a_crash_left_behind_are_not_found() {
    let upstream = Upstream::start(letters).await;
    let server = server(&upstream, &[]).await;
    let admin = server.admin().await;
    let kb = made(&admin, "KB", json!([])).await;
    let file = id(&admin.upload("a.txt", "text/plain", b"aaa").await);
    add(&admin, &kb, &file).await.ok();
    // The row is gone, and nobody came to clear away the passages.
    server.app.store.delete_file(&file.as_str().into()).await.unwrap();
    assert_eq!(finds(&admin, &kb, "aaa").await, json!([]));
}

#[tokio::test]
async fn what_cannot_be_added_says_why() {
    let upstream = Upstream::start(letters).await;
    let server = server(&upstream, &[("USER_PERMISSIONS_WORKSPACE_KNOWLEDGE_ACCESS", "true")]).await;
    let admin = server.admin().await;
    let user = server.somebody("user", "user").await;
    let kb = made(&user, "Mine", json!([])).await;
    let foreign = id(&admin.upload("secret.txt", "text/plain", b"aaa").await);
    assert_eq!(add(&user, &kb, &foreign).await.refused(), 400, "a file of somebody else");
    assert_eq!(add(&user, &kb, "nothing").await.refused(), 400);
    let broken = id(&user.upload("a.pdf", "application/pdf", b"%PDF").await);
    let refused = add(&user, &kb, &broken).await;
    assert!(refused.json()["detail"].as_str().unwrap().contains("damaged"), "{}", refused.text);
    let one = id(&user.upload("a.txt", "text/plain", b"aaa").await);
    let same = id(&user.upload("b.txt", "text/plain", b"aaa").await);
    add(&user, &kb, &one).await.ok();
    assert_eq!(add(&user, &kb, &same).await.refused(), 400, "the same content twice");
    let path = format!("/api/v1/knowledge/{kb}/files/batch/add");
    assert_eq!(user.post(&path, json!([{"file_id": "nothing"}])).await.refused(), 400);
    assert_eq!(user.post(&path, json!({"file_id": "nothing"})).await.refused(), 422);
}

#[tokio::test]
async fn directories_hold_files_and_each_other() {
    let upstream = Upstream::start(letters).await;
    let server = server(&upstream, &[]).await;
    let admin = server.admin().await;
    let kb = made(&admin, "KB", json!([])).await;
    let at = |rest: &str| format!("/api/v1/knowledge/{kb}{rest}");
    let fruit = id(&admin.post(&at("/dirs/create"), json!({"name": "fruit"})).await.ok());
    let inner = id(&admin.post(&at("/dirs/create"), json!({"name": "inner", "parent_id": fruit})).await.ok());
    assert_eq!(admin.post(&at("/dirs/create"), json!({"name": "fruit"})).await.refused(), 400, "taken");
    assert_eq!(admin.post(&at("/dirs/create"), json!({"name": "a/b"})).await.refused(), 400);
    assert_eq!(admin.post(&at("/dirs/create"), json!({"name": "x", "parent_id": "nothing"})).await.refused(), 400);
    let loop_ = json!({"parent_id": inner});
    assert_eq!(admin.post(&at(&format!("/dirs/{fruit}/update")), loop_).await.refused(), 400);
    let file = id(&admin.upload("pears.txt", "text/plain", b"ccc").await);
    add(&admin, &kb, &file).await.ok();
    let moved = json!({"file_id": file, "directory_id": inner});
    assert_eq!(admin.post(&at("/file/move"), moved).await.ok(), json!({"status": true}));
    let top = admin.get(&at("/files?directory_id=")).await.ok();
    assert_eq!((&top["total"], &top["directories"][0]["name"]), (&json!(0), &json!("fruit")));
    let all = admin.get(&at("/files")).await.ok();
    assert_eq!((&all["total"], &all["items"][0]["directory_path"]), (&json!(1), &json!("fruit/inner")));
    let inside = admin.get(&at(&format!("/files?directory_id={inner}"))).await.ok();
    assert_eq!(inside["items"][0]["directory_path"], "fruit/inner");
    assert_eq!((&inside["items"][0]["data"], &inside["items"][0]["has_original"]), (&json!(null), &json!(true)));
    assert_eq!(inside["breadcrumbs"][0]["id"], json!(fruit));
    assert_eq!(admin.get(&at("/files?query=PEAR")).await.ok()["total"], 1, "words are looked for everywhere");
    assert_eq!(admin.get(&at("/files?directory_id=nothing")).await.refused(), 404);
    let found = admin.get("/api/v1/knowledge/search/files?query=pears").await.ok();
    assert_eq!(found["items"][0]["collection"]["id"], json!(kb));
    let renamed = admin.post(&at(&format!("/dirs/{inner}/update")), json!({"name": "seeds"})).await.ok();
    assert_eq!((&renamed["name"], &renamed["parent_id"]), (&json!("seeds"), &json!(fruit)));
    let gone = admin.call("DELETE", &at(&format!("/dirs/{fruit}/delete")), None).await.ok();
    assert_eq!(gone, json!({"status": true, "file_ids": []}));
    assert_eq!(admin.get(&at("/files")).await.ok()["total"], 1, "its files moved up");
}

#[tokio::test]
async fn a_folder_is_compared_and_what_is_gone_from_it_is_taken_out() {
    let upstream = Upstream::start(letters).await;
    let server = server(&upstream, &[]).await;
    let admin = server.admin().await;
    let kb = made(&admin, "KB", json!([])).await;
    let at = |rest: &str| format!("/api/v1/knowledge/{kb}{rest}");
    let dir = id(&admin.post(&at("/dirs/create"), json!({"name": "old"})).await.ok());
    let (same, changed) = (
        id(&admin.upload("same.txt", "text/plain", b"aaa").await),
        id(&admin.upload("changed.txt", "text/plain", b"bbb").await),
    );
    add(&admin, &kb, &same).await.ok();
    add(&admin, &kb, &changed).await.ok();
    let hash = admin.get(&format!("/api/v1/files/{same}")).await.ok()["meta"]["file_hash"].clone();
    let entry =
        |name: &str, path: &str, hash: &Value| json!({"filename": name, "path": path, "checksum": hash, "size": 3});
    let manifest = json!({"manifest": [entry("same.txt", "", &hash), entry("changed.txt", "", &json!("0")),
        entry("new.txt", "sub/deep", &json!("1"))]});
    let diff = admin.post(&at("/sync/diff"), manifest).await.ok();
    let expected = json!({
        "added": [{"filename": "new.txt", "path": "sub/deep"}],
        "modified": [{"filename": "changed.txt", "path": "", "stale_file_id": changed}],
        "deleted": [], "mkdir": ["sub", "sub/deep"], "rmdir": [dir], "unmodified_count": 1,
        "directory_map": {"old": dir},
    });
    assert_eq!(diff, expected);
    let cleanup = json!({"file_ids": [changed, "nothing"], "dir_ids": [dir]});
    assert_eq!(admin.post(&at("/sync/cleanup"), cleanup).await.ok(), json!({"status": true}));
    assert_eq!(admin.get(&at("/files")).await.ok()["total"], 1);
    assert_eq!(admin.get(&format!("/api/v1/files/{changed}")).await.refused(), 404, "its owner wanted it gone");
    let archive = admin.get(&at("/export")).await;
    assert_eq!(archive.headers["content-type"], "application/zip");
    assert_eq!(archive.headers["content-disposition"], "attachment; filename*=UTF-8''KB.zip");
    assert!(archive.text.starts_with("PK"));
}

#[tokio::test]
async fn an_upload_goes_into_the_knowledge_base_that_it_is_for_if_its_owner_may() {
    let upstream = Upstream::start(letters).await;
    let server = server(&upstream, &[]).await;
    let admin = server.admin().await;
    let user = server.somebody("user", "user").await;
    let kb = made(&admin, "KB", read_by(&user.id)).await;
    for (person, text, total) in [(&admin, "aaa", 1), (&user, "bbb", 1)] {
        let metadata = json!({"knowledge_id": kb}).to_string();
        let parts = [("file", Some(("a.txt", "text/plain")), text.as_bytes()), ("metadata", None, metadata.as_bytes())];
        person.form("/api/v1/files/?process_in_background=false", &parts).await.ok();
        // The file is read before it is linked.
        for _ in 0..1_500 {
            let pending = admin.get(&format!("/api/v1/knowledge/{kb}/files/pending")).await.ok();
            let there = admin.get(&format!("/api/v1/knowledge/{kb}/files")).await.ok()["total"].clone();
            if pending == json!([]) && there == total {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert_eq!(admin.get(&format!("/api/v1/knowledge/{kb}/files")).await.ok()["total"], total, "{text}");
    }
    assert_eq!(finds(&admin, &kb, "aaa").await, json!(["aaa"]));
}

#[tokio::test]
async fn a_knowledge_base_of_a_model_or_a_question_is_searched_for_those_who_may_read_it() {
    let (chat, mut heard) = provider().await;
    let upstream = Upstream::start(letters).await;
    let env = [
        ("ENABLE_OPENAI_API", "true"),
        ("OPENAI_API_BASE_URLS", chat.as_str()),
        ("OPENAI_API_KEYS", "k"),
        ("ENABLE_RETRIEVAL_QUERY_GENERATION", "false"),
        ("BYPASS_MODEL_ACCESS_CONTROL", "true"),
    ];
    let server = server(&upstream, &env).await;
    let admin = server.admin().await;
    let user = server.somebody("user", "user").await;
    let kb = made(&admin, "KB", json!([])).await;
    let file = id(&admin.upload("vault.txt", "text/plain", b"aaa 4711").await);
    add(&admin, &kb, &file).await.ok();
    let more = json!({"files": [{"type": "collection", "id": kb, "name": "KB"}]});
    let (request, stored) = ask_with(&admin, &mut heard, "aaa?", more.clone()).await;
    assert!(request["messages"][0]["content"].as_str().unwrap().contains("aaa 4711</source>"));
    let source = &stored["chat"]["history"]["messages"]["reply"]["sources"][0];
    assert_eq!((&source["source"]["id"], &source["metadata"][0]["name"]), (&json!(kb), &json!("vault.txt")));
    let (request, _) = ask_with(&user, &mut heard, "aaa?", more).await;
    assert_eq!(request["messages"], json!([{"role": "user", "content": "aaa?"}]), "nothing of what is not theirs");
    let model = json!({"id": "m", "name": "M", "base_model_id": null, "params": {}, "access_grants": [],
        "meta": {"knowledge": [{"type": "collection", "id": kb, "name": "KB"}]}});
    admin.post("/api/v1/models/create", model).await.ok();
    let (request, _) = ask_with(&admin, &mut heard, "aaa?", json!({})).await;
    assert!(request["messages"][0]["content"].as_str().unwrap().contains("4711"), "{request}");
    let (request, _) = ask_with(&user, &mut heard, "aaa?", json!({})).await;
    assert!(!request.to_string().contains("4711"));
}

#[tokio::test]
async fn files_uploaded_for_a_knowledge_base_get_there_and_each_says_how_it_ended() {
    let upstream = Upstream::start(letters).await;
    let server = server(&upstream, &[]).await;
    let admin = server.admin().await;
    let user = server.somebody("user", "user").await;
    let kb = made(&admin, "KB", json!([])).await;
    let path = "/api/v1/files/?process_in_background=false";
    let into = json!({"knowledge_id": kb}).to_string();
    let mut ids = Vec::new();
    for (name, text) in [("a.txt", "aaa"), ("a.txt", "aaa"), ("b.txt", "aaa"), ("c.pdf", "%PDF-1.7 nothing")] {
        let kind = if name.ends_with("pdf") { "application/pdf" } else { "text/plain" };
        let parts = [("metadata", None, into.as_bytes()), ("file", Some((name, kind)), text.as_bytes())];
        ids.push(id(&admin.form(path, &parts).await.ok()));
    }
    let asked = json!({"ids": ids});
    // A file is told to be read a moment before it is in the knowledge base.
    let mut told = json!(null);
    for _ in 0..200 {
        told = admin.post("/api/v1/airis/files/outcomes", asked.clone()).await.ok();
        if !told.to_string().contains("\"processing\"") && !told.to_string().contains("\"pending\"") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let of = |at: usize| told.as_array().unwrap().iter().find(|one| one["id"] == json!(ids[at])).unwrap().clone();
    assert_eq!((&of(0)["status"], &of(0)["error"]), (&json!("completed"), &json!(null)));
    // The same again is refused; the same text under another name may be wanted.
    assert_eq!(of(1)["status"], "failed");
    assert_eq!(of(1)["error"], "The same content is there already");
    assert_eq!(of(2)["status"], "completed");
    assert_eq!(of(3)["status"], "failed");
    assert!(of(3)["error"].as_str().is_some_and(|why| !why.is_empty()));
    let listed = admin.get(&format!("/api/v1/knowledge/{kb}/files?order_by=name&direction=asc")).await.ok();
    assert_eq!((&listed["items"][0]["filename"], &listed["items"][1]["filename"]), (&json!("a.txt"), &json!("b.txt")));
    assert_eq!(listed["total"], 2);
    assert_eq!(user.post("/api/v1/airis/files/outcomes", asked).await.ok(), json!([]));
    let many = json!({"ids": vec!["x"; 501]});
    assert_eq!(admin.post("/api/v1/airis/files/outcomes", many).await.refused(), 400);
}
