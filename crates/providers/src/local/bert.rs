//! A BERT that reads texts: what each of their tokens means where it stands.

use std::path::Path;

use candle_core::{Device, Tensor};
use candle_transformers::models::bert::{BertModel, Config};
use tokenizers::{Encoding, PaddingParams, Tokenizer};

use super::encoder::{Encoder, unfit};

/// Tokens of a text that count.
pub const MAX_TOKENS: usize = 512;

pub struct Bert {
    model: BertModel,
    tokenizer: Tokenizer,
    pub device: Device,
}

/// What was read of several texts, the shorter ones filled up.
pub struct Read {
    pub texts: Vec<Encoding>,
    /// Texts, tokens, numbers of a token.
    pub states: Tensor,
}

impl Bert {
    /// Fails with the file that is wrong, and why.
    pub fn load(folder: &Path) -> Result<Self, String> {
        let Encoder { config, mut tokenizer, weights, device } = Encoder::open(folder, |_| Ok(MAX_TOKENS))?;
        let config: Config = serde_json::from_value(config).map_err(|error| format!("config.json: {error}"))?;
        tokenizer.with_padding(Some(PaddingParams::default()));
        let model = BertModel::load(weights, &config).map_err(|error| unfit(&error))?;
        Ok(Self { model, tokenizer, device })
    }

    pub fn read(&self, texts: Vec<&str>) -> Result<Read, String> {
        let texts =
            self.tokenizer.encode_batch(texts, true).map_err(|error| format!("texts cannot be encoded: {error}"))?;
        let compute = || {
            let ids: Vec<&[u32]> = texts.iter().map(Encoding::get_ids).collect();
            let mask: Vec<&[u32]> = texts.iter().map(Encoding::get_attention_mask).collect();
            let (ids, mask) = (Tensor::new(ids, &self.device)?, Tensor::new(mask, &self.device)?);
            self.model.forward(&ids, &ids.zeros_like()?, Some(&mask))
        };
        let states = compute().map_err(|error| format!("the model failed: {error}"))?;
        Ok(Read { texts, states })
    }
}
