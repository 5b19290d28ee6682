//! What models of the BERT family have on disk: their description, how they read texts, their weights.

use std::path::Path;

use airis_domain::Json;
use candle_core::{DType, Device};
use candle_nn::VarBuilder;
use tokenizers::{Tokenizer, TruncationParams};

use super::chat_model::device;

const CONFIG: &str = "config.json";
const TOKENIZER: &str = "tokenizer.json";
pub const WEIGHTS: &str = "model.safetensors";

/// Tokens computed together, by each core at most: as many as make products of matrices worth it. What attention needs in
/// memory grows with each text's length once more.
const TOKENS: usize = 1024;

/// The files that a folder needs to be such a model.
pub const FILES: [&str; 3] = [CONFIG, TOKENIZER, WEIGHTS];

/// A folder that was opened; nothing is computed yet.
pub struct Encoder {
    pub config: Json,
    pub tokenizer: Tokenizer,
    pub weights: VarBuilder<'static>,
    pub device: Device,
}

impl Encoder {
    /// Texts are cut where `longest` of the description says. Fails with the file that is wrong, and why.
    pub fn open(folder: &Path, longest: impl Fn(&Json) -> Result<usize, String>) -> Result<Self, String> {
        let fail = |what: &str, error: &dyn std::fmt::Display| format!("{what}: {error}");
        let config = describe(folder).map_err(|error| fail(CONFIG, &error))?;
        let max_length = longest(&config).map_err(|error| fail(CONFIG, &error))?;
        let mut tokenizer = Tokenizer::from_file(folder.join(TOKENIZER)).map_err(|error| fail(TOKENIZER, &error))?;
        let truncation = TruncationParams { max_length, ..TruncationParams::default() };
        tokenizer.with_truncation(Some(truncation)).map_err(|error| fail(TOKENIZER, &error))?;
        // Some fill up every text on their own; only what is computed together needs to be of one length.
        tokenizer.with_padding(None);
        let device = device();
        let weights = std::fs::read(folder.join(WEIGHTS)).map_err(|error| fail(WEIGHTS, &error))?;
        let weights = VarBuilder::from_buffered_safetensors(weights, DType::F32, &device)
            .map_err(|error| fail(WEIGHTS, &error))?;
        Ok(Self { config, tokenizer, weights, device })
    }
}

/// What a model says of itself.
pub fn describe(folder: &Path) -> Result<Json, String> {
    let config = std::fs::read(folder.join(CONFIG)).map_err(|error| error.to_string())?;
    serde_json::from_slice(&config).map_err(|error| error.to_string())
}

/// A weight that is not as the description says, in words.
pub fn unfit(error: &dyn std::fmt::Display) -> String {
    format!("{WEIGHTS}: {error}")
}

/// Takes as many of the longest texts as fit together, at least one, from places that are in order of their `length` in tokens.
pub fn longest_of(order: &mut Vec<usize>, together: usize, length: impl Fn(usize) -> usize) -> Vec<usize> {
    let longest = order.last().map_or(1, |at| length(*at)).max(1);
    let count = (TOKENS / longest).clamp(1, together.max(1)).min(order.len());
    order.split_off(order.len() - count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_share_a_batch_as_far_as_they_fit() {
        let lengths = [10, 20, 256, 256];
        let mut order = vec![0, 1, 2, 3];
        let mut next = |together| longest_of(&mut order, together, |at| lengths[at]);
        assert_eq!(next(1), [3]);
        assert_eq!(next(32), [0, 1, 2], "four of them fit");
        let mut many: Vec<usize> = (0..20).collect();
        assert_eq!(longest_of(&mut many, 32, |_| 256).len(), 4);
        assert_eq!(longest_of(&mut many, 32, |_| 100_000).len(), 1);
        assert_eq!(longest_of(&mut many, 0, |_| 1).len(), 1);
    }
}
