//! What waits for one socket. Bounded in bytes and in number: a reader that is too slow is cut, and resumes when it is
//! back, instead of filling our memory.

use std::collections::VecDeque;

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::Notify;

/// Bytes that may wait; a reply of ten megabytes in one event still passes.
const BYTES: usize = 24 * 1024 * 1024;
/// Packets that may wait.
const PACKETS: usize = 8 * 1024;

/// A queue of Engine.IO packets.
#[derive(Default)]
pub(crate) struct Outbox {
    queue: Mutex<Queue>,
    ready: Notify,
}

#[derive(Default)]
struct Queue {
    packets: VecDeque<Bytes>,
    bytes: usize,
    end: End,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum End {
    #[default]
    Open,
    /// What waits is still sent.
    Closing,
    /// Nothing more is sent.
    Cut,
}

/// What a transport does next.
#[derive(Debug, PartialEq)]
pub(crate) enum Next {
    Send(Vec<Bytes>),
    Close,
}

impl Outbox {
    /// Queues a packet. False when the backlog is full, which cuts the socket.
    pub(crate) fn push(&self, packet: Bytes) -> bool {
        let mut queue = self.queue.lock();
        if queue.end != End::Open {
            return true;
        }
        if queue.packets.len() >= PACKETS || queue.bytes + packet.len() > BYTES {
            queue.cut();
            drop(queue);
            self.ready.notify_one();
            return false;
        }
        queue.bytes += packet.len();
        queue.packets.push_back(packet);
        drop(queue);
        self.ready.notify_one();
        true
    }

    /// Ends the socket after what waits was sent.
    pub(crate) fn close(&self) {
        let mut queue = self.queue.lock();
        if queue.end == End::Open {
            queue.end = End::Closing;
        }
        drop(queue);
        self.ready.notify_one();
    }

    /// Ends the socket at once.
    pub(crate) fn cut(&self) {
        self.queue.lock().cut();
        self.ready.notify_one();
    }

    /// Whether the end was decided.
    pub(crate) fn is_closed(&self) -> bool {
        self.queue.lock().end != End::Open
    }

    /// Waits for packets, at most about `most` bytes of them, or for the end.
    pub(crate) async fn next(&self, most: usize) -> Next {
        loop {
            if let Some(next) = self.take(most) {
                return next;
            }
            self.ready.notified().await;
        }
    }

    fn take(&self, most: usize) -> Option<Next> {
        let mut queue = self.queue.lock();
        let mut taken = Vec::new();
        let mut size = 0;
        while size < most
            && let Some(packet) = queue.packets.pop_front()
        {
            size += packet.len();
            taken.push(packet);
        }
        queue.bytes -= size;
        if queue.packets.is_empty() {
            queue.packets = VecDeque::new();
        }
        if !taken.is_empty() {
            return Some(Next::Send(taken));
        }
        (queue.end != End::Open).then_some(Next::Close)
    }
}

impl Queue {
    fn cut(&mut self) {
        self.end = End::Cut;
        self.bytes = 0;
        self.packets = VecDeque::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn packets_come_out_in_order_and_then_the_end() {
        let outbox = Outbox::default();
        assert!(outbox.push(Bytes::from_static(b"a")) && outbox.push(Bytes::from_static(b"b")));
        outbox.close();
        assert!(outbox.push(Bytes::from_static(b"late")));
        assert_eq!(outbox.next(100).await, Next::Send(vec![Bytes::from_static(b"a"), Bytes::from_static(b"b")]));
        assert_eq!(outbox.next(100).await, Next::Close);
    }

    #[tokio::test]
    async fn a_backlog_above_its_bounds_cuts_the_socket_and_frees_the_memory() {
        let outbox = Outbox::default();
        let big = Bytes::from(vec![b'x'; BYTES]);
        assert!(outbox.push(big));
        assert!(!outbox.push(Bytes::from_static(b"one more")));
        assert_eq!(outbox.next(100).await, Next::Close);

        let outbox = Outbox::default();
        assert!((0..PACKETS).all(|_| outbox.push(Bytes::from_static(b"x"))));
        assert!(!outbox.push(Bytes::from_static(b"x")));
    }

    #[tokio::test]
    async fn a_large_backlog_is_handed_out_in_portions() {
        let outbox = Outbox::default();
        (0..4).for_each(|_| assert!(outbox.push(Bytes::from_static(b"12345"))));
        assert!(matches!(outbox.next(10).await, Next::Send(packets) if packets.len() == 2));
    }
}
