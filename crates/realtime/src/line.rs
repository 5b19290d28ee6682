//! The wire under one websocket: counts what the peer has taken, so that the backlog of a slow reader has a bound in
//! bytes, and can be cut, so that a client is made to connect again and resume (both official clients do so by
//! themselves after a lost transport, but not after a polite disconnect).

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};

use futures::task::AtomicWaker;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Bytes that may wait for one socket before it is cut. A reply of ten megabytes in one event still passes.
const BACKLOG_BYTES: u64 = 24 * 1024 * 1024;

/// The counters and the switch of one connection.
#[derive(Debug, Default)]
pub(crate) struct Line {
    cut: AtomicBool,
    queued: AtomicU64,
    written: AtomicU64,
    reader: AtomicWaker,
    writer: AtomicWaker,
}

impl Line {
    /// Ends the connection at once; both directions fail from now on.
    pub(crate) fn cut(&self) {
        self.cut.store(true, Ordering::Release);
        self.reader.wake();
        self.writer.wake();
    }

    /// Counts bytes handed to the socket. False when too much is waiting already.
    pub(crate) fn queue(&self, bytes: usize) -> bool {
        let queued = self.queued.fetch_add(bytes as u64, Ordering::Relaxed) + bytes as u64;
        queued.saturating_sub(self.written.load(Ordering::Relaxed)) <= BACKLOG_BYTES
    }

    fn is_cut(&self) -> bool {
        self.cut.load(Ordering::Acquire)
    }
}

/// An upgraded connection on its [`Line`].
pub(crate) struct Metered<Io> {
    io: Io,
    line: Arc<Line>,
}

impl<Io> Metered<Io> {
    pub(crate) fn new(io: Io, line: Arc<Line>) -> Self {
        Self { io, line }
    }
}

fn gone() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "the connection was cut")
}

impl<Io: AsyncRead + Unpin> AsyncRead for Metered<Io> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.line.reader.register(cx.waker());
        if self.line.is_cut() {
            return Poll::Ready(Err(gone()));
        }
        Pin::new(&mut self.io).poll_read(cx, buf)
    }
}

impl<Io: AsyncWrite + Unpin> AsyncWrite for Metered<Io> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.line.writer.register(cx.waker());
        if self.line.is_cut() {
            return Poll::Ready(Err(gone()));
        }
        let written = std::task::ready!(Pin::new(&mut self.io).poll_write(cx, buf))?;
        self.line.written.fetch_add(written as u64, Ordering::Relaxed);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.line.writer.register(cx.waker());
        if self.line.is_cut() {
            return Poll::Ready(Err(gone()));
        }
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test]
    async fn a_cut_line_wakes_a_waiting_reader_with_an_error() {
        let (near, _far) = tokio::io::duplex(64);
        let line = Arc::new(Line::default());
        let mut io = Metered::new(near, line.clone());
        let reader = tokio::spawn(async move { io.read_u8().await });
        tokio::task::yield_now().await;
        line.cut();
        assert!(reader.await.is_ok_and(|read| read.is_err()));
    }

    #[tokio::test]
    async fn a_peer_that_reads_nothing_exhausts_the_backlog() {
        let line = Line::default();
        assert!(line.queue(BACKLOG_BYTES as usize));
        assert!(!line.queue(1));
    }

    #[tokio::test]
    async fn what_the_peer_has_taken_no_longer_counts() {
        let (near, mut far) = tokio::io::duplex(64);
        let line = Arc::new(Line::default());
        let mut io = Metered::new(near, line.clone());
        assert!(line.queue(BACKLOG_BYTES as usize));
        assert!(io.write_all(b"hello").await.is_ok());
        assert!(line.queue(5));
        let mut taken = [0; 5];
        assert!(far.read_exact(&mut taken).await.is_ok());
    }
}
