//! Services that are asked by an address, with a key in it or beside it.

use airis_domain::Json;
use airis_outbound::Call;

use super::results::{Hit, hits};
use super::setup::{Setup, get, written};
use super::{Engine, Read};
use crate::Result;

pub const ENGINES: &[Engine] = &[
    Engine {
        name: "brave",
        ask: brave,
        read: Read::Json(|answer| hits(&answer["web"]["results"], "url", "title", "description")),
    },
    Engine { name: "brave_llm_context", ask: brave_context, read: Read::Json(brave_context_found) },
    Engine {
        name: "google_pse",
        ask: google,
        read: Read::Json(|answer| hits(&answer["items"], "link", "title", "snippet")),
    },
    Engine { name: "kagi", ask: kagi, read: Read::Json(kagi_found) },
    Engine {
        name: "mojeek",
        ask: mojeek,
        read: Read::Json(|answer| hits(&answer["response"]["results"], "url", "title", "desc")),
    },
    Engine {
        name: "bing",
        ask: bing,
        read: Read::Json(|answer| hits(&answer["webPages"]["value"], "url", "name", "snippet")),
    },
    Engine { name: "serpapi", ask: serpapi, read: Read::Json(organic) },
    Engine { name: "searchapi", ask: searchapi, read: Read::Json(organic) },
    Engine {
        name: "serpstack",
        ask: serpstack,
        read: Read::Json(|answer| hits(&answer["organic_results"], "url", "title", "snippet")),
    },
    Engine {
        name: "serply",
        ask: serply,
        read: Read::Json(|answer| hits(&answer["results"], "link", "title", "description")),
    },
    Engine { name: "youcom", ask: youcom, read: Read::Json(youcom_found) },
];

fn brave(setup: &Setup<'_>, query: &str) -> Result<Call> {
    let key = setup.needed("web.search.brave_search_api_key")?;
    let address = setup.public("https://api.search.brave.com/res/v1/web/search");
    // More than 20 are refused.
    let count = setup.count.min(20).to_string();
    Ok(get(&address, &[("q", query), ("count", &count)])?.header("x-subscription-token", &key))
}

fn brave_context(setup: &Setup<'_>, query: &str) -> Result<Call> {
    let key = setup.needed("web.search.brave_search_api_key")?;
    let address = setup.public("https://api.search.brave.com/res/v1/llm/context");
    let tokens = setup.int("web.search.brave_search_context_tokens").unwrap_or(8192).to_string();
    let count = setup.count.to_string();
    let words = [("q", query), ("count", count.as_str()), ("maximum_number_of_tokens", tokens.as_str())];
    Ok(get(&address, &words)?.header("x-subscription-token", &key))
}

fn brave_context_found(answer: &Json) -> Vec<Hit> {
    hits(&answer["grounding"]["generic"], "url", "title", "snippets")
}

fn google(setup: &Setup<'_>, query: &str) -> Result<Call> {
    let key = setup.needed("web.search.google_pse_api_key")?;
    let engine = setup.needed("web.search.google_pse_engine_id")?;
    let address = setup.public("https://www.googleapis.com/customsearch/v1");
    // More than 10 are refused.
    get(&address, &[("cx", &engine), ("q", query), ("key", &key), ("num", &setup.count.min(10).to_string())])
}

fn kagi(setup: &Setup<'_>, query: &str) -> Result<Call> {
    let key = setup.needed("web.search.kagi_search_api_key")?;
    let address = setup.public("https://kagi.com/api/v0/search");
    let call = get(&address, &[("q", query), ("limit", &setup.count.to_string())])?;
    Ok(call.header("authorization", &format!("Bot {key}")))
}

/// Beside results (0) there are related searches (1).
fn kagi_found(answer: &Json) -> Vec<Hit> {
    let found = answer["data"].as_array().into_iter().flatten();
    hits(&found.filter(|entry| entry["t"] == 0).cloned().collect(), "url", "title", "snippet")
}

fn mojeek(setup: &Setup<'_>, query: &str) -> Result<Call> {
    let key = setup.needed("web.search.mojeek_search_api_key")?;
    let address = setup.public("https://api.mojeek.com/search");
    get(&address, &[("q", query), ("fmt", "json"), ("t", &setup.count.to_string()), ("api_key", &key)])
}

fn bing(setup: &Setup<'_>, query: &str) -> Result<Call> {
    let key = setup.needed("web.search.bing_search_v7_subscription_key")?;
    let address = setup.needed("web.search.bing_search_v7_endpoint")?;
    let call = get(&address, &[("q", query), ("count", &setup.count.to_string())])?;
    Ok(call.header("ocp-apim-subscription-key", &key))
}

fn serpapi(setup: &Setup<'_>, query: &str) -> Result<Call> {
    let key = setup.needed("web.search.serpapi_api_key")?;
    let engine = setup.text_or("web.search.serpapi_engine", "google");
    get(&setup.public("https://serpapi.com/search"), &[("engine", &engine), ("q", query), ("api_key", &key)])
}

fn searchapi(setup: &Setup<'_>, query: &str) -> Result<Call> {
    let key = setup.needed("web.search.searchapi_api_key")?;
    let engine = setup.text_or("web.search.searchapi_engine", "google");
    let address = setup.public("https://www.searchapi.io/api/v1/search");
    Ok(get(&address, &[("engine", &engine), ("q", query)])?.bearer(&key))
}

fn organic(answer: &Json) -> Vec<Hit> {
    hits(&answer["organic_results"], "link", "title", "snippet")
}

fn serpstack(setup: &Setup<'_>, query: &str) -> Result<Call> {
    let key = setup.needed("web.search.serpstack_api_key")?;
    // Its free plan has no encryption.
    let scheme = if setup.flag("web.search.serpstack_https") { "https" } else { "http" };
    let address = setup.public(&format!("{scheme}://api.serpstack.com/search"));
    get(&address, &[("access_key", &key), ("query", query), ("num", &setup.count.to_string())])
}

fn serply(setup: &Setup<'_>, query: &str) -> Result<Call> {
    let key = setup.needed("web.search.serply_api_key")?;
    // The words are the last part of the path here.
    let words = written(&[("q", query), ("num", &setup.count.to_string())]);
    let address = setup.public(&format!("https://api.serply.io/v1/search/{words}"));
    Ok(Call::get(address).header("accept", "application/json").header("x-api-key", &key))
}

fn youcom(setup: &Setup<'_>, query: &str) -> Result<Call> {
    let key = setup.needed("web.search.youcom_api_key")?;
    let address = setup.public("https://ydc-index.io/v1/search");
    Ok(get(&address, &[("query", query), ("count", &setup.count.to_string())])?.header("x-api-key", &key))
}

fn youcom_found(answer: &Json) -> Vec<Hit> {
    let mut found = answer["results"]["web"].as_array().cloned().unwrap_or_default();
    for entry in &mut found {
        if entry["snippets"].as_array().is_none_or(Vec::is_empty) {
            entry["snippets"] = entry["description"].clone();
        }
    }
    hits(&Json::Array(found), "url", "title", "snippets")
}
