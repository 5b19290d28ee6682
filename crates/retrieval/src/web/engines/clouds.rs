//! Search services of clouds: an index of one's own at Azure, and the web as Yandex Cloud sees it.

use airis_domain::{Json, JsonMap};
use airis_outbound::Call;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::results::{Hit, joined};
use super::setup::{Setup, under};
use super::{Engine, Read};
use crate::Result;
use crate::RetrievalError;
use crate::extract::{Markup, Token};

pub const ENGINES: &[Engine] = &[
    Engine { name: "azure", ask: azure, read: Read::Json(azure_found) },
    Engine { name: "yandex", ask: yandex, read: Read::Json(yandex_found) },
];

/// The version of Azure AI Search that is spoken.
const AZURE: &str = "2024-07-01";
/// An index has the fields that its maker gave it: these are what people call an address, a title and a text.
const LINKS: [&str; 8] =
    ["url", "link", "href", "uri", "source", "sourcepage", "metadata_storage_path", "metadata_spo_item_weburi"];
const TITLES: [&str; 5] = ["title", "name", "metadata_title", "metadata_storage_name", "filename"];
const TEXTS: [&str; 8] = ["snippet", "content", "description", "summary", "chunk", "text", "merged_content", "body"];

fn azure(setup: &Setup<'_>, query: &str) -> Result<Call> {
    let key = setup.needed("web.search.azure_ai_search_api_key")?;
    let endpoint = setup.needed("web.search.azure_ai_search_endpoint")?;
    let index = setup.needed("web.search.azure_ai_search_index_name")?;
    let path = format!("indexes/{index}/docs/search?api-version={AZURE}");
    let body = json!({"search": query, "top": setup.count});
    Ok(Call::post(under(&endpoint, &path)).header("api-key", &key).json(&body))
}

fn azure_found(answer: &Json) -> Vec<Hit> {
    let field = |entry: &Json, names: &[&str]| {
        names.iter().map(|name| joined(&entry[*name])).find(|text| !text.is_empty()).unwrap_or_default()
    };
    let hit = |entry: &Json| {
        let (link, title) = (field(entry, &LINKS), field(entry, &TITLES));
        let title = if title.is_empty() { link.clone() } else { title };
        Hit::new(&link, &title, &field(entry, &TEXTS))
    };
    answer["value"].as_array().into_iter().flatten().map(hit).collect()
}

/// What administrators add wins, field by field.
fn yandex(setup: &Setup<'_>, query: &str) -> Result<Call> {
    let key = setup.needed("web.search.yandex_web_search_api_key")?;
    let own = setup.text("web.search.yandex_web_search_url");
    let address =
        if own.is_empty() { setup.public("https://searchapi.api.cloud.yandex.net/v2/web/search") } else { own };
    let mut body = json!({
        "query": {"searchType": "SEARCH_TYPE_COM", "queryText": query},
        "groupSpec": {"groupMode": "GROUP_MODE_DEEP", "groupsOnPage": setup.count.to_string(), "docsInGroup": "1"},
        "responseFormat": "FORMAT_XML",
    });
    let config = setup.text("web.search.yandex_web_search_config");
    if !config.is_empty() {
        let more: JsonMap = serde_json::from_str(&config).map_err(|_| {
            RetrievalError::Refused("web.search.yandex_web_search_config must be a JSON object".to_owned())
        })?;
        for (name, value) in more {
            match (body[name.as_str()].as_object_mut(), value) {
                (Some(known), Json::Object(more)) => known.extend(more),
                (_, value) => body[name.as_str()] = value,
            }
        }
    }
    Ok(Call::post(address).header("authorization", &format!("Api-Key {key}")).json(&body))
}

/// The results are XML inside of the JSON.
fn yandex_found(answer: &Json) -> Vec<Hit> {
    let bytes = STANDARD.decode(answer["rawData"].as_str().unwrap_or_default()).unwrap_or_default();
    let xml = String::from_utf8_lossy(&bytes);
    let (mut found, mut hit, mut open) = (Vec::new(), Hit::default(), Vec::new());
    for token in Markup::xml(&xml) {
        match token {
            Token::Start { name: "doc", .. } => hit = Hit::default(),
            Token::End { name: "doc" } => found.push(std::mem::take(&mut hit)),
            Token::Start { name: name @ ("url" | "title" | "passage" | "headline"), closed: false, .. } => {
                if name == "passage" && !hit.snippet.is_empty() {
                    hit.snippet.push('\n');
                }
                open.push(name.to_owned());
            }
            Token::End { name: "url" | "title" | "passage" | "headline" } => _ = open.pop(),
            Token::Text(text) => match open.last().map(String::as_str) {
                Some("url") => hit.link.push_str(&text),
                Some("title") => hit.title.push_str(&text),
                Some("passage" | "headline") => hit.snippet.push_str(&text),
                _ => {}
            },
            _ => {}
        }
    }
    found
}
