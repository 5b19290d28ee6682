//! The way of one signal to its collector.

use airis_config::{Protocol, Receiver};
use airis_outbound::{Call, Outbound, Rpc};

/// Seconds that one export may take.
const SECONDS: u64 = 10;
/// Bytes of an answer that are read.
const ANSWER: usize = 64 * 1024;
const PROTOBUF: &str = "application/x-protobuf";

/// Where exports go.
pub(crate) struct Way {
    pub(crate) signal: &'static str,
    call: Call,
    client: Client,
}

enum Client {
    Grpc(Rpc),
    Http(Outbound),
}

/// Why an export did not arrive. The text is for people and holds no secrets.
pub(crate) enum Failure {
    /// The same may arrive later.
    Away(String),
    /// It never will.
    Refused(String),
}

impl Way {
    /// `signal`: `traces`, `metrics` or `logs`.
    pub(crate) fn new(signal: &'static str, to: &Receiver) -> Self {
        let (url, client) = match to.protocol {
            Protocol::Grpc => (method(&to.endpoint, signal), Client::Grpc(Rpc::new())),
            Protocol::Http => (path(&to.endpoint, signal), Client::Http(Outbound::new())),
        };
        let call = Call::post(url).within(SECONDS).at_most(ANSWER);
        let call = to.headers.iter().fold(call, |call, (name, value)| call.header(name, value));
        Self { signal, call, client }
    }

    pub(crate) async fn deliver(&self, message: &[u8]) -> Result<(), Failure> {
        match &self.client {
            Client::Grpc(rpc) => {
                let ended = rpc.tell(self.call.clone(), message).await;
                let status = ended.map_err(|error| Failure::Away(error.to_string()))?;
                match status.code {
                    0 => Ok(()),
                    // Those that the protocol calls passing.
                    1 | 4 | 8 | 10 | 11 | 14 | 15 => Err(Failure::Away(said(status.code, &status.message))),
                    code => Err(Failure::Refused(said(code, &status.message))),
                }
            }
            Client::Http(http) => {
                let call = self.call.clone().bytes(PROTOBUF, message.to_vec());
                let answer = http.fetch(call).await.map_err(|error| Failure::Away(error.to_string()))?;
                match answer.status {
                    200..=299 => Ok(()),
                    status @ (429 | 502..=504) => Err(Failure::Away(format!("it answers {status}"))),
                    status => Err(Failure::Refused(format!("it answers {status}"))),
                }
            }
        }
    }
}

/// A header may hold what a collector was sent: its words are cut short.
fn said(code: u32, message: &str) -> String {
    let message: String = message.chars().take(200).collect();
    format!("it answers {code} {message}").trim_end().to_owned()
}

/// The address of the signal's method. gRPC knows no other paths.
fn method(endpoint: &str, signal: &str) -> String {
    let host = endpoint.find("://").map_or(0, |place| place + 3);
    let end = endpoint[host..].find(['/', '?', '#']).map_or(endpoint.len(), |place| host + place);
    let (package, service) = match signal {
        "traces" => ("trace", "Trace"),
        "metrics" => ("metrics", "Metrics"),
        _ => ("logs", "Logs"),
    };
    format!("{}/opentelemetry.proto.collector.{package}.v1.{service}Service/Export", &endpoint[..end])
}

/// The address of the signal, whether the endpoint is that of all, of this one or of another.
fn path(endpoint: &str, signal: &str) -> String {
    let base = ["traces", "metrics", "logs"].iter().find_map(|one| endpoint.strip_suffix(&format!("/v1/{one}")));
    format!("{}/v1/{signal}", base.unwrap_or(endpoint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_from_what_operators_write() {
        assert_eq!(path("http://c:4318", "traces"), "http://c:4318/v1/traces");
        assert_eq!(path("http://c:4318/v1/traces", "logs"), "http://c:4318/v1/logs");
        assert_eq!(path("https://c/otlp", "metrics"), "https://c/otlp/v1/metrics");
        let trace = "http://c:4317/opentelemetry.proto.collector.trace.v1.TraceService/Export";
        assert_eq!(method("http://c:4317", "traces"), trace);
        assert_eq!(method("http://c:4317/v1/traces", "traces"), trace);
        assert!(
            method("https://[::1]:1", "logs").starts_with("https://[::1]:1/opentelemetry.proto.collector.logs.v1.")
        );
    }
}
