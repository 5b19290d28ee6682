//! Model files from the places where people publish them, fetched for an administrator.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, Url};
use serde_json::json;

use crate::connection::{Connection, Kind};
use crate::http::Bodies;
use crate::{ProviderError, Providers};

/// Where files may be fetched from; a mirror joins them (`HF_ENDPOINT`).
const PUBLISHERS: [&str; 2] = ["https://huggingface.co", "https://github.com"];
/// Publishers keep their files elsewhere.
const MOST_REDIRECTS: usize = 5;
const CONNECT: Duration = Duration::from_secs(10);

/// A file on its way.
pub struct Published {
    /// Its name, without folders.
    pub name: String,
    /// Bytes, when the publisher says so.
    pub size: Option<u64>,
    pub bytes: Bodies,
}

impl Providers {
    /// Begins to fetch a file. Refused where the address is no publisher's, and in offline mode.
    pub async fn fetch_published(&self, address: &str) -> Result<Published, ProviderError> {
        let settings = self.inner.config.settings();
        let mirror = settings.hf_endpoint.as_deref().and_then(|mirror| Url::parse(mirror).ok());
        let (url, name) = published(address, mirror.as_ref())?;
        if settings.offline_mode {
            return Err(refused("This server fetches nothing from outside (OFFLINE_MODE)"));
        }
        let trusted = mirror.is_some_and(|mirror| mirror.origin() == url.origin());
        let client = client(trusted);
        let connection = Connection::draft(Kind::OpenAi, &origin(&url), "", json!({"called": "the publisher"}));
        let http = self.inner.http.with_client(client);
        let response =
            http.send(&connection, http.request(&connection, reqwest::Method::GET, url.as_str(), None)).await?;
        let response = http.ok(&connection, response).await?;
        Ok(Published { name, size: response.content_length(), bytes: http.bytes(&connection, response) })
    }
}

/// The address and the name of its file.
fn published(address: &str, mirror: Option<&Url>) -> Result<(Url, String), ProviderError> {
    let foreign = || refused("Models are fetched from https://huggingface.co and https://github.com only");
    let url = Url::parse(address.trim()).map_err(|_| foreign())?;
    let known = PUBLISHERS.iter().any(|place| origin(&url) == *place);
    if !(known || mirror.is_some_and(|mirror| mirror.origin() == url.origin())) || !url.username().is_empty() {
        return Err(foreign());
    }
    let name = url.path_segments().and_then(|mut parts| parts.next_back()).unwrap_or_default();
    let name: String = percent_decode_str(name)
        .decode_utf8_lossy()
        .chars()
        .filter(|char| !char.is_control() && *char != '/')
        .collect();
    if name.is_empty() || name.starts_with('.') {
        return Err(refused("The address names no file"));
    }
    Ok((url, name))
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// A client for one file. Wherever a publisher sends it, it never reaches into the operator's own network; a mirror may
/// be there.
fn client(trusted: bool) -> Client {
    let builder = Client::builder()
        .tls_backend_preconfigured(airis_outbound::encryption())
        .connect_timeout(CONNECT)
        .user_agent(concat!("airis/", env!("CARGO_PKG_VERSION")));
    let builder = if trusted {
        builder.redirect(Policy::limited(MOST_REDIRECTS))
    } else {
        builder.redirect(Policy::custom(follow)).dns_resolver(Arc::new(PublicOnly)).no_proxy()
    };
    builder.build().unwrap_or_default()
}

fn follow(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let named = attempt.url().domain().is_some();
    if attempt.url().scheme() == "https" && named && attempt.previous().len() <= MOST_REDIRECTS {
        attempt.follow()
    } else {
        attempt.stop()
    }
}

/// Resolves names as usual, and leaves out every address that is not on the open internet.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<_> = found.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err("it is not on the open internet".into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let [a, b, ..] = address.octets();
            let shared = a == 100 && (64..128).contains(&b);
            !(address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_unspecified()
                || address.is_multicast()
                || address.is_broadcast()
                || shared
                || a == 0
                || a >= 240)
        }
        IpAddr::V6(address) => {
            let first = address.segments()[0];
            let inner = address.to_ipv4_mapped().is_none_or(|inner| is_public(IpAddr::V4(inner)));
            inner
                && !(address.is_loopback() || address.is_unspecified() || address.is_multicast())
                && first & 0xfe00 != 0xfc00
                && first & 0xffc0 != 0xfe80
        }
    }
}

fn refused(detail: &str) -> ProviderError {
    ProviderError::Answer { status: 400, body: json!({"detail": detail}) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    #[test]
    fn only_publishers_and_the_mirror_are_asked() {
        let mirror = Url::parse("http://10.0.0.5:8080/hf").unwrap();
        let name = |address: &str| published(address, Some(&mirror)).map(|(_, name)| name).ok();
        assert_eq!(name("https://huggingface.co/a/b/resolve/main/c.gguf?download=true"), Some("c.gguf".to_owned()));
        assert_eq!(name("https://github.com/a/b/a%20b%2fc.gguf"), Some("a bc.gguf".to_owned()));
        assert_eq!(name("http://10.0.0.5:8080/x.gguf"), Some("x.gguf".to_owned()));
        for address in [
            "http://huggingface.co/c.gguf",
            "https://huggingface.co.example.com/c.gguf",
            "https://huggingface.co@example.com/c.gguf",
            "https://me@huggingface.co/c.gguf",
            "https://huggingface.co:8443/c.gguf",
            "https://huggingface.co/",
            "https://huggingface.co/..%2f",
            "http://10.0.0.5:8081/x.gguf",
            "file:///etc/passwd",
            "",
        ] {
            assert_eq!(name(address), None, "{address}");
        }
    }

    #[test]
    fn addresses_of_ones_own_network_are_not_public() {
        for own in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "::1",
            "fd00::1",
            "fe80::1",
            "::ffff:10.0.0.1",
            "255.255.255.255",
        ] {
            assert!(!is_public(own.parse().unwrap()), "{own}");
        }
        for open in ["8.8.8.8", "100.63.0.1", "2606:4700::1111"] {
            assert!(is_public(open.parse().unwrap()), "{open}");
        }
    }
}
