//! What is to be spoken: as it was sent, and checked with what the settings add.

use super::setup::Setup;
use super::{AudioError, Result};

/// Characters of one text.
const LONGEST: usize = 20_000;
/// Characters of a name, and of what is said about how to speak.
const LONGEST_NAME: usize = 200;
const LONGEST_MANNER: usize = 4_000;
/// How fast, where 1 is as the voice speaks by itself.
const SPEEDS: std::ops::RangeInclusive<f64> = 0.25..=4.0;
const FORMATS: [&str; 6] = ["mp3", "opus", "aac", "flac", "wav", "pcm"];

/// A wish as somebody sent it. What is not said, the settings say.
#[derive(Clone, Debug, Default)]
pub struct SpeechWish {
    pub text: String,
    pub model: Option<String>,
    pub voice: Option<String>,
    pub format: Option<String>,
    pub speed: Option<f64>,
    /// How to speak, in words.
    pub manner: Option<String>,
}

/// A wish that makes sense.
#[derive(Clone, Debug)]
pub struct Speech {
    pub text: String,
    pub model: String,
    pub voice: String,
    /// Such as `mp3`; `None`: what the service has.
    pub format: Option<String>,
    pub speed: Option<f64>,
    pub manner: Option<String>,
}

impl Speech {
    pub fn of(setup: &Setup<'_>, wish: SpeechWish) -> Result<Self> {
        let filled = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let text = wish.text.trim().to_owned();
        if text.is_empty() {
            return Err(AudioError::refused("There is nothing to read aloud"));
        }
        if text.chars().count() > LONGEST {
            return Err(AudioError::refused("A text of more than 20,000 characters is not read aloud at once"));
        }
        let format = filled(wish.format);
        if let Some(format) = format.as_deref().filter(|format| !FORMATS.contains(format)) {
            let shown: String = format.chars().take(40).collect();
            return Err(AudioError::Refused(format!("Speech is no \"{shown}\"; it is one of {}", FORMATS.join(", "))));
        }
        if wish.speed.is_some_and(|speed| !SPEEDS.contains(&speed)) {
            return Err(AudioError::refused("The speed of speech is between 0.25 and 4"));
        }
        // Administrators choose the model: it is what speech costs.
        let set = Some(setup.text("tts.model")).filter(|model| !model.is_empty());
        let model = set.or_else(|| filled(wish.model)).unwrap_or_default();
        let voice = filled(wish.voice).unwrap_or_else(|| setup.text("tts.voice"));
        let manner = filled(wish.manner);
        let short = |text: &str, most: usize| text.chars().count() <= most && !text.contains(char::is_control);
        if !short(&model, LONGEST_NAME) || !short(&voice, LONGEST_NAME) {
            return Err(AudioError::refused("No voice and no model has such a name"));
        }
        if manner.as_ref().is_some_and(|manner| manner.chars().count() > LONGEST_MANNER) {
            return Err(AudioError::refused("What is said about how to speak is longer than 4,000 characters"));
        }
        Ok(Self { text, model, voice, format, speed: wish.speed, manner })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use airis_config::Config;
    use airis_outbound::Outbound;

    use super::*;

    #[test]
    fn settings_say_what_a_wish_does_not_and_nonsense_is_refused() {
        let env = |name: &str| (name == "AUDIO_TTS_MODEL").then(|| "m".to_owned());
        let (config, outbound) = (Config::from_env(&env).unwrap(), Outbound::new());
        let setup = Setup::new(&config, &outbound);
        let hello = SpeechWish { text: " Hello ".to_owned(), ..SpeechWish::default() };
        let speech = Speech::of(&setup, hello.clone()).unwrap();
        assert_eq!((speech.text.as_str(), speech.model.as_str(), speech.voice.as_str()), ("Hello", "m", "alloy"));
        let own = SpeechWish { model: Some("dear".to_owned()), voice: Some("nova".to_owned()), ..hello.clone() };
        let speech = Speech::of(&setup, own).unwrap();
        assert_eq!((speech.model.as_str(), speech.voice.as_str()), ("m", "nova"));
        for wrong in [
            SpeechWish::default(),
            SpeechWish { text: "x".repeat(LONGEST + 1), ..SpeechWish::default() },
            SpeechWish { format: Some("exe".to_owned()), ..hello.clone() },
            SpeechWish { speed: Some(0.0), ..hello.clone() },
            SpeechWish { speed: Some(f64::NAN), ..hello.clone() },
            SpeechWish { voice: Some("a\nb".to_owned()), ..hello.clone() },
            SpeechWish { voice: Some("v".repeat(LONGEST_NAME + 1)), ..hello.clone() },
        ] {
            assert!(matches!(Speech::of(&setup, wrong), Err(AudioError::Refused(_))));
        }
    }
}
