//! How near texts are to each other: by their vectors, or where nothing makes any by their words.

use async_recursion::async_recursion as boxed;
use std::collections::HashMap;
use std::time::Duration;

use airis_domain::{Memory, User, UserId};
use airis_providers::Embedded;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::{Memories, MemoryError};

/// An engine that takes longer is not waited for.
const PATIENCE: Duration = Duration::from_secs(20);
/// Characters of a question that are compared.
const LONGEST: usize = 4_000;

impl Memories {
    /// The memories with how near they are to a text, from 0 to 1, the nearest first. Where no vectors are to be had, only
    /// those that share a word with it are there.
    #[boxed]
    pub async fn nearest(
        &self,
        user: &User,
        text: &str,
        memories: Vec<Memory>,
    ) -> Result<Vec<(Memory, f64)>, MemoryError> {
        let text: String = text.chars().take(LONGEST).collect();
        let vectors = if memories.is_empty() { None } else { self.compared(user, &text, &memories).await };
        let words = words(&text);
        let mut found: Vec<(Memory, f64)> = match vectors {
            Some((asked, known)) => {
                let near = |memory: Memory| {
                    let near = known.get(&memory.id).map_or(0.0, |vector| similarity(&asked, vector));
                    (memory, near)
                };
                memories.into_iter().map(near).collect()
            }
            None => {
                let near = |memory: Memory| {
                    let near = in_common(&words, &memory.content);
                    (memory, near)
                };
                memories.into_iter().map(near).filter(|(_, near)| *near > 0.0).collect()
            }
        };
        found.sort_by(|(one, near), (other, nearer)| {
            nearer.total_cmp(near).then_with(|| other.updated_at.cmp(&one.updated_at))
        });
        Ok(found)
    }

    /// Finds out what memories mean that nobody has looked at yet. Without an engine, or with one that fails, they are
    /// found by their words.
    #[boxed]
    pub async fn learn(&self, user: &User) -> Result<(), MemoryError> {
        let memories = self.store.memories(&user.id).await?;
        if !memories.is_empty() {
            self.compared(user, "", &memories).await;
        }
        Ok(())
    }

    /// Forgets what somebody's memories mean and finds it out anew; whether anything here can.
    #[boxed]
    pub async fn learn_anew(&self, user: &User) -> Result<bool, MemoryError> {
        self.learn_for(&user.id, user).await
    }

    /// The same for everybody, on account of `payer`: how many people, and how many of them in vain.
    #[boxed]
    pub async fn learn_all_anew(&self, payer: &User) -> Result<(usize, usize), MemoryError> {
        let people = self.store.people_with_memories().await?;
        let mut failed = 0;
        for user in &people {
            if let Err(error) = self.learn_for(user, payer).await {
                tracing::warn!(%error, %user, "what somebody's memories mean was not found out");
                failed += 1;
            }
        }
        Ok((people.len(), failed))
    }

    async fn learn_for(&self, owner: &UserId, payer: &User) -> Result<bool, MemoryError> {
        let memories = self.store.memories(owner).await?;
        let texts = memories.iter().map(|memory| flat(&memory.content)).collect();
        let embedded = self.embed(texts, payer).await?;
        self.store.drop_memory_vectors(owner).await?;
        let Some(embedded) = embedded else { return Ok(false) };
        self.keep(&embedded, &memories.iter().collect::<Vec<_>>()).await?;
        Ok(true)
    }

    /// The vector of a text and those of memories, by id; those that are missing are made and kept.
    async fn compared(
        &self,
        user: &User,
        text: &str,
        memories: &[Memory],
    ) -> Option<(Vec<f32>, HashMap<String, Vec<f32>>)> {
        match self.vectors(user, text, memories).await {
            Ok(vectors) => vectors,
            Err(error) => {
                tracing::warn!(%error, "memories are looked for by their words");
                None
            }
        }
    }

    async fn vectors(
        &self,
        user: &User,
        text: &str,
        memories: &[Memory],
    ) -> Result<Option<(Vec<f32>, HashMap<String, Vec<f32>>)>, MemoryError> {
        // A text without a letter has a vector, too: engines refuse empty ones.
        let text = if text.trim().is_empty() { "-".to_owned() } else { flat(text) };
        let Some(mut asked) = self.embed(vec![text], user).await? else { return Ok(None) };
        let stored = self.store.memory_vectors(&user.id, &asked.model).await?;
        let mut known: HashMap<String, Vec<f32>> =
            stored.into_iter().filter_map(|(id, vector)| Some((id, unpack(&vector)?))).collect();
        let missing: Vec<&Memory> = memories.iter().filter(|memory| !known.contains_key(&memory.id)).collect();
        if !missing.is_empty() {
            let texts = missing.iter().map(|memory| flat(&memory.content)).collect();
            if let Some(made) = self.embed(texts, user).await? {
                self.keep(&made, &missing).await?;
                known.extend(missing.iter().map(|memory| memory.id.clone()).zip(made.vectors));
            }
        }
        Ok(asked.vectors.pop().map(|asked| (asked, known)))
    }

    async fn keep(&self, made: &Embedded, memories: &[&Memory]) -> Result<(), MemoryError> {
        let vectors: Vec<(&Memory, String)> =
            memories.iter().zip(&made.vectors).map(|(memory, vector)| (*memory, pack(vector))).collect();
        Ok(self.store.set_memory_vectors(&made.model, &vectors).await?)
    }

    async fn embed(&self, texts: Vec<String>, payer: &User) -> Result<Option<Embedded>, MemoryError> {
        if texts.is_empty() {
            return Ok(Some(Embedded { model: String::new(), vectors: Vec::new() }));
        }
        let late = |_| airis_providers::ProviderError::Stalled(PATIENCE.as_secs());
        Ok(tokio::time::timeout(PATIENCE, self.providers.embed(texts, payer)).await.map_err(late)??)
    }
}

/// Models of meaning were not made for lines.
fn flat(text: &str) -> String {
    text.replace(['\r', '\n'], " ")
}

fn pack(vector: &[f32]) -> String {
    let bytes: Vec<u8> = vector.iter().flat_map(|number| number.to_le_bytes()).collect();
    STANDARD.encode(bytes)
}

fn unpack(text: &str) -> Option<Vec<f32>> {
    let bytes = STANDARD.decode(text).ok()?;
    let (numbers, rest) = bytes.as_chunks::<4>();
    rest.is_empty().then(|| numbers.iter().map(|number| f32::from_le_bytes(*number)).collect())
}

/// From 0 (opposite) to 1 (the same direction).
fn similarity(one: &[f32], other: &[f32]) -> f64 {
    if one.len() != other.len() {
        return 0.0;
    }
    let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    let cosine = product(one, other) / (product(one, one) * product(other, other)).sqrt();
    if cosine.is_finite() { f64::midpoint(1.0, cosine.clamp(-1.0, 1.0)) } else { 0.0 }
}

/// Words of a text in lower case.
fn words(text: &str) -> Vec<String> {
    let text = text.to_lowercase();
    let mut words: Vec<String> =
        text.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// The share of the words that a text holds.
fn in_common(words: &[String], text: &str) -> f64 {
    let text = text.to_lowercase();
    let found = words.iter().filter(|word| text.contains(word.as_str())).count();
    if words.is_empty() { 0.0 } else { found as f64 / words.len() as f64 }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    #[test]
    fn vectors_are_kept_as_they_are() {
        let vector = vec![0.25, -1.5e-7, f32::MAX];
        assert_eq!(unpack(&pack(&vector)).unwrap(), vector);
        assert_eq!(unpack("AAA="), None);
        assert_eq!(unpack("no base64"), None);
    }

    #[test]
    fn the_same_direction_is_nearest_and_nonsense_is_far() {
        assert!((similarity(&[1.0, 0.0], &[2.0, 0.0]) - 1.0).abs() < 1e-9);
        assert!((similarity(&[1.0, 0.0], &[0.0, 3.0]) - 0.5).abs() < 1e-9);
        assert!(similarity(&[1.0, 0.0], &[-1.0, 0.0]).abs() < 1e-9);
        for nonsense in [&[0.0, 0.0][..], &[f32::NAN, 1.0], &[1.0]] {
            assert_eq!(similarity(&[1.0, 0.0], nonsense), 0.0);
        }
    }

    #[test]
    fn words_are_compared_whatever_their_case() {
        let asked = words("Cats, CATS and Straße!");
        assert_eq!(asked, ["and", "cats", "straße"]);
        assert!((in_common(&asked, "two CATS") - 1.0 / 3.0).abs() < 1e-9);
        assert_eq!(in_common(&words("?!"), "two cats"), 0.0);
    }
}
