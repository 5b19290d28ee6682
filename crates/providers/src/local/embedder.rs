//! Sentence embeddings: mean over tokens, length one.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use tokenizers::Encoding;
use tokio::sync::{Mutex, oneshot};

use crate::ProviderError;

use super::LocalModel;
use super::bert::{Bert, Read};
use super::encoder::longest_of;

/// Texts computed together.
const BATCH: usize = 32;

/// Texts of several callers that are computed together at most: a question waits for so many, not for a whole book.
const GATHERED: usize = 64;

/// Vectors, one a text, and how many tokens were read.
type Made = (Vec<Vec<f32>>, usize);

/// Loads a model on demand and keeps the last one used. Callers that come while it computes are computed together next:
/// the weights are then read once for all of them.
#[derive(Default)]
pub struct Embedder {
    loaded: Arc<Mutex<Option<(PathBuf, Bert)>>>,
    waiting: Arc<parking_lot::Mutex<VecDeque<Waiting>>>,
}

/// Texts of a caller who waits for them.
struct Waiting {
    path: PathBuf,
    texts: Vec<String>,
    answer: oneshot::Sender<Result<Made, String>>,
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
fn compute(loaded: &mut Option<(PathBuf, Bert)>, mut together: Vec<Waiting>) {
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
        if let Ok(made) = embed(model, &texts) {
            let mut made = made.into_iter();
            for waiting in together.drain(..) {
                let own = made.by_ref().take(waiting.texts.len()).collect();
                _ = waiting.answer.send(Ok(summed(own)));
            }
        }
    }
    for waiting in together {
        let texts: Vec<&str> = waiting.texts.iter().map(String::as_str).collect();
        _ = waiting.answer.send(embed(model, &texts).map(summed));
    }
}

fn summed(made: Vec<(Vec<f32>, usize)>) -> Made {
    let tokens = made.iter().map(|(_, tokens)| tokens).sum();
    (made.into_iter().map(|(vector, _)| vector).collect(), tokens)
}

fn load(folder: &Path) -> Result<Bert, String> {
    Bert::load(folder).map_err(|why| format!("the embedding model in {} cannot be used: {why}", folder.display()))
}

/// The vector of each text and how many tokens it has.
fn embed(model: &Bert, texts: &[&str]) -> Result<Vec<(Vec<f32>, usize)>, String> {
    let mut encoded: Vec<Option<Encoding>> = model.encode(texts.to_vec())?.into_iter().map(Some).collect();
    // Texts of like length share a batch, so that little is padded, and each core has batches of its own.
    let lengths: Vec<usize> = encoded.iter().flatten().map(Encoding::len).collect();
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.sort_by_key(|at| lengths[*at]);
    let together = texts.len().div_ceil(rayon::current_num_threads()).min(BATCH);
    let mut batches = Vec::new();
    while !order.is_empty() {
        let batch = longest_of(&mut order, together, |at| lengths[at]);
        batches.push(batch.iter().filter_map(|at| encoded[*at].take().map(|text| (*at, text))).unzip());
    }
    let embedded =
        batches.into_par_iter().map(|(places, batch): (Vec<usize>, _)| Ok((places, embed_batch(model, batch)?)));
    let mut made = vec![(Vec::new(), 0); texts.len()];
    for (places, vectors) in embedded.collect::<Result<Vec<_>, String>>()? {
        for (at, vector) in places.into_iter().zip(vectors) {
            made[at] = (vector, lengths[at]);
        }
    }
    Ok(made)
}

fn embed_batch(model: &Bert, texts: Vec<Encoding>) -> Result<Vec<Vec<f32>>, String> {
    let Read { lengths, states, .. } = model.read(texts)?;
    let mean = |(text, length): (usize, &usize)| {
        let mean = states.get(text)?.narrow(0, 0, *length)?.mean(0)?;
        let length = mean.sqr()?.sum_all()?.sqrt()?;
        mean.broadcast_div(&length)?.to_vec1()
    };
    let vectors: candle_core::Result<Vec<Vec<f32>>> = lengths.iter().enumerate().map(mean).collect();
    vectors.map_err(|error| format!("the embedding model failed: {error}"))
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
