//! Apache Tika: the bytes as they are, for one text.

use airis_outbound::Call;

use super::task::{Task, failed};
use crate::Result;
use crate::extract::Section;

pub async fn read(task: &Task<'_>) -> Result<Vec<Section>> {
    let (path, field) = match task.text("rag.tika_server_version").as_str() {
        "4" => ("tika/json/md", "tk:content"),
        _ => ("tika/text", "X-TIKA:content"),
    };
    // It finds out what a file is from its bytes; a wrong kind would win over them.
    let mut call = Call::put(task.under("rag.tika_server_url", path)?).header("accept", "application/json");
    if task.flag("rag.pdf_extract_images") {
        call = call.header("x-tika-pdfextractinlineimages", "true");
    }
    let answer = task.send_bytes(call).await?;
    let text = answer[field].as_str().ok_or_else(|| failed("its answer holds no content"))?;
    Ok(vec![Section::plain(text.trim())])
}
