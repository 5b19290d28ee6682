//! Groups of people.

use serde_json::{Value, json};

use crate::app::{PASSWORD, Person, TestApp};

async fn group(admin: &Person<'_>, form: Value) -> String {
    admin.post("/api/v1/groups/create", form).await.ok()["id"].as_str().unwrap().to_owned()
}

async fn put(admin: &Person<'_>, group: &str, people: &[&str]) {
    admin.post(&format!("/api/v1/groups/id/{group}/users/add"), json!({"user_ids": people})).await.ok();
}

fn ids(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_member_of_a_group_below_has_the_permissions_of_all_above() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let ann = server.somebody("ann", "user").await;
    let top = group(
        &admin,
        json!({"name": "Top", "description": "", "permissions": {"workspace": {"models": true}},
            "data": {"config": {"default_models": ["m"], "share": true}, "own": 1}}),
    )
    .await;
    let below = group(&admin, json!({"name": "Below", "description": "", "parent_group_id": top})).await;
    put(&admin, &below, &[&ann.id]).await;
    let may = ann.get("/api/v1/users/permissions").await.ok();
    assert_eq!((&may["workspace"]["models"], &may["workspace"]["tools"]), (&json!(true), &json!(false)));
    assert_eq!(ids(&ann.get("/api/v1/users/groups").await.ok()), [below.as_str()]);
    assert_eq!(ids(&ann.get("/api/v1/users/groups?include_inherited=true").await.ok()), [top.as_str(), below.as_str()]);
    let of = format!("/api/v1/users/{}/groups?include_inherited=true", ann.id);
    assert_eq!(ids(&admin.get(&of).await.ok()).len(), 2);
    assert_eq!(ids(&admin.get(&format!("/api/v1/users/{}", ann.id)).await.ok()["groups"]), [below.as_str()]);
    let preview = admin.get(&format!("/api/v1/groups/id/{below}/preview")).await.ok();
    assert_eq!(preview["permissions"], json!(null));
    assert_eq!(preview["inherited_permissions"]["workspace"]["models"], json!(true));
    assert_eq!(preview["effective_permissions"], may);
    assert_eq!(preview["default_models"], json!({"local": null, "effective": ["m"], "source_group_id": top}));
}

#[tokio::test]
async fn a_group_cannot_be_below_itself_and_what_an_update_does_not_name_stays() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let top = group(&admin, json!({"name": "Top", "description": "d", "permissions": {"chat": {"edit": true}}})).await;
    let below = group(&admin, json!({"name": "Below", "description": "", "parent_group_id": top})).await;
    let update = format!("/api/v1/groups/id/{top}/update");
    for parent in [&top, &below] {
        let form = json!({"name": "Top", "description": "", "parent_group_id": parent});
        assert_eq!(admin.post(&update, form).await.refused(), 400);
    }
    let form = json!({"name": "Top", "description": "", "parent_group_id": "nowhere"});
    assert_eq!(admin.post(&update, form).await.refused(), 404);
    let kept = admin.post(&update, json!({"name": " New ", "description": ""})).await.ok();
    assert_eq!((&kept["name"], &kept["permissions"]), (&json!("New"), &json!({"chat": {"edit": true}})));
    assert_eq!(kept["data"], json!({"config": {"share": "members"}}));
    let cleared = admin.post(&update, json!({"name": "New", "description": "", "permissions": null})).await.ok();
    assert_eq!(cleared["permissions"], json!(null));
    for bad in [json!({"name": "x"}), json!({"name": "x", "description": "", "data": []}), json!([])] {
        assert_eq!(admin.post(&update, bad).await.refused(), 422);
    }
    assert_eq!(admin.post(&update, json!({"name": " ", "description": ""})).await.refused(), 400);
    assert_eq!(admin.call("DELETE", &format!("/api/v1/groups/id/{top}/delete"), None).await.ok(), json!(true));
    assert_eq!(admin.call("DELETE", &format!("/api/v1/groups/id/{top}/delete"), None).await.refused(), 404);
    assert_eq!(admin.get(&format!("/api/v1/groups/id/{below}")).await.ok()["parent_group_id"], json!(null));
}

#[tokio::test]
async fn people_are_found_by_the_way_they_came_into_a_group() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let ann = server.somebody("ann", "user").await;
    let bob = server.somebody("bob", "user").await;
    let top = group(&admin, json!({"name": "Top", "description": ""})).await;
    let below = group(&admin, json!({"name": "Below", "description": "", "parent_group_id": top})).await;
    put(&admin, &top, &[&ann.id, "nobody"]).await;
    put(&admin, &below, &[&ann.id, &bob.id]).await;
    let members = async |query: &str| admin.get(&format!("/api/v1/groups/id/{top}/members?{query}")).await;
    let all = members("").await.ok();
    assert_eq!((&all["total"], &all["counts"]), (&json!(2), &json!({"direct": 1, "effective": 2, "inherited": 1})));
    let kinds: Vec<_> = all["items"].as_array().unwrap().iter().map(|item| item["membership_type"].clone()).collect();
    assert_eq!(kinds, [json!("direct"), json!("inherited")]);
    assert_eq!(all["items"][1]["via_group_ids"], json!([below]));
    assert_eq!(ids(&members("membership=inherited").await.ok()["items"]), [bob.id.as_str()]);
    assert_eq!(members("membership=inherited&query=ANN").await.ok()["total"], json!(0));
    assert_eq!(members("page=2").await.ok()["items"], json!([]));
    for bad in ["page=0", "page=-1", "page=x", "membership=none"] {
        assert_eq!(members(bad).await.refused(), 422, "{bad}");
    }
    let export = admin.get(&format!("/api/v1/groups/id/{top}/export")).await.ok();
    assert_eq!((&export["user_ids"], &export["member_count"]), (&json!([ann.id]), &json!(1)));
    let people = admin.post(&format!("/api/v1/groups/id/{below}/users"), json!({})).await.ok();
    assert_eq!(ids(&people), [ann.id.as_str(), bob.id.as_str()]);
    let out = json!({"user_ids": [ann.id]});
    assert_eq!(
        admin.post(&format!("/api/v1/groups/id/{below}/users/remove"), out.clone()).await.ok()["member_count"],
        1
    );
    assert_eq!(admin.post("/api/v1/groups/id/none/users/remove", out.clone()).await.refused(), 404);
    assert_eq!(admin.post("/api/v1/groups/id/none/users/add", out).await.refused(), 404);
}

#[tokio::test]
async fn people_see_groups_they_are_in_and_those_they_may_share_with() {
    let server = TestApp::with(&[("DEFAULT_GROUP_SHARE_PERMISSION", "true")]).await;
    let admin = server.admin().await;
    let ann = server.somebody("ann", "user").await;
    let share = |rule: Value| json!({"name": "g", "description": "", "data": {"config": {"share": rule}}});
    let open = group(&admin, json!({"name": "open", "description": ""})).await;
    let [closed, mine, others] = [
        group(&admin, share(json!(false))).await,
        group(&admin, share(json!("members"))).await,
        group(&admin, share(json!("members"))).await,
    ];
    put(&admin, &closed, &[&ann.id]).await;
    put(&admin, &mine, &[&ann.id]).await;
    assert_eq!(ids(&ann.get("/api/v1/groups/").await.ok()), [closed.as_str(), mine.as_str()]);
    assert_eq!(ids(&ann.get("/api/v1/groups/?share=true").await.ok()), [open.as_str(), mine.as_str()]);
    assert_eq!(ids(&ann.get("/api/v1/groups/?share=false").await.ok()), [closed.as_str()]);
    assert_eq!(
        ids(&admin.get("/api/v1/groups/?share=true").await.ok()),
        [open.as_str(), mine.as_str(), others.as_str()]
    );
    let info = ann.get(&format!("/api/v1/groups/id/{others}/info")).await.ok();
    assert_eq!((info.get("permissions"), info.get("data"), &info["member_count"]), (None, None, &json!(0)));
}

#[tokio::test]
async fn new_people_join_the_group_of_new_people() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let all = group(&admin, json!({"name": "All", "description": ""})).await;
    let set = async |id: &str| {
        let mut form = admin.get("/api/v1/auths/admin/config").await.ok();
        form["DEFAULT_GROUP_ID"] = json!(id);
        form["ENABLE_SIGNUP"] = json!(true);
        admin.post("/api/v1/auths/admin/config", form).await.ok();
    };
    set(&all).await;
    let added = server.added(&admin, "added", "user").await;
    let form = json!({"name": "New", "email": "new@example.com", "password": PASSWORD});
    let signed = server.call("POST", "/api/v1/auths/signup", Some(form)).await.ok();
    let members = admin.get(&format!("/api/v1/groups/id/{all}/members")).await.ok();
    assert_eq!(ids(&members["items"]), [added.id.as_str(), signed["id"].as_str().unwrap()]);
    set("a group that is gone").await;
    server.added(&admin, "later", "user").await;
}
