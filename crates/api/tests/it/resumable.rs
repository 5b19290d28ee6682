//! Uploads that go on where they broke off.

use axum::body::{Body, Bytes};
use axum::http::{Request, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::app::{Person, Reply, TestApp};

const TUS: (&str, &str) = ("tus-resumable", "1.0.0");
const PIECE: (&str, &str) = ("content-type", "application/offset+octet-stream");

/// What is said of a file before it comes, each value in Base64.
fn about(values: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = values.iter().map(|(name, value)| format!("{name} {}", STANDARD.encode(value))).collect();
    pairs.join(",")
}

async fn begin(person: &Person<'_>, size: usize, metadata: &str) -> Reply {
    let size = size.to_string();
    let headers = [TUS, ("upload-length", &size), ("upload-metadata", metadata)];
    person.send("POST", "/api/v1/files/uploads", &headers, Vec::new()).await
}

/// The address of an upload that was begun.
async fn begun(person: &Person<'_>, name: &str, size: usize) -> String {
    let reply = begin(person, size, &about(&[("filename", name), ("filetype", "text/plain")])).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    format!("/api/v1/files/{}", reply.headers["location"].to_str().unwrap())
}

async fn add(person: &Person<'_>, address: &str, start: usize, bytes: &[u8]) -> Reply {
    let start = start.to_string();
    person.send("PATCH", address, &[TUS, PIECE, ("upload-offset", &start)], bytes.to_vec()).await
}

async fn progress(person: &Person<'_>, address: &str) -> (u16, String) {
    let reply = person.send("HEAD", address, &[TUS], Vec::new()).await;
    let offset = reply.headers.get("upload-offset").map(|value| value.to_str().unwrap().to_owned());
    (reply.status.as_u16(), offset.unwrap_or_default())
}

fn id(address: &str) -> String {
    address.rsplit('/').next().unwrap().to_owned()
}

/// Files that lie in the folder of uploads.
fn lying(server: &TestApp) -> usize {
    std::fs::read_dir(server.app.config.settings().data_dir.join("uploads")).map_or(0, Iterator::count)
}

#[tokio::test]
async fn pieces_become_a_file_that_is_read_like_any_other() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let text = "Käse ".repeat(1000);
    let bytes = text.as_bytes();
    let address = begun(&admin, "long.txt", bytes.len()).await;
    assert_eq!(progress(&admin, &address).await, (200, "0".to_owned()));
    assert_eq!(add(&admin, &address, 0, &bytes[..1001]).await.status, 204);
    assert_eq!(progress(&admin, &address).await, (200, "1001".to_owned()));
    // What was sent twice, or too early, changes nothing.
    for start in [0, 1000, 1002] {
        assert_eq!(add(&admin, &address, start, &bytes[start..]).await.refused(), 409, "{start}");
    }
    let last = add(&admin, &address, 1001, &bytes[1001..]).await;
    assert_eq!((last.status.as_u16(), &last.headers["upload-offset"]), (204, &bytes.len().into()));
    let file = id(&address);
    server.app.retrieval.finished(&file.as_str().into()).await.unwrap();
    let read = admin.get(&format!("/api/v1/files/{file}")).await.ok();
    assert_eq!(read["filename"], "long.txt");
    assert_eq!(read["meta"]["content_type"], "text/plain");
    assert_eq!(read["meta"]["size"], bytes.len());
    assert_eq!(read["data"]["content"].as_str().unwrap().trim(), text.trim());
    assert_eq!(admin.get(&format!("/api/v1/files/{file}/content")).await.text, text);
    assert_eq!(lying(&server), 1, "the pieces are gone");
    // Whoever did not hear that the last piece arrived learns it now.
    assert_eq!(progress(&admin, &address).await, (200, bytes.len().to_string()));
}

#[tokio::test]
async fn what_arrived_of_a_piece_that_broke_off_need_not_be_sent_again() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let address = begun(&admin, "a.txt", 10).await;
    let pieces = [Ok(Bytes::from_static(b"0123")), Err(std::io::Error::other("the cable"))];
    let request = Request::patch(&address)
        .header(header::AUTHORIZATION, format!("Bearer {}", admin.token))
        .header(TUS.0, TUS.1)
        .header(PIECE.0, PIECE.1)
        .header("upload-offset", "0")
        .body(Body::from_stream(futures::stream::iter(pieces)))
        .unwrap();
    server.send(request).await;
    assert_eq!(progress(&admin, &address).await, (200, "4".to_owned()));
    assert_eq!(add(&admin, &address, 4, b"456789").await.status, 204);
    let content = admin.get(&format!("/api/v1/files/{}/content", id(&address))).await;
    assert_eq!(content.text, "0123456789");
}

#[tokio::test]
async fn of_the_last_pieces_that_come_together_one_makes_the_file() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let address = begun(&admin, "a.txt", 4).await;
    let replies = futures::future::join_all((0..6).map(|_| add(&admin, &address, 0, b"text"))).await;
    let mut statuses: Vec<u16> = replies.iter().map(|reply| reply.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses.iter().filter(|status| **status == 204).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [204, 404, 409].contains(status)), "{statuses:?}");
    assert_eq!(admin.get(&format!("/api/v1/files/{}/content", id(&address))).await.text, "text");
    assert_eq!(lying(&server), 1);
}

#[tokio::test]
async fn an_upload_is_its_owners_alone_and_can_be_given_up() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let user = server.somebody("user", "user").await;
    let address = begun(&user, "a.txt", 4).await;
    add(&user, &address, 0, b"te").await;
    assert_eq!(progress(&admin, &address).await.0, 404);
    assert_eq!(add(&admin, &address, 2, b"xt").await.refused(), 404);
    assert_eq!(admin.send("DELETE", &address, &[TUS], Vec::new()).await.refused(), 404);
    assert_eq!(lying(&server), 1);
    assert_eq!(user.send("DELETE", &address, &[TUS], Vec::new()).await.status, 204);
    assert_eq!((progress(&user, &address).await.0, lying(&server)), (404, 0));
}

#[tokio::test]
async fn what_cannot_become_a_file_is_refused_before_it_comes() {
    let settings = [
        ("RAG_FILE_MAX_SIZE", "1"),
        ("RAG_ALLOWED_FILE_EXTENSIONS", "txt"),
        ("USER_PERMISSIONS_CHAT_FILE_UPLOAD", "false"),
    ];
    let server = TestApp::with(&settings).await;
    let admin = server.admin().await;
    let named = |name: &str| about(&[("filename", name)]);
    assert_eq!(begin(&admin, 0, &named("a.txt")).await.refused(), 400);
    assert_eq!(begin(&admin, 2 * 1024 * 1024, &named("a.txt")).await.refused(), 413);
    assert_eq!(begin(&admin, 4, &named("a.exe")).await.refused(), 400);
    assert_eq!(begin(&admin, 4, &about(&[("filename", "a.exe"), ("process", "false")])).await.status, 201);
    for wrong in ["", "filename", "filename ???", &about(&[("filename", "../")]), &about(&[("filetype", "text/plain")])]
    {
        assert_eq!(begin(&admin, 4, wrong).await.refused(), 400, "{wrong}");
    }
    let broken = about(&[("filename", "a.txt"), ("metadata", "[]")]);
    assert_eq!(begin(&admin, 4, &broken).await.refused(), 400);
    let metadata = named("a.txt");
    for (headers, status) in [
        (&[("upload-length", "4")][..], 412),
        (&[TUS], 400),
        (&[TUS, ("upload-length", "-1")], 400),
        (&[TUS, ("upload-length", "four")], 400),
        (&[TUS, ("upload-length", "99999999999999999999")], 400),
    ] {
        let headers = [headers, &[("upload-metadata", &metadata)]].concat();
        let reply = admin.send("POST", "/api/v1/files/uploads", &headers, Vec::new()).await;
        assert_eq!(reply.refused(), status, "{headers:?}");
    }
    let address = begun(&admin, "a.txt", 4).await;
    assert_eq!(add(&admin, &address, 0, b"more than four").await.refused(), 413);
    assert_eq!(progress(&admin, &address).await.1, "0");
    let plain = admin.send("PATCH", &address, &[TUS, ("upload-offset", "0")], b"text".to_vec()).await;
    assert_eq!(plain.refused(), 415);
    let user = server.somebody("user", "user").await;
    assert_eq!(begin(&user, 4, &metadata).await.refused(), 403);
}

#[tokio::test]
async fn nobody_begins_uploads_without_end() {
    let server = TestApp::start().await;
    let user = server.somebody("user", "user").await;
    for _ in 0..50 {
        begun(&user, "a.txt", 4).await;
    }
    assert_eq!(begin(&user, 4, &about(&[("filename", "a.txt")])).await.refused(), 429);
}
