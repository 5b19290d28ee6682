//! Knowledge bases whose passages others keep: a question is embedded here and asked there, when it is asked.

use airis_domain::{Json, JsonMap, Knowledge, KnowledgeConnection, Shelved, User};
use airis_vector::Found;
use airis_vector::external::{ExternalError, Product, Server, Shelf};
use async_recursion::async_recursion as boxed;
use serde_json::json;

use crate::search::{Asked, MOST, Wish, scored};
use crate::state::Inner;
use crate::{Result, Retrieval, RetrievalError, rerank};

/// A knowledge base that is searched where it lies.
pub struct Elsewhere {
    /// What it is called here.
    pub name: String,
    server: Server,
    shelf: Shelf,
}

impl Elsewhere {
    fn failed(&self, error: &ExternalError) -> RetrievalError {
        RetrievalError::Elsewhere { name: self.name.clone(), why: error.to_string() }
    }
}

impl Retrieval {
    /// The collections or tables of a server. Fails where it is not reached or lets nobody in.
    #[boxed]
    pub async fn shelves(&self, connection: &KnowledgeConnection) -> Result<Vec<String>> {
        let found = server(connection)?.shelves(&self.inner.outbound).await;
        found.map_err(|error| RetrievalError::Refused(error.to_string()))
    }

    /// What a question finds in one place of a server: as a trial, before anybody relies on it.
    #[boxed]
    pub async fn look(
        &self,
        user: &User,
        connection: &KnowledgeConnection,
        place: &Json,
        question: &str,
        count: usize,
    ) -> Result<Vec<Found>> {
        let (server, shelf) = (server(connection)?, shelf(place)?);
        let asked = self.inner.ask(user, vec![question.to_owned()]).await?;
        let vector = asked.vectors.as_ref().and_then(|made| made.vectors.first());
        let vector = vector.ok_or_else(|| RetrievalError::Refused(NO_VECTORS.to_owned()))?;
        let found = server.near(&self.inner.outbound, &shelf, vector, count.clamp(1, MOST)).await;
        found.map_err(|error| RetrievalError::Refused(error.to_string()))
    }
}

const NO_VECTORS: &str = "Nothing here makes vectors; an administrator can choose an embedding model";

impl Inner {
    /// Where the passages of a knowledge base lie that others keep.
    pub async fn elsewhere(&self, knowledge: &Knowledge) -> Result<Elsewhere> {
        let failed = |why: String| RetrievalError::Elsewhere { name: knowledge.name.clone(), why };
        let Some(shelved) = Shelved::of(knowledge) else {
            return Err(failed("it does not say where it lies".to_owned()));
        };
        let connection = self.store.knowledge_connection(&shelved.connection_id).await?;
        let Some(connection) = connection else { return Err(failed("its connection is gone".to_owned())) };
        if !connection.enabled {
            return Err(failed(format!("the connection \"{}\" is switched off", connection.name)));
        }
        let server = server(&connection).map_err(|error| failed(error.to_string()))?;
        let shelf = shelf(&shelved.place).map_err(|error| failed(error.to_string()))?;
        Ok(Elsewhere { name: knowledge.name.clone(), server, shelf })
    }

    /// What questions find there; in order again where that is wanted. Words cannot be looked for.
    pub async fn found_elsewhere(&self, place: &Elsewhere, asked: &Asked, wish: &Wish) -> Result<Vec<Found>> {
        let Some(made) = &asked.vectors else { return Err(place.failed(&ExternalError(NO_VECTORS.to_owned()))) };
        let mut all = Vec::new();
        for (question, vector) in asked.questions.iter().zip(&made.vectors) {
            let found = place.server.near(&self.outbound, &place.shelf, vector, wish.most).await;
            let found = found.map_err(|error| place.failed(&error))?;
            all.extend(if wish.hybrid { self.in_order(question, found, wish).await } else { found });
        }
        for found in &mut all {
            called(&mut found.metadata, &place.name);
        }
        Ok(all)
    }

    async fn in_order(&self, question: &str, found: Vec<Found>, wish: &Wish) -> Vec<Found> {
        let scores = rerank::by_engine(self, question, &found).await;
        let ordered = match scores {
            Ok(Some(scores)) => scored(found, |at, _| scores.get(at).copied().unwrap_or_default()),
            Ok(None) => found,
            Err(error) => {
                tracing::warn!(%error, "passages of somebody else are not put in order");
                return found;
            }
        };
        let kept = ordered.into_iter().filter(|found| wish.least <= 0.0 || found.score >= wish.least);
        kept.take(wish.reranked).collect()
    }
}

/// A passage whose keeper says nothing of its name is called as the knowledge base is.
fn called(metadata: &mut JsonMap, knowledge: &str) {
    let known = ["name", "title", "source", "file_name", "filename"];
    let known = known.iter().find_map(|key| metadata.get(*key).and_then(Json::as_str).filter(|name| !name.is_empty()));
    let name = known.unwrap_or(knowledge).to_owned();
    for key in ["name", "source"] {
        if metadata.get(key).and_then(Json::as_str).is_none_or(str::is_empty) {
            metadata.insert(key.to_owned(), json!(name));
        }
    }
}

/// The server that a connection means.
fn server(connection: &KnowledgeConnection) -> Result<Server> {
    let product = Product::named(&connection.provider).ok_or_else(|| {
        let known = Product::NAMES.join(", ");
        RetrievalError::Refused(format!("\"{}\" is not known here; choose one of {known}", connection.provider))
    })?;
    let map = |value: &Option<Json>| value.as_ref().and_then(Json::as_object).cloned().unwrap_or_default();
    let (auth, config) = (map(&connection.auth), map(&connection.config));
    Ok(Server { product, endpoint: connection.endpoint.clone(), auth, config })
}

/// The place that is meant there.
fn shelf(place: &Json) -> Result<Shelf> {
    let name = place["name"].as_str().map(str::trim).filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| RetrievalError::Refused("Name the collection or table".to_owned()))?;
    Ok(Shelf { name: name.to_owned(), config: place["config"].as_object().cloned().unwrap_or_default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passages_have_a_name_that_can_be_shown() {
        for (known, name, source) in [
            (json!({}), "kb", "kb"),
            (json!({"title": "T"}), "T", "T"),
            (json!({"source": "s.pdf", "name": null}), "s.pdf", "s.pdf"),
            (json!({"source": "s.pdf", "name": "n"}), "n", "s.pdf"),
        ] {
            let mut metadata = known.as_object().cloned().unwrap_or_default();
            called(&mut metadata, "kb");
            assert_eq!((&metadata["name"], &metadata["source"]), (&json!(name), &json!(source)), "{known}");
        }
    }
}
