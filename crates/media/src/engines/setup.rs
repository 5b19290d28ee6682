//! What engines are set up with, and how they are called.

use airis_config::Config;
use airis_domain::{Json, JsonMap};
use airis_outbound::{Call, Outbound, Url};
use regex::Regex;

use crate::picture::{self, LARGEST, Picture};
use crate::service;
use crate::{ImageError, Result};

/// Seconds that an order may take where the operator sets no time for providers.
const SECONDS: u64 = 300;
const LONGEST: u64 = 3600;
/// Seconds of a small question.
pub const SHORTLY: u64 = 10;
/// Bytes of the largest answer: base64 takes a third more than the picture, and some words around it.
const LARGEST_ANSWER: usize = LARGEST / 3 * 4 + 1024 * 1024;
/// The same of an answer with several pictures.
const LARGEST_OF_MANY: usize = 3 * LARGEST_ANSWER;

/// What pictures are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Make,
    Change,
}

/// Settings for a purpose.
pub struct Setup<'a> {
    config: &'a Config,
    pub outbound: &'a Outbound,
    pub purpose: Purpose,
    /// Seconds that an order may take.
    pub seconds: u64,
}

impl<'a> Setup<'a> {
    pub fn new(config: &'a Config, outbound: &'a Outbound, purpose: Purpose) -> Self {
        let set = config.settings().aiohttp_client_timeout.filter(|seconds| *seconds > 0);
        Self { config, outbound, purpose, seconds: set.unwrap_or(SECONDS).min(LONGEST) }
    }

    fn key(&self, name: &str) -> String {
        match self.purpose {
            Purpose::Make => format!("image_generation.{name}"),
            Purpose::Change => format!("images.edit.{name}"),
        }
    }

    /// A setting of the purpose, such as `engine` or `comfyui.base_url`.
    pub fn text(&self, name: &str) -> String {
        self.config.text(&self.key(name)).trim().to_owned()
    }

    pub fn int(&self, name: &str) -> Option<i64> {
        self.config.int(&self.key(name))
    }

    pub fn json(&self, name: &str) -> Json {
        self.config.get(&self.key(name))
    }

    /// Parameters that administrators add to requests.
    pub fn params(&self, name: &str) -> JsonMap {
        self.json(name).as_object().cloned().unwrap_or_default()
    }

    /// A setting that the engine cannot do without.
    pub fn needed(&self, name: &str) -> Result<String> {
        let text = self.text(name);
        if text.is_empty() {
            let text = format!("The image engine is not set up: {} is missing", self.key(name));
            return Err(ImageError::Refused(text));
        }
        Ok(text)
    }

    /// Whether a model may choose the size of its pictures.
    pub fn chooses_size(&self, model: &str) -> bool {
        matches(&self.config.settings().image_auto_size_models, model)
    }

    /// Whether a model takes no word about how its pictures are to be sent.
    pub fn chooses_form(&self, model: &str) -> bool {
        matches(&self.config.settings().image_url_response_models, model)
    }

    pub fn unknown(&self, engine: &str) -> ImageError {
        let what = match self.purpose {
            Purpose::Make => "makes",
            Purpose::Change => "changes",
        };
        ImageError::Refused(format!("No image engine \"{engine}\" that {what} pictures is built in here"))
    }

    /// Calls with the time of the whole order, for an answer with so many pictures. `secret` is what the engine must
    /// not repeat to people.
    pub async fn ask(&self, call: Call, pictures: usize, secret: &str) -> Result<Json> {
        let limit = if pictures > 1 { LARGEST_OF_MANY } else { LARGEST_ANSWER };
        Ok(service::ask(self.outbound, call.within(self.seconds).at_most(limit), secret).await?)
    }

    /// A picture that an engine at `base` names by its address: its own, or one that everybody can reach.
    pub async fn fetch(&self, base: &str, address: &str) -> Result<Picture> {
        if address.starts_with("data:") {
            return Picture::of_text(address).ok_or_else(picture::none);
        }
        let origin = |address: &str| Url::parse(address).ok().map(|url| url.origin());
        let own = origin(base).is_some_and(|base| origin(address) == Some(base));
        let call = Call::get(address).within(self.seconds).at_most(LARGEST);
        let free = own || self.config.settings().enable_local_web_fetch;
        let answer = self.outbound.fetch(if free { call } else { call.public() }).await?.ok()?;
        Picture::of(answer.body).ok_or_else(picture::none)
    }
}

/// A pattern that is none fits nothing.
fn matches(pattern: &str, model: &str) -> bool {
    !pattern.is_empty() && Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(model))
}
