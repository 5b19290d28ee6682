//! A service of one's own: the bytes as they are, for texts with what is known of each.

use airis_domain::Json;
use airis_outbound::Call;

use super::task::{Task, escaped, failed, written};
use crate::Result;
use crate::extract::Section;

pub async fn read(task: &Task<'_>) -> Result<Vec<Section>> {
    let mut call = Call::put(task.under("rag.external_document_loader_url", "process")?)
        .bearer(&task.text("rag.external_document_loader_api_key"))
        .header("x-filename", &escaped(task.name()));
    if !task.kind.is_empty() {
        call = call.header("content-type", task.kind);
    }
    for (name, value) in task.json("rag.external_document_loader_headers").as_object().into_iter().flatten() {
        call = call.header(name, &written(value));
    }
    let answer = task.send_bytes(task.with_owner(call)).await?;
    let documents = match &answer {
        Json::Array(documents) => documents.as_slice(),
        document => std::slice::from_ref(document),
    };
    documents.iter().map(section).collect()
}

fn section(document: &Json) -> Result<Section> {
    let text = document["page_content"].as_str().ok_or_else(|| failed("its answer holds no page_content"))?;
    let known = document["metadata"].as_object().cloned().unwrap_or_default();
    Ok(Section { text: text.to_owned(), known, ..Section::default() })
}
