//! Finding chats by words in titles and messages.

use airis_store::{ChatListQuery, FoundChat};
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::list::page;
use super::view::ChatTitleIdResponse;
use super::{tags, text};
use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::{Json, Query};

/// Characters shown on either side of a match.
const AROUND: usize = 40;

/// What to look for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// Words, phrases in quotes, and filters: `tag:name`, `tag:none`, `folder:name` (or its id), `pinned:true`,
    /// `archived:true`, `shared:true`.
    text: String,
    page: Option<i64>,
}

/// Chats whose title or one of whose messages has the words, or words that begin so; the last used first.
#[utoipa::path(get, path = "/api/v1/chats/search", tag = "chats", security(("verified" = [])), params(SearchQuery),
    responses((status = 200, body = Vec<ChatTitleIdResponse>)))]
pub async fn search(
    State(app): State<App>,
    user: Verified,
    Query(query): Query<SearchQuery>,
) -> Result<Json<Vec<ChatTitleIdResponse>>> {
    let mut wanted = read(&query.text, page(Some(query.page.unwrap_or(1))));
    if let Some(Some(name)) = wanted.folder.take() {
        wanted.folder = Some(Some(folder(&app, &user, name).await?));
    }
    let Some(words) = wanted.search.clone() else {
        let chats = app.store.chats(&user.id, &wanted).await?;
        return Ok(Json(ChatTitleIdResponse::list(&app, chats).await?));
    };
    let found = app.store.find_chats(&user.id, &wanted).await?;
    let mut snippets = Vec::with_capacity(found.len());
    for found in &found {
        snippets.push(snippet(&app, found, &words).await?);
    }
    let (chats, messages): (Vec<_>, Vec<_>) = found.into_iter().map(|found| (found.chat, found.message)).unzip();
    let mut lines = ChatTitleIdResponse::list(&app, chats).await?;
    for (line, (snippet, message)) in lines.iter_mut().zip(snippets.into_iter().zip(messages)) {
        line.snippet = snippet;
        line.message_id = message.map(|id| id.to_string());
    }
    Ok(Json(lines))
}

/// Splits filters from words.
fn read(text: &str, mut query: ChatListQuery) -> ChatListQuery {
    query.archived = Some(false);
    let mut words = Vec::new();
    for word in text.split_whitespace() {
        match word.split_once(':') {
            Some(("tag", name)) if !name.is_empty() => query.tag = Some(tags::id(name)),
            Some(("folder", name)) if !name.is_empty() => query.folder = Some(Some(name.to_owned())),
            Some(("pinned", value)) => query.pinned = Some(value == "true"),
            Some(("archived", value)) => query.archived = Some(value == "true"),
            Some(("shared", value)) => query.shared = Some(value == "true"),
            _ => words.push(word),
        }
    }
    query.search = (!words.is_empty()).then(|| words.join(" ").replace('\0', ""));
    query
}

/// The id of the caller's folder of this id or name, blanks as underscores; what is none finds nothing.
async fn folder(app: &App, user: &Verified, name: String) -> Result<String> {
    let folders = app.store.folders(&user.id).await?;
    let wanted = tags::id(&name);
    let found = folders.iter().find(|folder| folder.id == name);
    let found = found.or_else(|| folders.iter().find(|folder| tags::id(&folder.name) == wanted));
    Ok(found.map_or(name, |folder| folder.id.clone()))
}

/// The words of a chat's message that was found, with what is around them.
async fn snippet(app: &App, found: &FoundChat, words: &str) -> Result<Option<String>> {
    let Some(message) = &found.message else { return Ok(None) };
    let content = app.store.message_content(&found.chat.id, message).await?;
    let text = content.and_then(|content| text::of_content(&content)).unwrap_or_default();
    Ok(around(&text, words, AROUND))
}

/// The text around all words as they were typed, or around the first of them that is there.
pub(crate) fn around(text: &str, words: &str, letters: usize) -> Option<String> {
    let words = words.replace('"', " ").to_lowercase();
    let all = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let each = words.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty());
    std::iter::once(all.as_str()).chain(each).find_map(|word| cut(text, word, letters))
}

/// The first match of `needle` (in lower case) in a text, with so many characters on either side.
fn cut(text: &str, needle: &str, around: usize) -> Option<String> {
    let letters: Vec<char> = text.chars().collect();
    let wanted: Vec<char> = needle.chars().collect();
    let same = |at: usize| wanted.iter().zip(&letters[at..]).all(|(a, b)| b.to_lowercase().eq(a.to_lowercase()));
    let at = (0..letters.len().checked_sub(wanted.len())? + 1).find(|at| same(*at))?;
    let (from, to) = (at.saturating_sub(around), (at + wanted.len() + around).min(letters.len()));
    let (before, after) = (if from > 0 { "…" } else { "" }, if to < letters.len() { "…" } else { "" });
    Some(format!("{before}{}{after}", letters[from..to].iter().collect::<String>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_taken_out_of_the_words() {
        let query = read("rust tag:Big_Things async pinned:true shared:true folder:Zoo", ChatListQuery::default());
        assert_eq!(query.search.as_deref(), Some("rust async"));
        assert_eq!(query.tag.as_deref(), Some("big_things"));
        assert_eq!((query.pinned, query.archived, query.shared), (Some(true), Some(false), Some(true)));
        assert_eq!(query.folder, Some(Some("Zoo".to_owned())));
    }

    #[test]
    fn a_snippet_shows_the_match_with_its_surroundings() {
        assert_eq!(cut("Say HELLO there", "hello", AROUND).as_deref(), Some("Say HELLO there"));
        assert_eq!(around("b and a", "a \"B", 0).as_deref(), Some("…a…"));
        assert_eq!(around("b or c", "x b", 1).as_deref(), Some("b …"));
        assert_eq!(around("b or c", "x", 1), None);
        assert_eq!(cut("nothing", "hello", AROUND), None);
        assert_eq!(cut("", "x", AROUND), None);
        let long = format!("{}needle{}", "a".repeat(100), "b".repeat(100));
        let expected = format!("…{}needle{}…", "a".repeat(AROUND), "b".repeat(AROUND));
        assert_eq!(cut(&long, "needle", AROUND), Some(expected));
    }
}
