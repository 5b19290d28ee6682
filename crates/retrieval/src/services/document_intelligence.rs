//! Azure Document Intelligence: the bytes go to a model, whose Markdown is asked for until it is there.

use airis_outbound::Call;

use super::task::{Look, Task, failed};
use crate::extract::Section;
use crate::{Result, RetrievalError};

/// The version of its interface that has Markdown.
const VERSION: &str = "2024-11-30";
/// What its Markdown has between pages.
const BETWEEN: &str = "<!-- PageBreak -->";

pub async fn read(task: &Task<'_>) -> Result<Vec<Section>> {
    let key = task.text("rag.document_intelligence_key");
    if key.is_empty() {
        let text = "The extraction engine is not set up: rag.document_intelligence_key is missing (signing in without a \
                    key is not built)";
        return Err(RetrievalError::Refused(text.to_owned()));
    }
    let model = Some(task.text("rag.document_intelligence_model")).filter(|model| !model.is_empty());
    let model = model.unwrap_or_else(|| "prebuilt-layout".to_owned());
    let path = format!(
        "documentintelligence/documentModels/{model}:analyze?api-version={VERSION}&outputContentFormat=markdown"
    );
    let call = Call::post(task.under("rag.document_intelligence_endpoint", &path)?)
        .header("ocp-apim-subscription-key", &key)
        .header("content-type", "application/octet-stream");
    let place = task.place_after(call).await?;
    let look = || Call::get(&place).header("ocp-apim-subscription-key", &key);
    let text = task
        .poll(look, |answer| match answer["status"].as_str() {
            Some("succeeded") => {
                Ok(Look::Done(answer["analyzeResult"]["content"].as_str().unwrap_or_default().to_owned()))
            }
            Some("failed" | "canceled") => Err(failed(answer["error"]["message"].as_str().unwrap_or_default())),
            _ => Ok(Look::NotYet),
        })
        .await?;
    Ok(super::docling::pages(&text, BETWEEN, &airis_domain::Json::Null))
}
