//! Notes, as far as they are looked for.

use airis_domain::UserId;

use crate::db::reading;
use crate::users::contains;
use crate::{Result, Store, json};

/// A note that was looked for.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundNote {
    pub id: String,
    pub title: String,
    /// Its Markdown.
    pub text: String,
    /// Nanoseconds.
    pub updated_at: i64,
    pub pinned: bool,
}

impl Store {
    /// Notes of a user whose title or text contains `text`, case ignored; the last changed first.
    pub async fn find_notes(&self, user: &UserId, text: &str, limit: i64) -> Result<Vec<FoundNote>> {
        type Row = (String, String, Option<String>, i64, Option<i64>);
        let rows: Vec<Row> = reading!(self, pool => sqlx::query_as(
            "SELECT n.id, n.title, n.data, n.updated_at, p.created_at FROM note n \
             LEFT JOIN pinned_note p ON p.note_id = n.id AND p.user_id = n.user_id WHERE n.user_id = $1 \
             AND (LOWER(n.title) LIKE $2 ESCAPE '!' OR LOWER(n.data) LIKE $2 ESCAPE '!') \
             ORDER BY n.updated_at DESC, n.id LIMIT $3")
            .bind(user.as_str()).bind(contains(text)).bind(limit).fetch_all(pool).await)?;
        let note = |(id, title, data, updated_at, pinned): Row| {
            let data = json::parse_optional(data).unwrap_or_default();
            let text = data.pointer("/content/md").and_then(|text| text.as_str()).unwrap_or_default().to_owned();
            FoundNote { id, title, text, updated_at, pinned: pinned.is_some() }
        };
        let wanted = text.to_lowercase();
        // The pattern may have met a key of the JSON.
        let meant =
            |note: &FoundNote| [&note.title, &note.text].iter().any(|text| text.to_lowercase().contains(&wanted));
        Ok(rows.into_iter().map(note).filter(meant).collect())
    }
}
