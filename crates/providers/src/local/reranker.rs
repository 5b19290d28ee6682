//! Putting passages in order by a built-in model, as work for its thread.

use std::path::Path;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::ProviderError;

use super::LocalModel;
use super::cross_encoder::{CrossEncoder, reads_pairs};
use super::encoder::describe;
use super::late_interaction::LateInteraction;
use super::worker::{Job, Worker};

/// How long a question waits, with the time that loading the model takes; what is computed for nobody is given up.
const PATIENCE: Duration = Duration::from_secs(30);

pub enum Ranker {
    Pairs(Box<CrossEncoder>),
    Tokens(Box<LateInteraction>),
}

/// A question, and passages that may answer it.
pub struct Ranking {
    pub model: LocalModel,
    pub question: String,
    pub passages: Vec<String>,
    /// Passages computed at once at most.
    pub together: usize,
}

pub struct Waiting {
    ranking: Ranking,
    answer: Option<oneshot::Sender<Result<Vec<f64>, String>>>,
}

/// A score for each passage, from 0 to 1.
pub async fn rank(worker: &Worker<Waiting>, ranking: Ranking) -> Result<Vec<f64>, ProviderError> {
    let (answer, answered) = oneshot::channel();
    worker.start(Waiting { ranking, answer: Some(answer) })?;
    match tokio::time::timeout(PATIENCE, answered).await {
        Ok(Ok(scores)) => scores.map_err(ProviderError::Local),
        Ok(Err(_)) => Err(ProviderError::Local("the reranking model has stopped; try again".to_owned())),
        Err(_) => {
            let seconds = PATIENCE.as_secs();
            Err(ProviderError::Local(format!("the reranking model took longer than {seconds} s and was given up")))
        }
    }
}

impl Job for Waiting {
    type Model = Ranker;
    const MODEL: &'static str = "reranking model";
    const JOBS: &'static str = "questions";
    const THREAD: &'static str = "reranker";
    const QUEUE: usize = 32;

    fn path(&self) -> &Path {
        &self.ranking.model.path
    }

    fn is_wanted(&self) -> bool {
        self.answer.as_ref().is_some_and(|answer| !answer.is_closed())
    }

    fn load(path: &Path) -> Result<Ranker, String> {
        if describe(path).is_ok_and(|config| reads_pairs(&config)) {
            return CrossEncoder::load(path).map(|model| Ranker::Pairs(Box::new(model)));
        }
        LateInteraction::load(path).map(|model| Ranker::Tokens(Box::new(model)))
    }

    fn run(&mut self, model: &mut Ranker) -> Result<(), String> {
        let Ranking { question, passages, together, .. } = &self.ranking;
        let wanted = || self.is_wanted();
        let scores = match model {
            Ranker::Pairs(model) => model.scores(question, passages, *together, &wanted)?,
            Ranker::Tokens(model) => model.scores(question, passages, *together, &wanted)?,
        };
        if let Some(answer) = self.answer.take() {
            _ = answer.send(Ok(scores));
        }
        Ok(())
    }

    fn fail(&mut self, why: String) {
        if let Some(answer) = self.answer.take() {
            _ = answer.send(Err(why));
        }
    }
}
