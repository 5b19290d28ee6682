//! The same numbers as candle's own BERT computes, from weights and texts made at random.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::collections::HashMap;

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertModel, Config as Reference};
use serde_json::{Value, json};

const WIDTH: usize = 24;
const INNER: usize = 80;
const WORDS: usize = 50;

fn config(activation: &str) -> Value {
    json!({
        "vocab_size": WORDS, "hidden_size": WIDTH, "num_hidden_layers": 2, "num_attention_heads": 3,
        "intermediate_size": INNER, "hidden_act": activation, "max_position_embeddings": 40, "type_vocab_size": 2,
        "layer_norm_eps": 1e-12, "hidden_dropout_prob": 0.1, "initializer_range": 0.02, "pad_token_id": 0,
    })
}

fn weights() -> VarBuilder<'static> {
    let random = |shape: &[usize]| Tensor::randn(0.0_f32, 0.4, shape, &Device::Cpu).unwrap();
    let mut all = HashMap::new();
    for (name, rows) in [("word", WORDS), ("position", 40), ("token_type", 2)] {
        all.insert(format!("embeddings.{name}_embeddings.weight"), random(&[rows, WIDTH]));
    }
    let mut norms = vec!["embeddings.LayerNorm".to_owned()];
    for layer in 0..2 {
        let layer = format!("encoder.layer.{layer}");
        for (name, from, to) in [
            ("attention.self.query", WIDTH, WIDTH),
            ("attention.self.key", WIDTH, WIDTH),
            ("attention.self.value", WIDTH, WIDTH),
            ("attention.output.dense", WIDTH, WIDTH),
            ("intermediate.dense", WIDTH, INNER),
            ("output.dense", INNER, WIDTH),
        ] {
            all.insert(format!("{layer}.{name}.weight"), random(&[to, from]));
            all.insert(format!("{layer}.{name}.bias"), random(&[to]));
        }
        norms.extend(["attention.output", "output"].map(|name| format!("{layer}.{name}.LayerNorm")));
    }
    for norm in norms {
        all.extend(["weight", "bias"].map(|part| (format!("{norm}.{part}"), random(&[WIDTH]))));
    }
    VarBuilder::from_tensors(all, DType::F32, &Device::Cpu)
}

#[test]
fn texts_mean_what_the_reference_says() {
    // What fills up the shorter ones is looked at by nobody.
    let lengths = [17, 1, 40, 32];
    let row = |number: usize| (0..40).map(|at| ((at * 7 + number * 13) % WORDS) as u32).collect::<Vec<_>>();
    let ids = Tensor::new((0..4).map(row).collect::<Vec<_>>(), &Device::Cpu).unwrap();
    let parts = Tensor::new(
        (0..4).map(|_| (0..40).map(|at| u32::from(at > 9)).collect()).collect::<Vec<Vec<_>>>(),
        &Device::Cpu,
    )
    .unwrap();
    let mask = |length: &usize| (0..40).map(|at| u32::from(at < *length)).collect::<Vec<_>>();
    let mask = Tensor::new(lengths.iter().map(mask).collect::<Vec<_>>(), &Device::Cpu).unwrap();
    for activation in ["gelu", "geluapproximate", "relu"] {
        let (config, weights) = (config(activation), weights());
        let reference: Reference = serde_json::from_value(config.clone()).unwrap();
        let theirs = BertModel::load(weights.clone(), &reference).unwrap().forward(&ids, &parts, Some(&mask)).unwrap();
        let model = airis_bert::Bert::load(&weights, &serde_json::from_value(config).unwrap()).unwrap();
        let ours = model.forward(&ids, &parts, &lengths).unwrap();
        for (text, length) in lengths.iter().enumerate() {
            let [ours, theirs] =
                [&ours, &theirs].map(|states| states.get(text).unwrap().narrow(0, 0, *length).unwrap());
            let apart = (ours - theirs).unwrap().abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
            assert!(apart < 1e-4, "{activation}, text {text}: {apart}");
        }
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let model = airis_bert::Bert::load(&weights(), &serde_json::from_value(config("gelu")).unwrap()).unwrap();
    let tokens = |count: usize| Tensor::zeros((1, count), DType::U32, &Device::Cpu).unwrap();
    assert!(model.forward(&tokens(41), &tokens(41), &[41]).is_err(), "longer than the model knows places");
    assert!(model.forward(&tokens(3), &tokens(3), &[4]).is_err());
    assert!(model.forward(&tokens(3), &tokens(3), &[]).is_err());
    let unknown = Tensor::full(WORDS as u32, (1, 1), &Device::Cpu).unwrap();
    assert!(model.forward(&unknown, &tokens(1), &[1]).is_err());
    let mut heads = config("gelu");
    heads["num_attention_heads"] = json!(5);
    assert!(airis_bert::Bert::load(&weights(), &serde_json::from_value(heads).unwrap()).is_err());
}
