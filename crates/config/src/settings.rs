//! What only the environment decides, parsed once.

use std::path::PathBuf;

/// Process settings. Field names follow the variables. More fields join as capabilities are built.
#[derive(Clone)]
pub struct Settings {
    pub host: String,
    pub port: u16,
    pub data_dir: PathBuf,
    /// `DATABASE_URL`, or a file in the data folder.
    pub database_url: String,
    pub database_pool_size: Option<u32>,
    pub database_pool_max_overflow: u32,
    pub database_pool_timeout: u64,
    pub database_pool_recycle: u64,
    pub database_schema: Option<String>,
    pub enable_db_migrations: bool,
    /// Given, or generated and kept in the data folder by the binary.
    pub secret_key: Option<String>,
    pub webui_name: String,
    pub webui_auth: bool,
    pub cookie_secure: bool,
    /// `lax`, `strict` or `none`.
    pub cookie_same_site: String,
    pub enable_password_auth: bool,
    pub admin_email: Option<String>,
    pub admin_password: Option<String>,
    pub admin_name: String,
    pub custom_api_key_header: String,
    pub active_status_update_interval: i64,
    pub cors_allow_origin: Vec<String>,
    pub enable_websocket: bool,
    /// Seconds.
    pub websocket_ping_interval: u64,
    pub websocket_ping_timeout: u64,
    pub websocket_heartbeat_interval: Option<u64>,
    pub websocket_event_caller_timeout: Option<u64>,
    /// Seconds a provider may take to begin or to go on.
    pub aiohttp_client_timeout: Option<u64>,
    pub model_list_timeout: u64,
    pub models_cache_ttl: u64,
    pub forward_user_info_headers: bool,
    pub max_tool_call_iterations: i64,
    pub stream_delta_chunk_size: usize,
    /// Folder of built-in models, or one GGUF file.
    pub local_model_path: Option<PathBuf>,
    pub offline_mode: bool,
    pub log_level: String,
    pub log_json: bool,
    /// Runtime threads (`UVICORN_WORKERS`); `None`: all cores.
    pub workers: Option<usize>,
    /// Seconds that running turns get on SIGTERM.
    pub shutdown_grace: u64,
    pub enable_openai_passthrough: bool,
    /// Whether settings changed by administrators are kept; otherwise they live as long as the process.
    pub enable_persistent_config: bool,
}
