//! Prompts: made, found, changed, looked back at, shared.

use serde_json::{Value, json};

use crate::app::{Person, TestApp};

const CREATE: &str = "/api/v1/prompts/create";

fn form(command: &str, content: &str) -> Value {
    json!({"command": command, "name": format!("About {command}"), "content": content, "tags": ["t"]})
}

async fn made(person: &Person<'_>, command: &str) -> String {
    let prompt = person.post(CREATE, form(command, "one\ntwo")).await.ok();
    format!("/api/v1/prompts/id/{}", prompt["id"].as_str().unwrap())
}

/// Switches permissions of everybody, such as `workspace.prompts`.
async fn allow(admin: &Person<'_>, switches: &[&str]) {
    let address = "/api/v1/users/default/permissions";
    let mut tree = admin.get(address).await.ok();
    for switch in switches {
        let (area, name) = switch.split_once('.').unwrap();
        tree[area][name] = json!(true);
    }
    admin.post(address, tree).await.ok();
}

fn commands(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|prompt| prompt["command"].as_str().unwrap()).collect()
}

async fn share(owner: &Person<'_>, address: &str, with: &str, permissions: &[&str]) -> Value {
    let grant = |permission: &&str| json!({"principal_type": "user", "principal_id": with, "permission": permission});
    let grants: Vec<Value> = permissions.iter().map(grant).collect();
    owner.post(&format!("{address}/access/update"), json!({"access_grants": grants})).await.ok()["access_grants"].take()
}

#[tokio::test]
async fn a_prompt_is_made_once_per_command_by_those_who_may() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let ann = server.somebody("ann", "user").await;
    assert_eq!(ann.post(CREATE, form("say", "x")).await.refused(), 401);
    allow(&admin, &["workspace.prompts"]).await;
    let prompt = ann.post(CREATE, form("/say", "x")).await.ok();
    assert_eq!((&prompt["command"], &prompt["user_id"]), (&json!("say"), &json!(ann.id)));
    assert_eq!((&prompt["data"], &prompt["meta"], &prompt["access_grants"]), (&json!({}), &json!({}), &json!([])));
    assert_eq!(admin.post(CREATE, form("say", "y")).await.refused(), 400);
    let other = made(&ann, "tell").await;
    assert_eq!(ann.post(&format!("{other}/update"), form("say", "y")).await.refused(), 400);
    let meta = json!({"name": "Tell", "command": "say"});
    assert_eq!(ann.post(&format!("{other}/update/meta"), meta).await.refused(), 400);
    assert_eq!(ann.get(&other).await.ok()["command"], "tell");
}

#[tokio::test]
async fn lists_show_what_was_asked_for_in_pages() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    for number in 0..31 {
        admin.post(CREATE, form(&format!("p{number:02}"), if number == 7 { "a Needle" } else { "hay" })).await.ok();
    }
    let ann = server.somebody("ann", "user").await;
    allow(&admin, &["workspace.prompts"]).await;
    let own = json!({"command": "own", "name": "Mine", "content": "hay", "tags": ["t", "a"]});
    ann.post(CREATE, own).await.ok();
    let list = async |query: &str| admin.get(&format!("/api/v1/prompts/list?{query}")).await.ok();
    let second = list("order_by=name&page=2").await;
    assert_eq!((second["total"].as_i64(), commands(&second["items"])), (Some(32), vec!["p30", "own"]));
    assert_eq!(second["items"][1]["user"]["name"], "ann");
    assert_eq!(commands(&list("order_by=name&direction=desc").await["items"])[0], "own");
    assert_eq!(commands(&list("query=needle").await["items"]), ["p07"]);
    assert_eq!(commands(&list("tag=a").await["items"]), ["own"]);
    assert_eq!(list("tag=t&view_option=created").await["total"], 31);
    assert_eq!(commands(&list("view_option=shared").await["items"]), ["own"]);
    assert_eq!(list("page=99999999999").await["items"], json!([]));
    assert_eq!(admin.get("/api/v1/prompts/list?page=x").await.refused(), 422);
    assert_eq!(admin.get("/api/v1/prompts/tags").await.ok(), json!(["a", "t"]));
    let seen = ann.get("/api/v1/prompts/list").await.ok();
    assert_eq!((commands(&seen["items"]), &seen["items"][0]["write_access"]), (vec!["own"], &json!(true)));
}

#[tokio::test]
async fn a_prompt_that_is_switched_off_is_listed_but_not_offered() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let say = made(&admin, "say").await;
    made(&admin, "tell").await;
    assert_eq!(admin.post(&format!("{say}/toggle"), json!({})).await.ok()["is_active"], false);
    assert_eq!(commands(&admin.get("/api/v1/prompts/").await.ok()), ["tell"]);
    assert_eq!(admin.get("/api/v1/prompts/list").await.ok()["total"], 2);
    assert_eq!(admin.post(&format!("{say}/toggle"), json!({})).await.ok()["is_active"], true);
    assert_eq!(admin.get("/api/v1/prompts/").await.ok().as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn every_change_can_be_looked_at_compared_and_taken_back() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let say = made(&admin, "say").await;
    let mut second = form("say", "one\r\nthree");
    second["commit_message"] = json!("second");
    admin.post(&format!("{say}/update"), second).await.ok();
    let history = admin.get(&format!("{say}/history")).await.ok();
    let messages: Vec<_> = history.as_array().unwrap().iter().map(|version| &version["commit_message"]).collect();
    assert_eq!(messages, [&json!("second"), &json!("Initial version")]);
    assert_eq!(history[0]["user"]["id"], json!(admin.id));
    assert_eq!(admin.get(&format!("{say}/history?page=1")).await.ok(), json!([]));
    let (new, old) = (history[0]["id"].as_str().unwrap(), history[1]["id"].as_str().unwrap());
    assert_eq!(history[0]["parent_id"], json!(old));
    assert_eq!(admin.get(&format!("{say}/history/{old}")).await.ok()["snapshot"]["content"], "one\ntwo");

    let diff = admin.get(&format!("{say}/history/diff?from_id={old}&to_id={new}")).await.ok();
    let lines = json!([format!("--- {old}"), format!("+++ {new}"), "@@ -1,2 +1,2 @@", " one", "-two", "+three"]);
    assert_eq!(diff["content_diff"], lines);
    assert_eq!((&diff["line_endings_only"], &diff["name_changed"]), (&json!(false), &json!(false)));
    assert_eq!(admin.get(&format!("{say}/history/diff?from_id={old}&to_id=none")).await.refused(), 404);
    assert_eq!(admin.get(&format!("{say}/history/diff?from_id={old}")).await.refused(), 422);

    let delete = async |version: &str| admin.call("DELETE", &format!("{say}/history/{version}"), None).await;
    assert_eq!(delete(new).await.refused(), 400, "it is live");
    let back = admin.post(&format!("{say}/update/version"), json!({"version_id": old})).await.ok();
    assert_eq!((&back["content"], &back["version_id"]), (&json!("one\ntwo"), &json!(old)));
    assert_eq!(delete(new).await.ok(), json!(true));
    assert_eq!(delete(new).await.refused(), 404);
    let gone = admin.post(&format!("{say}/update/version"), json!({"version_id": new})).await;
    assert_eq!(gone.refused(), 404);

    let mut draft = form("say", "draft");
    draft["is_production"] = json!(false);
    assert_eq!(admin.post(&format!("{say}/update"), draft).await.ok()["content"], "one\ntwo");
    let waiting = admin.get(&format!("{say}/history")).await.ok()[0]["id"].clone();
    let live = admin.post(&format!("{say}/update/version"), json!({"version_id": waiting})).await.ok();
    assert_eq!((&live["content"], &live["version_id"]), (&json!("draft"), &waiting));

    assert_eq!(admin.call("DELETE", &format!("{say}/delete"), None).await.ok(), json!(true));
    for gone in [say.clone(), format!("{say}/history"), format!("{say}/history/{old}")] {
        assert_eq!(admin.get(&gone).await.refused(), 404);
    }
}

#[tokio::test]
async fn a_reader_reads_a_writer_writes_and_a_stranger_finds_nothing() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let ann = server.somebody("ann", "user").await;
    let say = made(&admin, "say").await;
    let version = admin.get(&say).await.ok()["version_id"].as_str().unwrap().to_owned();
    let reads = [
        say.clone(),
        format!("{say}/history"),
        format!("{say}/history/{version}"),
        format!("{say}/history/diff?from_id={version}&to_id={version}"),
    ];
    let writes = [
        ("POST", format!("{say}/update"), form("stolen", "stolen")),
        ("POST", format!("{say}/update/meta"), json!({"name": "stolen", "command": "stolen"})),
        ("POST", format!("{say}/update/version"), json!({"version_id": version})),
        ("POST", format!("{say}/access/update"), json!({"access_grants": []})),
        ("POST", format!("{say}/toggle"), json!({})),
        ("DELETE", format!("{say}/history/{version}"), json!({})),
        ("DELETE", format!("{say}/delete"), json!({})),
    ];
    let cases: [(&[&str], u16, u16); 3] = [(&[], 404, 404), (&["read"], 200, 401), (&["write"], 404, 200)];
    for (rights, read, write) in cases {
        share(&admin, &say, &ann.id, rights).await;
        let before = admin.get(&say).await.ok();
        for address in &reads {
            assert_eq!(ann.get(address).await.status, read, "{rights:?} {address}");
        }
        let listed = usize::from(read == 200);
        assert_eq!(ann.get("/api/v1/prompts/").await.ok().as_array().unwrap().len(), listed);
        assert_eq!(ann.get("/api/v1/prompts/tags").await.ok().as_array().unwrap().len(), listed);
        if write == 200 {
            assert_eq!(ann.post(&writes[0].1, form("told", "told")).await.ok()["content"], "told");
            continue;
        }
        for (method, address, body) in &writes {
            assert_eq!(ann.call(method, address, Some(body.clone())).await.refused(), write, "{rights:?} {address}");
        }
        assert_eq!(admin.get(&say).await.ok(), before);
    }
    share(&admin, &say, "*", &["read"]).await;
    assert_eq!(ann.get(&say).await.ok()["write_access"], false);
}

#[tokio::test]
async fn people_share_only_as_far_as_they_may() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let ann = server.somebody("ann", "user").await;
    allow(&admin, &["workspace.prompts"]).await;
    let say = made(&ann, "say").await;
    assert_eq!(share(&ann, &say, &admin.id, &["read"]).await, json!([]), "sharing is off");
    allow(&admin, &["sharing.prompts"]).await;
    let given = share(&ann, &say, &admin.id, &["read", "write", "read"]).await;
    assert_eq!(given.as_array().unwrap().len(), 2, "each once: {given}");
    assert_eq!(given[0]["resource_type"], "prompt");
    assert_eq!(share(&ann, &say, "*", &["read"]).await, json!([]), "with everybody is a switch of its own");
    let kept = share(&ann, &say, &admin.id, &["read"]).await;
    ann.post(&format!("{say}/update"), json!({"command": "say", "name": "n", "content": "c", "access_grants": []}))
        .await
        .ok();
    assert_eq!(ann.get(&say).await.ok()["access_grants"], kept, "an update leaves sharing alone");
    for grant in [json!({}), json!({"principal_type": "user", "principal_id": "a\0", "permission": "read"})] {
        let form = json!({"access_grants": [grant]});
        assert_eq!(ann.post(&format!("{say}/access/update"), form).await.refused(), 400);
    }
}

#[tokio::test]
async fn an_administrator_sees_what_is_private_only_where_that_is_wanted() {
    for (bypass, status) in [("true", 200_u16), ("false", 404)] {
        let server = TestApp::with(&[("BYPASS_ADMIN_ACCESS_CONTROL", bypass)]).await;
        let admin = server.admin().await;
        let ann = server.somebody("ann", "user").await;
        allow(&admin, &["workspace.prompts"]).await;
        let say = made(&ann, "say").await;
        assert_eq!(admin.get(&say).await.status, status);
        assert_eq!(admin.post(&format!("{say}/toggle"), json!({})).await.status, status);
    }
}

#[tokio::test]
async fn forms_that_make_no_sense_are_refused() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let say = made(&admin, "say").await;
    for body in [
        json!({"command": "x"}),
        json!({"command": 1, "name": "n", "content": "c"}),
        json!({"command": "x", "name": "n", "content": "c", "tags": "t"}),
        json!({"command": "x", "name": "n", "content": "c", "tags": [1]}),
        json!({"command": "x", "name": "n", "content": "c", "data": []}),
        json!({"command": "x", "name": "n", "content": "c", "access_grants": ["a"]}),
        json!({"command": "x", "name": "n", "content": "c", "is_production": "no"}),
        json!([]),
    ] {
        assert_eq!(admin.post(CREATE, body.clone()).await.refused(), 422, "{body}");
        assert_eq!(admin.post(&format!("{say}/update"), body.clone()).await.refused(), 422, "{body}");
    }
    for command in ["", "/", "\0", "two words", &"x".repeat(300)] {
        assert_eq!(admin.post(CREATE, form(command, "c")).await.refused(), 400, "{command}");
    }
    let missing = admin.post(CREATE, json!({"command": "x"})).await.json()["detail"].clone();
    assert_eq!((&missing[0]["loc"], &missing[1]["loc"]), (&json!(["body", "name"]), &json!(["body", "content"])));
    assert_eq!(admin.get("/api/v1/prompts/id/%00").await.refused(), 404);
    assert_eq!(admin.get(&format!("{say}/history?page=-1")).await.refused(), 422);
    let odd = json!({"command": "ünï/😀", "name": "\0", "content": "\0 text", "data": {"\0": "\0"}, "tags": ["\0"]});
    let stored = admin.post(CREATE, odd).await.ok();
    assert_eq!(
        (&stored["command"], &stored["name"], &stored["content"]),
        (&json!("ünï/😀"), &json!(""), &json!(" text"))
    );
}
