//! How well questions find what answers them, under settings that may not be in force yet.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use airis_domain::{Json, User};
use airis_providers::Embedded;
use airis_vector::Found;
use async_recursion::async_recursion as boxed;

use crate::reach::Place;
use crate::search::{Asked, Wish};
use crate::state::Inner;
use crate::{Result, Retrieval, RetrievalError};

/// How long all searches of a trial may take together.
const PATIENCE: Duration = Duration::from_secs(120);

/// A passage that a question should find.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// One of the file with this name, in any case.
    File(String),
    /// One with these words, in any case and however they are spaced.
    Text(String),
}

/// A question and all that it should find.
#[derive(Clone, Debug)]
pub struct Question {
    pub text: String,
    pub expected: Vec<Expected>,
}

/// What came of all questions under one set of settings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Run {
    /// Which part of what was expected is among the first k passages, on average.
    pub recall: f64,
    /// The same, where what comes later counts less ("normalised discounted cumulative gain", Järvelin and Kekäläinen 2002).
    pub ndcg: f64,
    /// For each question the place of the first passage that was expected, from 1.
    pub first: Vec<Option<usize>>,
    /// Milliseconds that searching for all questions took, without their vectors.
    pub milliseconds: u64,
}

impl Retrieval {
    /// Asks all questions of one collection under each of the settings. Refuses files that are expected and not there, as
    /// no settings would find them.
    #[boxed]
    pub async fn try_out(
        &self,
        user: &User,
        collection: &str,
        questions: &[Question],
        wishes: &[Wish],
    ) -> Result<Vec<Run>> {
        let work = self.inner.try_out(user, collection, questions, wishes);
        tokio::time::timeout(PATIENCE, work).await.map_err(|_| {
            let seconds = PATIENCE.as_secs();
            RetrievalError::Refused(format!("The questions took longer than {seconds} s together; ask fewer of them"))
        })?
    }
}

impl Inner {
    async fn try_out(
        &self,
        user: &User,
        collection: &str,
        questions: &[Question],
        wishes: &[Wish],
    ) -> Result<Vec<Run>> {
        let place = self.place(user, collection).await?;
        let linked = self.store.files_of_knowledge(collection).await?;
        // Files are called what they are called now.
        let names: HashMap<String, String> =
            linked.into_iter().map(|linked| (linked.file.id.0, linked.file.filename.to_lowercase())).collect();
        if place.here().is_some() {
            known(questions, &names.values().map(String::as_str).collect())?;
        }
        let vectors = self.ask(user, questions.iter().map(|question| question.text.clone()).collect()).await?.vectors;
        let places = [place];
        let mut runs = Vec::with_capacity(wishes.len());
        for wish in wishes {
            let begun = std::time::Instant::now();
            let mut run = Run::default();
            for (at, question) in questions.iter().enumerate() {
                let own = vectors.as_ref().and_then(|made| {
                    Some(Embedded { model: made.model.clone(), vectors: vec![made.vectors.get(at)?.clone()] })
                });
                let asked = Asked { questions: vec![question.text.clone()], vectors: own };
                let found = self.search_or_fail(&places, &asked, wish).await?;
                let places = places_of(&question.expected, &found, &names);
                run.recall += recall(&places, wish.most);
                run.ndcg += ndcg(&places, wish.most);
                run.first.push(places.iter().flatten().min().copied());
            }
            let count = questions.len().max(1) as f64;
            (run.recall, run.ndcg) = (run.recall / count, run.ndcg / count);
            run.milliseconds = begun.elapsed().as_millis().try_into().unwrap_or(u64::MAX);
            runs.push(run);
        }
        Ok(runs)
    }

    /// As a question of somebody is searched, but for an engine that fails: then the numbers would be those of other settings.
    async fn search_or_fail(&self, places: &[Place], asked: &Asked, wish: &Wish) -> Result<Vec<Found>> {
        let scopes: Vec<_> = places.iter().filter_map(Place::here).collect();
        if wish.hybrid && asked.vectors.is_some() && !scopes.is_empty() {
            return self.hybrid(&scopes, asked, wish).await;
        }
        self.search(places, asked, wish).await
    }
}

/// Refuses names of files that are not there, with the first of them.
fn known(questions: &[Question], names: &HashSet<&str>) -> Result<()> {
    let mut missing = Vec::new();
    for expected in questions.iter().flat_map(|question| &question.expected) {
        if let Expected::File(name) = expected
            && !names.contains(name.to_lowercase().as_str())
            && !missing.contains(&name.as_str())
        {
            missing.push(name.as_str());
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let more = missing.len().saturating_sub(5);
    let listed = missing.iter().take(5).map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    Err(RetrievalError::Refused(format!("These files are expected, but not in the knowledge base: {listed}{rest}")))
}

/// For each thing expected, the place (from 1) of the first passage that has it.
fn places_of(expected: &[Expected], found: &[Found], names: &HashMap<String, String>) -> Vec<Option<usize>> {
    let passages: Vec<(String, String)> =
        found.iter().map(|found| (name_of(found, names), spaced(&found.text))).collect();
    let place = |expected: &Expected| match expected {
        Expected::File(name) => {
            let name = name.to_lowercase();
            passages.iter().position(|(file, _)| *file == name)
        }
        Expected::Text(words) => {
            let words = spaced(words);
            passages.iter().position(|(_, text)| text.contains(&words))
        }
    };
    expected.iter().map(|expected| place(expected).map(|at| at + 1)).collect()
}

fn name_of(found: &Found, names: &HashMap<String, String>) -> String {
    let text = |key: &str| found.metadata.get(key).and_then(Json::as_str);
    match text("file_id").and_then(|id| names.get(id)) {
        Some(name) => name.clone(),
        None => text("name").or_else(|| text("source")).unwrap_or_default().to_lowercase(),
    }
}

fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Which part of what was expected is among the first `most`.
fn recall(places: &[Option<usize>], most: usize) -> f64 {
    let found = places.iter().flatten().filter(|place| **place <= most).count();
    found as f64 / places.len().max(1) as f64
}

/// What was found, each worth less the later it comes, as a part of what the best order would be worth. A passage counts
/// once, whatever is expected of it.
fn ndcg(places: &[Option<usize>], most: usize) -> f64 {
    let worth = |place: usize| 1.0 / (place as f64 + 1.0).log2();
    let found: HashSet<usize> = places.iter().flatten().copied().filter(|place| *place <= most).collect();
    let mut found: Vec<usize> = found.into_iter().collect();
    found.sort_unstable();
    // What one passage has together needs no second place in the best order either.
    let together = places.iter().flatten().filter(|place| **place <= most).count() - found.len();
    let best = (places.len() - together).min(most);
    let ideal: f64 = (1..=best).map(worth).sum();
    if ideal == 0.0 { 0.0 } else { found.into_iter().map(worth).sum::<f64>() / ideal }
}

#[cfg(test)]
mod tests {
    use airis_domain::JsonMap;
    use serde_json::json;

    use super::*;

    fn near(one: f64, other: f64) {
        assert!((one - other).abs() < 1e-6, "{one} is not {other}");
    }

    #[test]
    fn recall_is_the_part_that_is_among_the_first() {
        near(recall(&[Some(1)], 3), 1.0);
        near(recall(&[Some(4)], 3), 0.0);
        near(recall(&[Some(3), None, Some(1), Some(9)], 3), 0.5);
        near(recall(&[], 3), 0.0);
    }

    #[test]
    fn what_comes_later_is_worth_less() {
        // One expected: 1 / log2(place + 1).
        near(ndcg(&[Some(1)], 5), 1.0);
        near(ndcg(&[Some(2)], 5), 0.630_929_754);
        near(ndcg(&[Some(3)], 5), 0.5);
        near(ndcg(&[Some(6)], 5), 0.0);
        near(ndcg(&[None], 5), 0.0);
        // Two expected, at 1 and 3: (1 + 0.5) / (1 + 0.630929754).
        near(ndcg(&[Some(3), Some(1)], 5), 0.919_720_789);
        // One of two at 2: 0.630929754 / 1.630929754.
        near(ndcg(&[None, Some(2)], 5), 0.386_852_807);
        // Three expected and room for one.
        near(ndcg(&[Some(1), Some(2), None], 1), 1.0);
        // Both in one passage, which is the first.
        near(ndcg(&[Some(1), Some(1)], 5), 1.0);
    }

    #[test]
    fn a_passage_is_known_by_its_file_or_by_its_words() {
        let passage = |id: &str, text: &str, metadata: Json| Found {
            id: id.to_owned(),
            text: text.to_owned(),
            metadata: metadata.as_object().cloned().unwrap_or_else(JsonMap::new),
            score: 1.0,
        };
        let found = [
            passage("1", "Something else", json!({"file_id": "f1", "name": "old name.txt"})),
            passage("2", "The keeper\n is called  ADA.", json!({"file_id": "f2", "name": "light.md"})),
            passage("3", "More of it", json!({"file_id": "f2"})),
        ];
        let names =
            HashMap::from([("f1".to_owned(), "new name.txt".to_owned()), ("f2".to_owned(), "light.md".to_owned())]);
        let file = |name: &str| Expected::File(name.to_owned());
        let expected = [
            file("Light.md"),
            file("old name.txt"),
            file("New Name.txt"),
            Expected::Text("keeper is called ada".to_owned()),
        ];
        assert_eq!(places_of(&expected, &found, &names), [Some(2), None, Some(1), Some(2)]);
    }

    #[test]
    fn files_that_are_not_there_are_named() {
        let expected = (1..=7).map(|at| Expected::File(format!("{at}.txt"))).collect();
        let question = Question { text: "q".to_owned(), expected };
        let told = known(std::slice::from_ref(&question), &HashSet::from(["1.txt"])).map_err(|error| error.to_string());
        let words = "These files are expected, but not in the knowledge base: \"2.txt\", \"3.txt\", \"4.txt\", \"5.txt\", \"6.txt\" and 1 more";
        assert_eq!(told, Err(words.to_owned()));
    }
}
