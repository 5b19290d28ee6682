//! Deepgram.

use airis_outbound::{Call, Url};

use super::text_at;
use crate::audio::recording::Recording;
use crate::audio::setup::Setup;
use crate::audio::{AudioError, Result};

const ADDRESS: &str = "https://api.deepgram.com/v1/listen";

pub async fn hear(setup: &Setup<'_>, recording: &Recording, language: Option<&str>) -> Result<String> {
    let key = setup.needed("stt.deepgram.api_key")?;
    let address = address(&setup.text("stt.model"), language)?;
    let call = Call::post(address).header("authorization", &format!("Token {key}"));
    let answer = setup.words(call.bytes(&recording.kind, recording.bytes.clone()), &key).await?;
    text_at(&answer, "/results/channels/0/alternatives/0/transcript")
}

fn address(model: &str, language: Option<&str>) -> Result<String> {
    let mut url = Url::parse(ADDRESS).map_err(|_| AudioError::refused("Deepgram has no address"))?;
    let mut query = url.query_pairs_mut();
    query.append_pair("smart_format", "true");
    if !model.is_empty() {
        query.append_pair("model", model);
    }
    match language {
        Some(language) => query.append_pair("language", language),
        None => query.append_pair("detect_language", "true"),
    };
    drop(query);
    Ok(url.into())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_model_and_the_language_stand_in_the_address() {
        assert_eq!(
            address("nova-3", Some("de")).unwrap(),
            format!("{ADDRESS}?smart_format=true&model=nova-3&language=de")
        );
        assert_eq!(address("", None).unwrap(), format!("{ADDRESS}?smart_format=true&detect_language=true"));
        assert_eq!(
            address("a&b", None).unwrap(),
            format!("{ADDRESS}?smart_format=true&model=a%26b&detect_language=true")
        );
    }

    #[test]
    fn the_first_guess_of_the_first_channel_is_the_text() {
        let answer = json!({"results": {"channels": [{"alternatives": [{"transcript": "yes"}]}]}});
        assert_eq!(text_at(&answer, "/results/channels/0/alternatives/0/transcript").unwrap(), "yes");
    }
}
