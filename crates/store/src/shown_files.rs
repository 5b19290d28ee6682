//! Which chats, links and folders show a file: as it hangs at a message, or by its address in a text. The messages of a
//! chat's owner show the owner's files, those of a guest the guest's: naming a file of somebody else opens it to nobody.

use airis_domain::{FileId, Json, UserId};
use async_recursion::async_recursion as boxed;

use crate::db::reading;
use crate::{Result, Store, json};

/// What a file looks like where it is shown.
struct Marks {
    /// `LIKE` patterns (escape `!`) for its id in quotes, and for its address.
    named: String,
    addressed: String,
}

impl Marks {
    fn of(file: &FileId) -> Self {
        let id = file.as_str().replace('!', "!!").replace('%', "!%").replace('_', "!_");
        Self { named: format!("%\"{id}\"%"), addressed: format!("%/files/{id}/%") }
    }
}

impl Store {
    /// Links that show a file of `owner`: to their own chats, and to those in which they wrote as guests.
    #[boxed]
    pub async fn links_that_show(&self, owner: &UserId, file: &FileId) -> Result<Vec<String>> {
        let marks = Marks::of(file);
        let mut links: Vec<String> = reading!(self, pool => sqlx::query_scalar(
            "SELECT s.id FROM shared_chat s WHERE s.user_id = $1 AND s.snapshot IS NULL AND EXISTS \
             (SELECT 1 FROM message m WHERE m.chat_id = s.chat_id AND \
             (m.files LIKE $2 ESCAPE '!' OR m.files LIKE $3 ESCAPE '!' OR m.content LIKE $3 ESCAPE '!') AND NOT EXISTS \
             (SELECT 1 FROM guest_message g WHERE g.chat_id = m.chat_id AND g.message_id = m.id)) \
             UNION SELECT s.id FROM guest_message g JOIN message m ON m.chat_id = g.chat_id AND m.id = g.message_id \
             JOIN shared_chat s ON s.chat_id = g.chat_id WHERE g.user_id = $1 AND \
             (m.files LIKE $2 ESCAPE '!' OR m.files LIKE $3 ESCAPE '!' OR m.content LIKE $3 ESCAPE '!') AND \
             (s.snapshot IS NULL OR s.snapshot LIKE $2 ESCAPE '!' OR s.snapshot LIKE $3 ESCAPE '!')")
            .bind(owner.as_str()).bind(&marks.named).bind(&marks.addressed).fetch_all(pool).await)?;
        links.extend(self.copies_that_show(owner, file, &marks).await?);
        Ok(links)
    }

    /// Folders that were shared and have chats of `owner` that show a file of theirs; what guests said does not count.
    #[boxed]
    pub async fn folders_that_show(&self, owner: &UserId, file: &FileId) -> Result<Vec<String>> {
        let marks = Marks::of(file);
        Ok(reading!(self, pool => sqlx::query_scalar(
            "SELECT DISTINCT c.folder_id FROM chat c JOIN access_grant a ON a.resource_type = 'folder' AND \
             a.resource_id = c.folder_id WHERE c.user_id = $1 AND NOT c.archived AND EXISTS \
             (SELECT 1 FROM message m WHERE m.chat_id = c.id AND \
             (m.files LIKE $2 ESCAPE '!' OR m.files LIKE $3 ESCAPE '!' OR m.content LIKE $3 ESCAPE '!') AND NOT EXISTS \
             (SELECT 1 FROM guest_message g WHERE g.chat_id = m.chat_id AND g.message_id = m.id))")
            .bind(owner.as_str()).bind(&marks.named).bind(&marks.addressed).fetch_all(pool).await)?)
    }

    /// Links to copies of the owner's chats; what guests said in them does not count.
    async fn copies_that_show(&self, owner: &UserId, file: &FileId, marks: &Marks) -> Result<Vec<String>> {
        let copies: Vec<(String, String)> = reading!(self, pool => sqlx::query_as(
            "SELECT id, chat_id FROM shared_chat WHERE user_id = $1 AND \
             (snapshot LIKE $2 ESCAPE '!' OR snapshot LIKE $3 ESCAPE '!')")
            .bind(owner.as_str()).bind(&marks.named).bind(&marks.addressed).fetch_all(pool).await)?;
        let mut links = Vec::new();
        for (link, chat) in copies {
            let guests: Vec<String> = reading!(self, pool => sqlx::query_scalar(
                "SELECT message_id FROM guest_message WHERE chat_id = $1").bind(&chat).fetch_all(pool).await)?;
            if guests.is_empty() {
                links.push(link);
                continue;
            }
            let copy: Option<Option<String>> = reading!(self, pool => sqlx::query_scalar(
                "SELECT snapshot FROM shared_chat WHERE id = $1").bind(&link).fetch_optional(pool).await)?;
            let Some(mut copy) = copy.flatten().map(|text| json::parse(&text)) else { continue };
            leave_out(&mut copy, &guests);
            let text = copy.to_string();
            if text.contains(&format!("\"{file}\"")) || text.contains(&format!("/files/{file}/")) {
                links.push(link);
            }
        }
        Ok(links)
    }

    /// Whether a guest's message in a chat of `reader` shows a file of the guest.
    #[boxed]
    pub async fn guest_shows(&self, reader: &UserId, guest: &UserId, file: &FileId) -> Result<bool> {
        let marks = Marks::of(file);
        let found: Option<i64> = reading!(self, pool => sqlx::query_scalar(
            "SELECT CAST(1 AS BIGINT) FROM guest_message g JOIN message m ON m.chat_id = g.chat_id AND m.id = g.message_id \
             JOIN chat c ON c.id = g.chat_id WHERE g.user_id = $1 AND c.user_id = $4 AND \
             (m.files LIKE $2 ESCAPE '!' OR m.files LIKE $3 ESCAPE '!' OR m.content LIKE $3 ESCAPE '!') LIMIT 1")
            .bind(guest.as_str()).bind(&marks.named).bind(&marks.addressed).bind(reader.as_str())
            .fetch_optional(pool).await)?;
        Ok(found.is_some())
    }
}

/// Takes these messages out of a chat's object, from the tree and from the flat list that some clients keep.
fn leave_out(copy: &mut Json, messages: &[String]) {
    if let Some(tree) = copy.pointer_mut("/history/messages").and_then(Json::as_object_mut) {
        tree.retain(|id, _| !messages.contains(id));
    }
    if let Some(list) = copy.get_mut("messages").and_then(Json::as_array_mut) {
        list.retain(|message| message["id"].as_str().is_none_or(|id| !messages.iter().any(|known| known == id)));
    }
}
