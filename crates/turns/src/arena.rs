//! Which model answers for an arena. Its id is told before the first word, so that whoever judges the reply learns it.

use airis_config::Config;
use airis_domain::{Arena, User};
use rand::seq::SliceRandom;

use crate::models::{Resolved, granted, model};
use crate::{Inner, TurnError};

/// The arena of this id, where arenas are on.
pub fn find(config: &Config, id: &str) -> Option<Arena> {
    if !config.flag("evaluation.arena.enable") {
        return None;
    }
    Arena::list(&config.get("evaluation.arena.models")).into_iter().find(|arena| arena.id == id)
}

/// A model that the asker may use and that is there, picked blindly; one that `taken` has not got, if there is another.
pub async fn pick(inner: &Inner, user: &User, arena: &Arena, taken: &[Resolved]) -> Result<Resolved, TurnError> {
    if !granted(inner, user, &arena.grants()).await? {
        return Err(TurnError::ModelNotFound);
    }
    let mut candidates = match arena.chosen() {
        Some(chosen) => chosen,
        None => all(inner, arena).await?,
    };
    candidates.shuffle(&mut rand::rng());
    candidates.sort_by_key(|id| taken.iter().any(|other| other.selected.as_ref() == Some(id)));
    for id in candidates {
        match model(inner, user, &id).await {
            Ok(found) => return Ok(behind(arena, found)),
            Err(TurnError::ModelNotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Err(TurnError::ModelNotFound)
}

/// The model that began a reply, for its rest.
pub async fn again(inner: &Inner, user: &User, arena: &Arena, selected: &str) -> Result<Resolved, TurnError> {
    Ok(behind(arena, model(inner, user, selected).await?))
}

fn behind(arena: &Arena, found: Resolved) -> Resolved {
    Resolved { id: arena.id.clone(), selected: Some(found.id.clone()), ..found }
}

/// Every model that the arena lets in.
async fn all(inner: &Inner, arena: &Arena) -> Result<Vec<String>, TurnError> {
    let offered = inner.providers.models(false).await;
    let stored = inner.store.models().await?;
    let custom = stored.into_iter().filter(|row| row.base_model_id.is_some()).map(|row| row.id);
    let ids = offered.iter().map(|model| model.id.clone()).chain(custom);
    Ok(ids.filter(|id| arena.admits(id)).collect())
}
