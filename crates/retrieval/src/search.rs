//! Finding passages: by what they mean, by their words, or by both; the best of all collections first.

use async_recursion::async_recursion as boxed;
use std::collections::HashMap;

use airis_config::Config;
use airis_domain::User;
use airis_providers::{Embedded, EmbeddingPurpose};
use airis_vector::{Found, Scope};

use crate::index::flat;
use crate::passages::digest;
use crate::reach::Place;
use crate::state::Inner;
use crate::{Result, Retrieval, rerank};

/// Passages that can be asked for.
pub const MOST: usize = 200;
/// Passages whose nearness is known when those that were found by words are put in order.
const KNOWN: usize = 200;
/// How little the place counts that a passage has in one of two lists ("Reciprocal Rank Fusion", Cormack et al. 2009).
const FLATNESS: f64 = 60.0;

/// How to search.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// Passages that are wanted.
    pub most: usize,
    /// Passages that are put in order again.
    pub reranked: usize,
    /// Least score after that.
    pub least: f64,
    /// Whether words count, too.
    pub hybrid: bool,
    /// How much words count then, from 0 to 1.
    pub words: f64,
    /// Whether names and headings count among the words.
    pub about: bool,
    /// Whether an engine puts passages in order, where one is set up.
    pub engine: bool,
}

impl Wish {
    /// As administrators set it.
    pub fn read(config: &Config) -> Self {
        let number = |key: &str| config.int(key).and_then(|number| usize::try_from(number).ok()).unwrap_or(3);
        let fraction = |key: &str, default: f64| config.get(key).as_f64().unwrap_or(default);
        Self {
            most: number("rag.top_k").clamp(1, MOST),
            reranked: number("rag.top_k_reranker").clamp(1, MOST),
            least: fraction("rag.relevance_threshold", 0.0),
            hybrid: config.flag("rag.enable_hybrid_search"),
            words: fraction("rag.hybrid_bm25_weight", 0.5),
            about: config.flag("rag.enable_hybrid_search_enriched_texts"),
            engine: !config.text("rag.reranking_model").is_empty(),
        }
    }

    /// The same with what a request says otherwise; numbers below 1 are none.
    #[must_use]
    pub fn with(mut self, most: Option<i64>, reranked: Option<i64>, least: Option<f64>, words: Option<f64>) -> Self {
        let number =
            |number: i64| usize::try_from(number).ok().filter(|number| *number > 0).map(|number| number.min(MOST));
        self.most = most.and_then(number).unwrap_or(self.most);
        self.reranked = reranked.and_then(number).unwrap_or(self.reranked);
        self.least = least.unwrap_or(self.least);
        self.words = words.unwrap_or(self.words);
        self
    }
}

/// Questions with their vectors, where something makes any.
pub struct Asked {
    pub questions: Vec<String>,
    pub vectors: Option<Embedded>,
}

impl Retrieval {
    /// What `user` may find in these collections, the best first.
    #[boxed]
    pub async fn search(&self, user: &User, collections: &[String], question: &str, wish: &Wish) -> Result<Vec<Found>> {
        let mut places = Vec::with_capacity(collections.len());
        for collection in collections {
            places.push(self.inner.place(user, collection).await?);
        }
        let asked = self.inner.ask(user, vec![question.to_owned()]).await?;
        self.inner.search(&places, &asked, wish).await
    }
}

impl Inner {
    /// Embeds questions of somebody, all in one call.
    #[boxed]
    pub async fn ask(&self, user: &User, questions: Vec<String>) -> Result<Asked> {
        let texts =
            questions.iter().map(|question| if question.trim().is_empty() { "-".to_owned() } else { flat(question) });
        let vectors = self.providers.embed_for(EmbeddingPurpose::Question, texts.collect(), Some(user)).await?;
        Ok(Asked { questions, vectors })
    }

    #[boxed]
    pub async fn search(&self, places: &[Place], asked: &Asked, wish: &Wish) -> Result<Vec<Found>> {
        let scopes: Vec<&Scope> = places.iter().filter_map(Place::here).collect();
        let mut found = if scopes.is_empty() { Vec::new() } else { self.found_here(&scopes, asked, wish).await? };
        for place in places {
            if let Place::Elsewhere(place) = place {
                found.extend(self.found_elsewhere(place, asked, wish).await?);
            }
        }
        Ok(merged(found, wish.most))
    }

    async fn found_here(&self, scopes: &[&Scope], asked: &Asked, wish: &Wish) -> Result<Vec<Found>> {
        if wish.hybrid && asked.vectors.is_some() {
            match self.hybrid(scopes, asked, wish).await {
                Ok(found) => return Ok(found),
                Err(error) => tracing::warn!(%error, "passages are found without their words and without an order"),
            }
        }
        let mut found = Vec::new();
        for scope in scopes {
            for (at, question) in asked.questions.iter().enumerate() {
                found.extend(match asked.vectors.as_ref().and_then(|made| Some((made, made.vectors.get(at)?))) {
                    Some((made, vector)) => self.vectors.near(scope, &made.model, vector, wish.most).await?,
                    None => self.vectors.with_words(scope, question, wish.about, wish.most).await?,
                });
            }
        }
        Ok(merged(found, wish.most))
    }

    /// By words and meaning, then put in order: by an engine, or by nearness.
    #[boxed]
    pub async fn hybrid(&self, scopes: &[&Scope], asked: &Asked, wish: &Wish) -> Result<Vec<Found>> {
        let mut all = Vec::new();
        for scope in scopes {
            for (at, question) in asked.questions.iter().enumerate() {
                let Some((made, vector)) = asked.vectors.as_ref().and_then(|made| Some((made, made.vectors.get(at)?)))
                else {
                    continue;
                };
                let near = self.vectors.near(scope, &made.model, vector, KNOWN.max(wish.most)).await?;
                let words = if wish.words > 0.0 {
                    self.vectors.with_words(scope, question, wish.about, wish.most).await?
                } else {
                    Vec::new()
                };
                let known: HashMap<String, f64> = near.iter().map(|found| (found.id.clone(), found.score)).collect();
                let near = if wish.words >= 1.0 { Vec::new() } else { near.into_iter().take(wish.most).collect() };
                let fused = fused(words, near, wish.words.clamp(0.0, 1.0));
                let scores = if wish.engine { rerank::by_engine(self, question, &fused).await? } else { None };
                let ordered = match scores {
                    Some(scores) => scored(fused, |at, _| scores.get(at).copied().unwrap_or_default()),
                    None => scored(fused, |_, found| known.get(&found.id).copied().unwrap_or_default()),
                };
                let kept = ordered.into_iter().filter(|found| wish.least <= 0.0 || found.score >= wish.least);
                all.extend(kept.take(wish.reranked));
            }
        }
        Ok(merged(all, wish.most))
    }
}

/// Two lists as one, by the places that passages have in them.
fn fused(words: Vec<Found>, near: Vec<Found>, weight: f64) -> Vec<Found> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut all: Vec<(Found, f64)> = Vec::new();
    for (list, weight) in [(words, weight), (near, 1.0 - weight)] {
        for (at, found) in list.into_iter().enumerate() {
            let more = weight / (FLATNESS + at as f64 + 1.0);
            let place = *places.entry(digest(&found.text)).or_insert(all.len());
            match all.get_mut(place) {
                Some((_, score)) => *score += more,
                None => all.push((found, more)),
            }
        }
    }
    all.sort_by(|(_, score), (_, higher)| higher.total_cmp(score));
    all.into_iter().map(|(found, score)| Found { score, ..found }).collect()
}

/// With new scores, the highest first.
pub fn scored(found: Vec<Found>, score: impl Fn(usize, &Found) -> f64) -> Vec<Found> {
    let mut scored: Vec<Found> = found
        .into_iter()
        .enumerate()
        .map(|(at, found)| {
            let score = score(at, &found);
            Found { score, ..found }
        })
        .collect();
    scored.sort_by(|one, other| other.score.total_cmp(&one.score));
    scored
}

/// Each text once with its best score, the highest first.
fn merged(found: Vec<Found>, most: usize) -> Vec<Found> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut best: Vec<Found> = Vec::new();
    for found in found {
        let place = *places.entry(digest(&found.text)).or_insert(best.len());
        match best.get_mut(place) {
            Some(known) if known.score < found.score => *known = found,
            Some(_) => {}
            None => best.push(found),
        }
    }
    // Of equal ones the first stays the first.
    best.sort_by(|one, other| other.score.total_cmp(&one.score));
    best.truncate(most);
    best
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use airis_domain::JsonMap;

    use super::*;

    fn found(text: &str, score: f64) -> Found {
        Found { id: text.to_owned(), text: text.to_owned(), metadata: JsonMap::new(), score }
    }

    fn texts(found: &[Found]) -> Vec<&str> {
        found.iter().map(|found| found.text.as_str()).collect()
    }

    #[test]
    fn each_text_is_there_once_with_its_best_score() {
        let all = vec![found("a", 0.2), found("b", 0.5), found("a", 0.9), found("c", 0.1)];
        let merged = merged(all, 2);
        assert_eq!(texts(&merged), ["a", "b"]);
        assert!((merged[0].score - 0.9).abs() < 1e-9);
    }

    #[test]
    fn what_is_in_both_lists_comes_before_what_is_first_in_one() {
        let words = vec![found("w", 9.0), found("both", 5.0)];
        let near = vec![found("n", 0.9), found("both", 0.8)];
        assert_eq!(texts(&fused(words.clone(), near.clone(), 0.5))[0], "both");
        assert_eq!(texts(&fused(words.clone(), near.clone(), 1.0))[..2], ["w", "both"]);
        assert_eq!(texts(&fused(words, near, 0.0))[..2], ["n", "both"]);
    }

    #[test]
    fn a_request_may_say_otherwise_and_nonsense_changes_nothing() {
        let wish = Wish::read(&Config::from_env(&|_| None).unwrap());
        assert_eq!((wish.most, wish.reranked, wish.hybrid, wish.words), (3, 3, false, 0.5));
        let with = wish.clone().with(Some(1), Some(0), None, Some(0.9));
        assert_eq!((with.most, with.reranked, with.words), (1, 3, 0.9));
        assert_eq!(wish.clone().with(Some(-4), None, None, None), wish);
        assert_eq!(wish.with(Some(i64::MAX), None, None, None).most, MOST);
    }
}
