//! No Weaviate can be had where tests run: a small one in memory plays what Weaviate documents of its HTTP interface, and the
//! requests are compared with its documents.

use airis_config::{VectorServer, WeaviateServer};
use airis_vector::{Duplicate, Vectors};
use serde_json::{Value, json};

use crate::fakes::{self, Fake, Kept, nearest};
use crate::served::{Asked, Reply};
use crate::{MODEL, ids, of, passage};

pub async fn fake() -> Fake {
    let server =
        |url: &str| VectorServer::Weaviate(WeaviateServer { url: url.to_owned(), key: Some("hunter2".to_owned()) });
    Fake::over_http(answer, server).await
}

fn answer(kept: &Kept, asked: &Asked) -> Reply {
    if !asked.headers.contains(&"authorization: bearer hunter2".to_owned()) {
        return (401, json!({"code": 401, "message": "unauthorized: invalid api key"})).into();
    }
    let (method, path) = asked.what.split_once(' ').unwrap();
    let (parts, body) = (path.trim_start_matches("/v1/").split('/').collect::<Vec<_>>(), asked.json());
    let mut places = kept.places();
    match (method, parts.as_slice()) {
        ("GET", ["schema"]) => {
            let classes: Vec<Value> = places.keys().map(|class| json!({ "class": class })).collect();
            (200, json!({ "classes": classes })).into()
        }
        ("GET", ["schema", class]) if places.contains_key(*class) => (200, json!({ "class": class })).into(),
        ("GET", ["schema", _]) => (404, String::new()).into(),
        ("POST", ["schema"]) => {
            let class = body["class"].as_str().unwrap();
            assert!(class.starts_with(|first: char| first.is_ascii_uppercase()), "GraphQL wants a capital letter");
            if places.contains_key(class) {
                return (422, json!({"error": [{"message": format!("class name {class} already exists")}]})).into();
            }
            places.insert(class.to_owned(), Default::default());
            (200, body).into()
        }
        ("DELETE", ["schema", class]) => {
            places.remove(*class);
            (200, String::new()).into()
        }
        ("POST", ["batch", "objects"]) => {
            let objects = body["objects"].as_array().unwrap().iter().map(|object| {
                let points = places.get_mut(object["class"].as_str().unwrap()).unwrap();
                let vector: Vec<f32> = serde_json::from_value(object["vector"].clone()).unwrap();
                if object["properties"]["text"] == "refuse" {
                    let errors = json!({"error": [{"message": "vector lengths don't match: 3 vs 2"}]});
                    return json!({"id": object["id"], "result": {"status": "FAILED", "errors": errors}});
                }
                points.insert(object["id"].as_str().unwrap().to_owned(), (vector, object["properties"].clone()));
                json!({"id": object["id"], "result": {"status": "SUCCESS"}})
            });
            (200, Value::Array(objects.collect())).into()
        }
        ("DELETE", ["batch", "objects"]) => {
            let class = body["match"]["class"].as_str().unwrap();
            let Some(points) = places.get_mut(class) else {
                return (422, json!({"error": [{"message": format!("class: class {class} not present in schema")}]}))
                    .into();
            };
            let before = points.len();
            let which = &body["match"]["where"];
            points.retain(|id, (_, known)| !fits(which, "valueTextArray", id, known));
            let gone = before - points.len();
            (200, json!({"results": {"matches": gone, "successful": gone, "failed": 0, "limit": 10_000}})).into()
        }
        ("POST", ["graphql"]) => graphql(&places, body["query"].as_str().unwrap()),
        _ => (405, json!({"message": format!("the fake does not know {}", asked.what)})).into(),
    }
}

fn graphql(places: &fakes::Places, query: &str) -> Reply {
    if places.is_empty() {
        return (422, json!({"error": [{"message": "no graphql provider present, this is most likely because no schema is present. Import a schema first!"}]})).into();
    }
    let rest = query.strip_prefix("{ Get { ").unwrap();
    let (class, rest) = rest.split_once('(').unwrap();
    let (bounds, fields) = rest.rsplit_once(") { _additional { ").unwrap();
    let fields: Vec<&str> = fields.strip_suffix(" } } } }").unwrap().split(' ').collect();
    let Some(points) = places.get(class) else {
        let message = format!("Cannot query field \"{class}\" on type \"GetObjectsObj\".");
        return (200, json!({"data": {}, "errors": [{ "message": message }]})).into();
    };
    let bounds: Value = serde_json::from_str(&format!("{{{}}}", as_json(bounds))).unwrap();
    let limit = usize::try_from(bounds["limit"].as_u64().unwrap()).unwrap();
    let which = &bounds["where"];
    let allowed = |id: &str, known: &Value| fits(which, "valueText", id, known);
    let found: Vec<(String, f64)> = match bounds["nearVector"]["vector"].as_array() {
        Some(vector) => {
            let vector: Vec<f32> = vector.iter().map(|number| number.as_f64().unwrap() as f32).collect();
            nearest(points, &vector, limit, |known| allowed("", known))
        }
        None => points
            .iter()
            .filter(|(id, (_, known))| allowed(id, known))
            .map(|(id, _)| (id.clone(), 0.0))
            .take(limit)
            .collect(),
    };
    let object = |(id, cosine): &(String, f64)| {
        let all = json!({"id": id, "distance": 1.0 - cosine, "vector": points[id].0});
        let wanted: serde_json::Map<String, Value> =
            fields.iter().map(|field| ((*field).to_owned(), all[*field].clone())).collect();
        json!({ "_additional": wanted })
    };
    (200, json!({"data": {"Get": {class: found.iter().map(object).collect::<Vec<_>>()}}})).into()
}

/// Arguments of GraphQL as JSON: names and choices in quotes.
fn as_json(text: &str) -> String {
    let (mut written, mut rest) = (String::new(), text);
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => {
                let mut escaped = false;
                1 + rest[1..]
                    .find(|sign| {
                        let end = sign == '"' && !escaped;
                        escaped = sign == '\\' && !escaped;
                        end
                    })
                    .unwrap()
                    + 1
            }
            '0'..='9' | '-' => {
                rest.find(|sign: char| !sign.is_ascii_alphanumeric() && !"+-.".contains(sign)).unwrap_or(rest.len())
            }
            'a'..='z' | 'A'..='Z' => {
                let end = rest.find(|sign: char| !sign.is_ascii_alphanumeric()).unwrap();
                written.push_str(&format!("\"{}\"", &rest[..end]));
                rest = &rest[end..];
                continue;
            }
            other => other.len_utf8(),
        };
        written.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    written
}

fn fits(which: &Value, list: &str, id: &str, known: &Value) -> bool {
    let has = match which["path"][0].as_str() {
        Some("id") => json!(id),
        Some(path) => known[path].clone(),
        None => Value::Null,
    };
    match which["operator"].as_str().unwrap() {
        "And" => which["operands"].as_array().unwrap().iter().all(|one| fits(one, list, id, known)),
        "Equal" => which["valueText"] == has,
        "ContainsAny" => which[list].as_array().unwrap().contains(&has),
        other => panic!("the fake does not know {other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_weaviate_documents_is_asked_of_a_recording_fake() {
    let fake = fake().await;
    airis_vector::check(&fake.server).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = Vectors::remote(&fake.server, None, &folder.path().join("vectors.db"));
    store.add("kb", MODEL, vec![passage("1", "boats", "b", [3.0, 4.0])]).await.unwrap();
    let asked = fake.heard();
    let class = asked[2].json()["class"].as_str().unwrap().to_owned();
    assert!(class.starts_with("Airis_") && class.ends_with("_2"), "{class}");
    let what: Vec<&str> = asked.iter().map(|asked| asked.what.as_str()).collect();
    assert_eq!(
        what,
        ["GET /v1/schema", &format!("GET /v1/schema/{class}"), "POST /v1/schema", "POST /v1/batch/objects"]
    );
    let made = asked[2].json();
    assert_eq!((&made["vectorizer"], &made["vectorIndexConfig"]), (&json!("none"), &json!({"distance": "cosine"})));
    let tenant = json!({"name": "tenant_id", "dataType": ["text"], "tokenization": "field", "indexFilterable": true,
        "indexSearchable": false});
    assert_eq!(made["properties"][0], tenant);
    let mut object = asked[3].json()["objects"][0].clone();
    let id = object["id"].take();
    let known = json!({"tenant_id": "kb", "text": "b", "metadata": "{\"z\":1,\"name\":\"boats\"}", "file_id": "boats"});
    assert_eq!(object, json!({"class": class, "id": null, "vector": [0.6, 0.8], "properties": known}));

    assert_eq!(ids(&store.near(&of("kb", &["boats", "x"]), MODEL, &[5.0, 0.0], 3).await.unwrap()), ["1"]);
    let query = fake.heard()[0].json()["query"].as_str().unwrap().to_owned();
    assert_eq!(
        query,
        format!(
            "{{ Get {{ {class}(limit: 3, nearVector: {{vector: [1.0,0.0]}}, where: {{operator: And, operands: [\
             {{path: [\"tenant_id\"], operator: Equal, valueText: \"kb\"}}, \
             {{path: [\"file_id\"], operator: ContainsAny, valueText: [\"boats\",\"x\"]}}]}}) \
             {{ _additional {{ id distance }} }} }} }}"
        )
    );
    store.copy(&Duplicate { from: "kb", to: "new", file_id: "boats" }).await.unwrap();
    store.forget_file("boats").await.unwrap();
    let asked = fake.heard().pop().unwrap();
    assert_eq!(asked.what, "DELETE /v1/batch/objects");
    let which = &asked.json()["match"]["where"];
    assert!(which["operator"] == "ContainsAny" && which["path"] == json!(["id"]));
    assert!(which["valueTextArray"].as_array().unwrap().contains(&id));
    assert_eq!(fake.kept.points(), 0);
    store.reset().await.unwrap();
    assert!(fake.kept.places().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_object_that_a_fake_weaviate_refuses_fails_its_file_and_leaves_the_earlier_one() {
    let fake = fake().await;
    let folder = tempfile::tempdir().unwrap();
    let store = Vectors::remote(&fake.server, None, &folder.path().join("vectors.db"));
    store.replace("kb", MODEL, "f", vec![passage("1", "f", "well", [1.0, 0.0])]).await.unwrap();
    let new = vec![passage("2", "f", "new", [1.0, 0.0]), passage("3", "f", "refuse", [0.0, 1.0])];
    let error = store.replace("kb", MODEL, "f", new).await.unwrap_err().to_string();
    assert!(error.contains("Weaviate answers: vector lengths don't match: 3 vs 2"), "{error}");
    assert_eq!(ids(&store.near(&of("kb", &["f"]), MODEL, &[1.0, 0.0], 9).await.unwrap()), ["1"]);
    assert_eq!(fake.kept.points(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fake_weaviate_that_dies_amid_a_file_leaves_the_earlier_one() {
    fakes::dies_amid_a_file(fake().await, 4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_weaviate_with_another_key_or_none_at_all_is_named() {
    let fake = fake().await;
    let url = fake.served.as_ref().unwrap().url.clone();
    let server = |url: &str, key: &str| {
        VectorServer::Weaviate(WeaviateServer { url: url.to_owned(), key: Some(key.to_owned()) })
    };
    fakes::refused(&server(&url, "wrong"), "answers 401: ").await;
    fakes::refused(&server("http://127.0.0.1:9", "hunter2"), "http://127.0.0.1:9/v1/schema").await;
}
