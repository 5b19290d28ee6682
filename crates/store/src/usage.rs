//! What somebody's messages add up to.

use airis_domain::{Json, UserId};
use async_recursion::async_recursion as boxed;

use crate::db::reading;
use crate::{Result, Store, json};

/// A message with no more than what is counted.
#[derive(Clone, Debug, PartialEq)]
pub struct UsedMessage {
    pub chat_id: String,
    /// `user`, `assistant` or another.
    pub role: String,
    pub model: Option<String>,
    pub usage: Option<Json>,
    /// Seconds.
    pub timestamp: i64,
}

/// Messages from here on were written by a client that counts milliseconds.
const MILLISECONDS: i64 = 10_000_000_000;
/// How many of the latest messages with calls are looked at: they may be large.
const CALLING: i64 = 5_000;

impl Store {
    /// Every dated message in somebody's chats, oldest first.
    #[boxed]
    pub async fn used_messages(&self, user: &UserId) -> Result<Vec<UsedMessage>> {
        type Row = (String, String, Option<String>, Option<String>, i64);
        let rows: Vec<Row> = reading!(self, pool => sqlx::query_as(
            "SELECT m.chat_id, m.role, m.model, m.usage, m.timestamp FROM message m JOIN chat c ON c.id = m.chat_id \
             WHERE c.user_id = $1 AND m.timestamp IS NOT NULL").bind(user.as_str()).fetch_all(pool).await)?;
        let message = |(chat_id, role, model, usage, timestamp): Row| UsedMessage {
            chat_id,
            role,
            model,
            usage: json::parse_optional(usage),
            timestamp: if timestamp > MILLISECONDS { timestamp / 1000 } else { timestamp },
        };
        let mut messages: Vec<UsedMessage> = rows.into_iter().map(message).collect();
        messages.sort_by_key(|message| message.timestamp);
        Ok(messages)
    }

    /// Names of the tools that replies in somebody's chats have called from `from` until `until` (seconds), once per call.
    #[boxed]
    pub async fn called_tools(&self, user: &UserId, from: i64, until: i64) -> Result<Vec<String>> {
        let outputs: Vec<String> = reading!(self, pool => sqlx::query_scalar(
            "SELECT m.output FROM message m JOIN chat c ON c.id = m.chat_id WHERE c.user_id = $1 AND m.timestamp >= $2 \
             AND m.timestamp < $3 AND m.output LIKE '%function_call%' ORDER BY m.timestamp DESC LIMIT $4")
            .bind(user.as_str()).bind(from).bind(until).bind(CALLING).fetch_all(pool).await)?;
        let names = |output: String| -> Vec<String> {
            let items = json::parse(&output);
            let calls = items.as_array().into_iter().flatten().filter(|item| item["type"] == "function_call");
            calls.filter_map(|item| item["name"].as_str().map(str::to_owned)).collect()
        };
        Ok(outputs.into_iter().flat_map(names).collect())
    }
}
