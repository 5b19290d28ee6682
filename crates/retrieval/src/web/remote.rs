//! Pages that another service fetches and reads, where administrators chose one.

use airis_domain::Json;
use airis_outbound::{Answer, Call};
use serde_json::json;

use super::engines::{Setup, joined, under};
use super::page::Page;
use super::refused;
use crate::extract::ExtractError;
use crate::state::Inner;
use crate::{Result, RetrievalError};

/// Bytes of the largest answer.
const LARGEST: usize = 16 * 1024 * 1024;

/// One page by one service.
pub async fn read(inner: &Inner, engine: &str, address: &str) -> Result<Page> {
    inner.admits(&super::load::read(address)?)?;
    let setup = Setup::new(&inner.config);
    let call = asked(&setup, engine, address)?.within(inner.page_seconds()).at_most(LARGEST);
    let answer = inner.outbound.fetch(call).await.and_then(Answer::ok).map_err(refused)?;
    let page = told(engine, address, &answer.json().map_err(refused)?);
    Ok(page.ok_or(ExtractError::Empty)?)
}

fn asked(setup: &Setup<'_>, engine: &str, address: &str) -> Result<Call> {
    Ok(match engine {
        "external" => Call::post(setup.needed("web.loader.external_web_loader_url")?)
            .bearer(&setup.text("web.loader.external_web_loader_api_key"))
            .json(&json!({ "urls": [address] })),
        "tavily" => {
            Call::post(under(&setup.tavily(), "extract")).bearer(&setup.needed("web.search.tavily_api_key")?).json(
                &json!({"urls": [address], "extract_depth": setup.text_or("web.search.tavily_extract_depth", "basic")}),
            )
        }
        "firecrawl" => {
            let base = setup.text_or("web.loader.firecrawl_api_url", "https://api.firecrawl.dev");
            Call::post(under(&base, "v2/scrape"))
                .bearer(&setup.text("web.loader.firecrawl_api_key"))
                .json(&json!({"url": address, "formats": ["markdown"]}))
        }
        "exa" => Call::post(setup.public("https://api.exa.ai/contents"))
            .header("x-api-key", &setup.needed("web.search.exa_api_key")?)
            .json(&json!({"urls": [address], "text": true})),
        other => {
            let text =
                format!("The page loader \"{other}\" is not built in here; an administrator can choose safe_web");
            return Err(RetrievalError::Refused(text));
        }
    })
}

fn told(engine: &str, address: &str, answer: &Json) -> Option<Page> {
    let (text, known) = match engine {
        "external" => (&answer[0]["page_content"], &answer[0]["metadata"]),
        "tavily" => (&answer["results"][0]["raw_content"], &answer["results"][0]),
        "firecrawl" => (&answer["data"]["markdown"], &answer["data"]["metadata"]),
        _ => (&answer["results"][0]["text"], &answer["results"][0]),
    };
    let text = joined(text).replace('\0', "");
    if text.trim().is_empty() {
        return None;
    }
    let page = Page::of_text(address.to_owned(), joined(&known["title"]), text);
    Some(Page { description: joined(&known["description"]), language: joined(&known["language"]), ..page })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn each_service_tells_a_page_in_its_own_way() {
        let known = json!({"title": "T", "language": "de"});
        for (engine, answer) in [
            ("external", json!([{"page_content": "x", "metadata": known}])),
            ("tavily", json!({"results": [{"raw_content": "x", "title": "T", "language": "de"}]})),
            ("firecrawl", json!({"data": {"markdown": "x", "metadata": known}})),
            ("exa", json!({"results": [{"text": "x", "title": "T", "language": "de"}]})),
        ] {
            let page = told(engine, "https://a.example/", &answer).unwrap();
            assert_eq!(
                (page.title.as_str(), page.language.as_str(), page.text().as_str()),
                ("T", "de", "x"),
                "{engine}"
            );
            assert_eq!(told(engine, "https://a.example/", &json!({"error": "no"})), None);
        }
    }
}
