//! Notes: kept, found, changed, pinned. Who may see one is said by its owner and its grants.

use crate::row::row;
use airis_domain::{AccessGrant, ChatId, Json, Note, UserId, now_nanos};
use async_recursion::async_recursion as boxed;

use crate::db::{locked, reading, transaction};
use crate::grants::{replace_grants, with_groups};
use crate::users::contains;
use crate::{Result, Store, StoreError, json};

/// Bytes of a note that are searched.
const LONGEST_SEARCHED: usize = 256 * 1024;
/// Words that are looked for one by one; those behind them count as one text.
const WORDS: usize = 6;
/// Signs of a search that count; SQLite takes no patterns without end.
const LONGEST_SEARCH: usize = 500;
/// The least by which a changed note is newer, in nanoseconds: a revision is as long.
const TICK: i64 = 1_000;

/// Which notes that somebody may see.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NoteQuery {
    /// Words that title or text must have, case ignored.
    pub search: String,
    pub side: NoteSide,
    /// Only those that they may change.
    pub writable: bool,
    pub order: NoteOrder,
    pub ascending: bool,
    pub offset: i64,
    /// `None`: all.
    pub limit: Option<i64>,
}

/// Whose notes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoteSide {
    #[default]
    All,
    Own,
    /// Of others, who shared them.
    Shared,
}

/// Order of a list of notes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoteOrder {
    #[default]
    Updated,
    Created,
    Title,
}

/// Fields to change; `None` leaves a field as it is. Objects replace those of their keys that are named.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NotePatch {
    pub title: Option<String>,
    pub data: Option<Json>,
    pub meta: Option<Json>,
}

/// What became of a change.
#[derive(Clone, Debug, PartialEq)]
pub enum NoteUpdate {
    Saved(Note),
    /// Somebody changed it first; nothing was saved.
    Stale(Note),
}

row! {
    struct Row {
        id: String,
        user_id: String,
        title: String,
        data: Option<String>,
        meta: Option<String>,
        pinned_at: Option<i64>,
        created_at: i64,
        updated_at: i64,
    }
}

impl From<Row> for Note {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            user_id: row.user_id.into(),
            title: row.title,
            data: json::parse_optional(row.data),
            meta: json::parse_optional(row.meta),
            pinned: row.pinned_at.is_some(),
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// Notes as user `$1` sees them, with the rest of the statement.
macro_rules! select_note {
    ($rest:expr) => {
        concat!(
            "SELECT n.id, n.user_id, n.title, n.data, n.meta, p.created_at AS pinned_at, n.created_at, n.updated_at \
             FROM note n LEFT JOIN pinned_note p ON p.note_id = n.id AND p.user_id = $1 ",
            $rest
        )
    };
}

/// What follows the ids of those notes on which user `$1` has permission `$2`.
macro_rules! with_seen {
    ($select:expr) => {
        with_groups!(concat!(
            ", seen (id) AS (SELECT id FROM note WHERE user_id = $1 UNION SELECT g.resource_id FROM access_grant g \
             WHERE g.resource_type = 'note' AND g.permission = $2 AND ((g.principal_type = 'user' AND g.principal_id IN ($1, '*')) \
             OR (g.principal_type = 'group' AND g.principal_id IN (SELECT id FROM mine)))) ",
            $select
        ))
    };
}

/// The conditions of a query, `$3` to `$9`.
macro_rules! wanted {
    () => {
        "WHERE n.id IN (SELECT id FROM seen) AND ($3 = 'all' OR ($3 = 'own') = (n.user_id = $1)) \
         AND n.searched LIKE $4 ESCAPE '!' AND n.searched LIKE $5 ESCAPE '!' AND n.searched LIKE $6 ESCAPE '!' \
         AND n.searched LIKE $7 ESCAPE '!' AND n.searched LIKE $8 ESCAPE '!' AND n.searched LIKE $9 ESCAPE '!' "
    };
}

const LIST: &str = with_seen!(select_note!(wanted!()));
const COUNT: &str = with_seen!(concat!("SELECT COUNT(*) FROM note n ", wanted!()));

/// Binds everything that a query says but its page.
macro_rules! bound {
    ($asked:expr, $user:expr, $query:expr, $patterns:expr) => {
        $patterns.iter().fold(
            $asked.bind($user.as_str()).bind(if $query.writable { "write" } else { "read" }).bind($query.side.as_str()),
            |asked, pattern| asked.bind(pattern.clone()),
        )
    };
}

impl Store {
    /// Notes of somebody, and those that others let them read.
    #[boxed]
    pub async fn notes(&self, user: &UserId, query: &NoteQuery) -> Result<Vec<Note>> {
        let patterns = patterns(&query.search);
        // Only constants are put together; values are bound.
        let sql = format!("{LIST} ORDER BY {}, n.id LIMIT $10 OFFSET $11", query.sorted());
        let rows: Vec<Row> = reading!(self, pool =>
            bound!(sqlx::query_as(sqlx::AssertSqlSafe(sql)), user, query, patterns)
                .bind(query.limit.unwrap_or(i64::MAX)).bind(query.offset).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(Note::from).collect())
    }

    /// How many there are, on all pages.
    #[boxed]
    pub async fn count_notes(&self, user: &UserId, query: &NoteQuery) -> Result<i64> {
        let patterns = patterns(&query.search);
        Ok(reading!(self, pool => bound!(sqlx::query_scalar(COUNT), user, query, patterns).fetch_one(pool).await)?)
    }

    /// Notes that somebody has pinned and may still read, in the order they were pinned.
    #[boxed]
    pub async fn pinned_notes(&self, user: &UserId) -> Result<Vec<Note>> {
        const SQL: &str = with_seen!(select_note!(
            "WHERE p.created_at IS NOT NULL AND n.id IN (SELECT id FROM seen) ORDER BY p.created_at, n.id"
        ));
        let rows: Vec<Row> = reading!(self, pool =>
            sqlx::query_as(SQL).bind(user.as_str()).bind("read").fetch_all(pool).await)?;
        Ok(rows.into_iter().map(Note::from).collect())
    }

    /// A note as `viewer` sees it, whoever that is.
    #[boxed]
    pub async fn note(&self, viewer: &UserId, id: &str) -> Result<Option<Note>> {
        let row: Option<Row> = reading!(self, pool => sqlx::query_as(select_note!("WHERE n.id = $2"))
            .bind(viewer.as_str()).bind(json::clean(id)).fetch_optional(pool).await)?;
        Ok(row.map(Note::from))
    }

    /// Stores a note with its grants. `NotFound` when its owner is gone.
    #[boxed]
    pub async fn insert_note(&self, note: &Note, grants: &[AccessGrant]) -> Result<()> {
        transaction!(self, tx => {
            sqlx::query("INSERT INTO note (id, user_id, title, data, meta, searched, created_at, updated_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
                .bind(&note.id).bind(note.user_id.as_str()).bind(json::clean(&note.title))
                .bind(json::optional_text(note.data.as_ref())).bind(json::optional_text(note.meta.as_ref()))
                .bind(searched(note)).bind(note.created_at).bind(note.updated_at).execute(&mut *tx).await?;
            replace_grants!(tx, "note", &note.id, grants);
        });
        Ok(())
    }

    /// Changes a note; with `revision` only as long as that is what the note is. `NotFound` when it is gone.
    #[boxed]
    pub async fn update_note(
        &self,
        viewer: &UserId,
        id: &str,
        patch: &NotePatch,
        revision: Option<i64>,
    ) -> Result<NoteUpdate> {
        Ok(transaction!(self, tx => {
            let held: Option<String> = sqlx::query_scalar(locked!(tx, "SELECT id FROM note WHERE id = $1"))
                .bind(json::clean(id)).fetch_optional(&mut *tx).await?;
            held.ok_or(StoreError::NotFound)?;
            let row: Row = sqlx::query_as(select_note!("WHERE n.id = $2"))
                .bind(viewer.as_str()).bind(json::clean(id)).fetch_one(&mut *tx).await?;
            let old = Note::from(row);
            if revision.is_some_and(|revision| revision != old.revision()) {
                NoteUpdate::Stale(old)
            } else {
                let new = patch.over(old);
                sqlx::query("UPDATE note SET title = $2, data = $3, meta = $4, searched = $5, updated_at = $6 WHERE id = $1")
                    .bind(&new.id).bind(&new.title).bind(json::optional_text(new.data.as_ref()))
                    .bind(json::optional_text(new.meta.as_ref())).bind(searched(&new)).bind(new.updated_at)
                    .execute(&mut *tx).await?;
                NoteUpdate::Saved(new)
            }
        }))
    }

    /// Pins a note for somebody, or takes the pin out; whether it is pinned now.
    #[boxed]
    pub async fn toggle_note_pin(&self, user: &UserId, id: &str) -> Result<bool> {
        Ok(transaction!(self, tx => {
            let removed = sqlx::query("DELETE FROM pinned_note WHERE user_id = $1 AND note_id = $2")
                .bind(user.as_str()).bind(json::clean(id)).execute(&mut *tx).await?.rows_affected();
            if removed == 0 {
                sqlx::query("INSERT INTO pinned_note (user_id, note_id, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
                    .bind(user.as_str()).bind(json::clean(id)).bind(now_nanos()).execute(&mut *tx).await?;
            }
            removed == 0
        }))
    }

    /// Chats of anybody about a note.
    #[boxed]
    pub async fn chats_about_note(&self, id: &str) -> Result<Vec<ChatId>> {
        let ids: Vec<String> = reading!(self, pool => sqlx::query_scalar("SELECT chat_id FROM note_chat WHERE note_id = $1")
            .bind(json::clean(id)).fetch_all(pool).await)?;
        Ok(ids.into_iter().map(ChatId::from).collect())
    }

    /// Deletes a note with its grants, its pins and what people asked about it. False when it was not there.
    #[boxed]
    pub async fn delete_note(&self, id: &str) -> Result<bool> {
        let deleted = transaction!(self, tx => {
            sqlx::query("DELETE FROM access_grant WHERE resource_type = 'note' AND resource_id = $1")
                .bind(json::clean(id)).execute(&mut *tx).await?;
            sqlx::query("DELETE FROM chat WHERE id IN (SELECT chat_id FROM note_chat WHERE note_id = $1)")
                .bind(json::clean(id)).execute(&mut *tx).await?;
            sqlx::query("DELETE FROM note WHERE id = $1").bind(json::clean(id)).execute(&mut *tx).await?.rows_affected()
        });
        Ok(deleted > 0)
    }
}

impl NoteSide {
    fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Own => "own",
            Self::Shared => "shared",
        }
    }
}

impl NoteQuery {
    fn sorted(&self) -> &'static str {
        match (self.order, self.ascending) {
            (NoteOrder::Updated, false) => "n.updated_at DESC",
            (NoteOrder::Updated, true) => "n.updated_at",
            (NoteOrder::Created, false) => "n.created_at DESC",
            (NoteOrder::Created, true) => "n.created_at",
            (NoteOrder::Title, false) => "LOWER(n.title) DESC",
            (NoteOrder::Title, true) => "LOWER(n.title)",
        }
    }
}

impl NotePatch {
    fn over(&self, mut note: Note) -> Note {
        if let Some(title) = &self.title {
            note.title = json::clean(title).into_owned();
        }
        merge(&mut note.data, self.data.as_ref());
        merge(&mut note.meta, self.meta.as_ref());
        note.updated_at = now_nanos().max(note.updated_at + TICK);
        note
    }
}

fn merge(known: &mut Option<Json>, sent: Option<&Json>) {
    let Some(sent) = sent else { return };
    match (known.as_mut().and_then(Json::as_object_mut), sent.as_object()) {
        (Some(known), Some(sent)) => known.extend(sent.clone()),
        _ => *known = Some(sent.clone()),
    }
}

/// What words are looked for in.
fn searched(note: &Note) -> String {
    let mut text = json::clean(&format!("{}\n{}", note.title, note.text())).to_lowercase();
    text.truncate(text.floor_char_boundary(LONGEST_SEARCHED));
    text
}

/// One pattern per word; those that are not needed fit everything.
fn patterns(search: &str) -> Vec<String> {
    let search: String = search.chars().take(LONGEST_SEARCH).collect();
    let words: Vec<&str> = search.split_whitespace().collect();
    let (single, rest) = words.split_at(words.len().min(WORDS - 1));
    let mut patterns: Vec<String> = single.iter().map(|word| contains(word)).collect();
    if !rest.is_empty() {
        patterns.push(contains(&rest.join(" ")));
    }
    patterns.resize(WORDS, "%".to_owned());
    patterns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_a_pattern_and_the_last_has_all_that_is_left() {
        assert_eq!(patterns(" A_b  Ü% "), ["%a!_b%", "%ü!%%", "%", "%", "%", "%"]);
        assert_eq!(patterns("1 2 3 4 5 6 7")[WORDS - 1], "%6 7%");
        assert_eq!(patterns(""), ["%"; WORDS]);
    }
}
