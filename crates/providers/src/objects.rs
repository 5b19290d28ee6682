//! The objects of one reply as they come, until the provider says that it is done.

use std::pin::Pin;

use bytes::Bytes;
use futures::{Stream, StreamExt};
use reqwest::Response;

use crate::connection::Connection;
use crate::events::{Event, Events, Framing};
use crate::http::Http;
use crate::{ProviderError, fault, redact, words};

/// Largest reply, framing included. No honest one comes near; an endless one must not fill the memory.
const LARGEST: usize = 256 * 1024 * 1024;

/// Objects, and `Done` where the provider says so; the connection is closed when this is dropped.
pub type Objects = Pin<Box<dyn Stream<Item = Result<Event, ProviderError>> + Send>>;

/// What the answer brings. A stream without any object ends with an error that shows what came instead.
pub fn objects(http: &Http, connection: &Connection, response: Response, framing: Framing) -> Objects {
    let mut bytes = http.bytes(connection, response);
    let connection = connection.clone();
    Box::pin(async_stream::stream! {
        let mut events = Events::new(framing);
        let mut size = 0;
        let mut over = false;
        while !over {
            let mut out = Vec::new();
            let failure = match bytes.next().await {
                Some(Ok(piece)) => take(&mut events, &piece, &mut size, &mut out).err(),
                Some(Err(error)) => Some(error),
                None => {
                    over = true;
                    events.finish(&mut out);
                    events.instead().map(|text| {
                        let text = redact::text(&connection, &text);
                        ProviderError::Broken(format!("no reply, but \"{}\"; is the address right?", words::line(&text)))
                    })
                }
            };
            for event in out {
                let done = event == Event::Done;
                yield Ok(tidy(&connection, event));
                if done {
                    return;
                }
            }
            if let Some(error) = failure {
                yield Err(error);
                return;
            }
        }
    })
}

fn take(events: &mut Events, piece: &Bytes, size: &mut usize, out: &mut Vec<Event>) -> Result<(), ProviderError> {
    *size += piece.len();
    if *size > LARGEST {
        return Err(ProviderError::Broken("the reply does not end: more than 256 MB came".to_owned()));
    }
    events.feed(piece, out)
}

/// The provider's own error, without the key.
fn tidy(connection: &Connection, mut event: Event) -> Event {
    if let Event::Object(object) = &mut event
        && (object.get("error").is_some() || object["type"] == "error" || object["type"] == "response.failed")
    {
        redact::json(connection, object);
    }
    event
}

/// The connection was closed in the middle of a reply.
pub fn unfinished(connection: &Connection) -> ProviderError {
    ProviderError::Unreachable(format!(
        "{} at {} closed the connection before the reply was complete; it may have crashed: look at its log",
        fault::name(connection),
        connection.place()
    ))
}
