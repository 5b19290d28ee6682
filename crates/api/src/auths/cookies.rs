//! The session cookie.

use airis_config::Settings;
use airis_domain::now;
use axum::http::{HeaderMap, HeaderValue, header};

/// Carries the challenge of a sign-in that came back from another server.
pub const CHALLENGE: &str = "mfa_challenge";
/// Cookies that sign-out clears.
const CLEARED: [&str; 4] = ["token", "owui-session", "oui-session", "oauth_id_token"];

/// Sets the session cookie until the token expires.
pub fn set_session(headers: &mut HeaderMap, settings: &Settings, token: &str, expires_at: Option<i64>) {
    let age = expires_at.map(|at| format!("; Max-Age={}", (at - now()).max(0))).unwrap_or_default();
    append(headers, format!("token={token}; HttpOnly{age}; Path=/; {}", site(settings)));
}

/// Clears every cookie of a session.
pub fn clear(headers: &mut HeaderMap, settings: &Settings) {
    for name in CLEARED {
        append(headers, format!("{name}=\"\"; Max-Age=0; Path=/; {}", site(settings)));
    }
}

fn site(settings: &Settings) -> String {
    let secure = if settings.cookie_secure { "; Secure" } else { "" };
    format!("SameSite={}{secure}", settings.cookie_same_site)
}

fn append(headers: &mut HeaderMap, cookie: String) {
    // Tokens and setting names are plain ASCII; anything else would be no cookie.
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        headers.append(header::SET_COOKIE, value);
    }
}
