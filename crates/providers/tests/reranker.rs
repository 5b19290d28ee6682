//! Built-in models that put passages in order. What they should compute was computed by another implementation (Flax, by
//! transformers 4.49) from the same weights: small numbers that both make from the names and places of the weights.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use airis_config::Config;
use airis_domain::{Json, JsonMap};
use airis_providers::{LocalKind, ProviderError, Providers};
use candle_core::{Device, Tensor};
use serde_json::json;

const WIDTH: usize = 16;
const WORDS: usize = 29;
const LAYERS: usize = 2;
const INNER: usize = 32;
const PLACES: usize = 24;

const QUESTION: &str = "Who keeps the lamp?";
/// The last one is longer than the models take.
const PASSAGES: [&str; 4] = [
    "Ada",
    "The keeper of the light is Ada",
    "seven litres of whale oil a day",
    "the sea is cold and deep and the lamp burns seven litres of oil a day and the keeper is Ada and the sea is cold",
];
const BERT: [f64; 4] = [0.593_400_730_3, 0.588_046_240_5, 0.576_531_897_1, 0.572_994_774_6];
const XLM_ROBERTA: [f64; 4] = [0.636_978_545_5, 0.494_086_969_7, 0.512_510_468_9, 0.529_304_531_7];

/// A number between -0.5 and 0.5 for a place of the weight that is so many-th by its name.
fn number(weight: usize, place: usize) -> f32 {
    let (weight, place) = (u32::try_from(weight).unwrap(), u32::try_from(place).unwrap());
    let mut mixed = place.wrapping_mul(2_654_435_761) ^ (weight + 1).wrapping_mul(2_246_822_519);
    mixed ^= mixed >> 15;
    mixed = mixed.wrapping_mul(2_654_435_761);
    mixed ^= mixed >> 13;
    (f64::from(mixed) / 4_294_967_296.0 - 0.5) as f32
}

fn shapes(bert: bool) -> Vec<(String, Vec<usize>)> {
    let name = if bert { "bert" } else { "roberta" };
    let mut shapes = Vec::new();
    let mut add = |name: String, shape: &[usize]| shapes.push((name, shape.to_vec()));
    let embeddings = format!("{name}.embeddings");
    add(format!("{embeddings}.word_embeddings.weight"), &[WORDS, WIDTH]);
    add(format!("{embeddings}.position_embeddings.weight"), &[PLACES, WIDTH]);
    add(format!("{embeddings}.token_type_embeddings.weight"), &[if bert { 2 } else { 1 }, WIDTH]);
    let mut norms = vec![format!("{embeddings}.LayerNorm")];
    let mut linear = Vec::new();
    for layer in 0..LAYERS {
        let layer = format!("{name}.encoder.layer.{layer}");
        for part in ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"] {
            linear.push((format!("{layer}.{part}"), WIDTH, WIDTH));
        }
        linear.push((format!("{layer}.intermediate.dense"), INNER, WIDTH));
        linear.push((format!("{layer}.output.dense"), WIDTH, INNER));
        norms.extend(["attention.output", "output"].map(|part| format!("{layer}.{part}.LayerNorm")));
    }
    let (dense, last) =
        if bert { ("bert.pooler.dense", "classifier") } else { ("classifier.dense", "classifier.out_proj") };
    linear.extend([(dense.to_owned(), WIDTH, WIDTH), (last.to_owned(), 1, WIDTH)]);
    for (name, out, into) in linear {
        add(format!("{name}.weight"), &[out, into]);
        add(format!("{name}.bias"), &[out]);
    }
    for name in norms {
        add(format!("{name}.weight"), &[WIDTH]);
        add(format!("{name}.bias"), &[WIDTH]);
    }
    shapes.sort();
    shapes
}

fn weights(bert: bool) -> HashMap<String, Tensor> {
    let made = shapes(bert).into_iter().enumerate().map(|(at, (name, shape))| {
        let norm = name.ends_with("LayerNorm.weight");
        let value = |place| if norm { 1.0 + number(at, place) * 0.5 } else { number(at, place) };
        let values: Vec<f32> = (0..shape.iter().product()).map(value).collect();
        (name, Tensor::from_vec(values, shape, &Device::Cpu).unwrap())
    });
    made.collect()
}

/// Whole words, with the signs that each kind puts around texts and pairs.
fn tokenizer(bert: bool) -> Json {
    let signs = if bert { ["[PAD]", "[UNK]", "[CLS]", "[SEP]"] } else { ["<s>", "<pad>", "</s>", "<unk>"] };
    let (begin, end) = if bert { ("[CLS]", "[SEP]") } else { ("<s>", "</s>") };
    let mut words: Vec<&str> =
        "who keeps the light lamp keeper ada burns oil seven litres of whale a day sea is cold and deep"
            .split(' ')
            .collect();
    words.sort_unstable();
    let vocab: JsonMap =
        signs.iter().chain(&words).enumerate().map(|(at, word)| ((*word).to_owned(), json!(at))).collect();
    let sign = |name: &str, part: u8| json!({"SpecialToken": {"id": name, "type_id": part}});
    let text = |name: &str, part: u8| json!({"Sequence": {"id": name, "type_id": part}});
    let second = u8::from(bert);
    let mut pair = vec![sign(begin, 0), text("A", 0), sign(end, 0)];
    if !bert {
        pair.push(sign(end, 0));
    }
    pair.extend([text("B", second), sign(end, second)]);
    let special: JsonMap = [begin, end]
        .map(|name| (name.to_owned(), json!({"id": name, "ids": [vocab[name]], "tokens": [name]})))
        .into_iter()
        .collect();
    json!({
        "version": "1.0", "truncation": null, "added_tokens": [],
        // Published ones come with such settings, which are nothing to a model.
        "padding": {
            "strategy": {"Fixed": PLACES}, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0,
            "pad_type_id": 0, "pad_token": signs[0],
        },
        "normalizer": {"type": "Lowercase"}, "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": {
            "type": "TemplateProcessing", "single": [sign(begin, 0), text("A", 0), sign(end, 0)], "pair": pair,
            "special_tokens": special,
        },
        "decoder": null, "model": {"type": "WordLevel", "vocab": vocab, "unk_token": if bert { "[UNK]" } else { "<unk>" }},
    })
}

fn description(bert: bool) -> Json {
    let mut config = json!({
        "attention_probs_dropout_prob": 0.1, "hidden_act": "gelu", "hidden_dropout_prob": 0.1, "hidden_size": WIDTH,
        "initializer_range": 0.02, "intermediate_size": INNER, "max_position_embeddings": PLACES,
        "num_attention_heads": 2, "num_hidden_layers": LAYERS, "vocab_size": WORDS, "id2label": {"0": "LABEL_0"},
    });
    let own = if bert {
        json!({"architectures": ["BertForSequenceClassification"], "model_type": "bert", "layer_norm_eps": 1e-12,
            "type_vocab_size": 2, "pad_token_id": 0})
    } else {
        json!({"architectures": ["XLMRobertaForSequenceClassification"], "model_type": "xlm-roberta",
            "layer_norm_eps": 1e-5, "type_vocab_size": 1, "pad_token_id": 1})
    };
    config.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
    config
}

fn put(folder: &Path, config: &Json, tokenizer: &Json, weights: &HashMap<String, Tensor>) {
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("config.json"), config.to_string()).unwrap();
    std::fs::write(folder.join("tokenizer.json"), tokenizer.to_string()).unwrap();
    candle_core::safetensors::save(weights, folder.join("model.safetensors")).unwrap();
}

fn providers(folder: &Path, model: &str) -> Providers {
    let folder = folder.to_string_lossy().into_owned();
    let get = |name: &str| match name {
        "LOCAL_MODEL_PATH" => Some(folder.clone()),
        "RAG_RERANKING_MODEL" => Some(model.to_owned()),
        "RAG_RERANKING_BATCH_SIZE" => Some("3".to_owned()),
        "DATA_DIR" => Some("/nonexistent".to_owned()),
        _ => None,
    };
    Providers::new(Arc::new(Config::from_env(&get).unwrap()))
}

async fn scores(providers: &Providers, passages: &[&str]) -> Result<Vec<f64>, ProviderError> {
    providers.rerank(QUESTION, passages.iter().map(|passage| (*passage).to_owned()).collect()).await
}

#[tokio::test]
async fn passages_are_scored_as_by_the_reference() {
    let folder = tempfile::tempdir().unwrap();
    for (bert, name, expected) in [(true, "tiny-bert", BERT), (false, "tiny-xlm", XLM_ROBERTA)] {
        put(&folder.path().join(name), &description(bert), &tokenizer(bert), &weights(bert));
        let providers = providers(folder.path(), &format!("Somebody/{name}"));
        assert_eq!(providers.reranking_problem(), None);
        let near = |found: &[f64], expected: &[f64]| {
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 1e-5, "{name}: {found} is not {expected}");
            }
        };
        near(&scores(&providers, &PASSAGES).await.unwrap(), &expected);
        let turned: Vec<&str> = PASSAGES.into_iter().rev().collect();
        near(&scores(&providers, &turned).await.unwrap(), &expected.into_iter().rev().collect::<Vec<_>>());
        near(&scores(&providers, &[]).await.unwrap(), &[]);
    }
}

#[tokio::test]
async fn a_model_that_reads_pairs_is_none_that_makes_vectors() {
    let folder = tempfile::tempdir().unwrap();
    put(&folder.path().join("Tiny"), &description(true), &tokenizer(true), &weights(true));
    let providers = providers(folder.path(), "tiny");
    let kinds: Vec<_> = providers.local_models().into_iter().map(|model| (model.id, model.kind)).collect();
    assert_eq!(kinds, [("tiny".to_owned(), LocalKind::Reranking)]);
    assert_eq!(providers.embedding_model(), None);
    assert!(!providers.embeds("tiny"));
}

#[tokio::test]
async fn what_is_wrong_with_a_model_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let (config, tokenizer, all) = (description(true), tokenizer(true), weights(true));
    let without = |left: &str| {
        all.iter()
            .filter(|(name, _)| !name.starts_with(left))
            .map(|(name, weight)| (name.clone(), weight.clone()))
            .collect()
    };
    put(&at("headless"), &config, &tokenizer, &without("classifier"));
    let mut two = all.clone();
    two.insert(
        "classifier.weight".to_owned(),
        Tensor::zeros((2, WIDTH), candle_core::DType::F32, &Device::Cpu).unwrap(),
    );
    put(&at("two"), &config, &tokenizer, &two);
    let mut other = config.clone();
    other["architectures"] = json!(["ModernBertForSequenceClassification"]);
    put(&at("other"), &other, &tokenizer, &all);
    let mut broken = all.clone();
    broken.insert("classifier.bias".to_owned(), Tensor::full(f32::NAN, 1, &Device::Cpu).unwrap());
    put(&at("broken"), &config, &tokenizer, &broken);
    put(&at("cut"), &config, &tokenizer, &all);
    let bytes = std::fs::read(at("cut").join("model.safetensors")).unwrap();
    std::fs::write(at("cut").join("model.safetensors"), &bytes[..bytes.len() / 2]).unwrap();
    std::fs::create_dir(at("empty")).unwrap();
    for (name, expected) in [
        ("headless", "model.safetensors: tensor `classifier.weight` not found"),
        ("two", "model.safetensors: shape mismatch for classifier.weight"),
        ("other", "\"ModernBertForSequenceClassification\" is not computed here"),
        ("broken", "its weights may be damaged"),
        ("cut", "model.safetensors: "),
        ("empty", "needs config.json, tokenizer.json, model.safetensors"),
        ("nowhere", "there is no reranking model \"nowhere\""),
    ] {
        let told = scores(&providers(folder.path(), name), &PASSAGES).await.unwrap_err().to_string();
        assert!(told.contains(expected), "{name}: {told}");
    }
    assert!(providers(folder.path(), "nowhere").reranking_problem().is_some());
}

#[tokio::test]
async fn questions_that_come_together_each_get_their_own_scores() {
    let folder = tempfile::tempdir().unwrap();
    put(&folder.path().join("tiny"), &description(true), &tokenizer(true), &weights(true));
    let providers = providers(folder.path(), "tiny");
    let asked = (0..12).map(|at| {
        let providers = providers.clone();
        async move { (at % 4, scores(&providers, &[PASSAGES[at % 4]]).await.unwrap()) }
    });
    for (at, scores) in futures::future::join_all(asked).await {
        assert!((scores[0] - BERT[at]).abs() < 1e-5);
    }
}
