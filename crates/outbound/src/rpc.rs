//! gRPC as far as one question and one answer go: a request of HTTP/2 whose body has five bytes before the message, and
//! whose outcome stands behind the answer.

use std::time::Duration;

use http::header::{CONTENT_TYPE, TE};
use http::{HeaderMap, HeaderValue};
use http_body_util::{BodyExt, Limited};
use reqwest::{Body, Client};

use crate::{Call, OutboundError, builder, send};

/// What a server says when it means an error without saying which.
const UNKNOWN: u32 = 2;

/// The client; cheap to clone.
#[derive(Clone, Debug)]
pub struct Rpc {
    client: Client,
}

/// How a call ended: 0 is well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    pub code: u32,
    pub message: String,
}

impl Default for Rpc {
    fn default() -> Self {
        Self::new()
    }
}

impl Rpc {
    pub fn new() -> Self {
        Self { client: builder(false).http2_prior_knowledge().build().unwrap_or_default() }
    }

    /// Sends one message to the address of a method; what is answered is not looked at, only how it ended. Within the
    /// call's deadline, with its largest answer.
    pub async fn tell(&self, call: Call, message: &[u8]) -> Result<Status, OutboundError> {
        Ok(self.ask(call, message).await?.0)
    }

    /// The same with the message that is answered; an empty one where it did not end well.
    pub async fn ask(&self, mut call: Call, message: &[u8]) -> Result<(Status, Vec<u8>), OutboundError> {
        let (place, seconds, limit) = (call.place()?, call.deadline.as_secs(), call.limit);
        call.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
        call.headers.insert(TE, HeaderValue::from_static("trailers"));
        call.body = Some(framed(message));
        let asking = async {
            let response = send(&self.client, call, None, &place).await?;
            let answer: http::Response<Body> = response.into();
            let (head, body) = answer.into_parts();
            if !head.status.is_success() {
                let message = head.status.to_string();
                return Ok((Status { code: of_http(head.status.as_u16()), message }, Vec::new()));
            }
            // An error without an answer stands before it.
            if let Some(status) = status(&head.headers) {
                return Ok((status, Vec::new()));
            }
            let odd = |what: String| OutboundError::Odd(place.clone(), what);
            let whole = Limited::new(body, limit).collect().await;
            let whole = whole.map_err(|error| odd(format!("breaks off: {error}")))?;
            let status = whole.trailers().and_then(status);
            let status = status.ok_or_else(|| odd("does not say how the call ended".to_owned()))?;
            let message = match status.code {
                0 => {
                    unframed(&whole.to_bytes()).ok_or_else(|| odd("answers something that is no message".to_owned()))?
                }
                _ => Vec::new(),
            };
            Ok((status, message))
        };
        match tokio::time::timeout(Duration::from_secs(seconds), asking).await {
            Ok(outcome) => outcome,
            Err(_) => Err(OutboundError::Late(place, seconds)),
        }
    }
}

/// Not packed, so many bytes, and they.
fn framed(message: &[u8]) -> Vec<u8> {
    let mut body = Vec::with_capacity(message.len() + 5);
    body.push(0);
    body.extend_from_slice(&u32::try_from(message.len()).unwrap_or(u32::MAX).to_be_bytes());
    body.extend_from_slice(message);
    body
}

/// The message of an answer that has one and is not packed.
fn unframed(body: &[u8]) -> Option<Vec<u8>> {
    match body.split_at_checked(5)? {
        ([0, length @ ..], message) if u32::from_be_bytes(length.try_into().ok()?) as usize == message.len() => {
            Some(message.to_vec())
        }
        _ => None,
    }
}

fn status(headers: &HeaderMap) -> Option<Status> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let code = text("grpc-status")?.trim().parse().unwrap_or(UNKNOWN);
    Some(Status { code, message: text("grpc-message").unwrap_or_default().to_owned() })
}

/// What a status of HTTP means where a proxy answers in place of the server, as the protocol of gRPC says.
fn of_http(status: u16) -> u32 {
    match status {
        400 => 13,
        401 => 16,
        403 => 7,
        404 => 12,
        429 | 502..=504 => 14,
        _ => UNKNOWN,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_framed_with_its_length() {
        assert_eq!(framed(b"abc"), [0, 0, 0, 0, 3, b'a', b'b', b'c']);
        assert_eq!(framed(&[7; 258])[..6], [0, 0, 0, 1, 2, 7]);
        assert_eq!(unframed(&framed(b"abc")).unwrap(), b"abc");
        for other in [&[][..], &[0, 0, 0, 0, 2, 1], &[1, 0, 0, 0, 1, 1]] {
            assert_eq!(unframed(other), None);
        }
    }

    #[test]
    fn the_outcome_is_read_from_headers() {
        let mut headers = HeaderMap::new();
        assert_eq!(status(&headers), None);
        headers.insert("grpc-status", HeaderValue::from_static("16"));
        headers.insert("grpc-message", HeaderValue::from_static("who are you"));
        assert_eq!(status(&headers).unwrap(), Status { code: 16, message: "who are you".to_owned() });
        headers.insert("grpc-status", HeaderValue::from_static("odd"));
        assert_eq!(status(&headers).unwrap().code, UNKNOWN);
    }
}
