//! A configured server: its address, key and options, read from the settings as they are now.

use airis_config::Config;
use airis_domain::Json;

/// Which protocol a connection speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    OpenAi,
    Ollama,
}

/// One server of the settings.
#[derive(Clone)]
pub struct Connection {
    pub kind: Kind,
    /// Position in the list of its kind; the contract calls it `urlIdx`.
    pub index: usize,
    /// Base URL without a trailing slash.
    pub url: String,
    pub key: String,
    /// `prefix_id`, `model_ids`, `tags`, `connection_type`, `headers`, `api_type`…
    pub options: Json,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection")
            .field("kind", &self.kind)
            .field("index", &self.index)
            .field("url", &self.place())
            .finish_non_exhaustive()
    }
}

impl Connection {
    /// All connections of a kind, disabled ones included, so that positions stay true. Empty when the kind is off.
    pub fn all(config: &Config, kind: Kind) -> Vec<Self> {
        let area = match kind {
            Kind::OpenAi => "openai",
            Kind::Ollama => "ollama",
        };
        if !config.flag(&format!("{area}.enable")) {
            return Vec::new();
        }
        let urls = match kind {
            Kind::OpenAi => config.texts("openai.api_base_urls"),
            Kind::Ollama => config.texts("ollama.base_urls"),
        };
        let keys = match kind {
            Kind::OpenAi => config.texts("openai.api_keys"),
            Kind::Ollama => Vec::new(),
        };
        let options = config.get(&format!("{area}.api_configs"));
        let connection = |(index, url): (usize, String)| {
            let url = url.trim_end_matches('/').to_owned();
            // Databases of old versions name the options by URL.
            let options = options.get(index.to_string()).or_else(|| options.get(&url)).cloned().unwrap_or_default();
            let key = keys.get(index).cloned().filter(|key| !key.is_empty());
            let key = key.or_else(|| options.get("key").and_then(Json::as_str).map(str::to_owned)).unwrap_or_default();
            Self { kind, index, url, key, options }
        };
        urls.into_iter().enumerate().map(connection).collect()
    }

    /// A connection that is tried before it is saved.
    pub fn draft(kind: Kind, url: &str, key: &str, options: Json) -> Self {
        Self { kind, index: 0, url: url.trim_end_matches('/').to_owned(), key: key.to_owned(), options }
    }

    pub fn enabled(&self) -> bool {
        !self.url.is_empty() && self.options.get("enable").and_then(Json::as_bool).unwrap_or(true)
    }

    /// The address as people may read it: without a password or query in it.
    pub fn place(&self) -> String {
        let url = self.url.split(['?', '#']).next().unwrap_or_default();
        match (url.split_once("://"), self.credentials()) {
            (Some((scheme, rest)), Some(pair)) => format!("{scheme}://{}", &rest[pair.len() + 1..]),
            _ => url.to_owned(),
        }
    }

    /// `name:password` of an address that holds them.
    pub fn credentials(&self) -> Option<&str> {
        let (_, rest) = self.url.split_once("://")?;
        Some(rest.split(['/', '?', '#']).next()?.rsplit_once('@')?.0)
    }

    /// Put before every model id as `prefix.`; empty when there is none.
    pub fn prefix(&self) -> &str {
        self.text("prefix_id")
    }

    pub fn text(&self, option: &str) -> &str {
        self.options.get(option).and_then(Json::as_str).unwrap_or_default()
    }

    /// The only models to offer; empty: all.
    pub fn model_ids(&self) -> Vec<String> {
        self.list("model_ids").into_iter().filter_map(|id| id.as_str().map(str::to_owned)).collect()
    }

    pub fn tags(&self) -> Vec<Json> {
        self.list("tags")
    }

    fn list(&self, option: &str) -> Vec<Json> {
        self.options.get(option).and_then(Json::as_array).cloned().unwrap_or_default()
    }

    /// Where people's model id becomes the server's own.
    pub fn own_id<'a>(&self, id: &'a str) -> &'a str {
        let prefix = self.prefix();
        if prefix.is_empty() {
            id
        } else {
            id.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('.')).unwrap_or(id)
        }
    }

    pub fn public_id(&self, id: &str) -> String {
        if self.prefix().is_empty() { id.to_owned() } else { format!("{}.{id}", self.prefix()) }
    }

    /// OpenAI's own server.
    pub fn is_openai(&self) -> bool {
        self.url.contains("api.openai.com")
    }

    pub fn is_azure(&self) -> bool {
        self.text("provider") == "azure" || self.options.get("azure").and_then(Json::as_bool).unwrap_or(false)
    }

    pub fn speaks_responses(&self) -> bool {
        self.text("api_type") == "responses"
    }
}
