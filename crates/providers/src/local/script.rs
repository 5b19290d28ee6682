//! How a model reads and writes: its tokenizer, its chat template, its control tokens.

use candle_core::quantized::gguf_file::Content;
use candle_core::quantized::tokenizer::TokenizerFromGguf;
use tokenizers::Tokenizer;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::sequence::Sequence;

use super::chat_model::text;

/// What the head of a file says beside the weights.
pub struct Script {
    pub tokenizer: Tokenizer,
    pub template: Option<String>,
    /// Strings that must not come from what people write.
    pub specials: Vec<String>,
}

impl Script {
    pub fn read(content: &Content) -> candle_core::Result<Self> {
        let mut tokenizer = Tokenizer::from_gguf(content)?;
        if text(content, "tokenizer.ggml.pre").is_some_and(|pre| pre == "smollm") {
            // One token a digit, and no space before the first word.
            let steps = vec![Digits::new(true).into(), ByteLevel::new(false, true, true).into()];
            tokenizer.with_pre_tokenizer(Some(Sequence::new(steps)));
        }
        let specials = tokenizer.get_added_tokens_decoder().values().map(|token| token.content.clone()).collect();
        Ok(Self { tokenizer, template: text(content, "tokenizer.chat_template"), specials })
    }
}
