//! Where Redis is, from the names that are about it.

use std::time::Duration;

use crate::ConfigError;
use crate::values::{Values, wrong};

/// A Redis server, one behind Sentinels, or a cluster.
#[derive(Clone)]
pub struct Redis {
    pub url: String,
    /// `host:port` of each, after `USER:PASSWORD@` where it wants them, or a whole address.
    pub sentinels: Vec<String>,
    pub cluster: bool,
    pub prefix: String,
    pub connect_within: Duration,
    pub answer_within: Duration,
    pub keepalive: bool,
    /// How long a connection may rest until it is asked whether it is there before it is used.
    pub rest: Option<Duration>,
    /// How many times Sentinels that knew no server are asked again, and the pause before each.
    pub sentinel_retries: u32,
    pub sentinel_pause: Duration,
    pub log_ttl: Duration,
}

pub(crate) fn redis(values: &Values) -> Result<Option<Redis>, ConfigError> {
    const PATIENCE: Duration = Duration::from_secs(5);
    const PAUSE: Duration = Duration::from_millis(100);
    let wanted = values.one_of("WEBSOCKET_MANAGER", &["", "redis"])? == "redis";
    let Some(url) = values.filled("WEBSOCKET_REDIS_URL") else {
        return if wanted {
            Err(wrong("WEBSOCKET_MANAGER", "\"redis\" needs an address; set REDIS_URL"))
        } else {
            Ok(None)
        };
    };
    if !["redis://", "rediss://"].iter().any(|scheme| url.starts_with(scheme)) {
        return Err(wrong("REDIS_URL", "the address must begin with redis:// or rediss://"));
    }
    let port: u16 = values.required("WEBSOCKET_SENTINEL_PORT")?;
    let sentinels = values.list("WEBSOCKET_SENTINEL_HOSTS").into_iter();
    let sentinels: Vec<String> = sentinels.map(|entry| with_port(&entry, port)).collect();
    let cluster = values.flag("WEBSOCKET_REDIS_CLUSTER");
    if cluster && !sentinels.is_empty() {
        return Err(wrong("REDIS_CLUSTER", "a cluster has no Sentinels; unset REDIS_SENTINEL_HOSTS"));
    }
    let time = |name: &str, unit: f64| {
        let value = values.json(name).as_f64().filter(|value| *value > 0.0);
        value.and_then(|value| Duration::try_from_secs_f64(value * unit).ok())
    };
    let patience = |name: &str| time(name, 1.0).unwrap_or(PATIENCE);
    Ok(Some(Redis {
        url,
        sentinels,
        cluster,
        prefix: values.text("REDIS_KEY_PREFIX"),
        connect_within: patience("REDIS_SOCKET_CONNECT_TIMEOUT"),
        answer_within: patience("REDIS_SOCKET_TIMEOUT"),
        keepalive: values.flag("REDIS_SOCKET_KEEPALIVE"),
        rest: time("REDIS_HEALTH_CHECK_INTERVAL", 1.0),
        sentinel_retries: values.required("REDIS_SENTINEL_MAX_RETRY_COUNT")?,
        sentinel_pause: time("REDIS_RECONNECT_DELAY", 0.001).unwrap_or(PAUSE),
        log_ttl: Duration::from_secs(values.required("REDIS_RESPONSE_STREAM_TTL")?),
    }))
}

/// How long a reply may be without an owner.
pub(crate) fn task_ttl(values: &Values) -> Result<Option<Duration>, ConfigError> {
    Ok(match values.required("REDIS_TASK_TTL")? {
        0 => None,
        // Too short for the heartbeats of other programs, and so no lifetime that anybody has there.
        1..60 => Some(Duration::from_secs(300)),
        seconds => Some(Duration::from_secs(seconds)),
    })
}

/// A Sentinel with its port; what stands before its host stays.
fn with_port(entry: &str, port: u16) -> String {
    let host = entry.rsplit(['@', '/']).next().unwrap_or(entry);
    if host.contains(':') { entry.to_owned() } else { format!("{entry}:{port}") }
}
