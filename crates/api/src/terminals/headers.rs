//! Which headers go through to a terminal server, and which come back.

use airis_outbound::Url;
use axum::http::header::{CONNECTION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderName, HeaderValue};

use super::way::Way;

/// What is said about one connection only.
const OF_CONNECTION: [&str; 9] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];
/// What is meant for this server alone: who asks, from where, and with what right.
const FOR_US: [&str; 14] = [
    "authorization",
    "content-length",
    "cookie",
    "expect",
    "forwarded",
    "host",
    "origin",
    "referer",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
    "x-session-id",
    "x-user-id",
];
/// What would change how a browser treats this server, or what a proxy in front of it does.
const OVER_US: [&str; 13] = [
    "alt-svc",
    "clear-site-data",
    "content-security-policy",
    "content-security-policy-report-only",
    "location",
    "nel",
    "refresh",
    "service-worker-allowed",
    "set-cookie",
    "strict-transport-security",
    "www-authenticate",
    "x-process-time",
    "x-request-id",
];
const OVER_US_BEGIN: [&str; 4] = ["access-control-", "report", "x-accel-", "x-sendfile"];
/// A page of a terminal runs as a page of nobody: it reaches neither this server's cookies nor its storage.
const SANDBOX: &str = "sandbox allow-downloads allow-forms allow-modals allow-popups allow-scripts";

/// What a terminal server hears of a request. `credential` is what the caller came in with, wherever it stands.
pub fn onward(headers: &HeaderMap, key_header: &str, credential: Option<&str>) -> HeaderMap {
    let is_credential = |value: &HeaderValue| {
        credential.is_some_and(|credential| String::from_utf8_lossy(value.as_bytes()).contains(credential))
    };
    let ours = |name: &HeaderName| FOR_US.contains(&name.as_str()) || name.as_str().eq_ignore_ascii_case(key_header);
    through(headers, |name, value| !ours(name) && !is_credential(value))
}

/// What the caller hears of an answer. `base` is the server's address, `asked` that of the request.
pub fn back(headers: &HeaderMap, way: &Way, base: &str, asked: &str) -> HeaderMap {
    let over_us = |name: &HeaderName| {
        OVER_US.contains(&name.as_str()) || OVER_US_BEGIN.iter().any(|begin| name.as_str().starts_with(begin))
    };
    let mut kept = through(headers, |name, _| !over_us(name));
    if let Some(location) = headers.get(LOCATION).and_then(|location| moved(location, way, base, asked)) {
        kept.insert(LOCATION, location);
    }
    kept.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // A sandbox would keep browsers from showing PDFs, which run nothing.
    let is_pdf = |kind: &HeaderValue| kind.as_bytes().to_ascii_lowercase().starts_with(b"application/pdf");
    if !kept.get(CONTENT_TYPE).is_some_and(is_pdf) {
        kept.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(SANDBOX));
    }
    kept
}

/// Headers that `keep` lets through and that are not about the connection.
fn through(headers: &HeaderMap, keep: impl Fn(&HeaderName, &HeaderValue) -> bool) -> HeaderMap {
    let named: Vec<String> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    let mut kept = HeaderMap::new();
    for (name, value) in headers {
        let of_connection =
            OF_CONNECTION.contains(&name.as_str()) || named.iter().any(|listed| listed == name.as_str());
        if !of_connection && keep(name, value) {
            kept.append(name.clone(), value.clone());
        }
    }
    kept
}

/// An address that the server sends people on to, as it is called here; `None` for one that is not the server's.
fn moved(location: &HeaderValue, way: &Way, base: &str, asked: &str) -> Option<HeaderValue> {
    let target = Url::parse(asked).ok()?.join(location.to_str().ok()?).ok()?;
    let base = Url::parse(base).ok()?;
    let path = target.as_str().strip_prefix(base.as_str().trim_end_matches('/'))?.strip_prefix('/')?;
    HeaderValue::from_str(&format!("{}/{path}", way.front)).ok()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn map(headers: &[(&'static str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        map
    }

    #[test]
    fn nothing_that_opens_this_server_is_sent_on() {
        let sent = map(&[
            ("authorization", "Bearer T0KEN"),
            ("cookie", "token=T0KEN"),
            ("x-api-key", "sk-1"),
            ("x-user-id", "somebody else"),
            ("x-note", "this is T0KEN"),
            ("connection", "close, X-Hop"),
            ("x-hop", "1"),
            ("transfer-encoding", "chunked"),
            ("accept", "a"),
            ("accept", "b"),
        ]);
        assert_eq!(onward(&sent, "X-API-Key", Some("T0KEN")), map(&[("accept", "a"), ("accept", "b")]));
    }

    #[test]
    fn an_answer_cannot_speak_for_this_server() {
        let said = map(&[
            ("content-type", "text/html"),
            ("set-cookie", "token=stolen"),
            ("access-control-allow-origin", "*"),
            ("x-accel-redirect", "/etc/passwd"),
            ("content-security-policy", "default-src *"),
            ("keep-alive", "timeout=5"),
            ("x-mine", "1"),
        ]);
        let way = Way::read("/api/v1/terminals/s/a", false).unwrap();
        let wanted = map(&[
            ("content-type", "text/html"),
            ("x-mine", "1"),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", SANDBOX),
        ]);
        assert_eq!(back(&said, &way, "http://t", "http://t/a"), wanted);
        let pdf = back(&map(&[("content-type", "application/pdf")]), &way, "http://t", "http://t/a");
        assert!(!pdf.contains_key("content-security-policy"));
    }

    #[test]
    fn people_are_sent_on_within_the_server_only() {
        let way = Way::read("/api/v1/terminals/s/a/b", false).unwrap();
        let to = |location: &str| {
            let found = moved(&location.parse().unwrap(), &way, "http://t:1/base", "http://t:1/base/a/b");
            found.map(|found| found.to_str().unwrap().to_owned())
        };
        assert_eq!(to("c?x=1").unwrap(), "/api/v1/terminals/s/a/c?x=1");
        assert_eq!(to("/base/d").unwrap(), "/api/v1/terminals/s/d");
        assert_eq!(to("http://t:1/base/e#f").unwrap(), "/api/v1/terminals/s/e#f");
        for elsewhere in ["/other", "http://t:12/base/a", "//evil.example/base/a", "../../../x", "/basement/a"] {
            assert_eq!(to(elsewhere), None, "{elsewhere}");
        }
    }
}
