//! The conversation with one client, whatever carries it: Engine.IO packets in, their effects on the seat.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::packet::{self, Malformed, Packet, Partial};
use crate::seat::{ClientEvent, Seat};
use crate::{Inner, MAX_PAYLOAD, inbound};

/// Engine.IO's own packets.
pub(crate) const PING: Bytes = Bytes::from_static(b"2");
/// A client that opens a connection must join the namespace within this time.
pub(crate) const JOIN_WITHIN: Duration = Duration::from_secs(45);

/// One client's side of the protocol.
pub(crate) struct Link {
    inner: Arc<Inner>,
    pub(crate) seat: Arc<Seat>,
    joined: bool,
    partial: Option<Box<Partial>>,
}

/// Whether the conversation goes on.
#[derive(Debug, PartialEq)]
pub(crate) enum Flow {
    On,
    /// The client answered a ping.
    Pong,
    Over,
}

impl Link {
    /// A new client; the packet that opens the conversation is queued.
    pub(crate) fn open(inner: &Arc<Inner>) -> Self {
        let seat = Arc::new(Seat::new(inner.bus.tag()));
        let settings = inner.config.settings();
        let (interval, timeout) = (settings.websocket_ping_interval * 1000, settings.websocket_ping_timeout * 1000);
        let sid = seat.id();
        seat.push(Bytes::from(format!(
            r#"0{{"sid":"{sid}","upgrades":[],"pingTimeout":{timeout},"pingInterval":{interval},"maxPayload":{MAX_PAYLOAD}}}"#
        )));
        Self { inner: inner.clone(), seat, joined: false, partial: None }
    }

    pub(crate) fn joined(&self) -> bool {
        self.joined
    }

    /// Takes one Engine.IO packet.
    pub(crate) fn text(&mut self, text: &str) -> Flow {
        match text.as_bytes().first() {
            Some(b'4') if self.partial.is_none() => match packet::read(&text[1..]) {
                Ok(packet) => self.packet(packet),
                Err(error) => self.malformed(&error),
            },
            Some(b'3') => Flow::Pong,
            // Pings of clients and probes of upgrades that are not offered are passed over.
            Some(b'2' | b'5' | b'6') => Flow::On,
            _ => Flow::Over,
        }
    }

    /// Takes an attachment.
    pub(crate) fn binary(&mut self, bytes: Vec<u8>) -> Flow {
        let Some(partial) = self.partial.take() else { return Flow::Over };
        if partial.size() + bytes.len() > MAX_PAYLOAD {
            return Flow::Over;
        }
        match partial.attach(bytes) {
            Ok(packet) => self.packet(packet),
            Err(error) => self.malformed(&error),
        }
    }

    fn packet(&mut self, packet: Packet) -> Flow {
        match packet {
            Packet::Connect(auth) if !self.joined => {
                self.joined = true;
                inbound::receive(&self.inner, &self.seat, ClientEvent::Connect(auth))
            }
            Packet::Event { name, data, ack } if self.joined => {
                inbound::receive(&self.inner, &self.seat, ClientEvent::Event { name, data, ack })
            }
            Packet::Ack { id, answer } if self.joined => {
                self.seat.answered(id, answer);
                Flow::On
            }
            Packet::ConnectElsewhere(namespace) => {
                let refusal = format!(r#"44{namespace},{{"message":"Unable to connect"}}"#);
                self.seat.push(Bytes::from(refusal));
                Flow::On
            }
            Packet::Unfinished(partial) => {
                self.partial = Some(Box::new(partial));
                Flow::On
            }
            Packet::Connect(_) | Packet::Nothing => Flow::On,
            // An event or an answer before joining, or the goodbye.
            Packet::Event { .. } | Packet::Ack { .. } | Packet::Disconnect => Flow::Over,
        }
    }

    fn malformed(&self, error: &Malformed) -> Flow {
        tracing::debug!(sid = self.seat.id(), %error, "connection ended");
        Flow::Over
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        inbound::leave(&self.inner, &self.seat);
        self.seat.cut();
    }
}
