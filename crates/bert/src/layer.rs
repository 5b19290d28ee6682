//! One layer: tokens look at each other, and then each of them on its own.

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

use crate::steps::{Norm, activate, attend, split};
use crate::{Activation, Config};

pub struct Layer {
    /// Questions, keys and values in one.
    looked: Dense,
    heads: usize,
    met: Tensor,
    met_norm: Norm,
    wide: Dense,
    activation: Activation,
    narrow: Tensor,
    narrow_norm: Norm,
}

/// Numbers by which the rows of a matrix are multiplied, and what is added.
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
        let [question, key, value] = ["query", "key", "value"].map(|name| Dense::load(&own.pp(name), width, width));
        let (question, key, value) = (question?, key?, value?);
        // How near a question comes to a key is measured in this unit.
        let unit = 1.0 / ((width / config.num_attention_heads) as f64).sqrt();
        let question = Dense { weight: (question.weight * unit)?, bias: (question.bias * unit)? };
        let looked = Dense {
            weight: Tensor::cat(&[question.weight, key.weight, value.weight], 0)?,
            bias: Tensor::cat(&[question.bias, key.bias, value.bias], 0)?,
        };
        let norm = |name: &str, bias: &Tensor| Norm::load(&weights.pp(name).pp("LayerNorm"), bias, config);
        let met = Dense::load(&weights.pp("attention.output.dense"), width, width)?;
        let narrow = Dense::load(&weights.pp("output.dense"), inner, width)?;
        Ok(Self {
            looked,
            heads: config.num_attention_heads,
            met_norm: norm("attention.output", &met.bias)?,
            met: met.weight,
            wide: Dense::load(&weights.pp("intermediate.dense"), width, inner)?,
            activation: config.hidden_act,
            narrow_norm: norm("output", &narrow.bias)?,
            narrow: narrow.weight,
        })
    }

    /// `state`: a row a token, the texts one behind the other.
    pub fn forward(&self, state: Tensor, texts: usize, lengths: &[usize]) -> Result<Tensor> {
        let (rows, width) = state.dims2()?;
        let looked = split(&state.matmul(&self.looked.weight.t()?)?, &self.looked.bias, texts, self.heads)?;
        let [question, key, value] = [0, 1, 2].map(|which| looked.get(which));
        let shares = attend(question?.matmul(&key?.t()?)?, lengths)?;
        let met = shares.matmul(&value?)?.transpose(1, 2)?.reshape((rows, width))?;
        let state = self.met_norm.add(met.matmul(&self.met.t()?)?, &state)?;
        let wide = activate(state.matmul(&self.wide.weight.t()?)?, &self.wide.bias, self.activation)?;
        self.narrow_norm.add(wide.matmul(&self.narrow.t()?)?, &state)
    }
}
