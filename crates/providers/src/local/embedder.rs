//! Sentence embeddings: mean over tokens, length one.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertModel, Config};
use tokenizers::{PaddingParams, Tokenizer, TruncationParams};
use tokio::sync::{Mutex, oneshot};

use crate::ProviderError;

use super::LocalModel;
use super::chat_model::device;

/// Texts computed together.
const BATCH: usize = 32;
/// Tokens of a text that count.
const MAX_TOKENS: usize = 512;

/// Texts of several callers that are computed together at most: a question waits for so many, not for a whole book.
const GATHERED: usize = 64;

/// Vectors, one a text, and how many tokens were read.
type Made = (Vec<Vec<f32>>, usize);

/// Loads a model on demand and keeps the last one used. Callers that come while it computes are computed together next:
/// the weights are then read once for all of them.
#[derive(Default)]
pub struct Embedder {
    loaded: Arc<Mutex<Option<(PathBuf, Loaded)>>>,
    waiting: Arc<parking_lot::Mutex<VecDeque<Waiting>>>,
}

/// Texts of a caller who waits for them.
struct Waiting {
    path: PathBuf,
    texts: Vec<String>,
    answer: oneshot::Sender<Result<Made, String>>,
}

struct Loaded {
    model: BertModel,
    tokenizer: Tokenizer,
    device: Device,
}

impl Embedder {
    /// One vector a text, and the number of tokens read.
    pub async fn embed(&self, model: LocalModel, texts: Vec<String>) -> Result<Made, ProviderError> {
        let (answer, mut answered) = oneshot::channel();
        let failed = || ProviderError::Local("the embedding model failed in an unexpected way".to_owned());
        self.waiting.lock().push_back(Waiting { path: model.path, texts, answer });
        loop {
            let mut loaded = tokio::select! {
                biased;
                made = &mut answered => return made.map_err(|_| failed())?.map_err(ProviderError::Local),
                loaded = self.loaded.clone().lock_owned() => loaded,
            };
            let together = gather(&mut self.waiting.lock());
            if together.is_empty() {
                // Whoever had the model took these texts along.
                drop(loaded);
                return (&mut answered).await.map_err(|_| failed())?.map_err(ProviderError::Local);
            }
            // It answers whoever waits even when this caller goes away meanwhile.
            let work = tokio::task::spawn_blocking(move || compute(&mut loaded, together));
            work.await.map_err(|_| failed())?;
        }
    }
}

/// The first in the queue and what fits with it; who went away is left out.
fn gather(waiting: &mut VecDeque<Waiting>) -> Vec<Waiting> {
    let mut together: Vec<Waiting> = Vec::new();
    let mut count = 0;
    while let Some(next) = waiting.front() {
        let fits = together.first().is_none_or(|first| first.path == next.path && count + next.texts.len() <= GATHERED);
        if !fits {
            break;
        }
        if let Some(next) = waiting.pop_front().filter(|next| !next.answer.is_closed()) {
            count += next.texts.len();
            together.push(next);
        }
    }
    together
}

/// Computes what was gathered, and tells each caller. What fails together is computed one by one, so that nobody's text
/// fails another's.
fn compute(loaded: &mut Option<(PathBuf, Loaded)>, mut together: Vec<Waiting>) {
    let Some(path) = together.first().map(|first| first.path.clone()) else { return };
    if loaded.as_ref().is_none_or(|(known, _)| *known != path) {
        *loaded = match load(&path) {
            Ok(model) => Some((path, model)),
            Err(why) => {
                for waiting in together {
                    _ = waiting.answer.send(Err(why.clone()));
                }
                return;
            }
        };
    }
    let Some((_, model)) = loaded else { return };
    if together.len() > 1 {
        let texts: Vec<&str> = together.iter().flat_map(|waiting| waiting.texts.iter().map(String::as_str)).collect();
        if let Ok(made) = model.embed(&texts) {
            let mut made = made.into_iter();
            for waiting in together.drain(..) {
                let own = made.by_ref().take(waiting.texts.len()).collect();
                _ = waiting.answer.send(Ok(summed(own)));
            }
        }
    }
    for waiting in together {
        let texts: Vec<&str> = waiting.texts.iter().map(String::as_str).collect();
        _ = waiting.answer.send(model.embed(&texts).map(summed));
    }
}

fn summed(made: Vec<(Vec<f32>, usize)>) -> Made {
    let tokens = made.iter().map(|(_, tokens)| tokens).sum();
    (made.into_iter().map(|(vector, _)| vector).collect(), tokens)
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
    /// The vector of each text and how many tokens it has.
    fn embed(&self, texts: &[&str]) -> Result<Vec<(Vec<f32>, usize)>, String> {
        // Texts of like length share a batch, so that little is padded.
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(|at| texts[*at].len());
        let mut made = vec![(Vec::new(), 0); texts.len()];
        for batch in order.chunks(BATCH) {
            let rows = self.batch(batch.iter().map(|at| texts[*at]).collect())?;
            for (at, row) in batch.iter().zip(rows) {
                made[*at] = row;
            }
        }
        Ok(made)
    }

    fn batch(&self, texts: Vec<&str>) -> Result<Vec<(Vec<f32>, usize)>, String> {
        let encoded =
            self.tokenizer.encode_batch(texts, true).map_err(|error| format!("texts cannot be encoded: {error}"))?;
        let ids: Vec<Vec<u32>> = encoded.iter().map(|text| text.get_ids().to_vec()).collect();
        let mask: Vec<Vec<u32>> = encoded.iter().map(|text| text.get_attention_mask().to_vec()).collect();
        let counts: Vec<usize> = mask.iter().map(|text| text.iter().sum::<u32>() as usize).collect();
        let compute = || -> candle_core::Result<Vec<Vec<f32>>> {
            let (ids, mask) = (Tensor::new(ids, &self.device)?, Tensor::new(mask, &self.device)?);
            let states = self.model.forward(&ids, &ids.zeros_like()?, Some(&mask))?;
            let weight = mask.to_dtype(DType::F32)?.unsqueeze(2)?;
            let mean = states.broadcast_mul(&weight)?.sum(1)?.broadcast_div(&weight.sum(1)?)?;
            let length = mean.sqr()?.sum_keepdim(1)?.sqrt()?;
            mean.broadcast_div(&length)?.to_vec2()
        };
        let vectors = compute().map_err(|error| format!("the embedding model failed: {error}"))?;
        Ok(vectors.into_iter().zip(counts).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(path: &str, texts: usize) -> (Waiting, oneshot::Receiver<Result<Made, String>>) {
        let (answer, answered) = oneshot::channel();
        (Waiting { path: path.into(), texts: vec![String::new(); texts], answer }, answered)
    }

    #[test]
    fn those_who_wait_are_gathered_in_their_order_as_far_as_they_fit() {
        let (all, mut answers): (Vec<_>, Vec<_>) =
            [("a", 1), ("a", 2), ("a", GATHERED - 3), ("a", 1), ("b", 1), ("a", 1)]
                .map(|(path, texts)| waiting(path, texts))
                .into_iter()
                .unzip();
        let mut all = VecDeque::from(all);
        // The second one went away.
        drop(answers.remove(1));
        let counts = |gathered: Vec<Waiting>| gathered.iter().map(|waiting| waiting.texts.len()).collect::<Vec<_>>();
        assert_eq!(counts(gather(&mut all)), [1, GATHERED - 3, 1], "what nobody waits for takes no room");
        assert_eq!(counts(gather(&mut all)), [1], "another model has its own turn");
        assert_eq!(counts(gather(&mut all)), [1]);
        assert!(gather(&mut all).is_empty());
    }

    #[test]
    fn a_text_that_is_longer_than_what_is_gathered_is_computed_alone() {
        let (long, _long) = waiting("a", GATHERED + 1);
        let (short, _short) = waiting("a", 1);
        let mut all = VecDeque::from([long, short]);
        assert_eq!(gather(&mut all).len(), 1);
        assert_eq!(gather(&mut all).len(), 1);
    }
}
