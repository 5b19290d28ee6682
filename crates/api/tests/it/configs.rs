//! Settings of the whole server.

use serde_json::json;

use crate::app::TestApp;

#[tokio::test]
async fn forms_show_what_was_written_and_leave_the_rest_alone() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    for address in [
        "/api/v1/configs/connections",
        "/api/v1/configs/models",
        "/api/v1/configs/code_execution",
        "/api/v1/configs/subagents",
        "/api/v1/configs/tool_servers",
        "/api/v1/configs/terminal_servers",
        "/api/v1/auths/admin/config",
        "/api/v1/auths/admin/config/oauth",
    ] {
        let before = admin.get(address).await.ok();
        assert_eq!(admin.post(address, before.clone()).await.ok(), before, "{address}");
    }
    let mut form = admin.get("/api/v1/auths/admin/config").await.ok();
    form["DEFAULT_USER_ROLE"] = json!("boss");
    assert_eq!(admin.post("/api/v1/auths/admin/config", form.clone()).await.refused(), 400);
    form["DEFAULT_USER_ROLE"] = json!("user");
    form["JWT_EXPIRES_IN"] = json!("soon");
    assert_eq!(admin.post("/api/v1/auths/admin/config", form).await.refused(), 400);
}

#[tokio::test]
async fn the_openai_connections_are_padded_and_incomplete_forms_are_explained() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let form = json!({"ENABLE_OPENAI_API": false, "OPENAI_API_BASE_URLS": ["http://a/v1/", "http://b/v1"], "OPENAI_API_KEYS": ["k"], "OPENAI_API_CONFIGS": {"0": {"enable": true}}});
    let saved = admin.post("/openai/config/update", form).await.ok();
    assert_eq!(saved["OPENAI_API_BASE_URLS"], json!(["http://a/v1", "http://b/v1"]));
    assert_eq!(saved["OPENAI_API_KEYS"], json!(["k", ""]));
    let reply = admin.post("/openai/config/update", json!({"OPENAI_API_KEYS": []})).await;
    assert_eq!(reply.refused(), 422);
    insta::assert_json_snapshot!(reply.json(), @r#"
    {
      "detail": [
        {
          "type": "missing",
          "loc": [
            "body",
            "OPENAI_API_BASE_URLS"
          ],
          "msg": "Field required",
          "input": {
            "OPENAI_API_KEYS": []
          }
        },
        {
          "type": "missing",
          "loc": [
            "body",
            "OPENAI_API_CONFIGS"
          ],
          "msg": "Field required",
          "input": {
            "OPENAI_API_KEYS": []
          }
        }
      ]
    }
    "#);
}

#[tokio::test]
async fn settings_survive_export_and_import() {
    let server = TestApp::start().await;
    let admin = server.first().await;
    let all = admin.get("/api/v1/configs/export").await.ok();
    assert_eq!(all["ui.enable_signup"], false);
    let changed =
        admin.post("/api/v1/configs/import", json!({"config": {"ui.enable_signup": true, "own.key": [1]}})).await.ok();
    assert_eq!((&changed["ui.enable_signup"], &changed["own.key"]), (&json!(true), &json!([1])));
    let names = admin.get("/api/v1/configs/namespace/own").await.ok();
    assert_eq!(names, json!({"own.key": [1]}));
}

#[tokio::test]
async fn switches_without_persistence_change_in_memory_only() {
    let server = TestApp::with(&[("ENABLE_PERSISTENT_CONFIG", "false"), ("ENABLE_SIGNUP", "true")]).await;
    let admin = server.admin().await;
    let form = json!({"ENABLE_DIRECT_CONNECTIONS": true, "ENABLE_BASE_MODELS_CACHE": false});
    assert_eq!(admin.post("/api/v1/configs/connections", form).await.ok()["ENABLE_DIRECT_CONNECTIONS"], true);
    assert_eq!(server.app.store.config().await.unwrap().get("direct.enable"), None);
}

#[tokio::test]
async fn permissions_of_everybody_can_be_changed_and_missing_switches_go_back() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let address = "/api/v1/users/default/permissions";
    let mut tree = admin.get(address).await.ok();
    assert_eq!(admin.post(address, tree.clone()).await.ok(), tree);
    tree["chat"] = json!({"delete": false, "no_such_switch": true});
    let saved = admin.post(address, tree).await.ok();
    assert_eq!((&saved["chat"]["delete"], &saved["chat"]["edit"]), (&json!(false), &json!(true)));
    assert_eq!(saved["chat"].get("no_such_switch"), None);
    let reply = admin.post(address, json!({"workspace": {}})).await;
    assert_eq!((reply.refused(), reply.json()["detail"].as_array().map(Vec::len)), (422, Some(5)));
}

#[tokio::test]
async fn everybody_sees_the_banners_that_an_administrator_set() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let user = server.somebody("user", "user").await;
    let banner = json!({"id": "b", "type": "info", "content": "Hello", "dismissible": true, "timestamp": 1});
    admin.post("/api/v1/configs/banners", json!({"banners": [banner]})).await.ok();
    insta::assert_json_snapshot!(user.get("/api/v1/configs/banners").await.ok(), @r#"
    [
      {
        "i18n": null,
        "id": "b",
        "type": "info",
        "title": null,
        "content": "Hello",
        "dismissible": true,
        "timestamp": 1
      }
    ]
    "#);
}

#[tokio::test]
async fn single_sign_on_is_kept_in_memory_unless_the_operator_wants_it_stored() {
    const OAUTH: &str = "/api/v1/auths/admin/config/oauth";
    for keeps in [false, true] {
        let server = TestApp::with(&[("ENABLE_OAUTH_PERSISTENT_CONFIG", if keeps { "true" } else { "false" })]).await;
        let admin = server.admin().await;
        let before = admin.get(OAUTH).await.ok();
        assert_eq!(before["ENABLE_OAUTH_PERSISTENT_CONFIG"], keeps);
        assert_eq!(
            (&before["OAUTH_ALLOWED_DOMAINS"], &before["OAUTH_ALLOWED_ROLES"]),
            (&json!("*"), &json!("user,admin"))
        );
        assert_eq!((&before["OAUTH_TIMEOUT"], &before["OAUTH_SUB_CLAIM"]), (&json!(""), &json!(null)));
        let change = json!({"OAUTH_ALLOWED_DOMAINS": "a.example, b.example", "OAUTH_TIMEOUT": "30", "OAUTH_SUB_CLAIM": "oid",
            "OAUTH_GROUP_DEFAULT_SHARE": "members", "ENABLE_OAUTH_SIGNUP": null});
        let after = admin.post(OAUTH, change).await.ok();
        assert_eq!(
            (&after["OAUTH_ALLOWED_DOMAINS"], &after["OAUTH_TIMEOUT"]),
            (&json!("a.example,b.example"), &json!(30))
        );
        assert_eq!(
            (&after["OAUTH_GROUP_DEFAULT_SHARE"], &after["ENABLE_OAUTH_SIGNUP"]),
            (&json!("members"), &json!(false))
        );
        assert_eq!(admin.get(OAUTH).await.ok(), after);
        assert_eq!(server.app.config.get("oauth.allowed_domains"), json!(["a.example", "b.example"]));
        let stored = server.app.store.config().await.unwrap().get("oauth.sub_claim").cloned();
        assert_eq!(stored == Some(json!("oid")), keeps);
        for (more, status) in [
            (json!({"OPENID_PROVIDER_URL": "nothing"}), 400),
            (json!({"OAUTH_TIMEOUT": "soon"}), 400),
            (json!({"OAUTH_TIMEOUT": -1}), 400),
            (json!({"OAUTH_CODE_CHALLENGE_METHOD": "plain"}), 400),
            (json!({"OAUTH_BLOCKED_GROUPS": "no list"}), 400),
            (json!({"OAUTH_GROUP_DEFAULT_SHARE": "odd"}), 400),
            (json!({"ENABLE_OAUTH": "x"}), 422),
            (json!({"OAUTH_SCOPES": 1}), 422),
        ] {
            assert_eq!(admin.post(OAUTH, more.clone()).await.refused(), status, "{more}");
        }
        assert_eq!(admin.get(OAUTH).await.ok(), after);
    }
}

#[tokio::test]
async fn helpers_of_models_need_room_for_at_least_one() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let address = "/api/v1/configs/subagents";
    let mut form = admin.get(address).await.ok();
    form["SUBAGENTS_MAX_CONCURRENT"] = json!(0);
    assert_eq!(admin.post(address, form.clone()).await.refused(), 400);
    form["SUBAGENTS_MAX_CONCURRENT"] = json!(3);
    assert_eq!(admin.post(address, form).await.ok()["SUBAGENTS_MAX_CONCURRENT"], 3);
}

#[tokio::test]
async fn a_browser_learns_how_to_ask_this_server() {
    let server = TestApp::with(&[("WEBUI_NAME", "A & B"), ("WEBUI_URL", "https://chat.example/")]).await;
    let reply = server.call("GET", "/opensearch.xml", None).await;
    assert_eq!((reply.status.as_u16(), reply.headers["content-type"].to_str().unwrap()), (200, "application/xml"));
    assert!(reply.text.contains("<ShortName>A &amp; B</ShortName>"), "{}", reply.text);
    assert!(reply.text.contains("https://chat.example/?shared={searchTerms}"), "{}", reply.text);
}
