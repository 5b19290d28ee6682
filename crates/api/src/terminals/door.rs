//! Getting in: which server, for whom, about which chat, and what the server is shown.

use airis_access::Owned;
use airis_config::Config;
use airis_domain::{ChatId, User};
use airis_outbound::Call;
use airis_store::StoreError;
use airis_tools::servers::SignIn;
use airis_tools::terminals::Terminal;

use super::refusal::Refusal;
use crate::app::App;

/// Seconds that a session lasts which a server is shown.
const SESSION_SECONDS: i64 = 300;
/// Where a server reads whose terminal it is, and which of theirs.
const USER: &str = "x-user-id";
const SESSION: &str = "x-session-id";

/// A terminal server that somebody may use, for a chat of theirs or for none.
pub struct Door {
    pub server: Terminal,
    user: User,
    chat: Option<ChatId>,
}

impl Door {
    pub async fn open(app: &App, user: &User, id: &str, chat: Option<&str>) -> Result<Self, Refusal> {
        if !app.config.settings().enable_tool_servers {
            return Err(Refusal::closed("Terminal servers are turned off"));
        }
        let server = listed(&app.config).into_iter().find(|server| server.id == id);
        let server = server.ok_or_else(Refusal::unknown_server)?;
        if !server.enabled {
            return Err(Refusal::closed("This terminal server is turned off"));
        }
        let groups = app.store.group_ids_of(&user.id).await?;
        if !server.is_open_to(user, &groups, app.config.settings().bypass_admin_access_control) {
            return Err(Refusal::closed("You may not use this terminal server"));
        }
        if server.url.is_empty() {
            return Err(Refusal::closed("This terminal server has no address"));
        }
        let chat = match chat {
            Some(id) => Some(Owned::chat(&app.store, user, &ChatId::from(id)).await?.id.clone()),
            None => None,
        };
        Ok(Self { server, user: user.clone(), chat })
    }

    /// The server's own address. Whoever asks keeps their credential out of it.
    pub fn address(&self, path: &str, query: Option<&str>, credential: Option<&str>) -> Result<String, Refusal> {
        let base = &self.server.url;
        let Some(query) = query else { return Ok(format!("{base}/{path}")) };
        if credential.is_some_and(|credential| query.contains(credential)) {
            return Err(Refusal::odd_address());
        }
        Ok(format!("{base}/{path}?{query}"))
    }

    /// What opens the server, empty where nothing does. Never what the caller opened this server with.
    pub async fn key(&self, app: &App) -> Result<String, Refusal> {
        Ok(match self.server.sign_in {
            SignIn::Key => self.server.key.clone(),
            SignIn::Session => app.sessions.issue_brief(&self.user, SESSION_SECONDS).await?.token,
            SignIn::Nobody | SignIn::OAuth => String::new(),
        })
    }

    /// Says who asks, and about which chat.
    pub fn dressed(&self, call: Call, key: &str) -> Call {
        let call = call.bearer(key).header(USER, self.user.id.as_str());
        match &self.chat {
            Some(chat) => call.header(SESSION, chat.as_str()),
            None => call,
        }
    }
}

/// The servers that somebody may use.
pub async fn open_to(app: &App, user: &User) -> Result<Vec<Terminal>, StoreError> {
    let settings = app.config.settings();
    if !settings.enable_tool_servers {
        return Ok(Vec::new());
    }
    let mut servers = listed(&app.config);
    if !servers.is_empty() {
        let groups = app.store.group_ids_of(&user.id).await?;
        servers.retain(|server| {
            let open = server.is_open_to(user, &groups, settings.bypass_admin_access_control);
            open && server.enabled && !server.url.is_empty()
        });
    }
    Ok(servers)
}

/// Whether there is any server to be used.
pub fn any(config: &Config) -> bool {
    config.settings().enable_tool_servers && listed(config).iter().any(|server| server.enabled)
}

fn listed(config: &Config) -> Vec<Terminal> {
    Terminal::list(&config.get("terminal_server.connections"))
}
