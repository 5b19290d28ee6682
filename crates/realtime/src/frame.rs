//! WebSocket framing (RFC 6455), server side: masked frames in, plain frames out. Nothing is kept between frames, so
//! that an idle connection holds no buffer.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};

/// Bytes taken from the kernel at a time.
const PIECE: usize = 16 * 1024;
/// A control frame holds no more, by the standard.
const CONTROL_LIMIT: usize = 125;

/// A whole message, or a control frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    Text(String),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong,
    Close,
}

/// What a frame is, by its number on the wire.
#[derive(Clone, Copy)]
pub(crate) enum Opcode {
    Text = 1,
    Close = 8,
    Pong = 10,
}

/// Reads frames and puts fragments together. Safe to stop and go on at any await.
#[derive(Default)]
pub(crate) struct FrameReader {
    /// Bytes of frames that are not whole yet.
    buffer: Vec<u8>,
    /// First fragments of a message: whether it is text, and its bytes.
    message: Option<(bool, Vec<u8>)>,
}

fn broken(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

impl FrameReader {
    /// The next message or control frame; `None` when the peer is gone. Messages above `limit` bytes are an error.
    pub(crate) async fn next<Io: AsyncRead + Unpin>(&mut self, io: &mut Io, limit: usize) -> io::Result<Option<Frame>> {
        loop {
            if let Some(frame) = self.parse(limit)? {
                return Ok(Some(frame));
            }
            if std::future::poll_fn(|cx| self.fill(Pin::new(&mut *io), cx)).await? == 0 {
                return Ok(None);
            }
        }
    }

    fn fill<Io: AsyncRead>(&mut self, io: Pin<&mut Io>, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        // On the stack, not in the task: thousands of idle connections share it.
        let mut piece = [std::mem::MaybeUninit::<u8>::uninit(); PIECE];
        let mut piece = ReadBuf::uninit(&mut piece);
        ready!(io.poll_read(cx, &mut piece))?;
        self.buffer.extend_from_slice(piece.filled());
        Poll::Ready(Ok(piece.filled().len()))
    }

    /// Takes frames off the buffer until a message is whole.
    fn parse(&mut self, limit: usize) -> io::Result<Option<Frame>> {
        while let Some((head, size)) = head(&self.buffer, limit)? {
            if self.buffer.len() < head.start + size {
                return Ok(None);
            }
            let mut payload = self.buffer[head.start..head.start + size].to_vec();
            for (i, byte) in payload.iter_mut().enumerate() {
                *byte ^= head.mask[i % 4];
            }
            self.buffer.drain(..head.start + size);
            if self.buffer.is_empty() {
                self.buffer = Vec::new();
            }
            if let Some(frame) = self.take(&head, payload, limit)? {
                return Ok(Some(frame));
            }
        }
        Ok(None)
    }

    fn take(&mut self, head: &Head, payload: Vec<u8>, limit: usize) -> io::Result<Option<Frame>> {
        match head.opcode {
            0 => {
                let (_, message) = self.message.as_mut().ok_or_else(|| broken("a continuation of nothing"))?;
                if message.len() + payload.len() > limit {
                    return Err(broken("a message above the limit"));
                }
                message.extend_from_slice(&payload);
            }
            1 | 2 if self.message.is_some() => return Err(broken("a message inside a message")),
            1 | 2 => self.message = Some((head.opcode == 1, payload)),
            8 => return Ok(Some(Frame::Close)),
            9 => return Ok(Some(Frame::Ping(payload))),
            10 => return Ok(Some(Frame::Pong)),
            _ => return Err(broken("an unknown frame")),
        }
        if !head.last {
            return Ok(None);
        }
        match self.message.take() {
            Some((true, bytes)) => {
                String::from_utf8(bytes).map(|text| Some(Frame::Text(text))).map_err(|_| broken("a text that is none"))
            }
            Some((false, bytes)) => Ok(Some(Frame::Binary(bytes))),
            None => Ok(None),
        }
    }
}

struct Head {
    last: bool,
    opcode: u8,
    mask: [u8; 4],
    /// Where the payload begins.
    start: usize,
}

/// Head and payload size of the first frame in `bytes`; `None` when the head is not whole.
fn head(bytes: &[u8], limit: usize) -> io::Result<Option<(Head, usize)>> {
    let &[first, second, ..] = bytes else { return Ok(None) };
    if first & 0x70 != 0 {
        return Err(broken("an extension that was not agreed"));
    }
    if second & 0x80 == 0 {
        return Err(broken("a frame without a mask"));
    }
    let (size, after) = match second & 0x7f {
        126 => match bytes.get(2..4) {
            Some(size) => (size.iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte)), 4),
            None => return Ok(None),
        },
        127 => match bytes.get(2..10) {
            Some(size) => (size.iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte)), 10),
            None => return Ok(None),
        },
        size => (u64::from(size), 2),
    };
    let size =
        usize::try_from(size).ok().filter(|size| *size <= limit).ok_or_else(|| broken("a frame above the limit"))?;
    let opcode = first & 0x0f;
    let last = first & 0x80 != 0;
    if opcode >= 8 && (size > CONTROL_LIMIT || !last) {
        return Err(broken("a control frame that is too long"));
    }
    let Some(mask) = bytes.get(after..after + 4).and_then(|mask| <[u8; 4]>::try_from(mask).ok()) else {
        return Ok(None);
    };
    Ok(Some((Head { last, opcode, mask, start: after + 4 }, size)))
}

/// Appends a whole frame.
pub(crate) fn write(out: &mut Vec<u8>, opcode: Opcode, payload: &[u8]) {
    out.push(0x80 | opcode as u8);
    match payload.len() {
        size @ 0..=125 => out.push(size as u8),
        size @ 126..=0xffff => {
            out.push(126);
            out.extend_from_slice(&(size as u16).to_be_bytes());
        }
        size => {
            out.push(127);
            out.extend_from_slice(&(size as u64).to_be_bytes());
        }
    }
    out.extend_from_slice(payload);
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

    use proptest::prelude::*;

    use super::*;

    const LIMIT: usize = 1 << 20;

    /// A client's frame.
    fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
        let mask = [1, 2, 3, 4];
        let mut bytes = vec![first];
        match payload.len() {
            size @ 0..=125 => bytes.push(0x80 | size as u8),
            size @ 126..=0xffff => {
                bytes.push(0x80 | 126);
                bytes.extend_from_slice(&(size as u16).to_be_bytes());
            }
            size => {
                bytes.push(0x80 | 127);
                bytes.extend_from_slice(&(size as u64).to_be_bytes());
            }
        }
        bytes.extend_from_slice(&mask);
        bytes.extend(payload.iter().enumerate().map(|(i, byte)| byte ^ mask[i % 4]));
        bytes
    }

    fn read(bytes: &[u8]) -> io::Result<Vec<Frame>> {
        let mut reader = FrameReader { buffer: bytes.to_vec(), message: None };
        let mut frames = Vec::new();
        while let Some(frame) = reader.parse(LIMIT)? {
            frames.push(frame);
        }
        Ok(frames)
    }

    #[test]
    fn fragments_become_one_message_around_a_ping() {
        let bytes = [masked(0x01, b"hel"), masked(0x89, b"p"), masked(0x80, b"lo")].concat();
        assert_eq!(read(&bytes).unwrap(), [Frame::Ping(b"p".to_vec()), Frame::Text("hello".to_owned())]);
    }

    #[test]
    fn what_breaks_the_rules_is_an_error() {
        assert!(read(&[0x81, 0x01, b'x']).is_err(), "no mask");
        assert!(read(&masked(0xc1, b"x")).is_err(), "extension");
        assert!(read(&masked(0x83, b"x")).is_err(), "unknown opcode");
        assert!(read(&masked(0x80, b"x")).is_err(), "continuation of nothing");
        assert!(read(&masked(0x89, &[0; 126])).is_err(), "long ping");
        assert!(read(&masked(0x81, &[0xff])).is_err(), "no UTF-8");
        assert!(read(&[0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).is_err(), "absurd length");
    }

    #[test]
    fn many_fragments_cannot_pass_the_limit() {
        let piece = vec![b'x'; LIMIT / 2];
        let bytes = [masked(0x01, &piece), masked(0x00, &piece), masked(0x80, b"x")].concat();
        assert!(read(&bytes).is_err());
    }

    proptest! {
        #[test]
        fn any_message_arrives_whole_however_it_is_cut(text in ".{0,300}", cut in 0_usize..400) {
            let bytes = masked(0x81, text.as_bytes());
            let cut = cut.min(bytes.len());
            let mut reader = FrameReader::default();
            reader.buffer.extend_from_slice(&bytes[..cut]);
            let early = reader.parse(LIMIT).unwrap();
            reader.buffer.extend_from_slice(&bytes[cut..]);
            let frame = early.or(reader.parse(LIMIT).unwrap());
            prop_assert_eq!(frame, Some(Frame::Text(text)));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }
    }
}
