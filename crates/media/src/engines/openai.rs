//! OpenAI, Azure, and servers that speak as they do.

use airis_domain::Json;
use airis_outbound::Call;
use serde_json::json;

use super::setup::Setup;
use crate::Result;
use crate::form::Form;
use crate::order::{Order, Size};
use crate::picture::{Picture, none, some};
use crate::service::under;

/// What is offered; other names may be written.
pub const MODELS: &[(&str, &str)] = &[
    ("dall-e-2", "DALL·E 2"),
    ("dall-e-3", "DALL·E 3"),
    ("gpt-image-1", "GPT-IMAGE 1"),
    ("gpt-image-1.5", "GPT-IMAGE 1.5"),
];
/// Where nobody says which.
const MODEL: &str = "dall-e-2";

pub async fn make(setup: &Setup<'_>, order: &Order) -> Result<Vec<Picture>> {
    let model = model(order);
    let mut body = json!({"model": model, "prompt": order.prompt, "n": order.count});
    if let Some(size) = size(setup, order) {
        body["size"] = json!(size);
    }
    if !setup.chooses_form(model) {
        body["response_format"] = json!("b64_json");
    }
    for (name, value) in setup.params("openai.params") {
        body[name] = value;
    }
    let server = Server::of(setup)?;
    let answer = setup.ask(server.post("images/generations")?.json(&body), order.count, &server.key).await?;
    read(setup, &server, order, &answer).await
}

pub async fn change(setup: &Setup<'_>, order: &Order) -> Result<Vec<Picture>> {
    let model = model(order);
    let mut form = Form::new();
    form.field("model", model);
    form.field("prompt", &order.prompt);
    form.field("n", &order.count.to_string());
    if let Some(size) = size(setup, order) {
        form.field("size", &size);
    }
    if let Some(background) = &order.background {
        form.field("background", background);
    }
    if !setup.chooses_form(model) {
        form.field("response_format", "b64_json");
    }
    let field = if order.sources.len() > 1 { "image[]" } else { "image" };
    for (index, source) in order.sources.iter().enumerate() {
        form.file(field, &format!("image-{index}.{}", source.ending), source.kind, &source.bytes);
    }
    let server = Server::of(setup)?;
    let answer = setup.ask(form.send(server.post("images/edits")?), order.count, &server.key).await?;
    read(setup, &server, order, &answer).await
}

/// A call with the key, as Azure wants it where a version is set.
pub fn signed(call: Call, key: &str, version: &str) -> Call {
    if version.is_empty() || key.is_empty() { call.bearer(key) } else { call.header("api-key", key) }
}

struct Server {
    base: String,
    key: String,
    version: String,
}

impl Server {
    fn of(setup: &Setup<'_>) -> Result<Self> {
        let base = setup.needed("openai.api_base_url")?;
        Ok(Self { base, key: setup.text("openai.api_key"), version: setup.text("openai.api_version") })
    }

    fn post(&self, path: &str) -> Result<Call> {
        Ok(signed(Call::post(under(&self.base, path, &self.version)?), &self.key, &self.version))
    }
}

fn model(order: &Order) -> &str {
    if order.model.is_empty() { MODEL } else { &order.model }
}

fn size(setup: &Setup<'_>, order: &Order) -> Option<String> {
    match order.size {
        Size::Pixels(width, height) => Some(format!("{width}x{height}")),
        Size::Auto if setup.chooses_size(model(order)) => Some("auto".to_owned()),
        Size::Auto | Size::Unsaid => None,
    }
}

/// Pictures lie in the answer, or at an address that it names.
async fn read(setup: &Setup<'_>, server: &Server, order: &Order, answer: &Json) -> Result<Vec<Picture>> {
    let mut pictures = Vec::new();
    for entry in answer["data"].as_array().into_iter().flatten().take(order.count) {
        let inside = entry["b64_json"].as_str().filter(|text| !text.is_empty());
        pictures.push(match (inside, entry["url"].as_str()) {
            (Some(text), _) => Picture::of_text(text).ok_or_else(none)?,
            (None, Some(address)) => setup.fetch(&server.base, address).await?,
            (None, None) => return Err(none()),
        });
    }
    some(pictures)
}
