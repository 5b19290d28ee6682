//! Stable Diffusion web UI, by its own interface.

use airis_domain::Json;
use airis_outbound::Call;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::Model;
use super::setup::{SHORTLY, Setup};
use crate::Result;
use crate::order::Order;
use crate::picture::{Picture, none, some};
use crate::service::{ask, under};

pub async fn make(setup: &Setup<'_>, order: &Order) -> Result<Vec<Picture>> {
    let mut body = json!({"prompt": order.prompt, "batch_size": order.count});
    if let Some((width, height)) = order.size.pixels() {
        body["width"] = json!(width);
        body["height"] = json!(height);
    }
    if let Some(steps) = order.steps {
        body["steps"] = json!(steps);
    }
    if let Some(negative) = &order.negative {
        body["negative_prompt"] = json!(negative);
    }
    if !order.model.is_empty() {
        // For this picture alone: others may want another model at the same time.
        body["override_settings"] = json!({"sd_model_checkpoint": order.model});
    }
    for (name, value) in setup.params("automatic1111.api_params") {
        body[name] = value;
    }
    let auth = setup.text("automatic1111.api_auth");
    let address = under(&setup.needed("automatic1111.base_url")?, "sdapi/v1/txt2img", "")?;
    let answer = setup.ask(signed(Call::post(address), &auth).json(&body), order.count, &auth).await?;
    // Of several it may send an overview, too; the pictures themselves come last.
    let texts: Vec<&str> = answer["images"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let texts = &texts[texts.len().saturating_sub(order.count)..];
    some(texts.iter().map(|text| Picture::of_text(text).ok_or_else(none)).collect::<Result<_>>()?)
}

pub async fn models(setup: &Setup<'_>) -> Result<Vec<Model>> {
    let auth = setup.text("automatic1111.api_auth");
    let address = under(&setup.needed("automatic1111.base_url")?, "sdapi/v1/sd-models", "")?;
    let call = signed(Call::get(address), &auth).within(SHORTLY);
    let answer = ask(setup.outbound, call, &auth).await?;
    let model = |model: &Json| {
        let id = model["title"].as_str()?;
        Some(Model::new(id, model["model_name"].as_str().unwrap_or(id)))
    };
    Ok(answer.as_array().into_iter().flatten().filter_map(model).collect())
}

/// A call with name and password, which have a colon between them.
pub fn signed(call: Call, auth: &str) -> Call {
    if auth.is_empty() { call } else { call.header("authorization", &format!("Basic {}", STANDARD.encode(auth))) }
}
