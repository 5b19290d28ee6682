//! The database as a download, and the address of a picture.

use serde_json::json;

use crate::app::TestApp;

#[tokio::test]
async fn administrators_get_the_whole_database_and_nothing_is_left_behind() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let user = server.somebody("somebody", "user").await;
    let folder = server.app.config.settings().data_dir.clone();
    let names = || -> Vec<String> {
        let entries = std::fs::read_dir(&folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    // As a process that died in the middle would have left it.
    std::fs::write(folder.join("airis.copy"), "half a database").unwrap();
    for _ in 0..2 {
        let reply = admin.get("/api/v1/utils/db/download").await;
        assert_eq!(reply.status, 200);
        assert!(reply.text.starts_with("SQLite format 3"), "{} bytes", reply.text.len());
        assert!(reply.text.contains("somebody@example.com"));
        assert_eq!(reply.headers["content-type"], "application/octet-stream");
        assert_eq!(reply.headers["content-disposition"], "attachment; filename=\"webui.db\"");
        assert!(!names().iter().any(|name| name.ends_with("copy")), "{:?}", names());
    }
    assert_eq!(user.get("/api/v1/utils/db/download").await.refused(), 401);
}

#[tokio::test]
async fn the_address_of_a_picture_is_made_of_the_email_in_its_plain_form() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let address =
        "https://www.gravatar.com/avatar/08168cd80dfd534ab0f10af10f1303fe00af2d43ab5c1432360d137f8197e17a?d=mp";
    for email in ["a@example.com", "%20A@Example.com%20"] {
        let reply = admin.get(&format!("/api/v1/utils/gravatar?email={email}")).await;
        assert_eq!(reply.ok(), json!(address));
    }
    assert_eq!(admin.get("/api/v1/utils/gravatar").await.refused(), 422);
}
