//! Azure: speech as SSML describes it.

use airis_outbound::Call;

use crate::audio::Result;
use crate::audio::clip::Clip;
use crate::audio::listed::{Named, read};
use crate::audio::order::Speech;
use crate::audio::setup::Setup;
use crate::service::under;

const HOST: &str = "tts.speech.microsoft.com";
/// Where nobody says which.
const VOICE: &str = "en-US-JennyNeural";

pub async fn speak(setup: &Setup<'_>, speech: &Speech) -> Result<Clip> {
    let (address, key) = at(setup, "cognitiveservices/v1")?;
    let format = setup.needed("tts.azure.speech_output_format")?;
    let call =
        Call::post(address).header("ocp-apim-subscription-key", &key).header("x-microsoft-outputformat", &format);
    setup.sound(call.bytes("application/ssml+xml", ssml(speech).into_bytes()), &key).await
}

pub async fn voices(setup: &Setup<'_>) -> Result<Vec<Named>> {
    let (address, key) = at(setup, "cognitiveservices/voices/list")?;
    Ok(read(&setup.shortly(Call::get(address).header("ocp-apim-subscription-key", &key), &key).await?))
}

fn at(setup: &Setup<'_>, path: &str) -> Result<(String, String)> {
    let base = setup.azure("tts.azure.speech_base_url", "tts.azure.speech_region", HOST)?;
    Ok((under(&base, path, "")?, setup.needed("tts.api_key")?))
}

fn ssml(speech: &Speech) -> String {
    let voice = if speech.voice.is_empty() { VOICE } else { &speech.voice };
    // A voice begins with its language: en-US-JennyNeural.
    let language = voice.splitn(3, '-').take(2).collect::<Vec<_>>().join("-");
    let text = match speech.speed {
        Some(speed) => format!("<prosody rate=\"{speed}\">{}</prosody>", escaped(&speech.text)),
        None => escaped(&speech.text),
    };
    format!(
        "<speak version=\"1.0\" xmlns=\"http://www.w3.org/2001/10/synthesis\" xml:lang=\"{}\"><voice name=\"{}\">{text}</voice></speak>",
        escaped(&language),
        escaped(voice),
    )
}

/// Text as XML takes it; signs that XML has none for are left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\n' | '\t' => escaped.push(sign),
            sign if sign.is_control() || matches!(sign, '\u{fffe}' | '\u{ffff}') => {}
            sign => escaped.push(sign),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_read_as_instructions() {
        let speech = Speech {
            text: "</voice> \"a\" & b\0".to_owned(),
            model: String::new(),
            voice: "de-DE-X'".to_owned(),
            format: None,
            speed: Some(1.5),
            manner: None,
        };
        assert_eq!(
            ssml(&speech),
            "<speak version=\"1.0\" xmlns=\"http://www.w3.org/2001/10/synthesis\" xml:lang=\"de-DE\">\
             <voice name=\"de-DE-X&apos;\"><prosody rate=\"1.5\">&lt;/voice&gt; &quot;a&quot; &amp; b</prosody></voice></speak>"
        );
    }
}
