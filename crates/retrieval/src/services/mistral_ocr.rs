//! Mistral OCR: the file is uploaded, read by its address, and deleted there; or sent along, where that is wanted.

use airis_domain::Json;
use airis_outbound::Call;
use serde_json::json;

use super::form::Form;
use super::task::{Task, escaped, failed};
use crate::Result;
use crate::extract::Section;

const MODEL: &str = "mistral-ocr-latest";

pub async fn read(task: &Task<'_>) -> Result<Vec<Section>> {
    let key = task.needed("rag.mistral_ocr_api_key")?;
    let under = |path: &str| task.under("rag.mistral_ocr_api_base_url", path);
    if task.flag("rag.mistral_ocr_use_base64") {
        let address = format!("data:application/pdf;base64,{}", task.base64().await?);
        return ocr(task, &key, &address).await;
    }
    let form = Form::new().field("purpose", "ocr");
    let kept = task.send_form(Call::post(under("files")?).bearer(&key), form, "file").await?;
    let id = escaped(kept["id"].as_str().ok_or_else(|| failed("it did not say where it keeps the file"))?);
    let sections = async {
        let call =
            Call::get(under(&format!("files/{id}/url?expiry=1"))?).bearer(&key).header("accept", "application/json");
        let known = task.ask(call).await?;
        let address = known["url"].as_str().ok_or_else(|| failed("it did not say where the file is"))?;
        ocr(task, &key, address).await
    };
    let sections = sections.await;
    // Nobody's document stays there, whatever came of it.
    if let Err(error) = task.fetch(Call::delete(under(&format!("files/{id}"))?).bearer(&key)).await {
        tracing::warn!(%error, "a file stays at the extraction engine");
    }
    sections
}

async fn ocr(task: &Task<'_>, key: &str, address: &str) -> Result<Vec<Section>> {
    let body = json!({"model": MODEL, "document": {"type": "document_url", "document_url": address},
        "include_image_base64": false});
    let call = Call::post(task.under("rag.mistral_ocr_api_base_url", "ocr")?).bearer(key).json(&body);
    let answer = task.ask(call).await?;
    let pages = answer["pages"].as_array().ok_or_else(|| failed("its answer holds no pages"))?;
    let section = |page: &Json| Section {
        text: page["markdown"].as_str().unwrap_or_default().to_owned(),
        page: page["index"].as_u64().and_then(|index| u32::try_from(index + 1).ok()),
        ..Section::default()
    };
    Ok(pages.iter().map(section).collect())
}
