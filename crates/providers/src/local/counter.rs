//! Counting the tokens of a request without asking the model: its head is read, its weights are not.

use std::path::PathBuf;
use std::sync::Arc;

use airis_domain::Json;
use tokio::sync::Mutex;

use crate::ProviderError;

use super::LocalModel;
use super::{chat_model, prompt, script::Script};

/// Keeps the last model asked for. Callers take turns.
#[derive(Default)]
pub struct Counter {
    read: Arc<Mutex<Option<(PathBuf, Script)>>>,
}

impl Counter {
    pub async fn count(&self, model: LocalModel, messages: Vec<Json>) -> Result<usize, ProviderError> {
        let mut read = self.read.clone().lock_owned().await;
        let work = tokio::task::spawn_blocking(move || {
            if read.as_ref().is_none_or(|(path, _)| *path != model.path) {
                *read = Some((model.path.clone(), chat_model::script(&model.path)?));
            }
            match read.as_ref() {
                Some((_, script)) => prompt::count(script, &messages),
                None => Err("the model is not read".to_owned()),
            }
        });
        let outcome =
            work.await.map_err(|_| ProviderError::Local("the tokens cannot be counted: unexpectedly".to_owned()))?;
        outcome.map_err(ProviderError::Local)
    }
}
