//! Pictures of people at their provider, taken along once so that no page asks the provider for them.

use airis_outbound::{Call, Outbound, Url};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Kinds of picture that a page may show without risk.
pub const PICTURE_KINDS: [&str; 5] = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"];

/// Seconds and bytes; somebody waits, and the picture is stored with the account.
const SECONDS: u64 = 5;
const LIMIT: usize = 512 * 1024;

/// From where a picture is taken.
pub(super) struct Source<'a> {
    pub(super) url: &'a str,
    /// The access token, for an address that the operator named.
    pub(super) bearer: Option<&'a str>,
    /// An address of the provider, whose host may be in a private network as the provider's own.
    pub(super) provider: &'a str,
    /// Private networks may be called on behalf of people.
    pub(super) anywhere: bool,
}

/// The picture as a `data:` address; `None` where there is none that can be used.
pub(super) async fn taken(outbound: &Outbound, source: &Source<'_>) -> Option<String> {
    let mut call = Call::get(source.url).within(SECONDS).at_most(LIMIT);
    if let Some(bearer) = source.bearer {
        call = call.bearer(bearer);
    } else if !source.anywhere && !is_same_place(source.url, source.provider) {
        // People write this address themselves.
        call = call.public();
    }
    let answer = outbound.fetch(call).await.and_then(airis_outbound::Answer::ok);
    let answer = answer.inspect_err(|error| tracing::info!(%error, "a picture of a person cannot be taken")).ok()?;
    let kind = PICTURE_KINDS.into_iter().find(|kind| *kind == answer.kind())?;
    Some(format!("data:{kind};base64,{}", STANDARD.encode(&answer.body)))
}

fn is_same_place(one: &str, other: &str) -> bool {
    match (Url::parse(one), Url::parse(other)) {
        (Ok(one), Ok(other)) => one.host().is_some() && one.origin() == other.origin(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_providers_own_place_is_its_host_and_port() {
        assert!(is_same_place("http://id.local:80/me.png", "http://id.local/authorize"));
        for (one, other) in [
            ("http://id.local:81/me.png", "http://id.local/authorize"),
            ("http://id.local@evil.example/", "http://id.local/"),
            ("http://evil.example/", "http://id.local/"),
            ("data:image/png;base64,", "data:image/png;base64,"),
            ("", ""),
        ] {
            assert!(!is_same_place(one, other), "{one} {other}");
        }
    }
}
