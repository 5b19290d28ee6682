//! MinerU: a server of one's own, or the service of the web with an upload, a wait and an archive.

use airis_domain::{Json, JsonMap};
use airis_outbound::Call;
use serde_json::json;

use super::form::Form;
use super::task::{Look, Task, failed, written};
use crate::extract::{Section, text_inside};
use crate::{Result, RetrievalError};

/// Seconds that it may take where nobody says.
const SECONDS: u64 = 300;
/// What the service calls the Markdown in its archive.
const MARKDOWN: &str = "full.md";
/// Parameters that belong to the file; all others are those of the whole order.
const OF_FILE: [&str; 3] = ["is_ocr", "page_ranges", "data_id"];

pub async fn read(task: &Task<'_>) -> Result<Vec<Section>> {
    let given = task.json("rag.mineru_api_timeout");
    let given = given.as_u64().or_else(|| given.as_str()?.trim().parse().ok());
    let task = task.within(given.filter(|seconds| *seconds > 0).unwrap_or(SECONDS));
    let params = task.json("rag.mineru_params").as_object().cloned().unwrap_or_default();
    let text = match task.text("rag.mineru_api_mode").as_str() {
        "cloud" => cloud(&task, &params).await?,
        _ => local(&task, &params).await?,
    };
    Ok(vec![Section::plain(text)])
}

async fn local(task: &Task<'_>, params: &JsonMap) -> Result<String> {
    let mut form = Form::new().field("return_md", "true");
    for (name, value) in params {
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
    let call = Call::post(task.under("rag.mineru_api_url", "file_parse")?).bearer(&task.text("rag.mineru_api_key"));
    let answer = task.send_form(call, form, "files").await?;
    // The one result is called as the server likes to call the file.
    let results = answer["results"].as_object().into_iter().flatten();
    let text = results.filter_map(|(_, result)| result["md_content"].as_str()).next();
    text.map(str::to_owned).ok_or_else(|| failed(answer["error"].as_str().unwrap_or("its answer holds no content")))
}

async fn cloud(task: &Task<'_>, params: &JsonMap) -> Result<String> {
    let key = task.needed("rag.mineru_api_key")?;
    let mut file = JsonMap::from_iter([("name".to_owned(), json!(task.name()))]);
    let mut order = JsonMap::new();
    for (name, value) in params {
        let place = if OF_FILE.contains(&name.as_str()) { &mut file } else { &mut order };
        place.insert(name.clone(), value.clone());
    }
    order.insert("files".to_owned(), json!([file]));
    let call = Call::post(task.under("rag.mineru_api_url", "file-urls/batch")?).bearer(&key).json(&Json::Object(order));
    let place = sound(&task.ask(call).await?)?;
    let (Some(batch), Some(upload)) = (place["batch_id"].as_str(), place["file_urls"][0].as_str()) else {
        return Err(failed("it did not say where the file goes"));
    };
    // The address is signed for bytes without a kind.
    task.put_bytes(Call::put(upload)).await?;
    let results = task.under("rag.mineru_api_url", &format!("extract-results/batch/{batch}"))?;
    let look = || Call::get(&results).bearer(&key);
    let archive = task
        .poll(look, |answer| {
            let result = &sound(answer)?["extract_result"][0];
            match result["state"].as_str() {
                Some("done") => Ok(Look::Done(result["full_zip_url"].as_str().unwrap_or_default().to_owned())),
                Some("failed") => Err(failed(result["err_msg"].as_str().unwrap_or_default())),
                _ => Ok(Look::NotYet),
            }
        })
        .await?;
    let bytes = task.fetch(Call::get(archive)).await?.body;
    let work = tokio::task::spawn_blocking(move || text_inside(&bytes, MARKDOWN));
    let text = work
        .await
        .map_err(|_| RetrievalError::Refused("The extraction engine's archive broke its reader".to_owned()))?;
    Ok(text?)
}

/// The part of an answer that counts, unless it says that it is none.
fn sound(answer: &Json) -> Result<Json> {
    if answer["code"].as_i64().is_some_and(|code| code != 0) {
        return Err(failed(answer["msg"].as_str().unwrap_or_default()));
    }
    Ok(answer["data"].clone())
}
