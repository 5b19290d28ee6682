//! Other instances of the same server.

use crate::variable::{Variable, flag, float, int, list, text};

pub(super) const VARIABLES: &[Variable] = &[
    text("WEBSOCKET_MANAGER", "").doc("`redis`: instances talk over Redis, whose address is then needed; default: over Redis where one is given, else over PostgreSQL"),
    text("REDIS_URL", "").doc("`redis://` or `rediss://`, with user and password where needed; with Sentinels its host is the name of the service; of a cluster several nodes with commas between"),
    text("WEBSOCKET_REDIS_URL", "").or("REDIS_URL").doc("The same, and first, for what instances tell each other"),
    list("REDIS_SENTINEL_HOSTS", ',', "").doc("Sentinels that know where the server is, each `HOST` or `HOST:PORT`, after `USER:PASSWORD@` where it wants them; `rediss://` before it where it encrypts"),
    int("REDIS_SENTINEL_PORT", "26379").doc("Port of Sentinels that are given without one"),
    list("WEBSOCKET_SENTINEL_HOSTS", ',', "").or("REDIS_SENTINEL_HOSTS").doc("The same, and first, for what instances tell each other"),
    int("WEBSOCKET_SENTINEL_PORT", "26379").or("REDIS_SENTINEL_PORT").doc("Port of those that are given without one"),
    flag("REDIS_CLUSTER", false).doc("The address is that of a cluster"),
    flag("WEBSOCKET_REDIS_CLUSTER", false).or("REDIS_CLUSTER").doc("The same, and first, for what instances tell each other"),
    text("REDIS_KEY_PREFIX", "open-webui").doc("What every key in Redis begins with"),
    float("REDIS_SOCKET_CONNECT_TIMEOUT", "").doc("Seconds that a connection to Redis may take; default: 5"),
    float("REDIS_SOCKET_TIMEOUT", "").doc("Seconds that an answer of Redis may take; default: 5"),
    flag("REDIS_SOCKET_KEEPALIVE", false).doc("Whether the system tries idle connections to Redis, too, for networks that forget them"),
    float("REDIS_HEALTH_CHECK_INTERVAL", "").doc("Seconds after which a connection to Redis that nobody used is asked whether it is there, before it is used again, and made anew if not; empty or 0: never. Every two seconds an instance says that it lives, so more than two find nothing to ask"),
    int("REDIS_SENTINEL_MAX_RETRY_COUNT", "2").doc("How many times the Sentinels are asked again, one after the other, when none of them knows a server"),
    float("REDIS_RECONNECT_DELAY", "").doc("Milliseconds before each of these times; default: 100"),
    int("REDIS_RESPONSE_STREAM_TTL", "3600").doc("Seconds that the log of a reply is kept in Redis after its last line"),
    int("REDIS_TASK_TTL", "0").doc("Seconds after which a reply that no living instance writes is not continued by the next one but ended as it stands, over Redis or not (1 to 59 count as 300); 0: it is always continued"),
];
