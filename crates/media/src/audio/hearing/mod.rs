//! Services that write down what is said: what each is asked, and how its answer is read.

mod azure;
mod deepgram;
mod mistral;
mod openai;

use airis_domain::Json;

use super::recording::Recording;
use super::setup::Setup;
use super::{AudioError, Result};

const ENGINES: [&str; 4] = ["openai", "deepgram", "azure", "mistral"];

/// Refuses where no service is set up that is built in here.
pub fn built_in(setup: &Setup<'_>) -> Result<()> {
    match setup.text("stt.engine").as_str() {
        engine if ENGINES.contains(&engine) => Ok(()),
        "" | "web" => Err(AudioError::refused("No service that writes speech down is set up here")),
        other => Err(AudioError::Refused(format!("No service \"{other}\" that writes speech down is built in here"))),
    }
}

/// What is said in a recording, by the service that administrators chose.
pub async fn run(setup: &Setup<'_>, recording: &Recording, language: Option<&str>) -> Result<String> {
    let text = match setup.text("stt.engine").as_str() {
        "openai" => openai::hear(setup, recording, language).await?,
        "deepgram" => deepgram::hear(setup, recording, language).await?,
        "azure" => azure::hear(setup, recording, language).await?,
        _ => mistral::hear(setup, recording, language).await?,
    };
    Ok(text.trim().to_owned())
}

/// The text in an answer; silence is empty, no text at all is odd.
fn text_at(answer: &Json, place: &str) -> Result<String> {
    let text = answer.pointer(place).and_then(Json::as_str).map(str::to_owned);
    text.ok_or_else(|| AudioError::refused("The service sent no text"))
}
