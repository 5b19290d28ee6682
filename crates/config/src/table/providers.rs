//! Where replies come from.

use crate::variable::{Variable, flag, int, json, list, text};

pub(super) const VARIABLES: &[Variable] = &[
    flag("ENABLE_OPENAI_API", true).key("openai.enable").doc("OpenAI-compatible connections"),
    text("OPENAI_API_BASE_URL", "").doc("Address of one OpenAI-compatible server, when there is no list"),
    list("OPENAI_API_BASE_URLS", ';', "").key("openai.api_base_urls").doc("OpenAI-compatible base URLs"),
    text("OPENAI_API_KEY", "").doc("Single provider key, first entry of the list"),
    list("OPENAI_API_KEYS", ';', "").key("openai.api_keys").doc("Keys matching the URL list"),
    json("OPENAI_API_CONFIGS", "{}").key("openai.api_configs").doc("JSON per-connection options keyed by index"),
    flag("ENABLE_OPENAI_API_PASSTHROUGH", false).doc("Enable the /openai/{path} catch-all proxy"),
    flag("ENABLE_OLLAMA_API", true).key("ollama.enable").doc("Ollama connections"),
    text("OLLAMA_API_BASE_URL", "").doc("Old Ollama address form ending in /api"),
    text("OLLAMA_BASE_URL", "").doc("Address of one Ollama, when there is no list"),
    list("OLLAMA_BASE_URLS", ';', "").key("ollama.base_urls").doc("Ollama base URLs"),
    json("OLLAMA_API_CONFIGS", "{}").key("ollama.api_configs").doc("JSON per-connection options keyed by index"),
    int("MODELS_CACHE_TTL", "1").doc("Seconds provider model lists are cached; empty = forever"),
    flag("ENABLE_BASE_MODELS_CACHE", false)
        .key("models.base_models_cache")
        .doc("Keep the base model list in memory between refreshes"),
    int("AIOHTTP_CLIENT_TIMEOUT", "").doc("Total seconds for provider calls; empty = none"),
    int("AIOHTTP_CLIENT_STREAM_IDLE_TIMEOUT", "")
        .doc("Seconds a provider may be silent inside a reply; empty: no limit"),
    int("AIOHTTP_CLIENT_TIMEOUT_MODEL_LIST", "10")
        .or("AIOHTTP_CLIENT_TIMEOUT_OPENAI_MODEL_LIST")
        .doc("Seconds for provider model listing"),
    flag("ENABLE_FORWARD_USER_INFO_HEADERS", false)
        .doc("Tell providers and tool servers in headers who asks and in which chat"),
    text("FORWARD_USER_INFO_HEADER_USER_NAME", "X-OpenWebUI-User-Name").doc("Header of the person's name"),
    text("FORWARD_USER_INFO_HEADER_USER_ID", "X-OpenWebUI-User-Id").doc("Header of the person's id"),
    text("FORWARD_USER_INFO_HEADER_USER_EMAIL", "X-OpenWebUI-User-Email").doc("Header of the person's email"),
    text("FORWARD_USER_INFO_HEADER_USER_ROLE", "X-OpenWebUI-User-Role").doc("Header of the person's role"),
    text("FORWARD_USER_INFO_HEADER_JWT_SECRET", "")
        .doc("Secret of a token (HS256) that tells in one header, in place of those four, who asks: claims `sub` and `id` (the person's id), `name`, `email`, `role`, `iat`, `exp`"),
    text("FORWARD_USER_INFO_HEADER_JWT", "X-OpenWebUI-User-Jwt").doc("Header of that token"),
    int("FORWARD_USER_INFO_HEADER_JWT_EXPIRES_SECONDS", "300").doc("Seconds that each of them holds"),
    text("FORWARD_SESSION_INFO_HEADER_CHAT_ID", "X-OpenWebUI-Chat-Id").doc("Header of the chat's id"),
    text("FORWARD_SESSION_INFO_HEADER_MESSAGE_ID", "X-OpenWebUI-Message-Id").doc("Header of the reply's id"),
    flag("ENABLE_DIRECT_CONNECTIONS", false).key("direct.enable").doc("Switch: direct connections"),
    flag("ENABLE_DIRECT_INTEGRATIONS", false).key("direct.integrations.enable").doc("Switch: direct integrations"),
    json("DEFAULT_MODEL_METADATA", "{}").key("models.default_metadata").doc("JSON base meta for every model"),
    json("DEFAULT_MODEL_PARAMS", "{}").key("models.default_params").doc("JSON base params for every model"),
    flag("ENABLE_EVALUATION_ARENA_MODELS", false).key("evaluation.arena.enable").doc("Switch: evaluation arena models"),
    json("EVALUATION_ARENA_MODELS", "[]").key("evaluation.arena.models").doc("JSON list of arena models"),
    flag("ENABLE_CUSTOM_MODEL_FALLBACK", false).doc("If a custom model's base is missing use the first default model"),
    flag("OFFLINE_MODE", false).doc("No outbound model/version downloads, no pip installs"),
    text("HF_ENDPOINT", "").doc("Address of a mirror of Hugging Face from which models may be fetched"),
    text("LOCAL_MODEL_PATH", "").doc("Folder of built-in GGUF models, or one file; default: models in the data folder"),
];
