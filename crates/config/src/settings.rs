//! What only the environment decides, parsed once.

use std::path::PathBuf;
use std::time::Duration;

use airis_domain::Json;

use crate::ConfigError;
use crate::audit::{Audit, audit};
use crate::forwarded::Forwarded;
use crate::otel::{Otel, otel};
use crate::redis::{Redis, redis, task_ttl};
use crate::security_headers;
use crate::storage::{FileStorage, storage};
use crate::trust::{Trusted, trusted};
use crate::values::{Values, wrong};
use crate::vectors::{VectorStore, vectors};

/// Process settings. Field names follow the variables. More fields join as capabilities are built.
#[derive(Clone)]
pub struct Settings {
    pub host: String,
    pub port: u16,
    /// `dev` serves the API documentation.
    pub dev: bool,
    pub data_dir: PathBuf,
    /// Time zone of daily statistics, by its IANA name.
    pub timezone: Option<String>,
    /// `DATABASE_URL`, or a file in the data folder.
    pub database_url: String,
    pub database_pool_size: Option<u32>,
    pub database_pool_max_overflow: u32,
    pub database_pool_timeout: u64,
    pub database_pool_recycle: u64,
    pub database_schema: Option<String>,
    pub enable_db_migrations: bool,
    /// Where instances talk to each other, unless over the database.
    pub redis: Option<Redis>,
    /// How long a reply that nobody writes is continued.
    pub task_ttl: Option<Duration>,
    pub file_storage: FileStorage,
    pub vector_store: VectorStore,
    /// Whether settings changed by administrators are kept; otherwise they live as long as the process.
    pub enable_persistent_config: bool,
    /// Whether that holds for `oauth.*`, too.
    pub enable_oauth_persistent_config: bool,
    /// Forget persisted settings at start.
    pub reset_config_on_start: bool,
    /// Given, or generated and kept in the data folder by the binary.
    pub secret_key: Option<String>,
    /// Seals the secrets of second factors in place of `secret_key`.
    pub mfa_encryption_key: Option<String>,
    pub webui_name: String,
    pub webui_auth: bool,
    pub cookie_secure: bool,
    /// `lax`, `strict` or `none`.
    pub cookie_same_site: String,
    pub enable_password_auth: bool,
    /// The first sign-up works even where sign-up or the sign-in form is off.
    pub enable_initial_admin_signup: bool,
    pub enable_signup_password_confirmation: bool,
    /// Pattern that new passwords must match, with the hint shown to people; `None`: any password.
    pub password_rule: Option<(String, String)>,
    pub admin_email: Option<String>,
    pub admin_password: Option<String>,
    pub admin_name: String,
    /// More of the addresses that people are sent to for signing in elsewhere: name and value.
    pub oauth_authorize_params: Vec<(String, String)>,
    pub google_authorize_params: Vec<(String, String)>,
    pub oauth_roles_separator: String,
    pub oauth_groups_separator: String,
    pub oauth_include_client_id: bool,
    pub enable_oauth_email_fallback: bool,
    pub enable_oauth_id_token_cookie: bool,
    pub enable_oauth_backchannel_logout: bool,
    pub oauth_max_sessions_per_user: i64,
    /// Seals the tokens of identity providers in place of `secret_key`.
    pub oauth_session_token_encryption_key: Option<String>,
    pub custom_api_key_header: String,
    pub signout_redirect_url: Option<String>,
    /// Header in which a trusted proxy names the person.
    pub trusted_email_header: Option<String>,
    pub trusted_name_header: Option<String>,
    pub trusted_role_header: Option<String>,
    pub trusted_groups_header: Option<String>,
    pub bypass_admin_access_control: bool,
    pub bypass_model_access_control: bool,
    /// Who may share with a new group, as groups store it: true, false or `members`.
    pub default_group_share: Json,
    pub enable_admin_chat_access: bool,
    pub enable_admin_export: bool,
    pub enable_admin_analytics: bool,
    /// Seconds; 0 turns the note of activity off.
    pub active_status_update_interval: i64,
    pub cors_allow_origin: Vec<String>,
    /// Addresses of proxies that name the client; `*` is any, none those of private networks.
    pub trusted_proxies: Vec<String>,
    pub enable_compression: bool,
    /// Headers set on every answer where the operator gave them: name and value.
    pub security_headers: Vec<(&'static str, String)>,
    pub enable_websocket: bool,
    /// Seconds.
    pub websocket_ping_interval: u64,
    pub websocket_ping_timeout: u64,
    pub websocket_heartbeat_interval: Option<u64>,
    pub websocket_event_caller_timeout: Option<u64>,
    /// Seconds a provider may take to begin or to go on.
    pub aiohttp_client_timeout: Option<u64>,
    /// Seconds a provider may be silent inside a reply.
    pub stream_idle_timeout: Option<u64>,
    pub model_list_timeout: u64,
    pub models_cache_ttl: u64,
    /// Names of the headers that tell providers and tool servers who asks; `None` where they are told nothing.
    pub forwarded: Option<Forwarded>,
    pub enable_custom_model_fallback: bool,
    pub max_tool_call_iterations: i64,
    pub stream_delta_chunk_size: usize,
    /// Folder of built-in models, or one GGUF file.
    pub local_model_path: Option<PathBuf>,
    pub offline_mode: bool,
    /// A mirror of Hugging Face that models may be fetched from.
    pub hf_endpoint: Option<String>,
    pub enable_version_update_check: bool,
    /// What of requests is written down.
    pub audit: Option<Audit>,
    /// What is sent to a collector.
    pub otel: Option<Otel>,
    pub enable_public_metrics: bool,
    pub enable_public_active_users_count: bool,
    pub enable_easter_eggs: bool,
    pub enable_pyodide_file_persistence: bool,
    /// Tools, functions and tool servers altogether.
    pub enable_plugins: bool,
    pub enable_tools: bool,
    pub enable_functions: bool,
    pub enable_tool_servers: bool,
    /// Seconds.
    pub tool_server_timeout: u64,
    pub tool_document_timeout: u64,
    pub iframe_csp: String,
    pub deployment_id: String,
    pub onedrive_client_id_personal: String,
    pub onedrive_client_id_business: String,
    pub log_level: String,
    pub log_json: bool,
    /// Runtime threads (`UVICORN_WORKERS`); `None`: all cores.
    pub trusted: Trusted,
    pub workers: Option<usize>,
    /// For what blocks; `None`: as many as the runtime allows.
    pub blocking_threads: Option<usize>,
    /// Seconds that running turns get on SIGTERM.
    pub shutdown_grace: u64,
    pub enable_openai_passthrough: bool,
    /// Addresses of private networks may be called on behalf of people, too.
    pub enable_local_web_fetch: bool,
    /// Hosts whose pages may be fetched; those that begin with `!` may not.
    pub web_fetch_filter_list: Vec<String>,
    pub tavily_api_base_url: String,
    /// Patterns of image models: that may choose the size of their pictures, and that choose how they send them.
    pub image_auto_size_models: String,
    pub image_url_response_models: String,
    pub elevenlabs_api_base_url: String,
    /// Texts of files go into the system message instead of the question.
    pub rag_system_context: bool,
    /// What embedding models want before a question and before a passage, and the field it goes into, if not the text.
    pub embedding_query_prefix: Option<String>,
    pub embedding_content_prefix: Option<String>,
    pub embedding_prefix_field: Option<String>,
    /// Seconds that an embedding request may take.
    pub embedding_timeout: Option<u64>,
    /// What is told to models of a passage, by key of its metadata.
    pub source_metadata_keys: Vec<String>,
    /// Collections are not checked for who may read them.
    pub bypass_retrieval_access_control: bool,
    /// Collections that belong to no file, knowledge base or person are for everybody.
    pub enable_unscoped_collections: bool,
}

impl Settings {
    pub(crate) fn read(values: &Values) -> Result<Self, ConfigError> {
        let v = values;
        let data_dir = PathBuf::from(v.text("DATA_DIR"));
        let database_url = database_url(v, &data_dir)?;
        let same_site = if v.text("WEBUI_AUTH_COOKIE_SAME_SITE").is_empty() {
            "WEBUI_SESSION_COOKIE_SAME_SITE"
        } else {
            "WEBUI_AUTH_COOKIE_SAME_SITE"
        };
        Ok(Self {
            host: v.text("HOST"),
            port: v.required("PORT")?,
            dev: v.one_of("ENV", &["dev", "test", "prod"])? == "dev",
            timezone: v.filled("TZ"),
            vector_store: vectors(v, &database_url)?,
            database_url,
            audit: audit(v, &data_dir)?,
            otel: otel(v)?,
            data_dir,
            database_pool_size: v.number("DATABASE_POOL_SIZE")?,
            database_pool_max_overflow: v.required("DATABASE_POOL_MAX_OVERFLOW")?,
            database_pool_timeout: v.required("DATABASE_POOL_TIMEOUT")?,
            database_pool_recycle: v.required("DATABASE_POOL_RECYCLE")?,
            database_schema: v.filled("DATABASE_SCHEMA"),
            enable_db_migrations: v.flag("ENABLE_DB_MIGRATIONS"),
            redis: redis(v)?,
            task_ttl: task_ttl(v)?,
            file_storage: storage(v)?,
            enable_persistent_config: v.flag("ENABLE_PERSISTENT_CONFIG"),
            enable_oauth_persistent_config: v.flag("ENABLE_OAUTH_PERSISTENT_CONFIG"),
            reset_config_on_start: v.flag("RESET_CONFIG_ON_START"),
            secret_key: v.filled("WEBUI_SECRET_KEY"),
            mfa_encryption_key: v.filled("MFA_ENCRYPTION_KEY"),
            webui_name: v.filled("WEBUI_NAME").unwrap_or_else(|| "airis".to_owned()),
            webui_auth: v.flag("WEBUI_AUTH"),
            cookie_secure: v.flag("WEBUI_AUTH_COOKIE_SECURE"),
            cookie_same_site: v.one_of(same_site, &["lax", "strict", "none"])?,
            enable_password_auth: v.flag("ENABLE_PASSWORD_AUTH"),
            enable_initial_admin_signup: v.flag("ENABLE_INITIAL_ADMIN_SIGNUP"),
            enable_signup_password_confirmation: v.flag("ENABLE_SIGNUP_PASSWORD_CONFIRMATION"),
            password_rule: v
                .flag("ENABLE_PASSWORD_VALIDATION")
                .then(|| (v.text("PASSWORD_VALIDATION_REGEX_PATTERN"), v.text("PASSWORD_VALIDATION_HINT"))),
            admin_email: v.filled("WEBUI_ADMIN_EMAIL"),
            admin_password: v.filled("WEBUI_ADMIN_PASSWORD"),
            admin_name: v.text("WEBUI_ADMIN_NAME"),
            oauth_authorize_params: fields(v, "OAUTH_AUTHORIZE_PARAMS")?,
            google_authorize_params: fields(v, "GOOGLE_OAUTH_AUTHORIZE_PARAMS")?,
            oauth_roles_separator: v.text("OAUTH_ROLES_SEPARATOR"),
            oauth_groups_separator: v.text("OAUTH_GROUPS_SEPARATOR"),
            oauth_include_client_id: v.flag("OAUTH_ACCESS_TOKEN_REQUEST_INCLUDE_CLIENT_ID"),
            enable_oauth_email_fallback: v.flag("ENABLE_OAUTH_EMAIL_FALLBACK"),
            enable_oauth_id_token_cookie: v.flag("ENABLE_OAUTH_ID_TOKEN_COOKIE"),
            enable_oauth_backchannel_logout: v.flag("ENABLE_OAUTH_BACKCHANNEL_LOGOUT"),
            oauth_max_sessions_per_user: v.required::<i64>("OAUTH_MAX_SESSIONS_PER_USER")?.max(1),
            oauth_session_token_encryption_key: v.filled("OAUTH_SESSION_TOKEN_ENCRYPTION_KEY"),
            custom_api_key_header: v.text("CUSTOM_API_KEY_HEADER").to_lowercase(),
            signout_redirect_url: v.filled("WEBUI_AUTH_SIGNOUT_REDIRECT_URL"),
            trusted_email_header: v.filled("WEBUI_AUTH_TRUSTED_EMAIL_HEADER"),
            trusted_name_header: v.filled("WEBUI_AUTH_TRUSTED_NAME_HEADER"),
            trusted_role_header: v.filled("WEBUI_AUTH_TRUSTED_ROLE_HEADER"),
            trusted_groups_header: v.filled("WEBUI_AUTH_TRUSTED_GROUPS_HEADER"),
            bypass_admin_access_control: v.flag("BYPASS_ADMIN_ACCESS_CONTROL"),
            bypass_model_access_control: v.flag("BYPASS_MODEL_ACCESS_CONTROL"),
            default_group_share: match v
                .one_of("DEFAULT_GROUP_SHARE_PERMISSION", &["members", "true", "false"])?
                .as_str()
            {
                "true" => Json::Bool(true),
                "false" => Json::Bool(false),
                rule => Json::from(rule),
            },
            enable_admin_chat_access: v.flag("ENABLE_ADMIN_CHAT_ACCESS"),
            enable_admin_export: v.flag("ENABLE_ADMIN_EXPORT"),
            enable_admin_analytics: v.flag("ENABLE_ADMIN_ANALYTICS"),
            active_status_update_interval: v.seconds("DATABASE_USER_ACTIVE_STATUS_UPDATE_INTERVAL"),
            cors_allow_origin: v.list("CORS_ALLOW_ORIGIN"),
            trusted_proxies: v.list("FORWARDED_ALLOW_IPS"),
            enable_compression: v.flag("ENABLE_COMPRESSION_MIDDLEWARE"),
            security_headers: security_headers::read(v)?,
            enable_websocket: v.flag("ENABLE_WEBSOCKET_SUPPORT"),
            websocket_ping_interval: v.required("WEBSOCKET_SERVER_PING_INTERVAL")?,
            websocket_ping_timeout: v.required("WEBSOCKET_SERVER_PING_TIMEOUT")?,
            websocket_heartbeat_interval: v
                .number::<u64>("WEBSOCKET_HEARTBEAT_INTERVAL")?
                .map(|seconds| seconds.clamp(5, 90)),
            websocket_event_caller_timeout: v.number("WEBSOCKET_EVENT_CALLER_TIMEOUT")?,
            aiohttp_client_timeout: v.number("AIOHTTP_CLIENT_TIMEOUT")?,
            stream_idle_timeout: v.number("AIOHTTP_CLIENT_STREAM_IDLE_TIMEOUT")?,
            model_list_timeout: v.required("AIOHTTP_CLIENT_TIMEOUT_MODEL_LIST")?,
            models_cache_ttl: v.required("MODELS_CACHE_TTL")?,
            forwarded: v.flag("ENABLE_FORWARD_USER_INFO_HEADERS").then(|| Forwarded::read(v)).transpose()?,
            enable_custom_model_fallback: v.flag("ENABLE_CUSTOM_MODEL_FALLBACK"),
            max_tool_call_iterations: v.required("CHAT_RESPONSE_MAX_TOOL_CALL_ITERATIONS")?,
            stream_delta_chunk_size: v.required::<usize>("CHAT_RESPONSE_STREAM_DELTA_CHUNK_SIZE")?.max(1),
            local_model_path: v.filled("LOCAL_MODEL_PATH").map(PathBuf::from),
            offline_mode: v.flag("OFFLINE_MODE"),
            hf_endpoint: v.filled("HF_ENDPOINT"),
            enable_version_update_check: v.flag("ENABLE_VERSION_UPDATE_CHECK") && !v.flag("OFFLINE_MODE"),
            enable_public_metrics: v.flag("ENABLE_PUBLIC_METRICS"),
            enable_public_active_users_count: v.flag("ENABLE_PUBLIC_ACTIVE_USERS_COUNT"),
            enable_easter_eggs: v.flag("ENABLE_EASTER_EGGS"),
            enable_pyodide_file_persistence: v.flag("ENABLE_PYODIDE_FILE_PERSISTENCE"),
            enable_plugins: v.flag("ENABLE_PLUGINS"),
            enable_tools: v.flag("ENABLE_PLUGINS") && v.flag("ENABLE_TOOLS"),
            enable_functions: v.flag("ENABLE_PLUGINS") && v.flag("ENABLE_FUNCTIONS"),
            enable_tool_servers: v.flag("ENABLE_PLUGINS") && v.flag("ENABLE_TOOL_SERVERS"),
            tool_server_timeout: v.required("AIOHTTP_CLIENT_TIMEOUT_TOOL_SERVER")?,
            tool_document_timeout: v.required("AIOHTTP_CLIENT_TIMEOUT_TOOL_SERVER_DATA")?,
            iframe_csp: v.text("IFRAME_CSP"),
            deployment_id: v.text("DEPLOYMENT_ID"),
            onedrive_client_id_personal: v.text("ONEDRIVE_CLIENT_ID_PERSONAL"),
            onedrive_client_id_business: v.text("ONEDRIVE_CLIENT_ID_BUSINESS"),
            log_level: v.text("GLOBAL_LOG_LEVEL").to_lowercase(),
            log_json: v.text("LOG_FORMAT").eq_ignore_ascii_case("json"),
            trusted: trusted(v),
            workers: v.number("UVICORN_WORKERS")?,
            blocking_threads: v.number("THREAD_POOL_SIZE")?,
            shutdown_grace: v.required("SHUTDOWN_GRACE")?,
            enable_local_web_fetch: v.flag("ENABLE_LOCAL_WEB_FETCH"),
            web_fetch_filter_list: v.list("WEB_FETCH_FILTER_LIST"),
            tavily_api_base_url: v.text("TAVILY_API_BASE_URL"),
            image_auto_size_models: v.text("IMAGE_AUTO_SIZE_MODELS_REGEX_PATTERN"),
            image_url_response_models: v.text("IMAGE_URL_RESPONSE_MODELS_REGEX_PATTERN"),
            elevenlabs_api_base_url: v.text("ELEVENLABS_API_BASE_URL"),
            enable_openai_passthrough: v.flag("ENABLE_OPENAI_API_PASSTHROUGH"),
            rag_system_context: v.flag("RAG_SYSTEM_CONTEXT"),
            embedding_query_prefix: v.filled("RAG_EMBEDDING_QUERY_PREFIX"),
            embedding_content_prefix: v.filled("RAG_EMBEDDING_CONTENT_PREFIX"),
            embedding_prefix_field: v.filled("RAG_EMBEDDING_PREFIX_FIELD_NAME"),
            embedding_timeout: v.number("RAG_EMBEDDING_TIMEOUT")?,
            source_metadata_keys: v.list("RAG_SOURCE_METADATA_KEYS"),
            bypass_retrieval_access_control: v.flag("BYPASS_RETRIEVAL_ACCESS_CONTROL"),
            enable_unscoped_collections: v.flag("ENABLE_RETRIEVAL_UNSCOPED_COLLECTIONS"),
        })
    }
}

/// The address of the database: given whole, given in parts, or a file in the data folder.
fn database_url(values: &Values, data_dir: &std::path::Path) -> Result<String, ConfigError> {
    if let Some(url) = values.filled("DATABASE_URL") {
        let known =
            ["sqlite:", "postgres:", "postgresql:", "postgresql+asyncpg:", "postgresql+psycopg:", "sqlite+aiosqlite:"];
        if !known.iter().any(|scheme| url.starts_with(scheme)) {
            let problem = "the address must begin with sqlite://, postgres://, postgresql:// or postgresql+asyncpg://";
            return Err(wrong("DATABASE_URL", problem));
        }
        return Ok(url);
    }
    if let (Some(kind), Some(host), Some(name)) =
        (values.filled("DATABASE_TYPE"), values.filled("DATABASE_HOST"), values.filled("DATABASE_NAME"))
        && kind != "sqlite"
    {
        let credentials = match (values.filled("DATABASE_USER"), values.filled("DATABASE_PASSWORD")) {
            (Some(user), Some(password)) => format!("{user}:{password}@"),
            (Some(user), None) => format!("{user}@"),
            _ => String::new(),
        };
        let port = values.filled("DATABASE_PORT").map(|port| format!(":{port}")).unwrap_or_default();
        return Ok(format!("{kind}://{credentials}{host}{port}/{name}"));
    }
    Ok(format!("sqlite:///{}", data_dir.join("airis.db").display()))
}

/// The fields of a JSON object, as they stand in an address.
fn fields(values: &Values, name: &str) -> Result<Vec<(String, String)>, ConfigError> {
    let given = values.json(name);
    if given.is_null() {
        return Ok(Vec::new());
    }
    let object =
        given.as_object().ok_or_else(|| wrong(name, "it must be a JSON object, such as {\"prompt\": \"login\"}"))?;
    let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Ok(object.iter().map(|(name, value)| (name.clone(), text(value))).collect())
}
