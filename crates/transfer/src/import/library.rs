//! What people keep beside their chats: folders, notes, prompts, models, memories, and what they said of replies.

use airis_domain::{Feedback, Json, MemoryKind, Note};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::report::Outcome;
use super::row::Row;
use super::source::Source;
use super::{ALL, Arrival, nameless, nobody};
use crate::Result;
use crate::record::Record;

impl Arrival<'_> {
    pub(super) async fn folders(&mut self, source: &mut Source) -> Result<()> {
        let (mut done, total) = (0, source.count("folder", ALL).await?);
        source
            .each("folder", ALL, "created_at", async |row: Row| {
                let id = row.clean("id").unwrap_or_default();
                let outcome = match self.owner(&row) {
                    _ if id.is_empty() => nameless(),
                    _ if self.target.has("folder", &id).await? => Outcome::Known,
                    None => nobody(),
                    Some(owner) => {
                        let (created_at, updated_at) = row.times();
                        let record = Record::of("folder")
                            .text("id", id.as_str())
                            .text("user_id", owner.id.as_str())
                            .text("parent_id", row.text("parent_id"))
                            .text("name", row.text("name").unwrap_or_default())
                            .json("items", row.json("items").as_ref())
                            .json("meta", row.json("meta").as_ref())
                            .json("data", row.json("data").as_ref())
                            .flag("is_expanded", row.flag("is_expanded").unwrap_or(false))
                            .int("created_at", created_at)
                            .int("updated_at", updated_at);
                        self.target.insert(&record).await?;
                        self.came("folder", &id, &row);
                        Outcome::Brought
                    }
                };
                self.add("folders", &id, outcome);
                self.tell("folders", &mut done, total);
                Ok(())
            })
            .await
    }

    pub(super) async fn notes(&mut self, source: &mut Source) -> Result<()> {
        source
            .each("note", ALL, "created_at", async |row: Row| {
                let id = row.clean("id").unwrap_or_default();
                let outcome = match self.owner(&row) {
                    _ if id.is_empty() => nameless(),
                    _ if self.target.has("note", &id).await? => Outcome::Known,
                    None => nobody(),
                    Some(owner) => {
                        let (created_at, updated_at) = row.times();
                        let note = Note {
                            id: id.clone(),
                            user_id: owner.id,
                            title: row.clean("title").unwrap_or_default(),
                            data: row.json("data"),
                            meta: row.json("meta"),
                            pinned: false,
                            created_at,
                            updated_at,
                        };
                        if self.target.dry {
                            self.target.imagine("note", &id);
                        } else {
                            self.target.store.insert_note(&note, &[]).await?;
                        }
                        self.came("note", &id, &row);
                        Outcome::Brought
                    }
                };
                self.add("notes", &id, outcome);
                Ok(())
            })
            .await?;
        source
            .each("pinned_note", ALL, "id", async |row: Row| {
                let note = row.clean("note_id").unwrap_or_default();
                if let Some(owner) = self.owner(&row)
                    && self.target.has("note", &note).await?
                {
                    let record = Record::of("pinned_note")
                        .text("user_id", owner.id.as_str())
                        .text("note_id", note.as_str())
                        .int("created_at", row.times().0);
                    self.target.insert(&record).await?;
                }
                Ok(())
            })
            .await
    }

    pub(super) async fn prompts(&mut self, source: &mut Source) -> Result<()> {
        source
            .each("prompt", ALL, "created_at", async |row: Row| {
                // Earlier versions knew prompts by their commands alone, which began with a slash.
                let command = row.clean("command").unwrap_or_default().trim_start_matches('/').to_owned();
                let id = row.filled("id").filter(|_| row.text("name").is_some());
                let id = id.unwrap_or_else(|| id_from(&command));
                let outcome = self.prompt(&row, &id, &command).await?;
                self.add("prompts", &id, outcome);
                Ok(())
            })
            .await?;
        let mut numbers = std::collections::HashMap::new();
        source
            .each("prompt_history", ALL, "created_at", async |row: Row| {
                let prompt = row.clean("prompt_id").unwrap_or_default();
                if self.resources.contains(&("prompt", prompt.clone())) {
                    let number: &mut i64 = numbers.entry(prompt).or_insert(0);
                    *number += 1;
                    let record = version(&row, "prompt_version", "prompt_id", "message").int("number", *number);
                    self.target.insert(&record).await?;
                }
                Ok(())
            })
            .await
    }

    async fn prompt(&mut self, row: &Row, id: &str, command: &str) -> Result<Outcome> {
        if self.target.has("prompt", id).await? {
            return Ok(Outcome::Known);
        }
        let Some(owner) = self.owner(row) else { return Ok(nobody()) };
        if command.is_empty() {
            return Ok(Outcome::Skipped("it has no command".to_owned()));
        }
        if self.target.has_such("prompt", &[("command", command)]).await? {
            return Ok(Outcome::Skipped(format!("there is another prompt /{command} here")));
        }
        let (created_at, updated_at) = row.times();
        let object = |column: &str| row.json(column).unwrap_or_else(|| json!({}));
        let record = Record::of("prompt")
            .text("id", id)
            .text("command", command)
            .text("user_id", owner.id.as_str())
            .text("name", row.text("name").or(row.text("title")).unwrap_or(command))
            .text("content", row.text("content").unwrap_or_default())
            .json("data", &object("data"))
            .json("meta", &object("meta"))
            .json("tags", &row.json("tags").filter(Json::is_array).unwrap_or_else(|| json!([])))
            .flag("is_active", row.flag("is_active").unwrap_or(true))
            .text("version_id", row.text("version_id"))
            .int("created_at", created_at)
            .int("updated_at", updated_at);
        self.target.insert(&record).await?;
        self.came("prompt", id, row);
        Ok(Outcome::Brought)
    }

    pub(super) async fn models(&mut self, source: &mut Source) -> Result<()> {
        source
            .each("model", ALL, "created_at", async |row: Row| {
                let id = row.clean("id").unwrap_or_default();
                let outcome = match self.owner(&row) {
                    _ if id.is_empty() => nameless(),
                    _ if self.target.has("model", &id).await? => Outcome::Known,
                    None => nobody(),
                    Some(owner) => {
                        let (created_at, updated_at) = row.times();
                        let object = |column: &str| row.json(column).unwrap_or_else(|| json!({}));
                        let record = Record::of("model")
                            .text("id", id.as_str())
                            .text("user_id", owner.id.as_str())
                            .text("base_model_id", row.text("base_model_id"))
                            .text("name", row.text("name").unwrap_or(&id))
                            .json("params", &object("params"))
                            .json("meta", &object("meta"))
                            .flag("is_active", row.flag("is_active").unwrap_or(true))
                            .text("version_id", row.text("version_id"))
                            .int("created_at", created_at)
                            .int("updated_at", updated_at);
                        self.target.insert(&record).await?;
                        self.came("model", &id, &row);
                        Outcome::Brought
                    }
                };
                self.add("models", &id, outcome);
                Ok(())
            })
            .await?;
        let mut numbers = std::collections::HashMap::new();
        source
            .each("model_history", ALL, "created_at", async |row: Row| {
                let model = row.clean("model_id").unwrap_or_default();
                if self.resources.contains(&("model", model.clone())) {
                    let number: &mut i64 = numbers.entry(model).or_insert(0);
                    *number += 1;
                    let record = version(&row, "model_version", "model_id", "commit_message").int("ordinal", *number);
                    self.target.insert(&record).await?;
                }
                Ok(())
            })
            .await
    }

    pub(super) async fn memories(&mut self, source: &mut Source) -> Result<()> {
        source
            .each("memory", ALL, "created_at", async |row: Row| {
                let id = row.clean("id").unwrap_or_default();
                let outcome = match self.owner(&row) {
                    _ if id.is_empty() => nameless(),
                    _ if self.target.has("memory", &id).await? => Outcome::Known,
                    None => nobody(),
                    Some(owner) => {
                        let (created_at, updated_at) = row.times();
                        let kind = row.text("type").and_then(MemoryKind::parse).unwrap_or(MemoryKind::Context);
                        let record = Record::of("memory")
                            .text("id", id.as_str())
                            .text("user_id", owner.id.as_str())
                            .text("type", kind.as_str())
                            .text("path", row.text("path"))
                            .text("content", row.text("content").unwrap_or_default())
                            .json("meta", row.json("meta").as_ref())
                            .int("created_at", created_at)
                            .int("updated_at", updated_at);
                        self.target.insert(&record).await?;
                        Outcome::Brought
                    }
                };
                self.add("memories", &id, outcome);
                Ok(())
            })
            .await
    }

    pub(super) async fn feedbacks(&mut self, source: &mut Source) -> Result<()> {
        source
            .each("feedback", ALL, "created_at", async |row: Row| {
                let id = row.clean("id").unwrap_or_default();
                let outcome = match self.owner(&row) {
                    _ if id.is_empty() => nameless(),
                    _ if self.target.has("feedback", &id).await? => Outcome::Known,
                    None => nobody(),
                    Some(owner) => {
                        let (created_at, updated_at) = row.times();
                        let feedback = Feedback {
                            id: id.clone(),
                            user_id: owner.id,
                            version: row.int("version").unwrap_or(0),
                            kind: row.clean("type").unwrap_or_else(|| "rating".to_owned()),
                            data: row.json("data"),
                            meta: row.json("meta"),
                            snapshot: row.json("snapshot"),
                            created_at,
                            updated_at,
                        };
                        if !self.target.dry {
                            self.target.store.put_feedback(&feedback).await?;
                        }
                        Outcome::Brought
                    }
                };
                self.add("feedback", &id, outcome);
                Ok(())
            })
            .await
    }
}

/// A saved state of a prompt or a model.
fn version(row: &Row, table: &'static str, of: &'static str, message: &'static str) -> Record {
    Record::of(table)
        .text("id", row.text("id").unwrap_or_default())
        .text(of, row.text(of).unwrap_or_default())
        .text("parent_id", row.text("parent_id"))
        .json("snapshot", &row.json("snapshot").unwrap_or_else(|| json!({})))
        .text("user_id", row.text("user_id").unwrap_or_default())
        .text(message, row.text("commit_message"))
        .int("created_at", row.times().0)
}

/// An id for what had none: the same whenever it is asked for.
fn id_from(name: &str) -> String {
    let digest = hex::encode(Sha256::digest(name.as_bytes()));
    format!("{}-{}-4{}-8{}-{}", &digest[..8], &digest[8..12], &digest[13..16], &digest[17..20], &digest[20..32])
}
