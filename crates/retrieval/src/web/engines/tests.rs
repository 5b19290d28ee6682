//! Every engine against a server that answers as its documents say: what it is sent, and what is read of its answer.
#![expect(clippy::unwrap_used, reason = "tests")]

use airis_config::Config;
use airis_outbound::Outbound;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::{FAMILIES, Hit, Setup, find};
use crate::{Result, RetrievalError};

/// Answers one request, and gives back its head and its body.
async fn server(answer: String) -> (String, JoinHandle<(String, Value)>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let (mut request, mut piece) = (Vec::new(), [0; 4096]);
        let (head, body) = loop {
            let count = stream.read(&mut piece).await.unwrap();
            request.extend_from_slice(&piece[..count]);
            let text = String::from_utf8_lossy(&request).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
                if body.len() >= length.map_or(0, |length| length.trim().parse().unwrap()) {
                    break (head.to_owned(), body.to_owned());
                }
            }
        };
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{answer}", answer.len());
        stream.write_all(answer.as_bytes()).await.unwrap();
        (head, serde_json::from_str(&body).unwrap_or_default())
    });
    (url, asked)
}

/// Environment of a test; `{at}` is the server.
async fn ask(env: &[(&str, &str)], answer: String) -> (Result<Vec<Hit>>, String, Value) {
    let (at, asked) = server(answer).await;
    let value = |name: &str| env.iter().find(|(known, _)| *known == name).map(|(_, value)| value.replace("{at}", &at));
    let config = Config::from_env(&value).unwrap();
    let found = find(&Outbound::new(), &Setup::at(&config, &at), "blue sky & sea").await;
    let (head, body) = asked.await.unwrap();
    (found, head, body)
}

struct Case {
    engine: &'static str,
    env: &'static [(&'static str, &'static str)],
    /// What must stand in the head of the request.
    head: &'static [&'static str],
    body: Value,
    answer: Value,
}

const Q: &str = "blue+sky+%26+sea";

fn cases() -> Vec<Case> {
    let one = |link: &str, title: &str, text: &str| json!([{link: "https://a.example/1", title: "One", text: "first"}]);
    let case = |engine, env, head, body, answer| Case { engine, env, head, body, answer };
    let none = Value::Null;
    let query = "blue sky & sea";
    vec![
        case(
            "searxng",
            &[("SEARXNG_QUERY_URL", "{at}/search?q=<query>"), ("SEARXNG_LANGUAGE", "de")],
            &["GET /search?q={q}&format=json&pageno=1&safesearch=1&language=de&"],
            none.clone(),
            json!({"results": one("url", "title", "content")}),
        ),
        case(
            "yacy",
            &[("YACY_QUERY_URL", "{at}/"), ("YACY_USERNAME", "u"), ("YACY_PASSWORD", "p")],
            &["GET /yacysearch.json?query={q}&", "maximumRecords=2", "authorization: Basic dTpw"],
            none.clone(),
            json!({"channels": [{"items": one("link", "title", "description")}]}),
        ),
        case(
            "openserp",
            &[("OPENSERP_BASE_URL", "{at}")],
            &["GET /mega/search?text={q}&limit=2"],
            none.clone(),
            one("url", "title", "description"),
        ),
        case(
            "external",
            &[("EXTERNAL_WEB_SEARCH_URL", "{at}/find"), ("EXTERNAL_WEB_SEARCH_API_KEY", "key")],
            &["POST /find ", "authorization: Bearer key"],
            json!({"query": query, "count": 2}),
            one("link", "title", "snippet"),
        ),
        case(
            "brave",
            &[("BRAVE_SEARCH_API_KEY", "key")],
            &["GET /api.search.brave.com/res/v1/web/search?q={q}&count=2 ", "x-subscription-token: key"],
            none.clone(),
            json!({"web": {"results": [{"url": "https://a.example/1", "title": "One", "description": "<b>first</b>"}]}}),
        ),
        case(
            "brave_llm_context",
            &[("BRAVE_SEARCH_API_KEY", "key"), ("BRAVE_SEARCH_CONTEXT_TOKENS", "900")],
            &["/res/v1/llm/context?q={q}&count=2&maximum_number_of_tokens=900 ", "x-subscription-token: key"],
            none.clone(),
            json!({"grounding": {"generic": [{"url": "https://a.example/1", "title": "One", "snippets": ["first"]}]}}),
        ),
        case(
            "google_pse",
            &[("GOOGLE_PSE_API_KEY", "key"), ("GOOGLE_PSE_ENGINE_ID", "mine")],
            &["/www.googleapis.com/customsearch/v1?cx=mine&q={q}&key=key&num=2 "],
            none.clone(),
            json!({"items": one("link", "title", "snippet")}),
        ),
        case(
            "kagi",
            &[("KAGI_SEARCH_API_KEY", "key")],
            &["/kagi.com/api/v0/search?q={q}&limit=2 ", "authorization: Bot key"],
            none.clone(),
            json!({"data": [{"t": 1, "list": ["x"]},
                {"t": 0, "url": "https://a.example/1", "title": "One", "snippet": "first"}]}),
        ),
        case(
            "mojeek",
            &[("MOJEEK_SEARCH_API_KEY", "key")],
            &["/api.mojeek.com/search?q={q}&fmt=json&t=2&api_key=key "],
            none.clone(),
            json!({"response": {"results": one("url", "title", "desc")}}),
        ),
        case(
            "bing",
            &[("BING_SEARCH_V7_ENDPOINT", "{at}/v7.0/search"), ("BING_SEARCH_V7_SUBSCRIPTION_KEY", "key")],
            &["GET /v7.0/search?q={q}&count=2 ", "ocp-apim-subscription-key: key"],
            none.clone(),
            json!({"webPages": {"value": one("url", "name", "snippet")}}),
        ),
        case(
            "serpapi",
            &[("SERPAPI_API_KEY", "key")],
            &["/serpapi.com/search?engine=google&q={q}&api_key=key "],
            none.clone(),
            json!({"organic_results": one("link", "title", "snippet")}),
        ),
        case(
            "searchapi",
            &[("SEARCHAPI_API_KEY", "key"), ("SEARCHAPI_ENGINE", "bing")],
            &["/www.searchapi.io/api/v1/search?engine=bing&q={q} ", "authorization: Bearer key"],
            none.clone(),
            json!({"organic_results": one("link", "title", "snippet")}),
        ),
        case(
            "serpstack",
            &[("SERPSTACK_API_KEY", "key")],
            &["/api.serpstack.com/search?access_key=key&query={q}&num=2 "],
            none.clone(),
            json!({"organic_results": one("url", "title", "snippet")}),
        ),
        case(
            "serply",
            &[("SERPLY_API_KEY", "key")],
            &["/api.serply.io/v1/search/q={q}&num=2 ", "x-api-key: key"],
            none.clone(),
            json!({"results": one("link", "title", "description")}),
        ),
        case(
            "youcom",
            &[("YDC_API_KEY", "key")],
            &["/ydc-index.io/v1/search?query={q}&count=2 ", "x-api-key: key"],
            none.clone(),
            json!({"results": {"web": one("url", "title", "description")}}),
        ),
        case(
            "tavily",
            &[("TAVILY_API_KEY", "key"), ("TAVILY_API_BASE_URL", "https://tavily.example/v1/")],
            &["POST /tavily.example/v1/search ", "authorization: Bearer key"],
            json!({"query": query, "max_results": 2, "search_depth": "basic"}),
            json!({"results": one("url", "title", "content")}),
        ),
        case(
            "exa",
            &[("EXA_API_KEY", "key"), ("EXA_MAX_CONTENT_LENGTH", "500")],
            &["POST /api.exa.ai/search ", "x-api-key: key"],
            json!({"query": query, "numResults": 2, "type": "auto",
                "contents": {"text": {"maxCharacters": 500}, "highlights": true}}),
            json!({"results": [{"url": "https://a.example/1", "title": "One", "text": "all", "highlights": ["first"]}]}),
        ),
        case(
            "serper",
            &[("SERPER_API_KEY", "key")],
            &["POST /google.serper.dev/search ", "x-api-key: key"],
            json!({"q": query, "num": 2}),
            json!({"organic": one("link", "title", "snippet")}),
        ),
        case(
            "serphouse",
            &[("SERPHOUSE_API_KEY", "key"), ("SERPHOUSE_DOMAIN", "google.de")],
            &["POST /api.serphouse.com/serp/live ", "authorization: Bearer key"],
            json!({"data": {"q": query, "domain": "google.de", "lang": "en", "device": "desktop", "serp_type": "web",
                "page": "1", "num_result": "2"}}),
            json!({"results": {"results": {"organic": one("link", "title", "snippet")}}}),
        ),
        case(
            "bocha",
            &[("BOCHA_SEARCH_API_KEY", "key")],
            &["POST /api.bochaai.com/v1/web-search ", "authorization: Bearer key"],
            json!({"query": query, "count": 2, "summary": true, "freshness": "noLimit"}),
            json!({"data": {"webPages": {"value": one("url", "name", "snippet")}}}),
        ),
        case(
            "jina",
            &[("JINA_API_KEY", "key")],
            &["POST /s.jina.ai/ ", "authorization: Bearer key", "accept: application/json"],
            json!({"q": query, "count": 2}),
            json!({"data": one("url", "title", "description")}),
        ),
        case(
            "perplexity",
            &[("PERPLEXITY_API_KEY", "key"), ("PERPLEXITY_MODEL", "sonar-pro")],
            &["POST /api.perplexity.ai/chat/completions ", "authorization: Bearer key"],
            json!({"model": "sonar-pro", "stream": false, "messages": [{"role": "user", "content": query}],
                "web_search_options": {"search_context_size": "medium"}}),
            json!({"choices": [{"message": {"content": "first"}}],
                "search_results": [{"url": "https://a.example/1", "title": "One"}]}),
        ),
        case(
            "perplexity_search",
            &[("PERPLEXITY_API_KEY", "key")],
            &["POST /api.perplexity.ai/search ", "authorization: Bearer key"],
            json!({"query": query, "max_results": 2}),
            json!({"results": one("url", "title", "snippet")}),
        ),
        case(
            "linkup",
            &[("LINKUP_API_KEY", "key"), ("LINKUP_SEARCH_PARAMS", "{\"depth\": \"deep\"}")],
            &["POST /api.linkup.so/v1/search ", "authorization: Bearer key"],
            json!({"q": query, "depth": "deep", "outputType": "searchResults", "maxResults": 2}),
            json!({"results": one("url", "name", "content")}),
        ),
        case(
            "firecrawl",
            &[("FIRECRAWL_API_KEY", "key")],
            &["POST /api.firecrawl.dev/v2/search ", "authorization: Bearer key"],
            json!({"query": query, "limit": 2}),
            json!({"data": {"web": one("url", "title", "description")}}),
        ),
        case(
            "azure",
            &[
                ("AZURE_AI_SEARCH_API_KEY", "key"),
                ("AZURE_AI_SEARCH_ENDPOINT", "{at}/"),
                ("AZURE_AI_SEARCH_INDEX_NAME", "mine"),
            ],
            &["POST /indexes/mine/docs/search?api-version=2024-07-01 ", "api-key: key"],
            json!({"search": query, "top": 2}),
            json!({"value": [{"@search.score": 1.5, "metadata_storage_path": "https://a.example/1",
                "metadata_storage_name": "One", "content": "first"}, {"content": "without an address"}]}),
        ),
        case(
            "yandex",
            &[
                ("YANDEX_WEB_SEARCH_API_KEY", "key"),
                ("YANDEX_WEB_SEARCH_CONFIG", "{\"folderId\": \"f\", \"query\": {\"searchType\": \"SEARCH_TYPE_RU\"}}"),
            ],
            &["POST /searchapi.api.cloud.yandex.net/v2/web/search ", "authorization: Api-Key key"],
            json!({"query": {"searchType": "SEARCH_TYPE_RU", "queryText": query},
                "groupSpec": {"groupMode": "GROUP_MODE_DEEP", "groupsOnPage": "2", "docsInGroup": "1"},
                "responseFormat": "FORMAT_XML", "folderId": "f"}),
            json!({"rawData": base64::engine::Engine::encode(&base64::engine::general_purpose::STANDARD,
                "<?xml version=\"1.0\"?><yandexsearch><response><results><grouping><group><doc><url>https://a.example/1</url>\
                 <title><hlword>One</hlword></title><passages><passage>fir<hlword>st</hlword></passage></passages></doc></group>\
                 </grouping></results></response></yandexsearch>")}),
        ),
        case(
            "ollama_cloud",
            &[("OLLAMA_CLOUD_API_KEY", "key")],
            &["POST /ollama.com/api/web_search ", "authorization: Bearer key"],
            json!({"query": query, "max_results": 2}),
            json!({"results": one("url", "title", "content")}),
        ),
    ]
}

#[tokio::test]
async fn each_engine_is_asked_as_it_wants_and_read_as_it_answers() {
    for case in cases() {
        let env = [&[("WEB_SEARCH_ENGINE", case.engine), ("WEB_SEARCH_RESULT_COUNT", "2")], case.env].concat();
        let (found, head, body) = ask(&env, case.answer.to_string()).await;
        assert_eq!(found.unwrap(), [Hit::new("https://a.example/1", "One", "first")], "{}", case.engine);
        for part in case.head {
            let part = part.replace("{q}", Q);
            assert!(head.contains(&part), "{}: {part} is not in {head}", case.engine);
        }
        assert_eq!(body, case.body, "{}", case.engine);
    }
}

#[tokio::test]
async fn a_page_for_people_is_read_without_what_is_paid_for() {
    let page = "<div class='result'><a rel=nofollow class=\"result__a\" href=\"//duckduckgo.com/l/?uddg=https%3A%2F%2Fa.example%2F1&amp;rut=x\">\
        One <b>&amp;</b> only</a><a class=\"result__snippet\" href=\"x\">fi<b>rst</b></a></div>\
        <a class=\"result__a\" href=\"https://duckduckgo.com/y.js?ad=1\">Buy</a><a class=\"result__a\" href=\"https://b.example/\">B</a>";
    let (found, head, _) = ask(&[("WEB_SEARCH_ENGINE", "duckduckgo")], page.to_owned()).await;
    assert_eq!(
        found.unwrap(),
        [Hit::new("https://a.example/1", "One & only", "first"), Hit::new("https://b.example/", "B", "")]
    );
    assert!(head.starts_with(&format!("GET /html.duckduckgo.com/html/?q={Q} ")), "{head}");
}

#[test]
fn every_engine_has_a_case() {
    let cases = cases();
    let missing: Vec<&str> = FAMILIES
        .into_iter()
        .flatten()
        .map(|engine| engine.name)
        .filter(|name| *name != "duckduckgo" && cases.iter().all(|case| case.engine != *name))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[tokio::test]
async fn results_are_sorted_cut_and_taken_from_the_hosts_that_are_let_in() {
    let env = [
        ("WEB_SEARCH_ENGINE", "searxng"),
        ("SEARXNG_QUERY_URL", "{at}/search"),
        ("WEB_SEARCH_RESULT_COUNT", "2"),
        ("WEB_SEARCH_DOMAIN_FILTER_LIST", "[\"example\", \"!bad.example\"]"),
    ];
    let results = json!([
        {"url": "https://c.example/", "score": 1}, {"url": "https://elsewhere.invalid/", "score": 9},
        {"url": "https://x.bad.example/", "score": 8}, {"url": "https://a.example/", "score": 7, "title": "A; B"},
        {"url": "https://a.example/", "score": 6}, {"url": "javascript:alert(1)", "score": 5}, {"url": 5}, "nonsense",
        {"url": "https://b.example/", "score": 4, "content": "a <script>x</script>&lt;i> b;"}]);
    let (found, ..) = ask(&env, json!({ "results": results }).to_string()).await;
    let expected = [Hit::new("https://a.example/", "A; B", ""), Hit::new("https://b.example/", "", "a <i> b;")];
    assert_eq!(found.unwrap(), expected);
}

#[tokio::test]
async fn what_is_missing_or_odd_is_said_without_the_key() {
    let env = [("WEB_SEARCH_ENGINE", "searxng"), ("SEARXNG_QUERY_URL", "{at}/search")];
    let (found, ..) = ask(&env, "<html>no</html>".to_owned()).await;
    let Err(RetrievalError::Refused(text)) = found else { panic!("{found:?}") };
    assert!(text.contains("no JSON"), "{text}");
    for (env, part) in [
        (&[] as &[(&str, &str)], "No search engine"),
        (&[("WEB_SEARCH_ENGINE", "nothing")], "not built in"),
        (&[("WEB_SEARCH_ENGINE", "brave")], "brave_search_api_key is missing"),
    ] {
        let value = |name: &str| env.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let config = Config::from_env(&value).unwrap();
        let error = find(&Outbound::new(), &Setup::new(&config), "x").await.unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
    let env = [("WEB_SEARCH_ENGINE", "serpapi"), ("SERPAPI_API_KEY", "secret-key")];
    let value = |name: &str| env.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    let config = Config::from_env(&value).unwrap();
    let error = find(&Outbound::new(), &Setup::at(&config, "http://127.0.0.1:1"), "x").await.unwrap_err().to_string();
    assert!(!error.contains("secret-key"), "{error}");
}
