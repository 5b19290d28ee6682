//! Putting passages in order by an embedding model alone: each token of the question looks for the token of a passage that is
//! nearest to it ("ColBERT", Khattab and Zaharia 2020), where one vector of a whole passage blurs names and numbers.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use candle_core::{DType, Result as Computed, Tensor};
use tokenizers::Encoding;

use super::bert::{Bert, MAX_TOKENS, Read};
use super::encoder::longest_of;

/// How much a token counts that every passage has.
const COMMON: f64 = 0.5;
/// What a token has at least in most texts.
const BYTES: usize = 2;
/// Less than any nearness.
const NOTHING: f64 = -2.0;

pub struct LateInteraction {
    model: Bert,
}

/// What a passage has for a question: how near its nearest token is to each token of the question.
struct Met {
    near: Vec<f32>,
    tokens: HashSet<u32>,
}

impl LateInteraction {
    pub fn load(folder: &Path) -> Result<Self, String> {
        let model = Bert::load(folder);
        let model = model.map_err(|why| format!("the model in {} cannot be used: {why}", folder.display()))?;
        Ok(Self { model })
    }

    /// How near each passage comes to the question, from 0 to 1; `together` of them are computed at once at most. Stops
    /// between such batches when it is not `wanted` any more, with whatever is there.
    pub fn scores(
        &self,
        question: &str,
        passages: &[String],
        together: usize,
        wanted: &dyn Fn() -> bool,
    ) -> Result<Vec<f64>, String> {
        let failed = |error: candle_core::Error| format!("the model failed: {error}");
        let read = |texts: Vec<&str>| self.model.read(self.model.encode(texts)?);
        let question = read(vec![question])?;
        let (tokens, vectors) = asked(&question).map_err(failed)?;
        // Texts of like length share a batch, so that little is padded.
        let mut order: Vec<usize> = (0..passages.len()).collect();
        order.sort_by_key(|at| passages[*at].len());
        let mut met: HashMap<usize, Met> = HashMap::new();
        while !order.is_empty() && wanted() {
            let batch = longest_of(&mut order, together, |at| (passages[at].len() / BYTES).min(MAX_TOKENS));
            let read = read(batch.iter().map(|at| passages[*at].as_str()).collect())?;
            let near = nearest(&vectors, &read).map_err(failed)?;
            for ((at, near), text) in batch.iter().zip(near).zip(&read.texts) {
                let tokens = places(text).map(|place| text.get_ids()[place]).collect();
                met.insert(*at, Met { near, tokens });
            }
        }
        let weights = weights(&tokens, &met);
        let all: f64 = weights.iter().sum();
        let score =
            |met: &Met| met.near.iter().zip(&weights).map(|(near, weight)| f64::from(*near) * weight).sum::<f64>();
        let scores = (0..passages.len()).map(|at| met.get(&at).map_or(0.0, |met| (score(met) / all).clamp(0.0, 1.0)));
        Ok(scores.map(|score| if score.is_finite() { score } else { 0.0 }).collect())
    }
}

/// How much each token of a question counts: more, the fewer of the passages have it.
fn weights(tokens: &[u32], met: &HashMap<usize, Met>) -> Vec<f64> {
    let count = met.len() as f64;
    let weight = |token: &u32| {
        let with = met.values().filter(|met| met.tokens.contains(token)).count() as f64;
        COMMON + ((count - with + 0.5) / (with + 0.5)).ln_1p()
    };
    tokens.iter().map(weight).collect()
}

/// The tokens of a question that are looked for, with their vectors: words, and signs only where there is nothing else.
fn asked(question: &Read) -> Computed<(Vec<u32>, Tensor)> {
    let text = &question.texts[0];
    let is_word = |place: &usize| text.get_tokens()[*place].chars().any(char::is_alphanumeric);
    let mut wanted: Vec<usize> = places(text).filter(is_word).collect();
    if wanted.is_empty() {
        wanted = places(text).collect();
    }
    if wanted.is_empty() {
        // Nothing but what stands around a text.
        wanted.push(0);
    }
    let tokens = wanted.iter().map(|place| text.get_ids()[*place]).collect();
    let wanted: Vec<u32> = wanted.into_iter().map(|place| u32::try_from(place).unwrap_or_default()).collect();
    let wanted = Tensor::new(wanted, question.states.device())?;
    Ok((tokens, unit(&question.states.get(0)?.index_select(&wanted, 0)?)?))
}

/// For each text and each token of the question how near the nearest token of the text is.
fn nearest(question: &Tensor, read: &Read) -> Computed<Vec<Vec<f32>>> {
    let near = unit(&read.states)?.broadcast_matmul(&question.t()?)?;
    // What fills up a text, or stands around it, is no part of it.
    let apart: Vec<Vec<f32>> = read
        .texts
        .iter()
        .map(|text| {
            let mut apart = vec![NOTHING as f32; text.len()];
            places(text).for_each(|place| apart[place] = 0.0);
            apart
        })
        .collect();
    let apart = Tensor::new(apart, read.states.device())?.unsqueeze(2)?;
    near.broadcast_add(&apart)?.max(1)?.to_dtype(DType::F32)?.to_vec2()
}

/// Vectors of length one.
fn unit(vectors: &Tensor) -> Computed<Tensor> {
    vectors.broadcast_div(&vectors.sqr()?.sum_keepdim(candle_core::D::Minus1)?.sqrt()?)
}

/// Where tokens of the text itself stand.
fn places(text: &Encoding) -> impl Iterator<Item = usize> + '_ {
    text.get_special_tokens_mask().iter().enumerate().filter(|(_, special)| **special == 0).map(|(place, _)| place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_few_passages_have_counts_more() {
        let met = |tokens: &[u32]| Met { near: Vec::new(), tokens: tokens.iter().copied().collect() };
        let all = HashMap::from([(0, met(&[1, 2])), (1, met(&[1])), (2, met(&[1]))]);
        let weights = weights(&[1, 2, 3], &all);
        assert!(weights[0] < weights[1] && weights[1] < weights[2], "{weights:?}");
        assert!(weights[0] > COMMON);
    }
}
