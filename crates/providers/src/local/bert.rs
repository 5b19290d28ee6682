//! A BERT that reads texts: what each of their tokens means where it stands.

use std::path::Path;

use airis_bert::Config;
use candle_core::{Device, Tensor};
use tokenizers::{Encoding, PaddingDirection, PaddingParams, Tokenizer};

use super::encoder::{Encoder, unfit};

/// Tokens of a text that count.
pub const MAX_TOKENS: usize = 512;

pub struct Bert {
    model: airis_bert::Bert,
    tokenizer: Tokenizer,
    device: Device,
}

/// What was read of several texts, the shorter ones filled up.
pub struct Read {
    pub texts: Vec<Encoding>,
    /// Tokens of each text, without what fills it up.
    pub lengths: Vec<usize>,
    /// Texts, tokens, numbers of a token.
    pub states: Tensor,
}

impl Bert {
    /// Fails with the file that is wrong, and why.
    pub fn load(folder: &Path) -> Result<Self, String> {
        let Encoder { config, tokenizer, weights, device } = Encoder::open(folder, |_| Ok(MAX_TOKENS))?;
        let config: Config = serde_json::from_value(config).map_err(|error| format!("config.json: {error}"))?;
        let model = airis_bert::Bert::load(&weights, &config).map_err(|error| unfit(&error))?;
        Ok(Self { model, tokenizer, device })
    }

    pub fn encode(&self, texts: Vec<&str>) -> Result<Vec<Encoding>, String> {
        self.tokenizer.encode_batch(texts, true).map_err(|error| format!("texts cannot be encoded: {error}"))
    }

    pub fn read(&self, mut texts: Vec<Encoding>) -> Result<Read, String> {
        let lengths: Vec<usize> = texts.iter().map(Encoding::len).collect();
        let longest = lengths.iter().copied().max().unwrap_or_default();
        let filling = PaddingParams::default();
        for text in &mut texts {
            text.pad(longest, filling.pad_id, filling.pad_type_id, &filling.pad_token, PaddingDirection::Right);
        }
        let compute = || {
            let ids: Vec<&[u32]> = texts.iter().map(Encoding::get_ids).collect();
            let ids = Tensor::new(ids, &self.device)?;
            self.model.forward(&ids, &ids.zeros_like()?, &lengths)
        };
        let states = compute().map_err(|error| format!("the model failed: {error}"))?;
        Ok(Read { texts, lengths, states })
    }
}
