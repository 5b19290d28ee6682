//! Docling Serve: a form with the file, for Markdown with marks between pages and a tree that knows their numbers.

use std::collections::BTreeSet;

use airis_domain::Json;
use airis_outbound::Call;

use super::form::Form;
use super::task::{Task, failed, written};
use crate::Result;
use crate::extract::Section;

/// Where its tree keeps things that stand on pages.
const PLACED: [&str; 4] = ["texts", "tables", "pictures", "key_value_items"];

pub async fn read(task: &Task<'_>) -> Result<Vec<Section>> {
    let mut form = Form::new();
    let params = task.json("rag.docling_params");
    let params = params.as_object().cloned().unwrap_or_default();
    for (name, value) in [("image_export_mode", "placeholder"), ("md_page_break_placeholder", "\u{c}")] {
        if !params.contains_key(name) {
            form = form.field(name, value);
        }
    }
    if !params.contains_key("to_formats") {
        form = form.field("to_formats", "md").field("to_formats", "json");
    }
    for (name, value) in &params {
        match value {
            Json::Null => {}
            Json::Array(values) => {
                for value in values {
                    form = form.field(name, &written(value));
                }
            }
            value => form = form.field(name, &written(value)),
        }
    }
    let call = Call::post(task.under("rag.docling_server_url", "v1/convert/file")?)
        .header("accept", "application/json")
        .header("x-api-key", &task.text("rag.docling_api_key"));
    let answer = task.send_form(call, form, "files").await?;
    if let Some("failure" | "skipped") = answer["status"].as_str() {
        return Err(failed(&reasons(&answer["errors"])));
    }
    let text = answer["document"]["md_content"].as_str().ok_or_else(|| failed("its answer holds no content"))?;
    let between = params.get("md_page_break_placeholder").and_then(Json::as_str).unwrap_or("\u{c}");
    Ok(pages(text, between, &answer["document"]["json_content"]))
}

fn reasons(errors: &Json) -> String {
    let reasons = errors.as_array().into_iter().flatten();
    let reasons = reasons.filter_map(|error| error["error_message"].as_str().or_else(|| error.as_str()));
    reasons.collect::<Vec<_>>().join("; ")
}

/// The text between marks. Pages without anything on them have no mark, so the tree says which are there; where it does
/// not fit the marks, pages are counted.
pub fn pages(text: &str, between: &str, tree: &Json) -> Vec<Section> {
    if between.is_empty() || !text.contains(between) {
        let only = placed(tree).into_iter().collect::<Vec<_>>();
        let page = if only.len() == 1 { only.first().copied() } else { None };
        return vec![Section { text: text.to_owned(), page, ..Section::default() }];
    }
    let parts: Vec<&str> = text.split(between).collect();
    let known: Vec<u32> = placed(tree).into_iter().collect();
    let number = |at: usize| match known.get(at) {
        Some(page) if known.len() == parts.len() => Some(*page),
        _ => u32::try_from(at + 1).ok(),
    };
    let section =
        |(at, part): (usize, &&str)| Section { text: (*part).to_owned(), page: number(at), ..Section::default() };
    parts.iter().enumerate().map(section).collect()
}

fn placed(tree: &Json) -> BTreeSet<u32> {
    let things = PLACED.iter().flat_map(|kind| tree[*kind].as_array().into_iter().flatten());
    let places = things.flat_map(|thing| thing["prov"].as_array().into_iter().flatten());
    places.filter_map(|place| place["page_no"].as_u64().and_then(|page| u32::try_from(page).ok())).collect()
}
