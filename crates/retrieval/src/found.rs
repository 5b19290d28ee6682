//! What a question is answered from: passages of what the asker attached, or texts as they are.

use async_recursion::async_recursion as boxed;
use std::collections::HashMap;
use std::time::Duration;

use airis_access::Readable;
use airis_domain::{File, FileId, FileStatus, Json, JsonMap, Knowledge, Note, User};
use airis_vector::{Found, Scope};
use serde_json::json;
use tokio::time::{Instant, sleep, timeout_at};

use crate::item::Want;
use crate::passages::{collection_of, metadata_of};
use crate::reach::Place;
use crate::search::{Asked, Wish};
use crate::state::Inner;
use crate::{Result, Retrieval, RetrievalError};

/// How long a question waits for a file that is still being read, and how often it looks.
const PATIENCE: Duration = Duration::from_secs(15);
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Passages of one collection that goes to a model as a whole.
const WHOLE: usize = 2_000;

/// A thing that was searched or read, with what was found in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// As the client sent it.
    pub item: Json,
    pub passages: Vec<Piece>,
}

/// A piece of text with what is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    pub text: String,
    pub metadata: JsonMap,
    /// How near it is to the question; `None`: nothing was searched.
    pub score: Option<f64>,
}

/// Everything that was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gathered {
    pub sources: Vec<Source>,
    /// What could not be read, and why: better than a model that makes up what it was never given.
    pub unreadable: Vec<(String, String)>,
}

/// What is to be done with one thing.
enum Plan {
    Pieces(Vec<Piece>),
    Search(Vec<Place>),
    Unreadable(String, String),
    Nothing,
}

impl Retrieval {
    /// Whether anything of this is searched at all, so that a question is worth thinking about.
    pub fn searches(&self, wants: &[(Json, Want)]) -> bool {
        !self.inner.takes_whole()
            && wants.iter().any(|(_, want)| match want {
                Want::File { whole, .. } | Want::Knowledge { whole, .. } => !whole,
                Want::Collections(_) => true,
                Want::Note(_) | Want::Text { .. } => false,
            })
    }

    /// Searches or reads what `user` attached, as far as they may. Questions are embedded in one call.
    #[boxed]
    pub async fn gather(&self, user: &User, wants: &[(Json, Want)], questions: Vec<String>) -> Result<Gathered> {
        let inner = &self.inner;
        let until = Instant::now() + PATIENCE;
        let mut plans = Vec::with_capacity(wants.len());
        for (item, want) in wants {
            let plan = match inner.plan(user, want, until).await {
                Err(RetrievalError::NotYours) => Plan::Nothing,
                Err(RetrievalError::Elsewhere { name, why }) => Plan::Unreadable(name, why),
                plan => plan?,
            };
            plans.push((item, plan));
        }
        let asked = if plans.iter().any(|(_, plan)| matches!(plan, Plan::Search(_))) {
            Some(inner.ask_patiently(user, questions).await)
        } else {
            None
        };
        let mut gathered = Gathered::default();
        for (item, plan) in plans {
            let passages = match (plan, &asked) {
                (Plan::Pieces(pieces), _) => pieces,
                (Plan::Search(places), Some(asked)) => match inner.pieces(&places, asked).await {
                    // A server of somebody else that is away breaks no reply.
                    Err(RetrievalError::Elsewhere { name, why }) => {
                        tracing::warn!(name, why, "a knowledge base of somebody else was not searched");
                        gathered.unreadable.push((name, why));
                        continue;
                    }
                    pieces => pieces?,
                },
                (Plan::Unreadable(name, why), _) => {
                    gathered.unreadable.push((name, why));
                    continue;
                }
                _ => continue,
            };
            if !passages.is_empty() {
                gathered.sources.push(Source { item: item.clone(), passages });
            }
        }
        Ok(gathered)
    }
}

/// A note is read whole: it changes while people write it.
fn plan_note(note: &Note) -> Plan {
    let name = if note.title.trim().is_empty() { "Untitled note" } else { &note.title };
    let text = note.text();
    if text.trim().is_empty() {
        return Plan::Unreadable(name.to_owned(), "the note is empty".to_owned());
    }
    let known = [
        ("name", json!(name)),
        ("source", json!(name)),
        ("note_id", json!(note.id)),
        ("created_by", json!(note.user_id)),
    ];
    let metadata = known.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    Plan::Pieces(vec![Piece { text: text.to_owned(), metadata, score: None }])
}

impl Inner {
    /// Whether nothing is searched on this server.
    pub fn takes_whole(&self) -> bool {
        self.is_bypassed() || self.config.flag("rag.full_context")
    }

    async fn plan(&self, user: &User, want: &Want, until: Instant) -> Result<Plan> {
        match want {
            Want::File { id, whole } => self.plan_file(user, id, *whole, until).await,
            Want::Knowledge { id, whole } => {
                let knowledge = Readable::<Knowledge>::knowledge(&self.store, &self.config, user, id).await?;
                let place = self.place(user, &knowledge.id).await?;
                // What others keep is never here as a whole.
                let Place::Here(scope) = place else { return Ok(Plan::Search(vec![place])) };
                if self.is_bypassed() {
                    return self.whole_files(&knowledge.id).await;
                }
                if *whole || self.takes_whole() {
                    return Ok(Plan::Pieces(self.all_of(&scope).await?));
                }
                Ok(Plan::Search(vec![Place::Here(scope)]))
            }
            Want::Collections(names) => {
                let mut places = Vec::new();
                for name in names {
                    match self.place(user, name).await {
                        Err(RetrievalError::NotYours) => {}
                        place => places.push(place?),
                    }
                }
                Ok(if places.is_empty() { Plan::Nothing } else { Plan::Search(places) })
            }
            Want::Note(id) => {
                let note = Readable::<Note>::note(&self.store, &self.config, user, id).await?.into_inner();
                Ok(plan_note(&note))
            }
            Want::Text { name, text } => {
                let metadata = JsonMap::from_iter([
                    ("name".to_owned(), json!(name)),
                    ("source".to_owned(), json!(if name.is_empty() { "text" } else { name })),
                ]);
                Ok(Plan::Pieces(vec![Piece { text: text.clone(), metadata, score: None }]))
            }
        }
    }

    async fn plan_file(&self, user: &User, id: &FileId, whole: bool, until: Instant) -> Result<Plan> {
        let file = loop {
            let file = Readable::<File>::file(&self.store, &self.config, user, id, true).await?.into_inner();
            let unread = matches!(file.status, Some(FileStatus::Pending | FileStatus::Processing));
            if !unread || Instant::now() >= until {
                break file;
            }
            sleep(LOOK_EVERY).await;
        };
        let Some(text) = file.content.clone().filter(|text| !text.trim().is_empty()) else {
            let why = file.error.clone().unwrap_or_else(|| "it has not been read".to_owned());
            return Ok(Plan::Unreadable(file.filename.clone(), why));
        };
        let as_it_is = |text: String| {
            let mut metadata = metadata_of(&file);
            metadata.insert("hash".to_owned(), json!(file.hash));
            Plan::Pieces(vec![Piece { text, metadata, score: None }])
        };
        if whole || self.takes_whole() {
            return Ok(as_it_is(text));
        }
        // A file that was read before anything was indexed, or by another model.
        match timeout_at(until, self.ensure_indexed(&file)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::warn!(%error, file = %file.id, "a file goes to the model as it is");
                return Ok(as_it_is(text));
            }
            Err(_) => return Ok(as_it_is(text)),
        }
        let collection = collection_of(file.id.as_str());
        Ok(Plan::Search(vec![Place::Here(Scope { collection, files: Some(vec![file.id.0]) })]))
    }

    /// The texts of a knowledge base as they are.
    async fn whole_files(&self, knowledge: &str) -> Result<Plan> {
        let mut pieces = Vec::new();
        for linked in self.store.files_of_knowledge(knowledge).await? {
            let Some(file) = self.store.file_with_text(&linked.file.id).await? else { continue };
            if let Some(text) = &file.content {
                pieces.push(Piece { text: text.clone(), metadata: metadata_of(&file), score: None });
            }
        }
        Ok(Plan::Pieces(pieces))
    }

    async fn all_of(&self, scope: &Scope) -> Result<Vec<Piece>> {
        let found = self.vectors.all(scope, WHOLE).await?;
        let found = found.into_iter().map(|found| Piece { text: found.text, metadata: found.metadata, score: None });
        self.renamed(found.collect()).await
    }

    /// Questions without vectors where their engine fails: words still find something.
    #[boxed]
    pub async fn ask_patiently(&self, user: &User, questions: Vec<String>) -> Asked {
        let plain = questions.clone();
        match tokio::time::timeout(PATIENCE, self.ask(user, questions)).await {
            Ok(Ok(asked)) => asked,
            Ok(Err(error)) => {
                tracing::warn!(%error, "passages are looked for by their words");
                Asked { questions: plain, vectors: None }
            }
            Err(_) => {
                tracing::warn!("embedding a question took too long; passages are looked for by their words");
                Asked { questions: plain, vectors: None }
            }
        }
    }

    #[boxed]
    pub async fn pieces(&self, places: &[Place], asked: &Asked) -> Result<Vec<Piece>> {
        let wish = Wish::read(&self.config);
        let mut found = self.search(places, asked, &wish).await?;
        if asked.vectors.is_none() || found.is_empty() {
            self.fill_up(places, &mut found, wish.most).await?;
        }
        let piece = |found: Found| Piece { text: found.text, metadata: found.metadata, score: Some(found.score) };
        self.renamed(found.into_iter().map(piece).collect()).await
    }

    /// Words may be missed, as in "sum this up": then what stands first is better than nothing.
    async fn fill_up(&self, places: &[Place], found: &mut Vec<Found>, most: usize) -> Result<()> {
        for scope in places.iter().filter_map(Place::here) {
            for first in self.vectors.all(scope, most).await? {
                if found.len() >= most {
                    return Ok(());
                }
                if !found.iter().any(|known| known.text == first.text) {
                    found.push(Found { score: 0.0, ..first });
                }
            }
        }
        Ok(())
    }

    /// Files are called what they are called now.
    async fn renamed(&self, mut pieces: Vec<Piece>) -> Result<Vec<Piece>> {
        let mut names: HashMap<String, Option<String>> = HashMap::new();
        for piece in &mut pieces {
            let Some(id) = piece.metadata.get("file_id").and_then(Json::as_str).map(str::to_owned) else { continue };
            if !names.contains_key(&id) {
                let name = self.store.file(&FileId::from(id.as_str())).await?.map(|file| file.filename);
                names.insert(id.clone(), name);
            }
            if let Some(Some(name)) = names.get(&id) {
                piece.metadata.insert("name".to_owned(), json!(name));
                piece.metadata.insert("source".to_owned(), json!(name));
            }
        }
        Ok(pieces)
    }
}
