//! An answer that goes on to somebody else as it comes: never whole in memory.

use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use reqwest::{Body, Client, Response};
use tokio::time::timeout;

use crate::{Call, OutboundError};

/// An answer whose body is still on its way.
#[derive(Debug)]
pub struct Streamed {
    pub status: u16,
    pub headers: HeaderMap,
    response: Response,
    /// Bytes that may still come.
    left: usize,
    limit: usize,
    /// Longest wait for a piece.
    seconds: u64,
    /// Who says it.
    place: String,
}

pub(crate) async fn open(
    client: &Client,
    call: Call,
    body: Option<Body>,
    place: String,
) -> Result<Streamed, OutboundError> {
    let (seconds, limit) = (call.deadline.as_secs(), call.limit);
    let mut request = client.request(call.method, call.url).headers(call.headers);
    if let Some(body) = body.or_else(|| call.body.map(Body::from)) {
        request = request.body(body);
    }
    match timeout(Duration::from_secs(seconds), request.send()).await {
        Ok(Ok(response)) => {
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            Ok(Streamed { status, headers, response, left: limit, limit, seconds, place })
        }
        Ok(Err(error)) => Err(OutboundError::from_reqwest(&error, &place)),
        Err(_) => Err(OutboundError::Late(place, seconds)),
    }
}

impl Streamed {
    /// The next piece; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Bytes>, OutboundError> {
        let piece = timeout(Duration::from_secs(self.seconds), self.response.chunk()).await;
        let piece = piece.map_err(|_| OutboundError::Late(self.place.clone(), self.seconds))?;
        let piece = piece.map_err(|error| OutboundError::from_reqwest(&error, &self.place))?;
        if let Some(piece) = &piece {
            let left = self.left.checked_sub(piece.len());
            self.left = left.ok_or_else(|| OutboundError::TooLarge(self.place.clone(), self.limit))?;
        }
        Ok(piece)
    }
}
