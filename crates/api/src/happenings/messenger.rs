//! Messengers want a text in a form of their own; everything else gets the whole message.

use airis_domain::Json;
use serde_json::json;

use super::catalogue::line;

/// Signs that Discord takes at most.
const DISCORD: usize = 2000;

/// The body for an address.
pub fn body(url: &str, message: Json) -> Json {
    let host = url.split_once("://").map_or("", |(_, rest)| rest).split(['/', ':', '?']).next().unwrap_or_default();
    let below = |domain: &str| host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    if below("slack.com") || below("chat.googleapis.com") {
        json!({"text": text(&message)})
    } else if below("discord.com") || below("discordapp.com") {
        json!({"content": text(&message).chars().take(DISCORD).collect::<String>()})
    } else if below("webhook.office.com") || below("outlook.office.com") {
        json!({"@type": "MessageCard", "@context": "http://schema.org/extensions", "summary": line(event(&message)), "text": text(&message)})
    } else {
        message
    }
}

fn event(message: &Json) -> &str {
    message["event"].as_str().unwrap_or_default()
}

/// One line: what happened, to what, and who did it.
fn text(message: &Json) -> String {
    let said = |path: &str| message.pointer(path).and_then(Json::as_str).filter(|text| !text.is_empty());
    let mut text = line(event(message)).to_owned();
    if let (Some(kind), Some(id)) = (said("/subject/type"), said("/subject/id")) {
        text = format!("{text}: {kind} {id}");
    }
    match said("/actor/name").or_else(|| said("/actor/id")) {
        Some(name) => format!("{text} ({name})"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messengers_get_a_line_and_others_the_message() {
        let message =
            json!({"event": "user.created", "subject": {"type": "user", "id": "7"}, "actor": {"name": "Ada"}});
        let line = "Account added: user 7 (Ada)";
        assert_eq!(body("https://hooks.slack.com/services/x", message.clone()), json!({"text": line}));
        assert_eq!(body("https://discord.com/api/webhooks/x", message.clone()), json!({"content": line}));
        assert_eq!(body("https://a.webhook.office.com/x", message.clone())["text"], line);
        for other in ["https://notslack.com/x", "https://a.example/slack.com", "https://slack.com.evil.example/"] {
            assert_eq!(body(other, message.clone()), message, "{other}");
        }
    }
}
