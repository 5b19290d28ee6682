//! The embedded store of passages when it holds very many: how fast it takes them in, finds them and lets them go, how much
//! of what is nearest in truth it finds, and what it needs in memory. In this process, without a server.

use std::path::Path;
use std::time::{Duration, Instant};

use airis_domain::JsonMap;
use airis_vector::{Passage, Scope, Vectors};
use anyhow::Result;

use crate::report::{Report, percentile};
use crate::words::Words;

/// Numbers of a vector, as the built-in model makes them.
const DIMENSIONS: usize = 384;
/// What passages are about; those about the same lie near each other.
const TOPICS: usize = 5_000;
/// How far passages lie from the middle of what they are about, and questions from a passage.
const APART: f32 = 0.9;
const ASIDE: f32 = 0.3;
/// Passages that are added together, and that a file has.
const TOGETHER: usize = 1_000;
const OF_FILE: usize = 20;
/// Words of a passage, and of a question.
const LONG: usize = 120;
const SHORT: usize = 3;
const QUESTIONS: usize = 200;
const WANTED: usize = 10;
const MODEL: &str = "bench";

/// `count` passages about five thousand things.
pub async fn measure(count: usize, report: &mut Report) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("vectors.db");
    let mut add = |row: &str, value: f64, unit| report.add("airis", &format!("{count} passages: {row}"), value, unit);
    let source = Source::new();

    let store = Vectors::embedded(&file);
    let begin = Instant::now();
    for start in (0..count).step_by(TOGETHER) {
        let passages = (start..(start + TOGETHER).min(count)).map(|index| source.passage(index)).collect();
        store.add("all", MODEL, passages).await?;
    }
    add("added a second, a thousand at a time", count as f64 / begin.elapsed().as_secs_f64(), "1/s");
    store.close().await;
    add("size of the file", std::fs::metadata(&file)?.len() as f64 / 1e6, "MB");

    let questions: Vec<Vec<f32>> = (0..QUESTIONS).map(|number| source.question(number, count)).collect();
    let texts: Vec<String> = (0..QUESTIONS).map(|number| Words::new(number as u64 + 7).text(SHORT)).collect();
    let before = memory_mb()?;
    let store = Vectors::embedded(&file);
    let scope = Scope::all("all");
    let begin = Instant::now();
    store.near(&scope, MODEL, &questions[0], WANTED).await?;
    add("first question after a start", begin.elapsed().as_secs_f64() * 1e3, "ms");

    let (mut near, mut words, mut both) = (Vec::new(), Vec::new(), Vec::new());
    let mut found = Vec::new();
    for (question, text) in questions.iter().zip(&texts) {
        let begin = Instant::now();
        let nearest = store.near(&scope, MODEL, question, WANTED).await?;
        near.push(milliseconds(begin));
        found.push(nearest.into_iter().map(|passage| passage.id).collect::<Vec<_>>());
        let begin = Instant::now();
        store.with_words(&scope, text, false, WANTED).await?;
        words.push(milliseconds(begin));
        let begin = Instant::now();
        let (by_meaning, by_words) =
            tokio::join!(store.near(&scope, MODEL, question, WANTED), store.with_words(&scope, text, false, WANTED));
        both.push(milliseconds(begin));
        by_meaning?;
        by_words?;
    }
    for (row, samples) in [("nearest", &mut near), ("by three words", &mut words), ("both at once", &mut both)] {
        add(&format!("{row}: p50"), percentile(samples, 0.5), "ms");
        add(&format!("{row}: p95"), percentile(samples, 0.95), "ms");
    }
    add("memory that questions need", memory_mb()? - before, "MB");
    add("of the ten nearest in truth, found", source.recall(&questions, &found, count), "share");

    let begin = Instant::now();
    store.replace("all", MODEL, "file-7", (0..OF_FILE).map(|index| source.passage(count + index)).collect()).await?;
    add("one file replaced", milliseconds(begin), "ms");
    let begin = Instant::now();
    store.near(&scope, MODEL, &questions[1], WANTED).await?;
    add("first question after that", milliseconds(begin), "ms");
    let begin = Instant::now();
    for number in 100..200 {
        store.forget_file(&format!("file-{number}")).await?;
    }
    add("one file forgotten, of a hundred", milliseconds(begin) / 100.0, "ms");
    store.close().await;
    Ok(())
}

fn milliseconds(begin: Instant) -> f64 {
    let elapsed: Duration = begin.elapsed();
    elapsed.as_secs_f64() * 1e3
}

fn memory_mb() -> Result<f64> {
    let status = std::fs::read_to_string(Path::new("/proc/self/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
    Ok(line.split_whitespace().next().unwrap_or("0").parse::<f64>()? / 1024.0)
}

/// Passages by their numbers: the same in every run, and never all in memory.
struct Source {
    topics: Vec<Vec<f32>>,
}

impl Source {
    fn new() -> Self {
        Self { topics: (0..TOPICS).map(|topic| normal(topic as u64, 1.0)).collect() }
    }

    fn vector(&self, index: usize) -> Vec<f32> {
        let noise = normal(1_000_000_007 + index as u64, APART);
        let topic = &self.topics[index.wrapping_mul(2_654_435_761) % TOPICS];
        unit(topic.iter().zip(noise).map(|(middle, noise)| middle + noise).collect())
    }

    fn passage(&self, index: usize) -> Passage {
        Passage {
            id: format!("passage-{index}"),
            text: Words::new(index as u64 + 1).text(LONG),
            file_id: Some(format!("file-{}", index / OF_FILE)),
            hash: None,
            metadata: JsonMap::new(),
            about: String::new(),
            vector: Some(self.vector(index)),
        }
    }

    /// Something that is asked about one of the passages.
    fn question(&self, number: usize, count: usize) -> Vec<f32> {
        let aside = normal(2_000_000_011 + number as u64, ASIDE / (DIMENSIONS as f32).sqrt());
        let passage = self.vector(number.wrapping_mul(40_503) % count);
        unit(passage.into_iter().zip(aside).map(|(number, aside)| number + aside).collect())
    }

    /// Which share of the nearest that comparing everything finds was found.
    fn recall(&self, questions: &[Vec<f32>], found: &[Vec<String>], count: usize) -> f64 {
        let mut best: Vec<Vec<(f32, usize)>> = vec![Vec::new(); questions.len()];
        for index in 0..count {
            let vector = self.vector(index);
            for (question, best) in questions.iter().zip(&mut best) {
                let near: f32 = question.iter().zip(&vector).map(|(a, b)| a * b).sum();
                if best.len() < WANTED || near > best[WANTED - 1].0 {
                    let place = best.partition_point(|(known, _)| *known >= near);
                    best.insert(place, (near, index));
                    best.truncate(WANTED);
                }
            }
        }
        let hits = best
            .iter()
            .zip(found)
            .map(|(best, found)| best.iter().filter(|(_, index)| found.contains(&format!("passage-{index}"))).count());
        hits.sum::<usize>() as f64 / (questions.len() * WANTED) as f64
    }
}

/// Numbers that are spread as a bell is, around nothing.
fn normal(seed: u64, spread: f32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0xd1b5_4a32_d192_ed03;
    let mut uniform = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1_u32 << 24) as f32
    };
    // The sum of four even ones is near enough.
    (0..DIMENSIONS).map(|_| (uniform() + uniform() + uniform() + uniform() - 2.0) * 1.73 * spread).collect()
}

fn unit(mut vector: Vec<f32>) -> Vec<f32> {
    let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt();
    vector.iter_mut().for_each(|number| *number /= length);
    vector
}
