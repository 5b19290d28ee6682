//! A client on a websocket: one task, no buffers while it is idle.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, sleep_until, timeout};

use crate::frame::{self, Frame, FrameReader, Opcode};
use crate::link::{Flow, JOIN_WITHIN, Link, PING};
use crate::outbox::Next;
use crate::{Inner, MAX_PAYLOAD};

/// Bytes written at a time.
const PORTION: usize = 64 * 1024;

/// Serves a client until either side ends it.
pub(crate) async fn serve<Io: AsyncRead + AsyncWrite + Unpin>(mut io: Io, inner: Arc<Inner>) {
    let settings = inner.config.settings();
    let interval = Duration::from_secs(settings.websocket_ping_interval);
    let patience = Duration::from_secs(settings.websocket_ping_timeout);
    let mut link = Link::open(&inner);
    let sid = link.seat.id().to_owned();
    match converse(&mut io, &mut link, interval, patience).await {
        Ok(why) => tracing::debug!(sid, why, "websocket closed"),
        Err(error) => tracing::debug!(sid, %error, "websocket broken"),
    }
    let mut goodbye = Vec::new();
    frame::write(&mut goodbye, Opcode::Close, &1000_u16.to_be_bytes());
    let _ = timeout(patience.min(Duration::from_secs(2)), io.write_all(&goodbye)).await;
}

async fn converse<Io: AsyncRead + AsyncWrite + Unpin>(
    io: &mut Io,
    link: &mut Link,
    interval: Duration,
    patience: Duration,
) -> io::Result<&'static str> {
    let mut reader = FrameReader::default();
    let begun = Instant::now();
    // The next ping, or the time by which the last one must be answered.
    let mut alarm = begun + interval;
    let mut waiting = false;
    loop {
        let seat = link.seat.clone();
        tokio::select! {
            next = seat.next(PORTION) => match next {
                Next::Send(packets) => {
                    let mut bytes = Vec::with_capacity(packets.iter().map(|packet| packet.len() + 10).sum());
                    packets.iter().for_each(|packet| frame::write(&mut bytes, Opcode::Text, packet));
                    drop(packets);
                    write(io, &bytes, patience).await?;
                }
                Next::Close => return Ok("by the server"),
            },
            frame = reader.next(io, MAX_PAYLOAD) => match frame? {
                Some(Frame::Text(text)) => match link.text(&text) {
                    Flow::On => {}
                    Flow::Pong => {
                        waiting = false;
                        alarm = Instant::now() + interval;
                    }
                    Flow::Over => return Ok("by the client, or unusable"),
                },
                Some(Frame::Binary(bytes)) => {
                    if link.binary(bytes) == Flow::Over {
                        return Ok("binary that nobody announced");
                    }
                }
                Some(Frame::Ping(payload)) => {
                    let mut bytes = Vec::new();
                    frame::write(&mut bytes, Opcode::Pong, &payload);
                    write(io, &bytes, patience).await?;
                }
                Some(Frame::Pong) => {}
                Some(Frame::Close) | None => return Ok("by the client"),
            },
            () = sleep_until(alarm) => {
                if waiting {
                    return Ok("the client does not answer pings");
                }
                if !link.joined() && begun.elapsed() > JOIN_WITHIN {
                    return Ok("the client never joined");
                }
                link.seat.push(PING);
                waiting = true;
                alarm = Instant::now() + patience;
            }
        }
    }
}

/// Writes with a deadline: a peer that takes nothing does not hold us.
async fn write<Io: AsyncWrite + Unpin>(io: &mut Io, bytes: &[u8], patience: Duration) -> io::Result<()> {
    let written = async {
        io.write_all(bytes).await?;
        io.flush().await
    };
    timeout(patience, written).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}
