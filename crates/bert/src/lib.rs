//! BERT ("Pre-training of Deep Bidirectional Transformers", Devlin et al. 2018), as embedding models and rerankers are made
//! of: products of matrices by candle, and what lies between them in as few passes over the numbers as it takes.

mod layer;
mod steps;

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;
use gemm as _;
use serde::Deserialize;

use self::layer::Layer;
use self::steps::Norm;

/// What a model says of itself in `config.json`.
#[derive(Clone, Debug, Deserialize)]
pub struct Config {
    pub vocab_size: usize,
    pub hidden_size: usize,
    pub num_hidden_layers: usize,
    pub num_attention_heads: usize,
    pub intermediate_size: usize,
    #[serde(default)]
    pub hidden_act: Activation,
    pub max_position_embeddings: usize,
    pub type_vocab_size: usize,
    pub layer_norm_eps: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Activation {
    #[default]
    Gelu,
    #[serde(alias = "gelu_new", alias = "gelu_pytorch_tanh")]
    GeluApproximate,
    Relu,
}

/// Whatever there is of a model before its head.
pub struct Bert {
    words: Tensor,
    positions: Tensor,
    token_types: Tensor,
    norm: Norm,
    layers: Vec<Layer>,
}

impl Bert {
    pub fn load(weights: &VarBuilder<'_>, config: &Config) -> Result<Self> {
        let width = config.hidden_size;
        if config.num_attention_heads == 0 || !width.is_multiple_of(config.num_attention_heads) {
            candle_core::bail!("{width} numbers of a token cannot be shared by {} heads", config.num_attention_heads);
        }
        let embeddings = weights.pp("embeddings");
        let table = |name: &str, rows: usize| embeddings.pp(name).get((rows, width), "weight");
        let nothing = Tensor::zeros(width, weights.dtype(), weights.device())?;
        let layers = weights.pp("encoder.layer");
        Ok(Self {
            words: table("word_embeddings", config.vocab_size)?,
            positions: table("position_embeddings", config.max_position_embeddings)?,
            token_types: table("token_type_embeddings", config.type_vocab_size)?,
            norm: Norm::load(&embeddings.pp("LayerNorm"), &nothing, config)?,
            layers: (0..config.num_hidden_layers)
                .map(|number| Layer::load(&layers.pp(number), config))
                .collect::<Result<_>>()?,
        })
    }

    /// What each token means where it stands: texts, tokens, numbers of a token. `ids` and `types` are texts of as many
    /// tokens each, of which the first so many count as `lengths` says.
    pub fn forward(&self, ids: &Tensor, types: &Tensor, lengths: &[usize]) -> Result<Tensor> {
        let (texts, tokens) = ids.dims2()?;
        if lengths.len() != texts || lengths.iter().any(|length| *length > tokens) {
            candle_core::bail!("{} lengths for {texts} texts of {tokens} tokens", lengths.len());
        }
        let row = |table: &Tensor, which: &Tensor| table.index_select(&which.flatten_all()?, 0);
        let width = self.words.dim(1)?;
        let positions = self.positions.narrow(0, 0, tokens)?;
        let positions = positions.unsqueeze(0)?.expand((texts, tokens, width))?.reshape((texts * tokens, width))?;
        let state = row(&self.words, ids)?;
        let mut state = self.norm.add(state, &(positions + row(&self.token_types, types)?)?)?;
        for layer in &self.layers {
            state = layer.forward(state, texts, lengths)?;
        }
        state.reshape((texts, tokens, width))
    }
}
