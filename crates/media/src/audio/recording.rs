//! A file in which somebody speaks.

use airis_config::Config;
use airis_files::Received;
use tokio::io::AsyncReadExt;

use super::{AudioError, Result};

/// Bytes of the largest file; the services themselves take no more.
pub const LARGEST: u64 = 25 * 1024 * 1024;
/// Kinds that are taken where administrators name none.
const KINDS: [&str; 2] = ["audio/*", "video/webm"];
/// Signs of the name of a language, such as `de` or `pt-BR`.
const LONGEST_LANGUAGE: usize = 16;

/// A recording whose bytes are here.
pub struct Recording {
    pub bytes: Vec<u8>,
    /// Such as `wav`.
    pub ending: String,
    /// Such as `audio/wav`.
    pub kind: String,
}

impl Recording {
    /// What is received goes with the value that held it.
    pub async fn read(received: Received, name: &str, kind: Option<&str>) -> Result<Self> {
        if received.size > LARGEST {
            return Err(AudioError::Files(airis_files::FilesError::TooLarge(LARGEST)));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(received.size).unwrap_or_default());
        received.open().await?.read_to_end(&mut bytes).await.map_err(airis_files::FilesError::from)?;
        let ending = airis_files::extension(name).to_ascii_lowercase();
        let kind = essence(kind.unwrap_or_default());
        let kind = if kind.is_empty() { format!("audio/{ending}") } else { kind };
        Ok(Self { bytes, ending, kind })
    }

    /// A name that says nothing of whose it is.
    pub fn name(&self) -> String {
        format!("recording.{}", self.ending)
    }
}

/// Refuses a file by its ending or by its kind.
pub fn check(config: &Config, name: &str, kind: Option<&str>) -> Result<()> {
    let ending = airis_files::extension(name).to_ascii_lowercase();
    let endings = config.texts("audio.stt.allowed_extensions");
    let plain = |known: &String| known.trim().trim_start_matches('.').to_ascii_lowercase();
    let sound = ending.len() <= 8 && !ending.is_empty() && ending.bytes().all(|sign| sign.is_ascii_alphanumeric());
    let any = endings.iter().all(|known| known.trim().is_empty());
    if !sound || !(any || endings.iter().map(plain).any(|known| known == ending)) {
        return Err(AudioError::refused("The ending of the file is none of a recording that is taken here"));
    }
    let kind = essence(kind.unwrap_or_default());
    let mut kinds = config.texts("audio.stt.supported_content_types");
    kinds.retain(|known| !known.trim().is_empty());
    if kinds.is_empty() {
        kinds = KINDS.map(str::to_owned).to_vec();
    }
    // A file without a kind is taken by its name.
    if kind.is_empty() || kinds.iter().any(|known| fits(&known.trim().to_ascii_lowercase(), &kind)) {
        return Ok(());
    }
    Err(AudioError::refused("The file is no recording of a kind that is taken here"))
}

fn fits(known: &str, kind: &str) -> bool {
    match known.strip_suffix('*') {
        Some(area) => kind.starts_with(area),
        None => known == kind,
    }
}

fn essence(kind: &str) -> String {
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let sound = kind.bytes().all(|sign| sign.is_ascii_alphanumeric() || b"/.+-".contains(&sign));
    if sound { kind } else { String::new() }
}

/// The language that somebody says is spoken; nothing is none.
pub fn language(text: Option<&str>) -> Result<Option<String>> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    let sound = text.len() <= LONGEST_LANGUAGE && text.bytes().all(|sign| sign.is_ascii_alphanumeric() || sign == b'-');
    if sound {
        Ok(Some(text.to_owned()))
    } else {
        Err(AudioError::refused("A language is written such as en or pt-BR"))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn recordings_are_known_by_ending_and_kind() {
        let config = Config::from_env(&|_: &str| None).unwrap();
        for (name, kind) in [
            ("a.wav", Some("audio/wav")),
            ("A.WEBM", Some("audio/webm;codecs=opus")),
            ("a.webm", Some("video/webm")),
            ("a.mp3", None),
        ] {
            assert!(check(&config, name, kind).is_ok(), "{name}");
        }
        for (name, kind) in [
            ("a.txt", Some("text/plain")),
            ("a.txt", Some("audio/wav")),
            ("a.wav", Some("text/html")),
            ("wav", Some("audio/wav")),
            ("", None),
        ] {
            assert!(check(&config, name, kind).is_err(), "{name}");
        }
        let env = |name: &str| match name {
            "AUDIO_STT_ALLOWED_EXTENSIONS" => Some(".OGG".to_owned()),
            "AUDIO_STT_SUPPORTED_CONTENT_TYPES" => Some("audio/ogg".to_owned()),
            _ => None,
        };
        let config = Config::from_env(&env).unwrap();
        assert!(check(&config, "a.ogg", Some("audio/ogg; codecs=opus")).is_ok());
        assert!(
            check(&config, "a.wav", Some("audio/ogg")).is_err() && check(&config, "a.ogg", Some("audio/wav")).is_err()
        );
    }

    #[test]
    fn a_language_is_a_short_word() {
        assert_eq!(language(Some(" de ")).unwrap().as_deref(), Some("de"));
        assert_eq!(language(Some("")).unwrap(), None);
        for wrong in ["d e", "german\"\r\n", &"x".repeat(17)] {
            assert!(language(Some(wrong)).is_err(), "{wrong}");
        }
    }
}
