//! Notes: written, found, changed by several people, shared, pinned, asked about.

use serde_json::{Value, json};

use crate::app::{Person, TestApp};
use crate::attached::{ask_with, provider, server};

const CREATE: &str = "/api/v1/notes/create";

fn form(title: &str, text: &str) -> Value {
    json!({"title": title, "data": {"content": {"md": text, "html": format!("<p>{text}</p>"), "json": null}}})
}

/// The address of a new note.
async fn made(person: &Person<'_>, title: &str, text: &str) -> String {
    let note = person.post(CREATE, form(title, text)).await.ok();
    format!("/api/v1/notes/{}", note["id"].as_str().unwrap())
}

/// Switches permissions of everybody, such as `sharing.notes`, on or off.
async fn set(admin: &Person<'_>, switches: &[(&str, bool)]) {
    let address = "/api/v1/users/default/permissions";
    let mut tree = admin.get(address).await.ok();
    for (switch, on) in switches {
        let (area, name) = switch.split_once('.').unwrap();
        tree[area][name] = json!(on);
    }
    admin.post(address, tree).await.ok();
}

fn grants(kind: &str, to: &str, permissions: &[&str]) -> Value {
    let grant = |permission: &&str| json!({"principal_type": kind, "principal_id": to, "permission": permission});
    json!({"access_grants": permissions.iter().map(grant).collect::<Vec<_>>()})
}

async fn share(owner: &Person<'_>, note: &str, with: &str, permissions: &[&str]) -> Value {
    let address = format!("{note}/access/update");
    owner.post(&address, grants("user", with, permissions)).await.ok()["access_grants"].take()
}

fn titles(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|note| note["title"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_note_is_written_read_changed_and_deleted() {
    let server = TestApp::start().await;
    server.admin().await;
    let ann = server.somebody("ann", "user").await;
    let stored = ann.post(CREATE, form("One", "first")).await.ok();
    assert_eq!(
        (&stored["user_id"], &stored["meta"], &stored["is_pinned"]),
        (&json!(ann.id), &json!(null), &json!(false))
    );
    assert_eq!(stored["data"], form("One", "first")["data"]);
    assert!(stored["created_at"].as_i64().unwrap() > 1_700_000_000_000_000_000, "nanoseconds");
    let note = format!("/api/v1/notes/{}", stored["id"].as_str().unwrap());
    let mut read = ann.get(&note).await.ok();
    assert_eq!(read["write_access"].take(), json!(true));
    let changed =
        ann.post(&format!("{note}/update"), json!({"data": {"content": {"md": "second"}, "files": []}})).await.ok();
    assert_eq!(
        (&changed["title"], &changed["data"]),
        (&json!("One"), &json!({"content": {"md": "second"}, "files": []}))
    );
    let changed =
        ann.post(&format!("{note}/update"), json!({"title": "Two", "data": null, "meta": {"m": 1}})).await.ok();
    assert_eq!((&changed["title"], &changed["data"]["content"]["md"]), (&json!("Two"), &json!("second")));
    assert!(changed["updated_at"].as_i64() > stored["updated_at"].as_i64());
    let item = &ann.get("/api/v1/notes/").await.ok()[0];
    assert_eq!(item["data"], json!({"content": {"md": "second"}}), "lists show the text only");
    assert_eq!((&item["user"]["name"], item.get("access_grants")), (&json!("ann"), None));
    assert_eq!(ann.call("DELETE", &format!("{note}/delete"), None).await.ok(), json!(true));
    for (method, address) in [
        ("GET", note.clone()),
        ("POST", format!("{note}/pin")),
        ("DELETE", format!("{note}/delete")),
        ("GET", format!("{note}/chat")),
    ] {
        assert_eq!(ann.call(method, &address, None).await.refused(), 404, "{address}");
    }
    assert_eq!(ann.post(&format!("{note}/update"), json!({})).await.refused(), 404);
}

#[tokio::test]
async fn of_two_people_who_change_the_same_state_one_is_told() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let note = made(&admin, "Plan", "first").await;
    let revision = |note: &Value| note["updated_at"].as_i64().unwrap() / 1_000;
    let opened = revision(&admin.get(&note).await.ok());
    let save = async |revision: i64, text: &str| {
        admin.post(&format!("{note}/update?revision={revision}"), json!({"data": {"content": {"md": text}}})).await
    };
    let saved = save(opened, "second").await.ok();
    assert!(revision(&saved) > opened);
    assert_eq!(save(opened, "third").await.refused(), 409);
    assert_eq!(save(-1, "third").await.refused(), 409);
    assert_eq!(admin.get(&note).await.ok()["data"]["content"]["md"], "second");
    save(revision(&saved), "third").await.ok();
    let other_client = admin.post(&format!("{note}/update"), form("Plan", "fourth")).await.ok();
    assert_eq!(other_client["data"]["content"]["md"], "fourth", "who names no state overwrites");
    assert_eq!(admin.post(&format!("{note}/update?revision=x"), json!({})).await.refused(), 422);
}

#[tokio::test]
async fn notes_are_found_by_words_sides_and_pages() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let ann = server.somebody("ann", "user").await;
    for number in 0..61 {
        made(&admin, &format!("n{number:02}"), if number == 7 { "a Nädel" } else { "hay" }).await;
    }
    let shared = made(&ann, "shared", "hay of Ann").await;
    set(&admin, &[("sharing.notes", true)]).await;
    share(&ann, &shared, &admin.id, &["read"]).await;
    made(&ann, "private", "hay").await;
    let search = async |query: &str| admin.get(&format!("/api/v1/notes/search?{query}")).await.ok();
    let found = search("query=N%C3%84DEL%20a").await;
    assert_eq!((titles(&found["items"]), &found["total"]), (vec!["n07"], &json!(1)));
    assert_eq!(found["items"][0]["user"]["name"], "Root");
    let second = search("order_by=title&direction=asc&page=2").await;
    assert_eq!((titles(&second["items"]), &second["total"]), (vec!["n60", "shared"], &json!(62)));
    assert_eq!(titles(&search("direction=asc").await["items"])[0], "n00");
    assert_eq!(search("view_option=created").await["total"], 61);
    let theirs = search("view_option=shared&query=hay").await;
    assert_eq!(titles(&theirs["items"]), ["shared"]);
    assert_eq!(theirs["items"][0]["access_grants"][0]["principal_id"], json!(admin.id));
    assert_eq!(search("permission=write").await["total"], 61);
    for nothing in ["query=zzz", "page=99999999999", "query=%00zzz", "query=%25%25%25n07"] {
        assert_eq!(search(nothing).await["items"], json!([]), "{nothing}");
    }
    assert_eq!(titles(&search("page=-5").await["items"])[0], "shared", "the first page");
    let list = async |query: &str| admin.get(&format!("/api/v1/notes/{query}")).await.ok().as_array().unwrap().len();
    assert_eq!((list("").await, list("?page=1").await, list("?page=2").await), (62, 60, 2));
    for wrong in ["/api/v1/notes/?page=x", "/api/v1/notes/search?page=x"] {
        assert_eq!(admin.get(wrong).await.refused(), 422);
    }
}

#[tokio::test]
async fn a_reader_reads_a_writer_writes_and_a_stranger_is_kept_out() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let ann = server.somebody("ann", "user").await;
    let note = made(&admin, "Plan", "secret").await;
    let (update, delete) = (format!("{note}/update"), format!("{note}/delete"));
    let cases: [(&[&str], u16, u16); 3] = [(&[], 403, 403), (&["read"], 200, 403), (&["read", "write"], 200, 200)];
    for (rights, read, write) in cases {
        share(&admin, &note, &ann.id, rights).await;
        assert_eq!(ann.get(&note).await.status, read, "{rights:?}");
        assert_eq!(ann.get("/api/v1/notes/").await.ok().as_array().unwrap().len(), usize::from(read == 200));
        assert_eq!(ann.post(&update, json!({"title": "Ours"})).await.status, write, "{rights:?}");
        assert_eq!(ann.call("DELETE", &delete, None).await.refused(), 403, "{rights:?}");
        assert_eq!(ann.post(&format!("{note}/access/update"), grants("user", "*", &["read"])).await.refused(), 403);
        if read == 200 {
            assert_eq!(ann.get(&note).await.ok()["write_access"], json!(write == 200));
        }
    }
    assert_eq!(admin.get(&note).await.ok()["title"], "Ours");
    share(&admin, &note, "*", &["read"]).await;
    assert_eq!(ann.get(&note).await.ok()["write_access"], false);
    let group = admin.post("/api/v1/groups/create", json!({"name": "Us", "description": ""})).await.ok();
    let group = group["id"].as_str().unwrap();
    admin.post(&format!("{note}/access/update"), grants("group", group, &["read"])).await.ok();
    assert_eq!(ann.get(&note).await.refused(), 403);
    admin.post(&format!("/api/v1/groups/id/{group}/users/add"), json!({"user_ids": [ann.id]})).await.ok();
    ann.get(&note).await.ok();
    assert_eq!(titles(&ann.get("/api/v1/notes/search").await.ok()["items"]), ["Ours"]);
}

#[tokio::test]
async fn people_share_only_as_far_as_they_may() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let ann = server.somebody("ann", "user").await;
    let note = made(&ann, "Plan", "text").await;
    let access = format!("{note}/access/update");
    assert_eq!(ann.post(&access, grants("user", &admin.id, &["read"])).await.refused(), 403, "sharing is off");
    let mut asked = form("Shared at once", "text");
    asked["access_grants"] = grants("user", "*", &["read"])["access_grants"].take();
    assert_eq!(ann.post(CREATE, asked.clone()).await.ok()["access_grants"], json!([]));
    set(&admin, &[("sharing.notes", true)]).await;
    assert_eq!(
        share(&ann, &note, &admin.id, &["read", "write", "read"]).await.as_array().unwrap().len(),
        2,
        "each once"
    );
    assert_eq!(share(&ann, &note, "*", &["read"]).await, json!([]), "with everybody is a switch of its own");
    set(&admin, &[("sharing.public_notes", true)]).await;
    assert_eq!(ann.post(CREATE, asked).await.ok()["access_grants"][0]["principal_id"], "*");
    for grant in [json!({}), json!({"principal_type": "anyone", "principal_id": "*", "permission": "read"})] {
        assert_eq!(ann.post(&access, json!({"access_grants": [grant]})).await.refused(), 400);
    }
}

#[tokio::test]
async fn a_pin_is_seen_by_who_put_it_there() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let ann = server.somebody("ann", "user").await;
    let note = made(&admin, "Plan", "text").await;
    share(&admin, &note, "*", &["read"]).await;
    assert_eq!(ann.call("POST", &format!("{note}/pin"), None).await.ok()["is_pinned"], true);
    let pinned = ann.get("/api/v1/notes/pinned").await.ok();
    assert_eq!((titles(&pinned), &pinned[0]["data"]), (vec!["Plan"], &json!({"content": {"md": "text"}})));
    assert_eq!(admin.get(&note).await.ok()["is_pinned"], false);
    assert_eq!(admin.get("/api/v1/notes/pinned").await.ok(), json!([]));
    share(&admin, &note, &admin.id, &["read"]).await;
    assert_eq!(ann.get("/api/v1/notes/pinned").await.ok(), json!([]), "what is no longer shared is not shown");
    share(&admin, &note, "*", &["read"]).await;
    assert_eq!(ann.call("POST", &format!("{note}/pin"), None).await.ok()["is_pinned"], false);
}

#[tokio::test]
async fn people_who_may_not_use_notes_find_none() {
    for (env, status) in [("ENABLE_NOTES", 403), ("USER_PERMISSIONS_FEATURES_NOTES", 401)] {
        let server = TestApp::with(&[(env, "false")]).await;
        let admin = server.admin().await;
        let ann = server.somebody("ann", "user").await;
        let id = "/api/v1/notes/00000000-0000-4000-8000-000000000000";
        for address in ["/api/v1/notes/", "/api/v1/notes/pinned", "/api/v1/notes/search", id, &format!("{id}/chats")] {
            assert_eq!(ann.get(address).await.refused(), status, "{env} {address}");
        }
        assert_eq!(ann.post(CREATE, form("a", "b")).await.refused(), status);
        assert!(!ann.get("/api/v1/search?q=a").await.ok()["kinds"].to_string().contains("note"), "{env}");
        assert_eq!(admin.get("/api/v1/notes/").await.status, if env == "ENABLE_NOTES" { 403 } else { 200 });
    }
}

#[tokio::test]
async fn an_administrator_reads_what_is_private_only_where_that_is_wanted() {
    for (bypass, status) in [("true", 200_u16), ("false", 403)] {
        let server = TestApp::with(&[("BYPASS_ADMIN_ACCESS_CONTROL", bypass)]).await;
        let admin = server.admin().await;
        let ann = server.somebody("ann", "user").await;
        let note = made(&ann, "Private", "text").await;
        assert_eq!(admin.get(&note).await.status, status);
        assert_eq!(admin.get("/api/v1/notes/").await.ok(), json!([]), "lists are one's own");
        assert_eq!(admin.call("DELETE", &format!("{note}/delete"), None).await.status, status);
    }
}

#[tokio::test]
async fn everybody_asks_about_a_note_in_chats_of_their_own() {
    let (url, mut heard) = provider().await;
    let server = server(&url, &[("BYPASS_MODEL_ACCESS_CONTROL", "true")]).await;
    let admin = server.admin().await;
    let ann = server.somebody("ann", "user").await;
    let note = made(&admin, "Vault", "The code is 4711.").await;
    share(&admin, &note, &ann.id, &["read"]).await;
    let first = admin.get(&format!("{note}/chat")).await.ok();
    let id = note.rsplit('/').next().unwrap();
    assert_eq!(first["meta"], json!({"internal": true, "type": "note", "note_id": id}));
    assert_eq!((&first["chat"]["models"], &first["chat"]["history"]["messages"]), (&json!([""]), &json!({})));
    assert!(first["chat"]["params"]["system"].as_str().unwrap().len() > 20);
    assert_eq!(admin.get(&format!("{note}/chat")).await.ok()["id"], first["id"], "the same one again");
    let second = admin.post(&format!("{note}/chat"), json!({})).await.ok();
    assert_ne!(second["id"], first["id"]);
    assert_eq!(admin.get(&format!("{note}/chats")).await.ok().as_array().unwrap().len(), 2);
    assert_eq!(ann.get(&format!("{note}/chats")).await.ok(), json!([]));
    assert_eq!(admin.get("/api/v1/chats/").await.ok(), json!([]), "no list of chats shows them");
    let more = json!({"chat_id": first["id"], "params": {"note_id": id}});
    let (request, chat) = ask_with(&admin, &mut heard, "What is the code?", more).await;
    let asked = request["messages"].as_array().unwrap().last().unwrap()["content"].as_str().unwrap();
    assert!(asked.contains("The code is 4711.") && asked.ends_with("What is the code?"), "{asked}");
    assert_eq!(chat["chat"]["history"]["messages"]["reply"]["sources"][0]["source"]["type"], "note");
    admin.call("DELETE", &format!("{note}/delete"), None).await.ok();
    let gone = format!("/api/v1/chats/{}", second["id"].as_str().unwrap());
    assert_eq!(admin.get(&gone).await.refused(), 401, "the chats went with it");
}

#[tokio::test]
async fn a_note_goes_to_a_model_with_a_question_of_whoever_may_read_it() {
    let (url, mut heard) = provider().await;
    let server = server(&url, &[("BYPASS_MODEL_ACCESS_CONTROL", "true")]).await;
    let admin = server.admin().await;
    let ann = server.somebody("ann", "user").await;
    let note = made(&admin, "Vault \"1\"", "The code is 4711.").await;
    let id = note.rsplit('/').next().unwrap();
    let files = json!({"files": [{"type": "note", "id": id, "name": "Vault"}]});
    let (request, chat) = ask_with(&admin, &mut heard, "What is the code?", files.clone()).await;
    let sent = request["messages"][0]["content"].as_str().unwrap();
    let source = format!(
        "<source id=\"1\" name=\"Vault &quot;1&quot;\" resource-type=\"note\" resource-id=\"{id}\">The code is 4711.</source>"
    );
    assert!(sent.contains(&source), "{sent}");
    let cited = &chat["chat"]["history"]["messages"]["reply"]["sources"][0];
    assert_eq!((&cited["source"], &cited["document"]), (&files["files"][0], &json!(["The code is 4711."])));
    let (request, _) = ask_with(&ann, &mut heard, "What is the code?", files.clone()).await;
    assert_eq!(request["messages"][0]["content"], "What is the code?", "it is not shared");
    share(&admin, &note, &ann.id, &["read"]).await;
    let (request, _) = ask_with(&ann, &mut heard, "What is the code?", files.clone()).await;
    assert!(request["messages"].to_string().contains("4711"));
    set(&admin, &[("features.notes", false)]).await;
    let (request, _) = ask_with(&ann, &mut heard, "What is the code?", files).await;
    assert!(!request["messages"].to_string().contains("4711"), "Ann may not use notes");
}

#[tokio::test]
async fn notes_are_found_with_everything_else() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let ann = server.somebody("ann", "user").await;
    let own = made(&ann, "Animals", &format!("{}the Quokka smiles", "x".repeat(60))).await;
    let shared = made(&admin, "A quokka", "nothing").await;
    share(&admin, &shared, &ann.id, &["read"]).await;
    made(&admin, "Secret quokka", "quokka").await;
    let search = async |query: &str| ann.get(&format!("/api/v1/search?{query}")).await.ok();
    let found = search("q=quokka").await;
    assert_eq!(titles(&found["items"]).len(), 2);
    let mine = search("q=%22quokka%20smiles%22&kind=note&sharing=mine").await["items"][0].take();
    let id = own.rsplit('/').next().unwrap();
    assert_eq!(
        (&mine["id"], &mine["context"], &mine["shared"]),
        (&json!(format!("note:{id}")), &json!("Personal note"), &json!(false))
    );
    assert_eq!(mine["url"], json!(format!("/notes/{id}?search=%22quokka%20smiles%22")));
    assert!(mine["snippet"].as_str().unwrap().contains("Quokka smiles"));
    assert!(mine["updated_at"].as_i64().unwrap() < 100_000_000_000, "seconds");
    let theirs = search("q=quokka&sharing=shared").await["items"].take();
    assert_eq!(
        (titles(&theirs), &theirs[0]["context"], &theirs[0]["shared"]),
        (vec!["A quokka"], &json!("Shared note"), &json!(true))
    );
    for nothing in ["q=quokka&kind=chat", "q=quokka&kind=note&scope=somewhere", "q=secret"] {
        assert_eq!(search(nothing).await["items"], json!([]), "{nothing}");
    }
}

#[tokio::test]
async fn forms_that_make_no_sense_are_refused_and_odd_ones_are_kept() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let note = made(&admin, "Plan", "text").await;
    for body in [
        json!({}),
        json!({"title": 1}),
        json!({"title": "t", "data": "text"}),
        json!({"title": "t", "data": []}),
        json!({"title": "t", "meta": 1}),
        json!({"title": "t", "access_grants": ["a"]}),
        json!([]),
    ] {
        assert_eq!(admin.post(CREATE, body.clone()).await.refused(), 422, "{body}");
    }
    for body in [json!({"title": 1}), json!({"data": "text"}), json!({"meta": []}), json!([])] {
        assert_eq!(admin.post(&format!("{note}/update"), body.clone()).await.refused(), 422, "{body}");
    }
    assert_eq!(admin.post(&format!("{note}/access/update"), json!({})).await.refused(), 422);
    assert_eq!(admin.get("/api/v1/notes/%00").await.refused(), 404);
    let odd = json!({"title": "\0Ünï 😀", "data": {"content": {"md": 7}, "\0": "\0"}});
    let stored = admin.post(CREATE, odd.clone()).await.ok();
    assert_eq!((&stored["title"], &stored["data"]), (&json!("Ünï 😀"), &odd["data"]));
    let listed = admin.get("/api/v1/notes/search?query=%F0%9F%98%80").await.ok();
    assert_eq!(listed["items"][0]["data"], json!({"content": {"md": ""}}));
    let long = made(&admin, "Long", &"wörd ".repeat(200_000)).await;
    assert_eq!(admin.get(&long).await.ok()["data"]["content"]["md"].as_str().unwrap().len(), 1_200_000);
    assert_eq!(admin.post(CREATE, json!({"title": ""})).await.ok()["data"], json!(null));
}
