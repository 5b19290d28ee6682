//! Pictures that are to be changed: files of this server, pictures of the web, or ones that were sent along.

use airis_access::Readable;
use airis_domain::{File, FileId, User};
use airis_files::FilesError;
use airis_outbound::{Answer, Call};

use crate::picture::{LARGEST, Picture};
use crate::{ImageError, Inner, Result};

/// Pictures that one request changes together.
const MOST: usize = 16;
/// Bytes of all of them.
const ALTOGETHER: usize = 64 * 1024 * 1024;
/// Seconds that one of the web may take.
const SECONDS: u64 = 30;

/// All of them, in their order, as far as `user` may have them.
pub async fn all(inner: &Inner, user: &User, addresses: &[String]) -> Result<Vec<Picture>> {
    if addresses.is_empty() || addresses.len() > MOST {
        return refused("One request changes 1 to 16 pictures");
    }
    let (mut pictures, mut bytes) = (Vec::new(), 0);
    for address in addresses {
        let picture = one(inner, user, address.trim()).await?;
        bytes += picture.bytes.len();
        if bytes > ALTOGETHER {
            return refused("The pictures are larger than 64 MB altogether");
        }
        pictures.push(picture);
    }
    Ok(pictures)
}

async fn one(inner: &Inner, user: &User, address: &str) -> Result<Picture> {
    let found = if address.starts_with("data:") {
        Picture::of_text(address)
    } else if let Some(id) = file_at(address) {
        let file = Readable::<File>::file(&inner.store, &inner.config, user, &id, false).await?;
        Picture::of(read(inner, &file).await?)
    } else {
        // People name it: only what everybody can reach, unless the operator lets them into private networks.
        let call = Call::get(address).within(SECONDS).at_most(LARGEST);
        let call = if inner.config.settings().enable_local_web_fetch { call } else { call.public() };
        let told = |error: airis_outbound::OutboundError| ImageError::Refused(error.to_string());
        Picture::of(inner.outbound.fetch(call).await.and_then(Answer::ok).map_err(told)?.body)
    };
    match found {
        Some(picture) => Ok(picture),
        None => refused("What is to be changed is no picture (PNG, JPEG, GIF or WebP) of at most 24 MB"),
    }
}

async fn read(inner: &Inner, file: &File) -> Result<Vec<u8>> {
    let gone = || ImageError::Refused("A picture to be changed is gone".to_owned());
    let place = file.path.as_deref().ok_or_else(gone)?;
    match inner.files.whole(place, LARGEST as u64).await {
        Ok(bytes) => Ok(bytes),
        Err(FilesError::Gone) => Err(gone()),
        Err(FilesError::TooLarge(_)) => refused("A picture to be changed is larger than 24 MB"),
        Err(error) => Err(error.into()),
    }
}

/// The file of this server that an address leads to, or that it names by its id alone.
fn file_at(address: &str) -> Option<FileId> {
    let id = match address.split_once("/api/v1/files/") {
        Some((_, rest)) => rest.split('/').next().unwrap_or_default(),
        None if address.contains(['/', ':']) => return None,
        None => address,
    };
    (!id.is_empty() && id.bytes().all(|sign| sign.is_ascii_graphic())).then(|| FileId::from(id))
}

fn refused<T>(text: &str) -> Result<T> {
    Err(ImageError::Refused(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_by_address_or_id() {
        let id = |address: &str| file_at(address).map(|id| id.to_string());
        assert_eq!(id("/api/v1/files/a/content").as_deref(), Some("a"));
        assert_eq!(id("https://here.example/api/v1/files/b").as_deref(), Some("b"));
        assert_eq!(id("c").as_deref(), Some("c"));
        for elsewhere in ["https://a.example/p.png", "", "/api/v1/files/", "p/q", "a\0b"] {
            assert_eq!(id(elsewhere), None, "{elsewhere}");
        }
    }
}
