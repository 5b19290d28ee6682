//! Pages that a browser elsewhere opens. It is played by what a Playwright server of version 1.65.1 said to a page that sends
//! on to another, with a picture and a script that writes its text; a real one is asked in `e2e/browser/websearch.test.mjs`.

use axum::Router;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::routing::any;
use serde_json::{Value, json};

use crate::app::{Reply, TestApp};
use crate::upstream::{Upstream, typed};

const RECORDED: &str = include_str!("recorded/playwright-1.65.1.txt");
const LOCAL: (&str, &str) = ("ENABLE_RAG_LOCAL_WEB_FETCH", "true");
const TOLD: &str = "A script says it is made of rock.";

/// Says what was recorded, as long as it is asked in the order of the recording.
async fn play(mut socket: WebSocket, recorded: String) {
    // The numbers of the recording's messages and of ours.
    let mut numbers: Vec<Value> = Vec::new();
    for line in recorded.lines() {
        if let Some(said) = line.strip_prefix("< ") {
            let mut said: Value = serde_json::from_str(said).unwrap();
            if let Some(number) = said["id"].as_u64() {
                said["id"] = numbers[usize::try_from(number).unwrap() - 1].clone();
            }
            if socket.send(Message::text(said.to_string())).await.is_err() {
                return;
            }
            continue;
        }
        let Some(Ok(Message::Text(asked))) = socket.recv().await else { return };
        let asked: Value = serde_json::from_str(&asked).unwrap();
        let short = format!("> {} {}", asked["method"].as_str().unwrap(), asked["guid"].as_str().unwrap());
        if short.trim_end() != line.trim_end() {
            // Whoever waits is told that nobody answers.
            return;
        }
        numbers.push(asked["id"].clone());
    }
    _ = socket.recv().await;
}

/// A server that plays this, and its address.
async fn browser(recorded: String) -> String {
    let open = async |upgrade: WebSocketUpgrade, State(recorded): State<String>| {
        upgrade.on_upgrade(move |socket| play(socket, recorded))
    };
    let router = Router::new().route("/secret", any(open)).with_state(recorded);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/secret", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

/// Reads a page of `site` with a browser that says this.
async fn read(recorded: &str, site: &str, env: &[(&str, &str)]) -> Reply {
    let url = browser(recorded.replace("http://SITE", site)).await;
    let more = [("WEB_LOADER_ENGINE", "playwright"), ("PLAYWRIGHT_WS_URL", url.as_str())];
    let server = TestApp::with(&[&more[..], env].concat()).await;
    let admin = server.admin().await;
    let form = json!({"url": format!("{site}/go")});
    admin.post("/api/v1/retrieval/process/web?process=false", form).await
}

fn why(reply: &Reply) -> String {
    assert_eq!(reply.refused(), 400);
    assert!(!reply.text.contains(TOLD));
    reply.json()["detail"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_page_is_read_as_its_scripts_leave_it() {
    let read_there = read(RECORDED, "http://127.0.0.1:1", &[LOCAL]).await.ok();
    assert!(read_there.to_string().contains(TOLD), "{read_there}");
    assert!(!read_there.to_string().contains("<p"), "{read_there}");
    // A public page, and a part of it that nobody may reach.
    let public = RECORDED.replace("\"127.0.0.1\"", "\"8.8.8.8\"");
    let (before, after) = public.split_once("http://SITE/s.js").unwrap();
    let inside = format!("{before}http://192.168.0.1/s.js{}", after.replacen("> continue", "> abort", 1));
    for recorded in [public, inside] {
        let read_there = read(&recorded, "http://8.8.8.8", &[]).await.ok();
        assert!(read_there.to_string().contains(TOLD), "{read_there}");
    }
}

#[tokio::test]
async fn a_page_where_people_may_not_be_is_given_up() {
    // Nobody is asked for an address that may not be reached.
    let refused = read("", "http://127.0.0.1:1", &[]).await;
    assert!(!why(&refused).contains("PLAYWRIGHT_WS_URL"), "{}", refused.text);
    let public = RECORDED.replace("\"127.0.0.1\"", "\"8.8.8.8\"");
    // Sent on; a name that means another address to the browser; a page that moves on by itself.
    let sent_on = public.replace("http://SITE/page", "http://10.0.0.1/page");
    let (before, after) = public.split_once("\"url\":\"http://SITE/go\"").unwrap();
    let moved = format!("{before}\"url\":\"http://169.254.169.254/\"{}", after.replacen("> continue", "> abort", 1));
    for recorded in [sent_on.as_str(), RECORDED, moved.as_str()] {
        let refused = read(recorded, "http://8.8.8.8", &[]).await;
        assert!(!why(&refused).contains("PLAYWRIGHT_WS_URL"), "{}", refused.text);
    }
    let listed = [LOCAL, ("WEB_FETCH_FILTER_LIST", "!10.0.0.1")];
    assert!(why(&read(&sent_on, "http://127.0.0.1:1", &listed).await).contains("10.0.0.1"));
}

#[tokio::test]
async fn what_goes_wrong_is_said() {
    let server = TestApp::with(&[LOCAL, ("WEB_LOADER_ENGINE", "playwright")]).await;
    let admin = server.admin().await;
    let reply = admin.post("/api/v1/retrieval/process/web", json!({"url": "http://127.0.0.1:1/go"})).await;
    assert!(why(&reply).contains("PLAYWRIGHT_WS_URL is empty"), "{}", reply.text);
    let (before, after) = RECORDED.split_once("{\"id\":6,\"result\":").unwrap();
    let (_, after) = after.split_once('\n').unwrap();
    let failed = json!({"id": 6, "error": {"error": {"message": "net::ERR_NAME_NOT_RESOLVED\nCall log:\n  secret"}}});
    let failed = format!("{before}{failed}\n{after}");
    let text = why(&read(&failed, "http://127.0.0.1:1", &[LOCAL]).await);
    assert!(text.contains("ERR_NAME_NOT_RESOLVED") && !text.contains("secret"), "{text}");
    let gone = RECORDED.replace("\"status\":200", "\"status\":404");
    assert!(why(&read(&gone, "http://127.0.0.1:1", &[LOCAL]).await).contains("404"));
    let (half, _) = RECORDED.split_once("> newPage").unwrap();
    let text = why(&read(half, "http://127.0.0.1:1", &[LOCAL]).await);
    assert!(text.contains("PLAYWRIGHT_WS_URL went away"), "{text}");
}

#[tokio::test]
async fn what_is_no_page_is_fetched_and_read_here() {
    let upstream = Upstream::start(|_, _| typed("text/csv", "name,age\nAnn,9\n")).await;
    let table = RECORDED.replace("\"text/html\"", "\"text/csv\"");
    let (stored, after) = RECORDED.split_once("{\"id\":6,\"result\":").unwrap();
    let (_, after) = after.split_once('\n').unwrap();
    let failed = json!({"id": 6, "error": {"error": {"message": "Download is starting"}}});
    for recorded in [table, format!("{stored}{failed}\n{after}")] {
        let read_here = read(&recorded, &upstream.url, &[LOCAL]).await.ok();
        assert!(read_here.to_string().contains("Ann"), "{read_here}");
    }
}
