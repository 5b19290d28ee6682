//! Looking for anything of one's own.

use serde_json::{Value, json};

use crate::app::{Person, TestApp};

async fn chat(owner: &Person<'_>, title: &str, text: &str, folder: Option<&str>) -> String {
    let message = json!({"id": "m", "parentId": null, "childrenIds": [], "role": "user", "content": text});
    let chat = json!({"title": title, "history": {"messages": {"m": message}, "currentId": "m"}});
    let made = owner.post("/api/v1/chats/new", json!({"chat": chat, "folder_id": folder})).await.ok();
    made["id"].as_str().unwrap().to_owned()
}

fn titles(found: &Value) -> Vec<&str> {
    let mut titles: Vec<&str> =
        found["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap()).collect();
    titles.sort_unstable();
    titles
}

#[tokio::test]
async fn own_chats_are_found_by_title_and_words_and_nobody_elses() {
    let server = TestApp::with(&[("ENABLE_NOTES", "false")]).await;
    let admin = server.admin().await;
    let ann = server.somebody("ann", "user").await;
    let folder = ann.post("/api/v1/folders/", json!({"name": "Zoo"})).await.ok()["id"].as_str().unwrap().to_owned();
    let animals = chat(&ann, "Animals", &format!("{}the Quokka & co", "x".repeat(60)), Some(&folder)).await;
    chat(&ann, "A quokka", "nothing", None).await;
    chat(&ann, "Other", "nothing", None).await;
    chat(&admin, "Secret quokka", "quokka", None).await;
    let search = async |query: &str| ann.get(&format!("/api/v1/search?{query}")).await.ok();

    let found = search("q=QUOKKA").await;
    assert_eq!(titles(&found), ["A quokka", "Animals"]);
    assert_eq!((&found["has_more"], &found["kinds"]), (&json!(false), &json!(["chat"])));
    assert_eq!(found["scopes"], json!([{"id": folder, "name": "Zoo", "kind": "folder"}]));
    let inside = search(&format!("q=quokka%20%26&scope={folder}")).await;
    let item = &inside["items"][0];
    assert_eq!(item["message_id"], "m");
    let by_title = found["items"].as_array().unwrap().iter().find(|item| item["title"] == "A quokka").unwrap();
    assert!(by_title.get("message_id").is_none(), "its words are in the title");
    assert_eq!((&item["id"], &item["context"]), (&json!(format!("chat:{animals}")), &json!("Zoo")));
    assert_eq!(item["url"], json!(format!("/c/{animals}?search=quokka%20%26")));
    assert_eq!(item["snippet"], json!(format!("…{}the Quokka & co", "x".repeat(36))));
    assert_eq!(item["preview"], json!(format!("{}the Quokka & co", "x".repeat(60))));
    assert_eq!(titles(&search("").await), ["A quokka", "Animals", "Other"]);
    for nothing in
        ["q=quokka&sharing=shared", "q=quokka&kind=note", "q=quokka&kind=message", "q=quokka&page=2", "q=%00zzz"]
    {
        assert_eq!(search(nothing).await["items"], json!([]), "{nothing}");
    }
    assert_eq!(search("q=quokka&kind=chat&sharing=mine").await["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn what_does_not_fit_on_a_page_is_on_the_next() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    for number in 0..21 {
        chat(&admin, &format!("Chat {number:02}"), "word", None).await;
    }
    let page = async |page: usize| admin.get(&format!("/api/v1/search?q=word&page={page}")).await.ok();
    let (one, two) = (page(1).await, page(2).await);
    assert_eq!((titles(&one).len(), &one["has_more"]), (20, &json!(true)));
    assert_eq!((titles(&two).len(), &two["has_more"]), (1, &json!(false)));
    assert!(!titles(&one).contains(&titles(&two)[0]));
}

#[tokio::test]
async fn questions_out_of_bounds_are_refused() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let long = format!("q={}", "x".repeat(501));
    for query in ["kind=all%20of%20it", "sharing=x", "page=0", "page=100001", "page=-1", "page=x", &long] {
        assert_eq!(admin.get(&format!("/api/v1/search?{query}")).await.refused(), 422, "{query}");
    }
    assert_eq!(admin.get("/api/v1/search?page=100000").await.ok()["items"], json!([]));
}

#[tokio::test]
async fn chats_are_searched_with_filters_and_show_where_the_words_are() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let ann = server.somebody("ann", "user").await;
    let folder = ann.post("/api/v1/folders/", json!({"name": "My Zoo"})).await.ok()["id"].as_str().unwrap().to_owned();
    let inside = chat(&ann, "Inside", "A quokka smiles", Some(&folder)).await;
    let outside = chat(&ann, "Outside", "No animal here", None).await;
    chat(&admin, "Secret", "quokka", None).await;
    ann.post(&format!("/api/v1/chats/{outside}/tags"), json!({"name": "Big things"})).await.ok();
    ann.post(&format!("/api/v1/chats/{outside}/share"), json!({})).await.ok();
    let search = async |text: &str| {
        let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        ann.get(&format!("/api/v1/chats/search?text={encoded}")).await.ok()
    };
    let found = async |text: &str| {
        let lines = search(text).await;
        lines.as_array().unwrap().iter().map(|line| line["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let line = &search("SMILES quok").await[0];
    assert_eq!((&line["id"], &line["snippet"]), (&json!(inside), &json!("A quokka smiles")));
    assert_eq!(line["message_id"], "m");
    let by_title = &search("insi").await[0];
    assert_eq!((&by_title["snippet"], by_title.get("message_id")), (&json!(null), None));
    for (text, titles) in [
        ("folder:my_zoo", &["Inside"][..]),
        (&format!("folder:{folder} quokka"), &["Inside"]),
        ("folder:nowhere quokka", &[]),
        ("tag:big_things", &["Outside"]),
        ("tag:none quokka", &["Inside"]),
        ("shared:true animal", &["Outside"]),
        ("shared:false", &["Inside"]),
        ("archived:true quokka", &[]),
        ("pinned:true", &[]),
        ("\"quokka smiles\"", &["Inside"]),
        ("\"smiles quokka\"", &[]),
        ("quokka\0", &["Inside"]),
        ("!!! ( \" *", &[]),
    ] {
        assert_eq!(found(text).await, titles, "{text}");
    }
    ann.post(&format!("/api/v1/chats/{inside}/messages/m"), json!({"content": "A wombat"})).await.ok();
    assert_eq!(found("quokka").await, [""; 0]);
    assert_eq!(found("wombat").await, ["Inside"]);
}
