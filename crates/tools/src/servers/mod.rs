//! Tools of other servers: each function of their OpenAPI documents is a tool, called over HTTP.

mod call;
mod connection;
mod document;
mod documents;
mod oauth;
mod schema;
mod who;

pub use connection::{Connection, SignIn};
pub(crate) use connection::{grants, is_open};
pub use documents::address;
pub use oauth::{Back, ClientForm, OAuthError, VISIT_SECONDS, Visit};
pub use who::{Around, filled};

use std::collections::HashSet;
use std::sync::Arc;

use airis_config::{Config, visible};
use airis_domain::{Json, JsonMap, User};
use airis_identity::Sessions;
use airis_outbound::{Call, Outbound};
use airis_store::{Store, StoreError};
use futures::future::join_all;

use crate::{Offer, Offered, function};
use call::{failure, request, said};
use document::{Operation, callable};
use documents::Documents;

/// What ids of tool servers begin with.
const PREFIX: &str = "server:";
/// Tools that are offered at once, of all servers together.
const MOST: usize = 128;
/// Seconds that a session lasts which a server is shown.
const SESSION_SECONDS: i64 = 300;

/// The tool servers of this installation; cheap to clone.
#[derive(Clone)]
pub struct ToolServers {
    inner: Arc<Inner>,
}

struct Inner {
    config: Arc<Config>,
    store: Store,
    sessions: Sessions,
    outbound: Outbound,
    documents: Documents,
    /// Held by whoever renews a token.
    renewing: tokio::sync::Mutex<()>,
}

/// A tool under the name that the model calls it by.
struct Tool {
    name: String,
    server: Arc<Connection>,
    operation: Operation,
}

impl ToolServers {
    pub fn new(config: Arc<Config>, store: Store, sessions: Sessions) -> Self {
        let (outbound, documents) = (Outbound::new(), Documents::default());
        let renewing = tokio::sync::Mutex::new(());
        Self { inner: Arc::new(Inner { config, store, sessions, outbound, documents, renewing }) }
    }

    /// Every server that is switched on.
    pub fn all(&self) -> Vec<Connection> {
        let settings = self.inner.config.settings();
        if !settings.enable_plugins || !settings.enable_tool_servers {
            return Vec::new();
        }
        Connection::list(&self.inner.config.get("tool_server.connections"))
    }

    /// The servers that somebody may use.
    pub async fn of(&self, user: &User) -> Result<Vec<Connection>, StoreError> {
        let all = self.all();
        if all.is_empty() {
            return Ok(all);
        }
        let groups = self.inner.store.group_ids_of(&user.id).await?;
        let sees_all = self.inner.config.settings().bypass_admin_access_control;
        Ok(all.into_iter().filter(|server| server.is_open_to(user, &groups, sees_all)).collect())
    }

    /// The tools of the picked servers, and why some are missing. `taken` are names that are given away already.
    pub async fn specs(&self, offer: Offer<'_>, taken: &[Json]) -> Offered {
        let (tools, missing) = self.tools(offer, taken).await;
        let spec = |tool: &Tool| function(&tool.name, &tool.operation.description, &tool.operation.parameters);
        Offered { specs: tools.iter().map(spec).collect(), missing }
    }

    /// Runs one call; `None` when no picked server has a tool of this name.
    pub async fn call(
        &self,
        offer: Offer<'_>,
        taken: &[Json],
        name: &str,
        arguments: JsonMap,
    ) -> Option<Result<String, String>> {
        let (tools, _) = self.tools(offer, taken).await;
        let tool = tools.into_iter().find(|tool| tool.name == name)?;
        let outcome = async {
            let call = request(&tool.server.url, &tool.operation, arguments).map_err(|what| failure(&what))?;
            let call = self.dressed(call, &tool.server, offer).await.map_err(|what| failure(&what))?;
            let seconds = self.inner.config.settings().tool_server_timeout;
            let answer = self.inner.outbound.fetch(call.within(seconds)).await;
            said(&answer.map_err(|error| failure(&error.to_string()))?)
        };
        Some(outcome.await)
    }

    async fn tools(&self, offer: Offer<'_>, taken: &[Json]) -> (Vec<Tool>, Vec<String>) {
        let wanted: Vec<(&str, Option<&str>)> = offer.picked.iter().filter_map(|id| picked(id)).collect();
        if wanted.is_empty() {
            return (Vec::new(), Vec::new());
        }
        let servers = match self.of(offer.user).await {
            Ok(servers) => servers,
            Err(error) => return (Vec::new(), vec![error.to_string()]),
        };
        // Named twice is meant once. What somebody may not use is as good as missing.
        let mut seen = HashSet::new();
        let chosen = wanted.into_iter().filter(|(id, _)| seen.insert(*id)).filter_map(|(id, only)| {
            let server = servers.iter().find(|server| server.id == id)?;
            Some((Arc::new(server.clone()), only))
        });
        let chosen: Vec<_> = chosen.collect();
        let found = join_all(chosen.iter().map(|(server, _)| self.operations(server, offer))).await;
        let mut names: HashSet<String> =
            taken.iter().filter_map(|spec| spec["function"]["name"].as_str().map(str::to_owned)).collect();
        let (mut tools, mut missing) = (Vec::new(), Vec::new());
        for ((server, only), found) in chosen.into_iter().zip(found) {
            let operations = match found {
                Ok(operations) => operations,
                Err(why) => {
                    missing.push(format!("{}: {why}", server.name));
                    continue;
                }
            };
            for operation in operations.iter() {
                let asked = only.is_none_or(|only| only.split(',').any(|name| name.trim() == operation.name));
                if !asked || !server.offers(&operation.name) || tools.len() >= MOST {
                    continue;
                }
                let mut name = operation.name.clone();
                if names.contains(&name) {
                    name = callable(&format!("{}_{name}", server.id));
                }
                if names.insert(name.clone()) {
                    tools.push(Tool { name, server: server.clone(), operation: operation.clone() });
                }
            }
        }
        (tools, missing)
    }

    async fn operations(&self, server: &Connection, offer: Offer<'_>) -> Result<Arc<Vec<Operation>>, String> {
        // What is shown to one person may be hidden from the next.
        let owner = match server.sign_in {
            SignIn::Session | SignIn::OAuth => offer.user.id.as_str(),
            SignIn::Key | SignIn::Nobody => "",
        };
        let call = Call::get(address(&server.url, &server.path)).header("accept", "application/json");
        let seconds = self.inner.config.settings().tool_document_timeout;
        let dressing = self.dressed(call, server, offer);
        self.inner.documents.of(&self.inner.outbound, server, owner, seconds, dressing).await
    }

    /// Adds what a server is to be shown.
    async fn dressed(&self, call: Call, server: &Connection, offer: Offer<'_>) -> Result<Call, String> {
        let mut call = match server.sign_in {
            SignIn::Nobody => call,
            SignIn::Key => call.bearer(&server.key),
            SignIn::Session => {
                let session = self.inner.sessions.issue_brief(offer.user, SESSION_SECONDS).await;
                call.bearer(&session.map_err(|error| error.to_string())?.token)
            }
            SignIn::OAuth => {
                call.bearer(&self.access_token(server, offer.user).await.map_err(|error| error.to_string())?)
            }
        };
        for (name, value) in &server.headers {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            call = call.header(name, &filled(&value, offer.user, offer.around));
        }
        if let Some(names) = &self.inner.config.settings().forwarded {
            for (name, value) in names.user(offer.user, airis_domain::now()) {
                call = call.header(name, &value);
            }
            for (name, value) in [(&names.chat_id, offer.around.chat), (&names.message_id, offer.around.message)] {
                call = call.header(name, &visible(value));
            }
        }
        Ok(call)
    }
}

/// `server:<id>` with the functions that are meant behind `|`; servers of other kinds have a second colon.
fn picked(id: &str) -> Option<(&str, Option<&str>)> {
    let rest = id.strip_prefix(PREFIX)?;
    let (id, only) = rest.split_once('|').map_or((rest, None), |(id, only)| (id, Some(only)));
    (!id.starts_with("mcp:")).then_some((id, only.filter(|only| !only.trim().is_empty())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_name_a_server_and_perhaps_some_of_its_functions() {
        assert_eq!(picked("server:a"), Some(("a", None)));
        assert_eq!(picked("server:a|b,c"), Some(("a", Some("b,c"))));
        assert_eq!(picked("server:a|"), Some(("a", None)));
        assert_eq!((picked("server:mcp:a"), picked("mine")), (None, None));
    }
}
