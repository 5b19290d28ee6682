//! Knowledge bases, their directories, and which files are in them. What they mean in numbers is made anew here.

use airis_domain::Json;

use super::report::Outcome;
use super::row::Row;
use super::source::Source;
use super::{ALL, Arrival, nameless, nobody};
use crate::Result;
use crate::record::Record;

/// A file in a knowledge base, and who put it there.
struct Link {
    base: String,
    file: String,
    directory: Option<String>,
    user: Option<String>,
    at: i64,
}

impl Arrival<'_> {
    pub(super) async fn knowledge(&mut self, source: &mut Source) -> Result<()> {
        let mut links: Vec<Link> = Vec::new();
        source
            .each("knowledge", ALL, "created_at", async |row: Row| {
                let id = row.clean("id").unwrap_or_default();
                // Earlier versions kept the files in the knowledge base itself.
                let files = row.json("data").and_then(|data| data.get("file_ids").cloned());
                if let Some(Json::Array(files)) = files {
                    let (at, user) = (row.times().0, row.clean("user_id"));
                    let files = files.iter().filter_map(Json::as_str);
                    let link = |file: &str| Link {
                        base: id.clone(),
                        file: file.to_owned(),
                        directory: None,
                        user: user.clone(),
                        at,
                    };
                    links.extend(files.map(link));
                }
                let outcome = self.base(&row, &id).await?;
                self.add("knowledge bases", &id, outcome);
                Ok(())
            })
            .await?;
        self.directories(source).await?;
        source
            .each("knowledge_file", ALL, "created_at", async |row: Row| {
                let of = |column: &str| row.clean(column).unwrap_or_default();
                links.push(Link {
                    base: of("knowledge_id"),
                    file: of("file_id"),
                    directory: row.filled("directory_id"),
                    user: row.filled("user_id"),
                    at: row.times().0,
                });
                Ok(())
            })
            .await?;
        for link in links {
            let outcome = self.link(&link).await?;
            if matches!(outcome, Outcome::Brought) {
                self.report.note(
                    "Knowledge bases are found by their words and meaning once they were indexed here: \
                     Administration > Documents, or POST /api/v1/knowledge/reindex.",
                );
            }
            self.add("files in knowledge bases", &format!("{}/{}", link.base, link.file), outcome);
        }
        Ok(())
    }

    async fn base(&mut self, row: &Row, id: &str) -> Result<Outcome> {
        if id.is_empty() {
            return Ok(nameless());
        }
        if self.target.has("knowledge", id).await? {
            return Ok(Outcome::Known);
        }
        let Some(owner) = self.owner(row) else { return Ok(nobody()) };
        let (created_at, updated_at) = row.times();
        let (name, about) = (row.clean("name").unwrap_or_default(), row.clean("description").unwrap_or_default());
        let record = Record::of("knowledge")
            .text("id", id)
            .text("user_id", owner.id.as_str())
            .text("name", name.as_str())
            .text("description", about.as_str())
            .text("search_text", format!("{name}\n{about}").to_lowercase().as_str())
            .json("meta", row.json("meta").as_ref())
            .int("created_at", created_at)
            .int("updated_at", updated_at);
        self.target.insert(&record).await?;
        self.came("knowledge", id, row);
        Ok(Outcome::Brought)
    }

    /// Parents first: each round brings those whose parents are there.
    async fn directories(&mut self, source: &mut Source) -> Result<()> {
        let mut waiting: Vec<Row> = Vec::new();
        source
            .each("knowledge_directory", ALL, "created_at", async |row: Row| {
                waiting.push(row);
                Ok(())
            })
            .await?;
        loop {
            let before = waiting.len();
            let mut left = Vec::new();
            for row in waiting {
                match self.directory(&row).await? {
                    Some(outcome) => self.add("directories", row.text("id").unwrap_or_default(), outcome),
                    None => left.push(row),
                }
            }
            if left.is_empty() || left.len() == before {
                for row in left {
                    let outcome = Outcome::Skipped("the directory that it lies in is not here".to_owned());
                    self.add("directories", row.text("id").unwrap_or_default(), outcome);
                }
                return Ok(());
            }
            waiting = left;
        }
    }

    /// `None` while its parent is not there.
    async fn directory(&mut self, row: &Row) -> Result<Option<Outcome>> {
        let (id, base) = (row.clean("id").unwrap_or_default(), row.clean("knowledge_id").unwrap_or_default());
        if self.target.has("knowledge_directory", &id).await? {
            return Ok(Some(Outcome::Known));
        }
        if !self.target.has("knowledge", &base).await? {
            return Ok(Some(Outcome::Skipped("its knowledge base is not here".to_owned())));
        }
        if let Some(parent) = row.filled("parent_id")
            && !self.target.has("knowledge_directory", &parent).await?
        {
            return Ok(None);
        }
        let Some(owner) = self.owner(row) else { return Ok(Some(nobody())) };
        let (created_at, updated_at) = row.times();
        let record = Record::of("knowledge_directory")
            .text("id", id.as_str())
            .text("knowledge_id", base.as_str())
            .text("parent_id", row.filled("parent_id").as_deref())
            .text("name", row.text("name").unwrap_or_default())
            .text("user_id", owner.id.as_str())
            .int("created_at", created_at)
            .int("updated_at", updated_at);
        Ok(Some(match self.target.insert(&record).await? {
            true => Outcome::Brought,
            false => Outcome::Skipped("there is one of its name in its place".to_owned()),
        }))
    }

    async fn link(&mut self, link: &Link) -> Result<Outcome> {
        let (base, file) = (link.base.as_str(), link.file.as_str());
        if self.target.has_such("knowledge_file", &[("knowledge_id", base), ("file_id", file)]).await? {
            return Ok(Outcome::Known);
        }
        if !self.target.has("knowledge", base).await? || !self.target.has("file", file).await? {
            return Ok(Outcome::Skipped("the file or the knowledge base is not here".to_owned()));
        }
        let Some(owner) = link.user.as_ref().and_then(|user| self.people.get(user)).cloned() else {
            return Ok(nobody());
        };
        let directory = match link.directory.as_deref() {
            Some(id) if self.target.has("knowledge_directory", id).await? => Some(id),
            _ => None,
        };
        let record = Record::of("knowledge_file")
            .text("knowledge_id", base)
            .text("file_id", file)
            .text("directory_id", directory)
            .text("user_id", owner.id.as_str())
            .int("created_at", link.at)
            .int("updated_at", link.at);
        self.target.insert(&record).await?;
        Ok(Outcome::Brought)
    }
}
