//! People.

use serde_json::json;

use crate::app::{PASSWORD, TestApp};

#[tokio::test]
async fn an_administrator_adds_finds_changes_and_deletes_people() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let added = server.somebody("ann", "user").await;
    let found = admin.get("/api/v1/users/?query=ANN").await.ok();
    assert_eq!((&found["total"], &found["users"][0]["email"]), (&json!(1), &json!("ann@example.com")));
    let change = json!({"role": "user", "name": "Anna", "email": "Anna@example.com", "profile_image_url": "/user.png", "password": "Other-pass-1"});
    let changed = admin.post(&format!("/api/v1/users/{}/update", added.id), change).await.ok();
    assert_eq!((&changed["name"], &changed["email"]), (&json!("Anna"), &json!("anna@example.com")));
    assert_eq!(added.get("/api/v1/auths/").await.refused(), 401);
    server.sign_in("anna@example.com", "Other-pass-1").await;
    assert_eq!(admin.call("DELETE", &format!("/api/v1/users/{}", added.id), None).await.ok(), json!(true));
    assert_eq!(admin.get(&format!("/api/v1/users/{}", added.id)).await.refused(), 400);
}

#[tokio::test]
async fn nobody_changes_or_deletes_the_first_administrator() {
    let server = TestApp::start().await;
    let first = server.admin().await;
    let second = server.somebody("second", "admin").await;
    let demote = json!({"role": "user", "name": "x", "email": "root@example.com", "profile_image_url": "/user.png"});
    assert_eq!(second.post(&format!("/api/v1/users/{}/update", first.id), demote.clone()).await.refused(), 403);
    assert_eq!(first.post(&format!("/api/v1/users/{}/update", first.id), demote).await.refused(), 403);
    assert_eq!(second.call("DELETE", &format!("/api/v1/users/{}", first.id), None).await.refused(), 403);
    assert_eq!(second.call("DELETE", &format!("/api/v1/users/{}", second.id), None).await.refused(), 403);
}

#[tokio::test]
async fn a_new_role_ends_sessions_and_takes_effect_at_the_next_one() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let bob = server.somebody("bob", "user").await;
    admin.post(&format!("/api/v1/users/{}/update", bob.id), json!({"role": "pending"})).await.ok();
    assert_eq!(bob.get("/api/v1/users/user/settings").await.refused(), 401);
    let bob = server.sign_in("bob@example.com", PASSWORD).await;
    assert_eq!(bob.get("/api/v1/auths/").await.ok()["role"], "pending");
    assert_eq!(bob.get("/api/v1/users/user/settings").await.refused(), 401);
}

#[tokio::test]
async fn everybody_keeps_settings_facts_and_variables() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let settings = "/api/v1/users/user/settings";
    assert_eq!(admin.get(settings).await.ok(), json!(null));
    admin.post(&format!("{settings}/update"), json!({"ui": {"theme": "dark"}, "other": 1})).await.ok();
    let kept = admin.post(&format!("{settings}/update"), json!({"ui": {"theme": "light"}})).await.ok();
    assert_eq!(kept, json!({"ui": {"theme": "light"}, "other": 1}));
    assert_eq!(admin.get(settings).await.ok(), kept);
    admin.post("/api/v1/users/user/info/update", json!({"location": "here"})).await.ok();
    assert_eq!(admin.get("/api/v1/users/user/info").await.ok(), json!({"location": "here"}));
    admin.post("/api/v1/users/user/variables/update", json!({"variables": {"CITY": "Paris", "N": 3}})).await.ok();
    assert_eq!(admin.get("/api/v1/users/user/variables").await.ok(), json!({"variables": {"CITY": "Paris", "N": "3"}}));
}

#[tokio::test]
async fn pictures_are_served_as_stored_and_otherwise_as_the_standard_one() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let address = format!("/api/v1/users/{}/profile/image", admin.id);
    let standard = admin.get(&address).await;
    assert_eq!((standard.status.as_u16(), &standard.headers["content-type"]), (200, &"image/png".parse().unwrap()));
    let profile =
        |url: &str| json!({"name": "Root", "profile_image_url": url, "bio": null, "date_of_birth": "2000-01-31"});
    admin.post("/api/v1/auths/update/profile", profile("data:image/gif;base64,R0lGODlhAQABAAAAACw=")).await.ok();
    assert_eq!(admin.get(&address).await.headers["content-type"], "image/gif");
    assert_eq!(admin.post("/api/v1/auths/update/profile", profile("javascript:alert(1)")).await.refused(), 400);
}
