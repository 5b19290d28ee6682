//! What an engine found, in one shape for all.

use airis_domain::Json;
use serde_json::json;

use crate::extract::{Bounds, readable};

/// Characters of a snippet.
const LONGEST: usize = 20_000;

/// A page that was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hit {
    pub link: String,
    pub title: String,
    /// What the engine shows of it.
    pub snippet: String,
}

impl Hit {
    pub fn new(link: &str, title: &str, snippet: &str) -> Self {
        Self { link: link.to_owned(), title: title.to_owned(), snippet: snippet.to_owned() }
    }

    /// As clients see it.
    pub fn view(&self) -> Json {
        json!({"link": self.link, "title": self.title, "snippet": self.snippet})
    }

    /// Without markup, which some engines put around the words that were searched.
    pub fn plain(self) -> Self {
        Self { link: self.link, title: plain(&self.title), snippet: plain(&self.snippet) }
    }
}

fn plain(text: &str) -> String {
    let text: String = text.chars().take(LONGEST).collect();
    let marked = text.contains("</") || text.contains("/>") || text.contains(';');
    if !marked {
        return text.trim().to_owned();
    }
    readable(&text, &mut Bounds::usual(text.len())).map(|page| page.text).unwrap_or(text)
}

/// The entries of a list, by the names that an engine has for their parts.
pub fn hits(list: &Json, link: &str, title: &str, snippet: &str) -> Vec<Hit> {
    let hit = |entry: &Json| {
        let link = entry[link].as_str()?;
        Some(Hit::new(link, entry[title].as_str().unwrap_or_default(), &joined(&entry[snippet])))
    };
    list.as_array().into_iter().flatten().filter_map(hit).collect()
}

/// A text, or the texts of a list.
pub fn joined(value: &Json) -> String {
    match value {
        Json::Array(texts) => texts.iter().filter_map(Json::as_str).collect::<Vec<_>>().join("\n"),
        other => other.as_str().unwrap_or_default().to_owned(),
    }
}
