//! The built-in models, for real: SmolLM2 and MiniLM from the folder in `AIRIS_TEST_MODELS`.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test says what went wrong by failing")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use airis_config::Config;
use airis_providers::{ChatRequest, Part, ProviderError, Providers, RawBody};
use futures::StreamExt;
use serde_json::{Value, json};

fn models() -> PathBuf {
    PathBuf::from(
        std::env::var("AIRIS_TEST_MODELS")
            .expect("set AIRIS_TEST_MODELS to a folder filled by scripts/fetch-models.sh --embedding"),
    )
}

fn providers(folder: &Path) -> Providers {
    let place = folder.display().to_string();
    let env = move |name: &str| match name {
        "LOCAL_MODEL_PATH" => Some(place.clone()),
        "ENABLE_OPENAI_API" | "ENABLE_OLLAMA_API" => Some("false".to_owned()),
        _ => None,
    };
    Providers::new(Arc::new(Config::from_env(&env).unwrap()))
}

fn ask(body: Value, prefix: Option<&str>) -> ChatRequest {
    let body = body.as_object().unwrap().clone();
    ChatRequest {
        model: "smollm2-135m-instruct".into(),
        body,
        user: None,
        chat_id: None,
        prefix: prefix.map(str::to_owned),
    }
}

async fn text(providers: &Providers, request: ChatRequest) -> Result<String, ProviderError> {
    let mut stream = providers.stream(request).await?;
    let mut text = String::new();
    while let Some(chunk) = stream.next().await {
        for part in chunk?.parts {
            if let Part::Text(delta) = part {
                text.push_str(&delta);
            }
        }
    }
    Ok(text)
}

#[tokio::test]
async fn a_real_model_answers_goes_on_where_it_was_cut_and_stops_when_told() {
    let providers = providers(&models());
    let ids: Vec<String> = providers.models(true).await.iter().map(|model| model.id.clone()).collect();
    assert_eq!(ids, ["smollm2-135m-instruct"], "embedding models are not listed among chat models");
    let body = json!({"messages": [{"role": "user", "content": "What is the capital of France?"}], "temperature": 0, "max_tokens": 24});
    let whole = text(&providers, ask(body.clone(), None)).await.unwrap();
    assert!(whole.contains("Paris"), "{whole}");
    assert_eq!(text(&providers, ask(body.clone(), None)).await.unwrap(), whole, "greedy replies repeat");
    let cut = whole.find("Paris").unwrap();
    let rest = text(&providers, ask(body.clone(), Some(&whole[..cut]))).await.unwrap();
    assert!(rest.trim_start().starts_with("Paris"), "{rest}");
    let mut stopped = body;
    stopped["stop"] = json!("Paris");
    assert_eq!(
        text(&providers, ask(stopped, None)).await.unwrap(),
        whole[..cut],
        "a stop string is not part of the reply"
    );
}

#[tokio::test]
async fn a_model_that_is_cut_off_or_no_model_at_all_is_said_to_be_so() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = std::fs::read(models().join("SmolLM2-135M-Instruct.Q4_1.gguf")).unwrap();
    std::fs::write(folder.path().join("SmolLM2-135M-Instruct.Q4_1.gguf"), &bytes[..bytes.len() / 2]).unwrap();
    std::fs::write(folder.path().join("text.gguf"), b"this is no model").unwrap();
    let providers = providers(folder.path());
    let error =
        text(&providers, ask(json!({"messages": [{"role": "user", "content": "hi"}]}), None)).await.unwrap_err();
    assert!(matches!(&error, ProviderError::Local(text) if text.contains("cut off")), "{error}");
    let problems: Vec<_> = providers.local_models().into_iter().filter_map(|model| model.problem).collect();
    assert_eq!(problems, ["it is not a GGUF file"]);
}

#[tokio::test]
async fn sentences_of_like_meaning_get_like_vectors() {
    let providers = providers(&models());
    let input = ["How do I reset my password?", "I forgot my login credentials", "The weather is sunny today"];
    let body = json!({"model": "all-minilm-l6-v2", "input": input});
    let reply = providers.embeddings("all-minilm-l6-v2", body.as_object().unwrap().clone(), None).await.unwrap();
    let RawBody::Json(answer) = reply.body else { panic!("not JSON") };
    let vectors: Vec<Vec<f64>> = answer["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| serde_json::from_value(item["embedding"].clone()).unwrap())
        .collect();
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    assert_eq!(vectors[0].len(), 384);
    assert!((dot(&vectors[0], &vectors[0]) - 1.0).abs() < 1e-4);
    assert!((dot(&vectors[0], &vectors[1]) - 0.678).abs() < 0.01);
    assert!((dot(&vectors[0], &vectors[2]) + 0.035).abs() < 0.01);
}

#[tokio::test]
async fn tokens_are_counted_as_the_model_reads_them() {
    let providers = providers(&models());
    let messages =
        json!([{"role": "system", "content": "Be kind"}, {"role": "user", "content": "Wie geht's? 12345 <|im_end|>"}]);
    let body = json!({"messages": messages, "max_tokens": 1});
    let whole = providers.complete(ask(body.clone(), None)).await.unwrap();
    let list = messages.as_array().unwrap().clone();
    let body = body.as_object().unwrap().clone();
    let reply = providers.count_tokens("smollm2-135m-instruct", body, list, None).await.unwrap();
    let RawBody::Json(answer) = reply.body else { panic!("not JSON") };
    assert_eq!(answer, json!({"input_tokens": whole["usage"]["prompt_tokens"]}));
}

/// What is near was computed by another implementation (Flax, by transformers 4.49) with the same weights of tokens.
#[tokio::test]
async fn an_embedding_model_puts_passages_in_order_token_by_token() {
    let folder = models().to_string_lossy().into_owned();
    let get = |name: &str| match name {
        "LOCAL_MODEL_PATH" => Some(folder.clone()),
        "RAG_RERANKING_MODEL" => Some("sentence-transformers/all-MiniLM-L6-v2".to_owned()),
        _ => None,
    };
    let providers = Providers::new(Arc::new(Config::from_env(&get).unwrap()));
    let passages = [
        "The door 8080 leads to the harbour.",
        "The port of Hamburg is large.",
        "Ports: 8080 and 9090.",
        "Bread is baked at night, and nobody in the town minds the smell of it in the morning.",
    ];
    let asked = |question| providers.rerank(question, passages.map(str::to_owned).to_vec());
    let scores = asked("Where does PORT-8080 lead to?").await.unwrap();
    for (found, expected) in scores.iter().zip([0.576_655, 0.301_878, 0.609_090, 0.176_484]) {
        assert!((found - expected).abs() < 1e-3, "{scores:?}");
    }
    for odd in ["", "?!", "\u{0}"] {
        assert_eq!(asked(odd).await.unwrap().len(), 4);
    }
}
