//! Who asks, and around what: what a server's headers may name.

use airis_config::visible;
use airis_domain::User;

/// The message that a call belongs to; empty where there is none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Around<'a> {
    pub chat: &'a str,
    pub message: &'a str,
    pub model: &'a str,
}

/// A header's value with what is known about who asks; other signs than visible ASCII are percent-encoded.
pub fn filled(template: &str, user: &User, around: Around<'_>) -> String {
    let known = [
        ("{{USER_ID}}", user.id.as_str()),
        ("{{USER_NAME}}", &user.name),
        ("{{USER_EMAIL}}", &user.email),
        ("{{USER_ROLE}}", user.role.as_str()),
        ("{{CHAT_ID}}", around.chat),
        ("{{MESSAGE_ID}}", around.message),
        ("{{MODEL_ID}}", around.model),
    ];
    // From left to right, so that a name that looks like a mark stays a name.
    let mut text = String::new();
    let mut rest = template;
    while let Some(at) = rest.find("{{") {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some((mark, value)) = known.iter().find(|(mark, _)| rest.starts_with(mark)) else {
            text.push_str("{{");
            rest = &rest[2..];
            continue;
        };
        text.push_str(&visible(value));
        rest = &rest[mark.len()..];
    }
    text + rest
}
