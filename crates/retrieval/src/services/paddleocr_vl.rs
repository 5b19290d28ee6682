//! PaddleOCR-VL: the file inside of JSON, for Markdown page by page.

use airis_domain::Json;
use airis_outbound::Call;
use serde_json::json;

use super::task::{Task, failed};
use crate::Result;
use crate::extract::Section;

pub async fn read(task: &Task<'_>) -> Result<Vec<Section>> {
    let is_picture = task.kind.starts_with("image/") || !task.name().to_ascii_lowercase().ends_with(".pdf");
    let body = json!({
        "file": task.base64().await?,
        "fileType": i32::from(is_picture && task.kind != "application/pdf"),
        "useDocOrientationClassify": false,
        "useDocUnwarping": false,
        "useChartRecognition": false,
    });
    let mut call = Call::post(task.under("rag.paddleocr_vl_base_url", "layout-parsing")?).json(&body);
    let token = task.text("rag.paddleocr_vl_token");
    if !token.is_empty() {
        call = call.header("authorization", &format!("token {token}"));
    }
    let answer = task.ask(call).await?;
    let Some(pages) = answer["result"]["layoutParsingResults"].as_array() else {
        return Err(failed(answer["errorMsg"].as_str().unwrap_or("its answer holds no pages")));
    };
    let section = |(page, result): (u32, &Json)| Section {
        text: result["markdown"]["text"].as_str().unwrap_or_default().to_owned(),
        page: Some(page),
        ..Section::default()
    };
    Ok((1..).zip(pages).map(section).collect())
}
