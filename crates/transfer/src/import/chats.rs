//! Chats with their messages, tags and links. Rows of messages are made of the chat object, as an import by a client does.

use airis_domain::chat_object::{self, clean};
use airis_domain::{Chat, ChatId, Json, JsonMap, Message, MessageId, User, render};
use serde_json::json;

use super::report::Outcome;
use super::row::{Row, read_json};
use super::source::Source;
use super::target::is_refused;
use super::{ALL, Arrival, nameless, nobody};
use crate::Result;
use crate::record::{Record, Value};

/// In earlier versions a link was a chat of its own, whose owner was called so.
const LINK: &str = "shared-";
const CHATS: &str = "(user_id IS NULL OR user_id NOT LIKE 'shared-%')";
const LINKS: &str = "user_id LIKE 'shared-%'";

impl Arrival<'_> {
    pub(super) async fn chats(&mut self, source: &mut Source) -> Result<()> {
        source
            .each("tag", ALL, "id", async |row: Row| {
                let id = row.clean("id").unwrap_or_default();
                if let Some(owner) = self.owner(&row).filter(|_| !id.is_empty()) {
                    let known = self.target.has_such("tag", &[("id", &id), ("user_id", owner.id.as_str())]).await?;
                    if !known {
                        let name = row.filled("name").unwrap_or_else(|| id.clone());
                        self.tag(&id, &owner, &name, row.json("meta").as_ref()).await?;
                    }
                    self.add("tags", &id, if known { Outcome::Known } else { Outcome::Brought });
                }
                Ok(())
            })
            .await?;
        let old = !source.has_column("chat", "last_read_at");
        let (mut done, total) = (0, source.count("chat", CHATS).await?);
        source
            .each("chat", CHATS, "created_at", async |row: Row| {
                let id = row.clean("id").unwrap_or_default();
                let outcome = self.chat(&row, &id, old).await?;
                self.add("chats", &id, outcome);
                self.tell("chats", &mut done, total);
                Ok(())
            })
            .await
    }

    async fn chat(&mut self, row: &Row, id: &str, old: bool) -> Result<Outcome> {
        if id.is_empty() {
            return Ok(nameless());
        }
        if self.target.has("chat", id).await? {
            return Ok(Outcome::Known);
        }
        let Some(owner) = self.owner(row) else { return Ok(nobody()) };
        let object = match object(row) {
            Ok(object) => object,
            Err(reason) => return Ok(Outcome::Skipped(reason)),
        };
        let listed = object.get("history").and_then(|history| history.get("messages")).and_then(Json::as_object);
        let listed = listed.map_or(0, JsonMap::len);
        let (mut chat, messages) = read(row, id, &owner, &object, old);
        if let Some(folder) = chat.folder_id.take()
            && self.target.has("folder", &folder).await?
        {
            chat.folder_id = Some(folder);
        }
        if listed > messages.len() {
            self.add("messages", id, Outcome::Skipped(format!("{} have no role", listed - messages.len())));
        }
        if self.target.dry {
            self.target.imagine("chat", id);
            return Ok(Outcome::Brought);
        }
        match self.target.store.insert_chat(&chat, &messages).await {
            Ok(()) => {}
            Err(error) if is_refused(&error) => return Ok(Outcome::Skipped(format!("it was refused: {error}"))),
            Err(error) => return Err(error.into()),
        }
        for tag in chat.meta.get("tags").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str) {
            self.tag(tag, &owner, tag, None).await?;
            let record =
                Record::of("chat_tag").text("chat_id", id).text("tag_id", tag).text("user_id", owner.id.as_str());
            self.target.insert(&record).await?;
        }
        if let Some(note) = chat.meta.get("note_id").and_then(Json::as_str)
            && self.target.has("note", note).await?
        {
            self.target.insert(&Record::of("note_chat").text("chat_id", id).text("note_id", note)).await?;
        }
        Ok(Outcome::Brought)
    }

    async fn tag(&mut self, id: &str, owner: &User, name: &str, meta: Option<&Json>) -> Result<()> {
        let record =
            Record::of("tag").text("id", id).text("user_id", owner.id.as_str()).text("name", name).json("meta", meta);
        self.target.insert(&record).await?;
        Ok(())
    }

    pub(super) async fn shared_chats(&mut self, source: &mut Source) -> Result<()> {
        source
            .each("shared_chat", ALL, "created_at", async |row: Row| {
                let id = row.clean("id").unwrap_or_default();
                let chat = row.clean("chat_id").unwrap_or_default();
                let outcome = self.shared_chat(&row, &id, &chat, false).await?;
                self.add("shared chats", &id, outcome);
                Ok(())
            })
            .await?;
        source
            .each("chat", LINKS, "created_at", async |row: Row| {
                let id = row.clean("id").unwrap_or_default();
                let chat = row.text("user_id").unwrap_or_default().trim_start_matches(LINK).to_owned();
                let outcome = self.shared_chat(&row, &id, &chat, true).await?;
                self.add("shared chats", &id, outcome);
                Ok(())
            })
            .await
    }

    async fn shared_chat(&mut self, row: &Row, id: &str, chat: &str, old: bool) -> Result<Outcome> {
        if id.is_empty() {
            return Ok(nameless());
        }
        if self.target.has("shared_chat", id).await? {
            return Ok(Outcome::Known);
        }
        if !self.target.has("chat", chat).await? {
            return Ok(Outcome::Skipped("its chat is not here".to_owned()));
        }
        if self.target.has_such("shared_chat", &[("chat_id", chat)]).await? {
            return Ok(Outcome::Skipped("its chat has another link here".to_owned()));
        }
        let object = match object(row) {
            Ok(object) => object,
            Err(reason) => return Ok(Outcome::Skipped(reason)),
        };
        let live = object.get("share_mode").and_then(Json::as_str) == Some("continue");
        let title = row.clean("title").or_else(|| chat_object::title(&object));
        if !self.target.dry {
            let Some(owner) = self.target.text("chat", "user_id", ("id", chat)).await? else { return Ok(nobody()) };
            let (created_at, updated_at) = row.times();
            let snapshot = clean(&Json::Object(object));
            let record = Record::of("shared_chat")
                .text("id", id)
                .text("chat_id", chat)
                .text("user_id", owner.as_str())
                .text("title", title.as_deref().filter(|_| !live))
                .json("snapshot", Some(&snapshot).filter(|_| !live))
                .int("created_at", created_at)
                .int("updated_at", updated_at);
            self.target.insert(&record).await?;
        }
        let values = [Value::from(chat), Value::from(id)];
        self.target.change("UPDATE chat SET share_id = $2 WHERE id = $1", &values).await?;
        self.resources.insert(("shared_chat", chat.to_owned()));
        if old {
            // Who had such a link and was signed in could read it.
            let grant = ["shared_chat", chat, "user", "*", "read"].map(str::to_owned);
            self.earlier_grants.push(grant);
        }
        Ok(Outcome::Brought)
    }
}

/// The chat object of a row, or why there is none.
fn object(row: &Row) -> std::result::Result<JsonMap, String> {
    let text = row.text("chat").ok_or("it has no content")?;
    match read_json(text) {
        Ok(Json::Object(object)) => Ok(with_parents(with_history(object))),
        Ok(_) => Err("its content is no chat object".to_owned()),
        Err(error) => Err(format!("its JSON cannot be read: {error}")),
    }
}

/// The oldest chats have their messages in a list, one after the other, and no tree.
fn with_history(mut object: JsonMap) -> JsonMap {
    let messages = object.get("history").and_then(|history| history.get("messages")).and_then(Json::as_object);
    let list = object.get("messages").and_then(Json::as_array);
    let (None, Some(list)) = (messages.filter(|messages| !messages.is_empty()), list) else { return object };
    let mut tree = JsonMap::new();
    let mut parent: Option<String> = None;
    for (at, message) in list.iter().enumerate() {
        let Some(mut message) = message.as_object().cloned() else { continue };
        let id = message.get("id").and_then(Json::as_str).map_or_else(|| format!("{}", at + 1), str::to_owned);
        message.insert("id".to_owned(), json!(id));
        message.insert("parentId".to_owned(), json!(parent));
        tree.insert(id.clone(), Json::Object(message));
        parent = Some(id);
    }
    if let Some(last) = parent {
        object.insert("history".to_owned(), json!({"messages": tree, "currentId": last}));
    }
    object
}

/// A reply to a program loses its parent there; the question still names it as its child, and is shown above it again.
fn with_parents(mut object: JsonMap) -> JsonMap {
    let Some(messages) =
        object.get_mut("history").and_then(|history| history.get_mut("messages")).and_then(Json::as_object_mut)
    else {
        return object;
    };
    let mut parents: Vec<(String, String)> = Vec::new();
    for (id, message) in messages.iter() {
        let children = message.get("childrenIds").and_then(Json::as_array).into_iter().flatten();
        parents.extend(children.filter_map(Json::as_str).map(|child| (child.to_owned(), id.clone())));
    }
    for (child, parent) in parents {
        if messages.get(&child).is_some_and(|message| parent_of(message).is_none())
            && !is_below(messages, &parent, &child)
            && let Some(Json::Object(message)) = messages.get_mut(&child)
        {
            message.insert("parentId".to_owned(), json!(parent));
        }
    }
    object
}

fn parent_of(message: &Json) -> Option<&str> {
    message.get("parentId").and_then(Json::as_str)
}

/// Whether a message is another one or comes after it: messages that name each other would become a ring.
fn is_below(messages: &JsonMap, id: &str, above: &str) -> bool {
    let mut at = Some(id);
    for _ in 0..messages.len() {
        match at {
            Some(id) if id == above => return true,
            Some(id) => at = messages.get(id).and_then(parent_of),
            None => return false,
        }
    }
    at.is_some()
}

/// The chat and its messages, as it was there.
fn read(row: &Row, id: &str, owner: &User, object: &JsonMap, old: bool) -> (Chat, Vec<Message>) {
    let (mut chat, mut messages) = chat_object::read_new(owner, object, row.json("variables"), row.filled("folder_id"));
    let (created_at, updated_at) = row.times();
    chat.id = ChatId::from(id);
    for message in &mut messages {
        message.chat_id = chat.id.clone();
    }
    if let Some(title) = row.filled("title") {
        chat.title = title;
    }
    if let Some(Json::Object(meta)) = row.json("meta") {
        chat.meta = meta;
    }
    chat.pinned = row.flag("pinned").unwrap_or(false);
    chat.archived = row.flag("archived").unwrap_or(false);
    chat.tasks = row.json("tasks");
    chat.summary = row.clean("summary");
    chat.created_at = created_at;
    chat.updated_at = updated_at;
    // Versions that knew of no unread chats had none.
    chat.last_read_at = if old { Some(updated_at) } else { row.int("last_read_at") };
    let leaf = row.filled("current_message_id").map(MessageId::from).or_else(|| chat.current_message_id.take());
    chat.current_message_id = render::visible_leaf(&messages, leaf.as_ref());
    (chat, messages)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    #[test]
    fn a_list_of_messages_becomes_a_branch() {
        let object =
            json!({"messages": [{"role": "user", "content": "a"}, {"id": "x", "role": "assistant", "content": "b"}]});
        let object = with_history(object.as_object().cloned().unwrap());
        assert_eq!(object["history"]["messages"]["x"]["parentId"], "1");
        assert_eq!(object["history"]["currentId"], "x");
    }

    #[test]
    fn a_reply_without_a_parent_is_put_below_the_message_that_names_it() {
        let object = json!({"history": {"messages": {
            "q": {"id": "q", "parentId": null, "childrenIds": ["a", "q", "gone", "b"]},
            "a": {"id": "a", "parentId": null, "childrenIds": ["c"]},
            "b": {"id": "b", "parentId": "other", "childrenIds": []},
            "c": {"id": "c", "childrenIds": ["q"]}}}});
        let object = with_parents(object.as_object().cloned().unwrap());
        let parents = ["q", "a", "b", "c"].map(|id| object["history"]["messages"][id]["parentId"].clone());
        assert_eq!(parents, [json!(null), json!("q"), json!("other"), json!("a")], "and nothing is above itself");
    }

    #[test]
    fn a_tree_stays_as_it_is() {
        let object =
            json!({"history": {"messages": {"a": {"role": "user"}}, "currentId": "a"}, "messages": [{"id": "b"}]});
        let object = object.as_object().cloned().unwrap();
        assert_eq!(with_history(object.clone()), object);
    }
}
