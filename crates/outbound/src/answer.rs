//! What a server said.

use airis_domain::Json;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use reqwest::Response;

use crate::OutboundError;

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// Who said it.
    place: String,
}

impl Answer {
    pub(crate) async fn read(mut response: Response, limit: usize, place: &str) -> Result<Self, OutboundError> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(|error| OutboundError::from_reqwest(&error, place))? {
            if body.len() + piece.len() > limit {
                return Err(OutboundError::TooLarge(place.to_owned(), limit));
            }
            body.extend_from_slice(&piece);
        }
        Ok(Self { status, headers, body, place: place.to_owned() })
    }

    /// The answer if its status says success.
    pub fn ok(self) -> Result<Self, OutboundError> {
        match self.status {
            200..=299 => Ok(self),
            300..=399 => Err(self.odd("sends requests on to another address; use the one it really has")),
            status => {
                let text: String = String::from_utf8_lossy(&self.body).chars().take(200).collect();
                let text = if text.trim().is_empty() { String::new() } else { format!(": {}", text.trim()) };
                Err(self.odd(&format!("answers {status}{text}")))
            }
        }
    }

    pub fn json(&self) -> Result<Json, OutboundError> {
        serde_json::from_slice(&self.body).map_err(|_| self.odd("answers something that is no JSON"))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Kind of the content without its parameters.
    pub fn kind(&self) -> String {
        let kind = self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    fn odd(&self, what: &str) -> OutboundError {
        OutboundError::Odd(self.place.clone(), what.to_owned())
    }
}
