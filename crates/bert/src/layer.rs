//! One layer of the encoder: attention, then two dense layers for each token on its own.

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

use crate::steps::{Norm, activate, masked_softmax, split_heads};
use crate::{Activation, Config};

pub struct Layer {
    /// Queries, keys and values in one.
    attention: Dense,
    heads: usize,
    attention_output: Tensor,
    attention_norm: Norm,
    intermediate: Dense,
    activation: Activation,
    output: Tensor,
    output_norm: Norm,
}

struct Dense {
    weight: Tensor,
    bias: Tensor,
}

impl Dense {
    fn load(weights: &VarBuilder<'_>, from: usize, to: usize) -> Result<Self> {
        Ok(Self { weight: weights.get((to, from), "weight")?, bias: weights.get(to, "bias")? })
    }
}

impl Layer {
    pub fn load(weights: &VarBuilder<'_>, config: &Config) -> Result<Self> {
        let (width, inner) = (config.hidden_size, config.intermediate_size);
        let own = weights.pp("attention.self");
        let [query, key, value] = ["query", "key", "value"].map(|name| Dense::load(&own.pp(name), width, width));
        let (query, key, value) = (query?, key?, value?);
        // Products of queries and keys are scaled here, once.
        let scale = 1.0 / ((width / config.num_attention_heads) as f64).sqrt();
        let attention = Dense {
            weight: Tensor::cat(&[(query.weight * scale)?, key.weight, value.weight], 0)?,
            bias: Tensor::cat(&[(query.bias * scale)?, key.bias, value.bias], 0)?,
        };
        let norm = |name: &str, bias: &Tensor| Norm::load(&weights.pp(name).pp("LayerNorm"), bias, config);
        let attention_output = Dense::load(&weights.pp("attention.output.dense"), width, width)?;
        let output = Dense::load(&weights.pp("output.dense"), inner, width)?;
        Ok(Self {
            attention,
            heads: config.num_attention_heads,
            attention_norm: norm("attention.output", &attention_output.bias)?,
            attention_output: attention_output.weight,
            intermediate: Dense::load(&weights.pp("intermediate.dense"), width, inner)?,
            activation: config.hidden_act,
            output_norm: norm("output", &output.bias)?,
            output: output.weight,
        })
    }

    /// `state`: a row a token, the texts one behind the other.
    pub fn forward(&self, state: Tensor, texts: usize, lengths: &[usize]) -> Result<Tensor> {
        let (rows, width) = state.dims2()?;
        let parts = split_heads(&state.matmul(&self.attention.weight.t()?)?, &self.attention.bias, texts, self.heads)?;
        let [query, key, value] = [0, 1, 2].map(|part| parts.get(part));
        let attention = masked_softmax(query?.matmul(&key?.t()?)?, lengths)?;
        let attended = attention.matmul(&value?)?.transpose(1, 2)?.reshape((rows, width))?;
        let state = self.attention_norm.add(attended.matmul(&self.attention_output.t()?)?, &state)?;
        let inner = state.matmul(&self.intermediate.weight.t()?)?;
        let inner = activate(inner, &self.intermediate.bias, self.activation)?;
        self.output_norm.add(inner.matmul(&self.output.t()?)?, &state)
    }
}
