//! Headers that the operator asked for: each has a variable, and a value that makes no sense becomes the strictest one.

use crate::ConfigError;
use crate::values::{Values, wrong};

struct Header {
    name: &'static str,
    variable: &'static str,
    makes_sense: fn(&str) -> bool,
    strictest: &'static str,
}

const fn header(
    name: &'static str,
    variable: &'static str,
    makes_sense: fn(&str) -> bool,
    strictest: &'static str,
) -> Header {
    Header { name, variable, makes_sense, strictest }
}

const HEADERS: [Header; 14] = [
    header("cache-control", "CACHE_CONTROL", is_cache_control, "no-store, max-age=0"),
    header("content-security-policy", "CONTENT_SECURITY_POLICY", |_| true, ""),
    header("content-security-policy-report-only", "CONTENT_SECURITY_POLICY_REPORT_ONLY", |_| true, ""),
    header(
        "cross-origin-embedder-policy",
        "CROSS_ORIGIN_EMBEDDER_POLICY",
        |value| ["unsafe-none", "require-corp", "credentialless"].contains(&value),
        "require-corp",
    ),
    header(
        "cross-origin-opener-policy",
        "CROSS_ORIGIN_OPENER_POLICY",
        |value| ["unsafe-none", "same-origin-allow-popups", "same-origin", "noopener-allow-popups"].contains(&value),
        "same-origin",
    ),
    header(
        "cross-origin-resource-policy",
        "CROSS_ORIGIN_RESOURCE_POLICY",
        |value| ["same-site", "same-origin", "cross-origin"].contains(&value),
        "same-origin",
    ),
    header("permissions-policy", "PERMISSIONS_POLICY", is_permissions_policy, "none"),
    header(
        "referrer-policy",
        "REFERRER_POLICY",
        |value| value.contains("origin") || value.contains("referrer") || value == "unsafe-url",
        "no-referrer",
    ),
    header("reporting-endpoints", "REPORTING_ENDPOINTS", |_| true, ""),
    header(
        "strict-transport-security",
        "HSTS",
        |value| value.starts_with("max-age="),
        "max-age=31536000;includeSubDomains",
    ),
    header("x-content-type-options", "XCONTENT_TYPE", |value| value == "nosniff", "nosniff"),
    header("x-download-options", "XDOWNLOAD_OPTIONS", |value| value == "noopen", "noopen"),
    header("x-frame-options", "XFRAME_OPTIONS", |value| value == "DENY" || value == "SAMEORIGIN", "DENY"),
    header(
        "x-permitted-cross-domain-policies",
        "XPERMITTED_CROSS_DOMAIN_POLICIES",
        |value| ["none", "master-only", "by-content-type", "by-ftp-filename", "all"].contains(&value),
        "none",
    ),
];

/// Names and values; fails where a value could be no header at all.
pub(crate) fn read(values: &Values) -> Result<Vec<(&'static str, String)>, ConfigError> {
    let given = |header: &Header| {
        let value = values.filled(header.variable)?;
        if !value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            return Some(Err(wrong(header.variable, "a header is one line of plain ASCII text")));
        }
        Some(Ok((header.name, if (header.makes_sense)(&value) { value } else { header.strictest.to_owned() })))
    };
    HEADERS.iter().filter_map(given).collect()
}

fn is_cache_control(value: &str) -> bool {
    let switches = [
        "public",
        "private",
        "no-cache",
        "no-store",
        "no-transform",
        "must-revalidate",
        "proxy-revalidate",
        "must-understand",
        "immutable",
    ];
    let ages = ["max-age", "s-maxage", "stale-while-revalidate", "stale-if-error"];
    value.split(',').map(str::trim).all(|part| match part.split_once('=') {
        None => switches.contains(&part),
        Some((age, seconds)) => ages.contains(&age) && seconds.parse::<u32>().is_ok(),
    })
}

/// Features with whom they are for, such as `camera=(), microphone=(self)`.
fn is_permissions_policy(value: &str) -> bool {
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    value.split(',').map(str::trim).all(|part| {
        part.split_once('=').is_some_and(|(name, whom)| {
            is_name(name) && (["*", "self"].contains(&whom) || (whom.starts_with('(') && whom.ends_with(')')))
        })
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn given(variable: &str, value: &str) -> Result<Vec<(&'static str, String)>, ConfigError> {
        read(&Values::read(&|name| (name == variable).then(|| value.to_owned())).unwrap())
    }

    #[test]
    fn what_makes_sense_is_taken_as_it_is() {
        for (variable, name, value) in [
            ("CACHE_CONTROL", "cache-control", "private, max-age=60"),
            ("CROSS_ORIGIN_OPENER_POLICY", "cross-origin-opener-policy", "same-origin-allow-popups"),
            ("PERMISSIONS_POLICY", "permissions-policy", "camera=(), microphone=(self), fullscreen=*"),
            ("REPORTING_ENDPOINTS", "reporting-endpoints", "main=\"https://reports.example\""),
            ("XPERMITTED_CROSS_DOMAIN_POLICIES", "x-permitted-cross-domain-policies", "master-only"),
        ] {
            assert_eq!(given(variable, value).unwrap(), [(name, value.to_owned())]);
        }
        assert_eq!(given("HSTS", "").unwrap(), []);
    }

    #[test]
    fn what_does_not_becomes_the_strictest() {
        for (variable, value, strictest) in [
            ("CACHE_CONTROL", "max-age=soon", "no-store, max-age=0"),
            ("CROSS_ORIGIN_EMBEDDER_POLICY", "yes", "require-corp"),
            ("CROSS_ORIGIN_RESOURCE_POLICY", "all", "same-origin"),
            ("PERMISSIONS_POLICY", "camera", "none"),
            ("XCONTENT_TYPE", "yes", "nosniff"),
            ("XDOWNLOAD_OPTIONS", "yes", "noopen"),
            ("XFRAME_OPTIONS", "ALLOW-FROM x", "DENY"),
        ] {
            assert_eq!(given(variable, value).unwrap()[0].1, strictest, "{variable}");
        }
    }

    #[test]
    fn what_could_be_no_header_stops_the_start() {
        let error = given("CONTENT_SECURITY_POLICY", "default-src\r\nx: y").unwrap_err();
        assert_eq!(error.variable, "CONTENT_SECURITY_POLICY");
    }
}
