//! Engines that people run themselves.

use airis_domain::Json;
use airis_outbound::Call;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::results::{Hit, hits};
use super::setup::{Setup, get, under};
use super::{Engine, Read};
use crate::Result;

pub const ENGINES: &[Engine] = &[
    Engine { name: "searxng", ask: searxng, read: Read::Json(searxng_found) },
    Engine { name: "yacy", ask: yacy, read: Read::Json(yacy_found) },
    Engine { name: "openserp", ask: openserp, read: Read::Json(openserp_found) },
    Engine { name: "external", ask: external, read: Read::Json(external_found) },
];

fn searxng(setup: &Setup<'_>, query: &str) -> Result<Call> {
    let address = setup.needed("web.search.searxng_query_url")?;
    // People write the place of the query into the address, as browsers want it.
    let address = if address.contains("<query>") { address.split('?').next().unwrap_or_default() } else { &address };
    get(
        address,
        &[
            ("q", query),
            ("format", "json"),
            ("pageno", "1"),
            ("safesearch", "1"),
            ("language", &setup.text_or("web.search.searxng_language", "all")),
            ("time_range", ""),
            ("categories", ""),
            ("theme", "simple"),
            ("image_proxy", "0"),
        ],
    )
}

fn searxng_found(answer: &Json) -> Vec<Hit> {
    let mut results = answer["results"].as_array().cloned().unwrap_or_default();
    let score = |result: &Json| result["score"].as_f64().unwrap_or_default();
    results.sort_by(|one, other| score(other).total_cmp(&score(one)));
    hits(&Json::Array(results), "url", "title", "content")
}

fn yacy(setup: &Setup<'_>, query: &str) -> Result<Call> {
    let address = setup.needed("web.search.yacy_query_url")?;
    let count = setup.count.to_string();
    let words = [
        ("query", query),
        ("contentdom", "text"),
        ("resource", "global"),
        ("maximumRecords", count.as_str()),
        ("nav", "none"),
    ];
    let address = if address.contains("yacysearch.json") { address } else { under(&address, "yacysearch.json") };
    let call = get(&address, &words)?;
    let (name, password) = (setup.text("web.search.yacy_username"), setup.text("web.search.yacy_password"));
    if name.is_empty() {
        return Ok(call);
    }
    Ok(call.header("authorization", &format!("Basic {}", STANDARD.encode(format!("{name}:{password}")))))
}

fn yacy_found(answer: &Json) -> Vec<Hit> {
    hits(&answer["channels"][0]["items"], "link", "title", "description")
}

fn openserp(setup: &Setup<'_>, query: &str) -> Result<Call> {
    let address = under(&setup.needed("web.search.openserp_base_url")?, "mega/search");
    get(&address, &[("text", query), ("limit", &setup.count.to_string())])
}

fn openserp_found(answer: &Json) -> Vec<Hit> {
    hits(answer, "url", "title", "description")
}

fn external(setup: &Setup<'_>, query: &str) -> Result<Call> {
    let call = Call::post(setup.needed("web.search.external_web_search_url")?);
    let key = setup.text("web.search.external_web_search_api_key");
    Ok(call.bearer(&key).json(&json!({"query": query, "count": setup.count})))
}

fn external_found(answer: &Json) -> Vec<Hit> {
    hits(answer, "link", "title", "snippet")
}
