//! The pages of a document in their order.

use std::collections::BTreeSet;

use crate::document::Document;
use crate::object::{Dict, Object};
use crate::{PdfError, Result};

/// Pages of one document, and parts of its tree inside of each other.
const MOST: usize = 20_000;
const DEEPEST: usize = 64;

/// A page, with what its content names.
pub struct Page {
    pub dict: Dict,
    pub resources: Dict,
}

pub fn of(document: &mut Document<'_>) -> Result<Vec<Page>> {
    let mut pages = Vec::new();
    let mut seen = BTreeSet::new();
    if let Some(root) = root(document) {
        walk(document, &root, &Dict::new(), 0, &mut seen, &mut pages)?;
    }
    if pages.is_empty() {
        // No tree, or none that leads anywhere: the pages that are there, as they come.
        for number in document.numbers() {
            if let Object::Dict(dict) = document.object(number)
                && dict.get("Type").and_then(Object::name) == Some("Page")
            {
                let resources = document.dict(&dict, "Resources").unwrap_or_default();
                pages.push(Page { dict, resources });
            }
            document.look()?;
        }
    }
    if pages.is_empty() { Err(PdfError::Damaged) } else { Ok(pages) }
}

/// The top of the tree of pages.
fn root(document: &mut Document<'_>) -> Option<Object> {
    for trailer in document.trailers() {
        if let Some(catalog) = document.dict(&trailer, "Root")
            && let Some(pages) = catalog.get("Pages")
        {
            return Some(pages.clone());
        }
    }
    for number in document.numbers() {
        if let Object::Dict(dict) = document.object(number)
            && dict.get("Type").and_then(Object::name) == Some("Catalog")
            && let Some(pages) = dict.get("Pages")
        {
            return Some(pages.clone());
        }
    }
    None
}

fn walk(
    document: &mut Document<'_>,
    node: &Object,
    inherited: &Dict,
    depth: usize,
    seen: &mut BTreeSet<u32>,
    pages: &mut Vec<Page>,
) -> Result<()> {
    document.look()?;
    if let Object::Reference(number) = node
        && !seen.insert(*number)
    {
        return Ok(());
    }
    if depth > DEEPEST {
        return Ok(());
    }
    let Some(dict) = document.resolved(node).dict().cloned() else { return Ok(()) };
    let resources = document.dict(&dict, "Resources").unwrap_or_else(|| inherited.clone());
    match document.entry(&dict, "Kids") {
        Some(Object::Array(kids)) => {
            for kid in &kids {
                walk(document, kid, &resources, depth + 1, seen, pages)?;
            }
        }
        _ if pages.len() >= MOST => return Err(PdfError::TooLarge),
        _ => pages.push(Page { dict, resources }),
    }
    Ok(())
}
