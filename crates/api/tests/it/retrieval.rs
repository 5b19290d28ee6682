//! Making texts searchable and searching them, through the front door.

use axum::response::Response;
use serde_json::{Value, json};

use crate::app::{Person, TestApp};
use crate::attached::{ask_with, provider};
use crate::upstream::{Upstream, whole};

/// Embeds by the letters a, b and c, and answers questions with "yes".
pub fn letters(asked: &str, body: &Value) -> Option<Response> {
    let vector = |text: &Value| {
        let text = text.as_str().unwrap_or_default().to_lowercase();
        let count = |letter: char| text.matches(letter).count() as f64;
        json!([count('a') + 0.01, count('b'), count('c')])
    };
    match asked {
        "POST /v1/embeddings" => {
            let data = body["input"].as_array()?.iter().enumerate();
            let data: Vec<Value> =
                data.map(|(index, text)| json!({"index": index, "embedding": vector(text)})).collect();
            whole(json!({"data": data}))
        }
        _ => None,
    }
}

pub async fn server(upstream: &Upstream, more: &[(&str, &str)]) -> TestApp {
    let url = format!("{}/v1", upstream.url);
    let env = [
        ("RAG_EMBEDDING_ENGINE", "openai"),
        ("RAG_EMBEDDING_MODEL", "letters"),
        ("RAG_OPENAI_API_BASE_URL", url.as_str()),
        ("RAG_OPENAI_API_KEY", "k"),
    ];
    TestApp::with(&[&env[..], more].concat()).await
}

pub fn id(thing: &Value) -> String {
    thing["id"].as_str().unwrap().to_owned()
}

async fn query(person: &Person<'_>, collection: &str, text: &str, k: i64) -> Value {
    let form = json!({"collection_names": [collection], "query": text, "k": k});
    person.post("/api/v1/retrieval/query/collection", form).await.ok()
}

#[tokio::test]
async fn a_file_is_found_by_what_it_means_and_gone_when_it_is_deleted() {
    found_and_gone(&[]).await;
}

/// The one that `scripts/vector-servers.sh` starts.
#[tokio::test]
async fn it_is_the_same_when_chroma_keeps_the_vectors() {
    let chroma = std::env::var("AIRIS_TEST_CHROMA").unwrap();
    found_and_gone(&[("VECTOR_DB", "chroma"), ("CHROMA_HTTP_HOST", &chroma)]).await;
}

async fn found_and_gone(env: &[(&str, &str)]) {
    let upstream = Upstream::start(letters).await;
    let server = server(&upstream, env).await;
    server.admin().await;
    let user = server.somebody("user", "user").await;
    let file = id(&user.upload("a.txt", "text/plain", b"aaa").await);
    let other = id(&user.upload("b.txt", "text/plain", b"bbb").await);
    let name = format!("file-{file}");
    let found = query(&user, &name, "aa", 5).await;
    assert_eq!(found["documents"], json!([["aaa"]]));
    let mut metadata = found["metadatas"][0][0].clone();
    for key in ["hash", "file_hash"] {
        assert_eq!(metadata[key].as_str().unwrap().len(), 64);
        metadata.as_object_mut().unwrap().remove(key);
    }
    let expected = json!({"content_type": "text/plain", "size": 3, "name": "a.txt", "source": "a.txt", "file_id": file,
        "created_by": user.id, "start_index": 0, "embedding_config": "{'engine': 'openai', 'model': 'letters'}"});
    assert_eq!(metadata, expected);
    assert!((found["distances"][0][0].as_f64().unwrap() - 1.0).abs() < 0.01);
    let doc = json!({"collection_name": format!("file-{other}"), "query": "a", "k": 1});
    let doc = user.post("/api/v1/retrieval/query/doc", doc).await.ok();
    assert_eq!(doc["documents"], json!([["bbb"]]));
    assert!(doc["ids"][0][0].is_string());
    // Somebody else is refused, whether the file is there or not.
    let stranger = server.somebody("stranger", "user").await;
    for name in [&name, "file-nothing", "a collection", "knowledge-bases"] {
        let form = json!({"collection_names": [name], "query": "a"});
        assert_eq!(stranger.post("/api/v1/retrieval/query/collection", form).await.refused(), 403, "{name}");
    }
    user.call("DELETE", &format!("/api/v1/files/{file}"), None).await.ok();
    let form = json!({"collection_names": [name], "query": "a"});
    assert_eq!(user.post("/api/v1/retrieval/query/collection", form).await.refused(), 403);
    assert!(!server.app.retrieval.vectors().has(&name).await.unwrap());
}

#[tokio::test]
async fn a_text_that_was_changed_is_found_by_its_new_words_only() {
    let upstream = Upstream::start(letters).await;
    let server = server(&upstream, &[]).await;
    let admin = server.admin().await;
    let file = id(&admin.upload("a.txt", "text/plain", b"aaa secret").await);
    let path = format!("/api/v1/files/{file}/data/content/update");
    admin.post(&path, json!({"content": "bbb public"})).await.ok();
    let found = query(&admin, &format!("file-{file}"), "aaa secret", 9).await;
    assert_eq!(found["documents"], json!([["bbb public"]]));
}

#[tokio::test]
async fn texts_are_kept_under_a_name_and_answers_have_the_shape_of_the_contract() {
    let upstream = Upstream::start(letters).await;
    let server = server(&upstream, &[]).await;
    let admin = server.admin().await;
    let user = server.somebody("user", "user").await;
    let form = json!({"name": "t", "content": "aaa", "collection_name": "wire-text"});
    let answer = admin.post("/api/v1/retrieval/process/text", form.clone()).await.ok();
    assert_eq!(answer, json!({"status": true, "collection_name": "wire-text", "content": "aaa"}));
    assert_eq!(user.post("/api/v1/retrieval/process/text", form).await.refused(), 403);
    let doc = json!({"collection_name": "no-such", "query": "a", "k": 1});
    assert_eq!(admin.post("/api/v1/retrieval/query/doc", doc).await.ok(), json!(null));
    let found = query(&admin, "wire-text", "a", 1).await;
    let expected = json!({"embedding_config": "{'engine': 'openai', 'model': 'letters'}", "name": "t", "created_by": admin.id,
        "start_index": 0});
    assert_eq!(found["metadatas"][0][0], expected);
    let gone = json!({"collection_name": "wire-text", "file_id": "x"});
    assert_eq!(admin.post("/api/v1/retrieval/delete", gone).await.ok(), json!({"status": true}));
    assert_eq!(admin.post("/api/v1/retrieval/reset/db", json!({})).await.ok(), json!(null));
    assert_eq!(query(&admin, "wire-text", "a", 1).await["documents"], json!([[]]));
    let empty = json!({"name": "t", "content": " ", "collection_name": "wire-text"});
    assert_eq!(admin.post("/api/v1/retrieval/process/text", empty).await.refused(), 400);
    let own = json!({"name": "t", "content": "bbb"});
    let name = user.post("/api/v1/retrieval/process/text", own).await.ok()["collection_name"].clone();
    assert_eq!(name.as_str().unwrap().len(), 63);
}

#[tokio::test]
async fn a_file_that_cannot_be_embedded_fails_with_the_reason_and_can_be_read_again() {
    let upstream = Upstream::start(|asked, body| {
        let refuses = body["input"].to_string().contains("refuse");
        if refuses { None } else { letters(asked, body) }
    })
    .await;
    let server = server(&upstream, &[]).await;
    let admin = server.admin().await;
    let file = id(&admin.upload("a.txt", "text/plain", b"refuse").await);
    let read = admin.get(&format!("/api/v1/files/{file}")).await.ok();
    assert_eq!(read["data"]["status"], "failed");
    assert!(read["data"]["error"].as_str().unwrap().starts_with("The text cannot be embedded"), "{read}");
    let again = json!({"file_id": file});
    assert_eq!(admin.post("/api/v1/retrieval/process/file", again).await.refused(), 400);
    let answer = admin.post("/api/v1/retrieval/process/file", json!({"file_id": file, "content": "aaa"})).await.ok();
    assert_eq!(answer["content"], "aaa");
    let read = admin.get(&format!("/api/v1/files/{file}")).await.ok();
    assert_eq!(read["data"], json!({"status": "completed", "content": "aaa", "error": null}));
}

#[tokio::test]
async fn a_file_that_nobody_had_read_is_read_on_demand() {
    let upstream = Upstream::start(letters).await;
    let server = server(&upstream, &[]).await;
    server.admin().await;
    let user = server.somebody("user", "user").await;
    let part = ("file", Some(("proc.txt", "text/plain")), &b"Process me."[..]);
    let file = id(&user.form("/api/v1/files/?process=false", &[part]).await.ok());
    let answer = user.post("/api/v1/retrieval/process/file", json!({"file_id": file})).await.ok();
    let expected = json!({"status": true, "collection_name": format!("file-{file}"), "filename": "proc.txt", "content": "Process me."});
    assert_eq!(answer, expected);
    let unknown = json!({"file_id": "00000000-0000-4000-8000-000000000000"});
    assert_eq!(user.post("/api/v1/retrieval/process/file", unknown).await.refused(), 404);
    let stranger = server.somebody("stranger", "user").await;
    assert_eq!(stranger.post("/api/v1/retrieval/process/file", json!({"file_id": file})).await.refused(), 404);
}

#[tokio::test]
async fn settings_are_shown_changed_and_checked() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let shown = admin.get("/api/v1/retrieval/config").await.ok();
    assert_eq!((&shown["status"], &shown["TOP_K"], &shown["FILE_MAX_SIZE"]), (&json!(true), &json!(3), &json!(null)));
    assert_eq!(shown["web"]["WEB_SEARCH_RESULT_COUNT"], 3);
    let change = json!({"TOP_K": 4, "CHUNK_SIZE": 900, "web": {"WEB_SEARCH_RESULT_COUNT": 5}, "FILE_MAX_SIZE": "7"});
    let changed = admin.post("/api/v1/retrieval/config/update", change).await.ok();
    assert_eq!(
        (&changed["TOP_K"], &changed["CHUNK_SIZE"], &changed["FILE_MAX_SIZE"]),
        (&json!(4), &json!(900), &json!(7))
    );
    assert_eq!(changed["web"]["WEB_SEARCH_RESULT_COUNT"], 5);
    let wrong = admin.post("/api/v1/retrieval/config/update", json!({"TOP_K": "many"})).await;
    assert_eq!(wrong.status, 422);
    assert_eq!(wrong.json()["detail"][0]["loc"], json!(["body", "TOP_K"]));
    for wrong in [json!({"CHUNK_SIZE": 50}), json!({"CHUNK_OVERLAP": -1}), json!({"FILE_MAX_SIZE": "much"})] {
        assert_eq!(admin.post("/api/v1/retrieval/config/update", wrong).await.refused(), 400);
    }
    let engine = json!({"RAG_EMBEDDING_ENGINE": "azure_openai", "RAG_EMBEDDING_MODEL": "m",
        "azure_openai_config": {"url": "https://a.example", "key": "k", "version": "1"}});
    let engine = admin.post("/api/v1/retrieval/embedding/update", engine).await.ok();
    assert_eq!(engine["azure_openai_config"], json!({"url": "https://a.example", "key": "k", "version": "1"}));
    for wrong in [
        json!({"RAG_EMBEDDING_ENGINE": "other", "RAG_EMBEDDING_MODEL": "m"}),
        json!({"RAG_EMBEDDING_ENGINE": "openai", "RAG_EMBEDDING_MODEL": "m", "openai_config": {"url": "file:///x"}}),
    ] {
        assert_eq!(admin.post("/api/v1/retrieval/embedding/update", wrong).await.refused(), 400);
    }
}

#[tokio::test]
async fn a_question_is_embedded_once_and_finds_the_passages_that_matter() {
    let (chat, mut heard) = provider().await;
    let upstream = Upstream::start(letters).await;
    let env = [
        ("ENABLE_OPENAI_API", "true"),
        ("OPENAI_API_BASE_URLS", chat.as_str()),
        ("OPENAI_API_KEYS", "k"),
        ("ENABLE_RETRIEVAL_QUERY_GENERATION", "false"),
    ];
    let server = server(&upstream, &env).await;
    let admin = server.admin().await;
    let long: String =
        ["aaaa ", "bbbb ", "cccc "].iter().map(|word| format!("# {word}\n{}\n", word.repeat(150))).collect();
    let file = id(&admin.upload("long.md", "text/markdown", long.as_bytes()).await);
    upstream.asked();
    let more = json!({"files": [{"type": "file", "id": file, "name": "long.md"}]});
    let (request, stored) = ask_with(&admin, &mut heard, "bbbb?", more).await;
    let embedded = upstream.asked();
    assert_eq!(embedded.len(), 1, "one call for the question: {embedded:?}");
    let reply = &stored["chat"]["history"]["messages"]["reply"];
    let sources = &reply["sources"][0];
    assert_eq!(sources["document"].as_array().unwrap().len(), 3, "no more than asked for");
    assert!(sources["document"][0].as_str().unwrap().starts_with("# bbbb"), "{sources}");
    assert_eq!(sources["metadata"][0]["headings"], json!(["bbbb"]));
    assert_eq!(sources["distances"].as_array().unwrap().len(), 3);
    let asked = request["messages"][0]["content"].as_str().unwrap();
    assert_eq!(asked.matches("<source id=\"1\" name=\"long.md\"").count(), 3, "one document has one number");
}

/// What a bench says of the settings in force and of one more set.
async fn bench(person: &Person<'_>, knowledge: &str, pairs: Value, settings: Value) -> crate::app::Reply {
    let form = json!({"knowledge_id": knowledge, "pairs": pairs, "settings": settings});
    person.post("/api/v1/airis/retrieval/bench", form).await
}

#[tokio::test]
async fn a_bench_tells_how_well_files_are_found_before_settings_change() {
    let upstream = Upstream::start(letters).await;
    let server = server(&upstream, &[("RAG_TOP_K", "1")]).await;
    let admin = server.admin().await;
    let user = server.somebody("user", "user").await;
    let kb = crate::knowledge::made(&admin, "KB", json!([])).await;
    for (name, text) in [("a.txt", "aaa lamp"), ("b.txt", "bbb rope"), ("c.txt", "ccc bell")] {
        let file = id(&admin.upload(name, "text/plain", text.as_bytes()).await);
        crate::knowledge::add(&admin, &kb, &file).await.ok();
    }
    // The letters of the last question are those of the first file, its word is of the second one.
    let pairs = json!([
        {"question": "aa", "file": "A.txt"},
        {"question": "cc", "text": "CCC  bell"},
        {"question": "aaaa rope", "file": "b.txt"},
    ]);
    let wider = json!({"k": 3});
    let words = json!({"k": 2, "hybrid": true, "hybrid_bm25_weight": 1.0});
    let told = bench(&admin, &kb, pairs.clone(), json!([wider, words])).await.ok();
    assert_eq!(told["questions"], json!(["aa", "cc", "aaaa rope"]));
    let run = |at: usize| &told["runs"][at];
    let near =
        |value: &Value, expected: f64| assert!((value.as_f64().unwrap() - expected).abs() < 1e-4, "{value} {expected}");
    assert_eq!((&run(0)["k"], &run(0)["first"]), (&json!(1), &json!([1, 1, null])));
    near(&run(0)["recall"], 2.0 / 3.0);
    near(&run(0)["ndcg"], 2.0 / 3.0);
    near(&run(1)["recall"], 1.0);
    let third = run(1)["first"][2].as_u64().unwrap();
    assert!(third > 1, "{told}");
    near(&run(1)["ndcg"], (2.0 + 1.0 / (third as f64 + 1.0).log2()) / 3.0);
    assert_eq!(run(2)["first"][2], 1, "{told}");
    // Nothing was changed.
    assert_eq!(admin.get("/api/v1/retrieval/config").await.ok()["TOP_K"], 1);
    // What makes no sense is said, and only administrators ask.
    let refused = bench(&admin, &kb, json!([{"question": "q", "file": "z.txt"}]), json!([])).await;
    assert_eq!(refused.status.as_u16(), 400);
    assert!(refused.json()["detail"].as_str().unwrap().contains("\"z.txt\""));
    let refused = bench(&admin, &kb, json!([{"question": "q"}]), json!([])).await;
    assert!(refused.json()["detail"].as_str().unwrap().contains("Pair 1"));
    assert_eq!(bench(&admin, &kb, json!([]), json!([])).await.refused(), 400);
    for settings in [json!({"k": 0}), json!({"r": 2}), json!({"rerank": true})] {
        assert_eq!(bench(&admin, &kb, pairs.clone(), json!([settings])).await.refused(), 400);
    }
    assert_eq!(bench(&admin, "none", pairs.clone(), json!([])).await.refused(), 404);
    assert_eq!(bench(&user, &kb, pairs, json!([])).await.refused(), 401);
}

#[tokio::test]
async fn a_built_in_model_puts_passages_in_order() {
    let upstream = Upstream::start(letters).await;
    let models = std::env::var("AIRIS_TEST_MODELS").unwrap();
    let ranked = |model| {
        [("LOCAL_MODEL_PATH", models.as_str()), ("ENABLE_RAG_HYBRID_SEARCH", "true"), ("RAG_RERANKING_MODEL", model)]
    };
    let server = server(&upstream, &ranked("sentence-transformers/all-MiniLM-L6-v2")).await;
    let admin = server.admin().await;
    let kb = crate::knowledge::made(&admin, "KB", json!([])).await;
    // By their letters the first is nearest to the question.
    for (name, text) in [
        ("a.txt", "aaa aaaa"),
        ("b.txt", "The black parrot sleeps on a back bench."),
        ("c.txt", "Bread is baked at night"),
    ] {
        let file = id(&admin.upload(name, "text/plain", text.as_bytes()).await);
        crate::knowledge::add(&admin, &kb, &file).await.ok();
    }
    let ask = async |more: Value| {
        let mut form = json!({"collection_names": [kb], "query": "Where does a parrot sleep?"});
        form.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let found = admin.post("/api/v1/retrieval/query/collection", form).await.ok();
        let names = found["metadatas"][0].as_array().unwrap().iter().map(|of| of["name"].as_str().unwrap().to_owned());
        let scores: Vec<f64> = serde_json::from_value(found["distances"][0].clone()).unwrap();
        (names.collect::<Vec<_>>(), scores)
    };
    let (names, scores) = ask(json!({})).await;
    assert_eq!((names[0].as_str(), names.len()), ("b.txt", 3), "{scores:?}");
    assert!(scores[0] > 0.5 && scores.is_sorted_by(|one, next| one >= next) && scores[2] < 0.5, "{scores:?}");
    let least = scores[1].midpoint(scores[0]);
    assert_eq!(ask(json!({"r": least})).await, (vec!["b.txt".to_owned()], vec![scores[0]]), "too little is left out");
    assert_eq!(ask(json!({"k_reranker": 2})).await.0.len(), 2);
    assert_eq!(ask(json!({"hybrid": false})).await.0[0], "a.txt", "without words there is no order but by meaning");
    // One that is not there breaks no question, and a bench says why.
    let there = crate::retrieval::server(&upstream, &ranked("nowhere")).await;
    let admin = there.admin().await;
    let kb = crate::knowledge::made(&admin, "KB", json!([])).await;
    let file = id(&admin.upload("a.txt", "text/plain", b"aaa").await);
    crate::knowledge::add(&admin, &kb, &file).await.ok();
    assert_eq!(query(&admin, &kb, "aaa", 1).await["documents"][0], json!(["aaa"]));
    let refused = bench(&admin, &kb, json!([{"question": "aaa", "file": "a.txt"}]), json!([])).await;
    assert!(
        refused.json()["detail"].as_str().unwrap().contains("no reranking model \"nowhere\""),
        "{}",
        refused.json()
    );
}
