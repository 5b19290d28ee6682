//! Services that are sent a question as JSON.

use airis_domain::Json;
use airis_outbound::Call;
use serde_json::json;

use super::results::{Hit, hits, joined};
use super::setup::{Setup, under};
use super::{Engine, Read};
use crate::Result;

pub const ENGINES: &[Engine] = &[
    Engine {
        name: "tavily",
        ask: tavily,
        read: Read::Json(|answer| hits(&answer["results"], "url", "title", "content")),
    },
    Engine { name: "exa", ask: exa, read: Read::Json(exa_found) },
    Engine {
        name: "serper",
        ask: serper,
        read: Read::Json(|answer| hits(&answer["organic"], "link", "title", "snippet")),
    },
    Engine { name: "serphouse", ask: serphouse, read: Read::Json(serphouse_found) },
    Engine { name: "bocha", ask: bocha, read: Read::Json(bocha_found) },
    Engine { name: "jina", ask: jina, read: Read::Json(jina_found) },
    Engine { name: "perplexity", ask: perplexity, read: Read::Json(perplexity_found) },
    Engine { name: "perplexity_search", ask: perplexity_search, read: Read::Json(results) },
    Engine {
        name: "linkup",
        ask: linkup,
        read: Read::Json(|answer| hits(&answer["results"], "url", "name", "content")),
    },
    Engine { name: "firecrawl", ask: firecrawl, read: Read::Json(firecrawl_found) },
    Engine {
        name: "ollama_cloud",
        ask: cloud,
        read: Read::Json(|answer| hits(&answer["results"], "url", "title", "content")),
    },
];

fn tavily(setup: &Setup<'_>, query: &str) -> Result<Call> {
    let key = setup.needed("web.search.tavily_api_key")?;
    let depth = setup.text_or("web.search.tavily_search_depth", "basic");
    let body = json!({"query": query, "max_results": setup.count, "search_depth": depth});
    Ok(Call::post(setup.public(&under(&setup.tavily(), "search"))).bearer(&key).json(&body))
}

fn exa(setup: &Setup<'_>, query: &str) -> Result<Call> {
    let key = setup.needed("web.search.exa_api_key")?;
    let text = match setup.int("web.search.exa_max_content_length").filter(|most| *most > 0) {
        Some(most) => json!({ "maxCharacters": most }),
        None => json!(true),
    };
    let body = json!({"query": query, "numResults": setup.count, "type": "auto",
        "contents": {"text": text, "highlights": true}});
    Ok(Call::post(setup.public("https://api.exa.ai/search")).header("x-api-key", &key).json(&body))
}

/// The parts that fit the question, or the text where none were made.
fn exa_found(answer: &Json) -> Vec<Hit> {
    let found = answer["results"].as_array().into_iter().flatten();
    let hit = |entry: &Json| {
        let best = Some(joined(&entry["highlights"])).filter(|text| !text.is_empty());
        let text = best.unwrap_or_else(|| joined(&entry["text"]));
        Some(Hit::new(entry["url"].as_str()?, entry["title"].as_str().unwrap_or_default(), &text))
    };
    found.filter_map(hit).collect()
}

fn serper(setup: &Setup<'_>, query: &str) -> Result<Call> {
    let key = setup.needed("web.search.serper_api_key")?;
    let call = Call::post(setup.public("https://google.serper.dev/search")).header("x-api-key", &key);
    Ok(call.json(&json!({"q": query, "num": setup.count})))
}

fn serphouse(setup: &Setup<'_>, query: &str) -> Result<Call> {
    let key = setup.needed("web.search.serphouse_api_key")?;
    let domain = setup.text_or("web.search.serphouse_domain", "google.com");
    let wish = json!({"q": query, "domain": domain, "lang": "en", "device": "desktop", "serp_type": "web",
        "page": "1", "num_result": setup.count.to_string()});
    let call = Call::post(setup.public("https://api.serphouse.com/serp/live")).bearer(&key);
    Ok(call.json(&json!({ "data": wish })))
}

fn serphouse_found(answer: &Json) -> Vec<Hit> {
    hits(&answer["results"]["results"]["organic"], "link", "title", "snippet")
}

fn bocha(setup: &Setup<'_>, query: &str) -> Result<Call> {
    let key = setup.needed("web.search.bocha_search_api_key")?;
    let body = json!({"query": query, "count": setup.count, "summary": true, "freshness": "noLimit"});
    Ok(Call::post(setup.public("https://api.bochaai.com/v1/web-search")).bearer(&key).json(&body))
}

fn bocha_found(answer: &Json) -> Vec<Hit> {
    let mut found = answer["data"]["webPages"]["value"].as_array().cloned().unwrap_or_default();
    for entry in &mut found {
        if entry["summary"].as_str().is_none_or(str::is_empty) {
            entry["summary"] = entry["snippet"].clone();
        }
    }
    hits(&Json::Array(found), "url", "name", "summary")
}

fn jina(setup: &Setup<'_>, query: &str) -> Result<Call> {
    let key = setup.needed("web.search.jina_api_key")?;
    let own = setup.text("web.search.jina_api_base_url");
    let address = if own.is_empty() { setup.public("https://s.jina.ai/") } else { own };
    let call = Call::post(address).bearer(&key).header("accept", "application/json").header("x-retain-images", "none");
    Ok(call.json(&json!({"q": query, "count": setup.count})))
}

fn jina_found(answer: &Json) -> Vec<Hit> {
    hits(&answer["data"], "url", "title", "description")
}

/// A model that searches: its answer is what is known of all that it cites.
fn perplexity(setup: &Setup<'_>, query: &str) -> Result<Call> {
    let key = setup.needed("web.search.perplexity_api_key")?;
    let usage = setup.text_or("web.search.perplexity_search_context_usage", "medium");
    let body = json!({"model": setup.text_or("web.search.perplexity_model", "sonar"), "stream": false,
        "messages": [{"role": "user", "content": query}], "web_search_options": {"search_context_size": usage}});
    Ok(Call::post(setup.public("https://api.perplexity.ai/chat/completions")).bearer(&key).json(&body))
}

fn perplexity_found(answer: &Json) -> Vec<Hit> {
    let said = answer.pointer("/choices/0/message/content").and_then(Json::as_str).unwrap_or_default();
    let found = hits(&answer["search_results"], "url", "title", "snippet");
    if !found.is_empty() {
        let known = |hit: Hit| if hit.snippet.is_empty() { Hit { snippet: said.to_owned(), ..hit } } else { hit };
        return found.into_iter().map(known).collect();
    }
    let cited = answer["citations"].as_array().into_iter().flatten().filter_map(Json::as_str);
    cited.map(|link| Hit::new(link, link, said)).collect()
}

fn perplexity_search(setup: &Setup<'_>, query: &str) -> Result<Call> {
    let key = setup.needed("web.search.perplexity_api_key")?;
    let address = setup.text_or("web.search.perplexity_search_api_url", "https://api.perplexity.ai/search");
    Ok(Call::post(setup.public(&address)).bearer(&key).json(&json!({"query": query, "max_results": setup.count})))
}

fn results(answer: &Json) -> Vec<Hit> {
    hits(&answer["results"], "url", "title", "snippet")
}

/// What administrators add wins.
fn linkup(setup: &Setup<'_>, query: &str) -> Result<Call> {
    let key = setup.needed("web.search.linkup_api_key")?;
    let mut body = json!({"q": query, "depth": "standard", "outputType": "searchResults", "maxResults": setup.count});
    if let (Some(body), Json::Object(more)) = (body.as_object_mut(), setup.json("web.search.linkup_search_params")) {
        body.extend(more);
    }
    Ok(Call::post(setup.public("https://api.linkup.so/v1/search")).bearer(&key).json(&body))
}

fn firecrawl(setup: &Setup<'_>, query: &str) -> Result<Call> {
    let address = under(&setup.text_or("web.loader.firecrawl_api_url", "https://api.firecrawl.dev"), "v2/search");
    // A server of one's own wants no key.
    let call = Call::post(setup.public(&address)).bearer(&setup.text("web.loader.firecrawl_api_key"));
    Ok(call.json(&json!({"query": query, "limit": setup.count})))
}

fn firecrawl_found(answer: &Json) -> Vec<Hit> {
    let list = if answer["data"].is_array() { &answer["data"] } else { &answer["data"]["web"] };
    hits(list, "url", "title", "description")
}

fn cloud(setup: &Setup<'_>, query: &str) -> Result<Call> {
    let key = setup.needed("web.search.ollama_cloud_api_key")?;
    let body = json!({"query": query, "max_results": setup.count.min(10)});
    Ok(Call::post(setup.public("https://ollama.com/api/web_search")).bearer(&key).json(&body))
}
