//! Search engines: what each is asked, and how its answer is read. One file per family.

mod clouds;
mod keyed;
mod own;
mod posted;
mod results;
mod scraped;
mod setup;

pub use results::{Hit, joined};
pub use setup::{Setup, under};

use airis_domain::Json;
use airis_outbound::{Answer, Call, Outbound};

use super::hosts::lets_in;
use super::refused;
use crate::{Result, RetrievalError};

/// Seconds that an engine may take.
const SECONDS: u64 = 20;
/// Bytes of the largest answer: some engines send whole pages along.
const LARGEST: usize = 8 * 1024 * 1024;

/// One engine by the name that settings have for it.
pub struct Engine {
    name: &'static str,
    ask: fn(&Setup<'_>, &str) -> Result<Call>,
    read: Read,
}

/// What an engine answers with.
#[derive(Clone, Copy)]
pub enum Read {
    Json(fn(&Json) -> Vec<Hit>),
    Page(fn(&str) -> Vec<Hit>),
}

const FAMILIES: [&[Engine]; 5] = [own::ENGINES, keyed::ENGINES, posted::ENGINES, clouds::ENGINES, scraped::ENGINES];

/// Asks the engine that administrators chose; the best come first.
pub async fn find(outbound: &Outbound, setup: &Setup<'_>, query: &str) -> Result<Vec<Hit>> {
    let name = setup.text("web.search.engine");
    if name.is_empty() {
        return Err(RetrievalError::Refused("No search engine is chosen; an administrator can do that".to_owned()));
    }
    let Some(engine) = FAMILIES.into_iter().flatten().find(|engine| engine.name == name) else {
        return Err(RetrievalError::Refused(format!("The search engine \"{name}\" is not built in here")));
    };
    let call = (engine.ask)(setup, query)?.within(SECONDS).at_most(LARGEST);
    let answer = outbound.fetch(call).await.and_then(Answer::ok).map_err(refused)?;
    let found = match engine.read {
        Read::Json(read) => read(&answer.json().map_err(refused)?),
        Read::Page(read) => read(&answer.text()),
    };
    Ok(kept(found, setup))
}

/// Addresses of the web, each once, from hosts that are let in, as many as were asked for.
fn kept(found: Vec<Hit>, setup: &Setup<'_>) -> Vec<Hit> {
    let list = setup.texts("web.search.domain.filter_list");
    let mut kept: Vec<Hit> = Vec::new();
    for hit in found {
        let Ok(url) = super::load::read(&hit.link) else { continue };
        let known = kept.iter().any(|other| other.link == hit.link);
        if !known && lets_in(&list, url.host_str().unwrap_or_default()) {
            kept.push(hit.plain());
        }
        if kept.len() == setup.count {
            break;
        }
    }
    kept
}

#[cfg(test)]
mod tests;
