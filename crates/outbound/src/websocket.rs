//! A connection that becomes a websocket, by the same guarded way as any call.

use http::StatusCode;
use http::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, UPGRADE};
use reqwest::{Client, Upgraded};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};

use crate::{Call, OutboundError, send};

/// An open websocket: a stream of messages and a sink for them.
pub type Socket = WebSocketStream<Upgraded>;

/// A message of a websocket.
pub use tokio_tungstenite::tungstenite::Message as Frame;

/// The last message, with the reason.
pub fn closing(code: u16, reason: &str) -> Frame {
    Frame::Close(Some(CloseFrame { code: code.into(), reason: reason.into() }))
}

pub(crate) async fn open(client: &Client, call: Call, place: &str) -> Result<Socket, OutboundError> {
    let key = generate_key();
    let limit = call.limit;
    let call = call
        .header(CONNECTION.as_str(), "Upgrade")
        .header(UPGRADE.as_str(), "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", &key);
    let response = send(client, call, None, place).await?;
    let odd = |what: &str| OutboundError::Odd(place.to_owned(), what.to_owned());
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        return Err(odd(&format!("opens no websocket but answers {}", response.status().as_u16())));
    }
    let accepted = response.headers().get(SEC_WEBSOCKET_ACCEPT).and_then(|value| value.to_str().ok());
    if accepted != Some(derive_accept_key(key.as_bytes()).as_str()) {
        return Err(odd("opens a websocket that nobody asked for"));
    }
    let stream = response.upgrade().await.map_err(|error| OutboundError::from_reqwest(&error, place))?;
    let config = WebSocketConfig::default().max_message_size(Some(limit)).max_frame_size(Some(limit));
    Ok(WebSocketStream::from_raw_socket(stream, Role::Client, Some(config)).await)
}
