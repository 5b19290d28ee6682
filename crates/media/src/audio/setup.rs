//! What services for speech are set up with, and how they are called.

use airis_config::Config;
use airis_domain::{Json, JsonMap};
use airis_outbound::{Call, Outbound};

use super::clip::{Clip, LARGEST};
use super::{AudioError, Result};
use crate::service;

/// Seconds that a request may take where the operator sets no time for providers.
const SECONDS: u64 = 300;
const LONGEST: u64 = 3600;
/// Seconds of a small question.
const SHORTLY: u64 = 10;
/// Bytes of the largest answer in words.
const WORDS: usize = 4 * 1024 * 1024;
/// The same with a sound in base64, which takes a third more.
pub const WRAPPED: usize = LARGEST / 3 * 4 + 1024 * 1024;

/// Settings below `audio`.
pub struct Setup<'a> {
    config: &'a Config,
    outbound: &'a Outbound,
    seconds: u64,
}

impl<'a> Setup<'a> {
    pub fn new(config: &'a Config, outbound: &'a Outbound) -> Self {
        let set = config.settings().aiohttp_client_timeout.filter(|seconds| *seconds > 0);
        Self { config, outbound, seconds: set.unwrap_or(SECONDS).min(LONGEST) }
    }

    /// A setting such as `tts.engine`.
    pub fn text(&self, name: &str) -> String {
        self.config.text(&format!("audio.{name}")).trim().to_owned()
    }

    pub fn flag(&self, name: &str) -> bool {
        self.config.flag(&format!("audio.{name}"))
    }

    /// Parameters that administrators add to requests.
    pub fn params(&self, name: &str) -> JsonMap {
        self.config.get(&format!("audio.{name}")).as_object().cloned().unwrap_or_default()
    }

    /// A setting that the service cannot do without.
    pub fn needed(&self, name: &str) -> Result<String> {
        let text = self.text(name);
        if text.is_empty() {
            return Err(AudioError::Refused(format!("The speech service is not set up: audio.{name} is missing")));
        }
        Ok(text)
    }

    /// Where ElevenLabs is; the operator says it.
    pub fn elevenlabs(&self) -> &str {
        &self.config.settings().elevenlabs_api_base_url
    }

    /// The root of a service of Azure: as it is set, or that of its region.
    pub fn azure(&self, base: &str, region: &str, host: &str) -> Result<String> {
        let set = self.text(base);
        if !set.is_empty() {
            return Ok(set);
        }
        let region = self.needed(region)?;
        if !region.bytes().all(|sign| sign.is_ascii_alphanumeric() || sign == b'-') {
            return Err(AudioError::refused("Azure has no region of that name"));
        }
        Ok(format!("https://{region}.{host}"))
    }

    /// Calls for a sound. `secret` is what the service must not repeat to people.
    pub async fn sound(&self, call: Call, secret: &str) -> Result<Clip> {
        let answer = service::fetch(self.outbound, call.within(self.seconds).at_most(LARGEST), secret).await?;
        let kind = answer.kind();
        Clip::of(answer.body, &kind)
    }

    /// The same for JSON, with as many bytes as are given.
    pub async fn ask(&self, call: Call, most: usize, secret: &str) -> Result<Json> {
        Ok(service::ask(self.outbound, call.within(self.seconds).at_most(most), secret).await?)
    }

    /// The same for words.
    pub async fn words(&self, call: Call, secret: &str) -> Result<Json> {
        self.ask(call, WORDS, secret).await
    }

    /// A small question.
    pub async fn shortly(&self, call: Call, secret: &str) -> Result<Json> {
        let call = call.within(self.seconds.min(SHORTLY)).at_most(WORDS);
        Ok(service::ask(self.outbound, call, secret).await?)
    }
}
