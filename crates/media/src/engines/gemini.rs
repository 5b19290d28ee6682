//! Gemini: models that only paint are asked to predict, models that also talk are asked for content.

use airis_domain::Json;
use airis_outbound::Call;
use futures::future::try_join_all;
use serde_json::json;

use super::setup::{Purpose, Setup};
use crate::order::{Order, Size};
use crate::picture::{Picture, none, some};
use crate::service::under;
use crate::{ImageError, Result};

/// What is offered; other names may be written.
pub const MODELS: &[(&str, &str)] = &[
    ("imagen-4.0-generate-001", "Imagen 4"),
    ("imagen-4.0-fast-generate-001", "Imagen 4 Fast"),
    ("imagen-4.0-ultra-generate-001", "Imagen 4 Ultra"),
    ("gemini-2.5-flash-image", "Gemini 2.5 Flash Image"),
];
/// Where nobody says which: one that makes, and one that changes.
const MAKER: &str = "imagen-4.0-generate-001";
const CHANGER: &str = "gemini-2.5-flash-image";
const PUBLIC: &str = "https://generativelanguage.googleapis.com/v1beta";
/// Shapes that it knows: width to height.
const SHAPES: [(&str, f64); 5] =
    [("1:1", 1.0), ("3:4", 3.0 / 4.0), ("4:3", 4.0 / 3.0), ("9:16", 9.0 / 16.0), ("16:9", 16.0 / 9.0)];

pub async fn run(setup: &Setup<'_>, order: &Order) -> Result<Vec<Picture>> {
    let given = order.model.trim_start_matches("models/");
    let model = match (given, setup.purpose) {
        ("", Purpose::Make) => MAKER,
        ("", Purpose::Change) => CHANGER,
        (given, _) => given,
    };
    if predicts(setup, model) {
        return predict(setup, order, model).await;
    }
    // It makes one picture at a time.
    let each = try_join_all((0..order.count).map(|_| content(setup, order, model))).await?;
    some(each.into_iter().flatten().take(order.count).collect())
}

/// A call with the key.
pub fn signed(call: Call, key: &str) -> Call {
    if key.is_empty() { call } else { call.header("x-goog-api-key", key) }
}

fn predicts(setup: &Setup<'_>, model: &str) -> bool {
    match setup.text("gemini.endpoint_method").as_str() {
        _ if setup.purpose == Purpose::Change => false,
        "predict" => true,
        "generateContent" => false,
        _ => model.starts_with("imagen"),
    }
}

async fn predict(setup: &Setup<'_>, order: &Order, model: &str) -> Result<Vec<Picture>> {
    let mut parameters = json!({"sampleCount": order.count});
    if let Some(shape) = shape(order.size) {
        parameters["aspectRatio"] = json!(shape);
    }
    let body = json!({"instances": [{"prompt": order.prompt}], "parameters": parameters});
    let answer = ask(setup, model, "predict", &body, order.count).await?;
    let made = answer["predictions"].as_array().into_iter().flatten();
    let texts: Vec<&str> = made.filter_map(|one| one["bytesBase64Encoded"].as_str()).take(order.count).collect();
    if texts.is_empty() {
        return Err(unwilling(answer.pointer("/predictions/0/raiFilteredReason")));
    }
    texts.into_iter().map(|text| Picture::of_text(text).ok_or_else(none)).collect()
}

async fn content(setup: &Setup<'_>, order: &Order, model: &str) -> Result<Vec<Picture>> {
    let mut parts = vec![json!({"text": order.prompt})];
    for source in &order.sources {
        parts.push(json!({"inlineData": {"mimeType": source.kind, "data": source.text()}}));
    }
    let mut how = json!({"responseModalities": ["TEXT", "IMAGE"]});
    if let Some(shape) = shape(order.size) {
        how["imageConfig"] = json!({"aspectRatio": shape});
    }
    let body = json!({"contents": [{"role": "user", "parts": parts}], "generationConfig": how});
    let answer = ask(setup, model, "generateContent", &body, 1).await?;
    let said = answer.pointer("/candidates/0/content/parts").and_then(Json::as_array).cloned().unwrap_or_default();
    let texts: Vec<&str> = said.iter().filter_map(|part| part["inlineData"]["data"].as_str()).collect();
    if texts.is_empty() {
        // It says why, or the reason is a word.
        let said = said.iter().map(|part| &part["text"]).find(|text| text.is_string());
        let reason = answer.pointer("/promptFeedback/blockReason");
        return Err(unwilling(said.or(reason).or_else(|| answer.pointer("/candidates/0/finishReason"))));
    }
    texts.into_iter().map(|text| Picture::of_text(text).ok_or_else(none)).collect()
}

async fn ask(setup: &Setup<'_>, model: &str, method: &str, body: &Json, pictures: usize) -> Result<Json> {
    // The name becomes part of the address.
    if !model.bytes().all(|sign| sign.is_ascii_alphanumeric() || b"-._".contains(&sign)) {
        return Err(ImageError::Refused(format!("\"{model}\" is no name of a model")));
    }
    let base = Some(setup.text("gemini.api_base_url")).filter(|base| !base.is_empty());
    let key = setup.text("gemini.api_key");
    let address = under(base.as_deref().unwrap_or(PUBLIC), &format!("models/{model}:{method}"), "")?;
    setup.ask(signed(Call::post(address), &key).json(body), pictures, &key).await
}

fn unwilling(reason: Option<&Json>) -> ImageError {
    match reason.and_then(Json::as_str) {
        Some(reason) => {
            let reason: String = reason.trim().chars().take(500).collect();
            ImageError::Refused(format!("No picture was made: {reason}"))
        }
        None => none(),
    }
}

/// The shape nearest to a size; squares need no word.
fn shape(size: Size) -> Option<&'static str> {
    let (width, height) = size.pixels()?;
    let wanted = f64::from(width) / f64::from(height);
    let distance = |shape: f64| (shape.ln() - wanted.ln()).abs();
    let nearest = SHAPES.iter().min_by(|one, other| distance(one.1).total_cmp(&distance(other.1)))?;
    Some(nearest.0).filter(|shape| *shape != "1:1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_becomes_the_nearest_shape() {
        for (size, expected) in [
            (Size::Pixels(512, 512), None),
            (Size::Pixels(1024, 1000), None),
            (Size::Pixels(1792, 1024), Some("16:9")),
            (Size::Pixels(1024, 1792), Some("9:16")),
            (Size::Pixels(1024, 768), Some("4:3")),
            (Size::Auto, None),
            (Size::Unsaid, None),
        ] {
            assert_eq!(shape(size), expected, "{size:?}");
        }
    }
}
