//! Looking for pages of the web, and reading what was found.

use async_recursion::async_recursion as boxed;

use super::engines::{self, Hit, Setup};
use super::load::Fetched;
use super::page::Page;
use super::together::together;
use super::{playwright, remote, youtube};
use crate::state::Inner;
use crate::{Result, Retrieval, RetrievalError};

/// Searches for one question, and characters of each.
const QUERIES: usize = 8;
const LONGEST: usize = 400;
/// Calls at once, where settings say no other number.
const AT_ONCE: usize = 10;

/// What the web has for a question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Searched {
    /// What was looked for.
    pub queries: Vec<String>,
    pub hits: Vec<Hit>,
    /// The pages of hits in their order; of those that could not be read, what the engine shows of them.
    pub pages: Vec<Page>,
    /// How many were read.
    pub loaded: usize,
}

impl Retrieval {
    /// A page of the web, by whatever reads pages here.
    #[boxed]
    pub async fn page(&self, address: &str) -> Result<Page> {
        let inner = &self.inner;
        let address = address.trim();
        let engine = inner.config.text("web.loader.engine");
        let page = match (youtube::video(address), engine.as_str()) {
            (Some(video), _) => inner.transcript(address, &video).await?,
            (None, "" | "safe_web") => inner.read_page(address).await?,
            (None, "playwright") => playwright::page(inner, address).await?,
            (None, engine) => remote::read(inner, engine, address).await?,
        };
        let most = inner.config.int("web.fetch.max_content_length").and_then(|most| usize::try_from(most).ok());
        Ok(match most.filter(|most| *most > 0) {
            Some(most) => page.cut(most),
            None => page,
        })
    }

    /// Asks the search engine for each of these, and reads what it finds. An engine that fails for some of them still
    /// counts; nothing found is no failure.
    #[boxed]
    pub async fn search_web(&self, queries: &[String]) -> Result<Searched> {
        let short = |query: &String| query.trim().chars().take(LONGEST).collect::<String>();
        let mut queries: Vec<String> = queries.iter().map(short).filter(|query| !query.is_empty()).collect();
        queries.truncate(QUERIES);
        if queries.is_empty() {
            return Err(RetrievalError::Refused("There is nothing to search for".to_owned()));
        }
        let hits = self.hits(&queries).await?;
        let config = &self.inner.config;
        let (pages, loaded): (Vec<Page>, usize) = if config.flag("web.search.bypass_web_loader") {
            (hits.iter().map(|hit| known_of(hit.clone())).collect(), 0)
        } else {
            self.pages(&hits).await
        };
        let pages = pages.into_iter().filter(|page: &Page| !page.text().trim().is_empty()).collect();
        Ok(Searched { queries, hits, pages, loaded })
    }

    async fn hits(&self, queries: &[String]) -> Result<Vec<Hit>> {
        let jobs = queries.iter().map(|query| {
            let (inner, query) = (self.inner.clone(), query.clone());
            async move { engines::find(&inner.outbound, &Setup::new(&inner.config), &query).await }
        });
        let (mut hits, mut failure): (Vec<Hit>, _) = (Vec::new(), None);
        for found in
            together(self.inner.at_once("web.search.concurrent_requests"), jobs.collect()).await.into_iter().flatten()
        {
            match found {
                Ok(found) => {
                    for hit in found {
                        if !hits.iter().any(|other| other.link == hit.link) {
                            hits.push(hit);
                        }
                    }
                }
                Err(error) => {
                    tracing::info!(%error, "a search of the web failed");
                    failure = Some(error);
                }
            }
        }
        match failure {
            Some(error) if hits.is_empty() => Err(error),
            _ => Ok(hits),
        }
    }

    async fn pages(&self, hits: &[Hit]) -> (Vec<Page>, usize) {
        let jobs = hits.iter().map(|hit| {
            let (retrieval, link) = (self.clone(), hit.link.clone());
            async move { retrieval.page(&link).await }
        });
        let read = together(self.inner.at_once("web.loader.concurrent_requests"), jobs.collect()).await;
        let mut loaded = 0;
        let pages = hits.iter().zip(read).map(|(hit, read)| match read {
            Some(Ok(page)) => {
                loaded += 1;
                if page.title.is_empty() { Page { title: hit.title.clone(), ..page } } else { page }
            }
            read => {
                if let Some(Err(error)) = read {
                    tracing::info!(%error, "a page that was found was not read");
                }
                known_of(hit.clone())
            }
        });
        let pages = pages.collect();
        (pages, loaded)
    }
}

impl Inner {
    /// A number of calls at once; 0 says nothing.
    fn at_once(&self, key: &str) -> usize {
        let given = self.config.int(key).and_then(|number| usize::try_from(number).ok());
        given.filter(|number| *number > 0).unwrap_or(AT_ONCE)
    }

    pub async fn read_page(&self, address: &str) -> Result<Page> {
        let fetched = self.fetch(address).await?;
        self.read_fetched(address, fetched).await
    }

    pub async fn read_fetched(&self, address: &str, fetched: Fetched) -> Result<Page> {
        let url = address.to_owned();
        let work = tokio::task::spawn_blocking(move || Page::read(url, &fetched));
        Ok(work.await.map_err(|_| RetrievalError::Refused("The page broke its reader".to_owned()))??)
    }
}

/// A page of which only that is known which the engine shows.
fn known_of(hit: Hit) -> Page {
    Page::of_text(hit.link, hit.title, hit.snippet)
}
