//! Choosing the next token.

use airis_domain::JsonMap;
use candle_core::{DType, Tensor};
use candle_transformers::generation::{LogitsProcessor, Sampling};
use candle_transformers::utils::apply_repeat_penalty;

/// What small models answer best with.
const TEMPERATURE: f64 = 0.6;
const TOP_P: f64 = 0.92;
const REPEAT_PENALTY: f64 = 1.1;
/// Tokens that the repeat penalty looks back on.
const LOOK_BACK: usize = 64;

/// Parameters of one reply.
pub struct Sampler {
    processor: LogitsProcessor,
    penalty: f32,
    /// Most tokens of the reply.
    pub limit: usize,
    /// Strings that end the reply; they are not part of it.
    pub stops: Vec<String>,
}

impl Sampler {
    /// Reads OpenAI's parameters; `room` is what the context leaves at most.
    pub fn new(body: &JsonMap, room: usize) -> Self {
        let number = |name: &str| body.get(name).and_then(serde_json::Value::as_f64);
        let temperature = number("temperature").unwrap_or(TEMPERATURE);
        let top_p = number("top_p").unwrap_or(TOP_P).clamp(0.01, 1.0);
        let sampling = match number("top_k").filter(|k| *k >= 1.0) {
            _ if temperature < 1e-4 => Sampling::ArgMax,
            Some(k) => Sampling::TopKThenTopP { k: k as usize, p: top_p, temperature },
            None => Sampling::TopP { p: top_p, temperature },
        };
        let seed = body.get("seed").and_then(serde_json::Value::as_u64).unwrap_or_else(rand::random);
        let limit = number("max_completion_tokens")
            .or(number("max_tokens"))
            .or(number("num_predict"))
            .filter(|limit| *limit >= 1.0);
        let stops = match body.get("stop") {
            Some(serde_json::Value::String(text)) => vec![text.clone()],
            Some(serde_json::Value::Array(texts)) => {
                texts.iter().filter_map(|text| text.as_str().map(str::to_owned)).collect()
            }
            _ => Vec::new(),
        };
        Self {
            processor: LogitsProcessor::from_sampling(seed, sampling),
            penalty: number("repeat_penalty").unwrap_or(REPEAT_PENALTY) as f32,
            limit: limit.map_or(room, |limit| (limit as usize).min(room)),
            stops: stops.into_iter().filter(|stop| !stop.is_empty()).collect(),
        }
    }

    /// The next token behind `tokens`.
    pub fn pick(&mut self, logits: &Tensor, tokens: &[u32]) -> candle_core::Result<u32> {
        let logits = logits.to_dtype(DType::F32)?;
        let recent = &tokens[tokens.len().saturating_sub(LOOK_BACK)..];
        let logits = if (self.penalty - 1.0).abs() < f32::EPSILON {
            logits
        } else {
            apply_repeat_penalty(&logits, self.penalty, recent)?
        };
        self.processor.sample(&logits)
    }
}
