//! An engine without an interface for programs: its page for people without scripts is read.

use airis_outbound::{Call, Url};

use super::results::Hit;
use super::setup::{Setup, get};
use super::{Engine, Read};
use crate::Result;
use crate::extract::links;

pub const ENGINES: &[Engine] = &[Engine { name: "duckduckgo", ask: duckduckgo, read: Read::Page(duckduckgo_found) }];

/// Who does not look like a browser is asked to prove that they are none.
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

fn duckduckgo(setup: &Setup<'_>, query: &str) -> Result<Call> {
    let call = get(&setup.public("https://html.duckduckgo.com/html/"), &[("q", query)])?;
    Ok(call.header("accept", "text/html").header("user-agent", BROWSER))
}

/// Each result is a link to its page, and a second one around what is shown of it.
fn duckduckgo_found(page: &str) -> Vec<Hit> {
    let mut found: Vec<Hit> = Vec::new();
    for link in links(page) {
        let is = |class: &str| link.class.split_whitespace().any(|name| name == class);
        match found.last_mut() {
            Some(last) if is("result__snippet") && last.snippet.is_empty() => last.snippet = link.text,
            _ if is("result__a") => found.push(Hit::new(&target(&link.href), &link.text, "")),
            _ => {}
        }
    }
    // What is paid for leads to the engine's own counter.
    found.retain(|hit| !hit.link.contains("duckduckgo.com/y.js"));
    found
}

/// Links go over a page that only sends on.
fn target(href: &str) -> String {
    let whole = if href.starts_with("//") { format!("https:{href}") } else { href.to_owned() };
    let url = Url::parse(&whole).ok();
    let meant = url.as_ref().and_then(|url| url.query_pairs().find(|(name, _)| name == "uddg"));
    meant.map_or(whole, |(_, target)| target.into_owned())
}
