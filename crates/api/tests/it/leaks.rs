//! Random changes of who may read which knowledge base and of what is in it: after each, somebody else finds exactly what
//! they may read, and nothing that was taken from them or deleted.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::app::Person;
use crate::attached::{ask_with, provider};
use crate::knowledge::add;
use crate::retrieval::{id, letters, server};
use crate::upstream::Upstream;

const BASES: usize = 2;
const FILES: usize = 3;

#[derive(Clone, Debug)]
enum Change {
    Create {
        base: usize,
        shared: Shared,
    },
    Delete {
        base: usize,
    },
    /// All files are taken out.
    Empty {
        base: usize,
    },
    Add {
        base: usize,
        file: usize,
    },
    Remove {
        base: usize,
        file: usize,
        delete: bool,
    },
    Rewrite {
        file: usize,
    },
    DeleteFile {
        file: usize,
    },
    Share {
        base: usize,
        shared: Shared,
    },
    Member {
        joins: bool,
    },
    /// The group is deleted; another one of that name follows.
    Disband,
    /// Everything that was indexed is deleted.
    Forget,
    Reindex,
}

/// With whom a knowledge base is shared.
#[derive(Clone, Copy, Debug, Default)]
struct Shared {
    person: bool,
    group: bool,
    everybody: bool,
}

#[derive(Default)]
struct Base {
    id: String,
    shared: Shared,
    files: BTreeSet<usize>,
    /// Those of the files that are indexed here.
    indexed: BTreeSet<usize>,
}

struct File {
    id: String,
    text: String,
    indexed: bool,
}

/// What there must be.
struct Plain {
    bases: [Option<Base>; BASES],
    files: [Option<File>; FILES],
    /// Collections of what was deleted.
    gone: Vec<String>,
    group: String,
    member: bool,
    /// Texts that were given, so that each is another one.
    given: u32,
}

struct Stage<'a> {
    owner: Person<'a>,
    reader: Person<'a>,
}

fn change() -> impl Strategy<Value = Change> {
    let (base, file) = (0..BASES, 0..FILES);
    let shared = || {
        (any::<bool>(), any::<bool>(), prop::bool::weighted(0.2)).prop_map(|(person, group, everybody)| Shared {
            person,
            group,
            everybody,
        })
    };
    prop_oneof![
        3 => (base.clone(), shared()).prop_map(|(base, shared)| Change::Create { base, shared }),
        1 => base.clone().prop_map(|base| Change::Delete { base }),
        1 => base.clone().prop_map(|base| Change::Empty { base }),
        6 => (base.clone(), file.clone()).prop_map(|(base, file)| Change::Add { base, file }),
        2 => (base.clone(), file.clone(), any::<bool>())
            .prop_map(|(base, file, delete)| Change::Remove { base, file, delete }),
        2 => file.clone().prop_map(|file| Change::Rewrite { file }),
        1 => file.prop_map(|file| Change::DeleteFile { file }),
        4 => (base, shared()).prop_map(|(base, shared)| Change::Share { base, shared }),
        2 => any::<bool>().prop_map(|joins| Change::Member { joins }),
        1 => Just(Change::Disband),
        1 => Just(Change::Forget),
        1 => Just(Change::Reindex),
    ]
}

async fn group(owner: &Person<'_>) -> String {
    id(&owner.post("/api/v1/groups/create", json!({"name": "Group", "description": ""})).await.ok())
}

impl Plain {
    fn grants(&self, reader: &Person<'_>, shared: Shared) -> Value {
        let grant = |kind: &str, id: &str| json!({"principal_type": kind, "principal_id": id, "permission": "read"});
        let all = [
            (shared.person, grant("user", &reader.id)),
            (shared.group, grant("group", &self.group)),
            (shared.everybody, grant("user", "*")),
        ];
        all.into_iter().filter(|(wanted, _)| *wanted).map(|(_, grant)| grant).collect()
    }

    fn new_text(&mut self) -> String {
        self.given += 1;
        format!("aaa unique{}", self.given)
    }

    fn delete_file(&mut self, file: usize) {
        if let Some(known) = self.files[file].take() {
            self.gone.push(format!("file-{}", known.id));
        }
        for base in self.bases.iter_mut().flatten() {
            base.files.remove(&file);
            base.indexed.remove(&file);
        }
    }

    /// Makes a change here and there.
    async fn make(&mut self, stage: &Stage<'_>, change: &Change) {
        let Stage { owner, reader } = stage;
        let at = |id: &str, rest: &str| format!("/api/v1/knowledge/{id}/{rest}");
        match *change {
            Change::Create { base, shared } if self.bases[base].is_none() => {
                let form = json!({"name": "KB", "description": "", "access_grants": self.grants(reader, shared)});
                let id = id(&owner.post("/api/v1/knowledge/create", form).await.ok());
                self.bases[base] = Some(Base { id, shared, ..Base::default() });
            }
            Change::Delete { base } => {
                if let Some(known) = self.bases[base].take() {
                    owner.call("DELETE", &at(&known.id, "delete"), None).await.ok();
                    self.gone.push(known.id);
                }
            }
            Change::Empty { base } => {
                if let Some(known) = &mut self.bases[base] {
                    owner.post(&at(&known.id, "reset"), json!({})).await.ok();
                    known.files.clear();
                    known.indexed.clear();
                }
            }
            Change::Add { base, file } if self.bases[base].is_some() => {
                if self.files[file].is_none() {
                    let text = self.new_text();
                    let id = id(&owner.upload(&format!("{file}.txt"), "text/plain", text.as_bytes()).await);
                    self.files[file] = Some(File { id, text, indexed: true });
                }
                if let (Some(base), Some(known)) = (&mut self.bases[base], &mut self.files[file]) {
                    add(owner, &base.id, &known.id).await.ok();
                    base.files.insert(file);
                    base.indexed.insert(file);
                    known.indexed = true;
                }
            }
            Change::Remove { base, file, delete } => {
                let Some(known) = &mut self.bases[base] else { return };
                if known.files.remove(&file) {
                    known.indexed.remove(&file);
                    let path = at(&known.id, &format!("file/remove?delete_file={delete}"));
                    let form = json!({"file_id": self.files[file].as_ref().unwrap().id});
                    owner.post(&path, form).await.ok();
                    if delete && !self.bases.iter().flatten().any(|base| base.files.contains(&file)) {
                        self.delete_file(file);
                    }
                }
            }
            Change::Rewrite { file } if self.files[file].is_some() => {
                let text = self.new_text();
                if let Some(known) = &mut self.files[file] {
                    let path = format!("/api/v1/files/{}/data/content/update", known.id);
                    owner.post(&path, json!({"content": text})).await.ok();
                    (known.text, known.indexed) = (text, true);
                }
                for base in self.bases.iter_mut().flatten().filter(|base| base.files.contains(&file)) {
                    base.indexed.insert(file);
                }
            }
            Change::DeleteFile { file } => {
                if let Some(known) = &self.files[file] {
                    owner.call("DELETE", &format!("/api/v1/files/{}", known.id), None).await.ok();
                    self.delete_file(file);
                }
            }
            Change::Share { base, shared } => {
                let grants = self.grants(reader, shared);
                if let Some(known) = &mut self.bases[base] {
                    owner.post(&at(&known.id, "access/update"), json!({"access_grants": grants})).await.ok();
                    known.shared = shared;
                }
            }
            Change::Member { joins } => {
                let way = if joins { "add" } else { "remove" };
                let path = format!("/api/v1/groups/id/{}/users/{way}", self.group);
                owner.post(&path, json!({"user_ids": [reader.id]})).await.ok();
                self.member = joins;
            }
            Change::Disband => {
                owner.call("DELETE", &format!("/api/v1/groups/id/{}/delete", self.group), None).await.ok();
                self.group = group(owner).await;
                self.member = false;
                for base in self.bases.iter_mut().flatten() {
                    base.shared.group = false;
                }
            }
            Change::Forget => {
                owner.post("/api/v1/retrieval/reset/db", json!({})).await.ok();
                self.bases.iter_mut().flatten().for_each(|base| base.indexed.clear());
                self.files.iter_mut().flatten().for_each(|file| file.indexed = false);
            }
            Change::Reindex => {
                assert_eq!(owner.post("/api/v1/knowledge/reindex", json!({})).await.ok(), json!(true));
                for base in self.bases.iter_mut().flatten() {
                    base.indexed.clone_from(&base.files);
                    for file in &base.files {
                        self.files[*file].as_mut().unwrap().indexed = true;
                    }
                }
            }
            Change::Create { .. } | Change::Add { .. } | Change::Rewrite { .. } => {}
        }
    }

    fn may_read(&self, base: &Base) -> bool {
        base.shared.person || base.shared.everybody || (base.shared.group && self.member)
    }

    /// The bases that are there and may be read.
    fn readable(&self) -> impl Iterator<Item = &Base> {
        self.bases.iter().flatten().filter(|base| self.may_read(base))
    }

    fn texts(&self, files: &BTreeSet<usize>) -> BTreeSet<String> {
        files.iter().map(|file| self.files[*file].as_ref().unwrap().text.clone()).collect()
    }

    /// What the reader must find where; `None` where they are refused.
    fn expected(&self) -> Vec<(Vec<String>, Option<BTreeSet<String>>)> {
        let mut all: Vec<(Vec<String>, Option<BTreeSet<String>>)> =
            self.gone.iter().map(|name| (vec![name.clone()], None)).collect();
        for base in self.bases.iter().flatten() {
            all.push((vec![base.id.clone()], self.may_read(base).then(|| self.texts(&base.indexed))));
        }
        for (number, file) in self.files.iter().enumerate() {
            let Some(file) = file else { continue };
            let here = self.readable().any(|base| base.files.contains(&number));
            let texts = BTreeSet::from_iter(file.indexed.then(|| file.text.clone()));
            all.push((vec![format!("file-{}", file.id)], here.then_some(texts)));
        }
        let known: Vec<_> = all.iter().filter(|(names, _)| !self.gone.contains(&names[0])).collect();
        let names = known.iter().flat_map(|(names, _)| names.clone()).collect();
        let texts: Option<Vec<_>> = known.iter().map(|(_, texts)| texts.clone()).collect();
        all.push((names, texts.map(|texts| texts.into_iter().flatten().collect())));
        all
    }

    /// Asks in every way.
    async fn compare(&self, reader: &Person<'_>) {
        for (names, texts) in self.expected() {
            for hybrid in [true, false] {
                let form =
                    json!({"collection_names": names, "query": "aaa", "k": 99, "k_reranker": 99, "hybrid": hybrid});
                let reply = reader.post("/api/v1/retrieval/query/collection", form).await;
                assert_eq!(found(&reply), texts, "{names:?}, hybrid: {hybrid}");
                let [name] = names.as_slice() else { continue };
                let form =
                    json!({"collection_name": name, "query": "aaa", "k": 99, "k_reranker": 99, "hybrid": hybrid});
                let reply = reader.post("/api/v1/retrieval/query/doc", form).await;
                assert_eq!(found(&reply), texts, "{name}, hybrid: {hybrid}");
            }
        }
        let listed = reader.get("/api/v1/knowledge/").await.ok();
        let listed: BTreeSet<&str> =
            listed["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect();
        assert_eq!(listed, self.readable().map(|base| base.id.as_str()).collect());
        for (number, file) in self.files.iter().enumerate() {
            let Some(file) = file else { continue };
            let may = self.readable().any(|base| base.files.contains(&number));
            let reply = reader.get(&format!("/api/v1/files/{}", file.id)).await;
            assert_eq!(reply.status, if may { 200 } else { 404 });
            assert_eq!(reply.text.contains(&file.text), may);
        }
    }

    /// Asks a model about everything that there ever was: it is told what the reader may read, and nothing else.
    async fn converse(&self, reader: &Person<'_>, heard: &mut UnboundedReceiver<Value>) {
        let item = |name: &str| match name.strip_prefix("file-") {
            Some(id) => json!({"type": "file", "id": id, "name": name}),
            None => json!({"type": "collection", "id": name, "name": name}),
        };
        let (all, _) = self.expected().pop().unwrap();
        let files: Vec<Value> = all.iter().chain(&self.gone).map(|name| item(name)).collect();
        let (request, stored) = ask_with(reader, heard, "aaa?", json!({ "files": files })).await;
        for told in [request.to_string(), stored.to_string()] {
            for number in 1..=self.given {
                let text = format!("aaa unique{number}");
                let whole =
                    |(at, _): (usize, &str)| !told[at + text.len()..].starts_with(|next: char| next.is_ascii_digit());
                let now = self.files.iter().position(|file| file.as_ref().is_some_and(|file| file.text == text));
                let may = now.is_some_and(|file| self.readable().any(|base| base.files.contains(&file)));
                assert_eq!(told.match_indices(&text).any(whole), may, "{text}: {told}");
            }
        }
    }
}

/// The texts of an answer; `None` when it is a refusal.
fn found(reply: &crate::app::Reply) -> Option<BTreeSet<String>> {
    if reply.status != 200 {
        assert_eq!(reply.refused(), 403);
        return None;
    }
    let texts = reply.json()["documents"][0].as_array().cloned().unwrap_or_default();
    Some(texts.iter().map(|text| text.as_str().unwrap().to_owned()).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn random_changes_leak_nothing_and_hide_nothing() {
    compared(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn random_changes_leak_nothing_and_hide_nothing_on_postgres() {
    let url =
        std::env::var("AIRIS_TEST_POSTGRES").unwrap_or_else(|_| panic!("run the tests through scripts/postgres.sh"));
    let name = format!("leaks_{}", std::process::id());
    let psql = std::env::var("AIRIS_TEST_PSQL").unwrap();
    let made = std::process::Command::new(psql).args([&url, "-qc", &format!("CREATE DATABASE {name}")]).status();
    assert!(made.unwrap().success());
    let (base, _) = url.rsplit_once('/').unwrap();
    compared(&[("DATABASE_URL", &format!("{base}/{name}"))]).await;
}

async fn compared(more: &[(&str, &str)]) {
    let (chat, heard) = provider().await;
    let upstream = Upstream::start(letters).await;
    let env = [
        ("ENABLE_OPENAI_API", "true"),
        ("OPENAI_API_BASE_URLS", chat.as_str()),
        ("OPENAI_API_KEYS", "k"),
        ("ENABLE_RETRIEVAL_QUERY_GENERATION", "false"),
        ("ENABLE_RAG_HYBRID_SEARCH", "true"),
        ("RAG_TOP_K", "99"),
        ("RAG_TOP_K_RERANKER", "99"),
        ("BYPASS_MODEL_ACCESS_CONTROL", "true"),
        // Nothing of an administrator's is the reader's, whoever may do what.
        ("BYPASS_ADMIN_ACCESS_CONTROL", "true"),
    ];
    let server = server(&upstream, &[&env[..], more].concat()).await;
    let stage = Stage { owner: server.admin().await, reader: server.somebody("reader", "user").await };
    let (heard, runtime) = (tokio::sync::Mutex::new(heard), tokio::runtime::Handle::current());
    tokio::task::block_in_place(|| {
        let config = Config { cases: 12, failure_persistence: None, ..Config::default() };
        TestRunner::new(config)
            .run(&prop::collection::vec(change(), 8..24), |changes| {
                runtime.block_on(async {
                    let mut heard = heard.lock().await;
                    played(&stage, &mut heard, &changes).await;
                });
                Ok(())
            })
            .unwrap();
    });
}

/// Some changes from an empty start, compared after each.
async fn played(stage: &Stage<'_>, heard: &mut UnboundedReceiver<Value>, changes: &[Change]) {
    let mut plain = Plain {
        bases: Default::default(),
        files: Default::default(),
        gone: Vec::new(),
        group: group(&stage.owner).await,
        member: false,
        given: 0,
    };
    for change in changes {
        plain.make(stage, change).await;
        plain.compare(&stage.reader).await;
    }
    // What is not indexed may be told or not.
    plain.make(stage, &Change::Reindex).await;
    plain.converse(&stage.reader, heard).await;
    for base in 0..BASES {
        plain.make(stage, &Change::Delete { base }).await;
    }
    for file in 0..FILES {
        plain.make(stage, &Change::DeleteFile { file }).await;
    }
    plain.compare(&stage.reader).await;
}
