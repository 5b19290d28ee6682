//! What is asked of a server.

use std::time::Duration;

use airis_domain::Json;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use reqwest::Url;

use crate::{OutboundError, guard};

/// Seconds that an answer may take when nothing else is said.
const SECONDS: u64 = 10;
/// Largest answer when nothing else is said.
const LIMIT: usize = 8 * 1024 * 1024;

/// A request with its deadline and the size of the answer that is read.
#[derive(Clone)]
pub struct Call {
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) deadline: Duration,
    pub(crate) limit: usize,
    pub(crate) public: bool,
}

impl Call {
    pub fn new(method: Method, url: impl Into<String>) -> Self {
        let deadline = Duration::from_secs(SECONDS);
        Self { method, url: url.into(), headers: HeaderMap::new(), body: None, deadline, limit: LIMIT, public: false }
    }

    pub fn get(url: impl Into<String>) -> Self {
        Self::new(Method::GET, url)
    }

    pub fn post(url: impl Into<String>) -> Self {
        Self::new(Method::POST, url)
    }

    pub fn put(url: impl Into<String>) -> Self {
        Self::new(Method::PUT, url)
    }

    pub fn delete(url: impl Into<String>) -> Self {
        Self::new(Method::DELETE, url)
    }

    /// Sends JSON.
    #[must_use]
    pub fn json(mut self, body: &Json) -> Self {
        self.body = Some(body.to_string().into_bytes());
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self
    }

    /// Sends the fields of a form.
    #[must_use]
    pub fn form(mut self, fields: &[(&str, &str)]) -> Self {
        let mut url = Url::parse("form:/").ok();
        let text = url.as_mut().map(|url| {
            url.query_pairs_mut().extend_pairs(fields);
            url.query().unwrap_or_default().to_owned()
        });
        self.body = Some(text.unwrap_or_default().into_bytes());
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        self
    }

    /// Sends bytes of some kind as they are.
    #[must_use]
    pub fn bytes(mut self, kind: &str, body: Vec<u8>) -> Self {
        self.body = Some(body);
        self.header(CONTENT_TYPE.as_str(), kind)
    }

    /// Sets a header; a name or value that no header can have is left out.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(value)) {
            self.headers.insert(name, value);
        }
        self
    }

    /// Adds headers as somebody else sent them.
    #[must_use]
    pub fn headers(mut self, headers: HeaderMap) -> Self {
        self.headers.extend(headers);
        self
    }

    /// Shows a key, when there is one.
    #[must_use]
    pub fn bearer(mut self, key: &str) -> Self {
        if let Some(mut value) = Some(key).filter(|key| !key.is_empty()).and_then(|key| bearer(key).ok()) {
            value.set_sensitive(true);
            self.headers.insert(AUTHORIZATION, value);
        }
        self
    }

    /// Only addresses that everybody can reach: for what people who are not trusted with this network name.
    #[must_use]
    pub fn public(mut self) -> Self {
        self.public = true;
        self
    }

    /// Whether the address may be called, as far as it can be said before its name is resolved.
    pub fn check(&self) -> Result<(), OutboundError> {
        self.place().map(|_| ())
    }

    /// The same when its name is resolved: for addresses that somebody else dials, who may choose any of those it has.
    pub async fn resolve(&self) -> Result<(), OutboundError> {
        let place = self.place()?;
        let url = Url::parse(&self.url).map_err(|_| OutboundError::Address(place.clone()))?;
        let Some(host) = url.domain() else { return Ok(()) };
        let found = tokio::net::lookup_host((host, 0)).await;
        let mut found = found.map_err(|_| OutboundError::Forbidden(place.clone()))?.peekable();
        if found.peek().is_none() || found.any(|address| guard::refuses(address.ip(), self.public)) {
            return Err(OutboundError::Forbidden(place));
        }
        Ok(())
    }

    /// Whole seconds until the answer must be there.
    #[must_use]
    pub fn within(mut self, seconds: u64) -> Self {
        self.deadline = Duration::from_secs(seconds.max(1));
        self
    }

    /// Bytes of the largest answer, or of the largest message of a websocket.
    #[must_use]
    pub fn at_most(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }

    /// The address without credentials and query, for messages, after checking that it may be called.
    pub(crate) fn place(&self) -> Result<String, OutboundError> {
        let wrong = || OutboundError::Address(self.url.chars().take(200).collect());
        let mut url = Url::parse(&self.url).map_err(|_| wrong())?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(wrong());
        }
        url.set_query(None);
        url.set_fragment(None);
        // Both fail for addresses that cannot have them, which these are not.
        let _ = (url.set_username(""), url.set_password(None));
        let place = url.to_string();
        let literal = url.host_str().map(|host| host.trim_start_matches('[').trim_end_matches(']'));
        if literal.and_then(|host| host.parse().ok()).is_some_and(|address| guard::refuses(address, self.public)) {
            return Err(OutboundError::Forbidden(place));
        }
        Ok(place)
    }
}

fn bearer(key: &str) -> Result<HeaderValue, http::header::InvalidHeaderValue> {
    HeaderValue::from_str(&format!("Bearer {key}"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_web_may_be_called_and_messages_carry_no_secrets() {
        let place = |url: &str| Call::get(url).place();
        assert_eq!(place("https://me:pw@a.example/x?key=s#f").unwrap(), "https://a.example/x");
        for wrong in ["", "nothing", "ftp://a.example", "file:///etc/passwd", "http://", "javascript:x", "//a"] {
            assert!(matches!(place(wrong), Err(OutboundError::Address(_))), "{wrong}");
        }
        for own in ["http://169.254.169.254/latest", "http://[fe80::1]/", "http://[::ffff:169.254.169.254]/"] {
            assert!(matches!(place(own), Err(OutboundError::Forbidden(_))), "{own}");
        }
    }

    #[test]
    fn a_form_is_encoded() {
        assert_eq!(Call::post("http://a").form(&[("a b", "ü&")]).body.unwrap(), b"a+b=%C3%BC%26");
    }

    #[test]
    fn headers_that_cannot_be_are_left_out() {
        let call = Call::get("http://a").header("x-a", "1").header("bad name", "1").header("x-b", "a\r\nb").bearer("");
        assert_eq!(call.headers.len(), 1);
    }
}
