//! Asking which passages answer a question best: a model of this process, or an engine elsewhere.

use airis_domain::Json;
use airis_outbound::Call;
use airis_vector::Found;
use async_recursion::async_recursion as boxed;
use serde_json::json;

use crate::state::Inner;
use crate::{Result, RetrievalError};

/// Seconds that it may take where nobody says.
const PATIENCE: u64 = 20;

/// A score for each passage; `None` when no engine is set up.
#[boxed]
pub async fn by_engine(inner: &Inner, question: &str, passages: &[Found]) -> Result<Option<Vec<f64>>> {
    let config = &inner.config;
    let (engine, model) = (config.text("rag.reranking_engine"), config.text("rag.reranking_model"));
    if model.is_empty() || passages.is_empty() {
        return Ok(None);
    }
    if engine.is_empty() {
        let passages = passages.iter().map(|passage| passage.text.clone()).collect();
        let scores = inner.providers.rerank(question, passages).await;
        return scores.map(Some).map_err(|error| RetrievalError::Refused(error.to_string()));
    }
    if engine != "external" {
        return Err(RetrievalError::Refused(format!("the reranking engine \"{engine}\" is not built yet")));
    }
    let documents: Vec<&str> = passages.iter().map(|passage| passage.text.as_str()).collect();
    let body = json!({"model": model, "query": question, "documents": documents, "top_n": documents.len()});
    let patience = config.text("rag.external_reranker_timeout").trim().parse().unwrap_or(PATIENCE);
    let call = Call::post(config.text("rag.external_reranker_url"))
        .bearer(&config.text("rag.external_reranker_api_key"))
        .json(&body)
        .within(patience);
    let refused = |error: airis_outbound::OutboundError| RetrievalError::Refused(error.to_string());
    let answer = inner.outbound.fetch(call).await.and_then(airis_outbound::Answer::ok).map_err(refused)?;
    let answer: Json = serde_json::from_slice(&answer.body)
        .map_err(|_| RetrievalError::Refused("the reranking engine did not answer in JSON".to_owned()))?;
    read(&answer, documents.len())
        .map(Some)
        .ok_or_else(|| RetrievalError::Refused("the reranking engine gave no scores".to_owned()))
}

/// The scores by the places of their passages; of those that the engine left out it is 0.
fn read(answer: &Json, count: usize) -> Option<Vec<f64>> {
    let results = answer["results"].as_array()?;
    let mut scores = vec![0.0; count];
    for result in results {
        let at = result["index"].as_u64().and_then(|at| usize::try_from(at).ok())?;
        *scores.get_mut(at)? = result["relevance_score"].as_f64()?;
    }
    Some(scores)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_go_to_the_passages_that_they_are_for() {
        let answer = json!({"results": [{"index": 1, "relevance_score": 0.9}, {"index": 0, "relevance_score": 0.1}]});
        assert_eq!(read(&answer, 3), Some(vec![0.1, 0.9, 0.0]));
        assert_eq!(read(&json!({"results": [{"index": 9, "relevance_score": 1}]}), 3), None);
        assert_eq!(read(&json!({"error": "no"}), 3), None);
    }
}
