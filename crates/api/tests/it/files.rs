//! Uploaded files through the front door.

use serde_json::{Value, json};

use crate::app::{Part, Person, TestApp};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

/// A part of a form that holds a text file.
fn file<'a>(name: &'a str, bytes: &'a [u8]) -> Part<'a> {
    ("file", Some((name, "text/plain")), bytes)
}

fn id(file: &Value) -> String {
    file["id"].as_str().unwrap().to_owned()
}

async fn read(person: &Person<'_>, id: &str) -> Value {
    person.get(&format!("/api/v1/files/{id}")).await.ok()
}

#[tokio::test]
async fn an_upload_is_answered_at_once_and_its_text_follows() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let mut answer = admin.upload("notes.txt", "text/plain", "Käse".as_bytes()).await;
    let id = id(&answer);
    for (key, mark) in [("id", "[id]"), ("user_id", "[user]"), ("path", "[path]")] {
        assert!(answer[key].is_string());
        answer[key] = json!(mark);
    }
    for key in ["created_at", "updated_at"] {
        assert!(answer[key].is_i64());
        answer[key] = json!("[time]");
    }
    insta::assert_json_snapshot!(answer, @r#"
    {
      "id": "[id]",
      "user_id": "[user]",
      "hash": null,
      "filename": "notes.txt",
      "data": {
        "status": "pending"
      },
      "meta": {
        "name": "notes.txt",
        "content_type": "text/plain",
        "size": 5,
        "file_hash": "f9eeb52c9bc41ee560ba93468b92317220be4939954e8b50591b8b71accc53ae",
        "data": {}
      },
      "created_at": "[time]",
      "updated_at": "[time]",
      "status": true,
      "path": "[path]"
    }
    "#);
    let read = read(&admin, &id).await;
    assert_eq!(read["data"], json!({"status": "completed", "content": "Käse", "error": null}));
    assert_eq!(read["meta"]["collection_name"], format!("file-{id}"));
    assert_eq!(read["hash"], read["meta"]["file_hash"], "the text is all there is");
    let events = admin.get(&format!("/api/v1/files/{id}/process/status?stream=true")).await;
    assert_eq!(events.text, "data: {\"status\":\"completed\"}\n\n");
}

#[tokio::test]
async fn the_status_says_what_became_of_a_file() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    for (name, kind, bytes, status, says) in [
        ("a.csv", "text/csv", &b"a,b\n1,2"[..], "completed", ""),
        ("a.json", "application/json", b"{}", "completed", ""),
        ("main.rs", "application/octet-stream", b"fn main() {}", "completed", ""),
        ("a.pdf", "application/pdf", b"%PDF-1.7 text", "failed", "damaged"),
        ("a.txt", "text/plain", b"PK\x03\x04", "failed", "damaged"),
        ("a.png", "image/png", PNG, "failed", "pictures"),
        ("a.bin", "application/octet-stream", b"a\0b", "failed", "kind of file"),
        ("blank.txt", "text/plain", b" \n", "failed", "no text"),
    ] {
        let id = id(&admin.upload(name, kind, bytes).await);
        let data = read(&admin, &id).await["data"].clone();
        assert_eq!(data["status"], status, "{name}: {data}");
        assert!(data["error"].as_str().unwrap_or_default().contains(says), "{name}: {data}");
        assert_eq!(data.get("content").is_some(), status == "completed", "{name}");
        let told = admin.get(&format!("/api/v1/files/{id}/process/status")).await.ok();
        assert_eq!(told, json!({"status": status}));
    }
    let path = "/api/v1/files/?process=false";
    let kept = admin.form(path, &[("file", Some(("a.png", "image/png")), PNG)]).await.ok();
    assert_eq!((&kept["data"], kept.get("status")), (&json!({}), None));
}

#[tokio::test]
async fn a_form_without_a_usable_file_is_refused() {
    let server = TestApp::with(&[("RAG_FILE_MAX_SIZE", "1"), ("RAG_ALLOWED_FILE_EXTENSIONS", "txt, .MD")]).await;
    let admin = server.admin().await;
    let path = "/api/v1/files/";
    let big = vec![b'x'; 1024 * 1024 + 1];
    let missing = admin.form(path, &[("x", None, &b"y"[..])]).await;
    assert_eq!(missing.refused(), 422);
    assert_eq!(missing.json()["detail"][0]["loc"], json!(["body", "file"]));
    for (parts, status) in [
        (vec![("file", None, &b"not a file"[..])], 422),
        (vec![file("", b"no name")], 422),
        (vec![file("a.txt", b"")], 400),
        (vec![file("a.exe", b"x")], 400),
        (vec![file("noending", b"x")], 400),
        (vec![file("a.txt", &big)], 413),
        (vec![file("a.txt", b"x"), ("metadata", None, &b"[1]"[..])], 400),
        (vec![file("a.txt", b"x"), ("metadata", None, &big[..])], 413),
    ] {
        let reply = admin.form(path, &parts).await;
        assert_eq!(reply.refused(), status, "{:?} {}", parts[0].1, reply.text);
    }
    for (kind, body) in [("application/json", "{}"), ("multipart/form-data; boundary=x", "--x\r\nnonsense")] {
        let reply = admin.send("POST", path, &[("content-type", kind)], body.into()).await;
        assert!([400, 422].contains(&reply.refused()), "{kind}: {}", reply.text);
    }
    let begun = "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nhalf";
    let reply = admin.send("POST", path, &[("content-type", "multipart/form-data; boundary=x")], begun.into()).await;
    assert_eq!(reply.refused(), 400, "an upload that breaks off is no error of the server");
    assert_eq!(admin.get("/api/v1/files/count").await.ok(), 0);
    let uploads = std::fs::read_dir(server.app.config.settings().data_dir.join("uploads")).unwrap();
    assert_eq!(uploads.count(), 0, "what was refused leaves no bytes");
    // Kept without being read, any ending will do.
    admin.form("/api/v1/files/?process=false", &[file("a.exe", b"x")]).await.ok();
    let notes = admin.form(path, &[("metadata", None, &br#"{"k": 1}"#[..]), file("Größe 📄.md", b"x")]).await.ok();
    assert_eq!((&notes["filename"], &notes["meta"]["data"]), (&json!("Größe 📄.md"), &json!({"k": 1})));
}

#[tokio::test]
async fn people_may_be_kept_from_uploading() {
    let server = TestApp::with(&[("USER_PERMISSIONS_CHAT_FILE_UPLOAD", "false")]).await;
    let admin = server.admin().await;
    let user = server.somebody("user", "user").await;
    let parts = [("file", Some(("a.txt", "text/plain")), &b"x"[..])];
    assert_eq!(user.form("/api/v1/files/", &parts).await.refused(), 403);
    admin.form("/api/v1/files/", &parts).await.ok();
}

#[tokio::test]
async fn uploaded_bytes_come_back_whole_or_in_parts_and_never_run() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let get = async |id: &str, rest: &str, headers: &[(&str, &str)]| {
        admin.send("GET", &format!("/api/v1/files/{id}/content{rest}"), headers, Vec::new()).await
    };
    let text = id(&admin.upload("ä b.txt", "text/plain", b"0123456789").await);
    let whole = get(&text, "", &[]).await;
    assert_eq!((whole.status.as_u16(), whole.text.as_str()), (200, "0123456789"));
    assert_eq!(whole.headers["content-disposition"], "inline; filename*=UTF-8''%C3%A4%20b.txt");
    let part = get(&text, "", &[("range", "bytes=2-4")]).await;
    assert_eq!((part.status.as_u16(), part.text.as_str()), (206, "234"));
    assert_eq!(part.headers["content-range"], "bytes 2-4/10");
    assert_eq!(get(&text, "", &[("range", "bytes=10-")]).await.status, 416);
    let tag = whole.headers["etag"].to_str().unwrap();
    assert_eq!(get(&text, "", &[("if-none-match", tag)]).await.status, 304);
    let named = get(&text, "/whatever.txt", &[]).await;
    assert_eq!(named.headers["content-disposition"], "attachment; filename*=UTF-8''%C3%A4%20b.txt");
    assert_eq!(get(&text, "/html", &[]).await.refused(), 404);

    for (name, kind) in [("a.html", "text/html"), ("a.svg", "image/svg+xml"), ("a.xml", "text/xml"), ("a", "no kind")] {
        let id = id(&admin.upload(name, kind, b"<script>alert(1)</script>").await);
        let reply = get(&id, "", &[]).await;
        let disposition = reply.headers["content-disposition"].to_str().unwrap();
        assert!(disposition.starts_with("attachment"), "{kind}: {disposition}");
        assert_eq!(reply.headers["x-content-type-options"], "nosniff");
        assert!(reply.headers["content-security-policy"].to_str().unwrap().starts_with("sandbox; default-src 'none'"));
    }
    let page = id(&admin.upload("a.html", "text/html", b"<p>hi</p>").await);
    let shown = get(&page, "/html", &[]).await;
    assert_eq!((shown.text.as_str(), &shown.headers["content-type"]), ("<p>hi</p>", &"text/html".parse().unwrap()));
    assert!(shown.headers["content-security-policy"].to_str().unwrap().starts_with("sandbox;"));
    let picture = get(&id(&admin.upload("a.png", "image/png", PNG).await), "", &[]).await;
    assert!(picture.headers["content-disposition"].to_str().unwrap().starts_with("inline"));
}

#[tokio::test]
async fn a_policy_of_the_operator_does_not_open_uploaded_pages() {
    let server = TestApp::with(&[("CONTENT_SECURITY_POLICY", "default-src *")]).await;
    let admin = server.admin().await;
    let page = id(&admin.upload("a.html", "text/html", b"<p>hi</p>").await);
    let shown = admin.get(&format!("/api/v1/files/{page}/content/html")).await;
    assert!(shown.headers["content-security-policy"].to_str().unwrap().starts_with("sandbox;"));
    let other = admin.get("/api/version").await;
    assert_eq!(other.headers["content-security-policy"], "default-src *");
}

#[tokio::test]
async fn a_text_is_corrected_and_a_file_renamed_found_and_deleted() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let user = server.somebody("user", "user").await;
    let file = id(&user.upload("notes.txt", "text/plain", b"old").await);
    admin.upload("other.txt", "text/plain", b"x").await;
    let update = format!("/api/v1/files/{file}/data/content/update");
    assert_eq!(user.post(&update, json!({"content": "new 🦊\u{0}"})).await.ok()["content"], "new 🦊\u{0}");
    assert_eq!(user.post(&update, json!({"content": 5})).await.refused(), 422);
    let text = user.get(&format!("/api/v1/files/{file}/data/content")).await.ok();
    assert_eq!(text, json!({"content": "new 🦊"}), "no database keeps U+0000");
    let rename = format!("/api/v1/files/{file}/rename");
    let renamed = user.post(&rename, json!({"filename": "../Neu.TXT"})).await.ok();
    assert_eq!((&renamed["filename"], &renamed["meta"]["name"]), (&json!("Neu.TXT"), &json!("Neu.TXT")));
    assert_eq!(user.post(&rename, json!({"filename": "  "})).await.refused(), 400);

    let search = "/api/v1/files/search?filename=*.txt";
    assert_eq!(user.get(search).await.ok().as_array().unwrap().len(), 1);
    assert_eq!(admin.get(search).await.ok().as_array().unwrap().len(), 2, "administrators see all");
    assert_eq!(user.get("/api/v1/files/search?filename=other.txt").await.refused(), 404);
    assert_eq!(admin.get("/api/v1/files/user/search").await.ok().as_array().unwrap().len(), 1);
    assert_eq!(admin.get("/api/v1/files/count").await.ok(), 2);
    assert_eq!(admin.get("/api/v1/files/user/count").await.ok(), 1);
    let listed = user.get("/api/v1/files/?content=false").await.ok();
    assert_eq!((&listed["total"], listed["items"][0]["data"].get("content")), (&json!(1), None));
    for bad in [
        "?page=0",
        "?page=x",
        "?page=99999999999999999999",
        "search",
        "search?filename=a&limit=0",
        "search?filename=a&limit=1001",
        "search?filename=a&skip=-1",
    ] {
        assert_eq!(user.get(&format!("/api/v1/files/{bad}")).await.refused(), 422, "{bad}");
    }
    assert_eq!(user.get("/api/v1/files/?page=9223372036854775807").await.ok()["items"], json!([]));

    let path = read(&user, &file).await["path"].as_str().unwrap().to_owned();
    assert!(std::path::Path::new(&path).exists());
    user.call("DELETE", &format!("/api/v1/files/{file}"), None).await.ok();
    assert!(!std::path::Path::new(&path).exists());
    for rest in ["", "/content", "/data/content", "/process/status"] {
        assert_eq!(user.get(&format!("/api/v1/files/{file}{rest}")).await.refused(), 404, "{rest}");
    }
    admin.call("DELETE", "/api/v1/files/all", None).await.ok();
    assert_eq!(admin.get("/api/v1/files/count").await.ok(), 0);
}

#[tokio::test]
async fn administrators_held_to_their_own_see_their_own_files_only() {
    let server = TestApp::with(&[("BYPASS_ADMIN_ACCESS_CONTROL", "false")]).await;
    let admin = server.admin().await;
    let user = server.somebody("user", "user").await;
    let file = id(&user.upload("mine.txt", "text/plain", b"secret").await);
    assert_eq!(admin.get(&format!("/api/v1/files/{file}")).await.refused(), 404);
    assert_eq!(admin.get("/api/v1/files/").await.ok()["total"], 0);
}

#[tokio::test]
async fn files_go_with_the_account_that_owned_them() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let user = server.somebody("user", "user").await;
    let path = user.upload("a.txt", "text/plain", b"x").await["path"].as_str().unwrap().to_owned();
    admin.call("DELETE", &format!("/api/v1/users/{}", user.id), None).await.ok();
    assert!(!std::path::Path::new(&path).exists());
}

#[tokio::test]
async fn a_file_that_a_dead_process_left_is_read_after_all() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let file = id(&admin.form("/api/v1/files/?process=false", &[("file", Some(("a.txt", "")), &b"x"[..])]).await.ok());
    assert_eq!(read(&admin, &file).await["meta"]["content_type"], "text/plain", "guessed from the name");
    let mut row = server.app.store.file(&file.as_str().into()).await.unwrap().unwrap();
    server.app.store.delete_file(&row.id).await.unwrap();
    row.status = Some(airis_domain::FileStatus::Processing);
    server.app.store.insert_file(&row).await.unwrap();
    airis_api::recover_files(&server.app).await;
    server.app.retrieval.finished(&row.id).await.unwrap();
    assert_eq!(read(&admin, &file).await["data"]["content"], "x");
}

#[tokio::test]
async fn what_the_server_keeps_is_read_by_whoever_is_signed_in() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let folder = server.app.config.settings().data_dir.join("cache/audio/speech");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("a.mp3"), "sound").unwrap();
    std::fs::write(folder.join("a.json"), "{}").unwrap();
    let sound = admin.get("/cache/audio/speech/a.mp3").await;
    assert_eq!((sound.status.as_u16(), sound.text.as_str()), (200, "sound"));
    assert_eq!(sound.headers["content-type"], "audio/mpeg");
    assert_eq!(sound.headers["x-content-type-options"], "nosniff");
    let data = admin.get("/cache/audio/speech/a.json").await;
    assert!(data.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
    for missing in ["audio", "none.png", "..%2fairis.db", "audio/..%2f..%2fairis.db", "%2fetc%2fpasswd"] {
        assert_eq!(admin.get(&format!("/cache/{missing}")).await.refused(), 404, "{missing}");
    }
    assert_eq!(server.call("GET", "/cache/audio/speech/a.mp3", None).await.refused(), 401);
}
