//! The audit log.

use std::time::Duration;

use serde_json::{Value, json};

use crate::app::TestApp;

/// The lines of the log, as soon as there are so many.
async fn lines(file: &std::path::Path, count: usize) -> Vec<Value> {
    for _ in 0..600 {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        if text.lines().count() >= count {
            return text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{count} lines were never written");
}

#[tokio::test]
async fn who_changes_what_is_written_down_without_any_secret() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("audit.log");
    let path = file.display().to_string();
    let env = [("AUDIT_LOG_LEVEL", "request_response"), ("AUDIT_LOGS_FILE_PATH", path.as_str())];
    let server = TestApp::with(&env).await;
    let admin = server.first().await;
    admin.call("POST", "/api/v1/auths/update/timezone", Some(json!({"timezone": "Europe/Berlin"}))).await.ok();
    // What only reads, and what is excluded, leaves nothing.
    admin.call("GET", "/api/v1/users/", None).await.ok();
    admin.call("POST", "/api/v1/chats/new", Some(json!({"chat": {}}))).await.ok();
    let wrong = json!({"email": "root@example.com", "password": "hunter2-hunter2"});
    server.call("POST", "/api/v1/auths/signin", Some(wrong)).await.refused();
    let lines = lines(&file, 3).await;
    let verbs: Vec<_> = lines.iter().map(|line| line["request_uri"].as_str().unwrap()).collect();
    assert_eq!(verbs, ["/api/v1/auths/signup", "/api/v1/auths/update/timezone", "/api/v1/auths/signin"]);
    assert_eq!(lines[0]["user"], Value::Null);
    assert_eq!(
        (lines[1]["user"]["email"].as_str(), &lines[1]["response_status_code"]),
        (Some("root@example.com"), &json!(200))
    );
    assert_eq!(lines[1]["request_object"], r#"{"timezone":"Europe/Berlin"}"#);
    assert_eq!(lines[2]["response_status_code"], 400);
    let all = std::fs::read_to_string(&file).unwrap();
    assert!(!all.contains("hunter2") && !all.contains("eyJ"), "no password and no token: {all}");
}

#[tokio::test]
async fn a_log_that_grew_is_put_aside() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.log").display().to_string();
    let env = [
        ("AUDIT_LOG_LEVEL", "METADATA"),
        ("AUDIT_LOGS_FILE_PATH", path.as_str()),
        ("AUDIT_LOG_FILE_ROTATION_SIZE", "1 B"),
    ];
    let server = TestApp::with(&env).await;
    for _ in 0..3 {
        server.call("POST", "/api/v1/auths/signout", None).await;
    }
    let written = || {
        let files = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
        files.map(|file| std::fs::read_to_string(file).unwrap().lines().count()).sum::<usize>()
    };
    for _ in 0..600 {
        if written() == 3 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{} lines are there", written());
}
