//! Services that make pictures: what each is asked, and how its answer is read. One file per service.

mod automatic1111;
mod comfyui;
mod gemini;
mod openai;
mod setup;
mod workflow;

pub use setup::{Purpose, Setup};

use std::time::Duration;

use airis_domain::Json;
use airis_outbound::{Call, Outbound};
use serde_json::json;

use crate::order::Order;
use crate::picture::Picture;
use crate::service;
use crate::{ImageError, Result};

/// A model that makes pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    pub id: String,
    pub name: String,
}

impl Model {
    fn new(id: &str, name: &str) -> Self {
        Self { id: id.to_owned(), name: name.to_owned() }
    }

    /// As clients see it.
    pub fn view(&self) -> Json {
        json!({"id": self.id, "name": self.name})
    }
}

/// Has an order carried out by the engine that administrators chose, within the time that it has altogether.
pub async fn run(setup: &Setup<'_>, order: &Order) -> Result<Vec<Picture>> {
    let engine = setup.text("engine");
    let work = async {
        match (engine.as_str(), setup.purpose) {
            ("openai", Purpose::Make) => openai::make(setup, order).await,
            ("openai", Purpose::Change) => openai::change(setup, order).await,
            ("gemini", _) => gemini::run(setup, order).await,
            ("automatic1111", Purpose::Make) => automatic1111::make(setup, order).await,
            ("comfyui", _) => comfyui::run(setup, order).await,
            _ => Err(setup.unknown(&engine)),
        }
    };
    // An engine that knows of the time itself may clear up behind it.
    let most = Duration::from_secs(setup.seconds + setup::SHORTLY);
    tokio::time::timeout(most, work).await.unwrap_or_else(|_| Err(late(setup.seconds)))
}

fn late(seconds: u64) -> ImageError {
    ImageError::Refused(format!("The picture was not there within {seconds} s"))
}

/// Models of the engine that administrators chose.
pub async fn models(setup: &Setup<'_>) -> Result<Vec<Model>> {
    let engine = setup.text("engine");
    match engine.as_str() {
        "openai" => Ok(named(openai::MODELS)),
        "gemini" => Ok(named(gemini::MODELS)),
        "automatic1111" => automatic1111::models(setup).await,
        "comfyui" => comfyui::models(setup).await,
        _ => Err(setup.unknown(&engine)),
    }
}

fn named(models: &[(&str, &str)]) -> Vec<Model> {
    models.iter().map(|(id, name)| Model::new(id, name)).collect()
}

/// Asks an engine the smallest thing that it answers only to those whom it lets in.
pub async fn verify(outbound: &Outbound, engine: &str, url: &str, key: &str) -> Result<()> {
    let url = url.trim();
    let (call, proof) = match engine {
        "openai" => (openai::signed(Call::get(service::under(url, "models", "")?), key, ""), "/data"),
        "gemini" => (gemini::signed(Call::get(service::under(url, "models", "")?), key), "/models"),
        "automatic1111" => {
            let call = Call::get(service::under(url, "sdapi/v1/options", "")?);
            (automatic1111::signed(call, key), "")
        }
        "comfyui" => (Call::get(service::under(url, "system_stats", "")?).bearer(key), "/system"),
        other => return Err(ImageError::Refused(format!("The image engine \"{other}\" is not built in here"))),
    };
    let answer = service::ask(outbound, call.within(setup::SHORTLY), key).await?;
    if answer.is_object() && answer.pointer(proof).is_some() {
        return Ok(());
    }
    Err(ImageError::Refused("Something answers there, but not as this image engine does".to_owned()))
}
