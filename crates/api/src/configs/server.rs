//! What tool servers and terminal servers have in common when an administrator sets them up.

use airis_domain::User;
use airis_outbound::OutboundError;

use crate::error::{ApiError, Result};

/// Addresses are of the web.
pub fn check_address(url: &str) -> Result<()> {
    if url.starts_with("http://") || url.starts_with("https://") {
        return Ok(());
    }
    let shown: String = url.chars().take(200).collect();
    Err(ApiError::bad_request(format!("\"{shown}\" must begin with http:// or https://")))
}

/// 400: an administrator sees at once why a server cannot be used.
pub fn refusal(error: OutboundError) -> ApiError {
    ApiError::bad_request(error.to_string())
}

/// A header's value with what is known about who asks; other signs than visible ASCII are percent-encoded.
pub fn filled(template: &str, user: &User) -> String {
    let known = [
        ("{{USER_ID}}", user.id.as_str()),
        ("{{USER_NAME}}", &user.name),
        ("{{USER_EMAIL}}", &user.email),
        ("{{USER_ROLE}}", user.role.as_str()),
    ];
    known.iter().fold(template.to_owned(), |text, (mark, value)| text.replace(mark, &visible(value)))
}

fn visible(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
    if text.bytes().all(plain) {
        return text.to_owned();
    }
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
