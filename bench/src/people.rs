//! Accounts to measure with.

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::server::Server;

/// Session tokens of `count` people with accounts of their own; made once per server, grown on demand.
pub async fn people(server: &Server, admin: &str, count: usize) -> Result<Vec<String>> {
    let cache = server.data().join("bench-people.json");
    let mut tokens: Vec<String> =
        std::fs::read(&cache).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    for index in tokens.len()..count {
        let account = json!({"name": format!("Person {index}"), "email": format!("p{index}@example.com"),
            "password": "bench-Pass-123", "role": "admin", "profile_image_url": "/user.png"});
        let (status, body) = server.post("/api/v1/auths/add", admin, &account).await?;
        ensure!(status == 200, "cannot add a person: {status} {body}");
        tokens.push(body["token"].as_str().context("no token")?.to_owned());
    }
    std::fs::write(&cache, serde_json::to_vec(&tokens)?)?;
    tokens.truncate(count);
    Ok(tokens)
}
