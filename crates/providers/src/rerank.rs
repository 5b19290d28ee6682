//! Putting passages in order by a built-in model.

use crate::local::Ranking;
use crate::{ProviderError, Providers};

/// Passages computed at once where nobody says.
const TOGETHER: usize = 32;

impl Providers {
    /// How well each passage answers a question, from 0 to 1, as the built-in model of the settings says. Nobody pays for it,
    /// as for any other reranking engine.
    pub async fn rerank(&self, question: &str, passages: Vec<String>) -> Result<Vec<f64>, ProviderError> {
        let config = &self.inner.config;
        let model = self.inner.local.reranking_model(&config.text("rag.reranking_model"))?;
        let together = config.int("rag.reranking_batch_size").and_then(|count| usize::try_from(count).ok());
        let together = together.filter(|count| *count > 0).unwrap_or(TOGETHER);
        self.inner.local.rerank(Ranking { model, question: question.to_owned(), passages, together }).await
    }

    /// Why the built-in reranking model of the settings cannot be used; nothing where there is none or it can.
    pub fn reranking_problem(&self) -> Option<String> {
        let config = &self.inner.config;
        let (engine, name) = (config.text("rag.reranking_engine"), config.text("rag.reranking_model"));
        if name.is_empty() || !engine.is_empty() {
            return None;
        }
        self.inner.local.reranking_model(&name).err().map(|error| error.to_string())
    }
}
