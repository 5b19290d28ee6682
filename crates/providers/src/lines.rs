//! Lines out of bytes, whatever the packet boundaries.

use crate::ProviderError;

/// Longest line; beyond it the stream is given up.
pub const LONGEST: usize = 8 * 1024 * 1024;

/// Holds what has no end yet. Every byte is looked at once, however small the packets are.
#[derive(Default)]
pub struct Lines {
    buffer: Vec<u8>,
    /// Bytes of the buffer that were already searched.
    searched: usize,
}

impl Lines {
    /// Hands on every line that these bytes complete, without its end.
    pub fn feed(&mut self, bytes: &[u8], mut take: impl FnMut(&[u8])) -> Result<(), ProviderError> {
        self.buffer.extend_from_slice(bytes);
        let mut start = 0;
        while let Some(end) = memchr::memchr(b'\n', &self.buffer[self.searched..]) {
            let end = self.searched + end;
            take(without_return(&self.buffer[start..end]));
            start = end + 1;
            self.searched = start;
        }
        self.buffer.drain(..start);
        self.searched = self.buffer.len();
        if self.buffer.len() > LONGEST {
            return Err(too_long());
        }
        Ok(())
    }

    /// A last line without its end.
    pub fn rest(&mut self) -> Vec<u8> {
        self.searched = 0;
        without_return(&std::mem::take(&mut self.buffer)).to_vec()
    }
}

pub fn too_long() -> ProviderError {
    ProviderError::Broken("one event is larger than 8 MB".to_owned())
}

fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}
