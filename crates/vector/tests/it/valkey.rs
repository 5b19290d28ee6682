//! No Valkey with its search module can be had where tests run: a small one in memory speaks its protocol and plays what the
//! module documents, and the commands are compared with its documents.

use std::sync::{Arc, Mutex};

use airis_config::{ValkeyServer, VectorServer};
use airis_vector::{Duplicate, Vectors};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::fakes::{self, Fake, Kept, nearest};
use crate::{MODEL, ids, of, passage};

/// Words of commands, as they came.
type Heard = Arc<Mutex<Vec<Vec<Vec<u8>>>>>;

pub async fn fake() -> Fake {
    recorded("COSINE", true).await.0
}

async fn recorded(metric: &'static str, searches: bool) -> (Fake, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("redis://:hunter2@{}", listener.local_addr().unwrap());
    let (kept, heard) = (Kept::default(), Heard::default());
    let (places, known) = (kept.clone(), heard.clone());
    let serving = tokio::spawn(async move {
        let mut calls = tokio::task::JoinSet::new();
        while let Ok((connection, _)) = listener.accept().await {
            calls.spawn(serve(connection, places.clone(), known.clone(), metric, searches));
        }
    });
    (Fake { server: server(&url, metric), kept, served: None, serving: Some(serving) }, heard)
}

fn server(url: &str, metric: &str) -> VectorServer {
    VectorServer::Valkey(ValkeyServer {
        url: url.to_owned(),
        prefix: "Ours".to_owned(),
        index: "HNSW".to_owned(),
        metric: metric.to_owned(),
        edges: 16,
        build: 200,
        look: 10,
    })
}

async fn serve(connection: TcpStream, kept: Kept, heard: Heard, metric: &'static str, searches: bool) {
    let mut connection = BufReader::new(connection);
    let mut known = false;
    while let Some(words) = command(&mut connection).await {
        let name = text(&words[0]).to_uppercase();
        // What the client says of itself, which not every server wants to know.
        if name == "CLIENT" {
            _ = connection.write_all(b"-ERR unknown subcommand\r\n").await;
            continue;
        }
        if kept.is_away() {
            return;
        }
        let said = match name.as_str() {
            "AUTH" | "HELLO" if words.iter().any(|word| word == b"hunter2") => {
                known = true;
                "+OK\r\n".to_owned().into_bytes()
            }
            "AUTH" | "HELLO" => b"-WRONGPASS invalid username-password pair or user is disabled.\r\n".to_vec(),
            _ if !known => b"-NOAUTH Authentication required.\r\n".to_vec(),
            name if name.starts_with("FT.") && !searches => format!("-ERR unknown command '{name}'\r\n").into_bytes(),
            name => {
                heard.lock().unwrap().push(words.clone());
                answer(&kept, name, &words[1..], metric)
            }
        };
        if connection.write_all(&said).await.is_err() {
            return;
        }
    }
}

async fn command(connection: &mut BufReader<TcpStream>) -> Option<Vec<Vec<u8>>> {
    let count = number(connection, '*').await?;
    let mut words = Vec::new();
    for _ in 0..count {
        let mut word = vec![0; number(connection, '$').await? + 2];
        connection.read_exact(&mut word).await.ok()?;
        word.truncate(word.len() - 2);
        words.push(word);
    }
    Some(words)
}

async fn number(connection: &mut BufReader<TcpStream>, begin: char) -> Option<usize> {
    let mut line = String::new();
    connection.read_line(&mut line).await.ok()?;
    line.trim().strip_prefix(begin)?.parse().ok()
}

fn text(word: &[u8]) -> String {
    String::from_utf8_lossy(word).into_owned()
}

fn bulk(word: &[u8]) -> Vec<u8> {
    [format!("${}\r\n", word.len()).as_bytes(), word, b"\r\n"].concat()
}

fn list(words: Vec<Vec<u8>>) -> Vec<u8> {
    [format!("*{}\r\n", words.len()).into_bytes(), words.concat()].concat()
}

fn numbers(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks::<4>().0.iter().map(|one| f32::from_le_bytes(*one)).collect()
}

/// The place of a key and the rest of it.
fn parts(key: &[u8]) -> (String, String) {
    let (place, id) = std::str::from_utf8(key).unwrap().split_once(':').unwrap();
    (place.to_owned(), id.to_owned())
}

fn answer(kept: &Kept, name: &str, words: &[Vec<u8>], metric: &str) -> Vec<u8> {
    let mut places = kept.places();
    let first = words.first().map(|word| text(word)).unwrap_or_default();
    match name {
        "FT._LIST" => list(places.keys().map(|place| bulk(place.as_bytes())).collect()),
        "FT.CREATE" if places.contains_key(&first) => format!("-Index {first} already exists.\r\n").into_bytes(),
        "FT.CREATE" => {
            places.insert(first, Default::default());
            b"+OK\r\n".to_vec()
        }
        "FT.DROPINDEX" | "FT.SEARCH" if !places.contains_key(&first) => {
            format!("-Index with name '{first}' not found\r\n").into_bytes()
        }
        "FT.DROPINDEX" => {
            // The module leaves the keys where they are; these must be gone before.
            assert!(places.remove(&first).unwrap().is_empty());
            b"+OK\r\n".to_vec()
        }
        "FT.SEARCH" => search(&places[&first], &first, &words[1..], metric),
        "HSET" => {
            let (place, id) = parts(&words[0]);
            let fields = words[1..].chunks_exact(2).map(|pair| (text(&pair[0]), &pair[1]));
            let known: serde_json::Map<String, Value> = fields
                .clone()
                .filter(|(name, _)| name != "vector")
                .map(|(name, value)| (name, json!(text(value))))
                .collect();
            let vector = fields.clone().find(|(name, _)| name == "vector").unwrap().1;
            places.entry(place).or_default().insert(id, (numbers(vector), Value::Object(known)));
            format!(":{}\r\n", fields.count()).into_bytes()
        }
        "HGET" => {
            let (place, id) = parts(&words[0]);
            match places.get(&place).and_then(|points| points.get(&id)) {
                Some((vector, _)) => bulk(&vector.iter().copied().flat_map(f32::to_le_bytes).collect::<Vec<_>>()),
                None => b"$-1\r\n".to_vec(),
            }
        }
        "UNLINK" => {
            let gone = words.iter().filter(|key| {
                let (place, id) = parts(key);
                places.get_mut(&place).is_some_and(|points| points.remove(&id).is_some())
            });
            format!(":{}\r\n", gone.count()).into_bytes()
        }
        "SCAN" => {
            assert_eq!(text(&words[1]), "MATCH");
            let place = text(&words[2]).strip_suffix(":*").unwrap().to_owned();
            let keys = places.get(&place).into_iter().flat_map(|points| points.keys());
            let keys = keys.map(|id| bulk(format!("{place}:{id}").as_bytes())).collect();
            list(vec![bulk(b"0"), list(keys)])
        }
        _ => format!("-ERR unknown command '{name}'\r\n").into_bytes(),
    }
}

/// `(@tenant:{a} @file:{b|c})=>[KNN 3 @vector $asked EF_RUNTIME 10 AS far]` and what stands behind it.
fn search(
    points: &std::collections::BTreeMap<String, (Vec<f32>, Value)>,
    place: &str,
    words: &[Vec<u8>],
    metric: &str,
) -> Vec<u8> {
    let query = text(&words[0]);
    let (filter, near) = query.strip_prefix('(').unwrap().split_once(")=>[KNN ").unwrap();
    let limit: usize = near.split(' ').next().unwrap().parse().unwrap();
    assert!(near.contains(" @vector $asked EF_RUNTIME ") && near.ends_with(" AS far]"), "{near}");
    let rest: Vec<String> = words[1..].iter().map(|word| text(word)).collect();
    assert_eq!(rest[..3], ["PARAMS", "2", "asked"]);
    assert_eq!(rest[4..], ["RETURN", "1", "far", "LIMIT", "0", &limit.to_string(), "DIALECT", "2"]);
    let filters: Vec<(&str, Vec<&str>)> = filter
        .split(' ')
        .map(|one| {
            let (field, tags) = one.strip_prefix('@').unwrap().split_once(":{").unwrap();
            (field, tags.strip_suffix('}').unwrap().split('|').collect())
        })
        .collect();
    assert!(filters.iter().flat_map(|(_, tags)| tags).all(|tag| tag.chars().all(|sign| sign.is_ascii_alphanumeric())));
    let fits = |known: &Value| {
        filters.iter().all(|(field, tags)| known[*field].as_str().is_some_and(|tag| tags.contains(&tag)))
    };
    let found = nearest(points, &numbers(&words[4]), limit, fits);
    let mut said = vec![format!(":{}\r\n", found.len()).into_bytes()];
    for (id, cosine) in found {
        let far = if metric == "L2" { 2.0 - 2.0 * cosine } else { 1.0 - cosine };
        said.push(bulk(format!("{place}:{id}").as_bytes()));
        said.push(list(vec![bulk(b"far"), bulk(far.to_string().as_bytes())]));
    }
    list(said)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_valkey_documents_is_asked_of_a_recording_fake() {
    let (fake, heard) = recorded("L2", true).await;
    airis_vector::check(&fake.server).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = Vectors::remote(&fake.server, None, &folder.path().join("vectors.db"));
    let taken = || {
        let heard = std::mem::take(&mut *heard.lock().unwrap());
        heard.iter().map(|words| words.iter().map(|word| text(word)).collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    taken();
    store.add("kb", MODEL, vec![passage("1", "boats", "b", [3.0, 4.0])]).await.unwrap();
    let asked = taken();
    let place = asked[1][1].clone();
    assert!(place.starts_with("ours_") && place.ends_with("_2"), "{place}");
    let begin = format!("{place}:");
    assert_eq!(asked[0], ["FT._LIST"]);
    let made = [
        "FT.CREATE",
        &place,
        "ON",
        "HASH",
        "PREFIX",
        "1",
        &begin,
        "SCHEMA",
        "tenant",
        "TAG",
        "file",
        "TAG",
        "vector",
        "VECTOR",
        "HNSW",
        "12",
        "TYPE",
        "FLOAT32",
        "DIM",
        "2",
        "DISTANCE_METRIC",
        "L2",
        "M",
        "16",
        "EF_CONSTRUCTION",
        "200",
        "EF_RUNTIME",
        "10",
    ];
    assert_eq!(asked[1], made);
    assert!(asked[2][0] == "HSET" && asked[2][1].starts_with(&begin) && asked[2].contains(&"boats".to_owned()));

    let near = store.near(&of("kb", &["boats", "x"]), MODEL, &[4.0, 3.0], 3).await.unwrap();
    assert_eq!(ids(&near), ["1"]);
    assert!((near[0].score - 0.98).abs() < 1e-6, "a cosine of 0.96 on a scale from 0 to 1: {}", near[0].score);
    store.copy(&Duplicate { from: "kb", to: "new", file_id: "boats" }).await.unwrap();
    taken();
    store.forget_file("boats").await.unwrap();
    let asked = taken();
    assert!(asked[0][0] == "UNLINK" && asked[0].len() == 3, "{asked:?}");
    store.add("kb", MODEL, vec![passage("1", "boats", "b", [3.0, 4.0])]).await.unwrap();
    store.reset().await.unwrap();
    assert!(fake.kept.places().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fake_valkey_that_dies_amid_a_file_leaves_the_earlier_one() {
    fakes::dies_amid_a_file(fake().await, 5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_valkey_with_another_password_without_its_module_or_none_at_all_is_named() {
    let (fake, _) = recorded("COSINE", true).await;
    let VectorServer::Valkey(valkey) = fake.server.clone() else { panic!("is no Valkey") };
    let wrong = server(&valkey.url.replace("hunter2", "wrong"), "COSINE");
    fakes::refused(&wrong, "Valkey: ").await;
    let (plain, _) = recorded("COSINE", false).await;
    fakes::refused(&plain.server, "Valkey: it runs without its search module").await;
    fakes::refused(&server("redis://:hunter2@127.0.0.1:9", "COSINE"), "Valkey: ").await;
}
