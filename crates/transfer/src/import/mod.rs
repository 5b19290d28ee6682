//! Moving in from Open WebUI: what people have there comes with its ids, its times and its owners, as often as is asked for.

mod chats;
mod files;
mod grants;
mod knowledge;
mod library;
mod people;
mod report;
mod row;
mod settings;
mod source;
mod target;

use std::collections::{HashMap, HashSet};
use std::path::Path;

use airis_domain::{JsonMap, User};
use airis_files::Files;
use airis_store::Store;

use crate::link::Link;
use crate::{Progress, Result};
use report::Outcome;
use row::Row;
use source::Source;
use target::Target;

pub use report::{Kind, Report, Skipped};

/// Every row.
const ALL: &str = "1 = 1";
/// Tables that are read, or that hold nothing of their own.
const READ: [&str; 31] = [
    "access_grant",
    "alembic_version",
    "api_key",
    "auth",
    "chat",
    "chat_file",
    "chat_message",
    "chatidtag",
    "config",
    "config_old",
    "document",
    "feedback",
    "file",
    "folder",
    "group",
    "group_member",
    "knowledge",
    "knowledge_directory",
    "knowledge_file",
    "memory",
    "migratehistory",
    "model",
    "model_history",
    "note",
    "pinned_note",
    "prompt",
    "prompt_history",
    "shared_chat",
    "tag",
    "user",
    "oauth_session",
];

/// What to bring, and into what.
pub struct Import<'a> {
    /// A path of `webui.db` or of the folder that it lies in, or a `postgres://` address.
    pub from: &'a str,
    /// Where the bytes of files are, unless they lie in `uploads` beside the database.
    pub uploads: Option<&'a Path>,
    /// The database of airis, and the same once more by its address and schema.
    pub store: &'a Store,
    pub database_url: &'a str,
    pub schema: Option<&'a str>,
    pub files: &'a Files,
    /// Every setting that airis knows and keeps, with its default.
    pub settings: &'a JsonMap,
    /// Says what would happen, and writes nothing.
    pub dry_run: bool,
}

/// Brings everything that is not here yet. What is here already stays as it is.
pub async fn import(asked: &Import<'_>, progress: Progress<'_>) -> Result<Report> {
    let mut source = Source::open(asked.from, asked.uploads).await?;
    let link = Link::writing(asked.database_url, asked.schema).await?;
    let mut arrival = Arrival {
        target: Target::new(asked.store, link, asked.dry_run),
        files: asked.files,
        report: Report { dry_run: asked.dry_run, ..Report::default() },
        progress,
        people: HashMap::new(),
        emails: HashMap::new(),
        resources: HashSet::new(),
        earlier_grants: Vec::new(),
    };
    arrival.people(&mut source).await?;
    arrival.groups(&mut source).await?;
    arrival.settings(&mut source, asked.settings).await?;
    arrival.folders(&mut source).await?;
    arrival.files(&mut source).await?;
    arrival.notes(&mut source).await?;
    arrival.prompts(&mut source).await?;
    arrival.models(&mut source).await?;
    arrival.memories(&mut source).await?;
    arrival.knowledge(&mut source).await?;
    arrival.chats(&mut source).await?;
    arrival.shared_chats(&mut source).await?;
    arrival.feedbacks(&mut source).await?;
    arrival.grants(&mut source).await?;
    for table in source.tables() {
        if !READ.contains(&table.as_str()) {
            let rows = source.count(&table, ALL).await?;
            if rows > 0 {
                arrival.report.tables_left_out.push((table, rows));
            }
        }
    }
    source.close().await?;
    arrival.target.close().await?;
    Ok(arrival.report)
}

/// An import under way.
struct Arrival<'a> {
    target: Target<'a>,
    files: &'a Files,
    report: Report,
    progress: Progress<'a>,
    /// By their ids there: people who have an account here.
    people: HashMap<String, User>,
    /// Whose addresses are taken by people who came just now.
    emails: HashMap<String, User>,
    /// What came just now, as kind and id: only its grants come, too.
    resources: HashSet<(&'static str, String)>,
    /// Grants that earlier versions kept in the things themselves: of what, to whom, and what they may.
    earlier_grants: Vec<[String; 5]>,
}

impl Arrival<'_> {
    /// Counts what became of one thing.
    fn add(&mut self, kind: &'static str, id: &str, outcome: Outcome) {
        self.report.add(kind, id, outcome);
    }

    /// Tells how far a kind is.
    fn tell(&mut self, kind: &str, done: &mut u64, total: u64) {
        *done += 1;
        (self.progress)(kind, *done, total);
    }

    /// Who owns a row here, if they have an account.
    fn owner(&self, row: &Row) -> Option<User> {
        self.people.get(row.text("user_id")?).cloned()
    }
}

/// Why something stays behind whose owner is nobody here.
fn nobody() -> Outcome {
    Outcome::Skipped("the account that it belongs to is not here".to_owned())
}

/// Why something stays behind that has no id.
fn nameless() -> Outcome {
    Outcome::Skipped("it has no id".to_owned())
}
