//! Models that read a question and a passage together and say how well one answers the other: BERT, RoBERTa and XLM-RoBERTa
//! with one number at the end ("Passage Re-ranking with BERT", Nogueira and Cho 2019).

use std::path::Path;

use airis_bert::{Bert, Config as BertConfig};
use airis_domain::Json;
use candle_core::{Device, Result as Computed, Tensor};
use candle_nn::{Linear, Module, linear};
use candle_transformers::models::xlm_roberta::{Config as RobertaConfig, XLMRobertaForSequenceClassification};
use serde_json::json;
use tokenizers::{Encoding, Tokenizer};

use super::encoder::{Encoder, longest_of, unfit};

/// Tokens of a pair that count, where the model takes more.
const LONGEST: usize = 1024;

/// How the architectures of such models end.
const PURPOSE: &str = "ForSequenceClassification";

pub struct CrossEncoder {
    network: Network,
    tokenizer: Tokenizer,
    device: Device,
    /// What fills up shorter pairs.
    pad: u32,
}

enum Network {
    Bert { model: Box<Bert>, pooler: Linear, classifier: Linear },
    Roberta(Box<XLMRobertaForSequenceClassification>),
}

/// Whether a model that describes itself so reads pairs.
pub fn reads_pairs(config: &Json) -> bool {
    architecture(config).ends_with(PURPOSE)
}

impl CrossEncoder {
    pub fn load(folder: &Path) -> Result<Self, String> {
        let opened = Encoder::open(folder, longest).and_then(|encoder| {
            let pad = encoder.config["pad_token_id"].as_u64().and_then(|pad| u32::try_from(pad).ok()).unwrap_or(0);
            let network = Network::load(&encoder)?;
            Ok(Self { network, tokenizer: encoder.tokenizer, device: encoder.device, pad })
        });
        opened.map_err(|why| format!("the reranking model in {} cannot be used: {why}", folder.display()))
    }

    /// How well each passage answers, from 0 to 1; `together` of them are computed at once at most. Stops between such
    /// batches when it is not `wanted` any more, with whatever is there.
    pub fn scores(
        &self,
        question: &str,
        passages: &[String],
        together: usize,
        wanted: &dyn Fn() -> bool,
    ) -> Result<Vec<f64>, String> {
        let failed = |error: &dyn std::fmt::Display| format!("the reranking model failed: {error}");
        let pairs: Vec<(&str, &str)> = passages.iter().map(|passage| (question, passage.as_str())).collect();
        let pairs = self.tokenizer.encode_batch(pairs, true).map_err(|error| failed(&error))?;
        // Pairs of like length share a batch, so that little is padded.
        let mut order: Vec<usize> = (0..pairs.len()).collect();
        order.sort_by_key(|at| pairs[*at].len());
        let mut scores = vec![0.0; pairs.len()];
        while !order.is_empty() && wanted() {
            let batch = longest_of(&mut order, together, |at| pairs[at].len());
            let encoded: Vec<&Encoding> = batch.iter().map(|at| &pairs[*at]).collect();
            let logits = self.batch(&encoded).map_err(|error| failed(&error))?;
            for (at, logit) in batch.iter().zip(logits) {
                if !logit.is_finite() {
                    return Err(failed(&"it computes no numbers; its weights may be damaged"));
                }
                scores[*at] = 1.0 / (1.0 + f64::from(-logit).exp());
            }
        }
        Ok(scores)
    }

    fn batch(&self, pairs: &[&Encoding]) -> Computed<Vec<f32>> {
        let longest = pairs.iter().map(|pair| pair.len()).max().unwrap_or_default();
        let filled = |numbers: &[u32], with: u32| {
            let mut row = numbers.to_vec();
            row.resize(longest, with);
            row
        };
        let rows = |of: &dyn Fn(&Encoding) -> Vec<u32>| {
            Tensor::new(pairs.iter().map(|pair| of(pair)).collect::<Vec<_>>(), &self.device)
        };
        let ids = rows(&|pair| filled(pair.get_ids(), self.pad))?;
        let logits = match &self.network {
            Network::Bert { model, pooler, classifier } => {
                let parts = rows(&|pair| filled(pair.get_type_ids(), 0))?;
                let lengths: Vec<usize> = pairs.iter().map(|pair| pair.len()).collect();
                let first = model.forward(&ids, &parts, &lengths)?.get_on_dim(1, 0)?.contiguous()?;
                classifier.forward(&pooler.forward(&first)?.tanh()?)?
            }
            // These do not tell parts of a text apart.
            Network::Roberta(model) => {
                let mask = rows(&|pair| filled(pair.get_attention_mask(), 0))?;
                model.forward(&ids, &mask, &ids.zeros_like()?)?
            }
        };
        logits.squeeze(1)?.to_vec1()
    }
}

impl Network {
    fn load(encoder: &Encoder) -> Result<Self, String> {
        let fail = |error: &dyn std::fmt::Display| format!("config.json: {error}");
        let weights = &encoder.weights;
        if kind(&encoder.config)? == Kind::Bert {
            let config: BertConfig = serde_json::from_value(encoder.config.clone()).map_err(|error| fail(&error))?;
            let width = config.hidden_size;
            let load = || -> Computed<Self> {
                Ok(Self::Bert {
                    model: Box::new(Bert::load(&weights.pp("bert"), &config)?),
                    pooler: linear(width, width, weights.pp("bert.pooler.dense"))?,
                    classifier: linear(width, 1, weights.pp("classifier"))?,
                })
            };
            return load().map_err(|error| unfit(&error));
        }
        let mut config = encoder.config.clone();
        if config["position_embedding_type"].is_null() {
            config["position_embedding_type"] = json!("absolute");
        }
        let config: RobertaConfig = serde_json::from_value(config).map_err(|error| fail(&error))?;
        let model = XLMRobertaForSequenceClassification::new(1, &config, weights.clone());
        Ok(Self::Roberta(Box::new(model.map_err(|error| unfit(&error))?)))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bert,
    Roberta,
}

fn kind(config: &Json) -> Result<Kind, String> {
    let name = architecture(config);
    match name.strip_suffix(PURPOSE) {
        Some("Bert") => Ok(Kind::Bert),
        Some("Roberta" | "XLMRoberta") => Ok(Kind::Roberta),
        _ => Err(format!(
            "\"{name}\" is not computed here, but BERT, RoBERTa and XLM-RoBERTa that end with one number ({PURPOSE})"
        )),
    }
}

/// Tokens of a pair at most. RoBERTa counts places from behind the one that stands for nothing.
fn longest(config: &Json) -> Result<usize, String> {
    let number = |key: &str| config[key].as_u64().and_then(|number| usize::try_from(number).ok());
    let places = number("max_position_embeddings").ok_or("max_position_embeddings is missing")?;
    let before = match kind(config)? {
        Kind::Bert => 0,
        Kind::Roberta => number("pad_token_id").unwrap_or(1) + 1,
    };
    Ok(places.saturating_sub(before).min(LONGEST))
}

fn architecture(config: &Json) -> &str {
    config["architectures"][0].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_as_the_model_counts_them() {
        let config = |name: &str, places: u64| json!({"architectures": [name], "max_position_embeddings": places, "pad_token_id": 1});
        assert_eq!(longest(&config("BertForSequenceClassification", 512)), Ok(512));
        assert_eq!(longest(&config("XLMRobertaForSequenceClassification", 514)), Ok(512));
        assert_eq!(longest(&config("RobertaForSequenceClassification", 8194)), Ok(LONGEST));
        assert!(
            longest(&config("ModernBertForSequenceClassification", 512)).is_err_and(|why| why.contains("ModernBert"))
        );
        assert!(longest(&json!({"architectures": ["BertModel"]})).is_err());
    }
}
