//! Names of happenings, with what they mean. Only what is really told stands here.

use airis_domain::Json as Value;
use axum::extract::State;
use serde_json::json;

use crate::app::App;
use crate::caller::Admin;
use crate::extract::Json;
use crate::system::version::CONTRACT;

/// Name, meaning, and a short line for people.
pub const KNOWN: &[(&str, &str, &str)] = &[
    ("system.startup.completed", "The server is up.", "Server started"),
    ("config.imported", "Settings were imported.", "Settings imported"),
    ("config.updated", "Settings were changed.", "Settings changed"),
    ("config.webhook.updated", "An address that hears of events was added, changed or removed.", "Webhook changed"),
    ("config.connections.updated", "Switches of connections were changed.", "Connections changed"),
    ("config.tool_servers.updated", "The tool servers were changed.", "Tool servers changed"),
    ("config.terminal_servers.updated", "The terminal servers were changed.", "Terminal servers changed"),
    ("config.code_execution.updated", "Where code runs was changed.", "Code execution changed"),
    ("config.models.updated", "The order or defaults of models were changed.", "Model settings changed"),
    ("config.banners.updated", "The notices were changed.", "Notices changed"),
    ("config.suggestions.updated", "The suggested prompts were changed.", "Suggested prompts changed"),
    ("auth.signup", "Somebody made an account.", "Account made"),
    ("auth.login", "Somebody signed in.", "Signed in"),
    ("auth.logout", "Somebody signed out.", "Signed out"),
    ("auth.password_changed", "Somebody changed their password.", "Password changed"),
    ("auth.api_key.created", "Somebody made an API key.", "API key made"),
    ("auth.api_key.deleted", "Somebody deleted an API key.", "API key deleted"),
    ("auth.oauth_session.deleted", "Somebody ended their session with an identity provider.", "Provider session ended"),
    ("auth.sessions_revoked", "The sessions of a person were ended.", "Sessions ended"),
    ("user.created", "An administrator made an account.", "Account added"),
    ("user.updated", "An administrator changed an account.", "Account changed"),
    ("user.role_updated", "The role of a person was changed.", "Role changed"),
    ("user.deleted", "An account was deleted.", "Account deleted"),
    ("note.created", "Somebody wrote a note.", "Note written"),
    ("note.updated", "A note was changed.", "Note changed"),
    ("note.access_updated", "Whom a note is shared with was changed.", "Note shared"),
    ("note.pinned", "Somebody pinned a note.", "Note pinned"),
    ("note.unpinned", "Somebody took the pin out of a note.", "Pin taken out of a note"),
    ("note.deleted", "A note was deleted.", "Note deleted"),
    ("group.created", "A group was made.", "Group made"),
    ("group.updated", "A group was changed.", "Group changed"),
    ("group.deleted", "A group was deleted.", "Group deleted"),
    ("group.member_added", "People joined a group.", "People joined a group"),
    ("group.member_removed", "People left a group.", "People left a group"),
    ("image.generated", "Somebody had pictures made.", "Pictures made"),
    ("image.edited", "Somebody had pictures changed.", "Pictures changed"),
    ("audio.speech_requested", "Somebody had a text read aloud.", "Text read aloud"),
    ("audio.transcription_requested", "Somebody had speech written down.", "Speech written down"),
];

pub fn is_known(event: &str) -> bool {
    KNOWN.iter().any(|(name, _, _)| *name == event)
}

/// The short line for people.
pub fn line(event: &str) -> &str {
    KNOWN.iter().find(|(name, _, _)| *name == event).map_or(event, |(_, _, line)| line)
}

/// Whether a wish (`*`, `user.*` or a name) fits an event.
pub fn fits(wish: &str, event: &str) -> bool {
    match wish.strip_suffix('*') {
        Some("") => true,
        Some(group) => group.ends_with('.') && event.starts_with(group),
        None => wish == event,
    }
}

/// Everything that addresses can be told of.
#[utoipa::path(get, path = "/api/events", tag = "main", security(("admin" = [])), responses((status = 200, body = Value)))]
pub async fn list(_admin: Admin, State(_app): State<App>) -> Json<Value> {
    let entry = |(event, description, message): &(&str, &str, &str)| json!({"event": event, "description": description, "message": message});
    Json(json!({"schema": CONTRACT, "events": KNOWN.iter().map(entry).collect::<Vec<_>>()}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_are_names_groups_or_everything() {
        assert!(fits("*", "user.created") && fits("user.*", "user.created") && fits("user.created", "user.created"));
        assert!(fits("auth.*", "auth.api_key.created"));
        for wish in ["user.*", "auth", "auth.log", "auth.log*", "", ".*"] {
            assert!(!fits(wish, "auth.login"), "{wish}");
        }
    }
}
