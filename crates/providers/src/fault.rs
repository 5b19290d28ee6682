//! Why a server could not be asked, in words that name the likely mistake.

use std::error::Error;
use std::io;

use crate::ProviderError;
use crate::connection::{Connection, Kind};

/// The sentence for a request that failed before its answer was whole.
pub fn unreachable(connection: &Connection, error: &reqwest::Error) -> ProviderError {
    let place = connection.place();
    let cause = innermost(error).to_string();
    tracing::warn!(url = %place, error = %cause, "provider connection failed");
    ProviderError::Unreachable(format!("{} at {place} {}", name(connection), why(error)))
}

/// What people call the other side.
pub fn name(connection: &Connection) -> &str {
    match connection.kind {
        _ if !connection.text("called").is_empty() => connection.text("called"),
        Kind::OpenAi => "the OpenAI-compatible server",
        Kind::Ollama => "Ollama",
    }
}

fn why(error: &reqwest::Error) -> String {
    let kind = find::<io::Error>(error).map(io::Error::kind);
    if error.is_builder() {
        return "cannot be asked: its address, its key or a header holds something that cannot be sent, such as a line break".to_owned();
    }
    if error.is_dns() {
        return "cannot be found: nobody knows that name; is it spelt right, and known in this network?".to_owned();
    }
    if let Some(error) = find::<rustls::Error>(error) {
        return tls(error);
    }
    if error.is_connect() {
        return match kind {
            Some(io::ErrorKind::ConnectionRefused) => {
                "cannot be reached: nothing listens there; is it running, and is the port right?"
            }
            Some(io::ErrorKind::TimedOut) | None if error.is_timeout() => {
                "cannot be reached: it did not take the connection in time; is the address right, or is a firewall between?"
            }
            Some(io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset) => {
                "closed the connection before anything could be asked; does the port match https:// or http://?"
            }
            _ => "cannot be reached; is it running, and is the address right?",
        }
        .to_owned();
    }
    if find::<hyper::Error>(error).is_some_and(hyper::Error::is_parse) {
        return "does not answer as web servers do; is the port right, and does it want https://?".to_owned();
    }
    if find::<hyper::Error>(error).is_some_and(hyper::Error::is_incomplete_message) && error.is_request() {
        return "closed the connection without an answer; look at its log".to_owned();
    }
    if error.is_timeout() { "did not answer in time" } else { "broke the connection off" }.to_owned()
}

fn tls(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidMessage(_) => {
            "does not speak TLS at this port; should the address begin with http:// instead of https://?".to_owned()
        }
        rustls::Error::InvalidCertificate(problem) => {
            format!(
                "shows a certificate that is not trusted ({problem:?}); is the name right, and is the certificate valid?"
            )
        }
        other => format!("could not agree on a safe connection: {other}"),
    }
}

/// The first error of a type among the causes; `io::Error` hides what it carries from `source`.
fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut current = Some(error);
    while let Some(error) = current {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        current = cause(error);
    }
    None
}

fn innermost<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    let mut current = error;
    while let Some(next) = cause(current) {
        current = next;
    }
    current
}

fn cause<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(carried) => Some(carried),
        None => error.source(),
    }
}
