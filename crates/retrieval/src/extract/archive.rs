//! Documents that are archives of files. What is said of sizes in them is not believed: bytes are counted as they come.

use std::io::{Cursor, Read};

use flate2::read::DeflateDecoder;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::bounds::ENTRIES;
use super::{Bounds, ExtractError, Kind};

/// An open archive.
pub struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
}

impl<'a> Archive<'a> {
    pub fn open(bytes: &'a [u8]) -> Result<Self, ExtractError> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
        if zip.len() > ENTRIES {
            return Err(ExtractError::TooLarge);
        }
        Ok(Self { zip })
    }

    /// The text of a file inside; `None` when there is none of this name.
    pub fn text(&mut self, name: &str, bounds: &mut Bounds) -> Result<Option<String>, ExtractError> {
        let Some(place) = self.zip.index_for_name(name) else { return Ok(None) };
        let file = self.zip.by_index_raw(place).map_err(damaged)?;
        if file.encrypted() {
            return Err(ExtractError::Protected);
        }
        let limit = bounds.inside() + 1;
        let mut bytes = Vec::new();
        let read = match file.compression() {
            CompressionMethod::Stored => file.take(limit).read_to_end(&mut bytes),
            CompressionMethod::DEFLATE => DeflateDecoder::new(file).take(limit).read_to_end(&mut bytes),
            _ => return Err(ExtractError::Damaged),
        };
        read.map_err(|_| ExtractError::Damaged)?;
        bounds.unpacked(u64::try_from(bytes.len()).unwrap_or(u64::MAX))?;
        Ok(Some(decoded(bytes)))
    }

    /// The same of a file without which the document is none.
    pub fn needed(&mut self, name: &str, bounds: &mut Bounds) -> Result<String, ExtractError> {
        self.text(name, bounds)?.ok_or(ExtractError::Damaged)
    }

    /// Names of all files inside.
    pub fn names(&self) -> Vec<String> {
        self.zip.file_names().filter_map(|name| Some(name.ok()?.into_owned())).collect()
    }
}

/// What an archive is.
pub fn kind(bytes: &[u8]) -> Result<Kind, ExtractError> {
    let names = Archive::open(bytes)?.names();
    let has = |name: &str| names.iter().any(|known| known == name);
    if has("word/document.xml") {
        Ok(Kind::Word)
    } else if has("ppt/presentation.xml") {
        Ok(Kind::Slides)
    } else if has("xl/workbook.xml") {
        Ok(Kind::Sheets)
    } else if has("META-INF/container.xml") {
        Ok(Kind::Book)
    } else if has("content.xml") {
        Ok(Kind::OpenDocument)
    } else if has("EncryptedPackage") {
        Err(ExtractError::Protected)
    } else {
        Err(ExtractError::Format("archives"))
    }
}

/// XML is UTF-8 or says so by its first bytes.
fn decoded(bytes: Vec<u8>) -> String {
    let marked = [(&b"\xFF\xFE"[..], encoding_rs::UTF_16LE), (b"\xFE\xFF", encoding_rs::UTF_16BE)];
    if let Some((_, encoding)) = marked.iter().find(|(mark, _)| bytes.starts_with(mark)) {
        return encoding.decode(&bytes).0.into_owned();
    }
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    };
    text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned)
}

fn damaged(error: ZipError) -> ExtractError {
    match error {
        ZipError::UnsupportedArchive(why) if why == ZipError::PASSWORD_REQUIRED => ExtractError::Protected,
        _ => ExtractError::Damaged,
    }
}
