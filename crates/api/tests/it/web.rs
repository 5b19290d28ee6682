//! Pages of the web and what search engines find, through the front door and in replies.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::attached::{ask_with, provider};
use crate::retrieval::letters;
use crate::upstream::{Upstream, typed, whole};

const LOCAL: (&str, &str) = ("ENABLE_RAG_LOCAL_WEB_FETCH", "true");

/// Pages, an engine that finds two of them, and embeddings by letters.
fn web(asked: &str, body: &Value) -> Option<Response> {
    let (method, address) = asked.split_once(' ')?;
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let sent_on = |to: &str| Some((StatusCode::FOUND, [("location", to.to_owned())]).into_response());
    match (method, path) {
        ("GET", "/page/a") => typed(
            "text/html; charset=utf-8",
            "<html lang=en><head><title>Page A</title><meta name=description content='about a'></head>\
             <body><p>aaa aaa.</p></body></html>",
        ),
        ("GET", "/page/b") => typed("text/html", "<title>Page B</title><p>bbb bbb.</p>"),
        ("GET", "/table.csv") => typed("text/csv", "name,age\nAnn,9\n"),
        ("GET", "/binary") => typed("text/html", vec![0_u8, 1, 2, 3]),
        ("GET", "/large") => typed("text/html", vec![b'a'; 17 * 1024 * 1024]),
        ("GET", "/old") => typed("text/html; charset=iso-8859-1", b"<p>K\xe4se".to_vec()),
        ("GET", "/broken") => Some((StatusCode::INTERNAL_SERVER_ERROR, "no").into_response()),
        ("GET", "/moved") => sent_on("page/a"),
        ("GET", "/inside") => sent_on("http://169.254.169.254/latest/meta-data"),
        ("GET", "/file") => sent_on("file:///etc/passwd"),
        ("GET", "/round") => sent_on("/round"),
        ("GET", "/search") if query.contains("nothing") => whole(json!({"results": []})),
        ("GET", "/search") if query.contains("broken") => Some((StatusCode::BAD_GATEWAY, "no").into_response()),
        ("GET", "/search") => {
            let host = body["host"].as_str().unwrap_or_default();
            let page = |name: &str, score: u8| json!({"url": format!("{host}/page/{name}"), "title": name, "content": format!("snippet {name}"), "score": score});
            whole(json!({"results": [page("b", 1), page("a", 2), page("gone", 0)]}))
        }
        _ => letters(asked, body),
    }
}

/// A web whose engine knows where it is.
async fn upstream() -> Upstream {
    let place = std::sync::Arc::new(std::sync::OnceLock::<String>::new());
    let known = place.clone();
    let upstream = Upstream::start(move |asked, body| {
        let mut body = body.clone();
        if asked.starts_with("GET /search") {
            body = json!({"host": known.get()});
        }
        web(asked, &body)
    })
    .await;
    place.set(upstream.url.clone()).unwrap();
    upstream
}

async fn server(upstream: &Upstream, more: &[(&str, &str)]) -> TestApp {
    let search = format!("{}/search", upstream.url);
    let env = [
        ("ENABLE_WEB_SEARCH", "true"),
        ("WEB_SEARCH_ENGINE", "searxng"),
        ("SEARXNG_QUERY_URL", search.as_str()),
        ("ENABLE_SEARCH_QUERY_GENERATION", "false"),
        ("ENABLE_RETRIEVAL_QUERY_GENERATION", "false"),
    ];
    // The first entry of a name counts.
    crate::retrieval::server(upstream, &[more, &env[..]].concat()).await
}

#[tokio::test]
async fn a_page_is_read_kept_and_found() {
    let upstream = upstream().await;
    let server = server(&upstream, &[LOCAL]).await;
    let admin = server.admin().await;
    let url = format!("{}/page/a", upstream.url);
    let form = json!({"url": url, "collection_name": "pages"});
    let answer = admin.post("/api/v1/retrieval/process/web", form.clone()).await.ok();
    let content = "Page Aaaa aaa.";
    let expected = json!({"status": true, "collection_name": "pages", "filename": url, "content": content,
        "file": {"data": {"content": content}, "meta": {"name": url, "source": url}}});
    assert_eq!(answer, expected);
    let question = json!({"collection_names": ["pages"], "query": "a"});
    let found = admin.post("/api/v1/retrieval/query/collection", question.clone()).await.ok();
    assert_eq!(found["documents"], json!([["aaa aaa."]]));
    let known = &found["metadatas"][0][0];
    assert_eq!(
        (&known["source"], &known["title"], &known["description"], &known["language"]),
        (&json!(url), &json!("Page A"), &json!("about a"), &json!("en"))
    );
    // Again is not twice, unless somebody says so.
    admin.post("/api/v1/retrieval/process/web", form.clone()).await.ok();
    let found = admin.post("/api/v1/retrieval/query/collection", question.clone()).await.ok();
    assert_eq!(found["documents"][0].as_array().unwrap().len(), 1);
    let other = json!({"url": format!("{}/page/b", upstream.url), "collection_name": "pages"});
    admin.post("/api/v1/retrieval/process/web?overwrite=false", other).await.ok();
    let found = admin.post("/api/v1/retrieval/query/collection", question).await.ok();
    assert_eq!(found["documents"], json!([["aaa aaa.", "bbb bbb."]]));
    let shown = admin.post("/api/v1/retrieval/process/web?process=false", json!({ "url": url })).await.ok();
    assert_eq!(shown, json!({"status": true, "content": content}));
    let any = admin.post("/api/v1/retrieval/process/url", form).await.ok();
    let expected = json!({"status": true, "type": "web", "name": url, "url": url, "collection_name": "pages",
        "content": content, "file": null});
    assert_eq!(any, expected);
    let moved = json!({"url": format!(" {}/moved#here ", upstream.url)});
    let moved = admin.post("/api/v1/retrieval/process/youtube", moved).await.ok();
    assert_eq!((&moved["content"], moved["collection_name"].as_str().unwrap().len()), (&json!(content), 63));
    for (path, part) in [("table.csv", "Ann"), ("old", "Käse")] {
        let form = json!({"url": format!("{}/{path}", upstream.url)});
        let shown = admin.post("/api/v1/retrieval/process/web?process=false", form).await.ok();
        assert!(shown["content"].as_str().unwrap().contains(part), "{shown}");
    }
}

#[tokio::test]
async fn people_keep_pages_where_they_may_and_only_if_they_may() {
    let upstream = upstream().await;
    let server = server(&upstream, &[LOCAL]).await;
    server.admin().await;
    let user = server.somebody("user", "user").await;
    let url = format!("{}/page/a", upstream.url);
    let form = json!({"url": url, "collection_name": "pages"});
    assert_eq!(user.post("/api/v1/retrieval/process/web", form.clone()).await.refused(), 403);
    assert_eq!(user.post("/api/v1/retrieval/process/url", form).await.refused(), 403);
    assert!(upstream.asked().is_empty(), "nothing is fetched in vain");
    user.post("/api/v1/retrieval/process/web", json!({ "url": url })).await.ok();
    let closed = self::server(&upstream, &[LOCAL, ("USER_PERMISSIONS_CHAT_WEB_UPLOAD", "false")]).await;
    let admin = closed.admin().await;
    let user = closed.somebody("user", "user").await;
    assert_eq!(user.post("/api/v1/retrieval/process/web", json!({ "url": url })).await.refused(), 403);
    admin.post("/api/v1/retrieval/process/web", json!({ "url": url })).await.ok();
}

#[tokio::test]
async fn hostile_addresses_are_refused_with_a_reason() {
    let upstream = upstream().await;
    let outside = server(&upstream, &[]).await;
    let admin = outside.admin().await;
    let port = upstream.url.rsplit(':').next().unwrap();
    for url in [
        upstream.url.clone(),
        format!("http://localhost:{port}/page/a"),
        format!("http://[::ffff:127.0.0.1]:{port}/page/a"),
        format!("http://2130706433:{port}/page/a"),
        "http://10.0.0.1/".to_owned(),
        "not a url".to_owned(),
        String::new(),
        "file:///etc/passwd".to_owned(),
        "http://".to_owned(),
        "http://a\u{0}b/".to_owned(),
        format!("http://{}/", "a".repeat(100_000)),
    ] {
        for path in ["web", "url", "youtube"] {
            let reply = admin.post(&format!("/api/v1/retrieval/process/{path}"), json!({ "url": url })).await;
            assert_eq!(reply.refused(), 400, "{path} {url}");
        }
    }
    assert!(upstream.asked().is_empty());
    let inside = server(&upstream, &[LOCAL, ("WEB_FETCH_FILTER_LIST", "!localhost")]).await;
    let admin = inside.admin().await;
    for path in ["inside", "file", "round", "binary", "large", "broken", "nothing-here"] {
        let form = json!({"url": format!("{}/{path}", upstream.url)});
        let reply = admin.post("/api/v1/retrieval/process/web", form).await;
        assert_eq!(reply.refused(), 400, "{path}");
    }
    for url in [format!("http://localhost:{port}/page/a"), "http://169.254.169.254/".to_owned()] {
        assert_eq!(admin.post("/api/v1/retrieval/process/web", json!({ "url": url })).await.refused(), 400, "{url}");
    }
    for wrong in [json!({}), json!({"url": 5}), json!({"url": "http://a", "collection_name": 5})] {
        assert_eq!(admin.post("/api/v1/retrieval/process/web", wrong).await.refused(), 422);
    }
}

#[tokio::test]
async fn a_page_that_never_comes_is_given_up() {
    let upstream = upstream().await;
    // Connections are taken by the system, and never answered.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = server(&upstream, &[LOCAL, ("WEB_LOADER_TIMEOUT", "1")]).await;
    let admin = server.admin().await;
    let form = json!({"url": format!("http://{}/", silent.local_addr().unwrap())});
    let reply = admin.post("/api/v1/retrieval/process/web", form).await;
    assert_eq!(reply.refused(), 400);
    assert!(reply.text.contains("1 s"), "{}", reply.text);
}

#[tokio::test]
async fn a_search_is_kept_for_whoever_made_it() {
    let upstream = upstream().await;
    let server = server(&upstream, &[LOCAL]).await;
    let admin = server.admin().await;
    let user = server.somebody("user", "user").await;
    let stranger = server.somebody("stranger", "user").await;
    let found = user.post("/api/v1/retrieval/process/web/search", json!({"queries": ["sky", "sea"]})).await.ok();
    let page = |name: &str| format!("{}/page/{name}", upstream.url);
    assert_eq!(found["filenames"], json!([page("a"), page("b"), page("gone")]));
    assert_eq!(found["items"][0], json!({"link": page("a"), "title": "a", "snippet": "snippet a"}));
    assert_eq!((&found["status"], &found["loaded_count"]), (&json!(true), &json!(2)));
    let name = found["collection_names"][0].as_str().unwrap();
    assert!(name.starts_with(&format!("web-search-{}-", user.id)) && name.len() == 63, "{name}");
    let question = json!({"collection_names": [name], "query": "b", "k": 1});
    let passages = user.post("/api/v1/retrieval/query/collection", question.clone()).await.ok();
    assert_eq!(passages["documents"], json!([["bbb bbb."]]));
    for other in [&stranger, &admin] {
        assert_eq!(other.post("/api/v1/retrieval/query/collection", question.clone()).await.refused(), 403);
    }
    for (queries, status) in [
        (json!(["nothing"]), 404),
        (json!(["broken"]), 400),
        (json!([]), 400),
        (json!([" "]), 400),
        (json!("sky"), 422),
        (json!([5]), 422),
    ] {
        let reply = user.post("/api/v1/retrieval/process/web/search", json!({ "queries": queries })).await;
        assert_eq!(reply.refused(), status, "{queries}");
    }
}

#[tokio::test]
async fn a_search_is_refused_where_it_is_off_and_handed_out_where_nothing_is_kept() {
    let upstream = upstream().await;
    let form = json!({"queries": ["sky"]});
    let off = server(&upstream, &[("ENABLE_WEB_SEARCH", "false")]).await;
    let admin = off.admin().await;
    assert_eq!(admin.post("/api/v1/retrieval/process/web/search", form.clone()).await.refused(), 403);
    let some = server(&upstream, &[LOCAL, ("USER_PERMISSIONS_FEATURES_WEB_SEARCH", "false")]).await;
    let admin = some.admin().await;
    let user = some.somebody("user", "user").await;
    assert_eq!(user.post("/api/v1/retrieval/process/web/search", form.clone()).await.refused(), 403);
    let bypass = json!({"web": {"BYPASS_WEB_SEARCH_EMBEDDING_AND_RETRIEVAL": true, "BYPASS_WEB_SEARCH_WEB_LOADER": true,
        "WEB_SEARCH_RESULT_COUNT": 1}});
    admin.post("/api/v1/retrieval/config/update", bypass).await.ok();
    upstream.asked();
    let found = admin.post("/api/v1/retrieval/process/web/search", form).await.ok();
    assert_eq!((&found["collection_name"], &found["loaded_count"]), (&json!(null), &json!(0)));
    assert_eq!(found["docs"][0]["content"], "snippet a");
    assert_eq!(found["docs"][0]["metadata"]["title"], "a");
    let asked: Vec<String> = upstream.asked().into_iter().map(|(line, _)| line).collect();
    assert!(asked.len() == 1 && asked[0].starts_with("GET /search?q=sky&format=json"), "{asked:?}");
}

/// Asks with the web and returns what the model heard, and the reply.
async fn ask(question: &str, more: &[(&str, &str)], role: &str) -> (String, Value, TestApp) {
    let (chat, mut heard) = provider().await;
    let upstream = upstream().await;
    let env = [("ENABLE_OPENAI_API", "true"), ("OPENAI_API_BASE_URLS", chat.as_str()), ("OPENAI_API_KEYS", "k"), LOCAL];
    let server = server(&upstream, &[&env[..], more].concat()).await;
    let admin = server.admin().await;
    let person = if role == "admin" { admin } else { server.somebody("user", role).await };
    let (request, stored) = ask_with(&person, &mut heard, question, json!({"features": {"web_search": true}})).await;
    let asked = request["messages"][0]["content"].as_str().unwrap().to_owned();
    let reply = stored["chat"]["history"]["messages"]["reply"].clone();
    (asked, reply, server)
}

#[tokio::test]
async fn a_reply_rests_on_what_the_web_has_and_cites_it() {
    let (asked, reply, server) = ask("bbb?", &[("RAG_TOP_K", "1")], "admin").await;
    assert!(asked.contains(">bbb bbb.</source>") && asked.contains("name=\"Page B\""), "{asked}");
    assert_eq!(reply["content"], "yes");
    let source = &reply["sources"][0];
    assert_eq!((&source["source"]["type"], &source["source"]["name"]), (&json!("web_search"), &json!("bbb?")));
    assert_eq!(source["source"]["urls"].as_array().unwrap().len(), 3);
    assert!(source["metadata"][0]["source"].as_str().unwrap().ends_with("/page/b"), "{source}");
    let statuses = reply["statusHistory"].as_array().unwrap();
    let actions: Vec<&str> = statuses.iter().map(|status| status["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["web_search_queries_generated", "web_search", "sources_retrieved"]);
    assert_eq!(
        (&statuses[0]["queries"], &statuses[1]["count"], &statuses[1]["done"]),
        (&json!(["bbb?"]), &json!(3), &json!(true))
    );
    let kept = server.app.retrieval.vectors().collections().await.unwrap();
    assert!(kept.iter().all(|name| !name.starts_with("web-search-")), "{kept:?}");
}

#[tokio::test]
async fn a_search_that_fails_breaks_no_reply() {
    for (question, error) in [("broken", json!(true)), ("nothing", json!(null))] {
        let (asked, reply, _server) = ask(question, &[], "admin").await;
        assert!(asked.contains("<unreadable name=\"web search\">"), "{asked}");
        assert_eq!(reply["content"], "yes");
        assert_eq!(reply["sources"], json!(null));
        let status = &reply["statusHistory"][1];
        assert_eq!(
            (&status["action"], &status["error"], &status["done"]),
            (&json!("web_search"), &error, &json!(true))
        );
    }
}

#[tokio::test]
async fn nobody_searches_who_may_not() {
    let env = [("USER_PERMISSIONS_FEATURES_WEB_SEARCH", "false"), ("BYPASS_MODEL_ACCESS_CONTROL", "true")];
    let (asked, reply, _server) = ask("bbb?", &env, "user").await;
    assert_eq!(asked, "bbb?");
    assert_eq!((&reply["content"], &reply["statusHistory"]), (&json!("yes"), &json!(null)));
}
