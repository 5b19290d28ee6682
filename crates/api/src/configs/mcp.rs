//! The first words with an MCP server: who are you, and which tools do you have? Streamable HTTP only.

use airis_domain::Json;
use airis_outbound::{Answer, Call, Outbound, OutboundError};
use serde_json::json;

const VERSION: &str = "2025-06-18";
const SESSION: &str = "mcp-session-id";
/// Pages of tools that are read.
const PAGES: usize = 20;

/// The server's tools as function specifications. `dress` adds what the connection sends with every call.
pub async fn tools(
    outbound: &Outbound,
    url: &str,
    dress: &(impl Fn(Call) -> Call + Sync),
) -> Result<Vec<Json>, OutboundError> {
    let mut server = Server { outbound, url, dress, session: None, asked: 0 };
    let hello = json!({"protocolVersion": VERSION, "capabilities": {}, "clientInfo": {"name": "airis", "version": env!("CARGO_PKG_VERSION")}});
    server.ask("initialize", hello).await?;
    server.say("notifications/initialized").await?;
    let mut tools = Vec::new();
    let mut page = json!({});
    for _ in 0..PAGES {
        let found = server.ask("tools/list", page).await?;
        tools.extend(found["tools"].as_array().into_iter().flatten().map(specification));
        match found["nextCursor"].as_str() {
            Some(next) => page = json!({"cursor": next}),
            None => break,
        }
    }
    let _ = server.leave().await;
    Ok(tools)
}

fn specification(tool: &Json) -> Json {
    json!({"name": tool["name"], "description": tool["description"], "parameters": tool["inputSchema"]})
}

struct Server<'a, D> {
    outbound: &'a Outbound,
    url: &'a str,
    dress: &'a D,
    session: Option<String>,
    asked: u64,
}

impl<D: Fn(Call) -> Call + Sync> Server<'_, D> {
    async fn ask(&mut self, method: &str, params: Json) -> Result<Json, OutboundError> {
        self.asked += 1;
        let id = self.asked;
        let answer = self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})).await?;
        let reply = replies(&answer)?.into_iter().find(|reply| reply["id"] == json!(id));
        let mut reply = reply.ok_or_else(|| odd(self.url, "does not answer as an MCP server"))?;
        if let Some(error) = reply.get("error") {
            return Err(odd(
                self.url,
                &format!("refuses {method}: {}", error["message"].as_str().unwrap_or("no reason")),
            ));
        }
        Ok(reply["result"].take())
    }

    async fn say(&mut self, method: &str) -> Result<(), OutboundError> {
        self.send(&json!({"jsonrpc": "2.0", "method": method})).await.map(|_| ())
    }

    async fn send(&mut self, message: &Json) -> Result<Answer, OutboundError> {
        let call = self.with_session((self.dress)(Call::post(self.url)).json(message));
        let answer = self.outbound.fetch(call.header("accept", "application/json, text/event-stream")).await?.ok()?;
        if let Some(session) = answer.headers.get(SESSION).and_then(|value| value.to_str().ok()) {
            self.session = Some(session.to_owned());
        }
        Ok(answer)
    }

    /// Ends the session, so that the server need not keep it.
    async fn leave(&mut self) -> Result<(), OutboundError> {
        if self.session.is_none() {
            return Ok(());
        }
        let call = self.with_session((self.dress)(Call::new(http::Method::DELETE, self.url)));
        self.outbound.fetch(call).await.map(|_| ())
    }

    fn with_session(&self, call: Call) -> Call {
        match &self.session {
            Some(session) => call.header(SESSION, session).header("mcp-protocol-version", VERSION),
            None => call,
        }
    }
}

/// The messages of an answer: one as JSON, or several as server-sent events.
fn replies(answer: &Answer) -> Result<Vec<Json>, OutboundError> {
    if answer.kind() != "text/event-stream" {
        return Ok(vec![answer.json()?]);
    }
    let text = answer.text().replace("\r\n", "\n");
    let data = |event: &str| {
        let lines: Vec<&str> =
            event.lines().filter_map(|line| line.strip_prefix("data:")).map(str::trim_start).collect();
        lines.join("\n")
    };
    Ok(text.split("\n\n").filter_map(|event| serde_json::from_str(&data(event)).ok()).collect())
}

fn odd(url: &str, what: &str) -> OutboundError {
    OutboundError::Odd(url.split('?').next().unwrap_or_default().to_owned(), what.to_owned())
}
