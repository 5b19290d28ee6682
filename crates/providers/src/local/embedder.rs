//! Sentence embeddings: mean over tokens, length one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertModel, Config};
use tokenizers::{PaddingParams, Tokenizer, TruncationParams};
use tokio::sync::Mutex;

use crate::ProviderError;

use super::LocalModel;
use super::chat_model::device;

/// Texts computed together.
const BATCH: usize = 32;
/// Tokens of a text that count.
const MAX_TOKENS: usize = 512;

/// Loads a model on demand and keeps the last one used. Callers take turns.
#[derive(Default)]
pub struct Embedder {
    loaded: Arc<Mutex<Option<(PathBuf, Loaded)>>>,
}

struct Loaded {
    model: BertModel,
    tokenizer: Tokenizer,
    device: Device,
}

impl Embedder {
    /// One vector a text, and the number of tokens read.
    pub async fn embed(&self, model: LocalModel, texts: Vec<String>) -> Result<(Vec<Vec<f32>>, usize), ProviderError> {
        let mut loaded = self.loaded.clone().lock_owned().await;
        let work = tokio::task::spawn_blocking(move || {
            if loaded.as_ref().is_none_or(|(path, _)| *path != model.path) {
                *loaded = Some((model.path.clone(), load(&model.path)?));
            }
            match loaded.as_ref() {
                Some((_, loaded)) => loaded.embed(&texts),
                None => Err("the model is not loaded".to_owned()),
            }
        });
        let outcome = work
            .await
            .map_err(|_| ProviderError::Local("the embedding model failed in an unexpected way".to_owned()))?;
        outcome.map_err(ProviderError::Local)
    }
}

fn load(folder: &Path) -> Result<Loaded, String> {
    let fail = |what: &str, error: &dyn std::fmt::Display| {
        format!("the embedding model in {} cannot be used: {what}: {error}", folder.display())
    };
    let config = std::fs::read(folder.join("config.json")).map_err(|error| fail("config.json", &error))?;
    let config: Config = serde_json::from_slice(&config).map_err(|error| fail("config.json", &error))?;
    let mut tokenizer =
        Tokenizer::from_file(folder.join("tokenizer.json")).map_err(|error| fail("tokenizer.json", &error))?;
    let truncation = TruncationParams { max_length: MAX_TOKENS, ..TruncationParams::default() };
    tokenizer.with_truncation(Some(truncation)).map_err(|error| fail("tokenizer.json", &error))?;
    tokenizer.with_padding(Some(PaddingParams::default()));
    let device = device();
    let weights = std::fs::read(folder.join("model.safetensors")).map_err(|error| fail("model.safetensors", &error))?;
    let weights = VarBuilder::from_buffered_safetensors(weights, DType::F32, &device)
        .map_err(|error| fail("model.safetensors", &error))?;
    let model = BertModel::load(weights, &config).map_err(|error| fail("model.safetensors", &error))?;
    Ok(Loaded { model, tokenizer, device })
}

impl Loaded {
    fn embed(&self, texts: &[String]) -> Result<(Vec<Vec<f32>>, usize), String> {
        // Texts of like length share a batch, so that little is padded.
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(|at| texts[*at].len());
        let mut vectors = vec![Vec::new(); texts.len()];
        let mut tokens = 0;
        for batch in order.chunks(BATCH) {
            let (rows, count) = self.batch(batch.iter().map(|at| texts[*at].as_str()).collect())?;
            tokens += count;
            for (at, row) in batch.iter().zip(rows) {
                vectors[*at] = row;
            }
        }
        Ok((vectors, tokens))
    }

    fn batch(&self, texts: Vec<&str>) -> Result<(Vec<Vec<f32>>, usize), String> {
        let encoded =
            self.tokenizer.encode_batch(texts, true).map_err(|error| format!("texts cannot be encoded: {error}"))?;
        let ids: Vec<Vec<u32>> = encoded.iter().map(|text| text.get_ids().to_vec()).collect();
        let mask: Vec<Vec<u32>> = encoded.iter().map(|text| text.get_attention_mask().to_vec()).collect();
        let count = mask.iter().flatten().sum::<u32>() as usize;
        let compute = || -> candle_core::Result<Vec<Vec<f32>>> {
            let (ids, mask) = (Tensor::new(ids, &self.device)?, Tensor::new(mask, &self.device)?);
            let states = self.model.forward(&ids, &ids.zeros_like()?, Some(&mask))?;
            let weight = mask.to_dtype(DType::F32)?.unsqueeze(2)?;
            let mean = states.broadcast_mul(&weight)?.sum(1)?.broadcast_div(&weight.sum(1)?)?;
            let length = mean.sqr()?.sum_keepdim(1)?.sqrt()?;
            mean.broadcast_div(&length)?.to_vec2()
        };
        Ok((compute().map_err(|error| format!("the embedding model failed: {error}"))?, count))
    }
}
