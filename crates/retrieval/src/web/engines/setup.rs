//! What engines are set up with.

use airis_config::Config;
use airis_outbound::{Call, Url};

use crate::{Result, RetrievalError};

/// Results of one search at most.
const MOST: usize = 50;

/// Settings, and how much is wanted.
pub struct Setup<'a> {
    config: &'a Config,
    /// Results of one search.
    pub count: usize,
    /// Where services of the web are instead, in tests.
    instead: Option<&'a str>,
}

impl<'a> Setup<'a> {
    pub fn new(config: &'a Config) -> Self {
        let count = config.int("web.search.result_count").and_then(|count| usize::try_from(count).ok()).unwrap_or(3);
        Self { config, count: count.clamp(1, MOST), instead: None }
    }

    /// The same with every service of the web at one address.
    #[cfg(test)]
    pub fn at(config: &'a Config, instead: &'a str) -> Self {
        Self { instead: Some(instead), ..Self::new(config) }
    }

    pub fn text(&self, key: &str) -> String {
        self.config.text(key).trim().to_owned()
    }

    pub fn texts(&self, key: &str) -> Vec<String> {
        self.config.texts(key)
    }

    pub fn flag(&self, key: &str) -> bool {
        self.config.flag(key)
    }

    pub fn int(&self, key: &str) -> Option<i64> {
        self.config.int(key)
    }

    pub fn json(&self, key: &str) -> airis_domain::Json {
        self.config.get(key)
    }

    pub fn tavily(&self) -> String {
        self.config.settings().tavily_api_base_url.clone()
    }

    /// A setting that the engine cannot do without.
    pub fn needed(&self, key: &str) -> Result<String> {
        let text = self.text(key);
        if text.is_empty() {
            return Err(RetrievalError::Refused(format!("The search engine is not set up: {key} is missing")));
        }
        Ok(text)
    }

    /// A setting, or what holds where there is none.
    pub fn text_or(&self, key: &str, default: &str) -> String {
        Some(self.text(key)).filter(|text| !text.is_empty()).unwrap_or_else(|| default.to_owned())
    }

    /// The address of a service of the web.
    pub fn public(&self, address: &str) -> String {
        match (self.instead, address.split_once("://")) {
            (Some(instead), Some((_, rest))) => format!("{instead}/{rest}"),
            _ => address.to_owned(),
        }
    }
}

/// Asks an address with these words behind it.
pub fn get(address: &str, query: &[(&str, &str)]) -> Result<Call> {
    let wrong = || RetrievalError::Refused("The address of the search engine is none".to_owned());
    let url = with_words(address, query).ok_or_else(wrong)?;
    Ok(Call::get(url.as_str()).header("accept", "application/json"))
}

/// Joins an address and a path.
pub fn under(base: &str, path: &str) -> String {
    format!("{}/{}", base.trim_end_matches('/'), path.trim_start_matches('/'))
}

/// Words as they stand behind the question mark of an address.
pub fn written(query: &[(&str, &str)]) -> String {
    let url = with_words("http://words.invalid", query);
    url.and_then(|url| url.query().map(str::to_owned)).unwrap_or_default()
}

fn with_words(address: &str, query: &[(&str, &str)]) -> Option<Url> {
    let mut url = Url::parse(address).ok()?;
    url.query_pairs_mut().extend_pairs(query);
    Some(url)
}
