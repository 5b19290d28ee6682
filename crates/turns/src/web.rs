//! The web as a source of a reply, where the asker wants it searched.

use std::time::Duration;

use airis_domain::{Json, JsonMap, Message, Role, User};
use airis_retrieval::{Gathered, Hit, Searched};
use serde_json::json;

use crate::Inner;
use crate::job::Job;
use crate::models::Resolved;
use crate::questions::{self, Asked};
use crate::run::tell_status;

/// A reply is written without the web when it takes longer.
const PATIENCE: Duration = Duration::from_secs(60);
/// What the model hears of a search that failed.
const NAME: &str = "web search";

/// What the web has for the question of a turn. Viewers hear how it goes; once, however often the turn changes hands.
pub async fn of_turn(inner: &Inner, job: &Job, branch: &[Message]) -> Gathered {
    let viewers = Some(job).filter(|job| !job.taken_over);
    gather(inner, &job.user, &job.model, &job.body, branch, viewers).await
}

/// The same for a program.
pub async fn of_request(inner: &Inner, user: &User, model: &Resolved, body: &JsonMap) -> Gathered {
    gather(inner, user, model, body, &[], None).await
}

async fn gather(
    inner: &Inner,
    user: &User,
    model: &Resolved,
    body: &JsonMap,
    branch: &[Message],
    viewers: Option<&Job>,
) -> Gathered {
    let asked = Asked::of(branch, body);
    if asked.is_empty() || !wanted(inner, user, model, body).await {
        return Gathered::default();
    }
    let queries = questions::think(inner, user, model, asked, "web_search").await.texts;
    let status = json!({"action": "web_search_queries_generated", "queries": queries, "done": false});
    tell(inner, viewers, status).await;
    let searched = tokio::time::timeout(PATIENCE, inner.retrieval.search_web(&queries)).await;
    let failed = match searched {
        Ok(Ok(searched)) if !searched.pages.is_empty() => {
            tell(inner, viewers, found(&searched)).await;
            let source = inner.retrieval.source_of_search(user, &searched).await;
            return Gathered { sources: vec![source], unreadable: Vec::new() };
        }
        Ok(Ok(_)) => {
            let status = json!({"action": "web_search", "description": "Nothing was found on the web", "count": 0,
                "queries": queries, "done": true});
            tell(inner, viewers, status).await;
            "nothing was found".to_owned()
        }
        Ok(Err(error)) => {
            tracing::warn!(%error, user = %user.id, "the web was not searched");
            // Where the engine is, is for administrators.
            let why =
                if user.role == Role::Admin { error.told() } else { "the search engine does not answer".to_owned() };
            lost(inner, viewers, &queries, why).await
        }
        Err(_) => {
            tracing::warn!(user = %user.id, "searching the web took too long");
            let why = format!("it took longer than {} s", PATIENCE.as_secs());
            lost(inner, viewers, &queries, why).await
        }
    };
    Gathered { sources: Vec::new(), unreadable: vec![(NAME.to_owned(), failed)] }
}

/// Whether the asker wants it and may, and the model may be given it.
async fn wanted(inner: &Inner, user: &User, model: &Resolved, body: &JsonMap) -> bool {
    let asked = body.get("features").is_some_and(|features| features["web_search"] == true);
    if !asked || !inner.config.flag("web.search.enable") || model.meta["capabilities"]["web_search"] == false {
        return false;
    }
    if user.role == Role::Admin {
        return true;
    }
    match airis_access::effective(&inner.store, &inner.config, user).await {
        Ok(permissions) => permissions.allows("features.web_search"),
        Err(error) => {
            tracing::error!(%error, user = %user.id, "what somebody may do is not known");
            false
        }
    }
}

fn found(searched: &Searched) -> Json {
    let count = searched.pages.len();
    let description =
        if count == 1 { "1 page found on the web".to_owned() } else { format!("{count} pages found on the web") };
    let urls: Vec<&String> = searched.pages.iter().map(|page| &page.url).collect();
    let items: Vec<Json> = searched.hits.iter().map(Hit::view).collect();
    json!({"action": "web_search", "description": description, "count": count, "urls": urls, "items": items,
        "queries": searched.queries, "done": true})
}

async fn lost(inner: &Inner, viewers: Option<&Job>, queries: &[String], why: String) -> String {
    let description = format!("The web could not be searched: {why}");
    let status = json!({"action": "web_search", "description": description, "queries": queries, "error": true,
        "done": true});
    tell(inner, viewers, status).await;
    why
}

async fn tell(inner: &Inner, viewers: Option<&Job>, status: Json) {
    if let Some(job) = viewers {
        tell_status(inner, job, status).await;
    }
}
