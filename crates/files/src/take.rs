//! Files that move from one storage to another.

use tokio::io::AsyncReadExt;

use crate::objects::object_name;
use crate::{Files, FilesError, Result, Tags};

/// Bytes that are read at a time.
const PIECE: usize = 256 * 1024;

/// What became of a file that was to be taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It came: so many bytes.
    Copied(u64),
    /// As many bytes lie here under its name already.
    There,
}

impl Files {
    /// Takes over what another storage keeps at a place, under the same name, and leaves it there. The place finds it here
    /// as well: only the last part of a place counts.
    pub async fn take(&self, from: &Files, place: &str) -> Result<Taken> {
        let size = from.size(place).await?;
        match self.size(place).await {
            Ok(there) if there == size => return Ok(Taken::There),
            Ok(_) | Err(FilesError::Gone) => {}
            Err(error) => return Err(error),
        }
        let mut reader = from.read(place, 0, size).await?;
        let mut incoming = self.receive().await?;
        let mut piece = vec![0; PIECE];
        loop {
            match reader.read(&mut piece).await? {
                0 => break,
                count => incoming.write(&piece[..count]).await?,
            };
        }
        let received = incoming.finish().await?;
        if received.size != size {
            return Err(short(received.size, size));
        }
        self.storage.keep(received, object_name(place)?, &Tags::default()).await?;
        match self.size(place).await? {
            kept if kept == size => Ok(Taken::Copied(size)),
            kept => Err(short(kept, size)),
        }
    }
}

fn short(came: u64, size: u64) -> FilesError {
    FilesError::Io(std::io::Error::new(std::io::ErrorKind::UnexpectedEof, format!("{came} of {size} bytes came")))
}
