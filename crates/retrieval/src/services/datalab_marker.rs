//! Datalab Marker: a form with the file; the work is asked about until it is complete.

use airis_domain::Json;
use airis_outbound::Call;

use super::form::Form;
use super::task::{Look, Task, failed, written};
use crate::Result;
use crate::extract::Section;

/// Its service of the web, where no server is named.
const SERVICE: &str = "https://www.datalab.to/api/v1/marker";
/// The switches by their names in forms and in settings.
const SWITCHES: [(&str, &str); 7] = [
    ("use_llm", "rag.datalab_marker_use_llm"),
    ("skip_cache", "rag.datalab_marker_skip_cache"),
    ("force_ocr", "rag.datalab_marker_force_ocr"),
    ("paginate", "rag.datalab_marker_paginate"),
    ("strip_existing_ocr", "rag.datalab_marker_strip_existing_ocr"),
    ("disable_image_extraction", "rag.datalab_marker_disable_image_extraction"),
    ("format_lines", "rag.datalab_marker_format_lines"),
];
/// How many dashes stand behind the number of a page.
const DASHES: usize = 48;

pub async fn read(task: &Task<'_>) -> Result<Vec<Section>> {
    let key = task.text("rag.datalab_marker_api_key");
    let base = Some(task.text("rag.datalab_marker_api_base_url")).filter(|base| !base.is_empty());
    let base = base.unwrap_or_else(|| SERVICE.to_owned());
    let format = Some(task.text("rag.datalab_marker_output_format")).filter(|format| !format.is_empty());
    let format = format.unwrap_or_else(|| "markdown".to_owned());
    let mut form = Form::new();
    for (field, setting) in SWITCHES {
        form = form.field(field, if task.flag(setting) { "true" } else { "false" });
    }
    form = form.field("output_format", &format);
    let more = task.json("rag.datalab_marker_additional_config");
    let more = if more.is_null() { String::new() } else { written(&more) };
    if !more.trim().is_empty() {
        form = form.field("additional_config", &more);
    }
    let call = Call::post(base.trim_end_matches('/')).header("accept", "application/json").header("x-api-key", &key);
    let begun = task.send_form(call, form, "file").await?;
    let done = match begun["request_check_url"].as_str() {
        Some(place) => {
            let look = || Call::get(place).header("accept", "application/json").header("x-api-key", &key);
            task.poll(look, |answer| match answer["status"].as_str() {
                Some("complete") => Ok(Look::Done(answer.clone())),
                Some("failed" | "error") => Err(failed(answer["error"].as_str().unwrap_or_default())),
                _ => Ok(Look::NotYet),
            })
            .await?
        }
        None => begun,
    };
    if done["success"] == false {
        return Err(failed(done["error"].as_str().unwrap_or_default()));
    }
    let text = match (&done[&format], &done["output"]) {
        (Json::Null, Json::Null) => return Err(failed("its answer holds no content")),
        (Json::Null, text) | (text, _) => written(text),
    };
    Ok(if task.flag("rag.datalab_marker_paginate") { pages(&text) } else { vec![Section::plain(text)] })
}

/// Its Markdown has `{number}` and dashes over each page; the first is 0.
fn pages(text: &str) -> Vec<Section> {
    let mut sections = vec![Section::default()];
    for line in text.split_inclusive('\n') {
        match number(line.trim_end()) {
            Some(page) => sections.push(Section { page: Some(page + 1), ..Section::default() }),
            None => {
                if let Some(section) = sections.last_mut() {
                    section.text.push_str(line);
                }
            }
        }
    }
    sections
}

fn number(line: &str) -> Option<u32> {
    let (number, dashes) = line.strip_prefix('{')?.split_once('}')?;
    if dashes.len() < DASHES || dashes.bytes().any(|byte| byte != b'-') {
        return None;
    }
    number.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_told_apart_by_their_marks() {
        let dashes = "-".repeat(DASHES);
        let text = format!("\n\n{{0}}{dashes}\n\nfirst\n{{x}}\n\n{{1}}{dashes}\n\nsecond\n{{9}}---\n");
        let pages: Vec<_> = pages(&text).into_iter().map(|page| (page.page, page.text.trim().to_owned())).collect();
        let expected = [(None, ""), (Some(1), "first\n{x}"), (Some(2), "second\n{9}---")];
        assert_eq!(pages, expected.map(|(page, text)| (page, text.to_owned())));
    }
}
