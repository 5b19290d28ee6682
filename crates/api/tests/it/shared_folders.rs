//! Folders that were shared: whom their owner lets in reads the chats in them, and does nothing else.

use serde_json::{Value, json};

use crate::app::{Person, TestApp};

fn id(thing: &Value) -> String {
    thing["id"].as_str().unwrap().to_owned()
}

fn read_by(principal_type: &str, principal_id: &str) -> Value {
    json!({"principal_type": principal_type, "principal_id": principal_id, "permission": "read"})
}

async fn chat(owner: &Person<'_>, folder: &str, file: &str) -> String {
    let message = json!({"id": "m", "parentId": null, "childrenIds": [], "role": "user", "content": "Why do they blink?",
        "files": [{"type": "file", "id": file}]});
    let history = json!({"messages": {"m": message}, "currentId": "m"});
    let chat = json!({"title": "Lights", "params": {"system": "Be kind."}, "history": history});
    id(&owner.post("/api/v1/chats/new", json!({"chat": chat, "folder_id": folder})).await.ok())
}

async fn share(owner: &Person<'_>, folder: &str, grants: &[Value]) -> crate::app::Reply {
    owner.post(&format!("/api/v1/folders/{folder}/access/update"), json!({"access_grants": grants})).await
}

#[tokio::test]
async fn the_chats_of_a_shared_folder_are_read_until_it_is_taken_back() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let (ann, ben) = (server.somebody("ann", "user").await, server.somebody("ben", "user").await);
    let folder = id(&admin.post("/api/v1/folders/", json!({"name": "Harbour"})).await.ok());
    let inner = id(&admin.post("/api/v1/folders/", json!({"name": "Quay", "parent_id": folder})).await.ok());
    let file = id(&admin.upload("lights.txt", "text/plain", b"green and red").await);
    let (here, below) = (chat(&admin, &folder, &file).await, chat(&admin, &inner, "none").await);
    let (path, bytes) = (format!("/api/v1/chats/{here}"), format!("/api/v1/files/{file}/content"));
    assert_eq!((ann.get(&path).await.refused(), ann.get("/api/v1/folders/shared").await.ok()), (401, json!([])));

    share(&admin, &folder, &[read_by("user", ann.id.as_str())]).await.ok();
    let shared = ann.get("/api/v1/folders/shared").await.ok();
    assert_eq!((&shared[0]["id"], &shared[0]["user"]["name"]), (&json!(folder), &json!("Root")));
    let listed = ann.get(&format!("/api/v1/folders/{folder}/shared/chats")).await.ok();
    assert_eq!((&listed["chats"][0]["id"], &listed["folder_permission"]), (&json!(here), &json!("read")));
    let seen = ann.get(&format!("{path}?last=40")).await.ok();
    assert_eq!(seen["chat"]["history"]["messages"]["m"]["content"], "Why do they blink?");
    assert_eq!(
        (&seen["chat"]["params"], &seen["folder_id"]),
        (&json!(null), &json!(null)),
        "how it was set up stays the owner's"
    );
    assert_eq!(admin.get(&path).await.ok()["chat"]["params"]["system"], "Be kind.");
    assert_eq!(ann.get(&bytes).await.text, "green and red");
    assert_eq!(
        ann.get(&format!("/api/v1/chats/{below}")).await.refused(),
        401,
        "what is in a folder below was not shared"
    );
    assert_eq!((ben.get(&path).await.refused(), ben.get(&bytes).await.refused()), (401, 404));

    admin.post(&format!("{path}/archive"), json!({})).await.ok();
    assert_eq!((ann.get(&path).await.refused(), ann.get(&bytes).await.refused()), (401, 404), "it is in the archive");
    admin.post(&format!("{path}/archive"), json!({})).await.ok();
    ann.get(&path).await.ok();
    admin.post(&format!("{path}/folder"), json!({"folder_id": inner})).await.ok();
    assert_eq!(ann.get(&path).await.refused(), 401, "it is in the folder no longer");
    admin.post(&format!("{path}/folder"), json!({"folder_id": folder})).await.ok();
    ann.get(&path).await.ok();
    share(&admin, &folder, &[]).await.ok();
    assert_eq!((ann.get(&path).await.refused(), ann.get(&bytes).await.refused()), (401, 404), "it was taken back");
}

#[tokio::test]
async fn nobody_shares_a_folder_with_more_than_they_may() {
    let server = TestApp::with(&[("USER_PERMISSIONS_FOLDERS_ALLOW_SHARING", "true")]).await;
    let admin = server.admin().await;
    let ann = server.somebody("ann", "user").await;
    let folder = id(&ann.post("/api/v1/folders/", json!({"name": "Mine"})).await.ok());
    let kept = share(&ann, &folder, &[read_by("user", "*"), read_by("user", admin.id.as_str())]).await.ok();
    let kept = kept["access_grants"].as_array().unwrap();
    assert_eq!((kept.len(), &kept[0]["principal_id"]), (1, &json!(admin.id)));
    for wrong in [
        read_by("anyone", "*"),
        read_by("user", ""),
        json!({}),
        json!({"principal_type": "user", "principal_id": "u", "permission": "own"}),
    ] {
        assert_eq!(share(&ann, &folder, std::slice::from_ref(&wrong)).await.refused(), 400, "{wrong}");
    }
}
