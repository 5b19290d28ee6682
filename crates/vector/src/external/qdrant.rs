//! Qdrant by its HTTP interface.

use airis_domain::Json;
use airis_outbound::{Call, Outbound};
use serde_json::json;

use super::{Result, Server, Shelf, ask, in_path, of_cosine, of_distance};
use crate::Found;

pub async fn names(server: &Server, outbound: &Outbound) -> Result<Vec<String>> {
    let answer = ask(outbound, keyed(server, Call::get(server.under("collections")))).await?;
    let all = answer["result"]["collections"].as_array().into_iter().flatten();
    Ok(all.filter_map(|collection| collection["name"].as_str().map(str::to_owned)).collect())
}

pub async fn near(
    server: &Server,
    outbound: &Outbound,
    shelf: &Shelf,
    vector: &[f32],
    limit: usize,
) -> Result<Vec<Found>> {
    let place = format!("collections/{}", in_path(&shelf.name));
    let about = ask(outbound, keyed(server, Call::get(server.under(&place)))).await?;
    let vectors = &about["result"]["config"]["params"]["vectors"];
    // A collection has one vector without a name, or several with names.
    let measure = match shelf.setting("vector_field") {
        Some(name) => &vectors[name]["distance"],
        None => &vectors["distance"],
    };
    let mut body = json!({"query": vector, "limit": limit, "with_payload": true});
    if let Some(name) = shelf.setting("vector_field") {
        body["using"] = json!(name);
    }
    let must: Vec<Json> = shelf.filter().map(|(key, value)| json!({"key": key, "match": {"value": value}})).collect();
    if !must.is_empty() {
        body["filter"] = json!({ "must": must });
    }
    let call = Call::post(server.under(&format!("{place}/points/query"))).json(&body);
    let answer = ask(outbound, keyed(server, call)).await?;
    let points = answer["result"]["points"].as_array().into_iter().flatten();
    let found = points.map(|point| {
        let id = point["id"].as_str().map_or_else(|| point["id"].to_string(), str::to_owned);
        let fields = point["payload"].as_object().cloned().unwrap_or_default();
        shelf.passage(id, fields, score(measure, point["score"].as_f64().unwrap_or_default()))
    });
    Ok(found.collect())
}

/// Nearness in the measure of the collection; of two that are equally long, the product is the cosine.
fn score(measure: &Json, score: f64) -> f64 {
    match measure.as_str() {
        Some("Euclid" | "Manhattan") => of_distance(score),
        _ => of_cosine(score),
    }
}

fn keyed(server: &Server, call: Call) -> Call {
    let key = server.secret(&["api_key", "token"]);
    if key.is_empty() { call } else { call.header("api-key", &key) }
}
