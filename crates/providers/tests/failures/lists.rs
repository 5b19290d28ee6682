//! Lists of models while some connections are dead.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;

use crate::servers::{answer, providers, raw_server, server, within};

async fn listing(id: &'static str) -> String {
    let address = server(move |mut visit| async move {
        visit.say(answer(200, "application/json", &json!({"data": [{"id": id}]}).to_string())).await;
    })
    .await;
    format!("http://{address}/v1")
}

#[tokio::test]
async fn a_dead_connection_costs_its_deadline_and_its_own_models_only() {
    let heard = Arc::new(AtomicUsize::new(0));
    let count = heard.clone();
    let silent = raw_server(move |stream| {
        count.fetch_add(1, Ordering::Relaxed);
        async move {
            std::future::pending::<()>().await;
            drop(stream);
        }
    })
    .await;
    let (first, last) = (listing("first").await, listing("last").await);
    let hosts = format!("http://{silent};http://{}", server(|visit| visit.hang()).await);
    let providers = providers(&[
        ("ENABLE_OPENAI_API", "true"),
        ("OPENAI_API_BASE_URLS", &format!("{first};http://{silent}/v1;{last}")),
        ("ENABLE_OLLAMA_API", "true"),
        ("OLLAMA_BASE_URLS", &hosts),
        ("MODELS_CACHE_TTL", "60"),
    ]);
    // Callers that come while the question is out share its answer.
    let late = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        providers.models(false).await
    };
    let lists = within(60, async { futures::join!(providers.models(false), providers.models(false), late) }).await;
    for list in [lists.0, lists.1, lists.2] {
        let ids: Vec<&str> = list.iter().map(|model| model.id.as_str()).collect();
        assert_eq!(ids, ["first", "last", "m"]);
    }
    providers.models(false).await;
    assert_eq!(heard.load(Ordering::Relaxed), 3, "two lists of Ollama and one more, asked once for all callers");
    let told: Vec<String> = providers
        .probe()
        .await
        .into_iter()
        .map(|probe| probe.models.map_or_else(|error| error.to_string(), |_| String::new()))
        .collect();
    let dead: Vec<bool> = told.iter().map(|told| told.contains("silent for 2 s")).collect();
    assert_eq!(dead, [false, true, false, true, false], "{told:?}");
}

#[tokio::test]
async fn a_list_that_is_none_is_told_to_whoever_asks_for_the_fault() {
    for (kind, body, words) in [
        ("text/html", "<title>Router</title>", "no JSON, but \"Router\""),
        ("application/json", "{\"detail\": \"nothing here\"}", "no list of models, but \"nothing here\""),
        ("application/json", "{\"data\": [{\"id\"", "no JSON"),
        ("application/json", "[]]", "no JSON"),
    ] {
        let reply = answer(200, kind, body);
        let address = raw_server(move |mut stream| {
            let reply = reply.clone();
            async move {
                crate::servers::read_request(&mut stream).await;
                tokio::io::AsyncWriteExt::write_all(&mut stream, reply.as_bytes()).await.unwrap();
            }
        })
        .await;
        let good = listing("good").await;
        let providers = providers(&[
            ("ENABLE_OPENAI_API", "true"),
            ("OPENAI_API_BASE_URLS", &format!("http://{address}/v1;{good}")),
            ("ENABLE_OLLAMA_API", "true"),
            ("OLLAMA_BASE_URLS", &format!("http://{address}")),
        ]);
        assert_eq!(providers.models(true).await.len(), 1);
        for probe in providers.probe().await.into_iter().filter(|probe| probe.url != good) {
            let told = probe.models.unwrap_err().to_string();
            assert!(told.contains(words) && told.contains("is the address right?"), "{told}");
        }
    }
}
