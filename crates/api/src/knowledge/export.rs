//! A knowledge base as an archive.

use std::collections::BTreeSet;
use std::io::{Cursor, Write};

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::read::readable;
use super::tree::Tree;
use crate::app::App;
use crate::caller::Admin;
use crate::error::{ApiError, Result};
use crate::extract::Path;

/// Bytes of text in one archive.
const MOST: usize = 512 * 1024 * 1024;
/// What stays as it is in the name of a download.
const PLAIN: &[u8] = b"-._~";

/// The texts of a knowledge base in their directories.
#[utoipa::path(get, path = "/api/v1/knowledge/{id}/export", tag = "knowledge", security(("admin" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Vec<u8>, content_type = "application/zip")))]
pub async fn download(State(app): State<App>, admin: Admin, Path(id): Path<String>) -> Result<Response> {
    let found = readable(&app, &admin, &id).await?;
    let tree = Tree::of(&app, &id).await?;
    let (mut texts, mut size) = (Vec::new(), 0);
    for linked in app.store.files_of_knowledge(&id).await? {
        let text = app.store.file_with_text(&linked.file.id).await?.and_then(|file| file.content).unwrap_or_default();
        size += text.len();
        if size > MOST {
            return Err(ApiError::bad_request("The texts are too many for one archive"));
        }
        let folder = tree.path(linked.directory_id.as_deref());
        // A name that leads out of its directory would lead out of that which it is unpacked into.
        let file = linked.file.filename.replace(['/', '\\'], "_");
        let name = if folder.is_empty() { file } else { format!("{folder}/{file}") };
        texts.push((name, text));
    }
    let archive = tokio::task::spawn_blocking(move || packed(texts)).await.map_err(ApiError::internal)?;
    let archive = archive.map_err(ApiError::internal)?;
    let disposition = format!("attachment; filename*=UTF-8''{}.zip", encoded(&found.knowledge.name));
    Ok(([(header::CONTENT_TYPE, "application/zip".to_owned()), (header::CONTENT_DISPOSITION, disposition)], archive)
        .into_response())
}

/// An archive with each text under its name; of texts with one name the later ones get a number.
fn packed(texts: Vec<(String, String)>) -> zip::result::ZipResult<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut taken = BTreeSet::new();
    for (name, text) in texts {
        let mut unique =
            if name.ends_with(".txt") || name.ends_with(".md") { name.clone() } else { format!("{name}.txt") };
        let mut number = 2;
        while !taken.insert(unique.clone()) {
            unique = format!("{number} {name}.txt");
            number += 1;
        }
        archive.start_file(unique, options)?;
        archive.write_all(text.as_bytes())?;
    }
    Ok(archive.finish()?.into_inner())
}

fn encoded(name: &str) -> String {
    let sign = |byte: u8| {
        if byte.is_ascii_alphanumeric() || PLAIN.contains(&byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    name.bytes().map(sign).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_in_the_archive_even_with_the_name_of_another() {
        let texts = [("a.txt", "one"), ("a.txt", "two"), ("d/b.pdf", "three")];
        let archive =
            packed(texts.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()).unwrap();
        let names: Vec<String> = zip::ZipArchive::new(Cursor::new(archive))
            .unwrap()
            .file_names()
            .map(|name| name.unwrap().into_owned())
            .collect();
        assert_eq!(names, ["a.txt", "2 a.txt.txt", "d/b.pdf.txt"]);
        assert_eq!(encoded("Wire KB/ä"), "Wire%20KB%2F%C3%A4");
    }
}
