//! Model files on their way into an Ollama server that misbehaves.

use airis_providers::{Import, ModelFile, ProviderError, Providers};
use futures::StreamExt;

use crate::servers::{answer, ollama, raw_server, server, within};

async fn import(providers: &Providers, bytes: &'static [u8]) -> Vec<Result<Import, ProviderError>> {
    let bytes = futures::stream::iter(bytes.chunks(1000).map(|piece| Ok(piece.into())));
    let file = ModelFile { name: "a.gguf".into(), size: 5000, sha256: "0".repeat(64), bytes };
    within(60, providers.import(0, file).collect()).await
}

#[tokio::test]
async fn a_blob_that_is_refused_ends_with_the_servers_own_words() {
    let address = server(|mut visit| async move {
        assert!(visit.head.starts_with("POST /api/blobs/sha256:000"), "{}", visit.head);
        visit.say(answer(400, "application/json", r#"{"error":"digest mismatch"}"#)).await;
    })
    .await;
    let steps = import(&ollama(address), &[7; 5000]).await;
    let error = steps.last().unwrap().as_ref().unwrap_err().to_string();
    assert!(error.contains("digest mismatch"), "{error}");
    assert_eq!(steps.iter().filter(|step| step.is_err()).count(), 1);
}

#[tokio::test]
async fn a_server_that_takes_no_bytes_is_given_up() {
    let address = raw_server(|stream| async move {
        std::future::pending::<()>().await;
        drop(stream);
    })
    .await;
    let steps = import(&ollama(address), &[7; 5000]).await;
    assert!(matches!(steps.last(), Some(Err(ProviderError::Stalled(2)))), "{steps:?}");
}

#[tokio::test]
async fn a_file_that_ends_too_early_is_no_model() {
    let address = server(|mut visit| async move { visit.say(answer(201, "application/json", "")).await }).await;
    let steps = import(&ollama(address), &[7; 3000]).await;
    assert!(steps.iter().all(|step| !matches!(step, Ok(Import::Made { .. }))), "{steps:?}");
    assert!(steps.last().unwrap().is_err());
}
