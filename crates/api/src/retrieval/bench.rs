//! How well questions find what answers them, before settings are changed.

use airis_retrieval::{Expected, Question, Run, Wish};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Admin;
use crate::error::{ApiError, Result};
use crate::extract::Json;
use crate::knowledge::read::readable;

/// Pairs in one request, characters of a question or a text, and settings that are compared.
const MOST_PAIRS: usize = 500;
const LONGEST: usize = 4_000;
const MOST_RUNS: usize = 4;

/// Questions with what they should find, and the settings that are tried.
#[derive(Deserialize, ToSchema)]
pub struct BenchForm {
    /// The knowledge base that is asked.
    pub knowledge_id: String,
    /// Pairs with the same question belong together.
    pub pairs: Vec<BenchPair>,
    /// What is tried beside the settings in force.
    #[serde(default)]
    pub settings: Vec<BenchSettings>,
}

/// A question with a file or a text that it should find; one of both is needed.
#[derive(Deserialize, ToSchema)]
pub struct BenchPair {
    pub question: String,
    /// The name of a file.
    #[serde(default)]
    pub file: Option<String>,
    /// Words that a passage has.
    #[serde(default)]
    pub text: Option<String>,
}

/// Settings of a search; what is not named is as it is in force.
#[derive(Deserialize, ToSchema)]
pub struct BenchSettings {
    #[serde(default)]
    pub k: Option<i64>,
    #[serde(default)]
    pub k_reranker: Option<i64>,
    /// Least score after reranking.
    #[serde(default)]
    pub r: Option<f64>,
    #[serde(default)]
    pub hybrid: Option<bool>,
    #[serde(default)]
    pub hybrid_bm25_weight: Option<f64>,
    #[serde(default)]
    pub enable_enriched_texts: Option<bool>,
    /// Whether the engine that is set up puts passages in order.
    #[serde(default)]
    pub rerank: Option<bool>,
}

/// What came of all questions.
#[derive(Serialize, ToSchema)]
pub struct BenchAnswer {
    /// The questions, each once.
    pub questions: Vec<String>,
    /// Of the settings in force, then of those that were sent.
    pub runs: Vec<BenchRun>,
}

/// What came of them under one set of settings.
#[derive(Serialize, ToSchema)]
pub struct BenchRun {
    /// How many passages count.
    pub k: usize,
    /// From 0 to 1.
    pub recall: f64,
    /// From 0 to 1.
    pub ndcg: f64,
    /// For each question the place of the first passage that it should find, from 1; null where there is none.
    pub first: Vec<Option<usize>>,
    /// How long all searches took, in milliseconds.
    pub milliseconds: u64,
}

/// Asks all questions of a knowledge base under the settings in force and under others; nothing is changed.
#[utoipa::path(post, path = "/api/v1/airis/retrieval/bench", tag = "airis", security(("admin" = [])),
    request_body = BenchForm, responses((status = 200, body = BenchAnswer)))]
pub async fn run(admin: Admin, State(app): State<App>, Json(form): Json<BenchForm>) -> Result<Json<BenchAnswer>> {
    let questions = questions(form.pairs)?;
    if form.settings.len() >= MOST_RUNS {
        return Err(ApiError::bad_request(format!("{} settings are the most that are compared", MOST_RUNS - 1)));
    }
    readable(&app, &admin, &form.knowledge_id).await?;
    let now = Wish::read(&app.config);
    let mut wishes = vec![now.clone()];
    for settings in &form.settings {
        wishes.push(wish(&now, settings)?);
    }
    let runs = app.retrieval.try_out(&admin, &form.knowledge_id, &questions, &wishes).await?;
    let view = |(wish, run): (&Wish, Run)| BenchRun {
        k: wish.most,
        recall: run.recall,
        ndcg: run.ndcg,
        first: run.first,
        milliseconds: run.milliseconds,
    };
    Ok(Json(BenchAnswer {
        questions: questions.into_iter().map(|question| question.text).collect(),
        runs: wishes.iter().zip(runs).map(view).collect(),
    }))
}

/// Each question once, in the order they came; the number of a pair that makes no sense is said.
fn questions(pairs: Vec<BenchPair>) -> Result<Vec<Question>> {
    if pairs.is_empty() {
        return Err(ApiError::bad_request("There is no question"));
    }
    if pairs.len() > MOST_PAIRS {
        return Err(ApiError::bad_request(format!("{MOST_PAIRS} pairs are the most in one request")));
    }
    let mut questions: Vec<Question> = Vec::new();
    for (at, pair) in pairs.into_iter().enumerate() {
        let wrong = |why: &str| ApiError::bad_request(format!("Pair {}: {why}", at + 1));
        let given = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let (file, words) = (given(pair.file), given(pair.text));
        let text = given(Some(pair.question)).ok_or_else(|| wrong("there is no question"))?;
        let longest =
            [Some(&text), file.as_ref(), words.as_ref()].into_iter().flatten().map(|text| text.chars().count());
        if longest.max().is_some_and(|longest| longest > LONGEST) {
            return Err(wrong(&format!("a text has {LONGEST} characters at most")));
        }
        let expected: Vec<Expected> = file.map(Expected::File).into_iter().chain(words.map(Expected::Text)).collect();
        if expected.is_empty() {
            return Err(wrong("neither a file nor a text is expected"));
        }
        match questions.iter_mut().find(|question| question.text == text) {
            Some(question) => question.expected.extend(expected),
            None => questions.push(Question { text, expected }),
        }
    }
    Ok(questions)
}

fn wish(now: &Wish, settings: &BenchSettings) -> Result<Wish> {
    let fraction = |name: &str, value: Option<f64>| match value {
        Some(value) if !(0.0..=1.0).contains(&value) => {
            Err(ApiError::bad_request(format!("{name} must be from 0 to 1")))
        }
        _ => Ok(()),
    };
    fraction("r", settings.r)?;
    fraction("hybrid_bm25_weight", settings.hybrid_bm25_weight)?;
    for (name, value) in [("k", settings.k), ("k_reranker", settings.k_reranker)] {
        if value.is_some_and(|value| value < 1) {
            return Err(ApiError::bad_request(format!("{name} must be at least 1")));
        }
    }
    if settings.rerank == Some(true) && !now.engine {
        return Err(ApiError::bad_request("No reranking engine is set up; save one first"));
    }
    let mut wish = now.clone().with(settings.k, settings.k_reranker, settings.r, settings.hybrid_bm25_weight);
    wish.hybrid = settings.hybrid.unwrap_or(wish.hybrid);
    wish.about = settings.enable_enriched_texts.unwrap_or(wish.about);
    wish.engine = settings.rerank.unwrap_or(wish.engine);
    Ok(wish)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn pair(question: &str, file: &str) -> BenchPair {
        BenchPair { question: question.to_owned(), file: Some(file.to_owned()), text: None }
    }

    #[test]
    fn pairs_with_the_same_question_belong_together() {
        let all = questions(vec![pair("a", "1"), pair("b", "2"), pair(" a ", "3")]).unwrap();
        let expected: Vec<usize> = all.iter().map(|question| question.expected.len()).collect();
        assert_eq!(expected, [2, 1]);
    }

    #[test]
    fn it_is_said_which_pair_makes_no_sense() {
        let told = |pairs| questions(pairs).map(|_| ()).unwrap_err().detail.to_string();
        assert!(told(vec![pair("a", "1"), pair("b", " ")]).contains("Pair 2: neither"));
        assert!(told(vec![pair("", "1")]).contains("Pair 1: there is no question"));
        assert!(told(vec![pair(&"a".repeat(LONGEST + 1), "1")]).contains("Pair 1: a text has"));
        assert!(told(Vec::new()).contains("There is no question"));
    }
}
