//! The session cookie.

use airis_config::Settings;
use airis_domain::now;
use axum::http::{HeaderMap, HeaderValue, header};

/// Carries the challenge of a sign-in that came back from another server.
pub const CHALLENGE: &str = "mfa_challenge";
/// Carries what a sign-in at another server began with.
pub const FLIGHT: &str = "owui-session";
/// Names the session with another server.
pub const ELSEWHERE: &str = "oauth_session_id";
/// Bytes of the longest value; browsers drop longer cookies.
const LONGEST: usize = 3_800;
/// Cookies that sign-out clears.
const CLEARED: [&str; 4] = ["token", "owui-session", "oui-session", "oauth_id_token"];

/// Sets the session cookie until the token expires.
pub fn set_session(headers: &mut HeaderMap, settings: &Settings, token: &str, expires_at: Option<i64>) {
    let age = expires_at.map(|at| format!("; Max-Age={}", (at - now()).max(0))).unwrap_or_default();
    append(headers, format!("token={token}; HttpOnly{age}; Path=/; {}", site(settings)));
}

/// Hands a session over to the page, which reads it from the cookie after coming back from another server. The first
/// answer to the page hides it again.
pub fn hand_over_session(headers: &mut HeaderMap, settings: &Settings, token: &str, expires_at: Option<i64>) {
    let age = expires_at.map(|at| format!("; Max-Age={}", (at - now()).max(0))).unwrap_or_default();
    append(headers, format!("token={token}{age}; Path=/; {}", site(settings)));
}

/// Sets the challenge that the page goes on with.
pub fn set_challenge(headers: &mut HeaderMap, settings: &Settings, token: &str, seconds: i64) {
    let place = "HttpOnly; Path=/api/v1/auths/mfa";
    append(headers, format!("{CHALLENGE}={token}; Max-Age={seconds}; {place}; {}", site(settings)));
}

/// Sets what a browser carries to another server and back; an empty value takes it away. A stricter rule than `lax`
/// would lose it on the way back.
pub fn set_flight(headers: &mut HeaderMap, settings: &Settings, value: &str, seconds: i64) {
    let secure = if settings.cookie_secure { "; Secure" } else { "" };
    let age = if value.is_empty() { 0 } else { seconds };
    append(headers, format!("{FLIGHT}={value}; Max-Age={age}; HttpOnly; Path=/; SameSite=lax{secure}"));
}

/// Sets which session with another server this is, and that server's own token where it is asked for.
pub fn set_elsewhere(headers: &mut HeaderMap, settings: &Settings, session: &str, id_token: Option<&str>) {
    append(headers, format!("{ELSEWHERE}={session}; HttpOnly; Path=/; {}", site(settings)));
    if let Some(token) = id_token.filter(|token| token.len() <= LONGEST) {
        append(headers, format!("oauth_id_token={token}; HttpOnly; Path=/; {}", site(settings)));
    }
}

/// Clears the name of the session with another server.
pub fn clear_elsewhere(headers: &mut HeaderMap, settings: &Settings) {
    append(headers, format!("{ELSEWHERE}=\"\"; Max-Age=0; Path=/; {}", site(settings)));
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
