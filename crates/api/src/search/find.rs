//! Chats and notes that contain some words, newest first.

use std::cmp::Reverse;

use airis_domain::{Folder, Note, Role};
use airis_store::{ChatListQuery, FoundChat, NoteQuery, NoteSide};
use axum::extract::State;
use serde_json::json;

use super::views::{SearchQuery, SearchResponse, SearchResult, SearchScope, Sharing, Wanted};
use crate::app::App;
use crate::caller::Verified;
use crate::chats::search;
use crate::chats::text;
use crate::error::{ApiError, Result};
use crate::extract::{Invalid, Json, Query, invalid};

const PAGE: usize = 20;
const LONGEST_WORDS: usize = 500;
const LONGEST_SCOPE: usize = 200;
const LAST_PAGE: i64 = 100_000;
/// Characters shown on either side of a match.
const SNIPPET: usize = 40;
const PREVIEW: usize = 200;

/// Everything of the caller's own that contains the words, and what others let them read.
#[utoipa::path(get, path = "/api/v1/search", tag = "search", security(("verified" = [])), params(SearchQuery),
    responses((status = 200, body = SearchResponse)))]
pub async fn find(
    State(app): State<App>,
    person: Verified,
    Query(query): Query<SearchQuery>,
) -> Result<Json<SearchResponse>> {
    let page = checked(&query)?;
    let words = query.q.replace('\0', "").trim().to_owned();
    let kinds = kinds(&app, &person).await?;
    let folders = if kinds.folders { app.store.folders(&person.id).await? } else { Vec::new() };
    let wants = |kind: Wanted| query.kind == Wanted::All || query.kind == kind;
    let until = page.saturating_mul(PAGE) + 1;
    let limit = i64::try_from(until).unwrap_or(i64::MAX);
    let mut hits = Vec::new();
    // Chats of others are found by their links only.
    if wants(Wanted::Chat) && query.sharing != Sharing::Shared {
        let scope = (!query.scope.is_empty()).then(|| Some(query.scope.replace('\0', "")));
        let search = (!words.is_empty()).then(|| words.clone());
        let wanted = ChatListQuery { search, folder: scope, limit: Some(limit), ..ChatListQuery::default() };
        let chats = match &wanted.search {
            Some(_) => app.store.find_chats(&person.id, &wanted).await?,
            None => {
                let chats = app.store.chats(&person.id, &wanted).await?;
                chats.into_iter().map(|chat| FoundChat { chat, message: None }).collect()
            }
        };
        hits.extend(chats.into_iter().map(Hit::Chat));
    }
    if wants(Wanted::Note) && kinds.notes && query.scope.is_empty() {
        let side = match query.sharing {
            Sharing::All => NoteSide::All,
            Sharing::Mine => NoteSide::Own,
            Sharing::Shared => NoteSide::Shared,
        };
        let wanted = NoteQuery { search: words.replace('"', " "), side, limit: Some(limit), ..NoteQuery::default() };
        hits.extend(app.store.notes(&person.id, &wanted).await?.into_iter().map(Hit::Note));
    }
    hits.sort_by_key(|hit| Reverse(hit.updated_at()));
    let has_more = hits.len() >= until;
    let mut items = Vec::new();
    for hit in hits.into_iter().skip(until - 1 - PAGE).take(PAGE) {
        items.push(shown(&app, &person, hit, &words, &folders).await?);
    }
    let scope = |folder: Folder| SearchScope { id: folder.id, name: folder.name, kind: "folder".to_owned() };
    Ok(Json(SearchResponse { items, has_more, kinds: kinds.names(), scopes: folders.into_iter().map(scope).collect() }))
}

enum Hit {
    Chat(FoundChat),
    Note(Note),
}

impl Hit {
    /// Seconds.
    fn updated_at(&self) -> i64 {
        match self {
            Self::Chat(found) => found.chat.updated_at,
            Self::Note(note) => note.updated_at / 1_000_000_000,
        }
    }
}

/// What the caller may look for.
struct Kinds {
    folders: bool,
    channels: bool,
    notes: bool,
}

impl Kinds {
    fn names(&self) -> Vec<String> {
        let all = [("chat", true), ("message", self.channels), ("note", self.notes)];
        all.into_iter().filter(|(_, on)| *on).map(|(name, _)| name.to_owned()).collect()
    }
}

async fn kinds(app: &App, person: &Verified) -> Result<Kinds> {
    let permissions = airis_access::effective(&app.store, &app.config, person).await?;
    let on = |area: &str| {
        app.config.flag(&format!("{area}.enable"))
            && (person.role == Role::Admin || permissions.allows(&format!("features.{area}")))
    };
    Ok(Kinds { folders: on("folders"), channels: on("channels"), notes: on("notes") })
}

/// The page, after a look at the bounds of everything.
fn checked(query: &SearchQuery) -> Result<usize> {
    let mut findings = Vec::new();
    for (name, value, most) in [("q", &query.q, LONGEST_WORDS), ("scope", &query.scope, LONGEST_SCOPE)] {
        if value.chars().count() > most {
            let text = format!("String should have at most {most} characters");
            findings.push(Invalid::new("string_too_long", vec![json!("query"), json!(name)], text, json!(value)));
        }
    }
    let page = query.page.unwrap_or(1);
    let at = || vec![json!("query"), json!("page")];
    if page < 1 {
        let text = "Input should be greater than or equal to 1";
        findings.push(Invalid::new("greater_than_equal", at(), text, json!(page.to_string())));
    }
    if page > LAST_PAGE {
        let text = format!("Input should be less than or equal to {LAST_PAGE}");
        findings.push(Invalid::new("less_than_equal", at(), text, json!(page.to_string())));
    }
    if findings.is_empty() { usize::try_from(page).map_err(ApiError::internal) } else { Err(invalid(&findings)) }
}

async fn shown(app: &App, person: &Verified, hit: Hit, words: &str, folders: &[Folder]) -> Result<SearchResult> {
    let updated_at = hit.updated_at();
    let result = |kind: &str, id: &str, title: String, body: &str, address: String, context: String, pinned: bool| {
        let around = |letters: usize| {
            search::around(body, words, letters).unwrap_or_else(|| body.chars().take(2 * letters).collect())
        };
        SearchResult {
            id: format!("{kind}:{id}"),
            kind: kind.to_owned(),
            title,
            context,
            snippet: around(SNIPPET),
            preview: around(PREVIEW),
            url: with_words(address, words),
            message_id: None,
            updated_at,
            shared: false,
            pinned,
        }
    };
    Ok(match hit {
        Hit::Note(note) => {
            let address = format!("/notes/{}", note.id);
            let shared = note.user_id != person.id;
            let context = if shared { "Shared note" } else { "Personal note" }.to_owned();
            let found = result("note", &note.id, note.title.clone(), note.text(), address, context, note.pinned);
            SearchResult { shared, ..found }
        }
        Hit::Chat(found) => {
            let body = matching(app, &found, words).await?;
            let chat = found.chat;
            let folder = folders.iter().find(|folder| chat.folder_id.as_ref() == Some(&folder.id));
            let context = folder.map_or_else(|| "Personal chat".to_owned(), |folder| folder.name.clone());
            let address = format!("/c/{}", chat.id);
            let line = result("chat", chat.id.as_str(), chat.title, &body, address, context, chat.pinned);
            SearchResult { message_id: found.message.map(|id| id.to_string()), ..line }
        }
    })
}

/// The message that was found; the first one where nothing was looked for; the title when only that was found.
async fn matching(app: &App, found: &FoundChat, words: &str) -> Result<String> {
    let chat = &found.chat;
    let content = match &found.message {
        Some(message) => app.store.message_content(&chat.id, message).await?,
        None if words.is_empty() => app.store.messages(&chat.id).await?.into_iter().next().map(|first| first.content),
        None => None,
    };
    Ok(content.and_then(|content| text::of_content(&content)).unwrap_or_else(|| chat.title.clone()))
}

/// The address with what was looked for, so that the page can show it.
fn with_words(address: String, words: &str) -> String {
    if words.is_empty() {
        return address;
    }
    let encoded: String = words
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect();
    format!("{address}?search={encoded}")
}
