//! What messages and requests carry besides text: items that name files and notes of this server, or pictures elsewhere.

use airis_domain::{FileId, Json, JsonMap, Message, MessageRole};
use airis_retrieval::{Want, is_whole};
use serde_json::json;

/// The address of a file's bytes, before and behind its id.
const BEFORE: &str = "/api/v1/files/";
const BEHIND: &str = "/content";

/// The address under which the bytes of a file are read.
pub fn address(id: &FileId) -> String {
    format!("{BEFORE}{id}{BEHIND}")
}

/// The file whose bytes an address leads to.
pub fn file_at(address: &str) -> Option<FileId> {
    let (id, rest) = address.split_once(BEFORE)?.1.split_once('/')?;
    (!id.is_empty() && rest.starts_with(&BEHIND[1..])).then(|| FileId::from(id))
}

/// The file that an item names: by its address, its id, or an address that is only an id.
pub fn file_of(item: &Json) -> Option<FileId> {
    let url = item["url"].as_str().unwrap_or_default();
    if url.starts_with("data:") {
        return None;
    }
    let bare = || Some(url).filter(|url| !url.is_empty() && !url.contains(['/', ':']));
    let named = item["id"].as_str().filter(|id| !id.is_empty()).or_else(bare).or_else(|| item["file"]["id"].as_str());
    file_at(url).or_else(|| named.map(FileId::from))
}

/// An item for the note that a request is about.
fn subject(body: &JsonMap) -> Option<Json> {
    let id = body.get("params")?.get("note_id")?.as_str()?;
    Some(json!({"type": "note", "id": id}))
}

pub fn is_picture(item: &Json) -> bool {
    item["type"] == "image" || item["content_type"].as_str().is_some_and(|kind| kind.starts_with("image/"))
}

/// Where a provider would find the picture of an item: inside the address, on the web, or in a file of this server.
pub fn picture(item: &Json) -> Option<String> {
    if !is_picture(item) {
        return None;
    }
    let url = item["url"].as_str().unwrap_or_default();
    if url.starts_with("data:image/") {
        return Some(url.to_owned());
    }
    let elsewhere = (url.starts_with("http://") || url.starts_with("https://")) && file_at(url).is_none();
    if elsewhere { Some(url.to_owned()) } else { file_of(item).map(|id| address(&id)) }
}

/// Everything that the questions and the request carry.
fn items<'a>(body: &'a JsonMap, branch: &'a [Message]) -> impl Iterator<Item = &'a Json> {
    let asked = branch.iter().filter(|message| message.role == MessageRole::User);
    let of_branch = asked.filter_map(|message| message.files.as_ref()?.as_array()).flatten();
    of_branch.chain(body.get("files").and_then(Json::as_array).into_iter().flatten())
}

/// Ids of the folders that a request and the questions before it carry.
pub fn folders(body: &JsonMap, branch: &[Message]) -> Vec<String> {
    let folders = items(body, branch).filter(|item| item["type"] == "folder");
    folders.filter_map(|item| item["id"].as_str().map(str::to_owned)).collect()
}

/// What is read or searched for a question: what folders and the model bring along, the note that a request is about, then
/// what the request and the questions before it carry, each once, in the order of their questions.
pub fn wanted(brought: &[Json], body: &JsonMap, branch: &[Message]) -> Vec<(Json, Want)> {
    let mut list: Vec<(Json, Want)> = Vec::new();
    let subject = subject(body);
    for item in brought.iter().chain(&subject).chain(items(body, branch)) {
        let Some(want) = want(item) else { continue };
        if !list.iter().any(|(_, known)| same(known, &want)) {
            list.push((item.clone(), want));
        }
    }
    list
}

fn want(item: &Json) -> Option<Want> {
    let is_file = item["type"].as_str().is_none_or(|kind| kind == "file" || kind == "doc");
    if is_picture(item) {
        return None;
    }
    match file_of(item).filter(|_| is_file) {
        Some(id) => Some(Want::File { id, whole: is_whole(item) }),
        None => Want::other(item),
    }
}

/// The same thing, however much of it is wanted.
fn same(one: &Want, other: &Want) -> bool {
    match (one, other) {
        (Want::File { id, .. }, Want::File { id: other, .. }) => id == other,
        (Want::Knowledge { id, .. }, Want::Knowledge { id: other, .. }) => id == other,
        (one, other) => one == other,
    }
}

/// What the model that answers brings along.
pub fn of_model(meta: &Json) -> Vec<Json> {
    meta["knowledge"].as_array().cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    #[test]
    fn items_name_files_in_the_ways_that_clients_have() {
        for (item, id) in [
            (json!({"type": "file", "id": "a", "url": "a"}), Some("a")),
            (json!({"type": "file", "file": {"id": "b"}}), Some("b")),
            (json!({"type": "image", "url": "c"}), Some("c")),
            (json!({"type": "image", "id": "x", "url": "/api/v1/files/d/content"}), Some("d")),
            (json!({"url": "https://here.example/api/v1/files/e/content/plan.pdf"}), Some("e")),
            (json!({"url": "https://elsewhere.example/picture.png"}), None),
            (json!({"id": "f", "url": "data:image/png;base64,AA"}), None),
            (json!({}), None),
        ] {
            assert_eq!(file_of(&item), id.map(FileId::from), "{item}");
        }
    }

    #[test]
    fn pictures_are_where_a_provider_finds_them() {
        for (item, url) in [
            (json!({"type": "image", "url": "data:image/png;base64,AA"}), Some("data:image/png;base64,AA")),
            (json!({"type": "image", "url": "https://a.example/p.png"}), Some("https://a.example/p.png")),
            (json!({"type": "file", "content_type": "image/png", "id": "p"}), Some("/api/v1/files/p/content")),
            (json!({"type": "image", "url": "http://us/api/v1/files/p/content"}), Some("/api/v1/files/p/content")),
            (json!({"type": "file", "content_type": "text/plain", "id": "p"}), None),
            (json!({"type": "image", "url": "data:text/html,x"}), None),
        ] {
            assert_eq!(picture(&item).as_deref(), url, "{item}");
        }
    }

    #[test]
    fn a_file_counts_once_however_often_it_is_named() {
        let body = json!({"files": [{"type": "file", "id": "a"}, {"type": "collection", "id": "c"}, {"id": "a"},
            {"type": "image", "id": "p"}, {"type": "file", "file": {"id": "b"}}, "nonsense", null]});
        let of_folder =
            [json!({"type": "file", "id": "b"}), json!({"type": "collection", "id": "x", "context": "full"})];
        let found = wanted(&of_folder, body.as_object().unwrap(), &[]);
        let file = |id: &str| Want::File { id: FileId::from(id), whole: false };
        let knowledge = |id: &str, whole| Want::Knowledge { id: id.to_owned(), whole };
        let wants: Vec<Want> = found.into_iter().map(|(_, want)| want).collect();
        assert_eq!(wants, [file("b"), knowledge("x", true), file("a"), knowledge("c", false)]);
    }

    #[test]
    fn a_note_is_no_file_of_the_same_id_and_the_one_that_a_request_is_about_comes_first() {
        let body = json!({"params": {"note_id": "n"}, "files": [{"type": "note", "id": "a", "name": "A"},
            {"type": "note", "id": "n"}, {"type": "file", "id": "a"}, {"type": "note"}, {"type": "note", "id": ""}]});
        let found = wanted(&[], body.as_object().unwrap(), &[]);
        let wants: Vec<Want> = found.into_iter().map(|(_, want)| want).collect();
        let note = |id: &str| Want::Note(id.to_owned());
        assert_eq!(wants, [note("n"), note("a"), Want::File { id: FileId::from("a"), whole: false }]);
    }
}
