//! Milvus by its HTTP interface.

use airis_domain::Json;
use airis_outbound::{Call, Outbound};
use serde_json::json;

use super::{ExternalError, Result, Server, Shelf, ask, of_cosine, of_distance};
use crate::Found;

pub async fn names(server: &Server, outbound: &Outbound) -> Result<Vec<String>> {
    let names = told(server, outbound, "collections/list", json!({})).await?;
    Ok(names.as_array().into_iter().flatten().filter_map(|name| name.as_str().map(str::to_owned)).collect())
}

pub async fn near(
    server: &Server,
    outbound: &Outbound,
    shelf: &Shelf,
    vector: &[f32],
    limit: usize,
) -> Result<Vec<Found>> {
    let about = told(server, outbound, "collections/describe", json!({"collectionName": shelf.name})).await?;
    let indexes = about["indexes"].as_array().cloned().unwrap_or_default();
    let index = match shelf.setting("vector_field") {
        Some(field) => indexes.iter().find(|index| index["fieldName"] == field),
        None => indexes.first(),
    };
    let field = shelf.setting("vector_field").or_else(|| index?["fieldName"].as_str()).unwrap_or("vector");
    let mut body = json!({"collectionName": shelf.name, "data": [vector], "annsField": field, "limit": limit,
        "outputFields": ["*"]});
    let filter: Vec<String> = shelf.filter().map(|(name, value)| format!("{name} == {value}")).collect();
    if !filter.is_empty() {
        body["filter"] = json!(filter.join(" and "));
    }
    let found = told(server, outbound, "entities/search", body).await?;
    let measure = index.and_then(|index| index["metricType"].as_str()).unwrap_or("COSINE");
    let passage = |entity: &Json| {
        let mut fields = entity.as_object().cloned().unwrap_or_default();
        let distance = fields.shift_remove("distance").and_then(|distance| distance.as_f64()).unwrap_or_default();
        fields.shift_remove(field);
        let id = fields.shift_remove(shelf.setting("id_field").unwrap_or("id")).unwrap_or_default();
        let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
        let score = if measure == "L2" { of_distance(distance) } else { of_cosine(distance) };
        shelf.passage(id, fields, score)
    };
    Ok(found.as_array().into_iter().flatten().map(passage).collect())
}

/// What it tells of a question; a failure has the status of success and a number of its own.
async fn told(server: &Server, outbound: &Outbound, path: &str, mut body: Json) -> Result<Json> {
    if let Some(database) = server.setting("database") {
        body["dbName"] = json!(database);
    }
    let mut key = server.secret(&["token", "api_key"]);
    if key.is_empty() && !server.secret(&["username"]).is_empty() {
        key = format!("{}:{}", server.secret(&["username"]), server.secret(&["password"]));
    }
    let call = Call::post(server.under(&format!("v2/vectordb/{path}"))).bearer(&key).json(&body);
    let mut answer = ask(outbound, call).await?;
    match answer["code"].as_i64() {
        Some(0 | 200) => Ok(answer["data"].take()),
        _ => Err(ExternalError(answer["message"].as_str().unwrap_or("the server answers no data").to_owned())),
    }
}
