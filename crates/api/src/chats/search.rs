//! Finding chats by words in titles and messages.

use airis_store::ChatListQuery;
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
    /// Words, and filters: `tag:name`, `folder:id`, `pinned:true`, `archived:true`.
    text: String,
    page: Option<i64>,
}

/// Chats whose title or messages contain the text, newest first.
#[utoipa::path(get, path = "/api/v1/chats/search", tag = "chats", security(("verified" = [])), params(SearchQuery),
    responses((status = 200, body = Vec<ChatTitleIdResponse>)))]
pub async fn search(
    State(app): State<App>,
    user: Verified,
    Query(query): Query<SearchQuery>,
) -> Result<Json<Vec<ChatTitleIdResponse>>> {
    let wanted = read(&query.text, page(Some(query.page.unwrap_or(1))));
    let chats = app.store.chats(&user.id, &wanted).await?;
    let mut lines = ChatTitleIdResponse::list(&app, chats).await?;
    if let Some(words) = &wanted.search {
        for line in &mut lines {
            line.snippet = snippet(&app, line, words).await?;
        }
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
            Some(("folder", id)) if !id.is_empty() => query.folder = Some(Some(id.to_owned())),
            Some(("pinned", value)) => query.pinned = Some(value == "true"),
            Some(("archived", value)) => query.archived = Some(value == "true"),
            _ => words.push(word),
        }
    }
    query.search = (!words.is_empty()).then(|| words.join(" ").replace('\0', ""));
    query
}

/// The words around the first match in a message of the chat.
async fn snippet(app: &App, line: &ChatTitleIdResponse, words: &str) -> Result<Option<String>> {
    let needle = words.to_lowercase();
    for message in app.store.messages(&line.id).await? {
        if let Some(text) = text::of_content(&message.content).as_deref().and_then(|text| cut(text, &needle, AROUND)) {
            return Ok(Some(text));
        }
    }
    Ok(None)
}

/// The first match of `needle` (in lower case) in a text, with so many characters on either side.
pub(crate) fn cut(text: &str, needle: &str, around: usize) -> Option<String> {
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
        let query = read("rust tag:Big_Things async pinned:true", ChatListQuery::default());
        assert_eq!(query.search.as_deref(), Some("rust async"));
        assert_eq!(query.tag.as_deref(), Some("big_things"));
        assert_eq!((query.pinned, query.archived), (Some(true), Some(false)));
    }

    #[test]
    fn a_snippet_shows_the_match_with_its_surroundings() {
        assert_eq!(cut("Say HELLO there", "hello", AROUND).as_deref(), Some("Say HELLO there"));
        assert_eq!(cut("nothing", "hello", AROUND), None);
        assert_eq!(cut("", "x", AROUND), None);
        let long = format!("{}needle{}", "a".repeat(100), "b".repeat(100));
        let expected = format!("…{}needle{}…", "a".repeat(AROUND), "b".repeat(AROUND));
        assert_eq!(cut(&long, "needle", AROUND), Some(expected));
    }
}
