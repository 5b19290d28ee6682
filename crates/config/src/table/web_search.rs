//! Searching the web and reading its pages.

use crate::variable::{Variable, flag, int, json, list, text};

pub(super) const VARIABLES: &[Variable] = &[
    text("WEB_SEARCH_ENGINE", "").key("web.search.engine").doc("Name of the web search back end"),
    flag("BYPASS_WEB_SEARCH_EMBEDDING_AND_RETRIEVAL", false)
        .key("web.search.bypass_embedding_and_retrieval")
        .doc("Send pages whole instead of chunk retrieval"),
    flag("BYPASS_WEB_SEARCH_WEB_LOADER", false)
        .key("web.search.bypass_web_loader")
        .doc("Use only search snippets, do not load pages"),
    int("WEB_SEARCH_RESULT_COUNT", "3").key("web.search.result_count").doc("Results per query"),
    json("WEB_SEARCH_DOMAIN_FILTER_LIST", "[]")
        .key("web.search.domain.filter_list")
        .doc("Allow list of domains; leading ! blocks"),
    int("WEB_SEARCH_CONCURRENT_REQUESTS", "0")
        .key("web.search.concurrent_requests")
        .doc("Web search concurrent requests setting"),
    int("WEB_FETCH_MAX_CONTENT_LENGTH", "")
        .key("web.fetch.max_content_length")
        .nullable()
        .doc("Characters kept per fetched page"),
    list("WEB_FETCH_FILTER_LIST", ',', "")
        .doc("Hosts whose pages may be fetched; a leading ! keeps one out, subdomains count as their domain"),
    text("WEB_LOADER_ENGINE", "")
        .key("web.loader.engine")
        .doc("Empty/safe_web, playwright, firecrawl, tavily, external…"),
    int("WEB_LOADER_CONCURRENT_REQUESTS", "10")
        .key("web.loader.concurrent_requests")
        .doc("Web loader concurrent requests setting"),
    text("WEB_LOADER_TIMEOUT", "").key("web.loader.timeout").doc("Time limit for web loader"),
    flag("ENABLE_WEB_LOADER_SSL_VERIFICATION", true)
        .key("web.loader.ssl_verification")
        .doc("Switch: web loader TLS verification"),
    flag("WEB_SEARCH_TRUST_ENV", true).key("web.search.trust_env").doc("Web search trust env setting"),
    text("OLLAMA_CLOUD_API_KEY", "").key("web.search.ollama_cloud_api_key").doc("API key for ollama cloud"),
    text("SEARXNG_QUERY_URL", "").key("web.search.searxng_query_url").doc("Address of searxng query"),
    text("OPENSERP_BASE_URL", "http://localhost:7000").key("web.search.openserp_base_url").doc("Root URL for openserp"),
    text("SEARXNG_LANGUAGE", "all").key("web.search.searxng_language").doc("Searxng language setting"),
    text("YACY_QUERY_URL", "").key("web.search.yacy_query_url").doc("Address of yacy query"),
    text("YACY_USERNAME", "").key("web.search.yacy_username").doc("User name for yacy"),
    text("YACY_PASSWORD", "").key("web.search.yacy_password").doc("Password for yacy"),
    text("GOOGLE_PSE_API_KEY", "").key("web.search.google_pse_api_key").doc("API key for google programmable search"),
    text("GOOGLE_PSE_ENGINE_ID", "")
        .key("web.search.google_pse_engine_id")
        .doc("Google programmable search engine id setting"),
    text("BRAVE_SEARCH_API_KEY", "").key("web.search.brave_search_api_key").doc("API key for brave search"),
    int("BRAVE_SEARCH_CONTEXT_TOKENS", "8192")
        .key("web.search.brave_search_context_tokens")
        .doc("Brave search context tokens setting"),
    text("KAGI_SEARCH_API_KEY", "").key("web.search.kagi_search_api_key").doc("API key for kagi search"),
    text("MOJEEK_SEARCH_API_KEY", "").key("web.search.mojeek_search_api_key").doc("API key for mojeek search"),
    text("BOCHA_SEARCH_API_KEY", "").key("web.search.bocha_search_api_key").doc("API key for bocha search"),
    text("SERPSTACK_API_KEY", "").key("web.search.serpstack_api_key").doc("API key for serpstack"),
    flag("SERPSTACK_HTTPS", true).key("web.search.serpstack_https").doc("Serpstack https setting"),
    text("SERPER_API_KEY", "").key("web.search.serper_api_key").doc("API key for serper"),
    text("SERPLY_API_KEY", "").key("web.search.serply_api_key").doc("API key for serply"),
    text("SERPHOUSE_API_KEY", "").key("web.search.serphouse_api_key").doc("API key for serphouse"),
    text("SERPHOUSE_DOMAIN", "google.com").key("web.search.serphouse_domain").doc("Serphouse domain setting"),
    text("DDGS_BACKEND", "auto").key("web.search.ddgs_backend").doc("Ddgs backend setting"),
    text("JINA_API_KEY", "").key("web.search.jina_api_key").doc("API key for jina"),
    text("JINA_API_BASE_URL", "").key("web.search.jina_api_base_url").doc("API root URL for jina"),
    text("SEARCHAPI_API_KEY", "").key("web.search.searchapi_api_key").doc("API key for searchapi"),
    text("SEARCHAPI_ENGINE", "").key("web.search.searchapi_engine").doc("Engine choice for searchapi"),
    text("SERPAPI_API_KEY", "").key("web.search.serpapi_api_key").doc("API key for serpapi"),
    text("SERPAPI_ENGINE", "").key("web.search.serpapi_engine").doc("Engine choice for serpapi"),
    text("BING_SEARCH_V7_ENDPOINT", "https://api.bing.microsoft.com/v7.0/search")
        .key("web.search.bing_search_v7_endpoint")
        .doc("Endpoint of bing search v7"),
    text("BING_SEARCH_V7_SUBSCRIPTION_KEY", "")
        .key("web.search.bing_search_v7_subscription_key")
        .doc("Bing search v7 subscription key setting"),
    text("AZURE_AI_SEARCH_API_KEY", "").key("web.search.azure_ai_search_api_key").doc("API key for azure ai search"),
    text("AZURE_AI_SEARCH_ENDPOINT", "").key("web.search.azure_ai_search_endpoint").doc("Endpoint of azure ai search"),
    text("AZURE_AI_SEARCH_INDEX_NAME", "")
        .key("web.search.azure_ai_search_index_name")
        .doc("Azure ai search index name setting"),
    text("EXA_API_KEY", "").key("web.search.exa_api_key").doc("API key for exa"),
    int("EXA_MAX_CONTENT_LENGTH", "")
        .key("web.search.exa_max_content_length")
        .nullable()
        .doc("Exa max content length setting"),
    text("PERPLEXITY_API_KEY", "").key("web.search.perplexity_api_key").doc("API key for perplexity"),
    text("PERPLEXITY_MODEL", "sonar").key("web.search.perplexity_model").doc("Model name for perplexity"),
    text("PERPLEXITY_SEARCH_CONTEXT_USAGE", "medium")
        .key("web.search.perplexity_search_context_usage")
        .doc("Perplexity search context usage setting"),
    text("PERPLEXITY_SEARCH_API_URL", "https://api.perplexity.ai/search")
        .key("web.search.perplexity_search_api_url")
        .doc("Address of perplexity search API"),
    text("MICROSOFT_WEB_IQ_API_BASE_URL", "https://api.microsoft.ai/v3")
        .key("web.search.microsoft_web_iq_api_base_url")
        .doc("API root URL for microsoft web iq"),
    text("MICROSOFT_WEB_IQ_API_KEY", "").key("web.search.microsoft_web_iq_api_key").doc("API key for microsoft web iq"),
    text("MICROSOFT_WEB_IQ_LANGUAGE", "en")
        .key("web.search.microsoft_web_iq_language")
        .doc("Microsoft web iq language setting"),
    text("SOUGOU_API_SID", "").key("web.search.sougou_api_sid").doc("Sougou API sid setting"),
    text("SOUGOU_API_SK", "").key("web.search.sougou_api_sk").doc("Sougou API sk setting"),
    text("TAVILY_API_BASE_URL", "https://api.tavily.com").doc("API root URL for tavily"),
    text("TAVILY_API_KEY", "").key("web.search.tavily_api_key").doc("API key for tavily"),
    text("TAVILY_EXTRACT_DEPTH", "basic").key("web.search.tavily_extract_depth").doc("Tavily extract depth setting"),
    text("TAVILY_SEARCH_DEPTH", "basic").key("web.search.tavily_search_depth").doc("Tavily search depth setting"),
    text("STAAN_API_KEY", "").key("web.search.staan_api_key").doc("API key for staan"),
    text("STAAN_MARKET", "en-us").key("web.search.staan_market").doc("Staan market setting"),
    int("STAAN_MAX_SNIPPETS", "0").key("web.search.staan_max_snippets").doc("Staan max snippets setting"),
    text("PLAYWRIGHT_WS_URL", "")
        .key("web.loader.playwright_ws_url")
        .doc("Websocket of the Playwright server whose browser reads pages with WEB_LOADER_ENGINE=playwright"),
    int("PLAYWRIGHT_TIMEOUT", "10000")
        .key("web.loader.playwright_timeout")
        .doc("Milliseconds that the browser may take for a page"),
    text("FIRECRAWL_API_KEY", "").key("web.loader.firecrawl_api_key").doc("API key for firecrawl"),
    text("FIRECRAWL_API_BASE_URL", "https://api.firecrawl.dev")
        .key("web.loader.firecrawl_api_url")
        .doc("API root URL for firecrawl"),
    text("FIRECRAWL_TIMEOUT", "").key("web.loader.firecrawl_timeout").doc("Time limit for firecrawl"),
    text("EXTERNAL_WEB_SEARCH_URL", "").key("web.search.external_web_search_url").doc("Address of external web search"),
    text("EXTERNAL_WEB_SEARCH_API_KEY", "")
        .key("web.search.external_web_search_api_key")
        .doc("API key for external web search"),
    text("EXTERNAL_WEB_LOADER_URL", "").key("web.loader.external_web_loader_url").doc("Address of external web loader"),
    text("EXTERNAL_WEB_LOADER_API_KEY", "")
        .key("web.loader.external_web_loader_api_key")
        .doc("API key for external web loader"),
    text("YANDEX_WEB_SEARCH_URL", "").key("web.search.yandex_web_search_url").doc("Address of yandex web search"),
    text("YANDEX_WEB_SEARCH_API_KEY", "")
        .key("web.search.yandex_web_search_api_key")
        .doc("API key for yandex web search"),
    text("YANDEX_WEB_SEARCH_CONFIG", "")
        .key("web.search.yandex_web_search_config")
        .doc("Yandex web search config setting"),
    text("YOUCOM_API_KEY", "").or("YDC_API_KEY").key("web.search.youcom_api_key").doc("API key for youcom"),
    text("LINKUP_API_KEY", "").key("web.search.linkup_api_key").doc("API key for linkup"),
    json("LINKUP_SEARCH_PARAMS", "{}")
        .key("web.search.linkup_search_params")
        .doc("Extra parameters (JSON) for linkup search"),
];
