//! Fetching what is at an address that somebody named: hop by hop, each where people may reach, with an end to everything.

use std::time::Duration;

use airis_outbound::{Call, Url};
use async_recursion::async_recursion as boxed;

use super::hosts::lets_in;
use super::refused;
use crate::state::Inner;
use crate::{Result, RetrievalError};

/// How often a page may send us on.
const HOPS: usize = 5;
/// Seconds that a page may take, all its hops together, where nobody says.
const SECONDS: u64 = 20;
/// Bytes of the largest page or document.
const LARGEST: usize = 16 * 1024 * 1024;
/// What we would rather have.
const ACCEPT: &str = "text/html,application/xhtml+xml,text/plain;q=0.9,application/pdf;q=0.9,*/*;q=0.8";

/// What was at an address.
pub struct Fetched {
    /// Where it was in the end.
    pub url: Url,
    /// Its kind with its parameters.
    pub content_type: String,
    pub bytes: Vec<u8>,
}

impl Inner {
    #[boxed]
    pub async fn fetch(&self, address: &str) -> Result<Fetched> {
        let seconds = self.page_seconds();
        match tokio::time::timeout(Duration::from_secs(seconds), self.follow(address.trim(), seconds)).await {
            Ok(fetched) => fetched,
            Err(_) => Err(RetrievalError::Refused(format!("The page did not come within {seconds} s"))),
        }
    }

    /// Seconds that a page may take.
    pub fn page_seconds(&self) -> u64 {
        let given = self.config.text("web.loader.timeout").trim().parse::<u64>().ok();
        given.filter(|seconds| *seconds > 0).unwrap_or(SECONDS)
    }

    /// Whether people may have this page at all, before anything is dialled.
    pub fn admits(&self, url: &Url) -> Result<()> {
        self.guarded(Call::get(url.as_str())).check().map_err(refused)?;
        let host = url.host_str().unwrap_or_default();
        if lets_in(&self.config.settings().web_fetch_filter_list, host) {
            return Ok(());
        }
        Err(RetrievalError::Refused(format!("Pages of {host} are not fetched here")))
    }

    /// Only what everybody can reach, unless the operator lets people into private networks.
    pub fn guarded(&self, call: Call) -> Call {
        if self.config.settings().enable_local_web_fetch { call } else { call.public() }
    }

    async fn follow(&self, address: &str, seconds: u64) -> Result<Fetched> {
        let mut url = read(address)?;
        for _ in 0..=HOPS {
            self.admits(&url)?;
            let call = Call::get(url.as_str()).header("accept", ACCEPT).within(seconds).at_most(LARGEST);
            let answer = self.outbound.fetch(self.guarded(call)).await.map_err(refused)?;
            let next = answer.headers.get("location").and_then(|next| next.to_str().ok());
            if let Some(next) = next.filter(|_| (300..400).contains(&answer.status)) {
                let next = url.join(next);
                url = next.map_err(|_| RetrievalError::Refused("The page sends us on to no address".to_owned()))?;
                continue;
            }
            let answer = answer.ok().map_err(refused)?;
            let content_type = answer.headers.get("content-type").and_then(|kind| kind.to_str().ok());
            let content_type = content_type.unwrap_or_default().to_owned();
            return Ok(Fetched { url, content_type, bytes: answer.body });
        }
        Err(RetrievalError::Refused(format!("The page sends us on more than {HOPS} times")))
    }
}

/// An address as people write it.
pub fn read(address: &str) -> Result<Url> {
    let shown: String = address.chars().take(200).collect();
    let wrong = || RetrievalError::Refused(format!("\"{shown}\" is no address of a page"));
    let mut url = Url::parse(address).map_err(|_| wrong())?;
    url.set_fragment(None);
    if matches!(url.scheme(), "http" | "https") && url.has_host() { Ok(url) } else { Err(wrong()) }
}
