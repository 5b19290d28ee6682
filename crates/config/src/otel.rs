//! Where traces, metrics and logs are sent to, from the names that are about it.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::ConfigError;
use crate::values::{Values, wrong};

/// What is exported by OTLP, and how.
#[derive(Clone)]
pub struct Otel {
    pub traces: Option<Receiver>,
    pub metrics: Option<Receiver>,
    pub logs: Option<Receiver>,
    pub sampler: Sampler,
    /// Between two exports of metrics.
    pub interval: Duration,
    /// What is told of this server: name and value, `service.name` first.
    pub resource: Vec<(String, String)>,
}

/// One address of a collector.
#[derive(Clone)]
pub struct Receiver {
    pub protocol: Protocol,
    /// With `http://` or `https://`.
    pub endpoint: String,
    /// Secrets among them.
    pub headers: Vec<(String, String)>,
}

/// How messages of OTLP travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    Grpc,
    /// Protobuf as the body of a request.
    Http,
}

/// Which traces are kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampler {
    /// A caller that says so decides.
    pub parent_based: bool,
    /// The part of all others, from 0 to 1.
    pub ratio: f64,
}

/// `None`: nothing is exported.
pub(crate) fn otel(values: &Values) -> Result<Option<Otel>, ConfigError> {
    if !values.flag("ENABLE_OTEL") {
        return Ok(None);
    }
    let wants = ["TRACES", "METRICS", "LOGS"].map(|signal| values.flag(&format!("ENABLE_OTEL_{signal}")));
    // Who switches it on and names nothing wants to see something.
    let [traces, metrics, logs] = if wants == [false; 3] { [true, true, false] } else { wants };
    let receiver = |wanted: bool, infix: &str| wanted.then(|| receiver(values, infix)).transpose();
    Ok(Some(Otel {
        traces: receiver(traces, "")?,
        metrics: receiver(metrics, "METRICS_")?,
        logs: receiver(logs, "LOGS_")?,
        sampler: sampler(values)?,
        interval: Duration::from_millis(values.required::<u64>("OTEL_METRICS_EXPORT_INTERVAL_MILLIS")?.max(100)),
        resource: resource(values)?,
    }))
}

/// What is set for one signal (`METRICS_`…), else what is set for all.
fn receiver(values: &Values, infix: &str) -> Result<Receiver, ConfigError> {
    let own = |name: &str| {
        let own = format!("OTEL_{infix}{name}");
        match values.filled(&own) {
            Some(value) => (own, value),
            None => (format!("OTEL_{name}"), values.text(&format!("OTEL_{name}"))),
        }
    };
    let (name, protocol) = own("OTLP_SPAN_EXPORTER");
    let protocol = match protocol.to_lowercase().as_str() {
        "grpc" => Protocol::Grpc,
        "http" | "http/protobuf" => Protocol::Http,
        other => return Err(wrong(&name, format!("\"{other}\" is not one of grpc, http"))),
    };
    let (name, endpoint) = own("EXPORTER_OTLP_ENDPOINT");
    let plain = values.flag(&format!("OTEL_{infix}EXPORTER_OTLP_INSECURE"));
    let endpoint = address(&name, &endpoint, plain)?;
    let mut headers = pairs(values, "OTEL_EXPORTER_OTLP_HEADERS")?;
    let (user, password) = (own("BASIC_AUTH_USERNAME").1, own("BASIC_AUTH_PASSWORD").1);
    if !user.is_empty() || !password.is_empty() {
        let pair = STANDARD.encode(format!("{user}:{password}"));
        headers.push(("authorization".to_owned(), format!("Basic {pair}")));
    }
    Ok(Receiver { protocol, endpoint, headers })
}

/// A scheme says whether it is encrypted; where there is none, the switch does.
fn address(name: &str, text: &str, plain: bool) -> Result<String, ConfigError> {
    let text = text.trim().trim_end_matches('/');
    match text.split_once("://") {
        Some(("http" | "https", rest)) if !rest.is_empty() => Ok(text.to_owned()),
        None if !text.is_empty() => Ok(format!("{}://{text}", if plain { "http" } else { "https" })),
        _ => Err(wrong(name, "it must be an address, such as http://localhost:4317")),
    }
}

fn sampler(values: &Values) -> Result<Sampler, ConfigError> {
    const KNOWN: [&str; 6] = [
        "always_on",
        "always_off",
        "traceidratio",
        "parentbased_always_on",
        "parentbased_always_off",
        "parentbased_traceidratio",
    ];
    let name = values.one_of("OTEL_TRACES_SAMPLER", &KNOWN)?;
    let ratio = match name.trim_start_matches("parentbased_") {
        "always_on" => 1.0,
        "always_off" => 0.0,
        _ => match values.filled("OTEL_TRACES_SAMPLER_ARG") {
            None => 1.0,
            Some(text) => {
                let ratio = text.trim().parse::<f64>().ok().filter(|ratio| (0.0..=1.0).contains(ratio));
                ratio.ok_or_else(|| {
                    wrong("OTEL_TRACES_SAMPLER_ARG", format!("\"{text}\" is no number from 0 to 1, such as 0.1"))
                })?
            }
        },
    };
    Ok(Sampler { parent_based: name.starts_with("parentbased_"), ratio })
}

/// The name that was given outright wins over one among the attributes.
fn resource(values: &Values) -> Result<Vec<(String, String)>, ConfigError> {
    let mut named = values.text("OTEL_SERVICE_NAME");
    let mut attributes = pairs(values, "OTEL_RESOURCE_ATTRIBUTES")?;
    if let Some(place) = attributes.iter().position(|(name, _)| name == "service.name") {
        let (_, other) = attributes.remove(place);
        if named.is_empty() || named == "airis" {
            named = other;
        }
    }
    let named = if named.is_empty() { "airis".to_owned() } else { named };
    attributes.insert(0, ("service.name".to_owned(), named));
    Ok(attributes)
}

/// `name=value` of a list. A header's value may be a secret: it is not told.
fn pairs(values: &Values, name: &str) -> Result<Vec<(String, String)>, ConfigError> {
    let mut pairs = Vec::new();
    for pair in values.list(name) {
        let Some((key, value)) = pair.split_once('=').filter(|(key, _)| !key.trim().is_empty()) else {
            return Err(wrong(name, "each entry must be name=value, with commas between"));
        };
        pairs.push((decoded(key.trim()), decoded(value.trim())));
    }
    Ok(pairs)
}

/// `%2C` and the like; what is no such code stays.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        let code = behind.get(..2).filter(|_| first == b'%').and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            None => {
                bytes.push(first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Option<Otel>, ConfigError> {
        let env = |name: &str| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        otel(&Values::read(&env)?)
    }

    fn on(pairs: &[(&str, &str)]) -> Otel {
        let mut all = vec![("ENABLE_OTEL", "true")];
        all.extend_from_slice(pairs);
        read(&all).unwrap().expect("is on")
    }

    #[test]
    fn nothing_is_exported_unless_it_is_switched_on() {
        assert!(read(&[("ENABLE_OTEL_TRACES", "true")]).unwrap().is_none());
        let alone = on(&[]);
        assert!(alone.traces.is_some() && alone.metrics.is_some() && alone.logs.is_none());
        let logs = on(&[("ENABLE_OTEL_LOGS", "true")]);
        assert!(logs.traces.is_none() && logs.metrics.is_none() && logs.logs.is_some());
    }

    #[test]
    fn a_signal_has_its_own_receiver_or_that_of_all() {
        let otel = on(&[
            ("ENABLE_OTEL_TRACES", "true"),
            ("ENABLE_OTEL_METRICS", "true"),
            ("ENABLE_OTEL_LOGS", "true"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317"),
            ("OTEL_EXPORTER_OTLP_INSECURE", "true"),
            ("OTEL_METRICS_EXPORTER_OTLP_ENDPOINT", "https://metrics.example/"),
            ("OTEL_METRICS_OTLP_SPAN_EXPORTER", "http"),
            ("OTEL_METRICS_BASIC_AUTH_USERNAME", "m"),
            ("OTEL_LOGS_EXPORTER_OTLP_INSECURE", "false"),
            ("OTEL_LOGS_EXPORTER_OTLP_ENDPOINT", ""),
            ("OTEL_EXPORTER_OTLP_HEADERS", "x-key=a%2Cb%3D, x-other=c"),
            ("OTEL_BASIC_AUTH_PASSWORD", "word"),
        ]);
        let (traces, metrics, logs) = (otel.traces.unwrap(), otel.metrics.unwrap(), otel.logs.unwrap());
        assert_eq!((traces.protocol, traces.endpoint.as_str()), (Protocol::Grpc, "http://collector:4317"));
        assert_eq!((metrics.protocol, metrics.endpoint.as_str()), (Protocol::Http, "https://metrics.example"));
        assert_eq!((logs.protocol, logs.endpoint.as_str()), (Protocol::Grpc, "https://collector:4317"));
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let expected = [header("x-key", "a,b="), header("x-other", "c"), header("authorization", "Basic bTp3b3Jk")];
        assert_eq!(metrics.headers, expected);
        assert_eq!(traces.headers[2], header("authorization", "Basic OndvcmQ="));
    }

    #[test]
    fn the_name_that_was_given_outright_wins() {
        let name = |pairs: &[(&str, &str)]| on(pairs).resource[0].1.clone();
        let attributes = ("OTEL_RESOURCE_ATTRIBUTES", "service.name=other,deployment.environment.name=a%20b");
        assert_eq!(name(&[]), "airis");
        assert_eq!(name(&[attributes]), "other");
        assert_eq!(name(&[attributes, ("OTEL_SERVICE_NAME", "chat")]), "chat");
        let environment = ("deployment.environment.name".to_owned(), "a b".to_owned());
        assert_eq!(on(&[attributes]).resource[1..], [environment]);
    }

    #[test]
    fn samplers_are_those_of_opentelemetry() {
        let sampler = |name: &str, argument: &str| {
            on(&[("OTEL_TRACES_SAMPLER", name), ("OTEL_TRACES_SAMPLER_ARG", argument)]).sampler
        };
        assert_eq!(on(&[]).sampler, Sampler { parent_based: true, ratio: 1.0 });
        assert_eq!(sampler("always_off", "0.5"), Sampler { parent_based: false, ratio: 0.0 });
        assert_eq!(sampler("parentbased_traceidratio", "0.25"), Sampler { parent_based: true, ratio: 0.25 });
    }

    #[test]
    fn mistakes_are_named_and_no_secret_with_them() {
        let error = |name: &str, value: &str| {
            read(&[("ENABLE_OTEL", "true"), (name, value)]).err().expect("is refused").to_string()
        };
        assert!(error("OTEL_TRACES_SAMPLER", "some").starts_with("OTEL_TRACES_SAMPLER: \"some\" is not one of"));
        assert!(error("OTEL_EXPORTER_OTLP_ENDPOINT", "ftp://x").starts_with("OTEL_EXPORTER_OTLP_ENDPOINT: "));
        assert!(error("OTEL_METRICS_OTLP_SPAN_EXPORTER", "udp").starts_with("OTEL_METRICS_OTLP_SPAN_EXPORTER: "));
        let ratio =
            [("ENABLE_OTEL", "true"), ("OTEL_TRACES_SAMPLER", "traceidratio"), ("OTEL_TRACES_SAMPLER_ARG", "2")];
        assert!(read(&ratio).err().expect("is refused").to_string().contains("no number from 0 to 1"));
        let headers = error("OTEL_EXPORTER_OTLP_HEADERS", "secret");
        assert!(headers.starts_with("OTEL_EXPORTER_OTLP_HEADERS: ") && !headers.contains("secret"), "{headers}");
    }
}
