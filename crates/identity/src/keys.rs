//! API keys.

/// A fresh key: `sk-` and 32 hex digits (122 random bits).
pub fn new_api_key() -> String {
    format!("sk-{}", uuid::Uuid::new_v4().simple())
}
